"""Dots with intervals, a row each: shares, and differences from zero."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evaltools.charts import alt_text
from evaltools.charts.canvas import AXIS_WORDS, Lettering
from evaltools.charts.chart import RowChart
from evaltools.charts.data import Value
from evaltools.charts.layout import (
    AXIS,
    MOST_LABELS,
    Axis,
    Entry,
    Mark,
    RowLayout,
    Spacing,
    decimals_of,
    lay_out_rows,
    round_ends,
    ticks,
)
from evaltools.charts.style import (
    DEEP_BLUE,
    GREY,
    INK,
    LIGHT,
    PAPER,
    RUST,
    SMALL,
    is_narrow,
    text_width,
)
from evaltools.charts.text_metrics import height, width, wrap
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import (
    FEWEST_FOR_PERCENT,
    Language,
    count_of,
    level_text,
    list_of,
    number,
    number_range,
    percent,
    share,
    share_range,
    signed,
)

_DASHES = (2.5, 1.8)


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
        band_name: what the outer interval is; by default bounds that assume nothing.
    """

    axis: str = ""
    level: float | None = 0.95
    name: str = ""
    second_name: str = ""
    band_name: str = ""

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
            canvas.box(start, y - 3.2 - offset, end - start, 6.4, fill=LIGHT)
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
        words, (low, high) = self.words, _ends(self.words)
        ranges = (
            self._interval_name,
            self.band_name or words("legend.bounds"),
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

        return [cell(row.value), self._count(row.n), self._count(row.N), *map(cell, shares)]

    def _key(self, rows: Sequence[Dot]) -> list[Entry]:
        words, interval = self.words, self._interval_name
        if self._labelled_on_marks(rows):
            return []

        def has(name: str) -> bool:
            return any(getattr(row, name) is not None for row in rows)

        entries: tuple[tuple[str, Mark, str, object], ...] = (
            (self.name or words("legend.share"), "dot", DEEP_BLUE, self.name or self.second_name),
            (interval, "line", DEEP_BLUE, any(row.extends for row in rows)),
            (self.band_name or words("legend.bounds"), "band", LIGHT, has("bound_low")),
            (words("legend.coder_rules"), "bracket", INK, has("rule_low")),
            (self.second_name or words("legend.second"), "diamond", RUST, has("second")),
        )
        return [Entry(text, mark, color) for text, mark, color, there in entries if there]


def _ends(words: Words) -> tuple[str, str]:
    """What the ends of an interval are called."""
    return words("figure.low"), words("figure.high")


@dataclass(frozen=True)
class Gap:
    """A difference.

    Arguments:
        label: what differs.
        value: the difference; of shares from -1 to 1, or in standard deviations.
        low, high: its interval, or None.
        suppressed: withheld by disclosure control.
        stands: whether it stands among all those compared with it; None where its own interval
            decides.
        sides: counts of both sides, `(x1, n1, x2, n2)`, the first being the one that lies to the
            right of zero; printed beside it as zero parts them. None for none.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    suppressed: bool = False
    stands: bool | None = None
    sides: tuple[int, int, int, int] | None = None

    @property
    def known(self) -> bool:
        """Whether there is a difference."""
        return self.value is not None

    @property
    def clear(self) -> bool:
        """Whether it is more than chance: it stands, or its interval keeps away from zero."""
        if self.stands is not None:
            return self.stands
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)

    def conceal(self) -> Gap:
        """Without its numbers."""
        return Gap(self.label, None, suppressed=True)


@dataclass(frozen=True)
class Differences(RowChart[Gap]):
    """Rows of differences around a zero line; with a flag, a love plot, by distance from zero.

    Arguments:
        unit: `points` prints shares as percentage points, `standardised` as they are.
        flag: draw lines at ± this, and mark rows beyond them.
        towards: what lies to the left and to the right of zero, such as
            ("commoner in the country", "commoner in towns").
    """

    unit: Literal["points", "standardised"] = "points"
    flag: float | None = None
    towards: tuple[str, str] = ("", "")

    @property
    def _factor(self) -> int:
        return 100 if self.unit == "points" else 1

    @property
    def _digits(self) -> int:
        return 0 if self.unit == "points" else 2

    def _size(self, row: Gap) -> float:
        value = row.value or 0.0
        return value if self.flag is None else abs(value)

    def _lay_out(self, rows: Sequence[Gap]) -> RowLayout:
        words, flag, factor = self.words, self.flag, self._factor
        ends = [abs(e) for row in rows for e in (row.value, row.low, row.high) if e is not None]
        reach = round_ends(0.0, max([0.1, (flag or 0.0) * 1.2, *ends]), 4)[1]
        marks = ticks(-reach, reach, 7)
        digits = decimals_of([mark * factor for mark in marks])
        points = self.unit == "points"
        name = "axis.difference_points" if points else "axis.standardised_difference"
        sides = all(self.towards)
        layout = lay_out_rows(
            [row.label for row in rows],
            [self._printed(row) for row in rows],
            Axis(
                -reach, reach, marks, lambda mark: signed(mark * factor, self.language, digits),
                "" if sides else words(name),
            ),
            key=self._key(rows),
            heading=self._heading(rows),
            spacing=Spacing(below=height(2, SMALL) if sides else 0.0),
        )  # fmt: skip
        if sides:
            self._name_sides(layout)
        layout.vertical(0.0, INK, 0.9)
        for limit in (-flag, flag) if flag is not None else ():
            layout.vertical(limit, RUST, 0.9, _DASHES)
        return layout

    def _name_sides(self, layout: RowLayout) -> None:
        """Say on each side of zero what lies there."""
        zero, top = layout.scale(0.0), layout.bottom + AXIS
        room = (layout.right - layout.left) / 2 - 8
        before = wrap(f"← {self.towards[0]}", room, SMALL, max_lines=2)
        after = wrap(f"{self.towards[1]} →", room, SMALL, max_lines=2)
        y = [top + height(len(lines), SMALL) / 2 for lines in (before, after)]
        layout.canvas.text(zero - 8, y[0], before, AXIS_WORDS, align="right")
        layout.canvas.text(zero + 8, y[1], after, AXIS_WORDS)

    def _draw_row(self, layout: RowLayout, row: Gap, y: float) -> None:
        assert row.value is not None
        if self.flag is not None:
            color, hollow = RUST if abs(row.value) > self.flag else DEEP_BLUE, False
        else:
            hollow = not row.clear and row.low is not None and row.high is not None
            color = GREY if hollow else DEEP_BLUE
        layout.interval(row.low, row.high, y, color)
        fill = PAPER if hollow else color
        layout.canvas.dots([layout.scale(row.value)], [y], color=color, fill=fill)

    def _columns(self) -> list[str]:
        words, (low, high) = self.words, _ends(self.words)
        points = self.unit == "points"
        name = words("axis.difference_points" if points else "axis.standardised_difference")
        interval = words("legend.interval_plain")
        sides = [text for side in self.towards for text in (side, words("figure.of"))]
        return [name, f"{interval}, {low}", f"{interval}, {high}", *(sides or ["", "", "", ""])]

    def _cells(self, row: Gap) -> list[Value]:
        ends = [
            Value(
                "" if v is None else signed(v * self._factor, self.language, self._digits),
                None if v is None else v * self._factor,
            )
            for v in (row.value, row.low, row.high)
        ]
        x1, n1, x2, n2 = row.sides or (None, None, None, None)
        return [*ends, *map(self._count, (x2, n2, x1, n1))]

    def _describe(self) -> str:
        """Differences in order, which are clear of zero or beyond the flag."""
        words, language, flag = self.words, self.language, self.flag
        rows = self._concealed
        items = [(r.label, r.value, self._printed(r)) for r in rows if r.value is not None]
        by_value = sorted((r for r in rows if r.clear), key=lambda r: (-(r.value or 0.0), r.label))
        clear = [f"{row.label} ({self._interval(row)})" for row in by_value]
        zero = flagged = ""
        if any(row.low is not None for row in self.rows):
            zero = words("alt.crossing_none")
            adjusted = any(row.stands is not None for row in rows)
            if adjusted:
                zero = words("alt.standing_none")
            if clear and adjusted:
                zero = words("alt.standing", count=len(clear), items=list_of(clear, language))
            elif clear:
                zero = words("alt.crossing", count=len(clear), items=list_of(clear, language))
        if flag is not None:
            limit = number(flag, language, 2)
            beyond = [label for label, value, _ in items if abs(value) > flag]
            flagged = words("alt.flagged_none", value=limit)
            if beyond:
                flagged = words("alt.flagged", value=limit, items=list_of(beyond, language))
        return alt_text.join(
            words("alt.rows", count=len(rows)),
            alt_text.describe_order(items, language),
            zero,
            flagged,
            alt_text.describe_withheld([row.label for row in rows if row.suppressed], language),
        )

    def _printed(self, row: Gap) -> str:
        """The difference, or the counts of both sides, of which points may be too exact a word."""
        if row.value is None:
            return ""
        if row.sides is not None:
            x1, n1, x2, n2 = row.sides
            counts = (count_of(x2, n2, self.language), count_of(x1, n1, self.language))
            return " – ".join(counts)
        return signed(row.value * self._factor, self.language, self._digits)

    def _heading(self, rows: Sequence[Gap]) -> str:
        """What stands above the column of numbers: nothing above counts of both sides."""
        if self.unit != "points" or any(row.sides is not None for row in rows):
            return ""
        return self.words("axis.points_short")

    def _interval(self, row: Gap) -> str:
        low, high = ((end or 0.0) * self._factor for end in (row.low, row.high))
        return number_range(low, high, self.language, self._digits)

    def _key(self, rows: Sequence[Gap]) -> list[Entry]:
        words = self.words
        if self.flag is not None:
            text = number(self.flag, self.language, decimals_of([self.flag]))
            return [Entry(words("legend.flag", value=text), "dashes", RUST)]
        clear = {row.clear for row in rows if row.low is not None}
        adjusted = "standing" if any(row.stands is not None for row in rows) else "clear"
        entries = []
        if True in clear:
            entries.append(Entry(words(f"legend.{adjusted}"), "dot", DEEP_BLUE))
        if False in clear:
            name = {"clear": "unclear", "standing": "not_standing"}[adjusted]
            entries.append(Entry(words(f"legend.{name}"), "hollow", GREY))
        return entries
