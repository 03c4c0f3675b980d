"""A sheet of a workbook: its cells as they are seen, what is in doubt of them, and what is seen of
its rows and columns; of an .xlsx read here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from evaltools.documents.spreadsheets.number_formats import (
    NumberFormat,
    Shown,
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
from evaltools.documents.superscripts import shift
from evaltools.evidence.numerals import write_unambiguously
from evaltools.evidence.raw_table import Doubt
from evaltools.problems import quote_value

Place = tuple[int, int]
"""Row, from 1, and column, from 0."""

MOST_CELLS = 5_000_000
_MOST_DIGITS = Decimal(10) ** 15

FORMULA = Doubt(
    "holds a formula without a stored value",
    "Open the workbook and save it, or put the values in place of formulas.",
    "data.formula",
)
ERROR = Doubt(
    "is an error of a spreadsheet",
    "Correct the formula that gave it, or empty the cell.",
    "data.spreadsheet-error",
    of_text=True,
)
_OF_RULES = "Clear the rule, or give the cells the format General and write in them what is meant."
_AS_SEEN = "Give the cells the format General and write in them what is meant."
NO_DATE_HERE = Doubt(
    "is a date",
    "A spreadsheet makes dates of codes such as 3-4: give the cells the format Text and type them "
    "again.",
    "data.shown-otherwise",
    ("date",),
    of_text=True,
)
TOO_LONG = Doubt(
    "has more than 15 digits, of which a spreadsheet keeps 15",
    "Give the cells the format Text and type them again.",
    "data.shown-otherwise",
    of_text=True,
)
HIDDEN_TEXT = Doubt(
    "is not shown by the format of its cell",
    "Give the cells the format General.",
    "data.shown-otherwise",
    of_text=True,
)
_TAKE_AWAY = (
    "Write the mark of a note in a column of its own, or take it away; put the character on the "
    "line if it is part of the value."
)
RAISED = Doubt(
    "holds a raised or lowered character, such as the mark of a note",
    _TAKE_AWAY,
    "data.raised-character",
)
# As text it stands there as a raised character; dates are refused by their own reader.
RAISED_IN_TEXT = Doubt(RAISED.what, _TAKE_AWAY, RAISED.code, ("string", "date"))


class HostileSheetError(ValueError):
    """That a sheet would fill more memory than any table needs; its text says by what."""


@dataclass
class Sheet:
    """What a sheet holds.

    Arguments:
        records: texts of the cells by row, from the first on; a row may be shorter than others.
        exact: numbers that cells store where they are no whole ones.
        doubts: cells that store something else than they show.
        hidden_rows, hidden_columns: that a person does not see; rows from 1, columns from 0.
        filtered: whether a filter is set.
        unseen: cells with letters that are too small, or of the colour of the ground.
        may_be_struck, may_be_unseen: cells with a conditional format that does so.
    """

    name: str
    records: list[list[str]] = field(default_factory=list)
    hidden: bool = False
    exact: dict[Place, str] = field(default_factory=dict)
    doubts: dict[Place, Doubt] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    filtered: bool = False
    merged: list[Area] = field(default_factory=list)
    struck: set[Place] = field(default_factory=set)
    unseen: set[Place] = field(default_factory=set)
    may_be_struck: set[Place] = field(default_factory=set)
    may_be_unseen: set[Place] = field(default_factory=set)

    def put(
        self, place: Place, raw: str, number: Decimal, code: NumberFormat, from_1904: bool
    ) -> str:
        """Keep a number as it is stored (raw, and parsed); return what is seen of it."""
        if code.general:
            return self.put_general(place, raw, number)
        return self.put_number(place, raw, number, code.show(number, from_1904))

    def put_number(self, place: Place, raw: str, number: Decimal, shown: Shown) -> str:
        """Keep a number that is shown by another format than General; return what is seen."""
        if shown.date and shown.whole_date:
            self.doubts[place] = NO_DATE_HERE
        elif shown.date or not shown.text:
            self.doubts[place] = differs_as_shown(shown, raw)
        elif shown.value is None or not same_number(shown.value, number):
            self.doubts[place] = differs_as_shown(shown, raw, "string", "boolean")
        else:
            # What is read has no more digits than what is seen.
            self.exact[place] = write_unambiguously(plain_decimal(shown.value))
        return shown.text

    def put_general(self, place: Place, raw: str, number: Decimal) -> str:
        """Keep a number in the format General; return its digits."""
        text = plain_decimal(number)
        if abs(number) >= _MOST_DIGITS:
            self.doubts[place] = TOO_LONG
        elif "." in text:
            precise = repr(float(raw))
            self.exact[place] = write_unambiguously(text if "e" in precise else precise)
        return text


def write_runs(runs: Sequence[tuple[str, int]]) -> tuple[str, Doubt | None]:
    """Texts above the line (1), on it (0) or below it (-1) as one, and the doubt they give."""
    if not any(by for _, by in runs):
        return "".join(text for text, _ in runs), None
    groups = [
        ("".join(text for text, _ in group), by)
        for by, group in groupby(runs, key=lambda run: run[1])
    ]
    text = "".join(shift(one, by) for one, by in groups)
    if not any(by and one.strip() for one, by in groups):
        return text, None
    before = ""
    is_mark = False  # one that is raised beside the digits of a single word: of a number or a code
    for one, by in groups:
        is_mark = is_mark or bool(by and one.strip() and (not before or before[-1].isdigit()))
        before += one
    line = "".join(one for one, by in groups if not by)
    is_code = len(before.split()) == 1 and any(map(str.isdigit, line))
    return text, RAISED if is_mark and is_code else RAISED_IN_TEXT


def differs_as_shown(shown: Shown, stored: str, *unless: str) -> Doubt:
    """A doubt about a number whose format shows something else."""
    what = f"is shown as {quote_value(shown.text)}, but holds {stored}"
    if not shown.text:
        what = f"does not show what it holds, {stored}"
    return Doubt(what, _AS_SEEN, "data.shown-otherwise", unless)


def plain_decimal(number: Decimal) -> str:
    """A number without exponent and without zeros behind its decimals."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def read_xlsx_sheets(parts: Mapping[str, bytes]) -> tuple[dict[str, Sheet], bool]:
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
