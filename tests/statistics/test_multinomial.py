"""Simultaneous limits for the answers to one question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.statistics.intervals import simultaneous_intervals, wilson


@given(st.lists(st.integers(0, 60), min_size=1, max_size=7).filter(sum))
def test_limits_contain_the_share_and_reach_the_ends_only_there(counts):
    n = sum(counts)
    for found, x in zip(simultaneous_intervals(counts, 0.9), counts, strict=True):
        assert 0 <= found.low <= x / n <= found.high <= 1
        assert (found.low == 0) == (x == 0)
        assert (found.high == 1) == (x == n)


def test_joint_limits_are_wider_than_those_of_one_share_alone():
    for found, x in zip(simultaneous_intervals([5, 10, 25]), [5, 10, 25], strict=True):
        alone = wilson(x, 40)
        assert found.low < alone.low
        assert found.high > alone.high


def test_one_category_is_the_score_interval():
    assert simultaneous_intervals([7])[0].low == pytest.approx(wilson(7, 7).low)
    assert simultaneous_intervals([7])[0].high == 1


def test_nothing_counted_is_refused():
    for counts in ([], [0, 0], [3, -1]):
        with pytest.raises(ValueError, match="counts"):
            simultaneous_intervals(counts)
    with pytest.raises(ValueError, match="level"):
        simultaneous_intervals([1], 1.0)
