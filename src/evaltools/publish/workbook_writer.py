"""Tables as CSV and as a workbook that anyone can read, and that is the same bytes each time.

Cells hold values only. A text that looks like a formula stays a text. Sheets have one header row,
no merged cells and no empty rows inside a table; each table is marked as one, so that screen
readers announce its headers.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | bool | None

HEADER_ROW: Final = 4
_LONGEST: Final = 32_767
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_STAMPS = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook.

    Arguments:
        name: of the tab; shortened and cleaned as spreadsheets demand.
        title: first row.
        about: second row, what the table is about.
        header: names of the columns, each once.
        rows: values in the order of the header.
        widths: of the columns in characters.
    """

    name: str
    title: str
    about: str
    header: Sequence[str]
    rows: Sequence[Sequence[Value]]
    widths: Sequence[int] = ()


def write_workbook(sheets: Iterable[Sheet], title: str, creator: str, language: str) -> bytes:
    """An XLSX file.

    Arguments:
        sheets: in order; tabs get unique names.
        title, creator, language: properties of the document.
    """
    book = Workbook()
    book.remove(book.active)
    names: set[str] = set()
    for number, sheet in enumerate(sheets, 1):
        _write_sheet(book.create_sheet(_tab_name(sheet.name, names)), sheet, number)
    book.properties.title = clean_cell_text(title)
    book.properties.creator = clean_cell_text(creator)
    book.properties.language = language
    stream = io.BytesIO()
    book.save(stream)
    return _make_reproducible(stream.getvalue())


def clean_cell_text(text: str) -> str:
    """Text that a cell can hold."""
    kept: str = ILLEGAL_CHARACTERS_RE.sub("", text)
    return kept[:_LONGEST]


def _write_sheet(place: Worksheet, sheet: Sheet, number: int) -> None:
    _write_cell(place.cell(1, 1), sheet.title)
    place.cell(1, 1).font = Font(bold=True, size=14)
    _write_cell(place.cell(2, 1), sheet.about)
    for column, name in enumerate(sheet.header, 1):
        cell = place.cell(HEADER_ROW, column)
        _write_cell(cell, name)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for row, values in enumerate(sheet.rows, HEADER_ROW + 1):
        for column, value in enumerate(values, 1):
            _write_cell(place.cell(row, column), value)
    for column, width in enumerate(sheet.widths, 1):
        place.column_dimensions[get_column_letter(column)].width = width
    place.freeze_panes = place.cell(HEADER_ROW + 1, 1)
    if sheet.rows:
        last = f"{get_column_letter(len(sheet.header))}{HEADER_ROW + len(sheet.rows)}"
        table = Table(displayName=f"table_{number}", ref=f"A{HEADER_ROW}:{last}")
        table.tableStyleInfo = TableStyleInfo(name="TableStyleLight1", showRowStripes=True)
        place.add_table(table)


def _write_cell(cell: Cell | object, value: Value) -> None:
    assert isinstance(cell, Cell)
    if not isinstance(value, str):
        cell.value = value
        return
    cell.value = clean_cell_text(value)
    # openpyxl takes "=1+1" for a formula; a cell whose type is text shows it and computes nothing.
    cell.data_type = "s"
    if value[:1] in ("=", "+", "-", "@"):
        cell.quotePrefix = True


def _tab_name(name: str, taken: set[str]) -> str:
    base = _NOT_IN_NAMES.sub(" ", clean_cell_text(name)).strip()[:28] or "table"
    found, number = base, 2
    while found.casefold() in taken:
        found, number = f"{base} {number}", number + 1
    taken.add(found.casefold())
    return found


def _make_reproducible(content: bytes) -> bytes:
    """The same package without clocks: fixed times, sorted parts, no stamps in its properties.

    Parts are stored as they are, since compressors differ from one machine to the next.
    """
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w") as new,
    ):
        for name in sorted(old.namelist(), key=lambda part: (part != "[Content_Types].xml", part)):
            part = old.read(name)
            if name == "docProps/core.xml":
                part = _STAMPS.sub(b"", part)
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.compress_type = zipfile.ZIP_STORED
            entry.create_system, entry.external_attr = 3, 0o644 << 16
            new.writestr(entry, part)
    return made.getvalue()
