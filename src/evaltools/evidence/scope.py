"""Scope: places, which projects and reports the parameters leave, and what to say of none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from evaltools.evidence.computed_once import once_of_tables
from evaltools.problems import Problem, ProblemError, list_values
from evaltools.study import Parameters, Vocabulary

COLUMNS = ["kind", "name_fi", "area_code"]
Left = Mapping[str, tuple[tuple[str, int], ...]]
"""By parameter the values that would leave something, with how much; of the cut-off the earliest
day."""


class EmptyScopeError(ProblemError):
    """Parameters that leave nothing to examine.

    Arguments:
        problems: one of each parameter that could be another; else one of them all.
        left: what these parameters could be, the others as they are.
    """

    def __init__(self, problems: Iterable[Problem], left: Left) -> None:
        super().__init__(problems)
        self.left = left

    def __reduce__(self) -> tuple[type[EmptyScopeError], tuple[Any, ...]]:
        return type(self), (self.problems, self.left)


def geography_columns(vocabulary: Vocabulary) -> list[str]:
    """What is known of a place: the columns by which the study tells leads apart, then its size."""
    own = [one.column for one in vocabulary.dimensions.values() if one.of == "lead"]
    return [*dict.fromkeys(own), "size_class", "population"]


def add_geography(
    frame: pd.DataFrame, org: str, tables: Mapping[str, pd.DataFrame], vocabulary: Vocabulary
) -> pd.DataFrame:
    """What is known of the organisations in the column `org`, in the year of each row.

    That is the year of the day `decided`, or else the call's `year`. Returns a frame with the same
    index and the columns `kind`, `name_fi`, `area_code`, and those of `geography_columns`.
    """
    organisations = tables["organisations"].dropna(subset=["org_id"]).set_index("org_id")
    own = organisations.reindex(frame[org]).set_index(frame.index)
    codes = own["area_code"]
    in_decision = _areas(tables, codes, frame["decided"].dt.year.astype("Int64"))
    in_call = _areas(tables, codes, frame["year"])
    geography = own[COLUMNS].copy()
    for column in geography_columns(vocabulary):
        if column != "size_class":
            sides = [side[column] for side in (in_decision, in_call, own) if column in side]
            geography[column] = sides[0] if sides else pd.Series(pd.NA, own.index, dtype="string")
            for side in sides[1:]:
                geography[column] = geography[column].fillna(side)
    classes = [
        pd.NA if pd.isna(number) else vocabulary.size_class(int(number)) or pd.NA
        for number in geography["population"]
    ]
    by_population = pd.Series(pd.array(classes, dtype="string"), index=frame.index)
    geography["size_class"] = by_population.fillna(own["size_class"])
    return geography[[*COLUMNS, *geography_columns(vocabulary)]]


def _areas(tables: Mapping[str, pd.DataFrame], codes: pd.Series, years: pd.Series) -> pd.DataFrame:
    areas = tables["areas"]
    if areas["year"].isna().all():
        known = areas.drop(columns="year").drop_duplicates("code").set_index("code")
        return known.reindex(codes).set_index(codes.index)
    wanted = pd.MultiIndex.from_arrays([years, codes], names=["year", "code"])
    return areas.set_index(["year", "code"]).reindex(wanted).set_index(codes.index)


ALL = "all"
"""The value of a dimension, or of the wave, that leaves every project."""


@once_of_tables
def join_register(tables: Mapping[str, pd.DataFrame], vocabulary: Vocabulary) -> pd.DataFrame:
    """All projects with what is known of their call, of their lead and of who takes part.

    Returns the columns of projects and `year` (of the call; where that is not known, the
    project's own, or that of the decision), `lead_name_fi`, `lead_kind`, the columns of the
    study's dimensions, `last_day` (its end, or where that is not known the last day of projects
    of its call), `size_class`, `population` (of the lead), `organisations` and `areas` (that lead
    or take part; a vendor does not) and `joint`: several areas take part, or the call funds nothing
    else, since public sources often do not name the partners.
    """
    of_call = _columns(vocabulary, "call")
    table, _, column = _due_day(vocabulary).partition(".")
    wanted = dict.fromkeys(("call_id", "year", "joint_only", "projects_end", *of_call))
    calls = tables["calls"][list(wanted)]
    frame = tables["projects"].rename(columns={"year": "own_year"})
    if column:
        if table == "calls":
            days = tables["calls"].dropna(subset=["call_id"]).set_index("call_id")[column]
            frame["report_due"] = frame["call_id"].map(days)
        else:
            frame["report_due"] = frame[column]
    frame = frame.merge(calls.dropna(subset=["call_id"]), on="call_id", how="left")
    frame = frame.sort_values("project_id").reset_index(drop=True)
    if "own_year" in frame:
        frame["year"] = frame["year"].fillna(frame.pop("own_year"))
    frame["year"] = frame["year"].fillna(frame["decided"].dt.year.astype("Int64"))
    # A project whose own end is not known may go on until the last day that its call allows.
    frame["last_day"] = frame["ended"].fillna(frame.pop("projects_end"))
    of_lead = _columns(vocabulary, "lead")
    lead = add_geography(frame, "lead_org_id", tables, vocabulary)
    frame["lead_name_fi"] = lead["name_fi"]
    frame["lead_kind"] = lead["kind"]
    for column in (*of_lead, "size_class", "population"):
        frame[column] = lead[column]
    taking_part = tables["participations"]
    taking_part = taking_part[taking_part["role"] != "vendor"]
    kinds = tables["organisations"].set_index("org_id")["kind"]
    areas = stands_for_area(taking_part["org_id"].map(kinds), vocabulary)
    for name, rows in (("organisations", taking_part), ("areas", taking_part[areas])):
        counts = rows.groupby("project_id")["org_id"].nunique()
        frame[name] = frame["project_id"].map(counts).fillna(0).astype("int64")
    joint_only = frame.pop("joint_only").fillna(False).astype(bool)
    frame["joint"] = (frame["areas"] > 1) | joint_only
    return frame


def _due_day(vocabulary: Vocabulary) -> str:
    due = vocabulary.reports_due
    return (due.after if due else None) or ""


def _columns(vocabulary: Vocabulary, of: str) -> tuple[str, ...]:
    columns = (one.column for one in vocabulary.dimensions.values() if one.of == of)
    return tuple(dict.fromkeys(columns))


def stands_for_area(kinds: pd.Series, vocabulary: Vocabulary) -> pd.Series:
    """Whether organisations of these kinds stand for an area; all where no kind is named."""
    wanted = vocabulary.areas.organisation
    if wanted is None:
        return pd.Series(True, index=kinds.index, dtype=bool)
    return (kinds == wanted).fillna(False).astype(bool)


def in_calls(years: pd.Series, parameters: Parameters) -> pd.Series:
    """Whether years are those of the calls that were chosen; all are where none was."""
    if not parameters.calls:
        return pd.Series(True, index=years.index, dtype=bool)
    return years.astype("string").isin(list(parameters.calls))


def is_chosen(values: pd.Series, choice: str | tuple[str, ...]) -> pd.Series:
    """Whether values of a column are what was chosen of a dimension; `all` is every one."""
    choices = (choice,) if isinstance(choice, str) else choice
    if ALL in choices:
        return pd.Series(True, index=values.index, dtype=bool)
    return values.astype("string").isin(list(choices))


def projects_in_scope(
    projects: pd.DataFrame,
    parameters: Parameters,
    vocabulary: Vocabulary,
    *,
    calls: bool = True,
) -> pd.DataFrame:
    """Projects of `register` that the parameters leave; with `calls` False, of any call."""
    keep = ~(projects["decided"] > pd.Timestamp(parameters.cutoff))
    if calls:
        keep &= in_calls(projects["year"], parameters)
    for name, dimension in vocabulary.dimensions.items():
        keep &= is_chosen(projects[dimension.column], getattr(parameters, name))
    return projects[keep].reset_index(drop=True)


def can_report(
    projects: pd.DataFrame, parameters: Parameters, vocabulary: Vocabulary, end: str = "last_day"
) -> pd.Series:
    """Whether a final report can be due from projects of the register, as the study declares it.

    Every one can where the study declares nothing (`ReportsDue`).

    Arguments:
        end: column of the day after which a project is over; one without a day may be.
    """
    due = vocabulary.reports_due
    if due is None:
        return pd.Series(True, index=projects.index, dtype=bool)
    if due.calls is not None:
        over = ~(projects[end] > pd.Timestamp(parameters.cutoff))
        return over & _of_wave(projects, due.calls, parameters)
    return ~(projects["report_due"] > pd.Timestamp(parameters.cutoff))


def _of_wave(
    projects: pd.DataFrame, calls: Mapping[str, tuple[str, ...]], parameters: Parameters
) -> pd.Series:
    """Whether the wave examines projects, by the years of its calls."""
    wave = parameters.wave
    years = [year for name, own in calls.items() if wave in (ALL, name) for year in own]
    return projects["year"].astype("string").isin(years)


def final_reports(
    documents: pd.DataFrame, projects: pd.DataFrame, wave: str, parameters: Parameters
) -> pd.DataFrame:
    """Final reports of a wave that had come in by the cut-off, of the given projects.

    Of every wave together it is the last report of each project.
    """
    keep = (
        (documents["kind"] == "final").fillna(False)
        & is_chosen(documents["wave"], wave)
        & ~(documents["received"] > pd.Timestamp(parameters.cutoff))
        & documents["project_id"].isin(projects["project_id"])
    )
    finals = documents[keep]
    if wave == ALL:
        by = ["project_id", "wave", "received", "document_id"]
        finals = finals.sort_values(by, na_position="first").drop_duplicates(
            "project_id", keep="last"
        )
    return finals.sort_values(["project_id", "document_id"]).reset_index(drop=True)


def refuse_nobody_due(
    projects: pd.DataFrame, parameters: Parameters, vocabulary: Vocabulary
) -> None:
    """Refuse calls of which none can have sent a final report, however wide the scope is else.

    Arguments:
        projects: all there are, as `join_register` gives them.

    Raises ProblemError with the calls or the day from which a report can be due.
    """
    due = vocabulary.reports_due
    decided = ~(projects["decided"] > pd.Timestamp(parameters.cutoff))
    chosen = projects[decided & in_calls(projects["year"], parameters)]
    # One of which the register has no end may have ended, and reported, before its call's last day.
    if due is None or chosen.empty or can_report(chosen, parameters, vocabulary, "ended").any():
        return
    calls = list_values(sorted(set(chosen["year"].dropna().astype("string")))) or "unknown years"
    named = [name for name in ("calls", "wave", "cutoff") if name in parameters.declarations]
    of_wave = chosen[_of_wave(chosen, due.calls, parameters)] if due.calls is not None else chosen
    if due.calls is not None and not of_wave.empty:
        when = f"by {_format_value(parameters, 'cutoff')}, before which none has ended,"
        allowed = f"a cut-off of {of_wave['ended'].min():%Y-%m-%d} or later"
    elif due.calls is not None:
        when = f"in the wave {_format_value(parameters, 'wave')}"
        allowed = "; ".join(
            f"wave {wave}: calls of {list_values(years)}" for wave, years in due.calls.items()
        )
    else:
        when = f"by {_format_value(parameters, 'cutoff')} ({due.after})"
        allowed = f"a cut-off of {chosen['report_due'].min():%Y-%m-%d} or later"
    raise ProblemError(
        [
            Problem(
                f"parameter{'s' * (len(named) > 1)} {', '.join(named)}",
                f"no final report can be due {when} from any of the {len(chosen)} projects of the "
                f"calls of {calls}",
                allowed,
                "Choose what has had time to report, or change reports_due in evaluation.yml.",
                "scope.nobody-due",
            )
        ]
    )


def explain_empty_scope(
    projects: pd.DataFrame,
    documents: pd.DataFrame,
    parameters: Parameters,
    vocabulary: Vocabulary,
) -> EmptyScopeError:
    """What to say where no final report is left: which parameter to widen, and to what.

    Of a study that has no final report it is said of its projects. `projects` and `documents` are
    all there are, as `join_register` gives them.
    """
    dimensions = vocabulary.dimensions
    finals = documents.loc[documents["kind"] == "final", ["project_id", "wave", "received"]]
    what = "final report" if len(finals) else "project"
    found = finals.merge(projects, on="project_id") if len(finals) else projects
    days = found[["received", "decided"]] if len(finals) else found[["decided"]]
    facts = {
        "calls": found["year"].astype("string"),
        "cutoff": days.max(axis=1).dt.strftime("%Y-%m-%d"),
    }
    holds = {
        "calls": in_calls(found["year"], parameters),
        "cutoff": ~(facts["cutoff"] > parameters.cutoff.isoformat()),
    }
    if len(finals):
        facts["wave"] = found["wave"].astype("string")
        holds["wave"] = is_chosen(found["wave"], parameters.wave)
    for name, dimension in dimensions.items():
        facts[name] = found[dimension.column]
        holds[name] = is_chosen(found[dimension.column], getattr(parameters, name))
    declared = parameters.declarations
    names = [
        one for one in ("calls", "wave", "cutoff", *dimensions) if one in facts and one in declared
    ]
    selection = "; ".join(f"{name} {_format_value(parameters, name)}" for name in names)
    fits = pd.DataFrame(holds).fillna(False).astype(bool)
    problems = []
    left: dict[str, tuple[tuple[str, int], ...]] = {}
    for name in names:
        others = fits.drop(columns=name).all(axis=1)
        if not others.any():
            continue
        counts = facts[name][others].value_counts().sort_index()
        if counts.empty:
            continue
        left[name] = tuple((str(value), int(count)) for value, count in counts.items())
        available = list_values(f"{value} ({count})" for value, count in left[name])
        if name == "cutoff":
            left[name] = left[name][:1]
            available = f"{counts.index[0]} or later"
        problems.append(
            Problem(
                f"parameter {name}",
                f"{_format_value(parameters, name)} leaves no {what} (of {selection})",
                f"{available}, the other parameters as they are",
                "Choose one of these, or widen another parameter.",
                "scope.empty",
            )
        )
    if not problems:
        problems.append(
            Problem(
                "parameters",
                f"no {what} is left (of {selection})",
                f"reports by wave: {_by_wave(facts.get('wave'))}" if len(finals) else "",
                "Widen more than one of these parameters.",
                "scope.empty",
            )
        )
    return EmptyScopeError(problems, left)


def _by_wave(waves: Iterable[str] | None) -> str:
    counts = pd.Series(waves, dtype="string").value_counts().sort_index()
    return list_values(f"{wave} ({count})" for wave, count in counts.items()) or "none in the data"


def _format_value(parameters: Parameters, name: str) -> str:
    value = getattr(parameters, name)
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value)
    return str(value)
