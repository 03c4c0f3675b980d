"""Greatest, order, among the first: ties, missing members, and what chance may have done."""

import pytest
from claims_by_hand import interval, missing, outcome, share, shares, verdict, withheld

from evaltools.findings.evaluate import lead
from evaltools.findings.lookup import index_numbers
from evaltools.indicators.optimism_gap import newcombe_paired

OF = "challenge.*.share"


def greatest(**more):
    return {"greatest": {"key": "challenge.staff.share", "of": OF, **more}}


def order(*names, **more):
    return {"order": {"keys": [f"challenge.{name}.share" for name in names], **more}}


def among(*names, **more):
    keys = [f"challenge.{name}.share" for name in names]
    return {"among_top": {"keys": keys, "of": OF, **more}}


def test_the_greatest_leads_every_other_of_its_set():
    assert outcome(greatest(), shares(staff=37, partners=35)) == "holds"
    assert outcome(greatest(), shares(staff=35, partners=37)) == "does_not_hold"
    assert outcome(greatest(), [*shares(staff=3, aims=2), *share("response.x.share", 9)]) == "holds"


def test_the_states_of_a_theme_are_no_members_of_the_set():
    silent = interval(0.9, None, None, key="challenge.staff.silent.share", estimand="D")
    assert outcome(greatest(), [*shares(staff=3, aims=2), silent]) == "holds"


def test_a_tie_is_no_lead_unless_ties_are_allowed():
    tied = shares(staff=16, partners=16, aims=3)
    assert outcome(greatest(), tied) == "does_not_hold"
    assert verdict(greatest(), tied).because[0].kind == "tied"
    assert outcome(greatest(ties="allowed"), tied) == "holds"
    assert outcome(greatest(ties="allowed"), shares(staff=0, aims=0)) == "holds"


def test_a_withheld_or_missing_member_leaves_the_lead_open():
    for gap in (withheld, missing):
        rest = [*shares(staff=16, aims=3), gap("challenge.partners.share")]
        assert outcome(greatest(), rest) == "cannot_be_told"
        assert outcome(greatest(), [gap("challenge.staff.share"), *shares(aims=3)]) == (
            "cannot_be_told"
        )


def test_a_member_known_to_be_ahead_decides_whatever_is_withheld():
    rest = [*shares(staff=3, aims=16), withheld("challenge.partners.share")]
    assert outcome(greatest(), rest) == "does_not_hold"


@pytest.mark.parametrize("estimand", ["P", "S"])
def test_a_lead_within_chance_cannot_be_told_where_it_must_be_beyond(estimand):
    close, clear = shares(staff=37, partners=35), shares(staff=37, partners=10)
    beyond = greatest(beyond_uncertainty=True)
    assert outcome(greatest(), close, estimand) == "holds"
    assert outcome(beyond, close, estimand) == "cannot_be_told"
    assert verdict(beyond, close, estimand).because[0].kind == "not_beyond"
    assert outcome(beyond, clear, estimand) == "holds"


def test_a_lead_beyond_chance_is_asked_of_every_rival_and_fails_when_behind():
    beyond = greatest(beyond_uncertainty=True)
    assert outcome(beyond, shares(staff=37, aims=5, partners=35), "S") == "cannot_be_told"
    assert outcome(beyond, shares(staff=35, partners=37), "S") == "does_not_hold"


def test_the_interval_of_a_lead_is_no_better_than_any_overlap_allows():
    numbers = index_numbers(shares(staff=30, partners=20))
    a, b = (numbers.read(f"challenge.{name}.share", "S") for name in ("staff", "partners"))
    low, high = lead(a, b)
    for both in range(21):
        found = newcombe_paired(both, 30 - both, 20 - both, 2 + both, 0.95)
        assert low <= found.low + 1e-12
    assert low <= 10 / 52 <= high


def test_a_lead_over_another_denominator_has_no_interval():
    other = share("challenge.partners.share", 5, n=40)
    beyond = greatest(beyond_uncertainty=True)
    found = verdict(beyond, [*shares(staff=37), *other], "S")
    assert (found.outcome, found.because[0].kind) == ("cannot_be_told", "no_interval")


