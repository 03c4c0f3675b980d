"""Rows that an import adds to the study's tables; what is there already stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from evaltools.exchange.record import (
    Code,
    Coding,
    CodingSet,
    Reading,
    Segment,
    coding_id,
)
from evaltools.importing.coders import Known
from evaltools.importing.consensus import grounds, known_grounds, reading_key, unsettled
from evaltools.importing.passages import Found
from evaltools.importing.rows import Line, Rows

# So that every table refers only to what was put in its place before it.
ORDER = ("codes", "coders", "readings", "segments", "codings", "relations")
Tables = Mapping[str, Rows]


@dataclass(frozen=True)
class Merged:
    """The tables after an import.

    Arguments:
        tables: those that change, by name.
        added: rows that are new, by table.
        there: codings of the file that the study has already.
        differing: codings that the study has with another polarity or certainty, which stays.
        finished: readings that were partial and are told to be complete now.
        undated: codings without a day.
        unsettled: documents on which the study holds another consensus in the same round.
        resting: codings of the consensus that rest on ones the study does not have.
    """

    tables: Tables
    added: Mapping[str, int]
    there: int
    differing: tuple[str, ...]
    finished: int
    undated: int
    unsettled: tuple[str, ...]
    resting: tuple[str, ...]
    suspects: tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """What holds for all rows.

    Arguments:
        complete: the coders read their documents from beginning to end.
        created: day of codings that have none.
        version: codebook version of readings that have none, where it is known.
    """

    complete: bool = False
    created: date | None = None
    version: str = ""


def merge(
    coding: CodingSet,
    tables: Tables,
    found: Found,
    coders: Known,
    codes: Mapping[str, str],
    new_codes: Sequence[Code],
    terms: Terms,
) -> Merged:
    """Add a coding to the tables of the study.

    Arguments:
        coding: what the file holds.
        tables: of the study, those of ORDER.
        found: documents and passages of the file in the study.
        coders, codes: coders and codes of the study by those of the file.
        new_codes: to be added to the codebook.
        terms: what holds for all rows.
    """
    at = {
        (row["document_id"], row["start"], row["end"]): row["segment_id"]
        for row in tables["segments"]
    }
    segments: dict[str, str] = {}
    new_segments: dict[str, Segment] = {}
    for name, segment in found.segments.items():
        place = (segment.document_id, str(segment.start), str(segment.end))
        if place not in at:
            new_segments[segment.segment_id] = segment
        segments[name] = at.setdefault(place, segment.segment_id)
    there = {_key(row): row for row in tables["codings"]}
    new: dict[tuple[str, ...], Coding] = {}
    known, undated = 0, 0
    differing: list[str] = []
    by_coder: dict[str, list[tuple[str, ...]]] = {}
    ids: dict[str, str] = {}  # of codings of the study by those of the file
    for one in coding.codings:
        if one.segment_id not in segments or one.code_id not in codes:
            continue
        passage, code = segments[one.segment_id], codes[one.code_id]
        coder = coders.coders[one.coder_id].coder_id
        key = (passage, code, coder, str(one.round))
        by_coder.setdefault(coder, []).append(key)
        old = there.get(key)
        if old is not None:
            known += 1
            ids[one.coding_id] = old["coding_id"]
            if old["polarity"] != one.polarity or _differs(old, "certainty", one.certainty):
                differing.append(old["coding_id"])
            continue
        undated += one.created is None and terms.created is None
        ids[one.coding_id] = coding_id(passage, code, coder, one.round)
        new.setdefault(
            key,
            replace(
                one,
                coding_id=ids[one.coding_id],
                segment_id=passage,
                code_id=code,
                coder_id=coder,
                created=one.created or terms.created,
            ),
        )
    ids = {row["coding_id"]: row["coding_id"] for row in tables["codings"]} | ids
    resting = tuple(sorted(one.coding_id for one in new.values() if not known_grounds(one, ids)))
    new = {key: replace(one, consensus_of=grounds(one, ids)) for key, one in new.items()}
    relations = _relations(coding, tables, segments, coders)
    readings, finished = _readings(coding, tables, found, coders, new.values(), terms)
    used = {one.segment_id for one in new.values()}
    used |= {row[column] for row in relations for column in _ENDS}
    wanted = [one for name, one in new_segments.items() if name in used]
    wanted.sort(key=lambda one: (one.document_id, one.start, one.end))
    used_coders = {one.coder_id for one in new.values()} | {row["coder_id"] for row in readings}
    added: dict[str, list[Mapping[str, object]]] = {
        "codes": [vars(code) for code in new_codes],
        "coders": [vars(coder) for coder in coders.new if coder.coder_id in used_coders],
        "readings": [dict(row) for row in readings],
        "segments": [vars(one) for one in wanted],
        "codings": [vars(new[key]) for key in sorted(new)],
        "relations": [dict(row) for row in relations],
    }
    return Merged(
        {
            name: _extended(
                _finished(tables[name], finished) if name == "readings" else tables[name], rows
            )
            for name, rows in added.items()
            if rows or (name == "readings" and finished)
        },
        {name: len(rows) for name, rows in added.items() if rows},
        known,
        tuple(differing),
        len(finished),
        undated,
        unsettled(coding, tables, found, coders, by_coder),
        resting,
        _suspects(coders, by_coder, there),
    )


_ENDS = ("from_segment_id", "to_segment_id")


def _key(row: Mapping[str, str]) -> tuple[str, ...]:
    return (row["segment_id"], row["code_id"], row["coder_id"], row["round"])


def _differs(row: Mapping[str, str], column: str, value: str | None) -> bool:
    return value is not None and column in row and row[column] != value


def _relations(
    coding: CodingSet, tables: Tables, segments: Mapping[str, str], coders: Known
) -> list[dict[str, str]]:
    columns = (*_ENDS, "kind", "coder_id")
    there = {tuple(row[column] for column in columns) for row in tables["relations"]}
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for one in coding.relations:
        ends = (segments.get(one.from_segment_id), segments.get(one.to_segment_id))
        coder = coders.coders.get(one.coder_id)
        if None in ends or coder is None:
            continue
        values = (str(ends[0]), str(ends[1]), one.kind, coder.coder_id)
        if values not in there:
            row = dict(zip(columns, values, strict=True))
            rows[values] = {"relation_id": "-".join(values), **row}
    return [rows[key] for key in sorted(rows)]


def _readings(
    coding: CodingSet,
    tables: Tables,
    found: Found,
    coders: Known,
    new: Iterable[Coding],
    terms: Terms,
) -> tuple[list[dict[str, str]], set[tuple[str, str, str]]]:
    """New readings, and those that are there as partial and are complete now."""
    there = {reading_key(row): row["complete"] for row in tables["readings"]}
    wanted: dict[tuple[str, str, str], Reading] = {}
    for one in coding.readings:
        document, coder = found.documents.get(one.document_id), coders.coders.get(one.coder_id)
        if document is not None and coder is not None:
            key = (document, coder.coder_id, str(one.round))
            earlier = wanted.get(key)
            complete = one.complete or terms.complete or bool(earlier and earlier.complete)
            wanted[key] = replace(
                one,
                document_id=document,
                coder_id=coder.coder_id,
                complete=complete,
                codebook_version=one.codebook_version or terms.version,
            )
    home = {row["segment_id"]: row["document_id"] for row in tables["segments"]}
    home |= {one.segment_id: one.document_id for one in found.segments.values()}
    for coded in new:
        key = (home[coded.segment_id], coded.coder_id, str(coded.round))
        wanted.setdefault(key, Reading(key[0], key[1], coded.round, terms.complete, terms.version))
    rows = [
        {
            "document_id": one.document_id,
            "coder_id": one.coder_id,
            "round": str(one.round),
            "complete": "true" if one.complete else "false",
            "codebook_version": one.codebook_version,
        }
        for key, one in sorted(wanted.items())
        if key not in there
    ]
    finished = {
        key for key, one in wanted.items() if one.complete and there.get(key, "true") == "false"
    }
    return rows, finished


def _finished(rows: Rows, finished: set[tuple[str, str, str]]) -> Rows:
    return rows.changed(
        lambda row: {**row, "complete": "true"} if reading_key(row) in finished else row
    )


def _extended(rows: Rows, new: Sequence[Mapping[str, object]]) -> Rows:
    """The table with rows after those that are there, which keep their bytes."""
    lines = [Line({column: _cell(values.get(column)) for column in rows.columns}) for values in new]
    return replace(rows, lines=(*rows.lines, *lines))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _suspects(
    coders: Known,
    by_coder: Mapping[str, Sequence[tuple[str, ...]]],
    there: Mapping[tuple[str, ...], object],
) -> tuple[str, ...]:
    """Why somebody may be taken for somebody else, a line each.

    A new coder all of whose codings another has already, is that one under a key that was lost;
    and a made pseudonym that the study has, with other codings only, is of another person.
    """
    of: dict[str, set[tuple[str, ...]]] = {}
    for passage, code, coder, round_ in there:
        of.setdefault(coder, set()).add((passage, code, round_))
    made = {coder.coder_id: coder for coder in coders.new}
    lines = []
    agreed = {one.coder_id for one in coders.coders.values() if one.role == "consensus"}
    for coder, keys in sorted(by_coder.items()):
        if coder in agreed:
            continue  # it has what others have: that is what it is
        own = {(passage, code, round_) for passage, code, _, round_ in keys}
        if coder in made:
            twins = sorted(other for other, codings in of.items() if own <= codings)
            name = next(name for name, one in coders.coders.items() if one.coder_id == coder)
            if twins:
                lines.append(f"every coding of {name!r} is there already, by {', '.join(twins)}")
    for name in sorted(coders.by_pseudonym):
        coder = coders.coders[name].coder_id
        own = {(passage, code, round_) for passage, code, _, round_ in by_coder.get(coder, ())}
        if own and of.get(coder) and not own & of[coder]:
            lines.append(f"the study has a {coders.coders[name].pseudonym!r} with other codings")
    return tuple(lines)
