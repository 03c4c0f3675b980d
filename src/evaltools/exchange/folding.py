"""A text folded for search: letters alone count, and each knows where it stood.

White space, hyphens and dashes fall away, since tools and page breaks add and lose them; quotation
marks become one, capitals small, and letters with marks their parts, so that composed and
decomposed forms are the same.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

# Hyphens and dashes of all widths, the soft hyphen and what pypdfium2 writes for it, bullets,
# joiners and marks without width. The zero-width joiner too: an emoji is told by its parts.
_NOTHING = frozenset(
    "-\u00ad\u058a\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d"
    "\u2022\u25aa\u25cf\u25e6\u00b7\u200b\u200c\u200d\u2060\ufeff\ufffe"
)
_QUOTES = frozenset("\"'`´\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f\u00ab\u00bb\u2032\u2033")


@dataclass(frozen=True)
class Folded:
    """A text folded for search.

    Arguments:
        text: what counts.
        places: for each of its characters the index in the original that it came from.
    """

    text: str
    places: tuple[int, ...]

    def span(self, start: int, length: int) -> tuple[int, int]:
        """Start and end in the original of so many folded characters; length is at least 1."""
        return self.places[start], self.places[start + length - 1] + 1

    def whole(self, start: int, length: int) -> bool:
        """Whether the span begins and ends between characters, not inside one with marks."""
        end = start + length
        if start and self.places[start] == self.places[start - 1]:
            return False
        return end == len(self.text) or not (
            self.places[end] == self.places[end - 1] or unicodedata.combining(self.text[end])
        )

    def before(self, place: int) -> int:
        """How many folded characters stand before an index of the original."""
        low, high = 0, len(self.places)
        while low < high:
            middle = (low + high) // 2
            if self.places[middle] < place:
                low = middle + 1
            else:
                high = middle
        return low


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
def fold(text: str) -> Folded:
    """The text folded; the last few are kept, since many quotes are looked for in one text."""
    parts: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        part = folded_character(character)
        if part:
            parts.append(part)
            places += [place] * len(part)
    return Folded("".join(parts), tuple(places))


def fold_short(text: str) -> str:
    """The folded text of a quote or what stands beside it, without places."""
    return "".join(map(folded_character, unicodedata.normalize("NFC", text)))
