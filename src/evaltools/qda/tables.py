"""A coding set as a folder of tables, the same ones that a study has, and back.

`coding.json` tells what was read and how; it is also the mark by which a folder is known as one
that may be replaced. The columns of the study's tables stand first and in its order.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

from evaltools.files import build_beside, hold_lock, put_in_place
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.qda import model
from evaltools.qda.model import parse_value
from evaltools.qda.spreadsheets import broken_table, read_cells, write_cells

MARK = "coding.json"
FORMAT = "evaltools-coding"
_LARGEST = 500_000_000

COLUMNS: dict[str, tuple[str, ...]] = {
    "segments": (
        *("segment_id", "document_id", "start", "end", "quote", "prefix", "suffix", "page"),
        *("section", "origin_tool", "origin_guid", "offset_convention"),
    ),
    "codings": (
        *("coding_id", "segment_id", "code_id", "coder_id", "polarity", "round", "created"),
        *("certainty", "consensus_of"),
    ),
    "codes": (
        *("code_id", "codebook_version", "parent_id", "kind", "label_fi", "label_sv", "label_en"),
        *("definition", "include", "exclude", "codable", "retired", "name", "color", "guid"),
    ),
    "coders": ("coder_id", "pseudonym", "role", "trained_on", "guid"),
    "readings": ("document_id", "coder_id", "round", "complete", "codebook_version"),
    "relations": ("relation_id", "from_segment_id", "to_segment_id", "kind", "coder_id"),
    "documents": ("document_id", "name", "text_file", "text_sha256", "guid", "variables"),
    "cases": ("name", "project_id", "documents", "variables", "guid"),
    "dropped": ("where", "what", "why", "loss"),
}
_RECORDS = {name: get_args(get_type_hints(model.CodingSet)[name])[0] for name in COLUMNS}


def table_files(coding: model.CodingSet) -> dict[str, bytes]:
    """All files of the folder by their path in it, with their bytes.

    Raises ProblemError for a text that cannot be written as UTF-8.
    """
    paths = _text_paths(coding.documents)
    lists = {"faults": list(coding.faults), "assumed": list(coding.assumed)}
    mark = {"format": FORMAT, "version": 1, "origin": coding.origin, "positions": coding.positions}
    files = {MARK: json.dumps(mark | lists, ensure_ascii=False, indent=2) + "\n"}
    for name, columns in COLUMNS.items():
        rows = [
            [
                paths.get(record.document_id, "")
                if column == "text_file"
                else _as_cell(getattr(record, column))
                for column in columns
            ]
            for record in getattr(coding, name)
        ]
        files[f"{name}.csv"] = write_cells(columns, rows)
    for document in coding.documents:
        if document.text is not None:
            files[paths[document.document_id]] = document.text
    try:
        return {path: text.encode("utf-8") for path, text in files.items()}
    except UnicodeEncodeError as error:
        what = f"half a character (U+{ord(error.object[error.start]):04X}) stands in a text"
        raise model.refusal(coding.origin or "coding", what, code="exchange.text") from None


def write_tables(coding: model.CodingSet, folder: Path) -> None:
    """Write a coding set as a folder, all of it or nothing.

    Arguments:
        coding: what to write.
        folder: where; replaced where it was written by this function or is empty.

    Raises ProblemError for a folder that holds something else.
    """
    refuse(folder_problem(folder))
    files = table_files(coding)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with hold_lock(folder.parent), build_beside(folder) as building:
        for path, data in files.items():
            (building / path).parent.mkdir(exist_ok=True)
            (building / path).write_bytes(data)
        put_in_place(building, folder, replace=True)


def folder_problem(folder: Path) -> list[Problem]:
    """Why a folder cannot be written to; nothing where it can."""
    if not folder.exists() and not folder.is_symlink():
        return []
    if not folder.is_dir() or folder.is_symlink():
        what = "there is a file or a link of that name"
    elif any(folder.iterdir()) and not is_table_folder(folder):
        what = "the folder holds something that was not written by this command"
    else:
        return []
    remedy = "Give the name of a new folder."
    return [Problem(str(folder), what, remedy=remedy, code="exchange.folder")]


def is_table_folder(folder: Path) -> bool:
    """Whether a folder was written by `write_tables`."""
    try:
        with (folder / MARK).open("rb") as file:
            return f'"format": "{FORMAT}"'.encode() in file.read(200)
    except OSError:
        return False


def read_tables(folder: Path) -> model.CodingSet:
    """The coding set that a folder was written from; raises ProblemError with all that is wrong."""
    problems: list[Problem] = []
    records: dict[str, Any] = {}
    for name in (MARK, *COLUMNS):
        try:
            records[name] = _read_table(folder, name) if name != MARK else _read_mark(folder)
        except ProblemError as error:
            problems += error.problems
    refuse(problems)
    mark = records.pop(MARK)
    return model.CodingSet(
        origin=str(mark.get("origin", "")),
        positions=str(mark.get("positions", "")),
        faults=tuple(map(str, mark.get("faults", []))),
        assumed=tuple(map(str, mark.get("assumed", []))),
        **records,
    )


def _text_paths(documents: tuple[model.Document, ...]) -> dict[str, str]:
    """A file name for each text that no document's identifier can lead astray."""
    paths: dict[str, str] = {}
    taken: set[str] = set()
    for document in documents:
        if document.text is None:
            continue
        name = document.document_id
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", name) or name.casefold() in taken:
            name = "text-" + hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:16]
        taken.add(name.casefold())
        paths[document.document_id] = f"text/{name}.txt"
    return paths


