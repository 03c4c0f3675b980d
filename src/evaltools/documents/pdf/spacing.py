"""White between characters: gutters between columns, and words whose letters are set apart.

A gap between two words is no wider than a gutter between columns that stand close together. What
tells them apart is that a gutter goes down through many lines, and that what stands right of it
begins at one edge.

Where a program says how far letters are spaced, its word is taken (`Drawn.spacing`). Elsewhere a
row of single letters at even distances is a spaced word, and only wider gaps part words. Digits
alone are not: they may be the heads of columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from evaltools.documents.pdf.characters import Glyph

_NARROWEST = 0.3  # of the size
_ROWS = 5  # lines that have something on both sides
_EDGE = 0.7  # points by which the right column's lines may begin apart
_FLUSH = 0.8  # share of them that begin at its edge
_FAR = 3.0  # times the size: lines further apart are not of one column
_APART = 0.15  # of the size: letters of an ordinary word are closer
_FARTHEST = 1.5  # of the size: what is further apart are columns
_LETTERS = 4  # a spaced word has at least so many
_EVEN = 1.75  # times the usual gap: what is wider parts words


@dataclass(frozen=True)
class Span:
    """A line as far as gutters go.

    Arguments:
        y, size: base line and size of its letters.
        pieces: where each piece without a gap begins and ends, from left to right.
    """

    y: float
    size: float
    pieces: tuple[tuple[float, float], ...]


@dataclass
class _Corridor:
    left: float
    right: float
    y: float
    lines: list[tuple[int, float]] = field(default_factory=list)  # number, where its right begins


def find_gutters(spans: Sequence[Span]) -> dict[int, list[float]]:
    """Left edges of the columns right of gutters, by number of the line, of a page's lines."""
    gutters: dict[int, list[float]] = {}
    open_: list[_Corridor] = []
    for number, span in enumerate(spans):
        gaps = [
            (end, start)
            for (_, end), (start, _) in zip(span.pieces[:-1], span.pieces[1:], strict=True)
            if start - end >= _NARROWEST * span.size
        ]
        still: list[_Corridor] = []
        for corridor in open_:
            if _continues(corridor, number, span, gaps):
                still.append(corridor)
            else:
                _close(corridor, gutters)
        taken = {start for corridor in still for at, start in corridor.lines[-1:] if at == number}
        still.extend(
            _Corridor(end, start, span.y, [(number, start)])
            for end, start in gaps
            if start not in taken
        )
        open_ = still
    for corridor in open_:
        _close(corridor, gutters)
    return gutters


def _continues(
    corridor: _Corridor, number: int, span: Span, gaps: Sequence[tuple[float, float]]
) -> bool:
    """Whether a corridor goes on through a line; if so, it is made as narrow as that needs."""
    if span.y - corridor.y > _FAR * span.size:
        return False
    for end, start in gaps:
        left, right = max(end, corridor.left), min(start, corridor.right)
        if right - left >= _NARROWEST * span.size:
            corridor.left, corridor.right, corridor.y = left, right, span.y
            corridor.lines.append((number, start))
            return True
    if all(right <= corridor.left or left >= corridor.right for left, right in span.pieces):
        corridor.y = span.y
        return True
    return False


def _close(corridor: _Corridor, gutters: dict[int, list[float]]) -> None:
    if len(corridor.lines) < _ROWS:
        return
    starts = sorted(start for _, start in corridor.lines)
    edge = starts[len(starts) // 2]
    if sum(abs(start - edge) <= _EDGE for start in starts) >= _FLUSH * len(starts):
        for number, start in corridor.lines:
            gutters.setdefault(number, []).append(start)


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
    """Find letter-spaced words among the characters of a line, from left to right."""
    tracking = Tracking()
    stretch: list[tuple[Glyph, float]] = []  # with the gap before each; 0 after a blank
    before: Glyph | None = None
    for glyph in glyphs:
        if glyph.text.strip():
            gap = 0.0
            if before is not None and before.text.strip():
                gap = glyph.x0 - before.x1 - before.drawn.spacing
                if not _APART * glyph.size <= gap <= _FARTHEST * glyph.size:
                    _add_stretch(stretch, tracking)
                    stretch = []
                    gap = 0.0
            stretch.append((glyph, gap))
        before = glyph
    _add_stretch(stretch, tracking)
    return tracking


def _add_stretch(stretch: Sequence[tuple[Glyph, float]], tracking: Tracking) -> None:
    gaps = [gap for _, gap in stretch if gap]
    letters = sum(glyph.text.isalpha() for glyph, _ in stretch)
    if len(gaps) < _LETTERS - 1 or letters < _LETTERS or letters * 2 < len(stretch):
        return
    usual = median(gaps)
    for glyph, gap in stretch:
        tracking.slack[id(glyph)] = 2 * usual
        if gap and gap <= _EVEN * usual:
            tracking.gaps[id(glyph)] = gap
