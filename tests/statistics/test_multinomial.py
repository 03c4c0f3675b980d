"""Simultaneous limits for the answers to one question."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import multinomial_proportions_confint

from evaltools.statistics.intervals import wilson
from evaltools.statistics.multinomial import simultaneous_intervals


@given(st.lists(st.integers(0, 60), min_size=2, max_size=7).filter(sum))
def test_limits_agree_with_statsmodels(counts):
    expected = multinomial_proportions_confint(counts, alpha=0.1, method="goodman")
    for found, (low, high) in zip(simultaneous_intervals(counts, 0.9), expected, strict=True):
        assert (found.low, found.high) == pytest.approx((low, high), abs=1e-9)


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
