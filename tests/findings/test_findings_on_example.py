"""The example study's findings against a count by hand over its CSV files."""

import importlib

import pytest
from count_by_hand import ROOT, Count

from evaltools.evidence import Evidence, read_tables
from evaltools.findings.declaration import load_findings
from evaltools.findings.judgement import judge, problems_for_publishing
from evaltools.findings.lookup import index_numbers
from evaltools.findings.strength import propose
from evaltools.i18n.messages import Words
from evaltools.study import load_study

CHAPTERS = ("portfolio", "evidence_base", "goals", "challenges", "networks", "effects", "steering")
CASES = {
    "default": {},
    "second wave": {"calls": ["2020"], "wave": "2023"},
}


@pytest.fixture(scope="module")
def judged():
    study = load_study(ROOT)
    tables = read_tables(study.data)
    findings = load_findings(ROOT)

    def of(case):
        evidence = Evidence.select(study, tables, study.parameters(CASES[case]))
        indicators = [
            record
            for name in CHAPTERS
            for record in importlib.import_module(f"evaltools.indicators.{name}").compute(evidence)
        ]
        return judge(findings, indicators, "D"), index_numbers(indicators)

    return {case: of(case) for case in ("default", "second wave")}


REACHED = ("areas", "population")
COUNTS = {
    "default": lambda: Count(["2019", "2020", "2021"], "2022", "2022-04-30"),
    "second wave": lambda: Count(["2020"], "2023", "2023-04-30"),
}


@pytest.mark.parametrize("case", list(COUNTS))
def test_every_claim_has_a_sentence_for_what_came_of_it(judged, case):
    found, _ = judged[case]
    assert problems_for_publishing(found) == []
    assert sum(each.finding.asserted for each in found) >= 19
    assert all(each.finding.sentences for each in found if each.finding.asserted)


@pytest.mark.parametrize("case", list(COUNTS))
def test_the_failing_findings_are_exactly_those_of_a_count_by_hand(judged, case):
    found, numbers = judged[case]
    alphas = {
        dict(each.dimensions)["code"]: each.value
        for records in numbers.by_name.values()
        for each in records.values()
        if each.key == "coding.agreement_by_code.index"
        and dict(each.dimensions)["statistic"] == "alpha"
        and each.value is not None
    }
    reached = [numbers.read(f"{name}.reached.share", "D").value for name in REACHED]
    failing, counted = COUNTS[case]().failing(alphas, reached)
    assert {each.finding.id for each in found if each.finding.asserted} == counted
    told = {each.finding.id for each in found if each.finding.asserted and not each.holds}
    assert told == failing


def test_both_runs_have_claims_that_hold_and_some_that_cannot_be_told(judged):
    for found, _ in judged.values():
        outcomes = [each.outcome for each in found if each.finding.asserted]
        assert outcomes.count("holds") >= 5
        assert outcomes.count("cannot_be_told") >= 2


@pytest.mark.parametrize("case", list(COUNTS))
def test_the_order_of_the_release_is_that_of_a_count_by_hand(judged, case):
    order = ["staff", "technology", "partners", "aims", "pandemic"]
    by_hand = COUNTS[case]().first("challenge", *(f"challenge.{name}" for name in order))
    found = {each.finding.id: each for each in judged[case][0]}
    assert found["release-five-commonest-challenges"].holds is by_hand


@pytest.mark.parametrize("case", list(COUNTS))
def test_self_reports_are_never_strong(judged, case):
    found, numbers = judged[case]
    for each in found:
        if each.finding.evidence_class == "self_reported":
            assert propose(each, numbers).level != "high"


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_every_reason_reads_in_every_language(judged, language):
    for found, _ in judged.values():
        for each in found:
            assert each.reason.text(Words(language))
