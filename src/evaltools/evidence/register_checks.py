"""Rules of the register: leads, areas in their year, reports after their project."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from evaltools.evidence.cell_problems import ROW, CellProblem, NumberedTables, Rule, iterate_rows
from evaltools.evidence.messages import list_values, plain_number, quote_value, suggest_value


def check_leads(frames: NumberedTables) -> Iterator[CellProblem]:
    """Every project has one lead, the same in projects and participations."""
    projects = frames["projects"]
    participations = frames["participations"]
    leads = participations[participations["role"] == "lead"].dropna(subset=["project_id"])
    first = leads.drop_duplicates("project_id").set_index("project_id")
    for _, row in leads[leads.duplicated("project_id")].iterrows():
        before = first.loc[row["project_id"]]
        what = (
            f"project {quote_value(row['project_id'])} has a second lead, "
            f"{quote_value(row['org_id'])}; the first is {quote_value(before['org_id'])} "
            f"in row {int(before[ROW])}"
        )
        allowed, remedy = "one lead for each project", "Make one of them a partner."
        yield CellProblem(
            "participations", int(row[ROW]), "role", what, allowed, remedy, "data.lead"
        )
    lead_of, told = first["org_id"].to_dict(), frames.as_told("participations")
    for project, lead, row in iterate_rows(projects, "project_id", "lead_org_id"):
        if pd.isna(project) or pd.isna(lead) or lead_of.get(project) == lead:
            continue
        if project not in lead_of:
            what = f"project {quote_value(project)} has no lead in {told}"
            allowed = "one lead for each project"
            remedy = f"Add a row to {told} with role lead and {quote_value(lead)}."
            yield CellProblem("projects", row, "lead_org_id", what, allowed, remedy, "data.lead")
        else:
            what = (
                f"{quote_value(lead)} is not the lead in {told}, row "
                f"{int(first.loc[project, ROW])}: {quote_value(lead_of[project])}"
            )
            allowed, remedy = "the same lead in both", "Correct the one that is wrong."
            yield CellProblem("projects", row, "lead_org_id", what, allowed, remedy, "data.lead")


def check_area_years(frames: NumberedTables) -> Iterator[CellProblem]:
    """Who takes part has an area that was there in the year of the decision, or of the call."""
    register, told = frames["areas"], frames.as_told("areas")
    known = set(register["code"].dropna())
    coded = frames["organisations"].dropna(subset=["area_code"])
    for _, row in coded[~coded["area_code"].isin(sorted(known))].iterrows():
        code = str(row["area_code"])
        yield CellProblem(
            "organisations",
            int(row[ROW]),
            "area_code",
            f"{quote_value(code)} is not in {told} in any year",
            f"a {frames.as_told('areas', 'code')} of {told}",
            _successor(frames, code) or suggest_value(code, known) or "Correct the code.",
            "data.area",
        )
    needed = ("participations", "projects", "calls")
    if register["year"].isna().all() or not all(table in frames for table in needed):
        return
    parts = (
        frames["participations"][["project_id", "org_id", ROW]]
        .merge(coded[["org_id", "area_code"]], on="org_id")
        .merge(frames["projects"][["project_id", "call_id", "decided"]], on="project_id")
        .merge(frames["calls"][["call_id", "year"]], on="call_id")
        .dropna(subset=["decided", "year"])
    )
    parts = parts[parts["area_code"].isin(sorted(known))]
    pairs = set(zip(register["year"], register["code"], strict=True))
    years = sorted({int(year) for year in register["year"].dropna()})
    for organisation, code, day, called, row in iterate_rows(
        parts, "org_id", "area_code", "decided", "year"
    ):
        decided, call = day.year, int(called)
        if (decided, code) in pairs or (call, code) in pairs:
            continue
        when = f"{decided}, the year of the decision"
        if call != decided:
            when += f", nor in {call}, the year of the call"
        if decided not in years and call not in years:
            remedy = f"{told} has the years {list_values(years)}: add the rows of {decided}."
        else:
            remedy = _successor(frames, str(code)) or "Correct the organisation or the year."
        what = (
            f"{quote_value(organisation)} has the area code {quote_value(code)}, which was not in "
            f"{told} in {when}"
        )
        allowed = "an area of that year"
        yield CellProblem("participations", row, "org_id", what, allowed, remedy, "data.area-year")


def _successor(frames: NumberedTables, code: str) -> str:
    changes = frames.get("area_changes")
    if changes is None:
        return ""
    ended = changes[(changes["ended_code"] == code).fillna(False)]
    for _, row in ended.iterrows():
        return (
            f"{row['ended_name']} ended on {row['in_force']:%Y-%m-%d}; its successor is "
            f"{row['successor_code']} {row['successor_name']}."
        )
    return ""


def check_report_dates(frames: NumberedTables) -> Iterator[CellProblem]:
    """A final report comes once in a wave, after its project has ended."""
    documents = frames["documents"]
    finals = documents[documents["kind"] == "final"]
    merged = finals.merge(frames["projects"][["project_id", "ended"]], on="project_id")
    for _, row in merged[merged["received"] < merged["ended"]].iterrows():
        what = (
            f"a final report received on {row['received']:%Y-%m-%d}, before project "
            f"{quote_value(row['project_id'])} ended on {row['ended']:%Y-%m-%d}"
        )
        allowed = "a day after the end of the project"
        remedy = "Correct the date, or the kind if it is an interim report."
        yield CellProblem(
            "documents", int(row[ROW]), "received", what, allowed, remedy, "data.received"
        )
    for _, row in finals[finals.duplicated(["project_id", "wave"])].iterrows():
        yield CellProblem(
            "documents",
            int(row[ROW]),
            "project_id",
            f"project {quote_value(row['project_id'])} has a second final report"
            + ("" if pd.isna(row["wave"]) else f" in wave {row['wave']}"),
            "one final report of a project in a wave",
            "Keep the one that holds.",
            "data.report-twice",
        )


def check_shares(frames: NumberedTables) -> Iterator[CellProblem]:
    """The known shares of a project are together at most its grant."""
    projects = frames["projects"].dropna(subset=["project_id"])
    parts = frames["participations"][["project_id", "share_amount"]]
    totals = parts.groupby("project_id")["share_amount"].sum().to_dict()
    for project, grant, row in iterate_rows(projects, "project_id", "grant"):
        shares = totals.get(project, 0.0)
        if shares > 0 and not pd.isna(grant) and shares > grant + 0.005:
            what = (
                f"{plain_number(grant)}, but the shares in {frames.as_told('participations')} "
                f"are together {plain_number(round(shares, 2))}"
            )
            allowed, remedy = "shares of at most the grant", "Correct the grant or a share."
            yield CellProblem("projects", row, "grant", what, allowed, remedy, "data.share")


def check_ties(frames: NumberedTables) -> Iterator[CellProblem]:
    """An earlier tie names two organisations, the lower identifier first, so that it is one."""
    ties = frames["prior_ties"].dropna(subset=["org_a", "org_b"])
    for one, other, row in iterate_rows(ties, "org_a", "org_b"):
        if one >= other:
            what = f"{quote_value(other)} does not come after {quote_value(one)}"
            allowed = "two organisations, the lower identifier first"
            remedy = "Turn them round, or take the row out."
            yield CellProblem("prior_ties", row, "org_b", what, allowed, remedy, "data.tie-order")


def check_decision_dates(frames: NumberedTables) -> Iterator[CellProblem]:
    """A project is decided on or after the day its call opened, or the year of its call."""
    merged = frames["projects"][["call_id", "decided", ROW]].merge(
        frames["calls"][["call_id", "year", "opened"]], on="call_id"
    )
    merged = merged.dropna(subset=["decided", "year"])
    for call, decided, year, opened, row in iterate_rows(
        merged, "call_id", "decided", "year", "opened"
    ):
        first = pd.Timestamp(int(year), 1, 1) if pd.isna(opened) else opened
        if decided < first:
            when = f"of {int(year)}" if pd.isna(opened) else f"that opened on {opened:%Y-%m-%d}"
            what = f"decided on {decided:%Y-%m-%d}, before its call {quote_value(call)} {when}"
            allowed = "a day after the call opened"
            remedy = "Correct the date, or the call of the project."
            yield CellProblem("projects", row, "decided", what, allowed, remedy, "data.decided")


def check_size_classes(frames: NumberedTables) -> Iterator[CellProblem]:
    """An organisation's size class is one of the study's, and that of its own population."""
    vocabulary = frames.vocabulary
    classes = vocabulary.areas.size_classes
    organisations = frames["organisations"].dropna(subset=["size_class"])
    for name, population, row in iterate_rows(organisations, "size_class", "population"):
        right = None if pd.isna(population) else vocabulary.size_class(int(population))
        if classes and name not in classes:
            what = f"{quote_value(name)} is not in the size classes of evaluation.yml"
            allowed = list_values(classes)
            remedy = (
                suggest_value(str(name), classes) or "Choose one of these, or declare it there."
            )
            yield CellProblem(
                "organisations", row, "size_class", what, allowed, remedy, "data.size-class"
            )
        elif right is not None and name != right:
            what = f"{quote_value(name)}, but the population is {int(population)}"
            allowed = f"the class of the population, {quote_value(right)}"
            remedy = (
                "Correct one of the two, or leave the class empty: it follows from the population."
            )
            yield CellProblem(
                "organisations", row, "size_class", what, allowed, remedy, "data.size-class"
            )


REGISTER_RULES = (
    Rule(check_decision_dates, ("projects", "calls")),
    Rule(check_size_classes, ("organisations",)),
    Rule(check_shares, ("projects", "participations")),
    Rule(check_ties, ("prior_ties",)),
    Rule(
        check_leads,
        ("projects", "participations"),
        {"participations": ("project_id", "org_id", "role")},
    ),
    Rule(
        check_area_years,
        ("areas", "organisations"),
        {"areas": ("year", "code")},
    ),
    Rule(check_report_dates, ("documents", "projects")),
)
