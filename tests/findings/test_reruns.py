"""Reruns: under other parameters every sentence is true, whole, and in every language.

A sample of the combinations that `make reruns` goes through, without rendering.
"""

from __future__ import annotations

import re

import pytest
import yaml
from count_by_hand import ROOT, Count
from reruns import SAMPLE, Reruns, faults_of

YEARS = ("2019", "2020", "2021")
NAMED = re.compile(r"(?P<name>[^\W\d_][^(),;:.]*?) \((?P<x>\d+)/(?P<n>\d+)\)")


@pytest.fixture(scope="module")
def reruns():
    return Reruns(ROOT)


@pytest.mark.parametrize("given", SAMPLE, ids=lambda given: " ".join(given.values()) or "default")
def test_every_claim_says_something_true_of_itself(reruns, given):
    judgements = reruns.judge(given)
    assert faults_of(judgements) == []
    asserted = [item for item in judgements if item.finding.asserted]
    assert all(set(item.said) == {"fi", "sv", "en"} for item in asserted)


@pytest.mark.parametrize("region", ["all", "01", "06"])
def test_counts_beside_names_are_those_of_a_count_by_hand(reruns, region):
    """Read off the printed text: the name leads to its code by forms.yml alone."""
    forms = yaml.safe_load((ROOT / "reports" / "forms.yml").read_text(encoding="utf-8"))
    codes = {text: code for code, own in forms.items() for text in own["fi"].values()}
    count = Count(YEARS, "2022", "2022-04-30", region)
    judgements = reruns.judge({} if region == "all" else {"region": region})
    seen = 0
    for item in judgements:
        if not item.lists or not item.said:
            continue
        for found in NAMED.finditer(item.text("fi")):
            name = next((text for text in codes if found["name"].endswith(text)), None)
            if name is None:
                continue
            kind = item.finding.condition.leads.of.partition(".")[0]
            code = codes[name] if codes[name].startswith(kind) else None
            if code is not None:
                seen += 1
                assert (int(found["x"]), int(found["n"])) == (count.told(code), count.n)
    # Of few reports nothing is named.
    assert (seen > 0) is (count.n >= 10)


def test_few_reports_conclude_nothing(reruns):
    judgements = reruns.judge({"region": "06"})
    asserted = [item for item in judgements if item.finding.asserted]
    reported = [item for item in asserted if item.finding.evidence_class == "self_reported"]
    own = [item for item in reported if item.finding.id != "headline"]
    assert {item.case for item in own} == {"too_few"}
