"""The consensus of a file: what it rests on, and whether the study holds another one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaltools.exchange.record import Coding, CodingSet
from evaltools.importing.coders import Known
from evaltools.importing.passages import Found
from evaltools.importing.rows import Rows


def reading_key(row: Mapping[str, str]) -> tuple[str, str, str]:
    """What there is one reading of: document, coder and round."""
    return (row["document_id"], row["coder_id"], row["round"])


def known_grounds(one: Coding, ids: Mapping[str, str]) -> bool:
    """Whether the study has, or gets, every coding that one of the consensus rests on.

    Arguments:
        ids: identifiers in the study by those in the file.
    """
    return all(name in ids for name in one.consensus_of.split())


def grounds(one: Coding, ids: Mapping[str, str]) -> str:
    """What a coding of the consensus rests on, by the identifiers of the study."""
    return " ".join(dict.fromkeys(ids[name] for name in one.consensus_of.split() if name in ids))


def unsettled(
    coding: CodingSet,
    tables: Mapping[str, Rows],
    found: Found,
    coders: Known,
    by_coder: Mapping[str, Sequence[tuple[str, ...]]],
) -> tuple[str, ...]:
    """Documents whose consensus in a round is there already, and is another one."""
    agreed = {one.coder_id for one in coders.coders.values() if one.role == "consensus"}
    home = {row["segment_id"]: row["document_id"] for row in tables["segments"]}
    home |= {one.segment_id: one.document_id for one in found.segments.values()}
    mine: dict[tuple[str, ...], set[tuple[str, str]]] = {
        (document, coders.coders[one.coder_id].coder_id, str(one.round)): set()
        for one in coding.readings
        if (document := found.documents.get(one.document_id)) is not None
        and coders.coders[one.coder_id].coder_id in agreed
    }
    for passage, code, coder, round_ in (key for name in agreed for key in by_coder.get(name, ())):
        mine.setdefault((home[passage], coder, round_), set()).add((passage, code))
    theirs: dict[tuple[str, ...], set[tuple[str, str]]] = {
        reading_key(row): set() for row in tables["readings"] if row["coder_id"] in agreed
    }
    for row in tables["codings"]:
        if row["coder_id"] in agreed and row["segment_id"] in home:
            key = (home[row["segment_id"]], row["coder_id"], row["round"])
            theirs.setdefault(key, set()).add((row["segment_id"], row["code_id"]))
    differing = (key for key, codings in mine.items() if theirs.get(key, codings) != codings)
    return tuple(sorted({document for document, _, _ in differing}))
