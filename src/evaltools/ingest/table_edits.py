"""Tables of a data folder that are changed in a few rows and otherwise kept byte for byte."""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evaltools.evidence.delimited import decode, read_delimited
from evaltools.evidence.descriptor import Descriptor, Field, Resource
from evaltools.evidence.raw_table import UnreadableTableError
from evaltools.evidence.tables import table_file
from evaltools.evidence.validation import check_data
from evaltools.files import read_file
from evaltools.ingest.transaction import STAGE
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.study import Vocabulary

Row = Mapping[str, str]
_ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be")


@dataclass(frozen=True)
class TableRow:
    """A row of a table.

    Arguments:
        cells: value by column.
        raw: how it stands in the file, with its line end; empty where it is to be written anew.
    """

    cells: Row
    raw: str = ""


@dataclass(frozen=True)
class EditableTable:
    """A table as it stands in a file.

    Arguments:
        name: of the table.
        path: of its file, from the data folder.
        columns: in the order of the file.
        lines: rows in the order of the file.
        head: what stands before the first row.
        encoding, delimiter, newline: how the file is written.
        new: there is no such file yet.
    """

    name: str
    path: str
    columns: tuple[str, ...]
    lines: tuple[TableRow, ...]
    head: str
    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\n"
    new: bool = False

    def __iter__(self) -> Iterator[Row]:
        return (line.cells for line in self.lines)

    def changed(self, change: Callable[[Row], Row | None]) -> EditableTable:
        """With every row as `change` returns it; without those for which it returns None.

        Rows that come back equal keep their bytes.
        """
        lines = []
        for line in self.lines:
            cells = change(line.cells)
            if cells is None:
                continue
            lines.append(line if cells == line.cells else TableRow(dict(cells)))
        return replace(self, lines=tuple(lines))

    def append_rows(self, new: Iterable[Mapping[str, object]]) -> EditableTable:
        """With rows after those that are there, which keep their bytes."""
        lines = [TableRow({name: _as_cell(row.get(name)) for name in self.columns}) for row in new]
        return replace(self, lines=(*self.lines, *lines))

    def replace_groups(self, column: str, groups: Mapping[str, Sequence[Row]]) -> EditableTable:
        """With the rows of some values of a column replaced, or put in where there are none.

        Arguments:
            column: such as document_id.
            groups: new rows by value of the column.

        Rows that are there already keep their bytes. Where the table is in order of the column
        it stays so; otherwise new rows come last.
        """
        old: dict[str, list[TableRow]] = {}
        for line in self.lines:
            old.setdefault(line.cells[column], []).append(line)
        order = [line.cells[column] for line in self.lines]
        names = list(dict.fromkeys(order))
        added = sorted(set(groups) - set(names))
        names = sorted([*names, *added]) if order == sorted(order) else [*names, *added]
        lines: list[TableRow] = []
        for name in names:
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
        parts = [self.head, *(self._written(line) for line in self.lines)]
        for place, part in enumerate(parts[:-1]):  # a last line that had no end gets one
            if not part.endswith(("\n", "\r")):
                parts[place] = part + self.newline
        try:
            return "".join(parts).encode(self.encoding)
        except UnicodeEncodeError as error:
            what = f"cannot hold {error.object[error.start]!r}, as it is written in {self.encoding}"
            raise _problem(self.path, what, "Save it as UTF-8 and import again.") from None

    def _written(self, line: TableRow) -> str:
        if line.raw:
            return line.raw
        return csv_line([line.cells[name] for name in self.columns], self.delimiter, self.newline)


