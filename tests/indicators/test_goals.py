import pandas as pd
import pytest
from handmade import found, handmade, nothing_coded

from evaltools.indicators import goals
from evaltools.indicators.indicator import to_table


@pytest.mark.parametrize(
    ("key", "x"),
    [
        ("goals.achieved.share", 2),
        ("goals.achieved_measured.share", 1),
        ("goals.partly.share", 1),
        ("goals.not_achieved.share", 1),
        ("goals.not_reported.share", 1),
        ("goal_quality.metric.share", 2),
        ("goal_quality.baseline.share", 1),
        ("goal_quality.target.share", 2),
        ("goal_quality.complete.share", 1),
    ],
)
def test_shares_of_goals_are_of_the_goals_stated(key, x):
    records = goals.compute(handmade())
    for estimand in "DS":
        record = found(records, key, estimand)
        assert (record.x, record.n, record.value) == (x, 5, x / 5)


def test_stated_goals_are_counted():
    assert found(goals.compute(handmade()), "goals.stated.count").value == 5


def test_the_report_with_the_fewest_goals_is_counted_also_where_it_has_none():
    """Twice as many goals as reports do not make each report state one."""
    evidence = handmade()  # of four reports the last states no goal, the second one
    assert len(evidence.goals) > evidence.n
    assert found(goals.compute(evidence), "goals.fewest.count").value == 0
    stated = evidence.goals.iloc[[0]].assign(project_id="P4")
    complete = evidence.but(goals=pd.concat([evidence.goals, stated, stated]))
    assert found(goals.compute(complete), "goals.fewest.count").value == 1


def test_attainment_adds_up_to_the_goals_stated():
    records = goals.attainment(handmade())
    parts = [f"goals.{kind}.share" for kind in goals.ATTAINMENTS]
    assert sum(found(records, key).x for key in parts) == 5


def test_every_goal_is_in_one_cell_of_the_matrix():
    matrix = goals.goal_matrix(handmade())
    assert matrix["goals"].sum() == 5
    cell = matrix.set_index(["code_id", "attainment", "measured_by"])["goals"]
    assert cell[("goal.data", "achieved", "measured")] == 1
    assert cell[("goal.data", "partly", "estimated")] == 1
    assert cell[("goal.automation", "achieved", "measured")] == 0
    assert not cell.index.duplicated().any()


def test_a_combination_that_should_not_occur_is_still_counted():
    evidence = handmade()
    odd = evidence.goals.assign(attainment="not_reported", measured_by="measured")
    assert goals.goal_matrix(evidence.but(goals=odd))["goals"].sum() == 5


def test_matrix_records_carry_theme_attainment_and_measure():
    records = goals.compute(handmade())
    record = found(
        records, "goals.matrix.count",
        attainment="not_reported", code="goal.automation", measured_by="none",
    )  # fmt: skip
    assert (record.value, record.n) == (1, 5)


def test_attainment_is_crossed_with_how_it_is_known():
    table = goals.attainment_by_measure(handmade())
    assert table.loc["achieved"].tolist() == [1, 0, 1, 0]
    assert table.to_numpy().sum() == 5


def test_goals_sought_are_set_against_goals_achieved():
    frame = goals.results_by_theme(handmade()).set_index("code_id")
    assert frame.loc["goal.data", ["projects", "stated", "achieved", "measured"]].tolist() == [
        2, 3, 2, 1,
    ]  # fmt: skip
    assert frame.loc["goal.automation", ["stated", "achieved"]].tolist() == [2, 0]


def test_goal_quality_by_theme_ends_with_all_goals():
    frame = goals.quality_by_theme(handmade())
    assert frame.iloc[-1][["code_id", "stated", "metric", "complete"]].tolist() == ["all", 5, 2, 1]
    assert frame.iloc[:-1]["stated"].sum() == 5


def test_without_goals_shares_are_missing_and_say_why():
    records = goals.compute(nothing_coded(handmade()))
    record = found(records, "goals.achieved.share", "S")
    assert record.value is None
    assert record.note
    assert found(records, "goals.stated.count").value == 0
    assert goals.goal_matrix(nothing_coded(handmade()))["goals"].sum() == 0


def test_no_two_indicators_of_the_chapter_are_the_same():
    to_table(goals.compute(handmade()))
