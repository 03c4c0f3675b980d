"""Search for a quote in a text that may not be the one it was cut from.

A quote is put where it stands letter by letter, else where it stands but for white space,
hyphenation, quotation marks and capitals, else, marked as such, where something very like it
stands between the same neighbours. Whatever could be in two places is in none: a wrong place
would be found by nobody.
"""

from __future__ import annotations

import difflib
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal

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

    def before(self, place: int) -> int:
        """How many folded characters stand before an index of the original."""
        return bisect_left(self.places, place)


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
        left, right = self.folded.before(start), self.folded.before(end)
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
