"""Tables of coded passages, a row a passage: exports of tools, and people's own.

They hold no texts, so the passages are looked for in the texts of the study: at their positions
where the table has any, else by their words. Which column holds what is said by the user, or
known by its name (`names.yml`).
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import cast, get_args

from evaltools.evidence import raw_table
from evaltools.evidence.workbook import read_workbook
from evaltools.files import read_file
from evaltools.problems import (
    Problem,
    ProblemError,
    list_values,
    quote_value,
    refuse,
    suggest_value,
)
from evaltools.qda import model
from evaltools.qda.names import code_ids, document_ids, lexicon, meanings
from evaltools.qda.placement import TABLE, CodedPassage, ToolText, place_passages
from evaltools.qda.search import match_document

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".ods")
LARGEST = 200_000_000
FIELDS = (
    *("quote", "document", "code", "coder", "start", "end", "polarity", "certainty", "round"),
    *("created", "page", "section", "id", "case", "comment"),
)
SEPARATOR = "separator"
_PATH = re.compile(r"\s*(?:\\{1,2}|\s>\s|\s/\s|\s::\s)\s*")


def read_spreadsheet(path: Path, choices: model.Choices) -> model.CodingSet:
    """The coding in a table of passages (CSV, XLSX, ODS), unless it is not clear what holds
    what."""
    known = [preset["columns"] for preset in lexicon()["tools"]] + [lexicon()["columns"]]
    expected = {name for columns in known for names in columns.values() for name in names}
    expected |= {one.casefold() for one in choices.columns.values()}
    grid = read_grid(path, choices.sheet, frozenset(expected))
    return _Table(path.name, grid, choices).read()


def read_grid(
    path: Path,
    sheet: str | None,
    expected: Collection[str],
    most: int = LARGEST,
    usual: str = "coded segments",
) -> raw_table.RawTable:
    """Cells of a table.

    Arguments:
        sheet: its name, where the user has chosen one.
        expected: names of columns in small letters, by which the delimiter is told.
        most: bytes that the file may have.
        usual: name of the sheet that is read where there are several and none was chosen.

    Raises ProblemError where it cannot be read.
    """
    try:
        if path.stat().st_size > most:
            what = f"the file is larger than {most // 10**6} MB"
            raise raw_table.UnreadableTableError(what, "Is it the right file?", "data.too-large")
        data = read_file(path, path.name, most)
        kind = workbook_kind(data)
        if not kind:
            return raw_table.refuse_doubts(raw_table.read_delimited(data, expected))
        grid = read_workbook(data, kind, (sheet or usual).casefold(), expected)
        return raw_table.refuse_doubts(grid, [raw_table.FURTHER_SHEET] if sheet else [])
    except raw_table.UnreadableTableError as error:
        where = path.name + (f", row {error.row}" if error.row else "")
        remedy = "Say which by --sheet." if error.code == "data.sheet" else error.remedy
        raise model.refusal(where, error.what, error.allowed, remedy, error.code) from None


def workbook_kind(data: bytes) -> str:
    """`.xlsx` or `.ods` by what an archive holds; empty for what is no archive."""
    if not data.startswith(b"PK"):
        return ""
    return ".ods" if b"opendocument.spreadsheet" in data[:200] else ".xlsx"


def _wrong_columns(header: Sequence[str], given: Mapping[str, str], where: str) -> list[Problem]:
    fields, names = (*FIELDS, SEPARATOR), [name.casefold() for name in header]
    problems = []
    for field, name in given.items():
        if field not in fields:
            near, allowed = suggest_value(field, fields), list_values(fields, 20)
            what = f"a segment has no field {field!r}"
            problems.append(Problem("--column", what, allowed, near, "exchange.field"))
        elif field != SEPARATOR and name.casefold() not in names:
            near, what = suggest_value(name, header), f"there is no column {name!r}"
            problems.append(Problem(where, what, list_values(header), near, "exchange.column"))
    return problems


class _Table:
    """One reading of a table: what its rows say, and what is left behind."""

    def __init__(self, name: str, grid: raw_table.RawTable, choices: model.Choices) -> None:
        self.name, self.grid, self.choices = name, grid, choices
        self.unmatched: dict[str, str] = {}
        self.dropped: list[model.DroppedItem] = []
        self.problems: list[Problem] = []
        given = choices.columns  # by field, as the user has them; they go before what is known
        names = [column.casefold() for column in grid.header]
        refuse(_wrong_columns(grid.header, given, name))
        preset = next((one for one in lexicon()["tools"] if set(one["signs"]) <= set(names)), None)
        self.tool = preset["tool"] if preset else "spreadsheet"
        options = preset["columns"] if preset else lexicon()["columns"]
        self.columns: dict[str, int] = {}  # number of the column by field
        for field in FIELDS:
            wanted = (given[field].casefold(),) if field in given else options.get(field, ())
            place = next((names.index(one) for one in wanted if one in names), None)
            if place is not None and (field in given or place not in self.columns.values()):
                self.columns[field] = place
        separators = preset.get("separators", ()) if preset else ("\n", ";", "|")
        if SEPARATOR in given:
            separators = [given[SEPARATOR]] if given[SEPARATOR] else []
        self.separators: Sequence[str] = separators  # of codes in one cell, the first that is there
        missing = [] if "code" in self.columns else ["code"]
        if "quote" not in self.columns and not {"start", "end"} <= self.columns.keys():
            missing.append("quote")
        allowed = f"one of its columns: {list_values(grid.header)}"
        for field in missing:
            what, remedy = (
                f"no column is known to hold the {field}",
                f"Say which: --column {field}=NAME.",
            )
            self.problems.append(Problem(name, what, allowed, remedy, "exchange.column"))
        refuse(self.problems)

    def read(self) -> model.CodingSet:
        for ragged, count in self.grid.ragged:
            why = f"it has {count} cells under {len(self.grid.header)} column names"
            self._drop(ragged, "", why)
        names = self._names()
        documents, sources = self._documents(names)
        used = {path for row in self.grid.rows for path in self._paths(row)}
        paths = sorted({path[:depth] for path in used for depth in range(1, len(path) + 1)})
        ids = code_ids({path: path for path in paths})
        marks: list[CodedPassage] = []
        for number, row in zip(self.grid.numbers, self.grid.rows, strict=True):
            marks += self._marks(number, row, documents, ids)
        refuse(self.problems)
        coding = model.CodingSet(
            origin=f"{self.tool}, table {self.name}",
            documents=tuple(documents[name] for name in names),
            codes=tuple(
                model.Code(ids[path], ids.get(path[:-1]), path[-1], codable=path in used)
                for path in paths
            ),
            faults=tuple(
                f"document {quote_value(name)} is not told from the study's: {match}"
                for name, match in self.unmatched.items()
            ),
            dropped=tuple(self.dropped),
        )
        positions = self.choices.positions
        return place_passages(coding, marks, sources, self.tool, TABLE, positions)

    def _cell(self, row: Sequence[str], field: str) -> str:
        column = self.columns.get(field)
        cell = "" if column is None else row[column].replace("_x000D_", "\r")
        return cell if field == "quote" else cell.strip()

    def _drop(self, number: int, what: str, why: str, loss: model.Loss = "passage") -> None:
        self.dropped.append(model.DroppedItem(f"row {number}", what[:200], why, loss))

    def _names(self) -> list[str]:
        """Documents in the order of the table; one nameless where only one can be meant."""
        names = dict.fromkeys(self._cell(row, "document") for row in self.grid.rows)
        return [name for name in names if name or "document" not in self.columns]

    def _documents(
        self, names: Sequence[str]
    ) -> tuple[dict[str, model.Document], dict[str, ToolText]]:
        documents: dict[str, model.Document] = {}
        sources: dict[str, ToolText] = {}
        library = self.choices.library
        cases: dict[str, set[str]] = {}
        for row in self.grid.rows:
            cases.setdefault(self._cell(row, "document"), set()).add(self._cell(row, "case"))
        identifiers = document_ids({name: name for name in names})
        for name in names:
            if not name and len(library) == 1:
                found: model.Document | None = library[0]
            else:
                hints = cases[name] - {""}
                if len(hints) > 1:
                    hints = set()
                nameless = model.Document(name, name, None)
                match = match_document(nameless, library, self.choices.documents, hints)
                found = match.document
                if found is None:
                    self.unmatched[name] = match.why
            documents[name] = found or model.Document(identifiers[name], name, None)
            if found and found.text is not None:
                sources[found.document_id] = ToolText(found.text)
        if library and names and len(self.unmatched) == len(names):
            example = list_values(map(quote_value, names), 5)
            what = f"none of its documents is told from those of the study: {example}"
            allowed = list_values(document.document_id for document in library[:5]) + ", …"
            remedy = "Map their names by --documents."
            self.problems.append(Problem(self.name, what, allowed, remedy, "exchange.documents"))
        return documents, sources

    def _paths(self, row: Sequence[str]) -> list[tuple[str, ...]]:
        cell = self._cell(row, "code")
        separators = [one for one in self.separators if one in cell]
        parts = cell.split(separators[0]) if separators else [cell]
        paths = (tuple(_PATH.split(part.strip())) for part in parts if part.strip())
        return [named for path in paths if (named := tuple(name for name in path if name))]

    def _marks(
        self,
        number: int,
        row: Sequence[str],
        documents: Mapping[str, model.Document],
        ids: Mapping[tuple[str, ...], str],
    ) -> list[CodedPassage]:
        quote, name, paths = self._cell(row, "quote"), self._cell(row, "document"), self._paths(row)
        if name not in documents:
            self._drop(number, quote, "it names no document")
            return []
        if not paths:
            self._drop(number, quote, "a passage without a code", "uncoded")
            return []
        if comment := self._cell(row, "comment"):
            why = "a comment; the study has no place for it"
            self._drop(number, comment, why, "unsupported")
        start, end = self._number(number, row, "start"), self._number(number, row, "end")
        polarity = self._choice(number, row, "polarity", get_args(model.Polarity)) or "affirm"
        certainty = self._choice(number, row, "certainty", get_args(model.Certainty)) or None
        return [
            CodedPassage(
                f"row {number}",
                documents[name].document_id,
                ids[path],
                self._cell(row, "coder"),
                start if end is not None else None,
                end if start is not None else None,
                quote,
                self._cell(row, "id"),
                _day(self._cell(row, "created")),
                cast(model.Polarity, polarity),
                cast("model.Certainty | None", certainty),
                self._number(number, row, "round") or self.choices.round,
                self._number(number, row, "page") or None,
                self._cell(row, "section"),
            )
            for path in dict.fromkeys(paths)
        ]

    def _number(self, number: int, row: Sequence[str], field: str) -> int | None:
        cell = self._cell(row, field)
        if not cell:
            return None
        if re.fullmatch(r"[0-9]{1,9}", cell):
            return int(cell)
        self._wrong(number, field, cell, "a whole number")
        return None

    def _choice(self, number: int, row: Sequence[str], field: str, allowed: Sequence[str]) -> str:
        cell = self._cell(row, field)
        known = meanings(field)
        if cell and cell.casefold() not in known:
            self._wrong(number, field, cell, list_values(allowed))
        return known.get(cell.casefold(), "")

    def _wrong(self, number: int, field: str, cell: str, allowed: str) -> None:
        column = self.grid.header[self.columns[field]]
        where = f"{self.name}, row {number}, column {column}"
        problem = Problem(
            where, f"{quote_value(cell)} is no {field}", allowed, code="exchange.cell"
        )
        if problem not in self.problems:
            self.problems.append(problem)


def _day(cell: str) -> date | None:
    """The day, where it is beyond doubt: 2021-12-31 or 31.12.2021."""
    iso = re.match(r"(\d{4})-(\d{2})-(\d{2})\b", cell)
    nordic = re.match(r"(\d{1,2})\.(\d{1,2})\.(\d{4})\b", cell)
    try:
        if iso:
            return date(*map(int, iso.groups()))
        if nordic:
            day, month, year = map(int, nordic.groups())
            return date(year, month, day)
    except ValueError:
        return None
    return None


_GUARDED = ("=", "+", "-", "@", "\t", "\r", "'")
_LARGEST_CELL = 50_000_000


def escape_formula(text: str) -> str:
    """The text as it is written into a cell."""
    return f"'{text}" if text.startswith(_GUARDED) else text


def unescape_formula(cell: str) -> str:
    """The text that a cell was written from."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_GUARDED) else cell


