"""One spelling for what looks the same: dashes, blanks, digits, letters with loose accents."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_PLAIN = re.compile(r"[\x00-\x7fåäöÅÄÖéüÉÜšžŠŽ§°€£±×·«»”“’‘…]*")
_DASHES = dict.fromkeys(map(ord, "‐‑‒−﹘﹣－"), "-")
_LONG_DASH = re.compile(r"(?<=\d)[–—―]|[–—―](?=\d)|(?<=\d )[–—―]")
"""Between digits they are typed for a hyphen; between names they join two of them."""
_BLANKS = dict.fromkeys((160, 5760, *range(8192, 8203), 8239, 8287, 12288), " ")
_BREAKS = frozenset("\u00ad\u200b")
"""Places where a line may break: within a word they are nothing, between two names a blank."""
_SAME = _DASHES | _BLANKS | {0x2018: "'", 0x2019: "'", 0x02BC: "'", 0xFF20: "@", 0xFF0B: "+"}


@dataclass(frozen=True)
class Folded:
    """A text in one spelling.

    Arguments:
        text: with plain dashes, blanks and digits, composed letters, nothing invisible.
        places: of each of its characters in the text as it was; None where they are the same.
        size: of the text as it was, in code points.
    """

    text: str
    places: tuple[int, ...] | None
    size: int

    def span(self, start: int, end: int) -> tuple[int, int]:
        """A stretch of the folded text as one of the text as it was, end exclusive."""
        if self.places is None or start == end:
            return start, end
        last = self.places[end] if end < len(self.places) else self.size
        return self.places[start], last


def fold(text: str) -> Folded:
    """The text in one spelling, so that patterns need to know one only."""
    if _PLAIN.fullmatch(text):
        return Folded(_LONG_DASH.sub("-", text.translate(_SAME)), None, len(text))
    made: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        category = unicodedata.category(character)
        if category == "Cf":
            if character not in _BREAKS or not _joins_names(text, place):
                continue
            character = " "
        if category == "Mn" and made and places[-1] == place - 1:
            joined = unicodedata.normalize("NFC", made[-1] + character)
            if len(joined) == 1:
                made[-1] = joined
                continue
        plain = _SAME.get(ord(character), character)
        if unicodedata.decomposition(plain).startswith(("<wide>", "<font>")):
            plain = unicodedata.normalize("NFKC", plain)
        if category == "Nd" and not character.isascii():
            plain = str(unicodedata.digit(character))
        elif category == "No" and (digit := unicodedata.digit(character, None)) is not None:
            # Raised digits behind a word or a number are the mark of a note, else a number.
            before = text[place - 1] if place else " "
            follows = unicodedata.category(before) == "No" and made
            mark = made[-1] == " " if follows else before.isalnum()
            plain = " " if mark else str(digit)
        made.append(plain)
        places.append(place)
    same = len(places) == len(text)
    return Folded(_LONG_DASH.sub("-", "".join(made)), None if same else tuple(places), len(text))


def _joins_names(text: str, place: int) -> bool:
    """Whether a small letter stands before this place and a capital after it."""
    return text[place - 1 : place].islower() and text[place + 1 : place + 2].isupper()
