"""Intervals for alpha by leaving out one report at a time."""

from __future__ import annotations

from itertools import product
from math import atanh, sqrt, tanh

import numpy as np
import pytest

from evaltools.statistics.agreement_alpha import (
    chance_without_variation,
    jackknife_interval,
    krippendorff_alpha,
)


def coders(units, share, error, seed):
    """Units × three coders that see the truth, but for an error each."""
    generator = np.random.default_rng(seed)
    truth = generator.random((units, 1)) < share
    return (truth ^ (generator.random((units, 3)) < error)).astype(int)


def test_interval_is_that_of_its_formula():
    values = coders(20, 0.4, 0.1, seed=3).tolist()
    alpha = krippendorff_alpha(values).value
    without = [krippendorff_alpha(values[:i] + values[i + 1 :]).value for i in range(20)]
    mean = sum(without) / 20
    se = sqrt(19 / 20 * sum((one - mean) ** 2 for one in without))
    reach = 2.093 * se / (1 - alpha**2)  # Student's t with 19 degrees of freedom, printed tables
    found = jackknife_interval(values)
    assert found.low == pytest.approx(tanh(atanh(alpha) - reach), abs=1e-4)
    assert found.high == pytest.approx(tanh(atanh(alpha) + reach), abs=1e-4)


def test_clusters_are_left_out_whole():
    data = coders(12, 0.5, 0.15, seed=5)
    twice = np.repeat(data, 2, axis=0)
    clusters = np.repeat(np.arange(12), 2)
    whole, alone = jackknife_interval(twice, clusters=clusters), jackknife_interval(twice)
    # A copy of every unit adds no report: only units taken for independent say so.
    assert whole.high - whole.low > 1.3 * (alone.high - alone.low)


def test_what_has_no_interval():
    assert jackknife_interval([[1, 0]]) is None
    assert jackknife_interval([[0, 0]] * 9) is None
    # Left without the one report that differs, nothing varies.
    assert jackknife_interval([[1, 1], [0, 0], [0, 0]]) is None
    # Where all agree, or nothing depends on which unit is left out, nothing tells how much varies.
    assert jackknife_interval([[1, 1]] * 4 + [[0, 0]] * 5) is None
    assert jackknife_interval([[1, 1], [1, 0], [0, 0]][:1] * 2 + [[0, 0]] * 2) is None
    with pytest.raises(ValueError, match="level"):
        jackknife_interval([[1, 1], [0, 0]], level=1.0)


@pytest.mark.parametrize(("share", "error"), [(0.12, 0.04), (0.4, 0.08)])
def test_interval_covers_about_as_often_as_it_says(share, error):
    true = krippendorff_alpha(coders(100_000, share, error, seed=9)).value
    held, told = 0, 0
    for seed in range(300):
        found = jackknife_interval(coders(52, share, error, seed))
        if found is not None:
            told += 1
            held += found.low <= true <= found.high
    assert told > 290
    assert 0.90 < held / told < 0.99


@pytest.mark.parametrize(
    "units",
    [
        [[1, 1], [0, 0], [0, 0]],
        [[1, 1], [1, 1], [0, 0], [0, None]],
        [[1, 0], [0, 0], [None, 1]],
        [[1, None], [None, 0]],
    ],
)
def test_chance_without_variation_is_that_of_all_draws(units):
    count = len(units)
    flat = 0
    for draw in product(range(count), repeat=count):
        paired = [units[i] for i in draw if None not in units[i]]
        flat += len({value for unit in paired for value in unit}) < 2
    assert chance_without_variation(units) == pytest.approx(flat / count**count)


def test_chance_without_variation_of_clusters_and_of_nothing():
    units = [[1, 1], [0, 0], [0, 0], [0, 0]]
    assert chance_without_variation(units, np.array([0, 0, 1, 1])) == pytest.approx(1 / 4)
    assert chance_without_variation([]) == 1.0
