"""What the start, the end and the name of a passage say about whether a person chose it.

People mark words, phrases and sentences. A position read in the wrong way falls anywhere: into a
word, between a letter and its accent, on a blank. And many tools put the quote, or its beginning,
into the name of the passage.
"""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from math import log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from evaltools.documents.superscripts import MARKS

Classes = NDArray[np.int8]

# How a place is judged: a word begins or ends there; a blank or stray mark is taken along; a word
# is cut; a character with its marks, a joined emoji or a line end is cut.
CLEAN, LOOSE, CUT, SPLIT = range(4)

# How often people's own marks do so. In a project of NVivo for Windows 12.6, read aright, 284 of
# 303 passages began with a word and 272 ended with one (measured for this project, 2026); how the
# rest divides is reasoned: blanks are taken along at the end, by double clicks, more often than
# at the start.
_RIGHT = {"start": (0.94, 0.03, 0.03), "end": (0.90, 0.05, 0.05)}
SPLIT_WEIGHT = -4.0  # one mark in fifty at most cuts a character that is seen as one
IMPOSSIBLE_WEIGHT = -7.0  # one in a thousand: a damaged record
SENTENCE_WEIGHT = 0.4  # whole sentences are marked with their full stop in three of five cases
SENTENCE_LIMIT = 0.5  # and can never settle a matter alone

_EXTENDING = frozenset("\u200c\u200d" + "".join(map(chr, range(0x1F3FB, 0x1F400))))
_CLOSING = frozenset(".,;:!?…%")


@dataclass(frozen=True)
class BoundaryClasses:
    """The class of each place of a text, 0 to its length, as the start and as the end of a passage;
    and 1 where a sentence ends just before, -1 where a comma or the like does."""

    start: Classes
    end: Classes
    sentence: Classes


def classify_boundaries(text: str) -> BoundaryClasses:
    """Judge every place of a text, which has no byte order mark."""
    n = len(text)
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4")
    known, which = np.unique(codes, return_inverse=True)
    table = np.array([_traits(chr(code)) for code in known], dtype=bool).reshape(-1, len(_NONE))
    traits = np.zeros((n + 2, len(_NONE)), dtype=bool)
    traits[1:-1] = table[which]
    before, after = traits[:-1], traits[1:]
    inner = np.ones(n + 1, dtype=bool)
    inner[[0, -1]] = False

    flag = after[:, _FLAG] & before[:, _FLAG] & _odd_run(traits[1:-1, _FLAG])
    split = inner & (
        (after[:, _EXTENDS] & ~before[:, _BLANK])
        | before[:, _JOINS]
        | (before[:, _RETURN] & after[:, _NEWLINE])
        | flag
    )
    cut = inner & before[:, _LETTER] & after[:, _LETTER]
    stray_start = after[:, _BLANK] | (after[:, _CLOSES] & inner & ~before[:, _BLANK])
    stray_end = before[:, _BLANK] | (before[:, _OPENS] & inner & ~after[:, _BLANK])
    stray_start[-1] = stray_end[0] = True

    final = before[:, _STOP] & (~inner | after[:, _BLANK] | ~after[:, _LETTER])
    sentence = np.where(final, 1, np.where(before[:, _PAUSE], -1, 0)).astype(np.int8)
    start, end = (
        np.select([split, cut, stray], [SPLIT, CUT, LOOSE], default=CLEAN).astype(np.int8)
        for stray in (stray_start, stray_end)
    )
    return BoundaryClasses(start, end, sentence)


(_BLANK, _LETTER, _EXTENDS, _JOINS, _CLOSES, _OPENS, _FLAG, _RETURN, _NEWLINE, _STOP, _PAUSE) = (
    range(11)
)
_NONE = (False,) * 11


def _traits(character: str) -> tuple[bool, ...]:
    category = unicodedata.category(character)
    code = ord(character)
    extends = category[0] == "M" or character in _EXTENDING or 0xE0020 <= code <= 0xE007F
    return (
        character.isspace(),
        (character.isalnum() and character not in MARKS) or extends or character == "_",
        extends,
        character == "\u200d",
        character in _CLOSING or category in ("Pe", "Pf"),
        category in ("Ps", "Pi"),
        0x1F1E6 <= code <= 0x1F1FF,
        character == "\r",
        character == "\n",
        character in ".!?…",
        character in ",;:",
    )


def _odd_run(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """For each place, whether an odd number of flag letters stands before it."""
    result = np.zeros(len(flags) + 1, dtype=bool)
    for index in np.flatnonzero(flags):
        result[index + 1] = not result[index]
    return result


class Weights(NamedTuple):
    """Natural log of how much likelier each class, CLEAN to SPLIT, is where a person marked than
    anywhere."""

    start: tuple[float, ...]
    end: tuple[float, ...]


def estimate_weights(texts: list[BoundaryClasses]) -> Weights:
    """Weights from how common each class is in the texts themselves.

    A place where a word begins is never held against a reading, and nothing else speaks for it:
    so a reading under which every passage is whole words can be equalled, but not beaten.
    """
    weights = []
    for right, classes in (
        (_RIGHT["start"], [text.start for text in texts]),
        (_RIGHT["end"], [text.end for text in texts]),
    ):
        counts = np.bincount(np.concatenate(classes), minlength=4) + 1.0
        ratios = [log(p / q) for p, q in zip(right, (counts / counts.sum())[:3], strict=True)]
        clean, loose, cut = max(0.0, ratios[0]), min(0.0, ratios[1]), min(0.0, ratios[2])
        weights.append((clean, loose, cut, SPLIT_WEIGHT))
    return Weights(*weights)


MATCH_RIGHT = 0.9  # names are made from quotes by machine, but a tool may shorten in the middle
PROOF_WEIGHT = 7.0  # a checksum does not agree by chance; a passage may have been moved by hand
WHOLE_WEIGHT = 2.0  # of a name that is the whole quote and not just its beginning
SHORTEST = 4  # a name of fewer characters is in any text by chance


def remove_white_space(text: str) -> str:
    """Composed, without white space and without what is invisible, as names are compared."""
    return "".join(
        c
        for c in unicodedata.normalize("NFC", text)
        if not c.isspace() and c not in "\u00ad\ufeff\ufffe"
    )


def quote_key(quote: str) -> str:
    """Short checksum of a quote in normalised form, which a passage can carry along."""
    return hashlib.sha256(quote.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True)
class NameHint:
    """A name, squeezed, that may hold the quote or be cut to its beginning, and the natural log
    of how much likelier a match is for the right passage than by chance."""

    text: str
    weight: float

    def match(self, quote: str) -> float:
        """Weight of this hint for a quote, squeezed; 0 if it does not agree."""
        if not quote.startswith(self.text):
            return 0.0
        return self.weight + (WHOLE_WEIGHT if len(quote) == len(self.text) else 0.0)


def find_name_hint(name: str, squeezed_text: str) -> NameHint | None:
    """A name as evidence; None if it is none, such as `Quotation 6:1` or a coder's own title."""
    text = remove_white_space(name)
    text = text.removesuffix("…").removesuffix("...")
    count = squeezed_text.count(text) if len(text) >= SHORTEST else 0
    if not count:
        return None
    return NameHint(text, max(0.0, log(MATCH_RIGHT * (len(squeezed_text) + 1) / count)))
