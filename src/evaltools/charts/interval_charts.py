"""Shares as dots with intervals, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaltools.charts import alt_text
from evaltools.charts.canvas import Lettering, Paint
from evaltools.charts.chart import RowChart
from evaltools.charts.data import WITHHELD, Value
from evaltools.charts.layout import MOST_LABELS, Entry, Mark, RowLayout, Spacing, lay_out_rows
from evaltools.charts.palette import DEEP_BLUE, INK, LIGHT, PAPER, RUST
from evaltools.charts.style import SMALL, is_narrow, text_width
from evaltools.charts.text_metrics import height, width
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import (
    FEWEST_FOR_PERCENT,
    Language,
    count_of,
    level_text,
    percent,
    share,
    share_range,
)


@dataclass(frozen=True)
class Dot:
    """A share.

    Arguments:
        label: what it is of.
        value: the share, 0 to 1; None where it is missing or suppressed.
        low, high: interval, 0 to 1; None for none.
        n, N: the count and what it is out of, shown at the right as `19/52`.
        suppressed: withheld by disclosure control.
        bound_low, bound_high: an outer interval, drawn as a thin band.
        rule_low, rule_high: what the choice of coder rule decides, a bar below the interval.
        second: another estimate of the same thing, below the first.
        second_suppressed: that one alone is withheld.
        whole: of how many the interval speaks, where that is not N, as of all projects.
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
    whole: int | None = None
    second_suppressed: bool = False

    @property
    def known(self) -> bool:
        """Whether there is a share."""
        return self.value is not None

    @property
    def extends(self) -> bool:
        """Whether its interval has a length."""
        return self.low is not None and self.high is not None and self.high > self.low

    def printed(self, value: float | None, language: Language) -> str:
        """A share of the same units: a percentage, or of fewer than ten a count."""
        x = None if value is None or self.N is None else round(value * self.N)
        return share(value, x, self.N, language)

    def printed_range(self, low: float, high: float, language: Language) -> str:
        """A range of such shares."""
        return share_range(low, high, self.N, language)

    def conceal(self) -> Dot:
        """Without its numbers."""
        return Dot(self.label, None, suppressed=True)


