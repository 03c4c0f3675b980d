"""Gathering: codings of several coders in one set, from journals or from the study's tables."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from evaltools.coding.store import journals, read_journal
from evaltools.coding.tables import coding_set
from evaltools.evidence.descriptor import load_descriptor
from evaltools.evidence.paths import CODERS
from evaltools.evidence.tables import completed, read_one
from evaltools.exchange.record import Coder, Coding, CodingSet, Reading, Segment

if TYPE_CHECKING:
    from evaltools.study import Study

_TABLES = ("segments", "codings", "readings")


def gathered(study: Study, coders: Iterable[Coder], round_: int) -> CodingSet:
    """What several coders did in a round.

    Arguments:
        study: its data folder holds their journals, or tables of codings brought in.
        coders: whose codings.
        round_: round of coding.

    A coder who has a journal of the round is taken from it, another one from the study's tables,
    where codings of other tools are.
    """
    whole = CodingSet()
    tables: CodingSet | None = None
    for coder in coders:
        path = dict(journals(study.data / CODERS / coder.coder_id)).get(round_)
        if path is not None:
            own = coding_set({round_: read_journal(path)}, coder)
        else:
            tables = tables or _tables(study)
            own = _of(tables, coder, round_)
        known = {segment.segment_id for segment in whole.segments}
        whole = replace(
            whole,
            coders=(*whole.coders, coder),
            segments=(*whole.segments, *(s for s in own.segments if s.segment_id not in known)),
            codings=(*whole.codings, *own.codings),
            readings=(*whole.readings, *own.readings),
        )
    return whole


def read_in_study(study: Study, coder: Coder, round_: int) -> frozenset[str]:
    """Documents that a coder has read whole in a round, by the study's tables."""
    descriptor = load_descriptor(study.data)
    frame = read_one(study.data, descriptor.resource("readings"))
    if frame is None:
        return frozenset()
    mine = frame["complete"].fillna(False) & (frame["coder_id"] == coder.coder_id)
    return frozenset(frame.loc[mine & (frame["round"] == round_), "document_id"].astype(str))


def _of(tables: CodingSet, coder: Coder, round_: int) -> CodingSet:
    mine = [one for one in tables.codings if one.coder_id == coder.coder_id and one.round == round_]
    names = {one.segment_id for one in mine}
    return CodingSet(
        segments=tuple(one for one in tables.segments if one.segment_id in names),
        codings=tuple(mine),
        readings=tuple(
            one for one in tables.readings if one.coder_id == coder.coder_id and one.round == round_
        ),
    )


def _tables(study: Study) -> CodingSet:
    descriptor = load_descriptor(study.data)
    found = {
        resource.name: frame
        for resource in descriptor.resources
        if resource.name in _TABLES and (frame := read_one(study.data, resource)) is not None
    }
    frames = completed(found)
    return CodingSet(
        segments=tuple(
            Segment(
                str(row["segment_id"]),
                str(row["document_id"]),
                int(row["start"]),
                int(row["end"]),
                str(row["quote"]),
            )
            for row in _rows(frames, "segments", "segment_id", "document_id", "start", "end")
        ),
        codings=tuple(
            Coding(
                str(row["coding_id"]),
                str(row["segment_id"]),
                str(row["code_id"]),
                str(row["coder_id"]),
                row["polarity"],
                None if pd.isna(row["certainty"]) else row["certainty"],
                int(row["round"]),
                _day(row["created"]),
            )
            for row in _rows(
                frames, "codings", "coding_id", "segment_id", "code_id", "coder_id", "polarity",
                "round",
            )
        ),
        readings=tuple(
            Reading(
                str(row["document_id"]),
                str(row["coder_id"]),
                int(row["round"]),
                bool(row["complete"]),
            )
            for row in _rows(frames, "readings", "document_id", "coder_id", "round", "complete")
        ),
    )  # fmt: skip


def _rows(frames: dict[str, pd.DataFrame], table: str, *needed: str) -> Iterable[Any]:
    """Rows that say what is needed; a broken row is told by 'evaltools check'."""
    if table not in frames:
        return ()
    rows = frames[table].dropna(subset=list(needed))
    return (row for _, row in rows.iterrows())


def _day(value: object) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()  # type: ignore[call-overload,arg-type]
