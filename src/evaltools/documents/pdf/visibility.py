"""Which of a page's characters can be seen: the page is drawn with its text and without it.

Where the two pictures do not differ, text was drawn that nobody sees: in the colour of what is
behind it, cropped or clipped away, covered, in a layer that is switched off, or drawn invisibly.
Letters that are drawn twice, as some programs make bold ones and shadows, are taken once.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from evaltools.documents.pdf.characters import Box, Glyph, PageContent, group_while, page_box
from evaltools.documents.pdf.glyph_names import HYPHENS, LOST
from evaltools.documents.pdf.second_reader import TRACE, Picture, Window, difference

_SEEN = 20  # of 255: the difference from what is behind it that makes a letter visible
_SMALLEST = 1.0  # points: smaller letters cannot be read
_COVERED = "covered or cut off"
_INVISIBLE = "drawn invisibly"
_MOST_COVERED = 40  # words of a page that are looked at one by one
_SCAN = 0.4  # of a page: pictures that cover more may be a scan of it
_WRITING = 40  # of 255: how much a picture of writing varies
_LONGEST_MARK = 2  # characters
_CELL = 8.0  # points
_SOME = 60  # characters of a page that are looked at to tell how its fonts are made
_RAISED = 0.2  # of the size: how far above the base line the ink of a raised character begins
_OFFSET = 0.15  # of the size: what is drawn again no further off is the same letter
_NARROW = 0.5  # of a letter's own width, where that is less


@dataclass
class VisibleText:
    """What is seen of a page's characters."""

    glyphs: list[Glyph] = field(default_factory=list)
    # (why, text) of those that are not seen, in the order in which they are drawn.
    hidden: list[tuple[str, str]] = field(default_factory=list)
    # Whether some are invisible over a picture of them, as a program writes them that recognises
    # the text of a scan (OCR); they are among `glyphs`.
    recognised: bool = False


def find_visible(page: PageContent, picture: Picture | None) -> VisibleText:
    """Tell the characters of a page that are seen from those that are not.

    A word is seen if at least half of its letters are, so that one odd letter decides nothing.
    """
    view = _View(page, picture)
    words = _words(page.glyphs, _are_apart)
    covered = view.find_covered(words)
    found = VisibleText()
    for number, word in enumerate(words):
        inked = [glyph for glyph in word if glyph.text.strip()]
        if not inked:
            found.glyphs.extend(word)
            continue
        reason = _COVERED if number in covered else view.hidden_reason(inked)
        if reason and view.is_recognised(inked, reason):
            found.recognised = True
            reason = ""
        if reason:
            text = "".join("-" if g.text in HYPHENS else g.text for g in word)
            if found.hidden and found.hidden[-1][0] == reason:
                text = f"{found.hidden.pop()[1]} {text}"
            found.hidden.append((reason, text))
        else:
            found.glyphs.extend(view.corrected(word))
    return found


def _words(glyphs: Sequence[Glyph], are_apart: Callable[[Glyph, Glyph], bool]) -> list[list[Glyph]]:
    """Characters that are drawn one after the other; blanks are by themselves."""

    def continues(word: list[Glyph], glyph: Glyph) -> bool:
        before = word[-1]
        return (
            bool(glyph.text.strip() and before.text.strip())
            and -glyph.size < glyph.x0 - before.x1 < glyph.size
            and not are_apart(before, glyph)
        )

    return group_while(glyphs, continues)


def _are_apart(before: Glyph, glyph: Glyph) -> bool:
    return (
        (glyph.drawn is not before.drawn and glyph.drawn != before.drawn)
        or glyph.turn != before.turn
        or abs(glyph.y - before.y) > 0.3 * glyph.size
    )


