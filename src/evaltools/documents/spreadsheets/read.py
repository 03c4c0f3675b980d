"""A workbook as a document: shown sheets as headings and tables, all else left out by name."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from itertools import groupby

from lxml import etree
from python_calamine import CalamineError, CalamineWorkbook

from evaltools.documents import limits as guard
from evaltools.documents import zip_package
from evaltools.documents.blocks import (
    LONGEST_LABEL,
    Block,
    Cell,
    DocumentContent,
    Paragraph,
    Table,
    to_line,
)
from evaltools.documents.limits import Limits
from evaltools.documents.model import HeaderOrFooter
from evaltools.documents.odf.content import Inline, Look, LookTable, find_body, margins, texts
from evaltools.documents.spreadsheets import ods_parts, xlsx_parts
from evaltools.documents.spreadsheets.number_formats import parse_decimal
from evaltools.documents.spreadsheets.ods_parts import OFFICE, TABLE, TEXT, OdsRow, OdsSheet
from evaltools.documents.superscripts import shift_runs
from evaltools.documents.symbol_fonts import Symbols
from evaltools.documents.zip_package import Package

Rows = dict[int, dict[int, str]]
"""Rows that are not empty by number, from 1; each the shown cells by column, none if hidden."""

_MOST_CELLS = 20_000_000  # of the rectangle that a sheet spans, which that library fills
_MOST_REPEATED = 1_000
_ASIDE = (
    (r"xl/(?:threadedC|c)omments/?\w*\.xml", "comment"),
    (r"xl/(?:drawings|charts|diagrams)/.*\.xml", "text in a drawing or chart"),
)


def read(package: Package, limits: Limits) -> DocumentContent:
    """Read a workbook: sheet names as headings, rows as lines, formulas by their result."""
    parts: dict[str, bytes] = {}
    for name in package.names:
        if name.endswith((".xml", ".rels")):
            parts[name] = package.read(name)
            zip_package.parse(parts[name], name)  # other parsers read it too: none sees entities
    try:
        if "mimetype" in package and b"opendocument" in package.read("mimetype"):
            return _read_ods(package, parts, _Workbook(limits))
        return _read_xlsx(package, parts, _Workbook(limits))
    except KeyError as error:
        raise guard.broken(f"its part {error.args[0]} is missing") from error
    except (ValueError, OverflowError) as error:
        raise guard.broken(str(error)) from error


def _row(cells: Mapping[int, str], columns: Iterable[int]) -> tuple[Cell, ...]:
    texts = [cells.get(column, "").replace("\r\n", "\n").split("\n\n") for column in columns]
    return tuple(tuple(Paragraph(part) for part in parts if part.strip()) for parts in texts)


def _fields(cells: Mapping[int, str]) -> Iterator[tuple[str, str]]:
    """Neighbours of which the first is a label: rows with two filled cells, label: pairs."""
    filled = [cells[column].strip() for column in sorted(cells)]
    if len(filled) == 1 and filled[0].endswith((":", "?")):
        yield to_line(filled[0]), ""
    elif len(filled) == 2 and len(filled[0]) <= LONGEST_LABEL and any(map(str.isalpha, filled[0])):
        yield to_line(filled[0]), filled[1]
    elif len(filled) % 2 == 0 and all(label.endswith(":") for label in filled[::2]):
        yield from zip(map(to_line, filled[::2]), filled[1::2], strict=True)


@dataclass
class _Workbook:
    """What reading the sheets of a workbook brings up."""

    limits: Limits
    blocks: list[Block] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    rows: int = 0

    def add_sheet(self, name: str, rows: Rows, covered: Container[tuple[int, int]] = ()) -> None:
        """Add the name of a sheet as a heading, and each run of filled rows as a table, without
        cells (row, column) that another one covers."""
        if not any(rows.values()):
            return
        self.blocks.append(Paragraph(name, level=1))
        for _, run in groupby(enumerate(sorted(rows)), key=lambda pair: pair[1] - pair[0]):
            numbers = [number for _, number in run]
            columns = sorted({column for row in numbers for column in rows[row]})
            shown = [
                [one for one in columns if one in rows[row] or (row, one) not in covered]
                for row in numbers
            ]
            if columns:
                pairs = zip(numbers, shown, strict=True)
                self.blocks.append(Table(tuple(_row(rows[row], here) for row, here in pairs)))
            self.fields += [pair for row in numbers for pair in _fields(rows[row])]

    def count_rows(self, more: int) -> None:
        """Count rows of all sheets, and refuse too many."""
        self.rows += more
        if self.rows > self.limits.rows:
            limit = f"{self.limits.rows} rows"
            raise guard.too_large(f"more than {limit}", limit)

    def shown(
        self, cells: Mapping[int, str], sheet: str, hidden: str, unseen: Container[int]
    ) -> dict[int, str]:
        """The cells of a row that are shown; the others, of a hidden `sheet` or `row` all, are
        left out by name."""
        gone = [column for column in cells if hidden or column in unseen]
        what = "hidden sheet" if hidden == "sheet" else f"hidden {hidden or 'column'} of sheet"
        self.left_out.extend((f"{what} {sheet}", cells[column]) for column in gone)
        return {column: text for column, text in cells.items() if column not in gone}

    def content(
        self,
        present: Iterable[str],
        aside: Sequence[tuple[str, str]],
        notes: Iterable[str],
        symbols: Symbols,
    ) -> DocumentContent:
        """The workbook taken apart: texts of all cells, (what, text) beside them, notes on it."""
        names = [block.text for block in self.blocks if isinstance(block, Paragraph)]
        return DocumentContent(
            blocks=tuple(self.blocks),
            fields=tuple(self.fields),
            present=(*present, *names, *(text for _, text in aside)),
            left_out=(*self.left_out, *aside),
            tables=len(self.blocks) - len(names),
            notes=(*notes, *symbols.sentences),
            replaced=tuple(symbols.replaced),
        )


def _read_xlsx(
    package: Package, parts: Mapping[str, bytes], workbook: _Workbook
) -> DocumentContent:
    book = xlsx_parts.XlsxBook(parts)
    symbols = Symbols()
    without_result: list[str] = []
    values = 0  # cells with a number, date or truth value
    for sheet in book.sheets:
        rows = []
        for row in book.rows(sheet):
            workbook.count_rows(1)
            rows.append(row)
        # A table or a conditional format may put a colour behind white letters.
        judged = not sheet.rules and not sheet.has_tables
        kept: Rows = {}
        for number, stored in rows:
            filled = False
            cells: dict[int, str] = {}
            for cell in stored:
                text, shows = _cell_text(cell, book.from_1904, symbols)
                if not text and cell.formula and not cell.is_text:
                    without_result.append(
                        f"{sheet.name}!{xlsx_parts.column_letters(cell.column)}{number}"
                    )
                if not text.strip():
                    continue
                filled = True
                values += not cell.is_text
                font, ground = cell.style.font, cell.style.bare
                if not shows:
                    what = f"format of sheet {sheet.name} that shows nothing"
                    workbook.left_out.append((what, text))
                elif font.colour == xlsx_parts.WHITE and ground and judged:
                    workbook.left_out.append((f"white text of sheet {sheet.name}", text))
                else:
                    cells[cell.column] = text
            if filled:
                gone = "sheet" if sheet.hidden else "row" if number in sheet.hidden_rows else ""
                kept[number] = workbook.shown(cells, sheet.name, gone, sheet.hidden_columns)
        what = HeaderOrFooter(f"header or footer of sheet {sheet.name}")
        workbook.left_out.extend((what, text) for text in sheet.margins)
        covered = {
            (top, column)  # to the right of the first cell of a merged area, in its first row
            for top, left, _, right in sheet.merged
            for column in range(left + 1, right + 1)
        }
        workbook.add_sheet(sheet.name, kept, covered)
    present, others = cell_texts(package.data)
    notes = list(_notes(without_result, values, others))
    return workbook.content(present, list(_side_texts(parts)), notes, symbols)


def _cell_text(cell: xlsx_parts.StoredCell, from_1904: bool, symbols: Symbols) -> tuple[str, bool]:
    """What a cell shows or would show, and whether its format shows it."""
    if cell.is_text:
        runs = []
        for text, font in cell.runs or ():
            name = (font.name if font else "") or cell.style.font.name
            runs.append((symbols.show(text, _always(name)), font.by if font else 0))
        text = shift_runs(runs)
        shown = cell.style.code.show_text(text)
        return shown or text, bool(shown)
    if cell.kind == "b":
        return {"1": "TRUE", "0": "FALSE"}.get(cell.stored, cell.stored), True
    number = parse_decimal(cell.stored)
    if cell.kind in ("e", "d") or number is None:
        return cell.stored, True
    code = cell.style.code
    seen = code.show(number, from_1904)
    if seen.date and len(seen.text) == len("2020-01-01 12:30:00"):
        return seen.text.removesuffix(":00"), True
    if seen.text == "###" or (not seen.text and "/" in code.code):  # not known how that looks
        return f"{number:f}", True
    return re.sub(r"(?<=[0-9])%$", " %", seen.text) or cell.stored, bool(seen.text)


def _always(font: str) -> Callable[[str], str]:
    return lambda _: font


def _side_texts(parts: Mapping[str, bytes]) -> Iterator[tuple[str, str]]:
    for name, part in parts.items():
        what = next((what for pattern, what in _ASIDE if re.fullmatch(pattern, name)), "")
        if what:
            for node in zip_package.parse(part, name).iter("{*}t"):
                if node.text:
                    yield f"{what}: {name}", node.text


def _notes(without_result: Sequence[str], values: int, others: int) -> Iterator[str]:
    if without_result:
        few = ", ".join(without_result[:5]) + (" …" if len(without_result) > 5 else "")
        yield (
            f"Formulas without a stored result: {len(without_result)} ({few}); open the "
            "workbook in the program it was made with and save it, and they have one."
        )
    if values != others:
        yield (
            f"Two readers disagree on the cells with numbers, dates and truth values: "
            f"{values}, {others}."
        )


def _read_ods(package: Package, parts: Mapping[str, bytes], workbook: _Workbook) -> DocumentContent:
    root, _ = find_body(package, "spreadsheet")
    text = _OdsText(LookTable(package, root), workbook)
    shown: list[str] = []
    for sheet, table in ods_parts.read_sheets(parts, ods_parts.read_styles(parts), text.take_row):
        workbook.add_sheet(sheet.name, text.rows)
        text.rows = {}
        shown.extend(texts(table))
    cells, _ = cell_texts(package.data)
    # Two counts of the same cells: that which holds more.
    present = max(cells, shown, key=lambda texts: sum(map(len, texts)))
    notes = []
    if text.without_result:
        notes.append(f"Formulas without a stored result: {text.without_result}.")
    return workbook.content(present, list(margins(package)), notes, text.inline.symbols)


class _OdsText:
    """What the rows of a sheet show."""

    def __init__(self, looks: LookTable, workbook: _Workbook) -> None:
        self.looks, self.workbook = looks, workbook
        self.inline = Inline(looks, workbook.left_out, self._comment)
        self.rows: Rows = {}
        self.without_result = 0

    def take_row(self, sheet: OdsSheet, row: OdsRow) -> None:
        cells: dict[int, str] = {}
        for column, repeated, element, style in ods_parts.row_cells(row.element):
            look = self.looks.within(self.looks.plain, style or sheet.styles.get(column, ""))
            text = self._cell(element, look)
            if text.strip():
                reach = range(column, column + min(repeated, _MOST_REPEATED))
                cells.update(dict.fromkeys(reach, text))
            elif element.get(f"{TABLE}formula"):
                self.without_result += 1
        if cells:
            self.workbook.count_rows(row.repeated)
            gone = "sheet" if sheet.hidden else "row" if row.hidden else ""
            for number in range(row.number, row.number + row.repeated):
                self.rows[number] = self.workbook.shown(
                    cells, sheet.name, gone, sheet.hidden_columns
                )

    def _cell(self, cell: etree._Element, look: Look) -> str:
        """What a cell shows; a date as ISO."""
        for note in cell.iterfind(f"{OFFICE}annotation"):
            self._comment(note)
        date = cell.get(f"{OFFICE}date-value")
        if date and not look.hidden_because:
            what = "date as the sheet shows it"
            seen = [text for line in cell.iterfind(f"{TEXT}p") for text in texts(line)]
            self.workbook.left_out.extend((what, text) for text in seen)
            return date.removesuffix("T00:00:00").replace("T", " ")
        return "\n".join(self.inline.text(line, look) for line in cell.iterfind(f"{TEXT}p"))

    def _comment(self, node: etree._Element) -> str | None:
        if node.tag != f"{OFFICE}annotation":
            return None
        self.workbook.left_out.extend(("comment", text) for text in texts(node))
        return ""


def cell_texts(data: bytes) -> tuple[list[str], int]:
    """Return the text of every cell with text, and the number of cells with another value."""
    texts: list[str] = []
    others = 0
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > _MOST_CELLS:
                raise guard.too_large(
                    f"sheet {name} spans {sheet.total_height} rows and {sheet.total_width} columns",
                    f"{_MOST_CELLS} cells",
                )
            values = [value for row in sheet.iter_rows() for value in row]
            texts += [value for value in values if isinstance(value, str) and value]
            others += sum(not isinstance(value, str) for value in values)
    except CalamineError as error:
        raise guard.broken("a second reader cannot open it") from error
    return texts, others
