"""Ruled tables of a PDF page: cells by their lines, text by where it stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pdfplumber.table import (
    cells_to_tables,
    edges_to_intersections,
    intersections_to_cells,
    merge_edges,
)

from evaltools.documents.pdf.glyphs import Box, Glyph, Rule, Sheet, page_box

_SNAP = 3.0
_MOST_RULES = 4_000  # a page with more is a drawing, and would keep the finder busy for long


@dataclass(frozen=True)
class Grid:
    """A ruled table on one page: boxes of cells, row by row."""

    page: int
    box: Box
    rows: tuple[tuple[Box, ...], ...]

    @property
    def columns(self) -> tuple[int, ...]:
        """Left edges of all cells, rounded, to tell whether two grids are one table."""
        return tuple(sorted({round(cell[0] / 4) for row in self.rows for cell in row}))


def grids(rules: Sequence[Rule], page: int) -> list[Grid]:
    """Find the grids that ruled lines make, from top to bottom; a single box is none."""
    if not 4 <= len(rules) <= _MOST_RULES:
        return []
    edges = merge_edges([_edge(rule) for rule in rules], _SNAP, _SNAP, _SNAP, _SNAP)
    cells = intersections_to_cells(edges_to_intersections(edges, _SNAP, _SNAP))
    found = []
    for table in cells_to_tables(cells):
        rows: dict[int, list[Box]] = {}
        for cell in table:
            rows.setdefault(round(cell[1]), []).append(cell)
        box = (
            min(c[0] for c in table),
            min(c[1] for c in table),
            max(c[2] for c in table),
            max(c[3] for c in table),
        )
        found.append(Grid(page, box, tuple(tuple(sorted(rows[y])) for y in sorted(rows))))
    return sorted(found, key=lambda grid: (grid.box[1], grid.box[0]))


def inside(glyph: Glyph, box: Box, sheet: Sheet | None = None) -> bool:
    """Whether the middle of a character is in a box.

    Arguments:
        glyph, box: on one page.
        sheet: the page, where the character may be turned.
    """
    if sheet is None or not glyph.turn:
        x, y = (glyph.x0 + glyph.x1) / 2, glyph.y - 0.3 * glyph.size
    else:
        left, top, right, bottom = page_box(glyph, sheet.width, sheet.height)
        x, y = (left + right) / 2, (top + bottom) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _edge(rule: Rule) -> dict[str, Any]:
    across = rule.x1 - rule.x0 >= rule.y1 - rule.y0
    return {
        "x0": rule.x0,
        "x1": rule.x1,
        "top": rule.y0,
        "bottom": rule.y1,
        "width": rule.x1 - rule.x0,
        "height": rule.y1 - rule.y0,
        "orientation": "h" if across else "v",
        "object_type": "line",
    }
