"""The frame that figures with one label a row share: labels, middle part, numbers on the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evaltools.present import legend
from evaltools.present.legend import Entry
from evaltools.present.scale import Scale
from evaltools.present.sheet import Sheet
from evaltools.present.style import GRID, QUIET, SMALL, TEXT_WIDTH
from evaltools.present.text import clean, height, width, wrap

GUTTER = 9.0
"""Space between labels and the middle, and between the middle and the numbers, points."""
LEAST_LABELS, MOST_LABELS = 0.16, 0.42
"""Part of the width that labels may take."""
EDGE = 1.5
"""White left at both sides of the sheet, so that no glyph touches its edge, points."""
AXIS = 13.0
"""Height of the numbers under the middle, points."""


@dataclass(frozen=True)
class Frame:
    """A sheet with rows laid out on it.

    Arguments:
        sheet: to draw on; labels, axis and key are on it already.
        centres: y of each row.
        heights: height of each row.
        left, right: x of the ends of the middle part.
        top, bottom: y of the ends of the middle part.
        scale: values to x, in the middle part.
    """

    sheet: Sheet
    centres: tuple[float, ...]
    heights: tuple[float, ...]
    left: float
    right: float
    top: float
    bottom: float
    scale: Scale


def frame(
    labels: Sequence[str],
    numbers: Sequence[str],
    *,
    low: float,
    high: float,
    marks: Sequence[float],
    mark_text: Callable[[float], str],
    axis: str = "",
    key: Sequence[Entry] = (),
    pitch: float = 17.0,
    inset: float = 4.0,
    heading: str = "",
    above: float = 0.0,
    below: float = 0.0,
    least_room: float = 0.0,
    least_column: float = 0.0,
) -> Frame:
    """Lay out rows and draw everything but the data.

    Arguments:
        labels: one a row, wrapped to at most three lines.
        numbers: direct label of each row at its right; empty strings where there is none.
        low, high: ends of the scale.
        marks: values with a grid line and a number.
        mark_text: how such a number is printed.
        axis: what the scale is, beside its numbers.
        key: entries of the key above.
        pitch: least height of a row, points.
        inset: space between the ends of the scale and of the middle part, points.
        heading: words above the column of numbers.
        above: space left free between key and rows, points.
        below: space left free under the numbers of the axis, points.
        least_room: width that labels get at least, points.
        least_column: width that the numbers get at least, points.

    Returns:
        The frame; rows from the top in the order given.
    """
    column = max([least_column, *(width(clean(text)) for text in numbers)])
    widest = max(width(clean(label)) for label in labels) + 1
    least = max(TEXT_WIDTH * LEAST_LABELS, min(least_room, TEXT_WIDTH * MOST_LABELS))
    room = min(max(widest, least), TEXT_WIDTH * MOST_LABELS)
    wrapped = [wrap(label, room) for label in labels]
    # Lines evened out by wrapping leave room that the middle part takes back.
    widest = max(width(line) for lines in wrapped for line in lines) + EDGE
    room = min(max(widest, least), room)
    heights = tuple(max(pitch, height(len(lines)) + 6) for lines in wrapped)

    left = room + GUTTER
    right = TEXT_WIDTH - EDGE - (column + GUTTER if column else 0)
    scale = Scale(low, high, left + inset, right - inset)
    axis_lines = wrap(axis, right - left, SMALL, max_lines=2) if axis else ()
    key_room = TEXT_WIDTH - 2 * EDGE
    top = max(legend.height(key, key_room), 3.0)
    heading = wrap(heading, TEXT_WIDTH / 3, SMALL, max_lines=1)[0] if heading else ""
    if heading and legend.last_end(key, key_room) + 16 + width(heading, SMALL) > key_room:
        top += legend.ROW
    elif heading:
        top = max(top, legend.ROW + 3)
    top += above
    bottom = top + sum(heights)
    start = bottom + (AXIS if marks else 0.0)
    sheet = Sheet(start + height(len(axis_lines), SMALL) + below + 3)

    legend.draw(sheet, key, EDGE, 0.0, key_room)
    if heading:
        middle = top - above - 3 - legend.ROW / 2
        sheet.text(
            TEXT_WIDTH - EDGE, middle, heading, align="right", size=SMALL, color=QUIET, gid="key"
        )
    for value in marks:
        sheet.line([scale(value)] * 2, [top, bottom], color=GRID, width=0.6, layer=0.5)
    ends = (left - GUTTER, TEXT_WIDTH - EDGE)
    draw_marks(sheet, scale, marks, mark_text, bottom + 8, left=ends[0], right=ends[1])
    sheet.lines(
        (left + right) / 2,
        start + height(len(axis_lines), SMALL) / 2,
        axis_lines,
        align="center",
        size=SMALL,
        color=QUIET,
        gid="axis",
    )
    centres = []
    y = top
    for lines, own_height, text in zip(wrapped, heights, numbers, strict=True):
        centres.append(y + own_height / 2)
        sheet.lines(room, centres[-1], lines, align="right")
        if text:
            sheet.text(TEXT_WIDTH - EDGE, centres[-1], text, align="right", gid="number")
        y += own_height
    return Frame(sheet, tuple(centres), heights, left, right, top, bottom, scale)


def draw_marks(
    sheet: Sheet,
    scale: Scale,
    marks: Sequence[float],
    mark_text: Callable[[float], str],
    y: float,
    *,
    left: float,
    right: float,
) -> None:
    """Write the numbers of a horizontal axis, leaving out those that would touch the one before."""
    end = float("-inf")
    for value in marks:
        words = mark_text(value)
        half = width(words, SMALL) / 2
        x = min(max(scale(value), left + half), right - half)
        if x - half < end + 3:
            continue
        sheet.text(x, y, words, align="center", size=SMALL, color=QUIET, gid="axis")
        end = x + half
