"""A workbook of tables that is the same bytes each time.

Cells hold values only. A text that looks like a formula stays a text. Sheets have one header row,
below the title, what the table is and where it comes from; no merged cells and no empty rows. Each
table is marked as one, so that screen readers announce its headers.

Source: Analysis Function (2024), Making spreadsheets accessible.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

Value = str | int | float | bool | None

_LONGEST: Final = 32_767
_WRAPPED = Alignment(wrap_text=True, vertical="top")
_TOP = Alignment(vertical="top")
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_STAMPS = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\'\x00-\x1f]")


@dataclass(frozen=True)
class Sheet:
    """One table of a workbook.

    Arguments:
        name: of the tab; shortened and cleaned as spreadsheets demand.
        title, about, source: first to third row; of an empty one there is none.
        header: names of the columns, each once.
        widths: of the columns in characters.
        links: name of the sheet that the first cell of a row leads to, by the number of the row.
        formats: of numbers, by the place of row and column.
    """

    name: str
    title: str
    about: str
    header: Sequence[str]
    rows: Sequence[Sequence[Value]]
    widths: Sequence[int] = ()
    source: str = ""
    links: Mapping[int, str] = field(default_factory=dict)
    formats: Mapping[tuple[int, int], str] = field(default_factory=dict)

    @property
    def above(self) -> tuple[str, ...]:
        """What stands above the header, a row each."""
        return tuple(text for text in (self.title, self.about, self.source) if text)


def write_workbook(sheets: Iterable[Sheet], title: str, creator: str, language: str) -> bytes:
    """An XLSX file of sheets, whose tabs get unique names."""
    book = Workbook()
    book.remove(book.active)
    listed, taken = list(sheets), set[str]()
    names = {sheet.name: _tab_name(sheet.name, taken) for sheet in listed}
    for number, sheet in enumerate(listed, 1):
        _write_sheet(book.create_sheet(names[sheet.name]), sheet, number, names)
    book.properties.title = clean_cell_text(title)
    book.properties.creator = clean_cell_text(creator)
    book.properties.language = language
    stream = io.BytesIO()
    book.save(stream)
    return _make_reproducible(stream.getvalue())


def clean_cell_text(text: str) -> str:
    """Text that a cell can hold."""
    return str(ILLEGAL_CHARACTERS_RE.sub("", text))[:_LONGEST]


def _write_sheet(place: Worksheet, sheet: Sheet, number: int, names: Mapping[str, str]) -> None:
    for row, text in enumerate(sheet.above, 1):
        _write_cell(place.cell(row, 1), text)
    place.cell(1, 1).font = Font(bold=True, size=14)
    top = len(sheet.above) + 1
    for column, name in enumerate(sheet.header, 1):
        cell = place.cell(top, column)
        _write_cell(cell, name)
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for row, values in enumerate(sheet.rows):
        for column, value in enumerate(values):
            cell = place.cell(top + 1 + row, column + 1)
            _write_cell(cell, value)
            cell.alignment = _WRAPPED if isinstance(value, str) else _TOP
            if format_code := sheet.formats.get((row, column)):
                cell.number_format = format_code
    for row, name in sheet.links.items():
        cell = place.cell(top + 1 + row, 1)
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{names[name]}'!A1")
        cell.font = Font(color="0B4F8A", underline="single")
    for column, width in enumerate(sheet.widths, 1):
        place.column_dimensions[get_column_letter(column)].width = width
    place.freeze_panes = place.cell(top + 1, 1)
    if sheet.rows:
        last = f"{get_column_letter(len(sheet.header))}{top + len(sheet.rows)}"
        table = Table(displayName=f"table_{number}", ref=f"A{top}:{last}")
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
