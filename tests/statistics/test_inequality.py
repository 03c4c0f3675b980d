"""Concentration: published values and properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.statistics.inequality import gini, hhi, lorenz, theil, top_share

# Signorell, DescTools (R), example of Gini and Herfindahl.
DESCTOOLS = [541, 1463, 2445, 3438, 4437, 5401, 6392, 8304, 11904, 22261]

amounts = st.lists(st.floats(0, 1e6), min_size=1, max_size=30).filter(lambda x: sum(x) > 1)


def test_gini_and_hhi_are_those_of_desctools():
    assert gini(DESCTOOLS) == pytest.approx(0.4620911, abs=1e-7)
    assert gini(DESCTOOLS, unbiased=True) == pytest.approx(0.5134346, abs=1e-7)
    assert hhi(DESCTOOLS) == pytest.approx(0.1840812, abs=1e-7)


def test_lorenz_curve_of_three_by_hand():
    curve = lorenz([6, 1, 3])
    assert curve.population == pytest.approx([0, 1 / 3, 2 / 3, 1])
    assert curve.total == pytest.approx([0, 0.1, 0.4, 1])


@given(st.floats(0.01, 1e6), st.integers(2, 30))
def test_equal_amounts_have_no_inequality(value, n):
    assert gini([value] * n) == pytest.approx(0, abs=1e-12)
    assert hhi([value] * n) == pytest.approx(1 / n)
    assert theil([value] * n, ["a"] * n).total == pytest.approx(0, abs=1e-12)


@given(st.integers(2, 40))
def test_one_that_has_everything_is_the_most_unequal(n):
    values = [0.0] * (n - 1) + [5.0]
    assert gini(values) == pytest.approx(1 - 1 / n)
    assert gini(values, unbiased=True) == pytest.approx(1)
    assert theil(values, ["a"] * n).total == pytest.approx(np.log(n))


@given(amounts, st.randoms(use_true_random=False))
def test_order_and_unit_of_measure_do_not_matter(values, random):
    turned = [3.5 * value for value in values]
    random.shuffle(turned)
    assert gini(turned) == pytest.approx(gini(values), abs=1e-9)
    assert hhi(turned) == pytest.approx(hhi(values))


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(1, 5)), min_size=1, max_size=12))
def test_a_weight_counts_like_so_many_equal_units(pairs):
    values, weights = [p[0] for p in pairs], [p[1] for p in pairs]
    spread = [value for value, weight in pairs for _ in range(weight)]
    if sum(values) == 0:
        with pytest.raises(ValueError, match="nothing to share"):
            gini(values, weights=weights)
        return
    assert gini(values, weights=weights) == pytest.approx(gini(spread), abs=1e-12)
    assert theil(values, ["g"] * len(values), weights).total == pytest.approx(
        theil(spread, ["g"] * len(spread)).total, abs=1e-12
    )


@given(amounts, st.data())
def test_theil_parts_add_up_and_group_names_do_not_matter(values, data):
    groups = data.draw(st.lists(st.sampled_from("abc"), min_size=len(values), max_size=len(values)))
    found = theil(values, groups)
    assert found.total == pytest.approx(found.between + found.within, abs=1e-9)
    renamed = theil(values, [{"a": "z", "b": "y", "c": "x"}[group] for group in groups])
    assert renamed.between == pytest.approx(found.between, abs=1e-12)


def test_theil_is_all_between_when_groups_are_equal_inside():
    found = theil([1, 1, 3, 3], ["a", "a", "b", "b"])
    assert found.within == pytest.approx(0, abs=1e-12)
    assert found.between == pytest.approx(0.25 * np.log(0.5) + 0.75 * np.log(1.5))


def test_top_share_counts_the_largest():
    assert top_share([1, 5, 2, 2], 1) == 0.5
    assert top_share([1, 5, 2, 2], 9) == 1.0


@pytest.mark.parametrize("values", [[], [0, 0], [1, -1], [1, float("nan")]])
def test_what_cannot_be_shared_is_refused(values):
    for measure in (gini, hhi, lorenz, lambda x: top_share(x, 1), lambda x: theil(x, x)):
        with pytest.raises(ValueError, match=r"share|known"):
            measure(values)


def test_small_sample_correction_needs_two():
    with pytest.raises(ValueError, match="two"):
        gini([3], unbiased=True)
    with pytest.raises(ValueError, match="unweighted"):
        gini([3, 4], unbiased=True, weights=[1, 2])
