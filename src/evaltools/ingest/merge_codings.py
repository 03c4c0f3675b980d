"""Rows that an import adds to the study's tables; what is there already stays as it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from evaltools.ingest.code_ids import KnownCodes
from evaltools.ingest.coder_ids import IdentifiedCoders
from evaltools.ingest.passage_match import MatchedPassages
from evaltools.ingest.table_edits import EditableTable, Row
from evaltools.qda.model import Coding, CodingSet, ReadDocument, Segment, coding_id

# So that every table refers only to what was put in its place before it.
ORDER = ("codes", "coders", "readings", "segments", "codings", "relations")
Tables = Mapping[str, EditableTable]
Key = tuple[str, str, str, str]
"""Passage, code, coder and round: of these a study has one coding."""
_ENDS = ("from_segment_id", "to_segment_id")


@dataclass(frozen=True)
class MergedTables:
    """The tables after an import.

    Arguments:
        tables: those that change, by name.
        added: rows that are new, by table.
        existing: codings of the file that the study has already.
        differing: codings that the study has with another polarity or certainty, which stays.
        finished: readings that were partial and are stated to be complete now.
        undated: codings without a day.
        unsettled: documents on which the study holds another consensus in the same round.
        resting: codings of the consensus that rest on ones the study does not have.
        suspects: why somebody may be taken for somebody else, a line each.
    """

    tables: Tables
    added: Mapping[str, int]
    existing: int
    differing: tuple[str, ...]
    finished: int
    undated: int
    unsettled: tuple[str, ...]
    resting: tuple[str, ...]
    suspects: tuple[str, ...]


@dataclass(frozen=True)
class ReadCoding:
    """A coding of a file, and what of the study its parts were stated to be.

    Arguments:
        coding: what the file holds.
        matches: documents and passages of the file in the study.
        coders: who is who.
        codes: codes of the study by those of the file, and those that are new.
        complete: the coders read their documents from beginning to end.
        created: day of codings that have none.
    """

    coding: CodingSet
    matches: MatchedPassages
    coders: IdentifiedCoders
    codes: KnownCodes
    complete: bool = False
    created: date | None = None


def merge_codings(read: ReadCoding, tables: Tables) -> MergedTables:
    """Add a coding to the tables of the study, those of ORDER."""
    coders = read.coders
    segments, new_segments = _merge_segments(read.matches, tables)
    existing: dict[Key, Row] = {_key(row): row for row in tables["codings"]}
    new: dict[Key, Coding] = {}
    known, undated = 0, 0
    differing: list[str] = []
    by_coder: dict[str, list[Key]] = {}
    ids = {row["coding_id"]: row["coding_id"] for row in tables["codings"]}
    own_ids: dict[str, str] = {}  # of codings of the study by those of the file
    for one in read.coding.codings:
        if one.segment_id not in segments or one.code_id not in read.codes.ids:
            continue
        passage, code = segments[one.segment_id], read.codes.ids[one.code_id]
        coder = coders.coders[one.coder_id].coder_id
        key = (passage, code, coder, str(one.round))
        by_coder.setdefault(coder, []).append(key)
        old = existing.get(key)
        if old is not None:
            known += 1
            own_ids[one.coding_id] = old["coding_id"]
            certainty = one.certainty or old.get("certainty")
            if old["polarity"] != one.polarity or old.get("certainty", certainty) != certainty:
                differing.append(old["coding_id"])
            continue
        created = one.created or read.created
        undated += created is None
        own_ids[one.coding_id] = identifier = coding_id(passage, code, coder, one.round)
        merged = replace(
            one,
            coding_id=identifier,
            segment_id=passage,
            code_id=code,
            coder_id=coder,
            created=created,
        )
        new.setdefault(key, merged)
    ids |= own_ids
    resting = tuple(
        sorted(
            one.coding_id
            for one in new.values()
            if any(name not in ids for name in one.consensus_of.split())
        )
    )
    for key, one in new.items():
        sources = dict.fromkeys(ids[name] for name in one.consensus_of.split() if name in ids)
        new[key] = replace(one, consensus_of=" ".join(sources))
    relations = _merge_relations(read, tables, segments)
    readings, finished = _merge_readings(read, tables, new.values())
    used = {one.segment_id for one in new.values()}
    used |= {row[column] for row in relations for column in _ENDS}
    wanted = [one for name, one in new_segments.items() if name in used]
    wanted.sort(key=lambda one: (one.document_id, one.start, one.end))
    used_coders = {one.coder_id for one in new.values()} | {one.coder_id for one in readings}
    added: dict[str, list[Mapping[str, object]]] = {
        "codes": [vars(code) for code in read.codes.new],
        "coders": [vars(coder) for coder in coders.new if coder.coder_id in used_coders],
        "readings": [vars(reading) for reading in readings],
        "segments": [vars(one) for one in wanted],
        "codings": [vars(new[key]) for key in sorted(new)],
        "relations": [dict(row) for row in relations],
    }
    changed = {name: tables[name].append_rows(rows) for name, rows in added.items() if rows}
    if finished:
        readings_before = tables["readings"].changed(
            lambda row: {**row, "complete": "true"} if _reading_key(row) in finished else row
        )
        changed["readings"] = readings_before.append_rows(added["readings"])
    return MergedTables(
        {name: changed[name] for name in added if name in changed},
        {name: len(rows) for name, rows in added.items() if rows},
        known,
        tuple(differing),
        len(finished),
        undated,
        _conflicting_consensus(read, tables, by_coder),
        resting,
        _suspects(coders, by_coder, existing),
    )


def _key(row: Row) -> Key:
    return row["segment_id"], row["code_id"], row["coder_id"], row["round"]


def _reading_key(row: Row) -> tuple[str, str, str]:
    """What there is one reading of: document, coder and round."""
    return row["document_id"], row["coder_id"], row["round"]


def _documents(matches: MatchedPassages, tables: Tables) -> dict[str, str]:
    """Document by passage, of the study with what is added."""
    home = {row["segment_id"]: row["document_id"] for row in tables["segments"]}
    return home | {one.segment_id: one.document_id for one in matches.segments.values()}


def _merge_segments(
    matches: MatchedPassages, tables: Tables
) -> tuple[dict[str, str], dict[str, Segment]]:
    """Passage of the study by passage of the file, and those that are new."""
    rows = tables["segments"]
    at = {(row["document_id"], row["start"], row["end"]): row["segment_id"] for row in rows}
    segments: dict[str, str] = {}
    new: dict[str, Segment] = {}
    for name, segment in matches.segments.items():
        place = (segment.document_id, str(segment.start), str(segment.end))
        if place not in at:
            new[segment.segment_id] = segment
        segments[name] = at.setdefault(place, segment.segment_id)
    return segments, new


def _merge_relations(
    read: ReadCoding, tables: Tables, segments: Mapping[str, str]
) -> list[dict[str, str]]:
    columns = (*_ENDS, "kind", "coder_id")
    existing = {tuple(row[column] for column in columns) for row in tables["relations"]}
    rows: dict[tuple[str, ...], dict[str, str]] = {}
    for one in read.coding.relations:
        start, end = segments.get(one.from_segment_id), segments.get(one.to_segment_id)
        coder = read.coders.coders.get(one.coder_id)
        if start is None or end is None or coder is None:
            continue
        values = (start, end, one.kind, coder.coder_id)
        if values not in existing:
            row = dict(zip(columns, values, strict=True))
            rows[values] = {"relation_id": "-".join(values), **row}
    return [rows[key] for key in sorted(rows)]


def _merge_readings(
    read: ReadCoding, tables: Tables, new: Iterable[Coding]
) -> tuple[list[ReadDocument], set[tuple[str, str, str]]]:
    """New readings, and those that are there as partial and are complete now."""
    existing = {_reading_key(row): row["complete"] for row in tables["readings"]}
    wanted: dict[tuple[str, str, str], ReadDocument] = {}
    for one in read.coding.readings:
        document = read.matches.documents.get(one.document_id)
        coder = read.coders.coders.get(one.coder_id)
        if document is not None and coder is not None:
            key = (document, coder.coder_id, str(one.round))
            earlier = wanted.get(key)
            complete = one.complete or read.complete or bool(earlier and earlier.complete)
            wanted[key] = replace(
                one, document_id=document, coder_id=coder.coder_id, complete=complete
            )
    home = _documents(read.matches, tables)
    for coded in new:
        key = (home[coded.segment_id], coded.coder_id, str(coded.round))
        wanted.setdefault(key, ReadDocument(key[0], key[1], coded.round, read.complete))
    finished = {
        key for key, one in wanted.items() if one.complete and existing.get(key, "true") == "false"
    }
    return [one for key, one in sorted(wanted.items()) if key not in existing], finished


def _conflicting_consensus(
    read: ReadCoding, tables: Tables, by_coder: Mapping[str, Sequence[Key]]
) -> tuple[str, ...]:
    """Documents whose consensus in a round is there already, and is another one."""
    coders = read.coders.coders
    agreed = {one.coder_id for one in coders.values() if one.role == "consensus"}
    home = _documents(read.matches, tables)
    mine: dict[tuple[str, ...], set[tuple[str, str]]] = {
        (document, coders[one.coder_id].coder_id, str(one.round)): set()
        for one in read.coding.readings
        if (document := read.matches.documents.get(one.document_id)) is not None
        and coders[one.coder_id].coder_id in agreed
    }
    for passage, code, coder, round_ in (key for name in agreed for key in by_coder.get(name, ())):
        mine.setdefault((home[passage], coder, round_), set()).add((passage, code))
    theirs: dict[tuple[str, ...], set[tuple[str, str]]] = {
        _reading_key(row): set() for row in tables["readings"] if row["coder_id"] in agreed
    }
    for row in tables["codings"]:
        if row["coder_id"] in agreed and row["segment_id"] in home:
            key = (home[row["segment_id"]], row["coder_id"], row["round"])
            theirs.setdefault(key, set()).add((row["segment_id"], row["code_id"]))
    differing = (key for key, codings in mine.items() if theirs.get(key, codings) != codings)
    return tuple(sorted({document for document, _, _ in differing}))


def _suspects(
    coders: IdentifiedCoders, by_coder: Mapping[str, Sequence[Key]], existing: Iterable[Key]
) -> tuple[str, ...]:
    """Why somebody may be taken for somebody else, a line each.

    A new coder all of whose codings another has already, is that one under a key that was lost;
    and a made pseudonym that the study has, with other codings only, is of another person.
    """

    def without_coder(keys: Iterable[Key]) -> set[tuple[str, str, str]]:
        return {(passage, code, round_) for passage, code, _, round_ in keys}

    of: dict[str, set[tuple[str, str, str]]] = {}
    for passage, code, coder, round_ in existing:
        of.setdefault(coder, set()).add((passage, code, round_))
    new_coders = {coder.coder_id for coder in coders.new}
    agreed = {one.coder_id for one in coders.coders.values() if one.role == "consensus"}
    lines = []
    for coder, keys in sorted(by_coder.items()):
        if coder in agreed or coder not in new_coders:
            continue  # the consensus has what others have: that is what it is
        own = without_coder(keys)
        twins = sorted(other for other, codings in of.items() if own <= codings)
        name = next(name for name, one in coders.coders.items() if one.coder_id == coder)
        if twins:
            lines.append(f"every coding of {name!r} is there already, by {', '.join(twins)}")
    for name in sorted(coders.by_pseudonym):
        coder = coders.coders[name].coder_id
        own = without_coder(by_coder.get(coder, ()))
        if own and of.get(coder) and not own & of[coder]:
            lines.append(f"the study has a {coders.coders[name].pseudonym!r} with other codings")
    return tuple(lines)
