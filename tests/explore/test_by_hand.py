"""Numbers computed by hand beside the run's, the start page, and what notebooks show."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest

import evaltools.explore.by_hand as by_hand
from evaltools.evidence import open_evidence
from evaltools.explore.by_hand import compare_with_run
from evaltools.explore.start_page import write_start_page
from evaltools.indicators import portfolio
from evaltools.indicators.indicator import Indicator
from evaltools.problems import ProblemError
from evaltools.study import find_study

STUDY = find_study(Path(__file__).parent)
HOSTILE = "<script>alert(1)</script>"


def run_of(records: Sequence[Indicator]) -> object:
    return SimpleNamespace(key="0" * 64, indicators=lambda: tuple(records))


def test_differences_from_the_run_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = open_evidence(STUDY.parameters(), STUDY)
    records = portfolio.compute(evidence)
    monkeypatch.setattr(by_hand, "current_run", lambda study, parameters: run_of(records))
    assert compare_with_run(evidence, records, STUDY).equal
    share = next(one for one in records if one.key == "areas.reached.share")
    assert share.x is not None
    other = replace(share, x=share.x + 1, key="areas.reached.share")
    unknown = Indicator("own.number.count", 3.0, "count")
    found = compare_with_run(evidence, [other, unknown], STUDY)
    assert [one.kind for one in found.differences] == ["differs", "not_in_run"]
    first, second = str(found).splitlines()[1:]
    assert first == f"areas.reached.share [D]: x {other.x} by hand, {share.x} in the run"
    assert second == "own.number.count [D]: the run does not have it"
    assert "areas.reached.share" in found._repr_html_()


def test_without_a_run_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    evidence = open_evidence(STUDY.parameters({"region": "06"}), STUDY)
    monkeypatch.setattr(by_hand, "current_run", lambda study, parameters: None)
    with pytest.raises(ProblemError, match=r"Make it: evaltools run -p region=06"):
        compare_with_run(evidence, [], STUDY)


def test_displays_escape_what_comes_from_data() -> None:
    shown = Indicator("a.b.count", 1.0, "count", note=HOSTILE)._repr_html_()
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    evidence = open_evidence(STUDY.parameters(), STUDY)
    assert f">{evidence.n}<" in evidence._repr_html_()
    assert STUDY.declaration.title.in_language("fi") in STUDY._repr_html_()


def test_the_start_page_leads_to_every_notebook_and_has_no_outputs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(STUDY), "build", property(lambda self: tmp_path))
    for given in ({}, {"region": "06"}):
        page = write_start_page(STUDY, STUDY.parameters(given))
        content = json.loads(page.read_text("utf-8"))
        nbformat.validate(content)
        panel = next(cell for cell in content["cells"] if cell["cell_type"] == "code")
        assert panel["outputs"] == []
        assert ("explore(region='06')" in panel["source"]) == bool(given)
        text = "".join(cell["source"] for cell in content["cells"])
        for path in STUDY.notebooks:
            start = text.index(f"{path.name})")
            link = text[text.rindex("(", 0, start) + 1 : start] + path.name
            target = (page.parent / link).resolve()
            assert target.is_file()
            assert (target == path) == (not given)
