"""From which projects a report can be due, as a study declares it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest
from evidence_files import STUDY
from pydantic import ValidationError

from evaltools.evidence import Evidence, check_data, read_tables
from evaltools.problems import ProblemError
from evaltools.study import load_study
from evaltools.study.vocabulary import ReportsDue


class Declaring:
    """The example study with another declaration of whose reports can be due."""

    def __init__(self, due: ReportsDue | None) -> None:
        self.declaration = STUDY.declaration.model_copy(update={"reports_due": due})
        self.words, self.data = STUDY.words, STUDY.data


@pytest.fixture(scope="module")
def tables(pristine: Any) -> dict[str, pd.DataFrame]:
    return read_tables(pristine.folder)


def due(tables: Any, parameters: Any, declared: ReportsDue | None) -> list[str]:
    evidence = Evidence.select(Declaring(declared), tables, parameters)  # type: ignore[arg-type]
    assert evidence.funded == len(evidence.projects)
    found = evidence.projects.loc[evidence.projects["due"], "project_id"].tolist()
    assert len(found) == evidence.N
    return found


# P1 and P2 are of the call of 2019 and have reported, P3 and P4 of that of 2020.


def test_every_funded_project_is_due_where_nothing_is_declared(
    tables: Any, parameters: Any
) -> None:
    assert due(tables, parameters(), None) == ["P1", "P2", "P3", "P4"]


def test_calls_are_due_by_wave(tables: Any, parameters: Any) -> None:
    declared = ReportsDue(calls={"2022": ("2019",), "2023": ("2020",)})
    assert due(tables, parameters(), declared) == ["P1", "P2"]
    later = parameters(wave="2023", cutoff=dt.date(2023, 4, 30))
    assert due(tables, later, declared) == ["P3", "P4"]


def test_no_report_is_due_from_a_project_that_ends_after_the_cut_off(
    tables: Any, parameters: Any
) -> None:
    declared = ReportsDue(calls={"2022": ("2019", "2020")})
    ends = {"P3": "2022-04-30", "P4": "2022-05-01"}
    changed = {**tables, "projects": tables["projects"].copy()}
    days = changed["projects"]["project_id"].map(ends)
    changed["projects"]["ended"] = pd.to_datetime(days).fillna(changed["projects"]["ended"])
    assert due(changed, parameters(cutoff=dt.date(2022, 4, 30)), declared) == ["P1", "P2", "P3"]


def test_a_project_without_an_end_may_go_on_until_the_last_day_of_its_call(
    tables: Any, parameters: Any
) -> None:
    declared = ReportsDue(calls={"2022": ("2019", "2020")})
    of_p4 = tables["projects"]["project_id"] == "P4"
    call = tables["projects"].loc[of_p4, "call_id"].item()
    last = tables["calls"]["projects_end"].mask(
        tables["calls"]["call_id"] == call, pd.Timestamp("2022-05-01")
    )
    changed = {
        **tables,
        "projects": tables["projects"].assign(ended=tables["projects"]["ended"].mask(of_p4)),
        "calls": tables["calls"].assign(projects_end=last),
    }
    assert "P4" not in due(changed, parameters(cutoff=dt.date(2022, 4, 30)), declared)
    assert "P4" in due(changed, parameters(cutoff=dt.date(2022, 5, 1)), declared)


def test_years_and_waves_may_be_written_as_numbers() -> None:
    assert ReportsDue.model_validate({"calls": {2022: [2019]}}).calls == {"2022": ("2019",)}


@pytest.mark.parametrize("column", ["calls.closed_for_all", "projects.own_end"])
def test_a_day_is_held_against_the_cut_off(tables: Any, parameters: Any, column: str) -> None:
    table, _, name = column.partition(".")
    changed = dict(tables)
    frame = tables[table].copy()
    years = tables["calls"].set_index("call_id")["year"]
    year = frame["year"] if table == "calls" else frame["call_id"].map(years)
    ends = year.map({2019: "2022-04-30", 2020: "2022-05-01"})
    frame[name] = pd.to_datetime(ends)
    changed[table] = frame
    declared = ReportsDue(after=column)
    assert due(changed, parameters(), declared) == ["P1", "P2"]
    # Whose day is not known may be due: nothing says that it is not.
    frame.loc[year == 2020, name] = pd.NaT
    assert due(changed, parameters(), declared) == ["P1", "P2", "P3", "P4"]


def test_who_has_reported_was_due_whatever_the_calendar_says(tables: Any, parameters: Any) -> None:
    documents = tables["documents"].copy()
    first = documents.index[documents["project_id"] == "P2"]
    documents.loc[first, "project_id"] = "P4"
    changed = {**tables, "documents": documents}
    declared = ReportsDue(calls={"2022": ("2019",), "2023": ("2020",)})
    assert due(changed, parameters(), declared) == ["P1", "P2", "P4"]


def test_calls_of_which_none_can_be_due_are_told_as_such(tables: Any, parameters: Any) -> None:
    with pytest.raises(ProblemError) as error:
        Evidence.select(STUDY, tables, parameters(calls=("2020",)))
    assert [str(problem) for problem in error.value.problems] == [
        "parameters calls, wave, cutoff: no final report can be due in the wave 2022 from any of "
        "the 2 projects of the calls of 2020; allowed: wave 2022: calls of 2019; wave 2023: calls "
        "of 2020. Choose what has had time to report, or change reports_due in evaluation.yml. "
        "[scope.nobody-due]"
    ]


def test_a_day_that_has_not_come_is_told_with_the_first_that_would_do(
    tables: Any, parameters: Any
) -> None:
    projects = tables["projects"].assign(own_end=pd.Timestamp("2022-10-31"))
    study = Declaring(ReportsDue(after="projects.own_end"))
    with pytest.raises(ProblemError) as error:
        Evidence.select(study, {**tables, "projects": projects}, parameters())  # type: ignore[arg-type]
    (problem,) = error.value.problems
    assert "by 2022-04-30 (projects.own_end) from any of the 4 projects" in str(problem)
    assert problem.allowed == "a cut-off of 2022-10-31 or later"


# Faults of the declaration ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"calls": {"2022": ["2019"]}, "after": "calls.closed"},
        {"after": "closed"},
        {"after": "organisations.closed"},
        {"calls": {"2022": []}},
        {"years": {"2022": ["2019"]}},
    ],
)
def test_one_rule_is_declared_and_nothing_else(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        ReportsDue.model_validate(wrong)


HEAD = """
name: example
title: {en: Example}
parameters:
  calls: {type: choices, default: ["2019"], choices: {"2019": {en: a}, "2020": {en: b}},
          label: {en: Calls}, help: {en: Calls}}
  wave: {type: choice, default: "2022", choices: {"2022": {en: a}, "2023": {en: b}},
         label: {en: Wave}, help: {en: Wave}}
