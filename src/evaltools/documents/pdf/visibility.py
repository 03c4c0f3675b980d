"""Which of a page's characters can be seen: the page is drawn with its text and without it.

Where the two pictures do not differ, text was drawn that nobody sees: in the colour of what is
behind it, cropped or clipped away, covered, in a layer that is switched off, or drawn invisibly.
The pictures are drawn by another library than the one that reads.
"""

from __future__ import annotations

import ctypes
import itertools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from evaltools.documents.pdf.glyphs import LOST, Box, Colour, Glyph, Sheet, page_box
from evaltools.documents.pdf.letters import HYPHENS

_SCALE = 1.5  # pixels a point
_MOST_PIXELS = 4_000_000
_SEEN = 20  # of 255: the difference from what is behind it that makes a letter visible
_TRACE = 4  # of 255: what thin strokes of a letter in a colour that differs more leave at least
_SMALLEST = 1.0  # points: smaller letters cannot be read
_DEEPEST = 20
_COVERED = "covered or cut off"
_MOST_COVERED = 40  # words of a page that are looked at one by one
_SCAN = 0.4  # of a page: pictures that cover more may be a scan of it
_WRITING = 40  # of 255: how much a picture of writing varies
_LONGEST_MARK = 2  # characters
_CELL = 8.0  # points
_SOME = 60  # characters of a page that are looked at to tell how its fonts are made
_RAISED = 0.2  # of the size: how far above the base line the ink of a raised character begins

Pixels = NDArray[np.uint8]
Window = tuple[slice, slice]


@dataclass(frozen=True)
class Picture:
    """A page as it is drawn.

    Arguments:
        whole: with its text, by row, column and colour.
        bare: without it.
        alone: tells whether a text leaves a mark in a part of the picture (rows, columns) when
            no other text is drawn; None where it cannot be told which text is meant.
    """

    whole: Pixels
    bare: Pixels
    alone: Callable[[str, Window], bool | None]


@dataclass(frozen=True)
class Seen:
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


def draw(page: pypdfium2.PdfPage) -> Picture | None:
    """Draw a page with its text and without it; None where it cannot be drawn.

    The page is no more what it was: its text is switched off.
    """
    width, height = page.get_size()
    if not (width > 0 and height > 0 and math.isfinite(width * height)):
        return None
    scale = min(_SCALE, math.sqrt(_MOST_PIXELS / (width * height)))
    if min(width, height) * scale < 1:
        return None
    try:
        whole = _pixels(page, scale)
        texts: list[Any] = []
        count = raw.FPDFPage_CountObjects(page.raw)
        _switch_off(count, lambda i: raw.FPDFPage_GetObject(page.raw, i), texts, 0)
        bare = _pixels(page, scale)
    except pypdfium2.PdfiumError:
        return None

    def alone(text: str, window: Window) -> bool | None:
        rows, columns = whole.shape[:2]
        held = [t for t in texts if _holds(page, t, text, window, columns, rows)]
        if len(held) != 1:
            return None
        raw.FPDFPageObj_SetIsActive(held[0], 1)
        drawn = _pixels(page, scale)
        raw.FPDFPageObj_SetIsActive(held[0], 0)
        return int(_difference(drawn, bare)[window].max(initial=0)) > _TRACE

    return Picture(whole, bare, alone)


def _pixels(page: pypdfium2.PdfPage, scale: float) -> Pixels:
    bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=False)
    try:
        pixels: Pixels = bitmap.to_numpy()[:, :, :3].copy()
        return pixels
    finally:
        bitmap.close()


def _switch_off(count: int, get: Any, texts: list[Any], depth: int) -> None:
    """Switch off all text of a page or of a form that is drawn on it.

    Arguments:
        count, get: the objects of it.
        texts: to which the page's own texts are added.
        depth: 0 for the page.
    """
    for index in range(count):
        item = get(index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            raw.FPDFPageObj_SetIsActive(item, 0)
            if not depth:
                texts.append(item)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            inner = raw.FPDFFormObj_CountObjects(item)
            get_inner = partial(raw.FPDFFormObj_GetObject, item)
            _switch_off(inner, get_inner, texts, depth + 1)


def _holds(
    page: pypdfium2.PdfPage, item: Any, text: str, window: Window, columns: int, rows: int
) -> bool:
    """Whether a text object has a text in it and covers the middle of a part of the picture."""
    bounds = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(item, *bounds):
        return False
    left, bottom, right, top = (bound.value for bound in bounds)
    corners = []
    for x, y in ((left, bottom), (right, top)):
        column, row = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page.raw, 0, 0, columns, rows, 0, x, y, column, row)
        corners.append((column.value, row.value))
    (ax, ay), (bx, by) = corners
    x, y = (window[1].start + window[1].stop) / 2, (window[0].start + window[0].stop) / 2
    if not (min(ax, bx) - 2 <= x <= max(ax, bx) + 2 and min(ay, by) - 2 <= y <= max(ay, by) + 2):
        return False
    raw.FPDFPageObj_SetIsActive(item, 1)  # all others are switched off: what is there is its text
    reader = page.get_textpage()
    try:
        return text in str(reader.get_text_range())
    finally:
        reader.close()
        raw.FPDFPageObj_SetIsActive(item, 0)


