"""How far take-up depends on the rule by which euros of joint projects are shared."""

from __future__ import annotations

from typing import get_args

import pandas as pd

from evaltools.evidence.allocation import AllocationRule, allocate
from evaltools.evidence.selection import Evidence
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.indicators.shares import number_record
from evaltools.indicators.takeup import UNKNOWN_RATIO, takeup_by_region

RULES: tuple[AllocationRule, ...] = get_args(AllocationRule)


def takeup_by_allocation(evidence: Evidence) -> pd.DataFrame:
    """Euros per inhabitant of each region under every rule.

    Returns:
        `takeup_by_region` under the rule of the parameters, and a column for each rule:
        `lead`, `equal`, `population`, euros per inhabitant.
    """
    frame = takeup_by_region(evidence)
    for rule in RULES:
        shared = allocate(evidence.projects, evidence.participations, rule, evidence.vocabulary)
        frame[rule] = takeup_by_region(evidence, shared)["money_per_inhabitant"]
    return frame


def allocation_records(evidence: Evidence) -> list[Indicator]:
    """`takeup.money_per_inhabitant.ratio` by rule and region."""
    frame = takeup_by_allocation(evidence)
    inside = frame[frame["in_scope"]]
    return [
        number_record(
            "takeup.money_per_inhabitant.ratio", row[rule], "money_per_inhabitant",
            "evaltools.indicators.allocations.allocation_records",
            dimensions(allocation=rule, region=str(row["region_code"])),
            n=int(row["projects"]), why=UNKNOWN_RATIO,
        )
        for row in inside.to_dict("records")
        for rule in RULES
    ]  # fmt: skip
