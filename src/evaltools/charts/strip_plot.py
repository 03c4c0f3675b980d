"""Claims of savings: how large they are, and how few of them can be checked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.figure import Chart
from evaltools.charts.legend import Entry
from evaltools.charts.row_layout import AXIS, GUTTER, RowLayout, Spacing, draw_marks, lay_out_rows
from evaltools.charts.scale import Axis, Scale, ticks
from evaltools.charts.style import DEEP_BLUE, GRID, INK, LIGHT, QUIET, SMALL
from evaltools.charts.text_metrics import clean, height, width, wrap
from evaltools.i18n.numbers import count_of, number

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
            Axis(
                0.0, float(whole), ticks(0.0, float(whole), 6, whole=True),
                lambda value: number(value, language), self.words("axis.claims"),
            ),
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
            canvas.text(
                layout.left, top + 8, self._no_sums, size=SMALL, color=QUIET, weight="italic",
                gid="mark",
            )  # fmt: skip
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
        ends = (layout.left - GUTTER, canvas.width - 1.5)
        draw_marks(canvas, scale, marks, self.words.money_short, bottom + 8, ends)
        middle, foot = (scale.start + scale.end) / 2, bottom + AXIS + height(1, SMALL) / 2
        canvas.small(middle, foot, self.words("axis.claimed_money"), align="center")
        for place, row in enumerate(rows):
            middle = top + _ROW * (place + 0.5)
            lines = wrap(row.group, layout.left - GUTTER - 2, max_lines=2)
            canvas.text(layout.left - GUTTER, middle, lines, align="right")
            if row.low is not None and row.high is not None:
                start, end = scale(row.low), scale(row.high)
                canvas.box(start, middle - 6, end - start, 12, fill=LIGHT, edge=DEEP_BLUE, layer=2)
            at = [middle - _ROW / 2 + 4, middle + _ROW / 2 - 4]
            canvas.line([scale(row.median)] * 2, at, color=INK, width=1.6, layer=3)


def _decades(rows: Sequence[Sums]) -> tuple[int, int]:
    amounts = [amount for row in rows for amount in row.known]
    low, high = math.floor(math.log10(min(amounts))), math.ceil(math.log10(max(amounts)))
    return low, max(high, low + 1)
