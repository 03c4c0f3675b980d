"""How a coding tool counts positions, and how its positions become those of the normalised text.

The REFI-QDA standard counts Unicode code points from 0 (REFI-QDA 1.5, 2019, section 10.2) and
does not say whether the end is counted in; tools count UTF-16 units or bytes, line ends as one
or two, and byte order marks or not. A `Convention` is one way to count; `OffsetScale` applies it
to a text as the file holds it; `normalise_text` leads on to the text that the study keeps
(`evaltools.documents.text_normalisation`), and keeps count of where each character came from.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from itertools import product
from math import log
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from evaltools.documents.text_normalisation import clean, normalise
from evaltools.problems import Problem, ProblemError

Unit = Literal["codepoint", "utf16", "utf8"]
Lines = Literal["crlf2", "crlf1", "lf2", "pad"]
First = Literal["nobom", "bom", "from1"]
End = Literal["exclusive", "inclusive"]

Index = NDArray[np.int64]

_WORDS = {
    "codepoint": "Unicode code points",
    "utf16": "UTF-16 units",
    "utf8": "bytes of UTF-8",
    "crlf2": "line ends as they stand in the file",
    "crlf1": "a Windows line end as one",
    "lf2": "every line end as two",
    "pad": "a line end and the blank after it as one",
    "nobom": "the first character as 0",
    "bom": "the byte order mark in",
    "from1": "the first character as 1",
    "exclusive": "the end one past the last character",
    "inclusive": "the end on the last character",
}


@dataclass(frozen=True)
class Convention:
    """One way to count positions.

    Arguments:
        unit: what is counted.
        lines: `crlf2` counts line ends as they stand, `crlf1` a CR LF as one, `lf2` every line
            end as two, `pad` takes the blank that a tool put after each LF as part of it.
        first: `nobom` gives the first character 0, `bom` counts a byte order mark before it,
            `from1` gives it 1.
        end: `exclusive` is one past the last character, `inclusive` is the last.
    """

    unit: Unit = "codepoint"
    lines: Lines = "crlf2"
    first: First = "nobom"
    end: End = "exclusive"

    @property
    def name(self) -> str:
        """Such as `utf16/crlf2/nobom/exclusive`, as `--positions` takes it."""
        return f"{self.unit}/{self.lines}/{self.first}/{self.end}"

    @property
    def words(self) -> str:
        """What it counts, for evaluators."""
        return ", ".join(_WORDS[part] for part in self.name.split("/"))

    @property
    def is_in_use(self) -> bool:
        """Whether tools are known to count so: none is known that counts the end in, or from 1."""
        return self.first == "nobom" and self.end == "exclusive"

    @property
    def prior(self) -> float:
        """Natural log of how likely it is before a file was looked at, against the likeliest.

        No tool is known that counts the end in (NVivo, ATLAS.ti, QualCoder and Taguette do not),
        and none that counts from 1; one that reads a file with its byte order mark may well be.
        """
        return -log(9) * (self.end == "inclusive") - log(3) * (self.first != "nobom")

    @classmethod
    def stated(cls, name: str) -> Convention | None:
        """The convention that a user states by `--positions`, None for an empty name; refuses
        others."""
        found = BY_NAME.get(name.strip().lower())
        if name and found is None:
            kinds = " / ".join("|".join(get_args(kind)) for kind in (Unit, Lines, First, End))
            what = (
                f"{name!r} is no way to count; one of {kinds}, such as utf16/crlf2/nobom/exclusive"
            )
            raise ProblemError([Problem("--positions", what, code="exchange.positions")])
        return found


# In the order in which one of several that read a file alike is named: the standard's own first.
CANDIDATES: tuple[Convention, ...] = tuple(
    Convention(unit, lines, first, end)
    for first, end, lines, unit in product(
        get_args(First), get_args(End), get_args(Lines), get_args(Unit)
    )
)
BY_NAME = {convention.name: convention for convention in CANDIDATES}


@dataclass(frozen=True)
class Spans:
    """Where passages lie under one convention, in code points of the text as the file has it; -1
    with a fault by their index where they cannot be."""

    start: Index
    end: Index
    faults: dict[int, str]


class OffsetScale:
    """Measures a text, as the file has it without a byte order mark, in every convention."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(
            np.int64
        )
        newline, blank = self._codes == 10, self._codes == 32
        self._after_cr = newline & np.concatenate(([False], self._codes[:-1] == 13))[: len(text)]
        self._pad = blank & np.concatenate(([False], newline[:-1]))[: len(text)]
        self._scales: dict[tuple[Unit, Lines], Index] = {}

    def applies(self, convention: Convention) -> bool:
        """Whether the convention says anything of its own about this text's line ends."""
        if convention.lines == "crlf1":
            return bool(self._after_cr.any())
        bare = int(((self._codes == 10) & ~self._after_cr).sum())
        if convention.lines == "lf2":
            return bare > 0
        if convention.lines == "pad":
            return 0 < int(self._pad.sum()) >= bare - 1
        return True

    def scale(self, unit: Unit, lines: Lines) -> Index:
        """Position of each character and of the end of the text, counted from 0."""
        if (unit, lines) not in self._scales:
            codes = self._codes
            width = np.ones(len(codes), dtype=np.int64)
            if unit == "utf16":
                width += codes > 0xFFFF
            elif unit == "utf8":
                for limit in (0x7F, 0x7FF, 0xFFFF):
                    width += codes > limit
            if lines == "crlf1":
                width[:-1][self._after_cr[1:]] = 0
            elif lines == "lf2":
                width[(codes == 10) & ~self._after_cr] = 2
            elif lines == "pad":
                width[:-1][self._pad[1:]] = 0
            self._scales[unit, lines] = np.concatenate(([0], np.cumsum(width)))
        return self._scales[unit, lines]

    def spans(self, start: Index, end: Index, convention: Convention) -> Spans:
        """Read positions, as the file gives them, in a convention."""
        scale = self.scale(convention.unit, convention.lines)
        shift = 0 if convention.first == "nobom" else 1
        if convention.first == "bom" and convention.unit == "utf8":
            shift = 3
        first, past = start - shift, end - shift + (convention.end == "inclusive")
        if convention.first == "bom":  # a passage may begin with the mark itself
            first = np.where((start >= 0) & (first < 0), 0, first)
        places = [np.searchsorted(scale, values, side="left") for values in (first, past)]
        faults: dict[int, str] = {}
        outside = (first < 0) | (past > scale[-1])
        for index in np.flatnonzero(first >= past):
            faults[int(index)] = "its end is not after its start"
        for place, values in zip(places, (first, past), strict=True):
            inside = np.minimum(place, len(self._codes))
            for index in np.flatnonzero(~outside & (scale[inside] != values)):
                faults[int(index)] = "it parts one character in two"
            at_newline = np.append(self._after_cr, False)[inside]
            for index in np.flatnonzero(~outside & at_newline):
                faults.setdefault(int(index), "it lies between the two halves of a line end")
        for index in np.flatnonzero(outside):
            faults[int(index)] = "it lies outside its text"
        begin, stop = (place.astype(np.int64) for place in places)
        wrong = list(faults)
        begin[wrong] = stop[wrong] = -1
        return Spans(begin, stop, faults)


