"""What a cell says, as Finns, Swedes and spreadsheets write it; and problems that know their cell.

A value is read only where it can be read in one way. `1,5` is one and a half; `1,234` and `1.234`
could be either, so they are refused unless other numbers tell what the mark stands for.
"""

from __future__ import annotations

import datetime as dt
import math
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pandas as pd

from evaltools.evidence import numerals
from evaltools.evidence.descriptor import Descriptor, Field
from evaltools.evidence.raw_table import CONTROL
from evaltools.problems import Problem, quote_value
from evaltools.study import Vocabulary

AMBIGUOUS = "data.number-ambiguous"
AMBIGUOUS_DATE = "data.date-ambiguous"
SHEET_ERROR = "data.spreadsheet-error"

TRUE = ("true", "kyllä", "ja", "yes", "tosi", "sant", "1")
FALSE = ("false", "ei", "nej", "no", "epätosi", "falskt", "0")

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_DOTTED_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})(?: 0?0[:.]00(?:[:.]00)?)?")
_SERIAL = re.compile(r"[0-9]{5}(?:\.0+)?")
_ZEROS = re.compile(r"(?:\[0-9\]|\\d)\{([0-9])\}")
# Errors in any language of a spreadsheet program, and the hashes of a column that was too narrow.
_SHEET_ERROR = re.compile(
    r"#[A-ZÅÄÖÉ][A-ZÅÄÖÉ0-9/_]+[!?]|#N/[ADV]|#(?:NV|PUUTTUU|SAKNAS|GETTING_DATA)|Err:[0-9]{3}|#{3,}"
)

Value = str | int | float | bool | dt.date


class CellValueError(ValueError):
    """A cell that does not say what its column asks for."""

    def __init__(self, what: str, allowed: str, remedy: str, code: str) -> None:
        super().__init__(what)
        self.what = what
        self.allowed = allowed
        self.remedy = remedy
        self.code = code


def value_reader(
    field: Field,
    *,
    workbook: bool = False,
    day_zero: str = "1899-12-30",
    marks: numerals.Marks = numerals.NO_MARKS,
    day_first: bool = True,
) -> Callable[[str], Value]:
    """The function that reads a cell of a column; it raises CellValueError.

    In a workbook bare numbers may be dates, which count from `day_zero`; `marks` and `day_first`
    are what the cells around it show of points, commas and dates with points.
    """
    if field.type == "integer":
        return lambda text: parse_integer(text, marks)
    if field.type == "number":
        return lambda text: parse_number(text, marks)
    if field.type == "boolean":
        return parse_boolean
    if field.type == "date":
        zero = dt.date.fromisoformat(day_zero) if workbook else None
        return lambda text: parse_date(text, zero, day_first)
    width = _ZEROS.fullmatch(field.pattern or "")
    digits = int(width.group(1)) if width else 0
    return partial(parse_string, digits=digits, verbatim=field.verbatim)


def parse_string(text: str, digits: int = 0, verbatim: bool = False) -> str:
    """Text as it is meant: composed letters (NFC), lines ended by LF, trimmed unless verbatim.

    Of a column that is a code of so many digits, zeros that a spreadsheet has lost at the front
    are put back. One that quotes another text is verbatim: nothing is suspected in it either.
    """
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if CONTROL.search(text):
        allowed = "text without control characters"
        remedy = "Delete the character, or type the cell again."
        raise CellValueError("holds a control character", allowed, remedy, "data.control-character")
    if verbatim:
        return text
    text = text.strip()
    if text.startswith(("=", "@")):
        remedy = "Put the value there that the formula gives."
        raise CellValueError("looks like a formula", "a value", remedy, "data.formula")
    if text.startswith(("#", "Err:")) and (error := _sheet_error(text)):
        raise error
    if digits and len(text) < digits and text.isascii() and text.isdigit():
        return text.zfill(digits)
    return text


def parse_number(text: str, marks: numerals.Marks = numerals.NO_MARKS) -> float:
    """A number: `1234.5`, `1234,5`, `1 234,5`, `1.234,50`, `-3`, `12,50 €`."""
    value = float(_canonical(text, "a number", "data.number", marks))
    if not math.isfinite(value):
        raise CellValueError("is too large", "a number", "Correct the number.", "data.number")
    return value


def parse_integer(text: str, marks: numerals.Marks = numerals.NO_MARKS) -> int:
    """A whole number: `1234`, `1 234`, `2019.0`."""
    canonical_text = _canonical(text, "a whole number", "data.integer", marks)
    whole, _, rest = canonical_text.partition(".")
    if rest.strip("0"):
        raise CellValueError(
            "is not whole", "a whole number", "Round or correct it.", "data.integer"
        )
    if len(whole.lstrip("+-0")) > 15:
        raise CellValueError(
            "is too large", "a whole number of at most 15 digits", "Correct it.", "data.integer"
        )
    return int(whole)


