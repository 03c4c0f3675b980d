"""What code cells of notebooks say in words of their own: captions, displayed text.

Notebooks of a report call helpers, which take their words from the study's declarations. So a
literal that is no bare name (`legacy`, `result.*`), or that is displayed, is a sentence of its
author; so are the options of a cell that a reader meets, and a cell of raw text.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Any, Final

from evaltools.lint.blocks import Block
from evaltools.lint.source import Language, Source

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


def read_code(source: str, name: str, language: Language, raw: bool = False) -> Source:
    """The words of a code cell as prose: a block for each literal or option that says something.

    A cell that is raw or not Python (a magic, an error) is read as a whole.
    """
    found = [
        each.span("value")
        for pattern in (_OPTION, _CONTINUED)
        for each in pattern.finditer(source)
        if not _SILENT.fullmatch(each["value"].strip().strip("'\""))
        and not (pattern is _OPTION and each["key"] in ("label", "tags"))
    ]
    try:
        found += [] if raw else _literals(ast.parse(source), source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raw = True
    blocks = tuple(
        Block(False, source[start:end], tuple(range(start, end)), (), (), 0, ())
        for start, end in ([(0, len(source))] if raw else sorted(set(found)))
        if start < end
    )
    return Source(name, language, source, blocks)


def _literals(tree: ast.AST, source: str) -> Iterator[tuple[int, int]]:
    """Where the literals stand that a reader may meet."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))

    displaying = _DISPLAYING | {
        str(alias.asname)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name in _DISPLAYING
    }

    def offset(line: int, column: int) -> int:
        return starts[line - 1] + len(lines[line - 1].encode()[:column].decode(errors="ignore"))

    def visit(node: ast.AST, displayed: bool) -> Iterator[tuple[int, int]]:
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            said = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            if any(map(str.isalpha, said)) and (displayed or not _NAME.fullmatch(said)):
                yield (
                    offset(node.lineno, node.col_offset),
                    offset(node.end_lineno or node.lineno, node.end_col_offset or 0),
                )
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
