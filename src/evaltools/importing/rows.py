"""A table that is changed in a few rows and otherwise kept byte for byte."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evaltools.evidence.delimited import decoded, read_delimited
from evaltools.evidence.descriptor import Resource
from evaltools.evidence.grid import Unreadable
from evaltools.evidence.tables import table_file
from evaltools.files import read_file
from evaltools.problems import Problem, ProblemError

Row = Mapping[str, str]
_ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be")


@dataclass(frozen=True)
class Line:
    """A row of a table.

    Arguments:
        cells: value by column.
        raw: how it stands in the file, with its line end; empty where it is to be written anew.
    """

    cells: Row
    raw: str = ""


@dataclass(frozen=True)
class Rows:
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
    lines: tuple[Line, ...]
    head: str
    encoding: str = "utf-8"
    delimiter: str = ","
    newline: str = "\n"
    new: bool = False

    def __iter__(self) -> Iterator[Row]:
        return (line.cells for line in self.lines)

    def changed(self, change: Callable[[Row], Row | None]) -> Rows:
        """With every row as `change` returns it; without those for which it returns None.

        Rows that come back equal keep their bytes.
        """
        lines = []
        for line in self.lines:
            cells = change(line.cells)
            if cells is None:
                continue
            lines.append(line if cells == line.cells else Line(dict(cells)))
        return replace(self, lines=tuple(lines))

    def with_groups(self, column: str, groups: Mapping[str, Sequence[Row]]) -> Rows:
        """With the rows of some values of a column replaced, or put in where there are none.

        Arguments:
            column: such as document_id.
            groups: new rows by value of the column.

        Rows that are there already keep their bytes. Where the table is in order of the column
        it stays so; otherwise new rows come last.
        """
        old: dict[str, list[Line]] = {}
        for line in self.lines:
            old.setdefault(line.cells[column], []).append(line)
        order = [line.cells[column] for line in self.lines]
        names = list(dict.fromkeys(order))
        added = sorted(set(groups) - set(names))
        names = sorted([*names, *added]) if order == sorted(order) else [*names, *added]
        lines: list[Line] = []
        for name in names:
            known = old.get(name, [])
            if name not in groups:
                lines += known
                continue
            for cells in groups[name]:
                fitting = {key: cells.get(key, "") for key in self.columns}
                same = next((line for line in known if line.cells == fitting), None)
                lines.append(same or Line(fitting))
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

    def _written(self, line: Line) -> str:
        if line.raw:
            return line.raw
        return csv_line([line.cells[name] for name in self.columns], self.delimiter, self.newline)


def csv_line(cells: Sequence[str], delimiter: str = ",", newline: str = "\n") -> str:
    """One row of a delimited text file."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter, lineterminator=newline).writerow(cells)
    return buffer.getvalue()


def read_rows(folder: Path, resource: Resource) -> Rows:
    """Read a table in a way that it can be written back.

    Arguments:
        folder: the data folder.
        resource: the table; where there is no file it is empty, with the descriptor's columns.

    Raises ProblemError where the file cannot be read, or is a workbook.
    """
    try:
        path = table_file(folder, resource)
    except Unreadable as error:
        if error.code == "data.file-missing":
            head = csv_line(resource.field_names)
            return Rows(resource.name, resource.path, resource.field_names, (), head, new=True)
        raise _problem(resource.path, error.what, error.remedy, error.code) from None
    where = path.relative_to(folder).as_posix()
    if path.suffix != ".csv":
        remedy = "Save it as CSV (UTF-8) in its place and import again."
        raise _problem(where, "is a workbook, in which an import changes nothing", remedy)
    data = read_file(path, where)
    try:
        grid = read_delimited(data, resource.field_names)
        text = decoded(data)
    except Unreadable as error:
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
    needed = {*resource.primary_key, *(item.name for item in resource.fields if item.required)}
    missing = sorted(needed - set(grid.header))
    if missing:
        raise _problem(where, f"the column {missing[0]} is missing", "Put it back.")
    return _with_raw(Rows(resource.name, where, grid.header, (), ""), data, text, grid.rows)


def _with_raw(rows: Rows, data: bytes, text: str, cells: Sequence[tuple[str, ...]]) -> Rows:
    """Put beside each row how it stands in the file, and tell how the file is written."""
    encoding = next((name for name in _ENCODINGS if _encoded(text, name) == data), None)
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
        lines.append(Line(dict(zip(rows.columns, values, strict=True)), raw))
    return replace(
        rows,
        lines=tuple(lines),
        head=head,
        encoding=encoding,
        delimiter=delimiter,
        newline=newline,
    )


def _encoded(text: str, encoding: str) -> bytes | None:
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
