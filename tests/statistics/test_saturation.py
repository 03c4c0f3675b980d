"""Saturation: when reading on brings nothing new, whatever the order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis.extra.numpy import array_shapes, arrays

from evaltools.statistics.saturation import (
    NEVER,
    accumulation,
    chao_unseen,
    first_seen,
    reports_until,
    saturated_after,
    seen_after,
)

tables = arrays(np.bool_, array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=8))


def test_saturation_by_hand():
    # A base of four brings 20 codes; then 3, 2, 1, 0, 0: runs of two bring 5, 3, 1, 0 of 20.
    seen = np.array([[8, 14, 18, 20, 23, 25, 26, 26, 26]])
    assert saturated_after(seen, base=4, run=2, threshold=0.05).tolist() == [8]
    assert saturated_after(seen, base=4, run=2, threshold=0.15).tolist() == [7]
    assert saturated_after(seen, base=4, run=2, threshold=0.0).tolist() == [9]
    assert saturated_after(seen, base=4, run=3, threshold=0.0).tolist() == [NEVER]
    assert saturated_after(seen, base=6, run=2, threshold=0.04).tolist() == [8]


def test_saturation_needs_a_base_and_a_run():
    assert saturated_after(np.array([[3, 3, 3, 3, 3]]), base=4, run=2).tolist() == [NEVER]
    assert saturated_after(np.zeros((1, 9), dtype=int)).tolist() == [NEVER]
    for wrong in ({"base": 0}, {"run": 0}, {"threshold": -0.1}):
        with pytest.raises(ValueError, match="needs base"):
            saturated_after(np.array([[1, 2, 3]]), **wrong)


@settings(max_examples=60, deadline=None)
@given(tables)
def test_codes_seen_are_those_of_the_reports_read_so_far(holds):
    reports, codes = holds.shape
    seen = seen_after(first_seen(holds, 5, 3), reports)
    order = np.random.default_rng(3).permuted(np.tile(np.arange(1, reports + 1), (5, 1)), axis=1)
    for row, places in enumerate(order):
        for read in range(1, reports + 1):
            assert seen[row, read - 1] == holds[places <= read].any(axis=0).sum()
    assert (seen[:, -1] == holds.any(axis=0).sum()).all()
    assert codes >= seen.max()


@settings(max_examples=30, deadline=None)
@given(tables)
def test_more_of_the_codes_needs_no_fewer_reports(holds):
    seen = seen_after(first_seen(holds, 20, 1), len(holds))
    most, every = reports_until(seen, 0.8), reports_until(seen, 1.0)
    assert (most <= every).all()
    assert (every == NEVER).all() == (not holds.any())


def test_mean_of_the_orders_is_the_formula_of_rarefaction():
    # Codes expected in k of n reports: sum of 1 - C(n - f, k) / C(n, k).
    from math import comb

    generator = np.random.default_rng(0)
    holds = generator.random((20, 15)) < generator.random(15) * 0.4
    seen = seen_after(first_seen(holds, 20_000, 1), 20)
    expected = [
        sum(1 - comb(20 - int(f), k) / comb(20, k) for f in holds.sum(axis=0)) for k in (1, 5, 10)
    ]
    assert seen.mean(axis=0)[[0, 4, 9]] == pytest.approx(expected, abs=0.05)


def test_band_encloses_the_median_and_closes_at_the_end():
    generator = np.random.default_rng(0)
    holds = generator.random((30, 20)) < 0.2
    found = accumulation(seen_after(first_seen(holds, 500, 2), 30))
    assert (found.low <= found.median).all()
    assert (found.median <= found.high).all()
    assert found.low[-1] == found.high[-1]
    assert (found.reports == np.arange(1, 31)).all()


def test_order_of_the_reports_in_the_file_does_not_shift_the_median():
    generator = np.random.default_rng(0)
    holds = generator.random((25, 20)) < 0.2
    one = accumulation(seen_after(first_seen(holds, 4_000, 2), 25))
    other = accumulation(seen_after(first_seen(holds[::-1], 4_000, 9), 25))
    assert np.abs(one.median - other.median).max() <= 1


@pytest.mark.parametrize(
    ("samples", "once", "twice", "unseen"),
    [
        # Spiders of Ellison et al. 2010 as in Hsieh, Ma and Chao 2016 (iNEXT), doi:
        # 10.1111/2041-210X.12613: 26 species seen and 43.893 estimated, 37 and 61.403.
        (168, 12, 4, 17.893),
        (252, 14, 4, 24.403),
        (10, 3, 0, 2.7),  # none in two: 3 · 2 / 2 · 9 / 10
        (10, 0, 5, 0.0),
    ],
)
def test_unseen_codes_are_as_published(samples, once, twice, unseen):
    holds = np.zeros((samples, once + twice + 1), dtype=bool)
    holds[0, :once] = True
    holds[:2, once : once + twice] = True
    holds[:3, -1] = True
    assert chao_unseen(holds) == pytest.approx(unseen, abs=5e-4)


def test_nothing_read_is_nothing_known():
    assert chao_unseen(np.zeros((0, 3), dtype=bool)) is None
    with pytest.raises(ValueError, match="one order or more"):
        first_seen(np.zeros((2, 2), dtype=bool), 0, 1)
    for share in (0, 1.5):
        with pytest.raises(ValueError, match="a share of the codes"):
            reports_until(np.array([[1, 2]]), share)
