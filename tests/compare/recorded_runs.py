"""Runs made by hand, in memory and on disk."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from evaltools.indicators.indicator import Indicator, to_record
from evaltools.provenance.artifacts import Artifact, read_artifact
from evaltools.provenance.manifest import Ingredients, Manifest, hash_outputs

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
    return Indicator(key=key, value=n / N, unit="share", x=n, n=N, **more)


READ = share("reports.read.share", 50, 100, source="evaltools.indicators.evidence_base.read")


def recorded(*indicators: Indicator, **changes: Any) -> Artifact:
    """A run in memory: 50 reports of 100 projects unless it says otherwise."""
    findings = changes.pop("findings", None)
    ingredients = replace(INGREDIENTS, **changes)
    keys = {item.key for item in indicators}
    everything = indicators if READ.key in keys else (READ, *indicators)
    ordered = tuple(sorted(everything, key=lambda item: item.identity))
    return Artifact(Path("nowhere"), "run", ingredients, ingredients.key(), ordered, findings)


def write_run(
    folder: Path, ingredients: Ingredients, indicators: tuple[Indicator, ...]
) -> Artifact:
    """A run on disk."""
    folder.mkdir(parents=True)
    records = [to_record(indicator) for indicator in indicators]
    (folder / "indicators.json").write_text(json.dumps(records), encoding="utf-8")
    Manifest(ingredients.key(), ingredients, {}, hash_outputs(folder)).write(folder)
    return read_artifact(folder)
