import pytest
from handmade import handmade, nothing_coded

from evaltools.indicators.prevalence import coder_band, prevalence, ranking, themes, ties


def by_identity(records):
    return {(r.key, r.estimand): r for r in records}


def test_a_theme_has_the_three_estimands_of_one_count():
    found = by_identity(prevalence(handmade(), "challenge"))
    for estimand in "DPS":
        record = found[("challenge.staff.share", estimand)]
        assert (record.value, record.x, record.n) == (0.75, 3, 4)
    bounds = found[("challenge.staff.bounds", "P")]
    assert (bounds.low, bounds.high) == (pytest.approx(3 / 6), pytest.approx(5 / 6))


def test_silence_is_kept_apart_from_no():
    found = by_identity(prevalence(handmade(), "challenge", "steering"))
    assert found[("challenge.staff.denied.share", "D")].x == 1
    assert found[("challenge.staff.silent.share", "D")].x == 0
    assert found[("steering.effect.denied.share", "D")].x == 1
    assert found[("steering.effect.silent.share", "D")].x == 2


def test_states_of_every_code_add_up_to_the_reports():
    for kind in ("goal", "result", "challenge", "response", "steering"):
        frame = themes(handmade(), kind)
        assert (frame[["yes", "no", "silent"]].sum(axis=1) == 4).all()


def test_a_code_that_nobody_used_is_reported_as_nought():
    found = by_identity(prevalence(handmade(), "challenge"))
    record = found[("challenge.unheard.share", "P")]
    assert record.value == 0
    assert record.high > 0


def test_codes_that_only_group_are_left_out():
    assert "goal.group" not in set(themes(handmade(), "goal")["code_id"])


def test_the_coder_band_runs_from_all_to_any():
    band = by_identity(coder_band(handmade(), "result"))[("result.data.coder_band", "D")]
    assert (band.value, band.low, band.high) == (0.25, 0.25, 0.5)


def test_a_share_outside_the_band_widens_it_and_says_so():
    evidence = handmade()
    strict = evidence.but(presence=evidence.mild, mild=evidence.presence)
    object.__setattr__(strict, "presence_by_rule", lambda rule: evidence.presence)
    band = by_identity(coder_band(strict, "result"))[("result.data.coder_band", "D")]
    assert (band.low, band.high) == (0.25, 0.5)
    assert "widened" in band.note


def test_the_ranking_is_total_and_its_ties_can_be_seen():
    ranked = ranking(handmade(), "response")
    assert ranked == [("response.plan", 3), ("response.help", 2)]
    tied = ranking(handmade(), "result")
    assert tied == [("result.automation", 1), ("result.data", 1)]
    assert ties(tied) == [(1, ("result.automation", "result.data"))]
    assert ties(ranked) == []


def test_the_ranking_does_not_depend_on_the_order_of_rows():
    evidence = handmade()
    turned = evidence.but(
        presence=evidence.presence[::-1], tables=evidence.tables
        | {"codes": evidence.tables["codes"][::-1]},
    )  # fmt: skip
    assert ranking(turned, "result") == ranking(evidence, "result")


@pytest.mark.parametrize("estimand", ["descriptive", "population", "superpopulation"])
def test_the_table_of_themes_shows_the_limits_of_the_chosen_estimand(estimand):
    frame = themes(handmade().but(parameters={"estimand": estimand}), "challenge").iloc[0]
    expected = {
        "descriptive": (None, None),
        "population": (frame.p_low, frame.p_high),
        "superpopulation": (frame.s_low, frame.s_high),
    }[estimand]
    if expected[0] is None:
        assert frame[["low", "high"]].isna().all()
    else:
        assert (frame.low, frame.high) == expected
    assert frame.bound_low <= frame.p_low <= frame.share <= frame.p_high <= frame.bound_high


def test_equal_counts_share_a_rank():
    frame = themes(nothing_coded(handmade()), "challenge")
    assert frame["rank"].tolist() == [1, 1, 1]
    assert frame["tied"].all()
