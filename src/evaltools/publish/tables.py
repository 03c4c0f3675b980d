"""The tables of a bundle, as CSV and as a workbook that is the same bytes each time.

Cells hold values only. A text that looks like a formula stays a text. Sheets have one header row,
no merged cells and no empty rows inside a table; each table is marked as one, so that screen
readers announce its headers.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.table import Table, TableStyleInfo
from openpyxl.worksheet.worksheet import Worksheet

from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Indicator, to_table
from evaltools.pipeline.outputs import collect_outputs, escape_formula
from evaltools.pipeline.run import Run

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
        title, about: first and second row.
        header: names of the columns, each once.
        widths: of the columns in characters.
    """

    name: str
    title: str
    about: str
    header: Sequence[str]
    rows: Sequence[Sequence[Value]]
    widths: Sequence[int] = ()


def write_workbook(sheets: Iterable[Sheet], title: str, creator: str, language: str) -> bytes:
    """An XLSX file of sheets, whose tabs get unique names."""
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
    return str(ILLEGAL_CHARACTERS_RE.sub("", text))[:_LONGEST]


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


COLUMNS = (
    "key", "dimensions", "speaks_of", "value", "unit", "x", "n", "N", "low", "high", "interval",
    "level", "status", "note", "source",
)  # fmt: skip
_WIDTHS = (38, 26, 24, 14, 22, 10, 10, 14, 12, 12, 26, 9, 18, 40, 48)
_TEXT = ("key", "dimensions", "method", "source", "note")


@dataclass(frozen=True)
class Chapter:
    """The indicators that one notebook handed over; its name names files and sheets."""

    name: str
    title: str
    indicators: tuple[Indicator, ...]


def read_chapters(run: Run) -> tuple[Chapter, ...]:
    """The indicators of a run by the notebook that made them, in the order of chapters."""
    found = []
    for path in run.notebooks:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        collected = collect_outputs([(path.name, notebook)])
        found.append(Chapter(path.stem, _heading(notebook, path.stem), collected.ordered()))
    return tuple(found)


def indicator_csv(indicators: Sequence[Indicator]) -> str:
    """A tidy table, a row an indicator; texts that look like formulas are made harmless."""
    table = to_table(indicators)
    for column in _TEXT:
        table[column] = table[column].map(escape_formula)
    return str(table.to_csv(index=False, lineterminator="\n"))


def codebook_csv(codes: pd.DataFrame) -> str:
    """The codes with their labels and definitions, sorted by id."""
    table = codes.sort_values("code_id", kind="stable").copy()
    for column in table.columns:
        if not pd.api.types.is_bool_dtype(table[column]):
            table[column] = [
                escape_formula(str(value)) if isinstance(value, str) else value
                for value in table[column]
            ]
    return str(table.to_csv(index=False, lineterminator="\n"))


def indicator_sheets(
    found: Sequence[Chapter], title: str, marked: str, words: Words
) -> list[Sheet]:
    """Contents, notes, then a sheet a chapter; `marked` is the notice of example data."""
    units = sorted({item.unit for chapter in found for item in chapter.indicators})
    methods = sorted({item.method for chapter in found for item in chapter.indicators} - {""})
    contents: list[tuple[Value, ...]] = [
        (chapter.name, chapter.title, len(chapter.indicators)) for chapter in found
    ]
    header = [words(f"publishing.contents.{name}") for name in ("sheet", "title", "rows")]
    about = marked or words("publishing.contents.about")
    listed = Sheet(words("publishing.contents"), title, about, header, contents, (32, 70, 12))
    return [
        listed,
        _notes(units, methods, marked, words),
        *(
            Sheet(
                chapter.name,
                chapter.title,
                marked or words("publishing.sheet.about"),
                [words(f"publishing.column.{name}") for name in COLUMNS],
                [_row(item, words) for item in chapter.indicators],
                _WIDTHS,
            )
            for chapter in found
        ),
    ]


def describe_method(method: str, words: Words, of: str = "publishing") -> str:
    """What a method of intervals is, with its source; its name where nothing more is known."""
    key = f"{of}.method.{method}"
    return words(key) if words.has(key) else method


def name_method(method: str, words: Words) -> str:
    """What a method of intervals is called; one that a study brings has its own name."""
    return describe_method(method, words, "trail")


def describe_reason(item: Indicator, words: Words) -> str:
    """Why a number has no value, in the language; empty where it has one.

    An indicator's own note is in the language of the program, so no page shows it.
    """
    if item.suppressed:
        return words("publishing.reason.withheld")
    if item.value is not None:
        return ""
    return words(f"publishing.reason.{item.why or 'missing'}")


def _notes(units: Sequence[str], methods: Sequence[str], marked: str, words: Words) -> Sheet:
    rows: list[tuple[Value, ...]] = [
        (words(f"publishing.column.{name}"), words(f"publishing.about.{name}")) for name in COLUMNS
    ]
    rows += [
        (words(f"publishing.unit.{unit}"), words(f"publishing.unit.{unit}.about")) for unit in units
    ]
    rows += [
        (words(f"publishing.estimand.{name}"), words(f"publishing.estimand.{name}.about"))
        for name in ("D", "P", "S")
    ]
    rows += [(name_method(method, words), describe_method(method, words)) for method in methods]
    header = [words("publishing.notes.term"), words("publishing.notes.meaning")]
    about = marked or words("publishing.notes.about")
    return Sheet(words("publishing.notes"), words("publishing.notes"), about, header, rows,
                 (34, 100))  # fmt: skip


def _row(item: Indicator, words: Words) -> tuple[Value, ...]:
    status = "computed" if item.value is not None else "missing"
    status = "withheld" if item.suppressed else status
    return (
        item.key,
        "; ".join(f"{name}={value}" for name, value in item.dimensions),
        words(f"publishing.estimand.{item.estimand}"),
        item.value,
        words(f"publishing.unit.{item.unit}"),
        item.x,
        item.n,
        item.N,
        item.low,
        item.high,
        name_method(item.method, words),
        item.level,
        words(f"publishing.status.{status}"),
        describe_reason(item, words),
        item.source,
    )


def _heading(notebook: Mapping[str, list[Mapping[str, object]]], name: str) -> str:
    """The first heading of a notebook."""
    for cell in notebook["cells"]:
        source = cell["source"]
        text = "".join(source) if isinstance(source, list) else str(source)
        first = text.lstrip().partition("\n")[0]
        if cell["cell_type"] == "markdown" and first.startswith("#"):
            return first.lstrip("#").strip() or name
    return name