def test_an_order_is_that_order_and_no_other():
    numbers = shares(staff=16, technology=14, aims=12)
    assert outcome(order("staff", "technology", "aims"), numbers) == "holds"
    assert outcome(order("technology", "staff", "aims"), numbers) == "does_not_hold"
    assert outcome(order("staff", "aims", "technology"), numbers) == "does_not_hold"


def test_an_order_of_a_set_is_ahead_of_the_rest_of_it():
    numbers = shares(staff=16, technology=14, schedule=15)
    assert outcome(order("staff", "technology"), numbers) == "holds"
    assert outcome(order("staff", "technology", of=OF), numbers) == "does_not_hold"
    assert outcome(order("staff", "schedule", of=OF), numbers) == "holds"


def test_a_broken_order_is_told_with_the_first_of_the_whole_set():
    numbers = shares(staff=16, technology=14, schedule=37)
    found = verdict(order("staff", "technology", of=OF), numbers)
    assert [reading.value for reading in found.because[0].first] == pytest.approx(
        [37 / 52, 16 / 52]
    )


def test_equal_neighbours_are_no_order_unless_ties_are_allowed():
    numbers = shares(staff=14, technology=14, aims=12)
    assert outcome(order("staff", "technology", "aims"), numbers) == "does_not_hold"
    assert outcome(order("staff", "technology", "aims", ties="allowed"), numbers) == "holds"
    level = shares(staff=16, aims=12, schedule=12)
    assert outcome(order("staff", "aims", of=OF), level) == "does_not_hold"
    assert outcome(order("staff", "aims", of=OF, ties="allowed"), level) == "holds"


def test_an_order_with_a_withheld_member_is_open_unless_it_is_broken_already():
    gap = withheld("challenge.aims.share")
    assert outcome(order("staff", "aims"), [*shares(staff=16), gap]) == "cannot_be_told"
    broken = [*shares(staff=3, technology=14), gap]
    assert outcome(order("staff", "technology", "aims"), broken) == "does_not_hold"
    of_set = order("staff", "technology", of=OF)
    assert outcome(of_set, [*shares(staff=16, technology=14), gap]) == "cannot_be_told"


def test_an_order_beyond_chance_has_no_neighbours_within_it():
    clear = shares(staff=45, technology=20, aims=2)
    wanted = order("staff", "technology", "aims", beyond_uncertainty=True)
    assert outcome(wanted, clear, "S") == "holds"
    assert outcome(wanted, shares(staff=45, technology=43, aims=2), "S") == "cannot_be_told"


def test_the_first_few_may_stand_in_any_order():
    numbers = shares(schedule=37, partners=35, legislation=27, staff=3)
    assert outcome(among("partners", "schedule"), numbers) == "holds"
    assert outcome(among("schedule", "legislation"), numbers) == "does_not_hold"
    assert outcome(among("schedule", "legislation", first=3), numbers) == "holds"
    assert outcome(among("staff", first=3), numbers) == "does_not_hold"
    assert outcome(among("staff", first=4), numbers) == "holds"


def test_a_tie_at_the_edge_is_not_among_the_first_unless_allowed():
    numbers = shares(schedule=37, partners=20, legislation=20)
    assert outcome(among("schedule", "partners"), numbers) == "does_not_hold"
    assert outcome(among("schedule", "partners", ties="allowed"), numbers) == "holds"
    assert outcome(among("schedule", "partners", "legislation"), numbers) == "holds"


def test_two_that_tie_do_not_both_fit_into_one_place():
    numbers = shares(schedule=20, partners=20)
    assert outcome(among("schedule", "partners"), numbers) == "holds"
    assert outcome(among("schedule", first=1), numbers) == "does_not_hold"


def test_withheld_members_leave_the_first_few_open_only_where_they_could_push_one_out():
    gap = withheld("challenge.aims.share")
    numbers = [*shares(schedule=37, partners=35, staff=3), gap]
    assert outcome(among("schedule", "partners"), numbers) == "cannot_be_told"
    assert outcome(among("schedule", "partners", first=3), numbers) == "holds"
    assert outcome(among("staff", "schedule"), numbers) == "does_not_hold"
    assert outcome(among("aims", "schedule"), numbers) == "cannot_be_told"
