"""Executed notebooks as Quarto embeds them: captions and alt texts stand in the cell options."""

from __future__ import annotations

import json
from typing import Any

from evaltools.present.figure import CAPTION_METADATA, CAPTION_TYPE

KEPT = ("image/svg+xml", "image/png", "text/markdown")


def stage_notebook(notebook: dict[str, Any]) -> dict[str, Any]:
    """A copy of an executed notebook with what its outputs say of themselves moved into options.

    Caption and alternative text are computed from data, so the notebook's source cannot hold
    them; Quarto, however, reads them from the cell's options. Outputs keep what a page can show.
    """
    cells = [_stage_cell(cell) for cell in notebook["cells"]]
    metadata = {"kernelspec": notebook["metadata"].get("kernelspec", _KERNEL)}
    return {
        "cells": cells,
        "metadata": metadata,
        "nbformat": notebook["nbformat"],
        "nbformat_minor": notebook["nbformat_minor"],
    }


_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def _stage_cell(cell: dict[str, Any]) -> dict[str, Any]:
    if cell["cell_type"] != "code":
        return cell
    told: dict[str, Any] = {}
    outputs = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if output.get("metadata", {}).get("evaltools") == CAPTION_METADATA["evaltools"]:
            continue
        told |= data.get(CAPTION_TYPE, {})
        kept = {mime: data[mime] for mime in KEPT if mime in data}
        if kept:
            outputs.append({"output_type": "display_data", "data": kept, "metadata": {}})
    source = "".join(cell["source"])
    return {
        "cell_type": "code",
        "execution_count": 1,
        "id": cell["id"],
        "metadata": {},
        "outputs": outputs,
        "source": "".join(f"#| {line}\n" for line in _options(told)) + source,
    }


def _options(told: dict[str, Any]) -> list[str]:
    """Quarto's cell options; JSON strings are YAML strings too."""
    options: dict[str, Any] = {"echo": False}
    if told.get("kind") == "figure":
        options |= {"fig-cap": told["caption"], "fig-alt": told["alt"]}
    if told.get("kind") == "table":
        widths = [round(100 * width, 2) for width in told["widths"]]
        options |= {"tbl-cap": told["caption"], "tbl-colwidths": widths}
    return [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in options.items()]
