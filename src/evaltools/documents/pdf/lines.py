"""Lines of a PDF page: characters that stand on one base line, read from left to right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from evaltools.documents.pdf.glyphs import Glyph

_SPACE = 0.2  # of the size: a wider gap between characters is a blank
_GAP = 0.9  # of the size: a wider gap may part columns


@dataclass(frozen=True)
class Line:
    """A line, or the part of one that stands in a column or cell.

    Arguments:
        text: with blanks where there are gaps.
        x0, x1, y: where it begins and ends, and its base line.
        size: of most of its characters.
        bold: whether all of its characters are.
        page: from 1.
        first: width of its first word, in points.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    page: int
    first: float


class _Row(list[Glyph]):
    """Characters of one line as they come; `anchor` is the largest of them."""

    anchor: Glyph

    def __init__(self, glyph: Glyph) -> None:
        super().__init__([glyph])
        self.anchor = glyph

    def add(self, glyph: Glyph) -> None:
        self.append(glyph)
        if glyph.size > self.anchor.size:
            self.anchor = glyph

    def holds(self, glyph: Glyph) -> bool:
        """Whether a character stands on the same base line, or is raised or lowered a little."""
        larger, smaller = self.anchor.size, glyph.size
        if larger < smaller:
            larger, smaller = smaller, larger
        near = (0.55 if smaller < 0.85 * larger else 0.3) * larger
        return abs(self.anchor.y - glyph.y) < near


def in_order(glyphs: Iterable[Glyph], page: int) -> list[Line]:
    """Lines of characters that are in reading order, as marked content is."""
    rows: list[_Row] = []
    for glyph in glyphs:
        if rows and rows[-1].holds(glyph) and glyph.x0 > rows[-1][-1].x0 - 2 * glyph.size:
            rows[-1].add(glyph)
        else:
            rows.append(_Row(glyph))
    return [line for row in rows if (line := _line(row, page)) is not None]


def by_place(glyphs: Iterable[Glyph], page: int) -> list[Line]:
    """Lines of characters by where they stand; lines are split where a wide gap is."""
    rows: list[_Row] = []
    for glyph in sorted(glyphs, key=lambda g: (g.y, g.x0)):
        home = next((row for row in reversed(rows[-4:]) if row.holds(glyph)), None)
        if home is None:
            rows.append(_Row(glyph))
        else:
            home.add(glyph)
    lines = []
    for row in rows:
        for part in _split(sorted(row, key=lambda g: g.x0)):
            line = _line(part, page)
            if line is not None:
                lines.append(line)
    return sorted(lines, key=lambda line: (line.y, line.x0))


def _split(row: list[Glyph]) -> list[list[Glyph]]:
    parts: list[list[Glyph]] = []
    end = None
    for glyph in row:
        blank = not glyph.text.strip()
        if end is None or (not blank and glyph.x0 - end > _GAP * glyph.size):
            parts.append([])
        parts[-1].append(glyph)
        if not blank or end is None:
            end = max(glyph.x1, end or glyph.x1)
    return parts


def _line(row: Sequence[Glyph], page: int) -> Line | None:
    seen = [g for g in row if g.text]
    inked = [g for g in seen if g.text.strip()]
    if not inked:
        return None
    pieces: list[str] = []
    first: float | None = None
    before: Glyph | None = None
    for glyph in seen:
        if before is not None and _overprinted(before, glyph):
            continue
        wide = before is not None and glyph.x0 - before.x1 > _SPACE * glyph.size
        blank = not glyph.text.strip()
        if wide and not blank and pieces and pieces[-1].strip():
            pieces.append(" ")
        if first is None and before is not None and (wide or blank) and "".join(pieces).strip():
            first = before.x1 - inked[0].x0
        pieces.append(glyph.text)
        before = glyph
    return Line(
        "".join(pieces).strip(" "),
        inked[0].x0,
        max(g.x1 for g in inked),
        median(g.y for g in inked),
        median(g.size for g in inked),
        all(g.bold for g in inked),
        page,
        inked[-1].x1 - inked[0].x0 if first is None else first,
    )


def _overprinted(before: Glyph, glyph: Glyph) -> bool:
    """Whether a character is drawn again over itself, as some programs do to make it bold."""
    return (
        glyph.text == before.text
        and bool(glyph.text.strip())
        and abs(glyph.x0 - before.x0) < 0.15 * glyph.size
        and glyph.x1 - glyph.x0 > 0.2 * glyph.size
    )
