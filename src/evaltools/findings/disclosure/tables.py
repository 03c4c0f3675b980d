"""Tables of sensitive quantities, before protection and after it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product

from evaltools.indicators.disclosure.rules import Reason

TOTAL = "*"
"""The label of a margin: all categories of an axis."""

Labels = tuple[str, ...]
"""One label an axis: a category, a named group of categories, or `TOTAL`."""

Place = tuple[tuple[str, tuple[str, ...]], ...]
"""What a cell covers: by axis the categories, sorted; an axis left out is covered whole. Equal
places of tables of one quantity are the same number, whatever table they stand in."""


@dataclass(frozen=True)
class Axis:
    """One way of breaking a quantity down.

    Arguments:
        name: the same name in two tables means the same breakdown.
        categories: each project, or each of its units, falls into exactly one.
        groups: sums over some of the categories that are published as well.
        total: whether the sum over all categories is published.
    """

    name: str
    categories: tuple[str, ...]
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    total: bool = True

    def __post_init__(self) -> None:
        if not self.categories or len(set(self.categories)) < len(self.categories):
            raise ValueError(f"axis {self.name}: needs categories, each once")
        names = [name for name, _ in self.groups]
        labels = [*self.categories, *names, TOTAL]
        if len(set(labels)) < len(labels):
            raise ValueError(f"axis {self.name}: a label stands for two things")
        for name, parts in self.groups:
            if not parts or set(parts) - set(self.categories):
                raise ValueError(f"axis {self.name}: group {name} is not made of its categories")

    @property
    def labels(self) -> tuple[str, ...]:
        """Everything that is published along the axis, categories first and the total last."""
        names = tuple(name for name, _ in self.groups)
        return (*self.categories, *names, *((TOTAL,) if self.total else ()))

    def covers(self, label: str) -> tuple[str, ...]:
        """The categories behind a label."""
        if label == TOTAL:
            return self.categories
        return dict(self.groups).get(label, (label,))


def place_of(axes: Iterable[Axis], labels: Labels) -> Place:
    """What a cell covers."""
    covered = []
    for axis, label in zip(axes, labels, strict=True):
        parts = axis.covers(label)
        if set(parts) != set(axis.categories):
            covered.append((axis.name, tuple(sorted(parts))))
    return tuple(sorted(covered))


@dataclass(frozen=True)
class SensitiveTable:
    """A quantity broken down, with what each project contributes to each cell.

    Arguments:
        name: of the table, for messages.
        quantity: what is counted or summed, and over whom; tables of the same quantity are
            linked: a reader will hold them against each other.
        axes: rows, columns, or more, or only one.
        contributions: by category of every axis what each project adds; cells left out are empty.
        magnitude: a sum of amounts, for which single large contributions matter; else a count.
    """

    name: str
    quantity: str
    axes: tuple[Axis, ...]
    contributions: Mapping[Labels, Mapping[str, float]]
    magnitude: bool = False
    _sums: dict[Labels, tuple[float, ...]] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not self.axes:
            raise ValueError(f"{self.name}: a table needs an axis")
        inner = set(product(*(axis.categories for axis in self.axes)))
        unknown = sorted(set(self.contributions) - inner)
        if unknown:
            raise ValueError(f"{self.name}: no cell is called {unknown[0]}")
        for cell in self.contributions.values():
            for value in cell.values():
                if not 0 <= value < float("inf"):
                    raise ValueError(f"{self.name}: contributions are numbers from 0")
                if not self.magnitude and value != int(value):
                    raise ValueError(f"{self.name}: counts are whole numbers")
        totals: dict[Labels, dict[str, float]] = {labels: {} for labels in self.cells()}
        for labels, into in totals.items():
            for part in product(*(a.covers(s) for a, s in zip(self.axes, labels, strict=True))):
                for who, value in self.contributions.get(part, {}).items():
                    if value > 0:
                        into[who] = into.get(who, 0) + value
        for labels, into in totals.items():
            self._sums[labels] = tuple(sorted(into.values(), reverse=True))

    @classmethod
    def of_counts(
        cls, name: str, quantity: str, axes: tuple[Axis, ...], counts: Mapping[Labels, int]
    ) -> SensitiveTable:
        """A table in which every project stands in one cell and counts one."""
        if any(count < 0 for count in counts.values()):
            raise ValueError(f"{name}: counts are not negative")
        each = {
            labels: {f"{'/'.join(labels)}#{i}": 1.0 for i in range(count)}
            for labels, count in counts.items()
        }
        return cls(name, quantity, axes, each)

    def cells(self) -> Iterator[Labels]:
        """Every cell that is published, margins with them, in the order of the table."""
        return product(*(axis.labels for axis in self.axes))

    def of(self, labels: Labels) -> tuple[float, ...]:
        """What projects contribute to a cell, the largest first."""
        return self._sums[labels]

    def value(self, labels: Labels) -> float:
        """The number in a cell."""
        return float(sum(self._sums[labels]))

    def place(self, labels: Labels) -> Place:
        """What a cell covers."""
        return place_of(self.axes, labels)


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
        name, quantity, magnitude: as of the sensitive table.
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
class ProtectedTable:
    """A table with the reasons to withhold its cells. For the evaluator; `public` is for print.

    Arguments:
        table: the table itself.
        hidden: cells that are withheld, and why.
        rounding: base to which the shown cells are rounded, or None.
    """

    table: SensitiveTable
    hidden: Mapping[Labels, Reason]
    rounding: int | None = None

    @property
    def public(self) -> PublicTable:
        """What may be published."""
        table = self.table
        cells = tuple(
            PublicCell(
                labels,
                table.place(labels),
                None if labels in self.hidden else rounded(table.value(labels), self.rounding),
            )
            for labels in table.cells()
        )
        axes = tuple((axis.name, axis.categories) for axis in table.axes)
        # Where all is withheld, noughts are too, whether or not there happen to be any.
        all_withheld = "whole" in self.hidden.values()
        empty = not all_withheld and all(table.value(labels) > 0 for labels in self.hidden)
        return PublicTable(
            table.name, table.quantity, axes, cells, table.magnitude, self.rounding, empty
        )


def rounded(value: float, base: int | None) -> float:
    """The nearest multiple of the base, halves upwards; the value itself without a base."""
    return value if base is None else float((value + base / 2) // base * base)
