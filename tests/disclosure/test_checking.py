"""Indicators of a run keep to the policy, and those that do not are told."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from evaltools.disclosure.releases import check_indicators
from evaltools.evidence import Evidence, read_tables
from evaltools.indicators import challenges, effects, goals, steering
from evaltools.indicators.disclosure.policy import Policy
from evaltools.indicators.disclosure.suppression import Withheld, withhold
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.study import load_study
from evaltools.study.schema import Disclosure

ROOT = Path(__file__).parents[2]
POLICY = Disclosure()
regime_of = Policy.declared(POLICY).regime_of
FIVE = SimpleNamespace(minimum_cell=5)
CELL = Withheld("cell", 5)


@pytest.fixture(scope="module")
def study():
    return load_study(ROOT)


@pytest.fixture(scope="module")
def tables(study):
    return read_tables(study.data)


def run(study, tables, **values):
    parameters = study.parameters(values)
    evidence = Evidence.select(study, tables, parameters)
    found = [
        i for chapter in (goals, challenges, effects, steering) for i in chapter.compute(evidence)
    ]
    return found, parameters


SCOPES = [
    {},
    {"calls": ["2020"], "wave": "2023"},
    {"region": "06"},
    {"municipality_group": "rural"},
    {"minimum_cell": 12},
]


@pytest.mark.parametrize("values", SCOPES, ids=str)
def test_the_example_keeps_to_its_policy_in_every_scope(study, tables, values):
    found, parameters = run(study, tables, **values)
    assert len([one for one in found if regime_of(one.key) != "open"]) > 100
    assert check_indicators(found, parameters, study.declaration.disclosure) == []


def test_a_run_cannot_ask_for_less_than_the_study(study, tables):
    found, parameters = run(study, tables, minimum_cell=1)
    problems = check_indicators(found, parameters, study.declaration.disclosure)
    # Nothing more is shown than the study lets: that the run asked for it is what is told.
    assert {problem.code for problem in problems} == {"disclosure.minimum"}
    usual, _ = run(study, tables)
    assert [one for one in found if one.suppressed] == [one for one in usual if one.suppressed]


def test_every_pattern_of_sensitive_keys_meets_a_key_of_the_example(study, tables):
    found, _ = run(study, tables)
    met = {regime_of(one.key) for one in found}
    assert met == {"open", "cells", "group"}
    from fnmatch import fnmatchcase

    for pattern in study.declaration.disclosure.sensitive:
        if pattern.startswith("saving."):
            continue  # a kind of code that no chapter tells by itself
        assert any(fnmatchcase(one.key, pattern) for one in found), pattern


@pytest.mark.parametrize(
    ("key", "regime"),
    [
        ("grants.total.money", "open"), ("challenge.staff.share", "open"),
        ("savings.claimed.share", "cells"), ("savings.median.money", "group"),
        ("rating.answers.share", "cells"), ("rating.permanence.high.share", "cells"),
        ("optimism_gap.difference", "cells"), ("result.networks.denied.share", "group"),
        ("steering.additionality.share", "group"), ("takeup.money_per_inhabitant", "open"),
    ],
)  # fmt: skip
def test_the_register_is_open_and_marks_and_savings_are_not(key, regime):
    assert regime_of(key) == regime


def answers(counts, withheld=(), high="shown", item="aims"):
    """Indicators of an item; counts of the places in `withheld` are suppressed."""
    total, records = sum(counts), []
    for i, count in enumerate(counts):
        by, hidden = dimensions(item=item, value=str(i + 1)), i in withheld
        records.append(
            Indicator("rating.answers.share", None if hidden else count / total, "share",
                      None if hidden else count, total, dimensions=by, suppressed=hidden,
                      why="cell" if hidden else None, note=str(CELL) if hidden else "")
        )  # fmt: skip
    x = sum(counts[-2:])
    shown = high == "shown"
    records.append(
        Indicator(f"rating.{item}.high.share", x / total if shown else None, "share",
                  x if shown else None, total, suppressed=not shown,
                  why=None if shown else "cell", note="" if shown else str(CELL))
    )  # fmt: skip
    return records


def codes(records, minimum=FIVE, policy=POLICY):
    return {problem.code for problem in check_indicators(records, minimum, policy)}


def test_one_withheld_answer_is_recovered_from_the_others():
    assert codes(answers((9, 3, 9, 8, 7), {1})) == {"disclosure.recoverable"}


def test_two_withheld_answers_on_either_side_of_the_high_sum_are_recovered():
    # 9 + ? + 9 and ? + 7, of which the sums are known.
    assert codes(answers((9, 3, 9, 8, 7), {1, 3})) == {"disclosure.recoverable"}
    assert codes(answers((9, 3, 9, 8, 7), {1, 3}, high="withheld")) == set()


def test_withheld_answers_that_cannot_reach_the_minimum_are_recovered():
    assert codes(answers((9, 2, 2, 8, 7), {1, 2})) == {"disclosure.recoverable"}


def test_a_small_answer_that_is_shown_is_told_without_its_number():
    problems = check_indicators(answers((9, 3, 9, 8, 7)), FIVE, POLICY)
    (problem,) = problems
    assert problem.code == "disclosure.small-cell"
    assert "value 2" in problem.where
    assert "3" not in problem.what


def test_the_complement_of_a_share_counts_as_a_cell():
    records = [Indicator("rating.aims.high.share", 17 / 20, "share", 17, 20)]
    assert codes(records) == {"disclosure.small-cell"}
    assert codes([replace(records[0], value=1.0, x=20)]) == set()


def test_small_groups_that_claim_savings_say_nothing_of_their_grounds():
    grounds = Indicator("savings.method.share", 0.5, "share", 3, 6)
    claimed = Indicator("savings.claimed.share", 4 / 52, "share", 4, 52)
    assert codes([grounds]) == set()
    assert codes([grounds, claimed]) == {"disclosure.small-group", "disclosure.small-cell"}
    assert codes([grounds, withhold(claimed, CELL)]) == {"disclosure.small-group"}


def test_the_gap_that_gives_a_small_group_away_is_told():
    def gap(high, evidenced, n):
        return Indicator("optimism_gap.difference", (high - evidenced) / n, "difference", high, n,
                         dimensions=dimensions(item="aims"))  # fmt: skip

    assert codes([gap(12, 10, 42)]) == set()
    assert codes([gap(29, 3, 42)]) == {"disclosure.recoverable"}
    assert codes([gap(29, 39, 42)]) == {"disclosure.recoverable"}


def test_periods_that_leave_a_small_rest_are_told():
    def median(n, **by):
        return Indicator(
            "savings.median.money", 9000.0, "money", n, 20, dimensions=dimensions(**by)
        )

    assert codes([median(9), median(6, period="yearly")]) == {"disclosure.small-cell"}
    assert codes([median(12), median(6, period="yearly")]) == set()
    assert codes([median(3)]) == {"disclosure.small-group"}


def test_criticism_by_a_small_group_is_withheld_and_a_small_count_of_a_large_one_is_not():
    assert codes([Indicator("steering.wider_scope.share", 0.25, "share", 1, 4)]) == {
        "disclosure.small-group"
    }
    assert codes([Indicator("steering.wider_scope.share", 1 / 52, "share", 1, 52)]) == set()


def test_a_number_withheld_in_one_estimand_and_shown_in_another_is_told():
    records = answers((9, 3, 9, 8, 7), {1, 3}, high="withheld")
    other = Indicator("rating.answers.share", 8 / 36, "share", 8, 36, None, "S",
                      dimensions=dimensions(item="aims", value="4"))  # fmt: skip
    assert "disclosure.estimand" in codes([*records, other])


def test_a_note_that_tells_the_number_is_told():
    hidden = Indicator(
        "savings.median.money", None, "money", suppressed=True, why="few", note="only 3 projects"
    )
    assert codes([hidden]) == {"disclosure.note"}
    assert codes([replace(hidden, note="withheld: fewer than 5 projects in all")]) == set()
    assert codes([replace(hidden, why=None)]) == {"disclosure.reason"}


def test_a_study_may_ask_for_more_than_its_runs(study):
    records = answers((9, 9, 9, 8, 7))
    assert codes(records) == set()
    strict = Disclosure(minimum_projects=8)
    assert {"disclosure.minimum", "disclosure.small-cell"} <= codes(records, FIVE, strict)


def test_a_study_that_declares_nothing_prints_no_quotes_and_no_small_cells(study):
    content = study.declaration.model_dump(by_alias=True, exclude={"disclosure"})
    silent = type(study.declaration).model_validate(content).disclosure
    assert (silent.quotes, silent.minimum_projects) == ("none", 5)
    assert (silent.dominance_n, silent.dominance_share, silent.p_percent) == (2, 0.9, 10)
    assert silent.rounding is None
