"""Lines: how one thing goes with another, how evenly something is shared, what moved."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text, palette, style
from evaltools.charts.canvas import DIRECT, KEY_WORDS
from evaltools.charts.chart import Chart, RowChart
from evaltools.charts.data import Cells, FigureData, Value
from evaltools.charts.layout import (
    EDGE,
    Axis,
    Entry,
    Plot,
    RowLayout,
    Spacing,
    decimals_of,
    lay_out_axes,
    lay_out_rows,
    round_ends,
    ticks,
)
from evaltools.charts.text_metrics import height, width, wrap
from evaltools.i18n.numbers import number, percent, ratio, share, signed


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
    """A line from left to right with a dot at every point, between which there is nothing.

    Arguments:
        points: sorted here by x; fewer than two are no line.
        x_words, y_words: what the axes are.
        unit: shares are printed as percentages and start at zero.
        limit: drawn across; points below it are full, others hollow.
        sides: what points below the limit and the others are called in the key.
    """

    points: Sequence[Point]
    x_words: str
    y_words: str
    unit: Literal["share", "number"] = "share"
    limit: float | None = None
    sides: tuple[str, str] = ("", "")

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
            headroom=2.0,
            key=self._key(),
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
            plot.canvas.area([*bx, *reversed(bx)], edge, fill=palette.LIGHT)
        plot.canvas.line(xs, ys, color=palette.GREY, width=0.9, layer=2.5)
        limit = float("inf") if self.limit is None else self.limit
        for fill, below in ((palette.DEEP_BLUE, True), (palette.PAPER, False)):
            dots = [(x, y) for p, x, y in zip(shown, xs, ys, strict=True) if (p.y < limit) is below]
            plot.canvas.dots(
                [x for x, _ in dots], [y for _, y in dots],
                color=palette.DEEP_BLUE, fill=fill, diameter=4.5,
            )  # fmt: skip
        if self.limit is not None and self.limit < high:
            at = [plot.y(self.limit)] * 2
            plot.canvas.line([plot.left, plot.right], at, color=palette.GREY, dashes=_DASHES)
        _labels(plot, shown)
        return plot.canvas.drawing

    def _key(self) -> list[Entry]:
        below, above = self.sides
        entries = [
            Entry(below, "dot", palette.DEEP_BLUE),
            Entry(above, "hollow", palette.DEEP_BLUE),
        ]
        return entries if below else []

    def data(self) -> FigureData:
        """Every point, with the ends of the band there."""
        words, share, digits = self.words, self.unit == "share", 2
        print_y: Callable[[float | None], Value] = partial(
            self._share if share else self._value, digits=1 if share else digits
        )
        rows: list[Cells] = [
            [
                self._value(p.x, decimals_of([p.x])), print_y(p.y), print_y(p.low), print_y(p.high)
            ]
            for p in self._sorted
        ]  # fmt: skip
        ends = [f"{self.y_words}, {words(f'figure.{end}')}" for end in ("low", "high")]
        return FigureData([self.x_words, self.y_words, *ends], rows).used()

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
    for point in points:
        if not point.label:
            continue
        x, y = plot.x(point.x), plot.y(point.y)
        plot.canvas.dots([x], [y], color=palette.DEEP_BLUE, diameter=5.5)
        room = style.text_width() - EDGE - plot.left - 4
        label = wrap(point.label, room, style.SMALL, max_lines=1)[0]
        long = width(label, style.SMALL)
        falls = points[-1].y < point.y  # where it goes in the end, for it may pause here
        # Right of the point, above a line that falls and below one that rises, there is room.
        below = not falls and y + 16 < plot.bottom - 6
        start = x + 5 if falls or below else x - 5 - long
        start = min(max(start, plot.left + 2), style.text_width() - EDGE - long)
        level = y + 16 if below else max(y - 9, plot.top + 6)
        if any(abs(level - v) < 11 and start < b + 4 and start + long > a - 4 for a, b, v in taken):
            continue
        taken.append((start, start + long, level))
        plot.canvas.text(start, level, label, DIRECT)


SIDE = 200.0
"""Side of the square, points."""
_COLORS = (palette.DEEP_BLUE, palette.RUST)
_MARKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_DASHES = (2.5, 1.8)


@dataclass(frozen=True)
class Curve:
    """One distribution.

    Arguments:
        label: what it is of; written beside the drawing.
        values: one a unit, not negative; NaN is left out.
        gini: printed with the label, or None.
    """

    label: str
    values: Sequence[float]
    gini: float | None = None


@dataclass(frozen=True)
class Lorenz(Chart):
    """At most two curves against equality.

    Arguments:
        curves: the first is drawn strong; a curve without a value above zero is left out.
        x_words: of what the units are.
    """

    curves: Sequence[Curve]
    x_words: str

    @property
    def _shown(self) -> list[Curve]:
        drawable = (c for c in self.curves if np.nansum(np.asarray(c.values, dtype=float)) > 0)
        return list(drawable)[:2]

    def _is_empty(self) -> bool:
        return not self._shown

    def _draw(self) -> Drawing:
        axes = [
            Axis(0.0, 1.0, _MARKS, lambda v: percent(v, self.language), words)
            for words in (self.x_words, self.words("axis.share_of_money"))
        ]
        narrow = style.is_narrow()
        plot = lay_out_axes(
            *axes, depth=150.0 if narrow else SIDE, right=SIDE + 45,
            key=[Entry(name, mark, color) for name, mark, color in self._names()] if narrow else (),
        )  # fmt: skip
        ends = [plot.x(0.0), plot.x(1.0)]
        equal = [plot.y(0.0), plot.y(1.0)]
        plot.canvas.line(ends, equal, color=palette.GREY, width=0.9, dashes=_DASHES)
        for place, curve in enumerate(self._shown):
            units, sums = points(curve.values)
            xs, ys = [plot.x(u) for u in units], [plot.y(s) for s in sums]
            if place == 0:
                plot.canvas.area(
                    [*xs, ends[0]], [*ys, plot.y(0.0)], fill=palette.LIGHT, opacity=0.7
                )
            plot.canvas.line(xs, ys, color=_COLORS[place], width=1.8, layer=3)
        if not narrow:
            self._name_lines(plot)
        return plot.canvas.drawing

    def data(self) -> FigureData:
        """Of each curve the part of the money that each tenth of the units reaches."""
        rows: list[Cells] = []
        for tenth in range(1, 11):
            sums = [np.interp(tenth / 10, *points(curve.values)) for curve in self._shown]
            rows.append([self._share(tenth / 10), *(self._share(float(part), 1) for part in sums)])
        labels = [f"{self.words('axis.share_of_money')}: {c.label}" for c in self._shown]
        return FigureData([self.words("figure.poorest"), *labels], rows)

    def _describe(self) -> str:
        """The part of the lower half and of the highest tenth."""
        sentences = []
        for curve in self._shown:
            units, sums = points(curve.values)
            half = percent(float(np.interp(0.5, units, sums)), self.language)
            tenth = percent(1 - float(np.interp(0.9, units, sums)), self.language)
            sentences.append(
                self.words("alt.lorenz", label=self._label(curve), half=half, tenth=tenth)
            )
        return alt_text.join(*sentences)

    def _label(self, curve: Curve) -> str:
        if curve.gini is None:
            return curve.label
        value = ratio(curve.gini, self.language)
        return self.words("legend.gini", label=curve.label, value=value)

    def _names(self) -> list[tuple[str, Literal["dashes", "line"], str]]:
        """Each line with the mark that stands for it and its colour."""
        names: list[tuple[str, Literal["dashes", "line"], str]] = [
            (self.words("legend.equality"), "dashes", palette.GREY)
        ]
        for curve, color in zip(self._shown, _COLORS, strict=False):
            names.append((self._label(curve), "line", color))
        return names

    def _name_lines(self, plot: Plot) -> None:
        """Names of the lines, right of the square, in the order in which they lie."""
        x = plot.right + 20
        y = plot.top + 8
        for place, (label, _, color) in enumerate(self._names()):
            lines = wrap(label, style.text_width() - EDGE - x - 22, style.SMALL, max_lines=4)
            tall = height(len(lines), style.SMALL)
            wide, dashes = (1.8, None) if place else (0.9, _DASHES)
            plot.canvas.line([x, x + 14], [y + 5, y + 5], color=color, width=wide, dashes=dashes)
            plot.canvas.text(x + 20, y + tall / 2, lines, KEY_WORDS)
            y += tall + 7


def points(
    values: Sequence[float],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Cumulated shares of units and of the sum, from (0, 0) to (1, 1); both of length n + 1.

    Raises:
        ValueError: a value is negative, or none is above zero.
    """
    known = np.asarray(values, dtype=np.float64)
    known = np.sort(known[~np.isnan(known)])
    if known.size and known[0] < 0:
        raise ValueError("a Lorenz curve needs values that are not negative")
    if not known.sum() > 0:
        raise ValueError("a Lorenz curve needs a sum above zero")
    units = np.linspace(0, 1, known.size + 1)
    return units, np.concatenate([[0.0], np.cumsum(known) / known.sum()])


