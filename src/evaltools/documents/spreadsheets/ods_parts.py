"""The sheets of an ODS package as they are stored: rows and columns, repeated ones and hidden ones.

After OpenDocument 1.3 part 3, 9.1 and 19.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from lxml import etree

from evaltools.documents.odf.content import points
from evaltools.documents.spreadsheets.xlsx_parts import HARMLESS, LAST_COLUMN, LEAST_SIZE

_NAMES = "urn:oasis:names:tc:opendocument:xmlns"
TABLE, OFFICE, TEXT, STYLE = (
    f"{{{_NAMES}:{one}:1.0}}" for one in ("table", "office", "text", "style")
)
FO = f"{{{_NAMES}:xsl-fo-compatible:1.0}}"
_MOST_REPEATED = 2_000_000
_UNSHOWN = ("collapse", "filter")


class OdsRow(NamedTuple):
    """Rows next to each other that are alike, the first by its number from 1."""

    number: int
    repeated: int
    element: etree._Element
    hidden: bool
    filtered: bool


class OdsCell(NamedTuple):
    """Cells next to each other that are alike, the first by its column from 0; without a style of
    their own or their row's, that of the column holds."""

    column: int
    repeated: int
    element: etree._Element
    style: str


@dataclass
class OdsSheet:
    """A sheet; columns from 0, `styles` those of cells that have none of their own."""

    name: str
    hidden: bool
    hidden_columns: set[int] = field(default_factory=set)
    styles: dict[int, str] = field(default_factory=dict)
    columns: int = 0
    rows: int = 0


def read_styles(parts: Mapping[str, bytes]) -> dict[str, etree._Element]:
    """All styles by name."""
    styles: dict[str, etree._Element] = {}
    for part in ("styles.xml", "content.xml"):
        if part in parts:
            for event, element in _elements(parts[part], f"{STYLE}style", f"{OFFICE}body"):
                if element.tag == f"{OFFICE}body":
                    break
                if event == "end":
                    styles[element.get(f"{STYLE}name", "")] = element
    return styles


def read_sheets(
    parts: Mapping[str, bytes],
    styles: Mapping[str, etree._Element],
    take_row: Callable[[OdsSheet, OdsRow], None],
) -> Iterator[tuple[OdsSheet, etree._Element]]:
    """Each sheet when all its rows were taken, and its element; raises KeyError where there is
    none."""
    names = [f"{TABLE}{one}" for one in ("table", "table-column", "table-row")]
    sheet: OdsSheet | None = None
    depth = 0  # a table in a cell of another one is no sheet
    for event, element in _elements(parts["content.xml"], *names):
        if element.tag == names[0]:
            depth += 1 if event == "start" else -1
            holder = element.getparent()
            if depth == 1 and event == "start" and holder is not None:
                hidden = _is_hidden_table(styles.get(element.get(f"{TABLE}style-name", "")))
                sheet = OdsSheet(element.get(f"{TABLE}name", ""), hidden)
            elif depth == 0 and sheet is not None:
                yield sheet, element
        elif sheet is not None and depth == 1 and event == "end":
            flat = _is_flat(styles.get(element.get(f"{TABLE}style-name", "")))
            visibility = element.get(f"{TABLE}visibility")
            folded = any(one.get(f"{TABLE}display") == "false" for one in element.iterancestors())
            hidden = flat or folded or visibility in _UNSHOWN
            if element.tag == names[1]:
                count = _repetitions(element, "columns")
                reach = range(sheet.columns, min(sheet.columns + count, LAST_COLUMN))
                sheet.columns += count
                if hidden:
                    sheet.hidden_columns.update(reach)
                if style := element.get(f"{TABLE}default-cell-style-name"):
                    sheet.styles.update(dict.fromkeys(reach, style))
            else:
                count = _repetitions(element, "rows")
                row = OdsRow(sheet.rows + 1, count, element, hidden, visibility == "filter")
                sheet.rows += count
                take_row(sheet, row)


def row_cells(row: etree._Element) -> Iterator[OdsCell]:
    """The cells of a row, covered ones too."""
    column = 0
    for cell in row:
        if cell.tag in (f"{TABLE}table-cell", f"{TABLE}covered-table-cell"):
            style = cell.get(f"{TABLE}style-name") or row.get(f"{TABLE}default-cell-style-name")
            count = _repetitions(cell, "columns")
            yield OdsCell(column, count, cell, style or "")
            column += count


def _elements(part: bytes, *tags: str) -> Iterator[tuple[str, etree._Element]]:
    return iter(etree.iterparse(io.BytesIO(part), events=("start", "end"), tag=tags, **HARMLESS))


def _repetitions(element: etree._Element, what: str) -> int:
    given = element.get(f"{TABLE}number-{what}-repeated", "1")
    return min(int(given), _MOST_REPEATED) if given.isdecimal() and int(given) else 1


def _is_hidden_table(style: etree._Element | None) -> bool:
    properties = style.find(f"{STYLE}table-properties") if style is not None else None
    return properties is not None and properties.get(f"{TABLE}display") == "false"


def _is_flat(style: etree._Element | None) -> bool:
    """Whether rows or columns of a style are too low or narrow to be seen."""
    for item in style if style is not None else ():
        extent = points(item.get(f"{STYLE}row-height") or item.get(f"{STYLE}column-width"))
        fitted = item.get(f"{STYLE}use-optimal-row-height") == "true"
        if extent is not None and extent < LEAST_SIZE and not fitted:
            return True
    return False
