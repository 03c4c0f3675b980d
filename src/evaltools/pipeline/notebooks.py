"""Notebook files as they are on disk: cells, labels and the parameters cell.

Reads plain JSON and not nbformat, so that looking whether anything is to do costs nothing.
"""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaltools.files import read_file
from evaltools.problems import Problem, ProblemError

MAXIMUM_BYTES = 200_000_000
INJECTED_TAG = "injected-parameters"
"""Of the cell in which a run sets its parameters."""

_LABEL = re.compile(r"^#\|\s*label:\s*['\"]?([^\s'\"]+)['\"]?\s*$")


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook file.

    Arguments:
        number: position among all cells, from 1.
        kind: `code`, `markdown` or `raw`.
        source: its text.
        label: from `#| label:` at its top, empty if it has none.
        tags: from its metadata.
    """

    number: int
    kind: str
    source: str
    label: str
    tags: tuple[str, ...]


def read_notebook(path: Path, name: str) -> dict[str, Any]:
    """A notebook file as plain values.

    Raises:
        ProblemError: it is missing, or no notebook of format 4.
    """
    try:
        if not os.path.lexists(path):
            raise ProblemError([Problem(name, "does not exist", code="notebook.missing")])
        content = json.loads(read_file(path, name, MAXIMUM_BYTES).decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        where = f"{name}:{error.lineno}" if isinstance(error, json.JSONDecodeError) else name
        remedy = "Perhaps a merge left its marks in it: look for lines that begin with <<<<<<<."
        raise ProblemError(
            [Problem(where, "is not a notebook", "JSON", remedy, "notebook.format")]
        ) from None
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list) or content.get("nbformat") != 4:
        remedy = "Open it in JupyterLab and save it."
        what = "is not a notebook of format 4"
        raise ProblemError([Problem(name, what, remedy=remedy, code="notebook.format")])
    return dict(content)


def read_cells(notebook: Mapping[str, Any]) -> tuple[Cell, ...]:
    """The cells of a notebook."""
    return tuple(_cell(number, cell) for number, cell in enumerate(notebook["cells"], 1))


def _cell(number: int, cell: Mapping[str, Any]) -> Cell:
    source = join_text(cell.get("source", ""))
    tags = (cell.get("metadata") or {}).get("tags") or ()
    kind = str(cell.get("cell_type", ""))
    label = find_label(source) if kind == "code" else ""
    return Cell(number, kind, source, label, tuple(str(tag) for tag in tags))


def join_text(value: Any) -> str:
    """Text that a notebook keeps as one string or as a list of lines."""
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def find_label(source: str) -> str:
    """The label in the `#|` lines with which a cell begins."""
    for line in source.splitlines():
        if line.strip() and not line.startswith("#|"):
            break
        if found := _LABEL.match(line):
            return found[1]
    return ""


def imported_modules(cells: Iterable[Cell]) -> tuple[str, ...]:
    """Names that code cells import, sorted; of `from a import b` both `a` and `a.b`."""
    names: set[str] = set()
    for cell in cells:
        if cell.kind != "code":
            continue
        try:
            tree = ast.parse(cell.source)
        except SyntaxError:  # a magic command, or a mistake that running it will tell
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names.add(node.module)
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return tuple(sorted(names))
