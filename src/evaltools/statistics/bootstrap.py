"""Intervals for Krippendorff's alpha by resampling, each under the name of its algorithm.

The two answer different questions and differ: on the same twelve units one runs from 0.4 to 1 and
the other from 0.56 to 0.85. The unit bootstrap draws units anew, so it tells how alpha would vary
between sets of units like these. Krippendorff's own draws disagreements anew and keeps what is
expected by chance as it was found, so it tells less and is narrower.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from evaltools.statistics.agreement_alpha import Metric, alpha_under, distances
from evaltools.statistics.agreement_ratings import Floats, Ratings, Values, ratings
from evaltools.statistics.intervals import Interval

UNIT_BOOTSTRAP: Final = "unit bootstrap"
KRIPPENDORFF_BOOTSTRAP: Final = "Krippendorff's bootstrap"
_BLOCK = 2_000_000
"""Cells worked on at once, so that many resamples of many units stay within small memory."""


@dataclass(frozen=True)
class Resampled(Interval):
    """A percentile interval with all that is needed to make it again.

    Arguments:
        resamples: how many were drawn.
        seed: of the draws.
        degenerate: share of them in which alpha is not defined, which the interval leaves out.
    """

    resamples: int = 0
    seed: int = 0
    degenerate: float = 0.0


def draws(units: int, resamples: int, seed: int) -> Floats:
    """How often each unit is in each resample of as many units, drawn with replacement.

    Returns:
        Resamples × units; every row adds up to `units`.

    Raises:
        ValueError: there is no unit or no resample.
    """
    if units < 1 or resamples < 1:
        raise ValueError(f"nothing to draw: {units} units, {resamples} resamples")
    picked = np.random.default_rng(seed).integers(0, units, size=(resamples, units))
    picked += np.arange(resamples)[:, None] * units
    counted = np.bincount(picked.ravel(), minlength=resamples * units)
    return counted.reshape(resamples, units).astype(np.float64)


def unit_bootstrap(
    values: Values | Ratings,
    metric: Metric = "nominal",
    *,
    resamples: int,
    seed: int,
    level: float = 0.95,
    clusters: NDArray[np.int_] | None = None,
    drawn: Floats | None = None,
) -> Resampled | None:
    """Percentile interval for alpha from units drawn with replacement.

    Arguments:
        values: units × coders.
        metric: of `krippendorff_alpha`.
        resamples: how many to draw.
        seed: of the draws.
        level: of the interval, 0 to 1.
        clusters: number of the cluster of each unit, from 0; whole clusters are drawn, as
            sentences of one report are not independent. Units are drawn by default.
        drawn: what `draws` gives for these units or clusters, resamples and seed, where several
            coefficients of the same units share it.

    Returns:
        The interval; None where no resample has variation.
    Source: Efron 1979, doi:10.1214/aos/1176344552.
    """
    _check_level(level)
    read = ratings(values)
    if not len(read.places):
        return None
    number = len(read.places) if clusters is None else int(np.max(clusters)) + 1
    if drawn is None:
        drawn = draws(number, resamples, seed)
    if drawn.shape != (resamples, number):
        raise ValueError(f"drawn is {drawn.shape}, not {resamples} × {number}")
    step = max(1, _BLOCK // number)
    parts = [
        alpha_under(read, drawn[start : start + step], metric, clusters)
        for start in range(0, resamples, step)
    ]
    alphas = np.concatenate(parts)
    return _percentiles(alphas, UNIT_BOOTSTRAP, level, resamples, seed)


def krippendorff_bootstrap(
    values: Values | Ratings,
    metric: Metric = "nominal",
    *,
    resamples: int,
    seed: int,
    level: float = 0.95,
) -> Resampled | None:
    """Percentile interval for alpha by Krippendorff's own algorithm.

    Every pair of values within a unit is drawn anew from all such pairs there are, whichever
    unit they come from, and its disagreement weighs as the pair did whose place it takes; the
    expected disagreement stays. A resample below -1 is held at -1. One in which all pairs agree
    on one and the same value has no variation and counts as nought, not as one.

    Arguments:
        values: units × coders. metric: of `krippendorff_alpha`. resamples: how many to draw.
        seed: of the draws. level: of the interval, 0 to 1.

    Returns:
        The interval; None where alpha itself is not defined.
    Source: Hayes and Krippendorff 2007, doi:10.1080/19312450709336664; Krippendorff 2013,
    Bootstrapping distributions for Krippendorff's alpha.
    """
    _check_level(level)
    read = ratings(values)
    if not read.paired.any() or np.isnan(alpha_under(read, _all(read), metric)[0]):
        return None
    kinds, frequency, far = _pairs(read, metric)
    m = read.values[read.paired]
    totals = read.counts[read.paired].sum(axis=0)
    n = float(totals.sum())
    expected = float(totals @ _far(read, metric) @ totals) / (n - 1)
    generator = np.random.default_rng(seed)
    lost, drawn = np.zeros(resamples), np.zeros((resamples, len(kinds)))
    for size in np.unique(m):
        pairs = int((m == size).sum() * size * (size - 1) / 2)
        found = generator.multinomial(pairs, frequency / frequency.sum(), size=resamples)
        lost += found @ far * 2 / (size - 1)
        drawn += found
    alphas = np.maximum(1 - lost / expected, -1.0)
    alphas[(lost == 0) & ((drawn > 0).sum(axis=1) == 1)] = 0.0
    return _percentiles(alphas, KRIPPENDORFF_BOOTSTRAP, level, resamples, seed)


def _pairs(read: Ratings, metric: Metric) -> tuple[NDArray[np.int_], Floats, Floats]:
    """Kinds of pairs of values within units, how many there are, and how far apart they are."""
    counts, q = read.counts[read.paired], len(read.categories)
    met = counts.T @ counts - np.diag(counts.sum(axis=0))
    met[np.arange(q), np.arange(q)] /= 2
    one, other = np.triu_indices(q)
    there = met[one, other] > 0
    one, other = one[there], other[there]
    return np.column_stack([one, other]), met[one, other], _far(read, metric)[one, other]


def _far(read: Ratings, metric: Metric) -> Floats:
    if metric != "ordinal":
        return distances(read.categories, metric)
    totals = read.counts[read.paired].sum(axis=0)
    middle = np.cumsum(totals) - totals / 2
    return np.asarray((middle[:, None] - middle[None, :]) ** 2, dtype=np.float64)


def _all(read: Ratings) -> Floats:
    return np.ones((1, len(read.places)))


def _percentiles(
    alphas: Floats, method: str, level: float, resamples: int, seed: int
) -> Resampled | None:
    defined = alphas[~np.isnan(alphas)]
    if not len(defined):
        return None
    low, high = np.quantile(defined, [(1 - level) / 2, (1 + level) / 2])
    degenerate = 1 - len(defined) / len(alphas)
    return Resampled(float(low), float(high), method, level, resamples, seed, degenerate)


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not {level}")
