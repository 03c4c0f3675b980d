"""Grants and costs of the generated projects of a call."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, exp

from tools.example_data import assumptions
from tools.example_data.assumptions import CallPlan
from tools.example_data.rng import Draws


@dataclass(frozen=True)
class Amount:
    """A grant and the eligible cost it is a part of, whole euros."""

    grant: int
    cost: int


def amounts(
    plan: CallPlan, known: list[int], unknown: int, generated: int, draws: Draws
) -> list[Amount]:
    """Draw the amounts of a call's generated projects, in an order of chance.

    Where a sum is published, the generated grants and the known public ones leave exactly the
    room that the public projects of unknown euros would fill at the mean of what is left.
    Where none is, the generated grants have the mean that is assumed.

    Arguments:
        plan: the call; its `later` projects are not in the published sum and come last.
        known: grants of the call's public projects, euros, those not known left out.
        unknown: public projects of the call whose euros are not known.
        generated: projects to be generated, later ones included.
    """
    first = generated - plan.later
    if plan.total_eur:
        rest = plan.total_eur - sum(known)
        target = rest - unknown_room(plan, known, unknown, first)
    else:
        target = plan.mean_eur * first
    later_target = round(target / first * plan.later / 1000) * 1000
    return [*_drawn(plan, first, target, draws), *_drawn(plan, plan.later, later_target, draws)]


def unknown_room(plan: CallPlan, known: list[int], unknown: int, generated: int) -> int:
    """Euros left for public projects whose grants are not known, whole thousands."""
    rest = plan.total_eur - sum(known)
    return round(rest / (generated + unknown) * unknown / 1000) * 1000


def _drawn(plan: CallPlan, count: int, target: int, draws: Draws) -> list[Amount]:
    if not count:
        return []
    extremes = [plan.low_eur, plan.high_eur] if plan.extremes else []
    free = count - len(extremes)
    raw = [exp(draws.normal(0.0, assumptions.GRANT_SPREAD)) for _ in range(free)]
    grants = _scaled(raw, target - sum(extremes), plan)
    result = [_amount(grant, draws) for grant in grants]
    # Rounding is paid by the largest, whose cost is then not round.
    largest = max(range(free), key=lambda i: result[i].grant)
    missing = target - sum(extremes) - sum(amount.grant for amount in result)
    grant = result[largest].grant + missing
    result[largest] = Amount(grant, ceil(grant / assumptions.GRANT_CEILING))
    result += [Amount(euros, ceil(euros / assumptions.GRANT_CEILING)) for euros in extremes]
    return draws.shuffled(result)


def _scaled(raw: list[float], target: int, plan: CallPlan) -> list[float]:
    """Scale to the target sum, keeping all inside the range of the call with a little to spare."""
    low, high = plan.low_eur * 1.3, plan.high_eur * 0.95
    scale = target / sum(raw)
    for _ in range(60):
        clipped = [min(max(value * scale, low), high) for value in raw]
        scale *= target / sum(clipped)
    return [min(max(value * scale, low), high) for value in raw]


def _amount(grant: float, draws: Draws) -> Amount:
    if draws.happens(assumptions.ROUND_COST_SHARE):
        step = 1_000 if grant < 50_000 else 5_000 if grant < 150_000 else 10_000
        cost = max(round(grant / assumptions.GRANT_CEILING / step), 1) * step
        return Amount(cost * 85 // 100, cost)
    euros = round(grant / 10) * 10
    share = draws.uniform(0.70, assumptions.GRANT_CEILING)
    return Amount(euros, ceil(euros / share))
