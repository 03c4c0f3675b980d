"""Recoverability: what a reader can work out of withheld cells, by linear programming.

A reader who holds all published tables of a quantity against each other knows sums over the
finest cells, called atoms here. The least and the greatest value of a withheld cell under all
of them is what the tables give away, exactly: nothing more follows from them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from evaltools.indicators.disclosure.policy import Policy
from evaltools.indicators.indicator import Indicator
from evaltools.indicators.optimism_gap import with_margins
from evaltools.problems import Problem

TOTAL = "*"
"""The label of a margin: all categories of an axis."""

Labels = tuple[str, ...]
"""One label an axis: a category, a named group of categories, or `TOTAL`."""

Place = tuple[tuple[str, tuple[str, ...]], ...]
"""What a cell covers: by axis the categories, sorted; an axis left out is covered whole. Equal
places of tables of one quantity are the same number, whatever table they stand in."""

ANSWERS, GAP = "rating.answers.share", "optimism_gap.difference"
_HIGH = re.compile(r"rating\.(?P<item>[a-z0-9_]+)\.high\.share")

MOST_ATOMS = 20_000
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class PublicCell:
    """A cell as a reader sees it: a value, or None where it is withheld."""

    labels: Labels
    place: Place
    value: float | None


@dataclass(frozen=True)
class PublicTable:
    """A table as a reader sees it; all that an attack may use.

    Arguments:
        name: of the table, for messages.
        quantity: what is counted, and over whom; tables of the same quantity are linked: a reader
            will hold them against each other.
        magnitude: a sum of amounts; else a count.
        axes: categories of each axis.
        cells: in the order of the table.
        rounding: base to which shown values were rounded, or None.
        empty_shown: no empty cell is withheld, so that a withheld cell is known to hold something.
        exact_total: the sum of all is told as it is, rounded or not.
    """

    name: str
    quantity: str
    axes: tuple[tuple[str, tuple[str, ...]], ...]
    cells: tuple[PublicCell, ...]
    magnitude: bool = False
    rounding: int | None = None
    empty_shown: bool = True
    exact_total: bool = False


@dataclass(frozen=True)
class KnownSum:
    """That the sum over a place lies between two numbers, infinity where nothing is known."""

    place: Place
    low: float
    high: float


class ContradictionError(ValueError):
    """No numbers whatever agree with the tables: they are not of one quantity, or are wrong."""


class Attack:
    """Bounds of sums over places, given the categories of the axes and what tables tell.

    `whole`: the finest cells, called atoms, are whole numbers, as counts are.

    Raises:
        ValueError: more than 20 000 atoms; such tables are not small.
    """

    def __init__(
        self, axes: dict[str, tuple[str, ...]], known: Sequence[KnownSum], *, whole: bool
    ) -> None:
        self._names = tuple(sorted(axes))
        size = int(np.prod([len(axes[name]) for name in self._names], dtype=np.int64))
        if size > MOST_ATOMS:
            raise ValueError(f"{size} finest cells are too many to examine (at most {MOST_ATOMS})")
        self._atoms = tuple(product(*(axes[name] for name in self._names)))
        self._whole = whole
        self._constraints: list[LinearConstraint] = []
        if known:
            rows = np.array([self._row(one.place) for one in known])
            self._constraints = [
                LinearConstraint(rows, [one.low for one in known], [one.high for one in known])
            ]

    def _row(self, place: Place) -> np.ndarray[Any, np.dtype[np.float64]]:
        covered = dict(place)
        wanted = [frozenset(covered[n]) if n in covered else None for n in self._names]
        return np.array(
            [
                all(w is None or part in w for w, part in zip(wanted, atom, strict=True))
                for atom in self._atoms
            ],
            dtype=np.float64,
        )

    def bounds(self, place: Place) -> tuple[float, float]:
        """The least and the greatest value a place can have, infinity where there is none.

        Raises:
            ContradictionError: nothing agrees with all that is known.
        """
        row = self._row(place)
        return self._extreme(row, 1.0), self._extreme(row, -1.0)

    def _extreme(self, row: np.ndarray[Any, np.dtype[np.float64]], sign: float) -> float:
        found = milp(
            sign * row,
            constraints=self._constraints,
            bounds=Bounds(0, np.inf),
            integrality=np.ones(len(row)) if self._whole else None,
        )
        if found.status == 3 or (found.status == 4 and sign < 0):
            return np.inf  # unbounded above; below, zero always bounds it
        if found.status != 0:
            raise ContradictionError("no numbers agree with all of the tables")
        value = float(sign * found.fun)
        return float(round(value)) if self._whole else value


def build_attack(tables: Sequence[PublicTable], extra: Sequence[KnownSum] = ()) -> Attack:
    """The attack of a reader who has all of the tables, and knows `extra` besides.

    Raises:
        ValueError: tables of several quantities, or axes that differ.
    """
    if len({table.quantity for table in tables}) != 1:
        raise ValueError("an attack is on tables of one quantity")
    axes: dict[str, tuple[str, ...]] = {}
    for table in tables:
        for name, categories in table.axes:
            if axes.setdefault(name, categories) != categories:
                raise ValueError(f"{table.name}: axis {name} has other categories elsewhere")
    known = [one for table in tables for one in known_sums(table)]
    whole = not any(table.magnitude for table in tables)
    return Attack(axes, [*known, *extra], whole=whole)


def known_sums(table: PublicTable) -> list[KnownSum]:
    """What a table tells its reader, cell by cell."""
    sums = []
    for cell in table.cells:
        if cell.value is None:
            nonempty = table.empty_shown and not table.magnitude
            sums.append(KnownSum(cell.place, 1.0 if nonempty else 0.0, np.inf))
        elif table.rounding is None or (table.exact_total and not cell.place):
            slack = _TOLERANCE * max(1.0, abs(cell.value)) if table.magnitude else 0.0
            sums.append(KnownSum(cell.place, cell.value - slack, cell.value + slack))
        else:
            # Halves are rounded upwards, so the upper end is open.
            half, step = table.rounding / 2, 0.0 if table.magnitude else 1.0
            high = cell.value + half
            top = np.ceil(high) - step if step else high
            sums.append(KnownSum(cell.place, max(0.0, cell.value - half), top))
    return sums


def cell_name(table: str, labels: Labels) -> str:
    """A cell, as a message names it."""
    return f"table {table}, cell " + " × ".join(
        "all" if label == TOTAL else label for label in labels
    )


def recoverable_problem(place: str, low: float, high: float) -> Problem:
    """That a withheld cell can be worked out, exactly or nearly. The numbers stay untold."""
    closely = "exactly" if high - low < 1e-3 else "too closely"
    what = f"is withheld, but follows {closely} from what is shown"
    remedy = "Withhold more cells, or merge categories."
    return Problem(place, what, "", remedy, "disclosure.recoverable")


def published_tables(
    indicators: Iterable[Indicator], policy: Policy | None = None
) -> tuple[PublicTable, ...]:
    """What a reader can make of the indicators, as tables of projects.

    A table an item of the self-rating: its answers, its high answers, and all of them. A table
    an item whose rating is held against evidence: what the two shares say of the four groups of
    projects. With a policy, a table a share of the regime `cells` as well: who is in it and who
    is not. What is known from any estimand is known: they share their counts.

    Arguments:
        policy: of the run; without it counts are taken to be exact.
    """
    records = sorted(indicators, key=lambda one: one.identity)
    by_item: dict[str, dict[str, list[Indicator]]] = {}
    high: dict[str, list[Indicator]] = {}
    made: list[PublicTable] = []
    for record in records:
        found = _HIGH.fullmatch(record.key)
        by = dict(record.dimensions)
        if found:
            high.setdefault(found["item"], []).append(record)
        elif record.key == ANSWERS:
            by_item.setdefault(by["item"], {}).setdefault(by["value"], []).append(record)
        elif record.key == GAP and record.estimand == "D" and "item" in by:
            made += _gap_table(by["item"], record)
        elif policy and record.estimand == "D" and record.key.endswith(".share"):
            cells = policy.regime_of(record.key) == "cells" and not by
            made += _share_table(record) if cells else []
    ratings = [_rating_table(item, sums, high.get(item, [])) for item, sums in by_item.items()]
    rounding = policy.rules.rounding if policy else None
    return tuple(replace(one, rounding=rounding, exact_total=True) for one in [*ratings, *made])


def _share_table(record: Indicator) -> list[PublicTable]:
    if record.n is None:
        return []
    yes = None if record.x is None else float(record.x)
    cells = [
        PublicCell(("yes",), (("in", ("yes",)),), yes),
        PublicCell(("no",), (("in", ("no",)),), None if yes is None else record.n - yes),
        PublicCell(("*",), (), float(record.n)),
    ]
    axes = (("in", ("yes", "no")),)
    # All of a group of which nothing is told may be on one side.
    return [PublicTable(record.key, record.key, axes, tuple(cells), empty_shown=yes is not None)]


def _gap_table(item: str, record: Indicator) -> list[PublicTable]:
    if record.value is None or record.x is None or not record.n:
        return []
    evidenced = round(record.x - record.value * record.n)
    tables = with_margins(record.x, evidenced, record.n)
    axes = (("rated", ("high", "low")), ("evidence", ("yes", "no")))
    labels = (("high", "yes"), ("high", "no"), ("low", "yes"), ("low", "no"))
    cells = [
        # What is the same in every table that the two shares allow is told by them.
        PublicCell(
            (rated, evidence),
            (("evidence", (evidence,)), ("rated", (rated,))),
            float(counts[0]) if len(set(counts)) == 1 else None,
        )
        for (rated, evidence), counts in zip(labels, zip(*tables, strict=True), strict=True)
    ]
    cells += [
        PublicCell(("high", "*"), (("rated", ("high",)),), float(record.x)),
        PublicCell(("*", "yes"), (("evidence", ("yes",)),), float(evidenced)),
        PublicCell(("*", "*"), (), float(record.n)),
    ]
    name = f"{GAP}/{item}"
    return [PublicTable(name, name, axes, tuple(cells), empty_shown=False)]


def _rating_table(
    item: str, answers: dict[str, list[Indicator]], high: Sequence[Indicator]
) -> PublicTable:
    values = tuple(sorted(answers, key=lambda value: (len(value), value)))
    top = values[-min(2, len(values) - 1) :] if len(values) > 1 else ()
    cells = [
        PublicCell((value,), _at(values, (value,)), _count(answers[value])) for value in values
    ]
    group = _count(high) if high and top else None
    every = [*high, *(one for sums in answers.values() for one in sums)]
    total = next((one.n for one in every if one.n is not None), None)
    # A group that is withheld beside shown cells may be empty, so it tells nothing at all.
    if group is not None:
        cells.append(PublicCell(("high",), _at(values, top), group))
    if total is not None:
        cells.append(PublicCell(("*",), (), float(total)))
    return PublicTable(
        item, f"{ANSWERS}/{item}", (("value", values),), tuple(cells),
        empty_shown=_zeros_are_shown(values, answers, top, group),
    )  # fmt: skip


def _zeros_are_shown(
    values: Sequence[str],
    answers: dict[str, list[Indicator]],
    top: Sequence[str],
    group: float | None,
) -> bool:
    """Whether a withheld answer is known not to be zero.

    It is when in its group, within which answers are protected together, another is shown.
    """
    groups = [list(values)]
    if group is not None:
        groups = [[v for v in values if v not in top], list(top)]
    for members in groups:
        hidden = [_count(answers[value]) is None for value in members]
        if hidden and all(hidden):
            return False
    return True


def _count(records: Sequence[Indicator]) -> float | None:
    return next((float(one.x) for one in records if one.x is not None), None)


def _at(values: Sequence[str], part: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("value", tuple(sorted(part))),) if set(part) != set(values) else ()
