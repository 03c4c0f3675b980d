"""Blocks of a PDF without structure: furniture out, tables by their rules, the rest by layout."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from evaltools.documents.blocks import Block, Paragraph, Table
from evaltools.documents.pdf import columns, layout, tables
from evaltools.documents.pdf.furniture import furniture
from evaltools.documents.pdf.glyphs import Glyph, Sheet
from evaltools.documents.pdf.joining import Words
from evaltools.documents.pdf.lines import Line, by_place
from evaltools.documents.pdf.tables import Grid
from evaltools.documents.record import PageFurniture

_CELLS = 1.6  # of the size: a wider gap parts cells

Row = list[list[Line]]  # lines of each cell


@dataclass
class Laid:
    """What was read by layout; `tables` counts those that were found."""

    blocks: list[Block] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    tables: int = 0


@dataclass
class _Sideways:
    """Lines of a page that are turned another way than most of it."""

    lines: list[Line]


@dataclass
class _Grown:
    """A table, over as many pages as it runs."""

    columns: tuple[int, ...]
    rows: list[Row]


_Item = Line | _Grown | _Sideways


def read(sheets: Sequence[Sheet], words: Words) -> Laid:
    """Read the blocks of pages by their layout."""
    result = Laid()
    flow: list[_Item] = []
    pages = [_page(sheet, result) for sheet in sheets]
    aside = furniture([lines for lines, _, _ in pages], [sheet.height for sheet in sheets])
    result.left_out.extend(
        (PageFurniture(f"page {line.page}: running header, footer or page number"), line.text)
        for line in sorted(aside, key=lambda line: (line.page, line.y, line.x0))
    )
    for lines, grids, sideways in pages:
        for item in columns.order([*(x for x in lines if x not in aside), *grids]):
            _add(item, grids, flow, result)
        flow.extend(map(_Sideways, sideways))
    kept = [item for item in flow if isinstance(item, Line)]
    cells = [
        line
        for item in flow
        if isinstance(item, _Grown)
        for r in item.rows
        for c in r
        for line in c
    ]
    type_ = layout.typography(kept or cells)
    for run in _runs(flow):
        if isinstance(run, _Grown):
            result.blocks.append(_table(run, type_, words))
        elif isinstance(run, _Sideways):
            result.blocks.extend(layout.paragraphs(run.lines, type_, words))
        else:
            result.blocks.extend(_prose(run, type_, words))
    result.tables = sum(isinstance(block, Table) for block in result.blocks)
    return result


def _page(sheet: Sheet, result: Laid) -> tuple[list[Line], dict[Grid, list[Row]], list[list[Line]]]:
    """Free lines and filled grids of a page, and lines that are turned another way."""
    artifacts = [glyph for glyph in sheet.glyphs if glyph.artifact]
    if artifacts:
        text = " ".join(line.text for line in by_place(artifacts, sheet.number))
        what = PageFurniture(f"page {sheet.number}: header, footer or other artifact")
        result.left_out.append((what, text))
    upright = turn(sheet)
    glyphs = [g for g in sheet.glyphs if g.turn == upright and not g.artifact]
    others = [g for g in sheet.glyphs if g.turn != upright and not g.artifact]
    filled: dict[Grid, list[Row]] = {}
    for grid in tables.grids(sheet.rules, sheet.number) if upright == 0 else ():
        within = [g for g in glyphs if tables.inside(g, grid.box)]
        beside = [g for g in others if tables.inside(g, grid.box, sheet)]
        if not any(g.text.strip() for g in within):
            continue
        rows: list[Row] = []
        placed: set[int] = set()
        for row in grid.rows:
            rows.append([])
            for cell in row:
                inner = [g for g in within if id(g) not in placed and tables.inside(g, cell)]
                turned = [
                    g for g in beside if id(g) not in placed and tables.inside(g, cell, sheet)
                ]
                placed.update(map(id, (*inner, *turned)))
                lines = _whole(by_place(inner, sheet.number))
                for _, group in _by_turn(turned):
                    lines.extend(by_place(group, sheet.number))
                rows[-1].append(lines)
        filled[grid] = rows
        glyphs = [g for g in glyphs if id(g) not in placed]
        others = [g for g in others if id(g) not in placed]
    sideways = []
    for direction, group in _by_turn(others):
        lines = by_place(group, sheet.number)
        if direction % 90:
            text = " ".join(line.text for line in lines)
            result.left_out.append((f"page {sheet.number}: text set across the page", text))
        else:
            sideways.append(lines)
    return by_place(glyphs, sheet.number), filled, sideways


def _by_turn(glyphs: Sequence[Glyph]) -> list[tuple[int, list[Glyph]]]:
    """Characters by the direction of their writing."""
    groups: dict[int, list[Glyph]] = {}
    for glyph in glyphs:
        groups.setdefault(glyph.turn, []).append(glyph)
    return sorted(groups.items())


def turn(sheet: Sheet) -> int:
    """Direction of most of the writing on a page, in degrees."""
    counted = Counter(
        glyph.turn for glyph in sheet.glyphs if not glyph.artifact and glyph.turn % 90 == 0
    )
    return max(counted, key=lambda t: (counted[t], -t)) if counted else 0


def _add(item: Line | Grid, grids: dict[Grid, list[Row]], flow: list[_Item], result: Laid) -> None:
    """Add a line or a grid to the flow; a grid that goes on with a table is joined to it."""
    if isinstance(item, Line):
        flow.append(item)
        return
    rows = grids[item]
    last = flow[-1] if flow else None
    if not isinstance(last, _Grown) or last.columns != item.columns or not _next_page(last, rows):
        flow.append(_Grown(item.columns, list(rows)))
        return
    if len(last.rows) > 1 and _said(rows[0]) == _said(last.rows[0]):
        repeated = "\n".join(_said(rows[0]))
        result.left_out.append((f"page {item.page}: repeated head of a table", repeated))
        rows = rows[1:]
    if rows and len(rows[0]) > 1 and not rows[0][0] and len(rows[0]) == len(last.rows[-1]):
        last.rows[-1] = [[*a, *b] for a, b in zip(last.rows[-1], rows[0], strict=True)]
        rows = rows[1:]
    last.rows.extend(rows)


def _next_page(grown: _Grown, rows: list[Row]) -> bool:
    before = [line.page for row in grown.rows for cell in row for line in cell]
    after = [line.page for row in rows for cell in row for line in cell]
    return bool(before) and bool(after) and max(before) + 1 == min(after)


def _said(row: Row) -> list[str]:
    return [" ".join(line.text for line in cell) for cell in row]


def _runs(flow: Sequence[_Item]) -> Iterator[list[Line] | _Grown | _Sideways]:
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


def _table(grown: _Grown, type_: layout.Typography, words: Words) -> Table:
    return Table(
        tuple(
            tuple(tuple(layout.paragraphs(cell, type_, words)) for cell in row)
            for row in grown.rows
        )
    )


def _prose(run: list[Line], type_: layout.Typography, words: Words) -> Iterator[Block]:
    """Paragraphs of a run of lines; rows of aligned parts without rules become tables."""
    plain: list[Line] = []
    for rows in _aligned([_near(parts) for parts in _by_row(run)]):
        if len(rows) > 1:
            yield from layout.paragraphs(plain, type_, words)
            plain = []
            yield Table(
                tuple(tuple((Paragraph(p.text, 0, p.page),) for p in parts) for parts in rows)
            )
        else:
            plain.extend(_whole(rows[0], "\t"))
    yield from layout.paragraphs(plain, type_, words)


def _by_row(run: Sequence[Line]) -> list[list[Line]]:
    rows: list[list[Line]] = []
    for line in run:
        last = rows[-1][-1] if rows else None
        if last and last.page == line.page and abs(last.y - line.y) < 2 and line.x0 > last.x1:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _aligned(rows: Sequence[list[Line]]) -> list[list[list[Line]]]:
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


def _near(parts: list[Line]) -> list[Line]:
    """Parts of a row, those together between which is no more than a wide blank."""
    near: list[list[Line]] = []
    for part in parts:
        if near and part.x0 - near[-1][-1].x1 <= _CELLS * part.size:
            near[-1].append(part)
        else:
            near.append([part])
    return [line for group in near for line in _whole(group)]


def _whole(lines: Sequence[Line], between: str = " ") -> list[Line]:
    """Parts of the same line put together again."""
    whole: list[Line] = []
    for row in _by_row(lines):
        text = between.join(part.text for part in row)
        a, b = row[0], row[-1]
        whole.append(Line(text, a.x0, b.x1, a.y, a.size, all(p.bold for p in row), a.page, a.first))
    return whole
