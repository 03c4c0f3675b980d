"""Notebook files as they are on disk: cells, labels, and whether they take a run's parameters.

Reads plain JSON and not nbformat, so that looking whether anything is to do costs nothing.

A run puts its values into a cell right below the one tagged `parameters`. They are taken if that
cell is there, does nothing but set defaults, and no other cell sets a parameter's variable. What
only shows when code runs (`exec`, a star import) the kernel sees: see `cell_outcomes`.
"""

from __future__ import annotations

import ast
import json
import os
import re
import symtable
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
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
    """A cell of a notebook file: its position among all cells, from 1, whether it is `code`,
    `markdown` or `raw`, its text, and its label from `#| label:` at the top, if it has one.
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
    cells = []
    for number, cell in enumerate(notebook["cells"], 1):
        source, kind = join_text(cell.get("source", "")), str(cell.get("cell_type", ""))
        tags = (cell.get("metadata") or {}).get("tags") or ()
        label = find_label(source) if kind == "code" else ""
        cells.append(Cell(number, kind, source, label, tuple(map(str, tags))))
    return tuple(cells)


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


PARAMETERS_TAG = "parameters"
_DEEPEST = 3
"""How often code may stand in a text within code and still be looked at."""
_NAMESPACES = ("globals", "locals", "vars")
_RUNS_CODE = frozenset(("eval", "ex", "exec", "run_cell", "run_cell_magic", "run_line_magic"))
_CHANGES = frozenset(
    ("__delitem__", "__setitem__", "clear", "pop", "popitem", "push", "setdefault", "update")
)


def check_parameters_cell(
    name: str, cells: Sequence[Cell], declared: Iterable[str]
) -> list[Problem]:
    """Everything for which a notebook would not take the values of a run.

    Where the study declares no parameters, no cell is asked for.
    """
    names = tuple(declared)
    tagged = [cell for cell in cells if PARAMETERS_TAG in cell.tags]
    code = [cell for cell in tagged if cell.kind == "code"]
    what = f"was put in by an earlier run (tag '{INJECTED_TAG}')"
    remedy = "Delete the cell; a run puts in its own."
    problems = [_problem(f"{name}, cell {cell.number}", what, "", remedy)
                for cell in cells if INJECTED_TAG in cell.tags]  # fmt: skip
    if not tagged and names:
        what = (
            f"has no cell tagged '{PARAMETERS_TAG}', so that the values of a run would not be used"
        )
        problems.append(_problem(name, what, "", _find_untagged(cells, names)))
    elif len(tagged) > 1:
        numbers = ", ".join(str(cell.number) for cell in tagged)
        what = f"has several cells with the tag '{PARAMETERS_TAG}': {numbers}"
        problems.append(_problem(name, what, "", "Keep one of them."))
    elif tagged and not code:
        what = f"the tag '{PARAMETERS_TAG}' is on a cell of the kind {tagged[0].kind}"
        remedy = "Give it to the code cell that sets the parameters."
        problems.append(_problem(f"{name}, cell {tagged[0].number}", what, "", remedy))
    for cell in code:
        where = f"{name}, cell {cell.number} ({PARAMETERS_TAG})"
        problems += _wrong_statements(where, cell.source, names)
        if len(tagged) == 1:
            problems += _missing_parameters(where, cell, cells, names)
    # That no cell has the tag is told; one of the others is then the cell that should have it.
    for cell in cells if code else ():
        if cell.kind == "code" and cell not in code and INJECTED_TAG not in cell.tags:
            problems += _reassigned_parameters(name, cell, names, code[0].number)
    return problems


def _problem(where: str, what: str, allowed: str, remedy: str) -> Problem:
    return Problem(where, what, allowed, remedy, "notebook.parameters")


def _find_untagged(cells: Sequence[Cell], names: Sequence[str]) -> str:
    """What to do where no cell has the tag: name the cell that seems to be meant."""
    for cell in cells:
        for tag in cell.tags:
            if get_close_matches(tag.lower(), [PARAMETERS_TAG], 1, 0.8):
                return f"Cell {cell.number} has the tag '{tag}': write it '{PARAMETERS_TAG}'."
    for cell in cells:
        if cell.kind == "code" and any(one in names for one, _ in _assigned_names(cell.source)):
            return f"Give this tag to cell {cell.number}."
    lines = ", ".join(f"{one} = None" for one in names)
    return f"Add a first code cell with this tag and the lines {lines}."


def _wrong_statements(where: str, source: str, names: Sequence[str]) -> Iterator[Problem]:
    """What a parameters cell does besides setting defaults of the study's parameters."""
    tree, _ = _parse(source)
    for statement in tree.body:
        targets: list[ast.expr] = []
        if isinstance(statement, ast.Assign):
            targets = statement.targets
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets = [statement.target]
        elif isinstance(statement, ast.Pass | ast.Import | ast.ImportFrom) or (
            isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        ):
            continue  # a docstring, or an import that a default may need
        given = [target.id for target in targets if isinstance(target, ast.Name)]
        for unknown in (one for one in given if one not in names):
            near = get_close_matches(unknown, names, 1)
            remedy = f"Did you mean {near[0]}?" if near else "Set it in another cell."
            what = f"sets '{unknown}', which is no parameter of the study"
            yield _problem(where, what, ", ".join(names), remedy)
        sets_more = any(isinstance(node, ast.NamedExpr) for node in ast.walk(statement))
        if not targets or len(given) < len(targets) or sets_more:
            what = (
                f"does more than set defaults, in line {statement.lineno}, and what it does there "
                "would rest on them and not on the values of a run"
            )
            allowed = "lines like 'name = value' with a literal value"
            yield _problem(where, what, allowed, "Move the rest to a cell below.")


