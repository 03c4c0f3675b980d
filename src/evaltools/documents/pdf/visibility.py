"""Which of a page's characters can be seen: the page is drawn with its text and without it.

Where the two pictures do not differ, text was drawn that nobody sees: in the colour of what is
behind it, cropped or clipped away, covered, in a layer that is switched off, or drawn invisibly.
The pictures are drawn by another library than the one that reads.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from evaltools.documents.pdf.glyphs import LOST, Box, Colour, Glyph, Sheet, page_box

_SCALE = 1.5  # pixels a point
_MOST_PIXELS = 4_000_000
_SEEN = 20  # of 255: the difference from what is behind it that makes a letter visible
_TRACE = 4  # of 255: what thin strokes of a letter in a colour that differs more leave at least
_SMALLEST = 1.0  # points: smaller letters cannot be read
_DEEPEST = 20
_SCAN = 0.4  # of a page: pictures that cover more may be a scan of it
_WRITING = 40  # of 255: how much a picture of writing varies
_LONGEST_MARK = 2  # characters
_SOME = 60  # characters of a page that are looked at to tell how its fonts are made
_RAISED = 0.2  # of the size: how far above the base line the ink of a raised character begins

Pixels = NDArray[np.uint8]


@dataclass(frozen=True)
class Picture:
    """A page as it is drawn.

    Arguments:
        whole: with its text, by row, column and colour.
        bare: without it.
        scale: pixels a point.
    """

    whole: Pixels
    bare: Pixels
    scale: float


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
        count = raw.FPDFPage_CountObjects(page.raw)
        _switch_off(count, lambda i: raw.FPDFPage_GetObject(page.raw, i), 0)
        return Picture(whole, _pixels(page, scale), scale)
    except pypdfium2.PdfiumError:
        return None


def _pixels(page: pypdfium2.PdfPage, scale: float) -> Pixels:
    bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=False)
    try:
        pixels: Pixels = bitmap.to_numpy()[:, :, :3].copy()
        return pixels
    finally:
        bitmap.close()


def _switch_off(count: int, get: Any, depth: int) -> None:
    """Switch off all text of a page or of a form that is drawn on it."""
    for index in range(count):
        item = get(index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            raw.FPDFPageObj_SetIsActive(item, 0)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            inner = raw.FPDFFormObj_CountObjects(item)
            _switch_off(inner, lambda i, form=item: raw.FPDFFormObj_GetObject(form, i), depth + 1)


def look(sheet: Sheet, picture: Picture | None) -> Seen:
    """Tell the characters of a page that are seen from those that are not.

    A word is seen if at least half of its letters are, so that one odd letter decides nothing.
    """
    view = _View(sheet, picture)
    glyphs: list[Glyph] = []
    hidden: list[tuple[str, str]] = []
    recognised = 0
    for word in _words(sheet.glyphs):
        inked = [glyph for glyph in word if glyph.text.strip()]
        if not inked:
            glyphs.extend(word)
            continue
        found = view.find_ink(inked)
        reason = view.reason(inked, found)
        if reason and view.is_recognised(inked, reason):
            recognised += sum(len(glyph.text) for glyph in inked)
            reason = ""
        if reason:
            text = "".join(glyph.text for glyph in word)
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
        return "covered or cut off"

    def is_recognised(self, inked: Sequence[Glyph], reason: str) -> bool:
        """Whether a word that is not seen lies over, or under, a picture of writing."""
        if self._picture is None or self._sheet.pictures < _SCAN:
            return self._picture is None and self._sheet.pictures >= _SCAN
        if reason not in ("drawn invisibly", "covered or cut off"):
            return False
        boxes = [page_box(glyph, self._sheet.width, self._sheet.height) for glyph in inked]
        rows, columns = self._window(
            (
                min(box[0] for box in boxes),
                min(box[1] for box in boxes),
                max(box[2] for box in boxes),
                max(box[3] for box in boxes),
            )
        )
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

    def _window(self, box: Box) -> tuple[slice, slice]:
        """The pixels of a part of the page; at least one each way, none outside."""
        left, top = self._sheet.shown[:2]
        x0, x1 = (box[0] - left) * self._across, (box[2] - left) * self._across
        y0, y1 = (box[1] - top) * self._down, (box[3] - top) * self._down
        row, column = max(math.floor(y0), 0), max(math.floor(x0), 0)
        return (
            slice(row, max(math.ceil(y1), row + 1 if y1 > 0 else 0)),
            slice(column, max(math.ceil(x1), column + 1 if x1 > 0 else 0)),
        )


def _difference(one: Pixels, other: Pixels) -> Pixels:
    """The largest difference of any colour, pixel by pixel."""
    difference = np.maximum(one, other) - np.minimum(one, other)
    largest: Pixels = np.maximum(
        np.maximum(difference[:, :, 0], difference[:, :, 1]), difference[:, :, 2]
    )
    return largest
