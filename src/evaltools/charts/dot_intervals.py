"""Dots with intervals: one share a row, its count beside it, sorted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.figure import Chart
from evaltools.charts.legend import Entry
from evaltools.charts.row_layout import EDGE, RowLayout, Spacing, lay_out_rows
from evaltools.charts.scale import Axis, round_ends, ticks
from evaltools.charts.style import DEEP_BLUE, LIGHT, OCHRE, PAPER, SMALL, TEAL
from evaltools.charts.text_metrics import width
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language, count_of, level_text, percent, percent_range


@dataclass(frozen=True)
class Dot:
    """One row.

    Arguments:
        label: what it is of.
        value: the share, 0 to 1; None where it is missing or suppressed.
        low, high: interval, 0 to 1; None for none.
        n, N: the count and what it is out of, shown at the right as `19/52`.
        suppressed: withheld by disclosure control.
        bound_low, bound_high: an outer interval, drawn as a thin band.
        rule_low, rule_high: what the choice of coder rule decides, a bar below the interval.
        second, second_low, second_high: another estimate of the same thing, below the first.
        second_n, second_N: its count, below the first count.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    n: int | None = None
    N: int | None = None
    suppressed: bool = False
    bound_low: float | None = None
    bound_high: float | None = None
    rule_low: float | None = None
    rule_high: float | None = None
    second: float | None = None
    second_low: float | None = None
    second_high: float | None = None
    second_n: int | None = None
    second_N: int | None = None


@dataclass(frozen=True)
class Dots(Chart):
    """Rows of shares.

    Arguments:
        rows: any number.
        axis: what the share is of; by default the share of the reports read.
        level: confidence level named in the key; None leaves the interval unnamed.
        name, second_name: what the two estimates are called in the key.
        band_name: what the outer interval is; by default bounds that assume nothing.
        sort: largest first; False keeps the order given.
        whole_scale: run to 100 % whatever the values.
    """

    rows: Sequence[Dot]
    axis: str = ""
    level: float | None = 0.95
    name: str = ""
    second_name: str = ""
    band_name: str = ""
    sort: bool = True
    whole_scale: bool = False

    def _is_empty(self) -> bool:
        return not self.rows

    def _draw(self) -> Drawing:
        words, language = self.words, self.language
        shown = [conceal(row) for row in self.rows]
        if self.sort:
            shown.sort(key=lambda r: (r.value is None, r.suppressed, -(r.value or 0.0), r.label))
        tops = ("value", "high", "bound_high", "rule_high", "second", "second_high")
        values = [getattr(row, name) for row in shown for name in tops]
        ends = [value for value in values if value is not None]
        high = 1.0 if self.whole_scale else min(1.0, round_ends(0.0, max([0.1, *ends]))[1])
        paired = any(row.second is not None for row in shown)
        numbers = [_number(row, language) for row in shown]
        others = [_second_number(row, language) for row in shown]
        single = ["" if other else number for number, other in zip(numbers, others, strict=True)]
        axis = self.axis or words("axis.share_of_reports")
        layout = lay_out_rows(
            [row.label for row in shown],
            single,
            Axis(0.0, high, ticks(0.0, high), lambda value: percent(value, language), axis),
            key=self._key(shown),
            spacing=Spacing(
                pitch=(25.0 if any(others) else 21.0) if paired else 17.0,
                numbers=max(map(width, [*numbers, *others])),
            ),
        )
        for row, y, number, other in zip(shown, layout.centres, numbers, others, strict=True):
            _draw_row(layout, row, y, 3.6 if paired else 0.0, words)
            if other:
                end = layout.canvas.width - EDGE
                for text, middle in ((number, y - 5), (other, y + 5)):
                    layout.canvas.text(end, middle, text, align="right", size=SMALL, gid="number")
        return layout.canvas.drawing

    def _describe(self) -> str:
        """Order with values and intervals, what is withheld or missing."""
        language = self.language
        rows = [conceal(row) for row in self.rows]
        items = [
            (row.label, row.value, _describe_row(row, language))
            for row in rows
            if row.value is not None
        ]
        return alt_text.join(
            self.words("alt.rows", count=len(rows)),
            alt_text.describe_order(items, language),
            alt_text.describe_lowest(items, language) if len(items) > 8 else "",
            alt_text.describe_withheld([row.label for row in rows if row.suppressed], language),
            alt_text.describe_missing(
                [row.label for row in rows if row.value is None and not row.suppressed], language
            ),
        )

    def _key(self, rows: Sequence[Dot]) -> list[Entry]:
        words = self.words
        entries: list[Entry] = []
        if self.name or self.second_name:
            entries.append(Entry(self.name or words("legend.share"), "dot", DEEP_BLUE))
        if any(row.low is not None and row.high is not None and row.high > row.low for row in rows):
            text = words("legend.interval_plain")
            if self.level:
                text = words("legend.interval", level=level_text(self.level, self.language))
            entries.append(Entry(text, "line", DEEP_BLUE))
        if any(row.bound_low is not None for row in rows):
            entries.append(Entry(self.band_name or words("legend.bounds"), "band", LIGHT))
        if any(row.rule_low is not None for row in rows):
            entries.append(Entry(words("legend.coder_rules"), "band", TEAL))
        if any(row.second is not None for row in rows):
            entries.append(Entry(self.second_name or words("legend.second"), "hollow", OCHRE))
        return entries