def _canonical(text: str, allowed: str, code: str, marks: numerals.Marks) -> str:
    try:
        return numerals.parse_numeral(text, marks)
    except numerals.AmbiguousNumeralError as error:
        thousands, decimals = error.readings
        remedy = f"Write {thousands} or {decimals}, whichever is meant."
        raise CellValueError("can be read in two ways", allowed, remedy, AMBIGUOUS) from None
    except numerals.NumeralError:
        raise _sheet_error(text) or CellValueError(
            f"is not {allowed}",
            f"{allowed}, such as 1234 or 1 234" + (",5" if code == "data.number" else ""),
            "Write digits only; leave the cell empty where it is not known.",
            code,
        ) from None


def _sheet_error(text: str) -> CellValueError | None:
    if not _SHEET_ERROR.fullmatch(text.strip()):
        return None
    if text.strip().strip("#"):
        remedy = "Correct the formula that gave it, or empty the cell."
        return CellValueError(
            "is an error of a spreadsheet", "a value, or nothing", remedy, SHEET_ERROR
        )
    remedy = "Make the column wider and save again."
    return CellValueError(
        "is what a spreadsheet shows of a cell that is too narrow", "a value", remedy, SHEET_ERROR
    )


def parse_boolean(text: str) -> bool:
    """Yes or no: true, kyllä, ja, yes, 1 and false, ei, nej, no, 0, in any case of letters."""
    bare = text.strip().casefold()
    if bare in TRUE:
        return True
    if bare in FALSE:
        return False
    raise _sheet_error(text) or CellValueError(
        "is neither true nor false",
        "true or false (kyllä, ei; ja, nej; 1, 0)",
        "Write true or false.",
        "data.boolean",
    )


def is_day_first(column: Iterable[str], file: Iterable[str]) -> bool:
    """Whether dates with points in a column begin with the day, as `31.12.2021` shows.

    Where the column does not, all dates of the file are asked. Among dates of another notation and
    where nothing shows it, they may be written by someone who begins with the month.
    """
    dotted, others = _dotted_dates(column)
    if not dotted or not {order for order in dotted if order}:
        elsewhere, _ = _dotted_dates(file)
        shown = elsewhere & {"day", "month"}
        return shown == {"day"} or (not shown and not others)
    return "month" not in dotted


def _dotted_dates(texts: Iterable[str]) -> tuple[set[str], bool]:
    orders: set[str] = set()
    others = False
    for text in texts:
        match = _DOTTED_DATE.fullmatch(text.translate(numerals.SPACES).strip())
        if match:
            orders.add("day" if int(match[1]) > 12 else "month" if int(match[2]) > 12 else "")
        elif text.strip():
            others = True
    return orders, others


def parse_date(text: str, day_zero: dt.date | None = None, day_first: bool = True) -> dt.date:
    """A day: `2021-12-31`, `31.12.2021`, and from a workbook a bare count of days."""
    bare = text.translate(numerals.SPACES).strip()
    parts: tuple[str, str, str] | None = None
    if match := _ISO.fullmatch(bare):
        parts = (match[1], match[2], match[3])
    elif match := _DOTTED_DATE.fullmatch(bare):
        parts = (match[3], match[2], match[1])
        if not day_first and int(match[1]) != int(match[2]) <= 12 and int(match[1]) <= 12:
            month, day_ = f"{int(match[1]):02d}", f"{int(match[2]):02d}"
            allowed = "a date such as 2021-12-31"
            remedy = (
                f"Write {match[3]}-{day_}-{month} or {match[3]}-{month}-{day_}, whichever is meant."
            )
            raise CellValueError("can be read in two ways", allowed, remedy, AMBIGUOUS_DATE)
    elif day_zero is not None and _SERIAL.fullmatch(bare):
        return day_zero + dt.timedelta(days=int(bare.split(".")[0]))
    if parts is None:
        raise _sheet_error(text) or CellValueError(
            "is not a date",
            "a date such as 2021-12-31 or 31.12.2021",
            "Write year, month and day.",
            "data.date",
        )
    try:
        day = dt.date(*(int(part) for part in parts))
    except ValueError:
        what, allowed = "is no day of the calendar", "a date such as 2021-12-31 or 31.12.2021"
        raise CellValueError(what, allowed, "Correct the day.", "data.date") from None
    if not 1900 <= day.year <= 2100:
        raise CellValueError(
            "is out of this time", "a date between 1900 and 2100", "Correct the year.", "data.date"
        )
    return day


ROW = "row in file"


@dataclass(frozen=True)
class CellProblem:
    """One thing wrong in a table, by the engine's names of table and column.

    `row` is as a spreadsheet shows it (the header is row 1), None for the whole file; `column` is
    None for the whole row or file; the rest is as in `Problem`.
    """

    table: str
    row: int | None
    column: str | None
    what: str
    allowed: str = ""
    remedy: str = ""
    code: str = ""


