"""Difference of two shares: Newcombe's published rows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.statistics.intervals import newcombe

# Newcombe 1998, Statistics in Medicine 17:873-890, Table II, method 10.
METHOD_10 = [
    (56, 70, 48, 80, 0.0524, 0.3339),
    (9, 10, 3, 10, 0.1705, 0.8090),
    (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926),
    (0, 10, 0, 20, -0.1611, 0.2775),
    (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0),
    (10, 10, 0, 10, 0.6075, 1.0),
]


@pytest.mark.parametrize(("x1", "n1", "x2", "n2", "low", "high"), METHOD_10)
def test_interval_is_that_of_newcombe(x1, n1, x2, n2, low, high):
    found = newcombe(x1, n1, x2, n2)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)
    assert found.value == pytest.approx(x1 / n1 - x2 / n2)


share = st.integers(1, 80).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(share, share)
def test_interval_turns_with_the_groups_and_contains_its_value(first, second):
    found, turned = newcombe(*first, *second, 0.9), newcombe(*second, *first, 0.9)
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low), abs=1e-12)
    assert -1 <= found.low <= found.value <= found.high <= 1


def test_an_empty_group_is_refused():
    for counts in ((0, 0, 1, 2), (1, 2, 0, 0), (1, 2, 3, 2)):
        with pytest.raises(ValueError, match="n >= 1"):
            newcombe(*counts)
    with pytest.raises(ValueError, match="level"):
        newcombe(1, 2, 1, 2, 1.0)
