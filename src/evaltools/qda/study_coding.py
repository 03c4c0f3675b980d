"""The coding of the study itself as one set: to be taken out, and for others to be matched to."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd

from evaltools.evidence.descriptor import load_descriptor
from evaltools.evidence.tables import fill_missing_columns, read_one
from evaltools.files import resolve_inside
from evaltools.problems import Problem, ProblemError
from evaltools.qda import model

TABLES = (
    *("projects", "documents", "codes", "coders", "segments", "codings", "readings", "relations"),
)
LANGUAGES = ("fi", "sv", "en")
Row = dict[str, Any]
T = TypeVar("T")


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
    frames = read_study_tables(data, TABLES, TABLES, "exchange.table")
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
