"""Figures and tables of a chapter, drawn one at a time from the labelled cells of its notebook."""

from __future__ import annotations

import ast
import base64
import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from evaltools.charts.figure import Figure
from evaltools.charts.table import Table, cell
from evaltools.evidence import Evidence
from evaltools.indicators.indicator import Indicator
from evaltools.pipeline.notebooks import read_cells, read_notebook
from evaltools.problems import Problem, ProblemError
from evaltools.study import Study

MOST_ROWS = 300
_LABELS = ("fig-", "tbl-")


@dataclass(frozen=True)
class LabelledCell:
    """A cell that shows a figure or table; the heading above it is what it is called here."""

    label: str
    heading: str
    source: str


def list_cells(study: Study, notebook: str) -> tuple[LabelledCell, ...]:
    """The labelled cells of a notebook, in order; none where it cannot be read."""
    try:
        content = read_notebook(study.root / notebook, notebook)
    except ProblemError:
        return ()
    found, heading = [], ""
    for each in read_cells(content):
        if each.kind == "markdown":
            lines = [line for line in each.source.splitlines() if line.startswith("#")]
            heading = lines[-1].lstrip("# ") if lines else heading
        elif each.kind == "code" and each.label.startswith(_LABELS):
            found.append(LabelledCell(each.label, heading, each.source))
    return tuple(found)


def draw(
    study: Study, notebook: str, label: str, evidence: Evidence, records: Sequence[Indicator]
) -> dict[str, Any]:
    """What a labelled cell shows, under other parameters than the notebook's own.

    The cell is evaluated with `evidence` and `records`, and what else the notebook imports or sets
    from them; its other cells are not run. It is the study's own code, as it is when the notebook
    is run.

    Raises ProblemError where the cell asks for more than that, or shows something else.
    """
    content = read_notebook(study.root / notebook, notebook)
    names: dict[str, Any] = {"evidence": evidence, "records": list(records)}
    where = f"{notebook}, {label}"
    try:
        for each in read_cells(content):
            if each.kind != "code" or "parameters" in each.tags:
                continue
            if each.label == label:
                return _shown(_evaluate(each.source, names, where), where)
            if not each.label:
                _prepare(each.source, names)
    except ProblemError:
        raise
    except Exception as error:
        what = f"cannot be drawn here: {type(error).__name__}: {error}"
        problem = Problem(where, what, "", "Open the notebook.", "explore.cell")
        raise ProblemError([problem]) from None
    raise ProblemError([Problem(where, "there is no such cell", code="explore.cell")])


def _prepare(source: str, names: dict[str, Any]) -> None:
    """Carry out the imports of a cell, and what it sets that is not there yet."""
    for statement in ast.parse(source).body:
        new = isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef)
        if isinstance(statement, ast.Assign):
            targets = [one.id for one in statement.targets if isinstance(one, ast.Name)]
            new = bool(targets) and not any(name in names for name in targets)
        if new:
            exec(compile(ast.Module([statement], []), "<notebook>", "exec"), names)


def _evaluate(source: str, names: dict[str, Any], where: str) -> object:
    *before, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        what = "the last line of the cell shows nothing"
        raise ProblemError([Problem(where, what, code="explore.cell")])
    exec(compile(ast.Module(before, []), "<notebook>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<notebook>", "eval"), names)


def _shown(result: object, where: str) -> dict[str, Any]:
    if isinstance(result, Figure):
        picture = base64.b64encode(result.svg.encode("utf-8")).decode("ascii")
        return {
            "picture": f"data:image/svg+xml;base64,{picture}",
            "alt": result.alt,
            "caption": _plain(result.full_caption),
        }
    if isinstance(result, Table):
        rows = result.frame.head(MOST_ROWS).to_dict("records")
        return {
            "columns": [{"label": one.label, "right": one.alignment == "right"}
                        for one in result.columns],
            "rows": [[cell(row[one.name], one, result.language) for one in result.columns]
                     for row in rows],
            "caption": _plain(result.full_caption),
        }  # fmt: skip
    what = f"shows a {type(result).__name__}, neither a Figure nor a Table"
    raise ProblemError([Problem(where, what, code="explore.cell")])


def _plain(caption: str) -> str:
    """A caption without its marks: emphasis, and references that stand for characters."""
    return html.unescape(re.sub(r"(?<!\\)[*`]", "", caption))
