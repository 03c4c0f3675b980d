"""Chapter 07: what reports tell of the grant itself, and whether self-praise is evidenced."""

from __future__ import annotations

from evaltools.evidence.selection import Evidence
from evaltools.indicators.absence import lacks
from evaltools.indicators.disclosure.gate import release
from evaltools.indicators.indicator import Indicator
from evaltools.indicators.optimism_gap import gaps
from evaltools.indicators.order import order_records
from evaltools.indicators.prevalence import prevalence
from evaltools.indicators.ratings import rated_high


def compute(evidence: Evidence) -> list[Indicator]:
    """All indicators of the chapter: themes and their order, high ratings, the optimism gap."""
    records: list[Indicator] = []
    if not lacks(evidence, "steering"):
        records += [*prevalence(evidence, "steering"), *order_records(evidence, "steering")]
    if not lacks(evidence, "ratings"):
        records += rated_high(evidence)
    if not lacks(evidence, "self_ratings"):
        records += gaps(evidence)
    return release(records, evidence)


by_coder_rule = compute
"""What of the chapter depends on whose coding decides: its themes, so it is computed whole."""
