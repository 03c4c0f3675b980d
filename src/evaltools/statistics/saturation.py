"""Saturation: whether reading more reports would still have brought new codes.

The order in which reports are read is arbitrary, so everything is told over many random orders.
Codes here are those of a codebook: what it has no code for, no reading can bring.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Bools = NDArray[np.bool_]
Ints = NDArray[np.int_]
NEVER = -1
"""Where a rule is not met in an order, however many reports are read."""


@dataclass(frozen=True)
class Accumulation:
    """How many codes have been seen after so many reports, over random orders.

    Arguments:
        reports: 1, 2, … up to all.
        median, low, high: of the orders, a number a place in `reports`.
        level: share of the orders between `low` and `high`.
    """

    reports: Ints
    median: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    level: float


def first_seen(holds: Bools, orders: int, seed: int) -> Ints:
    """Place in each random order of the first report that has each code.

    Arguments:
        holds: reports × codes.
        orders: how many random orders of the reports.
        seed: of the orders.

    Returns:
        Orders × codes: 1 for the first report read; number of reports + 1 for a code in none.

    Raises:
        ValueError: `orders` is below one.
    """
    if orders < 1:
        raise ValueError(f"needs one order or more, not {orders}")
    reports, codes = holds.shape
    # Report by report in rows, and in small numbers: orders are many, and this is what is slow.
    generator = np.random.default_rng(seed)
    first = np.arange(1, reports + 1, dtype=np.int16 if reports < 2**15 - 1 else np.int64)
    places = generator.permuted(np.tile(first, (orders, 1)), axis=1).T.copy()
    found = np.full((codes, orders), reports + 1)
    for code in range(codes):
        having = holds[:, code]
        if having.any():
            found[code] = places[having].min(axis=0)
    return np.ascontiguousarray(found.T)


def seen_after(first: Ints, reports: int) -> Ints:
    """How many codes have been seen after 1, 2, … reports: orders × reports, from `first_seen`."""
    orders = len(first)
    cells = np.arange(orders)[:, None] * (reports + 2) + first
    new = np.bincount(cells.ravel(), minlength=orders * (reports + 2)).reshape(orders, reports + 2)
    return np.cumsum(new[:, 1 : reports + 1], axis=1)


def accumulation(seen: Ints, level: float = 0.95) -> Accumulation:
    """Codes seen by number of reports read, as median and band over random orders.

    Arguments:
        seen: orders × reports, of `seen_after`.
        level: share of the orders in the band.
    """
    reports = seen.shape[1]
    ends = [(1 - level) / 2, 0.5, (1 + level) / 2]
    low, median, high = np.quantile(seen, ends, axis=0, method="inverted_cdf").astype(np.float64)
    return Accumulation(np.arange(1, reports + 1), median, low, high, level)


def saturated_after(seen: Ints, base: int = 4, run: int = 2, threshold: float = 0.05) -> Ints:
    """Reports read when new information falls to the threshold, in each order.

    New information is the number of codes that a run of reports brings, over the number that the
    base, the first reports, brought. Runs follow each other by one report: after a base of four
    and with runs of two, reports 5 and 6, then 6 and 7, and so on.

    Arguments:
        seen: orders × reports, of `seen_after`.
        base: reports of the base.
        run: reports of a run.
        threshold: 0.05, or 0 for no new code at all.

    Returns:
        A number an order, the last run included; `NEVER` where it does not fall so far, or the
        base holds no code.

    Raises:
        ValueError: base or run is below one, or the threshold negative.
    Source: Guest, Namey and Chen 2020, doi:10.1371/journal.pone.0232076.
    """
    if base < 1 or run < 1 or threshold < 0:
        raise ValueError(f"needs base, run >= 1 and threshold >= 0: {base}, {run}, {threshold}")
    if seen.shape[1] < base + run:
        return np.full(len(seen), NEVER)
    in_base = seen[:, base - 1]
    new = seen[:, base + run - 1 :] - seen[:, base - 1 : -run]
    fallen = (new <= threshold * in_base[:, None]) & (in_base > 0)[:, None]
    return np.where(fallen.any(axis=1), fallen.argmax(axis=1) + base + run, NEVER)


def reports_until(seen: Ints, share: float) -> Ints:
    """Reports read until the share of all codes that any report has was seen, in each order.

    Arguments:
        seen: orders × reports, of `seen_after`. share: above 0, up to 1.

    Returns:
        A number an order; `NEVER` where no report has a code.

    Raises:
        ValueError: the share is not above 0 and up to 1.
    """
    if not 0 < share <= 1:
        raise ValueError(f"a share of the codes is above 0 and up to 1, not {share}")
    if not seen.shape[1]:
        return np.full(len(seen), NEVER)
    every = seen[:, -1]
    reached = seen >= (share * every - 1e-9)[:, None]
    return np.where(every > 0, reached.argmax(axis=1) + 1, NEVER)


def chao_unseen(holds: Bools) -> float | None:
    """At least how many codes that reports have were in none of those read.

    By how many codes are in one report and in two: Q1²/2Q2 of them, or Q1 (Q1 - 1)/2 where none
    is in two, times (m - 1)/m for m reports. It is Chao's lower bound in its form for presence in
    samples; it supposes that reports are read at random and says nothing of codes that no report
    of the kind has.

    Arguments:
        holds: reports × codes.

    Returns:
        None where no report was read.
    Source: Chao 1987, doi:10.2307/2531532.
    """
    reports = len(holds)
    if not reports:
        return None
    frequency = holds.sum(axis=0)
    once, twice = int((frequency == 1).sum()), int((frequency == 2).sum())
    few = once * once / (2 * twice) if twice else once * (once - 1) / 2
    return (reports - 1) / reports * few
