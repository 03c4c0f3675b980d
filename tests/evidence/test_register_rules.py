"""Rules of the register: leads, municipalities in their year, money, reports."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaltools.evidence import load_descriptor
from evaltools.evidence.cell_values import ROW, NumberedTables
from evaltools.evidence.register_checks import check_facts
from evaltools.study import Vocabulary

ROOT = Path(__file__).parents[2]
Spoil = Callable[[Any], Any]


def _later_call(p: Any) -> Any:
    p.change("calls", 3, year="2021")
    return p


def _before_register(p: Any) -> Any:
    p.tables["municipalities"] = [r for r in p.tables["municipalities"] if r["year"] != "2019"]
    return p.write("municipalities")


def _second_report(p: Any) -> Any:
    row = p.tables["documents"][0] | {"document_id": "D4"}
    p.add("readings", document_id="D4", coder_id="A", round="1", complete="true")
    return p.add("documents", **row)


MISTAKES: dict[str, tuple[Spoil, tuple[str, ...]]] = {
    "shares": (
        lambda p: p.change("participations", 10, share_eur="250"),
        (
            "data/register/projects.csv, row 5, column grant_eur: 300, but the shares in "
            "participations are together 350; allowed: shares of at most the grant. Correct the "
            "grant or a share. [data.share]",
        ),
    ),
    "appropriations": (
        lambda p: p.add(
            "appropriations", year="2020", amount_eur="1", source="https://example.org"
        ).change("appropriations", 2, amount_eur="10399"),
        (
            "data/register/projects.csv, row 4, column grant_eur: the grants come to 10400.01, and "
            "appropriations to 10400; the largest is 10000; allowed: grants of at most what was "
            "appropriated. Correct a grant, or add what is missing there. [data.grants]",
        ),
    ),
    "awards": (
        lambda p: p.change("calls", 2, applications="3", granted="4"),
        (
            "data/register/calls.csv, row 2, column granted: 4 granted of 3 applications; allowed: "
            "at most the number of applications. Correct one of the two. [data.granted]",
        ),
    ),
    "tie-order": (
        lambda p: p.change("prior_ties", 2, org_a="O2", org_b="O1"),
        (
            'data/register/prior_ties.csv, row 2, column org_b: "O1" does not come after "O2"; '
            "allowed: two organisations, the lower identifier first. Turn them round, or take "
            "the row out. [data.tie-order]",
        ),
    ),
    "no-lead": (
        lambda p: p.change("participations", 6, role="partner"),
        (
            'data/register/projects.csv, row 3, column lead_org_id: project "P2" '
            "has no lead in participations; allowed: one lead for each project. "
            'Add a row to participations with role lead and "O3". [data.lead]',
        ),
    ),
    "two-leads": (
        lambda p: p.change("participations", 3, role="lead"),
        (
            'data/register/participations.csv, row 3, column role: project "P1" '
            'has a second lead, "O2"; the first is "O1" in row 2; allowed: one '
            "lead for each project. Make one of them a partner. [data.lead]",
        ),
    ),
    "other-lead": (
        lambda p: p.change("projects", 5, lead_org_id="O1"),
        (
            'data/register/projects.csv, row 5, column lead_org_id: "O1" is not '
            'the lead in participations, row 10: "O2"; allowed: the same lead in '
            "both. Correct the one that is wrong. [data.lead]",
        ),
    ),
    "municipality-ended": (
        _later_call,
        (
            'data/register/participations.csv, row 9, column org_id: "O6" has the '
            'area code "099", which was not in municipalities in 2021, the '
            "year of the decision; allowed: an area of that year. Honkajoki "
            "ended on 2021-01-01; its successor is 214 Kankaanpää. "
            "[data.area-year]",
        ),
    ),
    "municipality-unknown": (
        lambda p: p.change("organisations", 2, municipality_code="006"),
        (
            "data/register/organisations.csv, row 2, column municipality_code: "
            '"006" is not in municipalities in any year; allowed: a code of '
            "municipalities. Correct the code. [data.area]",
        ),
    ),
    "municipality-year": (
        _before_register,
        (
            'data/register/participations.csv, row 2, column org_id: "O1" has the '
            'area code "005", which was not in municipalities in 2019, the '
            "year of the decision; allowed: an area of that year. "
            "municipalities has the years 2020, 2021: add the rows of 2019. "
            "[data.area-year]",
            'data/register/participations.csv, row 3, column org_id: "O2" has the '
            'area code "010", which was not in municipalities in 2019, the '
            "year of the decision; allowed: an area of that year. "
            "municipalities has the years 2020, 2021: add the rows of 2019. "
            "[data.area-year]",
        ),
    ),
    "decided": (
        lambda p: p.change("projects", 2, decided="2018-12-31"),
        (
            "data/register/projects.csv, row 2, column decided: decided on 2018-12-31, before its "
            'call "2019" that opened on 2019-05-01; allowed: a day after the call opened. '
            "Correct the date, or the call of the project. [data.decided]",
        ),
    ),
    "size-class": (
        lambda p: p.change("organisations", 2, size_class="50000_99999", population="49999"),
        (
            'data/register/organisations.csv, row 2, column size_class: "50000_99999", but the '
            'population is 49999; allowed: the class of the population, "20000_49999". Correct '
            "one of the two, or leave the class empty: it follows from the population. "
            "[data.size-class]",
        ),
    ),
    "received": (
        lambda p: p.change("documents", 2, received="2021-12-30"),
        (
            "data/reports/documents.csv, row 2, column received: a final report "
            'received on 2021-12-30, before project "P1" ended on 2021-12-31; '
            "allowed: a day after the end of the project. Correct the date, or the "
            "kind if it is an interim report. [data.received]",
        ),
    ),
    "report-twice": (
        _second_report,
        (
            'data/reports/documents.csv, row 5, column project_id: project "P1" '
            "has a second final report in wave 2022; allowed: one final report of "
            "a project in a wave. Keep the one that holds. [data.report-twice]",
        ),
    ),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_is_told_with_place_finding_rule_and_remedy(package: Any, kind: str) -> None:
    spoil, messages = MISTAKES[kind]
    spoil(package)
    assert package.problems() == list(messages)


def test_a_municipality_of_the_year_of_the_call_may_take_part(package: Any) -> None:
    """Honkajoki ended between the call of 2020 and its decisions of January 2021."""
    rows = package.tables["municipalities"]
    assert not [row for row in rows if row["code"] == "099" and row["year"] == "2021"]
    assert package.tables["participations"][7] == {
        "project_id": "P3", "org_id": "O6", "role": "partner", "share_eur": "", "source": "",
    }  # fmt: skip
    assert package.problems() == []


def test_grants_are_held_against_appropriations_of_all_their_years_only(package: Any) -> None:
    package.change("appropriations", 2, amount_eur="1")
    assert package.problems() == []


def test_a_share_that_a_law_sets_is_one_of_a_whole() -> None:
    rows = {"unit": ["share", "share", "euros"], "value": [0.85, 85, 85]}
    facts = pd.DataFrame({"fact_id": ["a", "b", "c"], ROW: [2, 3, 4]} | rows)
    (found,) = check_facts.check(
        NumberedTables({"facts": facts}, Vocabulary(), load_descriptor(ROOT / "data"))
    )
    assert (found.row, found.column, found.what) == (3, "value", "85 is no share")


def test_an_organisation_outside_the_register_of_municipalities_is_no_mistake(
    package: Any,
) -> None:
    package.change("organisations", 4, municipality_code="")
    assert package.problems() == []


def test_of_a_lead_that_is_not_filled_in_only_the_empty_cell_is_told(package: Any) -> None:
    package.change("participations", 6, org_id="")
    assert [one for one in package.problems() if "lead" in one] == []
    assert any("row 6, column org_id: the cell is empty" in one for one in package.problems())


def test_a_passage_of_no_document_is_told_as_an_empty_cell(package: Any) -> None:
    package.change("segments", 2, document_id="")
    assert any("row 2, column document_id: the cell is empty" in one for one in package.problems())
