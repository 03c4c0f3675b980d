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
from evaltools.problems import Problem
from evaltools.study import Vocabulary

ROW = "row in file"


@dataclass(frozen=True)
class CellProblem:
    """One thing wrong in a table.

    Arguments:
        table: the engine's name of the table.
        row: row as a spreadsheet shows it (the header is row 1), None for the whole file.
        column: the engine's name of the column, None for the whole row or file.
        what, allowed, remedy, code: as in `Problem`.
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
    """Places whose content could not be read, and of which nothing more can be said.

    Arguments:
        tables: tables that are not there or not readable at all.
        columns: (table, column) that are missing.
        cells: (table, row, column) that hold something unreadable.
    """

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
    """Problems in the order of the descriptor's tables, then rows, then columns.

    Arguments:
        cell_problems: in any order; repetitions are reported once.
        descriptor: gives the order of tables and columns.
        files: path of the file each table was read from, below the data folder.
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
    """Tables with their rows numbered, and the vocabulary of the study that they are of.

    `as_told(table, column)` is what messages call a table or a column.
    """

    def __init__(
        self, tables: Mapping[str, pd.DataFrame], vocabulary: Vocabulary, descriptor: Descriptor
    ) -> None:
        super().__init__(tables)
        self.vocabulary = vocabulary
        self.as_told = descriptor.as_told


@dataclass(frozen=True)
class Rule:
    """A check and what it needs.

    Arguments:
        check: gives cell problems for the tables.
        needs: tables that have to be there.
        fully_read: columns by table of which every cell has to have been read, since the rule
            concludes from absence.
    """

    check: Callable[[NumberedTables], Iterator[CellProblem]]
    needs: tuple[str, ...]
    fully_read: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def applies(self, frames: NumberedTables, unread: UnreadTable) -> bool:
        """Whether the tables are there that the rule needs, and what it concludes from is whole."""
        return all(table in frames for table in self.needs) and all(
            unread.fully_read(table, columns) for table, columns in self.fully_read.items()
        )


def iterate_rows(frame: pd.DataFrame, *columns: str) -> list[tuple[Any, ...]]:
    """Values of columns row by row, and at last the row in the file."""
    values = (*(frame[name] for name in columns), frame[ROW].astype(int))
    return list(zip(*values, strict=True))
