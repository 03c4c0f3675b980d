"""Chapter 06: savings that are claimed, ratings projects give themselves, what takes root."""

from __future__ import annotations

from collections.abc import Callable

from evaltools.evidence.selection import Evidence
from evaltools.indicators.absence import Subject, lacks
from evaltools.indicators.disclosure.gate import release
from evaltools.indicators.indicator import Indicator
from evaltools.indicators.ratings import rating_records
from evaltools.indicators.savings import EXAMINED, claimed_records, savings_records
from evaltools.indicators.sustainability import sustainability_shares


def compute(evidence: Evidence) -> list[Indicator]:
    """All indicators of the chapter: the savings ledger, self-ratings, sustainability."""
    parts: dict[Subject, Callable[[Evidence], list[Indicator]]] = {
        "claims": savings_records, "ratings": rating_records, "signs": sustainability_shares,
    }  # fmt: skip
    found = [part(evidence) for subject, part in parts.items() if not lacks(evidence, subject)]
    records = [record for part in found for record in part]
    return release(records, evidence, examined=EXAMINED)


def by_coder_rule(evidence: Evidence) -> list[Indicator]:
    """What of the chapter depends on the coder rule: how many reports claim savings."""
    return [] if lacks(evidence, "claims") else release(claimed_records(evidence), evidence)
