"""Cohen's kappa: two coders, each with their own distribution of values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Literal

import numpy as np
import numpy.typing as npt

from evaltools.statistics.agreement import Agreement, limits, record
from evaltools.statistics.agreement_ratings import Ratings, Value, Values, ratings

Weights = Literal["", "linear", "quadratic"]


def cohen_kappa(
    values: Values | Ratings,
    weights: Weights = "",
    level: float = 0.95,
    categories: Sequence[Value] | None = None,
    quantile: Literal["normal", "t"] = "normal",
) -> Agreement:
    """Cohen's kappa of units × two coders.

    Arguments:
        values: units with a gap are set aside.
        weights: none; or disagreement growing with the distance of the places of the categories,
            or with its square.
        level: of the interval.
        categories: values there may be, in order; those there are, sorted, by default.
        quantile: by which the interval is made: normal, as is usual, or Student's t over units.

    Returns:
        With the asymptotic standard error that does not suppose kappa to be nought. None where
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
    n = int(read.paired.sum())
    df = n - 1 if quantile == "t" else None
    interval = limits(value, se, f"asymptotic, {quantile}", level, df) if n > 1 else None
    return record(name, read, value, se, interval)


def kappa_of_table(
    table: npt.ArrayLike,
    weights: Weights = "",
    level: float = 0.95,
    quantile: Literal["normal", "t"] = "normal",
) -> Agreement:
    """`cohen_kappa` of a square table of counts: rows the one coder's values, columns the other's.

    Raises:
        ValueError: the table is not square, or a count is not a whole number from nought up.
    """
    return cohen_kappa(from_table(table), weights, level, quantile=quantile)


def from_table(table: npt.ArrayLike) -> Ratings:
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

    Each pair counts once, over the units that both have valued. `pairs_of_coders` gives the parts.

    Source: Light 1971, doi:10.1037/h0031643.
    """
    read = ratings(values, categories)
    coders = range(read.places.shape[1] if len(read.places) else 0)
    tables = [_table(Ratings(read.categories, read.places[:, pair])) for pair in _pairs(coders)]
    varied = [table for table in tables if ((table.sum(axis=0) + table.sum(axis=1)) > 0).sum() > 1]
    found = [_value(table / table.sum()) for table in varied]
    return record("Light's kappa", read, float(np.mean(found)) if found else None)


def pairs_of_coders(
    values: Values | Ratings, level: float = 0.95, categories: Sequence[Value] | None = None
) -> list[tuple[tuple[int, int], Agreement]]:
    """Cohen's kappa of each two coders, by their columns."""
    read = ratings(values, categories)
    coders = range(read.places.shape[1] if len(read.places) else 0)
    return [
        ((pair[0], pair[1]), cohen_kappa(Ratings(read.categories, read.places[:, pair]), "", level))
        for pair in _pairs(coders)
    ]


def _pairs(coders: range) -> list[list[int]]:
    return [list(pair) for pair in combinations(coders, 2)]


def _table(read: Ratings) -> npt.NDArray[np.float64]:
    q = len(read.categories)
    one, other = read.places[read.paired].T
    return np.bincount(one * q + other, minlength=q * q).reshape(q, q).astype(np.float64)


def _value(shares: npt.NDArray[np.float64]) -> float:
    """Kappa alone, where many are wanted; its error comes from statsmodels."""
    chance = float(shares.sum(axis=0) @ shares.sum(axis=1))
    return (float(np.trace(shares)) - chance) / (1 - chance)


def _kappa(table: npt.NDArray[np.float64], weights: Weights) -> tuple[float, float]:
    from statsmodels.stats.inter_rater import cohens_kappa

    # A category that nobody chose adds nothing, but would part its neighbours.
    with np.errstate(invalid="ignore", divide="ignore"):  # of tests against nought, not used here
        found = cohens_kappa(table, wt=weights or None)
    return float(found.kappa), float(max(found.var_kappa, 0.0)) ** 0.5
