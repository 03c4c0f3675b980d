"""The key above a figure: marks with their words, wrapped to the width of the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evaltools.charts.canvas import Canvas
from evaltools.charts.style import GREY, PAPER, SMALL
from evaltools.charts.text_metrics import clean, width, wrap

Mark = Literal[
    "box", "hatch", "dot", "hollow", "diamond", "line", "band", "dashes", "tick", "square"
]

ROW = 15.0
"""Height of a line of the key, points."""
_SWATCH = 15.0
_GAP = 16.0


@dataclass(frozen=True)
class Entry:
    """One mark of the key and what it means."""

    words: str
    mark: Mark
    color: str


@dataclass(frozen=True)
class Placed:
    """An entry with its place in the key, points."""

    entry: Entry
    words: str
    x: float
    row: int


def layout(entries: Sequence[Entry], room: float) -> tuple[Placed, ...]:
    """Put entries beside each other, on as many lines as they need."""
    placed: list[Placed] = []
    x, row = 0.0, 0
    for entry in entries:
        words = wrap(clean(entry.words), room - _SWATCH - 4, SMALL, max_lines=1)[0]
        needed = _SWATCH + width(words, SMALL)
        if x > 0 and x + needed > room:
            x, row = 0.0, row + 1
        placed.append(Placed(entry, words, x, row))
        x += needed + _GAP
    return tuple(placed)


def height(entries: Sequence[Entry], room: float) -> float:
    """Height of the key, points, with the space below it; zero without entries."""
    if not entries:
        return 0.0
    return (layout(entries, room)[-1].row + 1) * ROW + 3


def last_end(entries: Sequence[Entry], room: float) -> float:
    """x where the last line of the key ends, from its left edge, points."""
    if not entries:
        return 0.0
    last = layout(entries, room)[-1]
    return last.x + _SWATCH + width(last.words, SMALL)


def draw(canvas: Canvas, entries: Sequence[Entry], x: float, y: float, room: float) -> None:
    """Draw the key with its top left corner at (x, y)."""
    for placed in layout(entries, room):
        middle = y + (placed.row + 0.5) * ROW
        _mark(canvas, placed.entry, x + placed.x, middle)
        canvas.small(x + placed.x + _SWATCH, middle, placed.words, gid="key")


def _mark(canvas: Canvas, entry: Entry, x: float, y: float) -> None:
    color = entry.color
    match entry.mark:
        case "box":
            canvas.box(x, y - 4, 9, 8, fill=color)
        case "hatch":
            canvas.box(x, y - 4, 9, 8, fill=PAPER, edge=GREY, hatch="////")
        case "band":
            canvas.box(x, y - 2.5, 11, 5, fill=color)
        case "dot":
            canvas.dots([x + 5], [y], color=color)
        case "hollow":
            canvas.dots([x + 5], [y], color=color, fill=PAPER)
        case "diamond":
            canvas.dots([x + 5], [y], color=color, marker="D", diameter=5)
        case "line":
            canvas.line([x, x + 11], [y, y], color=color, width=1.8)
        case "square":
            canvas.dots([x + 5], [y], color=color, marker="s", diameter=5)
        case "tick":
            canvas.line([x + 5, x + 5], [y - 5, y + 5], color=color, width=1.0)
        case "dashes":
            canvas.line([x, x + 11], [y, y], color=color, width=1.0, dashes=(2.5, 1.8))
