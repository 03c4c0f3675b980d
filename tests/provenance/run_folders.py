"""Small runs, reports and bundles on disk, made by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from evaltools.indicators.indicator import Indicator
from evaltools.pipeline.outputs import NotebookOutputs, write_results
from evaltools.provenance.hashes import hash_file
from evaltools.provenance.manifest import Ingredients, Manifest, add_seal, hash_outputs

INGREDIENTS = Ingredients(
    files={"data/datapackage.json": "1", "data/coding/codes.csv": "2"},
    parameters={"wave": "2022", "calls": ["2019"], "confidence": 0.95, "language": "fi"},
    code={"evaltools/indicators/goals.py": "3"},
    notebooks={"notebooks/a.ipynb": {"code": "4", "text": "5"}},
    lock=("uv.lock", "6"),
    python="3.11.7",
)
STAFF = "challenge.staff.share"
PREVALENCE = "evaltools.indicators.prevalence.prevalence"
INDICATORS = (
    Indicator(STAFF, 0.25, "share", 5, 20, None, "D", source=PREVALENCE),
    Indicator(
        STAFF, 0.25, "share", 5, 20, None, "S", 0.11, 0.47, "wilson", 0.95, source=PREVALENCE
    ),
    Indicator("rating.answers.share", None, "share", n=20, suppressed=True, note="too few",
              dimensions=(("item", "a"), ("value", "1"))),
    Indicator("grants.total.money", 1234.5, "money", note="-1 of them, \"quoted\",\nand more"),
)  # fmt: skip
NOTEBOOK = {
    "cells": [
        {"cell_type": "code", "source": "x", "outputs": [], "metadata": {}},
        {"cell_type": "code", "source": "y", "outputs": [],
         "metadata": {"tags": ["injected-parameters"]}},
        {"cell_type": "code", "source": "emit", "metadata": {}, "outputs": [
            {"data": {"application/vnd.evaltools.indicators+json": [{"key": STAFF}]}}]},
    ]
}  # fmt: skip


def make_run(folder: Path) -> Path:
    """A run with a notebook, a figure and the tables of indicators."""
    (folder / "notebooks").mkdir(parents=True)
    (folder / "notebooks" / "a.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    found = NotebookOutputs(indicators={item.identity: item for item in INDICATORS})
    write_results(found, folder)
    (folder / "figures" / "fig-a.svg").write_text("<svg/>", encoding="utf-8")
    made = {"notebooks/a.ipynb": ("notebooks/a.ipynb", "figures/fig-a.svg")}
    reads = {"notebooks/a.ipynb": {"data/coding/codes.csv": "2" * 64}}
    Manifest(INGREDIENTS.key(), INGREDIENTS, made, hash_outputs(folder), reads).write(folder)
    return folder


def make_report(folder: Path, run: Path) -> Path:
    """A report of the run, sealed."""
    folder.mkdir(parents=True)
    (folder / "report-fi.html").write_text("<html></html>", encoding="utf-8")
    for name in ("indicators.csv", "manifest.json"):
        shutil.copyfile(run / name, folder / name)
    record = {
        "key": "k",
        "run": INGREDIENTS.key(),
        "engine": ["embedded", "1"],
        "parameters": dict(INGREDIENTS.parameters),
        "files": ["report-fi.html", "indicators.csv"],
        "outputs": {path.name: hash_file(path) for path in sorted(folder.iterdir())},
    }
    text = json.dumps(add_seal(record), indent=1, sort_keys=True)
    (folder / "report.json").write_text(text + "\n", encoding="utf-8")
    return folder


def make_bundle(folder: Path, run: Path) -> Path:
    """A bundle of the run with its checklist, as publishing makes it."""
    (folder / "tables").mkdir(parents=True)
    shutil.copyfile(run / "manifest.json", folder / "manifest.json")
    shutil.copyfile(run / "indicators.json", folder / "tables" / "indicators.json")
    (folder / "report").mkdir()
    (folder / "report" / "ä report.html").write_text("<html></html>", encoding="utf-8")
    lines = [
        f"{hash_file(path)}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    (folder / "manifest-sha256.txt").write_text("".join(lines), encoding="utf-8")
    return folder
