"""Conditions on one number: whole intervals decide, those that straddle leave it open."""

import itertools

import pytest
from claims_by_hand import (
    count,
    difference,
    interval,
    missing,
    outcome,
    share,
    verdict,
    withheld,
)

from evaltools.findings.evaluate import IMPLIED
from evaltools.i18n.quantifiers import quantity

KEY = "goals.good.share"
WORDS = ("none", "few", "some", "most", "nearly_all", "all")


def limit(kind, value, **more):
    return {kind: {"key": KEY, "value": value, **more}}


@pytest.mark.parametrize(
    ("low", "high", "at_least", "at_most"),
    [
        (0.5, 0.7, "holds", "cannot_be_told"),
        (0.51, 0.7, "holds", "does_not_hold"),
        (0.3, 0.49, "does_not_hold", "holds"),
        (0.3, 0.5, "cannot_be_told", "holds"),
        (0.4, 0.6, "cannot_be_told", "cannot_be_told"),
    ],
)
def test_the_whole_interval_must_lie_on_the_right_side(low, high, at_least, at_most):
    numbers = [interval((low + high) / 2, low, high)]
    assert outcome(limit("at_least", 0.5), numbers, "S") == at_least
    assert outcome(limit("at_most", 0.5), numbers, "S") == at_most


def test_meeting_the_value_is_enough_and_without_an_interval_the_value_decides():
    numbers = [interval(0.5, None, None, estimand="D")]
    assert outcome(limit("at_least", 0.5), numbers) == "holds"
    assert outcome(limit("at_most", 0.5), numbers) == "holds"
    assert outcome(limit("at_least", 0.501), numbers) == "does_not_hold"
    assert outcome(limit("at_most", 0.499), numbers) == "does_not_hold"


def test_one_limit_decides_alone_where_it_is_named():
    numbers = [interval(0.5, 0.4, 0.6)]
    assert outcome(limit("at_least", 0.4, limit="low"), numbers, "S") == "holds"
    assert outcome(limit("at_least", 0.41, limit="low"), numbers, "S") == "does_not_hold"
    assert outcome(limit("at_least", 0.5, limit="value"), numbers, "S") == "holds"
    assert outcome(limit("at_most", 0.59, limit="high"), numbers, "S") == "does_not_hold"
    bare = [interval(0.5, None, None)]
    assert outcome(limit("at_least", 0.1, limit="low"), bare, "S") == "cannot_be_told"


@pytest.mark.parametrize("gap", [withheld, missing])
@pytest.mark.parametrize("kind", ["at_least", "at_most"])
def test_what_is_withheld_or_missing_cannot_be_told(gap, kind):
    found = verdict(limit(kind, 0.5), [gap(KEY)])
    assert found.outcome == "cannot_be_told"
    assert found.because[0].kind == gap.__name__


def test_an_estimand_without_a_record_cannot_be_told():
    found = verdict(limit("at_least", 0.1), [interval(0.5, None, None, estimand="D")], "P")
    assert (found.outcome, found.because[0].kind) == ("cannot_be_told", "no_record")


def test_a_condition_may_name_its_own_estimand():
    numbers = share("challenge.staff.share", 30)
    asked = {"at_least": {"key": "challenge.staff.share", "value": 0.55}}
    assert outcome(asked, numbers, "P") == "cannot_be_told"
    asked["at_least"]["estimand"] = "D"
    assert outcome(asked, numbers, "P") == "holds"


@pytest.mark.parametrize("word", WORDS)
def test_a_word_holds_just_where_the_house_would_print_it_or_a_stronger_one(word):
    grid = [0.0, 0.001, 0.1, 0.199, 0.2, 0.35, 0.5, 0.501, 0.7, 0.9, 0.901, 0.999, 1.0]
    for low, high in itertools.combinations_with_replacement(grid, 2):
        value = (low + high) / 2
        found = outcome({"quantity": {"key": KEY, "word": word}}, [interval(value, low, high)], "S")
        printed = quantity(value, low, high)
        assert (found == "holds") == (printed in (word, *IMPLIED[word])), (low, high)


