"""No withheld cell of a protected table can be worked out, and a naive table is caught."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltools.findings.disclosure.attack import Attack, ContradictionError, Known, attack_on
from evaltools.findings.disclosure.audit import audit
from evaltools.findings.disclosure.protection import protect, protect_linked, unmet, whole
from evaltools.findings.disclosure.tables import TOTAL, Axis, ProtectedTable, SensitiveTable
from evaltools.indicators.disclosure.rules import (
    Rules,
    below_threshold,
    closely_estimated,
    dominated,
    primary_reason,
    protection_level,
)

RULES = Rules(minimum=5)
ROWS, COLUMNS = Axis("region", ("a", "b", "c")), Axis("answer", ("1", "2", "3", "4"))
few_or_many = st.one_of(st.integers(0, 4), st.integers(0, 30))


def counts_table(counts, rows=ROWS, columns=COLUMNS, name="ratings"):
    cells = product(rows.categories, columns.categories)
    return SensitiveTable.of_counts(
        name, "answers", (rows, columns), dict(zip(cells, counts, strict=True))
    )


def naive(table, rules=RULES):
    """Only what is unsafe itself is withheld."""
    hidden = {}
    for labels in table.cells():
        reason = primary_reason(table.of(labels), rules, table.magnitude)
        if reason and set(labels) != {TOTAL}:
            hidden[labels] = reason
    return ProtectedTable(table, hidden)


@settings(max_examples=12, deadline=None)
@given(st.lists(few_or_many, min_size=9, max_size=9))
def test_no_withheld_count_of_a_random_table_can_be_worked_out(counts):
    table = counts_table(counts, columns=Axis("answer", ("1", "2", "3")))
    found = protect(table, RULES)
    assert audit([found], RULES) == []
    # The same once more, without the code that judges: bounds by the solver, from what is shown.
    attack = attack_on([found.public])
    for labels, reason in found.hidden.items():
        low, high = attack.bounds(table.place(labels))
        value = table.value(labels)
        assert low <= value <= high
        assert low < high or reason == "whole" or value == 0  # a nought is of nobody
        if reason == "threshold":
            assert low <= 1
            assert high >= min(5, sum(counts))
    shown = [labels for labels in table.cells() if labels not in found.hidden]
    assert not any(0 < table.value(at) < 5 for at in shown if set(at) != {TOTAL})
    assert (TOTAL, TOTAL) in shown


amounts = st.lists(
    st.lists(st.floats(1, 1000).map(lambda x: round(x, 1)), max_size=7), min_size=6, max_size=6
)


def sums_table(lists):
    axes = (Axis("region", ("a", "b")), Axis("kind", ("x", "y", "z")))
    cells = product(*(axis.categories for axis in axes))
    contributions = {
        at: {f"{at}{i}": value for i, value in enumerate(values)}
        for at, values in zip(cells, lists, strict=True)
    }
    return SensitiveTable("savings", "euros", axes, contributions, magnitude=True)


@settings(max_examples=8, deadline=None)
@given(amounts)
def test_no_withheld_sum_can_be_reckoned_within_its_protection_level(lists):
    table = sums_table(lists)
    rules = Rules(minimum=3)
    found = protect(table, rules)
    assert audit([found], rules) == []
    attack = attack_on([found.public])
    for labels, reason in found.hidden.items():
        if reason in ("threshold", "dominance", "p_percent"):
            low, high = attack.bounds(table.place(labels))
            level = protection_level(table.of(labels), rules, reason)
            assert low <= table.value(labels) - level * 0.99
            assert high >= table.value(labels) + level * 0.99


def test_a_table_with_only_its_small_cell_withheld_is_caught():
    table = counts_table([12, 3, 9, 8, 10, 11, 7, 9, 6, 8, 9, 10])
    problems = audit([naive(table)], RULES)
    assert {problem.code for problem in problems} == {"disclosure.recoverable"}
    assert "exactly" in problems[0].what
    assert "3" not in problems[0].what  # the message does not give it away either
    assert audit([protect(table, RULES)], RULES) == []


def test_a_square_of_withheld_cells_is_caught_when_it_leaves_too_little_room():
    # Four cells withheld; but 1 + 1 and 1 + 1 leave each cell 1, as no withheld count is nought.
    table = counts_table([1, 1, 9, 8, 1, 1, 7, 9, 6, 8, 9, 10])
    corners = {(r, c): "threshold" for r in "ab" for c in "12"}
    caught = audit([ProtectedTable(table, corners)], RULES)
    assert len([p for p in caught if p.code == "disclosure.recoverable"]) == 4


def test_a_small_margin_is_withheld_too_and_the_total_never():
    table = counts_table([1, 0, 1, 0, 10, 11, 7, 9, 6, 8, 9, 10])
    found = protect(table, RULES)
    assert ("a", TOTAL) in found.hidden
    assert (TOTAL, TOTAL) not in found.hidden
    assert audit([found], RULES) == []


def test_noughts_stay_shown_while_others_can_hide_the_small_cells():
    table = counts_table([0, 3, 20, 20, 20, 20, 0, 20, 20, 20, 20, 0])
    found = protect(table, RULES)
    assert all(table.value(labels) > 0 for labels in found.hidden)
    assert found.public.empty_shown


def test_nothing_is_withheld_from_a_safe_table():
    table = counts_table([5, 9, 20, 0] * 3)
    assert protect(table, RULES).hidden == {}


def test_fewer_projects_than_the_minimum_in_all_withhold_everything_but_their_number():
    table = counts_table([1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0])
    found = protect(table, RULES)
    shown = [cell.labels for cell in found.public.cells if cell.value is not None]
    assert shown == [(TOTAL, TOTAL)]
    assert audit([found], RULES) == []


def test_a_published_group_of_categories_is_attacked_as_well():
    columns = Axis("answer", ("1", "2", "3", "4"), (("high", ("3", "4")),))
    table = counts_table([12, 9, 3, 8, 10, 11, 7, 9, 6, 8, 9, 10], columns=columns)
    careless = ProtectedTable(
        table, {(r, c): "secondary" for r in "ab" for c in "23"} | {("a", "3"): "threshold"}
    )
    # Without the group the square hides; the row's high answers less its fours give the three.
    assert any("exactly" in problem.what for problem in audit([careless], RULES))
    assert audit([protect(table, RULES)], RULES) == []


def test_tables_that_share_cells_are_attacked_together_and_protected_together():
    regions, groups = Axis("region", ("a", "b")), Axis("group", ("u", "r"))
    answers = Axis("answer", ("1", "2", "3"))
    first = counts_table([3, 9, 8, 12, 10, 11], regions, answers, "by region")
    second = counts_table([7, 12, 9, 8, 7, 10], groups, answers, "by group")
    alone = [protect(first, RULES), protect(second, RULES)]
    together = protect_linked([first, second], RULES)
    assert audit(together, RULES) == []
    # A margin that one table withholds and the other shows gives the small cell away.
    margins = {("a", "1"): "threshold", (TOTAL, "1"): "secondary", ("a", TOTAL): "secondary"}
    margins |= {(TOTAL, "2"): "secondary", ("a", "2"): "secondary"}
    split = ProtectedTable(first, {("a", "1"): "threshold", (TOTAL, "1"): "secondary",
                                   ("a", "2"): "secondary", (TOTAL, "2"): "secondary"})  # fmt: skip
    assert not any("a × 1" in p.where for p in audit([split], RULES))
    assert any("a × 1" in p.where for p in audit([split, alone[1]], RULES))


def test_tables_that_tell_different_things_are_told_so():
    first = counts_table([10] * 12)
    second = counts_table([11] * 12, name="another")
    codes = {p.code for p in audit([naive(first), whole(second, RULES)], RULES)}
    assert codes == {"disclosure.contradiction"}


def test_an_insider_who_is_alone_in_a_cell_learns_no_other_sum():
    # Two projects alone in two cells of a row hide each other from outsiders, not from each other.
    lists = [[100.0], [80.0], [50.0, 60.0, 55.0, 70.0, 65.0], *[[40.0, 50, 60, 45, 55]] * 3]
    table = sums_table(lists)
    rules = Rules(minimum=3)
    pair = {(r, c): "secondary" for r in "ab" for c in "xy"}
    pair |= {("a", "x"): "threshold", ("a", "y"): "threshold"}
    assert any(unmet(ProtectedTable(table, pair), rules))
    assert audit([protect(table, rules)], rules) == []


def test_rounding_widens_what_a_reader_can_conclude():
    table = counts_table([12, 3, 9, 8, 10, 11, 7, 9, 6, 8, 9, 10])
    found = protect(table, Rules(minimum=5, rounding=5))
    values = [cell.value for cell in found.public.cells if cell.value is not None]
    assert all(value % 5 == 0 for value in values)
    assert audit([found], Rules(minimum=5, rounding=5)) == []
    exact = ProtectedTable(table, found.hidden)
    narrow = attack_on([exact.public]).bounds(table.place(("a", "2")))
    wide = attack_on([found.public]).bounds(table.place(("a", "2")))
    assert wide[0] <= narrow[0] <= narrow[1] <= wide[1]
    assert wide != narrow


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

    known = [Known(place, value(truth, place), value(truth, place)) for place in told]
    agreeing = [
        table
        for values in product(range(sum(counts) + 1), repeat=4)
        for table in [dict(zip(atoms, values, strict=True))]
        if all(value(table, place) == value(truth, place) for place in told)
    ]
    attack = Attack(axes, known, whole=True)
    for place in places:
        possible = [value(table, place) for table in agreeing]
        assert attack.bounds(place) == (min(possible), max(possible))


def test_what_no_numbers_can_fit_is_a_contradiction():
    attack = Attack({"r": ("a", "b")}, [Known((), 3, 3), Known((("r", ("a",)),), 5, 5)], whole=True)
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


def test_protection_levels_by_hand():
    # Worked out by hand: 99 000 / .9 - 100 000 = 10 000; .1 · 50 000 - 1 000 = 4 000.
    rules = Rules(dominance_n=2, dominance_share=0.9, p_percent=10)
    assert protection_level(EXAMPLE_1, rules, "dominance") == pytest.approx(10_000)
    assert protection_level(EXAMPLE_1, rules, "p_percent") == pytest.approx(4_000)


@pytest.mark.parametrize(("n", "unsafe"), [(0, False), (1, True), (4, True), (5, False)])
def test_the_threshold_spares_empty_cells_and_full_ones(n, unsafe):
    assert below_threshold(n, 5) is unsafe


def test_a_project_with_two_units_in_a_margin_counts_once():
    table = SensitiveTable(
        "goals", "goals", (COLUMNS,), {("1",): {"p": 2, "q": 1}, ("2",): {"p": 3}}
    )
    assert table.of((TOTAL,)) == (5, 1)
    assert primary_reason(table.of((TOTAL,)), Rules(minimum=3), False) == "threshold"


@pytest.mark.parametrize(
    "make",
    [
        lambda: Axis("a", ()),
        lambda: Axis("a", ("x", "x")),
        lambda: Axis("a", ("x",), (("g", ("y",)),)),
        lambda: SensitiveTable("t", "q", (), {}),
        lambda: SensitiveTable("t", "q", (COLUMNS,), {("9",): {"p": 1}}),
        lambda: SensitiveTable("t", "q", (COLUMNS,), {("1",): {"p": -1}}, True),
        lambda: SensitiveTable("t", "q", (COLUMNS,), {("1",): {"p": float("nan")}}, True),
        lambda: SensitiveTable("t", "q", (COLUMNS,), {("1",): {"p": 0.5}}),
        lambda: SensitiveTable.of_counts("t", "q", (COLUMNS,), {("1",): -2}),
    ],
)
def test_impossible_tables_are_refused(make):
    with pytest.raises(ValueError, match=r"axis|t:"):
        make()
