"""Cases: chosen as the rule says, counted again from the CSV files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from recount_scope import Choice, Scope, read
from recount_themes import rooted

from evaltools.evidence import Evidence, read_tables
from evaltools.indicators.case_selection import (
    CaseRule,
    Value,
    choose_cases,
    open_codes,
    project_measures,
    told_themes,
)

ROOT = Path(__file__).parents[2]
SCOPES = [
    Choice(),
    Choice(calls=("2020",), wave="2023"),
    Choice(coder_rule="any"),
    Choice(municipality_group="rural", coder_rule="all"),
]


@pytest.fixture(scope="module")
def files(study):
    return read(study.data), read_tables(study.data)


def rule(**declared):
    return TypeAdapter(CaseRule).validate_python(declared)


RULES = {
    "typical": rule(
        rule="typical", measures=["organisations", "challenges", "goals_achieved", "lasting"]
    ),
    "largest_grant": rule(rule="extreme", measure="grant"),
    "fewest": rule(rule="extreme", measure="responses", end="smallest"),
    "deviant": rule(
        rule="deviant", measure="goals_achieved", given="challenges", expected="falls"
    ),
}  # fmt: skip


def evidence_of(study, tables, choice):
    values = {"calls": list(choice.calls), "wave": choice.wave, "coder_rule": choice.coder_rule,
              "municipality_group": choice.municipality_group}  # fmt: skip
    return Evidence.select(study, tables, study.parameters(values))


def test_a_case_departs_from_the_others_only_where_they_differ():
    """Of projects that all have no challenge none departs from a relation to challenges."""

    def measured(challenges):
        return {
            f"P{place}": {
                "challenges": Value.of(number), "goals_achieved": Value.of(place, 4),
                "grant": Value.of(100),
            }
            for place, number in enumerate(challenges)
        }  # fmt: skip

    rules = {name: RULES[name] for name in ("deviant", "largest_grant")}
    assert choose_cases(rules, measured([0, 0, 0])) == ()
    assert [case.name for case in choose_cases(rules, measured([0, 0, 3]))] == ["deviant"]


def count_again(scope):
    """Each measure of each project as an exact pair (numerator, denominator), or None."""
    status = {row["document_id"]: row["public_status"] for row in scope.tables["documents"]}
    kept = rooted(scope)
    found = {}
    for document, project in scope.reports.items():
        if status[document] != "public":
            continue

        def told(kind, document=document):
            codes = [code for code, of in scope.codes.items() if of == kind]
            return sum(scope.state(document, code) == "yes" for code in codes)

        goals = [row for row in scope.own("goals") if row["project"] == project]
        achieved = [row for row in goals if row["attainment"] == "achieved"]
        rows = [row for row in kept if row["project"] == project]
        register = scope.projects[project]
        found[project] = {
            "grant": None if register["grant"] is None else (register["grant"], 1),
            "organisations": (len(register["partners"]), 1),
            "challenges": (told("challenge"), 1),
            "responses": (told("response"), 1),
            "results": (told("result"), 1),
            "goals": (len(goals), 1),
            "goals_achieved": (len(achieved), len(goals)) if goals else None,
            "goals_measured": (
                sum(row["measured_by"] == "measured" for row in achieved),
                len(goals),
            )
            if goals
            else None,
            "lasting": (sum(row["all_three"] for row in rows), len(rows)) if rows else None,
        }
    return found


def middle_ranks(values):
    """Ranks from 1; those of equals are their mean."""
    ordered = sorted(values.values())
    places = {}
    for place, value in enumerate(ordered, start=1):
        places.setdefault(value, []).append(place)
    return {name: sum(places[v]) / len(places[v]) for name, v in values.items()}


def choose_again(measures):
    """The four cases of RULES, chosen by loops."""
    taken = []

    def known(*names):
        return {
            project: [own[name][0] / own[name][1] for name in names]
            for project, own in measures.items()
            if all(own[name] is not None for name in names)
        }

    def best(scores):
        left = {project: score for project, score in scores.items() if project not in taken}
        top = max(left.values())
        taken.append(min(project for project, score in left.items() if score == top))

    four = known("organisations", "challenges", "goals_achieved", "lasting")
    ranks = [middle_ranks({p: v[at] for p, v in four.items()}) for at in range(4)]
    centre = (len(four) + 1) / 2
    best({p: -sum(abs(rank[p] - centre) for rank in ranks) for p in four})
    best({p: v[0] for p, v in known("grant").items()})
    best({p: -v[0] for p, v in known("responses").items()})
    pair = known("goals_achieved", "challenges")
    of, given = (middle_ranks({p: v[at] for p, v in pair.items()}) for at in range(2))
    best({p: abs(of[p] - (len(pair) + 1 - given[p])) for p in pair})
    return taken


@pytest.mark.parametrize("choice", SCOPES, ids=str)
def test_measures_and_cases_are_those_of_the_files(study, files, choice):
    rows, tables = files
    scope = Scope(rows, choice)
    counted = count_again(scope)
    measures = project_measures(evidence_of(study, tables, choice))
    assert {
        project: {
            name: None if value.number is None else float(value.number)
            for name, value in own.items()
        }
        for project, own in measures.items()
    } == {
        project: {name: None if pair is None else pair[0] / pair[1] for name, pair in own.items()}
        for project, own in counted.items()
    }
    chosen = choose_cases(RULES, measures)
    assert [case.project for case in chosen] == choose_again(counted)
    assert len({case.project for case in chosen}) == len(RULES)


def made(**projects):
    """Measures of projects by hand: challenges and grant; the others are none."""
    return {
        name: {"challenges": Value.of(challenges),
               "grant": Value(None) if grant is None else Value.of(grant)}
        for name, (challenges, grant) in projects.items()
    }  # fmt: skip


def test_of_equals_the_first_by_identifier_is_taken_whatever_their_order():
    projects = {"b": (1, 50), "c": (2, 50), "a": (3, 10)}
    for order in ("abc", "cba"):
        measures = made(**{name: projects[name] for name in order})
        (case,) = choose_cases({"most": rule(rule="extreme", measure="grant")}, measures)
        assert (case.project, case.tied, case.compared) == ("b", 1, 3)
        assert case.medians == {"grant": 50}


def test_who_is_a_case_already_is_passed_over_and_who_lacks_a_measure_is_not_compared():
    measures = made(a=(9, 90), b=(8, 10), c=(1, None))
    rules = {
        "first": rule(rule="extreme", measure="grant"),
        "second": rule(rule="extreme", measure="challenges"),
        "third": rule(rule="extreme", measure="grant", end="smallest"),
    }
    chosen = choose_cases(rules, measures)
    assert [(case.name, case.project, case.compared) for case in chosen] == [
        ("first", "a", 2),
        ("second", "b", 3),
    ]


def test_the_deviant_case_turns_with_what_is_expected():
    measures = made(a=(1, 10), b=(2, 20), c=(3, 30), d=(9, 11))
    falls = rule(rule="deviant", measure="grant", given="challenges", expected="falls")
    rises = rule(rule="deviant", measure="grant", given="challenges", expected="rises")
    assert choose_cases({"it": rises}, measures)[0].project == "d"
    assert choose_cases({"it": falls}, measures)[0].project == "a"


def test_nothing_sensitive_and_nothing_withheld_is_told_of_a_single_project(study, files):
    evidence = evidence_of(study, files[1], Choice())
    told = {
        code for own in told_themes(evidence).values() for codes in own.values() for code in codes
    }
    assert told
    assert {code.partition(".")[0] for code in told} == {"goal", "result", "challenge", "response"}
    protected = study.declaration.disclosure.model_copy(update={"sensitive": {"c*": "cells"}})
    hidden = replace(evidence, disclosure=protected)
    assert not [code for code in open_codes(hidden) if code.startswith("challenge.")]
    assert all(own["challenges"].x == 0 for own in project_measures(hidden).values())


@pytest.mark.parametrize("status", ["secret", "partly_secret"])
def test_a_report_that_is_not_public_as_a_whole_is_no_case(study, files, status):
    tables = dict(files[1])
    first = choose_cases(RULES, project_measures(evidence_of(study, tables, Choice())))
    documents = tables["documents"].copy()
    hit = documents["project_id"].eq(first[1].project).to_numpy(dtype=bool)
    documents.loc[hit, "public_status"] = status
    tables["documents"] = documents
    measures = project_measures(evidence_of(study, tables, Choice()))
    assert first[1].project not in measures
    assert len(measures) == 51
