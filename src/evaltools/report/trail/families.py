"""Where numbers come from: chapter, units and tables, by the first word of their key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Group = Literal[
    "portfolio", "evidence_base", "goals", "challenges", "networks", "effects", "steering"
]
Units = Literal["D", "register", "calls"]
GROUPS: tuple[Group, ...] = (
    "portfolio", "evidence_base", "goals", "challenges", "networks", "effects", "steering",
)  # fmt: skip


@dataclass(frozen=True)
class Family:
    """What keys with one first word have in common.

    Arguments:
        group: chapter of the report.
        tables: tables of the data that the numbers are computed from, the nearest first.
        units: what a descriptive number is of: the reports read, the register, the calls.
    """

    group: Group
    tables: tuple[str, ...]
    units: Units = "D"


_CODED = ("codings", "segments", "readings", "codes", "documents")
_PLACES = ("participations", "organisations", "municipalities", "municipality_changes")

FAMILIES: Mapping[str, Family] = {
    "projects": Family("portfolio", ("projects", "participations", "organisations"), "register"),
    "grants": Family("portfolio", ("projects",), "register"),
    "calls": Family("portfolio", ("calls", "appropriations"), "calls"),
    "appropriations": Family("portfolio", ("appropriations",), "calls"),
    "municipalities": Family("portfolio", _PLACES, "register"),
    "population": Family("portfolio", _PLACES, "register"),
    "takeup": Family("portfolio", ("projects", *_PLACES, "regions"), "register"),
    "reports": Family("evidence_base", ("documents", "projects"), "register"),
    "coding": Family("evidence_base", ("codings", "readings", "coders", "segments")),
    "prevalence_by_rule": Family("evidence_base", _CODED),
    "saturation": Family("evidence_base", _CODED),
    "selection": Family(
        "evidence_base", ("projects", "documents", "participations", "organisations"), "register"
    ),
    "unseen": Family("evidence_base", ("documents", "projects"), "register"),
    "goal": Family("goals", _CODED),
    "result": Family("goals", _CODED),
    "goals": Family("goals", ("goals", "segments")),
    "goal_quality": Family("goals", ("goals", "segments")),
    "challenge": Family("challenges", _CODED),
    "response": Family("challenges", _CODED),
    "answered": Family("challenges", ("relations", *_CODED)),
    "pair": Family("challenges", ("relations", *_CODED)),
    "group_difference": Family("challenges", (*_CODED, "projects", "organisations")),
    "wave_difference": Family("challenges", _CODED),
    "network": Family("networks", ("participations", "projects", "prior_ties"), "register"),
    "savings": Family("effects", ("saving_claims", "segments", "documents")),
    "rating": Family("effects", ("ratings", "rating_items", "documents")),
    "rooting": Family("effects", ("rooting", "goals")),
    "steering": Family("steering", _CODED),
    "optimism_gap": Family("steering", ("ratings", "goals", "saving_claims", "rooting")),
}


def family_of(key: str) -> Family:
    """The family of a key; KeyError for a key of no chapter."""
    return FAMILIES[key.partition(".")[0]]