class _View:
    """A page and the pictures of it, laid over one another."""

    def __init__(self, page: PageContent, picture: Picture | None) -> None:
        self._page = page
        left, top, right, bottom = page.shown
        self._picture = None
        if picture is not None and right > left and bottom > top:
            rows, columns = picture.complete.shape[:2]
            self._across, self._down = columns / (right - left), rows / (bottom - top)
            # Two libraries that disagree on what part of the page is shown cannot be compared.
            if 0.97 < self._across / self._down < 1.03:
                self._picture = picture
                self._ink = difference(picture.complete, picture.bare)
        self._one_colour = len({glyph.drawn.colour for glyph in page.glyphs}) == 1

    def find_covered(self, words: Sequence[Sequence[Glyph]]) -> set[int]:
        """Numbers of words that are covered, though other text stands in their place.

        Somebody painted over a word and wrote another one there: what is seen is not its ink.
        """
        if self._picture is None:
            return set()
        cells: dict[tuple[int, int], list[int]] = {}
        for number, word in enumerate(words):
            first = word[0]
            if first.turn == 0 and first.text.strip():
                for column in range(int(first.x0 / _CELL), int(word[-1].x1 / _CELL) + 1):
                    cells.setdefault((column, int(first.y / _CELL)), []).append(number)
        near = {
            pair
            for inside in cells.values()
            for pair in itertools.combinations(sorted(set(inside)), 2)
            if _are_at_one_place(words[pair[0]], words[pair[1]])
        }
        texts = {n: "".join(g.text for g in words[n]) for pair in near for n in pair}
        doubtful = {n for one, other in near if texts[one] != texts[other] for n in (one, other)}
        return {
            number
            for number in sorted(doubtful)[:_MOST_COVERED]
            if self._picture.alone(texts[number], self._of_word(words[number])) is False
        }

    def _of_word(self, word: Sequence[Glyph]) -> Window:
        lefts, tops, rights, bottoms = zip(*(page_box(g, self._page) for g in word), strict=True)
        return self._window((min(lefts), min(tops), max(rights), max(bottoms)))

    def has_ink(self, glyph: Glyph) -> bool:
        """Whether drawing a character changes the page where it stands."""
        if self._picture is None:
            return True
        window = self._window(page_box(glyph, self._page))
        ink = self._ink[window]
        colour = glyph.drawn.colour
        most = int(ink.max(initial=0))
        if colour is None or most <= TRACE or (most > _SEEN and self._one_colour):
            return most > _SEEN
        wanted = np.array(colour[::-1], dtype=np.float32)  # pixels are blue, green, red
        behind, here = (
            np.abs(pixels[window].astype(np.float32) - wanted).max(axis=2)
            for pixels in (self._picture.bare, self._picture.complete)
        )
        # What changed there may be a neighbour's doing: a letter draws the page towards its colour.
        return bool(((ink > TRACE) & (behind - here > TRACE) & (behind > _SEEN)).any())

    def hidden_reason(self, inked: Sequence[Glyph]) -> str:
        """Why a word is not seen; empty if it is."""
        first = inked[0]
        if first.drawn.off:
            return "in a layer that is switched off"
        left, top, right, bottom = self._page.shown
        outside = 0
        for x0, y0, x1, y1 in (page_box(glyph, self._page) for glyph in inked):
            outside += not (left <= (x0 + x1) / 2 <= right and top <= (y0 + y1) / 2 <= bottom)
        if outside * 2 > len(inked):
            return "outside of the page as it is shown"
        if first.drawn.mode in (3, 7):
            return _INVISIBLE
        if first.size < _SMALLEST:
            return f"smaller than {_SMALLEST:.0f} point"
        if sum(map(self.has_ink, inked)) * 2 >= len(inked):
            return ""
        return "in the colour of what is behind it" if self._is_behind(first) else _COVERED

    def is_recognised(self, inked: Sequence[Glyph], reason: str) -> bool:
        """Whether a word that is not seen lies over, or under, a picture of writing."""
        if self._page.pictures < _SCAN:
            return False
        if self._picture is None:
            return True
        if reason not in (_INVISIBLE, _COVERED):
            return False
        there = self._picture.bare[self._of_word(inked)]
        return bool(there.size) and int(np.ptp(there, axis=(0, 1)).max()) > _WRITING

    def corrected(self, word: Sequence[Glyph]) -> list[Glyph]:
        """A word without letters that are blanks, and with those marked that stand above."""
        glyphs = list(word)
        if self._picture is None:
            return glyphs
        for at, glyph in enumerate(word):
            if glyph.text == LOST and not self.has_ink(glyph):
                glyphs[at] = glyph._replace(text=" ")
            elif glyph.text.isdigit() and self._sets_on_the_line and self._stands_above(glyph):
                glyphs[at] = glyph._replace(raised=True)
        # A long number that stands alone is no mark: its font has another base line.
        if len(word) > _LONGEST_MARK and all(glyph.raised for glyph in glyphs):
            return list(word)
        return glyphs

    @cached_property
    def _sets_on_the_line(self) -> bool:
        """Whether letters of the page stand on the base line that their font says."""
        letters = [g for g in self._page.glyphs if g.turn == 0 and g.text.isalnum()]
        some = letters[:: max(len(letters) // _SOME, 1)]
        return sum(map(self._stands_above, some)) * 4 < len(some) or not some

    def _stands_above(self, glyph: Glyph) -> bool:
        """Whether a character has ink in the upper half of a line, and none where it begins."""
        return not glyph.turn and (
            self._most(glyph, _RAISED, 0.02) <= _SEEN < self._most(glyph, 0.8, 0.4)
        )

    def _most(self, glyph: Glyph, above: float, below: float) -> int:
        """The most that a character changes of the middle of its line, between two heights."""
        middle = 0.2 * (glyph.x1 - glyph.x0)
        top, bottom = glyph.y - above * glyph.size, glyph.y - below * glyph.size
        window = self._window((glyph.x0 + middle, top, glyph.x1 - middle, bottom))
        return int(self._ink[window].max(initial=0))

    def _is_behind(self, glyph: Glyph) -> bool:
        """Whether a character has the colour of what is behind it."""
        if self._picture is None or glyph.drawn.colour is None:
            return False
        bare = self._picture.bare[self._window(page_box(glyph, self._page))]
        if not bare.size:
            return False
        behind = np.median(bare.reshape(-1, 3), axis=0)[::-1]
        return bool(np.abs(behind - np.array(glyph.drawn.colour)).max() <= _SEEN + TRACE)

    def _window(self, box: Box) -> Window:
        """The pixels of a part of the page; at least one each way, none outside."""
        left, top = self._page.shown[:2]
        x0, x1 = (box[0] - left) * self._across, (box[2] - left) * self._across
        y0, y1 = (box[1] - top) * self._down, (box[3] - top) * self._down
        row, column = max(math.floor(y0), 0), max(math.floor(x0), 0)
        return (
            slice(row, max(math.ceil(y1), row + 1 if y1 > 0 else 0)),
            slice(column, max(math.ceil(x1), column + 1 if x1 > 0 else 0)),
        )


def _are_at_one_place(word: Sequence[Glyph], other: Sequence[Glyph]) -> bool:
    size = min(word[0].size, other[0].size)
    across = min(word[-1].x1, other[-1].x1) - max(word[0].x0, other[0].x0)
    shorter = min(word[-1].x1 - word[0].x0, other[-1].x1 - other[0].x0)
    return across > 0.5 * shorter and abs(word[0].y - other[0].y) < 0.5 * size


def remove_redrawn(glyphs: Sequence[Glyph]) -> tuple[list[Glyph], str]:
    """Characters of a page without those that are drawn again over themselves, and these as text.

    Words are taken or left as a whole: a word that differs in a letter is another one.
    """
    seen: dict[tuple[str, int, int], list[Glyph]] = {}

    def is_again(glyph: Glyph) -> bool:
        size = max(glyph.size, 1.0)
        across, down = int(glyph.x0 / size), int(glyph.y / size)
        near = (
            other
            for x in (across - 1, across, across + 1)
            for y in (down - 1, down, down + 1)
            for other in seen.get((glyph.text, x, y), ())
        )
        again = any(_is_redrawn(other, glyph) for other in near)
        seen.setdefault((glyph.text, across, down), []).append(glyph)
        return again

    remaining: list[Glyph] = []
    left: list[str] = []
    for word in _words(glyphs, lambda before, glyph: glyph.y != before.y):
        again = [is_again(glyph) for glyph in word]
        if all(again):
            left.extend(glyph.text for glyph in word)
        else:
            remaining.extend(word)
    return remaining, "".join(left)


def _is_redrawn(one: Glyph, other: Glyph) -> bool:
    if one.turn != other.turn or abs(one.size - other.size) > 0.05 * one.size:
        return False
    reach = min(_OFFSET * one.size, _NARROW * (one.x1 - one.x0))
    return abs(one.x0 - other.x0) <= reach and abs(one.y - other.y) <= _OFFSET * one.size
