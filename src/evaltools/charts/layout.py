"""How figures are laid out: scales and their round numbers, the key, rows of marks, two axes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.ticker import MaxNLocator

from evaltools.charts.canvas import (
    AXIS_WORDS,
    KEY_WORDS,
    LABEL,
    NO_MARK,
    NUMBER,
    Canvas,
    Lettering,
    Paint,
)
from evaltools.charts.palette import GRID, PAPER
from evaltools.charts.style import SMALL, ink_on, is_narrow, text_width
from evaltools.charts.text_metrics import clean, height, width, wrap

GUTTER = 9.0
"""Space between labels and the middle, and between the middle and the numbers, points."""
LEAST_LABELS, MOST_LABELS = 0.16, 0.42
"""Part of the width that labels may take."""
EDGE = 1.5
"""White left at both sides of the canvas, so that no glyph touches its edge, points."""
AXIS = 13.0
"""Height of the numbers under the middle, points."""
BAR = 12.0
"""Height of a bar, points."""

_ROUND_STEPS = [1, 2, 2.5, 5, 10]


def inner_width() -> float:
    """Width between the edges of the figure being drawn, points."""
    return text_width() - 2 * EDGE


@dataclass(frozen=True)
class Scale:
    """A straight scale from values `low` and `high` to the places of its ends."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """The place of a value; what lies outside is held at the end."""
        held = min(max(value, self.low), self.high)
        part = (held - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)


@dataclass(frozen=True)
class Axis:
    """One axis.

    Arguments:
        low, high: ends of the scale.
        marks: values with a grid line and a number.
        text: how such a number is printed.
        words: what the scale is; empty where its numbers say it.
    """

    low: float
    high: float
    marks: Sequence[float]
    text: Callable[[float], str]
    words: str = ""


def ticks(low: float, high: float, at_most: int = 6, *, whole: bool = False) -> list[float]:
    """Round values from low to high, both within; `whole` leaves out those with decimals."""
    slack = (high - low) * 1e-9
    inside = [
        0.0 if abs(mark) < slack else mark
        for mark in _round_values(low, high, at_most)
        if low - slack <= mark <= high + slack
    ]
    return [mark for mark in inside if not whole or mark == round(mark)]


def round_ends(low: float, high: float, at_most: int = 6) -> tuple[float, float]:
    """The next round values outside, for a scale whose ends are ticks."""
    if high <= low:
        high = low + (abs(low) or 1.0)
    found = _round_values(low, high, at_most)
    return min(found[0], low), max(found[-1], high)


def _round_values(low: float, high: float, at_most: int) -> list[float]:
    locator = MaxNLocator(nbins=max(at_most - 1, 1), steps=_ROUND_STEPS)
    return [float(value) for value in locator.tick_values(low, high)]


def decimals_of(values: list[float]) -> int:
    """Digits after the mark that tell these round values apart."""
    for digits in range(6):
        if all(abs(round(value, digits) - value) < 1e-9 * max(1, abs(value)) for value in values):
            return digits
    return 6


Mark = Literal["box", "dot", "hollow", "line", "band", "dashes", "bracket", "diamond", "arrow"]
_KEY_ROW, _SWATCH, _KEY_GAP = 15.0, 15.0, 16.0
"""Height of a line of the key, width of a mark and space between entries, points."""


@dataclass(frozen=True)
class Entry:
    """One mark of the key and what it means."""

    words: str
    mark: Mark
    color: str


class Key:
    """The key above a figure, on as many lines as its entries need.

    `height` has the space below it and is zero without entries; `end` is where the last line ends.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._placed: list[tuple[Entry, tuple[str, ...], float, float]] = []
        x, y, tall = 0.0, 0.0, _KEY_ROW
        room = inner_width() - _SWATCH - 4
        for entry in entries:
            lines = wrap(clean(entry.words), room, SMALL, max_lines=3 if is_narrow() else 1)
            needed = _SWATCH + max(width(line, SMALL) for line in lines)
            if x > 0 and x + needed > inner_width():
                x, y, tall = 0.0, y + tall, _KEY_ROW
            tall = max(tall, height(len(lines), SMALL) + 4)
            self._placed.append((entry, lines, x, y))
            x += needed + _KEY_GAP
        self.height = y + tall + 3 if entries else 0.0
        self.end = x - _KEY_GAP if entries else 0.0

    def draw(self, canvas: Canvas) -> None:
        """Draw it at the top."""
        for entry, lines, left, top in self._placed:
            x, y = EDGE + left, top + _KEY_ROW / 2
            _draw_key_mark(canvas, entry, x, y)
            middle = y + height(len(lines) - 1, SMALL) / 2
            canvas.text(x + _SWATCH, middle, lines, KEY_WORDS)


