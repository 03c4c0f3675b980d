"""Small studies and notebooks, written by the tests that use them."""

import json
import os
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaltools.pipeline.environment import kernel_environment
from evaltools.pipeline.jobs import Job, Limits
from evaltools.study import Study, load_study

PARAMETERS = 'wave = "2022"\nlevel = None'

DECLARATION = """\
name: tiny
title: {{fi: t, sv: t, en: t}}
short_title: {{fi: t, sv: t, en: t}}
subtitle: {{fi: t, sv: t, en: t}}
publisher: {{fi: t, sv: t, en: t}}
data: data
parameters:
  wave:
    type: choice
    default: "2022"
    choices:
      "2022": {{fi: a, sv: a, en: a}}
      "2023": {{fi: b, sv: b, en: b}}
    label: {{fi: t, sv: t, en: t}}
    help: {{fi: t, sv: t, en: t}}
  level:
    type: number
    default: 0.95
    minimum: 0.5
    maximum: 0.999
    label: {{fi: t, sv: t, en: t}}
    help: {{fi: t, sv: t, en: t}}
notebooks: [{notebooks}]
notebook_seconds: {seconds}
reports:
  fi: {{source: reports/fi/report.qmd, name: tiny}}
"""

PACKAGE = {
    "name": "tiny",
    "resources": [
        {
            "name": "projects",
            "path": "projects.csv",
            "schema": {
                "fields": [{"name": "project_id", "type": "string"}],
                "primaryKey": ["project_id"],
            },
        }
    ],
}


def indicator_cell(*keys: str) -> str:
    records = [{"key": key, "value": 1.0, "unit": "count", "dimensions": {}} for key in keys]
    return (
        "from IPython.display import publish_display_data\n"
        f"publish_display_data({{'application/vnd.evaltools.indicators+json': {records!r}}})"
    )


def svg_cell(label: str, text: str = "x") -> str:
    svg = f'<svg xmlns="http://www.w3.org/2000/svg"><title>{text}</title></svg>'
    return (
        f"#| label: {label}\n"
        "from IPython.display import publish_display_data\n"
        f"publish_display_data({{'image/svg+xml': {svg!r}, 'text/plain': 'a figure'}})"
    )


def notebook_text(*cells: str, parameters: str | None = PARAMETERS, prose: str = "# Why?") -> str:
    written: list[dict[str, Any]] = [
        {"cell_type": "markdown", "id": "prose", "metadata": {}, "source": prose}
    ]
    sources = [*([parameters] if parameters is not None else []), *cells]
    for number, source in enumerate(sources):
        tags = ["parameters"] if parameters is not None and number == 0 else []
        written.append(
            {
                "cell_type": "code",
                "id": f"cell-{number}",
                "metadata": {"tags": tags} if tags else {},
                "source": source,
                "outputs": [],
                "execution_count": None,
            }
        )
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": written}
    return json.dumps(content)


@pytest.fixture
def make_job(tmp_path: Path) -> Callable[..., Job]:
    """A job for a notebook of some code cells; its first code cell is the parameters cell."""
    environment = kernel_environment(tmp_path, "")

    def make(*cells: str, name: str = "a.ipynb", limits: Limits | None = None, **more: Any) -> Job:
        source = tmp_path / name
        source.write_text(more.pop("text", None) or notebook_text(*cells))
        return Job(
            name=name,
            source=str(source),
            output=str(tmp_path / f"executed-{name}"),
            study=str(tmp_path),
            parameters=more.pop("parameters", {"wave": "2023", "level": 0.9}),
            environment=environment,
            limits=limits or Limits(notebook=60, cell=60),
            **more,
        )

    return make


def write_study(folder: Path, seconds: int = 60, **notebooks: str) -> Study:
    (folder / "data").mkdir(parents=True)
    (folder / "notebooks").mkdir()
    (folder / "data" / "datapackage.json").write_text(json.dumps(PACKAGE))
    (folder / "data" / "projects.csv").write_text("project_id\n01\n02\n")
    (folder / "uv.lock").write_text("version = 1\n")
    for name, text in notebooks.items():
        (folder / "notebooks" / f"{name}.ipynb").write_text(text)
    names = ", ".join(f"notebooks/{name}.ipynb" for name in notebooks)
    text = DECLARATION.format(notebooks=names, seconds=seconds)
    (folder / "evaluation.yml").write_text(text)
    return load_study(folder)


@pytest.fixture
def study(tmp_path: Path) -> Study:
    """Two notebooks: an indicator and a figure each."""
    return write_study(
        tmp_path / "study",
        one=notebook_text("print(wave, level)", indicator_cell("a.count"), svg_cell("fig-a")),
        two=notebook_text(indicator_cell("b.count", "c.count"), svg_cell("fig-b")),
    )


@pytest.fixture
def mark() -> str:
    """A number that no other process has in its command line."""
    return f"9{uuid.uuid4().int % 10**12}"


def processes_with(text: str) -> list[int]:
    """Living processes (no zombies) whose command line holds a text."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            if text.encode() in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
        except OSError:
            continue
    return found


def output_text(notebook: dict[str, Any]) -> str:
    """All that code cells printed."""
    return "".join(
        "".join(output["text"])
        for cell in notebook["cells"]
        if cell["cell_type"] == "code"
        for output in cell["outputs"]
        if output["output_type"] == "stream"
    )
