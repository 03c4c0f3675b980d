"""SQLite files of other tools, opened so that nothing in them runs and nothing is changed."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Container, Hashable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from evaltools.problems import ProblemError
from evaltools.qda.model import Code, refusal
from evaltools.qda.names import code_ids, path_to_root

MAGIC = b"SQLite format 3\x00"
LARGEST = 2_000_000_000
_LONGEST_VALUE = 50_000_000
_MOST_STEPS = 2_000  # of a hundred thousand instructions: a file that asks for more is no coding
Row = dict[str, object]
K = TypeVar("K", bound=Hashable)


def is_sqlite(path: Path) -> bool:
    """Whether a file begins as SQLite files do."""
    try:
        with path.open("rb") as file:
            return file.read(len(MAGIC)) == MAGIC
    except OSError:
        return False


class Database:
    """The tables of an open file; views, triggers and functions in it are never run."""

    def __init__(self, connection: sqlite3.Connection, where: str) -> None:
        self._connection = connection
        self.where = where
        try:
            tables = connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE TABLE%'"
            ).fetchall()
        except (sqlite3.Error, OverflowError) as error:
            raise _unreadable(where, error) from None
        self.tables = frozenset(str(name) for (name,) in tables if isinstance(name, str))

    def rows(self, table: str, columns: tuple[str, ...], order: str) -> list[Row]:
        """Rows of a table by column, in order; a column that is not there is None in all."""
        if table not in self.tables:
            return []
        try:
            present = {
                str(row[1]): int(row[6])
                for row in self._connection.execute(f'PRAGMA table_xinfo("{table}")')
            }
            # Generated columns hold expressions from outside; they are not asked for.
            selected = [column for column in columns if present.get(column) == 0]
            place = f'"{order}"' if order in selected else "rowid"
            if not selected:
                return []
            names = ", ".join(f'"{column}"' for column in selected)
            cursor = self._connection.execute(f'SELECT {names} FROM "{table}" ORDER BY {place}')
            empty: Row = dict.fromkeys(columns)
            return [empty | dict(zip(selected, row, strict=True)) for row in cursor]
        except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
            raise _unreadable(f"{self.where}, table {table}", error) from None


def _unreadable(where: str, error: object) -> ProblemError:
    """What a file is answered that SQLite cannot read."""
    remedy = "Close the program it belongs to, and copy or export the project again."
    what = f"it cannot be read as a database ({error})"
    return refusal(where, what, remedy=remedy, code="exchange.database")


@contextmanager
def open_database(path: Path) -> Iterator[Database]:
    """The database in a file, read only, with a write-ahead log beside it; refused if it is
    damaged."""
    where = path.name
    size = path.stat().st_size
    if size > LARGEST:
        raise _unreadable(where, f"larger than {LARGEST // 10**9} GB")
    with tempfile.TemporaryDirectory(prefix="evaltools-") as folder:
        log = path.with_name(path.name + "-wal")
        if log.is_file() and log.stat().st_size and log.stat().st_size <= LARGEST:
            # What the program wrote last is still in its log, and SQLite writes to both files to
            # bring it over: that is done in a copy.
            shutil.copyfile(path, Path(folder) / "copy")
            shutil.copyfile(log, Path(folder) / "copy-wal")
            uri = f"file:{quote(str(Path(folder) / 'copy'))}"
        else:
            uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
        connection = sqlite3.connect(uri, uri=True, isolation_level=None)
        try:
            _harden(connection)
            yield Database(connection, where)
        except sqlite3.Error as error:
            raise _unreadable(where, error) from None
        finally:
            connection.close()


def _harden(connection: sqlite3.Connection) -> None:
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
    connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
    steps = 0

    def stop() -> int:
        nonlocal steps
        steps += 1
        return int(steps > _MOST_STEPS)

    connection.set_progress_handler(stop, 100_000)
    for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "query_only=ON", "mmap_size=0"):
        connection.execute(f"PRAGMA {pragma}")
    answer = connection.execute("PRAGMA quick_check(1)").fetchone()
    if answer is None or answer[0] != "ok":
        raise sqlite3.DatabaseError(f"damaged: {answer[0] if answer else 'empty'}")


def read_text(value: object) -> str:
    """A value as text; nothing for NULL and for bytes that are no text."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


def read_integer(value: object) -> int | None:
    """A value as a whole number, None where it is none."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = int(value)
    except (ValueError, OverflowError):
        return None
    return number if isinstance(value, str) or number == value else None


def read_codes(
    rows: Mapping[K, Row],
    above: Callable[[K], object],
    name: str,
    memo: str,
    groups: Container[K] = (),
) -> tuple[tuple[Code, ...], dict[K, str]]:
    """Codes by identifier, and the identifiers of the rows that they were made of.

    Arguments:
        above: key of what a code stands under, as the database has it.
        name, memo: the columns with its name and its definition.
        groups: keys of those that only group others.
    """

    def parent(key: K) -> K | None:
        found = above(key)
        return found if found in rows else None  # type: ignore[return-value]

    lines = {key: path_to_root(key, parent) for key in rows}
    ids = code_ids(
        {key: tuple(read_text(rows[one][name]) for one in line) for key, line in lines.items()}
    )
    codes = [
        Code(
            ids[key],
            ids[lines[key][-2]] if len(lines[key]) > 1 else None,
            read_text(row[name]),
            read_text(row[memo]),
            codable=key not in groups,
            color=read_text(row.get("color")),
        )
        for key, row in rows.items()
    ]
    return tuple(sorted(codes, key=lambda code: code.code_id)), ids
