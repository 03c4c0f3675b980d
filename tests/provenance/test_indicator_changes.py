"""A change is more than its uncertainty, or it is not, or nothing can be said of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.indicators.indicator import Indicator
from evaltools.provenance.indicator_changes import (
    ComparisonSetting,
    IndicatorChange,
    compare_indicators,
    judge_change,
    square_and_add,
)
from evaltools.statistics.intervals import newcombe, wilson

SETTING = ComparisonSetting(0.95, 50, 20)


def share(n: int, N: int, estimand: Any = "D", **more: Any) -> Indicator:
    return Indicator("challenge.staff.share", n / N, "share", n, N, None, estimand, **more)


def wilson_share(n: int, N: int, level: float = 0.95) -> Indicator:
    limits = wilson(n, N, level)
    return share(n, N, "S", low=limits.low, high=limits.high, method="wilson", level=level)


def number(
    value: float | None, unit: Any = "index", key: str = "some.thing.index", **more: Any
) -> Indicator:
    return Indicator(key, value, unit, **more)


def test_shares_of_other_reports_are_judged_by_newcombe() -> None:
    move = judge_change(share(5, 50), share(12, 20), SETTING)
    expected = newcombe(12, 20, 5, 50)
    assert (move.verdict, move.basis) == ("moved", "newcombe")
    assert (move.low, move.high) == pytest.approx((expected.low, expected.high))
    assert move.change == pytest.approx(0.5)


def test_same_change_of_fewer_reports_is_within_uncertainty() -> None:
    few = ComparisonSetting(0.95, 10, 10)
    assert judge_change(share(4, 10), share(6, 10), few).verdict == "within_uncertainty"
    many = ComparisonSetting(0.95, 1000, 1000)
    assert judge_change(share(400, 1000), share(600, 1000), many).verdict == "moved"


@pytest.mark.parametrize(("old", "new"), [((1, 9), (12, 20)), ((5, 50), (9, 9)), ((1, 3), (3, 3))])
def test_a_share_of_fewer_than_ten_is_counted_and_its_change_not_judged(
    old: tuple[int, int], new: tuple[int, int]
) -> None:
    for estimand in ("D", "S", "P"):
        move = judge_change(share(*old, estimand), share(*new, estimand), SETTING)
        assert (move.verdict, move.why, move.change) == ("incomparable", "too_few", None)
    assert judge_change(share(1, 10), share(9, 10), SETTING).why != "too_few"


def test_a_share_of_the_whole_register_is_known_however_few() -> None:
    old, new = (Indicator("projects.joint.share", n / 9, "share", n, 9) for n in (2, 4))
    move = judge_change(old, new, SETTING)
    assert (move.verdict, move.basis, move.few) == ("counted", "exact", True)


def test_same_reports_are_judged_report_by_report() -> None:
    old, new = share(20, 50), share(27, 50)
    setting = ComparisonSetting(0.95, 50, 50)
    assert judge_change(old, new, setting).verdict == "within_uncertainty"
    pairs = {old.identity: (20, 7, 0, 23)}
    move = judge_change(old, new, replace(setting, pairs=pairs))
    assert (move.verdict, move.basis) == ("moved", "newcombe_paired")


@given(st.integers(0, 60), st.integers(0, 40))
def test_square_and_add_of_wilson_limits_is_newcombe(x: int, y: int) -> None:
    limits = square_and_add(wilson_share(x, 60), wilson_share(y, 40))
    expected = newcombe(y, 40, x, 60)
    assert limits == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_limits_of_different_levels_are_not_mixed() -> None:
    assert square_and_add(wilson_share(5, 60), wilson_share(5, 60, 0.9)) is None


def test_share_of_goals_takes_the_limits_of_projects_of_this_kind() -> None:
    old, new = share(100, 169), share(20, 65)
    limits = {"low": 0.2, "high": 0.7, "method": "wilson, clustered by project", "level": 0.95}
    siblings = (share(100, 169, "S", **limits), share(20, 65, "S", **limits))
    assert judge_change(old, new, SETTING, siblings).basis == "square_and_add"
    assert judge_change(old, new, SETTING).why == "uncertainty_unknown"


def test_wilson_limits_are_had_at_the_level_of_the_newer_run() -> None:
    old, new = wilson_share(10, 12, 0.99), wilson_share(1, 16, 0.9)
    move = judge_change(old, new, ComparisonSetting(0.9, None, None))
    expected = newcombe(1, 16, 10, 12, 0.9)
    assert (move.low, move.high, move.level) == (expected.low, expected.high, 0.9)


def test_what_is_counted_from_the_register_needs_no_interval() -> None:
    key = "grants.gini.index"
    move = judge_change(number(0.4, key=key), number(0.41, key=key), SETTING)
    assert (move.verdict, move.basis, move.low) == ("counted", "exact", None)


def test_index_without_limits_is_not_said_to_have_moved() -> None:
    move = judge_change(number(0.4), number(0.9), SETTING)
    assert (move.verdict, move.why) == ("incomparable", "uncertainty_unknown")
    assert move.change == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        (number(0.4), number(None), "not_computed"),
        (number(None), number(0.4), "not_computed"),
        (number(0.4), number(None, suppressed=True), "suppressed"),
        (number(0.4), number(0.4, unit="ratio"), "unit"),
    ],
)
def test_numbers_that_are_not_both_there_are_not_compared(
    old: Indicator, new: Indicator, why: str
) -> None:
    move = judge_change(old, new, SETTING)
    assert (move.verdict, move.why, move.change) == ("incomparable", why, None)


def test_bounds_tell_of_a_change_only_where_they_are_apart() -> None:
    def bounds(low: float, value: float, high: float) -> Indicator:
        return Indicator("a.b.bounds", value, "share", 10, 20, None, "P", low, high, "bounds", 1.0)

    assert judge_change(bounds(0.1, 0.2, 0.6), bounds(0.5, 0.6, 0.9), SETTING).verdict == (
        "within_uncertainty"
    )
    assert judge_change(bounds(0.1, 0.2, 0.3), bounds(0.5, 0.6, 0.9), SETTING).verdict == "moved"


def test_a_count_has_no_chance_in_it_and_follows_from_another_scope() -> None:
    old, new = (number(value, "count", "coding.passages.count") for value in (35.0, 15.0))
    move = judge_change(old, new, replace(SETTING, other_scope=True))
    assert (move.verdict, move.why, move.low) == ("counted", "scope", None)
    assert judge_change(old, new, SETTING).why == ""


@pytest.mark.parametrize(
    ("key", "unit"),
    [
        ("selection.r_indicator.index", "index"),
        ("selection.largest.difference", "difference"),
        ("saturation.unseen.count", "count"),
        ("saturation.every.count", "count"),
        ("coding.codes_weak.count", "count"),
    ],
)
def test_an_estimate_is_not_told_as_counted_in_full(key: str, unit: Any) -> None:
    limits = {"low": 0.1, "high": 1.0, "level": 0.95}
    for setting in (SETTING, replace(SETTING, other_scope=True)):
        for more in ({}, limits):
            move = judge_change(number(0.4, unit, key, **more), number(0.9, unit, key), setting)
            assert (move.verdict, move.why) == ("incomparable", "uncertainty_unknown")


def test_main_indicators_are_judged_all_at_once() -> None:
    """Fisher's p of 19/52 against 2/20 is .04: enough alone, and not among nine (.36)."""
    setting = ComparisonSetting(0.95, 52, 20)

    def shares(x: int, n: int, *others: int) -> list[Indicator]:
        return [
            replace(share(value, n), key=f"challenge.c{place}.share")
            for place, value in enumerate((x, *others))
        ]

    (alone,) = compare_indicators(shares(19, 52), shares(2, 20), setting)
    assert (alone.verdict, alone.why) == ("moved", "")
    first, *_ = compare_indicators(shares(19, 52, *[26] * 8), shares(2, 20, *[10] * 8), setting)
    assert (first.verdict, first.why) == ("within_uncertainty", "many")
    assert (first.low, first.high) == (alone.low, alone.high)
    clear, *_ = compare_indicators(shares(45, 52, *[26] * 8), shares(2, 20, *[10] * 8), setting)
    assert (clear.verdict, clear.why) == ("moved", "")


def test_what_is_read_otherwise_in_the_same_texts_is_no_chance() -> None:
    setting = ComparisonSetting(0.95, 50, 50, same_texts=True)
    move = judge_change(share(5, 50), share(12, 50), setting)
    assert (move.verdict, move.low) == ("reread", None)


def test_appeared_gone_and_unchanged() -> None:
    kept, left, came = share(1, 50), number(1.0), number(2.0, source="x")
    found = compare_indicators(
        [kept, left], [replace(kept, source="elsewhere", note="other words")], SETTING
    )
    assert [(move.key, move.verdict) for move in found] == [("some.thing.index", "gone")]
    assert [move.verdict for move in compare_indicators([], [came], SETTING)] == ["appeared"]
    assert compare_indicators([kept], [kept], SETTING) == ()


def test_order_is_that_of_the_indicators_whatever_order_they_come_in() -> None:
    items = [replace(share(5, 50), key=f"challenge.{name}.share") for name in "cab"]
    found = compare_indicators(items, [], SETTING)
    assert [move.key for move in found] == sorted(item.key for item in items)
    assert isinstance(found[0], IndicatorChange)
