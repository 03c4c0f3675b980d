"""An ODS package taken apart: shown sheets row by row, the rest by name."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from evaltools.documents.blocks import DocumentContent
from evaltools.documents.limits import Limits
from evaltools.documents.odf.content import (
    Inline,
    Look,
    LookTable,
    find_body,
    margins,
    table_rows,
    texts,
)
from evaltools.documents.spreadsheets.sheet import Sheet, Workbook, cell_texts
from evaltools.documents.zip_package import Package, attribute_value, children, first, local_name


class _Book(Workbook):
    def __init__(self, limits: Limits, looks: LookTable) -> None:
        super().__init__(limits)
        self.looks = looks
        self.inline = Inline(looks, self.left_out, self._special)
        self.without_result = 0

    def _special(self, node: etree._Element) -> str | None:
        if local_name(node) == "annotation":
            self.left_out.extend(("comment", text) for text in texts(node))
            return ""
        return None

    def read_sheet(self, table: etree._Element) -> None:
        """Keep the shown cells of a sheet; all others are left out by name."""
        properties = first(
            self.looks.known.get(attribute_value(table, "style-name")), "table-properties"
        )
        hidden = attribute_value(properties, "display") == "false"
        name, columns = attribute_value(table, "name"), _columns(table, True)
        rows: dict[int, dict[int, str]] = {}
        number = 0
        for row, visible in table_rows(table):
            repeated = _repetitions(row, "number-rows-repeated")
            cells = self._cells(row, columns)
            if cells:
                self.count_rows(repeated)
                gone = "sheet" if hidden else "" if visible else "row"
                hidden_columns = {c for c in cells if not _column(columns, c).visible}
                for at in range(number + 1, number + repeated + 1):
                    rows[at] = self.shown(cells, name, gone, hidden_columns)
            number += repeated
        self.sheets.append(Sheet(name, rows))

    def _cells(self, row: etree._Element, columns: list[_Column]) -> dict[int, str]:
        cells: dict[int, str] = {}
        column = 0
        for node in row:
            if local_name(node) not in ("table-cell", "covered-table-cell"):
                continue
            repeated = _repetitions(node, "number-columns-repeated")
            style = attribute_value(node, "style-name") or attribute_value(
                row, "default-cell-style-name"
            )
            style = style or _column(columns, column + 1).style
            text = self._shown(node, self.looks.within(self.looks.plain, style))
            if text.strip():
                for at in range(column + 1, column + min(repeated, 1_000) + 1):
                    cells[at] = text
            elif attribute_value(node, "formula"):
                self.without_result += 1
            column += repeated
        return cells

    def _shown(self, cell: etree._Element, look: Look) -> str:
        """What a cell shows; a date as ISO."""
        for node in children(cell, "annotation"):
            self._special(node)
        date = attribute_value(cell, "date-value")
        if date and not look.hidden_because:
            what = "date as the sheet shows it"
            self.left_out.extend((what, t) for p in children(cell, "p") for t in texts(p))
            return date.removesuffix("T00:00:00").replace("T", " ")
        return "\n".join(self.inline.text(paragraph, look) for paragraph in children(cell, "p"))


def read(package: Package, limits: Limits) -> DocumentContent:
    """Read an ODS package: sheet names as headings, rows as lines, formulas by their result."""
    root, inside = find_body(package, "spreadsheet")
    book = _Book(limits, LookTable(package, root))
    shown: list[str] = []
    for table in children(inside, "table"):
        book.read_sheet(table)
        shown.extend(texts(table))
    for name in package.names:
        if name.endswith(".xml"):  # a second library reads it too: let neither see entities
            package.parse(name)
    cells, _ = cell_texts(package.data)
    # Two counts of the same cells: that which holds more.
    present = max(cells, shown, key=lambda texts: sum(map(len, texts)))
    notes = []
    if book.without_result:
        notes.append(f"Formulas without a stored result: {book.without_result}.")
    return book.source(present, list(margins(package)), notes, book.inline.symbols)


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
        if local_name(node) == "table-column":
            shown = visible and attribute_value(node, "visibility") not in ("collapse", "filter")
            repeated = _repetitions(node, "number-columns-repeated")
            columns.append(
                _Column(last + repeated, shown, attribute_value(node, "default-cell-style-name"))
            )
        elif local_name(node) in ("table-header-columns", "table-columns", "table-column-group"):
            shown = visible and attribute_value(node, "display") != "false"
            columns.extend(_columns(node, shown, last))
    return columns


def _column(columns: list[_Column], number: int) -> _Column:
    return next((column for column in columns if number <= column.last), _Column(number))


def _repetitions(node: etree._Element, name: str) -> int:
    given = attribute_value(node, name)
    return min(int(given), 2_000_000) if given.isdecimal() and int(given) else 1
