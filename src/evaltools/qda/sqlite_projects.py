"""Projects that are SQLite databases: Taguette's highlights, QualCoder's codings.

Files are opened so that nothing in them runs and nothing is changed.

Taguette's offsets count the UTF-8 bytes of the text between the tags of documents held as HTML. A
highlight carries the HTML that was cut at them, which shows whether they still fit. Who highlighted
is in the log of commands only, and is lost when a project is exported; the user of a Taguette of
one's own is called admin. QualCoder's positions are of `source.fulltext`; the
windows in which passages are marked count in UTF-16 units and line ends as one, the program
elsewhere in code points. Each is held against `seltext`.
Sources of the schemas: taguette/database/models.py (Taguette 1.0 to 1.5, BSD licence); QualCoder's
database versions 3 to 14 (github.com/ccbogel/QualCoder).
"""

from __future__ import annotations

import json
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Container, Hashable, Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote

from evaltools.documents.superscripts import blank_superscripts
from evaltools.documents.text_normalisation import clean
from evaltools.problems import ProblemError, list_values, nearest_value, quote_value
from evaltools.qda import model
from evaltools.qda.model import DroppedItem
from evaltools.qda.names import code_ids, document_ids
from evaltools.qda.offsets.conventions import Convention
from evaltools.qda.placement import (
    PROGRAM,
    CodedPassage,
    HtmlText,
    ToolText,
    digest,
    place_passages,
)
from evaltools.qda.search import locate

MAGIC = b"SQLite format 3\x00"
LARGEST = 2_000_000_000
_LONGEST_VALUE = 50_000_000
_MOST_STEPS = 2_000  # of a hundred thousand instructions: a file that asks for more is no coding
Row = dict[str, object]
K = TypeVar("K", bound=Hashable)


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
        self.tables = frozenset(name for (name,) in tables if isinstance(name, str))

    def rows(self, table: str, columns: tuple[str, ...], order: str) -> list[Row]:
        """Rows of a table by column, in order; a column that is not there is None in all."""
        if table not in self.tables:
            return []
        try:
            described = self._connection.execute(f'PRAGMA table_xinfo("{table}")')
            present = {str(row[1]): int(row[6]) for row in described}
            # Generated columns hold expressions from outside; they are not asked for.
            selected = [column for column in columns if present.get(column) == 0]
            place = f'"{order}"' if order in selected else "rowid"
            if not selected:
                return []
            names = ", ".join(f'"{column}"' for column in selected)
            found = self._connection.execute(f'SELECT {names} FROM "{table}" ORDER BY {place}')
            return [dict.fromkeys(columns) | dict(zip(selected, row, strict=True)) for row in found]
        except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
            raise _unreadable(f"{self.where}, table {table}", error) from None


def _unreadable(where: str, error: object) -> ProblemError:
    remedy = "Close the program it belongs to, and copy or export the project again."
    what = f"it cannot be read as a database ({error})"
    return model.refusal(where, what, remedy=remedy, code="exchange.database")


