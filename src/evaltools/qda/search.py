"""Search for what a tool coded in a study: its documents, and its passages by their quotes, in a
text that may not be the one they were cut from.

A quote is put where it stands letter by letter, else where it stands but for white space,
hyphenation, quotation marks and capitals, else, marked as such, where something very like it
stands between the same neighbours. Whatever could be in two places is in none: a wrong place
would be found by nobody.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from typing import Any, Literal, NamedTuple

from evaltools.qda import model
from evaltools.qda.model import CodingSet, Document, DroppedItem, Segment

# Hyphens and dashes of all widths, the soft hyphen and what pypdfium2 writes for it, bullets,
# joiners and marks without width. The zero-width joiner too: an emoji is recognised by its parts.
_NOTHING = frozenset(
    "-\u00ad\u058a\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
    "\u2022\u25aa\u25cf\u25e6\u00b7\u200b\u200c\u200d\u2060\ufeff\ufffe"
)
_QUOTES = frozenset("\"'`´\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2032\u2033")


@dataclass(frozen=True)
class FoldedText:
    """A text folded for search, and for each of its characters the index that it came from."""

    text: str
    places: tuple[int, ...]

    def span(self, start: int, length: int) -> tuple[int, int]:
        """Start and end in the original of so many folded characters; length is at least 1."""
        return self.places[start], self.places[start + length - 1] + 1

    def is_unbroken(self, start: int, length: int) -> bool:
        """Whether the span begins and ends between characters, not inside one with marks."""
        end = start + length
        if start and self.places[start] == self.places[start - 1]:
            return False
        return end == len(self.text) or not (
            self.places[end] == self.places[end - 1] or unicodedata.combining(self.text[end])
        )


@lru_cache(maxsize=4096)
def folded_character(character: str) -> str:
    """What one character counts as; empty where it does not count."""
    if character.isspace() or character in _NOTHING:
        return ""
    if character in _QUOTES:
        return '"'
    plain = unicodedata.normalize("NFKD", character).casefold()
    return "".join(one for one in unicodedata.normalize("NFKD", plain) if not one.isspace())


@lru_cache(maxsize=8)
def fold(text: str) -> FoldedText:
    """The text folded; the last few are kept, since many quotes are looked for in one text."""
    parts: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        part = folded_character(character)
        if part:
            parts.append(part)
            places += [place] * len(part)
    return FoldedText("".join(parts), tuple(places))


def fold_short(text: str) -> str:
    """The folded text of a quote or what stands beside it, without places."""
    return "".join(map(folded_character, unicodedata.normalize("NFC", text)))


LEAST_SIMILARITY = 0.85
# Folded characters: neighbours that fit less are chance, shorter quotes need neighbours that fit.
_NEIGHBOUR = 4
_MARGIN = 8
_SHORT = 16
_CLOSE_NEIGHBOUR = 10
_LONG = 2_000
_MOST_PLACES = 200
_MOST_PAIRS = 50

How = Literal["exact", "normalised", "close"]


@dataclass(frozen=True)
class LocatedQuote:
    """Where a quote stands.

    Arguments:
        start, end: code points of the text, the end one past the last.
        moved: it stands elsewhere than at the hint.
        how: letter by letter, but for white space, hyphenation, quotation marks, dashes and
            capitals (normalised), or only something very like it (close).
    """

    start: int
    end: int
    moved: bool
    how: How


@dataclass(frozen=True)
class _Candidate:
    start: int
    end: int
    fit: int
    full: bool


def locate(
    text: str, quote: str, prefix: str = "", suffix: str = "", hint: int | None = None
) -> LocatedQuote | str:
    """Where a quote stands in a text, or why nowhere for certain.

    Arguments:
        text: what to look in.
        quote: what to look for.
        prefix, suffix: what stood before and after it, as far as it is known.
        hint: index at which it once began.
    """
    if not quote.strip():
        return "the quote is empty"
    beside = _Context(fold(text), fold_short(prefix), fold_short(suffix))
    spans = ((start, start + len(quote)) for start in _find_starts(text, quote))
    exact = [
        beside.place(start, end)
        for start, end in spans
        if not unicodedata.combining(text[end : end + 1] or " ")
    ]
    if exact:
        return _choose(exact, quote, beside, hint, "exact")
    wanted = fold_short(quote)
    if not wanted:
        return "the quote holds no letter or digit, and does not stand there as it is"
    folded = beside.folded
    like = [
        beside.place(*folded.span(start, len(wanted)))
        for start in _find_starts(folded.text, wanted)
        if folded.is_unbroken(start, len(wanted))
    ]
    if like:
        return _choose(like, quote, beside, hint, "normalised")
    return _find_similar(beside, wanted, hint)


@dataclass(frozen=True)
class _Context:
    """The folded text, and the neighbours that a place is held against."""

    folded: FoldedText
    prefix: str
    suffix: str

    @property
    def known(self) -> int:
        return len(self.prefix) + len(self.suffix)

    def place(self, start: int, end: int) -> _Candidate:
        text = self.folded.text
        left, right = (bisect_left(self.folded.places, place) for place in (start, end))
        before = _common(self.prefix[::-1], text[max(0, left - len(self.prefix)) : left][::-1])
        after = _common(self.suffix, text[right : right + len(self.suffix)])
        full = before == len(self.prefix) and after == len(self.suffix)
        return _Candidate(start, end, before + after, full)


def _common(one: str, other: str) -> int:
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))


def _find_starts(text: str, part: str) -> Iterator[int]:
    start = text.find(part)
    while start >= 0:
        yield start
        start = text.find(part, start + 1)


def _choose(
    places: list[_Candidate], quote: str, beside: _Context, hint: int | None, how: How
) -> LocatedQuote | str:
    def located(place: _Candidate) -> LocatedQuote:
        moved = hint is not None and place.start != hint
        return LocatedQuote(place.start, place.end, moved, how)

    full = [place for place in places if place.full]
    best = max(place.fit for place in places)
    at_hint = next((place for place in places if place.start == hint), None)
    if at_hint and (at_hint.full or (not full and at_hint.fit == best)):
        return located(at_hint)
    if len(places) == 1:
        only = places[0]
        chance = beside.known >= _MARGIN and only.fit < _NEIGHBOUR
        if chance and len(fold_short(quote)) < _SHORT:
            return "so short a quote stands in one place only, but nothing beside it is the same"
        return located(only)
    if beside.known == 0:
        return f"the quote stands in {len(places)} places, and nothing tells which"
    if len(full) == 1:
        return located(full[0])
    ranked = sorted(places, key=lambda place: (-place.fit, place.start))
    clear = ranked[0].fit - ranked[1].fit >= _MARGIN and 2 * ranked[0].fit >= beside.known
    if not full and clear:
        return located(ranked[0])
    return (
        f"the quote stands in {len(places)} places, and what stands beside them fits equally well"
    )


def _find_similar(beside: _Context, wanted: str, hint: int | None) -> LocatedQuote | str:
    """Something like the quote between its neighbours, both of which must be there."""
    lacking = "the text does not hold the quote"
    if len(wanted) < _SHORT:
        return lacking
    prefix, suffix = beside.prefix[-_CLOSE_NEIGHBOUR:], beside.suffix[:_CLOSE_NEIGHBOUR]
    if not prefix and not suffix:
        return lacking
    text = beside.folded.text
    starts, ends = [0], [len(text)]
    if prefix:
        starts = [at + len(prefix) for at in islice(_find_starts(text, prefix), _MOST_PLACES + 1)]
    if suffix:
        ends = list(islice(_find_starts(text, suffix), _MOST_PLACES + 1))
    if len(starts) > _MOST_PLACES or len(ends) > _MOST_PLACES:
        return lacking
    slack = len(wanted) * (1 - LEAST_SIMILARITY) * 2 + 1
    pairs = [
        (start, end)
        for start in starts
        for end in ends
        if end > start
        and abs(end - start - len(wanted)) <= slack
        and beside.folded.is_unbroken(start, end - start)
    ]
    if len(pairs) > _MOST_PAIRS:
        return lacking
    rated = ((_similarity(wanted, text[start:end]), start, end) for start, end in pairs)
    ratings = [rating for rating in rated if rating[0] >= LEAST_SIMILARITY]
    if not ratings:
        return lacking
    ratings.sort(key=lambda rating: (-rating[0], rating[1], rating[2]))
    if len(ratings) > 1 and ratings[0][0] - ratings[1][0] < 0.02:
        return "passages in two places are as like the quote as each other"
    _, start, end = ratings[0]
    first, last = beside.folded.span(start, end - start)
    return LocatedQuote(first, last, hint is not None and first != hint, "close")


def _similarity(one: str, other: str) -> float:
    """Share of characters in common order, 0 to 1 (Ratcliff and Metzener 1988)."""
    if max(len(one), len(other)) <= _LONG:
        return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
    # Letter by letter would take seconds; what begins at each letter is nearly unique and quick.
    ones, others = ([text[at : at + 8] for at in range(len(text))] for text in (one, other))
    return difflib.SequenceMatcher(None, ones, others, autojunk=False).ratio()


class Match(NamedTuple):
    """A document of the study, and by what it was known; or why none is."""

    document: Document | None
    why: str


def match_document(
    found: Document,
    library: Sequence[Document],
    mapping: Mapping[str, str],
    hints: Iterable[str] = (),
) -> Match:
    """The study's document that a tool's document is.

    Arguments:
        found: the tool's document.
        library: documents of the study; their variables hold what else they are known by, such
            as a project or a register number.
        mapping: identifiers by the tool's name, where somebody has said so; goes before all.
        hints: further values that tell it, such as the variables of its case.
    """
    by_id = {document.document_id: document for document in library}
    for key in (found.name, found.document_id):
        if key in mapping:
            return Match(by_id.get(mapping[key]), f"mapped to {mapping[key]}")
    if found.text_sha256:
        same = [document for document in library if document.text_sha256 == found.text_sha256]
        if len(same) == 1:
            return Match(same[0], "the same text")
    if found.document_id in by_id:
        return Match(by_id[found.document_id], "its identifier")
    names = {readable_name(found.name), readable_name(found.document_id)} - {""}
    named = [
        document
        for document in library
        if names & {readable_name(document.document_id), readable_name(document.name)}
    ]
    if len(named) == 1:
        return Match(named[0], "its name")
    values = {readable_name(one) for one in (*found.variables.values(), *hints)} | names
    known = [
        document
        for document in library
        if values & {readable_name(value) for value in document.variables.values() if value}
    ]
    if len(known) == 1:
        return Match(known[0], "its project or register number")
    if several := named or known:
        listed = ", ".join(document.document_id for document in several[:5])
        return Match(None, f"it could be any of {listed}")
    return Match(None, "no document of the study has this text, name or register number")


def readable_name(name: str) -> str:
    """A name without what differs by chance: suffix, capitals, spaces and underscores."""
    stem = model.name_stem(unicodedata.normalize("NFC", name).strip())
    # A register number such as AB/1234/2021 has slashes of its own.
    whole = name.strip() if re.fullmatch(r"[\w.-]+(/[\w.-]+)+", name.strip()) else stem
    return re.sub(r"[\s_-]+", " ", whole.casefold()).strip()


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
                    segment_id=model.segment_id(target.document_id, start, end),
                    document_id=target.document_id,
                    **passage_at(target.text, start, end),
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


def passage_at(text: str, start: int, end: int) -> dict[str, Any]:
    """What a passage says of its place in a text."""
    prefix, suffix = model.neighbours(text, start, end)
    quote = text[start:end]
    return {"start": start, "end": end, "quote": quote, "prefix": prefix, "suffix": suffix}
