"""One report for all tests that only look at it."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from trail_report import Material, material, prose_of, rendered, used_names, write


@pytest.fixture(scope="session")
def example() -> Material:
    """The example study under its default parameters."""
    return material()


@pytest.fixture(scope="session")
def report(example: Material, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All numbers and findings of the Finnish report, in all formats."""
    names = used_names()
    findings = [each.finding.id for each in example.judgements]
    folder = tmp_path_factory.mktemp("trail") / "project"
    prose = prose_of(names, findings) + "\nSanotaan [”Det gick bra och snabbt”]{lang=sv}.\n"
    write(folder, example, prose, example.pages(names))
    return rendered(folder, ("html", "typst", "docx"))


@pytest.fixture(scope="session")
def small(example: Material, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with some of everything: auditing takes time for every element."""
    names = ["result.automation.share", "grants.total.money", "goals.achieved.share",
             "fact.maximum_share", "ranking.challenge.list", "scope.reports"]  # fmt: skip
    finding = next(each for each in example.judgements if each.finding.asserted)
    own = replace(example, judgements=(finding,))
    folder = tmp_path_factory.mktemp("small") / "project"
    write(folder, own, prose_of(names, [finding.finding.id]), own.pages(names))
    return rendered(folder, ("html",))["html"]
