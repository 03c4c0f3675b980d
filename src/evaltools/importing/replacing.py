"""A new version of a document that was coded: passages are found again, or told to be lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from evaltools.exchange.anchoring import CONTEXT, Anchor, Unplaced, locate
from evaltools.exchange.record import segment_id
from evaltools.importing.sections import Section

Row = Mapping[str, str]


@dataclass(frozen=True)
class Lost:
    """A passage that the new text does not hold, or not for certain.

    Arguments:
        row: of `segments`.
        why: in words.
    """

    row: Row
    why: str


@dataclass(frozen=True)
class Moved:
    """The passages of a document in its new text.

    Arguments:
        rows: of `segments`, by the identifier they had.
        renamed: new identifier by old one, of passages that are named after their place.
        reworded: (old words, new words) of passages that are only nearly the same.
        lost: those that are in no certain place.
        elsewhere: how many begin somewhere else than before.
    """

    rows: Mapping[str, Row]
    renamed: Mapping[str, str]
    reworded: tuple[tuple[str, str], ...]
    lost: tuple[Lost, ...]
    elsewhere: int


def move_passages(
    rows: Sequence[Row],
    text: str,
    section_at: Callable[[int], Section | None],
    page_at: Callable[[int], int | None],
) -> Moved:
    """Find the passages of a document in its new text.

    Arguments:
        rows: of `segments` of the document.
        text: the new text, normalised.
        section_at: the section of a position of it.
        page_at: the page of a position of it; None where it has no pages.
    """
    moved: dict[str, Row] = {}
    renamed: dict[str, str] = {}
    reworded: list[tuple[str, str]] = []
    lost: list[Lost] = []
    elsewhere = 0
    places = [_located(row, text) for row in rows]
    crowded = _crowded(rows, places, text)
    for row, found in zip(rows, places, strict=True):
        if not isinstance(found, Anchor):
            lost.append(Lost(row, found.why))
            continue
        if row["segment_id"] in crowded:
            lost.append(Lost(row, "it stood in several places, of which fewer are left"))
            continue
        elsewhere += found.moved
        if not found.exact:
            reworded.append((row["quote"], text[found.start : found.end]))
        name = row["segment_id"]
        new_name = name
        if name == segment_id(row["document_id"], int(row["start"]), int(row["end"])):
            new_name = segment_id(row["document_id"], found.start, found.end)
        moved[name] = _placed(row, new_name, found, text, section_at, page_at)
        if new_name != name:
            renamed[name] = new_name
    return Moved(moved, renamed, tuple(reworded), tuple(lost), elsewhere)


def _located(row: Row, text: str) -> Anchor | Unplaced:
    hint = int(row["start"]) if row["start"].isdecimal() else None
    return locate(text, row["quote"], row.get("prefix", ""), row.get("suffix", ""), hint)


def _crowded(rows: Sequence[Row], places: Sequence[Anchor | Unplaced], text: str) -> frozenset[str]:
    """Passages that would share a place with one that stood elsewhere.

    Where the same words stood twice and now stand once, the one whose neighbours are there is
    kept; the others are in no certain place.
    """
    at: dict[tuple[int, int], list[Row]] = {}
    for row, found in zip(rows, places, strict=True):
        if isinstance(found, Anchor):
            at.setdefault((found.start, found.end), []).append(row)
    crowded: set[str] = set()
    for (start, end), group in at.items():
        if len({(row["start"], row["end"]) for row in group}) < 2:
            continue
        fitting = [row for row in group if _fits_beside(row, text, start, end)]
        alone = {(row["start"], row["end"]) for row in fitting}
        kept = {row["segment_id"] for row in fitting} if len(alone) == 1 else set()
        crowded |= {row["segment_id"] for row in group} - kept
    return frozenset(crowded)


def _fits_beside(row: Row, text: str, start: int, end: int) -> bool:
    before, after = row.get("prefix", ""), row.get("suffix", "")
    return text[:start].endswith(before) and text[end:].startswith(after)


def _placed(
    row: Row,
    name: str,
    found: Anchor,
    text: str,
    section_at: Callable[[int], Section | None],
    page_at: Callable[[int], int | None],
) -> Row:
    section, page = section_at(found.start), page_at(found.start)
    placed = {
        "segment_id": name,
        "start": str(found.start),
        "end": str(found.end),
        "quote": text[found.start : found.end],
        "prefix": text[max(0, found.start - CONTEXT) : found.start],
        "suffix": text[found.end : found.end + CONTEXT],
        "page": "" if page is None else str(page),
        "section": section.heading if section else "",
    }
    return {column: placed.get(column, value) for column, value in row.items()}
