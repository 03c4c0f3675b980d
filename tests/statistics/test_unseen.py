"""Chance that a theme of few projects is missed."""

import numpy as np
import pytest

from evaltools.statistics.intervals import chances_unseen


def test_chance_is_counted_by_hand_in_a_small_population():
    # Of 4, two are read and one has it: three of the six pairs leave it out.
    assert chances_unseen(1, 2, 4) == pytest.approx(0.5)
    assert chances_unseen(2, 2, 4) == pytest.approx(1 / 6)
    assert chances_unseen(3, 2, 4) == 0.0


def test_chance_in_the_first_case():
    found = chances_unseen(np.array([1, 2, 3, 4, 5, 8]), 52, 122)
    assert found == pytest.approx([0.574, 0.327, 0.185, 0.104, 0.058, 0.010], abs=5e-4)


def test_nothing_read_sees_nothing_and_everything_read_sees_all():
    assert chances_unseen(3, 0, 10) == pytest.approx(1.0)
    assert chances_unseen(1, 10, 10) == 0.0
    assert chances_unseen(0, 10, 10) == pytest.approx(1.0)


def test_an_empty_population_hides_nothing_that_is_there():
    assert chances_unseen(np.arange(1), 0, 0) == pytest.approx([1.0])


@pytest.mark.parametrize(("n", "N"), [(52, 122), (1, 9), (2500, 5000)])
def test_chance_is_that_of_passing_over_it_draw_by_draw(n, N):
    k = np.arange(min(N, 30) + 1)
    passed = [np.prod((N - had - np.arange(n)) / (N - np.arange(n))) for had in k]
    assert chances_unseen(k, n, N) == pytest.approx(np.maximum(passed, 0), abs=1e-12)


def test_more_than_there_are_is_refused():
    with pytest.raises(ValueError, match="k <= N"):
        chances_unseen(5, 2, 4)
    with pytest.raises(ValueError, match="n <= N"):
        chances_unseen(1, 5, 4)
