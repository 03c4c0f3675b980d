"""Whether a notebook would take the parameters of a run, known before anything is executed.

A run puts its values into a cell right below the one tagged `parameters`. They are taken if that
cell is there, does nothing but set defaults, and no other cell sets a parameter's variable. What
only shows when code runs (`exec`, a star import) the kernel sees: see `outcomes`.
"""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterable, Iterator, Sequence
from difflib import get_close_matches

from evaltools.pipeline.notebooks import INJECTED_TAG, Cell
from evaltools.problems import Problem

TAG = "parameters"
_CODE = "notebook.parameters"
_UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)
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

    Arguments:
        name: path of the notebook below the study.
        cells: all of its cells.
        declared: names of the study's parameters; where there are none, no cell is asked for.
    """
    names = tuple(declared)
    problems = _leftover_problems(name, cells)
    tagged = [cell for cell in cells if TAG in cell.tags]
    code = [cell for cell in tagged if cell.kind == "code"]
    if not tagged and names:
        problems.append(_untagged_problem(name, cells, names))
    elif len(tagged) > 1:
        numbers = ", ".join(str(cell.number) for cell in tagged)
        what = f"has several cells with the tag '{TAG}': {numbers}"
        problems.append(Problem(name, what, remedy="Keep one of them.", code=_CODE))
    elif tagged and not code:
        what = f"the tag '{TAG}' is on a cell of the kind {tagged[0].kind}"
        remedy = "Give it to the code cell that sets the parameters."
        problems.append(Problem(f"{name}, cell {tagged[0].number}", what, "", remedy, _CODE))
    for cell in code:
        problems += _wrong_statements(f"{name}, cell {cell.number} ({TAG})", cell.source, names)
    if len(code) == 1 and len(tagged) == 1:
        problems += _missing_parameters(name, code[0], cells, names)
    for cell in cells:
        if cell.kind == "code" and cell not in code and INJECTED_TAG not in cell.tags:
            problems += _reassigned_parameters(name, cell, names, code[0].number if code else None)
    return problems


def _leftover_problems(name: str, cells: Sequence[Cell]) -> list[Problem]:
    return [
        Problem(
            f"{name}, cell {cell.number}",
            f"was put in by an earlier run (tag '{INJECTED_TAG}')",
            remedy="Delete the cell; a run puts in its own.",
            code=_CODE,
        )
        for cell in cells
        if INJECTED_TAG in cell.tags
    ]


def _untagged_problem(name: str, cells: Sequence[Cell], names: Sequence[str]) -> Problem:
    """No cell has the tag: name the cell that seems to be meant."""
    what = f"has no cell tagged '{TAG}', so that the values of a run would not be used"
    for cell in cells:
        if near := [tag for tag in cell.tags if get_close_matches(tag.lower(), [TAG], 1, 0.8)]:
            remedy = f"Cell {cell.number} has the tag '{near[0]}': write it '{TAG}'."
            return Problem(name, what, "", remedy, _CODE)
    for cell in cells:
        if cell.kind == "code" and any(one in names for one, _ in _assigned_names(cell.source)):
            return Problem(name, what, "", f"Give this tag to cell {cell.number}.", _CODE)
    lines = ", ".join(f"{one} = None" for one in names)
    remedy = f"Add a first code cell with this tag and the lines {lines}."
    return Problem(name, what, "", remedy, _CODE)


def _wrong_statements(where: str, source: str, names: Sequence[str]) -> list[Problem]:
    """What a parameters cell does besides setting defaults of the study's parameters."""
    parsed = _parse(source)
    problems = []
    for statement in parsed[0].body if parsed else ():
        if isinstance(statement, ast.Assign):
            targets: list[ast.expr] = statement.targets
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets = [statement.target]
        elif _does_nothing(statement):
            continue
        else:
            targets = []
        given = [target.id for target in targets if isinstance(target, ast.Name)]
        for unknown in (one for one in given if one not in names):
            near = get_close_matches(unknown, names, 1)
            remedy = f"Did you mean {near[0]}?" if near else "Set it in another cell."
            what = f"sets '{unknown}', which is no parameter of the study"
            problems.append(Problem(where, what, ", ".join(names), remedy, _CODE))
        if not targets or len(given) < len(targets) or not _is_plain(statement):
            what = (
                f"does more than set defaults, in line {statement.lineno}, and what it does there "
                "would rest on them and not on the values of a run"
            )
            allowed = "lines like 'name = value' with a literal value"
            remedy = "Move the rest to a cell below."
            problems.append(Problem(where, what, allowed, remedy, _CODE))
    return problems


