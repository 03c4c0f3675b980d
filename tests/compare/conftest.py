"""Runs computed from a copy of the example study; makes `recorded_runs` and `legibility` known."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaltools.compare.recompute import RecomputeJob, Recomputer
from evaltools.indicators.indicator import Indicator
from evaltools.provenance.artifacts import Artifact
from evaltools.provenance.hashes import hash_data, hash_package
from evaltools.provenance.manifest import Ingredients
from evaltools.study import Study, load_study

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent / "charts")]

from recorded_runs import write_run  # noqa: E402


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A copy of the example study; only to be read."""
    folder = tmp_path_factory.mktemp("compared") / "study"
    folder.mkdir()
    shutil.copy(ROOT / "evaluation.yml", folder)
    shutil.copytree(ROOT / "data", folder / "data")
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    shutil.copytree(ROOT / "reports", folder / "reports", ignore=shutil.ignore_patterns("_build"))
    return load_study(folder)


@pytest.fixture(scope="session")
def earlier_data(study: Study) -> Path:
    """Another study folder, with the data as they were before three projects were recoded."""
    folder = study.root.parent / "earlier"
    shutil.copytree(study.data, folder / "data")
    path = folder / "data" / "coding" / "codings.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if not _dropped(line)]
    assert 0 < len(lines) - len(kept) < 60
    path.write_text("".join(kept), encoding="utf-8")
    return folder


def _dropped(line: str) -> bool:
    return "challenge.schedule" in line and any(f"-{number}-" in line for number in ("01", "04"))


Computed = Callable[..., Artifact]
CHAPTERS = tuple(f"evaltools.indicators.{name}" for name in ("portfolio", "goals", "challenges"))


@pytest.fixture(scope="session")
def computer(study: Study) -> Recomputer:
    """Computes three chapters, each set of data and parameters once for all tests."""
    return Recomputer(study, CHAPTERS)


@pytest.fixture(scope="session")
def computed(
    study: Study, computer: Recomputer, tmp_path_factory: pytest.TempPathFactory
) -> Computed:
    """A run of the study computed by its chapters: `computed(data=…, code=…, wave="2023")`."""
    made: dict[str, Artifact] = {}
    folder = tmp_path_factory.mktemp("runs")

    def make(
        data: Path | None = None, code: Mapping[str, str] | None = None, lock: str = "1",
        shift: float = 0.0, shifted: str = "grants.gini.index", **parameters: Any,
    ) -> Artifact:  # fmt: skip
        place = data or study.data
        values = study.parameters(parameters).as_values()
        files = {f"data/{name}": digest for name, digest in hash_data(place, place).items()}
        package = {name: digest for name, digest in hash_package().items()
                   if name.startswith(("evaltools/indicators/", "evaltools/evidence/",
                                       "evaltools/statistics/", "evaltools/study/"))}  # fmt: skip
        ingredients = Ingredients(
            files | {"evaluation.yml": "same"}, values, dict(code or package), {},
            ("uv.lock", lock), "3.11.7",
        )  # fmt: skip
        key = f"{ingredients.key()} {shifted} {shift}"
        if key not in made:
            answer = computer.compute(RecomputeJob(place, values))
            assert not isinstance(answer, str), answer
            given = tuple(_shifted(item, shifted, shift) for item in answer)
            made[key] = write_run(folder / str(len(made)), ingredients, given)
        return made[key]

    return make


def _shifted(item: Indicator, key: str, by: float) -> Indicator:
    """The indicator as other code might have given it."""
    if not by or item.key != key or item.value is None:
        return item
    return replace(item, value=item.value + by)
