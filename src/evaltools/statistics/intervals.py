"""Intervals for counts and shares: of one, of several together, of a difference of two.

Binomial ones are shares, those of a finite population counts of N.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import isqrt
from typing import Any, Literal

import numpy as np
import scipy  # its parts are loaded when they are asked for, for half a second
from numpy.typing import ArrayLike, NDArray

TIE = 1e-9
"""A tail above (1 - level) / 2 by less than this, relatively, equals it and is not above it.

Tails come with a relative error of some 1e-13; rounding must not decide what is kept.
"""


@dataclass(frozen=True)
class Interval:
    """Lower and upper limit, how they were made, and at which confidence level.

    `level` is 1 for bounds, which hold whatever the unseen units are like.
    """

    low: float
    high: float
    method: str
    level: float


@dataclass(frozen=True)
class Difference:
    """First share less the second, -1 to 1, with limits made by `method` at `level`."""

    value: float
    low: float
    high: float
    method: str
    level: float


def wilson(x: int, n: int, level: float = 0.95) -> Interval:
    """Score interval for a binomial share, as shares from 0 to 1.

    x of n independent units have the property.

    Raises ValueError unless 0 <= x <= n, n >= 1 and 0 < level < 1.
    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
    """
    low, high = _binomial_limits(x, n, level, "wilson")
    return Interval(low, high, "wilson", level)


def clopper_pearson(x: int, n: int, level: float = 0.95) -> Interval:
    """Exact interval for a binomial share, by inversion of both tails, as shares from 0 to 1.

    x of n independent units have the property. The limits are beta quantiles.

    Raises ValueError unless 0 <= x <= n, n >= 1 and 0 < level < 1.
    Source: Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404.
    """
    low, high = _binomial_limits(x, n, level, "beta")
    return Interval(low, high, "clopper-pearson", level)


def hypergeometric(x: int, n: int, N: int, level: float = 0.95) -> Interval:
    """Exact interval for a count in a finite population, by inversion of both tails.

    x of n units drawn without replacement from N have the property; the limits are how many
    of the N have it, whole numbers from x to N - n + x. Keeps every M for which both
    P(X >= x | M) and P(X <= x | M) are above (1 - level) / 2, by more than `TIE`.

    Raises ValueError unless 0 <= x <= n <= N, n >= 1 and 0 < level < 1.
    Source: Buonaccorsi 1987, doi:10.1080/00031305.1987.10475484.
    """
    _check_population(x, n, N)
    check_level(level)
    low, high = _hypergeometric_limits(int(x), int(n), int(N), float(level))
    return Interval(low, high, "hypergeometric", level)


def bounds(x: int, n: int, N: int) -> Interval:
    """What the count of N must lie between, assuming nothing about the N - n units not seen.

    x of the n units seen have the property; of the N either none or all of the rest do too.

    Raises ValueError unless 0 <= x <= n <= N and n >= 1.
    Source: Manski 1989, doi:10.2307/145818.
    """
    _check_population(x, n, N)
    return Interval(x, x + N - n, "bounds", 1.0)


def check_level(level: float) -> None:
    """Refuse what is no confidence level."""
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not {level}")


def newcombe(x1: int, n1: int, x2: int, n2: int, level: float = 0.95) -> Difference:
    """Difference x1/n1 - x2/n2 with the hybrid score interval (method 10).

    The limits combine the Wilson limits of the two shares.

    Raises ValueError unless 0 <= x <= n, n >= 1 in both groups and 0 < level < 1.
    Source: Newcombe 1998, Statistics in Medicine 17:873-890,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    """
    _check_share(x1, n1)
    _check_share(x2, n2)
    check_level(level)
    low, high = _proportion().confint_proportions_2indep(
        x1, n1, x2, n2, method="newcomb", alpha=1 - level
    )
    # Shares of 0 and 1 reach the end itself; rounding may pass it by some 1e-16.
    return Difference(
        x1 / n1 - x2 / n2, max(float(low), -1.0), min(float(high), 1.0), "newcombe", level
    )


def simultaneous_intervals(counts: ArrayLike, level: float = 0.95) -> list[Interval]:
    """Limits for every category's share, 0 to 1, that hold jointly at `level`.

    Arguments:
        counts: answers by category, shape (k,), k at least 1, not all 0.
        level: joint confidence level.

    Returns:
        An interval a category, in the order of the counts.

    Raises ValueError for negative counts, none at all, or a level outside 0 to 1.
    Source: Goodman 1965, doi:10.1080/00401706.1965.10490252.
    """
    x = np.asarray(counts, dtype=np.float64)
    if x.ndim != 1 or (x < 0).any() or x.sum() <= 0:
        raise ValueError("needs counts that are not negative and not all nought")
    check_level(level)
    limits = _proportion().multinomial_proportions_confint(x, alpha=1 - level, method="goodman")
    # At an end the limit is the end itself; rounding leaves some 1e-16 between them.
    low = np.where(x == 0, 0.0, limits[:, 0])
    high = np.where(x == x.sum(), 1.0, limits[:, 1])
    return [Interval(float(a), float(b), "goodman", level) for a, b in zip(low, high, strict=True)]


def chances_unseen(k: ArrayLike, n: int, N: int) -> NDArray[np.float64]:
    """Chance that none of the n units read is among the k of N that have a property, for every k.

    Valid if the n are drawn without replacement and at random. With k > N - n at least one is
    always seen and the chance is 0.

    Raises ValueError unless 0 <= k <= N and 0 <= n <= N.
    Source: hypergeometric probability of zero, C(N - k, n) / C(N, n).
    """
    k = np.asarray(k, dtype=int)
    if not 0 <= n <= N or (k < 0).any() or (k > N).any():
        raise ValueError(f"needs 0 <= k <= N and 0 <= n <= N, not k={k.tolist()}, n={n}, N={N}")
    # Of a population of zero nothing is missed or seen, which scipy does not define.
    return np.asarray(
        scipy.stats.hypergeom.pmf(0, N, k, n) if N else np.ones(k.shape), dtype=np.float64
    )


def _proportion() -> Any:
    """The part of statsmodels for shares, which is slow to import."""
    from statsmodels.stats import proportion

    return proportion


def _binomial_limits(
    x: int, n: int, level: float, method: Literal["wilson", "beta"]
) -> tuple[float, float]:
    _check_share(x, n)
    check_level(level)
    low, high = _proportion().proportion_confint(x, n, alpha=1 - level, method=method)
    # At an end the limit is the end itself; rounding leaves some 1e-16 between them.
    return 0.0 if x == 0 else float(low), 1.0 if x == n else float(high)


def _check_share(x: int, n: int) -> None:
    if n < 1 or not 0 <= x <= n:
        raise ValueError(f"a share needs 0 <= x <= n and n >= 1, not x={x}, n={n}")


def _check_population(x: int, n: int, N: int) -> None:
    if n < 1 or not 0 <= x <= n <= N:
        raise ValueError(f"a count needs 0 <= x <= n <= N and n >= 1, not x={x}, n={n}, N={N}")


@lru_cache(maxsize=65536)
def _hypergeometric_limits(x: int, n: int, N: int, level: float) -> tuple[int, int]:
    limit = (1 - level) / 2 * (1 + TIE)
    M = np.arange(x, N - n + x + 1)
    low = _first_kept(M, lambda M: scipy.stats.hypergeom.sf(x - 1, N, M, n) > limit)
    high = _first_kept(M[::-1], lambda M: scipy.stats.hypergeom.cdf(x, N, M, n) > limit)
    return low, high


def _first_kept(
    candidates: NDArray[np.int_], kept: Callable[[NDArray[np.int_]], NDArray[np.bool_]]
) -> int:
    """First candidate that is kept, when every one after it is kept too, as the last one is.

    Tails are monotone in M, so the ends of blocks tell which block holds it: two short
    vectors of tails, where a register of thousands would have thousands of tails.
    """
    size = isqrt(len(candidates))
    block = int(np.searchsorted(kept(candidates[size - 1 :: size]), True))
    inside = candidates[block * size : (block + 1) * size]
    return int(inside[np.searchsorted(kept(inside), True)])
