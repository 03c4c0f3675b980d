"""The frame of figures with two axes: grid, numbers, and words where one reads them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evaltools.present import legend
from evaltools.present.legend import Entry
from evaltools.present.rows import AXIS, EDGE, draw_marks
from evaltools.present.scale import Scale
from evaltools.present.sheet import Sheet
from evaltools.present.style import GRID, QUIET, SMALL, TEXT_WIDTH
from evaltools.present.text import height, width, wrap


@dataclass(frozen=True)
class Axis:
    """One axis.

    Arguments:
        low, high: ends of the scale.
        marks: values with a number.
        text: how such a number is printed.
        words: what the scale is.
        log: logarithmic.
    """

    low: float
    high: float
    marks: Sequence[float]
    text: Callable[[float], str]
    words: str
    log: bool = False


@dataclass(frozen=True)
class Plot:
    """A sheet with axes on it."""

    sheet: Sheet
    x: Scale
    y: Scale
    left: float
    right: float
    top: float
    bottom: float


def plot(
    x: Axis,
    y: Axis,
    *,
    depth: float,
    right: float = TEXT_WIDTH - 8,
    key: Sequence[Entry] = (),
    headroom: float = 0.0,
) -> Plot:
    """Lay out two axes and draw everything but the data.

    The words of the vertical axis stand above it, level, so that nobody tilts their head.

    Arguments:
        x, y: the axes.
        depth: height of the space for the data, points.
        right: x of its right end.
        key: entries of the key above.
        headroom: space above the vertical axis for labels of the data, points.
    """
    room = max(width(y.text(mark), SMALL) for mark in y.marks) if y.marks else 0.0
    left = EDGE + room + 6
    words = wrap(y.words, TEXT_WIDTH - 2 * EDGE, SMALL, max_lines=2) if y.words else ()
    below = wrap(x.words, max(right - left, 120.0), SMALL, max_lines=2) if x.words else ()
    top = legend.height(key, TEXT_WIDTH - 2 * EDGE) + height(len(words), SMALL) + 6 + headroom
    bottom = top + depth
    sheet = Sheet(bottom + AXIS + height(len(below), SMALL) + 3)
    legend.draw(sheet, key, EDGE, 0.0, TEXT_WIDTH - 2 * EDGE)
    sheet.lines(
        EDGE,
        top - headroom - 5 - height(len(words), SMALL) / 2,
        words,
        size=SMALL,
        color=QUIET,
        gid="axis",
    )
    x_scale = Scale(x.low, x.high, left + 2, right, x.log)
    y_scale = Scale(y.low, y.high, bottom, top, y.log)
    for mark in y.marks:
        at = y_scale(mark)
        sheet.line([left, right], [at, at], color=GRID, width=0.6, layer=0.5)
        sheet.text(left - 5, at, y.text(mark), align="right", size=SMALL, color=QUIET, gid="axis")
    draw_marks(sheet, x_scale, x.marks, x.text, bottom + 8, left=left - 6, right=TEXT_WIDTH - EDGE)
    sheet.lines(
        (left + right) / 2,
        bottom + AXIS + height(len(below), SMALL) / 2,
        below,
        align="center",
        size=SMALL,
        color=QUIET,
        gid="axis",
    )
    return Plot(sheet, x_scale, y_scale, left, right, top, bottom)
