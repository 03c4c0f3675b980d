"""Which of a page's characters can be seen: the page is drawn with its text and without it.

Where the two pictures do not differ, text was drawn that nobody sees: in the colour of what is
behind it, cropped or clipped away, covered, in a layer that is switched off, or drawn invisibly.
Letters that are drawn twice, as some programs make bold ones and shadows, are taken once.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from evaltools.documents.pdf.characters import Box, Colour, Glyph, PageContent, page_box
from evaltools.documents.pdf.glyph_names import HYPHENS, LOST
from evaltools.documents.pdf.second_reader import TRACE, Picture, Window, difference

_SEEN = 20  # of 255: the difference from what is behind it that makes a letter visible
_SMALLEST = 1.0  # points: smaller letters cannot be read
_COVERED = "covered or cut off"
_MOST_COVERED = 40  # words of a page that are looked at one by one
_SCAN = 0.4  # of a page: pictures that cover more may be a scan of it
_WRITING = 40  # of 255: how much a picture of writing varies
_LONGEST_MARK = 2  # characters
_CELL = 8.0  # points
_SOME = 60  # characters of a page that are looked at to tell how its fonts are made
_RAISED = 0.2  # of the size: how far above the base line the ink of a raised character begins
_OFFSET = 0.15  # of the size: what is drawn again no further off is the same letter
_NARROW = 0.5  # of a letter's own width, where that is less


@dataclass(frozen=True)
class VisibleText:
    """What is seen of a page's characters.

    Arguments:
        glyphs: those that are.
        hidden: (why, text) of those that are not, in the order in which they are drawn.
        recognised: how many characters are invisible over a picture of them, as a program writes
            them that recognises the text of a scan (OCR); they are among `glyphs`.
    """

    glyphs: tuple[Glyph, ...]
    hidden: tuple[tuple[str, str], ...]
    recognised: int


def find_visible(sheet: PageContent, picture: Picture | None) -> VisibleText:
    """Tell the characters of a page that are seen from those that are not.

    A word is seen if at least half of its letters are, so that one odd letter decides nothing.
    """
    view = _View(sheet, picture)
    words = list(_words(sheet.glyphs))
    under = view.find_covered(words)
    glyphs: list[Glyph] = []
    hidden: list[tuple[str, str]] = []
    recognised = 0
    for number, word in enumerate(words):
        inked = [glyph for glyph in word if glyph.text.strip()]
        if not inked:
            glyphs.extend(word)
            continue
        reason = _COVERED if number in under else view.reason(inked, view.find_ink(inked))
        if reason and view.is_recognised(inked, reason):
            recognised += sum(len(glyph.text) for glyph in inked)
            reason = ""
        if reason:
            text = "".join("-" if g.text in HYPHENS else g.text for g in word)
            if hidden and hidden[-1][0] == reason:
                text = f"{hidden[-1][1]} {text}"
                hidden.pop()
            hidden.append((reason, text))
        else:
            glyphs.extend(view.corrected(word))
    return VisibleText(tuple(glyphs), tuple(hidden), recognised)


def _words(glyphs: Sequence[Glyph]) -> Iterator[list[Glyph]]:
    """Characters that are drawn one after the other, without a blank or a leap between them."""
    word: list[Glyph] = []
    for glyph in glyphs:
        if word:
            last = word[-1]
            apart = (
                not glyph.text.strip()
                or not last.text.strip()
                or (glyph.drawn is not last.drawn and glyph.drawn != last.drawn)
                or glyph.turn != last.turn
                or abs(glyph.y - last.y) > 0.3 * glyph.size
                or not -glyph.size < glyph.x0 - last.x1 < glyph.size
            )
            if apart:
                yield word
                word = []
        word.append(glyph)
    if word:
        yield word


class _View:
    """A page and the pictures of it, laid over one another."""

    def __init__(self, sheet: PageContent, picture: Picture | None) -> None:
        self._sheet = sheet
        left, top, right, bottom = sheet.shown
        self._picture = None
        if picture is not None and right > left and bottom > top:
            rows, columns = picture.complete.shape[:2]
            self._across, self._down = columns / (right - left), rows / (bottom - top)
            # Two libraries that disagree on what part of the page is shown cannot be compared.
            if 0.97 < self._across / self._down < 1.03:
                self._picture = picture
                self._ink = difference(picture.complete, picture.bare)
                self._plain = self._ink > _SEEN
        self._colours = {glyph.drawn.colour for glyph in sheet.glyphs}

    def find_ink(self, word: Sequence[Glyph]) -> list[bool]:
        """Whether drawing each character of a word changes the page where it stands."""
        if self._picture is None:
            return [True] * len(word)
        if len(self._colours) > 1 or word[0].turn:
            return [self.has_ink(glyph) for glyph in word]
        # Most pages are in one colour and most words are seen: looked at in one go.
        size = max(glyph.size for glyph in word)
        x0, x1 = min(glyph.x0 for glyph in word), max(glyph.x1 for glyph in word)
        y0, y1 = min(glyph.y for glyph in word), max(glyph.y for glyph in word)
        rows, columns = self._window((x0, y0 - 0.8 * size, x1 + 0.1 * size, y1 + 0.25 * size))
        seen = self._plain[rows, columns].any(axis=0).tobytes()
        inked = []
        left = self._sheet.shown[0]
        for glyph in word:
            a = math.floor((glyph.x0 - left) * self._across) - columns.start
            b = math.ceil((max(glyph.x1, glyph.x0 + 0.1 * size) - left) * self._across)
            there = b"\x01" in seen[max(a, 0) : max(b - columns.start, 0)]
            inked.append(there or self.has_ink(glyph))
        return inked

    def find_covered(self, words: Sequence[Sequence[Glyph]]) -> set[int]:
        """Numbers of words that are covered, though other text stands in their place.

        Somebody painted over a word and wrote another one there: what is seen is not its ink.
        """
        if self._picture is None:
            return set()
        boxes = {}
        cells: dict[tuple[int, int], list[int]] = {}
        for number, word in enumerate(words):
            first = word[0]
            if first.turn == 0 and first.text.strip():
                boxes[number] = (first.x0, word[-1].x1, first.y, first.size)
                for column in range(int(first.x0 / _CELL), int(word[-1].x1 / _CELL) + 1):
                    cells.setdefault((column, int(first.y / _CELL)), []).append(number)
        near = {
            (one, other)
            for inside in cells.values()
            if len(inside) > 1
            for one, other in itertools.combinations(sorted(set(inside)), 2)
            if _at_one_place(boxes[one], boxes[other])
        }
        texts = ["".join(glyph.text for glyph in word) for word in words] if near else []
        doubtful = {n for pair in near if texts[pair[0]] != texts[pair[1]] for n in pair}
        return {
            number
            for number in sorted(doubtful)[:_MOST_COVERED]
            if self._picture.alone(texts[number], self._of_word(words[number])) is False
        }

    def _of_word(self, word: Sequence[Glyph]) -> Window:
        boxes = [page_box(glyph, self._sheet.width, self._sheet.height) for glyph in word]
        lefts, tops, rights, bottoms = zip(*boxes, strict=True)
        return self._window((min(lefts), min(tops), max(rights), max(bottoms)))

    def has_ink(self, glyph: Glyph) -> bool:
        """Whether drawing a character changes the page where it stands."""
        if self._picture is None:
            return True
        rows, columns = self._window(page_box(glyph, self._sheet.width, self._sheet.height))
        ink = self._ink[rows, columns]
        colour = glyph.drawn.colour
        most = int(ink.max()) if ink.size else 0
        if colour is None or most <= TRACE or (most > _SEEN and len(self._colours) == 1):
            return most > _SEEN
        bare = self._picture.bare[rows, columns].astype(np.float32)
        wanted = np.array(colour[::-1], dtype=np.float32)  # pixels are blue, green, red
        behind = np.abs(bare - wanted).max(axis=2)
        here = np.abs(self._picture.complete[rows, columns].astype(np.float32) - wanted).max(axis=2)
        # What changed there may be a neighbour's doing: a letter draws the page towards its colour.
        own = (ink > TRACE) & (behind - here > TRACE) & (behind > _SEEN)
        return bool(own.any())

    def reason(self, inked: Sequence[Glyph], found: Sequence[bool]) -> str:
        """Why a word is not seen; empty if it is. `found` tells which characters have ink."""
        first = inked[0]
        if first.drawn.off:
            return "in a layer that is switched off"
        left, top, right, bottom = self._sheet.shown
        outside = 0
        for glyph in inked:
            x0, y0, x1, y1 = page_box(glyph, self._sheet.width, self._sheet.height)
            x, y = (x0 + x1) / 2, (y0 + y1) / 2
            outside += not (left <= x <= right and top <= y <= bottom)
        if outside * 2 > len(inked):
            return "outside of the page as it is shown"
        if first.drawn.mode in (3, 7):
            return "drawn invisibly"
        if first.size < _SMALLEST:
            return f"smaller than {_SMALLEST:.0f} point"
        if sum(found) * 2 >= len(inked):
            return ""
        if first.drawn.colour is not None and self._alike(first, first.drawn.colour):
            return "in the colour of what is behind it"
        return _COVERED

    def is_recognised(self, inked: Sequence[Glyph], reason: str) -> bool:
        """Whether a word that is not seen lies over, or under, a picture of writing."""
        if self._picture is None or self._sheet.pictures < _SCAN:
            return self._picture is None and self._sheet.pictures >= _SCAN
        if reason not in ("drawn invisibly", _COVERED):
            return False
        rows, columns = self._of_word(inked)
        there = self._picture.bare[rows, columns]
        return bool(there.size) and int(np.ptp(there, axis=(0, 1)).max()) > _WRITING

    def corrected(self, word: Sequence[Glyph]) -> list[Glyph]:
        """A word without letters that are blanks, and with those marked that stand above."""
        if self._picture is None:
            return list(word)
        glyphs: list[Glyph] = []
        for glyph in word:
            if glyph.text == LOST and not self.has_ink(glyph):
                glyphs.append(glyph._replace(text=" "))
            elif glyph.text.isdigit() and self._sets_on_the_line and self._stands_above(glyph):
                glyphs.append(glyph._replace(raised=True))
            else:
                glyphs.append(glyph)
        # A long number that stands alone is no mark: its font has another base line.
        if len(word) > _LONGEST_MARK and all(glyph.raised for glyph in glyphs):
            return list(word)
        return glyphs

    @cached_property
    def _sets_on_the_line(self) -> bool:
        """Whether letters of the page stand on the base line that their font says."""
        letters = [g for g in self._sheet.glyphs if g.turn == 0 and g.text.isalnum()]
        some = letters[:: max(len(letters) // _SOME, 1)]
        return sum(map(self._stands_above, some)) * 4 < len(some) or not some

    def _stands_above(self, glyph: Glyph) -> bool:
        """Whether a character has ink in the upper half of a line, and none where it begins."""
        if glyph.turn:
            return False
        middle = 0.2 * (glyph.x1 - glyph.x0)
        return (
            self._most(glyph, middle, _RAISED, 0.02) <= _SEEN < self._most(glyph, middle, 0.8, 0.4)
        )

    def _most(self, glyph: Glyph, middle: float, above: float, below: float) -> int:
        """The most that a character changes of the middle of its line, between two heights."""
        top, bottom = glyph.y - above * glyph.size, glyph.y - below * glyph.size
        rows, columns = self._window((glyph.x0 + middle, top, glyph.x1 - middle, bottom))
        ink = self._ink[rows, columns]
        return int(ink.max()) if ink.size else 0

    def _alike(self, glyph: Glyph, colour: Colour) -> bool:
        if self._picture is None:
            return False
        rows, columns = self._window(page_box(glyph, self._sheet.width, self._sheet.height))
        bare = self._picture.bare[rows, columns]
        if not bare.size:
            return False
        behind = np.median(bare.reshape(-1, 3), axis=0)[::-1]
        return bool(np.abs(behind - np.array(colour)).max() <= _SEEN + TRACE)

    def _window(self, box: Box) -> Window:
        """The pixels of a part of the page; at least one each way, none outside."""
        left, top = self._sheet.shown[:2]
        x0, x1 = (box[0] - left) * self._across, (box[2] - left) * self._across
        y0, y1 = (box[1] - top) * self._down, (box[3] - top) * self._down
        row, column = max(math.floor(y0), 0), max(math.floor(x0), 0)
        return (
            slice(row, max(math.ceil(y1), row + 1 if y1 > 0 else 0)),
            slice(column, max(math.ceil(x1), column + 1 if x1 > 0 else 0)),
        )


def _at_one_place(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    """Whether two words (left, right, base line, size) stand in one another's place."""
    size = min(one[3], other[3])
    across = min(one[1], other[1]) - max(one[0], other[0])
    shorter = min(one[1] - one[0], other[1] - other[0])
    return across > 0.5 * shorter and abs(one[2] - other[2]) < 0.5 * size


