"""How wide the interval must be within which a reader can place a withheld cell."""

from __future__ import annotations

from dataclasses import dataclass

from evaltools.findings.disclosure.tables import Labels, SensitiveTable
from evaltools.indicators.disclosure.rules import Reason, Rules, protection_level

TOLERANCE = 1e-4
"""Relative; below it two sums are the same. Looser than the solver's own."""


@dataclass(frozen=True)
class Demand:
    """What the interval of a cell must contain.

    Arguments:
        low, high: the interval must reach from at most `low` to at least `high`.
        strict: it must besides hold more than one value.
    """

    low: float
    high: float
    strict: bool = True

    def met_by(self, low: float, high: float) -> bool:
        """Whether an interval is wide enough."""
        slack = TOLERANCE * max(1.0, abs(self.high))
        wide = not self.strict or high - low > slack
        return wide and low <= self.low + slack and high >= self.high - slack


def demand(table: SensitiveTable, labels: Labels, reason: Reason, rules: Rules) -> Demand:
    """What protects a withheld cell.

    A count below the minimum must look like any from 1 to the minimum, so that a reader cannot
    tell whether it is small at all; where all there is stays below the minimum, like any from
    1 to all there is. An unsafe sum must keep its protection level on both sides. A cell that is
    withheld for the sake of others must only not be told in a roundabout way.
    """
    value, total = table.value(labels), _all(table)
    if reason == "secondary" or value == 0:
        return Demand(value, value, strict=value > 0)
    if reason == "whole":
        return Demand(min(value, 1.0), max(value, min(float(rules.minimum), total)), strict=False)
    level = protection_level(table.of(labels), rules, reason)
    if not table.magnitude and value < rules.minimum:
        return Demand(min(value, 1.0), min(float(rules.minimum), total))
    if not table.magnitude:
        level = max(1.0, level)
    return Demand(value - level, value + level)


def _all(table: SensitiveTable) -> float:
    return sum(sum(cell.values()) for cell in table.contributions.values())