def conceal(row: Dot) -> Dot:
    """A suppressed row without its numbers, which neither order, scale nor words may betray."""
    return Dot(row.label, None, suppressed=True) if row.suppressed else row


def _describe_row(row: Dot, language: Language) -> str:
    words, text = Words(language), percent(row.value, language)
    if row.n is not None and row.N is not None:
        text += f" ({count_of(row.n, row.N, language)})"
    if row.low is not None and row.high is not None and row.high > row.low:
        interval = percent_range(row.low, row.high, language)
        text += f", {words('alt.interval_short', interval=interval)}"
    if row.rule_low is not None and row.rule_high is not None:
        interval = percent_range(row.rule_low, row.rule_high, language)
        text += f", {words('alt.coder_rules', interval=interval)}"
    if row.second is not None:
        text += f", {words('alt.second', value=percent(row.second, language))}"
    return text


def _number(row: Dot, language: Language) -> str:
    if row.value is None:
        return ""
    if row.n is not None and row.N is not None:
        return count_of(row.n, row.N, language)
    return percent(row.value, language)


def _second_number(row: Dot, language: Language) -> str:
    if row.value is None or row.second_n is None or row.second_N is None:
        return ""
    return count_of(row.second_n, row.second_N, language)


def _draw_row(layout: RowLayout, row: Dot, y: float, offset: float, words: Words) -> None:
    canvas, scale = layout.canvas, layout.scale
    if row.value is None:
        layout.note(y, words("mark.suppressed" if row.suppressed else "mark.missing"))
        return
    if row.bound_low is not None and row.bound_high is not None:
        start, end = scale(row.bound_low), scale(row.bound_high)
        canvas.box(start, y - 3.2 - offset, end - start, 6.4, fill=LIGHT, layer=1.0)
    if row.rule_low is not None and row.rule_high is not None:
        start = scale(row.rule_low)
        wide = max(scale(row.rule_high) - start, 1.2)  # where rules do not differ it is a tick
        canvas.box(start, y + 4.0 - offset, wide, 2.2, fill=TEAL, layer=2.0)
    if row.low is not None and row.high is not None:
        ends = [scale(row.low), scale(row.high)]
        canvas.line(ends, [y - offset] * 2, color=DEEP_BLUE, width=1.8, layer=3)
    canvas.dots([scale(row.value)], [y - offset], color=DEEP_BLUE, diameter=6.2)
    if row.second is not None:
        if row.second_low is not None and row.second_high is not None:
            ends = [scale(row.second_low), scale(row.second_high)]
            canvas.line(ends, [y + offset] * 2, color=OCHRE, width=1.6, layer=3)
        canvas.dots([scale(row.second)], [y + offset], color=OCHRE, fill=PAPER, diameter=5.4)
