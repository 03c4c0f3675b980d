"""Notebooks as engines embed from them: outputs, captions and nothing to compute."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from evaltools.charts.captions import CAPTION_METADATA, CAPTION_TYPE
from evaltools.charts.data import FIGURE_TYPE
from evaltools.findings.logic_pages import FIGURE_ID

LOGIC_NOTEBOOK = "generated_logic.ipynb"
"""Holds the drawn intervention logic, since engines take a figure in all formats from there."""


def write_figure(folder: Path, bundle: Mapping[str, Any]) -> None:
    """A notebook of one cell that shows a figure.

    Arguments:
        bundle: of the figure, its forms by media type.
    """
    output = {"output_type": "display_data", "data": bundle, "metadata": {}}
    cell = {"cell_type": "code", "id": FIGURE_ID, "source": "", "outputs": [output]}
    made = stage_notebook({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    text = json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / LOGIC_NOTEBOOK).write_text(text + "\n", encoding="utf-8")


FIGURE_LABEL = re.compile(r"^#\| label: *([\w-]+) *$", re.MULTILINE)
KEPT = ("image/svg+xml", "image/png", "text/markdown", FIGURE_TYPE)


def absent_outputs(notebooks: Mapping[str, dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """By its label, each figure or table without anything to show: which it is, and why."""
    return {
        label[1]: (told["kind"], told["nothing"])
        for notebook in notebooks.values()
        for cell in notebook["cells"]
        if (label := FIGURE_LABEL.search("".join(cell["source"])))
        for output in cell.get("outputs", [])
        if (told := output.get("data", {}).get(CAPTION_TYPE, {})).get("nothing")
    }


def stage_notebook(
    notebook: dict[str, Any], headlines: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """A copy of an executed notebook with what its outputs say of themselves moved into options.

    Caption and alternative text are computed from data, so the notebook's source cannot hold
    them; Quarto, however, reads them from the cell's options. Outputs keep what a page can show.
    A caption begins with the figure's headline: the sentence of a finding that stands behind it,
    or else what the figure says of itself in its numbers, or the first sentence of the caption.

    Arguments:
        headlines: markdown by the label of the figure.
    """
    cells = [_stage_cell(cell, headlines) for cell in notebook["cells"]]
    metadata = {"kernelspec": notebook["metadata"].get("kernelspec", _KERNEL)}
    return {
        "cells": cells,
        "metadata": metadata,
        "nbformat": notebook["nbformat"],
        "nbformat_minor": notebook["nbformat_minor"],
    }


_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def _stage_cell(cell: dict[str, Any], headlines: Mapping[str, str]) -> dict[str, Any]:
    if cell["cell_type"] != "code":
        return cell
    properties: dict[str, Any] = {}
    outputs = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if output.get("metadata", {}).get("evaltools") == CAPTION_METADATA["evaltools"]:
            continue
        properties |= data.get(CAPTION_TYPE, {})
        kept = {mime: data[mime] for mime in KEPT if mime in data}
        if kept:
            outputs.append({"output_type": "display_data", "data": kept, "metadata": {}})
    source = "".join(cell["source"])
    label = FIGURE_LABEL.search(source)
    headline = headlines.get(label[1] if label else cell["id"], "")
    return {
        "cell_type": "code",
        "execution_count": 1,
        "id": cell["id"],
        "metadata": {},
        "outputs": outputs,
        "source": "".join(f"#| {line}\n" for line in _cell_options(properties, headline)) + source,
    }


def _head(caption: str, headline: str) -> str:
    """The caption with its headline; in bold, since only pages can set it as a title."""
    if not headline:
        first, stop, rest = caption.partition(". ")
        headline, caption = (f"{first}.", rest) if stop else (caption, "")
    return f"[**{headline}**]{{.figure-headline}} {caption}".strip()


def _cell_options(properties: dict[str, Any], headline: str) -> list[str]:
    """Quarto's cell options; JSON strings are YAML strings too."""
    options: dict[str, Any] = {"echo": False}
    if properties.get("kind") == "figure":
        headline = headline or properties.get("headline", "")
        options |= {"fig-cap": _head(properties["caption"], headline), "fig-alt": properties["alt"]}
    if properties.get("kind") == "table":
        widths = [round(100 * width, 2) for width in properties["widths"]]
        options |= {"tbl-cap": properties["caption"], "tbl-colwidths": widths}
    return [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in options.items()]
