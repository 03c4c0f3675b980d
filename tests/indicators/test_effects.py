import pandas as pd
import pytest
from handmade import found, handmade, nothing_coded

from evaltools.indicators import effects
from evaltools.indicators.indicator import to_table
from evaltools.indicators.ratings import distributions, self_ratings
from evaltools.indicators.savings import grounds
from evaltools.indicators.sustainability import achieved_goals, sustainability_states


def test_savings_are_claimed_by_projects_not_by_claims():
    record = found(effects.compute(handmade()), "savings.claimed.share", "P")
    assert (record.x, record.n) == (3, 4)


@pytest.mark.parametrize(
    ("ground", "x"), [("with_sum", 3), ("baseline", 2), ("method", 1), ("complete", 1)]
)
def test_grounds_are_shares_of_claims(ground, x):
    record = found(effects.compute(handmade()), f"savings.{ground}.share")
    assert (record.x, record.n) == (x, 4)


def test_sums_are_told_as_median_and_quartiles_with_their_coverage():
    records = effects.compute(handmade())
    median = found(records, "savings.median.money")
    assert (median.value, median.x, median.n) == (30_000, 3, 4)
    assert found(records, "savings.lower_quartile.money").value == 20_000
    assert found(records, "savings.upper_quartile.money").value == 115_000
    assert "one-off" in median.note


def test_the_smallest_and_the_largest_sum_are_told_by_no_record():
    records = effects.compute(handmade())
    assert not {r.value for r in records if r.unit == "money" and not r.dimensions} & {
        10_000,
        200_000,
    }


def test_yearly_sums_are_told_apart_from_one_off_ones():
    records = effects.compute(handmade())
    assert found(records, "savings.median.money", period="yearly").value == 20_000
    assert found(records, "savings.median.money", period="once").value == 200_000


def test_there_is_no_total_of_claimed_savings():
    assert not [i for i in effects.compute(handmade()) if "total" in i.key or "sum.money" in i.key]


def test_savings_of_few_projects_are_withheld():
    records = effects.compute(handmade(minimum_cell=5))
    for key in ("savings.with_sum.share", "savings.median.money", "savings.upper_quartile.money"):
        record = found(records, key)
        assert record.suppressed
        assert (record.value, record.x) == (None, None)
    for estimand in "DPS":
        claimed = found(records, "savings.claimed.share", estimand)
        assert (claimed.suppressed, claimed.x, claimed.why) == (True, None, "few")
    assert found(records, "savings.claimed.bounds", "P").suppressed
    assert grounds(handmade(minimum_cell=5))["claims"].isna().all()


def test_ratings_are_told_as_a_whole_distribution():
    records = effects.compute(handmade())
    counts = [
        found(records, "rating.answers.share", item="goal_attainment", value=str(value)).x
        for value in range(1, 6)
    ]
    assert counts == [0, 1, 0, 2, 1]
    top = found(records, "rating.answers.share", "S", item="goal_attainment", value="4")
    assert (top.value, top.n, top.method) == (0.5, 4, "goodman")


def test_there_is_no_mean_of_ratings():
    assert not [i for i in effects.compute(handmade()) if "mean" in i.key or "mean" in i.method]


def test_ratings_of_few_projects_are_withheld():
    records = effects.compute(handmade(minimum_cell=2))
    lonely = [
        found(records, "rating.answers.share", item="effort", value=str(value))
        for value in range(1, 6)
    ]
    assert all(record.suppressed for record in lonely)
    (effort,) = (one for one in distributions(handmade(minimum_cell=2)) if one.item == "effort")
    assert all(effort.protection.cells)
    assert set(effort.counts) == {None}


def test_only_the_projects_own_ratings_are_self_ratings():
    evidence = handmade()
    ministry = evidence.ratings.assign(rater_kind="ministry", value=1)
    both = evidence.but(ratings=pd.concat([evidence.ratings, ministry], ignore_index=True))
    assert distributions(both) == distributions(evidence)


def test_a_project_that_answers_twice_is_one_rater():
    evidence = handmade()
    twice = pd.concat([evidence.ratings, evidence.ratings.assign(value=1)], ignore_index=True)
    assert len(self_ratings(evidence.but(ratings=twice))) == len(evidence.ratings)


def test_only_goals_that_came_about_can_take_root():
    assert achieved_goals(handmade())["goal_id"].tolist() == ["G1", "G2", "G3"]


@pytest.mark.parametrize(
    ("sign", "x"), [("owner", 2), ("budget", 1), ("use", 2), ("spread", 0), ("all_three", 1)]
)
def test_signs_of_rooting_are_shares_of_goals_achieved_or_partly(sign, x):
    record = found(effects.compute(handmade()), f"sustainability.{sign}.share")
    assert (record.x, record.n) == (x, 3)


def test_a_goal_of_which_rooting_says_nothing_is_silent():
    states = sustainability_states(handmade()).set_index("sign")
    assert states.loc["owner", ["yes", "no", "silent"]].tolist() == [2, 0, 1]
    assert states.loc["spread", ["yes", "no", "silent"]].tolist() == [0, 1, 2]


def test_without_claims_ratings_and_goals_every_indicator_is_there_and_says_why():
    usual, empty = effects.compute(handmade()), effects.compute(nothing_coded(handmade()))
    assert {i.identity for i in usual} == {i.identity for i in empty}
    missing = [i for i in empty if i.key != "savings.claimed.share" and i.key[-6:] != "bounds"]
    assert all(i.value is None and i.note for i in missing)


def test_no_two_indicators_of_the_chapter_are_the_same():
    to_table(effects.compute(handmade()))


def test_a_period_of_few_projects_is_not_given_away_by_the_rest():
    # Two projects give yearly sums, one a sum once: the place of all less that of the yearly
    # ones would be the sum of the one.
    evidence = handmade(minimum_cell=2)
    claims = evidence.saving_claims
    more = claims.assign(claim_id="D" + claims["claim_id"], project_id="P4", period="yearly")
    records = effects.compute(evidence.but(saving_claims=pd.concat([claims, more])))
    assert found(records, "savings.median.money").value == 30_000
    for period in ("once", "yearly"):
        assert found(records, "savings.median.money", period=period).why == "few"


def test_that_few_claims_give_no_sum_is_not_told_either():
    evidence = handmade(minimum_cell=5)
    silent = evidence.but(saving_claims=evidence.saving_claims.assign(amount=None))
    assert found(effects.compute(silent), "savings.median.money").suppressed
