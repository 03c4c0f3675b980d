"""A sentence that rests on whose coding decides says so, and one that does not keeps quiet."""

from dataclasses import replace
from pathlib import Path

import pypandoc
import pytest
import yaml
from claims_by_hand import finding, shares

from evaltools.evidence import Evidence, read_tables
from evaltools.findings.coder_rules import (
    RULES,
    compare_rules,
    judge_by_rule,
    recompute_indicators,
    rule_note,
)
from evaltools.findings.display import findings_metadata, findings_record, release_table
from evaltools.findings.judgement import judge, problems_for_publishing
from evaltools.findings.lookup import index_numbers
from evaltools.i18n.messages import Words
from evaltools.indicators import effects, evidence_base, networks, portfolio
from evaltools.study import load_study
from evaltools.study.schema import Judging

ROOT = Path(__file__).parents[2]
CHAPTERS = tuple(load_study(ROOT).declaration.chapters.values())
FILTER = ROOT / "src/evaltools/report/project/style/findings.lua"


@pytest.fixture(scope="module")
def evidence():
    study = load_study(ROOT)
    return Evidence.select(study, read_tables(study.data), study.parameters({}))


@pytest.fixture(scope="module")
def numbers(evidence):
    return [*recompute_indicators(evidence, CHAPTERS), *portfolio.compute(evidence)]


def test_no_other_chapter_changes_with_the_rule(evidence):
    """Were one to, judging under other rules would mix numbers of two rules. A small scope does."""
    study = load_study(ROOT)
    small = study.parameters({"wave": "2023", "municipality_group": "rural"})
    evidence = Evidence.select(study, evidence.tables, small)
    counted = {each.identity for each in recompute_indicators(evidence, CHAPTERS)}
    for rule in RULES:
        other = evidence.under_rule(rule)
        for chapter in (portfolio, evidence_base, networks, effects):
            before = {i.identity: i for i in chapter.compute(evidence)}
            after = {i.identity: i for i in chapter.compute(other)}
            # Which codes are shown, and so pooled in agreement, is decided by the rule of the run;
            # what two rules both show must not differ.
            shown = {
                name
                for name in before.keys() & after.keys()
                if not before[name].suppressed and not after[name].suppressed
            }
            changed = {name for name in shown if before[name] != after[name]}
            pooled = {name for name in changed if name[0].startswith("coding.")}
            assert changed - pooled <= counted, (chapter.__name__, rule)


def test_evidence_under_a_rule_is_evidence_selected_with_it(evidence):
    study = load_study(ROOT)
    for rule in RULES:
        chosen = Evidence.select(study, evidence.tables, study.parameters({"coder_rule": rule}))
        other = evidence.under_rule(rule)
        assert other.parameters == chosen.parameters
        assert other.presence.equals(chosen.presence)
        assert other.linked.equals(chosen.linked)


def share(evidence, rule, code):
    found = {i.identity: i for i in recompute_indicators(evidence.under_rule(rule), CHAPTERS)}
    return found[(f"{code}.share", "D", ())].value


def test_outcomes_are_those_of_the_report_made_under_each_rule(evidence, numbers):
    code = "challenge.aims"
    values = {rule: share(evidence, rule, code) for rule in RULES}
    assert len(set(values.values())) > 1, "the example's coders must differ on it"
    middle = (min(values.values()) + max(values.values())) / 2
    asked = [finding({"at_least": {"key": f"{code}.share", "value": middle}}, "near")]
    judged = judge_by_rule(judge(asked, numbers, "D"), numbers, evidence, "D", chapters=CHAPTERS)
    assert dict(judged[0].by_rule) == {
        rule: "holds" if value >= middle else "does_not_hold" for rule, value in values.items()
    }
    assert judged[0].depends_on_rule


def test_a_finding_on_what_nobody_coded_depends_on_no_rule(evidence, numbers):
    asked = [finding({"at_least": {"key": "projects.funded.count", "value": 1}}, "funded")]
    judged = judge_by_rule(judge(asked, numbers, "D"), numbers, evidence, "D", chapters=CHAPTERS)
    assert {outcome for _, outcome in judged[0].by_rule} == {"holds"}
    assert not judged[0].depends_on_rule
    assert rule_note(judged[0], Words("fi")) == ""


