"""Tables of a coder's work: a function of the journals, written beside them whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from evaltools.coding.acts import Act, Code, Passage
from evaltools.coding.state import State, fold
from evaltools.coding.store import journals, read_journal
from evaltools.exchange.record import (
    Coder,
    Coding,
    CodingSet,
    Document,
    Reading,
    Relation,
    Segment,
    coding_id,
    segment_id,
)
from evaltools.exchange.tables import table_files
from evaltools.files import replace_file

ORIGIN = "evaltools coding panel"
CONVENTION = "code points"


def coding_set(rounds: Mapping[int, Sequence[Act]], coder: Coder) -> CodingSet:
    """What a coder's journals amount to, in the study's own terms.

    Arguments:
        rounds: the acts of each round, in the order in which they were written.
        coder: who did them.

    Every passage, coding, reading and relation is named by what it is, so the same acts give
    the same rows wherever and whenever they are read.
    """
    segments: dict[str, Segment] = {}
    codings: list[Coding] = []
    readings: list[Reading] = []
    relations: list[Relation] = []
    digests: dict[str, str] = {}
    for round_, acts in sorted(rounds.items()):
        state = fold(acts)
        for (document, start, end, code), marked in state.codings.items():
            name = segment_id(document, start, end)
            segments.setdefault(name, _segment(name, document, marked.coding.passage))
            digests[document] = marked.act.text_sha256
            codings.append(
                Coding(
                    coding_id(name, code, coder.coder_id, round_),
                    name,
                    code,
                    coder.coder_id,
                    marked.coding.polarity,
                    marked.coding.certainty,
                    round_,
                    marked.act.day,
                    "" if isinstance(marked.coding, Code) else marked.coding.consensus_of,
                )
            )
        readings += _readings(state, coder.coder_id, round_)
        relations += _relations(state, coder.coder_id, round_)
        for document in state.readings:
            digests.setdefault(document, "")
    return CodingSet(
        origin=ORIGIN,
        documents=tuple(
            Document(name, name, None, digest) for name, digest in sorted(digests.items())
        ),
        coders=(coder,),
        segments=tuple(sorted(segments.values(), key=_by_place)),
        codings=tuple(sorted(codings, key=lambda row: (row.round, row.coding_id))),
        readings=tuple(readings),
        relations=tuple(relations),
        positions="counted in code points of the normalised text and checked letter by letter",
    )


def write_coder(folder: Path, coder: Coder) -> CodingSet:
    """Write the tables of a coder's folder anew from all journals in it.

    Each file is written beside and renamed, and only where it has changed.
    """
    made = coding_set({number: read_journal(path) for number, path in journals(folder)}, coder)
    for name, data in table_files(made).items():
        path = folder / name
        if not path.exists() or path.read_bytes() != data:
            replace_file(path, data)
    return made


def _segment(name: str, document: str, passage: Passage) -> Segment:
    return Segment(
        name,
        document,
        passage.start,
        passage.end,
        passage.quote,
        passage.prefix,
        passage.suffix,
        passage.page,
        passage.section,
        origin_tool="evaltools",
        offset_convention=CONVENTION,
    )


def _readings(state: State, coder: str, round_: int) -> list[Reading]:
    return [
        Reading(document, coder, round_, read.complete, read.codebook_version)
        for document, read in state.readings.items()
    ]


def _relations(state: State, coder: str, round_: int) -> list[Relation]:
    rows = []
    for document, source, target, kind in state.relations:
        ends = [segment_id(document, *place) for place in (source, target)]
        name = f"{ends[0]}-{kind}-{target[0]}-{target[1]}-{coder}-{round_}"
        rows.append(Relation(name, ends[0], ends[1], kind, coder))
    return rows


def _by_place(segment: Segment) -> tuple[str, int, int]:
    return segment.document_id, segment.start, segment.end
