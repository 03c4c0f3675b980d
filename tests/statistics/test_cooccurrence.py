"""Two properties in the same units, and families of tests."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.statistics.contingency import (
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


def test_convictions_of_twins():
    # Fisher 1935, The Logic of Inductive Inference, JRSS 98:39-54: of 13 identical twins of
    # convicts 10 were convicted, of 17 others 2. His one-sided 0.000465, and the tables of the
    # other tail that are no likelier.
    assert fisher(10, 3, 2, 15) == pytest.approx(0.0005367, abs=1e-7)


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


def test_adjusted_values_by_hand():
    # Of four: times 4, 3, 2, 1 upwards; times 4/1, 4/2, 4/3, 4/4 downwards.
    p = [0.04, 0.01, 0.03, 0.005]
    assert holm(p) == pytest.approx([0.06, 0.03, 0.06, 0.02])
    assert benjamini_hochberg(p) == pytest.approx([0.04, 0.02, 0.04, 0.02])
    assert holm([]).size == benjamini_hochberg([]).size == 0


def test_adjusted_values_belong_to_the_caller():
    first = holm([0.01, 0.02])
    first[:] = 1
    assert holm([0.01, 0.02]) == pytest.approx([0.02, 0.02])


def test_impossible_p_values_are_refused():
    for adjust in (holm, benjamini_hochberg):
        with pytest.raises(ValueError, match="between"):
            adjust([0.5, 1.2])
        with pytest.raises(ValueError, match="between"):
            adjust([float("nan")])
