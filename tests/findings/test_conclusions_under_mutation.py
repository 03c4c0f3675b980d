"""Goals of the example study change together: answers, criteria, links and advice change too."""

from __future__ import annotations

import pytest
from one_thing_changed import Mutation, base, by_identity, recompute_goal, recompute_rooting

from evaltools.findings.conclusions import (
    answer_questions,
    due_recommendations,
    judge_criteria,
    load_conclusions,
    outcomes_of,
)
from evaltools.findings.logic import examine_links, load_logic
from evaltools.findings.lookup import index_numbers

SIGNS = ("owner_named", "budget_line", "in_use")


def concluded(table="goals", recompute=recompute_goal, **columns):
    """What follows where every goal has these values."""
    start = base()
    frame = start.tables[table].assign(**columns)
    frame = frame.astype(start.tables[table].dtypes.to_dict())
    fresh = by_identity(recompute(Mutation(table, frame, (), {})))
    judgements, declared = [*start.judge(fresh).values()], load_conclusions(start.study)
    numbers = index_numbers({**start.records, **fresh}.values())
    answers = answer_questions(declared, judgements, numbers)
    levels = {
        each.subject: each.level
        for each in (*answers, *judge_criteria(declared, answers, judgements, numbers))
    }
    links = examine_links(load_logic(start.study), outcomes_of(judgements, answers, numbers))
    states = {(each.link.start, each.link.end): each.state for each in links}
    return levels, states, due_recommendations(declared, judgements, numbers)


GOALS = ("development", "results")


@pytest.mark.parametrize(
    ("columns", "level", "state"),
    [
        ({}, "cannot_be_told", "cannot_be_told"),
        ({"attainment": "achieved", "measured_by": "measured"}, "met", "supported"),
        ({"attainment": "achieved", "measured_by": "asserted"}, "partly_met", "supported"),
        ({"attainment": "not_achieved"}, "not_met", "contradicted"),
    ],
)
def test_effectiveness_and_its_link_follow_what_was_reached(columns, level, state):
    levels, states, _ = concluded(**columns)
    assert (levels["1.2"], levels["effectiveness"]) == (level, level)
    assert states[GOALS] == state


ROOTED = ("results", "rooted")
WEAKEST_FIRST = ["cannot_be_told", "not_met", "not_shown", "partly_met", "met"]


@pytest.mark.parametrize(
    ("told", "level", "state"),
    [
        ({}, "not_shown", "cannot_be_told"),
        (dict.fromkeys(SIGNS, "silent"), "not_shown", "cannot_be_told"),
        (dict.fromkeys(SIGNS, "no"), "not_met", "contradicted"),
        ({"budget_line": "no"}, "not_met", "contradicted"),
        ({"spread": "no"}, "not_shown", "cannot_be_told"),  # that is no part of lasting
        (dict.fromkeys(SIGNS, "yes"), "partly_met", "supported"),
    ],
    ids=str,
)
def test_what_reports_deny_is_not_met_and_what_they_pass_over_is_not_shown(told, level, state):
    levels, states, _ = concluded("sustainability", recompute_rooting, **told)
    assert levels["2.4"] == level
    assert states[ROOTED] == state
    # The criterion is as weak as the weaker answer.
    spread = levels["2.5"]
    assert levels["sustainability"] == min(level, spread, key=WEAKEST_FIRST.index)


@pytest.mark.parametrize(
    ("told", "level"), [("yes", "partly_met"), ("no", "not_shown"), ("silent", "not_shown")]
)
def test_spread_is_shown_in_part_at_most_and_only_where_most_results_are_told_of(told, level):
    levels, _, _ = concluded("sustainability", recompute_rooting, spread=told)
    assert levels["2.5"] == level


def test_advice_vanishes_with_the_finding_that_calls_for_it():
    levels, _, due = concluded()
    assert "metrics-in-applications" in due
    assert (levels["1.1"], levels["relevance"]) == ("not_shown", "not_shown")
    levels, _, due = concluded(has_metric=True, has_baseline=True, has_target=True)
    assert "metrics-in-applications" not in due
    # The answer to 1.1 has risen; whether the criterion has is for the weaker of 1.1 and 2.1.
    assert levels["1.1"] == "met"
    assert levels["relevance"] == levels["2.1"]
