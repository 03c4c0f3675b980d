"""Reported against unreported: differences, propensities, R-indicator."""

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltools.statistics.representativity import (
    NotEstimable,
    Propensities,
    partial_r,
    propensities,
    r_indicator,
    standardised_difference,
    standardised_difference_of_shares,
)


def example(N=60, seed=3):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(N, 2))
    y = rng.random(N) < 1 / (1 + np.exp(-(0.3 + 0.8 * X[:, 0])))
    return X, y


def test_standardised_difference_by_hand():
    # Means 2 and 4, variances 1 and 1.
    assert standardised_difference([1, 2, 3], [3, 4, 5]) == pytest.approx(-2)
    # Shares 1/2 and 1/10: difference 0.4 over sqrt((0.25 + 0.09) / 2).
    found = standardised_difference_of_shares(5, 10, 1, 10)
    assert found == pytest.approx(0.4 / np.sqrt(0.17))


def test_difference_without_spread_is_nought_or_unknown():
    assert standardised_difference([2, 2], [2, 2]) == 0
    assert standardised_difference([2, 2], [3, 3]) is None
    assert standardised_difference([2], [3, 4]) is None
    assert standardised_difference_of_shares(3, 3, 5, 5) == 0
    assert standardised_difference_of_shares(3, 3, 0, 5) is None
    assert standardised_difference_of_shares(0, 0, 1, 5) is None
    assert standardised_difference_of_shares(1, 1, 1, 5) is None


def test_propensities_are_those_of_statsmodels():
    X, y = example()
    found = propensities(X, y)
    fitted = sm.Logit(y.astype(float), sm.add_constant(X)).fit(disp=0)
    assert found.values == pytest.approx(fitted.predict(), abs=1e-8)
    p = fitted.predict()
    gradient = sm.add_constant(X) * (p * (1 - p))[:, None]
    variance = np.einsum("ij,jk,ik->i", gradient, fitted.cov_params(), gradient).mean()
    assert found.estimation_variance == pytest.approx(variance, abs=1e-8)


def test_scale_of_a_variable_does_not_matter():
    X, y = example()
    euros = X * [1e6, 1e-3] + [5e6, 0]
    assert propensities(euros, y).values == pytest.approx(propensities(X, y).values, abs=1e-7)


def test_without_variables_everyone_has_the_same_chance():
    found = propensities(np.empty((8, 0)), [True] * 2 + [False] * 6)
    assert found.values == pytest.approx([0.25] * 8)
    assert r_indicator(found) == pytest.approx(1)


@given(st.floats(0, 1), st.integers(1, 200))
def test_r_is_one_for_constant_propensity(chance, N):
    assert r_indicator([chance] * N) == pytest.approx(1)


@given(st.lists(st.floats(0, 1), min_size=2, max_size=50))
def test_r_lies_between_nought_and_one(chances):
    assert 0 <= r_indicator(chances) <= 1


def test_r_is_nought_when_half_always_and_half_never_answer():
    assert r_indicator([0.0, 1.0] * 200) == 0
    # Standard deviation of 0.2 and 0.6 in equal numbers is 0.2 with divisor N.
    assert r_indicator([0.2, 0.6] * 5000) == pytest.approx(0.6, abs=1e-4)


def test_adjustment_takes_away_what_estimation_adds():
    rng = np.random.default_rng(11)
    plain, adjusted = [], []
    for _ in range(120):
        found = propensities(rng.normal(size=(60, 4)), rng.random(60) < 0.5)
        assert isinstance(found, Propensities)
        plain.append(r_indicator(found))
        adjusted.append(r_indicator(found, adjusted=True))
    # Answers are by chance alone, so the truth is 1.
    assert np.mean(plain) < 0.78
    assert np.mean(adjusted) > 0.88


def test_adjustment_needs_an_estimate():
    with pytest.raises(ValueError, match="estimated"):
        r_indicator([0.2, 0.4], adjusted=True)
    with pytest.raises(ValueError, match="no chances"):
        r_indicator([])


@pytest.mark.parametrize(
    ("design", "responded", "reason"),
    [
        ([[1], [2], [3]], [True] * 3, "constant"),
        ([[1], [2], [3]], [False] * 3, "constant"),
        (np.empty((0, 1)), [], "constant"),
        ([[1, 2], [2, 4], [3, 6], [4, 8]], [True, False, True, False], "collinear"),
        ([[1], [1], [1], [1]], [True, False, True, False], "collinear"),
        # Complete: all above 2.5 answered.
        ([[1], [2], [3], [4]], [False, False, True, True], "separated"),
        # Quasi-complete: of the group 1 nobody answered, of the group 0 some did.
        ([[1], [1], [0], [0], [0]], [False, False, True, False, True], "separated"),
    ],
)
def test_what_cannot_be_estimated_is_told_and_not_guessed(design, responded, reason):
    assert propensities(design, responded) == NotEstimable(reason)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_an_estimate_keeps_the_number_that_answered(seed):
    rng = np.random.default_rng(seed)
    X, y = rng.integers(0, 3, size=(25, 2)), rng.random(25) < 0.5
    found = propensities(X, y)
    if isinstance(found, Propensities):
        assert found.values.sum() == pytest.approx(y.sum(), abs=1e-6)
        assert found.estimation_variance > 0


def test_missing_values_are_refused():
    with pytest.raises(ValueError, match="missing"):
        propensities([[1], [float("nan")]], [True, False])
    with pytest.raises(ValueError, match="shape"):
        propensities([[1], [2]], [True])


def test_partial_r_by_hand_and_under_any_names():
    # Shares 1 and 0 in halves: standard deviation one half.
    assert partial_r(["a", "a", "b", "b"], [True, True, False, False]) == 0.5
    assert partial_r(["x", "x", "b", "b"], [True, True, False, False]) == 0.5
    assert partial_r(["a", "a", "b", "b"], [True, False, True, False]) == 0
    with pytest.raises(ValueError, match="every unit"):
        partial_r([], [])
