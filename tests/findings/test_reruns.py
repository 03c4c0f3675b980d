"""Reruns: under other parameters every sentence is true, whole, and in every language.

A sample of what `make reruns` goes through. The recount (counts_from_files.py and
claims_recounted.py) reads the CSV files and shares nothing with evaltools.
"""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

import pytest
from data_changes import Data, drop_wrong_answers, one_reader
from reruns import LANGUAGES, Reruns, all_scopes, check_change, faults_of, wrong_in

from evaltools.findings.declaration import load_findings
from evaltools.problems import ProblemError

ROOT = Path(__file__).parents[2]

SECOND = {"wave": "2023", "calls": "2020"}
SCOPES = ({}, {"region": "01"}, {"municipality_group": "urban"}, SECOND)
WHOLE = ({"estimand": "population"}, {"coder_rule": "consensus", **SECOND})


@pytest.fixture(scope="module")
def reruns():
    return Reruns()


@pytest.mark.parametrize("given", SCOPES, ids=lambda given: " ".join(given.values()) or "default")
def test_every_sentence_is_that_of_the_recount(reruns, given):
    found = reruns.check(given)
    assert found.faults == []
    assert (found.judged, found.refused) == (4, 0)
    assert found.sentences == 4 * len(load_findings(ROOT).asserted) * len(LANGUAGES)


@pytest.mark.parametrize("given", WHOLE, ids=lambda given: " ".join(given.values()))
def test_what_the_rules_share_is_what_a_build_computes(reruns, given):
    """By every estimand: the claims name their own."""
    rule = given.get("coder_rule", "majority")
    scope = {name: value for name, value in given.items() if name in SECOND}
    whole, shared = reruns.judge(given), reruns.judge_by_rule(scope)[rule]
    for one, other in zip(whole, shared, strict=True):
        assert (one.case, one.outcome, one.by_rule) == (other.case, other.outcome, other.by_rule)
        assert [one.text(each) for each in LANGUAGES] == [other.text(each) for each in LANGUAGES]
    assert faults_of(whole) == []


@pytest.mark.parametrize("seed", [4, 8, 9])
def test_sentences_of_changed_data_are_those_of_the_recount(seed):
    """Tables without rows, complete sets, empty ones."""
    found = check_change(seed)
    assert found.faults == []
    assert found.judged == 8


def test_what_one_coder_read_alone_is_told_with_that(tmp_path):
    """The names of those told of most never stand without it; one sentence has one colon."""
    shutil.copytree(ROOT / "data", tmp_path / "data")
    data = Data(tmp_path / "data")
    one_reader(data, random.Random(0))
    drop_wrong_answers(data)
    alone = Reruns(data=tmp_path / "data")
    assert alone.check({}).faults == []
    told = {item.finding.id: item for item in alone.judge({})}
    close = [item for name, item in told.items() if name.startswith("commonest-")]
    assert any(item.case == "close" for item in close)
    for language, said in (
        ("fi", "yhtenevästi|yksimieli"), ("sv", "enhetligt|enig"), ("en", "consistently|coders"),
    ):  # fmt: skip
        for item in close:
            assert re.search(said, item.text(language)), item.text(language)
        for item in told.values():
            sentences = re.split(r"(?<=[.])\s", item.text(language)) if item.said else []
            assert all(each.count(":") < 2 for each in sentences), sentences


def test_a_scope_is_refused_only_for_want_of_reports(reruns):
    given = {"region": "21"}
    assert reruns.recount(given).n == 0
    with pytest.raises(ProblemError, match="leaves no final report"):
        reruns.judge_by_rule(given)
    found = reruns.check(given)
    assert (found.refused, found.faults) == (4, [])


def test_a_wrong_sentence_is_seen(reruns, monkeypatch):
    """The recount is no echo: other words, numbers and cases differ from it."""
    given = {"region": "06"}
    sentences = reruns.templates["findings"]["most-ties-are-new"]["sentences"]
    monkeypatch.setitem(sentences["holds"], "sv", "Något annat.")
    monkeypatch.setitem(sentences["too_few"], "sv", "Något annat.")
    faults = reruns.check(given).faults
    assert faults
    assert all("most-ties-are-new, sv" in fault for fault in faults)


def test_few_reports_conclude_nothing(reruns):
    judgements = reruns.judge({"region": "06"})
    reported = [
        item
        for item in judgements
        if item.finding.asserted
        and item.finding.evidence_class == "self_reported"
        and item.finding.id != "headline"
    ]
    assert {item.case for item in reported} - {"missing"} == {"too_few"}


def test_all_combinations_are_gone_through(reruns):
    scopes = all_scopes(reruns)
    assert len(scopes) == 20 * 4 * 2
    assert len({tuple(sorted(each.items())) for each in scopes}) == len(scopes)


@pytest.mark.parametrize(
    "text",
    [
        "Raportteja on (ei laskettavissa).",
        "Tulos on {top}.",
        "Osuus on 0/0.",
        "Yksi\u00a0raporttia luettiin.",
        "Kaksi\u00a0raportti luettiin.",
        "Siitä kertoo  kaksi.",
        "Se on on.",
        "Se on niin",
        "ei näin.",
        "One\u00a0reports were read.",
        "Ett\u00a0rapport lästes.",
    ],
)
def test_what_is_wrong_with_a_sentence_is_seen(text):
    assert wrong_in(text)


def test_what_is_right_with_a_sentence_is_left():
    assert wrong_in("Siitä kertoo yksi\u00a0raportti 52:sta (2\u00a0%); muista ei kerrota.") == []
