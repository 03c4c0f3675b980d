"""Differences from zero with their intervals, a row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from evaltools.charts import alt_text
from evaltools.charts.canvas import AXIS_WORDS
from evaltools.charts.chart import RowChart
from evaltools.charts.data import Value
from evaltools.charts.interval_charts import name_ends
from evaltools.charts.layout import (
    AXIS,
    Axis,
    Entry,
    RowLayout,
    Spacing,
    decimals_of,
    lay_out_rows,
    round_ends,
    ticks,
)
from evaltools.charts.palette import DEEP_BLUE, GREY, INK, PAPER, RUST
from evaltools.charts.style import SMALL
from evaltools.charts.text_metrics import height, wrap
from evaltools.i18n.numbers import count_of, list_of, number, number_range, signed

_DASHES = (2.5, 1.8)


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
        words, (low, high) = self.words, name_ends(self.words)
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
        by_value = sorted((r for r in rows if r.clear), key=lambda r: -(r.value or 0.0))
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
            alt_text.describe_order(items, language, by_size=True),
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