@dataclass(frozen=True)
class Slope:
    """A share then and now.

    Arguments:
        label: what it is of.
        old, new: the shares, 0 to 1; None where one is missing or suppressed.
        old_n, old_N, new_n, new_N: the counts they are made of.
        clear: the change is more than its uncertainty.
        suppressed: withheld by disclosure control in one of the two.
    """

    label: str
    old: float | None
    new: float | None
    old_n: int | None = None
    old_N: int | None = None
    new_n: int | None = None
    new_N: int | None = None
    clear: bool = False
    suppressed: bool = False

    @property
    def change(self) -> float | None:
        """New less old, where both are there."""
        return None if self.old is None or self.new is None else self.new - self.old

    @property
    def known(self) -> bool:
        """Whether there is a change."""
        return self.change is not None

    def conceal(self) -> Slope:
        """Without its numbers."""
        return Slope(self.label, None, None, suppressed=True)


@dataclass(frozen=True)
class Slopes(RowChart[Slope]):
    """Two shares a row, joined by a line: what moved, and beyond doubt or not.

    What rose most is above, what fell most below.

    Arguments:
        names: what the older and the newer share are called in the key.
    """

    names: tuple[str, str]

    def _size(self, row: Slope) -> float:
        return round(row.change or 0.0, 12)

    def _lay_out(self, rows: Sequence[Slope]) -> RowLayout:
        words, language = self.words, self.language
        return lay_out_rows(
            [row.label for row in rows],
            ["" if row.change is None else signed(row.change * 100, language) for row in rows],
            self._share_axis(
                [end for row in rows for end in (row.old, row.new)], words("axis.share_of_reports")
            ),
            key=self._key(rows),
            heading=words("axis.points_short"),
            spacing=Spacing(pitch=18.0),
        )

    def _draw_row(self, layout: RowLayout, row: Slope, y: float) -> None:
        canvas, ends = layout.canvas, [layout.scale(end or 0.0) for end in (row.old, row.new)]
        if row.clear:
            canvas.line(ends, [y, y], color=palette.DEEP_BLUE, width=2.0, layer=3)
        else:
            canvas.line(ends, [y, y], color=palette.GREY, width=1.0, dashes=_DASHES, layer=3)
        # The older mark is larger, so that it is seen round the newer one where they coincide.
        canvas.dots(
            ends[:1], [y], color=palette.OCHRE, fill=palette.PAPER, diameter=7.0, edge_width=1.6
        )
        canvas.dots(ends[1:], [y], color=palette.DEEP_BLUE, diameter=5.0, layer=4.5)

    def _columns(self) -> list[str]:
        counts = [self.words(f"figure.{name}") for name in ("count", "of")]
        return [text for name in self.names for text in (name, *(f"{name}: {c}" for c in counts))]

    def _cells(self, row: Slope) -> list[Value]:
        return [
            Value(share(row.old, row.old_n, row.old_N, self.language), row.old),
            self._count(row.old_n), self._count(row.old_N),
            Value(share(row.new, row.new_n, row.new_N, self.language), row.new),
            self._count(row.new_n), self._count(row.new_N),
        ]  # fmt: skip

    def _describe(self) -> str:
        """The rows with both shares, those that are clear said to be so."""
        words, language, shown = self.words, self.language, self.shown
        complete = [row for row in shown if row.known]
        largest = sorted(complete, key=lambda row: -abs(self._size(row)))[:5]
        items = "; ".join(
            words(
                "comparison.alt.clear" if row.clear else "comparison.alt.unclear",
                label=row.label,
                change=f"{share(row.old, row.old_n, row.old_N, language)} → "
                f"{share(row.new, row.new_n, row.new_N, language)}",
            )
            for row in largest
        )
        return alt_text.join(
            words("comparison.alt.rows", count=len(shown), old=self.names[0], new=self.names[1]),
            words("comparison.alt.largest", items=items) if items else "",
            self._describe_unknown(shown),
        )

    def _key(self, rows: Sequence[Slope]) -> list[Entry]:
        entries = [
            Entry(self.names[0], "hollow", palette.OCHRE),
            Entry(self.names[1], "dot", palette.DEEP_BLUE),
        ]
        clear = {row.clear for row in rows if row.known}
        if True in clear:
            entries.append(Entry(self.words("comparison.key.clear"), "line", palette.DEEP_BLUE))
        if False in clear:
            entries.append(Entry(self.words("comparison.key.unclear"), "dashes", palette.GREY))
        return entries
