"""A coding set in tables: those of a study, and a folder of its own with the same ones, and back.

Of a folder `coding.json` tells what was read and how; it is also the mark by which one is known
that may be replaced. The columns of the study's tables stand first and in its order.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args, get_type_hints

import pandas as pd

from evaltools.evidence.descriptor import load_descriptor
from evaltools.evidence.tables import fill_missing_columns, read_one
from evaltools.files import build_beside, hold_lock, put_in_place, resolve_inside
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.qda import model
from evaltools.qda.model import parse_value
from evaltools.qda.spreadsheets import broken_table, read_cells, write_cells
from evaltools.study.vocabulary import LANGUAGES

MARK = "coding.json"
FORMAT = "evaltools-coding"
_LARGEST = 500_000_000
_STUDY_TABLES = (
    *("projects", "documents", "codes", "coders", "segments", "codings", "readings", "relations"),
)
Row = dict[str, Any]
T = TypeVar("T")

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
                else as_cell(getattr(record, column))
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


def as_cell(value: object) -> str:
    """A value as it stands in a cell of a table."""
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


def read_study_coding(
    data: Path, *, coders: Collection[str] = (), wave: int | None = None, consensus: bool = True
) -> model.CodingSet:
    """The coding in a data folder.

    Arguments:
        data: the data folder.
        coders: identifiers or pseudonyms of the coders whose work is wanted; all where none.
        wave: year of the examination whose documents are wanted; all where none.
        consensus: with what the coders agreed on in the end.

    Raises ProblemError where a table cannot be read, or a coder or wave is not there.
    """
    frames = read_study_tables(data, _STUDY_TABLES, _STUDY_TABLES, "exchange.table")
    documents = _documents(data, frames, wave)
    chosen = _chosen_coders(make_records(frames["coders"], model.Coder), coders, consensus)
    names = {document.document_id for document in documents}
    people = {coder.coder_id for coder in chosen}
    segments = {
        segment.segment_id: segment
        for segment in make_records(frames["segments"], model.Segment)
        if segment.document_id in names
    }
    codings = tuple(
        coding
        for coding in make_records(frames["codings"], model.Coding)
        if coding.coder_id in people and coding.segment_id in segments
    )
    relations = tuple(
        relation
        for relation in make_records(frames["relations"], model.Relation)
        if relation.coder_id in people
        and {relation.from_segment_id, relation.to_segment_id} <= segments.keys()
    )
    used = {coding.segment_id for coding in codings}
    for relation in relations:
        used |= {relation.from_segment_id, relation.to_segment_id}
    return model.CodingSet(
        origin="evaltools",
        documents=documents,
        codes=_codes(frames["codes"]),
        coders=chosen,
        segments=tuple(one for name, one in segments.items() if name in used),
        codings=codings,
        readings=tuple(
            reading
            for reading in make_records(frames["readings"], model.ReadDocument)
            if reading.coder_id in people and reading.document_id in names
        ),
        relations=relations,
        cases=_cases(frames["projects"], documents),
    )


def read_study_tables(
    data: Path, names: Collection[str], needed: Iterable[str], code: str
) -> dict[str, pd.DataFrame]:
    """Tables of a data folder that can be read, with all columns that their schema has today.

    Arguments:
        names: those that are wanted.
        needed: those of them that can be read if the study has them at all.
        code: of the problem where one of these is not.
    """
    resources = load_descriptor(data).resources
    tables = {
        resource.name: frame
        for resource in resources
        if resource.name in names and (frame := read_one(data, resource)) is not None
    }
    declared = {resource.name for resource in resources}
    missing = [name for name in needed if name in declared and name not in tables]
    if missing:
        remedy = "Run 'evaltools check' for what is wrong with it."
        raise ProblemError(
            Problem(f"table {name}", "cannot be read", "", remedy, code) for name in missing
        )
    return fill_missing_columns(tables)


def table_rows(frame: pd.DataFrame) -> list[Row]:
    """Rows with None for what is missing."""
    filled = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in filled.to_dict("records")]


def make_records(frame: pd.DataFrame, kind: type[T]) -> list[T]:
    """Records of a table."""
    return model.parse_records(kind, table_rows(frame))


def _text(row: Row, column: str) -> str:
    value = row.get(column)
    return "" if value is None else str(value)


def _documents(
    data: Path, frames: dict[str, pd.DataFrame], wave: int | None
) -> tuple[model.Document, ...]:
    projects = {_text(row, "project_id"): row for row in table_rows(frames["projects"])}
    rows = table_rows(frames["documents"])
    waves = sorted({str(row["wave"]) for row in rows})
    if wave is not None and str(wave) not in waves:
        what = f"no document is of {wave}"
        raise model.refusal("--wave", what, ", ".join(waves), code="exchange.wave")
    documents = []
    for row in rows:
        if wave is not None and row["wave"] != wave:
            continue
        path = resolve_inside(data, _text(row, "text_file"))
        text = None
        if path is not None and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
        row["register_number"] = projects.get(_text(row, "project_id"), {}).get("register_number")
        columns = ("project_id", "register_number", "wave", "language")
        variables = {column: value for column in columns if (value := _text(row, column))}
        name = _text(row, "document_id")
        documents.append(
            model.Document(name, name, text, _text(row, "text_sha256"), variables=variables)
        )
    return tuple(documents)


def _chosen_coders(
    coders: list[model.Coder], wanted: Collection[str], consensus: bool
) -> tuple[model.Coder, ...]:
    known = {name for coder in coders for name in (coder.coder_id, coder.pseudonym)}
    unknown = sorted(set(wanted) - known)
    if unknown:
        allowed = ", ".join(f"{coder.coder_id} ({coder.pseudonym})" for coder in coders)
        raise ProblemError(
            Problem("--coder", f"the study has no coder {name!r}", allowed, code="exchange.coder")
            for name in unknown
        )
    return tuple(
        coder
        for coder in coders
        if (not wanted or {coder.coder_id, coder.pseudonym} & set(wanted))
        and (consensus or coder.role != "consensus")
    )


def _codes(frame: pd.DataFrame) -> tuple[model.Code, ...]:
    """Codes, named by their first label and told in the first language that has the text."""
    rows = table_rows(frame)
    for row in rows:
        row["name"] = _first_text(row, "label") or _text(row, "code_id")
        for name in ("definition", "include", "exclude"):
            row[name] = _text(row, name) or _first_text(row, name)
    return tuple(model.parse_records(model.Code, rows))


def _first_text(row: Row, name: str) -> str:
    texts = (_text(row, f"{name}_{language}") for language in LANGUAGES)
    return next((text for text in texts if text), "")


def _cases(projects: pd.DataFrame, documents: tuple[model.Document, ...]) -> tuple[model.Case, ...]:
    of: dict[str, list[str]] = {}
    for document in documents:
        of.setdefault(document.variables.get("project_id", ""), []).append(document.document_id)
    cases = []
    for row in table_rows(projects):
        project, number = _text(row, "project_id"), _text(row, "register_number")
        if project in of:
            variables = {"register_number": number} if number else {}
            cases.append(model.Case(project, tuple(of[project]), variables, project))
    return tuple(cases)
