"""Which passages speak for a number, and which of them are shown."""

from __future__ import annotations

import subprocess
import sys

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from trail_report import Material

from evaltools.evidence import Evidence
from evaltools.report.evidence_pages.passages import (
    Passage,
    collect_passages,
    find_code,
    find_rows,
    sample_evenly,
)
from evaltools.report.evidence_pages.quoted_passages import make_quote_policy
from evaltools.study.schema import Disclosure


def passage(document: str, start: int, coders: int = 1) -> Passage:
    return Passage(f"{document}-{start}", document, start, start + 5, "sanat", coders=coders)


documents = st.lists(st.integers(0, 30), min_size=0, max_size=40)


@given(documents, st.integers(1, 12))
def test_passages_are_of_as_many_documents_as_can_be(numbers: list[int], most: int) -> None:
    found = [passage(f"d{number:02}", place) for place, number in enumerate(numbers)]
    chosen = sample_evenly(found, most)
    assert len(chosen) == min(most, len(found))
    assert len(set(chosen)) == len(chosen)
    assert len({each.document for each in chosen}) == min(most, len({f"{n}" for n in numbers}))
    assert list(chosen) == sorted(chosen, key=lambda each: (each.document, each.start))
    assert sample_evenly(list(reversed(found)), most) == chosen


def test_passages_are_spread_over_documents_and_not_the_first_ones() -> None:
    found = [passage(f"d{number:02}", 0) for number in range(30)]
    assert [each.document for each in sample_evenly(found, 3)] == ["d05", "d15", "d25"]


def test_of_a_document_the_passage_that_most_coders_marked_is_shown() -> None:
    found = [passage("a", 0), passage("a", 50, coders=2), passage("b", 0)]
    assert [each.start for each in sample_evenly(found, 2)] == [50, 0]


@pytest.mark.parametrize("rule", ["any", "majority", "all", "consensus"])
def test_passages_are_of_the_reports_that_the_number_counts(example: Material, rule: str) -> None:
    parameters = example.study.parameters({"coder_rule": rule})
    evidence = Evidence.select(example.study, example.tables, parameters)
    found = collect_passages(evidence)
    documents = dict(
        zip(evidence.reports["project_id"], evidence.reports["document_id"], strict=True)
    )
    states = evidence.presence
    for code in ("challenge.staff", "challenge.schedule", "result.automation"):
        own = states[states["code_id"] == code]
        affirming = {documents[each] for each in own.loc[own["state"] == "yes", "project_id"]}
        denying = {documents[each] for each in own.loc[own["state"] == "no", "project_id"]}
        assert {each.document for each in found.of(code, "affirm")} == affirming
        assert denying <= {each.document for each in found.of(code, "deny")}


def test_what_denies_is_shown_where_the_report_affirms_as_well(example: Material) -> None:
    tables = dict(example.tables)
    evidence = Evidence.select(example.study, tables, example.parameters)
    one = collect_passages(evidence).of("challenge.schedule", "affirm")[0]
    codings = tables["codings"].copy()
    hit = (codings["segment_id"] == one.segment) & (codings["code_id"] == "challenge.schedule")
    codings.loc[hit, "polarity"] = "mixed"
    tables["codings"] = codings
    found = collect_passages(Evidence.select(example.study, tables, example.parameters))
    assert one.segment in {each.segment for each in found.of("challenge.schedule", "affirm")}
    assert one.segment in {each.segment for each in found.of("challenge.schedule", "deny")}


def test_goals_and_claims_have_the_passages_of_their_rows(example: Material) -> None:
    evidence = Evidence.select(example.study, example.tables, example.parameters)
    counts = {each.key: each.x for each in example.indicators
              if each.estimand == "D" and not each.dimensions}  # fmt: skip
    for key in ("goals.stated.count", "goals.not_reported.share", "goal_quality.metric.share",
                "goals.achieved_measured.share", "savings.with_sum.share"):  # fmt: skip
        assert len(find_rows(key, evidence)) == counts[key], key
    assert find_rows("savings.median.money", evidence) == ()
    assert find_rows("grants.total.money", evidence) == ()


def test_keys_find_their_codes(example: Material) -> None:
    codes = pd.Series(example.tables["codes"]["code_id"]).astype(str)
    behind = example.study.declaration.codes_of_numbers
    assert find_code("challenge.staff.share", codes, behind) == "challenge.staff"
    assert find_code("challenge.staff.denied.share", codes, behind) == "challenge.staff"
    assert find_code("sustainability.owner.share", codes, behind) == "rooting.owner_named"
    assert find_code("savings.claimed.share", codes, behind) == "saving.claimed"
    assert find_code("grants.total.money", codes, behind) is None


