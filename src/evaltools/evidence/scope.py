"""Scope: which projects and reports the parameters leave, and what to say when none is left."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from evaltools.evidence.places import located
from evaltools.evidence.quoting import listed
from evaltools.problems import Problem, ProblemError
from evaltools.study import Parameters

MUNICIPAL = "municipality"
_NARROWING = ("calls", "wave", "cutoff", "region", "municipality_group")


def register(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """All projects with what is known of their lead and of who takes part.

    Returns the columns of projects and `year` (of the call), `lead_name_fi`, `lead_kind`,
    `region_code`, `municipality_group`, `size_class`, `population` (of the lead),
    `organisations` and `municipalities` (that lead or take part; a vendor does not) and `joint`:
    several municipalities take part, or the call funds nothing else, since public sources often
    do not name the partners.
    """
    calls = tables["calls"][["call_id", "year", "joint_only"]]
    frame = tables["projects"].merge(calls, on="call_id")
    frame = frame.sort_values("project_id").reset_index(drop=True)
    lead = located(frame, "lead_org_id", tables)
    frame["lead_name_fi"] = lead["name_fi"]
    frame["lead_kind"] = lead["kind"]
    for column in ("region_code", "municipality_group", "size_class", "population"):
        frame[column] = lead[column]
    taking_part = tables["participations"]
    taking_part = taking_part[taking_part["role"] != "vendor"]
    kinds = tables["organisations"].set_index("org_id")["kind"]
    municipal = (taking_part["org_id"].map(kinds) == MUNICIPAL).fillna(False)
    for name, rows in (("organisations", taking_part), ("municipalities", taking_part[municipal])):
        counts = rows.groupby("project_id")["org_id"].nunique()
        frame[name] = frame["project_id"].map(counts).fillna(0).astype("int64")
    frame["joint"] = (frame["municipalities"] > 1) | frame.pop("joint_only").astype(bool)
    return frame


def within(projects: pd.DataFrame, parameters: Parameters, *, calls: bool = True) -> pd.DataFrame:
    """Projects of `register` that the parameters leave; with `calls` False, of any call."""
    keep = projects["decided"] <= pd.Timestamp(parameters.cutoff)
    if calls:
        keep &= projects["year"].astype("string").isin(list(parameters.calls))
    for name, column in (("region", "region_code"), ("municipality_group", "municipality_group")):
        value = getattr(parameters, name)
        if value != "all":
            keep &= (projects[column] == value).fillna(False)
    return projects[keep].reset_index(drop=True)


def final_reports(
    documents: pd.DataFrame, projects: pd.DataFrame, wave: str, parameters: Parameters
) -> pd.DataFrame:
    """Final reports of a wave that had come in by the cut-off, of the given projects."""
    keep = (
        (documents["kind"] == "final")
        & (documents["wave"].astype("string") == wave)
        & (documents["received"] <= pd.Timestamp(parameters.cutoff))
        & documents["project_id"].isin(projects["project_id"])
    )
    return documents[keep].sort_values(["project_id", "document_id"]).reset_index(drop=True)


def nothing_left(
    projects: pd.DataFrame, documents: pd.DataFrame, parameters: Parameters
) -> ProblemError:
    """What to say where no final report is left: which parameter to widen, and to what.

    Arguments:
        projects: all, as `register` gives them.
        documents: all.
        parameters: those that leave nothing.
    """
    finals = documents.loc[documents["kind"] == "final", ["project_id", "wave", "received"]].merge(
        projects, on="project_id"
    )
    facts = pd.DataFrame(
        {
            "calls": finals["year"].astype("string"),
            "wave": finals["wave"].astype("string"),
            "cutoff": finals[["received", "decided"]].max(axis=1).dt.strftime("%Y-%m-%d"),
            "region": finals["region_code"],
            "municipality_group": finals["municipality_group"],
        }
    )
    cutoff = parameters.cutoff.isoformat()
    holds = pd.DataFrame(
        {
            "calls": facts["calls"].isin(list(parameters.calls)),
            "wave": facts["wave"] == parameters.wave,
            "cutoff": facts["cutoff"] <= cutoff,
            "region": (facts["region"] == parameters.region) | (parameters.region == "all"),
            "municipality_group": (facts["municipality_group"] == parameters.municipality_group)
            | (parameters.municipality_group == "all"),
        }
    ).fillna(False)
    chosen = "; ".join(f"{name} {_shown(parameters, name)}" for name in _NARROWING)
    problems = []
    for name in _NARROWING:
        others = holds.drop(columns=name).all(axis=1)
        if not others.any():
            continue
        counts = facts.loc[others, name].value_counts().sort_index()
        there = listed(f"{value} ({count})" for value, count in counts.items())
        if name == "cutoff":
            there = f"{counts.index[0]} or later"
        problems.append(
            Problem(
                f"parameter {name}",
                f"{_shown(parameters, name)} leaves no final report (of {chosen})",
                f"{there}, the other parameters as they are",
                "Choose one of these, or widen another parameter.",
                "scope.empty",
            )
        )
    if not problems:
        waves = listed(
            f"{wave} ({count})" for wave, count in facts["wave"].value_counts().sort_index().items()
        )
        problems.append(
            Problem(
                "parameters",
                f"no final report is left (of {chosen})",
                f"reports by wave: {waves or 'none in the data'}",
                "Widen more than one of these parameters.",
                "scope.empty",
            )
        )
    return ProblemError(problems)


def _shown(parameters: Parameters, name: str) -> str:
    value = getattr(parameters, name)
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    return str(value)
