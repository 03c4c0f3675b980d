"""How far coders agree, beyond chance: coefficients for two coders or any number of them.

Each takes units × coders with gaps. They differ in what they take for chance: Fleiss that everybody
draws from the common distribution of values, Cohen that each of two draws from their own, Brennan
and Prediger that all values are equally likely, Gwet that only units that are hard to tell are
guessed. Where nearly all units have the same value, the first two fall far below the observed
agreement and the last two do not (Feinstein and Cicchetti 1990,
doi:10.1016/0895-4356(90)90158-L): so show them beside each other, with agreement and prevalence.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np
import pandas as pd
import scipy  # its parts are loaded when they are asked for, for half a second
from numpy.typing import ArrayLike, NDArray

from evaltools.statistics.intervals import Interval, check_level

Value = Hashable
Floats = NDArray[np.float64]
Values = Sequence[Sequence[object]] | NDArray[np.generic] | pd.DataFrame
"""Units × coders; None, NaN or NA where a coder did not value a unit."""
Why = Literal["", "no unit has two values", "no variation"]
"""Why there is no coefficient: nothing can agree, or nothing can disagree."""
Weights = Literal["", "linear", "quadratic"]


@dataclass(frozen=True, eq=False)
class Ratings:
    """Units × coders as places among the categories.

    Arguments:
        categories: the values there are, or may be, in order.
        places: units × coders; -1 where a coder gave no value.
    """

    categories: tuple[Value, ...]
    places: NDArray[np.signedinteger[Any]]

    @cached_property
    def given(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
        """The values that there are: unit, coder and place of the category, unit by unit."""
        units, coders = np.nonzero(self.places >= 0)
        return units, coders, self.places[units, coders].astype(np.intp)

    @cached_property
    def counts(self) -> Floats:
        """Units × categories: how many coders gave the unit the value."""
        (rows, _, places), shape = self.given, (len(self.places), len(self.categories))
        cells = np.bincount(rows * shape[1] + places, minlength=shape[0] * shape[1])
        return cells.reshape(shape).astype(np.float64)

    @cached_property
    def values(self) -> Floats:
        """How many values each unit has."""
        return np.bincount(self.given[0], minlength=len(self.places)).astype(np.float64)

    @cached_property
    def paired(self) -> NDArray[np.bool_]:
        """Whether a unit has two values or more, so that they can agree."""
        return np.asarray(self.values >= 2)

    @property
    def varied(self) -> bool:
        """Whether the units with two values or more have more than one value among them."""
        units, _, places = self.given
        return len(set(places[self.paired[units]].tolist())) > 1

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


@dataclass(frozen=True)
class Agreement:
    """A coefficient of agreement and what it rests on.

    Arguments:
        name: of the coefficient, with its distance or weights: `alpha, nominal`.
        value: 1 is perfect, 0 as good as chance; None where it is not defined.
        why: why it is not; empty where it is.
        units: with two values or more.
        set_aside: units that are not used, by reason.
        pairable: values in the units used.
        se: standard error by the coefficient's own formula, where it has one.
        interval: from it.
    """

    name: str
    value: float | None
    why: Why
    units: int
    set_aside: tuple[tuple[str, int], ...]
    pairable: int
    se: float | None = None
    interval: Interval | None = None


def record(
    name: str,
    read: Ratings,
    value: float | None,
    se: float | None = None,
    interval: Interval | None = None,
) -> Agreement:
    """The record of a coefficient computed from ratings; without a value it says why."""
    why: Why = ""
    if value is None:
        why = "no variation" if read.paired.any() else "no unit has two values"
    used, values = int(read.paired.sum()), int(read.values[read.paired].sum())
    return Agreement(name, value, why, used, read.set_aside, values, se, interval)


def observed_agreement(
    values: Values | Ratings, categories: Sequence[Value] | None = None
) -> Agreement:
    """Share of agreeing pairs of values, averaged over units with two values or more.

    Source: Fleiss 1971, doi:10.1037/h0031619; with gaps, Gwet 2008, doi:10.1348/000711006X126600.
    """
    read = ratings(values, categories)
    value = float(_agreeing(read)[read.paired].mean()) if read.paired.any() else None
    return record("observed agreement", read, value)


def fleiss_kappa(
    values: Values | Ratings, level: float = 0.95, categories: Sequence[Value] | None = None
) -> Agreement:
    """Fleiss' kappa: chance as in the common distribution of values.

    Arguments:
        values: units × coders; units with one value count for the distribution only.
        level: of the interval, by Student's t over the units.
        categories: values there may be; those there are by default.
    Source: Fleiss 1971, doi:10.1037/h0031619; variance Gwet 2008, doi:10.1348/000711006X126600.
    """
    read = ratings(values, categories)
    shares = _shares(read)
    common = shares.mean(axis=0) if len(shares) else shares.sum(axis=0)
    chance = float(common @ common)
    return _coefficient("Fleiss' kappa", read, chance, shares @ common, level)


def gwet_ac1(
    values: Values | Ratings, level: float = 0.95, categories: Sequence[Value] | None = None
) -> Agreement:
    """Gwet's AC1: chance only where a unit is hard to tell.

    Chance is sum p (1 - p) / (q - 1) over the q categories, p being the mean share of values.

    Arguments:
        values: units × coders; units with one value count for the distribution only.
        level: of the interval, by Student's t over the units.
        categories: values there may be; those there are by default. q counts them all.
    Source: Gwet 2008, doi:10.1348/000711006X126600.
    """
    read = ratings(values, categories)
    q, shares = len(read.categories), _shares(read)
    if q < 2 or not len(shares):
        return record("AC1", read, None)
    common = shares.mean(axis=0)
    chance = float(common @ (1 - common)) / (q - 1)
    return _coefficient("AC1", read, chance, shares @ (1 - common) / (q - 1), level)


def brennan_prediger(
    values: Values | Ratings, level: float = 0.95, categories: Sequence[Value] | None = None
) -> Agreement:
    """Brennan and Prediger's coefficient: all values equally likely by chance.

    Source: Brennan and Prediger 1981, doi:10.1177/001316448104100307.
    """
    read = ratings(values, categories)
    if len(read.categories) < 2:
        return record("Brennan-Prediger", read, None)
    chance = 1 / len(read.categories)
    constant = np.full(int((read.values > 0).sum()), chance)
    return _coefficient("Brennan-Prediger", read, chance, constant, level)


def limits(value: float, se: float, method: str, level: float, df: int | None = None) -> Interval:
    """Value ± quantile × standard error, within -1 and 1; normal where `df` is None."""
    check_level(level)
    tail = 1 - (1 - level) / 2
    half = float(scipy.stats.norm.ppf(tail) if df is None else scipy.stats.t.ppf(tail, df)) * se
    return Interval(max(-1.0, value - half), min(1.0, value + half), method, level)


def _agreeing(read: Ratings) -> Floats:
    """Share of agreeing pairs in each unit; zero where there is none."""
    pairs = read.values * (read.values - 1)
    equal: Floats = (read.counts * (read.counts - 1)).sum(axis=1)
    none: Floats = np.zeros_like(equal)
    return np.divide(equal, pairs, out=none, where=pairs > 0)


def _shares(read: Ratings) -> Floats:
    """Distribution of values in each unit that has any."""
    rated = read.values > 0
    return np.asarray(read.counts[rated] / read.values[rated, None], dtype=np.float64)


def _coefficient(
    name: str, read: Ratings, chance: float, by_unit: Floats, level: float
) -> Agreement:
    """(observed - chance) / (1 - chance), with its linearised variance over the rated units.

    `by_unit` is what each of them adds to chance: their mean is the chance agreement.
    """
    if not read.varied or not read.paired.any():
        return record(name, read, None)
    rated = read.values > 0
    agreeing, paired = _agreeing(read)[rated], read.paired[rated]
    n = len(agreeing)
    value = (float(agreeing[paired].mean()) - chance) / (1 - chance)
    own = n / paired.sum() * (agreeing - chance * paired) / (1 - chance)
    own = own - 2 * (1 - value) * (by_unit - chance) / (1 - chance)
    if n < 2:
        return record(name, read, value)
    se = float(np.sqrt(((own - value) ** 2).sum() / (n * (n - 1))))
    # Units that are all alike do not tell how much others would vary.
    interval = limits(value, se, "gwet", level, n - 1) if se > 1e-12 else None
    return record(name, read, value, se, interval)


def cohen_kappa(
    values: Values | Ratings,
    weights: Weights = "",
    level: float = 0.95,
    categories: Sequence[Value] | None = None,
) -> Agreement:
    """Cohen's kappa of units × two coders.

    Arguments:
        values: units with a gap are set aside.
        weights: none; or disagreement growing with the distance of the places of the categories,
            or with its square.
        level: of the interval.
        categories: values there may be, in order; those there are, sorted, by default.

    Returns:
        With the asymptotic standard error that does not suppose kappa to be zero. None where
        both coders gave all units the same one value.

    Raises:
        ValueError: there are not two coders.
    Source: Cohen 1960, doi:10.1177/001316446002000104; standard error Fleiss, Cohen and Everitt
    1969, doi:10.1037/h0028106.
    """
    read = ratings(values, categories)
    if len(read.places) and read.places.shape[1] != 2:
        raise ValueError(f"Cohen's kappa is of two coders, not of {read.places.shape[1]}")
    name = f"Cohen's kappa, {weights}" if weights else "Cohen's kappa"
    if not read.varied:
        return record(name, read, None)
    value, se = _kappa(_table(read), weights)
    several = int(read.paired.sum()) > 1
    interval = limits(value, se, "asymptotic, normal", level) if several else None
    return record(name, read, value, se, interval)


def from_table(table: ArrayLike) -> Ratings:
    """Units × two coders behind a square table of counts, for the other coefficients."""
    counts = np.asarray(table)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError(f"a table of two coders is square, not {counts.shape}")
    if (counts < 0).any() or (counts != counts.astype(int)).any():
        raise ValueError("a table of two coders holds whole counts")
    q = len(counts)
    cells = np.repeat(np.arange(q * q), counts.astype(int).ravel())
    return Ratings(tuple(range(q)), np.column_stack([cells // q, cells % q]))


def light_kappa(values: Values | Ratings, categories: Sequence[Value] | None = None) -> Agreement:
    """Mean of Cohen's kappa over the pairs of coders that it is defined for.

    Each pair counts once, over the units that both have valued.

    Source: Light 1971, doi:10.1037/h0031643.
    """
    read = ratings(values, categories)
    tables = _tables_of_pairs(read)
    tables = tables[((tables.sum(axis=1) + tables.sum(axis=2)) > 0).sum(axis=1) > 1]
    shares = tables / tables.sum(axis=(1, 2), keepdims=True)
    chance = (shares.sum(axis=1) * shares.sum(axis=2)).sum(axis=1)
    found = (np.trace(shares, axis1=1, axis2=2) - chance) / (1 - chance)
    return record("Light's kappa", read, float(found.mean()) if len(found) else None)


def _tables_of_pairs(read: Ratings) -> Floats:
    """Pairs of coders × categories × categories, over the units that both have valued.

    Each value is put beside those that follow it in its unit, as many steps away as there are:
    the work is that of the pairs which there are, and not of all coders with all.
    """
    units, coders, places = read.given
    q, size = len(read.categories), read.places.shape[1]
    together = np.zeros(size * size * q * q, dtype=np.intp)
    one = np.arange(len(units))
    for step in range(1, size):
        one = one[one + step < len(units)]
        one = one[units[one] == units[one + step]]
        other = one + step
        pair = coders[one] * size + coders[other]
        cells = (pair * q + places[one]) * q + places[other]
        together += np.bincount(cells, minlength=len(together))
    rows, columns = np.triu_indices(size, 1)
    return together.reshape(size, size, q, q)[rows, columns].astype(np.float64)


def _table(read: Ratings) -> Floats:
    q = len(read.categories)
    one, other = read.places[read.paired].astype(np.intp).T
    return np.bincount(one * q + other, minlength=q * q).reshape(q, q).astype(np.float64)


def _kappa(table: Floats, weights: Weights) -> tuple[float, float]:
    from statsmodels.stats.inter_rater import cohens_kappa  # slow to import

    # A category that nobody chose adds nothing, but would part its neighbours.
    with np.errstate(invalid="ignore", divide="ignore"):  # of tests against nought, not used here
        found = cohens_kappa(table, wt=weights or None)
    return float(found.kappa), float(max(found.var_kappa, 0.0)) ** 0.5