@dataclass(frozen=True)
class NormalisedText:
    """A normalised text, and start and end of what each of its characters came from, in code points
    of the text before."""

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
        """Where a passage of the text before lies now, and whether it grew to take all of a
        letter that is now composed; start and end are equal where nothing of it is left."""
        at = np.array([start]), np.array([end])
        first, past = (int(place[0]) for place in self.spans(*at))
        if first >= past:
            return first, first, False
        grew = self.start[first] < start or self.end[past - 1] > end
        return first, past, bool(grew)


def keep_text(text: str) -> NormalisedText:
    """A text that stays as it is."""
    places = np.arange(len(text), dtype=np.int64)
    return NormalisedText(text, places, places + 1)


def normalise_text(text: str) -> NormalisedText:
    """Normalise a text as a file holds it, and keep where each character came from."""
    form = normalise(text)
    if form == text:
        return keep_text(text)
    pieces = _clean(text)
    if not unicodedata.is_normalized("NFC", "".join(piece[0] for piece in pieces)):
        pieces = _compose(pieces)
    pieces = _trim(pieces)
    if pieces:
        pieces.append(("\n", len(text), len(text)))
    result = "".join(piece[0] for piece in pieces)
    if result != form:  # would place every passage wrongly: better to stop
        raise ValueError("the text could not be followed through its normalisation")
    return NormalisedText(
        result,
        np.array([piece[1] for piece in pieces], dtype=np.int64),
        np.array([piece[2] for piece in pieces], dtype=np.int64),
    )


Piece = tuple[str, int, int]  # a character, and where it came from


def _clean(text: str) -> list[Piece]:
    """Characters as they become before composing: themselves, a line end, or nothing."""
    pieces: list[Piece] = []
    known: dict[str, str] = {}
    for index, character in enumerate(text):
        if character == "\n" and index and text[index - 1] == "\r":
            pieces[-1] = ("\n", index - 1, index + 1)
            continue
        if character not in known:
            result = clean(character)
            known[character] = result if result in ("", "\n") else character
        if known[character]:
            pieces.append((known[character], index, index + 1))
    return pieces


def _compose(pieces: list[Piece]) -> list[Piece]:
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


def _trim(pieces: list[Piece]) -> list[Piece]:
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
