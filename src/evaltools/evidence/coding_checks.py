"""Rules of the codebook and of the coding: which codes may be used, when, by whom, and tied how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import pandas as pd

from evaltools.evidence.cell_problems import ROW, CellProblem, NumberedTables, Rule, iterate_rows
from evaltools.evidence.codebook import in_use, known_versions, version_order
from evaltools.evidence.messages import list_values, quote_value, suggest_value
from evaltools.study import Role

ANSWERS: tuple[Role, Role] = ("response", "challenge")
"""Roles of the codes that `answers` leads from and to."""


def check_kinds_declared(frames: NumberedTables) -> Iterator[CellProblem]:
    """What `evaluation.yml` declares the kinds of, is of one of them."""
    declared = frames.vocabulary
    for table, column, known, key in (
        ("codes", "kind", declared.code_kinds, "code_kinds"),
        ("ratings", "rater_kind", declared.raters, "raters"),
        ("organisations", "kind", declared.organisation_kinds, "organisation_kinds"),
    ):
        if not known or table not in frames or column not in frames[table].columns:
            continue
        for found, row in iterate_rows(frames[table], column):
            if not pd.isna(found) and found not in known:
                what = f"{quote_value(found)} is not in {key} of evaluation.yml"
                remedy = (
                    suggest_value(str(found), known) or "Choose one of these, or declare it there."
                )
                yield CellProblem(table, row, column, what, list_values(known), remedy, "data.kind")


def check_codes_used(frames: NumberedTables) -> Iterator[CellProblem]:
    """Codings and keywords use codable codes; goals use codable codes of a kind that has goals."""
    kinds = frames.vocabulary.kinds_of("goal")
    codes = frames["codes"].dropna(subset=["code_id"]).set_index("code_id")
    codes = codes[~codes.index.duplicated()]
    codable = codes["codable"].fillna(True).astype(bool)
    below = codes.loc[codable, "parent_id"]
    for table in ("codings", "goals", "keywords"):
        if table not in frames:
            continue
        for code, row in iterate_rows(frames[table], "code_id"):
            if pd.isna(code) or code not in codes.index:
                continue  # an unknown code is reported as a missing reference
            if not codable[code]:
                narrower = sorted(below.index[(below == code).fillna(False)])
                yield CellProblem(
                    table,
                    row,
                    "code_id",
                    f"{quote_value(code)} only groups other codes",
                    list_values(narrower) or "a codable code",
                    "Choose a narrower code.",
                    "data.code-not-codable",
                )
            elif table == "goals" and codes.loc[code, "kind"] not in kinds:
                what = f"{quote_value(code)} is a code of the kind {codes.loc[code, 'kind']}"
                allowed = (
                    f"a code of the kind {' or '.join(kinds) or 'goal, of which there is none'}"
                )
                remedy = "Choose the theme of the goal."
                yield CellProblem(table, row, "code_id", what, allowed, remedy, "data.code-kind")


def check_coders_have_read(frames: NumberedTables) -> Iterator[CellProblem]:
    """Whoever codes a passage in a round has a reading of its document in that round."""
    codings = frames["codings"].merge(
        frames["segments"][["segment_id", "document_id"]].drop_duplicates("segment_id"),
        on="segment_id",
    )
    columns = ["document_id", "coder_id", "round"]
    codings = codings.dropna(subset=columns)
    readings = frames["readings"]
    read = set(zip(*(readings[name] for name in columns), strict=True))
    for document, coder, round_, row in iterate_rows(codings, *columns):
        if (document, coder, round_) not in read:
            what = (
                f"{quote_value(coder)} has no reading of document {quote_value(document)} "
                f"in round {round_}"
            )
            allowed = "a coder with a reading of the document in the round"
            told = frames.as_told("readings")
            remedy = f"Add the reading to {told}, or correct the coder or the round."
            yield CellProblem("codings", row, "coder_id", what, allowed, remedy, "data.reading")


def check_finals_read(frames: NumberedTables) -> Iterator[CellProblem]:
    """Every final report has been read whole, or else it would count as silent on all themes."""
    documents = frames["documents"]
    finals = documents[documents["kind"] == "final"].dropna(subset=["document_id"])
    readings = frames["readings"]
    complete = readings.loc[readings["complete"].fillna(False), "document_id"]
    for _, row in finals[~finals["document_id"].isin(complete)].iterrows():
        what = f"no coder has read {quote_value(row['document_id'])} from beginning to end"
        allowed = "at least one complete reading of each final report"
        told, home = frames.as_told("readings"), frames.as_told("documents")
        remedy = f"Add its reading to {told}; until it is coded, leave it out of {home}."
        yield CellProblem(
            "documents", int(row[ROW]), "document_id", what, allowed, remedy, "data.unread"
        )


def check_answers(frames: NumberedTables) -> Iterator[CellProblem]:
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
    for start, goal, row in iterate_rows(chosen, *ends):
        if start not in home or goal not in home:
            continue  # reported as a missing reference
        for column, segment, role in zip(ends, (start, goal), ANSWERS, strict=True):
            if segment not in of[role]:
                kind = " or ".join(frames.vocabulary.kinds_of(role)) or role
                what = f"{quote_value(segment)} carries no code of the kind {kind}"
                allowed = "from a passage with a response to a passage with a challenge"
                remedy = "Turn the relation round, or correct the coding."
                yield CellProblem("relations", row, column, what, allowed, remedy, "data.answers")


def check_relations(frames: NumberedTables) -> Iterator[CellProblem]:
    """A relation of any kind joins two passages of the same document."""
    relations, segments = frames["relations"], frames["segments"]
    home = dict(zip(segments["segment_id"], segments["document_id"], strict=True))
    ends = ("from_segment_id", "to_segment_id")
    chosen = relations.dropna(subset=list(ends))
    for start, goal, row in iterate_rows(chosen, *ends):
        if start in home and goal in home and home[start] != home[goal]:
            what = (
                f"{quote_value(goal)} is in document {quote_value(home[goal])}, "
                f"{quote_value(start)} in {quote_value(home[start])}"
            )
            allowed, remedy = "both passages in one document", "Correct the passage."
            yield CellProblem(
                "relations", row, "to_segment_id", what, allowed, remedy, "data.relation"
            )


def check_passages(frames: NumberedTables) -> Iterator[CellProblem]:
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
                yield CellProblem(
                    table,
                    int(rows.loc[place, ROW]),
                    column,
                    f"{quote_value(rows.loc[place, column])} is in document "
                    f"{quote_value(homes[place])}",
                    f"a passage of document {quote_value(rows.loc[place, 'document_id'])}",
                    "Correct the passage or the document.",
                    "data.passage",
                )


def check_pages(frames: NumberedTables) -> Iterator[CellProblem]:
    """Passages and sections stand on pages that their document has."""
    documents = frames["documents"].dropna(subset=["document_id", "pages"])
    pages = dict(zip(documents["document_id"], documents["pages"], strict=True))
    for table in ("segments", "sections"):
        if table not in frames:
            continue
        rows = frames[table].dropna(subset=["document_id", "page"])
        for document, page, row in iterate_rows(rows, "document_id", "page"):
            if page > pages.get(document, page):
                what = (
                    f"page {page} of document {quote_value(document)}, which has {pages[document]}"
                )
                allowed = f"1 to {pages[document]}"
                pages_told = frames.as_told("documents", "pages")
                remedy = f"Correct the page, or the {pages_told} in {frames.as_told('documents')}."
                yield CellProblem(table, row, "page", what, allowed, remedy, "data.page")


def check_code_tree(frames: NumberedTables) -> Iterator[CellProblem]:
    """No code stands above itself."""
    codes = frames["codes"].dropna(subset=["code_id"])
    parents = dict(zip(codes["code_id"], codes["parent_id"], strict=True))
    for code, row in iterate_rows(codes, "code_id"):
        seen = {code}
        above = parents[code]
        while not pd.isna(above) and above in parents and above not in seen:
            seen.add(above)
            above = parents[above]
        if not pd.isna(above) and above == code:
            what, remedy = f"{quote_value(code)} is above itself", "Correct the broader code."
            yield CellProblem("codes", row, "parent_id", what, "a tree", remedy, "data.code-cycle")


def check_goals(frames: NumberedTables) -> Iterator[CellProblem]:
    """Unreported attainment is unmeasured, and a goal is of the project of its document."""
    goals = frames["goals"]
    silent = goals["attainment"] == "not_reported"
    unmeasured = goals["measured_by"] == "none"
    known = goals["attainment"].notna() & goals["measured_by"].notna()
    for _, row in goals[(known & (silent != unmeasured)).fillna(False)].iterrows():
        what = f"{quote_value(row['measured_by'])} with attainment {quote_value(row['attainment'])}"
        allowed = "none where the attainment is not_reported, and only there"
        remedy = "Correct the one that is wrong."
        yield CellProblem(
            "goals", int(row[ROW]), "measured_by", what, allowed, remedy, "data.attainment"
        )
    documents = frames["documents"][["document_id", "project_id", "kind"]]
    merged = goals.merge(documents, on="document_id", suffixes=("", "_of_document"))
    other = (merged["project_id"] != merged["project_id_of_document"]).fillna(False)
    for _, row in merged[other].iterrows():
        what = (
            f"{quote_value(row['project_id'])}, but document {quote_value(row['document_id'])} "
            f"is of project {quote_value(row['project_id_of_document'])}"
        )
        allowed, remedy = "the project of the document", "Correct the one that is wrong."
        yield CellProblem(
            "goals", int(row[ROW]), "project_id", what, allowed, remedy, "data.goal-project"
        )


def check_ratings(frames: NumberedTables) -> Iterator[CellProblem]:
    """An answer lies within the scale of its question."""
    merged = frames["ratings"].merge(
        frames["rating_items"][["item_id", "scale_min", "scale_max"]], on="item_id"
    )
    outside = (merged["value"] < merged["scale_min"]) | (merged["value"] > merged["scale_max"])
    for _, row in merged[outside.fillna(False)].iterrows():
        what = f"{row['value']} is outside the scale of {quote_value(row['item_id'])}"
        allowed = f"{row['scale_min']} to {row['scale_max']}"
        remedy = "Correct the answer, or empty the row."
        yield CellProblem("ratings", int(row[ROW]), "value", what, allowed, remedy, "data.rating")


CODING_RULES = (
    Rule(check_kinds_declared, ()),
    Rule(check_codes_used, ("codes",)),
    Rule(
        check_coders_have_read,
        ("codings", "segments", "readings"),
        {"readings": ("document_id", "coder_id", "round")},
    ),
    Rule(
        check_finals_read,
        ("documents", "readings"),
        {"readings": ("document_id", "complete")},
    ),
    Rule(
        check_answers,
        ("relations", "segments", "codings", "codes"),
        {"codings": ("segment_id", "code_id"), "codes": ("code_id", "kind")},
    ),
    Rule(check_relations, ("relations", "segments")),
    Rule(check_passages, ("segments",)),
    Rule(check_pages, ("documents",)),
    Rule(check_code_tree, ("codes",)),
    Rule(check_goals, ("goals", "documents")),
    Rule(check_ratings, ("ratings", "rating_items")),
)


_CODES = ("code_id", "codebook_version", "retired")


def check_code_retirement(frames: NumberedTables) -> Iterator[CellProblem]:
    """A code is given up in a later version than the one that brought it in."""
    codes = frames["codes"].dropna(subset=["codebook_version", "retired"])
    for first, last, row in iterate_rows(codes, "codebook_version", "retired"):
        if version_order(last) <= version_order(first):
            what = (
                f"{quote_value(last)} is not after {quote_value(first)}, which brought the code in"
            )
            allowed = f"a version after {first}"
            remedy = "Correct the version that is wrong; while a code is used the cell is empty."
            yield CellProblem("codes", row, "retired", what, allowed, remedy, "data.code-version")


def check_reading_versions(frames: NumberedTables) -> Iterator[CellProblem]:
    """The version a coder worked with is one that the codebook knows."""
    known = _versions(frames)
    readings = frames["readings"].dropna(subset=["codebook_version"])
    for version, row in iterate_rows(readings, "codebook_version"):
        if not _known_at(version, known):
            yield _unknown_version("readings", row, "codebook_version", version, known)


def check_coding_versions(frames: NumberedTables) -> Iterator[CellProblem]:
    """A coder gave only codes of the version that the document was read with."""
    keys = ["document_id", "coder_id", "round"]
    homes = frames["segments"][["segment_id", "document_id"]].drop_duplicates("segment_id")
    readings = frames["readings"][[*keys, "codebook_version"]].rename(
        columns={"codebook_version": "version"}
    )
    # Of codings far fewer kinds than rows: each code, version and term is judged once.
    codings = (
        frames["codings"]
        .merge(homes, on="segment_id")
        .merge(readings.dropna().drop_duplicates(keys), on=keys)
        .merge(frames["codes"][list(_CODES)].drop_duplicates("code_id"), on="code_id")
        .dropna(subset=["codebook_version"])
    )
    terms = ["version", "codebook_version", "retired"]
    wrong = [
        group
        for (version, first, last), group in codings.fillna({"retired": ""}).groupby(terms)
        if not in_use(str(first), str(last), str(version))
    ]
    for group in wrong:
        for code, version, first, last, row in iterate_rows(
            group, "code_id", "version", "codebook_version", "retired"
        ):
            until = f" and no longer in {last}" if last else ""
            what = (
                f"{quote_value(code)} is in use from version {first}{until}, but the document was "
                f"read with {version}"
            )
            allowed = f"a code of version {version}"
            remedy = f"Correct the code, or the version in {frames.as_told('readings')}."
            yield CellProblem("codings", row, "code_id", what, allowed, remedy, "data.code-version")


def check_change_versions(frames: NumberedTables) -> Iterator[CellProblem]:
    """A change leads from a code of an earlier version to one of a later."""
    codes = frames["codes"].dropna(subset=["code_id", "codebook_version"])
    terms = {
        code: (first, None if pd.isna(last) else last)
        for code, first, last, _ in iterate_rows(codes, *_CODES)
    }
    known = _versions(frames)
    columns = ("from_version", "to_version", "from_code_id", "to_code_id")
    changes = frames["code_changes"].dropna(subset=list(columns))
    for earlier, later, old, new, row in iterate_rows(changes, *columns):
        unknown = [
            _unknown_version("code_changes", row, column, version, known)
            for column, version in zip(columns[:2], (earlier, later), strict=True)
            if not _known_at(version, known)
        ]
        yield from unknown
        if not unknown and version_order(later) <= version_order(earlier):
            yield CellProblem(
                "code_changes",
                row,
                "to_version",
                f"{quote_value(later)} is not after {quote_value(earlier)}",
                f"a version after {earlier}",
                "Correct the version that is wrong.",
                "data.code-version",
            )
        for column, code, version in (
            ("from_code_id", old, earlier),
            ("to_code_id", new, later),
        ):
            if not unknown and code in terms and not in_use(*terms[code], version):
                what = f"{quote_value(code)} is not in version {version}"
                allowed = f"a code of version {version}"
                remedy = f"Correct the code, or its versions in {frames.as_told('codes')}."
                yield CellProblem(
                    "code_changes", row, column, what, allowed, remedy, "data.code-version"
                )


def check_change_kinds(frames: NumberedTables) -> Iterator[CellProblem]:
    """One code becomes one, or several, or several become one, as the kind says."""
    columns = ("from_version", "to_version", "from_code_id", "to_code_id", "kind")
    changes = frames["code_changes"].dropna(subset=list(columns))
    rows = iterate_rows(changes, *columns)
    befores = Counter((a, b, old) for a, b, old, *_ in rows)
    afters = Counter((a, b, new) for a, b, _, new, *_ in rows)
    for earlier, later, old, new, kind, row in rows:
        many = befores[earlier, later, old], afters[earlier, later, new]
        allowed, holds = {
            "rename": ("one code that becomes another", many == (1, 1) and old != new),
            "redefine": ("one code that stays itself", many == (1, 1) and old == new),
            "split": ("one code that becomes several", many[0] > 1 and many[1] == 1),
            "merge": ("several codes that become one", many[0] == 1 and many[1] > 1),
        }.get(kind, ("", True))  # another kind is reported as not in the list
        if not holds:
            what = (
                f"{quote_value(old)} becomes {_counted(many[0])} and {quote_value(new)} comes of "
                f"{_counted(many[1])} from {earlier} to {later}"
            )
            allowed = f"for {kind}: {allowed}"
            remedy = "Correct the kind, or add the rows that are missing."
            yield CellProblem(
                "code_changes", row, "kind", what, allowed, remedy, "data.code-change"
            )


def check_consensus(frames: NumberedTables) -> Iterator[CellProblem]:
    """A consensus names codings of other coders, in its document and with its code."""
    homes = frames["segments"][["segment_id", "document_id"]].drop_duplicates("segment_id")
    codings = frames["codings"].merge(homes, on="segment_id", how="left")
    resting = codings.dropna(subset=["consensus_of"])
    if resting.empty:
        return
    columns = ("document_id", "code_id", "coder_id")
    of = dict(
        zip(
            codings["coding_id"],
            zip(*(codings[name] for name in columns), strict=True),
            strict=True,
        )
    )
    for names, document, code, coder, row in iterate_rows(resting, "consensus_of", *columns):
        for name in str(names).split():
            if name not in of:
                what = f"{quote_value(name)} is not in {frames.as_told('codings')}"
            elif pd.isna(document) or pd.isna(of[name][0]):
                continue  # reported as a missing reference
            elif of[name][0] != document:
                what = f"{quote_value(name)} is of document {quote_value(of[name][0])}"
            elif of[name][1] != code:
                what = f"{quote_value(name)} gives the code {quote_value(of[name][1])}"
            elif of[name][2] == coder:
                what = f"{quote_value(name)} is of the same coder, {quote_value(coder)}"
            else:
                continue
            allowed = (
                f"codings of other coders in document {quote_value(document)} "
                f"with {quote_value(code)}"
            )
            remedy = "Correct the coding that is named."
            yield CellProblem(
                "codings", row, "consensus_of", what, allowed, remedy, "data.consensus"
            )


def _versions(frames: NumberedTables) -> tuple[str, ...]:
    codes = frames["codes"]
    return known_versions(codes["codebook_version"].dropna(), codes["retired"].dropna())


def _known_at(version: str, known: tuple[str, ...]) -> bool:
    return version_order(version) in {version_order(one) for one in known}


def _unknown_version(
    table: str, row: int, column: str, version: str, known: tuple[str, ...]
) -> CellProblem:
    what = f"{quote_value(version)} is no version of the codebook"
    remedy = suggest_value(version, known) or "Correct it, or put the version on its codes."
    return CellProblem(table, row, column, what, list_values(known), remedy, "data.code-version")


def _counted(number: int) -> str:
    return "one code" if number == 1 else f"{number} codes"


_WHOLE = {"codes": ("codebook_version", "retired")}

CODEBOOK_RULES = (
    Rule(check_code_retirement, ("codes",)),
    Rule(check_reading_versions, ("codes", "readings"), _WHOLE),
    Rule(check_coding_versions, ("codes", "codings", "segments", "readings")),
    Rule(check_change_versions, ("codes", "code_changes"), _WHOLE),
    Rule(
        check_change_kinds,
        ("code_changes",),
        {"code_changes": ("from_version", "to_version", "from_code_id", "to_code_id", "kind")},
    ),
    Rule(check_consensus, ("codings", "segments"), {"codings": ("coding_id",)}),
)
