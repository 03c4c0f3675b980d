"""Answers, judgements by criterion and recommendations: by rule, and gone with their findings."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape
from itertools import permutations
from pathlib import Path

import pytest
from claims_by_hand import finding, share
from conclusions_by_hand import (
    BEHIND,
    FEW,
    LEADS,
    READ,
    conclusions,
    judged,
    premise,
    text,
    told,
    write_study,
)

from evaltools.findings.conclusion_pages import (
    basis_page,
    conclusions_record,
    glance_page,
    judgement_table,
    recommendation_list,
)
from evaltools.findings.conclusions import (
    Answer,
    Conclusions,
    StrengthRule,
    answer_questions,
    check_premises,
    due_recommendations,
    judge_criteria,
    load_conclusions,
    rate_evidence,
)
from evaltools.findings.declaration import load_findings
from evaltools.findings.lookup import index_numbers
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.problems import ProblemError
from evaltools.study import load_study

ROOT = Path(__file__).parents[2]
WEAKEST = {"relevance": {"weakest_of": ["1.1", "1.2"]}}


@pytest.fixture
def study(tmp_path):
    return write_study(tmp_path)


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
    answer, _ = answer_questions(conclusions(), judgements, index)
    assert (answer.level, answer.premises) == (level, ("it-is-so",))
    assert (answer.strength is None) is (level == "cannot_be_told")
    assert answer.undecided == ((("it-is-so", "too_few"),) if level == "cannot_be_told" else ())
    assert list(due_recommendations(conclusions(), judgements, index)) == due
    recorded = [(each["kind"], each["level"], each["id"])
                for each in conclusions_record(conclusions(), judgements)]  # fmt: skip
    assert ("answer", level, answer.subject) in recorded
    assert [name for kind, _, name in recorded if kind == "recommendation"] == due


@pytest.mark.parametrize(
    ("numbers", "level"),
    [
        ([*READ, *LEADS], "partly"),  # met and partly
        ([*READ, *BEHIND], "not_met"),  # not met and partly
        ([*FEW, *LEADS], "cannot_be_told"),
    ],
)
def test_a_criterion_is_as_its_weakest_answer(numbers, level):
    declared, judgements, index = conclusions(criteria=WEAKEST), judged(numbers), None
    index = index_numbers(numbers)
    answers = answer_questions(declared, judgements, index)
    (criterion,) = judge_criteria(declared, answers, judgements, index)
    assert (criterion.subject, criterion.level) == ("relevance", level)
    assert criterion.questions == ("1.1", "1.2")
    assert criterion.premises == ("it-is-so",)
    assert criterion.strength == (None if level == "cannot_be_told" else "moderate")


@pytest.mark.parametrize(
    ("numbers", "level"),
    [
        ([*READ, *LEADS], "met"),
        ([*READ, *BEHIND], "cannot_be_told"),  # no rule is for that
        ([*FEW, *LEADS], "cannot_be_told"),
    ],
)
def test_a_criterion_can_have_rules_of_its_own(numbers, level):
    rules = {"relevance": {"rules": [{"level": "met", "when": premise("holds")}]}}
    declared, judgements, index = (
        conclusions(criteria=rules),
        judged(numbers),
        index_numbers(numbers),
    )
    (criterion,) = judge_criteria(declared, (), judgements, index)
    assert (criterion.level, criterion.questions) == (level, ())


def alpha(low: float | None) -> Indicator:
    return Indicator(
        key="coding.agreement_by_code.index", value=0.8, unit="index", n=52, estimand="S", low=low,
        high=0.9 if low is not None else None, method="jackknife", level=0.95,
        dimensions=dimensions(code="challenge.staff", statistic="alpha"),
    )  # fmt: skip


FEW_FUNDED = [
    *share("reports.read.share", 5, 8, 8),
    *share("reports.scheme.share", 5, 8, 8),
    *LEADS,
]
COVERED = share("reports.read.share", 60, 72, 72)


@pytest.mark.parametrize(
    ("rule", "numbers", "changes", "level", "concerns"),
    [
        ({}, READ, {}, "moderate", ["interested_party"]),
        ({}, READ, {"evidence_class": "register"}, "high", []),
        ({}, READ, {"evidence_class": "incomplete_register"}, "moderate", ["incomplete_register"]),
        ({"least_coverage": 0.8}, READ, {}, "low", ["interested_party", "reports_read_only"]),
        ({"least_coverage": 0.8}, COVERED, {}, "moderate", ["interested_party"]),
        ({"least_coverage": 0.8}, READ, {"evidence_class": "register"}, "high", []),
        ({"least_alpha": 0.6}, [*READ, alpha(0.5)], {}, "low",
         ["interested_party", "agreement_unproven"]),
        ({"least_alpha": 0.6}, [*READ, alpha(None)], {}, "low",
         ["interested_party", "agreement_unproven"]),
        ({"least_alpha": 0.6}, [*READ, alpha(0.7)], {}, "moderate", ["interested_party"]),
        ({"least_alpha": 0.6}, [*READ, replace(alpha(0.7), level=0.8)], {}, "low",
         ["interested_party", "agreement_unproven"]),
        ({"least_alpha": 0.6, "least_coverage": 0.8}, [*READ, alpha(0.5)], {}, "very_low",
         ["interested_party", "reports_read_only", "agreement_unproven"]),
    ],
)  # fmt: skip
def test_strength_is_a_level_less_for_each_concern(rule, numbers, changes, level, concerns):
    numbers = [*numbers, *LEADS]
    (judgement,) = judged(numbers, **changes)
    found = rate_evidence(judgement, index_numbers(numbers), StrengthRule(**rule))
    assert found == (level, tuple(concerns))


def test_the_table_has_criteria_and_questions_and_leads_to_their_grounds(study):
    table = judgement_table(told(study, conclusions(criteria=WEAKEST), [*READ, *BEHIND]))
    rows = [line for line in table.splitlines() if line.startswith("| ")][1:]
    assert [unescape(row.split(" | ")[0]).removeprefix("| ") for row in rows] == [
        "**Relevance**", "1.1 Is 1.1 so?", "1.2 Is 1.2 so?",
    ]  # fmt: skip
    assert "**[not met](#basis-relevance)**" in rows[0]
    assert "[not met](#basis-1-1)" in rows[1]
    assert "[partly](#basis-1-2)" in rows[2]


def test_a_criterion_that_is_its_one_question_shares_its_row(study):
    one = {"relevance": {"weakest_of": ["1.1"]}}
    declared = {"1.1": [{"level": "met", "when": premise("holds")}]}
    table = judgement_table(
        told(study, conclusions(criteria=one, answers=declared), [*READ, *LEADS])
    )
    assert "| **Relevance.** 1.1 Is 1.1 so? | **[met](#basis-1-1)** | moderate |" in unescape(table)


def test_what_cannot_be_told_says_why(study):
    made = told(study, conclusions(criteria=WEAKEST), [*FEW, *LEADS])
    assert judgement_table(made).count("cannot be told: too few reports") == 2
    assert "**[cannot be told](#basis-relevance)** | not enough" in judgement_table(made)
    # What only too few reports leave open is said once, where judgements lead to.
    page = unescape(basis_page(made))
    assert page.startswith("Not answered: [[1.1]{#basis-1-1}]{#basis-relevance} and [1.2]{#basis")
    assert page.count("too few reports") == 1
    assert "SAID" not in page


def test_no_reason_reads_as_the_cause_of_another(study):
    made = told(study, conclusions(), [*READ, *LEADS])
    for kinds in permutations(("close", "coders_disagree", "depends_on_rule", "too_few"), 2):
        names = ["it-is-so", "it-is-so-again"]
        judgements = {
            name: replace(made.judgements["it-is-so"], case=kind)
            for name, kind in zip(names, kinds, strict=True)
        }
        for language in LANGUAGES:
            words = Words(language)
            open_ = tuple(zip(names, kinds, strict=True))
            answer = Answer("1.1", "cannot_be_told", None, (), undecided=open_)
            why = replace(made, judgements=judgements, words=words).why(answer)
            assert why == "; ".join(words(f"findings.case.{kind}") for kind in kinds)
            assert not re.search(r"\b(det|it|se|beror|depends|riippuu|johtuu)\b", why)


WHY = {"fi": "syy", "sv": "skäl", "en": "nobody looked"}


def test_the_first_page_says_why_a_level_is_no_better_and_groups_what_is_open(study):
    rules = {
        "1.1": [{"level": "partly", "when": premise("holds"), "why": WHY}],
        "1.2": [{"level": "met", "when": premise("holds")}],
    }
    declared = conclusions(answers=rules)
    page = unescape(glance_page({}, told(study, declared, [*READ, *LEADS])))
    assert "**[partly](#basis-1-1)**, nobody looked [(" in page
    assert "**[met](#basis-1-2)** [(" in page
    page = unescape(glance_page({}, told(study, declared, [*FEW, *LEADS])))
    assert page.count("**cannot be told**, too few reports") == 1
    assert page.index("](#basis-1-1) and [") < page.index("](#basis-1-2): **cannot be told**")


def test_of_the_register_projects_are_too_few(study):
    made = told(study, conclusions(), FEW_FUNDED, evidence_class="register")
    assert "cannot be told: too few projects" in judgement_table(made)


def test_grounds_are_the_findings_as_the_report_says_them(study):
    page = basis_page(told(study, conclusions(criteria=WEAKEST), [*READ, *LEADS]))
    anchors = re.findall(r"#(basis-[a-z0-9-]+)\}", page)
    assert anchors == ["basis-relevance", "basis-1-1", "basis-1-2"]
    assert "The judgement is the weakest of the answers to these questions: 1.1 and 1.2." in page
    assert page.count("- SAID it-is-so.") == 2
    assert "moderate (told by an interested party)" in page


def test_every_judgement_leads_to_grounds_that_are_there(study):
    for numbers in ([*READ, *LEADS], [*FEW, *LEADS]):
        made = told(study, conclusions(criteria=WEAKEST), numbers)
        led = set(re.findall(r"\]\(#(basis-[a-z0-9-]+)\)", judgement_table(made)))
        assert led == set(re.findall(r"#(basis-[a-z0-9-]+)\}", basis_page(made)))


CAUSE = {
    "claims_cause": True,
    "contribution": {
        "mechanism": text("Money buys time."),
        "rivals": [
            {"text": text("It would have come anyway."), "premises": []},
            {"text": text("Staff came by itself."),
             "premises": [{"finding": "it-is-so", "supports": ["does_not_hold"],
                           "contradicts": ["holds"]}]},
        ],
        "verdict": "not_shown",
    },
}  # fmt: skip


@pytest.mark.parametrize(
    ("numbers", "state"),
    [
        ([*READ, *LEADS], "**Contradicted by the evidence**"),
        ([*READ, *BEHIND], "**The evidence fits it**"),
        ([*FEW, *LEADS], "**Cannot be told**"),
    ],
)
def test_rival_explanations_stand_under_the_conclusion(study, numbers, state):
    cases = ["holds", "does_not_hold", "cannot_be_told", "too_few"]
    cause = {**CAUSE, "contribution": {**CAUSE["contribution"], "cases": cases}}
    page = basis_page(told(study, conclusions(), numbers, **cause))
    assert "- It would have come anyway. **Not examined**." in page
    assert f"- Staff came by itself. {state}: [“It is so”" in page
    assert "](#ev-it-is-so){.evidence-link}" in page
    assert "The causal link: not shown." in page


def test_rival_explanations_are_of_a_cause_that_is_claimed(study):
    """What the run does not bear out claims no cause, so nothing else need explain it."""
    pages = [
        basis_page(told(study, conclusions(), [*READ, *each], **CAUSE)) for each in (LEADS, BEHIND)
    ]
    assert ["It would have come anyway" in page for page in pages] == [True, False]


def test_an_answer_about_impact_needs_rival_explanations(study):
    answers = {"1.3": [{"level": "met", "when": premise("holds")}]}
    declared = conclusions(answers=answers)
    (problem,) = check_premises(study, declared, {"it-is-so": finding()})
    assert "answers.1.3 says what the scheme brought about by it-is-so" in problem.what
    by_register = finding(**CAUSE, evidence_class="register")
    assert check_premises(study, declared, {"it-is-so": by_register}) == []


@pytest.mark.parametrize("by", [{"finding": "it-is-so"}, {"question": "1.1"}])
def test_the_recipients_own_word_refutes_no_rival_explanation(study, by):
    speaks = {"finding": {"contradicts": ["does_not_hold"]}, "question": {"contradicts": ["met"]}}
    for also, expected in ({}, 0), (speaks[next(iter(by))], 1):
        against = {**by, "supports": ["holds" if "finding" in by else "not_met"], **also}
        rival = {"text": text("They tell what pleases."), "premises": [against]}
        cause = {**CAUSE, "contribution": {**CAUSE["contribution"], "rivals": [rival]}}
        problems = check_premises(study, conclusions(), {"it-is-so": finding(**cause)})
        assert len(problems) == expected
        assert all("told by those who got the grant" in each.what for each in problems)


@pytest.mark.parametrize(
    "changes", [{"claims_cause": True}, {"contribution": CAUSE["contribution"]}]
)
def test_a_causal_claim_and_its_rivals_go_together(changes):
    with pytest.raises(ValueError, match="go together"):
        finding(**changes)


def test_the_list_says_whose_task_it_is_and_which_finding_calls_for_it(study):
    numbers = [*READ, *LEADS]
    made = told(study, conclusions(), numbers)
    due = due_recommendations(conclusions(), judged(numbers), index_numbers(numbers))
    lines = recommendation_list(due, made).splitlines()
    assert unescape(lines[0]) == "- **Funder:** Keep it. (urgent, soon) *Because:* SAID it-is-so."
    assert len(lines) == 2
    assert recommendation_list({}, made) == "No finding calls for a recommendation.\n"


def test_that_nothing_calls_for_a_recommendation_is_not_said_where_nothing_can_be_told(study):
    said = recommendation_list({}, told(study, conclusions(), [*FEW, *LEADS]))
    assert said.startswith("No recommendations are made, since the findings")


def test_a_conclusion_rests_on_findings_that_there_are_and_on_nothing_else(study):
    assert check_premises(study, conclusions(), {"it-is-so": finding()}) == []
    assert len(check_premises(study, conclusions(), {})) == 6
    numbers = {"at_least": {"key": "a.b.share", "value": 0.5}}
    bare = conclusions(answers={"1.1": [{"level": "met", "when": numbers}]}, recommendations={})
    (problem,) = check_premises(study, bare, {"it-is-so": finding()})
    assert "rests on findings, not on 'at_least'" in problem.what


def test_rivals_are_put_to_what_there_is(study):
    strange = {"finding": "no-such-finding", "supports": ["holds"]}
    level = {"question": "1.1", "supports": ["superb"]}
    rivals = [{"text": text("Another."), "premises": [strange, level]}]
    declared = finding(**CAUSE | {"contribution": CAUSE["contribution"] | {"rivals": rivals}})
    found = [each.what for each in check_premises(study, conclusions(), {"it-is-so": declared})]
    assert found == [
        "it-is-so: rival: no finding is called 'no-such-finding'",
        "it-is-so: rival: no answer has the level 'superb'",
    ]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"answers": {"1.1": [{"level": "superb", "when": premise("holds")}]}},
         "'superb' is none of met"),
        ({"criteria": {"relevance": {"weakest_of": ["1.9"]}}}, "question '1.9' is not answered"),
        ({"criteria": {"relevance": {}}}, "give weakest_of or rules"),
        ({"criteria": {"beauty": {"weakest_of": ["1.1"]}}}, "beauty"),
    ],
)  # fmt: skip
def test_what_there_is_not_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        conclusions(**changes)


def test_the_study_answers_every_question_and_judges_every_criterion():
    study = load_study(ROOT)
    declared = load_conclusions(study)
    parts = [part for main in study.declaration.questions for part in main.parts]
    assert list(declared.answers) == [part.id for part in parts]
    assert set(declared.criteria) == {part.criterion for part in parts}


def test_without_answers_there_is_no_table(study):
    assert judgement_table(told(study, Conclusions(), [*READ, *LEADS])) == ""
    assert basis_page(told(study, Conclusions(), [*READ, *LEADS])) == ""


TELLING = {
    "fi": ("kerro", "kerto", "maini", "ilmoi", "esite", "vastan", "annet", "antaa"),
    "sv": ("berätta", "uppge", "nämn", "anger", "ger"),
    "en": ("tell", "told", "said", "mention", "claim", "state", "give", "rate"),
}
ABOUT_TEXT = ("complete-goals-are-few", "pandemic-among-five-commonest", "groups-differ",
              "waves-differ", "silence-is-commoner-than-denial")  # fmt: skip
"""Findings about what the reports' text has, or about how often something is told."""


@pytest.mark.parametrize("language", list(TELLING))
def test_what_projects_tell_of_themselves_is_said_as_told(language):
    for each in load_findings(ROOT).asserted:
        if each.evidence_class != "self_reported" or each.id in ABOUT_TEXT:
            continue
        said = each.sentences["holds"].in_language(language).lower()
        assert any(verb in said for verb in TELLING[language]), (each.id, said)


def test_faults_of_the_file_are_told_with_their_lines(tmp_path):
    rule = [{"level": "met", "when": {"judged": {"finding": "a"}}}]
    content = {"scale": {"met": {"en": "met"}}, "answers": {"9.9": rule, "1.3": rule},
               "criteria": {"relevance": {"weakest_of": ["1.3"]}}}  # fmt: skip
    study = write_study(tmp_path, conclusions=content)
    with pytest.raises(ProblemError) as error:
        load_conclusions(study)
    told = str(error.value)
    assert re.search(r"conclusions\.yml:\d+: no question is called '9\.9'", told)
    assert re.search(r"conclusions\.yml:\d+: '1\.3' is no question of relevance", told)
