"""Which blocks of a report stand in chapters that report results."""

from __future__ import annotations

import json
import posixpath
import re
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from evaltools.lint.blocks import Block
from evaltools.lint.markdown import UnreadableMarkdownError
from evaltools.lint.notebook_code import as_prose, read_code
from evaltools.lint.source import UNREAD, Report, Source, parse_all
from evaltools.problems import Problem

TOPICS: Final = ("summary", "results", "findings", "conclusions", "recommendations")
"""Topics of `sections` whose chapters report results."""
GENERATED: Final = "_generated/"
"""Folder of pages that are written anew from the run."""
_NOTEBOOK: Final = re.compile(r"embed\s+(?:\.\./)*(?P<path>notebooks/[^\s#]+\.ipynb)#")


def result_anchors(report: Report) -> frozenset[str]:
    """The anchors of sections on results, as `evaluation.yml` declares them or by their topic."""
    declared = report.declared_in("evaluation.yml").get("sections")
    sections = declared if isinstance(declared, dict) else {}
    found: set[str] = set()
    for topic in TOPICS:
        names = sections.get(topic)
        found |= set(map(str, names)) if isinstance(names, list) else {f"sec-{topic}"}
    return frozenset(found)


def included_path(source: Source, content: str) -> str | None:
    """The file that a shortcode includes, from the study's root; None where it is no include."""
    name, _, target = content.partition(" ")
    if name != "include":
        return None
    return posixpath.normpath(
        posixpath.join(posixpath.dirname(source.name), target.strip().strip("\"'"))
    )


def result_blocks(report: Report) -> list[tuple[Source, Block]]:
    """The blocks of all chapters that report results.

    A file reports results if it has one of the anchors, or if such a file includes it. What
    stands behind an include of such a file, up to the next heading or include, is read as part
    of its chapter, and so is a note that it refers to.
    """
    anchors = result_anchors(report)
    included = {
        source.name: {path for block in source.blocks for path in _included(source, block)}
        for source in report.sources
    }
    results = {
        source.name
        for source in report.sources
        if not anchors.isdisjoint(name for block in source.blocks for name in block.identifiers)
    }
    waiting = list(results)
    while waiting:
        fresh = (included.get(waiting.pop(), set()) & included.keys()) - results
        results |= fresh
        waiting += fresh
    found = []
    for source in report.sources:
        inside = whole = source.name in results
        for block in source.blocks:
            if not whole:
                paths = _included(source, block)
                inside = any(path in results for path in paths) if paths else inside
                inside = inside and not block.heading
            if inside or block.noted_in in results:
                found.append((source, block))
    return found


def _included(source: Source, block: Block) -> list[str]:
    paths = (included_path(source, piece.content) for piece in block.shortcodes)
    return [path for path in paths if path is not None]


def find_results(report: Report) -> tuple[Report, list[Problem]]:
    """The report with its chapters on results, and the words of the notebooks that they show.

    Each cell is a source, `notebooks/01.ipynb, cell 3`: all of one of markdown, and of one of code
    the literals and options that say something. Its tags are classes around its text, so that the
    tag `method` marks the whole cell.
    """
    results = tuple(result_blocks(report))
    names = sorted(
        {
            found["path"]
            for _, block in results
            for piece in block.shortcodes
            if (found := _NOTEBOOK.match(piece.content))
        }
    )
    texts: dict[str, str] = {}
    tags: dict[str, tuple[str, ...]] = {}
    code: list[Source] = []
    for name in names:
        for number, cell in enumerate(_cells(report.root / name), start=1):
            given, metadata = cell.get("source", ""), cell.get("metadata")
            source = "".join(map(str, given)) if isinstance(given, list) else str(given)
            place = f"{name}, cell {number}"
            given = metadata.get("tags") if isinstance(metadata, dict) else None
            tags[place] = tuple(map(str, given)) if isinstance(given, list) else ()
            if cell.get("cell_type") == "markdown":
                texts[place] = source
            elif cell.get("cell_type") == "code":
                code.append(read_code(source, place, report.language))
            else:
                code.append(as_prose(source, place, report.language, [(0, len(source))]))
    try:
        read = (*(parse_all(texts, report.language) if texts else ()), *code)
    except UnreadableMarkdownError as error:
        remedy = "Look for what opens again and again in its markdown cells."
        return replace(report, results=results), [
            Problem(", ".join(names), str(error), "", remedy, UNREAD)
        ]
    cells = tuple(source.within(tags[source.name]) for source in read)
    shown = tuple((source, block) for source in cells for block in source.blocks)
    return replace(report, notebooks=cells, results=(*results, *shown)), []


def _cells(path: Path) -> list[dict[str, Any]]:
    """The cells of a notebook; none of one that cannot be read, which running it tells."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return []
    return [cell for cell in cells if isinstance(cell, dict)] if isinstance(cells, list) else []
