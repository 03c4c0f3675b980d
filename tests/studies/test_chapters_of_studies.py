"""Chapters of studies that have less than others: figures of what is there, words for the rest."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evaltools.evidence import Evidence, read_tables
from evaltools.study import load_study

CHAPTERS = (
    "portfolio", "evidence_base", "goals", "challenges", "networks", "effects", "steering",
)  # fmt: skip
ROOT = Path(__file__).parent


def evidence_of(name: str) -> Evidence:
    study = load_study(ROOT / name)
    return Evidence.select(study, read_tables(study.data), study.parameters())


def shown(evidence: Evidence) -> Iterator[tuple[str, Any]]:
    for chapter in CHAPTERS:
        records = importlib.import_module(f"evaltools.indicators.{chapter}").compute(evidence)
        module = importlib.import_module(f"evaltools.chapters.{chapter}")
        for name, make in vars(module).items():
            own = getattr(make, "__module__", "") == module.__name__
            if own and hasattr(make, "__wrapped__"):
                takes = inspect.signature(make).parameters
                yield name, make(evidence, records) if "records" in takes else make(evidence)


@pytest.mark.parametrize("study", ["research_fund", "register_only"])
def test_every_figure_and_table_is_drawn_or_says_what_is_absent(study: str) -> None:
    made = dict(shown(evidence_of(study)))
    assert len(made) > 30
    assert all(one.full_caption for one in made.values())


def test_what_a_research_fund_lacks_is_said_and_what_it_has_is_its_own() -> None:
    made = dict(shown(evidence_of("research_fund")))
    assert "This study has no goals" in made["attainment_figure"].full_caption
    assert "This study has no claims of savings" in made["savings_table"].full_caption
    ratings = made["ratings_figure"].full_caption
    assert "1 to 6" in ratings
    assert "review panel" in ratings
    assert "pounds" in made["concentration_table"].markdown()


def test_a_register_alone_has_no_indicators_of_reports() -> None:
    evidence = evidence_of("register_only")
    for chapter in CHAPTERS[1:]:
        assert importlib.import_module(f"evaltools.indicators.{chapter}").compute(evidence) == []
    made = dict(shown(evidence))
    assert "inga slutrapporter" in made["read_table"].full_caption
    assert "enligt registret" in made["calls_figure"].full_caption
