"""The page that JupyterLab opens on: what the study is, its notebooks, and the panel."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

from evaltools.explore.session import read_words
from evaltools.files import replace_file
from evaltools.i18n.markdown import escape_markdown
from evaltools.pipeline.jupyterlab import write_filled_notebooks
from evaltools.study import Parameters, Study

FILE_NAME = "start.ipynb"


def write_start_page(study: Study, parameters: Parameters) -> Path:
    """Write the start page of a study, below what is built, without outputs.

    Arguments:
        parameters: where they differ from the defaults, copies of the notebooks are filled in
            with them beside the page, and its panel starts from them.
    """
    changed = parameters.changed()
    folder = study.build / "lab"
    notebooks = {path.name: path for path in study.notebooks}
    if changed:
        folder = write_filled_notebooks(study, parameters)
        notebooks = {name: folder / name for name in notebooks}
    folder.mkdir(parents=True, exist_ok=True)
    links = {
        name: quote(Path(os.path.relpath(path, folder)).as_posix())
        for name, path in notebooks.items()
    }
    given = ", ".join(f"{name}={value!r}" for name, value in changed.items())
    cells = [
        _cell("about", _about(study, changed)),
        _cell("panel", f"from evaltools.explore import explore\n\nexplore({given})", code=True),
        _cell("notebooks", _notebooks(study, links)),
    ]
    content = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    page = folder / FILE_NAME
    replace_file(page, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode("utf-8"))
    return page


def _cell(name: str, source: str, *, code: bool = False) -> dict[str, Any]:
    cell: dict[str, Any] = {"id": name, "metadata": {}, "source": source}
    if code:
        return {"cell_type": "code", "execution_count": None, "outputs": [], **cell}
    return {"cell_type": "markdown", **cell}


def _about(study: Study, changed: Mapping[str, Any]) -> str:
    declared = study.declaration
    language = declared.languages[0]
    words = {key: entry[language] for key, entry in read_words().items()}
    parts = [f"# {escape_markdown(declared.whole_title(language))}"]
    if publisher := declared.printed("publisher", language):
        parts.append(escape_markdown(publisher))
    parts.append(words["start_what"])
    if changed:
        told = (f"* `{name}` = {escape_markdown(str(value))}" for name, value in changed.items())
        parts.append("\n".join([words["start_values"], "", *told]))
    if declared.questions:
        asked = (f"1. {escape_markdown(one.text.in_language(language))}"
                 for one in declared.questions)  # fmt: skip
        parts.append("\n".join([f"## {words['start_questions']}", "", *asked]))
    parts.append(f"## {words['start_explore']}\n\n{words['start_how']}")
    return "\n\n".join(parts)


def _notebooks(study: Study, links: Mapping[str, str]) -> str:
    declared = study.declaration
    language = declared.languages[0]
    words, phrases = read_words(), study.words(language)
    lines = [f"## {words['start_notebooks'][language]}", "",
             words["start_notebooks_how"][language], ""]  # fmt: skip
    for path in declared.notebooks:
        file = path.rpartition("/")[2]
        name = f"trail.group.{declared.chapters.get(path, '').rpartition('.')[2]}"
        title = phrases(name) if phrases.has(name) else file
        lines.append(f"* [{escape_markdown(title)}]({links[file]})")
    if study.scenario_names:
        names = (f"* `{name}`" for name in study.scenario_names)
        lines += ["", words["start_scenarios"][language], "", *names]
    return "\n".join(lines)
