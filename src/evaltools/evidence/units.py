"""Units: what a state is given to, and what a coding made under some version counts for there.

States are given to the codes of one version of the codebook, or to groups of codes that mean the
same in two. A coder who read with another version is asked of a unit only where what that coder
could mark says whether the unit is there: a code under a new name and codes made into one carry
over; of a code that was made into several nobody can say which of them it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaltools.evidence.codebook import UNNAMED, Codebook, Crosswalk

KEYS = ["document_id", "coder_id", "round"]


@dataclass(frozen=True)
class Units:
    """What states are given to.

    Arguments:
        ids: in the order in which they are listed.
        kinds: kind of each.
        counts_for: by version of the codebook, for each code that a coder with that version
            could give, the unit it counts for. Its values are the units that were asked.
    """

    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    counts_for: Mapping[str, Mapping[str, str]]

    @cached_property
    def plain(self) -> bool:
        """Whether every code was asked under every version and counts for itself."""
        return all(
            len(own) == len(self.ids) and all(code == unit for code, unit in own.items())
            for own in self.counts_for.values()
        )

    def asked(self, version: str) -> npt.NDArray[np.int64]:
        """For each unit 1 where a coder with the version was asked of it, else 0."""
        units = set(self.counts_for[version].values())
        return np.array([unit in units for unit in self.ids], dtype=np.int64)

    def translated(self, marks: pd.DataFrame) -> pd.DataFrame:
        """Marks with units for their codes; those that count for none are left out.

        Arguments:
            marks: at least `code_id` and `codebook_version`.
        """
        if self.plain:
            return marks
        parts = []
        for version, own in marks.groupby("codebook_version", sort=True):
            units = own["code_id"].map(dict(self.counts_for[str(version)]))
            parts.append(own.assign(code_id=units.astype("string"))[units.notna()])
        return pd.concat(parts) if parts else marks


def units_of_codes(
    tables: Mapping[str, pd.DataFrame], stated_in: str, versions: Iterable[str]
) -> Units:
    """Every codable code, stated in the terms of one version.

    Arguments:
        tables: at least `codes`.
        stated_in: the version. Codes that it does not hold are asked of nobody.
        versions: those with which the readings were made.
    """
    codebook = Codebook.of(tables)
    own = codebook.at(stated_in)
    counts_for: dict[str, dict[str, str]] = {}
    for version in sorted({*versions, UNNAMED}):
        held = codebook.at(version)
        if version == UNNAMED:
            # It does not say what was not asked, so all that is stated was.
            counts_for[version] = {code: code for code in sorted(own)}
        elif held == own and not codebook.changes:
            counts_for[version] = {code: code for code in sorted(own)}
        else:
            groups = codebook.crosswalk(version, stated_in).groups
            counts_for[version] = {
                code: group.new[0] for group in groups if len(group.new) == 1 for code in group.old
            }
    kinds = _kinds(tables)
    ids = tuple(sorted(kinds))
    return Units(ids, tuple(kinds[code] for code in ids), counts_for)


def units_of_groups(
    tables: Mapping[str, pd.DataFrame], crosswalk: Crosswalk, versions: Iterable[str]
) -> Units:
    """Groups of codes that mean the same in two versions, each by the code that stands for it.

    Arguments:
        tables: at least `codes`.
        crosswalk: the groups.
        versions: those with which the readings were made.
    """
    codebook = Codebook.of(tables)
    counts_for: dict[str, dict[str, str]] = {}
    for version in sorted({*versions, UNNAMED}):
        found = ((code, crosswalk.group_of(code)) for code in sorted(codebook.at(version)))
        counts_for[version] = {code: group.code for code, group in found if group is not None}
    kinds = _kinds(tables)
    ids = tuple(sorted(group.code for group in crosswalk.groups))
    return Units(ids, tuple(kinds[code] for code in ids), counts_for)


def versions_read(tables: Mapping[str, pd.DataFrame], documents: pd.DataFrame) -> tuple[str, ...]:
    """Versions of the codebook with which documents were read whole, in the order of their texts.

    Arguments:
        tables: at least `readings`; without a column for it no version is named.
        documents: `document_id`.

    Returns the versions as the readings name them, `UNNAMED` among them where one names none;
    of several rounds of a coder the last counts.
    """
    readings = with_versions(tables["readings"])
    whole = readings[readings["complete"].fillna(False).astype(bool)]
    own = whole[whole["document_id"].isin(documents["document_id"])]
    last = own.sort_values(KEYS).drop_duplicates(KEYS[:2], keep="last")
    return tuple(sorted(set(map(str, last["codebook_version"]))))


def with_versions(readings: pd.DataFrame) -> pd.DataFrame:
    """Readings with `codebook_version`, `UNNAMED` where it is empty or no such column is there."""
    if "codebook_version" not in readings.columns:
        return readings.assign(codebook_version=UNNAMED)
    named = readings["codebook_version"].astype("string").fillna(UNNAMED)
    return readings.assign(codebook_version=named)


def _kinds(tables: Mapping[str, pd.DataFrame]) -> dict[str, str]:
    codes = tables["codes"]
    codes = codes[codes["codable"].astype("boolean").fillna(False).astype(bool)]
    return {
        str(code): str(kind) for code, kind in zip(codes["code_id"], codes["kind"], strict=True)
    }
