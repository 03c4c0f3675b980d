"""A resolved document as an accessible PDF."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory

from evaltools.problems import refuse
from evaltools.report.embedded.ast import Node, rewrite
from evaltools.report.embedded.context import Context
from evaltools.report.embedded.pdf_tags import tag_row_headers
from evaltools.report.embedded.print_checks import (
    accessibility_problems,
    page_problems,
    raw_problems,
)
from evaltools.report.embedded.print_images import PRINT_KINDS, stage_images
from evaltools.report.embedded.print_shapes import printed, row_headers_of
from evaltools.report.embedded.print_tree import walk
from evaltools.report.embedded.print_widths import with_widths
from evaltools.report.embedded.typst import compile_pdf, write_source


def render_pdf(resolved: Path, context: Context) -> bytes:
    """Set a resolved document as PDF/UA-1 and PDF/A-2a.

    Arguments:
        resolved: pandoc's JSON tree after the core pass.
        context: surroundings of the document.

    Returns the PDF; the same document gives the same bytes on every machine.
    Raises ProblemError with everything that keeps it from being set and read by everyone.
    """
    tree = json.loads(resolved.read_text(encoding="utf-8"))
    checks = (accessibility_problems, page_problems, raw_problems)
    refuse(problem for check in checks for problem in check(tree, context))
    with TemporaryDirectory(prefix="evaltools-") as name:
        folder = Path(name)
        staged = stage_images(for_print(tree, context), context, folder, PRINT_KINDS)
        tables = tuple(row_headers_of(node) for node, _ in walk(staged) if node["t"] == "Table")
        main = write_source(staged, context, folder)
        pdf = compile_pdf(main, tree, context)
    return tag_row_headers(pdf, tables)


def for_print(tree: Node, context: Context) -> Node:
    """A resolved document in the shapes of paper, wide tables with widths."""
    paper = printed(tree, context)
    return {**paper, "blocks": rewrite(paper["blocks"], _fitted)}


def _fitted(node: Node) -> list[Node] | None:
    """Typst finds the widths of narrow tables itself, and shares a full line less well."""
    return [with_widths(node, only_full=True)] if node["t"] == "Table" else None
