"""Rules of the codebook and of the coding: which codes may be used, when, by whom, and tied how."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from evaltools.evidence.cell_values import CellProblem, NumberedTables, Rule, iterate_rows, requires
from evaltools.evidence.codebook import in_use, known_versions, version_order
from evaltools.problems import list_values, quote_value, suggest_value
from evaltools.study import Role

ANSWERS: Mapping[str, Role] = {"from_segment_id": "response", "to_segment_id": "challenge"}
"""Roles of the codes that `answers` leads from and to."""

_TERMS = ["code_id", "codebook_version", "retired"]
_VERSIONS = ("codebook_version", "retired")
_CHANGES = ("from_version", "to_version", "from_code_id", "to_code_id", "kind")


@requires()
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
        rows = frames[table].dropna(subset=[column])
        rows = rows[~rows[column].isin(list(known))]
        near = [suggest_value(str(found), known) for found in rows[column]]
        remedies = [one or "Choose one of these, or declare it there." for one in near]
        yield from frames.tell(
            rows.assign(found=rows[column], remedy=remedies), f"{table}.{column}", "data.kind",
            f"{{found}} is not in {key} of evaluation.yml", list_values(known), "{remedy:s}",
        )  # fmt: skip


@requires("codes")
def check_codes_used(frames: NumberedTables) -> Iterator[CellProblem]:
    """Codings and keywords use codable codes; goals use codable codes of a kind that has goals."""
    kinds = frames.vocabulary.kinds_of("goal")
    codes = frames["codes"].dropna(subset=["code_id"]).drop_duplicates("code_id")
    codes = codes.set_index("code_id")
    codable = codes["codable"].fillna(True).astype(bool)
    above = codes.loc[codable, "parent_id"]
    narrower = {
        code: list_values(sorted(above.index[(above == code).fillna(False)])) or "a codable code"
        for code in codes.index[~codable]
    }
    for table in ("codings", "goals", "keywords"):
        if table not in frames:
            continue
        # An unknown code is reported as a missing reference.
        used = frames[table][frames[table]["code_id"].isin(codes.index)]
        allowed = used["code_id"].map(narrower)
        yield from frames.tell(
            used.assign(allowed=allowed)[allowed.notna()], f"{table}.code_id",
            "data.code-not-codable", "{code_id} only groups other codes", "{allowed:s}",
            "Choose a narrower code.",
        )  # fmt: skip
        if table == "goals":
            used = used.assign(kind=used["code_id"].map(codes["kind"]))
            yield from frames.tell(
                used[allowed.isna() & ~used["kind"].isin(kinds)], "goals.code_id", "data.code-kind",
                "{code_id} is a code of the kind {kind:s}",
                f"a code of the kind {' or '.join(kinds) or 'goal, of which there is none'}",
                "Choose the theme of the goal.",
            )  # fmt: skip


def _homes(frames: NumberedTables) -> pd.DataFrame:
    return frames["segments"][["segment_id", "document_id"]].drop_duplicates("segment_id")


@requires("codings", "segments", "readings", readings=("document_id", "coder_id", "round"))
def check_coders_have_read(frames: NumberedTables) -> Iterator[CellProblem]:
    """Whoever codes a passage in a round has a reading of its document in that round."""
    columns = ["document_id", "coder_id", "round"]
    codings = frames["codings"].merge(_homes(frames), on="segment_id").dropna(subset=columns)
    read = pd.MultiIndex.from_frame(frames["readings"][columns])
    return frames.tell(
        codings[~pd.MultiIndex.from_frame(codings[columns]).isin(read)],
        "codings.coder_id", "data.reading",
        "{coder_id} has no reading of document {document_id} in round {round}",
        "a coder with a reading of the document in the round",
        "Add the reading to {own[readings]}, or correct the coder or the round.",
    )  # fmt: skip


@requires("documents", "readings", readings=("document_id", "complete"))
def check_finals_read(frames: NumberedTables) -> Iterator[CellProblem]:
    """Every final report has been read whole, or else it would count as silent on all themes."""
    documents, readings = frames["documents"], frames["readings"]
    finals = documents[documents["kind"] == "final"].dropna(subset=["document_id"])
    complete = readings.loc[readings["complete"].fillna(False), "document_id"]
    return frames.tell(
        finals[~finals["document_id"].isin(complete)], "documents.document_id", "data.unread",
        "no coder has read {document_id} from beginning to end",
        "at least one complete reading of each final report",
        "Add its reading to {own[readings]}; until it is coded, leave it out of "
        "{own[documents]}.",
    )  # fmt: skip


def _with_homes(frames: NumberedTables) -> pd.DataFrame:
    """Relations with the documents of both their ends; those of an unknown passage are not here."""
    rows = frames["relations"]
    for end in ANSWERS:
        homes = _homes(frames).rename(columns={"segment_id": end, "document_id": f"{end}_home"})
        rows = rows.dropna(subset=[end]).merge(homes, on=end)
    return rows


@requires(
    "relations", "segments", "codings", "codes",
    codings=("segment_id", "code_id"), codes=("code_id", "kind"),
)  # fmt: skip
def check_answers(frames: NumberedTables) -> Iterator[CellProblem]:
    """`answers` leads from a response to a challenge."""
    rows = _with_homes(frames)
    rows = rows[(rows["kind"] == "answers").fillna(False)]
    codes = frames["codes"][["code_id", "kind"]]
    coded = frames["codings"][["segment_id", "code_id"]].merge(codes, on="code_id")
    for end, role in ANSWERS.items():
        kinds = frames.vocabulary.kinds_of(role)
        fitting = coded.loc[coded["kind"].isin(kinds), "segment_id"]
        yield from frames.tell(
            rows[~rows[end].isin(fitting)], f"relations.{end}", "data.answers",
            f"{{{end}}} carries no code of the kind {' or '.join(kinds) or role}",
            "from a passage with a response to a passage with a challenge",
            "Turn the relation round, or correct the coding.",
        )  # fmt: skip


@requires("relations", "segments")
def check_relations(frames: NumberedTables) -> Iterator[CellProblem]:
    """A relation of any kind joins two passages of the same document."""
    rows = _with_homes(frames)
    apart = (rows["from_segment_id_home"] != rows["to_segment_id_home"]).fillna(False)
    return frames.tell(
        rows[apart], "relations.to_segment_id", "data.relation",
        "{to_segment_id} is in document {to_segment_id_home}, {from_segment_id} in "
        "{from_segment_id_home}", "both passages in one document", "Correct the passage.",
    )  # fmt: skip


@requires("segments")
def check_passages(frames: NumberedTables) -> Iterator[CellProblem]:
    """Goals and savings point to passages of their own document."""
    homes = _homes(frames).set_index("segment_id")["document_id"]
    for place in ("goals.segment_id", "goals.result_segment_id", "saving_claims.segment_id"):
        table, column = place.split(".")
        if table not in frames:
            continue
        rows = frames[table].dropna(subset=[column, "document_id"])
        rows = rows.assign(home=rows[column].map(homes))
        yield from frames.tell(
            rows[(rows["home"] != rows["document_id"]).fillna(False)], place, "data.passage",
            f"{{{column}}} is in document {{home}}", "a passage of document {document_id}",
            "Correct the passage or the document.",
        )  # fmt: skip


@requires("documents")
def check_pages(frames: NumberedTables) -> Iterator[CellProblem]:
    """Passages and sections stand on pages that their document has."""
    documents = frames["documents"].dropna(subset=["document_id", "pages"])
    pages = documents.drop_duplicates("document_id", keep="last").set_index("document_id")["pages"]
    for table in ("segments", "sections"):
        if table not in frames:
            continue
        rows = frames[table].dropna(subset=["document_id", "page"])
        rows = rows.assign(pages=rows["document_id"].map(pages))
        yield from frames.tell(
            rows[(rows["page"] > rows["pages"]).fillna(False)], f"{table}.page", "data.page",
            "page {page} of document {document_id}, which has {pages}", "1 to {pages}",
            "Correct the page, or the {own[documents.pages]} in {own[documents]}.",
        )  # fmt: skip


@requires("codes")
def check_code_tree(frames: NumberedTables) -> Iterator[CellProblem]:
    """No code stands above itself."""
    codes = frames["codes"].dropna(subset=["code_id"])
    parents = dict(zip(codes["code_id"], codes["parent_id"].fillna(""), strict=True))

    def is_above_itself(code: str) -> bool:
        seen, above = {code}, parents[code]
        while above in parents and above not in seen:
            seen.add(above)
            above = parents[above]
        return bool(above == code)

    return frames.tell(
        codes[[is_above_itself(code) for code in codes["code_id"]]],
        "codes.parent_id", "data.code-cycle",
        "{code_id} is above itself", "a tree", "Correct the broader code.",
    )  # fmt: skip


@requires("goals", "documents")
def check_goals(frames: NumberedTables) -> Iterator[CellProblem]:
    """Unreported attainment is unmeasured, and a goal is of the project of its document."""
    goals = frames["goals"]
    reached = goals.dropna(subset=["attainment", "measured_by"])
    yield from frames.tell(
        reached[(reached["attainment"] == "not_reported") != (reached["measured_by"] == "none")],
        "goals.measured_by", "data.attainment", "{measured_by} with attainment {attainment}",
        "none where the attainment is not_reported, and only there",
        "Correct the one that is wrong.",
    )  # fmt: skip
    homes = frames["documents"][["document_id", "project_id"]]
    merged = goals.merge(homes, on="document_id", suffixes=("", "_of_document"))
    yield from frames.tell(
        merged[(merged["project_id"] != merged["project_id_of_document"]).fillna(False)],
        "goals.project_id", "data.goal-project",
        "{project_id}, but document {document_id} is of project {project_id_of_document}",
        "the project of the document", "Correct the one that is wrong.",
    )  # fmt: skip


@requires("goals", "sustainability")
def check_signs(frames: NumberedTables) -> Iterator[CellProblem]:
    """Where signs of sustainability are recorded, they are of every goal attained.

    A goal without a row would otherwise be told as one of which its report says nothing.
    """
    goals, signs = frames["goals"], frames["sustainability"]
    if signs.empty:
        return iter(())
    attained = goals["attainment"].isin(["achieved", "partly"])
    return frames.tell(
        goals[attained & ~goals["goal_id"].isin(signs["goal_id"])],
        "goals.goal_id", "data.signs-missing", "{goal_id} is {attainment}, and has no row in "
        "{own[sustainability]}", "a row of each goal achieved or partly achieved",
        "Add its row, with silent for what the report does not tell.",
    )  # fmt: skip


@requires("ratings", "rating_items")
def check_ratings(frames: NumberedTables) -> Iterator[CellProblem]:
    """An answer lies within the scale of its question."""
    scales = frames["rating_items"][["item_id", "scale_min", "scale_max"]]
    rows = frames["ratings"].merge(scales, on="item_id")
    outside = (rows["value"] < rows["scale_min"]) | (rows["value"] > rows["scale_max"])
    return frames.tell(
        rows[outside.fillna(False)], "ratings.value", "data.rating",
        "{value} is outside the scale of {item_id}", "{scale_min} to {scale_max}",
        "Correct the answer, or empty the row.",
    )  # fmt: skip


@requires("codes")
def check_code_retirement(frames: NumberedTables) -> Iterator[CellProblem]:
    """A code is given up in a later version than the one that brought it in."""
    codes = frames["codes"].dropna(subset=list(_VERSIONS))
    early = codes["retired"].map(version_order) <= codes["codebook_version"].map(version_order)
    return frames.tell(
        codes[early.astype(bool)], "codes.retired", "data.code-version",
        "{retired} is not after {codebook_version}, which brought the code in",
        "a version after {codebook_version:s}",
        "Correct the version that is wrong; while a code is used the cell is empty.",
    )  # fmt: skip


def _unknown_versions(frames: NumberedTables, table: str, column: str) -> pd.Series:
    """Which rows of a table name a version that the codebook does not know."""
    known = {version_order(version) for version in _versions(frames)}
    named = frames[table][column]
    return named.notna() & ~named.fillna("").map(version_order).isin(list(known))


def _versions(frames: NumberedTables) -> tuple[str, ...]:
    codes = frames["codes"]
    return known_versions(codes["codebook_version"].dropna(), codes["retired"].dropna())


def _tell_unknown_version(
    frames: NumberedTables, table: str, column: str, rows: pd.DataFrame
) -> Iterator[CellProblem]:
    known = _versions(frames)
    near = [suggest_value(version, known) for version in rows[column]]
    remedies = [one or "Correct it, or put the version on its codes." for one in near]
    return frames.tell(
        rows.assign(remedy=remedies, known=list_values(known)), f"{table}.{column}",
        "data.code-version", f"{{{column}}} is no version of the codebook", "{known:s}",
        "{remedy:s}",
    )  # fmt: skip


@requires("codes", "readings", codes=_VERSIONS)
def check_reading_versions(frames: NumberedTables) -> Iterator[CellProblem]:
    """The version a coder worked with is one that the codebook knows."""
    unknown = frames["readings"][_unknown_versions(frames, "readings", "codebook_version")]
    return _tell_unknown_version(frames, "readings", "codebook_version", unknown)


@requires("codes", "codings", "segments", "readings")
def check_coding_versions(frames: NumberedTables) -> Iterator[CellProblem]:
    """A coder gave only codes of the version that the document was read with."""
    keys = ["document_id", "coder_id", "round"]
    readings = frames["readings"][[*keys, "codebook_version"]]
    readings = readings.rename(columns={"codebook_version": "version"}).dropna()
    # Of codings far fewer kinds than rows: each code, version and term is judged once.
    codings = (
        frames["codings"]
        .merge(_homes(frames), on="segment_id")
        .merge(readings.drop_duplicates(keys), on=keys)
        .merge(frames["codes"][_TERMS].drop_duplicates("code_id"), on="code_id")
        .dropna(subset=["codebook_version"])
        .fillna({"retired": ""})
    )
    for (version, first, last), group in codings.groupby(["version", *_VERSIONS]):
        if not in_use(str(first), str(last), str(version)):
            until = " and no longer in {retired:s}" if last else ""
            yield from frames.tell(
                group, "codings.code_id", "data.code-version",
                f"{{code_id}} is in use from version {{codebook_version:s}}{until}, but the "
                "document was read with {version:s}", "a code of version {version:s}",
                "Correct the code, or the version in {own[readings]}.",
            )  # fmt: skip


@requires("codes", "code_changes", codes=_VERSIONS)
def check_change_versions(frames: NumberedTables) -> Iterator[CellProblem]:
    """A change leads from a code of an earlier version to one of a later."""
    codes = frames["codes"].dropna(subset=_TERMS[:2]).fillna({"retired": ""})
    terms = {code: (first, last) for code, first, last, _ in iterate_rows(codes, *_TERMS)}
    complete = frames["code_changes"].notna()[list(_CHANGES[:4])].all(axis=1)
    changes = frames["code_changes"][complete]
    known = pd.Series(True, index=changes.index)
    for column in ("from_version", "to_version"):
        unknown = _unknown_versions(frames, "code_changes", column)[complete]
        yield from _tell_unknown_version(frames, "code_changes", column, changes[unknown])
        known &= ~unknown
    changes = changes[known]
    earlier, later = (changes[name].map(version_order) for name in ("from_version", "to_version"))
    yield from frames.tell(
        changes[(later <= earlier).astype(bool)], "code_changes.to_version", "data.code-version",
        "{to_version} is not after {from_version}", "a version after {from_version:s}",
        "Correct the version that is wrong.",
    )  # fmt: skip
    for end in ("from", "to"):
        absent = [
            code in terms and not in_use(*terms[code], version)
            for code, version, _ in iterate_rows(changes, f"{end}_code_id", f"{end}_version")
        ]
        yield from frames.tell(
            changes[absent], f"code_changes.{end}_code_id", "data.code-version",
            f"{{{end}_code_id}} is not in version {{{end}_version:s}}",
            f"a code of version {{{end}_version:s}}",
            "Correct the code, or its versions in {own[codes]}.",
        )  # fmt: skip


@requires("code_changes", code_changes=_CHANGES)
def check_change_kinds(frames: NumberedTables) -> Iterator[CellProblem]:
    """One code becomes one, or several, or several become one, as the kind says."""
    changes = frames["code_changes"].dropna(subset=list(_CHANGES))
    sides = {"after": "from_code_id", "before": "to_code_id"}
    many = {
        name: changes.groupby(["from_version", "to_version", side])["kind"].transform("size")
        for name, side in sides.items()
    }
    one_to_one = (many["after"] == 1) & (many["before"] == 1)
    same = changes["from_code_id"] == changes["to_code_id"]
    rules = {
        "rename": ("one code that becomes another", one_to_one & ~same),
        "redefine": ("one code that stays itself", one_to_one & same),
        "split": ("one code that becomes several", (many["after"] > 1) & (many["before"] == 1)),
        "merge": ("several codes that become one", (many["after"] == 1) & (many["before"] > 1)),
    }  # another kind is reported as not in the list
    counts = {
        name: ["one code" if number == 1 else f"{number} codes" for number in numbers]
        for name, numbers in many.items()
    }
    for kind, (allowed, holds) in rules.items():
        yield from frames.tell(
            changes.assign(**counts)[(changes["kind"] == kind) & ~holds],
            "code_changes.kind", "data.code-change",
            "{from_code_id} becomes {after:s} and {to_code_id} comes of {before:s} from "
            "{from_version:s} to {to_version:s}", f"for {kind}: {allowed}",
            "Correct the kind, or add the rows that are missing.",
        )  # fmt: skip


@requires("codings", "segments", codings=("coding_id",))
def check_consensus(frames: NumberedTables) -> Iterator[CellProblem]:
    """A consensus names codings of other coders, in its document and with its code."""
    codings = frames["codings"].merge(_homes(frames), on="segment_id", how="left")
    resting = codings.dropna(subset=["consensus_of"])
    if resting.empty:
        return
    columns = ["document_id", "code_id", "coder_id"]
    of = dict(zip(codings["coding_id"], codings[columns].itertuples(index=False), strict=True))
    for names, document, code, coder, row in iterate_rows(resting, "consensus_of", *columns):
        for name in str(names).split():
            if name not in of:
                what = f"is not in {frames.name_in_file('codings')}"
            elif pd.isna(document) or pd.isna(of[name].document_id):
                continue  # reported as a missing reference
            elif of[name].document_id != document:
                what = f"is of document {quote_value(of[name].document_id)}"
            elif of[name].code_id != code:
                what = f"gives the code {quote_value(of[name].code_id)}"
            elif of[name].coder_id == coder:
                what = f"is of the same coder, {quote_value(coder)}"
            else:
                continue
            yield CellProblem(
                "codings", row, "consensus_of", f"{quote_value(name)} {what}",
                f"codings of other coders in document {quote_value(document)} "
                f"with {quote_value(code)}", "Correct the coding that is named.", "data.consensus",
            )  # fmt: skip


CODING_RULES: tuple[Rule, ...] = (
    check_kinds_declared, check_codes_used, check_coders_have_read, check_finals_read,
    check_answers, check_relations, check_passages, check_pages, check_code_tree, check_goals,
    check_signs, check_ratings, check_code_retirement, check_reading_versions,
    check_coding_versions, check_change_versions, check_change_kinds, check_consensus,
)  # fmt: skip
