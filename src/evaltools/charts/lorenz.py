"""Lorenz curve: how evenly something is shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.axes import Plot, lay_out_axes
from evaltools.charts.figure import Chart
from evaltools.charts.row_layout import EDGE
from evaltools.charts.scale import Axis
from evaltools.charts.style import DEEP_BLUE, GREY, LIGHT, SMALL, TEAL, TEXT_WIDTH
from evaltools.charts.text_metrics import height, wrap
from evaltools.i18n.numbers import percent, ratio

SIDE = 200.0
"""Side of the square, points."""
_COLORS = (DEEP_BLUE, TEAL)
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
        x_words, y_words: axis words; shares of projects and of money by default.
    """

    curves: Sequence[Curve]
    x_words: str
    y_words: str = ""

    @property
    def _shown(self) -> list[Curve]:
        drawable = (c for c in self.curves if np.nansum(np.asarray(c.values, dtype=float)) > 0)
        return list(drawable)[:2]

    def _is_empty(self) -> bool:
        return not self._shown

    def _draw(self) -> Drawing:
        y_words = self.y_words or self.words("axis.share_of_money")
        axes = [
            Axis(0.0, 1.0, _MARKS, lambda v: percent(v, self.language), words)
            for words in (self.x_words, y_words)
        ]
        plot = lay_out_axes(*axes, depth=SIDE, right=SIDE + 45)
        ends = [plot.x(0.0), plot.x(1.0)]
        equal = [plot.y(0.0), plot.y(1.0)]
        plot.canvas.line(ends, equal, color=GREY, width=0.9, dashes=_DASHES)
        for place, curve in enumerate(self._shown):
            units, sums = points(curve.values)
            xs, ys = [plot.x(u) for u in units], [plot.y(s) for s in sums]
            if place == 0:
                plot.canvas.area([*xs, ends[0]], [*ys, plot.y(0.0)], fill=LIGHT, opacity=0.7)
            plot.canvas.line(xs, ys, color=_COLORS[place], width=1.8, layer=3)
        self._name_lines(plot)
        return plot.canvas.drawing

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

    def _name_lines(self, plot: Plot) -> None:
        """Names of the lines, right of the square, in the order in which they lie."""
        entries = [(self.words("legend.equality"), GREY)]
        entries += [(self._label(c), color) for c, color in zip(self._shown, _COLORS, strict=False)]
        x = plot.right + 20
        y = plot.top + 8
        for place, (label, color) in enumerate(entries):
            lines = wrap(label, TEXT_WIDTH - EDGE - x - 22, SMALL, max_lines=4)
            tall = height(len(lines), SMALL)
            wide, dashes = (1.8, None) if place else (0.9, _DASHES)
            plot.canvas.line([x, x + 14], [y + 5, y + 5], color=color, width=wide, dashes=dashes)
            plot.canvas.small(x + 20, y + tall / 2, lines, gid="key")
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
