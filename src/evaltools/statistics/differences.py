"""Difference of two independent shares, with its interval."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from evaltools.statistics.intervals import wilson


@dataclass(frozen=True)
class Difference:
    """First share less the second, -1 to 1, with limits made by `method` at `level`."""

    value: float
    low: float
    high: float
    method: str
    level: float


def newcombe(x1: int, n1: int, x2: int, n2: int, level: float = 0.95) -> Difference:
    """Difference x1/n1 - x2/n2 with the hybrid score interval (method 10).

    The limits combine the Wilson limits of the two shares.

    Raises ValueError unless 0 <= x <= n, n >= 1 in both groups and 0 < level < 1.
    Source: Newcombe 1998, Statistics in Medicine 17:873-890,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I.
    """
    first, second = wilson(x1, n1, level), wilson(x2, n2, level)
    p1, p2 = x1 / n1, x2 / n2
    value = p1 - p2
    low = value - sqrt((p1 - first.low) ** 2 + (second.high - p2) ** 2)
    high = value + sqrt((first.high - p1) ** 2 + (p2 - second.low) ** 2)
    return Difference(value, max(low, -1.0), min(high, 1.0), "newcombe", level)
