"""Chapters 03, 04, 06 and 07 on the example data, whatever the parameters."""

import time
from pathlib import Path

import pytest

from evaltools.evidence import Evidence, read_tables
from evaltools.indicators import challenges, effects, goals, steering
from evaltools.indicators.indicator import to_table
from evaltools.study import load_study

ROOT = Path(__file__).parents[2]
CHAPTERS = (goals, challenges, effects, steering)
PARAMETERS = [
    {"region": "06", "estimand": "superpopulation", "language": "en"},
    {"calls": ["2020"], "wave": "2023", "coder_rule": "all"},
    {"municipality_group": "rural", "coder_rule": "consensus"},
    {"municipality_group": "urban", "coder_rule": "any"},
    {"minimum_cell": 50, "estimand": "population", "language": "sv"},
    {"minimum_cell": 1},
]


@pytest.fixture(scope="module")
def study():
    return load_study(ROOT)


@pytest.fixture(scope="module")
def tables(study):
    return read_tables(study.data)


@pytest.fixture(scope="module")
def usual(study, tables):
    return Evidence.select(study, tables, study.parameters({}))


def indicators(evidence):
    return [indicator for chapter in CHAPTERS for indicator in chapter.compute(evidence)]


@pytest.mark.parametrize("changes", PARAMETERS, ids=str)
def test_every_indicator_is_there_whatever_the_parameters(study, tables, usual, changes):
    evidence = Evidence.select(study, tables, study.parameters(changes))
    found, expected = indicators(evidence), indicators(usual)
    assert {i.identity for i in found} == {i.identity for i in expected}
    assert all(i.note for i in found if i.value is None)
    to_table(found)


def test_no_key_is_the_beginning_of_another(usual):
    keys = sorted({i.key for i in indicators(usual)})
    assert not [(a, b) for a in keys for b in keys if b.startswith(f"{a}.")]


def test_every_record_names_the_function_that_made_it(usual):
    import importlib

    for source in {i.source for i in indicators(usual)}:
        module, _, function = source.rpartition(".")
        assert callable(getattr(importlib.import_module(module), function)), source


def test_no_suppressed_number_can_be_had_by_adding_up(usual):
    shown = [i for i in effects.rating_records(usual) if i.estimand == "D"]
    for item in {dict(i.dimensions)["item"] for i in shown}:
        own = [i for i in shown if dict(i.dimensions)["item"] == item]
        assert sum(i.suppressed for i in own) != 1


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.__name__)
def test_a_chapter_takes_less_than_half_a_second(usual, chapter):
    chapter.compute(usual)
    start = time.process_time()
    chapter.compute(usual)
    assert time.process_time() - start < 0.5
