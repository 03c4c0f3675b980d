"""Distributions: what chance gives against what was observed, and where claimed sums lie."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.canvas import AXIS_WORDS, LABEL, NO_MARK, Lettering
from evaltools.charts.chart import Chart
from evaltools.charts.layout import (
    AXIS,
    EDGE,
    GUTTER,
    Axis,
    Entry,
    Plot,
    RowLayout,
    Scale,
    Spacing,
    decimals_of,
    draw_marks,
    lay_out_axes,
    lay_out_rows,
    round_ends,
    ticks,
)
from evaltools.charts.style import DEEP_BLUE, GREY, GRID, INK, LIGHT, RUST, SMALL, TEXT_WIDTH
from evaltools.charts.text_metrics import clean, height, width, wrap
from evaltools.i18n.numbers import count_of, number, number_range

_MOST_BINS = 30
_TAILS = [0.025, 0.975]


@dataclass(frozen=True)
class Histogram(Chart):
    """The distribution of a measure over random draws; the middle 95 % are dark.

    Arguments:
        values: one a random draw; NaN is left out.
        observed: what the data gave, or None.
        x_words: what is measured.
        decimals: of the observed value.
    """

    values: Sequence[float]
    observed: float | None
    x_words: str
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
        y_marks, y_words = ticks(0.0, top, 5, whole=True), words("axis.draws")
        plot = lay_out_axes(
            Axis(low, high, x_marks, lambda v: number(v, language, digits), self.x_words),
            Axis(0.0, top, y_marks, lambda v: number(v, language), y_words),
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
                edge="white" if right - left > 2 else "none", edge_width=0.5,
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
            Lettering(SMALL, RUST, "bold", "direct"), align="center",
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


_ROW = 26.0


@dataclass(frozen=True)
class Sums:
    """Where the sums of a group lie; no single sum is drawn, for it is one project's.

    Arguments:
        group: whose sums they are.
        median: half of them are below.
        low, high: a quarter of them is below, and above; None where that is not told.
    """

    group: str
    median: float
    low: float | None = None
    high: float | None = None

    @property
    def known(self) -> tuple[float, ...]:
        """All that is told, smallest first."""
        return tuple(x for x in (self.low, self.median, self.high) if x is not None)


@dataclass(frozen=True)
class Step:
    """One bar of the completeness part: what is told, and in how many claims."""

    label: str
    count: int


@dataclass(frozen=True)
class StripPlot(Chart):
    """The sums on a logarithmic scale, and below them how complete the claims are.

    Arguments:
        sums: a row a group; a scale of powers of ten has no place for zero.
        steps: from all claims to the most complete; the first is the whole.
        suppressed: sums are withheld; the strip says so.
    """

    sums: Sequence[Sums]
    steps: Sequence[Step]
    suppressed: bool = False

    def _is_empty(self) -> bool:
        return not self.steps or not self.steps[0].count

    @property
    def _shown(self) -> list[Sums]:
        rows = [] if self.suppressed else [row for row in self.sums if row.known[0] > 0]
        # A quarter alone is half a box.
        return [row if len(row.known) == 3 else Sums(row.group, row.median) for row in rows]

    @property
    def _no_sums(self) -> str:
        return self.words("mark.sums_suppressed" if self.suppressed else "mark.sums_missing")

    def _draw(self) -> Drawing:
        language, shown = self.language, self._shown
        whole = self.steps[0].count
        strip = _ROW * len(shown) + AXIS + height(1, SMALL) + 14 if shown else 24.0
        layout = lay_out_rows(
            [step.label for step in self.steps],
            [count_of(step.count, whole, language) for step in self.steps],
            self._count_axis(whole, self.words("axis.claims")),
            key=self._key(shown),
            spacing=Spacing(
                pitch=18.0, inset=6.0, above=strip,
                labels=max([0.0, *(width(clean(row.group)) + 3 for row in shown)]),
            ),
        )  # fmt: skip
        canvas = layout.canvas
        for step, y in zip(self.steps, layout.centres, strict=True):
            start, end = layout.scale(0.0), layout.scale(float(step.count))
            canvas.box(start, y - 6, layout.scale(float(whole)) - start, 12, fill=LIGHT)
            canvas.box(start, y - 6, end - start, 12, fill=DEEP_BLUE, layer=2)
        top = layout.top - strip
        if shown:
            self._draw_strip(layout, shown, top)
        else:
            canvas.text(layout.left, top + 8, self._no_sums, NO_MARK)
        return canvas.drawing

    def _describe(self) -> str:
        """Places in the order of sums by group, and the counts of the steps."""
        told, shown = [], self._shown
        for row in shown:
            places = [self.words.money_short(x) for x in row.known]
            names = ("low", "median", "high") if len(places) == 3 else ("median",)
            key = "alt.quartiles" if len(places) == 3 else "alt.median"
            told.append(self.words(key, group=row.group, **dict(zip(names, places, strict=True))))
        if not shown:
            told.append(self._no_sums + ".")
        whole = self.steps[0].count
        told += [f"{s.label}: {count_of(s.count, whole, self.language)}." for s in self.steps]
        return alt_text.join(*(sentence[:1].upper() + sentence[1:] for sentence in told))

    def _key(self, rows: Sequence[Sums]) -> list[Entry]:
        entries = []
        if any(row.low is not None for row in rows):
            entries.append(Entry(self.words("legend.middle_half"), "box", LIGHT))
        if rows:
            entries.append(Entry(self.words("legend.median"), "tick", INK))
        return entries

    def _draw_strip(self, layout: RowLayout, rows: Sequence[Sums], top: float) -> None:
        low, high = _decades(rows)
        scale = Scale(10.0**low, 10.0**high, layout.scale.start, layout.scale.end, log=True)
        bottom = top + _ROW * len(rows)
        marks = [10.0**power for power in range(low, high + 1)]
        canvas = layout.canvas
        for mark in marks:
            canvas.line([scale(mark)] * 2, [top, bottom], color=GRID, width=0.6, layer=0.5)
        ends = (layout.left - GUTTER, TEXT_WIDTH - EDGE)
        draw_marks(canvas, scale, marks, self.words.money_short, bottom + 8, ends)
        middle, foot = (scale.start + scale.end) / 2, bottom + AXIS + height(1, SMALL) / 2
        words = self.words("axis.claimed_money")
        canvas.text(middle, foot, words, AXIS_WORDS, align="center")
        for place, row in enumerate(rows):
            middle = top + _ROW * (place + 0.5)
            lines = wrap(row.group, layout.left - GUTTER - 2, max_lines=2)
            canvas.text(layout.left - GUTTER, middle, lines, LABEL, align="right")
            if row.low is not None and row.high is not None:
                start, end = scale(row.low), scale(row.high)
                canvas.box(start, middle - 6, end - start, 12, fill=LIGHT, edge=DEEP_BLUE, layer=2)
            at = [middle - _ROW / 2 + 4, middle + _ROW / 2 - 4]
            canvas.line([scale(row.median)] * 2, at, color=INK, width=1.6, layer=3)


def _decades(rows: Sequence[Sums]) -> tuple[int, int]:
    amounts = [amount for row in rows for amount in row.known]
    low, high = math.floor(math.log10(min(amounts))), math.ceil(math.log10(max(amounts)))
    return low, max(high, low + 1)
