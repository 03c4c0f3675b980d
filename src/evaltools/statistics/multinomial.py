"""Shares of several answers to one question, with limits that hold for all of them together."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from statsmodels.stats.proportion import multinomial_proportions_confint

from evaltools.statistics.intervals import Interval


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
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not {level}")
    limits = multinomial_proportions_confint(x, alpha=1 - level, method="goodman")
    # At an end the limit is the end itself; rounding leaves some 1e-16 between them.
    low = np.where(x == 0, 0.0, limits[:, 0])
    high = np.where(x == x.sum(), 1.0, limits[:, 1])
    return [Interval(float(a), float(b), "goodman", level) for a, b in zip(low, high, strict=True)]
