"""An ODS package taken apart: shown sheets row by row, the rest by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from evaltools.documents import guard
from evaltools.documents.blocks import Block, Source, Table
from evaltools.documents.guard import Limits
from evaltools.documents.odf.content import (
    Inline,
    Look,
    Looks,
    body,
    margins,
    texts,
)
from evaltools.documents.packages import Package, children, first, local, value
from evaltools.documents.spreadsheets.sheet import Sheet, cell_texts, sheet_blocks, sheet_fields


@dataclass
class _Found:
    looks: Looks
    left_out: list[tuple[str, str]] = field(default_factory=list)
    without_result: int = 0
    rows: int = 0

    def __post_init__(self) -> None:
        self.inline = Inline(self.looks, self.left_out, self._special)

    def _special(self, node: etree._Element) -> str | None:
        if local(node) == "annotation":
            self.left_out.extend(("comment", text) for text in texts(node))
            return ""
        return None


def read(package: Package, limits: Limits) -> Source:
    """Read an ODS package: sheet names as headings, rows as lines, formulas by their result."""
    root, inside = body(package, "spreadsheet")
    found = _Found(Looks(package, root))
    blocks: list[Block] = []
    fields: list[tuple[str, str]] = []
    for table in children(inside, "table"):
        properties = first(found.looks.known.get(value(table, "style-name")), "table-properties")
        hidden = value(properties, "display") == "false"
        sheet = _sheet(table, hidden, found, limits)
        blocks.extend(sheet_blocks(sheet))
        fields.extend(sheet_fields(sheet))
    aside = list(margins(package))
    for name in package.names:
        if name.endswith(".xml"):  # a second library reads it too: let neither see entities
            package.parse(name)
    cells, _ = cell_texts(package.data)
    shown = [text for table in children(inside, "table") for text in texts(table)]
    notes = []
    if found.without_result:
        notes.append(f"Formulas without a stored result: {found.without_result}.")
    return Source(
        blocks=tuple(blocks),
        fields=tuple(fields),
        present=(
            # Two counts of the same cells: that which holds more.
            *max(cells, shown, key=lambda texts: sum(map(len, texts))),
            *(b.text for b in blocks if not isinstance(b, Table)),
            *(text for _, text in aside),
        ),
        left_out=(*found.left_out, *aside),
        tables=sum(isinstance(b, Table) for b in blocks),
        notes=(*notes, *found.inline.symbols.sentences),
        replaced=tuple(found.inline.symbols.replaced),
    )


def _sheet(table: etree._Element, hidden: bool, found: _Found, limits: Limits) -> Sheet:
    name = value(table, "name")
    rows: dict[int, dict[int, str]] = {}
    columns = _columns(table, True)
    number = 0
    for row, visible in _rows(table, True):
        repeated = _repeated(row, "number-rows-repeated")
        cells = _cells(row, columns, found)
        if cells:
            found.rows += repeated
            if found.rows > limits.rows:
                raise guard.too_large(f"more than {limits.rows} rows", f"{limits.rows} rows")
            for at in range(number + 1, number + repeated + 1):
                if hidden or not visible:
                    what = f"hidden sheet {name}" if hidden else f"hidden row of sheet {name}"
                    found.left_out.extend((what, text) for text in cells.values())
                    rows[at] = {}
                    continue
                what = f"hidden column of sheet {name}"
                unseen = {c for c in cells if not _column(columns, c).visible}
                found.left_out.extend((what, cells[c]) for c in sorted(unseen))
                rows[at] = {c: text for c, text in cells.items() if c not in unseen}
        number += repeated
    return Sheet(name, rows)


@dataclass(frozen=True)
class _Column:
    """Columns next to each other that are alike, up to the one of this number."""

    last: int
    visible: bool = True
    style: str = ""


def _columns(parent: etree._Element, visible: bool, before: int = 0) -> list[_Column]:
    columns: list[_Column] = []
    for node in parent:
        last = columns[-1].last if columns else before
        if local(node) == "table-column":
            shown = visible and value(node, "visibility") not in ("collapse", "filter")
            repeated = _repeated(node, "number-columns-repeated")
            columns.append(_Column(last + repeated, shown, value(node, "default-cell-style-name")))
        elif local(node) in ("table-header-columns", "table-columns", "table-column-group"):
            shown = visible and value(node, "display") != "false"
            columns.extend(_columns(node, shown, last))
    return columns


def _column(columns: list[_Column], number: int) -> _Column:
    return next((column for column in columns if number <= column.last), _Column(number))


def _rows(parent: etree._Element, visible: bool) -> Iterator[tuple[etree._Element, bool]]:
    for node in parent:
        if local(node) == "table-row":
            yield node, visible and value(node, "visibility") not in ("collapse", "filter")
        elif local(node) in ("table-header-rows", "table-rows", "table-row-group"):
            shown = visible and value(node, "display") != "false"
            yield from _rows(node, shown)


def _cells(row: etree._Element, columns: list[_Column], found: _Found) -> dict[int, str]:
    cells: dict[int, str] = {}
    column = 0
    for node in row:
        if local(node) not in ("table-cell", "covered-table-cell"):
            continue
        repeated = _repeated(node, "number-columns-repeated")
        style = value(node, "style-name") or value(row, "default-cell-style-name")
        look = found.looks.within(found.looks.plain, style or _column(columns, column + 1).style)
        text = _shown(node, look, found)
        if text.strip():
            for at in range(column + 1, column + min(repeated, 1_000) + 1):
                cells[at] = text
        elif value(node, "formula"):
            found.without_result += 1
        column += repeated
    return cells


def _shown(cell: etree._Element, look: Look, found: _Found) -> str:
    """What a cell shows; a date as ISO."""
    for node in children(cell, "annotation"):
        found.left_out.extend(("comment", text) for text in texts(node))
    date = value(cell, "date-value")
    if date and not look.unseen:
        found.left_out.extend(
            ("date as the sheet shows it", t) for p in children(cell, "p") for t in texts(p)
        )
        return date.removesuffix("T00:00:00").replace("T", " ")
    return "\n".join(found.inline.text(paragraph, look) for paragraph in children(cell, "p"))


def _repeated(node: etree._Element, name: str) -> int:
    given = value(node, name)
    return min(int(given), 2_000_000) if given.isdecimal() and int(given) else 1
