"""Codings: from what each coder marked to what a report says.

The unit is the report (the project), not the passage. What a report does not mention is
*silent*, which is not *no*. A coder counts for a document if they read it from beginning to end;
of several complete rounds the last one is theirs. Polarity `mixed` both affirms and denies.

A project is `yes` for a code
* by rule *any*, where at least one coder who counts affirmed it;
* by *majority*, where more than half of them did;
* by *all*, where every one did;
* by *consensus*, where the consensus coder did. A document without a consensus reading is taken
  by rule *all*: what its coders agree on needs no consensus, what they do not has none yet.

It is `no` where the rule is not met by affirming but is by denying, and otherwise `silent`.

A code is asked of a document by the coders who count and read it with a version of the codebook
that holds the code, or codes that mean the same; the rule is put to them. Where there is none,
the state is `not_asked`: what nobody looked for is not silent, and no share may count it so.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaltools.evidence.codebook import UNNAMED, Codebook, Crosswalk
from evaltools.evidence.computed_once import once_of_tables
from evaltools.study import Vocabulary

KEYS = ["document_id", "coder_id", "round"]


@dataclass(frozen=True)
class CodeUnits:
    """What states are given to: identifiers, in the order in which they are listed, and kinds.

    `counts_for` has by version of the codebook, for each code that a coder with that version could
    give, the unit it counts for. Its values are the units that were asked.
    """

    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    counts_for: Mapping[str, Mapping[str, str]]

    @cached_property
    def is_identity(self) -> bool:
        """Whether every code was asked under every version and counts for itself."""
        return all(
            len(own) == len(self.ids) and all(code == unit for code, unit in own.items())
            for own in self.counts_for.values()
        )

    def applicable(self, version: str) -> npt.NDArray[np.int64]:
        """For each unit 1 where a coder with the version was asked of it, else 0."""
        units = set(self.counts_for[version].values())
        return np.array([unit in units for unit in self.ids], dtype=np.int64)

    def translate(self, marks: pd.DataFrame) -> pd.DataFrame:
        """Marks with units for their codes; those that count for none are left out."""
        if self.is_identity:
            return marks
        parts = []
        for version, own in marks.groupby("codebook_version", sort=True):
            units = own["code_id"].map(dict(self.counts_for[str(version)]))
            parts.append(own.assign(code_id=units.astype("string"))[units.notna()])
        return pd.concat(parts) if parts else marks


def units_for_codes(
    tables: Mapping[str, pd.DataFrame], stated_in: str, versions: Iterable[str]
) -> CodeUnits:
    """Every codable code, stated in the terms of one version.

    Codes that it does not hold are asked of nobody. `versions` are those of the readings.
    """
    codebook = _codebook(tables)
    own = codebook.codes_at(stated_in)
    counts_for: dict[str, dict[str, str]] = {}
    for version in sorted({*versions, UNNAMED}):
        held = codebook.codes_at(version)
        # A reading that names no version does not say what was not asked: all that is stated was.
        if version == UNNAMED or (held == own and not codebook.changes):
            counts_for[version] = {code: code for code in sorted(own)}
        else:
            groups = codebook.crosswalk(version, stated_in).groups
            counts_for[version] = {
                code: group.new[0] for group in groups if len(group.new) == 1 for code in group.old
            }
    kinds = _kinds(tables)
    ids = tuple(sorted(kinds))
    return CodeUnits(ids, tuple(kinds[code] for code in ids), counts_for)


def units_for_groups(
    tables: Mapping[str, pd.DataFrame], crosswalk: Crosswalk, versions: Iterable[str]
) -> CodeUnits:
    """Groups of codes that mean the same in two versions, each by the code that stands for it."""
    codebook = _codebook(tables)
    counts_for: dict[str, dict[str, str]] = {}
    for version in sorted({*versions, UNNAMED}):
        found = ((code, crosswalk.find_group(code)) for code in sorted(codebook.codes_at(version)))
        counts_for[version] = {code: group.code for code, group in found if group is not None}
    kinds = _kinds(tables)
    ids = tuple(sorted(group.code for group in crosswalk.groups))
    return CodeUnits(ids, tuple(kinds[code] for code in ids), counts_for)


def versions_read(tables: Mapping[str, pd.DataFrame], documents: pd.DataFrame) -> tuple[str, ...]:
    """Versions of the codebook with which documents were read whole, `UNNAMED` where not named."""
    last = _last_readings(tables)
    own = last.loc[last["document_id"].isin(documents["document_id"]), "codebook_version"]
    return tuple(sorted(set(map(str, own))))


@once_of_tables
def _last_readings(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Of each document and coder the last complete round, with the version it was read with.

    They are numbered, as `reading`.
    """
    readings = tables["readings"]
    version = readings.get("codebook_version", pd.Series(UNNAMED, readings.index))
    readings = readings.assign(codebook_version=version.astype("string").fillna(UNNAMED))
    complete = readings[readings["complete"].fillna(False).astype(bool)]
    last = complete.sort_values(KEYS).drop_duplicates(KEYS[:2], keep="last")
    last = last[[*KEYS, "codebook_version"]].reset_index(drop=True)
    return last.assign(reading=last.index)


