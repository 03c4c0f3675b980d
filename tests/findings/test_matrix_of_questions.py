"""The evaluation matrix: what it shows, and what it finds wrong with the study's questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaltools.findings.declaration import Finding
from evaltools.findings.judgement import judge
from evaltools.findings.matrix import departures, matching, matrix_page, matrix_problems
from evaltools.findings.sentences import Part
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Indicator
from evaltools.study import Study, find_study
from evaltools.study.schema import MainQuestion

ROOT = Path(__file__).parents[2]
INDICATORS = (
    Indicator("challenge.staff.share", 0.6, "share", 6, 10),
    Indicator("challenge.staff.share", 0.6, "share", 6, 10, None, "S", 0.3, 0.83, "wilson", 0.95),
    Indicator("challenge.aims.share", 0.2, "share", 2, 10),
    Indicator("challenge.aims.denied.share", 0.1, "share", 1, 10),
)
CODES, TABLES = ("challenge.staff", "challenge.aims"), ("relations",)
LABELS = {"challenge.staff": "henkilöstö"}

PART: dict[str, Any] = {
    "id": "1.1",
    "text": {"fi": "Mikä haittasi?", "sv": "Vad?", "en": "What?"},
    "criterion": "effectiveness",
    "indicators": ["challenge.*.share"],
    "evidence": {"codes": ["challenge.*"], "tables": ["relations"]},
    "findings": ["staff-leads"],
    "method": {"text": {"fi": "m", "sv": "m", "en": "m"}, "intervals": ["wilson"]},
}


def finding(name: str, value: float, asserted: bool = True) -> Finding:
    text = {"fi": "Henkilöstö haittaa.", "sv": "Personal.", "en": "Staff hampers."}
    condition = {"at_least": {"key": "challenge.staff.share", "value": value}}
    return Finding.model_validate(
        {
            "id": name,
            "where": "findings.yml:1",
            "text": text,
            "asserted": asserted,
            "estimand": "D",
            "condition": condition,
            "counter_evidence": {"none_found": text},
            "evidence": [{"code": "challenge.staff"}] if asserted else [],
            "evidence_class": "self_reported",
        }
        | ({} if asserted else {"source": "vm2022", "reading": text})
    )


JUDGED = judge([finding("staff-leads", 0.5)], INDICATORS, "D")


@pytest.fixture
def asking() -> Callable[..., Study]:
    """The study with one question, changed in some places."""
    study = find_study(ROOT)

    def build(**changes: Any) -> Study:
        main = {"id": "1", "text": PART["text"], "parts": [PART | changes]}
        question = MainQuestion.model_validate(main)
        declaration = study.declaration.model_copy(update={"questions": (question,)})
        return Study(study.root, declaration)

    return build


def found(study: Study) -> Mapping[str, str]:
    problems = matrix_problems(study, INDICATORS, JUDGED, CODES, TABLES)
    return {problem.code: str(problem) for problem in problems}


def test_a_question_that_is_answered_has_no_problem(asking: Callable[..., Study]) -> None:
    assert found(asking()) == {}


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"evidence": {}}, "matrix.no-evidence", "1.1: has no evidence"),
        ({"indicators": []}, "matrix.no-indicator", "has no indicator"),
        ({"indicators": ["response.*.share"]}, "matrix.indicator", "'response.*.share'"),
        ({"evidence": {"codes": ["goal.*"]}}, "matrix.code", "no code 'goal.*'"),
        ({"evidence": {"tables": ["ratings"]}}, "matrix.table", "no table 'ratings'"),
        ({"findings": ["nobody-said"]}, "matrix.finding", "'nobody-said'"),
    ],
)
def test_what_a_question_lacks_is_told(
    asking: Callable[..., Study], changes: dict[str, Any], code: str, words: str
) -> None:
    assert words in found(asking(**changes))[code]


def test_everything_that_is_wrong_is_told_at_once(asking: Callable[..., Study]) -> None:
    wrong = asking(indicators=["nothing.share"], evidence={}, findings=["nobody-said"])
    assert set(found(wrong)) == {"matrix.indicator", "matrix.no-evidence", "matrix.finding"}


def test_a_planned_method_that_was_not_used_is_a_departure_that_must_be_told(
    asking: Callable[..., Study],
) -> None:
    method = PART["method"] | {"intervals": ["wilson", "newcombe"]}
    assert "'newcombe'" in found(asking(method=method))["matrix.method"]
    text = {"fi": "a", "sv": "a", "en": "a"}
    told = asking(method=method, departures=[{"what": text, "why": text}])
    assert found(told) == {}


def test_a_method_has_nothing_to_be_used_for_where_nothing_could_be_computed(
    asking: Callable[..., Study],
) -> None:
    none = [Indicator("challenge.staff.share", None, "share", note="no reports")]
    judged = judge([finding("staff-leads", 0.5)], INDICATORS, "D")
    assert matrix_problems(asking(), none, judged, CODES, TABLES) == []


def test_an_identifier_is_used_once(asking: Callable[..., Study]) -> None:
    assert "two questions" in found(asking(id="1"))["matrix.repeated"]


def test_a_pattern_stays_within_one_part_of_a_name() -> None:
    names = ["goal.a.share", "goal.a.denied.share", "goals.b.share"]
    assert matching("goal.*.share", names) == ["goal.a.share"]
    assert matching("goal.a.share", names) == ["goal.a.share"]
    assert matching("goal.?.share", names) == []


def cells(page: str, first: str) -> list[str]:
    row = next(line for line in page.splitlines() if first in line and line.startswith("|"))
    return [cell.strip() for cell in row.strip("|").split("|")]


def test_a_row_leads_from_question_to_judgement(asking: Callable[..., Study]) -> None:
    page = matrix_page(asking(), INDICATORS, JUDGED, Words("fi"), LABELS)
    question, evidence, judged = cells(page, "Mikä haittasi")
    assert question.endswith("Mikä haittasi? Kriteeri: tuloksellisuus.")
    assert evidence.startswith("haasteet (2). ")  # keys are for programs
    assert "challenge" not in evidence
    assert "taulut: " in evidence
    assert judged == "Henkilöstö haittaa: pitää paikkansa"
    assert "{#tbl-matrix-1}" in page


@pytest.mark.parametrize(
    ("value", "words"), [(0.5, "pitää paikkansa"), (0.7, "ei pidä paikkaansa")]
)
def test_the_judgement_follows_the_numbers(
    asking: Callable[..., Study], value: float, words: str
) -> None:
    judged = judge([finding("staff-leads", value)], INDICATORS, "D")
    page = matrix_page(asking(), INDICATORS, judged, Words("fi"), LABELS)
    assert cells(page, "Mikä haittasi")[-1] == f"Henkilöstö haittaa: {words}"


def test_a_sentence_that_follows_the_outcome_has_none_behind_it(
    asking: Callable[..., Study],
) -> None:
    (judged,) = judge([finding("staff-leads", 0.7)], INDICATORS, "D")
    said = replace(judged, said={"fi": (Part("Joka toisella se haittaa."),)})
    page = matrix_page(asking(), INDICATORS, [said], Words("fi"), LABELS)
    assert cells(page, "Mikä haittasi")[-1] == "Joka toisella se haittaa"


def test_statements_of_others_are_counted_apart_from_the_reports_own(
    asking: Callable[..., Study],
) -> None:
    others = [finding("a", 0.5, asserted=False), finding("b", 0.7, asserted=False)]
    judged = judge(others, INDICATORS, "D")
    page = matrix_page(asking(findings=["a", "b"]), INDICATORS, judged, Words("en"), LABELS)
    last = cells(page, "What?")[-1]
    assert last == "statements of others examined 2: holds 1 and does not hold 1"


def test_a_finding_that_does_not_exist_is_shown_as_such(asking: Callable[..., Study]) -> None:
    page = matrix_page(asking(findings=["nobody"]), INDICATORS, JUDGED, Words("en"), LABELS)
    assert cells(page, "What?")[-1] == "nobody: no such finding"


def test_departures_stand_in_a_table_and_in_lines_for_the_build(
    asking: Callable[..., Study],
) -> None:
    what = {"fi": "Ei laskettu.", "sv": "Inte.", "en": "Not done."}
    why = {"fi": "Aineisto puuttui.", "sv": "Saknas.", "en": "No data."}
    study = asking(departures=[{"what": what, "why": why}])
    assert departures(study, "en") == ["1.1: Not done. No data."]
    page = matrix_page(study, INDICATORS, JUDGED, Words("fi"), LABELS)
    assert cells(page, "Aineisto puuttui")[1:] == ["Ei laskettu.", "Aineisto puuttui."]
    assert "{#tbl-departures}" in page
    assert "poikkeamat" not in matrix_page(asking(), INDICATORS, JUDGED, Words("fi"), LABELS)


def test_words_of_the_study_are_shown_and_do_nothing(asking: Callable[..., Study]) -> None:
    text = {"fi": "<script>|{{< include x >}}", "sv": "a", "en": "a"}
    page = matrix_page(asking(text=text), INDICATORS, JUDGED, Words("fi"), LABELS)
    assert "<script>" not in page
    assert "{{<" not in page


def test_the_study_asks_the_two_questions_of_the_release_in_six_to_nine_parts() -> None:
    asked = find_study(ROOT).declaration.questions
    assert [main.id for main in asked] == ["1", "2"]
    assert 6 <= sum(len(main.parts) for main in asked) <= 9
    criteria = {part.criterion for main in asked for part in main.parts}
    assert len(criteria) == 6


def test_a_criterion_that_nobody_knows_is_refused(asking: Callable[..., Study]) -> None:
    with pytest.raises(ValueError, match="criterion"):
        asking(criterion="usefulness")


@pytest.mark.parametrize("asserted", [True, False])
def test_of_few_reports_neither_the_report_nor_others_are_borne_out(asserted: bool) -> None:
    few = (*INDICATORS, Indicator("reports.read.share", 0.9, "share", 9, 10))
    (judged,) = judge([finding("staff-leads", 0.5, asserted=asserted)], few, "D")
    assert (judged.outcome, judged.case) == ("cannot_be_told", "too_few")
    enough = (*INDICATORS, Indicator("reports.read.share", 1.0, "share", 10, 10))
    (judged,) = judge([finding("staff-leads", 0.5, asserted=asserted)], enough, "D")
    assert judged.outcome == "holds"
