"""Chapters 03, 04, 06 and 07 on the example data, whatever the parameters."""

import time
from dataclasses import replace
from pathlib import Path

import pytest

from evaltools.chapters.challenges import group_differences_figure
from evaltools.evidence import Evidence
from evaltools.indicators import challenges, effects, goals, steering
from evaltools.indicators.comparisons import WAVE_ROLES, compare_groups, compare_waves
from evaltools.indicators.indicator import to_table
from evaltools.study.schema import Judging

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


def test_three_reports_against_many_are_no_comparison(usual):
    """Counted by hand: three final reports of urban leads, 33 of rural ones; ten are the least."""
    frame = compare_groups(usual)
    assert set(frame["n1"]) == {3}
    assert set(frame["n2"]) == {33}
    assert frame[["difference", "low", "high", "p", "holm"]].isna().all().all()
    assert not frame["stands"].any()
    figure = group_differences_figure(usual)
    assert "3" in figure.alt
    assert "vähintään 10" in figure.alt
    assert not figure.note  # nothing is drawn, so nothing is explained


def test_a_difference_found_among_nine_does_not_survive_being_one_of_nine(usual):
    """Fisher's p of the clearest difference is 0.017, of 3 against 33; times nine it is 0.15."""
    frame = compare_groups(replace(usual, judging=Judging(least_group=3)))
    assert len(frame) == 9
    clearest = frame.loc[frame["p"].idxmin()]
    assert clearest.p == pytest.approx(0.017, abs=0.0005)
    assert clearest.holm == pytest.approx(9 * clearest.p)
    assert not frame["stands"].any()


def test_the_family_of_waves_is_all_that_is_compared_whichever_is_drawn(study, tables):
    evidence = Evidence.select(study, tables, study.parameters({"wave": "2023", "calls": ["2020"]}))
    whole = compare_waves(evidence, *WAVE_ROLES).set_index("code_id")["holm"]
    drawn = compare_waves(evidence, "challenge").set_index("code_id")["holm"]
    assert 0 < len(drawn) < len(whole)
    assert drawn.equals(whole.loc[drawn.index])
