"""The coding of the study itself as one set: to be taken out, and for others to be matched to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from pathlib import Path
from typing import Any, cast, get_args

import pandas as pd

from evaltools.evidence.descriptor import load_descriptor
from evaltools.evidence.paths import inside
from evaltools.evidence.tables import completed, read_one
from evaltools.exchange.record import (
    Case,
    Certainty,
    Code,
    Coder,
    Coding,
    CodingSet,
    Document,
    Polarity,
    Reading,
    Relation,
    Segment,
)
from evaltools.problems import Problem, ProblemError

TABLES = (
    *("projects", "documents", "codes", "coders", "segments", "codings", "readings", "relations"),
)


def study_coding(
    data: Path, *, coders: Collection[str] = (), wave: int | None = None, consensus: bool = True
) -> CodingSet:
    """The coding in a data folder.

    Arguments:
        data: the data folder.
        coders: identifiers or pseudonyms of the coders whose work is wanted; all where none.
        wave: year of the examination whose documents are wanted; all where none.
        consensus: with what the coders agreed on in the end.

    Raises ProblemError where a table cannot be read, or a coder or wave is not there.
    """
    frames = _frames(data)
    documents = _documents(data, frames, wave)
    chosen = _coders(frames["coders"], coders, consensus)
    names = {document.document_id for document in documents}
    people = {coder.coder_id for coder in chosen}
    segments = {
        segment.segment_id: segment
        for row in _rows(frames["segments"])
        if (segment := _segment(row)).document_id in names
    }
    codings = tuple(
        coding
        for row in _rows(frames["codings"])
        if (coding := _coding(row)).coder_id in people and coding.segment_id in segments
    )
    relations = tuple(
        relation
        for row in _rows(frames["relations"])
        if (relation := _relation(row)).coder_id in people
        and {relation.from_segment_id, relation.to_segment_id} <= segments.keys()
    )
    used = {coding.segment_id for coding in codings}
    for relation in relations:
        used |= {relation.from_segment_id, relation.to_segment_id}
    readings = tuple(
        reading
        for row in _rows(frames["readings"])
        if (reading := _reading(row)).coder_id in people and reading.document_id in names
    )
    return CodingSet(
        origin="evaltools",
        documents=documents,
        codes=tuple(map(_code, _rows(frames["codes"]))),
        coders=chosen,
        segments=tuple(one for name, one in segments.items() if name in used),
        codings=codings,
        readings=readings,
        relations=relations,
        cases=_cases(frames["projects"], documents),
    )


def _frames(data: Path) -> dict[str, pd.DataFrame]:
    descriptor = load_descriptor(data)
    found = {
        resource.name: frame
        for resource in descriptor.resources
        if resource.name in TABLES and (frame := read_one(data, resource)) is not None
    }
    declared = {resource.name for resource in descriptor.resources}
    missing = [name for name in TABLES if name in declared and name not in found]
    if missing:
        remedy = "Run 'evaltools check' for what is wrong with it."
        raise ProblemError(
            Problem(f"table {name}", "cannot be read", "", remedy, "exchange.table")
            for name in missing
        )
    return completed(found)


Row = dict[str, Any]


def _rows(frame: pd.DataFrame) -> list[Row]:
    """Rows with None for what is missing."""
    filled = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in filled.to_dict("records")]


def _words(row: Row, column: str) -> str:
    value = row.get(column)
    return "" if value is None else str(value)


def _day(row: Row, column: str) -> date | None:
    value = row.get(column)
    return None if value is None else pd.Timestamp(value).date()


def _documents(
    data: Path, frames: dict[str, pd.DataFrame], wave: int | None
) -> tuple[Document, ...]:
    numbers = {_words(row, "project_id"): row for row in _rows(frames["projects"])}
    rows = _rows(frames["documents"])
    waves = sorted({str(row["wave"]) for row in rows})
    if wave is not None and str(wave) not in waves:
        raise ProblemError(
            [Problem("--wave", f"no document is of {wave}", ", ".join(waves), code="exchange.wave")]
        )
    documents = []
    for row in rows:
        if wave is not None and row["wave"] != wave:
            continue
        path = inside(data, _words(row, "text_file"))
        text = None
        if path is not None and path.is_file():
            text = path.read_text(encoding="utf-8", errors="replace")
        project = numbers.get(_words(row, "project_id"), {})
        variables = {
            "project_id": _words(row, "project_id"),
            "register_number": _words(project, "register_number"),
            "wave": _words(row, "wave"),
            "language": _words(row, "language"),
        }
        documents.append(
            Document(
                _words(row, "document_id"),
                _words(row, "document_id"),
                text,
                _words(row, "text_sha256"),
                variables={key: value for key, value in variables.items() if value},
            )
        )
    return tuple(documents)


def _coders(frame: pd.DataFrame, wanted: Collection[str], consensus: bool) -> tuple[Coder, ...]:
    coders = [
        Coder(
            _words(row, "coder_id"),
            _words(row, "pseudonym"),
            "consensus" if row["role"] == "consensus" else "coder",
            _day(row, "trained_on"),
        )
        for row in _rows(frame)
    ]
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


def _code(row: Row) -> Code:
    labels = (_words(row, f"label_{language}") for language in ("fi", "sv", "en"))
    label = next((text for text in labels if text), "")
    texts = ("definition", "include", "exclude", "kind", "label_fi", "label_sv", "label_en")
    return Code(
        _words(row, "code_id"),
        row["parent_id"],
        label or _words(row, "code_id"),
        **{name: _words(row, name) for name in texts},
        codebook_version=_words(row, "codebook_version"),
        retired=_words(row, "retired"),
        codable=row["codable"] is not False,
    )


def _segment(row: Row) -> Segment:
    page = row.get("page")
    texts = ("quote", "prefix", "suffix", "section", "origin_tool", "origin_guid")
    return Segment(
        _words(row, "segment_id"),
        _words(row, "document_id"),
        int(row["start"]),
        int(row["end"]),
        page=None if page is None else int(page),
        offset_convention=_words(row, "offset_convention"),
        **{name: _words(row, name) for name in texts},
    )


def _coding(row: Row) -> Coding:
    certainty = row.get("certainty")
    return Coding(
        _words(row, "coding_id"),
        _words(row, "segment_id"),
        _words(row, "code_id"),
        _words(row, "coder_id"),
        cast(Polarity, row["polarity"] if row["polarity"] in get_args(Polarity) else "affirm"),
        cast(Certainty, certainty) if certainty in get_args(Certainty) else None,
        int(row["round"]),
        _day(row, "created"),
        _words(row, "consensus_of"),
    )


def _reading(row: Row) -> Reading:
    return Reading(
        _words(row, "document_id"),
        _words(row, "coder_id"),
        int(row["round"]),
        bool(row["complete"]),
        _words(row, "codebook_version"),
    )


def _relation(row: Row) -> Relation:
    columns = ("relation_id", "from_segment_id", "to_segment_id", "kind", "coder_id")
    return Relation(*(_words(row, column) for column in columns))


def _cases(projects: pd.DataFrame, documents: tuple[Document, ...]) -> tuple[Case, ...]:
    of: dict[str, list[str]] = {}
    for document in documents:
        of.setdefault(document.variables.get("project_id", ""), []).append(document.document_id)
    cases = []
    for row in _rows(projects):
        project, number = _words(row, "project_id"), _words(row, "register_number")
        if project in of:
            variables = {"register_number": number} if number else {}
            cases.append(Case(project, tuple(of[project]), variables, project))
    return tuple(cases)
