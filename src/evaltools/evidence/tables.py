"""Tables: the files of a data folder as typed data frames, or every reason why not.

Types by descriptor: string → pandas `string`, integer → `Int64`, number → `float64`,
boolean → `boolean`, date → `datetime64[us]`; what is missing is `<NA>`, `NaN` or `NaT`.
The index of a frame is the row in the file as a spreadsheet shows it (the header is row 1), so
that whatever is found wrong later can be pointed at.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from evaltools.evidence.cell_values import CellProblem, UnreadTable, as_problems
from evaltools.evidence.descriptor import FILE_NAME, Descriptor, Resource, load_descriptor
from evaltools.evidence.known_tables import DTYPES, KnownTable, known_tables
from evaltools.evidence.raw_table import RawTable, UnreadableTableError, read_delimited
from evaltools.evidence.typed_table import TableReader
from evaltools.files import read_file, resolve_inside
from evaltools.problems import Problem, ProblemError, list_values, refuse

WORKBOOKS = (".xlsx", ".ods")
_NOT_READ = (".xls", ".xlsm", ".xlsb", ".numbers", ".tsv", ".txt")
LARGEST_FILE = 200_000_000


@dataclass(frozen=True)
class TablesRead:
    """What could be read of a data folder, in the descriptor's order, and what could not.

    `files` has the path of the file of each table, below the data folder.
    """

    tables: dict[str, pd.DataFrame]
    cell_problems: tuple[CellProblem, ...]
    unread: UnreadTable
    files: dict[str, str]

    def problems(self, descriptor: Descriptor) -> list[Problem]:
        """The format problems, in order of table, row and column."""
        return as_problems(self.cell_problems, descriptor, self.files)


def read_tables(folder: Path, descriptor: Descriptor | None = None) -> dict[str, pd.DataFrame]:
    """Read every table of a data folder.

    Arguments:
        folder: the data folder.
        descriptor: what it should hold; read from the folder where it is not given.

    Returns data frames by table name, in the descriptor's order, typed as the module says and
    with the columns in the descriptor's order; after them, empty, what a descriptor from before
    it could not know of (`later`).
    Raises ProblemError with the format problems of all tables at once.
    """
    if descriptor is None:
        descriptor = load_descriptor(folder)
    reading = read_leniently(folder, descriptor)
    refuse(reading.problems(descriptor))
    return fill_missing_columns(reading.tables)


def read_leniently(folder: Path, descriptor: Descriptor) -> TablesRead:
    """Read what can be read; cells that cannot are missing and listed as problems."""
    tables: dict[str, pd.DataFrame] = {}
    files: dict[str, str] = {}
    cell_problems: list[CellProblem] = []
    absent: set[str] = set()
    columns: set[tuple[str, str]] = set()
    cells: set[tuple[str, int, str]] = set()
    for resource in descriptor.resources:
        try:
            path = table_file(folder, resource)
            files[resource.name] = path.relative_to(folder).as_posix()
            reader = TableReader(resource, _grid(path, resource))
        except UnreadableTableError as error:
            absent.add(resource.name)
            why = (error.what, error.allowed, error.remedy, error.code)
            cell_problems.append(CellProblem(resource.name, error.row, None, *why))
            continue
        tables[resource.name] = reader.frame()
        tables[resource.name].attrs["file"] = files[resource.name]
        cell_problems += reader.cell_problems
        columns.update((resource.name, name) for name in reader.missing)
        cells.update((resource.name, row, name) for row, name in reader.holes)
    return TablesRead(
        tables,
        tuple(cell_problems),
        UnreadTable(frozenset(absent), frozenset(columns), frozenset(cells)),
        files,
    )


def read_one(folder: Path, resource: Resource) -> pd.DataFrame | None:
    """One table, cells that cannot be read missing; None where there is no table to read."""
    try:
        return TableReader(resource, _grid(table_file(folder, resource), resource)).frame()
    except UnreadableTableError:
        return None


def table_file(folder: Path, resource: Resource) -> Path:
    """The file a table is read from: the declared one, or a workbook put in its place.

    Raises Unreadable where there is none, more than one, or one that lies outside the folder.
    """
    stem = resource.path.removesuffix(".csv")
    names = [resource.path, *(stem + suffix for suffix in WORKBOOKS)]
    existing = [name for name in names if (folder / name).exists() or (folder / name).is_symlink()]
    if not existing:
        others = [stem + suffix for suffix in _NOT_READ if (folder / (stem + suffix)).is_file()]
        if others:
            what = f"there is {list_values(others)}, a kind of file that is not read"
            remedy = "Save it as .xlsx or .csv."
            raise UnreadableTableError(what, remedy, "data.file-kind", allowed=list_values(names))
        what = "there is no such file"
        remedy = f"Put it there, or take the table out of {FILE_NAME}."
        raise UnreadableTableError(what, remedy, "data.file-missing", allowed=list_values(names))
    if len(existing) > 1:
        what = f"the table is there more than once: {list_values(existing)}"
        raise UnreadableTableError(what, "Keep the one that holds.", "data.file-twice")
    path = resolve_inside(folder, existing[0])
    if path is None or not path.exists():
        what = f"{existing[0]} leads out of the data folder or nowhere"
        raise UnreadableTableError(what, "Copy the file into the folder.", "data.path")
    return folder / existing[0]


def _grid(path: Path, resource: Resource, expected: str | None = None) -> RawTable:
    if path.stat().st_size > LARGEST_FILE:
        raise UnreadableTableError(
            "the file is larger than 200 MB", "Is it the right file?", "data.too-large"
        )
    try:
        data = read_file(path)
    except ProblemError as error:
        problem = error.problems[0]
        raise UnreadableTableError(problem.what, problem.remedy, problem.code) from None
    if expected is not None and hashlib.sha256(data).hexdigest() != expected:
        what = "was changed after it was checked"
        raise UnreadableTableError(what, "Run again.", "data.changed")
    if path.suffix in WORKBOOKS:
        from evaltools.evidence.workbook import read_workbook  # most folders hold none

        return read_workbook(data, path.suffix, resource.own_name, resource.own_names)
    return read_delimited(data, resource.own_names)


def fill_missing_columns(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """The tables as `CompleteTables` has them, all of them at once."""
    return dict(CompleteTables(tables))


class CompleteTables(Mapping[str, pd.DataFrame]):
    """The tables with every known column and every known table, empty where the study has none.

    Of a study that has no table of readings, who coded a document has read it whole. A table is
    taken from what is given when it is first asked for, so that what nobody asks for is not read.

    Arguments:
        tables: frames by name; those that lack nothing are given back as they are.

    The names are in the same order, then those of the tables that were added.
    """

    def __init__(self, tables: Mapping[str, pd.DataFrame]) -> None:
        self._given = tables
        self._names = dict.fromkeys((*tables, *known_tables()))
        self._completed: dict[str, pd.DataFrame] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._names:
            raise KeyError(name)
        if name not in self._completed:
            self._completed[name] = self._complete(name)
        return self._completed[name]

    def _complete(self, name: str) -> pd.DataFrame:
        if name in self._given:
            return add_known_columns(name, self._given[name])
        if name == "readings" and not self["codings"].empty:
            segments = self["segments"][["segment_id", "document_id"]]
            read = self["codings"].merge(segments, on="segment_id")
            read = read[["document_id", "coder_id", "round"]].drop_duplicates(ignore_index=True)
            return add_known_columns(name, read.assign(complete=True))
        if name == "coders" and not self["readings"].empty:
            coders = self["readings"][["coder_id"]].drop_duplicates(ignore_index=True)
            coders["pseudonym"] = coders["coder_id"]
            return add_known_columns(name, coders)
        index = pd.Index([], name="row", dtype="int64")
        return add_known_columns(name, pd.DataFrame(index=index))


class CheckedTables(Mapping[str, pd.DataFrame]):
    """The tables of a folder that has been checked, each read when it is first asked for.

    Arguments:
        folder: the data folder.
        descriptor: of what it holds.
        hashes: SHA-256 of each file as it was checked, by its path below the folder.

    To ask for a table whose file is another by now raises ProblemError.
    """

    def __init__(self, folder: Path, descriptor: Descriptor, hashes: Mapping[str, str]) -> None:
        self._folder, self._descriptor, self._hashes = folder, descriptor, hashes
        self._resources = {resource.name: resource for resource in descriptor.resources}
        self._read: dict[str, pd.DataFrame] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._resources)

    def __len__(self) -> int:
        return len(self._resources)

    def __contains__(self, name: object) -> bool:
        return name in self._resources

    def __getitem__(self, name: str) -> pd.DataFrame:
        if name not in self._read:
            resource = self._resources[name]
            try:
                path = table_file(self._folder, resource)
                file = path.relative_to(self._folder).as_posix()
                reader = TableReader(resource, _grid(path, resource, self._hashes.get(file, "")))
            except UnreadableTableError as error:
                problem = Problem(
                    resource.path, error.what, error.allowed, error.remedy, error.code
                )
                raise ProblemError([problem]) from None
            frame = reader.frame()
            if reader.cell_problems:  # it was checked without being read
                refuse(read_leniently(self._folder, self._descriptor).problems(self._descriptor))
            frame.attrs["file"] = file
            self._read[name] = frame
        return self._read[name]


def add_known_columns(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """One table with every known column: what holds by default, or nothing, where it lacks one."""
    known = known_tables().get(name, KnownTable())
    added = {}
    for column, kind in known.columns.items():
        if column not in frame.columns:
            value = [known.defaults.get(column)] * len(frame)
            added[column] = pd.Series(value, frame.index, dtype=DTYPES[kind])
        elif kind == "number" and str(frame[column].dtype) == "Int64":
            added[column] = frame[column].astype("float64")
    completed_tables = frame.assign(**added) if added else frame
    completed_tables.attrs = frame.attrs
    return completed_tables


def as_floats(column: pd.Series) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A column of numbers as floats, NaN where it is missing."""
    return column.to_numpy(dtype=np.float64, na_value=np.nan)
