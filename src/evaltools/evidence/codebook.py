"""The codebook over time: which codes a version holds, and what became of them in the next.

A code keeps its identifier from the version that brought it in to the one that gave it up.
`code_changes` says what took over: a new name, several codes made of one, one made of several,
another definition under the same name. Old codings are never rewritten; they stay as they were
made, and what they count for in another version follows from the changes.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

import pandas as pd

_NUMBERS = re.compile(r"[\d.]*")

Place = tuple[tuple[int, ...], bool, str]


def version_order(version: str) -> Place:
    """Where a version stands among others: 1.2 before 1.10, 2.0-draft before 2.0.

    Arguments:
        version: numbers with points between, in which zeros at the end say nothing; with words
            behind, it comes before the same number alone.
    """
    match = _NUMBERS.match(version)
    head = match.group() if match else ""
    numbers = [int(part) for part in head.split(".") if part]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    words = version[len(head) :]
    return tuple(numbers), not words, words


def known_versions(introduced: Iterable[str], retired: Iterable[str]) -> tuple[str, ...]:
    """All versions that codes name, the earliest first."""
    return tuple(sorted({*introduced, *retired}, key=lambda one: (version_order(one), one)))


def in_use(introduced: str, retired: str | None, version: str) -> bool:
    """Whether a code belongs to a version of the codebook.

    Arguments:
        introduced: the version that brought it in.
        retired: the version from which it is no longer used; None or empty while it is.
    """
    here = version_order(version)
    if version_order(introduced) > here:
        return False
    return not retired or here < version_order(retired)


def texts_of_codes(
    codes: pd.DataFrame, name: Literal["definition", "include", "exclude"], language: str
) -> dict[str, str]:
    """What the table of codes says of each code in a language, by identifier; empty for nothing.

    Where the table has no column `<name>_<language>`, the text is that of the column `<name>`,
    in whatever language it is.
    """
    column = f"{name}_{language}"
    chosen = codes[column if column in codes else name].fillna("").astype(str)
    return dict(zip(codes["code_id"].astype(str), chosen, strict=True))


Kind = Literal["rename", "split", "merge", "redefine"]
Why = Literal["introduced", "retired"]

UNNAMED: Final = ""
"""A reading that names no version; it counts as one by the newest."""


@dataclass(frozen=True, order=True)
class Change:
    """What became of a code from one version to a later one."""

    from_version: str
    to_version: str
    from_code: str
    to_code: str
    kind: Kind
    note: str = ""


@dataclass(frozen=True, order=True)
class Group:
    """Codes of two versions that mean the same, taken together.

    Arguments:
        old, new: codes of either version, sorted; both have some.
        changes: what lies between, in order.
    """

    old: tuple[str, ...]
    new: tuple[str, ...]
    changes: tuple[Change, ...] = ()

    @property
    def code(self) -> str:
        """The code that stands for the group.

        That of the newer version, if it is one, since the group then means what it means; else
        that of the older, of which the newer ones are parts; else the first of the newer.
        """
        if len(self.new) > 1 and len(self.old) == 1:
            return self.old[0]
        return self.new[0]


@dataclass(frozen=True)
class Crosswalk:
    """What two versions of the codebook have in common.

    Arguments:
        old, new: the versions.
        groups: codes that mean the same on both sides, by their codes.
        without: codes of either version that the other has no counterpart for, and why.
        homes: for every code of any version between, the place of its group.
    """

    old: str
    new: str
    groups: tuple[Group, ...]
    without: Mapping[str, Why]
    homes: Mapping[str, int]

    def find_group(self, code: str) -> Group | None:
        """The group of a code; None where it has no counterpart."""
        place = self.homes.get(code)
        return None if place is None else self.groups[place]


@dataclass(frozen=True)
class Codebook:
    """Codes that coders use, and what happened to them.

    Arguments:
        terms: for each codable code the version that brought it in and the one that gave it up,
            which is empty while it is used.
        changes: in order.
    """

    terms: Mapping[str, tuple[str, str]]
    changes: tuple[Change, ...] = ()

    @classmethod
    def from_tables(cls, tables: Mapping[str, pd.DataFrame]) -> Codebook:
        """The codebook of a study.

        Arguments:
            tables: `codes` and, where there is one, `code_changes`. Columns that came later may
                be absent; every code is then of every version.
        """
        codes = tables["codes"]
        codes = codes[codes["codable"].astype("boolean").fillna(False).astype(bool)]
        terms = {
            code: (since, until)
            for code, since, until in zip(
                _texts(codes, "code_id"),
                _texts(codes, "codebook_version"),
                _texts(codes, "retired"),
                strict=True,
            )
        }
        changes = tables.get("code_changes")
        if changes is None:
            return cls(terms)
        columns = ("from_version", "to_version", "from_code_id", "to_code_id", "kind", "note")
        rows = zip(*(_texts(changes, column) for column in columns), strict=True)
        return cls(terms, tuple(sorted((Change(*row) for row in rows), key=_by_version)))

    @cached_property
    def versions(self) -> tuple[str, ...]:
        """All versions that codes and changes name, the earliest first; 2.0 and 2 are one."""
        named = known_versions(
            (since for since, _ in self.terms.values() if since),
            (until for _, until in self.terms.values() if until),
        )
        changed = {each for one in self.changes for each in (one.from_version, one.to_version)}
        spellings: dict[Place, str] = {}
        for version in known_versions(named, changed):
            spellings.setdefault(version_order(version), version)
        return tuple(spellings.values())

    @property
    def newest(self) -> str:
        """The latest version; empty where none is named."""
        return self.versions[-1] if self.versions else UNNAMED

    def latest(self, versions: Iterable[str]) -> str:
        """The latest of some versions; of the codebook, where none of them is named."""
        return max(
            (version for version in versions if version != UNNAMED),
            key=lambda version: (version_order(version), version),
            default=self.newest,
        )

    def codes_at(self, version: str) -> frozenset[str]:
        """Codes that a version holds; those of the newest, where it is not named."""
        wanted = version or self.newest
        if not wanted:
            return frozenset(self.terms)
        return frozenset(
            code for code, (since, until) in self.terms.items() if in_use(since, until, wanted)
        )

    def crosswalk(self, old: str, new: str, through: Iterable[str] = ()) -> Crosswalk:
        """What means the same in two versions.

        Two codes belong together if changes lead from one to the other, directly or by way of
        other codes and other versions between the two; such are the connected components of the
        changes. A component with codes in both versions is a group. Nothing is said of how the
        codes of a group divide what it means, so they can only be taken together.

        Arguments:
            old, new: versions; the first need not be the earlier.
            through: other versions whose codes have to find their group, since some of the
                readings were made with them.
        """
        before, after = self.codes_at(old), self.codes_at(new)
        spanned = [version_order(version or self.newest) for version in (old, new, *through)]
        low, high = min(spanned), max(spanned)
        between = [
            change for change in self.changes if low < version_order(change.to_version) <= high
        ]
        groups: list[tuple[Group, list[str]]] = []
        without: dict[str, Why] = {}
        earlier_first = spanned[0] <= spanned[1]
        for members in _components({*before, *after}, between):
            left = tuple(code for code in members if code in before)
            right = tuple(code for code in members if code in after)
            if left and right:
                own = tuple(one for one in between if one.from_code in members)
                groups.append((Group(left, right, own), members))
                continue
            lost: Why = "retired" if bool(left) == earlier_first else "introduced"
            without |= dict.fromkeys((*left, *right), lost)
        groups.sort(key=lambda pair: pair[0])
        homes = {code: place for place, (_, members) in enumerate(groups) for code in members}
        return Crosswalk(
            old, new, tuple(group for group, _ in groups), dict(sorted(without.items())), homes
        )


def _components(codes: set[str], changes: Iterable[Change]) -> list[list[str]]:
    """Codes that changes join, each component sorted, the components by their first code."""
    beside: dict[str, set[str]] = defaultdict(set)
    for change in changes:
        beside[change.from_code].add(change.to_code)
        beside[change.to_code].add(change.from_code)
    seen: set[str] = set()
    components = []
    for code in sorted({*codes, *beside}):
        if code in seen:
            continue
        members, todo = {code}, [code]
        while todo:
            new = beside[todo.pop()] - members
            members |= new
            todo += sorted(new)
        seen |= members
        components.append(sorted(members))
    return components


def _by_version(change: Change) -> tuple[Place, Place, Change]:
    return version_order(change.to_version), version_order(change.from_version), change


def _texts(frame: pd.DataFrame, column: str) -> list[str]:
    if column not in frame.columns:
        return [""] * len(frame)
    return [str(value) for value in frame[column].astype("string").fillna("")]
