"""Verdicts on order against claims judged straight from the reports, pair by pair."""

from functools import cache
from math import comb

import numpy as np
import pytest
from handmade import handmade
from hypothesis import given
from hypothesis import strategies as st

from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.indicators.order import KEY, CodeOrder, order_records

NAMES = ("c.a", "c.b", "c.c", "c.d")
UNREAD = 20
ESTIMANDS = ("D", "P", "S")
tables = st.lists(st.tuples(*[st.booleans()] * 4), min_size=1, max_size=40)
leaning = st.lists(
    st.tuples(*(st.sampled_from([True] * w + [False] * (8 - w)) for w in (7, 5, 3, 1))),
    min_size=10, max_size=50,
)  # fmt: skip


def record(first, second, x=0, n=0, estimand="S", **changes):
    own = {
        "value": x / n if n else None, "x": x, "n": n,
        "N": n + UNREAD if estimand == "P" else None,
    }  # fmt: skip
    by = dimensions(first=first, second=second)
    own |= changes
    return Indicator(key=KEY, unit="share", estimand=estimand, dimensions=by, **own)


def counted(rows, i, j):
    return sum(r[i] and not r[j] for r in rows), sum(r[j] and not r[i] for r in rows)


def order_of(rows, estimand, level=0.95):
    records = []
    for i, first in enumerate(NAMES):
        for j in range(i + 1, len(NAMES)):
            x, y = counted(rows, i, j)
            records.append(record(first, NAMES[j], x, x + y, estimand))
    return CodeOrder.from_records(records, estimand, level)


@cache
def p_value(x, y, estimand):
    """Two-sided, from sums of whole numbers."""
    d, high = x + y, max(x, y)
    if x == y:
        return 1 - comb(d, x) / 2**d / 2 if d else 1.0
    upper = sum(comb(d, i) for i in range(high, d + 1))
    midp = (2 * upper - comb(d, high)) / 2**d
    if estimand == "S":
        return midp
    tails = []
    for D in range(d, d + UNREAD + 1):
        one, other = D // 2, D - D // 2
        ways = sum(comb(one, i) * comb(other, d - i) for i in range(high, d + 1))
        tails.append(ways / comb(D, d))
    return min(midp, 2 * max(tails))


def beats(rows, i, j, estimand, tests=1):
    x, y = counted(rows, i, j)
    return x > y and (estimand == "D" or p_value(x, y, estimand) * tests <= 0.05)


@pytest.mark.parametrize("estimand", ESTIMANDS)
@given(rows=tables | leaning)
def test_the_greatest_is_the_code_that_beats_all_others(estimand, rows):
    order = order_of(rows, estimand)
    for i, code in enumerate(NAMES):
        verdict = order.judge_greatest(code, NAMES)
        others = [j for j in range(4) if j != i]
        leads = [counted(rows, i, j) for j in others]
        assert verdict.stands == all(beats(rows, i, j, estimand) for j in others)
        if any(x < y for x, y in leads):
            assert verdict.outcome == "another_leads"
        elif any(x == y for x, y in leads):
            assert verdict.outcome == "tied"
        else:
            assert verdict.outcome in ("leads", "not_beyond")
        nearest = min(x - y for x, y in leads)
        assert verdict.pair.lead == nearest or nearest > 0
        if estimand != "D":
            own = p_value(verdict.pair.x, verdict.pair.y, estimand)
            assert verdict.p == pytest.approx(own, abs=1e-9)
            assert nearest <= 0 or own == pytest.approx(
                max(p_value(x, y, estimand) for x, y in leads), abs=1e-9
            )


@pytest.mark.parametrize("estimand", ESTIMANDS)
@given(rows=tables | leaning)
def test_codes_are_among_the_first_where_they_beat_all_but_the_spare(estimand, rows):
    order = order_of(rows, estimand)
    for i, j in ((0, 1), (1, 2), (3, 0)):
        for first in (2, 3, 4):
            spare = first - 2
            others = {0, 1, 2, 3} - {i, j}
            expected = all(
                sum(not beats(rows, own, other, estimand, spare + 1) for other in others) <= spare
                for own in (i, j)
            )
            assert order.judge_top([NAMES[i], NAMES[j]], NAMES, first).stands == expected


@given(rows=tables | leaning)
def test_what_holds_of_projects_like_these_holds_of_the_programme_and_of_the_reports(rows):
    verdicts = [order_of(rows, each).judge_greatest("c.a", NAMES).stands for each in "SPD"]
    assert verdicts == sorted(verdicts)


@given(rows=tables)
def test_of_the_reports_read_the_best_are_those_with_the_most_mentions(rows):
    mentions = np.array(rows).sum(axis=0)
    best = {name for name, x in zip(NAMES, mentions, strict=True) if x == mentions.max()}
    assert set(order_of(rows, "D").find_best(NAMES)) == best


