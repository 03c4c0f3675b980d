"""Blocks of a PDF without structure: tables by their ruled lines, the rest by its layout.

What stands on a page is read down the columns where there are columns of prose. Running headers,
footers and page numbers are recognised by repetition, and left out by name. A line is one only if
it is outermost: nothing of the page's own stands beyond it, and it is set apart from what follows.
A sentence that happens to begin several pages is neither.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby, islice, pairwise
from statistics import median
from typing import Any

from pdfplumber.table import (
    cells_to_tables,
    edges_to_intersections,
    intersections_to_cells,
    merge_edges,
)

from evaltools.documents.blocks import Block, Paragraph, Table
from evaltools.documents.model import HeaderOrFooter
from evaltools.documents.pdf.characters import Box, Glyph, PageContent, group_while, page_box
from evaltools.documents.pdf.lines import Line, lines_by_position
from evaltools.documents.pdf.paragraphs import (
    PdfContent,
    Typography,
    WordList,
    make_paragraphs,
    measure_typography,
)

_SNAP = 3.0
_MOST_RULES = 4_000  # a page with more is a drawing, and would keep the finder busy for long
_GUTTER = 3.0  # points; where lines are close, `lines_by_position` has found that there is one
_LEVEL = 0.15  # of the size: base lines that differ less are one
_FIRST_LINE = 12.0  # points from the upper edge of a table to its first base line
_PROSE_LINES = 4
_PROSE_CHARACTERS = 22
_CELLS = 1.6  # of the size: a wider gap parts cells
_OUTER = 3  # rows at the top and at the bottom of a page that may be headers or footers
_MARGIN = 0.09  # of the height of a page: where a page number stands
_APART = 1.6  # times the usual distance of lines: what is further off is set apart
_LEADING = 1.25  # of the size: distance of lines where a page has too few to tell
_NUMBER = re.compile(
    r"(?:(?:sivu|sida|page|s\.)\s*)?[-–]?\s*(\d{1,4})\s*[-–]?\s*(?:(?:/|\(|av|of)\s*\d{1,4}\s*\)?)?",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
Gap = tuple[float, float]
Row = list[list[Line]]  # lines of each cell


@dataclass(eq=False)
class _RuledTable:
    """A ruled table, over as many pages as it runs."""

    box: Box  # where it begins
    columns: list[int]  # left edges of all cells, rounded, to tell whether two of them are one
    rows: list[Row]

    @property
    def lines(self) -> list[Line]:
        return [line for row in self.rows for cell in row for line in cell]


@dataclass
class _Lines:
    """Lines that follow each other; `turned` where they are another way than most of their page."""

    lines: list[Line] = field(default_factory=list)
    turned: bool = False


_Item = Line | _RuledTable


def read(pages: Sequence[PageContent], words: WordList) -> PdfContent:
    """Read the blocks of pages by their layout."""
    result = PdfContent()
    flow: list[_Lines | _RuledTable] = []
    parts = [_read_page(page, result) for page in pages]
    aside = _find_headers_footers([lines for lines, _, _ in parts], [page.height for page in pages])
    result.left_out.extend(
        (HeaderOrFooter(f"page {line.page}: running header, footer or page number"), line.text)
        for line in sorted(aside, key=lambda line: (line.page, line.y, line.x0))
    )
    for lines, tables, turned in parts:
        for item in _sort_for_reading([*(x for x in lines if x not in aside), *tables]):
            last = flow[-1] if flow else None
            if isinstance(item, _RuledTable):
                if not (isinstance(last, _RuledTable) and _goes_on(last, item, result)):
                    flow.append(item)
            elif isinstance(last, _Lines) and not last.turned:
                last.lines.append(item)
            else:
                flow.append(_Lines([item]))
        flow.extend(_Lines(group, turned=True) for group in turned)
    upright = [
        line for one in flow if isinstance(one, _Lines) and not one.turned for line in one.lines
    ]
    tabled = [line for one in flow if isinstance(one, _RuledTable) for line in one.lines]
    type_ = measure_typography(upright or tabled)
    for one in flow:
        if isinstance(one, _RuledTable):
            cells = ((tuple(make_paragraphs(c, type_, words)) for c in row) for row in one.rows)
            result.blocks.append(Table(tuple(map(tuple, cells))))
        elif one.turned:
            result.blocks.extend(make_paragraphs(one.lines, type_, words))
        else:
            result.blocks.extend(_prose(one.lines, type_, words))
    return result


def _read_page(
    page: PageContent, result: PdfContent
) -> tuple[list[Line], list[_RuledTable], list[list[Line]]]:
    """Free lines and ruled tables of a page, and lines that are turned another way."""
    result.leave_artifacts(page)
    own = [g for g in page.glyphs if not g.artifact]
    turns = Counter(glyph.turn for glyph in own if glyph.turn % 90 == 0)
    upright = max(turns, key=lambda turn: (turns[turn], -turn), default=0)
    glyphs = [g for g in own if g.turn == upright]
    others = [g for g in own if g.turn != upright]
    tables: list[_RuledTable] = []
    for grid in _find_grids(page.rules) if upright == 0 else ():
        lefts, tops, rights, bottoms = zip(*(cell for row in grid for cell in row), strict=True)
        box = (min(lefts), min(tops), max(rights), max(bottoms))
        within = [g for g in glyphs if _is_inside(g, box, page)]
        beside = [g for g in others if _is_inside(g, box, page)]
        if not any(g.text.strip() for g in within):
            continue
        placed: set[int] = set()
        rows: list[Row] = []
        for row in grid:
            rows.append([])
            for cell in row:
                inner, turned = (
                    [g for g in of if id(g) not in placed and _is_inside(g, cell, page)]
                    for of in (within, beside)
                )
                placed.update(map(id, (*inner, *turned)))
                lines = _join_parts(lines_by_position(inner, page.number))
                for _, group in _by_turn(turned):
                    lines.extend(lines_by_position(group, page.number))
                rows[-1].append(lines)
        tables.append(_RuledTable(box, sorted({round(left / 4) for left in lefts}), rows))
        glyphs = [g for g in glyphs if id(g) not in placed]
        others = [g for g in others if id(g) not in placed]
    sideways = []
    for turn, group in _by_turn(others):
        lines = lines_by_position(group, page.number)
        if turn % 90:
            text = " ".join(line.text for line in lines)
            result.left_out.append((f"page {page.number}: text set across the page", text))
        else:
            sideways.append(lines)
    return lines_by_position(glyphs, page.number), tables, sideways


def _find_grids(rules: Sequence[Box]) -> list[list[list[Box]]]:
    """Rows of cells of the grids that ruled lines make, from top to bottom; a box is none."""
    if not 4 <= len(rules) <= _MOST_RULES:
        return []
    edges = merge_edges([_edge(*rule) for rule in rules], _SNAP, _SNAP, _SNAP, _SNAP)
    cells = intersections_to_cells(edges_to_intersections(edges, _SNAP, _SNAP))
    grids = []
    for table in cells_to_tables(cells):
        rows: dict[int, list[Box]] = {}
        for cell in table:
            rows.setdefault(round(cell[1]), []).append(cell)
        corner = (min(cell[1] for cell in table), min(cell[0] for cell in table))
        grids.append((corner, [sorted(rows[y]) for y in sorted(rows)]))
    return [grid for _, grid in sorted(grids, key=lambda one: one[0])]


def _edge(x0: float, y0: float, x1: float, y1: float) -> dict[str, Any]:
    return {
        "x0": x0, "x1": x1, "top": y0, "bottom": y1, "width": x1 - x0, "height": y1 - y0,
        "orientation": "h" if x1 - x0 >= y1 - y0 else "v", "object_type": "line",
    }  # fmt: skip


def _is_inside(glyph: Glyph, box: Box, page: PageContent) -> bool:
    """Whether the middle of a character is in a box."""
    if glyph.turn:
        left, top, right, bottom = page_box(glyph, page)
        x, y = (left + right) / 2, (top + bottom) / 2
    else:
        x, y = (glyph.x0 + glyph.x1) / 2, glyph.y - 0.3 * glyph.size
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _by_turn(glyphs: Iterable[Glyph]) -> Iterator[tuple[int, Iterator[Glyph]]]:
    """Characters by the direction of their writing."""
    return groupby(sorted(glyphs, key=lambda g: g.turn), key=lambda g: g.turn)


def _goes_on(table: _RuledTable, more: _RuledTable, result: PdfContent) -> bool:
    """Whether a table goes on on the next page, and if so its rows are added."""
    before, after = table.lines, more.lines
    if table.columns != more.columns or not before or not after:
        return False
    page = min(line.page for line in after)
    if max(line.page for line in before) + 1 != page:
        return False
    head, *rows = more.rows
    if len(table.rows) > 1 and _texts(head) == _texts(table.rows[0]):
        repeated = "\n".join(_texts(head))
        result.left_out.append((f"page {page}: repeated head of a table", repeated))
    else:
        rows = more.rows
    last = table.rows[-1]
    if rows and len(rows[0]) > 1 and not rows[0][0] and len(rows[0]) == len(last):
        table.rows[-1] = [[*a, *b] for a, b in zip(last, rows[0], strict=True)]
        rows = rows[1:]
    table.rows.extend(rows)
    return True


def _texts(row: Row) -> list[str]:
    return [" ".join(line.text for line in cell) for cell in row]


def _sort_for_reading(items: Sequence[_Item]) -> list[_Item]:
    """Put lines and tables of one page in reading order."""
    result: list[_Item] = []
    for gaps, group in _groups(_bands(items)):
        gap = next((g for g in gaps if _is_prose(group, g)), None)
        if gap is None:
            result.extend(_rows_first(group))
        else:
            left = [item for item in group if item.box[2] <= gap[0]]
            right = [item for item in group if item.box[0] >= gap[1]]
            result.extend((*_sort_for_reading(left), *_sort_for_reading(right)))
    return result


def _rows_first(items: Sequence[_Item]) -> Iterator[_Item]:
    """Items from top to bottom; those on one base line from left to right, however large."""

    def base(item: _Item) -> float:
        return item.y if isinstance(item, Line) else item.box[1] + _FIRST_LINE

    ordered = sorted(items, key=lambda item: (round(base(item)), item.box[0]))
    for row in group_while(ordered, lambda row, item: _is_level(row[0], item)):
        yield from sorted(row, key=lambda item: item.box[0])


def _is_level(one: _Item, other: _Item) -> bool:
    if not isinstance(one, Line) or not isinstance(other, Line):
        return False
    return abs(one.y - other.y) <= _LEVEL * min(one.size, other.size)


def _bands(items: Sequence[_Item]) -> list[list[_Item]]:
    """Items whose heights overlap, from top to bottom."""
    bands: list[list[_Item]] = []
    bottom = 0.0
    for item in sorted(items, key=lambda item: (item.box[1], item.box[0])):
        if not bands or item.box[1] >= bottom:
            bands.append([])
            bottom = item.box[3]
        bands[-1].append(item)
        bottom = max(bottom, item.box[3])
    return bands


def _groups(bands: Sequence[list[_Item]]) -> list[tuple[list[Gap], list[_Item]]]:
    """Consecutive bands that leave a gutter free together."""
    groups: list[tuple[list[Gap], list[_Item]]] = []
    for band in bands:
        if groups and (gaps := _free_gaps(groups[-1][0], band)):
            groups[-1] = (gaps, [*groups[-1][1], *band])
        else:
            left, right = min(item.box[0] for item in band), max(item.box[2] for item in band)
            groups.append((_free_gaps([(left, right)], band), list(band)))
    return groups


def _free_gaps(gaps: Sequence[Gap], band: Sequence[_Item]) -> list[Gap]:
    """What is left of gutters when the items of a band are put beside them."""
    for item in band:
        rest: list[Gap] = []
        for left, right in gaps:
            if item.box[2] <= left or item.box[0] >= right:
                rest.append((left, right))
            else:
                rest.extend([(left, item.box[0]), (item.box[2], right)])
        gaps = [gap for gap in rest if gap[1] - gap[0] >= _GUTTER]
    return list(gaps)


def _is_prose(group: Sequence[_Item], gap: Gap) -> bool:
    """Whether running text stands on both sides of a gutter, rather than labels and values."""
    lines = [item for item in group if isinstance(item, Line)]
    sides = ([i for i in lines if i.x1 <= gap[0]], [i for i in lines if i.x0 >= gap[1]])
    return all(
        len(side) >= _PROSE_LINES and median(len(line.text) for line in side) >= _PROSE_CHARACTERS
        for side in sides
    )


def _prose(lines: list[Line], type_: Typography, words: WordList) -> Iterator[Block]:
    """Paragraphs of lines; rows of aligned parts without rules become tables."""
    plain: list[Line] = []
    for rows in _group_aligned([_join_near(parts) for parts in _by_row(lines)]):
        if len(rows) > 1:
            yield from make_paragraphs(plain, type_, words)
            plain = []
            yield Table(
                tuple(tuple((Paragraph(p.text, 0, p.page),) for p in parts) for parts in rows)
            )
        else:
            plain.extend(_join_parts(rows[0], "\t"))
    yield from make_paragraphs(plain, type_, words)


def _by_row(lines: Sequence[Line]) -> list[list[Line]]:
    def is_beside(row: list[Line], line: Line) -> bool:
        last = row[-1]
        return last.page == line.page and abs(last.y - line.y) < 2 and line.x0 > last.x1

    return group_while(lines, is_beside)


def _group_aligned(rows: Sequence[list[Line]]) -> list[list[list[Line]]]:
    """Rows of the same columns together; any other row by itself."""
    return group_while(
        rows,
        lambda group, parts: (
            len(group[-1]) == len(parts) > 1
            and all(
                abs(a.x0 - b.x0) < 4 or abs(a.x1 - b.x1) < 4
                for a, b in zip(group[-1], parts, strict=True)
            )
        ),
    )


def _join_near(parts: list[Line]) -> list[Line]:
    """Parts of a row, those together between which is no more than a wide blank."""
    near = group_while(parts, lambda group, part: part.x0 - group[-1].x1 <= _CELLS * part.size)
    return [line for group in near for line in _join_parts(group)]


def _join_parts(lines: Sequence[Line], between: str = " ") -> list[Line]:
    """Parts of the same line put together again."""
    return [
        replace(
            row[0],
            text=between.join(part.text for part in row),
            x1=row[-1].x1,
            bold=all(part.bold for part in row),
        )
        for row in _by_row(lines)
    ]


def _find_headers_footers(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> set[Line]:
    """Lines that are headers, footers or page numbers, of pages of these heights.

    The same line, but for a number that counts the pages, stands at the same height of two pages
    or more and of every third at least; or it is a page number in the margin.
    """
    rows = [_by_height(lines) for lines in pages]
    again = _repeated(rows) | _page_numbers(pages, heights)
    margins: set[Line] = set()
    for page in rows:
        gaps = [below[0].y - above[0].y for above, below in pairwise(page)]
        size = max((row[0].size for row in page), default=0.0)
        usual = median(gaps) if len(gaps) >= 4 else _LEADING * size
        for inwards in (page, page[::-1]):
            outer = 0
            while outer < min(_OUTER, len(inwards)) and not again.isdisjoint(inwards[outer]):
                outer += 1
            while 0 < outer < len(inwards):
                if _is_apart(inwards[outer - 1][0], inwards[outer][0], usual):
                    break
                outer -= 1
            margins.update(line for row in inwards[:outer] for line in row if line in again)
    return margins


def _by_height(lines: Sequence[Line]) -> list[list[Line]]:
    """Rows of a page from top to bottom."""
    rows: dict[int, list[Line]] = defaultdict(list)
    for line in lines:
        rows[round(line.y)].append(line)
    return [rows[y] for y in sorted(rows)]


def _is_apart(line: Line, own: Line, usual: float) -> bool:
    """Whether a line is set apart from the text of its page, by distance or by its letters."""
    return (
        abs(line.y - own.y) > _APART * usual
        or abs(line.size - own.size) > 0.6
        or line.bold != own.bold
    )


def _repeated(pages: Sequence[list[list[Line]]]) -> set[Line]:
    places: dict[tuple[str, int], list[Line]] = defaultdict(list)
    for rows in pages:
        for line in {line for row in (*rows[:_OUTER], *rows[-_OUTER:]) for line in row}:
            for shape in _shapes(line):
                places[shape, round(line.y / 6)].append(line)
                places[shape, round((line.y + 3) / 6) + 10_000].append(line)
    least = max(2, len(pages) / 3)
    return {
        line
        for same in places.values()
        if len({line.page for line in same}) >= least
        for line in same
    }


def _shapes(line: Line) -> Iterator[str]:
    """What a line has in common with those of other pages: all of it, or all but a page number."""
    text = line.text.strip()
    yield text
    for number in islice(_DIGITS.finditer(text), 6):
        if len(number[0]) <= 4:
            ahead = int(number[0]) - line.page
            yield f"{text[: number.start()]}\0{ahead}\0{text[number.end() :]}"


def _page_numbers(pages: Sequence[Sequence[Line]], heights: Sequence[float]) -> set[Line]:
    """Numbers in the margin that count the pages."""
    ahead: dict[int, set[Line]] = defaultdict(set)
    for lines, height in zip(pages, heights, strict=True):
        for line in lines:
            number = _NUMBER.fullmatch(line.text.strip())
            if number and not _MARGIN * height <= line.y <= (1 - _MARGIN) * height:
                ahead[int(number[1]) - line.page].add(line)
    counting = (
        lines for by, lines in ahead.items() if by == 0 or len({line.page for line in lines}) > 1
    )
    return set().union(*counting)
