"""Reported against unreported: differences, propensities, R-indicator."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.statistics.representativity import (
    NotEstimable,
    Propensities,
    balance_p,
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


# Dose and beetles killed of those exposed: Bliss 1935, Annals of Applied Biology 22:134-167.
# Numbers that the logistic model expects: Dobson 2002, An Introduction to Generalized Linear
# Models, table 7.4.
BEETLES = [
    (1.6907, 6, 59), (1.7242, 13, 60), (1.7552, 18, 62), (1.7842, 28, 56),
    (1.8113, 52, 63), (1.8369, 53, 59), (1.8610, 61, 62), (1.8839, 60, 60),
]  # fmt: skip


def test_propensities_are_those_of_the_beetles():
    dose = [[d] for d, _, n in BEETLES for _ in range(n)]
    killed = [i < x for _, x, n in BEETLES for i in range(n)]
    found = propensities(dose, killed)
    expected = [3.46, 9.84, 22.45, 33.90, 50.10, 53.29, 59.22, 58.74]
    first = np.cumsum([0] + [n for *_, n in BEETLES])[:-1]
    fitted = found.values[first] * [n for *_, n in BEETLES]
    assert fitted == pytest.approx(expected, abs=5e-3)


def test_estimation_variance_of_one_share_is_that_of_a_mean():
    found = propensities(np.empty((8, 0)), [True] * 2 + [False] * 6)
    assert found.estimation_variance == pytest.approx(0.25 * 0.75 / 8)
    # Half and half, where a fit is done at its first step.
    found = propensities(np.empty((8, 0)), [True] * 4 + [False] * 4)
    assert found.estimation_variance == pytest.approx(0.5 * 0.5 / 8)


def test_overlap_by_a_hair_is_estimated_only_while_numbers_can_tell():
    def design(hair):
        return [[0], [1], [2], [2 - hair], [3], [4]]

    killed = [False, False, False, True, True, True]
    found = propensities(design(1e-2), killed)
    assert found.values.sum() == pytest.approx(3)
    assert np.isfinite(found.estimation_variance)
    for hair in (1e-4, 1e-9, 1e-15):
        assert propensities(design(hair), killed) == NotEstimable("separated")


@pytest.mark.parametrize(
    ("design", "responded"),
    [
        # The coefficient grows until numbers end; the information has no inverse. The first two
        # overlap, by so little that only some processors can compute the chances.
        ([[0.0], [0.1], [1.7], [0.0], [0.1], [30117.6]], [0, 1, 1, 1, 0, 1]),
        (
            [[1.4, 336475.3], [350.6, 4.7], [76.6, 0.0], [1.8, 4.4], [0.0, 30.1], [0.6, 22.7]],
            [0, 1, 1, 1, 1, 0],
        ),
        (
            [
                [0.5, 27560718.6], [0.0, 32.3], [0.0, 3.6], [76.4, 0.0],
                [51798.6, 0.0], [74.5, 0.5], [682.4, 0.1], [0.0, 0.2],
            ],
            [0, 1, 0, 1, 1, 1, 1, 0],
        ),
    ],
)  # fmt: skip
def test_sizes_too_far_apart_to_compute_are_told_and_not_guessed(design, responded):
    assert propensities(design, responded) == NotEstimable("separated")


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


def test_balance_is_rejected_by_chance_as_often_as_it_says():
    rng = np.random.default_rng(5)
    values = rng.normal(size=(60, 6))
    values[rng.random(values.shape) < 0.1] = np.nan
    answered = np.arange(60) < 40
    found = [balance_p(values, rng.permutation(answered), 199, seed) for seed in range(200)]
    assert 0.01 < np.mean([p <= 0.05 for p in found]) < 0.1


def test_balance_sees_a_difference_and_needs_two_sides_that_vary():
    values = np.column_stack([np.arange(30.0), np.ones(30)])
    assert balance_p(values, np.arange(30) < 15, 199, 1) == 1 / 200
    assert balance_p(values, np.ones(30, bool), 199, 1) is None
    assert balance_p(values[:, 1:], np.arange(30) < 15, 199, 1) is None
