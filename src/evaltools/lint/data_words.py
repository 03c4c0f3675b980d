"""The words of a study's data that people have written and a report prints: they are signed.

Labels and definitions of the codebook, questions of a rating, names of regions and calls are an
entry a row. Of names and titles of many rows, as of projects, a table is one entry. A passage that
is told in other words is an entry beside the passage. A table that is no plain CSV file is signed
as it stands, and so is the description of the data, which says what is read as what.
"""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from evaltools.lint.source import Language, read_leniently

_BY_ROW: Final = ("codes", "rating_items", "regions", "calls", "facts", "coders")
"""Tables whose words are an entry a row."""
_BY_TABLE: Final = ("areas", "area_changes", "organisations", "projects", "appropriations",
                    "prior_ties")  # fmt: skip
"""Tables of which many rows have a name: an entry for all."""
_REDACTIONS: Final = "redactions"
_TABLES: Final = (*_BY_ROW, *_BY_TABLE, _REDACTIONS)
_UNSPOKEN: Final = frozenset(
    {"name", "title", "label", "definition", "include", "exclude", "subject", "meaning", "unit",
     "note", "source", "pseudonym", "register", "ended_name", "successor_name"}
)  # fmt: skip
"""Columns whose words are in no language of their own."""
_WORKBOOKS: Final = (".xlsx", ".ods")
_DESCRIPTOR: Final = "datapackage.json"
_CSV: Final = ".csv"


@dataclass(frozen=True)
class Declared:
    """A declaration in a language.

    Arguments:
        where: file and line.
        name: file, declaration and language; without a language where it has none.
        content: its words, a line each with its place in the declaration.
    """

    where: str
    name: str
    content: str


@dataclass(frozen=True)
class _Table:
    """A table as the study's description has it.

    Arguments:
        name: what the engine calls it.
        path: of its file; a workbook beside it may stand in its place.
        columns: what the engine calls those that the study calls otherwise.
    """

    name: str
    path: Path
    columns: dict[str, str] = field(default_factory=dict)


def data_texts(root: Path, language: Language) -> list[Declared]:
    """What of the data a person signs, in a language."""
    folder = root / str(read_leniently(root / "evaluation.yml").get("data") or "data")
    found: list[Declared] = []
    if (described := folder / _DESCRIPTOR).is_file():
        found.append(_whole(described, root))
    tables = [each for each in _tables(folder) if each.name in _TABLES]
    for table in tables:
        books = [table.path.with_suffix(suffix) for suffix in _WORKBOOKS]
        found += [_whole(book, root) for book in books if book.is_file()]
        if not table.path.is_file():
            continue
        rows = _rows(table)
        if rows is None:
            found.append(_whole(table.path, root))
        elif table.name == _REDACTIONS:
            found += _paraphrases(table, rows, folder, root)
        else:
            found += _words(table, rows, root, language)
    return found


def _tables(folder: Path) -> Iterator[_Table]:
    """The tables of a data folder as described; where nothing is, those called as the engine's."""
    try:
        content = json.loads((folder / _DESCRIPTOR).read_text(encoding="utf-8"))
        resources = content["resources"]
        yield from [_table(folder, each) for each in resources]
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        for path in sorted(folder.rglob(f"*{_CSV}")):
            yield _Table(path.stem, path)


def _table(folder: Path, resource: dict[str, Any]) -> _Table:
    name = str(resource.get("evaltools:table") or resource["name"])
    fields = (resource.get("schema") or {}).get("fields") or []
    columns = {str(one["name"]): str(one.get("evaltools:column") or one["name"]) for one in fields}
    return _Table(name, folder / str(resource["path"]), columns)


def _rows(table: _Table) -> list[tuple[int, dict[str, str]]] | None:
    """The rows of a table with their lines; None where it is no plain CSV file in UTF-8."""
    try:
        with table.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if len(reader.fieldnames or ()) < 2:
                return None
            return [
                (reader.line_num, {table.columns.get(name, name): value or ""
                                   for name, value in row.items() if isinstance(name, str)})
                for row in reader
            ]  # fmt: skip
    except (OSError, UnicodeDecodeError, csv.Error):
        return None


def _words(
    table: _Table, rows: list[tuple[int, dict[str, str]]], root: Path, language: Language
) -> Iterator[Declared]:
    file = table.path.relative_to(root).as_posix()
    told = [
        (line, next(iter(row.values())), "\n".join(
            f"{name}: {value}" for name, value in row.items()
            if value and (name in _UNSPOKEN or name.endswith(f"_{language}"))
        ))
        for line, row in rows
    ]  # fmt: skip
    said = [each for each in told if each[2]]
    if table.name in _BY_ROW:
        names: dict[str, int] = {}
        for line, key, words in said:
            names[key] = names.get(key, 0) + 1
            more = f" ({names[key]})" if names[key] > 1 else ""
            yield Declared(f"{file}:{line}", f"{file}: {key}{more}, {language}", words)
    elif said:
        joined = "\n".join(f"{key}\n{words}" for _, key, words in said)
        sha256 = hashlib.sha256(joined.encode()).hexdigest()
        content = f"{len(said)} rows with names, SHA-256 {sha256}"
        yield Declared(file, f"{file}: names, {language}", content)


def _paraphrases(
    table: _Table, rows: list[tuple[int, dict[str, str]]], folder: Path, root: Path
) -> Iterator[Declared]:
    """Passages that are told in other words, each with what the report says."""
    others = [(line, row) for line, row in rows if row.get("reason") == "paraphrase"]
    if not others:
        return
    passages = next((each for each in _tables(folder) if each.name == "segments"), None)
    quotes = {row.get("segment_id"): row.get("quote", "")
              for _, row in (_rows(passages) if passages else None) or ()}  # fmt: skip
    file = table.path.relative_to(root).as_posix()
    for line, row in others:
        name = row.get("segment_id", "")
        content = f"the report: {quotes.get(name, '')}\ntold as: {row.get('text_public', '')}"
        yield Declared(f"{file}:{line}", f"{file}: {name}", content)


def _whole(path: Path, root: Path) -> Declared:
    name = path.relative_to(root).as_posix()
    return Declared(name, name, f"SHA-256 {hashlib.sha256(path.read_bytes()).hexdigest()}")
