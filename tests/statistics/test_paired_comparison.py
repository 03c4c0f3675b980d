"""Paired comparison of themes: published values, exact recounts, and the level by enumeration."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom
from statsmodels.stats.contingency_tables import mcnemar

from evaltools.statistics.contingency import (
    count_only,
    find_beaten,
    find_best_set,
    find_commonest,
    is_borne_out,
    mcnemar_exact,
    mcnemar_finite,
    mcnemar_midp,
    population_p,
)

# The discordant counts that Fagerland, Lydersen and Laake use as examples (2013,
# doi:10.1186/1471-2288-13-91, and chapter 8 of their book of 2017): Bentur 2009 (airway
# hyper-responsiveness), Cavo 2012 (complete response), Ezra 2010 (floppy eyelids); values by
# equations 1 and 2 of the supplement of 2013.
FAGERLAND = [(7, 1, 0.0703, 0.0391), (16, 6, 0.0525, 0.0347), (25, 2, 0.0000, 0.0000)]
counts = st.integers(0, 40)
tables = st.integers(2, 6).flatmap(
    lambda k: st.lists(st.lists(st.booleans(), min_size=k, max_size=k), min_size=1, max_size=25)
)


@pytest.mark.parametrize(("a", "b", "exact", "midp"), FAGERLAND)
def test_both_tests_give_the_published_values(a, b, exact, midp):
    assert mcnemar_exact(a, b) == pytest.approx(exact, abs=5e-5)
    assert mcnemar_midp(a, b) == pytest.approx(midp, abs=5e-5)


@given(counts, counts)
def test_both_tests_are_sums_of_binomial_chances(a, b):
    low, d = min(a, b), a + b
    tail = Fraction(sum(comb(d, i) for i in range(low + 1)), 2**d)
    seen = Fraction(comb(d, low), 2**d)
    exact = min(Fraction(1), 2 * tail)
    assert mcnemar_exact(a, b) == pytest.approx(float(exact), rel=1e-10)
    assert mcnemar_exact(a, b) == pytest.approx(
        mcnemar([[0, a], [b, 0]], exact=True).pvalue if d else 1.0
    )
    expected = exact - seen if a != b else 1 - seen / 2 if d else 1
    assert mcnemar_midp(a, b) == pytest.approx(float(expected), rel=1e-10)


@given(counts, counts, st.integers(0, 30))
def test_no_p_value_depends_on_which_theme_is_named_first(a, b, unread):
    for test in (mcnemar_exact, mcnemar_midp):
        assert test(a, b) == test(b, a)
    for test in (mcnemar_finite, population_p):
        assert test(a, b, unread) == test(b, a, unread)
        assert 0 <= test(a, b, unread) <= 1


@given(st.integers(0, 14), st.integers(0, 14), st.integers(0, 9))
def test_the_finite_test_takes_the_greatest_tail_of_all_populations(a, b, unread):
    high, d = max(a, b), a + b

    def tail(D):
        first = D // 2  # the leader is no commoner than the other
        ways = sum(comb(first, x) * comb(D - first, d - x) for x in range(high, d + 1))
        return Fraction(ways, comb(D, d))

    greatest = max(tail(D) for D in range(d, d + unread + 1))
    expected = 1 if a == b else min(Fraction(1), 2 * greatest)
    assert mcnemar_finite(a, b, unread) == pytest.approx(float(expected), abs=1e-12)


def test_the_largest_even_number_of_discordant_projects_has_the_greatest_tail():
    for d, unread in product((3, 8, 25, 52), (1, 20, 21, 70, 300)):
        leader = np.arange(d // 2 + 1, d + 1)
        D = np.arange(d, d + unread + 1)[:, None]
        tails = hypergeom.sf(leader - 1, D, D // 2, d)
        expected = np.minimum(1, 2 * tails.max(axis=0))
        assert mcnemar_finite(leader, d - leader, unread) == pytest.approx(expected, rel=1e-9)


def test_what_the_unread_could_not_turn_is_certain():
    assert mcnemar_finite(12, 1, 10) == 0
    assert mcnemar_finite(12, 1, 11) > 0
    assert mcnemar_finite(3, 2, 0) == 0
    assert mcnemar_finite(3, 3, 0) == 1


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 60))
def test_more_unread_reports_never_make_an_order_surer(a, b, unread):
    assert mcnemar_finite(a, b, unread) <= mcnemar_finite(a, b, unread + 2) + 1e-12


@given(st.integers(0, 20), st.integers(0, 20))
def test_with_endlessly_many_unread_the_finite_test_is_the_exact_one(a, b):
    assert mcnemar_finite(a, b, 10**7) == pytest.approx(float(mcnemar_exact(a, b)), abs=1e-5)
    assert population_p(a, b, 10**7) == pytest.approx(float(mcnemar_midp(a, b)), abs=1e-5)


@given(counts, counts, st.integers(0, 200))
def test_what_holds_of_projects_like_these_holds_of_those_of_the_programme(a, b, unread):
    assert population_p(a, b, unread) <= mcnemar_midp(a, b)


@pytest.mark.parametrize("test", [mcnemar_exact, mcnemar_midp])
def test_tests_take_tables_of_any_shape(test):
    a, b = np.array([[7, 16], [0, 3]]), np.array([[1, 6], [0, 3]])
    found = test(a, b)
    assert found.shape == (2, 2)
    assert found.tolist() == [[float(test(x, y)) for x, y in zip(*two)] for two in zip(a, b)]  # noqa: B905
    with pytest.raises(ValueError, match="not negative"):
        test(-1, 2)
    with pytest.raises(ValueError, match="not negative"):
        mcnemar_finite(1, 2, -1)


@given(tables)
def test_counts_of_pairs_are_those_counted_one_by_one(rows):
    only = count_only(rows)
    k = len(rows[0])
    for i, j in product(range(k), repeat=2):
        assert only[i, j] == sum(row[i] and not row[j] for row in rows)


def test_reports_that_were_not_asked_of_both_are_left_out():
    present = [[True, False], [True, False], [False, True]]
    asked = [[True, True], [True, False], [True, True]]
    assert count_only(present, asked).tolist() == [[0, 1], [1, 0]]
    with pytest.raises(ValueError, match="not asked"):
        count_only([[True]], [[False]])
    with pytest.raises(ValueError, match="reports × themes"):
        count_only([[True]], [[True, False]])


def judged(rows):
    only = count_only(rows)
    return only, mcnemar_midp(only, only.T)


@given(tables)
def test_the_commonest_beats_each_rival_and_is_the_best_set_alone(rows):
    only, p = judged(rows)
    best = find_commonest(only, p, 0.95)
    kept = find_best_set(only, p, 0.95)
    assert kept.any()
    assert kept[np.array(rows).sum(axis=0).argmax()]  # no rival is ahead of the leader
    if best is not None:
        assert kept.tolist() == [i == best for i in range(len(only))]
        for j in range(len(only)):
            assert j == best or (only[best, j] > only[j, best] and p[best, j] <= 0.05)


@given(tables)
def test_a_theme_outside_the_best_set_is_beaten_by_some_rival(rows):
    only, p = judged(rows)
    beaten = find_beaten(only, p, 0.95)
    assert (~find_best_set(only, p, 0.95) <= beaten.any(axis=0)).all()
    assert not (beaten & beaten.T).any()


@given(tables, st.randoms(use_true_random=False))
def test_the_order_of_reports_and_themes_changes_nothing(rows, random):
    table = np.array(rows)
    columns = list(range(table.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    turned = np.array(rows)[:, columns]
    kept, again = find_best_set(*judged(table), 0.9), find_best_set(*judged(turned), 0.9)
    assert [kept[c] for c in columns] == again.tolist()


def test_a_tie_has_no_commonest_theme():
    only, p = judged([[True, True, False]] * 20 + [[False, False, True]])
    assert find_commonest(only, p, 0.95) is None
    assert find_best_set(only, p, 0.95).tolist() == [True, True, False]
    assert find_commonest(np.zeros((0, 0)), np.zeros((0, 0)), 0.95) is None


def test_a_p_value_that_equals_the_limit_reaches_it():
    assert is_borne_out(0.05, 0.95)
    assert is_borne_out(1 - 0.95, 0.95)
    assert not is_borne_out(0.0501, 0.95)
    assert is_borne_out([0.02, 0.03], 0.95, tests=2).tolist() == [True, False]
    with pytest.raises(ValueError, match="level"):
        is_borne_out(0.05, 1.0)