def look(sheet: Sheet, picture: Picture | None) -> Seen:
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
    return Seen(tuple(glyphs), tuple(hidden), recognised)


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

    def __init__(self, sheet: Sheet, picture: Picture | None) -> None:
        self._sheet = sheet
        left, top, right, bottom = sheet.shown
        self._picture = None
        if picture is not None and right > left and bottom > top:
            rows, columns = picture.whole.shape[:2]
            self._across, self._down = columns / (right - left), rows / (bottom - top)
            # Two libraries that disagree on what part of the page is shown cannot be compared.
            if 0.97 < self._across / self._down < 1.03:
                self._picture = picture
                self._ink = _difference(picture.whole, picture.bare)
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
        found = []
        left = self._sheet.shown[0]
        for glyph in word:
            a = math.floor((glyph.x0 - left) * self._across) - columns.start
            b = math.ceil((max(glyph.x1, glyph.x0 + 0.1 * size) - left) * self._across)
            there = b"\x01" in seen[max(a, 0) : max(b - columns.start, 0)]
            found.append(there or self.has_ink(glyph))
        return found

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
            if _in_one_place(boxes[one], boxes[other])
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
        return self._window(
            (
                min(box[0] for box in boxes),
                min(box[1] for box in boxes),
                max(box[2] for box in boxes),
                max(box[3] for box in boxes),
            )
        )

    def has_ink(self, glyph: Glyph) -> bool:
        """Whether drawing a character changes the page where it stands."""
        if self._picture is None:
            return True
        rows, columns = self._window(page_box(glyph, self._sheet.width, self._sheet.height))
        ink = self._ink[rows, columns]
        colour = glyph.drawn.colour
        most = int(ink.max()) if ink.size else 0
        if colour is None or most <= _TRACE or (most > _SEEN and len(self._colours) == 1):
            return most > _SEEN
        bare = self._picture.bare[rows, columns].astype(np.float32)
        wanted = np.array(colour[::-1], dtype=np.float32)  # pixels are blue, green, red
        behind = np.abs(bare - wanted).max(axis=2)
        here = np.abs(self._picture.whole[rows, columns].astype(np.float32) - wanted).max(axis=2)
        # What changed there may be a neighbour's doing: a letter draws the page towards its colour.
        own = (ink > _TRACE) & (behind - here > _TRACE) & (behind > _SEEN)
        return bool(own.any())

    def reason(self, inked: Sequence[Glyph], found: Sequence[bool]) -> str:
        """Why a word is not seen; empty if it is.

        Arguments:
            inked: its characters.
            found: whether each has ink.
        """
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
        rows, columns = self._window(
            (
                glyph.x0 + middle,
                glyph.y - above * glyph.size,
                glyph.x1 - middle,
                glyph.y - below * glyph.size,
            )
        )
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
        return bool(np.abs(behind - np.array(colour)).max() <= _SEEN + _TRACE)

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


def _in_one_place(
    one: tuple[float, float, float, float], other: tuple[float, float, float, float]
) -> bool:
    """Whether two words (left, right, base line, size) stand in one another's place."""
    size = min(one[3], other[3])
    across = min(one[1], other[1]) - max(one[0], other[0])
    shorter = min(one[1] - one[0], other[1] - other[0])
    return across > 0.5 * shorter and abs(one[2] - other[2]) < 0.5 * size


def _difference(one: Pixels, other: Pixels) -> Pixels:
    """The largest difference of any colour, pixel by pixel."""
    difference = np.maximum(one, other) - np.minimum(one, other)
    largest: Pixels = np.maximum(
        np.maximum(difference[:, :, 0], difference[:, :, 1]), difference[:, :, 2]
    )
    return largest