def write_cells(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Delimited text: commas, LF, a header; cells quoted where they need it."""
    escaped = (map(escape_formula, row) for row in rows)
    return "".join(",".join(map(_cell, line)) + "\n" for line in (header, *escaped))


def _cell(text: str) -> str:
    # csv.writer leaves a lone CR bare when lines end by LF, and no reader would take it back.
    if any(character in text for character in ',"\r\n') or text != text.strip():
        return '"' + text.replace('"', '""') + '"'
    return text


def read_cells(data: bytes, where: str) -> list[dict[str, str]]:
    """Rows of delimited text that `write_cells` wrote, cells unguarded, by column.

    Arguments:
        data: bytes of the file.
        where: what problems call it.

    Raises ProblemError where it is not UTF-8, or a row has another number of cells.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise broken_table(where, "it is not UTF-8") from None
    limit = csv.field_size_limit(_LARGEST_CELL)
    try:
        records = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        what = f"it cannot be split into cells ({error})"
        raise broken_table(where, what) from None
    finally:
        csv.field_size_limit(limit)
    if not records:
        raise broken_table(where, "it is empty")
    header, *rows = records
    for number, row in enumerate(rows, start=2):
        if len(row) != len(header):
            what = f"{len(row)} cells under {len(header)} column names"
            raise broken_table(f"{where}, row {number}", what)
    return [dict(zip(header, map(unescape_formula, row), strict=True)) for row in rows]


def broken_table(where: str, what: str) -> ProblemError:
    """The error of a table that is not as it was written."""
    return model.refusal(where, what, remedy="Export the coding again.")
