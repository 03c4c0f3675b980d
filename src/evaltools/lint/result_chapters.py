"""Which blocks of a report stand in chapters that report results, those of notebooks among them."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from evaltools.lint.notebook_words import foreign_names, read_cells, read_code
from evaltools.lint.prose_blocks import Block
from evaltools.lint.prose_text import UnreadableMarkdownError
from evaltools.lint.source import UNREAD, Report, Source, parse_all
from evaltools.problems import Problem

TOPICS: Final = ("summary", "results", "findings", "conclusions", "recommendations")
"""Topics of `sections` whose chapters report results."""
GENERATED: Final = "_generated/"
"""Folder of pages that are written anew from the run."""
_NOTEBOOK: Final = re.compile(r"embed\s+[\"']?(?:\.\./)*(?P<path>notebooks/[^\s#\"']+\.ipynb)#")


def result_anchors(report: Report) -> frozenset[str]:
    """The anchors of sections on results, as `evaluation.yml` declares them or by their topic."""
    return frozenset().union(*(topic_anchors(report, topic) for topic in TOPICS))


def topic_anchors(report: Report, topic: str) -> frozenset[str]:
    """The anchors of a topic's sections, as declared; `sec-<topic>` where nothing is."""
    declared = report.declared_in("evaluation.yml").get("sections")
    names = declared.get(topic) if isinstance(declared, dict) else None
    return frozenset(map(str, names) if isinstance(names, list) else {f"sec-{topic}"})


def included_path(source: Source, content: str) -> str | None:
    """The file that a shortcode includes, from the study's root; None where it is no include."""
    return _target(source, content) if content.partition(" ")[0] == "include" else None


def other_notebook(report: Report, source: Source, content: str) -> bool:
    """Whether a shortcode shows a notebook that is there and that no run executes."""
    if content.partition(" ")[0] != "embed" or embedded_notebook(content):
        return False
    return (report.root / _target(source, content.partition("#")[0])).exists()


def _target(source: Source, content: str) -> str:
    path = content.partition(" ")[2].strip().strip("\"'")
    return posixpath.normpath(posixpath.join(posixpath.dirname(source.name), path))


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
    """The report with its chapters on results, and the words of the notebooks that it shows.

    Each cell is a source, `notebooks/01.ipynb, cell 3`: markdown of notebooks that chapters on
    results show, code of those that any chapter shows. Its tags are classes around its text, so
    that the tag `method` marks the whole cell.
    """
    results = tuple(result_blocks(report))
    code = read_shown_code(report)
    names = shown_notebooks(results)
    cells = [
        cell
        for name in names
        for cell in read_cells(report.root / name, name)
        if cell.kind == "markdown"
    ]
    texts = {cell.place: cell.source for cell in cells}
    problems = []
    try:
        read = parse_all(texts, report.language) if texts else ()
    except UnreadableMarkdownError as error:
        remedy = "Look for what opens again and again in its markdown cells."
        problems.append(Problem(", ".join(names), str(error), "", remedy, UNREAD))
        read = ()
    tags = {cell.place: cell.tags for cell in cells}
    notebooks = (*(source.within(tags[source.name]) for source in read), *code)
    shown = tuple((source, block) for source in notebooks for block in source.blocks)
    return replace(report, notebooks=notebooks, results=(*results, *shown)), problems


def read_shown_code(report: Report) -> tuple[Source, ...]:
    """The words in cells of code, and of raw text, of the notebooks that a report shows."""
    found = []
    for name in shown_notebooks(report.blocks()):
        cells = read_cells(report.root / name, name)
        foreign = foreign_names(cells)
        found += [
            read_code(cell, report.language, foreign) for cell in cells if cell.kind != "markdown"
        ]
    return tuple(found)


def shown_notebooks(blocks: Iterable[tuple[Source, Block]]) -> list[str]:
    """The notebooks that some blocks embed."""
    found = (embedded_notebook(piece.content) for _, block in blocks for piece in block.shortcodes)
    return sorted({each for each in found if each})


def embedded_notebook(content: str) -> str | None:
    """The notebook that a shortcode shows; None where it shows none that a run executes."""
    found = _NOTEBOOK.match(content)
    path = found["path"] if found else ""
    return path if path and posixpath.normpath(path) == path else None


def study_notebooks(report: Report) -> list[str]:
    """All notebooks of the study, shown or not: a run executes and publishes each of them."""
    declared = report.declared_in("evaluation.yml").get("notebooks")
    names = [str(each) for each in declared] if isinstance(declared, list) else []
    found = [path.relative_to(report.root).as_posix()
             for path in sorted(report.root.glob("notebooks/*.ipynb"))]  # fmt: skip
    return sorted({*names, *found, *shown_notebooks(report.blocks())})
