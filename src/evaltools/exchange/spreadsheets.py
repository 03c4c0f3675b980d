"""Tables of coded passages, a row a passage: exports of tools, and people's own.

They hold no texts, so the passages are looked for in the texts of the study: at their positions
where the table has any, else by their words.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import get_args

from evaltools.evidence.delimited import read_delimited
from evaltools.evidence.grid import FURTHER_SHEET, Grid, Unreadable, refuse_doubts
from evaltools.evidence.quoting import listed, quoted
from evaltools.evidence.workbook import read_workbook
from evaltools.exchange.columns import Layout, known_names, layout
from evaltools.exchange.conventions import Convention
from evaltools.exchange.matching import match_document
from evaltools.exchange.naming import code_ids, document_ids
from evaltools.exchange.placing import TABLE, Mark, place, with_placed
from evaltools.exchange.plain_text import Source
from evaltools.exchange.record import (
    Certainty,
    Code,
    Coder,
    CodingSet,
    Document,
    Dropped,
    Polarity,
)
from evaltools.files import read_file
from evaltools.problems import Problem, ProblemError

SUFFIXES = (".csv", ".tsv", ".txt", ".xlsx", ".ods")
LARGEST = 200_000_000
_PATH = re.compile(r"\s*(?:\\{1,2}|\s>\s|\s/\s|\s::\s)\s*")
_POLARITIES: Mapping[str, Polarity] = {
    **dict.fromkeys(("", "affirm", "+", "1", "yes", "kyllä", "ja"), "affirm"),
    **dict.fromkeys(("deny", "-", "0", "no", "ei", "nej"), "deny"),
    **dict.fromkeys(("mixed", "±", "+/-", "molempia", "både och"), "mixed"),
}
_CERTAINTIES: Mapping[str, Certainty | None] = {
    "": None,
    **dict.fromkeys(("sure", "varma", "säker"), "sure"),
    **dict.fromkeys(("unsure", "epävarma", "osäker"), "unsure"),
}


def read_spreadsheet(
    path: Path,
    *,
    columns: Mapping[str, str] | None = None,
    library: Sequence[Document] = (),
    documents: Mapping[str, str] | None = None,
    sheet: str | None = None,
    positions: Convention | None = None,
    round_: int = 1,
) -> CodingSet:
    """The coding in a table of passages.

    Arguments:
        path: CSV, XLSX or ODS.
        columns: name of a column by field, where it is not known by its name.
        library: documents of the study, with their texts.
        documents: identifiers of documents of the study by the names in the table.
        sheet: name of the sheet; may be left out where only one holds anything.
        positions: how positions are counted; found out by the quotes where it is left out.
        round_: round of coding of rows that do not have their own.

    Raises ProblemError where it cannot be read, or it is not clear which column holds what.
    """
    grid = read_grid(
        path, sheet, known_names() | {one.casefold() for one in (columns or {}).values()}
    )
    found = layout(grid.header, columns or {}, path.name)
    return _Table(path.name, grid, found, library, documents or {}, positions, round_).read()


def read_grid(path: Path, sheet: str | None, expected: frozenset[str]) -> Grid:
    """Cells of a table.

    Raises ProblemError where it cannot be read.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise Unreadable(
                "the file is larger than 200 MB", "Is it the right file?", "data.too-large"
            )
        data = read_file(path, path.name, LARGEST)
        kind = workbook_kind(data)
        if not kind:
            return refuse_doubts(read_delimited(data, expected))
        name = (sheet or "coded segments").casefold()
        grid = read_workbook(data, kind, name, expected)
        return refuse_doubts(grid, [FURTHER_SHEET] if sheet else [])
    except Unreadable as error:
        where = path.name + (f", row {error.row}" if error.row else "")
        remedy = error.remedy
        if error.code == "data.sheet":
            remedy = "Say which by --sheet."
        raise ProblemError(
            [Problem(where, error.what, error.allowed, remedy, error.code)]
        ) from None


def workbook_kind(data: bytes) -> str:
    """`.xlsx` or `.ods` by what an archive holds; empty for what is no archive."""
    if not data.startswith(b"PK"):
        return ""
    return ".ods" if b"opendocument.spreadsheet" in data[:200] else ".xlsx"


