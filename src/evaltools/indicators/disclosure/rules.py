"""When a cell gives away what one project said or saved: threshold, dominance and p% rules.

Contributions are what each project adds to a cell, none negative. The formulas are those of
Hundepool et al. 2012, Statistical Disclosure Control, doi:10.1002/9781118348239, chapter 4.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evaltools.study.schema import Disclosure

Reason = Literal["threshold", "dominance", "p_percent"]
"""Why a sum or count is withheld."""


@dataclass(frozen=True)
class Rules:
    """What counts as a disclosure.

    Arguments:
        minimum: cells of fewer projects, but not of none, are withheld.
        dominance_n, dominance_share: so many largest contributions may make up at most this
            share of a sum.
        p_percent: how closely, in per cent, nobody may reckon the largest contribution.
        rounding: base to which shown counts are rounded, or None.
    """

    minimum: int = 5
    dominance_n: int = 2
    dominance_share: float = 0.9
    p_percent: float = 10
    rounding: int | None = None

    @classmethod
    def declared(cls, disclosure: Disclosure, minimum_cell: int = 1) -> Rules:
        """The rules of a study; a run may only ask for larger cells, not for smaller ones."""
        return cls(
            max(disclosure.minimum_projects, minimum_cell),
            disclosure.dominance_n,
            disclosure.dominance_share,
            disclosure.p_percent,
            disclosure.rounding,
        )


def below_threshold(contributors: int, minimum: int) -> bool:
    """Fewer projects than the minimum, but not none: an empty cell is of nobody."""
    return 0 < contributors < minimum


def dominated(contributions: Sequence[float], n: int, share: float) -> bool:
    """The (n, k) rule: the n largest contributions make up more than a share of their sum."""
    ordered, total = _descending(contributions), sum(contributions)
    return total > 0 and sum(ordered[:n]) > share * total


def closely_estimated(contributions: Sequence[float], p_percent: float) -> bool:
    """The p% rule: the second largest contributor could reckon the largest within p per cent.

    Subtracting the own contribution x2 from the sum X leaves an estimate of the largest, x1,
    that is too high by X - x1 - x2; the cell is unsafe when that is less than p% of x1.
    """
    ordered, total = _descending(contributions), sum(contributions)
    return total > 0 and total - sum(ordered[:2]) < p_percent / 100 * ordered[0]


def primary_reason(contributions: Sequence[float], rules: Rules, magnitude: bool) -> Reason | None:
    """Why a cell is withheld for its own sake, or None. Concentration matters for sums only."""
    if below_threshold(len(contributions), rules.minimum):
        return "threshold"
    if magnitude and dominated(contributions, rules.dominance_n, rules.dominance_share):
        return "dominance"
    if magnitude and closely_estimated(contributions, rules.p_percent):
        return "p_percent"
    return None


def _descending(contributions: Sequence[float]) -> list[float]:
    if any(not value >= 0 for value in contributions):
        raise ValueError("concentration rules need contributions that are not negative")
    return sorted(contributions, reverse=True)
