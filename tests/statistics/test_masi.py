"""MASI: a distance between sets that knows when one holds the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.statistics.agreement_alpha import masi_distances


def masi_distance(a, b):
    return masi_distances([a, b])[0, 1]


sets = st.frozensets(st.integers(0, 5), max_size=5)


@pytest.mark.parametrize(
    ("a", "b", "distance"),
    [
        ({1, 2}, {1, 2, 3, 4}, 0.6667),  # NLTK 3.10.4, masi_distance
        ({1}, {2}, 1.0),  # NLTK 3.10.4
        ({1, 2}, {1, 2}, 0.0),
        ({1, 2}, {2, 3}, 1 - 1 / 3 * 1 / 3),
        (set(), set(), 0.0),
        (set(), {1}, 1.0),
    ],
)
def test_distance_is_as_published(a, b, distance):
    assert masi_distance(a, b) == pytest.approx(distance, abs=5e-5)


@given(sets, sets)
def test_distance_is_symmetric_and_nought_for_equal_sets_only(a, b):
    assert masi_distance(a, b) == masi_distance(b, a)
    assert 0 <= masi_distance(a, b) <= 1
    assert (masi_distance(a, b) == 0) == (a == b)


@given(st.lists(sets, min_size=1, max_size=6))
def test_all_distances_are_those_of_each_two(found):
    matrix = masi_distances(found)
    for row, a in enumerate(found):
        for column, b in enumerate(found):
            assert matrix[row, column] == pytest.approx(masi_distance(a, b))
