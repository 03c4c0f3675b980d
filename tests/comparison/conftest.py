"""Small runs made by hand, and runs computed from a copy of the example study."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from evaltools.comparison.computing import Computer, Job
from evaltools.indicators.indicator import Indicator, to_record
from evaltools.provenance.hashes import hash_files, hash_package
from evaltools.provenance.manifest import Ingredients, Manifest, hash_outputs
from evaltools.provenance.recorded import Recorded, read_recorded
from evaltools.study import Study, load_study

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "present"))  # legibility.py

PARAMETERS = {
    "calls": ["2019"], "wave": "2022", "cutoff": "2022-04-30", "region": "all",
    "municipality_group": "all", "coder_rule": "majority", "confidence": 0.95,
    "estimand": "descriptive", "language": "fi",
}  # fmt: skip
INGREDIENTS = Ingredients(
    files={"data/datapackage.json": "1", "data/register/projects.csv": "2",
           "data/coding/codings.csv": "3", "evaluation.yml": "4"},
    parameters=PARAMETERS,
    code={"evaltools/indicators/goals.py": "5"},
    notebooks={"notebooks/a.ipynb": {"code": "6", "text": "7"}},
    lock=("uv.lock", "8"),
    python="3.11.7",
)  # fmt: skip


def share(key: str, n: int, N: int, **more: Any) -> Indicator:
    """A share of the reports read."""
    return Indicator(key=key, value=n / N, unit="share", n=n, N=N, **more)


READ = share("reports.read.share", 50, 100, source="evaltools.indicators.evidence_base.read")


def recorded(*indicators: Indicator, **changes: Any) -> Recorded:
    """A run in memory: 50 reports of 100 projects unless it says otherwise."""
    findings = changes.pop("findings", None)
    ingredients = replace(INGREDIENTS, **changes)
    keys = {item.key for item in indicators}
    everything = indicators if READ.key in keys else (READ, *indicators)
    ordered = tuple(sorted(everything, key=lambda item: item.identity))
    return Recorded(Path("nowhere"), "run", ingredients, ingredients.key(), ordered, findings)


def write_run(
    folder: Path, ingredients: Ingredients, indicators: tuple[Indicator, ...]
) -> Recorded:
    """A run on disk."""
    folder.mkdir(parents=True)
    records = [to_record(indicator) for indicator in indicators]
    (folder / "indicators.json").write_text(json.dumps(records), encoding="utf-8")
    Manifest(ingredients.key(), ingredients, {}, hash_outputs(folder)).write(folder)
    return read_recorded(folder)


@pytest.fixture(scope="session")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    """A copy of the example study; only to be read."""
    folder = tmp_path_factory.mktemp("compared") / "study"
    folder.mkdir()
    shutil.copy(ROOT / "evaluation.yml", folder)
    shutil.copytree(ROOT / "data", folder / "data")
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


Computed = Callable[..., Recorded]


@pytest.fixture(scope="session")
def computed(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Computed:
    """A run of the study computed by its chapters: `computed(data=…, code=…, wave="2023")`."""
    made: dict[str, Recorded] = {}
    folder = tmp_path_factory.mktemp("runs")
    computer = Computer(study)

    def make(
        data: Path | None = None, code: Mapping[str, str] | None = None, lock: str = "1",
        shift: float = 0.0, **parameters: Any,
    ) -> Recorded:  # fmt: skip
        place = data or study.data
        values = study.parameters(parameters).as_values()
        files = {f"data/{name}": digest for name, digest in hash_files(place, [place]).items()}
        package = {name: digest for name, digest in hash_package().items()
                   if name.startswith(("evaltools/indicators/", "evaltools/evidence/",
                                       "evaltools/statistics/", "evaltools/study/"))}  # fmt: skip
        ingredients = Ingredients(
            files | {"evaluation.yml": "same"}, values, dict(code or package), {},
            ("uv.lock", lock), "3.11.7",
        )  # fmt: skip
        key = ingredients.key() + str(shift)
        if key not in made:
            answer = computer.compute(Job(place, values))
            assert not isinstance(answer, str), answer
            shifted = tuple(_shifted(item, shift) for item in answer)
            made[key] = write_run(folder / str(len(made)), ingredients, shifted)
        return made[key]

    return make


def _shifted(item: Indicator, by: float) -> Indicator:
    """The indicator as other code might have given it."""
    if not by or item.key != "grants.gini.index" or item.value is None:
        return item
    return replace(item, value=item.value + by)
