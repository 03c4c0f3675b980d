"""Two properties in the same units, and families of tests."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests

from evaltools.statistics.cooccurrence import (
    benjamini_hochberg,
    cooccurrence,
    fisher,
    from_counts,
    holm,
)

# Benjamini and Hochberg 1995, JRSS B 57:289-300, section 4.1.
P_1995 = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
    0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip

probabilities = st.lists(st.floats(0, 1), max_size=20)
counts = st.tuples(*[st.integers(0, 25)] * 4)


def test_table_by_hand():
    a = [True, True, True, False, False, False]
    b = [True, True, False, True, False, False]
    found = cooccurrence(a, b)
    assert (found.both, found.only_a, found.only_b, found.neither) == (2, 1, 1, 2)
    assert found.jaccard == pytest.approx(0.5)
    assert found.phi == pytest.approx(1 / 3)
    assert found.lift == pytest.approx(2 * 6 / 9)
    assert found.odds_ratio == pytest.approx(2.5 * 2.5 / (1.5 * 1.5))


def test_lady_tasting_tea():
    # Fisher 1935, The Design of Experiments, chapter II: three of four right each way.
    assert fisher(3, 1, 1, 3) == pytest.approx(0.485714, abs=1e-6)


@given(counts)
def test_p_value_agrees_with_scipy(table):
    both, only_a, only_b, neither = table
    expected = fisher_exact([[both, only_a], [only_b, neither]]).pvalue
    assert fisher(*table) == pytest.approx(expected, abs=1e-9)


@given(counts)
def test_measures_do_not_depend_on_which_comes_first(table):
    both, only_a, only_b, neither = table
    here, there = from_counts(*table), from_counts(both, only_b, only_a, neither)
    for measure in ("jaccard", "phi", "lift", "odds_ratio", "p_value"):
        assert getattr(here, measure) == pytest.approx(getattr(there, measure))


def test_measures_that_do_not_exist_are_none():
    empty = cooccurrence([False, False], [False, False])
    assert (empty.jaccard, empty.phi, empty.lift) == (None, None, None)
    everywhere = cooccurrence([True, True], [True, False])
    assert everywhere.phi is None
    assert everywhere.lift == pytest.approx(1)
    assert cooccurrence([], []).p_value == 1


def test_different_units_are_refused():
    with pytest.raises(ValueError, match="same units"):
        cooccurrence([True], [True, False])
    with pytest.raises(ValueError, match="negative"):
        from_counts(-1, 0, 0, 0)


def test_holm_and_bh_reject_as_published():
    assert (holm(P_1995) <= 0.05).sum() == 3
    assert (benjamini_hochberg(P_1995) <= 0.05).sum() == 4


@given(probabilities)
def test_holm_is_never_below_the_raw_value_nor_below_bh(p):
    strict, lenient = holm(p), benjamini_hochberg(p)
    assert (strict >= np.array(p)).all()
    assert (strict >= lenient - 1e-12).all()
    assert (lenient >= np.array(p) - 1e-12).all()


@pytest.mark.parametrize("m", [1, 2, 15, 40])
def test_adjusted_values_agree_with_statsmodels(m):
    p = np.random.default_rng(m).random(m) ** 3
    p[m // 2 :] = p[m // 2]
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], abs=1e-12)
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1], abs=1e-12)


def test_impossible_p_values_are_refused():
    for adjust in (holm, benjamini_hochberg):
        with pytest.raises(ValueError, match="between"):
            adjust([0.5, 1.2])
        with pytest.raises(ValueError, match="between"):
            adjust([float("nan")])
