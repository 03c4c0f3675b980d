"""The layout of figures with two axes: grid, numbers, and words where one reads them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaltools.charts import legend
from evaltools.charts.canvas import Canvas
from evaltools.charts.legend import Entry
from evaltools.charts.row_layout import AXIS, EDGE, draw_marks
from evaltools.charts.scale import Axis, Scale
from evaltools.charts.style import GRID, SMALL, TEXT_WIDTH
from evaltools.charts.text_metrics import height, width, wrap


@dataclass(frozen=True)
class Plot:
    """A canvas with axes on it."""

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
    canvas = Canvas(bottom + AXIS + height(len(below), SMALL) + 3)
    legend.draw(canvas, key, EDGE, 0.0, TEXT_WIDTH - 2 * EDGE)
    canvas.small(EDGE, top - headroom - 5 - height(len(words), SMALL) / 2, words)
    x_scale = Scale(x.low, x.high, left + 2, right)
    y_scale = Scale(y.low, y.high, bottom, top)
    for mark in y.marks:
        at = y_scale(mark)
        canvas.line([left, right], [at, at], color=GRID, width=0.6, layer=0.5)
        canvas.small(left - 5, at, y.text(mark), align="right")
    draw_marks(canvas, x_scale, x.marks, x.text, bottom + 8, (left - 6, TEXT_WIDTH - EDGE))
    foot = bottom + AXIS + height(len(below), SMALL) / 2
    canvas.small((left + right) / 2, foot, below, align="center")
    return Plot(canvas, x_scale, y_scale, left, right, top, bottom)
