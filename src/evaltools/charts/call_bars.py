"""Money by call: what was applied for, what was awarded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.figure import Chart
from evaltools.charts.legend import Entry
from evaltools.charts.row_layout import Spacing, lay_out_rows
from evaltools.charts.scale import Axis, Scale
from evaltools.charts.style import DEEP_BLUE, GRID, INK, LIGHT, SMALL, TEAL
from evaltools.charts.text_metrics import height, width, wrap
from evaltools.i18n.numbers import count_of, number

_BAR = 13.0


@dataclass(frozen=True)
class Call:
    """One call.

    Arguments:
        label: its name or year.
        applications, granted: how many applied and how many were funded, or None.
        amount: money awarded, or None.
        known, projects: of how many projects the money is known, and of how many there are;
            written beside the sum where they differ.
    """

    label: str
    applications: int | None
    granted: int | None
    amount: float | None
    known: int | None = None
    projects: int | None = None


@dataclass(frozen=True)
class CallBars(Chart):
    """Applications and awards on the left, money on the right; calls in the order given."""

    rows: Sequence[Call]

    def _is_empty(self) -> bool:
        return not self.rows

    def _draw(self) -> Drawing:
        words, rows = self.words, self.rows
        counts, sums = [self._counts(row) for row in rows], [self._sum(row) for row in rows]
        key = {"applications": LIGHT, "funded": DEEP_BLUE, "awarded_sum": TEAL}
        counted = "axis.applications"
        if all(row.applications is None for row in rows):
            del key["applications"]
            counted = "legend.funded"
        layout = lay_out_rows(
            [row.label for row in rows],
            ["" for _ in rows],
            Axis(0.0, 1.0, (), lambda _: ""),
            key=[Entry(words(f"legend.{name}"), "box", color) for name, color in key.items()],
            spacing=Spacing(pitch=24.0, above=height(1, SMALL) + 4),
        )
        canvas = layout.canvas
        middle = (layout.left + layout.right) / 2 + 4
        first_room = max(width(text, SMALL) for text in counts) + 6
        second_room = max(width(text, SMALL) for text in sums) + 6
        most = max([1, *(row.applications or row.granted or 0 for row in rows)])
        dearest = max([1.0, *(row.amount or 0.0 for row in rows)])
        first = Scale(0.0, float(most), layout.left, middle - 14 - first_room)
        second = Scale(0.0, dearest, middle, layout.right - second_room)
        partly = any("(" in total for total in sums)
        awarded = "axis.euros_awarded_known" if partly else "axis.euros_awarded"
        heads = ((layout.left, words(counted)), (middle, words(awarded)))
        for x, text in heads:
            line = wrap(text, layout.right - middle, SMALL, max_lines=1)[0]
            canvas.small(x, layout.top - height(1, SMALL) / 2 - 3, line)
            canvas.line([x, x], [layout.top, layout.bottom], color=GRID, layer=0.5)
        for row, y, count, total in zip(rows, layout.centres, counts, sums, strict=True):
            reach = layout.left
            for value, color in ((row.applications, LIGHT), (row.granted, DEEP_BLUE)):
                if value:
                    end = first(float(value))
                    canvas.box(layout.left, y - _BAR / 2, end - layout.left, _BAR, fill=color)
                    reach = max(reach, end)
            canvas.small(reach + 5, y, count, color=INK, gid="direct")
            end = second(row.amount) if row.amount else middle
            if row.amount:
                canvas.box(middle, y - _BAR / 2, end - middle, _BAR, fill=TEAL)
            canvas.small(end + 5, y, total, color=INK, gid="direct")
        return canvas.drawing

    def _describe(self) -> str:
        """Every call with its counts and money."""
        sentences = (f"{row.label}: {self._counts(row)}, {self._sum(row)}." for row in self.rows)
        return alt_text.join(self.words("alt.calls"), *sentences)

    def _counts(self, row: Call) -> str:
        if row.granted is None:
            return self.words("mark.missing")
        if row.applications is None:
            return number(row.granted, self.language)
        return count_of(row.granted, row.applications, self.language)

    def _sum(self, row: Call) -> str:
        if row.amount is None:
            return self.words("mark.missing")
        text = self.words.money(row.amount)
        if row.known is None or row.projects is None or row.known == row.projects:
            return text
        return f"{text} ({count_of(row.known, row.projects, self.language)})"
