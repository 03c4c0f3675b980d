"""The words of notebooks: those that their code shows, and the code itself, which a person signs.

Notebooks of a report call helpers, which take their words from the study's declarations. So in a
code cell a literal that is no bare name (`legacy`, `result.*`), or that is displayed, is a sentence
of its author; so are the options of a cell that a reader meets, and a cell of raw text. Code that
does more than call helpers may make words in ways that no rule reads (joined, encoded, from
numbers), so its statement counts as written by its author as well. What code shows in a run it
computes; what it could show is in the code alone, and that is signed as it stands, whole.
"""

from __future__ import annotations

import ast
import builtins
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evaltools.lint.data_words import Declared
from evaltools.lint.prose_blocks import PLACEHOLDER, Block, Piece
from evaltools.lint.source import Language, Source


@dataclass(frozen=True)
class Cell:
    """A cell of a notebook.

    Arguments:
        place: `notebooks/01.ipynb, cell 3`.
        kind: `code`, `markdown` or `raw`.
        source: its text.
        tags: given to it.
        attached: what else is kept with it and published, such as pictures; empty without.
    """

    place: str
    kind: str
    source: str
    tags: tuple[str, ...]
    attached: str = ""


def read_cells(path: Path, name: str) -> list[Cell]:
    """The cells of a notebook; none of one that cannot be read, which running it tells."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
    found = []
    for number, cell in enumerate(cells if isinstance(cells, list) else (), start=1):
        if isinstance(cell, dict):
            source, metadata = cell.get("source", ""), cell.get("metadata")
            text = "".join(map(str, source)) if isinstance(source, list) else str(source)
            tags = metadata.get("tags") if isinstance(metadata, dict) else None
            given = tuple(map(str, tags)) if isinstance(tags, list) else ()
            kind, place = str(cell.get("cell_type")), f"{name}, cell {number}"
            found.append(Cell(place, kind, text, given, _attached(cell)))
    return found


def _attached(cell: dict[str, Any]) -> str:
    """Pictures within a cell, and notes in its metadata, as text; what only names has no blank."""
    metadata = cell.get("metadata")
    kept = {"attachments": cell.get("attachments")} | {
        name: value
        for name, value in (metadata if isinstance(metadata, dict) else {}).items()
        if name != "tags" and " " in json.dumps(value, separators=(",", ":"))
    }
    told = {name: value for name, value in kept.items() if value}
    return json.dumps(told, ensure_ascii=False, sort_keys=True) if told else ""


_OPTION: Final = re.compile(r"^#\|[ \t]*(?P<key>[\w.-]+)[ \t]*:[ \t]*(?P<value>.*)$", re.MULTILINE)
_CONTINUED: Final = re.compile(r"^#\|(?![ \t]*[\w.-]+[ \t]*:)[ \t]*(?P<value>.*)$", re.MULTILINE)
_SILENT: Final = re.compile(r"(?:[>|][+-]?|[\w.%-]*)")
"""Values of options that say nothing: names, numbers, switches."""
_NAME: Final = re.compile(r"[a-z0-9_.*:/-]*")
"""A literal that names something for the code."""
_DISPLAYING: Final = frozenset(
    {"display", "print", "Markdown", "HTML", "Latex", "Math", "Pretty", "SVG", "Image", "Code",
     "pprint", "display_markdown", "display_html", "display_pretty", "display_latex"}
)  # fmt: skip


def read_code(cell: Cell, language: Language, foreign: frozenset[str]) -> Source:
    """The words of a cell of code as prose: a block for each literal or option that says something.

    A cell that is raw or not Python (a magic, an error) is read as a whole.

    Arguments:
        foreign: names in the notebook of what is not evaltools, see `foreign_names`.
    """
    source, raw = cell.source, cell.kind != "code"
    found = [
        each.span("value")
        for pattern in (_OPTION, _CONTINUED)
        for each in pattern.finditer(source)
        if not _SILENT.fullmatch(each["value"].strip().strip("'\""))
        and not (pattern is _OPTION and each["key"] in ("label", "tags"))
    ]
    blocks: list[Block] = []
    try:
        if not raw:
            tree, place = ast.parse(source), _Places(source)
            found += _literals(tree, place)
            if not found and _PARAMETERS not in cell.tags:
                made = [place.span(each) for each in tree.body if not _is_call(each, foreign)]
                blocks += [_written(source, *span) for span in made]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raw = True
    blocks += [
        Block(0, source[start:end], tuple(range(start, end)), (), (), 0, ())
        for start, end in ([(0, len(source))] if raw else sorted(set(found)))
        if start < end
    ]
    return Source(cell.place, language, source, tuple(blocks)).within(cell.tags)


def _written(source: str, start: int, end: int) -> Block:
    """A statement that stands for whatever its author has it show."""
    code = Piece(0, "code", source[start:end])
    return Block(0, PLACEHOLDER, (start,), (code,), (), 0, ())


_PARAMETERS: Final = "parameters"
"""Tag of the cell whose values a run replaces; what it may hold is checked before a run."""
_OWN: Final = ("evaltools.chapters", "evaltools.indicators", "evaltools.evidence")
"""Packages whose functions say only what data and declarations say."""
_SHOWING: Final = frozenset(dir(builtins)) | {"display", "get_ipython", "In", "Out"}
"""Names that are there without an import, of which some make words."""


def foreign_names(cells: Iterable[Cell]) -> frozenset[str]:
    """What a notebook calls the things that it imports from elsewhere than `_OWN`."""
    names: set[str] = set()
    for cell in cells:
        try:
            tree = ast.parse(cell.source) if cell.kind == "code" else ast.Module([], [])
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        for node in ast.walk(tree):
            home = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            for alias in node.names if isinstance(node, ast.Import | ast.ImportFrom) else ():
                if not f"{home}{alias.name}.".startswith(tuple(f"{each}." for each in _OWN)):
                    names.add((alias.asname or alias.name).partition(".")[0])
    return frozenset(names)


def _is_call(node: ast.AST | None, foreign: frozenset[str]) -> bool:
    """Whether code only calls what it has imported from evaltools, and names what comes of it."""
    match node:
        case ast.Import(names) | ast.ImportFrom(names=names):
            return all(alias.name != "*" for alias in names)
        case ast.Assign(targets, value):
            return all(isinstance(each, ast.Name) for each in targets) and _is_call(value, foreign)
        case ast.Expr(value):
            return _is_call(value, foreign)
        case ast.Pass() | ast.Constant():
            return True
        case ast.Name(name):
            return name not in foreign | _SHOWING and not name.startswith("_")
        case ast.Attribute(ast.Name() | ast.Attribute() as value, name):
            return not name.startswith("_") and _is_call(value, foreign)
        case ast.Call(ast.Name("globals"), [], []):
            return True
        case ast.Call(ast.Name() | ast.Attribute() as function, arguments, keywords):
            given = (*arguments, *(each.value for each in keywords))
            named = all(each.arg for each in keywords)
            return named and all(_is_call(each, foreign) for each in (function, *given))
        case ast.List(items) | ast.Tuple(items):
            return all(_is_call(each, foreign) for each in items)
        case ast.UnaryOp() | ast.BinOp():
            parts = [each for each in ast.walk(node) if isinstance(each, ast.expr)]
            return all(
                isinstance(each, ast.UnaryOp | ast.BinOp)
                or (isinstance(each, ast.Constant) and isinstance(each.value, int | float))
                for each in parts
            )
    return False


class _Places:
    """Where pieces of code stand in its text, in code points."""

    def __init__(self, source: str) -> None:
        self._lines = source.splitlines(keepends=True)
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """From where to where a piece stands, end exclusive."""
        return (
            self._offset(node.lineno, node.col_offset),
            self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0),
        )

    def _offset(self, line: int, column: int) -> int:
        before = self._lines[line - 1].encode()[:column].decode(errors="ignore")
        return self._starts[line - 1] + len(before)


def _literals(tree: ast.AST, places: _Places) -> Iterator[tuple[int, int]]:
    """Where the literals stand that a reader may meet."""
    displaying = _DISPLAYING | {
        str(alias.asname)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in _DISPLAYING
    }

    def visit(node: ast.AST, displayed: bool) -> Iterator[tuple[int, int]]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            said = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            if any(map(str.isalpha, said)) and (displayed or not _NAME.fullmatch(said)):
                yield places.span(node)
            return
        if isinstance(node, ast.Expr) and not isinstance(node.value, ast.Call):
            displayed = True  # the last expression of a cell is shown
        if isinstance(node, ast.Call):
            displayed = displayed or _called(node.func) in displaying
        for child in ast.iter_child_nodes(node):
            yield from visit(child, displayed)

    return visit(tree, False)


def _called(function: Any) -> str:
    """The name of what is called; `print` for a method of a literal, which makes words of it."""
    if isinstance(function, ast.Attribute):
        return "print" if isinstance(function.value, ast.Constant) else function.attr
    return function.id if isinstance(function, ast.Name) else ""


def notebook_texts(root: Path, names: Iterable[str]) -> list[Declared]:
    """Each notebook as a person signs it: the text and tags of all cells, and what is attached.

    Arguments:
        names: paths from the study's root, with slashes.
    """
    found = []
    for name in names:
        parts = [
            f"cell {number}, {', '.join((cell.kind, *cell.tags))}:\n{cell.source}{cell.attached}"
            for number, cell in enumerate(read_cells(root / name, name), start=1)
        ]
        if parts:
            found.append(Declared(name, name, "\n".join(parts)))
    return found
