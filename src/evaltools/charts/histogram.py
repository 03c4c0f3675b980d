"""A histogram of what chance gives, with what was observed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.axes import Plot, lay_out_axes
from evaltools.charts.figure import Chart
from evaltools.charts.legend import Entry
from evaltools.charts.row_layout import EDGE
from evaltools.charts.scale import Axis, decimals_of, round_ends, ticks
from evaltools.charts.style import GREY, LIGHT, RUST, SMALL, TEXT_WIDTH
from evaltools.charts.text_metrics import clean, width
from evaltools.i18n.numbers import number, number_range

_MOST_BINS = 30
_TAILS = [0.025, 0.975]


@dataclass(frozen=True)
class Histogram(Chart):
    """The distribution of a measure over random draws; the middle 95 % are dark.

    Arguments:
        values: one a random draw; NaN is left out.
        observed: what the data gave, or None.
        x_words: what is measured.
        y_words: what is counted; random networks by default.
        decimals: of the observed value.
    """

    values: Sequence[float]
    observed: float | None
    x_words: str
    y_words: str = ""
    decimals: int = 2

    @property
    def _known(self) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        known = np.asarray(self.values, dtype=np.float64)
        return known[np.isfinite(known)]

    def _is_empty(self) -> bool:
        return not self._known.size

    def _draw(self) -> Drawing:
        words, language, known = self.words, self.language, self._known
        reach = [*known.tolist(), *([self.observed] if self.observed is not None else [])]
        low, high = round_ends(min(reach), max(reach), 7)
        bins = min(_MOST_BINS, max(8, round(known.size**0.5)))
        counts, edges = np.histogram(known, bins=bins, range=_bin_range(known))
        x_marks = ticks(low, high, 7)
        digits = decimals_of(x_marks)
        top = round_ends(0.0, float(counts.max()), 5)[1]
        y_words = self.y_words or words("axis.draws")
        plot = lay_out_axes(
            Axis(low, high, x_marks, lambda v: number(v, language, digits), self.x_words),
            Axis(0.0, top, ticks(0.0, top, 5, whole=True), lambda v: number(v, language), y_words),
            depth=120.0,
            key=[Entry(words("legend.null_range"), "box", GREY)],
            headroom=14.0,
        )
        canvas, (within_low, within_high) = plot.canvas, np.quantile(known, _TAILS)
        for count, start, end in zip(counts, edges[:-1], edges[1:], strict=True):
            if not count:
                continue
            left, right, y = plot.x(float(start)), plot.x(float(end)), plot.y(float(count))
            inside = within_low <= (start + end) / 2 <= within_high
            canvas.box(
                left, y, max(right - left, 0.8), plot.bottom - y,
                fill=GREY if inside else "#b9c1c8",
                edge="white" if right - left > 2 else None, edge_width=0.5,
            )  # fmt: skip
        ends = [plot.left, plot.right]
        canvas.line(ends, [plot.bottom] * 2, color=LIGHT, width=0.8, layer=1.5)
        if self.observed is not None:
            self._draw_observed(plot, self.observed)
        return canvas.drawing

    def _draw_observed(self, plot: Plot, observed: float) -> None:
        x = plot.x(observed)
        plot.canvas.line([x, x], [plot.top - 6, plot.bottom], color=RUST, width=1.6, layer=4)
        label = clean(self._observed_text)
        half = width(label, SMALL, "bold") / 2
        plot.canvas.text(
            min(max(x, EDGE + half), TEXT_WIDTH - EDGE - half), plot.top - 12, label,
            align="center", size=SMALL, color=RUST, weight="bold", gid="direct",
        )  # fmt: skip

    @property
    def _observed_text(self) -> str:
        value = number(self.observed, self.language, self.decimals)
        return self.words("legend.observed", value=value)

    def _describe(self) -> str:
        """Where 95 % of chance lies, and where the observed value."""
        language, known = self.language, self._known
        low, high = map(float, np.quantile(known, _TAILS))
        sentence = self.words(
            "alt.histogram",
            count=int(known.size),
            measure=self.x_words,
            interval=number_range(low, high, language, self.decimals),
            median=number(float(np.median(known)), language, self.decimals),
        )
        if self.observed is None:
            return sentence
        seen = self._observed_text
        return alt_text.join(sentence, seen[:1].upper() + seen[1:] + ".")


def _bin_range(known: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float]:
    """Ends of the bins; a single value gets a bin around it."""
    low, high = float(known.min()), float(known.max())
    if high - low > 1e-12 * max(1.0, abs(low)):
        return low, high
    spread = abs(low) * 0.05 or 0.5
    return low - spread, low + spread
