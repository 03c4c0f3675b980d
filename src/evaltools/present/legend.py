"""The key above a figure: marks with their words, wrapped to the width of the sheet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evaltools.present.sheet import Sheet
from evaltools.present.style import GREY, PAPER, QUIET, SMALL
from evaltools.present.text import clean, width, wrap

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
    """Height of the key, points, with the space below it; nought without entries."""
    if not entries:
        return 0.0
    return (layout(entries, room)[-1].row + 1) * ROW + 3


def last_end(entries: Sequence[Entry], room: float) -> float:
    """x where the last line of the key ends, from its left edge, points."""
    if not entries:
        return 0.0
    last = layout(entries, room)[-1]
    return last.x + _SWATCH + width(last.words, SMALL)


def draw(sheet: Sheet, entries: Sequence[Entry], x: float, y: float, room: float) -> None:
    """Draw the key with its top left corner at (x, y)."""
    for placed in layout(entries, room):
        middle = y + (placed.row + 0.5) * ROW
        _mark(sheet, placed.entry, x + placed.x, middle)
        sheet.text(x + placed.x + _SWATCH, middle, placed.words, size=SMALL, color=QUIET, gid="key")


def _mark(sheet: Sheet, entry: Entry, x: float, y: float) -> None:
    color = entry.color
    match entry.mark:
        case "box":
            sheet.box(x, y - 4, 9, 8, fill=color)
        case "hatch":
            sheet.box(x, y - 4, 9, 8, fill=PAPER, edge=GREY, hatch="////")
        case "band":
            sheet.box(x, y - 2.5, 11, 5, fill=color)
        case "dot":
            sheet.dots([x + 5], [y], color=color)
        case "hollow":
            sheet.dots([x + 5], [y], color=color, fill=PAPER)
        case "diamond":
            sheet.dots([x + 5], [y], color=color, marker="D", diameter=5)
        case "line":
            sheet.line([x, x + 11], [y, y], color=color, width=1.8)
        case "square":
            sheet.dots([x + 5], [y], color=color, marker="s", diameter=5)
        case "tick":
            sheet.line([x + 5, x + 5], [y - 5, y + 5], color=color, width=1.0)
        case "dashes":
            sheet.line([x, x + 11], [y, y], color=color, width=1.0, dashes=(2.5, 1.8))