@pytest.mark.parametrize(
    ("cases", "case"),
    [
        (["holds", "does_not_hold"], "cannot_be_told"),
        (["holds", "does_not_hold", "depends_on_rule"], "holds"),
    ],
)
def test_a_conclusion_falls_with_a_premise_that_depends_on_the_rule(evidence, numbers, cases, case):
    code = "challenge.aims"
    values = {share(evidence, rule, code) for rule in RULES}
    middle = (min(values) + max(values)) / 2
    said = {
        name: {"fi": "a", "sv": "b", "en": "c"}
        for name in ("holds", "does_not_hold", "cannot_be_told")
    }
    asked = [
        finding({"at_least": {"key": f"{code}.share", "value": middle}}, "near", sentences=said),
        finding({"judged": {"finding": "near", "cases": cases}}, "resting", sentences=said),
    ]
    limits = Judging(least_alpha=0)
    judged = judge_by_rule(
        judge(asked, numbers, "D", judging=limits),
        numbers, evidence, "D", chapters=CHAPTERS, judging=limits,
    )  # fmt: skip
    assert [item.case for item in judged] == ["depends_on_rule", case]


@pytest.mark.parametrize(
    ("others", "case", "reasons"),
    [
        (["does_not_hold", "cannot_be_told"], "does_not_hold", {"other_rule_open"}),
        (["does_not_hold", "does_not_hold"], "does_not_hold", set()),
        (["holds", "cannot_be_told"], "depends_on_rule", {"other_rule"}),
    ],
)
def test_only_rules_that_say_the_opposite_turn_what_is_not_so(others, case, reasons):
    ask = {"at_least": {"key": "challenge.staff.share", "value": 0.5}}
    own = judge([finding(ask, "holds")], shares(staff=16, partners=37), "D")[0]
    assert own.outcome == "does_not_hold"
    by_rule = dict.fromkeys(RULES, own)
    for rule, outcome in zip(("all", "consensus"), others, strict=True):
        by_rule[rule] = replace(own, outcome=outcome)
    numbers = index_numbers(shares(staff=16, partners=37))
    (told,) = compare_rules(
        [own], {rule: [each] for rule, each in by_rule.items()}, numbers, "D", Judging()
    )
    assert told.case == case
    kinds = {each.kind for each in told.reason.because}
    assert {each for each in kinds if each.startswith("other_rule")} == reasons
    for language in ("fi", "sv", "en"):
        depends = Words(language)("findings.rules.depends", outcomes="")[:7]
        assert (depends in rule_note(told, Words(language))) == ("holds" in others)


def judged_by_hand(**by_rule):
    ask = {"at_least": {"key": "challenge.staff.share", "value": 0.2}}
    item = judge([finding(ask, "holds")], shares(staff=16, partners=37), "D")[0]
    return replace(item, by_rule=tuple(by_rule.items()))


DEPENDS = {"any": "holds", "majority": "holds", "all": "does_not_hold", "consensus": "holds"}


def test_the_note_names_every_rule_once_and_the_outcome_of_the_report_first():
    note = rule_note(judged_by_hand(**DEPENDS), Words("fi"))
    assert note == (
        "riippuu luokittelusäännöstä; pitää paikkansa: vähintään yksi luokittelija, "
        "luokittelijoiden enemmistö tai luokittelijoiden yhteinen kanta; ei pidä paikkaansa: "
        "kaikki luokittelijat"
    )
    for language in ("sv", "en"):
        assert "; " in rule_note(judged_by_hand(**DEPENDS), Words(language))


def test_a_finding_that_holds_by_the_chosen_rule_is_not_refused():
    assert problems_for_publishing([judged_by_hand(**DEPENDS)]) == []


def rendered(judgement, to):
    metadata = findings_metadata([judgement], Words("fi"))
    text = f"---\n{yaml.safe_dump({'findings': metadata}, allow_unicode=True)}---\n\n"
    text += '[Väki riitti.]{.finding finding="holds"}\n'
    filtered = [f"--lua-filter={FILTER}"]
    return " ".join(pypandoc.convert_text(text, to, "markdown", extra_args=filtered).split())


def test_the_note_stands_beside_the_sentence_and_marks_it_as_nothing_else():
    html = rendered(judged_by_hand(**DEPENDS), "html")
    assert "(riippuu luokittelusäännöstä; pitää paikkansa" in html
    assert 'role="note"' in html
    assert "<mark" not in html
    assert "does-not-hold" not in html
    assert "luokittelusäännöstä" in rendered(judged_by_hand(**DEPENDS), "typst")


def test_a_sentence_that_holds_by_every_rule_is_left_as_it_is():
    always = dict.fromkeys(DEPENDS, "holds")
    assert "finding-note" not in rendered(judged_by_hand(**always), "html")


def test_record_and_table_of_statements_tell_it_too():
    item = judged_by_hand(**DEPENDS)
    assert findings_record([item])[0]["by_rule"] == DEPENDS
    examined = replace(item, finding=item.finding.model_copy(update={"asserted": False}))
    assert "riippuu luokittelusäännöstä" in release_table([examined], Words("fi"))
