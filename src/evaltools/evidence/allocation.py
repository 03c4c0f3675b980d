"""Allocation: whose money the grant of a joint project is.

The register knows the grant of a project; what of it fell to which area it mostly does
not. The rule is an assumption, so it is a parameter and its sensitivity can be shown:
* *lead*: all to the organisation that administers the grant;
* *equal*: the same to every area that takes part;
* *population*: by their inhabitants.

Shares the register does know (`share_amount`) are facts and go before `equal` and `population`,
where every area of the project has one and they add up to the grant. A project in which no area
takes part falls to its lead whatever the rule. Vendors get nothing. An area takes part by the
organisation that stands for it, of the kind that the study names; where it names none, every
organisation is one.
What is unknown stays missing: the parts of an unknown grant, and by population all parts of a
project one of whose areas has an unknown population.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from evaltools.evidence.scope import geography_columns, stands_for_area
from evaltools.study import Vocabulary

Floats = npt.NDArray[np.float64]
AllocationRule = Literal["lead", "equal", "population"]


def allocate(
    projects: pd.DataFrame,
    participations: pd.DataFrame,
    rule: AllocationRule,
    vocabulary: Vocabulary,
) -> pd.DataFrame:
    """Share the grants of projects between their areas, to the cent.

    Arguments:
        projects: `project_id`, `lead_org_id`, `grant` (NaN where unknown).
        participations: `project_id`, `org_id`, `role`, `share_amount`, `kind`, `population` and the
            columns of the study's dimensions; a row a project and organisation.
        rule: how.
        vocabulary: the study's.

    Returns `project_id`, `org_id`, `money` and the columns of the dimensions, sorted by the first
    two. The cents of a project add up to its grant exactly; odd cents go to the largest
    remainders, of equal ones to the lower `org_id`.
    """
    parts = participations.merge(projects[["project_id", "lead_org_id", "grant"]], on="project_id")
    parts = parts[_recipients(parts, rule, vocabulary)].sort_values(["project_id", "org_id"])
    parts = parts.reset_index(drop=True)
    project = parts["project_id"]
    grant = np.rint(parts["grant"].to_numpy(dtype=float, na_value=np.nan) * 100)
    if rule == "population":
        weight = parts["population"].to_numpy(dtype=float, na_value=np.nan)
        alone = project.groupby(project).transform("size").to_numpy() == 1
        weight = np.where(alone, 1.0, weight)
    else:
        weight = np.ones(len(parts))
    unknown = pd.Series(np.isnan(grant) | np.isnan(weight)).groupby(project).transform("any")
    open_ = unknown.to_numpy(dtype=bool)
    cents = _divide(project, np.where(open_, 0, grant), np.where(open_, 1, weight))
    money = np.where(open_, np.nan, cents / 100)
    if rule != "lead":
        shares = parts["share_amount"].to_numpy(dtype=float, na_value=np.nan)
        money = np.where(_is_complete(project, shares, grant), shares, money)
    parts["money"] = money
    own = [
        name for name in geography_columns(vocabulary) if name not in ("size_class", "population")
    ]
    return parts[["project_id", "org_id", "money", *own]]


def _recipients(parts: pd.DataFrame, rule: AllocationRule, vocabulary: Vocabulary) -> pd.Series:
    lead = parts["org_id"] == parts["lead_org_id"]
    if rule == "lead":
        return lead
    areas = stands_for_area(parts["kind"], vocabulary) & (parts["role"] != "vendor")
    some = areas.groupby(parts["project_id"]).transform("any")
    return areas | (lead & ~some)


def _is_complete(project: pd.Series, shares: Floats, grant: Floats) -> npt.NDArray[np.bool_]:
    """Whether the register tells all shares of the project and they are the grant."""
    cents = pd.Series(np.rint(shares * 100))
    total = cents.groupby(project).transform(lambda one: one.sum(skipna=False))
    return np.asarray(total == grant, dtype=bool)


def _divide(project: pd.Series, grant: Floats, weight: Floats) -> npt.NDArray[np.int64]:
    """Cents by weight within each project, by largest remainder, in whole numbers throughout."""
    cents = grant.astype(np.int64)
    parts = pd.Series(weight.astype(np.int64))
    total = parts.groupby(project).transform("sum")
    empty = (total == 0).to_numpy()  # no inhabitants at all: then equally
    parts = parts.where(~empty, 1)
    total = parts.groupby(project).transform("sum")
    share = cents * parts // total
    rest = cents - share.groupby(project).transform("sum")
    remainder = cents * parts % total
    rank = remainder.groupby(project).rank(method="first", ascending=False)
    return np.asarray(share + (rank <= rest), dtype=np.int64)