class _Table:
    """One reading of a table: what its rows say, and what is left behind."""

    def __init__(
        self,
        name: str,
        grid: Grid,
        found: Layout,
        library: Sequence[Document],
        mapping: Mapping[str, str],
        positions: Convention | None,
        round_: int,
    ) -> None:
        self.name, self.grid, self.layout = name, grid, found
        self.library, self.mapping, self.round = library, mapping, round_
        self.positions = positions
        self.dropped: list[Dropped] = []
        self.problems: list[Problem] = []

    def read(self) -> CodingSet:
        for ragged, count in self.grid.ragged:
            why = f"it has {count} cells under {len(self.grid.header)} column names"
            self.dropped.append(Dropped(f"row {ragged}", "", why, "passage"))
        names = self._names()
        documents, sources = self._documents(names)
        paths = sorted({path for row in self.grid.rows for path in self._paths(row)})
        whole = sorted({path[:depth] for path in paths for depth in range(1, len(path) + 1)})
        ids = code_ids({path: path for path in whole})
        marks: list[Mark] = []
        for number, row in zip(self.grid.numbers, self.grid.rows, strict=True):
            marks += self._marks(number, row, documents, ids)
        if self.problems:
            raise ProblemError(self.problems)
        used = set(paths)
        coding = CodingSet(
            origin=f"{self.layout.tool}, table {self.name}",
            documents=tuple(documents[name] for name in names),
            codes=tuple(
                Code(
                    ids[path],
                    ids[path[:-1]] if len(path) > 1 else None,
                    path[-1],
                    codable=path in used,
                )
                for path in whole
            ),
            coders=tuple(Coder(one, one) for one in sorted({mark.coder_id for mark in marks})),
            faults=tuple(
                f"document {quoted(name)} is not told from the study's: {match}"
                for name, match in self.unmatched.items()
            ),
            dropped=tuple(self.dropped),
        )
        conventions = (self.positions,) if self.positions else TABLE
        return with_placed(coding, place(marks, sources, self.layout.tool, conventions))

    def _cell(self, row: Sequence[str], field: str) -> str:
        column = self.layout.columns.get(field)
        cell = "" if column is None else row[column].replace("_x000D_", "\r")
        return cell if field == "quote" else cell.strip()

    def _names(self) -> list[str]:
        """Documents in the order of the table; one nameless where only one can be meant."""
        names = dict.fromkeys(self._cell(row, "document") for row in self.grid.rows)
        return [name for name in names if name or "document" not in self.layout.columns]

    def _documents(self, names: Sequence[str]) -> tuple[dict[str, Document], dict[str, Source]]:
        documents: dict[str, Document] = {}
        sources: dict[str, Source] = {}
        self.unmatched: dict[str, str] = {}
        cases: dict[str, set[str]] = {}
        for row in self.grid.rows:
            cases.setdefault(self._cell(row, "document"), set()).add(self._cell(row, "case"))
        made = document_ids({name: name for name in names})
        for name in names:
            if not name and len(self.library) == 1:
                found: Document | None = self.library[0]
            else:
                hints = sorted(cases[name] - {""})
                hints = hints if len(hints) == 1 else []
                match = match_document(
                    Document(name, name, None), self.library, self.mapping, hints
                )
                found = match.document
                if found is None:
                    self.unmatched[name] = match.why
            documents[name] = found or Document(made[name], name, None)
            if found and found.text is not None:
                sources[found.document_id] = Source(found.text)
        if self.library and names and len(self.unmatched) == len(names):
            example = listed(map(quoted, names), 5)
            self.problems.append(
                Problem(
                    self.name,
                    f"none of its documents is told from those of the study: {example}",
                    listed(document.document_id for document in self.library[:5]) + ", …",
                    "Map their names by --documents.",
                    "exchange.documents",
                )
            )
        return documents, sources

    def _paths(self, row: Sequence[str]) -> list[tuple[str, ...]]:
        cell = self._cell(row, "code")
        separators = [one for one in self.layout.separators if one in cell]
        parts = cell.split(separators[0]) if separators else [cell]
        paths = (tuple(_PATH.split(part.strip())) for part in parts if part.strip())
        return [named for path in paths if (named := tuple(name for name in path if name))]

    def _marks(
        self,
        number: int,
        row: Sequence[str],
        documents: Mapping[str, Document],
        ids: Mapping[tuple[str, ...], str],
    ) -> list[Mark]:
        where = f"row {number}"
        quote = self._cell(row, "quote")
        name = self._cell(row, "document")
        paths = self._paths(row)
        if name not in documents:
            self.dropped.append(Dropped(where, quote[:200], "it names no document", "passage"))
            return []
        if not paths:
            self.dropped.append(Dropped(where, quote[:200], "a passage without a code", "uncoded"))
            return []
        comment = self._cell(row, "comment")
        if comment:
            why = "a comment; the study has no place for it"
            self.dropped.append(Dropped(where, comment[:200], why, "unsupported"))
        start, end = self._number(number, row, "start"), self._number(number, row, "end")
        return [
            Mark(
                where,
                documents[name].document_id,
                ids[path],
                self._cell(row, "coder"),
                start if end is not None else None,
                end if start is not None else None,
                quote,
                self._cell(row, "id"),
                _day(self._cell(row, "created")),
                _POLARITIES.get(
                    self._choice(number, row, "polarity", _POLARITIES, Polarity), "affirm"
                ),
                _CERTAINTIES.get(self._choice(number, row, "certainty", _CERTAINTIES, Certainty)),
                self._number(number, row, "round") or self.round,
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

    def _choice(
        self, number: int, row: Sequence[str], field: str, choices: Collection[str], kind: object
    ) -> str:
        cell = self._cell(row, field)
        if cell.casefold() not in choices:
            self._wrong(number, field, cell, listed(get_args(kind)))
        return cell.casefold()

    def _wrong(self, number: int, field: str, cell: str, allowed: str) -> None:
        column = self.grid.header[self.layout.columns[field]]
        problem = Problem(
            f"{self.name}, row {number}, column {column}",
            f"{quoted(cell)} is no {field}",
            allowed,
            code="exchange.cell",
        )
        if problem not in self.problems:
            self.problems.append(problem)


def _day(cell: str) -> date | None:
    """The day, where it is told beyond doubt: 2021-12-31 or 31.12.2021."""
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
