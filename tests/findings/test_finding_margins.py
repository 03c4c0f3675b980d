"""How far a finding would hold: the nearest count that turns it, and no nearer one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from claims_by_hand import finding, interval, share, shares

from evaltools.findings.judgement import judge
from evaltools.findings.lookup import index_numbers
from evaltools.findings.strength import find_last_limit, find_turning_point

KEY = "goals.good.share"


def judged(condition, numbers, estimand="D"):
    (judgement,) = judge([finding(condition, estimand=estimand)], numbers, estimand)
    return judgement, index_numbers(numbers)


@pytest.mark.parametrize(
    ("condition", "x", "turns"),
    [
        ({"at_least": {"key": KEY, "value": 0.5}}, 29, 25),  # 26/52 meets one half
        ({"at_least": {"key": KEY, "value": 0.5}}, 20, 26),
        ({"at_most": {"key": KEY, "value": 0.5}}, 20, 27),
        ({"quantity": {"key": KEY, "word": "most"}}, 29, 26),  # one half is not most
        ({"quantity": {"key": KEY, "word": "few"}}, 5, 11),  # none are few, and 11 are not
        ({"quantity": {"key": KEY, "word": "all"}}, 52, 51),
        ({"at_least": {"key": KEY, "value": 0}}, 5, None),  # no count turns it
    ],
)
def test_the_turning_point_is_the_nearest_count(condition, x, turns):
    judgement, numbers = judged(condition, share(KEY, x))
    found = find_turning_point(judgement, numbers)
    assert (found.x if found else None) == turns


def test_of_several_numbers_the_one_that_turns_soonest_is_told():
    judgement, numbers = judged(
        {"greatest": {"key": "challenge.staff.share", "of": "challenge.*.share"}},
        shares(staff=30, pandemic=27, procurement=12),
    )
    found = find_turning_point(judgement, numbers)
    assert (found.reading.name, found.x) == ("challenge.staff.share", 27)


def test_intervals_tell_the_limit_and_no_count():
    numbers = [interval(0.6, 0.52, 0.7)]
    judgement, index = judged({"at_least": {"key": KEY, "value": 0.5}}, numbers, "S")
    assert find_turning_point(judgement, index) is None
    reading, limit = find_last_limit(judgement, index)
    assert (reading.name, limit) == (KEY, 0.52)
    judgement, index = judged({"at_most": {"key": KEY, "value": 0.8}}, numbers, "S")
    assert find_last_limit(judgement, index)[1] == 0.7
    judgement, index = judged({"at_least": {"key": KEY, "value": 0.6}}, numbers, "S")
    assert find_last_limit(judgement, index) is None


def test_what_numbers_do_not_decide_has_no_turning_point():
    judgement, numbers = judged({"at_least": {"key": KEY, "value": 0.5}}, share(KEY, 29))
    other = replace(judgement, outcome="cannot_be_told")
    assert find_turning_point(other, numbers) is None