@contextmanager
def open_database(path: Path) -> Iterator[Database]:
    """The database in a file, read only, with a write-ahead log beside it; refused if it is
    damaged."""
    where = path.name
    if path.stat().st_size > LARGEST:
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
    steps = count(1)
    connection.set_progress_handler(lambda: next(steps) > _MOST_STEPS, 100_000)
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
) -> tuple[tuple[model.Code, ...], dict[K, str]]:
    """Codes by identifier, and the identifiers of the rows that they were made of.

    Arguments:
        above: key of what a code stands under, as the database has it.
        name, memo: the columns with its name and its definition.
        groups: keys of those that only group others.
    """

    def parent(key: K) -> K | None:
        found = above(key)
        return found if found in rows else None  # type: ignore[return-value]

    lines = {key: model.path_to_root(key, parent) for key in rows}
    ids = code_ids(
        {key: tuple(read_text(rows[one][name]) for one in line) for key, line in lines.items()}
    )
    codes = [
        model.Code(
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


TAGUETTE_TABLES = frozenset({"projects", "documents", "tags", "highlights", "highlight_tags"})
BYTES = Convention("utf8")
_NOBODY = frozenset(("", "admin"))


def read_taguette(database: Database, choices: model.Choices) -> model.CodingSet:
    """The coding of a project, which must be clear; an empty coder where nothing says who coded."""
    project = _project(database, choices.project)

    def mine(table: str, *columns: str) -> list[Row]:
        rows = database.rows(table, ("id", "project_id", *columns), "id")
        return [row for row in rows if row["project_id"] == project["id"]]

    dropped: list[DroppedItem] = []
    rows = mine("documents", "name", "description", "filename", "contents", "created")
    ids = document_ids({row["id"]: read_text(row["name"]) for row in rows})
    sources = {ids[row["id"]]: HtmlText(read_text(row["contents"])) for row in rows}
    documents = []
    for row in rows:
        text = sources[ids[row["id"]]].text
        file = {"filename": read_text(row["filename"])} if row["filename"] else {}
        name = read_text(row["name"])
        documents.append(model.Document(ids[row["id"]], name, text, digest(text), "", file))
        if (what := read_text(row["description"])).strip():
            why = "a description of a document; the study has no place for it"
            dropped.append(DroppedItem(f"document {row['id']}", what[:200], why, "unsupported"))
    by_id = {row["id"]: row for row in mine("tags", "path", "description", "parent_id")}
    codes, code_of = read_codes(by_id, lambda key: by_id[key]["parent_id"], "path", "description")
    tags: dict[object, list[object]] = {}
    for row in database.rows("highlight_tags", ("highlight_id", "tag_id"), "highlight_id"):
        tags.setdefault(row["highlight_id"], []).append(row["tag_id"])
    log = _log(mine("commands", "date", "user_login", "payload"))
    marks: list[CodedPassage] = []
    columns = ("id", "document_id", "start_offset", "end_offset", "snippet")
    for row in database.rows("highlights", columns, "id"):
        if row["document_id"] not in ids:
            continue  # of another project
        where, document_id = f"highlight {read_text(row['id'])}", ids[row["document_id"]]
        shown = HtmlText(read_text(row["snippet"])).raw
        found = [code_of[tag] for tag in tags.get(row["id"], ()) if tag in code_of]
        position = _position(row, sources[document_id], shown)
        if isinstance(position, str):
            dropped.append(DroppedItem(where, shown[:200], position, "passage"))
            continue
        start, end, quote = position
        if not found:
            dropped.append(DroppedItem(where, quote[:200], "a highlight without a tag", "uncoded"))
        coder, moment = log.get(row["id"], ("", None))
        marks += [
            CodedPassage(
                *(where, document_id, code, coder, start, end, quote, where),
                model.parse_day(read_text(moment)),
                round=choices.round,
            )
            for code in sorted(found)
        ]
    coding = model.CodingSet(
        origin=f"Taguette, project {read_text(project['name'])}",
        documents=tuple(documents),
        codes=codes,
        dropped=tuple(dropped),
    )
    return place_passages(coding, marks, sources, "Taguette", (BYTES,))


def _project(database: Database, wanted: str | None) -> Row:
    rows = database.rows("projects", ("id", "name"), "id")
    projects = [
        row for row in rows if wanted in (None, read_text(row["name"]), read_text(row["id"]))
    ]
    if len(projects) == 1:
        return projects[0]
    names = [f"{read_text(row['name'])} ({read_text(row['id'])})" for row in rows]
    if not rows:
        what, remedy = "it holds no project", "Is it the right file?"
    elif wanted is None or projects:
        what = "it holds several projects" if wanted is None else "several have that name"
        remedy = "Choose one by --project, by its name or its number."
    else:
        near = nearest_value(wanted, [read_text(row["name"]) for row in rows])
        what = f"it holds no project {quote_value(wanted)}"
        remedy = f"Did you mean {quote_value(near)}?" if near else "Choose one by --project."
    raise model.refusal(database.where, what, list_values(names), remedy, "exchange.project")


def _log(rows: list[Row]) -> dict[object, tuple[str, object]]:
    """Who first made each highlight, and when, as far as the log of commands has it."""
    authors: dict[object, tuple[str, object]] = {}
    for row in rows:
        try:
            payload = json.loads(read_text(row["payload"]))
        except (ValueError, RecursionError):
            continue
        added = isinstance(payload, dict) and payload.get("type") == "highlight_add"
        if added and isinstance(number := payload.get("highlight_id"), int):
            user = read_text(row["user_login"])
            authors.setdefault(number, ("" if user in _NOBODY else user, row["date"]))
    return authors


def _position(row: Row, source: HtmlText, shown: str) -> tuple[int | None, int | None, str] | str:
    """Start, end and quote of a highlight, as far as they can be believed; else why not."""
    start, end = read_integer(row["start_offset"]), read_integer(row["end_offset"])
    at = None if start is None or end is None else source.passage((start, end), BYTES)
    if at and source.text[at[0] : at[1]] == clean(shown):
        return start, end, shown
    # Old versions cut what they show at the wrong bytes where letters take more than one, and
    # documents may have been changed: what begins and ends between words is believed.
    again = locate(source.text, clean(shown).strip())
    by_offset = at is not None and _between_words(source.text, *at)
    by_words = not isinstance(again, str) and _between_words(source.text, again.start, again.end)
    if by_offset and by_words:
        return "its offsets and what it shows are two different passages"
    if by_offset:
        return start, end, ""
    if by_words:
        return None, None, shown
    return "neither its offsets nor what it shows fit its document"


def _between_words(text: str, start: int, end: int) -> bool:
    bare = blank_superscripts(text)

    def inside(place: int) -> bool:
        around = bare[place - 1 : place + 1] if place else ""
        return len(around) == 2 and around.isalnum()

    return not inside(start) and not inside(end)


FILE_NAME = "data.qda"
QUALCODER_TABLES = frozenset({"code_text", "code_name", "source"})
# What is left behind, with its table, what tells the row, and why.
_LEFT = (
    ("code_image", "imid", "memo", "a code on a picture; the study codes texts"),
    ("code_av", "avid", "memo", "a code on sound or film; the study codes texts"),
    ("annotation", "anid", "memo", "a note on a text; the study has no place for it"),
    ("journal", "name", "jentry", "a journal; the study has no place for it"),
)
_PASSAGE = ("ctid", "cid", "fid", "seltext", "pos0", "pos1", "owner", "date", "memo", "important")


def read_qualcoder(database: Database, choices: model.Choices) -> model.CodingSet:
    """The coding of a QualCoder project."""
    project = _Project(database)
    marks = project.read_passages(choices.round)
    for table, key, content, why in _LEFT:
        for row in database.rows(table, (key, content), key):
            project.drop(f"{table} {read_text(row[key])}", row[content], why)
    version = database.rows("project", ("databaseversion", "about"), "databaseversion")
    about = read_text(version[0]["about"]) if version else ""
    coding = model.CodingSet(
        origin=about if about.startswith("QualCoder") else f"QualCoder {about}".strip(),
        documents=tuple(project.documents.values()),
        codes=project.codes,
        cases=project.read_cases(),
        dropped=tuple(project.dropped),
    )
    return place_passages(coding, marks, project.sources, "QualCoder", PROGRAM, choices.positions)


class _Project:
    """The documents and codes of a project by their numbers, and what was left behind."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.dropped: list[DroppedItem] = []
        self.documents: dict[int | None, model.Document] = {}
        self.sources: dict[str, ToolText] = {}
        self._read_documents()
        columns: tuple[str, ...] = ("catid", "name", "memo", "supercatid")
        rows: dict[tuple[str, int | None], Row] = {
            ("cat", read_integer(row["catid"])): row
            for row in database.rows("code_cat", columns, "catid")
        }
        groups = set(rows)
        columns = ("cid", "name", "memo", "catid", "color", "supercid")
        for row in database.rows("code_name", columns, "cid"):
            rows["code", read_integer(row["cid"])] = row

        def above(key: tuple[str, int | None]) -> object:
            row = rows[key]
            if key[0] == "cat":
                return ("cat", read_integer(row["supercatid"]))
            code = read_integer(row["supercid"])
            return ("cat", read_integer(row["catid"])) if code is None else ("code", code)

        self.codes, ids = read_codes(rows, above, "name", "memo", groups)
        self.code_ids = {key[1]: name for key, name in ids.items() if key not in groups}

    def drop(self, where: str, what: object, why: str, loss: model.Loss = "unsupported") -> None:
        """Leave something behind."""
        self.dropped.append(DroppedItem(where, read_text(what)[:200], why, loss))

    def _read_documents(self) -> None:
        columns = ("id", "name", "fulltext", "mediapath", "memo")
        rows = {read_integer(row["id"]): row for row in self.database.rows("source", columns, "id")}
        variables = self._variables("file")
        ids = document_ids({key: read_text(row["name"]) for key, row in rows.items()})
        for key, row in rows.items():
            name, where = read_text(row["name"]), f"source {key}"
            if row["fulltext"] is None:
                self.drop(where, name, "it has no text: a picture or recording")
                continue
            source = self.sources[ids[key]] = ToolText(read_text(row["fulltext"]))
            values = variables.get(key, {})
            self.documents[key] = model.Document(
                ids[key], name, source.text, digest(source.text), "", values
            )
            if read_text(row["memo"]):
                self.drop(where, row["memo"], "a note on a file; the study has no place for it")

    def read_passages(self, round_: int) -> list[CodedPassage]:
        """Codes on passages, as the database has them."""
        marks = []
        for row in self.database.rows("code_text", _PASSAGE, "ctid"):
            where, quote = f"code_text {read_text(row['ctid'])}", read_text(row["seltext"])
            document = self.documents.get(read_integer(row["fid"]))
            code = self.code_ids.get(read_integer(row["cid"]))
            if document is None or code is None:
                lost = "file" if document is None else "code"
                self.drop(where, quote, f"its {lost} is not in the project", "passage")
                continue
            coder, day = read_text(row["owner"]).strip(), model.parse_day(row["date"])
            quote = quote.replace("\u2029", "\n")  # which parts paragraphs where text is shown
            place = read_integer(row["pos0"]), read_integer(row["pos1"])
            marks.append(
                CodedPassage(
                    *(where, document.document_id, code, coder, *place, quote, where, day),
                    round=round_,
                )
            )
            if read_text(row["memo"]):
                self.drop(where, row["memo"], "a note on a coding; the study has no place for it")
            if read_integer(row["important"]):
                self.drop(where, "important", "the study does not mark importance")
        return marks

    def read_cases(self) -> tuple[model.Case, ...]:
        """Cases with their documents and values."""
        variables = self._variables("case")
        texts: dict[int | None, set[str]] = {}
        for row in self.database.rows("case_text", ("id", "caseid", "fid"), "id"):
            if document := self.documents.get(read_integer(row["fid"])):
                texts.setdefault(read_integer(row["caseid"]), set()).add(document.document_id)
        return tuple(
            model.Case(
                read_text(row["name"]), tuple(sorted(texts.get(key, ()))), variables.get(key, {})
            )
            for row in self.database.rows("cases", ("caseid", "name"), "caseid")
            for key in [read_integer(row["caseid"])]
        )

    def _variables(self, kind: str) -> Mapping[int | None, dict[str, str]]:
        """Values by name of each `file` or `case`."""
        variables: dict[int | None, dict[str, str]] = {}
        columns = ("attrid", "name", "attr_type", "value", "id")
        for row in self.database.rows("attribute", columns, "attrid"):
            if row["attr_type"] == kind and (value := read_text(row["value"])):
                variables.setdefault(read_integer(row["id"]), {})[read_text(row["name"])] = value
        return variables