@pytest.mark.parametrize("estimand", ["P", "S"])
@given(rows=tables | leaning)
def test_the_best_set_holds_the_leader_and_is_one_code_where_it_leads(estimand, rows):
    order = order_of(rows, estimand)
    best = order.find_best(NAMES)
    told = [code for code in NAMES if order.judge_greatest(code, NAMES).stands]
    assert set(order_of(rows, "D").find_best(NAMES)) <= set(best)
    assert not told or list(best) == told


def test_the_pair_that_decides_is_the_rival_that_comes_nearest():
    records = [
        record("c.a", "c.b", 18, 22),
        record("c.a", "c.c", 15, 22),
        record("c.b", "c.c", 5, 9),
    ]
    verdict = CodeOrder.from_records(records, "S").judge_greatest("c.a", ["c.b", "c.c"])
    assert (verdict.outcome, verdict.pair.ahead, verdict.pair.behind) == (
        "not_beyond",
        "c.a",
        "c.c",
    )
    assert (verdict.pair.x, verdict.pair.y, verdict.pair.record) == (15, 7, records[1])
    assert verdict.p == pytest.approx(p_value(15, 7, "S"))
    behind = CodeOrder.from_records(records, "S").judge_greatest("c.c", ["c.a", "c.b"])
    assert (behind.outcome, behind.pair.behind) == ("another_leads", "c.a")


def test_a_level_of_the_study_is_kept():
    records = [record("c.a", "c.b", 14, 20)]
    p = p_value(14, 6, "S")
    assert 0.05 < p < 0.1
    assert not CodeOrder.from_records(records, "S", 0.95).judge_greatest("c.a", ["c.b"]).stands
    assert CodeOrder.from_records(records, "S", 0.9).judge_greatest("c.a", ["c.b"]).stands


WITHHELD = {"value": None, "x": None, "n": None, "suppressed": True, "why": "cell"}
NOT_ASKED = {"value": None, "why": "not_asked"}


def test_a_withheld_pair_leaves_a_claim_open_unless_another_decides():
    lead = record("c.a", "c.b", 20, 20)
    hidden = record("c.a", "c.c", **WITHHELD)
    order = CodeOrder.from_records([lead, hidden], "S")
    verdict = order.judge_greatest("c.a", ["c.b", "c.c"])
    assert (verdict.outcome, verdict.pair.behind, verdict.p) == ("withheld", "c.c", None)
    assert order.judge_greatest("c.b", ["c.a", "c.c"]).outcome == "another_leads"
    assert order.judge_top(["c.a"], ["c.b", "c.c"], 2).stands
    close = CodeOrder.from_records([record("c.a", "c.b", 11, 20), hidden], "S")
    assert close.judge_greatest("c.a", ["c.b", "c.c"]).outcome == "not_beyond"
    assert close.judge_top(["c.a"], ["c.b", "c.c"], 2).outcome == "withheld"
    assert CodeOrder.from_records([], "S").judge_greatest("c.a", ["c.b"]).outcome == "unknown"


def test_a_code_that_no_report_was_asked_of_is_no_rival():
    records = [
        record("c.a", "c.b", 20, 20),
        record("c.a", "c.c", **NOT_ASKED),
        record("c.b", "c.c", **NOT_ASKED),
    ]
    order = CodeOrder.from_records(records, "S")
    assert order.judge_greatest("c.a", ["c.b", "c.c"]).stands
    assert order.judge_greatest("c.c", ["c.a", "c.b"]).outcome == "unknown"


def test_without_rivals_a_code_leads():
    order = CodeOrder.from_records([], "P")
    assert order.judge_greatest("c.a", ["c.a"]).outcome == "leads"
    assert order.judge_top(["c.a"], ["c.b"], 2).stands
    with pytest.raises(ValueError, match="not more of them than places"):
        order.judge_top(["c.a", "c.b"], [], 1)


def test_records_of_a_run_are_enough():
    evidence = handmade()
    records = order_records(evidence)
    codes = ["challenge.staff", "challenge.technology", "challenge.unheard"]
    assert CodeOrder.from_records(records, "D").judge_top(codes[:1], codes).stands
    verdict = CodeOrder.from_records(records, "S").judge_greatest(codes[0], codes)
    assert (verdict.outcome, verdict.pair.behind) == ("not_beyond", codes[1])
    assert CodeOrder.from_records(records, "D").judge_greatest(
        "result.data", ["result.automation"]
    ).outcome == "tied"  # fmt: skip
    nothing = CodeOrder.from_records(order_records(evidence.but(
        presence=evidence.presence.iloc[:0], n=0)), "D")  # fmt: skip
    assert nothing.judge_greatest(codes[0], codes).outcome == "unknown"
