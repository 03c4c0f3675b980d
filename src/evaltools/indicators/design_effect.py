"""Shares of things that come in bundles: goals and claims of the same project are no strangers."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

import numpy as np
import pandas as pd
import scipy  # its parts are loaded when they are asked for, for half a second

from evaltools.indicators.indicator import Indicator
from evaltools.indicators.shares import infer, plain_share
from evaltools.statistics.intervals import Interval

METHOD = "wilson, clustered by project"


def effective_size(hits: Sequence[bool], clusters: Sequence[str], level: float) -> float:
    """How many independent units the bundled ones are worth.

    The variance of the share as a ratio of project totals, divided by the unbiased variance that
    it would have were the units independent, is the design effect: 1 where every project has one
    unit. It is not let below 1. Since the variance rests on few projects, the size is then scaled
    by the squared ratio of the quantiles of Student's t with as many degrees of freedom as there
    are units, and projects, less one. Where every unit agrees the effect cannot be estimated and
    each project counts once.

    Arguments:
        hits: one truth a unit.
        clusters: the project of each unit, same length.
        level: confidence level of the interval that the size is for, 0 to 1.

    Returns:
        A number above 0, up to the number of units; 0 without units.
    Source: Kish 1965, Survey Sampling; Korn and Graubard 1998, Survey Methodology 24:193–201.
    """
    frame = pd.DataFrame({"hit": np.asarray(hits, dtype=float), "cluster": list(clusters)})
    units = len(frame)
    if units == 0:
        return 0.0
    totals = frame.groupby("cluster", sort=True)["hit"].agg(["sum", "count"])
    k, share = len(totals), float(frame["hit"].mean())
    if k == 1 or share in (0.0, 1.0):
        return float(k)
    residual = totals["sum"] - share * totals["count"]
    clustered = k / (k - 1) * float((residual**2).sum()) / units**2
    independent = share * (1 - share) / (units - 1)
    tail = (1 + level) / 2
    few = float(scipy.stats.t.ppf(tail, units - 1) / scipy.stats.t.ppf(tail, k - 1))
    return float(units / max(clustered / independent, 1.0) * few**2)


def clustered_wilson(share: float, size: float, level: float) -> Interval:
    """Score interval with a sample size that need not be whole.

    Raises ValueError unless 0 <= share <= 1, size > 0 and 0 < level < 1.
    Source: Wilson 1927, doi:10.1080/01621459.1927.10502953, with the effective size in place
    of n as in Dean and Pagano 2015, doi:10.1093/jssam/smv024.
    """
    if not 0 <= share <= 1 or size <= 0 or not 0 < level < 1:
        raise ValueError(f"needs a share, a size and a level, not {share}, {size}, {level}")
    z = float(scipy.stats.norm.ppf((1 + level) / 2))
    centre = share + z**2 / (2 * size)
    reach = z * sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
    scale = 1 + z**2 / size
    low = 0.0 if share == 0 else max((centre - reach) / scale, 0.0)
    high = 1.0 if share == 1 else min((centre + reach) / scale, 1.0)
    return Interval(low, high, METHOD, level)


def clustered_shares(
    key: str,
    hits: Sequence[bool],
    clusters: Sequence[str],
    level: float,
    source: str,
    note: str = "",
) -> list[Indicator]:
    """A share of goals or claims, of the reports read and of projects like these.

    There is no P record: how many goals or claims unread reports hold is not known.

    Arguments:
        key: with its measure: `goals.achieved.share`.
        hits: which units have the property.
        clusters: the project of each unit.
        level: confidence level, 0 to 1.
        source: dotted name of the function that counted.

    Returns:
        D without limits and S with limits that allow for units of a project being alike; without
        them where all are of one project, which tells nothing of how projects vary.
    """
    x, n = int(np.sum(np.asarray(hits, dtype=bool))), len(clusters)
    plain = plain_share(key, x, n, source, note=note)
    limits = None
    if len(set(clusters)) > 1:
        limits = clustered_wilson(x / n, effective_size(hits, clusters, level), level)
    return [plain, infer(plain, limits, METHOD, level)]