@dataclass(frozen=True)
class Dots(RowChart[Dot]):
    """Rows of shares, largest first; with a second estimate as given, on a scale up to 100 %.

    Arguments:
        axis: what the share is of; by default the share of the reports read.
        level: confidence level named in the key; None leaves the interval unnamed.
        name, second_name: what the two estimates are called in the key.
    """

    axis: str = ""
    level: float | None = 0.95
    name: str = ""
    second_name: str = ""

    @property
    def _paired(self) -> bool:
        return any(row.second is not None for row in self._concealed)

    @property
    def shown(self) -> list[Dot]:
        """Sorted, or as given."""
        return self._concealed if self.second_name else super().shown

    def _size(self, row: Dot) -> float:
        return row.value or 0.0

    def _lay_out(self, rows: Sequence[Dot]) -> RowLayout:
        tops = ("value", "high", "bound_high", "rule_high")
        reached = [1.0] if self.second_name else [getattr(r, name) for r in rows for name in tops]
        direct = self._labelled_on_marks(rows)
        layout = lay_out_rows(
            [row.label for row in rows],
            [self._number(row) for row in rows],
            self._share_axis(
                reached, self.axis or self.words("axis.share_of_reports"), [row.N for row in rows]
            ),
            key=self._key(rows),
            spacing=Spacing(
                pitch=21.0 if self._paired else 18.5, above=height(1, SMALL) if direct else 0.0
            ),
        )
        if direct:
            self._name_marks(layout, rows[0])
        return layout

    def _labelled_on_marks(self, rows: Sequence[Dot]) -> bool:
        """Whether the marks of the first row bear their names, so that nobody looks for a key."""
        first = rows[0]
        if not self.second_name or is_narrow() or first.value is None or first.second is None:
            return False
        if any(row.extends or row.bound_low is not None for row in rows):
            return False
        left, right = sorted((first.value, first.second))
        name, other = self._names_in_order(first)
        room = text_width() * (1 - MOST_LABELS) - 60  # the scale has so much at least
        return width(name, SMALL) < left * room and width(other, SMALL) < (1 - right) * room + 50

    def _names_in_order(self, row: Dot) -> tuple[str, str]:
        names = (self.name or self.words("legend.share"), self.second_name)
        return names if (row.value or 0.0) <= (row.second or 0.0) else (names[1], names[0])

    def _name_marks(self, layout: RowLayout, row: Dot) -> None:
        """The names of both marks above those of the first row, away from each other."""
        assert row.value is not None
        assert row.second is not None
        name, other = self._names_in_order(row)
        left, right = sorted((layout.scale(row.value), layout.scale(row.second)))
        colors = (DEEP_BLUE, RUST) if row.value <= row.second else (RUST, DEEP_BLUE)
        y = layout.top - height(1, SMALL) / 2 + 2
        for x, words, color, align in (
            (left + 3, name, colors[0], "right"), (right - 3, other, colors[1], "left"),
        ):  # fmt: skip
            lettering = Lettering(SMALL, color, gid="direct")
            layout.canvas.text(x, y, words, lettering, align=align)  # type: ignore[arg-type]

    def _draw_row(self, layout: RowLayout, row: Dot, y: float) -> None:
        canvas, scale, offset = layout.canvas, layout.scale, 3.6 if self._paired else 0.0
        assert row.value is not None
        if row.bound_low is not None and row.bound_high is not None:
            start, end = scale(row.bound_low), scale(row.bound_high)
            canvas.box(start, y - 3.2 - offset, end - start, 6.4, Paint(LIGHT))
        if row.rule_low is not None and row.rule_high is not None:
            # A bracket, so that it is no interval, in grey print either.
            start, end = scale(row.rule_low), scale(row.rule_high)
            foot = y + 6.4 - offset
            xs, ys = [start, start, end, end], [foot - 2.6, foot, foot, foot - 2.6]
            canvas.line(xs, ys, color=INK, width=0.9, layer=2.0)
        layout.interval(row.low, row.high, y - offset, DEEP_BLUE)
        canvas.dots([scale(row.value)], [y - offset], color=DEEP_BLUE, diameter=6.2)
        if row.second is not None:
            at = scale(row.second)
            canvas.dots([at], [y + offset], color=RUST, fill=PAPER, diameter=5.0, marker="D")
        elif row.second_suppressed:
            layout.note(y, self._withheld_second, beside=row.value)

    @property
    def _withheld_second(self) -> str:
        name = self.second_name or self.words("legend.second")
        return f"{name}: {self.words('mark.suppressed')}"

    def _describe(self) -> str:
        """Order with values and intervals, what is withheld or missing."""
        language, rows = self.language, self._concealed
        items = [(r.label, r.value, self._describe_row(r)) for r in rows if r.value is not None]
        return alt_text.join(
            self.words("alt.rows", count=len(rows)),
            alt_text.describe_order(items, language),
            alt_text.describe_lowest(items, language) if len(items) > 8 else "",
            self._describe_unknown(rows),
        )

    def _describe_row(self, row: Dot) -> str:
        words, language = self.words, self.language
        text = row.printed(row.value, language)
        if row.n is not None and row.N is not None and row.N >= FEWEST_FOR_PERCENT:
            text += f" ({count_of(row.n, row.N, language)})"
        if row.extends:
            interval = share_range(row.low, row.high, row.N, language, whole=row.whole)
            text += f", {words('alt.interval_short', interval=interval)}"
        if row.rule_low is not None and row.rule_high is not None:
            interval = row.printed_range(row.rule_low, row.rule_high, language)
            text += f", {words('alt.coder_rules', interval=interval)}"
        if row.second is not None:
            text += f", {words('alt.second', value=row.printed(row.second, language))}"
        elif row.second_suppressed:
            text += f", {self._withheld_second}"
        return text

    def _number(self, row: Dot) -> str:
        if row.value is None:
            return ""
        if row.n is not None and row.N is not None:
            return count_of(row.n, row.N, self.language)
        return percent(row.value, self.language)

    @property
    def _interval_name(self) -> str:
        if self.level:
            return self.words("legend.interval", level=level_text(self.level, self.language))
        return self.words("legend.interval_plain")

    def _columns(self) -> list[str]:
        words, (low, high) = self.words, name_ends(self.words)
        ranges = (
            self._interval_name,
            words("legend.bounds"),
            words("legend.coder_rules"),
        )
        return [
            self.name or words("legend.share"), words("figure.count"), words("figure.of"),
            *(f"{name}, {end}" for name in ranges for end in (low, high)),
            self.second_name or words("legend.second"),
        ]  # fmt: skip

    def _cells(self, row: Dot) -> list[Value]:
        shares = (
            row.low if row.extends else None, row.high if row.extends else None,
            row.bound_low, row.bound_high, row.rule_low, row.rule_high, row.second,
        )  # fmt: skip

        def cell(value: float | None) -> Value:
            return Value("" if value is None else row.printed(value, self.language), value)

        cells = [cell(row.value), self._count(row.n), self._count(row.N), *map(cell, shares)]
        if row.second_suppressed:
            cells[-1] = Value(self.words("mark.suppressed"), WITHHELD)
        return cells

    def _key(self, rows: Sequence[Dot]) -> list[Entry]:
        words, interval = self.words, self._interval_name
        if self._labelled_on_marks(rows):
            return []

        def has(name: str) -> bool:
            return any(getattr(row, name) is not None for row in rows)

        entries: tuple[tuple[str, Mark, str, object], ...] = (
            (self.name or words("legend.share"), "dot", DEEP_BLUE, self.name or self.second_name),
            (interval, "line", DEEP_BLUE, any(row.extends for row in rows)),
            (words("legend.bounds"), "band", LIGHT, has("bound_low")),
            (words("legend.coder_rules"), "bracket", INK, has("rule_low")),
            (self.second_name or words("legend.second"), "diamond", RUST, has("second")),
        )
        return [Entry(text, mark, color) for text, mark, color, there in entries if there]


def name_ends(words: Words) -> tuple[str, str]:
    """What the ends of an interval are called."""
    return words("figure.low"), words("figure.high")
