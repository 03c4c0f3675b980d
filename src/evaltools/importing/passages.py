"""Documents and passages of a tool, found again in the study's documents and texts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaltools.evidence.quoting import quoted
from evaltools.exchange.anchoring import Unplaced, locate
from evaltools.exchange.matching import match_document
from evaltools.exchange.plain_text import beside
from evaltools.exchange.record import CodingSet, Document, Dropped, Segment, segment_id

HOW = {
    "same": "at the same place of the same text",
    "exact": "found again word for word in the study's text",
    "normalised": "found again but for white space, hyphens, quotation marks or capitals",
    "close": "reworded in the study's text, between the same neighbours",
}


@dataclass(frozen=True)
class Found:
    """Where the passages of a file are in the study.

    Arguments:
        documents: document of the study by document of the file.
        known_by: how each document of the file was known, in words.
        segments: passage of the study by passage of the file.
        how: number of passages by way, a key of HOW.
        close: (old words, new words) of passages that were reworded.
        dropped: passages and documents that are not in the study.
    """

    documents: Mapping[str, str]
    known_by: Mapping[str, str]
    segments: Mapping[str, Segment]
    how: Mapping[str, int]
    close: tuple[tuple[str, str], ...]
    dropped: tuple[Dropped, ...]


def find_passages(
    coding: CodingSet, library: Sequence[Document], mapping: Mapping[str, str]
) -> Found:
    """Find the documents and passages of a file in the study.

    Arguments:
        coding: what the file holds.
        library: documents of the study with their texts.
        mapping: identifiers of documents of the study by name in the file.
    """
    dropped: list[Dropped] = []
    documents: dict[str, Document] = {}
    known_by: dict[str, str] = {}
    texts = {document.document_id: document for document in coding.documents}
    used = {segment.document_id for segment in coding.segments}
    hints: dict[str, set[str]] = {}
    for case in coding.cases:
        values = {case.name, case.project_id, *case.variables.values()} - {""}
        for name in case.documents:
            hints.setdefault(name, set()).update(values)
    for document in coding.documents:
        if document.document_id not in used:
            continue
        match = match_document(
            document, library, mapping, sorted(hints.get(document.document_id, ()))
        )
        if match.document is None:
            dropped.append(Dropped(f"document {document.name}", "", match.why, "passage"))
        else:
            documents[document.document_id] = match.document
            known_by[document.document_id] = match.why
    segments: dict[str, Segment] = {}
    ways: dict[str, str] = {}
    for segment in coding.segments:
        target = documents.get(segment.document_id)
        if target is None or target.text is None:
            why = "its document is not in the study" if target is None else "its text is not there"
            dropped.append(
                Dropped(f"passage {segment.segment_id}", segment.quote[:200], why, "passage")
            )
            continue
        placed = _placed(segment, texts[segment.document_id], target)
        if isinstance(placed, Unplaced):
            dropped.append(
                Dropped(f"passage {segment.segment_id}", segment.quote[:200], placed.why, "passage")
            )
            continue
        found, way = placed
        segments[segment.segment_id] = found
        ways[segment.segment_id] = way
    for name, why in _crowded(coding, segments).items():
        lost = segments.pop(name)
        dropped.append(Dropped(f"passage {name}", lost.quote[:200], why, "passage"))
    return Found(
        {name: document.document_id for name, document in documents.items()},
        known_by,
        segments,
        dict(Counter(ways[name] for name in segments)),
        tuple(
            (one.quote, segments[one.segment_id].quote)
            for one in coding.segments
            if one.segment_id in segments and ways[one.segment_id] == "close"
        ),
        tuple(dropped),
    )


def _crowded(coding: CodingSet, segments: Mapping[str, Segment]) -> dict[str, str]:
    """Passages that stood apart in the file and would stand on the same words in the study."""
    at: dict[str, list[str]] = {}
    for name, segment in segments.items():
        at.setdefault(segment.segment_id, []).append(name)
    places = {one.segment_id: (one.document_id, one.start, one.end) for one in coding.segments}
    why = "it stood apart from another passage, and here both would stand on the same words"
    return {
        name: why
        for group in at.values()
        if len({places[name] for name in group}) > 1
        for name in group
    }


def _placed(segment: Segment, source: Document, target: Document) -> tuple[Segment, str] | Unplaced:
    text = target.text or ""
    start, end, way = segment.start, segment.end, "same"
    same = source.text is not None and source.text == target.text
    if not (same and text[start:end] == segment.quote):
        found = locate(text, segment.quote, segment.prefix, segment.suffix, segment.start)
        if isinstance(found, Unplaced):
            return found
        start, end, way = found.start, found.end, found.how
    prefix, suffix = beside(text, start, end)
    return (
        Segment(
            segment_id(target.document_id, start, end),
            target.document_id,
            start,
            end,
            text[start:end],
            prefix,
            suffix,
            segment.page,
            segment.section,
            segment.origin_tool,
            segment.origin_guid,
            segment.offset_convention,
        ),
        way,
    )


def reworded(found: Found) -> list[str]:
    """Lines that show what passages were and are."""
    return [f"reworded: {quoted(old)} → {quoted(new)}" for old, new in found.close]
