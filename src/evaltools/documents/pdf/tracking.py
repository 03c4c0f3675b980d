"""Letter-spaced words: letters that are set apart on purpose, and the gaps that this makes.

Where a program says how far letters are spaced, its word is taken (`Drawn.spacing`). Elsewhere a
row of single letters at even distances is a spaced word, and only wider gaps part words. Digits
alone are not: they may be the heads of columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from evaltools.documents.pdf.glyphs import Glyph

_APART = 0.15  # of the size: letters of an ordinary word are closer
_FARTHEST = 1.5  # of the size: what is further apart are columns
_LETTERS = 4  # a spaced word has at least so many
_EVEN = 1.75  # times the usual gap: what is wider parts words


def expected_gaps(glyphs: Sequence[Glyph]) -> dict[int, float]:
    """Points that letter-spacing puts before a character, by identity of the character.

    Arguments:
        glyphs: of one line, from left to right.
    """
    found: dict[int, float] = {}
    stretch: list[tuple[Glyph, float]] = []  # with the gap before each; 0 after a blank
    for before, glyph in zip([None, *glyphs[:-1]], glyphs, strict=True):
        if not glyph.text.strip():
            continue
        gap = 0.0
        if before is not None and before.text.strip():
            gap = glyph.x0 - before.x1 - before.drawn.spacing
            if not _APART * glyph.size <= gap <= _FARTHEST * glyph.size:
                _settle(stretch, found)
                stretch = []
        stretch.append((glyph, gap))
    _settle(stretch, found)
    return found


def _settle(stretch: Sequence[tuple[Glyph, float]], found: dict[int, float]) -> None:
    gaps = [gap for _, gap in stretch if gap]
    letters = sum(glyph.text.isalpha() for glyph, _ in stretch)
    if len(gaps) < _LETTERS - 1 or letters < _LETTERS or letters * 2 < len(stretch):
        return
    usual = median(gaps)
    for glyph, gap in stretch:
        if gap and gap <= _EVEN * usual:
            found[id(glyph)] = gap
