"""Codings of coders as tables, from their journals or, where they have none, from the study's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from evaltools.coding.events import AddCode, Event, replay
from evaltools.coding.journal import list_journals, read_journal
from evaltools.evidence.paths import CODERS
from evaltools.files import replace_file
from evaltools.qda.model import (
    Coder,
    Coding,
    CodingSet,
    Document,
    ReadDocument,
    Relation,
    Segment,
    coding_id,
    segment_id,
)
from evaltools.qda.study_coding import make_records, read_study_tables
from evaltools.qda.tables import table_files

if TYPE_CHECKING:
    from evaltools.study import Study

ORIGIN = "evaltools coding panel"
CONVENTION = "code points"


def make_coding_set(rounds: Mapping[int, Sequence[Event]], coder: Coder) -> CodingSet:
    """What a coder's journals amount to, in the study's own terms.

    Arguments:
        rounds: the events of each round, in the order in which they were written.
        coder: who did them.

    Every passage, coding, reading and relation is named by what it is, so the same events give
    the same rows wherever and whenever they are read.
    """
    segments: dict[str, Segment] = {}
    codings: list[Coding] = []
    readings: list[ReadDocument] = []
    relations: list[Relation] = []
    digests: dict[str, str] = {}
    for round_, events in sorted(rounds.items()):
        state = replay(events)
        for (document, start, end, code), marked in state.codings.items():
            name = segment_id(document, start, end)
            segments.setdefault(
                name,
                Segment(
                    segment_id=name,
                    document_id=document,
                    origin_tool="evaltools",
                    offset_convention=CONVENTION,
                    **marked.coding.passage.model_dump(),
                ),
            )
            digests[document] = marked.event.text_sha256
            codings.append(
                Coding(
                    coding_id(name, code, coder.coder_id, round_),
                    name,
                    code,
                    coder.coder_id,
                    marked.coding.polarity,
                    marked.coding.certainty,
                    round_,
                    marked.event.day,
                    "" if isinstance(marked.coding, AddCode) else marked.coding.consensus_of,
                )
            )
        for document, read in state.readings.items():
            version = read.codebook_version
            readings.append(ReadDocument(document, coder.coder_id, round_, read.complete, version))
            digests.setdefault(document, "")
        for document, source, target, kind in state.relations:
            ends = [segment_id(document, *place) for place in (source, target)]
            name = f"{ends[0]}-{kind}-{target[0]}-{target[1]}-{coder.coder_id}-{round_}"
            relations.append(Relation(name, ends[0], ends[1], kind, coder.coder_id))
    return CodingSet(
        origin=ORIGIN,
        documents=tuple(
            Document(name, name, None, digest) for name, digest in sorted(digests.items())
        ),
        coders=(coder,),
        segments=tuple(
            sorted(segments.values(), key=lambda row: (row.document_id, row.start, row.end))
        ),
        codings=tuple(sorted(codings, key=lambda row: (row.round, row.coding_id))),
        readings=tuple(readings),
        relations=tuple(relations),
        positions="counted in code points of the normalised text and checked letter by letter",
    )


def write_coder(folder: Path, coder: Coder) -> CodingSet:
    """Write the tables of a coder's folder anew from all journals in it.

    Each file is written beside and renamed, and only where it has changed.
    """
    coding = make_coding_set(
        {number: read_journal(path) for number, path in list_journals(folder)}, coder
    )
    for name, data in table_files(coding).items():
        path = folder / name
        if not path.exists() or path.read_bytes() != data:
            replace_file(path, data)
    return coding


def load_codings(study: Study, coders: Iterable[Coder], round_: int) -> CodingSet:
    """What several coders did in a round.

    Arguments:
        study: its data folder holds their journals, or tables of codings brought in.
        coders: whose codings.
        round_: round of coding.

    A coder who has a journal of the round is taken from it, another one from the study's tables,
    where codings of other tools are.
    """
    together = CodingSet()
    tables: CodingSet | None = None
    for coder in coders:
        path = dict(list_journals(study.data / CODERS / coder.coder_id)).get(round_)
        if path is not None:
            own = make_coding_set({round_: read_journal(path)}, coder)
        else:
            tables = tables or _study_codings(study)
            own = _coder_codings(tables, coder, round_)
        known = {segment.segment_id for segment in together.segments}
        together = replace(
            together,
            coders=(*together.coders, coder),
            segments=(*together.segments, *(s for s in own.segments if s.segment_id not in known)),
            codings=(*together.codings, *own.codings),
            readings=(*together.readings, *own.readings),
        )
    return together


def read_in_study(study: Study, coder: Coder, round_: int) -> frozenset[str]:
    """Documents that a coder has read whole in a round, by the study's tables."""
    readings = _coder_codings(_study_codings(study, ("readings",)), coder, round_).readings
    return frozenset(one.document_id for one in readings if one.complete)


def _coder_codings(coding: CodingSet, coder: Coder, round_: int) -> CodingSet:
    def is_wanted(one: Coding | ReadDocument) -> bool:
        return one.coder_id == coder.coder_id and one.round == round_

    codings = tuple(filter(is_wanted, coding.codings))
    names = {one.segment_id for one in codings}
    return CodingSet(
        segments=tuple(one for one in coding.segments if one.segment_id in names),
        codings=codings,
        readings=tuple(filter(is_wanted, coding.readings)),
    )


def _study_codings(
    study: Study, names: Sequence[str] = ("segments", "codings", "readings")
) -> CodingSet:
    """Codings in the study's tables, as far as these can be read."""
    frames = read_study_tables(study.data, names, (), "coding.table")
    return CodingSet(
        segments=tuple(make_records(frames["segments"], Segment)) if "segments" in frames else (),
        codings=tuple(make_records(frames["codings"], Coding)) if "codings" in frames else (),
        readings=tuple(make_records(frames["readings"], ReadDocument))
        if "readings" in frames
        else (),
    )