def remove_redrawn(glyphs: Sequence[Glyph]) -> tuple[list[Glyph], str]:
    """Characters of a page without those that are drawn again over themselves, and these as text.

    Words are taken or left as a whole: a word that differs in a letter is another one.
    """
    if not _any_near(glyphs):
        return list(glyphs), ""
    seen: dict[tuple[str, int, int], list[Glyph]] = {}
    again: list[bool] = []
    for glyph in glyphs:
        size = max(glyph.size, 1.0)
        across, down = int(glyph.x0 / size), int(glyph.y / size)
        near = (
            other
            for x in (across - 1, across, across + 1)
            for y in (down - 1, down, down + 1)
            for other in seen.get((glyph.text, x, y), ())
        )
        again.append(any(_same(other, glyph) for other in near))
        seen.setdefault((glyph.text, across, down), []).append(glyph)
    remaining: list[Glyph] = []
    left: list[str] = []
    for start, end in _strings(glyphs):
        word = glyphs[start:end]
        if all(again[start:end]):
            left.append("".join(glyph.text for glyph in word))
        else:
            remaining.extend(word)
    return remaining, "".join(left)


def _strings(glyphs: Sequence[Glyph]) -> Iterator[tuple[int, int]]:
    """Words as (start, end) of characters that are drawn one after the other; blanks alone."""
    start = 0
    for at in range(1, len(glyphs) + 1):
        if at == len(glyphs) or not glyphs[at].text.strip() or not glyphs[at - 1].text.strip():
            yield start, at
            start = at
        else:
            before, glyph = glyphs[at - 1], glyphs[at]
            if glyph.y != before.y or not -glyph.size < glyph.x0 - before.x1 < glyph.size:
                yield start, at
                start = at


