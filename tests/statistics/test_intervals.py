"""Intervals: published values, and coverage by enumerating every population."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from evaltools.statistics.intervals import bounds, clopper_pearson, hypergeometric, wilson

# Newcombe 1998, Statistics in Medicine 17:857-872, Table I, methods 3 and 5.
NEWCOMBE = [
    (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
    (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
    (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
    (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
]


@pytest.mark.parametrize(("x", "n", "score", "exact"), NEWCOMBE)
def test_binomial_intervals_are_those_of_newcombe(x, n, score, exact):
    assert (wilson(x, n).low, wilson(x, n).high) == pytest.approx(score, abs=5e-5)
    found = clopper_pearson(x, n)
    assert (found.low, found.high) == pytest.approx(exact, abs=5e-5)


# 45 and 2 of 100 out of 300 are the examples of the samplingbook README. That package reports
# 110-161 and 2-19: the first counts that are rejected, not the last that are kept.
@pytest.mark.parametrize(
    ("x", "n", "N", "low", "high"),
    [
        (45, 100, 300, 111, 160),
        (2, 100, 300, 2, 18),
        (13, 52, 122, 20, 43),
        (0, 52, 122, 0, 6),
        (26, 52, 122, 48, 74),
        (52, 52, 122, 116, 122),
    ],
)
def test_hypergeometric_keeps_the_last_count_that_is_not_rejected(x, n, N, low, high):
    found = hypergeometric(x, n, N)
    assert (found.low, found.high) == (low, high)
    assert hypergeom.sf(x - 1, N, low, n) > 0.025
    assert low == x or hypergeom.sf(x - 1, N, low - 1, n) <= 0.025
    assert hypergeom.cdf(x, N, high, n) > 0.025
    assert high == N - n + x or hypergeom.cdf(x, N, high + 1, n) <= 0.025


@pytest.mark.parametrize(
    ("n", "N", "level"), [(52, 122, 0.95), (20, 29, 0.9), (7, 122, 0.95), (30, 41, 0.8)]
)
def test_interval_covers_at_its_level_for_every_population(n, N, level):
    limits = [hypergeometric(x, n, N, level) for x in range(n + 1)]
    low = np.array([limit.low for limit in limits])
    high = np.array([limit.high for limit in limits])
    for M in range(N + 1):
        chance = hypergeom.pmf(np.arange(n + 1), N, M, n)
        assert chance[(low <= M) & (high >= M)].sum() >= level - 1e-8, M


def test_interval_is_not_needlessly_wide():
    limits = [hypergeometric(x, 52, 122) for x in range(53)]
    covered = [
        sum(hypergeom.pmf(x, 122, M, 52) for x in range(53) if limits[x].low <= M <= limits[x].high)
        for M in range(123)
    ]
    assert min(covered) == pytest.approx(0.956, abs=5e-4)
    assert np.mean(covered) == pytest.approx(0.973, abs=5e-4)


def test_a_tail_equal_to_the_limit_is_not_kept():
    # One of 40 drawn: P(X >= 1 | M = 1) is 1/40, exactly the tail of 0.95.
    assert hypergeometric(1, 1, 40, 0.95).low == 2


def test_reading_everything_leaves_no_doubt():
    for x in range(6):
        found = hypergeometric(x, 5, 5)
        assert (found.low, found.high) == (x, x)
        assert (bounds(x, 5, 5).low, bounds(x, 5, 5).high) == (x, x)


def test_bounds_are_what_the_unread_could_make_of_it():
    found = bounds(13, 52, 122)
    assert (found.low / 122, found.high / 122) == pytest.approx((0.107, 0.680), abs=5e-4)
    assert found.level == 1.0


counts = st.integers(1, 60).flatmap(
    lambda N: st.integers(1, N).flatmap(
        lambda n: st.tuples(st.integers(0, n), st.just(n), st.just(N))
    )
)


@given(counts, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_bounds_contain_the_hypergeometric_interval(count, level):
    inner, outer = hypergeometric(*count, level), bounds(*count)
    assert outer.low <= inner.low <= inner.high <= outer.high


@given(counts, st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_intervals_mirror_when_having_and_lacking_change_places(count, level):
    x, n, N = count
    here, there = hypergeometric(x, n, N, level), hypergeometric(n - x, n, N, level)
    assert (here.low, here.high) == (N - there.high, N - there.low)
    for method in (wilson, clopper_pearson):
        here, there = method(x, n, level), method(n - x, n, level)
        assert (here.low, here.high) == pytest.approx((1 - there.high, 1 - there.low), abs=1e-9)


@given(counts, st.sampled_from([0.5, 0.9, 0.99]))
def test_binomial_limits_contain_the_share_and_reach_the_ends_only_there(count, level):
    x, n, _ = count
    for method in (wilson, clopper_pearson):
        found = method(x, n, level)
        assert 0 <= found.low <= x / n <= found.high <= 1
        assert (found.low == 0) == (x == 0)
        assert (found.high == 1) == (x == n)


@given(counts)
def test_more_confidence_is_never_narrower(count):
    narrow, wide = hypergeometric(*count, 0.8), hypergeometric(*count, 0.99)
    assert wide.low <= narrow.low
    assert narrow.high <= wide.high


@pytest.mark.parametrize(
    ("method", "values"),
    [
        (wilson, (1, 0)),
        (wilson, (-1, 5)),
        (wilson, (6, 5)),
        (wilson, (1, 5, 1.0)),
        (clopper_pearson, (6, 5)),
        (hypergeometric, (6, 5, 10)),
        (hypergeometric, (1, 5, 4)),
        (hypergeometric, (0, 0, 4)),
        (hypergeometric, (1, 2, 4, 0.0)),
        (bounds, (3, 2, 4)),
    ],
)
def test_impossible_counts_are_refused(method, values):
    with pytest.raises(ValueError, match="not"):
        method(*values)
