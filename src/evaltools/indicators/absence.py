"""What a study has nothing of: what would be told of it is absent, and not zero."""

from __future__ import annotations

from typing import Literal

from evaltools.evidence.selection import Evidence
from evaltools.study.vocabulary import ROLES, Dimension, Role

Subject = Literal[
    Role, "calls", "grants", "areas", "map", "groups", "participations", "reports", "coding",
    "goals", "ratings", "self_ratings", "evidenced_ratings", "claims", "signs", "waves",
]  # fmt: skip
"""What figures, tables and indicators of a chapter need: codes of a role, rows of a table, or a
dimension that is declared."""

TABLES = {
    "calls": "calls", "areas": "areas", "participations": "participations",
    "reports": "documents", "coding": "codings", "goals": "goals", "ratings": "ratings",
    "claims": "saving_claims", "signs": "sustainability",
}  # fmt: skip


EVIDENCED_ITEMS = ("goal_attainment", "cost_effectiveness", "permanence")
"""Items of self-ratings that the rest of a report can bear out (`optimism_gap.EVIDENCE`)."""


def lacks(evidence: Evidence, subject: Subject) -> bool:
    """Whether the study has nothing of a subject, whatever the parameters leave of it."""
    if subject in ROLES:
        kinds = evidence.vocabulary.kinds_of(subject)
        return not evidence.tables["codes"]["kind"].isin(list(kinds)).any()
    if subject == "map":
        found = map_dimension(evidence)
        return found is None or not len(evidence.tables.get(found.map or "", ()))
    if subject == "waves":
        return "wave" not in evidence.parameters.declarations
    if subject == "groups":
        return group_dimension(evidence) is None
    if subject == "grants":
        return not evidence.tables["projects"]["grant"].notna().any()
    if subject in ("self_ratings", "evidenced_ratings"):
        ratings = evidence.tables["ratings"]
        own = ratings["rater_kind"].isin(list(evidence.vocabulary.own_raters))
        if subject == "evidenced_ratings":
            own &= ratings["item_id"].isin(EVIDENCED_ITEMS)
        return not own.any()
    return not evidence.has(TABLES[subject])


def absent_subject(evidence: Evidence, *subjects: Subject) -> Subject | None:
    """The first of the subjects that the study has nothing of."""
    return next((subject for subject in subjects if lacks(evidence, subject)), None)


def map_dimension(evidence: Evidence) -> Dimension | None:
    """The dimension that has a map."""
    found = (one for one in evidence.vocabulary.dimensions.values() if one.map)
    return next(found, None)


def group_dimension(evidence: Evidence) -> tuple[Dimension, tuple[str, ...]] | None:
    """The first dimension without a map that has two values or more, and its values in order.

    The order is that of the choices of its parameter: its ends are what differs most.
    """
    for name, dimension in evidence.vocabulary.dimensions.items():
        declared = evidence.parameters.declarations.get(name)
        choices = tuple(str(one) for one in getattr(declared, "choices", ()) or () if one != "all")
        if dimension.map is None and len(choices) > 1:
            return dimension, choices
    return None
