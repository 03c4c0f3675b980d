"""Passages found again: a tool's in the study's texts, a report's in its new version."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from evaltools.ingest.form_text import Section
from evaltools.qda.model import CodingSet, Document, DroppedItem, Segment, neighbours, segment_id
from evaltools.qda.names import match_document
from evaltools.qda.quote_search import LocatedQuote, locate

HOW = {
    "same": "at the same place of the same text",
    "exact": "found again word for word in the study's text",
    "normalised": "found again but for white space, hyphens, quotation marks or capitals",
    "close": "reworded in the study's text, between the same neighbours",
}


@dataclass(frozen=True)
class MatchedPassages:
    """Documents and passages of the study by those of the file.

    `known_by` says how each document was known; `how` counts passages by way, a key of HOW; `close`
    has (old words, new words) of passages that were reworded; `dropped` are not in the study.
    """

    documents: Mapping[str, str]
    known_by: Mapping[str, str]
    segments: Mapping[str, Segment]
    how: Mapping[str, int]
    close: tuple[tuple[str, str], ...]
    dropped: tuple[DroppedItem, ...]


def match_passages(
    coding: CodingSet, library: Sequence[Document], mapping: Mapping[str, str]
) -> MatchedPassages:
    """Find the documents and passages of a file in the study.

    `library` has the documents of the study with their texts; `mapping` their identifiers by name
    in the file.
    """
    dropped: list[DroppedItem] = []
    documents: dict[str, Document] = {}
    known_by: dict[str, str] = {}
    texts = {document.document_id: document for document in coding.documents}
    hints: dict[str, set[str]] = {}
    for case in coding.cases:
        for name in case.documents:
            hints.setdefault(name, set()).update((case.name, case.project_id))
            hints[name].update(case.variables.values())
    used = {segment.document_id for segment in coding.segments}
    for name, document in texts.items():
        if name not in used:
            continue
        match = match_document(document, library, mapping, sorted(hints.get(name, set()) - {""}))
        if match.document is None:
            dropped.append(DroppedItem(f"document {document.name}", "", match.why, "passage"))
        else:
            documents[name], known_by[name] = match.document, match.why

    def drop(name: str, quote: str, why: str) -> None:
        dropped.append(DroppedItem(f"passage {name}", quote[:200], why, "passage"))

    segments: dict[str, Segment] = {}
    ways: dict[str, str] = {}
    for segment in coding.segments:
        name, target = segment.segment_id, documents.get(segment.document_id)
        if target is None:
            drop(name, segment.quote, "its document is not in the study")
        elif target.text is None:
            drop(name, segment.quote, "its text is not there")
        else:
            placed = _place(segment, texts[segment.document_id].text, target.text)
            if isinstance(placed, str):
                drop(name, segment.quote, placed)
            else:
                start, end, ways[name] = placed
                segments[name] = replace(
                    segment,
                    segment_id=segment_id(target.document_id, start, end),
                    document_id=target.document_id,
                    **_at(target.text, start, end),
                )
    for name in _sharing_words(coding, segments):
        why = "it stood apart from another passage, and here both would stand on the same words"
        drop(name, segments.pop(name).quote, why)
    return MatchedPassages(
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


def _sharing_words(coding: CodingSet, segments: Mapping[str, Segment]) -> list[str]:
    """Passages that stood apart in the file and would stand on the same words in the study."""
    at: dict[str, list[str]] = {}
    for name, segment in segments.items():
        at.setdefault(segment.segment_id, []).append(name)
    places = {one.segment_id: (one.document_id, one.start, one.end) for one in coding.segments}
    groups = (group for group in at.values() if len({places[name] for name in group}) > 1)
    return [name for group in groups for name in group]


def _place(segment: Segment, source: str | None, text: str) -> tuple[int, int, str] | str:
    """Start and end in a text, and by which way they were found."""
    start, end = segment.start, segment.end
    if source == text and text[start:end] == segment.quote:
        return start, end, "same"
    found = locate(text, segment.quote, segment.prefix, segment.suffix, start)
    return found if isinstance(found, str) else (found.start, found.end, found.how)


def _at(text: str, start: int, end: int) -> dict[str, Any]:
    """What a passage says of its place in a text."""
    prefix, suffix = neighbours(text, start, end)
    quote = text[start:end]
    return {"start": start, "end": end, "quote": quote, "prefix": prefix, "suffix": suffix}


Row = Mapping[str, str]


@dataclass(frozen=True)
class MovedPassages:
    """The passages of a document in its new text, rows of `segments` by the identifier they had.

    `renamed` has the new identifier by the old one, of passages that are named after their place;
    `reworded` (old words, new words); `lost` rows that are in no certain place, and why;
    `elsewhere` counts those that begin somewhere else than before.
    """

    rows: Mapping[str, Row]
    renamed: Mapping[str, str]
    reworded: tuple[tuple[str, str], ...]
    lost: tuple[tuple[Row, str], ...]
    elsewhere: int


def move_passages(
    rows: Sequence[Row],
    text: str,
    section_at: Callable[[int], Section | None],
    page_at: Callable[[int], int | None],
) -> MovedPassages:
    """Find the passages of a document, rows of `segments`, in its new, normalised text."""
    moved: dict[str, Row] = {}
    renamed: dict[str, str] = {}
    reworded: list[tuple[str, str]] = []
    lost: list[tuple[Row, str]] = []
    elsewhere = 0
    places = [
        locate(
            text,
            row["quote"],
            row.get("prefix", ""),
            row.get("suffix", ""),
            int(row["start"]) if row["start"].isdecimal() else None,
        )
        for row in rows
    ]
    crowded = _sharing_places(rows, places, text)
    for row, found in zip(rows, places, strict=True):
        if isinstance(found, str):
            lost.append((row, found))
            continue
        if row["segment_id"] in crowded:
            lost.append((row, "it stood in several places, of which fewer are left"))
            continue
        elsewhere += found.moved
        if found.how == "close":
            reworded.append((row["quote"], text[found.start : found.end]))
        name = new_name = row["segment_id"]
        if name == segment_id(row["document_id"], int(row["start"]), int(row["end"])):
            new_name = segment_id(row["document_id"], found.start, found.end)
        if new_name != name:
            renamed[name] = new_name
        section = section_at(found.start)
        placed = {
            **_at(text, found.start, found.end),
            "segment_id": new_name,
            "page": page_at(found.start) or "",
            "section": section.heading if section else "",
        }
        moved[name] = {column: str(placed.get(column, value)) for column, value in row.items()}
    return MovedPassages(moved, renamed, tuple(reworded), tuple(lost), elsewhere)


def _sharing_places(
    rows: Sequence[Row], places: Sequence[LocatedQuote | str], text: str
) -> frozenset[str]:
    """Passages that would share a place with one that stood elsewhere.

    Where the same words stood twice and now stand once, the one whose neighbours are there is
    kept; the others are in no certain place.
    """
    at: dict[tuple[int, int], list[Row]] = {}
    for row, found in zip(rows, places, strict=True):
        if isinstance(found, LocatedQuote):
            at.setdefault((found.start, found.end), []).append(row)
    crowded: set[str] = set()
    for (start, end), group in at.items():
        if len({(row["start"], row["end"]) for row in group}) < 2:
            continue
        fitting = [row for row in group if _fits_beside(row, text, start, end)]
        alone = {(row["start"], row["end"]) for row in fitting}
        unambiguous = {row["segment_id"] for row in fitting} if len(alone) == 1 else set()
        crowded |= {row["segment_id"] for row in group} - unambiguous
    return frozenset(crowded)


def _fits_beside(row: Row, text: str, start: int, end: int) -> bool:
    before, after = row.get("prefix", ""), row.get("suffix", "")
    return text[:start].endswith(before) and text[end:].startswith(after)
