"""How far coders agree, beyond chance: coefficients for any number of coders.

Each takes units × coders with gaps. They differ in what they take for chance: Fleiss (and Scott,
for two coders) that everybody draws from the common distribution of values, Conger that each
draws from their own, Brennan and Prediger that all values are equally likely, Gwet that only
units that are hard to tell are guessed. Where nearly all units have the same value, the first two
fall far below the observed agreement and the last two do not (Feinstein and Cicchetti 1990,
doi:10.1016/0895-4356(90)90158-L): so show them beside each other, with agreement and prevalence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.stats import norm
from scipy.stats import t as student

from evaltools.statistics.agreement_ratings import Floats, Ratings, Value, Values, ratings
from evaltools.statistics.intervals import Interval

Why = Literal["", "no unit has two values", "no variation"]
"""Why there is no coefficient: nothing can agree, or nothing can disagree."""


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
        interval: from it; resampled ones are made by `bootstrap`.
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


def scott_pi(
    values: Values | Ratings, level: float = 0.95, categories: Sequence[Value] | None = None
) -> Agreement:
    """Scott's pi, which is Fleiss' kappa of two coders.

    Raises:
        ValueError: there are not two coders.
    Source: Scott 1955, doi:10.1086/266577.
    """
    read = ratings(values, categories)
    if len(read.places) and read.places.shape[1] != 2:
        raise ValueError(f"Scott's pi is of two coders, not of {read.places.shape[1]}")
    found = fleiss_kappa(read, level)
    return record("Scott's pi", read, found.value, found.se, found.interval)


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


def conger_kappa(
    values: Values | Ratings, level: float = 0.95, categories: Sequence[Value] | None = None
) -> Agreement:
    """Conger's kappa: each coder draws from their own distribution, as in Cohen's of two.

    Source: Conger 1980, doi:10.1037/0033-2909.88.2.322; with gaps and variance, Gwet 2014,
    Handbook of inter-rater reliability, 4th ed., chapter 5.
    """
    read = ratings(values, categories)
    rated = read.values > 0
    places = read.places[rated]
    given = places[:, :, None] == np.arange(len(read.categories))
    each = given.sum(axis=(0, 1)) if given.size else np.zeros(0)
    busy = (places >= 0).any(axis=0) if given.size else np.zeros(0, dtype=bool)
    coders, units = int(busy.sum()), int(rated.sum())
    if coders < 2 or not each.any():
        return record("Conger's kappa", read, None)
    given, valued = given[:, busy].astype(np.float64), places[:, busy] >= 0
    own = given.sum(axis=0) / valued.sum(axis=0)[:, None]  # coder × category
    total = own.sum(axis=0)
    # Mean over pairs of different coders of the chance that they meet.
    chance = float(total @ total - (own * own).sum()) / (coders * (coders - 1))
    # How much a unit moves each coder's distribution, times what it then meets in the others'.
    moves = given - (valued - valued.mean(axis=0))[:, :, None] * own
    moves = moves / valued.mean(axis=0)[:, None]
    influence = (moves * (total - own)).sum(axis=(1, 2)) / (coders * (coders - 1))
    assert influence.shape == (units,)
    return _coefficient("Conger's kappa", read, chance, influence, level)


def limits(value: float, se: float, method: str, level: float, df: int | None = None) -> Interval:
    """Value ± quantile × standard error, within -1 and 1; normal where `df` is None."""
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not {level}")
    tail = 1 - (1 - level) / 2
    half = float(norm.ppf(tail) if df is None else student.ppf(tail, df)) * se
    return Interval(max(-1.0, value - half), min(1.0, value + half), method, level)


def _agreeing(read: Ratings) -> Floats:
    """Share of agreeing pairs in each unit; nought where there is none."""
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
    return record(name, read, value, se, limits(value, se, "gwet", level, n - 1))
