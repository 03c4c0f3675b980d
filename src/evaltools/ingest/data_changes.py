"""Changes of a data folder: tables edited in a few rows, and files put in their places together.

A table keeps the bytes of every row that does not change. Whatever is to change is written to a
folder of its own inside the data folder and forced to disk. Only then is a list of the moves put
there, in one step: from that moment the import has happened. A process that dies before leaves the
old state; one that dies among the moves leaves a list that the next import carries out. New
documents are moved in an order in which every state on the way is a valid one: files first, then
the table that names them, then what refers to it.
"""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from evaltools.evidence.delimited import decode, read_delimited
from evaltools.evidence.descriptor import Descriptor, Field, Resource
from evaltools.evidence.known_tables import KnownTable, known_tables
from evaltools.evidence.paths import resolve_inside
from evaltools.evidence.raw_table import UnreadableTableError
from evaltools.evidence.tables import table_file
from evaltools.files import hold_lock, read_file, sync_to_disk
from evaltools.problems import Problem, ProblemError
from evaltools.provenance.hashes import hash_file

STAGE = ".import"
_LIST = "moves.json"


class FileTransaction:
    """What an import is about to put into a data folder; it waits on the same disk."""

    def __init__(self, folder: Path, stage: Path) -> None:
        self.folder = folder
        self.stage = stage
        self._moves: dict[str, str] = {}
        self._removed: list[str] = []
        self._count = 0

    def keep(self, content: bytes) -> Path:
        """Write something down for later; it has no place in the data folder yet."""
        path = self._new()
        path.write_bytes(content)
        return path

    def put(self, place: str, content: bytes) -> None:
        """Have these bytes at a path of the data folder, unless they are there already."""
        target = self._target(place)
        if not target.is_file() or target.read_bytes() != content:
            self._moves[place] = self.keep(content).name

    def copy(self, place: str, source: Path, sha256: str) -> bool:
        """Have a copy of a file; False where it does not have this SHA-256 any more."""
        target = self._target(place)
        if target.is_file() and hash_file(target) == sha256:
            return True
        path = self._new()
        shutil.copyfile(source, path)
        if hash_file(path) != sha256:
            path.unlink()
            return False
        self._moves[place] = path.name
        return True

    def remove(self, place: str) -> None:
        """Have no file at a path of the data folder."""
        self._target(place)
        self._removed.append(place)

    @property
    def changes(self) -> bool:
        """Whether anything would be moved or removed."""
        return bool(self._moves or self._removed)

    @contextmanager
    def trial(self) -> Iterator[Path]:
        """A copy of the data folder as it would be, of links where the disk has them.

        It lies on the stage: whatever ends the import, it goes with the rest.
        """
        with tempfile.TemporaryDirectory(prefix="trial-", dir=self.stage) as scratch:
            copy = Path(scratch) / self.folder.resolve().name
            left_out = shutil.ignore_patterns(STAGE)
            shutil.copytree(self.folder, copy, copy_function=_link, ignore=left_out)
            for place, name in self._moves.items():
                (copy / place).unlink(missing_ok=True)  # a link: what it leads to stays as it is
                (copy / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.stage / name, copy / place)
            yield copy

    def commit(self) -> None:
        """Put everything in its place, in the order it was put here."""
        if not self.changes:
            return
        for name in self._moves.values():
            sync_to_disk(self.stage / name)
        moves = [[name, place] for place, name in self._moves.items()]
        written = json.dumps({"moves": moves, "removed": self._removed}, ensure_ascii=True)
        beside = self.stage / f"{_LIST}.new"
        beside.write_text(written, encoding="ascii")
        sync_to_disk(beside)
        sync_to_disk(self.stage)
        beside.replace(self.stage / _LIST)
        sync_to_disk(self.stage)
        _carry_out(self.folder, self.stage)
        self._moves, self._removed = {}, []

    def _target(self, place: str) -> Path:
        target = resolve_inside(self.folder, place)
        if target is None or (target.exists() and not target.is_file()):
            raise _problem(place, "leads out of the data folder, or is no file", "", "import.place")
        return target

    def _new(self) -> Path:
        self._count += 1
        return self.stage / f"{self._count:06d}"


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target


