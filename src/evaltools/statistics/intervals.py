"""Intervals for one count: binomial ones as shares, finite-population ones as counts of N."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaincinv, gammaln, ndtri

TIE = 1e-9
"""A tail this close to the limit, relatively, equals it; rounding must not decide what is kept."""


@dataclass(frozen=True)
class Interval:
    """Lower and upper limit, how they were made, and at which confidence level.

    `level` is 1 for bounds, which hold whatever the unseen units are like.
    """

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
    _check_binomial(x, n, level)
    z, p = float(ndtri((1 + level) / 2)), x / n
    centre = p + z**2 / (2 * n)
    reach = z * float(np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2)))
    scale = 1 + z**2 / n
    # At an end the limit is the end itself; the square root would leave some 1e-18 behind.
    low = 0.0 if x == 0 else (centre - reach) / scale
    high = 1.0 if x == n else (centre + reach) / scale
    return Interval(low, high, "wilson", level)


def clopper_pearson(x: int, n: int, level: float = 0.95) -> Interval:
    """Exact interval for a binomial share, by inversion of both tails, as shares from 0 to 1.

    x of n independent units have the property. The limits are beta quantiles.

    Raises ValueError unless 0 <= x <= n, n >= 1 and 0 < level < 1.
    Source: Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404.
    """
    _check_binomial(x, n, level)
    tail = (1 - level) / 2
    low = 0.0 if x == 0 else float(betaincinv(x, n - x + 1, tail))
    high = 1.0 if x == n else float(betaincinv(x + 1, n - x, 1 - tail))
    return Interval(low, high, "clopper-pearson", level)


def hypergeometric(x: int, n: int, N: int, level: float = 0.95) -> Interval:
    """Exact interval for a count in a finite population, by inversion of both tails.

    x of n units drawn without replacement from N have the property; the limits are how many
    of the N have it, whole numbers from x to N - n + x. Keeps every M for which both
    P(X >= x | M) and P(X <= x | M) are above (1 - level) / 2. Both tails are monotone in M,
    so each limit is found by halving.

    Raises ValueError unless 0 <= x <= n <= N, n >= 1 and 0 < level < 1.
    Source: Buonaccorsi 1987, doi:10.1080/00031305.1987.10475484.
    """
    _check_population(x, n, N)
    _check_level(level)
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


def _check_binomial(x: int, n: int, level: float) -> None:
    if n < 1 or not 0 <= x <= n:
        raise ValueError(f"a share needs 0 <= x <= n and n >= 1, not x={x}, n={n}")
    _check_level(level)


def _check_population(x: int, n: int, N: int) -> None:
    if n < 1 or not 0 <= x <= n <= N:
        raise ValueError(f"a count needs 0 <= x <= n <= N and n >= 1, not x={x}, n={n}, N={N}")


def _check_level(level: float) -> None:
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not {level}")


@lru_cache(maxsize=64)
def _log_factorials(N: int) -> NDArray[np.float64]:
    return np.asarray(gammaln(np.arange(N + 1) + 1.0), dtype=np.float64)


def _tail(low: int, high: int, M: int, n: int, N: int) -> float:
    """P(low <= X <= high) when n are drawn from N of which M have the property."""
    k = np.arange(max(low, n - (N - M), 0), min(high, n, M) + 1)
    log = _log_factorials(N)
    chosen = log[M] - log[k] - log[M - k]
    others = log[N - M] - log[n - k] - log[N - M - n + k]
    return float(np.exp(chosen + others - (log[N] - log[n] - log[N - n])).sum())


@lru_cache(maxsize=65536)
def _hypergeometric_limits(x: int, n: int, N: int, level: float) -> tuple[int, int]:
    limit = (1 - level) / 2 * (1 + TIE)
    first, last = x, N - n + x
    below, kept = first - 1, last
    while kept - below > 1:
        middle = (kept + below) // 2
        if _tail(x, n, middle, n, N) > limit:
            kept = middle
        else:
            below = middle
    low = kept
    kept, above = low, last + 1
    while above - kept > 1:
        middle = (kept + above) // 2
        if _tail(0, x, middle, n, N) > limit:
            kept = middle
        else:
            above = middle
    return low, kept