def _draw_key_mark(canvas: Canvas, entry: Entry, x: float, y: float) -> None:
    color = entry.color
    match entry.mark:
        case "box":
            canvas.box(x, y - 4, 9, 8, Paint(color))
        case "band":
            canvas.box(x, y - 2.5, 11, 5, Paint(color))
        case "dot":
            canvas.dots([x + 5], [y], color=color)
        case "hollow":
            canvas.dots([x + 5], [y], color=color, fill=PAPER)
        case "line":
            canvas.line([x, x + 11], [y, y], color=color, width=1.8)
        case "bracket":
            ys = [y - 1.5, y + 1.5, y + 1.5, y - 1.5]
            canvas.line([x, x, x + 11, x + 11], ys, color=color, width=0.9)
        case "diamond":
            canvas.dots([x + 5], [y], color=color, fill=PAPER, marker="D", diameter=5)
        case "arrow":
            canvas.dots([x + 2], [y], color=color, marker="<", diameter=3)
            canvas.line([x + 2, x + 11], [y, y], color=color, width=1.5)
        case "dashes":
            canvas.line([x, x + 11], [y, y], color=color, width=1.0, dashes=(2.5, 1.8))


@dataclass(frozen=True)
class Spacing:
    """Room that a figure wants beside what its rows need, points.

    Arguments:
        pitch: least height of a row.
        inset: between the ends of the scale and of the middle part.
        above: free between key and rows.
        below: free under the numbers of the axis.
    """

    pitch: float = 17.0
    inset: float = 4.0
    above: float = 0.0
    below: float = 0.0


@dataclass(frozen=True)
class RowLayout:
    """A canvas with labels, axis and key of rows on it, and where their marks go.

    Arguments:
        centres: y of each row.
        left, right, top, bottom: ends of the middle part.
        scale: values to x, in the middle part.
    """

    canvas: Canvas
    centres: tuple[float, ...]
    left: float
    right: float
    top: float
    bottom: float
    scale: Scale

    def bar(self, start: float, end: float, y: float, color: str, text: str) -> None:
        """One part of a bar between two places, with its count where it fits in."""
        if end <= start:
            return
        self.canvas.box(
            start, y - BAR / 2, end - start, BAR, Paint(color, edge=PAPER, edge_width=0.8), layer=2
        )
        if width(text, SMALL) + 2.5 <= end - start:
            ink = Lettering(SMALL, ink_on(color), gid="direct")
            self.canvas.text((start + end) / 2, y, text, ink, align="center")

    def vertical(
        self, value: float, color: str, width: float, dashes: tuple[float, float] | None = None
    ) -> None:
        """A line over all rows at a value of the scale."""
        at, ends = [self.scale(value)] * 2, [self.top, self.bottom]
        self.canvas.line(at, ends, color=color, width=width, dashes=dashes, layer=1.5)

    def interval(self, low: float | None, high: float | None, y: float, color: str) -> None:
        """A line from one value to another, where both are known."""
        if low is not None and high is not None:
            at = [self.scale(low), self.scale(high)]
            self.canvas.line(at, [y, y], color=color, width=1.8, layer=3)

    def note(self, y: float, words: str, beside: float | None = None) -> None:
        """Say in a row why it has no mark; beside the one that it has, or below without room."""
        x, scale = self.scale.start + 3, self.scale
        if beside is not None:
            mark, room = scale(beside), width(words, NO_MARK.size) + 8
            if x + room > mark:
                fits = mark + 8 + room < scale.end
                x, y = (mark + 8, y) if fits else (x, y + 6.0)
        self.canvas.text(x, y, words, NO_MARK)


