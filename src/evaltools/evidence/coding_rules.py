"""Rules of the coding: which codes may be used, by whom, and what may be tied to what."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from evaltools.evidence.flaws import ROW, Flaw
from evaltools.evidence.quoting import listed, quoted, suggestion
from evaltools.evidence.rule import Frames, Rule
from evaltools.study import Role

ANSWERS: tuple[Role, Role] = ("response", "challenge")
"""Roles of the codes that `answers` leads from and to."""


def kinds_are_declared(frames: Frames) -> Iterator[Flaw]:
    """What `evaluation.yml` declares the kinds of, is of one of them."""
    declared = frames.vocabulary
    for table, column, known, key in (
        ("codes", "kind", declared.code_kinds, "code_kinds"),
        ("ratings", "rater_kind", declared.raters, "raters"),
        ("organisations", "kind", declared.organisation_kinds, "organisation_kinds"),
    ):
        if not known or table not in frames or column not in frames[table].columns:
            continue
        for found, row in zip(frames[table][column], frames[table][ROW], strict=True):
            if not pd.isna(found) and found not in known:
                yield Flaw(
                    table,
                    int(row),
                    column,
                    f"{quoted(found)} is not in {key} of evaluation.yml",
                    listed(known),
                    suggestion(str(found), known) or "Choose one of these, or declare it there.",
                    "data.kind",
                )


def codes_used(frames: Frames) -> Iterator[Flaw]:
    """Codings and keywords use codable codes; goals use codable codes of a kind that has goals."""
    kinds = frames.vocabulary.kinds_of("goal")
    codes = frames["codes"].dropna(subset=["code_id"]).set_index("code_id")
    codes = codes[~codes.index.duplicated()]
    codable = codes["codable"].fillna(True).astype(bool)
    below = codes.loc[codable, "parent_id"]
    for table in ("codings", "goals", "keywords"):
        if table not in frames:
            continue
        for code, row in zip(frames[table]["code_id"], frames[table][ROW], strict=True):
            if pd.isna(code) or code not in codes.index:
                continue  # an unknown code is told as a missing reference
            if not codable[code]:
                narrower = sorted(below.index[(below == code).fillna(False)])
                yield Flaw(
                    table,
                    int(row),
                    "code_id",
                    f"{quoted(code)} only groups other codes",
                    listed(narrower) or "a codable code",
                    "Choose a narrower code.",
                    "data.code-not-codable",
                )
            elif table == "goals" and codes.loc[code, "kind"] not in kinds:
                yield Flaw(
                    table,
                    int(row),
                    "code_id",
                    f"{quoted(code)} is a code of the kind {codes.loc[code, 'kind']}",
                    f"a code of the kind {' or '.join(kinds) or 'goal, of which there is none'}",
                    "Choose the theme of the goal.",
                    "data.code-kind",
                )


def coders_have_read(frames: Frames) -> Iterator[Flaw]:
    """Whoever codes a passage in a round has a reading of its document in that round."""
    codings = frames["codings"].merge(
        frames["segments"][["segment_id", "document_id"]].drop_duplicates("segment_id"),
        on="segment_id",
    )
    columns = ["document_id", "coder_id", "round"]
    codings = codings.dropna(subset=columns)
    readings = frames["readings"]
    read = set(zip(*(readings[name] for name in columns), strict=True))
    rows = zip(*(codings[name] for name in (*columns, ROW)), strict=True)
    for document, coder, round_, row in rows:
        if (document, coder, round_) not in read:
            yield Flaw(
                "codings",
                int(row),
                "coder_id",
                f"{quoted(coder)} has no reading of document {quoted(document)} in round {round_}",
                "a coder with a reading of the document in the round",
                "Add the reading to readings, or correct the coder or the round.",
                "data.reading",
            )


def finals_are_read(frames: Frames) -> Iterator[Flaw]:
    """Every final report has been read whole, or else it would count as silent on all themes."""
    documents = frames["documents"]
    finals = documents[documents["kind"] == "final"].dropna(subset=["document_id"])
    readings = frames["readings"]
    whole = readings.loc[readings["complete"].fillna(False), "document_id"]
    for _, row in finals[~finals["document_id"].isin(whole)].iterrows():
        yield Flaw(
            "documents",
            int(row[ROW]),
            "document_id",
            f"no coder has read {quoted(row['document_id'])} from beginning to end",
            "at least one complete reading of each final report",
            "Add its reading to readings; until it is coded, leave it out of documents.",
            "data.unread",
        )


def answers(frames: Frames) -> Iterator[Flaw]:
    """`answers` leads from a response to a challenge."""
    relations = frames["relations"]
    segments = frames["segments"]
    home = dict(zip(segments["segment_id"], segments["document_id"], strict=True))
    kinds = frames["codings"][["segment_id", "code_id"]].merge(
        frames["codes"][["code_id", "kind"]], on="code_id"
    )
    of = {
        role: set(kinds.loc[kinds["kind"].isin(frames.vocabulary.kinds_of(role)), "segment_id"])
        for role in ANSWERS
    }
    ends = ("from_segment_id", "to_segment_id")
    chosen = relations[(relations["kind"] == "answers").fillna(False)].dropna(subset=list(ends))
    for start, goal, row in zip(*(chosen[name] for name in (*ends, ROW)), strict=True):
        if start not in home or goal not in home:
            continue  # told as a missing reference
        for column, segment, role in zip(ends, (start, goal), ANSWERS, strict=True):
            if segment not in of[role]:
                kind = " or ".join(frames.vocabulary.kinds_of(role)) or role
                yield Flaw(
                    "relations",
                    int(row),
                    column,
                    f"{quoted(segment)} carries no code of the kind {kind}",
                    "from a passage with a response to a passage with a challenge",
                    "Turn the relation round, or correct the coding.",
                    "data.answers",
                )


def relations_within_a_document(frames: Frames) -> Iterator[Flaw]:
    """A relation of any kind joins two passages of the same document."""
    relations, segments = frames["relations"], frames["segments"]
    home = dict(zip(segments["segment_id"], segments["document_id"], strict=True))
    ends = ("from_segment_id", "to_segment_id")
    chosen = relations.dropna(subset=list(ends))
    for start, goal, row in zip(*(chosen[name] for name in (*ends, ROW)), strict=True):
        if start in home and goal in home and home[start] != home[goal]:
            yield Flaw(
                "relations",
                int(row),
                "to_segment_id",
                f"{quoted(goal)} is in document {quoted(home[goal])}, {quoted(start)} in "
                f"{quoted(home[start])}",
                "both passages in one document",
                "Correct the passage.",
                "data.relation",
            )


def passages_fit(frames: Frames) -> Iterator[Flaw]:
    """Goals and savings point to passages of their own document."""
    segments = frames["segments"].drop_duplicates("segment_id").set_index("segment_id")
    for table, columns in (
        ("goals", ("segment_id", "result_segment_id")),
        ("saving_claims", ("segment_id",)),
    ):
        for column in columns if table in frames else ():
            rows = frames[table].dropna(subset=[column, "document_id"])
            homes = rows[column].map(segments["document_id"])
            for place in rows.index[(homes != rows["document_id"]).fillna(False)]:
                yield Flaw(
                    table,
                    int(rows.loc[place, ROW]),
                    column,
                    f"{quoted(rows.loc[place, column])} is in document {quoted(homes[place])}",
                    f"a passage of document {quoted(rows.loc[place, 'document_id'])}",
                    "Correct the passage or the document.",
                    "data.passage",
                )


def pages_are_there(frames: Frames) -> Iterator[Flaw]:
    """Passages and sections stand on pages that their document has."""
    documents = frames["documents"].dropna(subset=["document_id", "pages"])
    pages = dict(zip(documents["document_id"], documents["pages"], strict=True))
    for table in ("segments", "sections"):
        if table not in frames:
            continue
        rows = frames[table].dropna(subset=["document_id", "page"])
        for document, page, row in zip(rows["document_id"], rows["page"], rows[ROW], strict=True):
            if page > pages.get(document, page):
                yield Flaw(
                    table,
                    int(row),
                    "page",
                    f"page {page} of document {quoted(document)}, which has {pages[document]}",
                    f"1 to {pages[document]}",
                    "Correct the page, or the pages in documents.",
                    "data.page",
                )


def codes_are_a_tree(frames: Frames) -> Iterator[Flaw]:
    """No code stands above itself."""
    codes = frames["codes"].dropna(subset=["code_id"])
    parents = dict(zip(codes["code_id"], codes["parent_id"], strict=True))
    for code, row in zip(codes["code_id"], codes[ROW], strict=True):
        seen = {code}
        above = parents[code]
        while not pd.isna(above) and above in parents and above not in seen:
            seen.add(above)
            above = parents[above]
        if not pd.isna(above) and above == code:
            yield Flaw(
                "codes",
                int(row),
                "parent_id",
                f"{quoted(code)} is above itself",
                "a tree",
                "Correct the broader code.",
                "data.code-cycle",
            )


def goals_hold_together(frames: Frames) -> Iterator[Flaw]:
    """Unreported attainment is unmeasured, and a goal is of the project of its document."""
    goals = frames["goals"]
    silent = goals["attainment"] == "not_reported"
    unmeasured = goals["measured_by"] == "none"
    known = goals["attainment"].notna() & goals["measured_by"].notna()
    for _, row in goals[(known & (silent != unmeasured)).fillna(False)].iterrows():
        yield Flaw(
            "goals",
            int(row[ROW]),
            "measured_by",
            f"{quoted(row['measured_by'])} with attainment {quoted(row['attainment'])}",
            "none where the attainment is not_reported, and only there",
            "Correct the one that is wrong.",
            "data.attainment",
        )
    documents = frames["documents"][["document_id", "project_id", "kind"]]
    merged = goals.merge(documents, on="document_id", suffixes=("", "_of_document"))
    other = (merged["project_id"] != merged["project_id_of_document"]).fillna(False)
    for _, row in merged[other].iterrows():
        yield Flaw(
            "goals",
            int(row[ROW]),
            "project_id",
            f"{quoted(row['project_id'])}, but document {quoted(row['document_id'])} is of "
            f"project {quoted(row['project_id_of_document'])}",
            "the project of the document",
            "Correct the one that is wrong.",
            "data.goal-project",
        )


def ratings_fit_their_scale(frames: Frames) -> Iterator[Flaw]:
    """An answer lies within the scale of its question."""
    merged = frames["ratings"].merge(
        frames["rating_items"][["item_id", "scale_min", "scale_max"]], on="item_id"
    )
    outside = (merged["value"] < merged["scale_min"]) | (merged["value"] > merged["scale_max"])
    for _, row in merged[outside.fillna(False)].iterrows():
        yield Flaw(
            "ratings",
            int(row[ROW]),
            "value",
            f"{row['value']} is outside the scale of {quoted(row['item_id'])}",
            f"{row['scale_min']} to {row['scale_max']}",
            "Correct the answer, or empty the row.",
            "data.rating",
        )


CODING_RULES = (
    Rule(kinds_are_declared, {}),
    Rule(codes_used, {"codes": ("code_id", "parent_id", "kind", "codable")}),
    Rule(
        coders_have_read,
        {
            "codings": ("segment_id", "coder_id", "round"),
            "segments": ("segment_id", "document_id"),
            "readings": ("document_id", "coder_id", "round"),
        },
        {"readings": ("document_id", "coder_id", "round")},
    ),
    Rule(
        finals_are_read,
        {"documents": ("document_id", "kind"), "readings": ("document_id", "complete")},
        {"readings": ("document_id", "complete")},
    ),
    Rule(
        answers,
        {
            "relations": ("from_segment_id", "to_segment_id", "kind"),
            "segments": ("segment_id", "document_id"),
            "codings": ("segment_id", "code_id"),
            "codes": ("code_id", "kind"),
        },
        {"codings": ("segment_id", "code_id"), "codes": ("code_id", "kind")},
    ),
    Rule(
        relations_within_a_document,
        {
            "relations": ("from_segment_id", "to_segment_id"),
            "segments": ("segment_id", "document_id"),
        },
    ),
    Rule(passages_fit, {"segments": ("segment_id", "document_id")}),
    Rule(pages_are_there, {"documents": ("document_id", "pages")}),
    Rule(codes_are_a_tree, {"codes": ("code_id", "parent_id")}),
    Rule(
        goals_hold_together,
        {
            "goals": ("project_id", "document_id", "attainment", "measured_by"),
            "documents": ("document_id", "project_id"),
        },
    ),
    Rule(
        ratings_fit_their_scale,
        {"ratings": ("item_id", "value"), "rating_items": ("item_id", "scale_min", "scale_max")},
    ),
)
