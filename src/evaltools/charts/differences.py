"""Differences with intervals around a zero line, and the same as a love plot with thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.figure import Chart
from evaltools.charts.legend import Entry
from evaltools.charts.row_layout import AXIS, RowLayout, Spacing, lay_out_rows
from evaltools.charts.scale import Axis, decimals_of, round_ends, ticks
from evaltools.charts.style import DEEP_BLUE, GREY, INK, PAPER, RUST, SMALL
from evaltools.charts.text_metrics import height, wrap
from evaltools.i18n.numbers import list_of, number, number_range, signed

Unit = Literal["points", "standardised"]


@dataclass(frozen=True)
class Gap:
    """One row.

    Arguments:
        label: what differs.
        value: the difference; of shares from -1 to 1, or in standard deviations.
        low, high: its interval, or None.
        suppressed: withheld by disclosure control.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    suppressed: bool = False

    @property
    def clear(self) -> bool:
        """Whether the interval keeps away from zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


@dataclass(frozen=True)
class Differences(Chart):
    """Rows of differences.

    Arguments:
        rows: any number.
        unit: `points` prints shares as percentage points, `standardised` as they are.
        axis: what the scale is; by default the name of the unit.
        flag: draw lines at ± this, and mark rows beyond them (a love plot).
        towards: what lies to the left and to the right of zero, such as
            ("commoner in the country", "commoner in towns").
        sort: by size, largest above; a love plot by distance from zero.
    """

    rows: Sequence[Gap]
    unit: Unit = "points"
    axis: str = ""
    flag: float | None = None
    towards: tuple[str, str] = ("", "")
    sort: bool = True

    def _is_empty(self) -> bool:
        return not self.rows

    def _draw(self) -> Drawing:
        words, flag = self.words, self.flag
        shown = [conceal(row) for row in self.rows]
        if self.sort:
            shown = ranked(shown, by_distance=flag is not None)
        ends = [abs(e) for row in shown for e in (row.value, row.low, row.high) if e is not None]
        reach = round_ends(0.0, max([0.1, (flag or 0.0) * 1.2, *ends]), 4)[1]
        factor = 100 if self.unit == "points" else 1
        marks = ticks(-reach, reach, 7)
        digits = decimals_of([mark * factor for mark in marks])
        points = self.unit == "points"
        name = "axis.difference_points" if points else "axis.standardised_difference"
        sides = bool(self.towards[0] and self.towards[1])
        layout = lay_out_rows(
            [row.label for row in shown],
            [self._printed(row) for row in shown],
            Axis(
                -reach, reach, marks, lambda mark: signed(mark * factor, self.language, digits),
                "" if sides else self.axis or words(name),
            ),
            key=self._key(shown),
            heading=words("axis.points_short") if points else "",
            spacing=Spacing(below=height(2, SMALL) if sides else 0.0),
        )  # fmt: skip
        if sides:
            _name_sides(layout, self.towards)
        layout.vertical(0.0, INK, 0.9)
        for limit in (-flag, flag) if flag is not None else ():
            layout.vertical(limit, RUST, 0.9, (2.5, 1.8))
        for row, y in zip(shown, layout.centres, strict=True):
            self._draw_row(layout, row, y)
        return layout.canvas.drawing

    def _describe(self) -> str:
        """Differences in order, which are clear of zero or beyond the flag."""
        words, language, flag = self.words, self.language, self.flag
        rows = [conceal(row) for row in self.rows]
        items = [(r.label, r.value, self._printed(r)) for r in rows if r.value is not None]
        clear = [
            f"{row.label} ({self._interval(row)})"
            for row in ranked(rows, by_distance=False)
            if row.clear
        ]
        zero = flagged = ""
        if any(row.low is not None for row in self.rows):
            zero = words("alt.crossing_none")
            if clear:
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
        if row.value is None:
            return ""
        if self.unit == "points":
            return signed(row.value * 100, self.language)
        return signed(row.value, self.language, 2)

    def _interval(self, row: Gap) -> str:
        factor, digits = (100, 0) if self.unit == "points" else (1, 2)
        assert row.low is not None
        assert row.high is not None
        return number_range(row.low * factor, row.high * factor, self.language, digits)

    def _key(self, rows: Sequence[Gap]) -> list[Entry]:
        words = self.words
        if self.flag is not None:
            text = number(self.flag, self.language, decimals_of([self.flag]))
            return [Entry(words("legend.flag", value=text), "dashes", RUST)]
        shown = [row for row in rows if row.low is not None]
        entries = []
        if any(row.clear for row in shown):
            entries.append(Entry(words("legend.clear"), "dot", DEEP_BLUE))
        if any(not row.clear for row in shown):
            entries.append(Entry(words("legend.unclear"), "hollow", GREY))
        return entries

    def _draw_row(self, layout: RowLayout, row: Gap, y: float) -> None:
        canvas, scale = layout.canvas, layout.scale
        if row.value is None:
            layout.note(y, self.words("mark.suppressed" if row.suppressed else "mark.missing"))
            return
        if self.flag is not None:
            color, hollow = RUST if abs(row.value) > self.flag else DEEP_BLUE, False
        else:
            hollow = not row.clear and row.low is not None and row.high is not None
            color = GREY if hollow else DEEP_BLUE
        if row.low is not None and row.high is not None:
            ends = [scale(row.low), scale(row.high)]
            canvas.line(ends, [y, y], color=color, width=1.8, layer=3)
        canvas.dots([scale(row.value)], [y], color=color, fill=PAPER if hollow else color)


def ranked(rows: Sequence[Gap], *, by_distance: bool) -> list[Gap]:
    """Largest first (or farthest from zero), ties by label; rows without a value last."""

    def size(row: Gap) -> float:
        value = row.value or 0.0
        return abs(value) if by_distance else value

    return sorted(rows, key=lambda r: (r.value is None, r.suppressed, -size(r), r.label))


def conceal(row: Gap) -> Gap:
    """A suppressed row without its numbers, which neither order, scale nor words may betray."""
    return Gap(row.label, None, suppressed=True) if row.suppressed else row


def _name_sides(layout: RowLayout, towards: tuple[str, str]) -> None:
    """Say on each side of zero what lies there."""
    zero = layout.scale(0.0)
    room = (layout.right - layout.left) / 2 - 8
    top = layout.bottom + AXIS
    before = wrap(f"← {towards[0]}", room, SMALL, max_lines=2)
    after = wrap(f"{towards[1]} →", room, SMALL, max_lines=2)
    layout.canvas.small(zero - 8, top + height(len(before), SMALL) / 2, before, align="right")
    layout.canvas.small(zero + 8, top + height(len(after), SMALL) / 2, after)
