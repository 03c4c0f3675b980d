"""Answers and recommendations: by rule from findings, and gone when these are."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from claims_by_hand import finding, share, shares

from evaltools.findings.conclusions import (
    Conclusions,
    answer_questions,
    check_premises,
    due_recommendations,
    judgement_table,
    load_conclusions,
    recommendation_list,
)
from evaltools.findings.judgement import judge
from evaltools.findings.lookup import index_numbers
from evaltools.i18n.messages import Words
from evaltools.problems import ProblemError
from evaltools.study import load_study

ROOT = Path(__file__).parents[2]
READ = share("reports.read.share", 52, 122, 122)
FEW = share("reports.read.share", 5, 8, 8)
LEADS = shares(staff=37, partners=12)
BEHIND = shares(staff=12, partners=37)
TEXTS = {case: {"fi": case} for case in ("holds", "does_not_hold", "cannot_be_told")}


def text(words: str) -> dict[str, str]:
    return {"fi": words, "sv": words, "en": words}


def premise(*cases: str) -> dict[str, Any]:
    return {"judged": {"finding": "it-is-so", "cases": list(cases)}}


def advice(words: str, priority: str, *cases: str) -> dict[str, Any]:
    return {"text": text(words), "to": text("Funder"), "priority": priority,
            "time": text("soon"), "when": premise(*cases)}  # fmt: skip


DECLARED = Conclusions.model_validate(
    {
        "scale": {"met": text("met"), "not_met": text("not met")},
        "answers": {
            "1.1": [
                {"level": "met", "when": premise("holds")},
                {"level": "not_met", "when": premise("does_not_hold")},
            ]
        },
        "recommendations": {
            "later": advice("Look again.", "low", "holds"),
            "now": advice("Keep it.", "high", "holds"),
            "other": advice("Mend it.", "medium", "does_not_hold", "none"),
        },
    }
)


def judged(indicators: list[Any]) -> Any:
    return judge([finding(sentences=TEXTS)], indicators, "D")


@pytest.mark.parametrize(
    ("numbers", "level", "due"),
    [
        ([*READ, *LEADS], "met", ["now", "later"]),
        ([*READ, *BEHIND], "not_met", ["other"]),
        ([*FEW, *LEADS], "cannot_be_told", []),
    ],
)
def test_answers_and_recommendations_follow_the_finding(numbers, level, due):
    judgements, index = judged(numbers), index_numbers(numbers)
    (answer,) = answer_questions(DECLARED, judgements, index)
    assert (answer.level, answer.premises) == (level, ("it-is-so",))
    assert (answer.strength is None) is (level == "cannot_be_told")
    assert list(due_recommendations(DECLARED, judgements, index)) == due


def test_a_self_reported_answer_is_no_stronger_than_its_finding():
    numbers = [*READ, *LEADS]
    (answer,) = answer_questions(DECLARED, judged(numbers), index_numbers(numbers))
    assert answer.strength == "moderate"


def test_the_list_says_whose_task_it_is_or_that_there_is_none():
    numbers = [*READ, *LEADS]
    due = due_recommendations(DECLARED, judged(numbers), index_numbers(numbers))
    lines = recommendation_list(due, Words("en")).splitlines()
    assert lines[0].startswith("- **Funder:** Keep it. ")
    assert len(lines) == 2
    assert recommendation_list({}, Words("en")) == "No finding calls for a recommendation.\n"


def test_a_conclusion_rests_on_findings_that_there_are_and_on_nothing_else():
    assert check_premises(DECLARED, {"it-is-so"}) == []
    assert len(check_premises(DECLARED, set())) == 5
    numbers = {"at_least": {"key": "a.b.share", "value": 0.5}}
    bare = Conclusions.model_validate(
        {"scale": {"met": text("met")}, "answers": {"1.1": [{"level": "met", "when": numbers}]}}
    )
    (problem,) = check_premises(bare, {"it-is-so"})
    assert "rests on findings, not on 'at_least'" in problem.what


def test_a_level_that_the_scale_does_not_have_is_refused():
    rule = {"level": "superb", "when": premise("holds")}
    with pytest.raises(ValueError, match="'superb' is none of met"):
        Conclusions.model_validate({"scale": {"met": text("met")}, "answers": {"1.1": [rule]}})


def test_the_study_answers_every_question_in_its_table():
    study = load_study(ROOT)
    conclusions = load_conclusions(study)
    parts = [part.id for main in study.declaration.questions for part in main.parts]
    assert list(conclusions.answers) == parts
    assert judgement_table(study, conclusions, (), study.words("fi")) == ""


def test_faults_of_the_file_are_told_with_their_lines(tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "evaluation.yml").write_text("name: s\ntitle: {en: S}\n", encoding="utf-8")
    (tmp_path / "data").mkdir()
    rule = "{level: met, when: {judged: {finding: a}}}"
    content = f'scale: {{met: {{en: met}}}}\nanswers:\n  "9.9": [{rule}]\n'
    (tmp_path / "reports" / "conclusions.yml").write_text(content, encoding="utf-8")
    with pytest.raises(ProblemError, match=r"conclusions\.yml:3: no question is called '9\.9'"):
        load_conclusions(load_study(tmp_path))
