"""Findings that no data could turn, and evidence that is about something else, are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from claims_by_hand import READ, declared, finding, outcome, share

from evaltools.findings.conditions import Condition
from evaltools.findings.declaration import load_findings
from evaltools.findings.judgement import uncompared_codes
from evaltools.findings.soundness import can_come_out
from evaltools.problems import ProblemError

SHARE, OTHER = "challenge.staff.share", "challenge.aims.share"
WORDS = ("none", "few", "some", "most", "nearly_all", "all")


def least(value: float, key: str = SHARE, **more: Any) -> dict[str, Any]:
    return {"at_least": {"key": key, "value": value, **more}}


def most(value: float, key: str = SHARE, **more: Any) -> dict[str, Any]:
    return {"at_most": {"key": key, "value": value, **more}}


def word(name: str, key: str = SHARE) -> dict[str, Any]:
    return {"quantity": {"key": key, "word": name}}


def order(*keys: str, ties: str = "refused") -> dict[str, Any]:
    return {"order": {"keys": list(keys), "ties": ties}}


RANKS = [
    {"order": {"keys": [SHARE, OTHER]}},
    {"greatest": {"key": SHARE, "of": "challenge.*.share"}},
    {"leads": {"of": "challenge.*.share"}},
    {"among_top": {"keys": [SHARE], "of": "challenge.*.share", "first": 2}},
    {"order": {"keys": ["challenge.staff.x", "challenge.aims.x"]}},
    {"any": [least(0.5), {"order": {"keys": [SHARE, OTHER], "estimand": "D"}}]},
]


def check(root, condition, evidence, estimand):
    """What is said of a finding when it is read."""
    (root / "reports").mkdir(exist_ok=True)
    try:
        load(root, condition=condition, evidence=evidence, estimand=estimand)
    except ProblemError as error:
        return [str(problem) for problem in error.problems]
    return []


@pytest.mark.parametrize("condition", RANKS, ids=str)
def test_what_is_told_more_often_must_be_so_beyond_chance(tmp_path, condition):
    for estimand, refused in (("P", "estimand': 'D'" in str(condition)), ("D", True)):
        found = check(tmp_path, condition, [{"code": "challenge.*"}], estimand)
        told = [each for each in found if "told of more often, in the reports read alone" in each]
        assert bool(told) is refused, (estimand, found)


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        (["goals.achieved.share", "goals.partly.share"], "goals.achieved.share"),
        (["goals.stated.count", "reports.read.x"], "goals.stated.count"),
        (["sustainability.owner.share", SHARE], "sustainability.owner.share"),
        ([SHARE, "challenge.aims.bounds"], "challenge.aims.bounds"),
    ],
)
def test_an_order_whose_margin_no_run_knows_is_refused(tmp_path, keys, key):
    evidence = [{"code": "challenge.*"}, {"table": "goals"}, {"table": "sustainability"},
                {"table": "documents"}]  # fmt: skip
    (told,) = check(tmp_path, {"order": {"keys": keys}}, evidence, "P")
    assert f"order compares {key}, whose margin no run knows" in told
    assert "Compare such shares, or ask each number for a limit of its own." in told


def test_what_a_register_counts_is_known_whole_and_has_an_order(tmp_path):
    keys = [f"projects.funded.by.region.{region}.count" for region in ("01", "02")]
    assert check(tmp_path, {"order": {"keys": keys}}, [{"table": "projects"}], "D") == []


def test_codes_that_no_record_compares_have_no_order():
    codes = ["goal.a", "goal.b", "result.a", "result.c"]
    pairs = [("goal.a", "goal.b"), ("result.a", "result.c"), ("goal.a", "result.a")]

    def told(condition):
        return [each.what for each in uncompared_codes([finding(condition)], codes, pairs)]

    def order_of(*names):
        return {"order": {"keys": [f"{name}.share" for name in names]}}

    assert told(order_of("result.a", "goal.a")) == []
    assert told(order_of("goal.b", "goal.a")) == []
    assert told(order_of("result.c", "goal.b")) == [
        "it-is-so: no record compares result.c with goal.b"
    ]
    across = {"greatest": {"key": "goal.a.share", "of": "result.*.share"}}
    assert told(across) == ["it-is-so: no record compares goal.a with result.c"]
    states = {"order": {"keys": ["goal.*.silent.share", "goal.*.denied.share"]}}
    assert told(states) == []  # of one code no report has both


CASES = ["holds", "does_not_hold", "cannot_be_told"]
TRUE = [
    least(0),
    least(-1),
    least(0, "goals.stated.count"),
    least(0, "reports.read.x"),
    most(1),
    most(1.5),
    {"any": [word(each) for each in WORDS]},
    {"any": [word(each) for each in ("none", "few", "some", "most")]},
    {"any": [least(0.5), most(0.5)]},
    {"any": [least(0.5), most(0.7)]},
    {"any": [least(0.5), {"none": [least(0.5)]}]},
    {"none": [{"all": [least(0.7), most(0.3)]}]},
    {"none": [least(1.1)]},
    {"none": [{"all": [word("few"), word("most")]}]},
    {"any": [least(0.9), least(0)]},
    {"all": [least(0), most(1)]},
    {"any": [order(SHARE, OTHER, ties="allowed"), order(OTHER, SHARE, ties="allowed")]},
    order(SHARE, SHARE, ties="allowed"),
    {"equals": {"key": SHARE, "other": SHARE}},
    {"leads": {"of": SHARE}},
    {"greatest": {"key": SHARE, "of": SHARE}},
    {"any": [{"leads": {"of": "challenge.*.share"}},
             {"none": [{"leads": {"of": "challenge.*.share"}}]}]},
    {"judged": {"finding": "two", "cases": CASES}},
    {"any": [{"judged": {"finding": "two", "cases": [case]}} for case in CASES]},
]  # fmt: skip
FALSE = [
    least(1.01),
    most(-0.01),
    most(-1, "goals.stated.count"),
    {"all": [least(0.7), most(0.3)]},
    {"all": [word("few"), word("most")]},
    {"all": [least(0.5), {"none": [least(0.5)]}]},
    {"none": [{"any": [word(each) for each in WORDS]}]},
    {"none": [least(0)]},
    order(SHARE, SHARE),
    {"all": [order(SHARE, OTHER), order(OTHER, SHARE)]},
    {"equals": {"key": "goals.stated.count", "number": -1.0}},
]
OPEN = [
    least(0.01),
    least(1),
    most(0.99),
    most(0),
    least(1, "goals.stated.count"),
    most(1, "goals.stated.count"),
    least(0, "optimism_gap.by.item.permanence.difference"),
    word("none"),
    word("all"),
    {"any": [word(each) for each in WORDS[:3]]},
    {"any": [least(0.7), most(0.3)]},
    {"all": [least(0.5), most(0.5)]},
    {"any": [least(0.5), most(0.5, OTHER)]},
    {"any": [least(0.5, limit="low"), most(0.5, limit="high")]},
    {"any": [order(SHARE, OTHER), order(OTHER, SHARE)]},
    {"none": [least(0.5)]},
    {"leads": {"of": "challenge.*.share"}},
    {"equals": {"key": "reports.read.x", "number": 52.0}},
    {"judged": {"finding": "two"}},
    {"judged": {"finding": "two", "cases": ["holds", "cannot_be_told"]}},
]


def condition(given: dict[str, Any]) -> Condition:
    return Condition.model_validate(given)


@pytest.mark.parametrize("given", TRUE, ids=str)
def test_condition_that_no_data_can_make_false_is_seen(given):
    assert not can_come_out(condition(given), False)


@pytest.mark.parametrize("given", FALSE, ids=str)
def test_condition_that_no_data_can_make_true_is_seen(given):
    assert not can_come_out(condition(given), True)


@pytest.mark.parametrize("given", OPEN, ids=str)
def test_condition_that_data_can_turn_is_let_be(given):
    assert can_come_out(condition(given), True)
    assert can_come_out(condition(given), False)


def load(root: Path, **finding: Any) -> None:
    (root / "reports").mkdir(exist_ok=True)
    content = {"findings": {"one": declared() | finding}}
    text = yaml.safe_dump(content, sort_keys=False)
    (root / "reports" / "findings.yml").write_text(text, encoding="utf-8")
    load_findings(root, behind={"savings.claimed": "saving.claimed"})


def told(root: Path, **finding: Any) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        load(root, **finding)
    return [str(problem) for problem in caught.value.problems]


def test_it_is_refused_with_the_line_of_its_condition(tmp_path):
    (problem,) = told(tmp_path, condition=least(0), evidence=[{"code": "challenge.staff"}])
    text = (tmp_path / "reports" / "findings.yml").read_text(encoding="utf-8").splitlines()
    line = next(n for n, each in enumerate(text, 1) if each.strip().startswith("condition:"))
    assert problem.startswith(
        f"reports/findings.yml:{line}: one: the condition is one that no data"
    )


def test_the_finding_that_was_published_is_refused_for_both_reasons(tmp_path):
    found = told(
        tmp_path,
        condition=least(0, "reports.read.share"),
        evidence=[{"code": "challenge.pandemic"}],
        evidence_class="register",
    )
    assert ["no data can make false" in each for each in found] == [True, False]
    assert "rests on reports.read.share, of which the evidence says nothing" in found[1]


ABOUT = [
    ("challenge.staff.share", {"code": "challenge.staff"}, True),
    ("challenge.staff.silent.share", {"code": "challenge.staff"}, True),
    ("challenge.staff.share", {"code": "challenge.*"}, True),
    ("challenge.staff.share", {"table": "codings"}, True),
    ("challenge.staff.share", {"code": "challenge.aims"}, False),
    ("challenge.staff.share", {"code": "result.*"}, False),
    ("challenge.staff.share", {"table": "projects"}, False),
    ("2.1.share", {"code": "2.1"}, True),
    ("savings.claimed.share", {"code": "saving.claimed"}, True),
    ("savings.claimed.share", {"table": "saving_claims"}, True),
    ("savings.claimed.share", {"code": "challenge.staff"}, False),
    ("goals.achieved.share", {"table": "goals"}, True),
    ("goals.achieved.share", {"table": "participations"}, False),
    ("goals.achieved.share", {"code": "challenge.staff"}, False),
    ("reports.read.share", {"table": "documents"}, True),
    ("group_difference.challenge.staff.share", {"code": "challenge.staff"}, True),
]


@pytest.mark.parametrize(("key", "evidence", "shared"), ABOUT)
def test_evidence_is_of_what_the_condition_rests_on(tmp_path, key, evidence, shared):
    finding = {
        "condition": least(0.5, key),
        "evidence": [evidence],
        "counter_evidence": {"none_found": {"fi": "a", "sv": "b", "en": "c"}},
    }
    if shared:
        load(tmp_path, **finding)
    else:
        assert "of which the evidence says nothing" in told(tmp_path, **finding)[0]


def test_every_number_of_a_condition_has_evidence_of_its_own(tmp_path):
    both = {"all": [least(0.5), least(0.1, "reports.read.share")]}
    (problem,) = told(tmp_path, condition=both, evidence=[{"code": "challenge.staff"}])
    assert "rests on reports.read.share" in problem
    load(tmp_path, condition=both, evidence=[{"code": "challenge.staff"}, {"table": "documents"}])


@pytest.mark.parametrize(
    "given",
    [least(0), least(1.01), least(0.5), most(0.3), word("few"), word("most"), word("none"),
     {"any": [word("few"), word("most")]}, {"any": [word(each) for each in WORDS]},
     {"none": [word("all")]}, {"all": [least(0.7), most(0.3)]}, {"any": [least(0.5), most(0.7)]}],
    ids=str,
)  # fmt: skip
def test_what_is_possible_is_what_comes_out_for_some_number_of_reports(given):
    found = {outcome(given, share(SHARE, x)) for x in range(READ + 1)}
    assert can_come_out(condition(given), True) == ("holds" in found)
    assert can_come_out(condition(given), False) == ("does_not_hold" in found)
