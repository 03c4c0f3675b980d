"""What numbers with one first word in their keys have in common: tables and units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Units = Literal["D", "register", "calls"]


@dataclass(frozen=True)
class Family:
    """What keys with one first word have in common.

    Arguments:
        tables: tables of the data that the numbers are computed from, the nearest first.
        units: what a descriptive number is of: the reports read, the register, the calls.
    """

    tables: tuple[str, ...]
    units: Units = "D"


_CODED = ("codings", "segments", "readings", "codes", "documents")
_PLACES = ("participations", "organisations", "areas", "area_changes")
THEMES: Final = Family(_CODED)

FAMILIES: Final[Mapping[str, Family]] = {
    "projects": Family(("projects", "participations", "organisations"), "register"),
    "grants": Family(("projects",), "register"),
    "calls": Family(("calls", "appropriations"), "calls"),
    "appropriations": Family(("appropriations",), "calls"),
    "areas": Family(_PLACES, "register"),
    "population": Family(_PLACES, "register"),
    "takeup": Family(("projects", *_PLACES, "regions"), "register"),
    "reports": Family(("documents", "projects"), "register"),
    "coding": Family(("codings", "readings", "coders", "segments")),
    "prevalence_by_rule": THEMES,
    "order": THEMES,
    "saturation": THEMES,
    "selection": Family(("projects", "documents", "participations", "organisations"), "register"),
    "unseen": Family(("documents", "projects"), "register"),
    "goals": Family(("goals", "segments")),
    "goal_quality": Family(("goals", "segments")),
    "answered": Family(("relations", *_CODED)),
    "pair": Family(("relations", *_CODED)),
    "group_difference": Family((*_CODED, "projects", "organisations")),
    "wave_difference": THEMES,
    "network": Family(("participations", "projects", "prior_ties"), "register"),
    "savings": Family(("saving_claims", "segments", "documents")),
    "rating": Family(("ratings", "rating_items", "documents")),
    "sustainability": Family(("sustainability", "goals")),
    "optimism_gap": Family(("ratings", "goals", "saving_claims", "sustainability")),
}
"""The indicators of the standard chapters; those of codes are `THEMES`."""


def is_of_reports(key: str) -> bool:
    """Whether a number is a share of what was read, which chance may have moved.

    What the register counts is known whole; of other families of one's own only shares are told.
    """
    family = FAMILIES.get(key.partition(".")[0])
    if family is None:
        return key.endswith((".share", ".x", ".bounds"))
    return family.units == "D"
