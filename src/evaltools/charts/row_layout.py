"""The layout that figures with one label a row share: labels, middle part, numbers on the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evaltools.charts import legend
from evaltools.charts.canvas import Canvas
from evaltools.charts.legend import Entry
from evaltools.charts.scale import Axis, Scale
from evaltools.charts.style import GRID, PAPER, QUIET, SMALL, TEXT_WIDTH, ink_on
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


@dataclass(frozen=True)
class Spacing:
    """Room that a figure wants beside what its rows need, points.

    Arguments:
        pitch: least height of a row.
        inset: between the ends of the scale and of the middle part.
        above: free between key and rows.
        below: free under the numbers of the axis.
        labels: width that labels get at least.
        numbers: width that the numbers at the right get at least.
    """

    pitch: float = 17.0
    inset: float = 4.0
    above: float = 0.0
    below: float = 0.0
    labels: float = 0.0
    numbers: float = 0.0


@dataclass(frozen=True)
class RowLayout:
    """A canvas with rows laid out on it.

    Arguments:
        canvas: to draw on; labels, axis and key are on it already.
        centres: y of each row.
        left, right: x of the ends of the middle part.
        top, bottom: y of the ends of the middle part.
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
            start, y - BAR / 2, end - start, BAR, fill=color, edge=PAPER, edge_width=0.8, layer=2
        )
        if width(text, SMALL) + 2.5 <= end - start:
            middle, ink = (start + end) / 2, ink_on(color)
            self.canvas.small(middle, y, text, align="center", color=ink, gid="direct")

    def vertical(
        self, value: float, color: str, width: float, dashes: tuple[float, float] | None = None
    ) -> None:
        """A line over all rows at a value of the scale."""
        at = [self.scale(value)] * 2
        ends = [self.top, self.bottom]
        self.canvas.line(at, ends, color=color, width=width, dashes=dashes, layer=1.5)

    def note(self, y: float, words: str) -> None:
        """Say in a row why it has no mark."""
        self.canvas.text(
            self.scale.start + 3, y, words, size=SMALL, color=QUIET, weight="italic", gid="mark"
        )


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

    Arguments:
        labels: one a row, wrapped to at most three lines.
        numbers: direct label of each row at its right; empty strings where there is none.
        axis: of the middle part.
        key: entries of the key above.
        heading: words above the column of numbers.
        spacing: room that is wanted.
    """
    column = max([spacing.numbers, *(width(clean(text)) for text in numbers)])
    widest = max(width(clean(label)) for label in labels) + 1
    least = max(TEXT_WIDTH * LEAST_LABELS, min(spacing.labels, TEXT_WIDTH * MOST_LABELS))
    room = min(max(widest, least), TEXT_WIDTH * MOST_LABELS)
    wrapped = [wrap(label, room) for label in labels]
    # Lines evened out by wrapping leave room that the middle part takes back.
    widest = max(width(line) for lines in wrapped for line in lines) + EDGE
    room = min(max(widest, least), room)
    heights = tuple(max(spacing.pitch, height(len(lines)) + 6) for lines in wrapped)

    left = room + GUTTER
    right = TEXT_WIDTH - EDGE - (column + GUTTER if column else 0)
    scale = Scale(axis.low, axis.high, left + spacing.inset, right - spacing.inset)
    axis_lines = wrap(axis.words, right - left, SMALL, max_lines=2) if axis.words else ()
    key_room = TEXT_WIDTH - 2 * EDGE
    top = max(legend.height(key, key_room), 3.0)
    heading = wrap(heading, TEXT_WIDTH / 3, SMALL, max_lines=1)[0] if heading else ""
    if heading and legend.last_end(key, key_room) + 16 + width(heading, SMALL) > key_room:
        top += legend.ROW
    elif heading:
        top = max(top, legend.ROW + 3)
    top += spacing.above
    bottom = top + sum(heights)
    start = bottom + (AXIS if axis.marks else 0.0)
    canvas = Canvas(start + height(len(axis_lines), SMALL) + spacing.below + 3)

    legend.draw(canvas, key, EDGE, 0.0, key_room)
    if heading:
        middle = top - spacing.above - 3 - legend.ROW / 2
        canvas.small(TEXT_WIDTH - EDGE, middle, heading, align="right", gid="key")
    for value in axis.marks:
        canvas.line([scale(value)] * 2, [top, bottom], color=GRID, width=0.6, layer=0.5)
    ends = (left - GUTTER, TEXT_WIDTH - EDGE)
    draw_marks(canvas, scale, axis.marks, axis.text, bottom + 8, ends)
    foot = start + height(len(axis_lines), SMALL) / 2
    canvas.small((left + right) / 2, foot, axis_lines, align="center")
    centres = []
    y = top
    for lines, own_height, text in zip(wrapped, heights, numbers, strict=True):
        centres.append(y + own_height / 2)
        canvas.text(room, centres[-1], lines, align="right")
        if text:
            canvas.text(TEXT_WIDTH - EDGE, centres[-1], text, align="right", gid="number")
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
        canvas.small(x, y, words, align="center")
        taken = x + half
