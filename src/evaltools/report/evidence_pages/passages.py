"""Coded passages for a theme or against it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import pandas as pd

from evaltools.evidence.code_presence import (
    coder_marks,
    codes_as_read,
    count_readers,
    eligible_coders,
    rule_satisfied,
)
from evaltools.evidence.selection import Evidence
from evaltools.indicators.disclosure.codes import withheld_codes
from evaltools.indicators.disclosure.policy import policy_for
from evaltools.indicators.prevalence import codebook, publishable_counts, why_denied

Polarity = Literal["affirm", "deny"]
_WORDS = ("quote", "prefix", "suffix", "page", "section")


@dataclass(frozen=True)
class Passage:
    """A coded passage of a final report.

    Arguments:
        segment, document: identifiers.
        start, end: where it stands in the text, in code points.
        quote: its words. prefix, suffix: what stands before and after it.
        page, section: where a reader finds it; empty where unknown.
        coders: how many coders who count marked it.
        language: of the report, `fi`; empty where unknown.
    """

    segment: str
    document: str
    start: int
    end: int
    quote: str
    prefix: str = ""
    suffix: str = ""
    page: str = ""
    section: str = ""
    coders: int = 0
    language: str = ""


@dataclass(frozen=True)
class Passages:
    """All passages by code and polarity, each list ordered by document and place.

    Arguments:
        by_code: passages that count under the coder rule.
        by_segment: all passages of the reports in scope.
        withheld: codes and polarities whose number is withheld; their passages are not here.
    """

    by_code: Mapping[tuple[str, Polarity], tuple[Passage, ...]] = field(default_factory=dict)
    by_segment: Mapping[str, Passage] = field(default_factory=dict)
    withheld: frozenset[tuple[str, Polarity]] = frozenset()

    def of(self, code: str, polarity: Polarity) -> tuple[Passage, ...]:
        """Passages that affirm or deny a code; one of polarity `mixed` does both."""
        return self.by_code.get((code, polarity), ())

    def for_segments(self, segments: Iterable[str]) -> tuple[Passage, ...]:
        """The passages of these identifiers that are in scope, in order, each once."""
        found = {self.by_segment[name] for name in segments if name in self.by_segment}
        return tuple(sorted(found, key=_sort_key))


def find_code(key: str, codes: Iterable[str], behind: Mapping[str, str]) -> str | None:
    """The code whose passages speak for a number, or None; `behind` is `codes_of_numbers`."""
    stem = key.rpartition(".")[0]
    stem = stem.removesuffix(".denied").removesuffix(".silent")
    return behind.get(stem) or (stem if stem in set(codes) else None)


def collect_passages(evidence: Evidence) -> Passages:
    """The passages that the states of `evidence.presence` rest on.

    A passage affirms where a coder who counts marked it so and the report is `yes` by the
    coder rule; it denies where denials meet the rule, whether the report also affirms or not.
    """
    tables, rule = evidence.tables, evidence.parameters.coder_rule
    units = codes_as_read(tables, evidence.reports)
    voters = eligible_coders(tables, rule)
    voters = voters[voters["document_id"].isin(evidence.reports["document_id"])]
    marks = coder_marks(tables, voters, units)
    places, columns = pd.Index(evidence.reports["document_id"]), pd.Index(units.ids)
    readers = count_readers(voters, places, units)
    consensus = voters.loc[voters["role"] == "consensus", "document_id"]
    segments = tables["segments"]
    segments = segments[segments["document_id"].isin(evidence.reports["document_id"])]
    languages = evidence.reports.set_index("document_id")["language"].dropna()
    told_in = {str(document): str(language) for document, language in languages.items()}
    by_segment = {
        passage.segment: replace(passage, language=told_in.get(passage.document, ""))
        for passage in map(_passage, segments.astype(object).to_dict("records"))
    }
    by_code: dict[tuple[str, Polarity], tuple[Passage, ...]] = {}
    hidden = _withheld_sides(evidence)
    sides: tuple[Polarity, ...] = ("affirm", "deny")
    for polarity in sides:
        side = marks[marks["polarity"].isin([polarity, "mixed"])]
        voices = side.groupby(["document_id", "code_id"])["coder_id"].nunique().reset_index()
        voices = voices[voices["code_id"].isin(columns)]
        count = voices["coder_id"].to_numpy(dtype=np.int64)
        rows = places.get_indexer(pd.Index(voices["document_id"]))
        needed = readers[rows, columns.get_indexer(pd.Index(voices["code_id"]))]
        reached = voices["document_id"].isin(consensus).to_numpy(dtype=bool)
        enough = voices[rule_satisfied(count, needed, rule, reached)][["document_id", "code_id"]]
        told = side.merge(enough, on=["document_id", "code_id"])
        coders = told.groupby(["code_id", "segment_id"])["coder_id"].nunique().reset_index()
        found: dict[str, list[Passage]] = {}
        for code, segment, number in zip(
            coders["code_id"], coders["segment_id"], coders["coder_id"], strict=True
        ):
            passage = replace(by_segment[str(segment)], coders=int(number))
            found.setdefault(str(code), []).append(passage)
        for code in sorted(found):
            if (code, polarity) not in hidden:
                by_code[code, polarity] = tuple(sorted(found[code], key=_sort_key))
    return Passages(by_code, by_segment, hidden)


def _withheld_sides(evidence: Evidence) -> frozenset[tuple[str, Polarity]]:
    """What passages would name and quote although its number is withheld."""
    codes, policy = withheld_codes(evidence), policy_for(evidence)
    kinds = sorted(set(evidence.tables["codes"]["kind"].astype(str)))
    counts = publishable_counts(evidence.presence, codebook(evidence, *kinds), policy)
    hidden: set[tuple[str, Polarity]] = {(code, "affirm") for code in codes}
    for code, yes, no, silent in counts[["yes", "no", "silent"]].itertuples(name=None):
        if code in codes or why_denied(str(code), int(yes), int(no), int(silent), policy):
            hidden.add((str(code), "deny"))
    return frozenset(hidden)


def sample_evenly(found: Sequence[Passage], most: int) -> tuple[Passage, ...]:
    """At most so many passages, of as many documents as can be, evenly over all of them.

    Of a document the passage that most coders marked comes first, then the one that stands
    first. A second passage of a document is taken only when every document has one. The result
    is in the order of documents.
    """
    if len(found) <= most:
        return tuple(sorted(found, key=_sort_key))
    by_document: dict[str, list[Passage]] = {}
    for passage in sorted(found, key=lambda each: (-each.coders, _sort_key(each))):
        by_document.setdefault(passage.document, []).append(passage)
    chosen: list[Passage] = []
    for turn in range(max(map(len, by_document.values()))):
        candidates = [own[turn] for _, own in sorted(by_document.items()) if turn < len(own)]
        left = most - len(chosen)
        if len(candidates) > left:
            step = len(candidates) / left
            candidates = [candidates[int((index + 0.5) * step)] for index in range(left)]
        chosen += candidates
        if len(chosen) == most:
            break
    return tuple(sorted(chosen, key=_sort_key))


def find_rows(key: str, evidence: Evidence) -> tuple[str, ...]:
    """Segments of the goals and claims that a number counts, where it is of no code."""
    family, _, rest = key.partition(".")
    name = rest.rpartition(".")[0]
    if family == "goals":
        return _goals(name, evidence.goals)
    if family == "goal_quality":
        wanted = ["metric", "baseline", "target"] if name == "complete" else [name]
        return _matching_rows(evidence.goals, [f"has_{each}" for each in wanted], "segment_id")
    if family == "savings" and name in ("with_sum", "baseline", "method"):
        claims = evidence.saving_claims
        if name == "with_sum":
            return _strings(claims.loc[claims["amount"].notna(), "segment_id"])
        return _matching_rows(claims, [f"has_{name}"], "segment_id")
    return ()


def _goals(name: str, goals: pd.DataFrame) -> tuple[str, ...]:
    if name == "stated":
        return _strings(goals["segment_id"])
    if name == "not_reported":
        return _strings(goals.loc[goals["attainment"] == name, "segment_id"])
    hit = goals["attainment"] == name.removesuffix("_measured")
    if name.endswith("_measured"):
        hit &= goals["measured_by"] == "measured"
    return _strings(goals.loc[hit, "result_segment_id"])


def _matching_rows(frame: pd.DataFrame, columns: list[str], segment: str) -> tuple[str, ...]:
    told = frame[columns].astype("boolean").fillna(False).all(axis=1)
    return _strings(frame.loc[told, segment])


def _strings(column: pd.Series) -> tuple[str, ...]:
    return tuple(str(value) for value in column.dropna())


def _passage(row: Mapping[Hashable, Any]) -> Passage:
    def text(name: str) -> str:
        return "" if pd.isna(row[name]) else str(row[name])

    quote, prefix, suffix, page, section = map(text, _WORDS)
    start, end = int(row["start"]), int(row["end"])
    document = text("document_id")
    return Passage(text("segment_id"), document, start, end, quote, prefix, suffix, page, section)


def _sort_key(passage: Passage) -> tuple[str, int, int, str]:
    return passage.document, passage.start, passage.end, passage.segment