def test_of_reports_that_are_not_public_only_approved_words_are_quoted(example: Material) -> None:
    segments = example.tables["segments"].astype({"segment_id": str, "document_id": str})
    approved = set(example.tables["redactions"]["segment_id"].astype(str))
    rows = {
        has: segments[segments["segment_id"].isin(approved) == has].iloc[0] for has in (True, False)
    }
    for status, quoted in (("public", (True, True)), ("partly_secret", (True, False)),
                           ("secret", (False, False))):  # fmt: skip
        documents = example.tables["documents"].assign(public_status=status)
        policy = make_quote_policy("redacted", {**example.tables, "documents": documents})
        found = tuple(
            policy.public(rows[has]["segment_id"], rows[has]["quote"]) is not None
            for has in (True, False)
        )
        assert found == quoted
        around = {
            policy.context(Passage("s", row["document_id"], 40, 50, "x" * 10, "ja sen jälkeen ",
                                   " sekä sen jälkeen"))
            for row in rows.values()
        }  # fmt: skip
        assert (around == {("", "")}) == (status != "public")


def test_passages_behind_a_number_that_is_withheld_name_nobody(example: Material) -> None:
    # In region 06 one of five reports claims a saving.
    few = Evidence.select(example.study, example.tables, example.study.parameters({"region": "06"}))
    assert few.saving_claims["project_id"].nunique() == 1
    found = collect_passages(few)
    assert ("saving.claimed", "affirm") in found.withheld
    assert found.of("saving.claimed", "affirm") == found.of("saving.claimed", "deny") == ()
    assert collect_passages(Evidence.select(example.study, example.tables, example.parameters)).of(
        "saving.claimed", "affirm"
    )


def test_no_quote_tells_the_sum_that_a_project_claims(example: Material) -> None:
    segments, claims = example.tables["segments"], example.tables["saving_claims"]
    place = segments.set_index("segment_id").loc[claims["segment_id"]].iloc[0]
    planted = claims.assign(amount=claims["amount"].astype("float64"))
    planted.loc[planted.index[0], "amount"] = 987654.0
    policy = make_quote_policy("redacted", {**example.tables, "saving_claims": planted})
    here, other = str(claims["segment_id"].iloc[0]), segments.loc[
        segments["document_id"].eq(place["document_id"])
        & (segments["end"].le(place["start"]) | segments["start"].ge(place["end"])),
        "segment_id",
    ].iloc[0]  # fmt: skip
    for words in ("säästö 987 654 euroa", "säästö 988 tuhatta euroa"):
        assert policy.public(here, words) is None
    for words in ("kulut olivat 987\u00a0654 euroa", "987.654,00 €", "987654"):
        assert policy.public(str(other), words) is None
    assert policy.public(str(other), "kulut olivat 12 000 euroa") is not None
    open_sums = Disclosure(quotes="redacted", sensitive={"rating.*": "cells"})
    policy = make_quote_policy("redacted", {**example.tables, "saving_claims": planted}, open_sums)
    assert policy.public(str(other), "987654") is not None


APART = """
import json, sys
from evaltools.coding.suggestions import lemmas
from evaltools.evidence import Evidence, read_tables
from evaltools.report.evidence_pages.passages import collect_passages
from evaltools.report.evidence_pages.quoted_passages import look_up_words, make_quote_policy
from evaltools.study import load_study
from pathlib import Path

study = load_study(Path(sys.argv[1]))
evidence = Evidence.select(study, read_tables(study.data), study.parameters({}))
if sys.argv[2] == "ask":
    json.dump(look_up_words(evidence, study.declaration.disclosure), sys.stdout)
else:
    if sys.argv[2] == "given":
        lemmas.accept_answers(map(tuple, json.load(sys.stdin)))
    policy = make_quote_policy("redacted", evidence.tables, study.declaration.disclosure)
    for each in collect_passages(evidence).by_segment.values():
        print(repr((policy.public(each.segment, each.quote), policy.context(each))))
    print("simplemma" in sys.modules)
"""


def test_with_the_answers_of_another_process_no_dictionary_is_read(example: Material) -> None:
    def run(way: str, given: str = "") -> str:
        command = [sys.executable, "-c", APART, str(example.study.root), way]
        done = subprocess.run(command, input=given, capture_output=True, text=True, check=True)
        return done.stdout

    answers = run("ask")
    *by_itself, read = run("alone").splitlines()
    *by_answers, read_too = run("given", answers).splitlines()
    assert (read, read_too) == ("True", "False")
    assert by_answers == by_itself