def lay_out_rows(
    labels: Sequence[str],
    numbers: Sequence[str],
    axis: Axis,
    *,
    key: Sequence[Entry] = (),
    heading: str = "",
    spacing: Spacing = Spacing(),
) -> RowLayout:
    """Lay out rows and draw everything but the data; rows from the top in the order given.

    Labels stand at the left of their rows, in a narrow figure above them.

    Arguments:
        labels: one a row, wrapped to at most three lines.
        numbers: direct label of each row at its right; empty strings where there is none.
        axis: of the middle part.
        key: entries of the key above.
        heading: words above the column of numbers.
        spacing: room that is wanted.
    """
    narrow = is_narrow()
    column = max(width(clean(text)) for text in numbers)
    widest = max(width(clean(label)) for label in labels) + 1
    least = text_width() * LEAST_LABELS
    room = min(max(widest, least), text_width() * MOST_LABELS)
    wrapped = [wrap(label, room) for label in labels]
    # Lines evened out by wrapping leave room that the middle part takes back.
    widest = max(width(line) for lines in wrapped for line in lines) + EDGE
    room = min(max(widest, least), room)
    heights = [max(spacing.pitch, height(len(lines)) + 6) for lines in wrapped]
    heads = [0.0 for _ in labels]
    if narrow:
        wrapped = [wrap(label, inner_width()) for label in labels]
        heads = [height(len(lines)) + 2 for lines in wrapped]
        heights = [head + spacing.pitch + 3 for head in heads]

    left = EDGE if narrow else room + GUTTER
    right = text_width() - EDGE - (column + GUTTER if column else 0)
    scale = Scale(axis.low, axis.high, left + spacing.inset, right - spacing.inset)
    room_below = inner_width() if narrow else right - left
    axis_lines = (
        wrap(axis.words, room_below, SMALL, max_lines=3 if narrow else 2) if axis.words else ()
    )
    placed = Key(key)
    top = max(placed.height, 3.0)
    heading = wrap(heading, text_width() / 3, SMALL, max_lines=1)[0] if heading else ""
    if heading and placed.end + 16 + width(heading, SMALL) > inner_width():
        top += _KEY_ROW
    elif heading:
        top = max(top, _KEY_ROW + 3)
    top += spacing.above
    bottom = top + sum(heights)
    start = bottom + (AXIS if axis.marks else 0.0)
    canvas = Canvas(start + height(len(axis_lines), SMALL) + spacing.below + 3)

    placed.draw(canvas)
    if heading:
        middle = top - spacing.above - 3 - _KEY_ROW / 2
        canvas.text(text_width() - EDGE, middle, heading, KEY_WORDS, align="right")
    for value in axis.marks:
        canvas.line([scale(value)] * 2, [top, bottom], color=GRID, width=0.6, layer=0.5)
    ends = (EDGE if narrow else left - GUTTER, text_width() - EDGE)
    draw_marks(canvas, scale, axis.marks, axis.text, bottom + 8, ends)
    foot = start + height(len(axis_lines), SMALL) / 2
    if narrow:
        canvas.text(EDGE, foot, axis_lines, AXIS_WORDS)
    else:
        canvas.text((left + right) / 2, foot, axis_lines, AXIS_WORDS, align="center")
    centres = []
    y = top
    for lines, own_height, head, text in zip(wrapped, heights, heads, numbers, strict=True):
        centres.append(y + head + (own_height - head) / 2)
        if narrow:
            canvas.box(0, y + 1, text_width(), head, Paint(PAPER), layer=1.6)  # over the grid
            canvas.text(EDGE, y + 1 + head / 2, lines, LABEL)
        else:
            canvas.text(room, centres[-1], lines, LABEL, align="right")
        if text:
            canvas.text(text_width() - EDGE, centres[-1], text, NUMBER, align="right")
        y += own_height
    return RowLayout(canvas, tuple(centres), left, right, top, bottom, scale)


def draw_marks(
    canvas: Canvas,
    scale: Scale,
    marks: Sequence[float],
    mark_text: Callable[[float], str],
    y: float,
    ends: tuple[float, float],
) -> None:
    """Write the numbers of a horizontal axis between two ends, none that touches the one before."""
    taken = float("-inf")
    for value in marks:
        words = mark_text(value)
        half = width(words, SMALL) / 2
        x = min(max(scale(value), ends[0] + half), ends[1] - half)
        if x - half < taken + 3:
            continue
        canvas.text(x, y, words, AXIS_WORDS, align="center")
        taken = x + half


@dataclass(frozen=True)
class Plot:
    """A canvas with two axes on it, and where they end."""

    canvas: Canvas
    x: Scale
    y: Scale
    left: float
    right: float
    top: float
    bottom: float


def lay_out_axes(
    x: Axis,
    y: Axis,
    *,
    depth: float = 120.0,
    right: float | None = None,
    key: Sequence[Entry] = (),
    headroom: float = 0.0,
) -> Plot:
    """Lay out two axes and draw everything but the data.

    The words of the vertical axis stand above it, level, so that nobody tilts their head. The data
    are `depth` high and end at `right`; `headroom` is for labels above them, points.
    """
    right = text_width() - 8 if right is None else min(right, text_width() - 8)
    left = EDGE + max((width(y.text(mark), SMALL) for mark in y.marks), default=0.0) + 6
    most = 4 if is_narrow() else 2
    words = wrap(y.words, inner_width(), SMALL, max_lines=most) if y.words else ()
    below = wrap(x.words, max(right - left, 120.0), SMALL, max_lines=most) if x.words else ()
    placed = Key(key)
    top = placed.height + height(len(words), SMALL) + 6 + headroom
    bottom = top + depth
    canvas = Canvas(bottom + AXIS + height(len(below), SMALL) + 3)
    placed.draw(canvas)
    canvas.text(EDGE, top - headroom - 5 - height(len(words), SMALL) / 2, words, AXIS_WORDS)
    x_scale = Scale(x.low, x.high, left + 2, right)
    y_scale = Scale(y.low, y.high, bottom, top)
    for mark in y.marks:
        at = y_scale(mark)
        canvas.line([left, right], [at, at], color=GRID, width=0.6, layer=0.5)
        canvas.text(left - 5, at, y.text(mark), AXIS_WORDS, align="right")
    draw_marks(canvas, x_scale, x.marks, x.text, bottom + 8, (left - 6, text_width() - EDGE))
    foot = bottom + AXIS + height(len(below), SMALL) / 2
    canvas.text((left + right) / 2, foot, below, AXIS_WORDS, align="center")
    return Plot(canvas, x_scale, y_scale, left, right, top, bottom)
