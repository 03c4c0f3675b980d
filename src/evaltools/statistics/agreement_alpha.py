"""Krippendorff's alpha: any number of coders, gaps, and values of any level of measurement."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from evaltools.statistics.agreement import Agreement, record
from evaltools.statistics.agreement_ratings import Floats, Ratings, Value, Values, ratings
from evaltools.statistics.masi import masi_distances

Metric = Literal["nominal", "ordinal", "interval", "ratio", "masi"] | Callable[[Any, Any], float]
"""How far apart two values are. A function stands for the difference function as it is: what is
squared in the interval and ratio metrics is squared already."""


def krippendorff_alpha(
    values: Values | Ratings,
    metric: Metric = "nominal",
    categories: Sequence[Value] | None = None,
) -> Agreement:
    """Krippendorff's alpha, 1 - observed over expected disagreement, from the coincidences.

    Arguments:
        values: units × coders with gaps; units with fewer than two values are set aside.
        metric: `nominal`; `ordinal` by the ranks that the categories take up; `interval` and
            `ratio` for numbers; `masi` for sets; or a function of two values.
        categories: values there may be, in order, which ordinal words need; those there are,
            sorted, by default. Values that nobody gave do not change alpha.

    Returns:
        The value is None where no unit has two values, or where all those that can be paired are
        one and the same: then nothing shows that coders can tell units apart, and alpha is not 1.

    Raises:
        ValueError: `interval` or `ratio` of what is no number, or a ratio of negative numbers.
    Source: Krippendorff 2011, Computing Krippendorff's alpha-reliability; for sets Passonneau
    2006, Measuring agreement on set-valued items (MASI), LREC.
    """
    read = ratings(values, categories)
    name = f"alpha, {metric if isinstance(metric, str) else getattr(metric, '__name__', 'own')}"
    if not read.paired.any():
        return record(name, read, None)
    value = float(alpha_under(read, np.ones((1, len(read.places))), metric)[0])
    return record(name, read, None if np.isnan(value) else value)


def alpha_under(
    read: Ratings,
    weights: Floats,
    metric: Metric = "nominal",
    clusters: NDArray[np.int_] | None = None,
) -> Floats:
    """Alpha of the same units, each counted as often as told: what a bootstrap asks for.

    Arguments:
        read: the ratings.
        weights: resamples × units, or × clusters; counts from nought up.
        metric: as for `krippendorff_alpha`.
        clusters: number of the cluster of each unit, from 0, where whole clusters are weighed.

    Returns:
        A value a resample; NaN where the resample has no variation.
    """
    paired, q = read.paired, len(read.categories)
    counts, m = read.counts[paired], read.values[paired]
    if clusters is not None:
        owner = clusters[paired]
    elif paired.all():
        owner = None
    else:
        weights, owner = weights[:, paired], None

    def gathered(by_unit: Floats) -> Floats:
        """By cluster, since all that alpha is made of adds up."""
        if owner is None:
            return by_unit
        sums = np.zeros((weights.shape[1], *by_unit.shape[1:]))
        np.add.at(sums, owner, by_unit)
        return sums

    totals = weights @ gathered(counts)  # resamples × categories
    n = totals.sum(axis=1)
    if metric == "ordinal":
        met = weights @ gathered(_met(counts, m).reshape(-1, q * q))
        far = _ranks_apart(totals)
        observed = (met.reshape(-1, q, q) * far).sum(axis=(1, 2))
        expected = np.einsum("rc,rck,rk->r", totals, far, totals)
    else:
        fixed = distances(read.categories, metric)
        within = ((counts @ fixed) * counts).sum(axis=1) / (m - 1)
        observed, expected = weights @ gathered(within), ((totals @ fixed) * totals).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        alpha = 1 - (n - 1) * observed / expected
    # One value only, or only values at no distance: what is left of rounding is no variation.
    several = (totals > 0).sum(axis=1) > 1
    return np.where(several & (expected > 0), alpha, np.nan)


def distances(categories: Sequence[Value], metric: Metric) -> Floats:
    """The difference function between all categories, symmetric and nought on the diagonal.

    Raises:
        ValueError: as `krippendorff_alpha` does, or for `ordinal`, which depends on the counts.
    """
    if metric == "nominal":
        return np.asarray(1 - np.eye(len(categories)), dtype=np.float64)
    if metric == "masi":
        if not all(isinstance(each, frozenset) for each in categories):
            raise ValueError("masi is a distance between sets")
        return masi_distances([each for each in categories if isinstance(each, frozenset)])
    if callable(metric):
        return np.array([[float(metric(a, b)) for b in categories] for a in categories])
    if metric not in ("interval", "ratio"):
        raise ValueError(f"{metric} is no distance between two values alone")
    numbers = _numbers(categories, metric)
    apart = numbers[:, None] - numbers[None, :]
    if metric == "interval":
        return np.asarray(apart**2, dtype=np.float64)
    together = numbers[:, None] + numbers[None, :]
    return np.divide(apart, together, out=np.zeros_like(apart), where=together > 0) ** 2


def _met(counts: Floats, m: Floats) -> Floats:
    """Units × categories × categories: how often values met in the unit, equal ones left out."""
    met = (counts[:, :, None] * counts[:, None, :]) / (m - 1)[:, None, None]
    diagonal = np.arange(counts.shape[1])
    met[:, diagonal, diagonal] = 0
    return np.asarray(met, dtype=np.float64)


def _ranks_apart(totals: Floats) -> Floats:
    """Resamples × categories × categories: squared distance of the middles of tied ranks."""
    middle = np.cumsum(totals, axis=1) - totals / 2
    return np.asarray((middle[:, :, None] - middle[:, None, :]) ** 2, dtype=np.float64)


def _numbers(categories: Sequence[Value], metric: str) -> Floats:
    if not all(isinstance(each, bool | int | float | np.number) for each in categories):
        raise ValueError(f"alpha with the {metric} metric needs numbers")
    numbers = np.array(categories, dtype=np.float64)
    if metric == "ratio" and (numbers < 0).any():
        raise ValueError("alpha with the ratio metric needs numbers from nought up")
    return numbers
