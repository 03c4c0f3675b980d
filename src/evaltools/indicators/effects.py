"""Chapter 06: savings that are claimed, ratings projects give themselves, what takes root."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evaltools.indicators.disclosure.gate import release
from evaltools.indicators.indicator import Indicator
from evaltools.indicators.ratings import rating_records
from evaltools.indicators.rooting import rooting_shares
from evaltools.indicators.savings import EXAMINED, savings_records

if TYPE_CHECKING:
    from evaltools.evidence import Evidence


def compute(evidence: Evidence) -> list[Indicator]:
    """All indicators of the chapter: the savings ledger, self-ratings, rooting."""
    records = [*savings_records(evidence), *rating_records(evidence), *rooting_shares(evidence)]
    return release(records, evidence, examined=EXAMINED)
