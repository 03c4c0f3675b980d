"""The attack: what a reader can work out of withheld cells, by linear programming.

A reader who holds all published tables of a quantity against each other knows sums over the
finest cells, called atoms here. The least and the greatest value of a withheld cell under all
of them is what the tables give away, exactly: nothing more follows from them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from evaltools.findings.disclosure.tables import Place, PublicTable

MOST_ATOMS = 20_000
_TOLERANCE = 1e-6


@dataclass(frozen=True)
class Known:
    """That the sum over a place lies between two numbers, infinity where nothing is known."""

    place: Place
    low: float
    high: float


class ContradictionError(ValueError):
    """No numbers whatever agree with the tables: they are not of one quantity, or are wrong."""


class Attack:
    """Bounds of sums over places, given what is known.

    Arguments:
        axes: categories by name, of all tables together.
        known: what the tables tell.
        whole: the atoms are whole numbers, as counts are.

    Raises:
        ValueError: more than 20 000 atoms; such tables are not small.
    """

    def __init__(
        self, axes: dict[str, tuple[str, ...]], known: Sequence[Known], *, whole: bool
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
            return np.inf  # unbounded above; below, nought always bounds it
        if found.status != 0:
            raise ContradictionError("no numbers agree with all of the tables")
        value = float(sign * found.fun)
        return float(round(value)) if self._whole else value


def attack_on(tables: Sequence[PublicTable], extra: Sequence[Known] = ()) -> Attack:
    """The attack of a reader who has all of the tables, of one quantity.

    Arguments:
        tables: at least one; they must agree on the categories of the axes they share.
        extra: what the reader knows besides, such as an own contribution.

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
    known = [one for table in tables for one in knowledge(table)]
    whole = not any(table.magnitude for table in tables)
    return Attack(axes, [*known, *extra], whole=whole)


def knowledge(table: PublicTable) -> list[Known]:
    """What a table tells its reader, cell by cell."""
    told = []
    for cell in table.cells:
        if cell.value is None:
            nonempty = table.empty_shown and not table.magnitude
            told.append(Known(cell.place, 1.0 if nonempty else 0.0, np.inf))
        elif table.rounding is None or (table.exact_total and not cell.place):
            slack = _TOLERANCE * max(1.0, abs(cell.value)) if table.magnitude else 0.0
            told.append(Known(cell.place, cell.value - slack, cell.value + slack))
        else:
            # Halves are rounded upwards, so the upper end is open.
            half, step = table.rounding / 2, 0.0 if table.magnitude else 1.0
            high = cell.value + half
            top = np.ceil(high) - step if step else high
            told.append(Known(cell.place, max(0.0, cell.value - half), top))
    return told
