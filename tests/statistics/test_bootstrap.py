"""Intervals for alpha: each under its own name, made again from its seed."""

from __future__ import annotations

import time

import numpy as np
import pytest

from evaltools.statistics.agreement_alpha import krippendorff_alpha
from evaltools.statistics.bootstrap import draws, krippendorff_bootstrap, unit_bootstrap

_ = None
# Krippendorff 2011, section C.
FOUR_OBSERVERS = list(zip(
    [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, 3],
    [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, _],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    strict=True,
))  # fmt: skip


def coders(units, share, error, seed):
    """Units × three coders that see the truth, but for an error each."""
    generator = np.random.default_rng(seed)
    truth = generator.random((units, 1)) < share
    return (truth ^ (generator.random((units, 3)) < error)).astype(int)


def test_unit_bootstrap_is_as_icr_gives_it():
    # icr (Staudt and L'Ecuyer), nonparametric bootstrap with 1000 resamples: .417 to 1.
    found = unit_bootstrap(FOUR_OBSERVERS, resamples=20_000, seed=1)
    assert found.low == pytest.approx(0.417, abs=0.02)
    assert found.high == 1.0
    assert (found.method, found.level, found.resamples) == ("unit bootstrap", 0.95, 20_000)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_krippendorffs_bootstrap_is_as_icr_gives_it(seed):
    # icr, Krippendorff's bootstrap with 20,000 resamples: .562 to .850. Alpha takes values
    # .0107 apart here, and 2.5 % of resamples lie at or below .5617: either neighbour may come.
    found = krippendorff_bootstrap(FOUR_OBSERVERS, resamples=20_000, seed=seed)
    assert 0.5617 - 1e-3 <= found.low <= 0.5724 + 1e-3
    assert 0.8503 - 1e-3 <= found.high <= 0.8610 + 1e-3
    assert found.method == "Krippendorff's bootstrap"


def test_the_two_algorithms_do_not_agree():
    unit = unit_bootstrap(FOUR_OBSERVERS, resamples=5_000, seed=1)
    own = krippendorff_bootstrap(FOUR_OBSERVERS, resamples=5_000, seed=1)
    assert own.high - own.low < 0.6 * (unit.high - unit.low)


def test_the_same_seed_gives_the_same_interval_and_another_does_not():
    data = coders(40, 0.4, 0.15, 5)
    for algorithm in (unit_bootstrap, krippendorff_bootstrap):
        one = algorithm(data, resamples=500, seed=7)
        assert algorithm(data, resamples=500, seed=7) == one
        assert algorithm(data, resamples=500, seed=8) != one


@pytest.mark.parametrize("metric", ["nominal", "ordinal", "interval", "ratio"])
def test_both_enclose_alpha(metric):
    data = coders(60, 0.5, 0.1, 3)
    value = krippendorff_alpha(data, metric).value
    for algorithm in (unit_bootstrap, krippendorff_bootstrap):
        found = algorithm(data, metric, resamples=1_000, seed=2)
        assert found.low <= value <= found.high


def test_resampling_weights_is_resampling_units():
    data = coders(25, 0.4, 0.2, 11)
    drawn = draws(25, 200, seed=3)
    assert (drawn.sum(axis=1) == 25).all()
    one_by_one = [
        krippendorff_alpha(np.repeat(data, row.astype(int), axis=0)).value for row in drawn
    ]
    low, high = np.quantile([x for x in one_by_one if x is not None], [0.025, 0.975])
    found = unit_bootstrap(data, resamples=200, seed=3)
    assert (found.low, found.high) == pytest.approx((low, high))
    assert unit_bootstrap(data, resamples=200, seed=3, drawn=drawn) == found


def test_resamples_without_variation_are_left_out_and_counted():
    rare = np.zeros((30, 3), dtype=int)
    rare[0] = 1
    found = unit_bootstrap(rare, resamples=20_000, seed=1)
    assert found.degenerate == pytest.approx((29 / 30) ** 30, abs=0.01)
    assert unit_bootstrap(np.zeros((30, 3), dtype=int), resamples=50, seed=1) is None
    assert krippendorff_bootstrap(np.zeros((30, 3), dtype=int), resamples=50, seed=1) is None


def test_krippendorffs_resample_of_one_value_only_counts_as_nought():
    # Two units of which each is agreed on: half of the resamples take both pairs from one.
    found = krippendorff_bootstrap([[0, 0], [1, 1]], resamples=2_000, seed=1)
    assert (found.low, found.high) == (0.0, 1.0)


def test_clusters_are_drawn_whole():
    # Sentences of a report that are all alike tell no more than one of them.
    data = np.repeat(coders(20, 0.5, 0.15, 4), 10, axis=0)
    clusters = np.repeat(np.arange(20), 10)
    alone = unit_bootstrap(data, resamples=1_000, seed=1)
    whole = unit_bootstrap(data, resamples=1_000, seed=1, clusters=clusters)
    assert whole.high - whole.low > 2 * (alone.high - alone.low)


def test_unit_bootstrap_covers_about_as_often_as_it_says():
    generator = np.random.default_rng(42)
    # Alpha of very many units is the value to be covered.
    aim = krippendorff_alpha(coders(60_000, 0.4, 0.12, 1)).value
    caught = 0
    for _round in range(200):
        data = coders(60, 0.4, 0.12, int(generator.integers(2**31)))
        found = unit_bootstrap(data, resamples=400, seed=1)
        caught += found.low <= aim <= found.high
    assert 178 <= caught <= 199


def test_twenty_thousand_resamples_take_well_under_a_second():
    data = coders(72, 0.3, 0.1, 1)
    start = time.process_time()
    unit_bootstrap(data, resamples=20_000, seed=1)
    krippendorff_bootstrap(data, resamples=20_000, seed=1)
    assert time.process_time() - start < 1.0


def test_what_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="nothing to draw"):
        unit_bootstrap([[1, 1], [0, 0]], resamples=0, seed=1)
    with pytest.raises(ValueError, match="between 0 and 1"):
        krippendorff_bootstrap([[1, 1], [0, 0]], resamples=10, seed=1, level=0.0)
    with pytest.raises(ValueError, match="drawn is"):
        unit_bootstrap([[1, 1], [0, 0]], resamples=10, seed=1, drawn=draws(3, 10, 1))
