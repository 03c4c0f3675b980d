"""Whether those that answered are like those that did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy  # its parts are loaded when they are asked for, for half a second
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

ITERATIONS = 100

LARGEST_WEIGHT = 1000
"""In 2,700 random designs with sizes up to e^6 apart the regression was always computed below
it; from ten times it on, one in twenty was not, which one depending on the processor."""


@dataclass(frozen=True)
class Propensities:
    """Estimated chance of answering of each unit, and what estimating them cost.

    Arguments:
        values: chances, 0 to 1, shape (N,).
        estimation_variance: mean variance that comes from estimating the coefficients,
            which makes the chances look more different than they are.
    """

    values: Floats
    estimation_variance: float


@dataclass(frozen=True)
class NotEstimable:
    """Why chances of answering cannot be estimated.

    Arguments:
        reason: `constant`: all answered or none did; `collinear`: a column of the design
            follows from the others; `separated`: some combination of columns tells without
            error, for some units at least, who answered, so that its coefficient is infinite,
            or so nearly that it is too large to be computed.
    """

    reason: Literal["constant", "collinear", "separated"]


def standardised_difference(a: ArrayLike, b: ArrayLike) -> float | None:
    """Mean of a less mean of b, in units of their common standard deviation.

    Arguments:
        a, b: known values of the two groups, any length.

    Returns:
        (mean a - mean b) / sqrt((var a + var b) / 2); 0 when all values are the same; None
        when a group has fewer than two values, or when neither varies and the means differ.

    Source: Austin 2009, doi:10.1002/sim.3697.
    """
    first, second = np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)
    if min(len(first), len(second)) < 2:
        return None
    pooled = (first.var(ddof=1) + second.var(ddof=1)) / 2
    return _standardised(float(first.mean() - second.mean()), float(pooled))


def standardised_difference_of_shares(x1: int, n1: int, x0: int, n0: int) -> float | None:
    """x1/n1 less x0/n0, in units of the common standard deviation of the two shares.

    Returns None when a group has fewer than two units, or when neither share varies and they
    differ.

    Raises ValueError unless 0 <= x <= n in both groups.
    Source: Austin 2009, doi:10.1080/03610910902859574.
    """
    if not (0 <= x1 <= n1 and 0 <= x0 <= n0):
        raise ValueError(f"needs 0 <= x <= n, not {x1} of {n1} and {x0} of {n0}")
    if min(n1, n0) < 2:
        return None
    p1, p0 = x1 / n1, x0 / n0
    return _standardised(p1 - p0, (p1 * (1 - p1) + p0 * (1 - p0)) / 2)


def balance_p(values: ArrayLike, responded: ArrayLike, draws: int, seed: int) -> float | None:
    """Chance of differences as large as those observed, had chance decided who answers.

    All variables are tested together, so that many comparisons do not make one of them stand
    out: the sum of their squared standardised differences is held against its distribution
    where as many units answer, drawn at random.

    Arguments:
        values: what is known of every unit, a column a variable, NaN where unknown,
            shape (N, p).
        responded: whether each unit answered, shape (N,).
        draws: how many random divisions are tried.

    Returns:
        The share of divisions, that observed among them, whose sum is at least as large; None
        where all or none answered or nothing varies.

    Source: Hansen and Bowers 2008, doi:10.1214/08-STS254, with differences by the standard
    deviation of all units and drawn divisions in place of the normal limit.
    """
    matrix, answered = np.asarray(values, dtype=np.float64), np.asarray(responded, dtype=bool)
    with np.errstate(invalid="ignore"):
        known = ~np.isnan(matrix)
        spread = np.sqrt([column[use].var() if use.any() else 0.0
                          for column, use in zip(matrix.T, known.T, strict=True)])  # fmt: skip
    varying = spread > 0
    if answered.all() or not answered.any() or not varying.any():
        return None
    filled = np.where(known, matrix, 0.0)[:, varying] / spread[varying]
    there, rng = known[:, varying].astype(float), np.random.default_rng(seed)
    sums, counts = filled.sum(axis=0), there.sum(axis=0)

    def total(division: Floats) -> float:
        one = division @ there
        both = (one > 0) & (one < counts)
        first = (division @ filled)[both] / one[both]
        second = (sums[both] - (division @ filled)[both]) / (counts[both] - one[both])
        return float(((first - second) ** 2).sum())

    observed, division = total(answered.astype(float)), answered.astype(float)
    larger = sum(total(rng.permutation(division)) >= observed - 1e-9 for _ in range(draws))
    return (1 + larger) / (1 + draws)


def propensities(design: ArrayLike, responded: ArrayLike) -> Propensities | NotEstimable:
    """Chance of answering by logistic regression, maximum likelihood.

    Arguments:
        design: what is known of every unit, a column a variable, without constant,
            shape (N, p); p may be 0.
        responded: whether each unit answered, shape (N,).

    Returns:
        The chances, or why they cannot be estimated.

    Raises ValueError for missing values or shapes that do not fit.
    Source: separation as Albert and Anderson 1984, doi:10.1093/biomet/71.1.1, found by linear
    programming.
    """
    X, y = _design(design, responded)
    if len(np.unique(y)) < 2:
        return NotEstimable("constant")
    if np.linalg.matrix_rank(X) < X.shape[1]:
        return NotEstimable("collinear")
    if separated(X, y):
        return NotEstimable("separated")
    # It takes a second to load, which most that import this module need not wait for.
    from statsmodels.discrete.discrete_model import Logit

    try:
        # The exponential of a certain unit may overflow, and its chance is then 0 as it should be.
        with np.errstate(over="ignore"):
            fit = Logit(y, X).fit(
                maxiter=ITERATIONS, ridge_factor=0, disp=False, warn_convergence=False
            )
            p = np.asarray(fit.predict(), dtype=np.float64)
    except np.linalg.LinAlgError:
        return NotEstimable("separated")
    if not fit.mle_retvals["converged"]:
        return NotEstimable("separated")
    gradient = X * (p * (1 - p))[:, None]
    variance = np.einsum("ij,jk,ik->i", gradient, np.asarray(fit.cov_params()), gradient)
    return Propensities(p, float(variance.mean()))


def separated(design: ArrayLike, responded: ArrayLike) -> bool:
    """Whether some combination of the columns tells without error, or nearly, who answered.

    Arguments:
        design: shape (N, p), with a constant column where the model has one.
        responded: shape (N,), true where a unit answered.

    The units overlap when positive weights can be found under which those that answered and those
    that did not have the same total in every column (Stiemke's theorem: then no combination of
    columns parts them). They count as separated when these weights would have to differ by more
    than `LARGEST_WEIGHT` to one. The weights do not depend on the scale of a column, and where
    they are that even the regression can be computed on every processor; so the decision does
    not hang on the last bits of anyone's linear algebra.
    Source: Albert and Anderson 1984, doi:10.1093/biomet/71.1.1.
    """
    X = np.asarray(design, dtype=np.float64)
    signed = np.where(np.asarray(responded, dtype=bool), 1.0, -1.0)[:, None] * X
    largest = np.abs(signed).max(axis=0, initial=0.0)
    balance = (signed / np.where(largest > 0, largest, 1.0)).T
    found = scipy.optimize.linprog(
        np.zeros(len(X)),
        A_eq=balance,
        b_eq=np.zeros(len(balance)),
        bounds=(1, LARGEST_WEIGHT),
    )
    return bool(found.status != 0)


def r_indicator(propensities: Propensities | ArrayLike, adjusted: bool = False) -> float:
    """Representativity indicator 1 - 2 S of the chances of answering: 1 is the best, 0 the worst.

    Arguments:
        propensities: of every unit of the population, from `propensities` or as numbers.
        adjusted: take the variance that comes from estimation off S squared, not below 0;
            needs `Propensities`. All units of the population are known here, so the term for
            sampling them falls away.

    Raises ValueError when there are no chances, or when numbers are to be adjusted.
    Source: Schouten, Cobben and Bethlehem 2009, Survey Methodology 35(1):101-113; adjustment
    Shlomo, Skinner and Schouten 2012, doi:10.1016/j.jspi.2011.07.008.
    """
    known = isinstance(propensities, Propensities)
    values = np.asarray(propensities.values if known else propensities, dtype=np.float64)  # type: ignore[union-attr]
    if values.size == 0:
        raise ValueError("there are no chances of answering")
    if adjusted and not known:
        raise ValueError("only estimated propensities can be adjusted")
    variance = float(values.var(ddof=1)) if values.size > 1 else 0.0
    if adjusted:
        variance = max(0.0, variance - propensities.estimation_variance)  # type: ignore[union-attr]
    # With the divisor N - 1, S of zeros and ones can pass one half by a hair.
    return min(1.0, max(0.0, 1 - 2 * float(np.sqrt(variance))))


def _standardised(difference: float, pooled: float) -> float | None:
    if pooled > 1e-15:
        return difference / float(np.sqrt(pooled))
    return 0.0 if abs(difference) < 1e-12 else None


def _design(design: ArrayLike, responded: ArrayLike) -> tuple[Floats, Floats]:
    X = np.asarray(design, dtype=np.float64)
    y = np.asarray(responded, dtype=np.float64)
    if X.ndim != 2 or y.ndim != 1 or len(X) != len(y):
        raise ValueError(f"a design of shape (N, p) and N answers, not {X.shape} and {y.shape}")
    if not np.isfinite(X).all() or not np.isin(y, (0.0, 1.0)).all():
        raise ValueError("the design has missing values, or answers are not yes or no")
    if len(X):
        scale = X.std(axis=0)
        X = (X - X.mean(axis=0)) / np.where(scale > 0, scale, 1.0)
    return np.column_stack([np.ones(len(X)), X]), y
