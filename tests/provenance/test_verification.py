"""What is verified comes out the same again, or it is said what differs and why."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from places import copy_study
from run_folders import INGREDIENTS

from evaltools.problems import ProblemError
from evaltools.provenance.manifest import compare_ingredients
from evaltools.publish.verify import Cause, Rebuild, find_causes, sort_files, verify


@pytest.mark.parametrize(
    ("now", "kind", "detail"),
    [
        (replace(INGREDIENTS, files={**INGREDIENTS.files, "data/b.csv": "1"}), "input",
         "data/b.csv"),
        (replace(INGREDIENTS, parameters={**INGREDIENTS.parameters, "wave": "2023"}), "parameter",
         "wave 2022 → 2023"),
        (replace(INGREDIENTS, code={}), "code", "evaltools.indicators.goals"),
        (replace(INGREDIENTS, notebooks={}), "code", "notebooks/a.ipynb"),
        (replace(INGREDIENTS, lock=("uv.lock", "7")), "lock", "uv.lock"),
        (replace(INGREDIENTS, python="3.12.1"), "python", "3.11.7 → 3.12.1"),
    ],
)  # fmt: skip
def test_every_ingredient_that_differs_is_a_cause(now: object, kind: str, detail: str) -> None:
    assert find_causes(now, INGREDIENTS) == [Cause(kind, (detail,))]  # type: ignore[arg-type]
    assert compare_ingredients(INGREDIENTS, INGREDIENTS).changes == ()
    assert detail in str(find_causes(now, INGREDIENTS)[0])  # type: ignore[arg-type]


def test_first_file_that_differs_is_the_first_that_was_made() -> None:
    names = ["report.json", "manifest.json", "a-fi.pdf", "indicators.csv", "figures/fig-a.svg",
             "notebooks/07.ipynb", "notebooks/01.ipynb"]  # fmt: skip
    assert sort_files(names) == [
        "notebooks/01.ipynb", "notebooks/07.ipynb", "figures/fig-a.svg", "indicators.csv",
        "a-fi.pdf", "manifest.json", "report.json",
    ]  # fmt: skip


def test_nothing_compared_is_not_the_same() -> None:
    assert not Rebuild(0, (), ()).same
    assert Rebuild(3, (), ()).same


def test_outside_a_study_hashes_are_checked_and_nothing_can_be_rebuilt(
    bundle_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(bundle_folder)
    monkeypatch.delenv("EVALTOOLS_STUDY", raising=False)
    assert verify(bundle_folder).holds
    with pytest.raises(ProblemError, match=r"evaluation\.yml"):
        verify(bundle_folder, rebuild=True)


def test_study_is_not_touched_by_a_rebuild_that_fails(tmp_path: Path, run_folder: Path) -> None:
    place = copy_study(tmp_path / "study")
    shutil.rmtree(place.root / "data" / "coding")
    before = sorted(path.as_posix() for path in place.root.rglob("*"))
    inside = place.root / "reports" / "_build" / "runs" / run_folder.name
    shutil.copytree(run_folder, inside)
    found = verify(inside, rebuild=True)
    assert found.rebuilt is not None
    assert found.rebuilt.problems
    shutil.rmtree(place.root / "reports" / "_build")
    assert sorted(path.as_posix() for path in place.root.rglob("*")) == before
    assert json.dumps(found.lines())
