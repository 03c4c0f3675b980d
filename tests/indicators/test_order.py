"""Records of which of two codes more reports mention: counted by hand, recounted, withheld."""

import math
from itertools import combinations
from math import comb
from pathlib import Path

import pandas as pd
import pytest
import recount_scope
from handmade import OPEN, found, handmade

from evaltools.chapters.challenges import links_table
from evaltools.evidence import Evidence
from evaltools.indicators.indicator import to_table
from evaltools.indicators.order import KEY, by_coder_rule, order_records
from evaltools.indicators.prevalence import codebook
from evaltools.statistics.contingency import mcnemar_midp, population_p

ROOT = Path(__file__).parents[2]
SCOPES = [{}, {"coder_rule": "any"}, {"coder_rule": "all"}, {"region": "06"}, {"wave": "2023"}]


def pair(records, first, second, estimand="D"):
    return found(records, KEY, estimand, first=first, second=second)


def test_two_codes_are_compared_on_the_reports_that_tell_them_apart():
    # Staff: P1 to P3; technology: P2 and P4.
    records = order_records(handmade(), "challenge")
    for estimand, N in (("D", None), ("P", 5), ("S", None)):
        one = pair(records, "challenge.staff", "challenge.technology", estimand)
        assert (one.x, one.n, one.N) == (2, 3, N)  # two projects were not read
        assert one.value == pytest.approx(2 / 3)
    assert pair(records, "challenge.staff", "challenge.unheard").x == 3


def test_codes_of_a_kind_and_of_one_name_in_two_kinds_make_pairs_each_once():
    evidence = handmade()
    records = order_records(evidence)
    codes = codebook(evidence)
    expected = {
        two for _, own in codes.groupby("kind") for two in combinations(sorted(own["code_id"]), 2)
    } | {("goal.automation", "result.automation"), ("goal.data", "result.data")}
    told = [(d["first"], d["second"]) for d in (dict(one.dimensions) for one in records)]
    assert len(told) == 3 * len(set(told))
    assert set(told) == expected
    assert len(to_table(records)) == len(records)


def test_what_was_sought_and_what_came_of_it_are_compared_report_by_report():
    evidence = handmade()
    said = evidence.presence[evidence.presence["state"].eq("yes")]
    having = {
        code: set(said.loc[said["code_id"].eq(code), "project_id"])
        for code in ("goal.data", "result.data")
    }
    sought, told = having["goal.data"], having["result.data"]
    one = pair(order_records(evidence, "goal"), "goal.data", "result.data", "P")
    assert (one.x, one.n) == (len(sought - told), len(sought ^ told))
    # It comes with the kind of its first code, so that no two chapters give it.
    assert not [r for r in order_records(evidence, "result") if "goal" in str(r.dimensions)]


def test_a_record_has_the_same_name_whichever_code_is_ahead():
    evidence = handmade()
    by_rule = [order_records(evidence.but(presence=p)) for p in (evidence.presence, evidence.mild)]
    assert [one.identity for one in by_rule[0]] == [one.identity for one in by_rule[1]]
    behind = pair(order_records(evidence, "result"), "result.automation", "result.data")
    assert (behind.x, behind.n) == (1, 2)
    assert (pair(by_rule[1], "result.automation", "result.data").x, behind.n) == (1, 2)


def test_reports_that_do_not_tell_two_codes_apart_give_no_share():
    record = pair(order_records(without(handmade(), "challenge.staff"), "challenge"),
                  "challenge.staff", "challenge.unheard", "S")  # fmt: skip
    assert (record.value, record.x, record.n, record.why) == (None, 0, 0, None)
    assert "no report mentions one of the two" in record.note


def without(evidence, code):
    presence = evidence.presence.copy()
    presence.loc[presence["code_id"] == code, "state"] = "silent"
    return evidence.but(presence=presence)


def test_reports_that_were_not_asked_of_both_are_left_out_and_count_as_unread():
    evidence = handmade()
    presence = evidence.presence.copy()
    own = (presence["code_id"] == "challenge.technology") & (presence["project_id"] == "P1")
    presence.loc[own, "state"] = "not_asked"
    records = order_records(evidence.but(presence=presence), "challenge")
    one = pair(records, "challenge.staff", "challenge.technology", "P")
    assert (one.x, one.n, one.N) == (1, 2, 5)
    assert "asked of 3 of the 4 reports" in one.note
    presence.loc[presence["code_id"] == "challenge.technology", "state"] = "not_asked"
    records = order_records(evidence.but(presence=presence), "challenge")
    never = pair(records, "challenge.staff", "challenge.technology")
    assert (never.value, never.why, never.asked) == (None, "not_asked", False)


def test_the_order_of_rows_changes_nothing():
    evidence = handmade()
    turned = evidence.but(presence=evidence.presence[::-1])
    assert order_records(turned) == order_records(evidence)


# Disclosure.


