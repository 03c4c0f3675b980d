"""Edits of tables in a few rows: a table keeps the bytes of every row that does not change."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from evaltools.evidence.descriptor import Descriptor, Field, Resource
from evaltools.evidence.known_tables import KnownTable, known_tables
from evaltools.evidence.raw_table import UnreadableTableError, decode, read_delimited
from evaltools.evidence.tables import table_file
from evaltools.files import read_file
from evaltools.ingest.file_transaction import FileTransaction, import_problem
from evaltools.qda.coding_tables import as_cell

Row = Mapping[str, str]
_ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be")


@dataclass(frozen=True)
class TableRow:
    """Cells by column, and how the row stands in the file; empty where it is written anew."""

    cells: Row
    raw: str = ""


@dataclass(frozen=True)
class EditableTable:
    """A table as it stands in a file, whose path is given from the data folder.

    `head` stands before the first row; `implied` holds in every row, of columns that the file
    lacks.
    """

    path: str = ""
    columns: tuple[str, ...] = ()
    lines: tuple[TableRow, ...] = ()
    head: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\n"
    implied: Row = field(default_factory=dict)

    def __iter__(self) -> Iterator[Row]:
        return (line.cells for line in self.lines)

    def changed(self, change: Callable[[Row], Row | None]) -> EditableTable:
        """With every row as `change` returns it; without those for which it returns None.

        Rows that come back equal keep their bytes.
        """
        lines = []
        for line in self.lines:
            cells = change(line.cells)
            if cells is not None:
                lines.append(line if cells == line.cells else TableRow(dict(cells)))
        return replace(self, lines=tuple(lines))

    def append_rows(self, new: Iterable[Mapping[str, object]]) -> EditableTable:
        """With rows after those that are there, which keep their bytes.

        Raises ProblemError where the table has no column for what a row says otherwise than rows
        without it do.
        """
        rows = [{name: as_cell(value) for name, value in row.items()} for row in new]
        for row in rows:
            for name, value in self.implied.items():
                if row.get(name, value) != value:
                    what = f"has no column {name}, and a row is added whose {name} is {row[name]}"
                    raise import_problem(self.path, what, "Add the column and import again.")
        lines = [TableRow({name: row.get(name, "") for name in self.columns}) for row in rows]
        return replace(self, lines=(*self.lines, *lines))

    def replace_groups(self, column: str, groups: Mapping[str, Sequence[Row]]) -> EditableTable:
        """With the rows of some values of a column replaced, or put in where there are none.

        Rows that are there already keep their bytes. Where the table is in order of the column
        it stays so; otherwise new rows come last.
        """
        old: dict[str, list[TableRow]] = {}
        for line in self.lines:
            old.setdefault(line.cells[column], []).append(line)
        order = [line.cells[column] for line in self.lines]
        names = [*old, *sorted(set(groups) - set(old))]
        lines: list[TableRow] = []
        for name in sorted(names) if order == sorted(order) else names:
            known = old.get(name, [])
            if name not in groups:
                lines += known
                continue
            for cells in groups[name]:
                fitting = {key: cells.get(key, "") for key in self.columns}
                same = next((line for line in known if line.cells == fitting), None)
                lines.append(same or TableRow(fitting))
        return replace(self, lines=tuple(lines))

    def content(self) -> bytes:
        """The bytes of the file.

        Raises ProblemError where a value cannot be written in the file's encoding.
        """
        parts = [self.head, *(line.raw or self._written(line.cells) for line in self.lines)]
        for place, part in enumerate(parts[:-1]):  # a last line that had no end gets one
            if not part.endswith(("\n", "\r")):
                parts[place] = part + self.newline
        try:
            return "".join(parts).encode(self.encoding)
        except UnicodeEncodeError as error:
            what = f"cannot hold {error.object[error.start]!r}, as it is written in {self.encoding}"
            raise import_problem(self.path, what, "Save it as UTF-8 and import again.") from None

    def _written(self, cells: Row) -> str:
        return _csv_line([cells[name] for name in self.columns], self.delimiter, self.newline)


def _csv_line(cells: Sequence[str], delimiter: str = ",", newline: str = "\n") -> str:
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=newline).writerow(cells)
    return buffer.getvalue()


def read_editable_table(folder: Path, resource: Resource) -> EditableTable:
    """Read a table in a way that it can be written back; where there is no file it is empty.

    Raises ProblemError where the file cannot be read, or is a workbook.
    """
    try:
        path = table_file(folder, resource)
    except UnreadableTableError as error:
        if error.code == "data.file-missing":
            head = _csv_line(resource.own_names)
            return EditableTable(resource.path, resource.field_names, (), head)
        raise import_problem(resource.path, error.what, error.remedy, error.code) from None
    where = path.relative_to(folder).as_posix()
    if path.suffix != ".csv":
        remedy = "Save it as CSV (UTF-8) in its place and import again."
        raise import_problem(where, "is a workbook, in which an import changes nothing", remedy)
    data = read_file(path, where)
    try:
        grid = read_delimited(data, resource.own_names)
        text = decode(data)
    except UnreadableTableError as error:
        place = where if error.row is None else f"{where}, row {error.row}"
        raise import_problem(place, error.what, error.remedy, error.code) from None
    for remark in grid.remarks:
        raise import_problem(where, remark.what, remark.remedy, remark.code)
    if grid.header_row > 1:
        raise import_problem(
            f"{where}, row 1", "is empty", "Delete the empty rows above the header."
        )
    if grid.ragged:
        row, found = grid.ragged[0]
        what = f"has {found} cells, the header {len(grid.header)}"
        raise import_problem(f"{where}, row {row}", what, "Correct the row.")
    names = {item.own_name: item.name for item in resource.fields}
    columns = tuple(names.get(column, column) for column in grid.header)
    needed = {*resource.primary_key, *(item.name for item in resource.fields if item.required)}
    implied = {
        name: as_cell(value)
        for name, value in known_tables().get(resource.name, KnownTable()).defaults.items()
        if name not in columns
    }
    missing = resource.names_in_file(sorted(needed - set(columns) - set(implied)))
    if missing:
        raise import_problem(where, f"the column {missing[0]} is missing", "Put it back.")
    encoding = next((name for name in _ENCODINGS if _is_written_in(name, text, data)), None)
    if encoding is None:
        raise import_problem(where, "is in an encoding that is not written", "Save it as UTF-8.")
    newline = "\r\n" if "\r\n" in text else "\n" if "\n" in text or "\r" not in text else "\r"
    delimiter = _delimiter(text, len(grid.header))
    records = list(_records(text, delimiter))
    above = 2 if text.startswith("sep=") else 1
    raws = (raw for cells, raw in records[above:] if any(cell.strip() for cell in cells))
    lines = tuple(
        TableRow({**implied, **dict(zip(columns, values, strict=True))}, raw)
        for values, raw in zip(grid.rows, raws, strict=True)
    )
    head = "".join(raw for _, raw in records[:above])
    return EditableTable(where, columns, lines, head, encoding, delimiter, newline, implied)


def _is_written_in(encoding: str, text: str, data: bytes) -> bool:
    with suppress(UnicodeEncodeError):
        return text.encode(encoding) == data
    return False


def _delimiter(text: str, columns: int) -> str:
    above = 1 if text.startswith("sep=") else 0
    for delimiter in (",", ";", "\t", "|"):
        names, _ = next(islice(_records(text, delimiter), above, None), ([], ""))
        while names and not names[-1].strip():
            names.pop()
        if len(names) == columns:
            return delimiter
    return ","


def _records(text: str, delimiter: str) -> Iterator[tuple[list[str], str]]:
    """Records of delimited text with how each stands there, line ends included."""
    lines = list(io.StringIO(text, newline=""))
    reader = csv.reader(iter(lines), delimiter=delimiter)
    before = 0
    for record in reader:
        yield record, "".join(lines[before : reader.line_num])
        before = reader.line_num


class TableEdits:
    """Tables of a data folder that are changed together, read when they are first needed."""

    def __init__(self, data: Path, descriptor: Descriptor) -> None:
        self.data = data
        self.descriptor = descriptor
        self._tables: dict[str, EditableTable] = {}
        self.changed: set[str] = set()

    def __getitem__(self, name: str) -> EditableTable:
        if name not in self._tables:
            resource = self.descriptor.resource(name)
            self._tables[name] = read_editable_table(self.data, resource)
        return self._tables[name]

    def put(self, name: str, rows: EditableTable) -> None:
        """Put a changed table in the place of one."""
        if rows.lines != self[name].lines:
            self.changed.add(name)
        self._tables[name] = rows

    def write(self, stage: FileTransaction, first: Sequence[str]) -> None:
        """Put every table that changed into a transaction, in this order, the others last."""
        for name in (*first, *sorted(self.changed - set(first))):
            if name in self.changed:
                stage.put(self._tables[name].path, self._tables[name].content())

    def rename(self, name: str, renamed: Mapping[str, str]) -> None:
        """Have everything that refers to rows of a table by their old names use the new ones.

        Identifiers that begin with the name of such a row, as those of codings do with that of
        their passage, follow as well.
        """
        if not renamed:
            return
        for resource, column in self._referring(name):
            own = resource.primary_key[0] if len(resource.primary_key) == 1 else column.name
            follow: dict[str, str] = {}

            def changed(
                row: Row, column: str = column.name, own: str = own, ids: dict[str, str] = follow
            ) -> Row:
                old = row.get(column, "")
                if old not in renamed:
                    return row
                cells = {**row, column: renamed[old]}
                if own != column and row[own].startswith(f"{old}-"):
                    cells[own] = ids[row[own]] = renamed[old] + row[own].removeprefix(old)
                return cells

            self.put(resource.name, self[resource.name].changed(changed))
            self.rename(resource.name, follow)

    def drop(self, name: str, ids: set[str]) -> list[tuple[str, Row]]:
        """Take rows out of a table by its primary key, and whatever cannot be without them.

        A row that may be without is kept with an empty cell. Returns (table, row as it was) of each
        row that was taken out or emptied in a cell.
        """
        key = self.descriptor.resource(name).primary_key[0]
        return self._take(name, key, ids, True) if ids else []

    def _take(self, name: str, column: str, ids: set[str], whole: bool) -> list[tuple[str, Row]]:
        taken: list[tuple[str, Row]] = []
        key = self.descriptor.resource(name).primary_key

        def without(row: Row) -> Row | None:
            if row.get(column, "") not in ids:
                return row
            taken.append((name, row))
            return None if whole else {**row, column: ""}

        self.put(name, self[name].changed(without))
        gone = {row[key[0]] for _, row in taken} if whole and len(key) == 1 else set()
        if gone:
            for referring, item in self._referring(name):
                whole_row = item.required or item.name in referring.primary_key
                taken += self._take(referring.name, item.name, gone, whole_row)
        return taken

    def _referring(self, name: str) -> list[tuple[Resource, Field]]:
        """Tables and columns that refer to a table by one column."""
        return [
            (resource, next(item for item in resource.fields if item.name == key.fields[0]))
            for resource in self.descriptor.resources
            for key in resource.foreign_keys
            if key.resource == name and len(key.fields) == 1
        ]
