"""Passages of a report found again in its new version."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evaltools.ingest.form_text import Section
from evaltools.qda.model import segment_id
from evaltools.qda.search import LocatedQuote, locate, passage_at

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
            **passage_at(text, found.start, found.end),
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
