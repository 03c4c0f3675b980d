"""Letter-spaced words: letters that are set apart on purpose, and the gaps that this makes.

Where a program says how far letters are spaced, its word is taken (`Drawn.spacing`). Elsewhere a
row of single letters at even distances is a spaced word, and only wider gaps part words. Digits
alone are not: they may be the heads of columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from evaltools.documents.pdf.glyphs import Glyph

_APART = 0.15  # of the size: letters of an ordinary word are closer
_FARTHEST = 1.5  # of the size: what is further apart are columns
_LETTERS = 4  # a spaced word has at least so many
_EVEN = 1.75  # times the usual gap: what is wider parts words


@dataclass
class Tracking:
    """How letters of a line are spaced, by identity of the character.

    Arguments:
        gaps: points that letter-spacing puts before a character within a word.
        slack: points by which the gap before a character may be wider than elsewhere, although
            it parts words.
    """

    gaps: dict[int, float] = field(default_factory=dict)
    slack: dict[int, float] = field(default_factory=dict)


def find_tracking(glyphs: Sequence[Glyph]) -> Tracking:
    """Find letter-spaced words.

    Arguments:
        glyphs: of one line, from left to right.
    """
    found = Tracking()
    stretch: list[tuple[Glyph, float]] = []  # with the gap before each; 0 after a blank
    before: Glyph | None = None
    for glyph in glyphs:
        if glyph.text.strip():
            gap = 0.0
            if before is not None and before.text.strip():
                gap = glyph.x0 - before.x1 - before.drawn.spacing
                if not _APART * glyph.size <= gap <= _FARTHEST * glyph.size:
                    _settle(stretch, found)
                    stretch = []
                    gap = 0.0
            stretch.append((glyph, gap))
        before = glyph
    _settle(stretch, found)
    return found


def _settle(stretch: Sequence[tuple[Glyph, float]], found: Tracking) -> None:
    gaps = [gap for _, gap in stretch if gap]
    letters = sum(glyph.text.isalpha() for glyph, _ in stretch)
    if len(gaps) < _LETTERS - 1 or letters < _LETTERS or letters * 2 < len(stretch):
        return
    usual = median(gaps)
    for glyph, gap in stretch:
        found.slack[id(glyph)] = 2 * usual
        if gap and gap <= _EVEN * usual:
            found.gaps[id(glyph)] = gap
