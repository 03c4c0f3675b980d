"""What a reader can work out of withheld cells, and the rules by which sums are unsafe."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltools.disclosure.recoverability import (
    TOTAL,
    Attack,
    ContradictionError,
    KnownSum,
    PublicCell,
    PublicTable,
    build_attack,
)
from evaltools.indicators.disclosure.rules import below_threshold, closely_estimated, dominated

ROW = ("1", "2", "3")


def row(values, total, rounding=None):
    """A row of counts as its reader sees it, None for what is withheld."""
    cells = [
        PublicCell((name,), (("answer", (name,)),), value)
        for name, value in zip(ROW, values, strict=True)
    ]
    cells.append(PublicCell((TOTAL,), (), total))
    return PublicTable("ratings", "answers", (("answer", ROW),), tuple(cells), rounding=rounding)


def test_a_single_withheld_count_follows_exactly_and_two_leave_room():
    one, two = build_attack([row((12, None, 9), 24)]), build_attack([row((None, None, 9), 24)])
    assert one.bounds((("answer", ("2",)),)) == (3, 3)
    assert two.bounds((("answer", ("2",)),)) == (1, 14)  # a withheld count is not nought


def test_rounding_widens_what_a_reader_can_conclude():
    exact, rounded = row((12, None, 9), 24), row((10, None, 10), 25, rounding=5)
    place = (("answer", ("2",)),)
    assert build_attack([exact]).bounds(place) == (3, 3)
    low, high = build_attack([rounded]).bounds(place)
    assert low <= 3 < high


def test_tables_of_several_quantities_or_axes_are_not_attacked_together():
    other = replace(row((1, 2, 3), 6), quantity="goals")
    with pytest.raises(ValueError, match="one quantity"):
        build_attack([row((1, 2, 3), 6), other])
    with pytest.raises(ValueError, match="other categories"):
        build_attack([row((1, 2, 3), 6), replace(row((1, 2, 3), 6), axes=(("answer", ("1",)),))])


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=4, max_size=4), st.data())
def test_bounds_of_the_solver_are_those_of_counting_through(counts, data):
    """For two by two tables all tables that agree are counted through by hand."""
    axes = {"r": ("a", "b"), "c": ("x", "y")}
    atoms = list(product(*(axes[name] for name in sorted(axes))))
    truth = dict(zip(atoms, counts, strict=True))
    places = [(), (("r", ("a",)),), (("c", ("x",)),), (("c", ("x",)), ("r", ("a",)))]
    told = data.draw(st.lists(st.sampled_from(places), unique=True, min_size=1))
    told = [(), *(place for place in told if place)]

    def value(table, place):
        covered = dict(place)
        return sum(
            v for (c, r), v in table.items()
            if r in covered.get("r", axes["r"]) and c in covered.get("c", axes["c"])
        )  # fmt: skip

    known = [KnownSum(place, value(truth, place), value(truth, place)) for place in told]
    agreeing = [
        table
        for values in product(range(sum(counts) + 1), repeat=4)
        for table in [dict(zip(atoms, values, strict=True))]
        if all(value(table, place) == value(truth, place) for place in told)
    ]
    attack = Attack(axes, known)
    for place in places:
        possible = [value(table, place) for table in agreeing]
        assert attack.bounds(place) == (min(possible), max(possible))


def test_what_no_numbers_can_fit_is_a_contradiction():
    attack = Attack({"r": ("a", "b")}, [KnownSum((), 3, 3), KnownSum((("r", ("a",)),), 5, 5)])
    with pytest.raises(ContradictionError):
        attack.bounds(())


# Hundepool et al., Handbook on Statistical Disclosure Control, section 4.2, examples 1 and 2.
EXAMPLE_1 = [50_000, 49_000, 1_000]
EXAMPLE_2 = [52_000, 50_000, 8_000]


def test_example_1_of_the_handbook_is_safe_by_dominance_of_one_and_unsafe_by_p_percent():
    assert not dominated(EXAMPLE_1, 1, 0.9)
    assert closely_estimated(EXAMPLE_1, 10)
    # The second largest contributor is 2 per cent off.
    assert closely_estimated(EXAMPLE_1, 2.001)
    assert not closely_estimated(EXAMPLE_1, 2)


def test_example_2_of_the_handbook_is_safe_by_p_percent_and_unsafe_by_dominance_of_two():
    assert sum(EXAMPLE_2) == 110_000
    assert not closely_estimated(EXAMPLE_2, 10)
    assert dominated(EXAMPLE_2, 2, 100 / 110)
    assert not closely_estimated(EXAMPLE_2, 15.3)
    assert closely_estimated(EXAMPLE_2, 15.4)


@pytest.mark.parametrize(("k", "p"), [(0.8, 25), (0.95, 5.26)])
@given(x=st.lists(st.integers(1, 10_000), min_size=2, max_size=8))
def test_what_dominance_of_two_lets_pass_the_corresponding_p_percent_rule_does_too(k, p, x):
    """The handbook's statement A, with its own pairs of parameters (p cut to two decimals)."""
    if not dominated(x, 2, k):
        assert not closely_estimated(x, p)


@pytest.mark.parametrize(("n", "unsafe"), [(0, False), (1, True), (4, True), (5, False)])
def test_the_threshold_spares_empty_cells_and_full_ones(n, unsafe):
    assert below_threshold(n, 5) is unsafe
