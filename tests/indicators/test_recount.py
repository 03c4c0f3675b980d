"""Every indicator of every chapter against an independent recount from the CSV files."""

import math
from functools import cache
from pathlib import Path

import pytest
import recount
import recount_scope
import recount_themes

from evaltools.evidence import Evidence, read_tables
from evaltools.indicators import (
    challenges,
    effects,
    evidence_base,
    goals,
    networks,
    portfolio,
    steering,
)
from evaltools.study import load_study

ROOT = Path(__file__).parents[2]
CHAPTERS = {
    portfolio: recount.portfolio,
    evidence_base: recount.evidence_base,
    goals: recount_themes.goals,
    challenges: recount_themes.challenges,
    networks: recount_themes.networks,
    effects: recount_themes.effects,
    steering: recount_themes.steering,
}
EXCEPTIONS = {
    "network.clustering_null.index": "random networks",
    "saturation.reached.count": "random orders",
    "saturation.exhausted.count": "random orders",
    "saturation.most.count": "random orders",
    "saturation.every.count": "random orders",
    "selection.r_indicator.index": "the propensity model has tests of its own",
}
"""What is not recounted, and why."""
CHOICES = [
    {},
    {"region": "06"},
    {"coder_rule": "all"},
    {"wave": "2023", "calls": ("2020",)},
    {"coder_rule": "consensus"},
    {"municipality_group": "rural"},
]


@pytest.fixture(scope="module")
def study():
    return load_study(ROOT)


@pytest.fixture(scope="module")
def tables(study):
    return read_tables(study.data)


@cache
def rows_of_files():
    return recount_scope.read(ROOT / "data")


def select(study, tables, choice):
    values = {k: list(v) if isinstance(v, tuple) else v for k, v in choice.items()}
    return Evidence.select(study, tables, study.parameters(values))


def same(found, expected, unit):
    if found is None or expected is None:
        return found is expected
    room = 0.005 + 1e-9 if unit == "eur" else 1e-9 * abs(expected) + 1e-12
    return math.isclose(found, expected, rel_tol=0, abs_tol=room)


def differences(records, rows, minimum):
    """Every way in which records differ from the recount, as text."""
    own = {r.identity: r for r in records if r.key not in EXCEPTIONS}
    wrong = [f"not recounted: {name}" for name in own.keys() - rows.keys()]
    wrong += [f"not in the records: {name}" for name in rows.keys() - own.keys()]
    for name in own.keys() & rows.keys():
        record, row = own[name], rows[name]
        if record.suppressed:
            if record.value is not None:
                wrong.append(f"suppressed, yet shown: {name}")
            continue
        if row.projects is not None and 0 < row.projects < minimum:
            wrong.append(f"shown of {row.projects} projects: {name}")
        for field in ("value", "n", "N", "low", "high"):
            found, expected = getattr(record, field), getattr(row, field)
            if not same(found, expected, record.unit):
                wrong.append(f"{name}: {field} is {found}, recounted {expected}")
        if row.note is not None and row.note not in record.note:
            wrong.append(f"{name}: {record.note}, recounted {row.note}")
    return sorted(wrong)


@pytest.mark.parametrize("choice", CHOICES, ids=str)
def test_every_indicator_is_what_another_count_makes_it(study, tables, choice):
    evidence = select(study, tables, choice)
    scope = recount_scope.Scope(rows_of_files(), recount_scope.Choice(**choice))
    wrong = []
    for chapter, count in CHAPTERS.items():
        records = chapter.compute(evidence)
        wrong += differences(records, count(scope), evidence.parameters.minimum_cell)
    assert wrong == []