@contextmanager
def transaction(folder: Path, *, dry: bool = False) -> Iterator[FileTransaction]:
    """Changes of a data folder, while no other import writes to it.

    What an interrupted import had decided is carried out first, what it had merely begun is
    thrown away. Leaves nothing behind, and puts nothing in place where it is dry.

    Raises ProblemError while another import is at work there, and for a dry run where one was
    interrupted.
    """
    if dry:
        if is_interrupted(folder):
            what = "an import was interrupted while it put its files in their places"
            remedy = "Run an import without --dry-run first: it completes that one."
            raise _problem(folder.name, what, remedy, "import.interrupted")
        with tempfile.TemporaryDirectory(prefix="evaltools-") as scratch:
            yield FileTransaction(folder, Path(scratch))
        return
    stage = folder / STAGE
    with hold_lock(folder, partial(_refuse_busy, folder)):
        _carry_out(folder, stage)
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir()
        (stage / ".gitignore").write_text("*\n", encoding="ascii")  # whatever is left of it
        try:
            yield FileTransaction(folder, stage)
        finally:
            # After a failure in the middle of the moves the list stays, to be carried out.
            if not is_interrupted(folder):
                shutil.rmtree(stage, ignore_errors=True)


def is_interrupted(folder: Path) -> bool:
    """Whether an import died while it put its files in their places."""
    return (folder / STAGE / _LIST).is_file()


def clear_interrupted(folder: Path) -> bool:
    """Remove what an import had begun that was killed before it decided anything.

    Leaves alone what an import at work is using, and moves that are to be carried out. Returns
    whether there was anything to remove.
    """
    stage = folder / STAGE
    if not stage.is_dir() or is_interrupted(folder):
        return False
    try:
        with hold_lock(folder, partial(_refuse_busy, folder)):
            if is_interrupted(folder):
                return False
            shutil.rmtree(stage, ignore_errors=True)
    except ProblemError:  # another import is at work there
        return False
    return not stage.exists()


def _refuse_busy(folder: Path) -> None:
    what = "another import is writing to the data folder"
    raise _problem(folder.name, what, "Wait until it has ended.", "import.busy")


def _carry_out(folder: Path, stage: Path) -> None:
    """Do all moves on the list; those that were done already are not on the stage any more."""
    path = stage / _LIST
    if not path.is_file():
        return

    def resolve(place: str) -> Path:
        target = resolve_inside(folder, place)
        if target is None:
            raise _problem(place, "leads out of the data folder", "", "import.place")
        touched.add(target.parent)
        return target

    listed = json.loads(path.read_text(encoding="ascii"))
    touched: set[Path] = set()
    for name, place in listed["moves"]:
        target = resolve(place)
        target.parent.mkdir(parents=True, exist_ok=True)
        waiting = stage / Path(name).name
        if waiting.is_file():
            waiting.replace(target)
    for place in listed["removed"]:
        resolve(place).unlink(missing_ok=True)
    for parent in sorted(touched):
        if parent.is_dir():
            sync_to_disk(parent)
    path.unlink()
    sync_to_disk(stage)


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
        rows = [{name: _as_cell(value) for name, value in row.items()} for row in new]
        for row in rows:
            for name, value in self.implied.items():
                if row.get(name, value) != value:
                    what = f"has no column {name}, and a row is added whose {name} is {row[name]}"
                    raise _problem(self.path, what, "Add the column and import again.")
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
            raise _problem(self.path, what, "Save it as UTF-8 and import again.") from None

    def _written(self, cells: Row) -> str:
        return _csv_line([cells[name] for name in self.columns], self.delimiter, self.newline)


def _as_cell(value: object) -> str:
    return "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


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
    implied = {
        name: _as_cell(value)
        for name, value in known_tables().get(resource.name, KnownTable()).defaults.items()
        if name not in columns
    }
    missing = resource.as_told(sorted(needed - set(columns) - set(implied)))
    if missing:
        raise _problem(where, f"the column {missing[0]} is missing", "Put it back.")
    encoding = next((name for name in _ENCODINGS if _is_written_in(name, text, data)), None)
    if encoding is None:
        raise _problem(where, "is in an encoding that is not written", "Save it as UTF-8.")
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


def _problem(where: str, what: str, remedy: str = "", code: str = "import.table") -> ProblemError:
    return ProblemError([Problem(where, what, remedy=remedy, code=code)])


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
            follow_up = partial(_renamed, column.name, own, renamed, follow)
            self.put(resource.name, self[resource.name].changed(follow_up))
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


def _renamed(
    column: str, own: str, renamed: Mapping[str, str], follow: dict[str, str], row: Row
) -> Row:
    """A row that refers by a column to what was renamed; its own new name goes into `follow`."""
    old = row.get(column, "")
    if old not in renamed:
        return row
    cells = {**row, column: renamed[old]}
    if own != column and row[own].startswith(f"{old}-"):
        cells[own] = follow[row[own]] = renamed[old] + row[own].removeprefix(old)
    return cells
