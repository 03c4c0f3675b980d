"""Documents, passages and codes on them, as XML."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from lxml import etree

from evaltools.exchange.hinting import proof
from evaltools.exchange.record import Coding, Document, Segment
from evaltools.exchange.refi.frame import Build, add_values, child, exact_values, own_guid
from evaltools.exchange.refi.notes import Line, legal, without_defaults
from evaltools.exchange.refi.passages import CONTEXT, seal

SHOWN = 100  # characters of a quote that a selection's name holds, as tools do


def add_sources(build: Build, sources: etree._Element) -> None:
    """Documents with their passages and codes, each with a note of what has no place."""
    segments: dict[str, list[Segment]] = {}
    for segment in build.codings.segments:
        segments.setdefault(segment.document_id, []).append(segment)
    codings: dict[str, list[Coding]] = {}
    for coding in build.codings.codings:
        codings.setdefault(coding.segment_id, []).append(coding)
    for document in build.codings.documents:
        _source(build, sources, document, segments.get(document.document_id, []), codings)


def _source(
    build: Build,
    sources: etree._Element,
    document: Document,
    segments: list[Segment],
    codings: Mapping[str, list[Coding]],
) -> None:
    guid = build.give("document", document.document_id)
    element = child(sources, "TextSource", guid=guid, name=document.name)
    line: dict[str, object] = {"document": guid, "document_id": document.document_id}
    digest = ""
    if document.text is not None:
        element.set("plainTextPath", f"internal://{guid}.txt")
        build.texts[f"{guid}.txt"] = document.text
        digest = hashlib.sha256(document.text.encode()).hexdigest()
        line["sha256"] = digest
    lines = []
    for segment in segments:
        lines.append(_selection(build, element, segment, document.text or ""))
        lines += [
            _coding(build, element[-1], segment, coding)
            for coding in codings.get(segment.segment_id, [])
        ]
    if legal(document.name) != document.name:
        line["name"] = document.name
    line = without_defaults(line | exact_values(document.variables))
    line |= own_guid(document.guid, guid)
    if document.text_sha256 != digest:
        line["text_sha256"] = document.text_sha256
    note = build.note(f"document {document.document_id}", [line, *lines])
    child(element, "NoteRef", targetGUID=note)
    add_values(build, element, document.variables)


def _selection(build: Build, source: etree._Element, segment: Segment, text: str) -> Line:
    guid = build.give("segment", segment.segment_id)
    quote = " ".join(segment.quote.split())
    child(
        source,
        "PlainTextSelection",
        guid=guid,
        name=quote if len(quote) <= SHOWN else quote[: SHOWN - 1] + "…",
        startPosition=str(segment.start),
        endPosition=str(segment.end),
    )
    line = without_defaults(
        {
            "segment": guid,
            "segment_id": segment.segment_id,
            "proof": proof(segment.quote),
            "page": segment.page,
            "section": segment.section,
            "origin_tool": segment.origin_tool,
            "offset_convention": segment.offset_convention,
        }
    )
    if segment.prefix != text[max(0, segment.start - CONTEXT) : segment.start]:
        line["prefix"] = segment.prefix
    if segment.suffix != text[segment.end : segment.end + CONTEXT]:
        line["suffix"] = segment.suffix
    if segment.origin_guid and segment.origin_guid != guid:
        line["origin_guid"] = segment.origin_guid
    return line


def _coding(build: Build, selection: etree._Element, segment: Segment, coding: Coding) -> Line:
    guid = build.give("coding", coding.coding_id)
    user = build.give("coder", coding.coder_id)
    element = child(selection, "Coding", guid=guid, creatingUser=user)
    if coding.created is not None:
        element.set("creationDateTime", f"{coding.created.isoformat()}T00:00:00Z")
    child(element, "CodeRef", targetGUID=build.give("code", coding.code_id))
    return without_defaults(
        {
            "coding": guid,
            "coding_id": coding.coding_id,
            "seal": seal(segment.segment_id, coding.code_id, coding.coder_id),
            "polarity": "" if coding.polarity == "affirm" else coding.polarity,
            "certainty": coding.certainty,
            "round": coding.round,
            "consensus_of": coding.consensus_of,
        }
    )
