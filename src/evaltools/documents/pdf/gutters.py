"""Gutters between columns that stand close together: white from line to line.

A gap between two words is no wider than one between such columns. What tells them apart is that a
gutter goes down through many lines, and that what stands right of it begins at one edge.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

_NARROWEST = 0.3  # of the size
_ROWS = 5  # lines that have something on both sides
_EDGE = 0.7  # points by which the right column's lines may begin apart
_FLUSH = 0.8  # share of them that begin at its edge
_FAR = 3.0  # times the size: lines further apart are not of one column


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
    """Find where lines are parted by gutters.

    Arguments:
        spans: lines of a page from top to bottom.

    Returns left edges of the columns right of gutters, by number of the line.
    """
    found: dict[int, list[float]] = {}
    open_: list[_Corridor] = []
    for number, span in enumerate(spans):
        gaps = [
            (end, start)
            for (_, end), (start, _) in zip(span.pieces[:-1], span.pieces[1:], strict=True)
            if start - end >= _NARROWEST * span.size
        ]
        still: list[_Corridor] = []
        for corridor in open_:
            if _goes_on(corridor, number, span, gaps):
                still.append(corridor)
            else:
                _close(corridor, found)
        taken = {start for corridor in still for at, start in corridor.lines[-1:] if at == number}
        still.extend(
            _Corridor(end, start, span.y, [(number, start)])
            for end, start in gaps
            if start not in taken
        )
        open_ = still
    for corridor in open_:
        _close(corridor, found)
    return found


def _goes_on(
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


def _close(corridor: _Corridor, found: dict[int, list[float]]) -> None:
    if len(corridor.lines) < _ROWS:
        return
    starts = sorted(start for _, start in corridor.lines)
    edge = starts[len(starts) // 2]
    if sum(abs(start - edge) <= _EDGE for start in starts) >= _FLUSH * len(starts):
        for number, start in corridor.lines:
            found.setdefault(number, []).append(start)
