"""What stands in the tags of a PDF."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pdf_samples as samples
import pikepdf

from evaltools.report.renderer.print.pdf import write_pdf


def elements(node: Any) -> Iterator[Any]:
    """Structure elements in reading order."""
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from elements(kid)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node.K)


def tagged(document: pikepdf.Pdf, *kinds: str) -> list[Any]:
    return [each for each in elements(document.Root.StructTreeRoot) if str(each.S) in kinds]


def attribute(cell: Any, name: str) -> Any:
    return next((item[name] for item in cell.get("/A", []) if name in item), None)


def rendered(folder: Path, markdown: str) -> bytes:
    return write_pdf(samples.resolved(folder, markdown), samples.context(folder))
