"""From positions in a text as a file holds it to positions in its normalised form.

`evaltools.documents.normalising` says what the normalised form is; this keeps count of where
each of its characters came from, so that passages can follow.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaltools.documents.normalising import clean, normalise

Index = NDArray[np.int64]


@dataclass(frozen=True)
class Unfolded:
    """A normalised text and where its characters stood before.

    Arguments:
        text: normalised.
        start, end: of what each character came from, in code points of the text before.
    """

    text: str
    start: Index
    end: Index

    def spans(self, start: Index, end: Index) -> tuple[Index, Index]:
        """Where passages lie now, widened to whole letters; of nothing left, the end is no
        greater than the start."""
        return (
            np.searchsorted(self.end, start, side="right").astype(np.int64),
            np.searchsorted(self.start, end, side="left").astype(np.int64),
        )

    def span(self, start: int, end: int) -> tuple[int, int, bool]:
        """Where a passage of the text before lies now.

        Where a letter that is now composed would be cut in two, the passage takes all of it.

        Returns start, end (equal where nothing of the passage is left) and whether it grew.
        """
        at = np.array([start]), np.array([end])
        first, past = (int(place[0]) for place in self.spans(*at))
        if first >= past:
            return first, first, False
        grew = self.start[first] < start or self.end[past - 1] > end
        return first, past, bool(grew)


def same(text: str) -> Unfolded:
    """A text that stays as it is."""
    places = np.arange(len(text), dtype=np.int64)
    return Unfolded(text, places, places + 1)


def normalised(text: str) -> Unfolded:
    """Normalise a text and keep where each character came from.

    Arguments:
        text: in code points, as a file holds it.
    """
    form = normalise(text)
    if form == text:
        return same(text)
    pieces = _cleaned(text)
    if not unicodedata.is_normalized("NFC", "".join(piece[0] for piece in pieces)):
        pieces = _composed(pieces)
    pieces = _trimmed(pieces)
    if pieces:
        pieces.append(("\n", len(text), len(text)))
    result = "".join(piece[0] for piece in pieces)
    if result != form:  # would place every passage wrongly: better to stop
        raise ValueError("the text could not be followed through its normalisation")
    return Unfolded(
        result,
        np.array([piece[1] for piece in pieces], dtype=np.int64),
        np.array([piece[2] for piece in pieces], dtype=np.int64),
    )


Piece = tuple[str, int, int]  # a character, and where it came from


def _cleaned(text: str) -> list[Piece]:
    pieces: list[Piece] = []
    known: dict[str, str] = {}
    for index, character in enumerate(text):
        if character == "\n" and index and text[index - 1] == "\r":
            pieces[-1] = ("\n", index - 1, index + 1)
            continue
        if character not in known:
            known[character] = _kept(character)
        if known[character]:
            pieces.append((known[character], index, index + 1))
    return pieces


def _kept(character: str) -> str:
    """What becomes of a character before composing: itself, a line end, or nothing."""
    result = clean(character)
    return character if result and result != "\n" else result


def _composed(pieces: list[Piece]) -> list[Piece]:
    result: list[Piece] = []
    at = 0
    while at < len(pieces):
        past = at + 1
        while past < len(pieces) and _joins(pieces[past][0]):
            past += 1
        run = "".join(piece[0] for piece in pieces[at:past])
        form = unicodedata.normalize("NFC", run)
        if form == run:
            result += pieces[at:past]
        else:
            start, end = pieces[at][1], pieces[past - 1][2]
            result += [(character, start, end) for character in form]
        at = past
    return result


def _joins(character: str) -> bool:
    """Whether a character may compose with what stands before it."""
    if character < "\u0300":
        return False
    if "\u1160" <= character <= "\u11ff":  # vowels and finals of Hangul
        return True
    return unicodedata.category(character)[0] == "M"


def _trimmed(pieces: list[Piece]) -> list[Piece]:
    """Without blanks at line ends, and with one empty line at most, as paragraphs are parted."""
    result: list[Piece] = []
    for piece in pieces:
        if piece[0] == "\n":
            while result and result[-1][0] != "\n" and result[-1][0].isspace():
                result.pop()
            if not result or (len(result) > 1 and result[-1][0] == result[-2][0] == "\n"):
                continue
        result.append(piece)
    while result and result[-1][0].isspace():
        result.pop()
    return result
