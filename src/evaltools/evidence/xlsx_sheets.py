"""Sheets of an .xlsx as tables: what a person sees of each cell, and what is in doubt of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evaltools.documents.spreadsheets.number_formats import (
    NumberFormat,
    parse_decimal,
    same_number,
)
from evaltools.documents.spreadsheets.xlsx_parts import (
    LAST_COLUMN,
    LAST_ROW,
    Area,
    Runs,
    StoredCell,
    XlsxBook,
    XlsxSheet,
)
from evaltools.evidence.messages import quote_value
from evaltools.evidence.raw_table import Doubt
from evaltools.evidence.workbook_sheet import (
    ERROR,
    FORMULA,
    HIDDEN_TEXT,
    MOST_CELLS,
    NO_DATE_HERE,
    RAISED,
    HostileSheetError,
    Place,
    Sheet,
    plain_decimal,
    write_runs,
)

_OF_RULES = "Clear the rule, or give the cells the format General and write in them what is meant."


def read_sheets(parts: Mapping[str, bytes]) -> tuple[dict[str, Sheet], bool]:
    """Sheets by name, and whether days are counted from 1904; raises what is said of ODS files, and
    ValueError."""
    book = XlsxBook(parts)
    sheets = {
        stored.name: _read_sheet(book, stored)
        for stored in book.sheets
        if "/worksheets/" in stored.part
    }
    return sheets, book.from_1904


def _read_sheet(book: XlsxBook, stored: XlsxSheet) -> Sheet:
    sheet = Sheet(stored.name, hidden=stored.hidden)
    on_bare: set[Place] = set()  # cells that a table style may give another ground
    for number, cells in book.rows(stored):
        if number > LAST_ROW:
            raise _too_far(number, 0)
        sheet.records.extend([] for _ in range(len(sheet.records), number))
        record: list[str] = []
        for cell in cells:
            # Rows are as long as their last cell: one in the far corner would ask for millions.
            if cell.column >= LAST_COLUMN or number * (cell.column + 1) > MOST_CELLS:
                raise _too_far(number, cell.column)
            record.extend("" for _ in range(len(record), cell.column + 1))
            place = (number, cell.column)
            record[cell.column] = _read_cell(cell, place, sheet, on_bare, book.from_1904)
        sheet.records[number - 1] = record  # of a row that is there twice the later one is shown
    sheet.hidden_rows, sheet.hidden_columns = stored.hidden_rows, stored.hidden_columns
    sheet.filtered, sheet.merged = stored.filtered, stored.merged
    if stored.has_tables:
        sheet.unseen -= on_bare
    _apply_rules(sheet, stored, on_bare, book.from_1904)
    return sheet


def _too_far(row: int, column: int) -> HostileSheetError:
    return HostileSheetError(f"a cell stands as far out as row {row}, column {column + 1}")


def _read_cell(
    cell: StoredCell, place: Place, sheet: Sheet, on_bare: set[Place], from_1904: bool
) -> str:
    """The text of a cell; what else is seen of it is put into the sheet."""
    style = cell.style
    struck, unseen, bare = style.font.struck, style.unseen, style.bare and not style.font.tiny
    if cell.is_text:
        if cell.runs is None:
            raise ValueError(f"it has no text number {cell.stored}")
        text, doubt = _write_text(cell.runs, style.font.by)
        if doubt:
            sheet.doubts[place] = doubt
        filled = [font for piece, font in cell.runs if piece.strip()]
        if own := {font for font in filled if font}:
            struck = struck or any(font.struck for font in own)
            # Where all letters have colours of their own, that of the cell is not used.
            unseen = (unseen and None in filled) or any(map(style.hides, own))
            bare = bare and not any(font.tiny for font in own)
        if text and not style.code.general:
            seen = style.code.show_text(text)
            if text.strip() and not seen.strip():
                sheet.doubts[place] = HIDDEN_TEXT
            else:
                text = seen
    else:
        text = _read_value(cell, place, sheet, from_1904)
        if style.font.by and text.strip():
            sheet.doubts[place] = RAISED
    if (struck or unseen) and text.strip():
        (sheet.struck if struck else sheet.unseen).add(place)
        if bare:
            on_bare.add(place)
    return text


def _write_text(runs: Runs, by: int) -> tuple[str, Doubt | None]:
    """A text of runs; where none has a font of its own, all stand as the cell's letters do."""
    if len(runs) == 1 and not by and not runs[0][1]:
        return runs[0][0], None
    if not any(font and piece.strip() for piece, font in runs):
        whole = "".join(piece for piece, _ in runs)
        return write_runs([(whole, by)]) if whole.strip() else (whole, None)
    return write_runs([(piece, font.by if font else 0) for piece, font in runs])


def _read_value(cell: StoredCell, place: Place, sheet: Sheet, from_1904: bool) -> str:
    kind, raw, code = cell.kind, cell.stored, cell.style.code
    if kind == "b":
        return {"1": "true", "0": "false"}.get(raw, raw)
    if kind == "e":
        sheet.doubts[place] = ERROR
        return raw
    if kind == "d":
        sheet.doubts[place] = NO_DATE_HERE
        return raw.replace("T", " ").removesuffix(" 00:00:00")
    if not raw.strip():
        if cell.formula:
            sheet.doubts[place] = FORMULA
        return "=" if cell.formula else ""
    if raw.isdigit() and len(raw) < 16 and code.plain:
        return str(int(raw))
    stored = parse_decimal(raw)
    return raw if stored is None else sheet.put(place, raw, stored, code, from_1904)


def _apply_rules(sheet: Sheet, stored: XlsxSheet, on_bare: set[Place], from_1904: bool) -> None:
    """Keep what conditional formats may do; whether their conditions hold is not known."""
    left = 2 * MOST_CELLS
    for areas, rules in stored.rules:
        for rule in rules:
            for place in _filled(sheet, areas):
                left -= 1
                if left < 0:
                    raise ValueError("its conditional formats cover too many cells")
                if rule.strikes:
                    sheet.may_be_struck.add(place)
                if rule.hides:
                    sheet.may_be_unseen.add(place)
                elif rule.grounds:  # then white letters may be there to be seen
                    sheet.unseen -= {place} & on_bare
                if rule.code is not None:
                    doubt = _rule_doubt(sheet, place, rule.code, from_1904)
                    if doubt:
                        sheet.doubts.setdefault(place, doubt)


def _filled(sheet: Sheet, areas: Sequence[Area]) -> Iterator[Place]:
    for top, left, bottom, right in areas:
        for row in range(max(top, 1), min(bottom, len(sheet.records)) + 1):
            record = sheet.records[row - 1]
            for column in range(left, min(right + 1, len(record))):
                if record[column].strip():
                    yield row, column


def _rule_doubt(sheet: Sheet, place: Place, code: NumberFormat, from_1904: bool) -> Doubt | None:
    text = sheet.records[place[0] - 1][place[1]]
    stored = parse_decimal(sheet.exact.get(place, text))
    if stored is None:
        seen = code.show_text(text)
        same = seen == text
    else:
        shown = code.show(stored, from_1904)
        same = not shown.date and shown.value is not None and same_number(shown.value, stored)
        seen, text = shown.text, plain_decimal(stored)
    if same:
        return None
    what = f"may be shown as {quote_value(seen)} by a conditional format, but holds {text}"
    return Doubt(what, _OF_RULES, "data.shown-otherwise")