@dataclass(frozen=True)
class UnreadTable:
    """Tables, (table, column) and (table, row, column) of whose content nothing can be said."""

    tables: frozenset[str] = frozenset()
    columns: frozenset[tuple[str, str]] = frozenset()
    cells: frozenset[tuple[str, int, str]] = frozenset()
    _columns_with_cells: frozenset[tuple[str, str]] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        holed = frozenset((table, column) for table, _, column in self.cells)
        object.__setattr__(self, "_columns_with_cells", holed)

    def fully_read(self, table: str, columns: Iterable[str]) -> bool:
        """Whether every cell of these columns was read, so that absence means absence."""
        return table not in self.tables and not any(
            (table, column) in self.columns or (table, column) in self._columns_with_cells
            for column in columns
        )

    def covers(self, problem: CellProblem) -> bool:
        """Whether the problem stands where reading has already failed."""
        if problem.table in self.tables:
            return True
        if problem.column is None:
            return False
        if (problem.table, problem.column) in self.columns:
            return True
        return (
            problem.row is not None and (problem.table, problem.row, problem.column) in self.cells
        )


def as_problems(
    cell_problems: Iterable[CellProblem], descriptor: Descriptor, files: Mapping[str, str]
) -> list[Problem]:
    """Problems in the order of the descriptor's tables, then rows, then columns, each once.

    `files` has the path of the file each table was read from, below the data folder.
    """
    tables = {resource.name: place for place, resource in enumerate(descriptor.resources)}
    columns = {
        (resource.name, one.name): place
        for resource in descriptor.resources
        for place, one in enumerate(resource.fields)
    }

    def order(problem: CellProblem) -> tuple[int, int, int, str, str]:
        place = columns.get(
            (problem.table, problem.column or ""), -1 if problem.column is None else 10_000
        )
        return tables[problem.table], problem.row or 0, place, problem.code, problem.what

    folder = descriptor.folder.resolve().name
    problems = []
    for problem in sorted(set(cell_problems), key=order):
        path = files.get(problem.table, descriptor.resource(problem.table).path)
        where = f"{folder}/{path}"
        if problem.row is not None:
            where += f", row {problem.row}"
        if problem.column is not None:
            where += f", column {descriptor.name_in_file(problem.table, problem.column)}"
        problems.append(Problem(where, problem.what, problem.allowed, problem.remedy, problem.code))
    return problems


def number_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame from index 0 with the row in the file as the column ROW."""
    rows = frame.index if frame.index.name == "row" else pd.RangeIndex(2, len(frame) + 2)
    return frame.reset_index(drop=True).assign(**{ROW: rows.to_numpy(dtype="int64")})


class NumberedTables(dict[str, pd.DataFrame]):
    """Tables with their rows numbered, of a study with its vocabulary and its names of tables."""

    def __init__(
        self, tables: Mapping[str, pd.DataFrame], vocabulary: Vocabulary, descriptor: Descriptor
    ) -> None:
        super().__init__(tables)
        self.vocabulary = vocabulary
        self.name_in_file = descriptor.name_in_file

    def tell(
        self, rows: pd.DataFrame, place: str, code: str, what: str, allowed: str, remedy: str
    ) -> Iterator[CellProblem]:
        """A problem of each row.

        Arguments:
            rows: with the row in the file as the column ROW.
            place: the engine's table and column, such as `projects.grant`.
            what, allowed, remedy: with `{column}` for a value of the row, which stands between
                quotation marks if it is a text and is not asked for as `{column:s}`; and with
                `{own[table]}` or `{own[table.column]}` for what the study calls it.
        """
        table, column = place.split(".")
        names = {"own": _Names(self.name_in_file)}
        for row in rows.to_dict("records"):
            values = {
                str(name): _Quoted(value) if isinstance(value, str) else value
                for name, value in row.items()
            }
            texts = [text.format_map(values | names) for text in (what, allowed, remedy)]
            yield CellProblem(table, int(row[ROW]), column, texts[0], texts[1], texts[2], code)


class _Quoted(str):
    """A value of a cell within a message."""

    def __format__(self, spec: str) -> str:
        return str(self) if spec == "s" else quote_value(self)


@dataclass(frozen=True)
class _Names:
    name_in_file: Callable[..., str]

    def __getitem__(self, place: str) -> str:
        return self.name_in_file(*place.split("."))


Check = Callable[[NumberedTables], Iterator[CellProblem]]


@dataclass(frozen=True)
class Rule:
    """A check, the tables that have to be there for it, and the columns that it concludes from."""

    check: Check
    needs: tuple[str, ...]
    fully_read: Mapping[str, tuple[str, ...]]

    def applies(self, frames: NumberedTables, unread: UnreadTable) -> bool:
        """Whether the tables are there that the rule needs, and what it concludes from is whole."""
        return all(table in frames for table in self.needs) and all(
            unread.fully_read(table, columns) for table, columns in self.fully_read.items()
        )


def requires(*needs: str, **fully_read: tuple[str, ...]) -> Callable[[Check], Rule]:
    """Make a rule of a check.

    Arguments:
        needs: tables that have to be there.
        fully_read: columns by table of which every cell has to have been read, since the rule
            concludes from absence.
    """
    return lambda check: Rule(check, needs, fully_read)


def iterate_rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Values of columns row by row, and at last the row in the file."""
    values = (*(frame[name] for name in columns), frame[ROW].astype(int))
    return list(zip(*values, strict=True))
