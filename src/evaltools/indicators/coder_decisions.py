"""Judgements: what each coder who read a report whole found in it, code by code."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaltools.evidence.codebook import in_use
from evaltools.evidence.selection import Evidence
from evaltools.indicators.disclosure.codes import codable_codes, withheld_codes
from evaltools.statistics.agreement import Ratings
from evaltools.study.vocabulary import ROLES

NO, YES = 0, 1


@dataclass(frozen=True, eq=False)
class CoderDecisions:
    """Reports in scope that two coders or more read whole, and what each found there.

    The consensus is no coder: it follows from the others. Of several complete rounds of a coder
    the last counts. A code is judged by whoever read the report, in the version of the codebook
    by which they read it; that they marked nothing is a no. `judged` and `found` (a passage marked
    affirm or mixed) are reports × coders × codes, in that order: ids sorted, codes as in the
    codebook.
    """

    reports: tuple[str, ...]
    coders: tuple[str, ...]
    codes: tuple[str, ...]
    kinds: tuple[str, ...]
    judged: NDArray[np.bool_]
    found: NDArray[np.bool_]

    @property
    def read(self) -> NDArray[np.bool_]:
        """Reports × coders: who read which report whole."""
        return np.asarray(self.judged.any(axis=2))

    @cached_property
    def places(self) -> NDArray[np.int8]:
        """Reports × coders × codes: 1 for yes, 0 for no, -1 for no judgement."""
        return np.where(self.judged, self.found.view(np.int8), np.int8(-1))

    def of(self, code_id: str) -> Ratings:
        """Reports × coders for one code, yes or no."""
        return Ratings((NO, YES), self.places[:, :, self.codes.index(code_id)])

    def pooled(self) -> tuple[Ratings, NDArray[np.int_]]:
        """All (report, code) pairs × coders, yes or no, and the number of each pair's report."""
        reports, coders, codes = self.places.shape
        units = self.places.transpose(0, 2, 1).reshape(reports * codes, coders)
        return Ratings((NO, YES), units), np.repeat(np.arange(reports), codes)

    def sets(self) -> list[list[frozenset[str] | None]]:
        """Reports × coders: the set of codes that the coder found, None where they did not read."""
        names = np.array(self.codes, dtype=object)
        return [
            [
                frozenset(names[found].tolist()) if read else None
                for found, read in zip(by_coder, readers, strict=True)
            ]
            for by_coder, readers in zip(self.found, self.read, strict=True)
        ]


def codebook_order(evidence: Evidence) -> list[str]:
    """Ids of the codable codes by kind, in the order in which kinds are declared, then by id."""
    kinds = kind_of_code(evidence)
    order = {kind: place for place, kind in enumerate(evidence.vocabulary.code_kinds or ROLES)}

    def place(code_id: str) -> tuple[int, str, str]:
        return order.get(kinds[code_id], len(order)), kinds[code_id], code_id

    return sorted(map(str, codable_codes(evidence)["code_id"]), key=place)


def kind_of_code(evidence: Evidence) -> dict[str, str]:
    """Kind of each code of the codebook."""
    codes = evidence.tables["codes"]
    return dict(zip(codes["code_id"].astype(str), codes["kind"].astype(str), strict=True))


def publishable_codes(evidence: Evidence) -> list[str]:
    """`codebook_order` of the codes whose numbers are not withheld: those that may be pooled."""
    withheld = withheld_codes(evidence)
    return [code for code in codebook_order(evidence) if code not in withheld]