@once_of_tables
def _codebook(tables: Mapping[str, pd.DataFrame]) -> Codebook:
    return Codebook.from_tables(tables)


@once_of_tables
def _kinds(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    codes = tables["codes"]
    codes = codes[codes["codable"].astype("boolean").fillna(False).astype(bool)]
    return {
        str(code): str(kind) for code, kind in zip(codes["code_id"], codes["kind"], strict=True)
    }


CoderRule = Literal["any", "majority", "all", "consensus"]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

PRESENCE_COLUMNS = ["project_id", "code_id", "kind", "state", "segments", "coders"]
LINKED_COLUMNS = ["project_id", "challenge", "response", "links"]


def compute_presence(
    tables: Mapping[str, pd.DataFrame],
    documents: pd.DataFrame,
    rule: CoderRule,
    units: CodeUnits | None = None,
) -> pd.DataFrame:
    """State of every codable code in every given document.

    Arguments:
        tables: at least codes, coders, readings, segments and codings.
        documents: rows of documents, one a project.
        rule: whose word counts.
        units: what to give states to; the codable codes, stated in the latest version with which
            one of the documents was read, where it is not given.

    Returns a row for each project × unit, sorted by both: `project_id`, `code_id`, `kind` of the
    code, `state` (yes, no, silent, not_asked), `segments` (passages in which coders who count
    affirm the code) and `coders` (how many of them affirm it).
    """
    units = units or codes_as_read(tables, documents)
    documents = documents.sort_values("project_id")
    voters = eligible_coders(tables, rule)
    voters = voters[voters["document_id"].isin(documents["document_id"])]
    place = pd.Index(documents["document_id"])
    code_place = pd.Index(units.ids)
    shape = (len(place), len(code_place))

    marks = coder_marks(tables, voters, units)
    marks = marks[marks["code_id"].isin(code_place)]
    affirms = marks[marks["polarity"].isin(["affirm", "mixed"])]
    denies = marks[marks["polarity"].isin(["deny", "mixed"])]
    affirmers = _count(affirms, "coder_id", place, code_place, shape)
    deniers = _count(denies, "coder_id", place, code_place, shape)
    segments = _count(affirms, "segment_id", place, code_place, shape)

    reached = _consensus_reached(voters, place)
    applicable = count_readers(voters, place, units)
    yes = rule_satisfied(affirmers, applicable, rule, reached[:, None])
    no = ~yes & rule_satisfied(deniers, applicable, rule, reached[:, None])
    state = np.where(yes, "yes", np.where(no, "no", "silent"))
    state = np.where(applicable == 0, "not_asked", state)
    return pd.DataFrame(
        {
            "project_id": _strings(np.repeat(documents["project_id"].to_numpy(object), shape[1])),
            "code_id": _strings(np.tile(np.array(units.ids, dtype=object), shape[0])),
            "kind": _strings(np.tile(np.array(units.kinds, dtype=object), shape[0])),
            "state": _strings(state.ravel().astype(object)),
            "segments": segments.ravel(),
            "coders": affirmers.ravel(),
        },
        columns=PRESENCE_COLUMNS,
    )


def linked_responses(
    tables: Mapping[str, pd.DataFrame],
    documents: pd.DataFrame,
    states: pd.DataFrame,
    rule: CoderRule,
    vocabulary: Vocabulary,
) -> pd.DataFrame:
    """Responses that reports themselves tie to the challenge they answer.

    Two themes in one report are co-mentioned. They are linked where those who count by the coder
    rule say so, each for themselves: a coder says it by drawing an `answers` relation from a
    passage that they marked with the response to one that they marked with the challenge. A link
    counts where both themes are present in the project by the same rule.

    Arguments:
        tables: at least codes, coders, readings, segments, codings and relations.
        documents: rows of documents, one a project.
        states: what `presence` gives for them by the rule.
        rule: whose word counts.
        vocabulary: says which kinds of codes are responses, which challenges.

    Returns `project_id`, `challenge`, `response` and `links` (relations of those who count that
    join them), sorted.
    """
    units = codes_as_read(tables, documents)
    voters = eligible_coders(tables, rule)
    voters = voters[voters["document_id"].isin(documents["document_id"])]
    marks = coder_marks(tables, voters, units)
    marks = marks[marks["polarity"].isin(["affirm", "mixed"])]
    roles = {
        unit: vocabulary.role_of(kind) for unit, kind in zip(units.ids, units.kinds, strict=True)
    }
    relations = tables["relations"]
    drawn = relations.loc[
        relations["kind"] == "answers",
        ["relation_id", "from_segment_id", "to_segment_id", "coder_id"],
    ]
    for end, side in (("from", "response"), ("to", "challenge")):
        own = marks[marks["code_id"].map(roles) == side]
        own = own[["document_id", "coder_id", "segment_id", "code_id"]].drop_duplicates()
        own = own.astype("string")
        own = own.rename(columns={"segment_id": f"{end}_segment_id", "code_id": side})
        keys = [name for name in own.columns if name in drawn.columns]
        drawn = drawn.merge(own, on=keys)
    place = pd.Index(documents["document_id"])
    code_place = pd.Index(units.ids)
    reached = _consensus_reached(voters, place)
    readers = count_readers(voters, place, units)

    by = ["document_id", "challenge", "response"]
    counted = drawn.groupby(by).agg(
        coders=("coder_id", "nunique"), links=("relation_id", "nunique")
    )
    counted = counted.reset_index()
    where = place.get_indexer(pd.Index(counted["document_id"]))
    ends = [code_place.get_indexer(pd.Index(counted[side])) for side in by[1:]]
    applicable = np.minimum(readers[where, ends[0]], readers[where, ends[1]])
    enough = rule_satisfied(
        counted["coders"].to_numpy(dtype=np.int64), applicable, rule, reached[where]
    )
    counted = counted[enough].merge(documents[["document_id", "project_id"]], on="document_id")
    present = states.loc[states["state"] == "yes", ["project_id", "code_id"]]
    for side in by[1:]:
        counted = counted.merge(present.rename(columns={"code_id": side}), on=["project_id", side])
    keys = LINKED_COLUMNS[:3]
    return counted[LINKED_COLUMNS].sort_values(keys, ignore_index=True).astype({"links": "int64"})


def codes_as_read(tables: Mapping[str, pd.DataFrame], documents: pd.DataFrame) -> CodeUnits:
    """The codable codes in the terms of the latest version with which a document was read.

    So a wave keeps its own codes when a later one is read with others.
    """
    versions = versions_read(tables, documents)
    return units_for_codes(tables, _codebook(tables).latest(versions), versions)


@once_of_tables
def eligible_coders(tables: Mapping[str, pd.DataFrame], rule: CoderRule) -> pd.DataFrame:
    """Who counts for which document.

    Returns `document_id`, `coder_id`, `round`, `codebook_version` (of the reading) and `role`.
    """
    roles = tables["coders"][["coder_id", "role"]]
    voters: pd.DataFrame = _last_readings(tables).merge(roles, on="coder_id")
    consensus = voters["role"] == "consensus"
    if rule != "consensus":
        return voters[~consensus]
    reached = voters["document_id"].isin(voters.loc[consensus, "document_id"])
    return voters[consensus | ~reached]


def coder_marks(
    tables: Mapping[str, pd.DataFrame], voters: pd.DataFrame, units: CodeUnits
) -> pd.DataFrame:
    """Codings of those who count, with the unit each counts for as its `code_id`."""
    marks, counts = _marks(tables), np.zeros(len(_last_readings(tables)), dtype=bool)
    counts[voters["reading"]] = True
    return units.translate(marks[counts[marks["reading"]]])


@once_of_tables
def _marks(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Codings of last complete readings, with the document that each is in.

    Columns of few values are categories: they are compared as numbers under every coder rule.
    """
    readings = _last_readings(tables)
    codings = tables["codings"][["segment_id", "code_id", "coder_id", "round", "polarity"]]
    segments = tables["segments"][["segment_id", "document_id"]]
    marks = codings.merge(segments, on="segment_id").merge(readings, on=KEYS)
    few = ("document_id", "coder_id", "code_id", "polarity", "codebook_version")
    return marks.astype(dict.fromkeys(few, "category"))


def _consensus_reached(voters: pd.DataFrame, documents: pd.Index) -> Bools:
    settled = voters.loc[voters["role"] == "consensus", "document_id"]
    return np.asarray(documents.isin(settled), dtype=bool)


def count_readers(voters: pd.DataFrame, documents: pd.Index, units: CodeUnits) -> Ints:
    """How many of those who count were asked of each unit in each document."""
    readers = np.zeros((len(documents), len(units.ids)), dtype=np.int64)
    for version, own in voters.groupby("codebook_version", sort=True):
        rows = documents.get_indexer(pd.Index(own["document_id"]))
        counts = np.bincount(rows[rows >= 0], minlength=len(documents)).astype(np.int64)
        readers += counts[:, None] * units.applicable(str(version))[None, :]
    return readers


def _count(
    marks: pd.DataFrame, what: str, places: pd.Index, codes: pd.Index, shape: tuple[int, int]
) -> Ints:
    """How many different coders, or segments, stand behind each document × code."""
    cells = _places(marks["document_id"], places) * shape[1] + _places(marks["code_id"], codes)
    numbers, different = pd.factorize(marks[what])
    distinct = pd.unique(cells * max(1, len(different)) + numbers) // max(1, len(different))
    return np.bincount(distinct, minlength=shape[0] * shape[1]).reshape(shape)


def _places(names: pd.Series, index: pd.Index) -> Ints:
    """Where each of many names is in an index: each different one is looked up once."""
    few = names.astype("category").cat
    return index.get_indexer(few.categories)[few.codes].astype(np.int64)


def rule_satisfied(count: Ints, readers: Ints, rule: CoderRule, reached: Bools) -> Bools:
    """Whether so many of those who were asked are enough by a rule."""
    if rule == "any":
        return count >= 1
    if rule == "majority":
        return 2 * count > readers
    every = (count == readers) & (readers > 0)
    return np.where(reached, count >= 1, every) if rule == "consensus" else every


def _strings(values: npt.NDArray[np.object_]) -> pd.api.extensions.ExtensionArray:
    return pd.array(values, dtype="string")