@pytest.mark.parametrize(
    ("word", "low", "high", "expected"),
    [
        ("most", 0.1, 0.5, "does_not_hold"),
        ("most", 0.1, 0.501, "cannot_be_told"),
        ("most", 0.95, 0.99, "holds"),
        ("few", 0.2, 0.4, "does_not_hold"),
        ("few", 0.1, 0.2, "cannot_be_told"),
        ("few", 0.0, 0.0, "holds"),
        ("few", 0.0, 0.1, "holds"),
        ("some", 0.51, 0.7, "does_not_hold"),
        ("some", 0.19, 0.7, "cannot_be_told"),
        ("none", 0.01, 0.1, "does_not_hold"),
        ("none", 0.0, 0.1, "cannot_be_told"),
        ("all", 0.5, 0.99, "does_not_hold"),
        ("all", 0.9, 1.0, "cannot_be_told"),
        ("nearly_all", 0.3, 0.9, "does_not_hold"),
        ("nearly_all", 1.0, 1.0, "holds"),
    ],
)
def test_a_word_fails_only_where_no_part_of_the_interval_bears_it_out(word, low, high, expected):
    numbers = [interval((low + high) / 2, low, high)]
    assert outcome({"quantity": {"key": KEY, "word": word}}, numbers, "S") == expected


@pytest.mark.parametrize(
    ("low", "high", "positive", "negative", "either"),
    [
        (0.1, 0.5, "holds", "does_not_hold", "holds"),
        (-0.5, -0.1, "does_not_hold", "holds", "holds"),
        (-0.1, 0.5, "cannot_be_told", "cannot_be_told", "cannot_be_told"),
        (0.0, 0.5, "cannot_be_told", "cannot_be_told", "cannot_be_told"),
    ],
)
def test_a_difference_counts_where_its_interval_excludes_nought(
    low, high, positive, negative, either
):
    numbers = difference((low + high) / 2, low, high)
    expected = {"positive": positive, "negative": negative, "either": either}
    for direction, wanted in expected.items():
        asked = {"key": "group_difference.staff.difference", "direction": direction}
        assert outcome({"excludes_zero": asked}, numbers, "S") == wanted


def test_a_change_needs_an_earlier_wave():
    key = "wave_difference.challenge.staff.difference"
    up = {"change": {"key": key, "direction": "up"}}
    assert outcome(up, difference(0.2, 0.1, 0.3, key), "S") == "holds"
    assert outcome(up, difference(-0.2, -0.3, -0.1, key), "S") == "does_not_hold"
    assert outcome(up, difference(0.2, -0.1, 0.3, key), "S") == "cannot_be_told"
    found = verdict(up, difference(None, key=key), "S")
    assert (found.outcome, found.because[0].kind) == ("cannot_be_told", "missing")


def test_a_difference_of_the_reports_read_has_no_interval_to_exclude_nought():
    asked = {"excludes_zero": {"key": "group_difference.staff.difference"}}
    found = verdict(asked, difference(0.2, 0.1, 0.3), "D")
    assert (found.outcome, found.because[0].kind) == ("cannot_be_told", "no_interval")


def test_a_count_equals_a_number_another_count_or_a_fact():
    numbers = [*share("reports.read.share", 52, 122, 122), count("projects.funded.count", 122)]
    read = {"key": "reports.read.x"}
    assert outcome({"equals": {**read, "number": 52}}, numbers) == "holds"
    assert outcome({"equals": {**read, "number": 53}}, numbers) == "does_not_hold"
    of_all = {"key": "reports.read.n", "other": "projects.funded.count"}
    assert outcome({"equals": of_all}, numbers) == "holds"
    assert outcome({"equals": {**of_all, "key": "reports.read.x"}}, numbers) == "does_not_hold"
    fact = {"equals": {**read, "fact": "told"}}
    assert verdict(fact, numbers, facts={"told": 52.0}).outcome == "holds"
    assert verdict(fact, numbers, facts={"told": 51.0}).outcome == "does_not_hold"


def test_a_count_without_a_value_equals_nothing_and_differs_from_nothing():
    numbers = [count("a.b.count", None), count("a.c.count", 3)]
    asked = {"equals": {"key": "a.c.count", "other": "a.b.count"}}
    assert outcome(asked, numbers) == "cannot_be_told"
    assert outcome({"equals": {"key": "a.b.count", "number": 3}}, numbers) == "cannot_be_told"
