"""Which cell of which notebook handed a number over."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaltools.indicators.indicator import MIME_TYPE

_LABEL = re.compile(r"^#\|\s*label:\s*(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Cell:
    """A cell: file of the notebook, its place among all cells from 1, and its label."""

    notebook: str
    number: int
    label: str


def cells_by_key(notebooks: Mapping[str, Mapping[str, Any]]) -> dict[str, Cell]:
    """The cell that handed over each indicator.

    The cell of parameters that a run puts in is not counted, so that the place is that in the
    notebook as it was written.

    Arguments:
        notebooks: executed notebooks by file name.
    """
    found: dict[str, Cell] = {}
    for name, notebook in sorted(notebooks.items()):
        number = 0
        for cell in notebook["cells"]:
            if "injected-parameters" in cell.get("metadata", {}).get("tags", []):
                continue
            number += 1
            for output in cell.get("outputs", []):
                for record in output.get("data", {}).get(MIME_TYPE, []):
                    label = _LABEL.search("".join(cell["source"]))
                    shown = label[1] if label else str(cell.get("id", ""))
                    found.setdefault(str(record["key"]), Cell(name, number, shown))
    return found
