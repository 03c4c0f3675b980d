"""Conditions put to the numbers of a run: each holds, does not hold, or cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from evaltools.findings import ranking, thresholds
from evaltools.findings.clauses import Condition, keys_of
from evaltools.findings.numbers import Numbers, Reading
from evaltools.findings.verdict import Verdict, every, not_any, some
from evaltools.indicators.indicator import Estimand

Evaluate = Callable[[Any, Numbers, Estimand], Verdict]

EVALUATE: Mapping[str, Evaluate] = MappingProxyType(
    {
        "greatest": ranking.greatest,
        "order": ranking.order,
        "among_top": ranking.among_top,
        "at_least": thresholds.at_least,
        "at_most": thresholds.at_most,
        "quantity": thresholds.how_many,
        "excludes_zero": thresholds.excludes_zero,
        "change": thresholds.change,
        "equals": thresholds.equals,
    }
)
"""How each condition on numbers is judged."""


def evaluate(condition: Condition, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether a condition is met by the numbers of a run.

    Arguments:
        condition: as declared; a condition on numbers may name its own estimand.
        numbers: of the run; those that the condition names are there.
        estimand: whose intervals must bear it out.
    """
    if condition.leaf is not None:
        return EVALUATE[condition.kind](
            condition.leaf, numbers, condition.leaf.estimand or estimand
        )
    verdicts = [evaluate(part, numbers, estimand) for part in condition.parts]
    if condition.kind == "all":
        return every(verdicts)
    if condition.kind == "any":
        return some(verdicts)
    return not_any(verdicts)


def readings(condition: Condition, numbers: Numbers, estimand: Estimand) -> tuple[Reading, ...]:
    """Every number that a condition looks at, named ones first, each once."""
    found: dict[tuple[str, Estimand], Reading] = {}
    for leaf in condition.leaves():
        names, globs = keys_of(leaf)
        own = (leaf.leaf.estimand if leaf.leaf else None) or estimand
        for name in (*names, *(each for glob in globs for each in numbers.matching(glob))):
            found.setdefault((name, own), numbers.read(name, own))
    return tuple(found.values())
