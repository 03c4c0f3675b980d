import itertools

import pytest
from handmade import found, handmade, nothing_coded

from evaltools.indicators import steering
from evaltools.indicators.indicator import to_table
from evaltools.indicators.optimism_gap import (
    newcombe_paired,
    optimism,
    with_calculated_saving,
    with_measured_goal,
    with_sustained_goal,
)


def test_steering_themes_have_their_shares():
    record = found(steering.compute(handmade()), "steering.effect.share", "S")
    assert (record.x, record.n) == (1, 4)


def test_a_high_rating_is_one_of_the_two_highest_answers():
    record = found(steering.compute(handmade()), "rating.goal_attainment.high.share")
    assert (record.x, record.n) == (3, 4)
    assert found(steering.compute(handmade()), "rating.effort.high.share").x == 0


def test_each_question_is_held_against_what_can_bear_it_out():
    assert with_measured_goal(handmade()) == {"P1"}
    assert with_calculated_saving(handmade()) == {"P1"}
    assert with_sustained_goal(handmade()) == {"P1"}


def test_the_gap_is_rated_high_less_achieved_and_measured():
    for by in ({}, {"item": "goal_attainment"}):
        record = found(steering.compute(handmade()), "optimism_gap.difference", "S", **by)
        assert record.value == pytest.approx(3 / 4 - 1 / 4)
        assert (record.x, record.n) == (3, 4)
        assert record.low < record.value < record.high


def test_a_question_that_nothing_can_bear_out_has_no_gap():
    assert optimism(handmade())["item_id"].tolist() == ["goal_attainment"]


def test_a_gap_of_withheld_ratings_is_withheld():
    record = found(steering.compute(handmade(minimum_cell=5)), "optimism_gap.difference")
    assert record.suppressed
    frame = optimism(handmade(minimum_cell=5)).set_index("item_id")
    assert frame.loc["goal_attainment", ["high", "gap", "gap_low"]].isna().all()


def test_a_form_without_the_question_has_a_gap_that_says_why_it_is_missing():
    evidence = handmade()
    others = evidence.tables["rating_items"].query("item_id == 'effort'")
    tables = evidence.tables | {"rating_items": others}
    record = found(steering.compute(evidence.but(tables=tables)), "optimism_gap.difference")
    assert record.value is None
    assert record.note


def test_without_ratings_there_is_no_gap_and_the_reason_is_told():
    usual, empty = steering.compute(handmade()), steering.compute(nothing_coded(handmade()))
    assert {i.identity for i in usual} == {i.identity for i in empty}
    record = found(empty, "optimism_gap.difference")
    assert record.value is None
    assert record.note


def test_paired_limits_enclose_the_difference_for_every_small_table():
    for a, b, c, d in itertools.product(range(5), repeat=4):
        if a + b + c + d:
            found = newcombe_paired(a, b, c, d, 0.95)
            assert -1 <= found.low <= found.value <= found.high <= 1


def test_paired_limits_turn_with_the_order_of_the_two():
    there, back = newcombe_paired(12, 9, 3, 20, 0.95), newcombe_paired(12, 3, 9, 20, 0.95)
    assert (there.low, there.high) == (pytest.approx(-back.high), pytest.approx(-back.low))


def test_paired_limits_cover_at_about_their_level():
    """By enumeration of every table of 15 pairs under some true tables."""
    from scipy.stats import multinomial

    tables = [t for t in itertools.product(range(16), repeat=4) if sum(t) == 15]
    limits = [newcombe_paired(*t, 0.95) for t in tables]
    for truth in ([0.4, 0.3, 0.1, 0.2], [0.25] * 4, [0.1, 0.6, 0.05, 0.25]):
        chance = multinomial.pmf(tables, 15, truth)
        hit = [i.low <= truth[1] - truth[2] <= i.high for i in limits]
        assert float((chance * hit).sum()) > 0.93


def test_impossible_tables_are_refused():
    with pytest.raises(ValueError, match="needs counts"):
        newcombe_paired(0, 0, 0, 0, 0.95)


def test_no_two_indicators_of_the_chapter_are_the_same():
    to_table(steering.compute(handmade()))