def _any_near(glyphs: Sequence[Glyph]) -> bool:
    """Whether there is a character that may be drawn again; most pages have none."""
    glyphs = [glyph for glyph in glyphs if glyph.text]
    if not glyphs:
        return False
    numbers: dict[str, int] = {}
    texts = np.array([numbers.setdefault(glyph.text, len(numbers)) for glyph in glyphs])
    x, y, size = (np.array([glyph[i] for glyph in glyphs]) for i in (1, 3, 4))
    cell = max(float(size.max()), 1.0)
    for shift in (0.0, 0.5):  # what is on both sides of a cell's edge is in one of the other kind
        row = np.floor(y / cell + shift)
        order = np.lexsort((x, row, texts))
        near = (
            (np.diff(texts[order]) == 0)
            & (np.diff(row[order]) == 0)
            & (np.diff(x[order]) <= _OFFSET * size[order][1:])
        )
        if near.any():
            return True
    return False


def _same(one: Glyph, other: Glyph) -> bool:
    if one.turn != other.turn or abs(one.size - other.size) > 0.05 * one.size:
        return False
    reach = min(_OFFSET * one.size, _NARROW * (one.x1 - one.x0))
    return abs(one.x0 - other.x0) <= reach and abs(one.y - other.y) <= _OFFSET * one.size
