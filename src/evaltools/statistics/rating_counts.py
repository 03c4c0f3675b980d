"""Ratings: who gave which unit which value, as counts that every coefficient starts from."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Value = Hashable
Floats = NDArray[np.float64]
Values = Sequence[Sequence[object]] | NDArray[np.generic] | pd.DataFrame
"""Units × coders; None, NaN or NA where a coder did not value a unit."""


@dataclass(frozen=True, eq=False)
class Ratings:
    """Units × coders as places among the categories.

    Arguments:
        categories: the values there are, or may be, in order.
        places: units × coders; -1 where a coder gave no value.
    """

    categories: tuple[Value, ...]
    places: NDArray[np.int_]

    @cached_property
    def counts(self) -> Floats:
        """Units × categories: how many coders gave the unit the value."""
        units, q = len(self.places), len(self.categories)
        rows, columns = np.nonzero(self.places >= 0)
        cells = rows * q + self.places[rows, columns]
        return np.bincount(cells, minlength=units * q).reshape(units, q).astype(np.float64)

    @cached_property
    def values(self) -> Floats:
        """How many values each unit has."""
        return np.asarray(self.counts.sum(axis=1), dtype=np.float64)

    @cached_property
    def paired(self) -> NDArray[np.bool_]:
        """Whether a unit has two values or more, so that they can agree."""
        return np.asarray(self.values >= 2)

    @property
    def varied(self) -> bool:
        """Whether the units with two values or more have more than one value among them."""
        return int((self.counts[self.paired].sum(axis=0) > 0).sum()) > 1

    @property
    def set_aside(self) -> tuple[tuple[str, int], ...]:
        """Units that no pair of values stands behind, by reason."""
        return (
            ("one value", int((self.values == 1).sum())),
            ("no value", int((self.values == 0).sum())),
        )


def ratings(values: Values | Ratings, categories: Sequence[Value] | None = None) -> Ratings:
    """Read units × coders.

    Arguments:
        values: a row a unit, a column a coder. A value is a number, a word, or for codes of which
            a unit may carry several a set (`frozenset`; an empty one is a value: "none of them").
        categories: values there may be, in order; by default those there are, sorted.

    Raises:
        ValueError: rows of different lengths, or a value that is none of the categories.
    """
    if isinstance(values, Ratings):
        return values
    if isinstance(values, pd.DataFrame | np.ndarray):
        values = values.tolist() if isinstance(values, np.ndarray) else values.to_numpy().tolist()
    rows = [[None if _missing(value) else _hashable(value) for value in row] for row in values]
    coders = max((len(row) for row in rows), default=0)
    if any(len(row) != coders for row in rows):
        raise ValueError("every unit needs a place for every coder; None where there is no value")
    given = {value for row in rows for value in row if value is not None}
    order = tuple(sorted(given, key=_order) if categories is None else categories)
    if strange := given - set(order):
        raise ValueError(f"{sorted(map(str, strange))[0]!r} is none of the categories")
    place = {value: number for number, value in enumerate(order)}
    places = np.array(
        [[-1 if value is None else place[value] for value in row] for row in rows], dtype=np.int_
    )
    return Ratings(order, places.reshape(len(rows), coders))


def _missing(value: object) -> bool:
    return value is None or value is pd.NA or (isinstance(value, float) and value != value)


def _hashable(value: object) -> Value:
    if isinstance(value, set | frozenset):
        return frozenset(value)
    if not isinstance(value, Hashable):
        raise ValueError(f"{value!r} is no value: give a number, a word or a set")
    return value


def _order(value: Value) -> tuple[str, object]:
    """A total order within a kind: numbers by size, words by letter, sets by their members."""
    if isinstance(value, frozenset):
        return ("set", (len(value), sorted(map(str, value))))
    if isinstance(value, bool | int | float | np.number):
        return ("number", float(value))
    return (type(value).__name__, value)
