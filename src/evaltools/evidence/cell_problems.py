"""Flaws: problems that still know which table, row and column they stand in.

The place is needed for order (table, row, column, as a person goes through the files) and for
keeping consequences quiet: a cell that could not be read is reported once, not again as missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from evaltools.evidence.descriptor import Descriptor
from evaltools.evidence.messages import quote_value
from evaltools.problems import Problem
from evaltools.study import Vocabulary

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
            where += f", column {descriptor.as_told(problem.table, problem.column)}"
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
        self.as_told = descriptor.as_told

    def tell(
        self, rows: pd.DataFrame, place: str, code: str, what: str, allowed: str, remedy: str
    ) -> Iterator[CellProblem]:
        """A problem of each row.

        Arguments:
            rows: with the row in the file as the column ROW.
            place: the engine's table and column, such as `projects.grant`.
            what, allowed, remedy: with `{column}` for a value of the row, which stands between
                quotation marks if it is a text and is not asked for as `{column:s}`; and with
                `{told[table]}` or `{told[table.column]}` for what the study calls it.
        """
        table, column = place.split(".")
        names = {"told": _Names(self.as_told)}
        for row in rows.to_dict("records"):
            values = {
                str(name): _Quoted(value) if isinstance(value, str) else value
                for name, value in row.items()
            }
            told = [text.format_map(values | names) for text in (what, allowed, remedy)]
            yield CellProblem(table, int(row[ROW]), column, told[0], told[1], told[2], code)


class _Quoted(str):
    """A value of a cell within a message."""

    def __format__(self, spec: str) -> str:
        return str(self) if spec == "s" else quote_value(self)


@dataclass(frozen=True)
class _Names:
    as_told: Callable[..., str]

    def __getitem__(self, place: str) -> str:
        return self.as_told(*place.split("."))


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
