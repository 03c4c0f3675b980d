"""Chapter 04: what hindered projects, what they did about it, and where it differs."""

from __future__ import annotations

from evaltools.evidence.selection import Evidence
from evaltools.indicators.absence import lacks
from evaltools.indicators.challenge_response import answered, pair_records
from evaltools.indicators.comparisons import group_differences, wave_differences
from evaltools.indicators.disclosure.gate import release
from evaltools.indicators.indicator import Indicator
from evaltools.indicators.order import order_records
from evaltools.indicators.prevalence import prevalence


def compute(evidence: Evidence) -> list[Indicator]:
    """All indicators of the chapter: prevalence, order, answers, pairs, groups, waves."""
    if lacks(evidence, "reports"):
        return []
    records = prevalence(evidence, "challenge", "response")
    records += order_records(evidence, "challenge", "response")
    if not (lacks(evidence, "challenge") or lacks(evidence, "response")):
        records += [*answered(evidence), *pair_records(evidence)]
    if not lacks(evidence, "groups"):
        records += group_differences(evidence)
    records += wave_differences(evidence)
    return release(records, evidence)


by_coder_rule = compute
"""What of the chapter depends on whose coding decides: its themes, so it is computed whole."""
