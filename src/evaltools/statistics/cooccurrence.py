"""Two properties in the same units: how often together, how strongly tied, and by chance or not."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cooccurrence:
    """The four counts of two properties, and what they amount to.

    Arguments:
        both, only_a, only_b, neither: counts of units.
        jaccard: both / units with either, 0 to 1; None where no unit has either.
        phi: correlation, -1 to 1; None where one of them is in all units or in none.
        lift: both over what independence would give; None where one of them is in none.
        odds_ratio: with a half added to every count (Haldane), so that it is always finite.
        p_value: Fisher's exact test, two-sided.
    """

    both: int
    only_a: int
    only_b: int
    neither: int
    jaccard: float | None
    phi: float | None
    lift: float | None
    odds_ratio: float
    p_value: float


def cooccurrence(a: ArrayLike, b: ArrayLike) -> Cooccurrence:
    """Cross two properties of the same units.

    Arguments:
        a, b: whether each unit has the property, shape (n,) each.

    Raises ValueError when the shapes differ.
    Source: Fisher 1935; the same distribution as Veech 2013,
    doi:10.1111/j.1466-8238.2012.00789.x.
    """
    first, second = np.asarray(a, dtype=bool), np.asarray(b, dtype=bool)
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError(f"two properties of the same units, not {first.shape}, {second.shape}")
    both = int((first & second).sum())
    only_a, only_b = int(first.sum()) - both, int(second.sum()) - both
    return from_counts(both, only_a, only_b, len(first) - both - only_a - only_b)


def from_counts(both: int, only_a: int, only_b: int, neither: int) -> Cooccurrence:
    """`cooccurrence` of counts already made.

    Raises ValueError for a negative count.
    """
    if min(both, only_a, only_b, neither) < 0:
        raise ValueError("counts are not negative")
    n, with_a, with_b = both + only_a + only_b + neither, both + only_a, both + only_b
    either = both + only_a + only_b
    spread = sqrt(with_a * (n - with_a)) * sqrt(with_b * (n - with_b))
    half = 0.5
    return Cooccurrence(
        both, only_a, only_b, neither,
        jaccard=both / either if either else None,
        phi=(both * neither - only_a * only_b) / spread if spread else None,
        lift=both * n / (with_a * with_b) if with_a and with_b else None,
        odds_ratio=(both + half) * (neither + half) / ((only_a + half) * (only_b + half)),
        p_value=fisher(both, only_a, only_b, neither),
    )  # fmt: skip


@lru_cache(maxsize=65536)
def fisher(both: int, only_a: int, only_b: int, neither: int) -> float:
    """Two-sided p of Fisher's exact test: the chance of all tables no likelier than this one.

    Source: Fisher 1935, doi:10.2307/2342435.
    """
    return float(fisher_exact([[both, only_a], [only_b, neither]]).pvalue)


def holm(p: ArrayLike) -> Floats:
    """p values adjusted so that the chance of any false finding in the family is held.

    Arguments:
        p: p values of one family, 0 to 1, shape (m,).

    Returns:
        Adjusted p values in the same order, never below the raw ones.

    Raises ValueError for values outside 0 to 1.
    Source: Holm 1979, Scandinavian Journal of Statistics 6(2):65-70.
    """
    return _adjusted(p, "holm")


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """p values adjusted so that the expected share of false findings is held.

    Arguments, returns and errors as in `holm`.
    Source: Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    return _adjusted(p, "fdr_bh")


def _adjusted(p: ArrayLike, method: Literal["holm", "fdr_bh"]) -> Floats:
    raw = np.asarray(p, dtype=np.float64)
    if raw.ndim != 1 or not ((raw >= 0) & (raw <= 1)).all():
        raise ValueError("p values lie between 0 and 1")
    return np.array(_of_family(tuple(raw.tolist()), method))


@lru_cache(maxsize=256)
def _of_family(p: tuple[float, ...], method: Literal["holm", "fdr_bh"]) -> tuple[float, ...]:
    """Kept, since Holm's sweeps all memory in statsmodels and a chapter asks more than once."""
    return tuple(float(value) for value in multipletests(p, method=method)[1])
