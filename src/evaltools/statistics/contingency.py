"""Two themes of the same reports as a table of two by two: whether they go together, which leads.

Co-occurrence asks whether reports that mention one mention the other as well. Order asks which of
them is commoner beyond chance, on the reports that mention one and not the other. Of several themes
counts stand in a square table `only`, in which `only[i, j]` are the reports that mention theme i
and not theme j; p-values stand in a table of the same shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import sqrt

import numpy as np
import scipy  # its parts are loaded when they are asked for, for half a second
from numpy.typing import ArrayLike, NDArray

from evaltools.statistics.intervals import TIE, check_level

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def count_only(present: ArrayLike, asked: ArrayLike | None = None) -> Ints:
    """Reports that mention one theme and not another, for every two themes.

    Arguments:
        present: reports × themes, shape (n, k): whether the report mentions the theme.
        asked: reports × themes, whether the report was asked of the theme; of all where it is not
            given. Two themes are compared on the reports that were asked of both.

    Returns:
        Shape (k, k): `only[i, j]` mention i and not j; nothing on the diagonal.

    Raises ValueError when the shapes differ, or a theme is mentioned where it was not asked.
    """
    has = np.asarray(present, dtype=bool)
    known = np.ones(has.shape, dtype=bool) if asked is None else np.asarray(asked, dtype=bool)
    if has.ndim != 2 or has.shape != known.shape or (has & ~known).any():
        raise ValueError("needs reports × themes, none mentioned where it was not asked")
    # Products of floats go to the linear algebra library; counts stay exact up to 2^53.
    only = has.T.astype(np.float64) @ (known & ~has).astype(np.float64)
    return np.asarray(only, dtype=np.int64)


def mcnemar_exact(only_a: ArrayLike, only_b: ArrayLike) -> Floats:
    """McNemar's exact conditional test: two-sided p-values.

    Arguments:
        only_a, only_b: units with the one property and not the other, arrays of one shape.

    Returns:
        Of that shape; 1 where no unit tells the two apart.

    Raises ValueError for negative counts.
    Source: McNemar 1947, doi:10.1007/BF02295996; Fagerland, Lydersen and Laake 2013,
    doi:10.1186/1471-2288-13-91.
    """
    low, d = _discordant(only_a, only_b)
    return np.asarray(np.minimum(1.0, 2 * scipy.stats.binom.cdf(low, d, 0.5)), dtype=np.float64)


def mcnemar_midp(only_a: ArrayLike, only_b: ArrayLike) -> Floats:
    """McNemar's test with the mid-p correction: two-sided p-values.

    Half the chance of what was seen is left out of each tail, for the exact test errs far less
    often than its level. The level is not guaranteed; Fagerland and others did not find it
    passed in 9,595 settings at .05.

    Arguments, what is returned and what is raised as in `mcnemar_exact`.
    Source: Fagerland, Lydersen and Laake 2013, doi:10.1186/1471-2288-13-91.
    """
    low, d = _discordant(only_a, only_b)
    seen = scipy.stats.binom.pmf(low, d, 0.5)
    tails = 2 * scipy.stats.binom.cdf(low, d, 0.5) - seen
    equal = np.where(d == 0, 1.0, 1 - seen / 2)
    return np.asarray(np.where(2 * low == d, equal, tails), dtype=np.float64)


def mcnemar_finite(only_a: ArrayLike, only_b: ArrayLike, unread: ArrayLike) -> Floats:
    """Exact test of two themes in a finite population, of which some reports were not read.

    Of the D projects of the population that have one theme and not the other, d were read. If
    half of the D have each, those of the leader among the d are hypergeometric. D is not known:
    it lies between d and d + unread, and the greatest p-value counts. So the level holds whatever
    D is, given that the reports read are as if drawn at random from the population. The greatest
    tail is that of the largest even D: an odd one leaves the leader less than half, and a smaller
    one varies less (a test compares it with all others).

    Where the unread could not turn the order whatever they held, p is 0.

    Arguments:
        only_a, only_b: units with the one property and not the other, arrays of one shape.
        unread: units of the population that were not read, of a shape that fits.

    Returns:
        Two-sided p-values of that shape, 1 where no unit tells the two apart.

    Raises ValueError for negative counts.
    """
    low, d = _discordant(only_a, only_b)
    rest = np.asarray(unread, dtype=np.int64)
    if (rest < 0).any():
        raise ValueError("needs counts that are not negative")
    low, d, rest = np.broadcast_arrays(low, d, rest)
    largest = d + rest
    # With nothing unread and an odd d no even number is left, and the leader has the majority.
    even = np.maximum(largest - largest % 2, d)
    high = d - low
    cells = np.stack([high.ravel(), d.ravel(), even.ravel()])
    different, place = np.unique(cells, axis=1, return_inverse=True)
    x, drawn, total = different
    tails = np.where(
        total > 0, scipy.stats.hypergeom.sf(x - 1, np.maximum(total, 1), total // 2, drawn), 1.0
    )
    tails = tails[place.ravel()].reshape(d.shape)
    return np.asarray(np.where(high == low, 1.0, np.minimum(1.0, 2 * tails)), dtype=np.float64)


def population_p(only_a: ArrayLike, only_b: ArrayLike, unread: ArrayLike) -> Floats:
    """p-values for an order in a finite population: the smaller of two tests.

    `mcnemar_finite` keeps its level in every population. `mcnemar_midp` takes the population for
    endless, which makes it err less the more of a finite one was read; it is the sharper of the
    two only where few were read. Which of the two counts hangs on how many reports tell the
    themes apart and not on which way they do. So what is borne out of an endless population is
    borne out of a finite one. Errors and power: `docs/decisions/0005-order-of-themes.md`.

    Arguments, what is returned and what is raised as in `mcnemar_finite`.
    """
    finite = mcnemar_finite(only_a, only_b, unread)
    return np.asarray(np.minimum(finite, mcnemar_midp(only_a, only_b)), dtype=np.float64)


def is_borne_out(p: ArrayLike, level: float, tests: int = 1) -> Bools:
    """Whether p-values are at most 1 - level, shared between so many tests.

    A p-value that misses by less than rounding reaches it.

    Raises ValueError for a level outside 0 to 1.
    """
    check_level(level)
    limit = (1 - level) / tests * (1 + TIE)
    return np.asarray(np.asarray(p, dtype=np.float64) <= limit, dtype=np.bool_)


def find_beaten(only: ArrayLike, p: ArrayLike, level: float, tests: int = 1) -> Bools:
    """Which theme is ahead of which beyond chance.

    Arguments:
        only: shape (k, k), as `count_only` gives it.
        p: shape (k, k), two-sided p-values of every two themes.
        level: 1 less the chance of an error, in either direction, that is put up with.
        tests: how many tests share that chance.

    Returns:
        Shape (k, k): whether theme i beats theme j.
    """
    counts = np.asarray(only)
    return np.asarray((counts > counts.T) & is_borne_out(p, level, tests), dtype=np.bool_)


def find_commonest(only: ArrayLike, p: ArrayLike, level: float) -> int | None:
    """The theme that beats each rival at the level, or None.

    No correction for the number of rivals is needed, since all must be beaten; that the leader is
    picked by the data is paid for by the test being two-sided.

    Arguments as in `find_beaten`.
    Source: Hung and Fithian, Rank verification for exponential families, arXiv 1610.03944.
    """
    beaten = find_beaten(only, p, level)
    np.fill_diagonal(beaten, True)
    leads = np.flatnonzero(beaten.all(axis=1)) if len(beaten) else np.array([], dtype=np.int64)
    return int(leads[0]) if len(leads) == 1 else None


def find_best_set(only: ArrayLike, p: ArrayLike, level: float) -> Bools:
    """Which themes may be the commonest: those that no rival beats.

    A theme is left out on the word of any one of its rivals, so the chance of error is shared
    between them (Bonferroni). With two or three themes the level of a single comparison is kept,
    since an error to the other side leaves nothing out. Where one theme is the commonest by
    `find_commonest`, it is alone. How often the commonest is left out was simulated
    (`docs/decisions/0005-order-of-themes.md`).

    Arguments as in `find_beaten`.

    Returns:
        Shape (k,).
    """
    counts = np.asarray(only)
    alone = find_commonest(counts, p, level)
    if alone is not None:
        return np.asarray(np.arange(len(counts)) == alone, dtype=np.bool_)
    # Only the side on which a theme is beaten counts: half of the two-sided chance of error.
    share = max(1.0, (len(counts) - 1) / 2)
    beaten = (counts > counts.T) & is_borne_out(np.asarray(p) * share, level)
    return np.asarray(~beaten.any(axis=0), dtype=np.bool_)


def _discordant(only_a: ArrayLike, only_b: ArrayLike) -> tuple[Ints, Ints]:
    """The smaller of both counts, and their sum."""
    a, b = np.asarray(only_a, dtype=np.int64), np.asarray(only_b, dtype=np.int64)
    if (a < 0).any() or (b < 0).any():
        raise ValueError("needs counts that are not negative")
    return np.minimum(a, b), a + b


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
    return float(scipy.stats.fisher_exact([[both, only_a], [only_b, neither]]).pvalue)


def holm(p: ArrayLike) -> Floats:
    """p values adjusted so that the chance of any false finding in the family is held.

    Arguments:
        p: p values of one family, 0 to 1, shape (m,).

    Returns:
        Adjusted p values in the same order, never below the raw ones.

    Raises ValueError for values outside 0 to 1.
    Source: Holm 1979, Scandinavian Journal of Statistics 6(2):65-70.
    """
    raw = _checked(p)
    # Not as statsmodels has it, which sweeps all memory at each call: a fifth of a sweep's time.
    order = np.argsort(raw)
    stepped = np.maximum.accumulate(raw[order] * np.arange(len(raw), 0, -1))
    adjusted = np.empty_like(raw)
    adjusted[order] = np.minimum(stepped, 1.0)
    return adjusted


def benjamini_hochberg(p: ArrayLike) -> Floats:
    """p values adjusted so that the expected share of false findings is held.

    Arguments, returns and errors as in `holm`.
    Source: Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x.
    """
    return np.asarray(scipy.stats.false_discovery_control(_checked(p)), dtype=np.float64)


def _checked(p: ArrayLike) -> Floats:
    raw = np.asarray(p, dtype=np.float64)
    if raw.ndim != 1 or not ((raw >= 0) & (raw <= 1)).all():
        raise ValueError("p values lie between 0 and 1")
    return raw