def _missing_parameters(
    where: str, tagged: Cell, cells: Sequence[Cell], names: Sequence[str]
) -> Iterator[Problem]:
    """Parameters that the notebook reads and its parameters cell does not set."""
    given = {one for one, _ in _assigned_names(tagged.source)}
    for one in (one for one in names if one not in given):
        for cell in cells:
            if cell.kind == "code" and _reads(_parse(cell.source)[1], one):
                what = f"does not set '{one}', which cell {cell.number} reads"
                yield _problem(where, what, "", f"Add the line '{one} = None' for the default.")
                break


def _reassigned_parameters(
    name: str, cell: Cell, names: Sequence[str], tagged: int
) -> Iterator[Problem]:
    """Parameters that a cell other than the tagged one sets or deletes."""
    where = f"{name}, cell {cell.number}" + (f" ({cell.label})" if cell.label else "")
    found: set[str] = set()
    for one, how in _assigned_names(cell.source):
        if one in names and one not in found:
            found.add(one)
            what = f"{how} the parameter '{one}' again, in place of the run's value"
            if cell.number < tagged:
                what = f"{how} the parameter '{one}' above the parameters cell"
            yield _problem(where, what, "", "Give the variable another name.")


def _parse(source: str) -> tuple[ast.Module, symtable.SymbolTable]:
    """A cell as Python; one with magic commands as IPython turns it into Python.

    What is no Python is taken for empty: running it will tell where.
    """
    unreadable = (SyntaxError, ValueError, RecursionError, MemoryError)
    try:
        return ast.parse(source), symtable.symtable(source, "<cell>", "exec")
    except unreadable:
        # It takes its time to load, and few cells need it.
        from IPython.core.inputtransformer2 import TransformerManager
    try:
        text = TransformerManager().transform_cell(source)  # type: ignore[no-untyped-call]
        return ast.parse(text), symtable.symtable(text, "<cell>", "exec")
    except unreadable:
        return _parse("")


def _assigned_names(source: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Variables of the notebook that a cell binds, each with a verb for how."""
    if depth > _DEEPEST:
        return
    tree, table = _parse(source)
    yield from ((one, "sets") for one in _global_names(table, top=True))
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and not isinstance(node.ctx, ast.Load):
            if _is_namespace(node.value) and isinstance(node.slice, ast.Constant):
                verb = "deletes" if isinstance(node.ctx, ast.Del) else "sets"
                yield str(node.slice.value), verb
        elif isinstance(node, ast.Call):
            yield from _names_assigned_by_call(node, depth)


def _names_assigned_by_call(node: ast.Call, depth: int) -> Iterator[tuple[str, str]]:
    called = (
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    )
    texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
    if called in _RUNS_CODE:
        for text in texts:
            if isinstance(text, str):
                yield from _assigned_names(text, depth + 1)
    elif called in _CHANGES and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        if not (_is_namespace(owner) or called == "push"):
            return
        yield from ((keyword.arg, "sets") for keyword in node.keywords if keyword.arg)
        for argument in node.args:
            if isinstance(argument, ast.Dict):
                keys = [key.value for key in argument.keys if isinstance(key, ast.Constant)]
                yield from ((str(key), "sets") for key in keys)
            elif isinstance(argument, ast.Constant) and called in ("pop", "__delitem__"):
                yield str(argument.value), "deletes"
            elif isinstance(argument, ast.Constant) and called != "push":
                yield str(argument.value), "sets"


def _is_namespace(node: ast.expr) -> bool:
    """`globals()`, `locals()`, `vars()`, or the `user_ns` of the shell."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in _NAMESPACES and not node.args
    return isinstance(node, ast.Attribute) and node.attr in ("user_ns", "user_global_ns")


def _global_names(table: symtable.SymbolTable, top: bool) -> Iterator[str]:
    """Names of the module that its code binds, also from within functions that say `global`."""
    for symbol in table.get_symbols():
        binds = symbol.is_assigned() or symbol.is_imported() or symbol.is_namespace()
        if binds and (top or symbol.is_declared_global()):
            yield symbol.get_name()
    for child in table.get_children():
        yield from _global_names(child, top=False)


def _reads(table: symtable.SymbolTable, name: str) -> bool:
    """Whether code reads a variable of the notebook."""
    return any(
        symbol.get_name() == name
        and symbol.is_referenced()
        and (symbol.is_global() or table.get_type() == "module")
        for symbol in table.get_symbols()
    ) or any(_reads(child, name) for child in table.get_children())