"""


@pytest.mark.parametrize(
    ("told", "what"),
    [
        ("calls: {2022: [2019], 2023: [2020], 2024: [2020]}", "no wave is called '2024'"),
        ("calls: {2022: [2019]}", "has no years for the wave 2023"),
        ("calls: {2022: [2019], 2023: [2021]}", "no call is of the year '2021'"),
        ("{}", "name either `calls`"),
    ],
)
def test_waves_and_years_are_those_of_the_parameters(tmp_path: Any, told: str, what: str) -> None:
    text = f"{HEAD}reports_due: {told}\n" if told == "{}" else f"{HEAD}reports_due:\n  {told}\n"
    (tmp_path / "evaluation.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError, match=r"evaluation\.yml:") as error:
        load_study(tmp_path)
    assert what in str(error.value)


def test_waves_are_declared_where_calls_go_by_them(tmp_path: Any) -> None:
    text = HEAD[: HEAD.index("  wave:")] + "reports_due:\n  calls: {2022: [2019]}\n"
    (tmp_path / "evaluation.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError, match="no parameter of that name is a choice"):
        load_study(tmp_path)


@pytest.mark.parametrize(
    ("column", "what"),
    [
        ("calls.decidd", 'no column "decidd" in calls'),
        ("calls.year", "calls.year holds no days but integers"),
        ("projects.nothing", 'no column "nothing" in projects'),
    ],
)
def test_a_column_that_holds_no_days_is_told(pristine: Any, column: str, what: str) -> None:
    vocabulary = STUDY.declaration.model_copy(update={"reports_due": ReportsDue(after=column)})
    found = [str(problem) for problem in check_data(pristine.folder, vocabulary)]
    assert len(found) == 1
    assert found[0].startswith("evaluation.yml, reports_due.after: ")
    assert what in found[0]
    assert "[study.reports-due]" in found[0]


def test_a_column_of_days_is_no_fault(pristine: Any) -> None:
    due_after = ReportsDue(after="projects.decided")
    vocabulary = STUDY.declaration.model_copy(update={"reports_due": due_after})
    assert check_data(pristine.folder, vocabulary) == []


# Words ------------------------------------------------------------------------------------------


def test_captions_name_whom_conclusions_speak_of() -> None:
    words = STUDY.words("fi")
    assert words("trail.estimand.P") == "kaikki hankkeet, joiden oli määrä raportoida"
    caption = words("evidence_base.unseen", n=52, N=72)
    assert caption.endswith("on 52 ja hankkeita, joiden oli määrä raportoida, 72.")
    undeclared = type(words)("fi")
    assert undeclared("trail.estimand.P") == "kaikki rahoitetut hankkeet"
    assert undeclared("evidence_base.unseen", n=52, N=122).endswith(
        "ja rahoitettuja hankkeita 122."
    )