def _as_cell(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def csv_line(cells: Sequence[str], delimiter: str = ",", newline: str = "\n") -> str:
    """One row of a delimited text file."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=newline).writerow(cells)
    return buffer.getvalue()


def read_editable_table(folder: Path, resource: Resource) -> EditableTable:
    """Read a table in a way that it can be written back.

    Arguments:
        folder: the data folder.
        resource: the table; where there is no file it is empty, with the descriptor's columns.

    Raises ProblemError where the file cannot be read, or is a workbook.
    """
    try:
        path = table_file(folder, resource)
    except UnreadableTableError as error:
        if error.code == "data.file-missing":
            head = csv_line(resource.own_names)
            return EditableTable(
                resource.name, resource.path, resource.field_names, (), head, new=True
            )
        raise _problem(resource.path, error.what, error.remedy, error.code) from None
    where = path.relative_to(folder).as_posix()
    if path.suffix != ".csv":
        remedy = "Save it as CSV (UTF-8) in its place and import again."
        raise _problem(where, "is a workbook, in which an import changes nothing", remedy)
    data = read_file(path, where)
    try:
        grid = read_delimited(data, resource.own_names)
        text = decode(data)
    except UnreadableTableError as error:
        place = where if error.row is None else f"{where}, row {error.row}"
        raise _problem(place, error.what, error.remedy, error.code) from None
    for remark in grid.remarks:
        raise _problem(where, remark.what, remark.remedy, remark.code)
    if grid.header_row > 1:
        raise _problem(f"{where}, row 1", "is empty", "Delete the empty rows above the header.")
    if grid.ragged:
        row, found = grid.ragged[0]
        what = f"has {found} cells, the header {len(grid.header)}"
        raise _problem(f"{where}, row {row}", what, "Correct the row.")
    names = {item.own_name: item.name for item in resource.fields}
    columns = tuple(names.get(column, column) for column in grid.header)
    needed = {*resource.primary_key, *(item.name for item in resource.fields if item.required)}
    missing = resource.as_told(sorted(needed - set(columns)))
    if missing:
        raise _problem(where, f"the column {missing[0]} is missing", "Put it back.")
    return _attach_source(
        EditableTable(resource.name, where, columns, (), ""), data, text, grid.rows
    )


def _attach_source(
    rows: EditableTable, data: bytes, text: str, cells: Sequence[tuple[str, ...]]
) -> EditableTable:
    """Put beside each row how it stands in the file, and tell how the file is written."""
    encoding = next((name for name in _ENCODINGS if _encode(text, name) == data), None)
    if encoding is None:
        raise _problem(rows.path, "is in an encoding that is not written", "Save it as UTF-8.")
    newline = "\r\n" if "\r\n" in text else "\n" if "\n" in text or "\r" not in text else "\r"
    delimiter = _delimiter(text, len(rows.columns))
    records = list(_records(text, delimiter))
    head_length = 2 if text.startswith("sep=") else 1
    head = "".join(raw for _, raw in records[:head_length])
    wanted = iter(cells)
    lines = []
    for record, raw in records[head_length:]:
        if not any(cell.strip() for cell in record):
            continue
        values = next(wanted)
        lines.append(TableRow(dict(zip(rows.columns, values, strict=True)), raw))
    return replace(
        rows,
        lines=tuple(lines),
        head=head,
        encoding=encoding,
        delimiter=delimiter,
        newline=newline,
    )


def _encode(text: str, encoding: str) -> bytes | None:
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:
        return None


def _delimiter(text: str, columns: int) -> str:
    for delimiter in (",", ";", "\t", "|"):
        lines = _records(text, delimiter)
        first = next(lines, ([], ""))[0]
        if text.startswith("sep="):
            first = next(lines, ([], ""))[0]
        while first and not first[-1].strip():
            first.pop()
        if len(first) == columns:
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


def _problem(where: str, what: str, remedy: str = "", code: str = "import.table") -> ProblemError:
    return ProblemError([Problem(where, what, remedy=remedy, code=code)])


class TableEdits:
    """Tables that are changed together, read when they are first needed.

    Arguments:
        descriptor: tells which columns refer to which.
        read: reads a table.
    """

    def __init__(self, descriptor: Descriptor, read: Callable[[Resource], EditableTable]) -> None:
        self.descriptor = descriptor
        self._read = read
        self._tables: dict[str, EditableTable] = {}
        self.changed: set[str] = set()

    def __getitem__(self, name: str) -> EditableTable:
        if name not in self._tables:
            self._tables[name] = self._read(self.descriptor.resource(name))
        return self._tables[name]

    def put(self, name: str, rows: EditableTable) -> None:
        """Put a changed table in the place of one."""
        if rows.lines != self[name].lines:
            self.changed.add(name)
        self._tables[name] = rows

    def rename(self, name: str, renamed: Mapping[str, str]) -> None:
        """Have everything that refers to rows of a table by their old names use the new ones.

        Identifiers that begin with the name of such a row, as those of codings do with that of
        their passage, follow as well.
        """
        if not renamed:
            return
        for resource, field in self._referring(name):
            own = resource.primary_key[0] if len(resource.primary_key) == 1 else ""
            follow: dict[str, str] = {}

            def follow_up(
                row: Row, column: str = field.name, own: str = own, follow: dict[str, str] = follow
            ) -> Row:
                old = row.get(column, "")
                if old not in renamed:
                    return row
                cells = {**row, column: renamed[old]}
                if own and own != column and row[own].startswith(f"{old}-"):
                    cells[own] = renamed[old] + row[own].removeprefix(old)
                    follow[row[own]] = cells[own]
                return cells

            self.put(resource.name, self[resource.name].changed(follow_up))
            self.rename(resource.name, follow)

    def drop(self, name: str, ids: set[str]) -> list[tuple[str, Row]]:
        """Take rows out of a table, and whatever cannot be without them.

        A row that may be without is kept with an empty cell.

        Arguments:
            ids: values of the table's primary key.

        Returns (table, row as it was) of each row that was taken out or emptied in a cell.
        """
        key = self.descriptor.resource(name).primary_key[0]
        return self._take(name, key, ids, True) if ids else []

    def _take(self, name: str, column: str, ids: set[str], whole: bool) -> list[tuple[str, Row]]:
        taken: list[tuple[str, Row]] = []
        gone: set[str] = set()
        resource = self.descriptor.resource(name)
        own = resource.primary_key[0] if len(resource.primary_key) == 1 else ""

        def without(row: Row) -> Row | None:
            if row.get(column, "") not in ids:
                return row
            taken.append((name, row))
            if not whole:
                return {**row, column: ""}
            if own:
                gone.add(row[own])
            return None

        self.put(name, self[name].changed(without))
        if gone:
            for referring, field in self._referring(name):
                whole_row = field.required or field.name in referring.primary_key
                taken += self._take(referring.name, field.name, gone, whole_row)
        return taken

    def _referring(self, name: str) -> list[tuple[Resource, Field]]:
        """Tables and columns that refer to a table by one column."""
        references = []
        for resource in self.descriptor.resources:
            for key in resource.foreign_keys:
                if key.resource == name and len(key.fields) == 1:
                    field = next(item for item in resource.fields if item.name == key.fields[0])
                    references.append((resource, field))
        return references


def check_with(
    data: Path,
    tables: Mapping[str, EditableTable],
    scratch: Path,
    vocabulary: Vocabulary | None = None,
) -> None:
    """Check a study as it would be with other tables; it is to be no less right than it is.

    Arguments:
        data: the data folder; nothing in it is changed.
        tables: those that would be changed.
        vocabulary: the study's.
        scratch: a folder of the import's own, where a copy of the study is made: whatever ends the
            import, the copy goes with the rest of what it had begun.

    A study whose reports wait for their coders is not valid yet, and codings are what it lacks.

    Raises ProblemError with all that would become wrong.
    """
    with tempfile.TemporaryDirectory(prefix="trial-", dir=scratch) as folder:
        beside = Path(folder) / data.resolve().name
        shutil.copytree(
            data,
            beside,
            copy_function=_link,
            ignore=shutil.ignore_patterns(STAGE),
        )
        for rows in tables.values():
            path = beside / rows.path
            path.unlink(missing_ok=True)  # a link: what it leads to stays as it is
            path.write_bytes(rows.content())
        wrong = check_data(beside, vocabulary)
        before = set(check_data(data, vocabulary)) if wrong else set()
        refuse(one for one in wrong if one not in before)


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target