def _as_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return json.dumps(dict(value), ensure_ascii=False, sort_keys=True) if value else ""
    if isinstance(value, tuple):
        return json.dumps(list(value), ensure_ascii=False) if value else ""
    return str(value)


def _read_mark(folder: Path) -> dict[str, Any]:
    try:
        mark = json.loads(_read_bytes(folder, MARK))
    except ValueError:
        mark = None
    lists = ("faults", "assumed")
    if not isinstance(mark, dict) or any(not isinstance(mark.get(x, []), list) for x in lists):
        raise broken_table(f"{folder / MARK}", "it is not what evaltools writes")
    return mark


def _read_table(folder: Path, name: str) -> tuple[Any, ...]:
    where = str(folder / f"{name}.csv")
    rows = read_cells(_read_bytes(folder, f"{name}.csv"), where)
    kinds = {field.name: str(field.type) for field in dataclasses.fields(_RECORDS[name])}
    records: list[Any] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows, start=2):
        # Dropped items were once written without the kind of their loss.
        values: dict[str, Any] = {"loss": "unsupported"} if name == "dropped" else {}
        if "text" in kinds:
            path = row.get("text_file")
            values["text"] = _read_text(folder, path) if path else None
        for column in (one for one in kinds if one in row):
            try:
                values[column] = parse_value(row[column], kinds[column])
            except ValueError:
                place = f"{where}, row {number}, column {column}"
                what = f"{row[column][:60]!r} is no value of this column"
                problems += broken_table(place, what).problems
        if not problems:
            try:
                records.append(_RECORDS[name](**values))
            except TypeError:
                raise broken_table(where, "columns are missing") from None
    refuse(problems)
    return tuple(records)


def _read_text(folder: Path, path: str) -> str:
    if not re.fullmatch(r"text/[A-Za-z0-9][A-Za-z0-9._-]*\.txt", path):
        raise broken_table(str(folder), f"{path[:80]!r} is no text of this folder")
    try:
        return _read_bytes(folder, path).decode("utf-8")
    except UnicodeDecodeError:
        raise broken_table(str(folder / path), "it is not UTF-8") from None


def _read_bytes(folder: Path, path: str) -> bytes:
    file = folder / path
    if not file.is_file() or not file.resolve().is_relative_to(folder.resolve()):
        raise broken_table(str(file), "there is no such file in the folder")
    if file.stat().st_size > _LARGEST:
        raise broken_table(str(file), "it is larger than 500 MB")
    return file.read_bytes()
