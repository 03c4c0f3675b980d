"""The one record that crosses rooms: a number with its denominator, uncertainty and origin."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Any, Literal

import pandas as pd

from evaltools.i18n.html_markup import describe_as_html

Estimand = Literal["D", "P", "S"]
"""D: of the reports read. P: of all projects in scope from which a report can be due (all funded
ones, unless the study declares which). S: of projects like these."""

Unit = Literal["count", "share", "money", "money_per_inhabitant", "index", "ratio", "difference"]

WithheldKind = Literal[
    "few", "cell", "whole", "concentration", "position", "linked", "unexamined"
]  # fmt: skip
"""Why disclosure control withholds a number, see `disclosure.suppression.Withheld`."""

Absence = Literal[WithheldKind, "not_asked", "too_few"]
"""Why there is no number: it is withheld, or was `not_asked` since no report in scope was read
with a codebook that has the code, or `too_few` reports stand on one side of a comparison."""

Counted = Literal["cases", "euros", "inhabitants"]

Dimensions = tuple[tuple[str, str], ...]
"""What a number is broken down by: (("region", "06"),), sorted by name."""

NOT_ASKED = "not asked: no report in scope was read with a version of the codebook that has it"
"""Note of a number that was not asked."""

DIGITS = 10
"""Significant digits that a number is kept to. Processors differ in the sixteenth: linear algebra
adds in another order on each. At twelve digits about one table in a hundred would still differ,
where the sixteenth carries over; at ten it is one in ten thousand."""

MIME_TYPE = "application/vnd.evaltools.indicators+json"


@dataclass(frozen=True)
class Indicator:
    """One number of the report, never without what it is a number of.

    Arguments:
        key: dotted lower-case name, `challenge.staff.share`; stable, used in prose and findings.
        value: the number, or None where it cannot be computed or is suppressed.
        unit: what the value is; a share and a difference of shares run from 0 to 1, not to 100.
        x: how many of those counted have it; None of a number that is no count.
        n: how many were counted: reports read, goals stated, grants that a median is of. A share
            without both is refused.
        N: how many there are of which n were counted: projects due where n are reports; None
            where n is all of them, or unknown.
        estimand: what the number speaks of: D, P or S.
        low, high: interval limits in the unit of the value, or None.
            Value and limits are kept to `DIGITS` significant digits, euros to the cent.
        method: how the interval was made: `wilson`, `hypergeometric`, `newcombe`, `bounds`.
        level: confidence level of the interval, 0 to 1.
        dimensions: what the number is broken down by, sorted by name.
        source: the function that made it: `evaltools.indicators.challenges.prevalence`.
        suppressed: withheld by disclosure control; value, x, low and high are then None.
        why: why there is no value, where something hangs on it; nothing is decided by the note.
        counted: what x and n count.
        note: reason for a missing value, in English, for the table and not for the prose.

    Raises:
        ValueError: a share without x and n, limits that do not enclose the value, a
            suppressed indicator that still shows a number, or a shown one that is said to be
            withheld.
    """

    key: str
    value: float | None
    unit: Unit
    x: int | None = None
    n: int | None = None
    N: int | None = None
    estimand: Estimand = "D"
    low: float | None = None
    high: float | None = None
    method: str = ""
    level: float | None = None
    dimensions: Dimensions = ()
    source: str = ""
    suppressed: bool = False
    why: Absence | None = None
    counted: Counted = "cases"
    note: str = ""

    def __post_init__(self) -> None:
        for name in ("value", "low", "high"):
            object.__setattr__(self, name, _rounded(getattr(self, name), self.unit))
        if self.suppressed:
            if any(shown is not None for shown in (self.value, self.x, self.low, self.high)):
                raise ValueError(f"{self.key}: suppressed, yet it shows a number")
            return
        if self.why is not None and (self.why not in _NOT_WITHHELD or self.value is not None):
            raise ValueError(
                f"{self.key}: said to be without a value ({self.why}), yet it is shown"
            )
        if self.unit == "share" and self.value is not None and (self.x is None or self.n is None):
            raise ValueError(f"{self.key}: a share needs its numerator and denominator")
        if self.value is not None and self.low is not None and self.high is not None:
            slack = 1e-9 * max(1.0, abs(self.value))
            if not self.low - slack <= self.value <= self.high + slack:
                raise ValueError(
                    f"{self.key}: {self.value} lies outside its interval {self.low} to {self.high}"
                )
        if list(self.dimensions) != sorted(self.dimensions):
            raise ValueError(f"{self.key}: dimensions must be sorted by name")

    def _repr_html_(self) -> str:
        """What a notebook shows of a number: with its denominator, limits and origin."""
        counts = f"{self.x} of {self.n}" if self.x is not None and self.n is not None else ""
        limits = ""
        if self.low is not None and self.high is not None:
            limits = f"{self.low:.6g} to {self.high:.6g}, {self.method} at level {self.level}"
        shown = "withheld" if self.suppressed else "none" if self.value is None else self.value
        by = ", ".join(f"{name} = {value}" for name, value in self.dimensions)
        rows: list[tuple[str, object]] = [
            ("value", f"{shown} ({self.unit})"), ("counts", counts), ("interval", limits),
            ("estimand", self.estimand), ("by", by), ("source", self.source), ("note", self.note),
        ]  # fmt: skip
        return describe_as_html(self.key, rows)

    @property
    def asked(self) -> bool:
        """Whether it was asked at all; False of a theme that the codebook did not have."""
        return self.why != "not_asked"

    @property
    def contributors(self) -> int | None:
        """How many units the value is made of: a median of 51 grants has n = 51 and no x."""
        if self.x is None and self.unit in _NOT_COUNTED and not self.suppressed:
            return self.n
        return self.x

    @property
    def identity(self) -> tuple[str, str, Dimensions]:
        """What no two indicators of a run may share."""
        return (self.key, self.estimand, self.dimensions)


def _rounded(number: float | None, unit: Unit) -> float | None:
    if number is None or isinstance(number, int):
        return number
    return round(number, 2) if unit == "money" else float(f"{number:.{DIGITS}g}")


def dimensions(**by: str) -> Dimensions:
    """Dimensions in their sorted form: `dimensions(region="06")`; what has no value is left out."""
    return tuple(sorted((name, value) for name, value in by.items() if value))


_NOT_WITHHELD: Collection[Absence] = ("not_asked", "too_few")
_NOT_COUNTED: Collection[Unit] = ("money", "money_per_inhabitant", "index", "ratio")

COLUMNS = tuple(field.name for field in fields(Indicator))


def to_table(indicators: Iterable[Indicator]) -> pd.DataFrame:
    """All indicators as one tidy table, a row each, in a total order.

    Raises:
        ValueError: two indicators share key, estimand and dimensions.
    """
    ordered = sorted(indicators, key=lambda indicator: indicator.identity)
    for one, following in pairwise(ordered):
        if one.identity == following.identity:
            raise ValueError(f"two indicators are called {one.identity}")
    rows = [
        to_record(one) | {"dimensions": ";".join(f"{name}={by}" for name, by in one.dimensions)}
        for one in ordered
    ]
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    for column in ("x", "n", "N"):
        table[column] = table[column].astype("Int64")
    for column in ("value", "low", "high", "level"):
        table[column] = table[column].astype("float64")
    return table


def to_record(indicator: Indicator) -> dict[str, Any]:
    """The indicator as plain JSON values, dimensions as a mapping."""
    values = {name: getattr(indicator, name) for name in COLUMNS}  # all of them plain
    return values | {"dimensions": dict(indicator.dimensions)}


def from_record(record: Mapping[str, Any]) -> Indicator:
    """The inverse of `to_record`.

    Records of earlier runs and releases have no x: they call the numerator n and the
    denominator N, and are read as that.

    Raises:
        TypeError: unknown fields.
    """
    values = dict(record)
    values["dimensions"] = tuple(sorted(dict(values.get("dimensions") or {}).items()))
    if "x" not in values:
        x, n = values.pop("n", None), values.pop("N", None)
        based = values.get("unit") in _NOT_COUNTED and n is None
        values |= {"x": None, "n": x} if based else {"x": x, "n": n}
    return Indicator(**values)
