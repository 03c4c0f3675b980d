from handmade import found, handmade, nothing_coded, states

from evaltools.indicators import challenges
from evaltools.indicators.challenge_response import (
    answer_table,
    incidence,
    pair_table,
    strongest_links,
)
from evaltools.indicators.comparisons import compare_groups, compare_waves, earlier_wave
from evaltools.indicators.indicator import to_table
from evaltools.indicators.prevalence import codebook
from evaltools.statistics.contingency import cooccurrence, holm
from evaltools.statistics.intervals import newcombe


def pair(evidence, challenge, response):
    frame = pair_table(evidence).set_index(["challenge", "response"])
    return frame.loc[(challenge, response)]


def test_named_together_is_not_linked():
    row = pair(handmade(), "challenge.staff", "response.plan")
    assert (row.comentioned, row.linked) == (2, 0)
    row = pair(handmade(), "challenge.staff", "response.help")
    assert (row.comentioned, row.linked) == (2, 2)


def test_every_challenge_meets_every_response_once():
    frame = pair_table(handmade())
    assert len(frame) == 3 * 2
    assert not frame.duplicated(["challenge", "response"]).any()


def test_association_is_that_of_the_two_by_two_table_of_projects():
    evidence = handmade()
    a = incidence(evidence, codebook(evidence, "challenge"))["challenge.technology"]
    b = incidence(evidence, codebook(evidence, "response"))["response.help"]
    expected = cooccurrence(a, b)
    row = pair(evidence, "challenge.technology", "response.help")
    assert (row.phi, row.p) == (expected.phi, expected.p_value)


def test_the_family_of_tests_is_all_pairs():
    frame = pair_table(handmade())
    assert frame["holm"].tolist() == holm(frame["p"]).tolist()
    assert (frame["holm"] >= frame["p"]).all()


def test_a_pair_without_association_stays_in_the_family():
    records = challenges.compute(handmade())
    record = found(
        records, "pair.association.index", challenge="challenge.unheard", response="response.help"
    )
    assert record.value is None
    assert "family=6" in record.note


def test_links_are_ordered_by_how_many_reports_draw_them():
    frame = strongest_links(handmade())
    assert frame[["challenge", "response", "linked"]].to_numpy().tolist() == [
        ["challenge.staff", "response.help", 2],
        ["challenge.technology", "response.plan", 1],
    ]


def test_a_challenge_is_answered_where_a_response_is_linked_to_it():
    records = challenges.compute(handmade())
    record = found(records, "answered.staff.share", "S")
    assert (record.x, record.n) == (2, 3)
    assert found(records, "answered.unheard.share").value is None
    frame = answer_table(handmade())
    assert (frame["answered"] <= frame["with_challenge"]).all()


def test_groups_are_compared_urban_less_rural():
    row = compare_groups(handmade()).set_index("code_id").loc["challenge.staff"]
    assert (row.x1, row.n1, row.x2, row.n2) == (2, 2, 1, 2)
    limits = newcombe(2, 2, 1, 2)
    assert (row.difference, row.low, row.high) == (0.5, limits.low, limits.high)


def test_a_group_without_reports_cannot_be_compared():
    evidence = handmade()
    rural = evidence.projects.assign(municipality_group="rural")
    record = found(
        challenges.compute(evidence.but(projects=rural)), "group_difference.staff.difference", "S"
    )
    assert record.value is None
    assert "urban" in record.note


def test_a_wave_is_compared_with_the_earlier_one():
    evidence = handmade()
    assert earlier_wave(evidence) == 2021
    rows = compare_waves(evidence, "challenge").set_index("code_id")
    technology = rows.loc["challenge.technology"]
    assert (technology.x1, technology.n1, technology.x2, technology.n2) == (2, 4, 1, 1)


def test_a_side_with_too_few_reports_has_its_counts_and_no_difference():
    evidence = handmade()  # one report of the earlier wave, and two are the least
    technology = compare_waves(evidence, "challenge").set_index("code_id").loc[
        "challenge.technology"]  # fmt: skip
    assert technology[["difference", "low", "high", "p", "holm"]].isna().all()
    assert not technology.stands
    records = challenges.compute(evidence)
    for key in ("difference", "holm"):
        record = found(records, f"wave_difference.challenge.technology.{key}", "S")
        assert (record.value, record.low, record.why) == (None, None, "too_few")
        assert "wave 2022 2 of 4, wave 2021 1 of 1; fewer than 2 reports" in record.note
    counts = [found(records, "wave_difference.reports.count", "D", side=side).value
              for side in ("current", "previous")]  # fmt: skip
    assert counts == [4, 1]


def test_the_first_wave_has_nothing_to_be_compared_with():
    evidence = handmade().but(earlier=states({}, {}, []))
    assert earlier_wave(evidence) is None
    record = found(challenges.compute(evidence), "wave_difference.challenge.staff.difference", "S")
    assert record.value is None
    assert "no earlier wave" in record.note


def test_differences_are_listed_largest_first_and_ties_by_code():
    frame = compare_groups(handmade())
    sizes = frame["difference"].abs().tolist()
    assert sizes == sorted(sizes, reverse=True)


def test_a_programme_without_themes_has_all_its_indicators():
    usual, empty = challenges.compute(handmade()), challenges.compute(nothing_coded(handmade()))
    assert {i.identity for i in usual} == {i.identity for i in empty}


def test_no_two_indicators_of_the_chapter_are_the_same():
    to_table(challenges.compute(handmade()))
