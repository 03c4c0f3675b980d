"""Two shares a row, then and now, joined by a line: what moved, and beyond doubt or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.figure import Chart
from evaltools.charts.legend import Entry
from evaltools.charts.row_layout import RowLayout, Spacing, lay_out_rows
from evaltools.charts.scale import Axis, round_ends, ticks
from evaltools.charts.style import DEEP_BLUE, GREY, OCHRE, PAPER
from evaltools.i18n.numbers import percent, share, signed


@dataclass(frozen=True)
class Slope:
    """One row.

    Arguments:
        label: what it is of.
        old, new: the shares, 0 to 1; None where one is missing or suppressed.
        old_n, old_N, new_n, new_N: the counts they are made of.
        clear: the change is more than its uncertainty.
        suppressed: withheld by disclosure control in one of the two.
    """

    label: str
    old: float | None
    new: float | None
    old_n: int | None = None
    old_N: int | None = None
    new_n: int | None = None
    new_N: int | None = None
    clear: bool = False
    suppressed: bool = False

    @property
    def change(self) -> float | None:
        """New less old, where both are there."""
        return None if self.old is None or self.new is None else self.new - self.old


@dataclass(frozen=True)
class Slopes(Chart):
    """Rows of shares, then and now.

    Arguments:
        rows: any number.
        names: what the older and the newer share are called in the key.
        axis: what the share is of; by default the share of the reports read.
        sort: by change; False keeps the order given.
    """

    rows: Sequence[Slope]
    names: tuple[str, str]
    axis: str = ""
    sort: bool = True

    def _is_empty(self) -> bool:
        return not self.rows

    def _draw(self) -> Drawing:
        words, language = self.words, self.language
        shown = ranked(self.rows) if self.sort else [conceal(row) for row in self.rows]
        ends = [value for row in shown for value in (row.old, row.new) if value is not None]
        high = min(1.0, round_ends(0.0, max([0.1, *ends]))[1])
        axis = self.axis or words("axis.share_of_reports")
        layout = lay_out_rows(
            [row.label for row in shown],
            ["" if row.change is None else signed(row.change * 100, language) for row in shown],
            Axis(0.0, high, ticks(0.0, high), lambda value: percent(value, language), axis),
            key=self._key(shown),
            heading=words("axis.points_short"),
            spacing=Spacing(pitch=18.0),
        )
        for row, y in zip(shown, layout.centres, strict=True):
            self._draw_row(layout, row, y)
        return layout.canvas.drawing

    def _describe(self) -> str:
        """The rows with both shares, those that are clear said to be so."""
        words, language = self.words, self.language
        shown = ranked(self.rows)
        complete = [row for row in shown if row.change is not None]
        largest = sorted(complete, key=lambda row: (-abs(round(row.change or 0.0, 12)), row.label))[
            :5
        ]
        items = "; ".join(
            words(
                "comparison.alt.clear" if row.clear else "comparison.alt.unclear",
                label=row.label,
                change=f"{share(row.old, row.old_n, row.old_N, language)} → "
                f"{share(row.new, row.new_n, row.new_N, language)}",
            )
            for row in largest
        )
        return alt_text.join(
            words("comparison.alt.rows", count=len(shown), old=self.names[0], new=self.names[1]),
            words("comparison.alt.largest", items=items) if items else "",
            alt_text.describe_withheld([row.label for row in shown if row.suppressed], language),
            alt_text.describe_missing(
                [row.label for row in shown if row.change is None and not row.suppressed], language
            ),
        )

    def _key(self, rows: Sequence[Slope]) -> list[Entry]:
        entries = [Entry(self.names[0], "hollow", OCHRE), Entry(self.names[1], "dot", DEEP_BLUE)]
        drawn = [row for row in rows if row.change is not None]
        if any(row.clear for row in drawn):
            entries.append(Entry(self.words("comparison.key.clear"), "line", DEEP_BLUE))
        if any(not row.clear for row in drawn):
            entries.append(Entry(self.words("comparison.key.unclear"), "dashes", GREY))
        return entries

    def _draw_row(self, layout: RowLayout, row: Slope, y: float) -> None:
        canvas, scale = layout.canvas, layout.scale
        if row.old is None or row.new is None:
            layout.note(y, self.words("mark.suppressed" if row.suppressed else "mark.missing"))
            return
        ends, ys = [scale(row.old), scale(row.new)], [y, y]
        if row.clear:
            canvas.line(ends, ys, color=DEEP_BLUE, width=2.0, layer=3)
        else:
            canvas.line(ends, ys, color=GREY, width=1.0, dashes=(2.5, 1.8), layer=3)
        # The older mark is larger, so that it is seen round the newer one where they coincide.
        canvas.dots(ends[:1], [y], color=OCHRE, fill=PAPER, diameter=7.0, edge_width=1.6)
        canvas.dots(ends[1:], [y], color=DEEP_BLUE, diameter=5.0, layer=4.5)


def ranked(rows: Sequence[Slope]) -> list[Slope]:
    """What rose most above, what fell most below, ties by label; rows without a change last."""
    return sorted(
        map(conceal, rows),
        key=lambda r: (r.change is None, r.suppressed, -round(r.change or 0, 12), r.label),
    )


def conceal(row: Slope) -> Slope:
    """A suppressed row without its numbers, which neither order, scale nor words may betray."""
    return Slope(row.label, None, None, suppressed=True) if row.suppressed else row
