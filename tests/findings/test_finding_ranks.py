"""Greatest, order, among the first: ties, missing members, and what chance may have done."""

import pytest
from claims_by_hand import apart, interval, missing, outcome, share, shares, verdict, withheld

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
def test_a_lead_within_chance_cannot_be_told_beyond_the_reports_read(estimand):
    close = [*shares(staff=37, partners=35), *apart("partners", "staff", 10, 12)]
    clear = [*shares(staff=37, partners=10), *apart("partners", "staff", 2, 29)]
    assert outcome(greatest(), close, "D") == "holds"
    assert outcome(greatest(), close, estimand) == "cannot_be_told"
    assert verdict(greatest(), close, estimand).because[0].kind == "not_beyond"
    assert outcome(greatest(), clear, estimand) == "holds"


def test_a_lead_beyond_chance_is_asked_of_every_rival_and_fails_when_behind():
    three = [
        *shares(staff=37, aims=5, partners=35),
        *apart("aims", "staff", 1, 33), *apart("partners", "staff", 10, 12),
        *apart("aims", "partners", 2, 32),
    ]  # fmt: skip
    assert outcome(greatest(), three, "S") == "cannot_be_told"
    behind = [*shares(staff=35, partners=37), *apart("partners", "staff", 12, 10)]
    assert outcome(greatest(), behind, "S") == "cannot_be_told"
    far_behind = [*shares(staff=10, partners=37), *apart("partners", "staff", 29, 2)]
    assert outcome(greatest(), far_behind, "S") == "does_not_hold"


def test_a_lead_of_which_the_run_says_nothing_cannot_be_told():
    found = verdict(greatest(), shares(staff=37, partners=5), "S")
    assert (found.outcome, found.because[0].kind) == ("cannot_be_told", "no_interval")


def test_an_order_is_that_order_and_no_other():
    numbers = shares(staff=16, technology=14, aims=12)
    assert outcome(order("staff", "technology", "aims"), numbers) == "holds"
    assert outcome(order("technology", "staff", "aims"), numbers) == "does_not_hold"
    assert outcome(order("staff", "aims", "technology"), numbers) == "does_not_hold"


EACH = {"order": {"keys": ["challenge.*.silent.share", "challenge.*.denied.share"]}}


def states(**counts):
    return [
        record
        for name, (silent, denied) in counts.items()
        for state, x in (("silent", silent), ("denied", denied))
        for record in share(f"challenge.{name}.{state}.share", x)
    ]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"staff": (9, 2)}, "holds"),
        ({"staff": (9, 2), "cyber": (3, 1)}, "holds"),
        ({"staff": (9, 2), "cyber": (0, 52)}, "does_not_hold"),
        ({"staff": (9, 2), "cyber": (4, 4)}, "does_not_hold"),
        ({}, "cannot_be_told"),
    ],
)
def test_an_order_with_a_star_is_asked_of_every_word_that_there_is(counts, expected):
    assert outcome(EACH, [*states(**counts), *shares(staff=41)]) == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"keys": ["a.*.x", "a.b.x"]},
        {"keys": ["a.*.*", "b.*.*"]},
        {"keys": ["a.*.x", "b.*.x"], "of": OF},
    ],
)
def test_a_star_stands_in_every_key_once_and_beside_no_set(changes):
    with pytest.raises(ValueError, match="each has one star, or none has"):
        outcome({"order": changes}, [])


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
    wanted = order("staff", "technology", "aims")
    rest = [*apart("aims", "technology", 1, 19), *apart("aims", "staff", 0, 43)]
    clear = [*shares(staff=45, technology=20, aims=2), *apart("staff", "technology", 27, 2), *rest]
    assert outcome(wanted, clear, "S") == "holds"
    close = [*shares(staff=45, technology=43, aims=2), *apart("staff", "technology", 5, 3), *rest]
    assert outcome(wanted, close, "S") == "cannot_be_told"
    assert outcome(wanted, close, "D") == "holds"


@pytest.mark.parametrize("estimand", ["P", "S"])
@pytest.mark.parametrize(
    ("counts", "only", "expected"),
    [
        ((37, 12), (27, 2), "holds"),
        ((9, 7), (4, 2), "cannot_be_told"),
        ((7, 7), (3, 3), "cannot_be_told"),
        ((7, 9), (2, 4), "cannot_be_told"),
        ((12, 37), (2, 27), "does_not_hold"),
        ((0, 0), (0, 0), "does_not_hold"),
    ],
)
def test_an_order_stands_or_falls_by_more_than_chance(estimand, counts, only, expected):
    numbers = [*shares(aims=counts[0], staff=counts[1]), *apart("aims", "staff", *only)]
    found = verdict(order("aims", "staff"), numbers, estimand)
    assert found.outcome == expected
    if expected == "cannot_be_told":
        assert [each.kind for each in found.because] == ["not_beyond"]


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ({"staff": (30, 2)}, "holds"),
        ({"staff": (30, 2), "cyber": (4, 2)}, "cannot_be_told"),
        ({"staff": (30, 2), "cyber": (2, 4)}, "cannot_be_told"),
        ({"staff": (30, 2), "cyber": (2, 30)}, "does_not_hold"),
    ],
)
def test_silence_and_denial_of_a_code_differ_by_more_than_chance(counts, expected):
    numbers = [*states(**counts), *shares(**dict.fromkeys(counts, 5))]
    for estimand in ("P", "S"):
        assert outcome(EACH, numbers, estimand) == expected


def many(**counts):
    """Challenges of which no report has two."""
    names = sorted(counts)
    pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    return [*shares(**counts), *(r for a, b in pairs for r in apart(a, b, counts[a], counts[b]))]


def test_the_first_few_are_ahead_of_the_rest_by_more_than_chance():
    clear = many(aims=20, cyber=22, law=1, staff=2)
    assert outcome(among("aims", "cyber"), clear, "S") == "holds"
    assert outcome(among("aims", first=2), clear, "S") == "holds"
    assert outcome(among("law", first=2), clear, "S") == "does_not_hold"
    close = many(aims=12, cyber=22, law=9, staff=2)
    assert outcome(among("aims", first=2), close, "D") == "holds"
    assert outcome(among("aims", first=2), close, "S") == "cannot_be_told"
    assert outcome(among("law", first=2), close, "S") == "cannot_be_told"
    assert outcome(among("law", first=2), many(aims=1, cyber=2, law=0), "S") == "does_not_hold"
    gap = [*close, withheld("challenge.zoo.share", "S")]
    assert outcome(among("law", "zoo", first=2), gap, "S") == "cannot_be_told"


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
