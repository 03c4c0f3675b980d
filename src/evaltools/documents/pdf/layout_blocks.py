"""Blocks of a PDF without structure: tables by their ruled lines, the rest by its layout.

What stands on a page is read down the columns where there are columns of prose.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
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
from evaltools.documents.pdf.characters import Box, Glyph, PageContent, Rule, page_box
from evaltools.documents.pdf.headers_footers import find_headers_footers
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
Gap = tuple[float, float]
_GUTTER = 3.0  # points; where lines are close, `find_gutters` has found that there is one
_LEVEL = 0.15  # of the size: base lines that differ less are one
_FIRST_LINE = 12.0  # points from the upper edge of a table to its first base line
_PROSE_LINES = 4
_PROSE_CHARACTERS = 22
_CELLS = 1.6  # of the size: a wider gap parts cells
Row = list[list[Line]]  # lines of each cell


@dataclass(frozen=True)
class RuledTable:
    """A ruled table on one page: boxes of cells, row by row."""

    page: int
    box: Box
    rows: tuple[tuple[Box, ...], ...]

    @property
    def columns(self) -> tuple[int, ...]:
        """Left edges of all cells, rounded, to tell whether two grids are one table."""
        return tuple(sorted({round(cell[0] / 4) for row in self.rows for cell in row}))


def find_ruled_tables(rules: Sequence[Rule], page: int) -> list[RuledTable]:
    """Find the grids that ruled lines make, from top to bottom; a single box is none."""
    if not 4 <= len(rules) <= _MOST_RULES:
        return []
    edges = merge_edges([_edge(rule) for rule in rules], _SNAP, _SNAP, _SNAP, _SNAP)
    cells = intersections_to_cells(edges_to_intersections(edges, _SNAP, _SNAP))
    ruled = []
    for table in cells_to_tables(cells):
        rows: dict[int, list[Box]] = {}
        for cell in table:
            rows.setdefault(round(cell[1]), []).append(cell)
        lefts, tops, rights, bottoms = zip(*table, strict=True)
        box = (min(lefts), min(tops), max(rights), max(bottoms))
        ruled.append(RuledTable(page, box, tuple(tuple(sorted(rows[y])) for y in sorted(rows))))
    return sorted(ruled, key=lambda grid: (grid.box[1], grid.box[0]))


def is_inside(glyph: Glyph, box: Box, sheet: PageContent | None = None) -> bool:
    """Whether the middle of a character is in a box; `sheet` where it may be turned."""
    if sheet is None or not glyph.turn:
        x, y = (glyph.x0 + glyph.x1) / 2, glyph.y - 0.3 * glyph.size
    else:
        left, top, right, bottom = page_box(glyph, sheet.width, sheet.height)
        x, y = (left + right) / 2, (top + bottom) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _edge(rule: Rule) -> dict[str, Any]:
    across = rule.x1 - rule.x0 >= rule.y1 - rule.y0
    return {
        "x0": rule.x0, "x1": rule.x1, "top": rule.y0, "bottom": rule.y1,
        "width": rule.x1 - rule.x0, "height": rule.y1 - rule.y0,
        "orientation": "h" if across else "v", "object_type": "line",
    }  # fmt: skip


Item = Line | RuledTable


def sort_for_reading(items: Sequence[Item]) -> list[Item]:
    """Put lines and grids of one page in reading order."""
    result: list[Item] = []
    for gaps, group in _groups(_bands(items)):
        gap = next((g for g in gaps if _is_prose(group, g)), None)
        if gap is None:
            result.extend(_rows_first(group))
            continue
        result.extend(sort_for_reading([item for item in group if item.box[2] <= gap[0]]))
        result.extend(sort_for_reading([item for item in group if _left(item) >= gap[1]]))
    return result


def _rows_first(items: Sequence[Item]) -> Iterator[Item]:
    """Items from top to bottom; those on one base line from left to right, however large."""
    row: list[Item] = []
    for item in sorted(items, key=lambda item: (round(_base(item)), _left(item))):
        if row and not _level(row[0], item):
            yield from sorted(row, key=_left)
            row = []
        row.append(item)
    yield from sorted(row, key=_left)


def _level(one: Item, other: Item) -> bool:
    if not isinstance(one, Line) or not isinstance(other, Line):
        return False
    return abs(one.y - other.y) <= _LEVEL * min(one.size, other.size)


def _base(item: Item) -> float:
    """Base line of a line; of a grid, where its first line would have it."""
    return item.y if isinstance(item, Line) else item.box[1] + _FIRST_LINE


def _bands(items: Sequence[Item]) -> list[list[Item]]:
    """Items whose heights overlap, from top to bottom."""
    bands: list[list[Item]] = []
    bottom = 0.0
    for item in sorted(items, key=lambda i: (i.box[1], _left(i))):
        if bands and item.box[1] < bottom:
            bands[-1].append(item)
            bottom = max(bottom, item.box[3])
        else:
            bands.append([item])
            bottom = item.box[3]
    return bands


def _groups(bands: Sequence[list[Item]]) -> list[tuple[list[Gap], list[Item]]]:
    """Consecutive bands that leave a gutter free together."""
    groups: list[tuple[list[Gap], list[Item]]] = []
    for band in bands:
        if groups and groups[-1][0]:
            gaps = _free_gaps(groups[-1][0], band)
            if gaps:
                groups[-1] = (gaps, [*groups[-1][1], *band])
                continue
        groups.append((_between(band), list(band)))
    return groups


def _between(band: Sequence[Item]) -> list[Gap]:
    gaps: list[Gap] = []
    right = None
    for item in sorted(band, key=_left):
        if right is not None and _left(item) - right >= _GUTTER:
            gaps.append((right, _left(item)))
        right = max(item.box[2], right or 0.0)
    return gaps


def _free_gaps(gaps: Sequence[Gap], band: Sequence[Item]) -> list[Gap]:
    """What is left of gutters when the items of a band are put beside them."""
    for item in band:
        rest: list[Gap] = []
        for left, right in gaps:
            if item.box[2] <= left or _left(item) >= right:
                rest.append((left, right))
            else:
                rest.extend([(left, _left(item)), (item.box[2], right)])
        gaps = [gap for gap in rest if gap[1] - gap[0] >= _GUTTER]
    return list(gaps)


def _is_prose(group: Sequence[Item], gap: Gap) -> bool:
    """Whether running text stands on both sides of a gutter, rather than labels and values."""
    sides = (
        [i for i in group if isinstance(i, Line) and i.x1 <= gap[0]],
        [i for i in group if isinstance(i, Line) and i.x0 >= gap[1]],
    )
    return all(
        len(side) >= _PROSE_LINES and median(len(line.text) for line in side) >= _PROSE_CHARACTERS
        for side in sides
    )


def _left(item: Item) -> float:
    return item.box[0]


@dataclass
class _TurnedLines:
    """Lines of a page that are turned another way than most of it."""

    lines: list[Line]


@dataclass
class _LongTable:
    """A table, over as many pages as it runs."""

    columns: tuple[int, ...]
    rows: list[Row]

    def lines(self) -> list[Line]:
        return _lines(self.rows)


_Item = Line | _LongTable | _TurnedLines


def read(sheets: Sequence[PageContent], words: WordList) -> PdfContent:
    """Read the blocks of pages by their layout."""
    result = PdfContent()
    flow: list[_Item] = []
    pages = [_page(sheet, result) for sheet in sheets]
    aside = find_headers_footers(
        [lines for lines, _, _ in pages], [sheet.height for sheet in sheets]
    )
    result.left_out.extend(
        (HeaderOrFooter(f"page {line.page}: running header, footer or page number"), line.text)
        for line in sorted(aside, key=lambda line: (line.page, line.y, line.x0))
    )
    for lines, grids, sideways in pages:
        for item in sort_for_reading([*(x for x in lines if x not in aside), *grids]):
            _add(item, grids, flow, result)
        flow.extend(map(_TurnedLines, sideways))
    untabled = [item for item in flow if isinstance(item, Line)]
    tables = [item for item in flow if isinstance(item, _LongTable)]
    type_ = measure_typography(untabled or [line for table in tables for line in table.lines()])
    for run in _runs(flow):
        if isinstance(run, _LongTable):
            result.blocks.append(_table(run, type_, words))
        elif isinstance(run, _TurnedLines):
            result.blocks.extend(make_paragraphs(run.lines, type_, words))
        else:
            result.blocks.extend(_prose(run, type_, words))
    result.tables = sum(isinstance(block, Table) for block in result.blocks)
    return result


def _page(
    sheet: PageContent, result: PdfContent
) -> tuple[list[Line], dict[RuledTable, list[Row]], list[list[Line]]]:
    """Free lines and filled grids of a page, and lines that are turned another way."""
    result.leave_artifacts(sheet)
    upright = page_turn(sheet)
    glyphs = [g for g in sheet.glyphs if g.turn == upright and not g.artifact]
    others = [g for g in sheet.glyphs if g.turn != upright and not g.artifact]
    filled: dict[RuledTable, list[Row]] = {}
    for grid in find_ruled_tables(sheet.rules, sheet.number) if upright == 0 else ():
        within = [g for g in glyphs if is_inside(g, grid.box)]
        beside = [g for g in others if is_inside(g, grid.box, sheet)]
        if not any(g.text.strip() for g in within):
            continue
        rows: list[Row] = []
        placed: set[int] = set()
        for row in grid.rows:
            rows.append([])
            for cell in row:
                inner = [g for g in within if id(g) not in placed and is_inside(g, cell)]
                turned = [g for g in beside if id(g) not in placed and is_inside(g, cell, sheet)]
                placed.update(map(id, (*inner, *turned)))
                lines = _join_parts(lines_by_position(inner, sheet.number))
                for _, group in _by_turn(turned):
                    lines.extend(lines_by_position(group, sheet.number))
                rows[-1].append(lines)
        filled[grid] = rows
        glyphs = [g for g in glyphs if id(g) not in placed]
        others = [g for g in others if id(g) not in placed]
    sideways = []
    for direction, group in _by_turn(others):
        lines = lines_by_position(group, sheet.number)
        if direction % 90:
            text = " ".join(line.text for line in lines)
            result.left_out.append((f"page {sheet.number}: text set across the page", text))
        else:
            sideways.append(lines)
    return lines_by_position(glyphs, sheet.number), filled, sideways


def _by_turn(glyphs: Sequence[Glyph]) -> list[tuple[int, list[Glyph]]]:
    """Characters by the direction of their writing."""
    groups: dict[int, list[Glyph]] = {}
    for glyph in glyphs:
        groups.setdefault(glyph.turn, []).append(glyph)
    return sorted(groups.items())


def page_turn(sheet: PageContent) -> int:
    """Direction of most of the writing on a page, in degrees."""
    counted = Counter(
        glyph.turn for glyph in sheet.glyphs if not glyph.artifact and glyph.turn % 90 == 0
    )
    return max(counted, key=lambda t: (counted[t], -t)) if counted else 0


def _add(
    item: Line | RuledTable,
    grids: dict[RuledTable, list[Row]],
    flow: list[_Item],
    result: PdfContent,
) -> None:
    """Add a line or a grid to the flow; a grid that goes on with a table is joined to it."""
    if isinstance(item, Line):
        flow.append(item)
        return
    rows = grids[item]
    last = flow[-1] if flow else None
    if (
        not isinstance(last, _LongTable)
        or last.columns != item.columns
        or not _next_page(last, rows)
    ):
        flow.append(_LongTable(item.columns, list(rows)))
        return
    if len(last.rows) > 1 and _texts(rows[0]) == _texts(last.rows[0]):
        repeated = "\n".join(_texts(rows[0]))
        result.left_out.append((f"page {item.page}: repeated head of a table", repeated))
        rows = rows[1:]
    if rows and len(rows[0]) > 1 and not rows[0][0] and len(rows[0]) == len(last.rows[-1]):
        last.rows[-1] = [[*a, *b] for a, b in zip(last.rows[-1], rows[0], strict=True)]
        rows = rows[1:]
    last.rows.extend(rows)


def _next_page(grown: _LongTable, rows: list[Row]) -> bool:
    before, after = grown.lines(), _lines(rows)
    return bool(before and after) and max(x.page for x in before) + 1 == min(x.page for x in after)


def _lines(rows: Iterable[Row]) -> list[Line]:
    return [line for row in rows for cell in row for line in cell]


def _texts(row: Row) -> list[str]:
    return [" ".join(line.text for line in cell) for cell in row]


def _runs(flow: Sequence[_Item]) -> Iterator[list[Line] | _LongTable | _TurnedLines]:
    run: list[Line] = []
    for item in flow:
        if isinstance(item, Line):
            run.append(item)
            continue
        if run:
            yield run
        run = []
        yield item
    if run:
        yield run


def _table(grown: _LongTable, type_: Typography, words: WordList) -> Table:
    return Table(
        tuple(
            tuple(tuple(make_paragraphs(cell, type_, words)) for cell in row) for row in grown.rows
        )
    )


def _prose(run: list[Line], type_: Typography, words: WordList) -> Iterator[Block]:
    """Paragraphs of a run of lines; rows of aligned parts without rules become tables."""
    plain: list[Line] = []
    for rows in _group_aligned([_join_near(parts) for parts in _by_row(run)]):
        if len(rows) > 1:
            yield from make_paragraphs(plain, type_, words)
            plain = []
            yield Table(
                tuple(tuple((Paragraph(p.text, 0, p.page),) for p in parts) for parts in rows)
            )
        else:
            plain.extend(_join_parts(rows[0], "\t"))
    yield from make_paragraphs(plain, type_, words)


def _by_row(run: Sequence[Line]) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in run:
        last = rows[-1][-1] if rows else None
        if last and last.page == line.page and abs(last.y - line.y) < 2 and line.x0 > last.x1:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _group_aligned(rows: Sequence[list[Line]]) -> list[list[list[Line]]]:
    """Rows of the same columns together; any other row by itself."""
    groups: list[list[list[Line]]] = []
    for parts in rows:
        last = groups[-1][-1] if groups else []
        same = len(last) == len(parts) > 1 and all(
            abs(a.x0 - b.x0) < 4 or abs(a.x1 - b.x1) < 4 for a, b in zip(last, parts, strict=True)
        )
        if same:
            groups[-1].append(parts)
        else:
            groups.append([parts])
    return groups


def _join_near(parts: list[Line]) -> list[Line]:
    """Parts of a row, those together between which is no more than a wide blank."""
    near: list[list[Line]] = []
    for part in parts:
        if near and part.x0 - near[-1][-1].x1 <= _CELLS * part.size:
            near[-1].append(part)
        else:
            near.append([part])
    return [line for group in near for line in _join_parts(group)]


def _join_parts(lines: Sequence[Line], between: str = " ") -> list[Line]:
    """Parts of the same line put together again."""
    joined: list[Line] = []
    for row in _by_row(lines):
        text = between.join(part.text for part in row)
        a, b = row[0], row[-1]
        joined.append(
            Line(text, a.x0, b.x1, a.y, a.size, all(p.bold for p in row), a.page, a.first)
        )
    return joined
