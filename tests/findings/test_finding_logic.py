"""All, any and none over three outcomes."""

import itertools

import pytest
from claims_by_hand import count, outcome, verdict

OUTCOMES = ("holds", "does_not_hold", "cannot_be_told")
NUMBERS = [count("a.known.count", 1), count("a.lacking.count", None)]
PART = {
    "holds": {"at_least": {"key": "a.known.count", "value": 1}},
    "does_not_hold": {"at_least": {"key": "a.known.count", "value": 2}},
    "cannot_be_told": {"at_least": {"key": "a.lacking.count", "value": 1}},
}


def joined(kind, *parts):
    return outcome({kind: [PART[part] for part in parts]}, NUMBERS)


@pytest.mark.parametrize(("a", "b"), list(itertools.product(OUTCOMES, repeat=2)))
def test_three_outcomes_follow_kleene_and_the_laws_of_de_morgan(a, b):
    rank = {"does_not_hold": 0, "cannot_be_told": 1, "holds": 2}
    by_rank = {value: name for name, value in rank.items()}
    assert joined("all", a, b) == by_rank[min(rank[a], rank[b])]
    assert joined("any", a, b) == by_rank[max(rank[a], rank[b])]
    assert joined("none", a, b) == by_rank[2 - max(rank[a], rank[b])]


def test_conditions_nest():
    inner = {"none": [PART["does_not_hold"]]}
    assert outcome({"all": [inner, {"any": [PART["cannot_be_told"], inner]}]}, NUMBERS) == "holds"


def test_only_what_decides_is_given_as_reason():
    found = verdict({"all": [PART["holds"], PART["does_not_hold"]]}, NUMBERS)
    assert [because.kind for because in found.because] == ["below"]
    found = verdict({"any": [PART["does_not_hold"], PART["cannot_be_told"]]}, NUMBERS)
    assert [because.kind for because in found.because] == ["missing"]
