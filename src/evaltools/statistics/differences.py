"""Difference of two independent shares, with its interval."""

from __future__ import annotations

from dataclasses import dataclass

from statsmodels.stats.proportion import confint_proportions_2indep


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
    for x, n in ((x1, n1), (x2, n2)):
        if n < 1 or not 0 <= x <= n:
            raise ValueError(f"a share needs 0 <= x <= n and n >= 1, not x={x}, n={n}")
    if not 0 < level < 1:
        raise ValueError(f"a confidence level lies between 0 and 1, not {level}")
    low, high = confint_proportions_2indep(x1, n1, x2, n2, method="newcomb", alpha=1 - level)
    # Shares of 0 and 1 reach the end itself; rounding may pass it by some 1e-16.
    return Difference(
        x1 / n1 - x2 / n2, max(float(low), -1.0), min(float(high), 1.0), "newcombe", level
    )
