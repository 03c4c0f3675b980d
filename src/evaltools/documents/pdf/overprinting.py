"""Letters that are drawn twice, as some programs make bold ones and shadows, taken once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from evaltools.documents.pdf.glyphs import Glyph

_OFFSET = 0.15  # of the size: what is drawn again no further off is the same letter
_NARROW = 0.5  # of a letter's own width, where that is less


def drawn_once(glyphs: Sequence[Glyph]) -> tuple[list[Glyph], str]:
    """Characters without those that are drawn again over themselves, and the text of these.

    Words are taken or left as a whole: a word that differs in a letter is another one.

    Arguments:
        glyphs: of one page, as they are drawn.
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
    kept: list[Glyph] = []
    left: list[str] = []
    for start, end in _words(glyphs):
        word = glyphs[start:end]
        if all(again[start:end]):
            left.append("".join(glyph.text for glyph in word))
        else:
            kept.extend(word)
    return kept, "".join(left)


def _words(glyphs: Sequence[Glyph]) -> Iterator[tuple[int, int]]:
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