def _does_nothing(statement: ast.stmt) -> bool:
    """A docstring, `pass`, or an import that a default may need."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return isinstance(statement, ast.Pass | ast.Import | ast.ImportFrom)


def _is_plain(statement: ast.stmt) -> bool:
    """Whether the value of an assignment sets nothing by itself."""
    return not any(isinstance(node, ast.NamedExpr) for node in ast.walk(statement))


def _missing_parameters(
    name: str, tagged: Cell, cells: Sequence[Cell], names: Sequence[str]
) -> Iterator[Problem]:
    """Parameters that the notebook reads and its parameters cell does not set."""
    given = {one for one, _ in _assigned_names(tagged.source)}
    for one in names:
        if one in given:
            continue
        reads = [cell.number for cell in cells if cell.kind == "code" and _reads(cell.source, one)]
        if reads:
            where = f"{name}, cell {tagged.number} ({TAG})"
            what = f"does not set '{one}', which cell {reads[0]} reads"
            remedy = f"Add the line '{one} = None' for the default."
            yield Problem(where, what, "", remedy, _CODE)


def _reassigned_parameters(
    name: str, cell: Cell, names: Sequence[str], tagged: int | None
) -> Iterator[Problem]:
    """Parameters that a cell other than the tagged one sets or deletes."""
    if tagged is None:
        return  # that no cell has the tag is told; one of these is the cell that should have it
    found: dict[str, str] = {}
    for one, how in _assigned_names(cell.source):
        if one in names:
            found.setdefault(one, how)
    where = f"{name}, cell {cell.number}" + (f" ({cell.label})" if cell.label else "")
    for one, how in found.items():
        if cell.number < tagged:
            what = f"{how} the parameter '{one}' above the parameters cell"
        else:
            what = f"{how} the parameter '{one}' again, in place of the run's value"
        yield Problem(where, what, "", "Give the variable another name.", _CODE)


def _parse(source: str) -> tuple[ast.Module, symtable.SymbolTable] | None:
    """A cell as Python; one with magic commands as IPython turns it into Python.

    IPython takes its time to load, and few cells need it.
    """
    try:
        return ast.parse(source), symtable.symtable(source, "<cell>", "exec")
    except _UNREADABLE:
        from IPython.core.inputtransformer2 import TransformerManager
    try:
        text = TransformerManager().transform_cell(source)  # type: ignore[no-untyped-call]
        return ast.parse(text), symtable.symtable(text, "<cell>", "exec")
    except _UNREADABLE:
        return None  # running it will tell where


def _assigned_names(source: str, depth: int = 0) -> Iterator[tuple[str, str]]:
    """Variables of the notebook that a cell binds, each with a verb for how."""
    if depth > _DEEPEST or (parsed := _parse(source)) is None:
        return
    tree, table = parsed
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


def _reads(source: str, name: str) -> bool:
    """Whether a cell reads a variable of the notebook."""
    parsed = _parse(source)
    return parsed is not None and _reads_in(parsed[1], name)


def _reads_in(table: symtable.SymbolTable, name: str) -> bool:
    for symbol in table.get_symbols():
        outer = symbol.is_global() or table.get_type() == "module"
        if symbol.get_name() == name and symbol.is_referenced() and outer:
            return True
    return any(_reads_in(child, name) for child in table.get_children())
