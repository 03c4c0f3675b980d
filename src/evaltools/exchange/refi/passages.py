"""Selections of a project as passages of normalised texts, and the codes on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from lxml import etree

from evaltools.documents.packages import children, first, local
from evaltools.exchange.conventions import Convention, Ruler
from evaltools.exchange.fitting import Marked
from evaltools.exchange.hinting import proof
from evaltools.exchange.record import Certainty, Coding, Polarity, Segment, coding_id, segment_id
from evaltools.exchange.refi.guids import made, plain
from evaltools.exchange.refi.ledger import Ledger, loss_of
from evaltools.exchange.refi.notes import Line, Notes, number_of, text_of
from evaltools.exchange.refi.people import People, day_of
from evaltools.exchange.refi.sources import Coded

CONTEXT = 32
_POLARITIES: Mapping[str, Polarity] = {"affirm": "affirm", "deny": "deny", "mixed": "mixed"}
_CERTAINTIES: Mapping[str, Certainty] = {"sure": "sure", "unsure": "unsure"}


@dataclass(frozen=True)
class Place:
    """Where a selection lies in the normalised text, or why nowhere."""

    start: int
    end: int
    grew: bool = False
    fault: str = ""


@dataclass
class Passages:
    """What was read of the selections.

    Arguments:
        by_guid: identifiers of segments by the GUID of their selection.
        new: document and coder of codings that no note of ours speaks of.
        assumed: what was changed or concluded, a line each.
    """

    segments: dict[str, Segment] = field(default_factory=dict)
    codings: dict[str, Coding] = field(default_factory=dict)
    by_guid: dict[str, str] = field(default_factory=dict)
    new: dict[tuple[str, str], None] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Context:
    """What selections are read with.

    Arguments:
        codes: identifiers of codes by GUID.
        tied: GUIDs of selections that a link ties, which stay though no code is on them.
        origin: tool that wrote the file.
    """

    ledger: Ledger
    notes: Notes
    codes: Mapping[str, str]
    people: People
    tied: frozenset[str]
    origin: str


def place_all(marked: Marked, convention: Convention) -> Iterator[Place]:
    """Where the passages of a text lie in its normalised form."""
    form = marked.form
    start = np.array([mark.start for mark in marked.marks], dtype=np.int64)
    end = np.array([mark.end for mark in marked.marks], dtype=np.int64)
    spans = Ruler(marked.text).spans(start, end, convention)
    for index in range(len(marked.marks)):
        if index in spans.faults:
            yield Place(-1, -1, False, spans.faults[index])
            continue
        first_, past, grew = form.span(int(spans.start[index]), int(spans.end[index]))
        fault = "" if first_ < past else "nothing but blanks stands there"
        yield Place(first_, past, grew, fault)


def read_passages(found: Passages, coded: Coded, convention: Convention, context: Context) -> None:
    """Add the passages of a document and the codes on them."""
    if coded.marked is None or coded.document.text is None:
        return
    places = place_all(coded.marked, convention)
    for selection, place in zip(coded.selections, places, strict=True):
        if place.fault:
            where = f"{selection.get('startPosition')} to {selection.get('endPosition')}"
            why = f"{place.fault} ({where}, read as {convention.name})"
            context.ledger.drop(selection, why, loss_of(selection))
            continue
        _read(found, coded, selection, place, convention, context)


def _read(
    found: Passages,
    coded: Coded,
    selection: etree._Element,
    place: Place,
    convention: Convention,
    context: Context,
) -> None:
    guid = plain(selection.get("guid"))
    twins = coded.twins.get(guid, ())
    line = context.notes.line("segment", guid)
    codings = [c for part in (selection, *twins) for c in children(part, "Coding")]
    if not codings and guid not in context.tied and line is None:
        context.ledger.drop(selection, "no code is on it", "uncoded")
        return
    segment = _segment(coded, guid, place, convention, line, context)
    found.segments.setdefault(segment.segment_id, segment)
    found.by_guid.setdefault(guid, segment.segment_id)
    context.ledger.take(selection, *twins)
    if place.grew:
        found.assumed.append(
            f"{coded.document.name}: “{segment.quote[:40]}” began or ended inside a letter and "
            "was widened to take all of it"
        )
    moved = line is not None and not _still(line, segment)
    if moved:
        found.assumed.append(
            f"{coded.document.name}: “{segment.quote[:40]}” ({guid}) is not the passage it was "
            "when evaltools wrote it, and counts as a new one"
        )
    for coding in codings:
        holder = coding.getparent()
        _code(found, coding, selection if holder is None else holder, segment, context)


def _still(line: Line, segment: Segment) -> bool:
    return text_of(line, "proof") == proof(segment.quote)


def _segment(
    coded: Coded,
    guid: str,
    place: Place,
    convention: Convention,
    line: Line | None,
    context: Context,
) -> Segment:
    document = coded.document
    text = document.text or ""
    start, end = place.start, place.end
    found = Segment(
        segment_id=segment_id(document.document_id, start, end),
        document_id=document.document_id,
        start=start,
        end=end,
        quote=text[start:end],
        prefix=text[max(0, start - CONTEXT) : start],
        suffix=text[end : end + CONTEXT],
        page=coded.pages.get(guid),
        origin_tool=context.origin,
        origin_guid=guid,
        offset_convention=convention.name,
    )
    if line is None or not _still(line, found):
        return found
    own = text_of(line, "segment_id", found.segment_id)
    return Segment(
        segment_id=own,
        document_id=document.document_id,
        start=start,
        end=end,
        quote=found.quote,
        prefix=text_of(line, "prefix", found.prefix),
        suffix=text_of(line, "suffix", found.suffix),
        page=number_of(line, "page"),
        section=text_of(line, "section"),
        origin_tool=text_of(line, "origin_tool"),
        origin_guid=text_of(line, "origin_guid", "" if guid == made("segment", own) else guid),
        offset_convention=text_of(line, "offset_convention"),
    )


def seal(segment: str, code: str, coder: str) -> str:
    """Checksum of what a coding says, by which it is known whether another tool changed it."""
    return proof("\x1f".join((segment, code, coder)))


def _code(
    found: Passages,
    coding: etree._Element,
    selection: etree._Element,
    segment: Segment,
    context: Context,
) -> None:
    reference = first(coding, "CodeRef")
    code_id = context.codes.get(plain(reference.get("targetGUID"))) if reference is not None else ""
    if not code_id:
        context.ledger.drop(coding, "its code is not in the codebook", "passage")
        return
    coder_id = context.people.coder_of(coding, selection)
    line = context.notes.line("coding", plain(coding.get("guid")))
    if line is not None and text_of(line, "seal") != seal(segment.segment_id, code_id, coder_id):
        found.assumed.append(
            f"the coding of “{segment.quote[:40]}” with {code_id} by {coder_id} is not what it was "
            "when evaltools wrote it, and counts as a new one"
        )
        line = None
    round_ = number_of(line, "round") or 1
    created = day_of(coding.get("creationDateTime"))
    result = Coding(
        coding_id=text_of(line, "coding_id")
        or coding_id(segment.segment_id, code_id, coder_id, round_),
        segment_id=segment.segment_id,
        code_id=code_id,
        coder_id=coder_id,
        polarity=_POLARITIES.get(text_of(line, "polarity"), "affirm"),
        certainty=_CERTAINTIES.get(text_of(line, "certainty")),
        round=round_,
        created=created,
        consensus_of=text_of(line, "consensus_of"),
    )
    if result.coding_id in found.codings and local(selection) != "PDFSelection":
        why = "this passage has the same code by the same coder already"
        context.ledger.drop(coding, why, "repeated")
        return
    context.ledger.take(coding, reference)
    found.codings.setdefault(result.coding_id, result)
    if line is None:
        found.new.setdefault((segment.document_id, coder_id))