def last_readings(evidence: Evidence) -> pd.DataFrame:
    """The last complete round of each person for each report in scope.

    Returns:
        `document_id`, `coder_id`, `round` and `codebook_version` (empty where it is not known),
        sorted by the first two.
    """
    coders = evidence.tables["coders"]
    people = coders.loc[(coders["role"] == "coder").to_numpy(dtype=bool), "coder_id"]
    readings = evidence.tables["readings"]
    keep = (
        readings["complete"].astype("boolean").fillna(False).to_numpy(dtype=bool)
        & readings["coder_id"].isin(people).to_numpy(dtype=bool)
        & readings["document_id"].isin(evidence.reports["document_id"]).to_numpy(dtype=bool)
    )
    columns = ["document_id", "coder_id", "round"]
    last = readings[keep].sort_values(columns).drop_duplicates(columns[:2], keep="last")
    if "codebook_version" not in last.columns:
        last = last.assign(codebook_version="")
    told = last[[*columns, "codebook_version"]].reset_index(drop=True)
    return told.assign(codebook_version=told["codebook_version"].astype("string").fillna(""))


def marks(evidence: Evidence, readings: pd.DataFrame) -> pd.DataFrame:
    """What counts of the codings: those of the given readings, with their document and place."""
    segments = evidence.tables["segments"]
    segments = segments[segments["document_id"].isin(readings["document_id"])]
    where = [name for name in ("start", "end") if name in segments.columns]
    codings = evidence.tables["codings"]
    columns = ["segment_id", "code_id", "coder_id", "round", "polarity"]
    placed = codings[columns].merge(segments[["segment_id", "document_id", *where]])
    return placed.merge(readings, on=["document_id", "coder_id", "round"])


def is_compared(evidence: Evidence) -> bool:
    """Whether two coders or more read some report whole."""
    return bool(last_readings(evidence)["document_id"].duplicated().any())


def coder_decisions(evidence: Evidence) -> CoderDecisions:
    """Who judged what in the reports that two coders or more read whole."""
    last = last_readings(evidence)
    readers = last.groupby("document_id")["coder_id"].transform("size")
    last = last[(readers >= 2).to_numpy(dtype=bool)]
    reports = pd.Index(sorted(set(map(str, last["document_id"]))), dtype="object")
    coders = pd.Index(sorted(set(map(str, last["coder_id"]))), dtype="object")
    codes = pd.Index(publishable_codes(evidence), dtype="object")
    shape = (len(reports), len(coders), len(codes))
    judgement, found = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    rows, columns = _places(reports, last["document_id"]), _places(coders, last["coder_id"])
    judgement[rows, columns] = _in_codebook(
        evidence.tables["codes"], codes, last["codebook_version"]
    )
    made = marks(evidence, last)
    affirmed = made["polarity"].isin(["affirm", "mixed"]) & made["code_id"].isin(list(codes))
    made = made[affirmed.to_numpy(dtype=bool)]
    found[
        _places(reports, made["document_id"]),
        _places(coders, made["coder_id"]),
        _places(codes, made["code_id"]),
    ] = True
    kinds = tuple(map(kind_of_code(evidence).__getitem__, codes))
    return CoderDecisions(
        tuple(reports), tuple(coders), tuple(codes), kinds, judgement, found & judgement
    )


def _places(names: pd.Index, column: pd.Series) -> NDArray[np.intp]:
    return names.get_indexer(pd.Index(column.astype(object)))


def _in_codebook(table: pd.DataFrame, codes: pd.Index, versions: pd.Series) -> NDArray[np.bool_]:
    """Readings × codes: whether the codebook that a reading went by holds the code."""
    if "retired" not in table.columns or not (versions != "").any():
        return np.ones((len(versions), len(codes)), dtype=bool)
    by_id = table.set_index(table["code_id"].astype(str))
    rows = by_id.loc[list(codes)]
    introduced = rows["codebook_version"].astype("string").fillna("").tolist()
    retired = rows["retired"].astype("string").fillna("").tolist()
    held = {
        version: [
            not version or in_use(since, until, version)
            for since, until in zip(introduced, retired, strict=True)
        ]
        for version in sorted(set(versions))
    }
    return np.array([held[version] for version in versions], dtype=bool).reshape(-1, len(codes))
