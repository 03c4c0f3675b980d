"""How unevenly a sum is spread: Gini, Lorenz, Herfindahl-Hirschman, top share, Theil."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Theil:
    """Theil's T and its exact parts; total = between + within, all at least 0."""

    total: float
    between: float
    within: float


@dataclass(frozen=True)
class Lorenz:
    """Points of the curve from (0, 0) to (1, 1), poorest first.

    `population` and `total` are cumulative shares, each one longer than the values.
    """

    population: Floats
    total: Floats


def lorenz(values: ArrayLike, weights: ArrayLike | None = None) -> Lorenz:
    """Cumulative share of the sum held by the poorest units.

    Arguments:
        values: amount of each unit, at least 0, in any unit of measure, shape (n,).
        weights: size of each unit, above 0, shape (n,): inhabitants of areas, whose
            values are then amounts per inhabitant. One each when left out.

    Raises ValueError when there is nothing to share: no values, or all of them 0; and for
    negative or missing values.
    Source: Lorenz 1905, doi:10.2307/2276207.
    """
    x, w = _checked(values, weights)
    order = np.argsort(x, kind="stable")
    x, w = x[order], w[order]
    population = np.concatenate([[0.0], np.cumsum(w) / w.sum()])
    total = np.concatenate([[0.0], np.cumsum(x * w) / (x * w).sum()])
    return Lorenz(population, total)


def gini(values: ArrayLike, unbiased: bool = False, weights: ArrayLike | None = None) -> float:
    """Gini coefficient: 0 when all have the same, towards 1 when one has everything.

    Arguments:
        values, weights: as in `lorenz`.
        unbiased: multiply by n / (n - 1), so that one unit holding everything gives 1;
            for small n. Needs two values, and no weights.

    Raises ValueError as `lorenz` does, and for `unbiased` with fewer than two values or
    with weights.
    Source: Gini 1912; twice the area between the diagonal and the Lorenz curve.
    """
    if unbiased and weights is not None:
        raise ValueError("the small-sample correction is for unweighted values")
    curve = lorenz(values, weights)
    area = float(np.trapezoid(curve.total, curve.population))
    result = max(0.0, 1 - 2 * area)
    if not unbiased:
        return result
    n = len(curve.total) - 1
    if n < 2:
        raise ValueError("the small-sample correction needs at least two values")
    return result * n / (n - 1)


def hhi(values: ArrayLike) -> float:
    """Herfindahl-Hirschman index, the sum of squared shares: 1/n to 1.

    Raises ValueError as `lorenz` does.
    Source: Hirschman 1964, American Economic Review 54(5):761-762.
    """
    x, _ = _checked(values, None)
    return float(((x / x.sum()) ** 2).sum())


def top_share(values: ArrayLike, k: int) -> float:
    """Share of the sum held by the k largest values, 0 to 1; 1 when there are at most k.

    Raises ValueError as `lorenz` does, and for k below 1.
    """
    if k < 1:
        raise ValueError(f"at least one value is the top, not {k}")
    x, _ = _checked(values, None)
    return float(np.sort(x)[::-1][:k].sum() / x.sum())


def theil(
    values: ArrayLike, groups: Sequence[str] | Iterable[str], weights: ArrayLike | None = None
) -> Theil:
    """Theil's T, split into inequality between the means of groups and within groups.

    Arguments:
        values, weights: as in `lorenz`.
        groups: the group of each unit, shape (n,).

    Raises ValueError as `lorenz` does, and when groups and values differ in number.
    Source: Theil 1967, Economics and Information Theory; Shorrocks 1980, doi:10.2307/1913126.
    """
    x, w = _checked(values, weights)
    labels = list(groups)
    if len(labels) != len(x):
        raise ValueError(f"{len(x)} values, but {len(labels)} groups")
    _, index = np.unique(np.asarray(labels, dtype=str), return_inverse=True)
    amount = x * w
    total = _divergence(amount / amount.sum(), w / w.sum())
    group_amount, group_weight = np.bincount(index, amount), np.bincount(index, w)
    between = _divergence(group_amount / group_amount.sum(), group_weight / group_weight.sum())
    return Theil(total, between, max(0.0, total - between))


def _divergence(s: Floats, p: Floats) -> float:
    """Sum of s ln(s / p), where zero times the logarithm of zero is zero."""
    held = s > 0
    return max(0.0, float((s[held] * np.log(s[held] / p[held])).sum()))


def _checked(values: ArrayLike, weights: ArrayLike | None) -> tuple[Floats, Floats]:
    x = np.asarray(values, dtype=np.float64)
    w = np.ones_like(x) if weights is None else np.asarray(weights, dtype=np.float64)
    if x.ndim != 1 or w.shape != x.shape:
        raise ValueError("values and weights are two lists of the same length")
    if not (np.isfinite(x).all() and np.isfinite(w).all() and (x >= 0).all() and (w > 0).all()):
        raise ValueError("values are known and not negative, weights are positive")
    if x.size == 0 or x.sum() == 0:
        raise ValueError("there is nothing to share")
    return x, w
