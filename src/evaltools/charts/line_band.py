"""A line with a band: how one thing goes with another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.axes import Plot, lay_out_axes
from evaltools.charts.figure import Chart
from evaltools.charts.row_layout import EDGE
from evaltools.charts.scale import Axis, decimals_of, round_ends, ticks
from evaltools.charts.style import DEEP_BLUE, GREY, LIGHT, SMALL, TEXT_WIDTH
from evaltools.charts.text_metrics import clean, width
from evaltools.i18n.numbers import number, percent

Unit = Literal["share", "number"]


@dataclass(frozen=True)
class Point:
    """One place on the line; `low` and `high` bound the band there, `label` is written at it."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    label: str = ""


@dataclass(frozen=True)
class Line(Chart):
    """A line from left to right.

    Arguments:
        points: sorted here by x; fewer than two are no line.
        x_words, y_words: what the axes are.
        unit: shares are printed as percentages and start at zero.
        dotted: a dot at every point, for values between which there is nothing.
    """

    points: Sequence[Point]
    x_words: str
    y_words: str
    unit: Unit = "share"
    dotted: bool = False

    def _is_empty(self) -> bool:
        return len(self.points) < 2

    @property
    def _sorted(self) -> list[Point]:
        return sorted(self.points, key=lambda point: (point.x, point.y))

    def _draw(self) -> Drawing:
        language, share, shown = self.language, self.unit == "share", self._sorted
        tops = [v for p in shown for v in (p.y, p.low, p.high) if v is not None]
        low, high = round_ends(min(0.0, *tops), max(*tops, 1e-9), 6)
        high = min(high, 1.0) if share else high
        y_marks = ticks(low, high, 6)
        x_low, x_high = shown[0].x, shown[-1].x
        if x_high == x_low:
            x_high = x_low + 1
        whole = all(point.x == round(point.x) for point in shown)
        x_marks = ticks(x_low, x_high, 9, whole=whole)
        y_digits = decimals_of([mark * (100 if share else 1) for mark in y_marks])
        x_digits = decimals_of(x_marks)
        print_y = percent if share else number
        plot = lay_out_axes(
            Axis(x_low, x_high, x_marks, lambda v: number(v, language, x_digits), self.x_words),
            Axis(low, high, y_marks, lambda v: print_y(v, language, y_digits), self.y_words),
            depth=120.0,
            headroom=2.0,
        )
        xs, ys = [plot.x(point.x) for point in shown], [plot.y(point.y) for point in shown]
        band = [
            (plot.x(p.x), plot.y(p.low), plot.y(p.high))
            for p in shown
            if p.low is not None and p.high is not None
        ]
        if len(band) > 1:
            bx = [x for x, _, _ in band]
            edge = [*(y for _, _, y in band), *(y for _, y, _ in reversed(band))]
            plot.canvas.area([*bx, *reversed(bx)], edge, fill=LIGHT)
        if self.dotted:
            plot.canvas.line(xs, ys, color=GREY, width=0.9, layer=2.5)
            plot.canvas.dots(xs, ys, color=DEEP_BLUE, diameter=4.5)
        else:
            plot.canvas.line(xs, ys, color=DEEP_BLUE, width=1.8, layer=3)
        _labels(plot, shown)
        return plot.canvas.drawing

    def _describe(self) -> str:
        """Where the line starts and ends, and its labelled points."""
        shown = self._sorted
        ends = {"first": self._describe_point(shown[0]), "last": self._describe_point(shown[-1])}
        return alt_text.join(
            self.words("alt.curve", y=self.y_words, x=self.x_words, **ends),
            "; ".join(f"{self._describe_point(p)} ({p.label})" for p in shown if p.label),
        )

    def _describe_point(self, point: Point) -> str:
        language = self.language
        if self.unit == "share":
            value = percent(point.y, language, 1)
        else:
            value = number(point.y, language, min(2, decimals_of([point.y])))
        return f"{number(point.x, language, decimals_of([point.x]))}: {value}"


def _labels(plot: Plot, points: Sequence[Point]) -> None:
    """Write labels beside their points, where the line does not run; none over another."""
    taken: list[tuple[float, float, float]] = []
    for place, point in enumerate(points):
        if not point.label:
            continue
        x, y = plot.x(point.x), plot.y(point.y)
        plot.canvas.dots([x], [y], color=DEEP_BLUE, diameter=5.5)
        label = clean(point.label)
        long = width(label, SMALL)
        following = points[min(place + 1, len(points) - 1)]
        falls = plot.y(following.y) >= y
        # Right of the point, above a line that falls and below one that rises, there is room.
        below = not falls and y + 10 < plot.bottom - 6
        start = x + 5 if falls or below else x - 5 - long
        start = min(max(start, plot.left + 2), TEXT_WIDTH - EDGE - long)
        level = y + 10 if below else max(y - 9, plot.top + 6)
        if any(abs(level - v) < 11 and start < b + 4 and start + long > a - 4 for a, b, v in taken):
            continue
        taken.append((start, start + long, level))
        plot.canvas.text(start, level, label, size=SMALL, gid="direct")