def holding(minimum, sensitive, **changes):
    """A study that holds themes sensitive, which `evaluation.yml` may only do of other kinds."""
    changes |= {"minimum_projects": minimum, "sensitive": sensitive}
    return handmade().but(disclosure=OPEN.model_copy(update=changes))


def test_an_order_with_a_withheld_code_is_withheld_and_its_name_does_not_tell_who_is_ahead():
    # One report of four does not name staff: too few.
    evidence = holding(2, {"challenge.staff.share": "cells"})
    records = order_records(evidence, "challenge")
    for estimand in "DPS":
        one = pair(records, "challenge.staff", "challenge.technology", estimand)
        assert one.suppressed
        assert (one.value, one.x, one.n, one.N) == (None,) * 4
        assert "p=" not in one.note
    assert not pair(records, "challenge.technology", "challenge.unheard").suppressed


def test_a_cell_of_two_codes_that_is_too_small_withholds_their_order():
    # Technology alone: P4, one report.
    evidence = holding(2, {"challenge.technology.share": "cells"})
    records = order_records(evidence, "challenge")
    assert pair(records, "challenge.staff", "challenge.technology").why == "cell"
    assert not pair(records, "challenge.technology", "challenge.unheard").suppressed


def test_rounded_numbers_are_not_given_away():
    evidence = holding(1, {"challenge.technology.share": "cells"}, rounding=3)
    records = order_records(evidence, "challenge")
    assert pair(records, "challenge.technology", "challenge.unheard").why == "linked"
    assert not pair(records, "challenge.staff", "challenge.unheard").suppressed


def test_a_group_of_too_few_reports_tells_no_order():
    records = order_records(holding(5, {"challenge.*": "group"}))
    challenge = [one for one in records if "challenge" in dict(one.dimensions)["first"]]
    assert all(one.suppressed for one in challenge)
    assert {one.why for one in challenge} == {"few"}


# The study, recounted from its files.


@pytest.mark.parametrize("choice", SCOPES, ids=str)
def test_the_records_of_the_study_are_those_of_an_independent_recount(study, tables, choice):
    parameters = study.parameters(choice)
    evidence = Evidence.select(study, tables, parameters)
    scope = recount_scope.Scope(recount_scope.read(ROOT / "data"), recount_scope.Choice(**choice))
    records = by_coder_rule(evidence)
    shown = 0
    for one in records:
        first, second = dict(one.dimensions)["first"], dict(one.dimensions)["second"]
        if one.suppressed:
            continue
        shown += 1
        has = [{d for d in scope.reports if scope.state(d, c) == "yes"} for c in (first, second)]
        x, y = len(has[0] - has[1]), len(has[1] - has[0])
        assert (one.x, one.n) == (x, x + y), (first, second)
        unread = evidence.N - len(scope.reports)
        assert (x + y + unread if one.estimand == "P" else None) == one.N
        if one.estimand == "S" and x + y:
            p = 2 * sum(comb(x + y, i) for i in range(min(x, y) + 1)) - comb(x + y, x)
            p = p / 2 ** (x + y) if x != y else 1 - comb(x + y, x) / 2 ** (x + y) / 2
            assert math.isclose(float(one.note.split(";")[0][2:]), p, rel_tol=1e-3)
    assert shown >= 3 * len(list(combinations(range(9), 2)))


@pytest.mark.parametrize("choice", SCOPES, ids=str)
def test_a_table_that_ends_inside_a_tie_says_how_many_pairs_it_leaves_out(study, tables, choice):
    evidence = Evidence.select(study, tables, study.parameters({**choice, "language": "en"}))
    scope = recount_scope.Scope(recount_scope.read(ROOT / "data"), recount_scope.Choice(**choice))
    counts = sorted((len(documents) for documents in scope.links.values()), reverse=True)
    told = links_table(evidence).note
    last = counts[min(len(counts), 10) - 1]
    left_out = counts[10:].count(last)
    sentence = (
        f"Further pairs are linked as often as the last rows ({last}) and are not in the table; "
        f"their number is {left_out}."
    )
    assert (sentence in told) is bool(left_out)
    assert ("Further pairs" in told) is bool(left_out)


def test_the_p_values_of_the_notes_follow_from_the_counts_of_the_records(study, tables):
    evidence = Evidence.select(study, tables, study.parameters({}))
    for one in order_records(evidence, "challenge", "response"):
        if one.estimand == "D" or not one.n:
            continue
        y = one.n - one.x
        tested = population_p(one.x, y, one.N - one.n) if one.N else mcnemar_midp(one.x, y)
        assert one.note == f"p={float(tested):.4g}"


def test_another_coder_rule_gives_the_same_names(study, tables):
    evidence = Evidence.select(study, tables, study.parameters({}))
    names = [one.identity for one in by_coder_rule(evidence)]
    for rule in ("any", "all", "consensus"):
        assert [one.identity for one in by_coder_rule(evidence.under_rule(rule))] == names
    assert not pd.Index(names).duplicated().any()
