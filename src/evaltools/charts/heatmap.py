"""Heat map of pairs with the counts in the cells, one panel or two beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.canvas import Canvas
from evaltools.charts.figure import Chart
from evaltools.charts.row_layout import EDGE, GUTTER
from evaltools.charts.style import BLUES, GREY, PAPER, QUIET, SMALL, TEXT_WIDTH, ink_on
from evaltools.charts.text_metrics import clean, height, width, wrap
from evaltools.i18n.numbers import number

_CELL = 22.0
_BETWEEN = 16.0
_LONGEST_COLUMN = 118.0
_ZERO = "#f5f7f9"


@dataclass(frozen=True)
class Panel:
    """One heat map.

    Arguments:
        heading: what is counted in it; above the columns.
        counts: a row a list; None is a withheld cell.
    """

    heading: str
    counts: Sequence[Sequence[int | None]]


@dataclass(frozen=True)
class _Columns:
    """Column labels as set: level above the columns, or turned where words are too long."""

    lines: list[tuple[str, ...]]
    turned: bool
    depth: float


@dataclass(frozen=True)
class Heatmap(Chart):
    """Panels with the same rows, columns and colours.

    Arguments:
        panels: one or two.
        rows, columns: labels, in order.

    Raises:
        ValueError: the counts of a panel are not rows × columns.
    """

    panels: Sequence[Panel]
    rows: Sequence[str]
    columns: Sequence[str]

    def __post_init__(self) -> None:
        wide, tall = len(self.columns), len(self.rows)
        for panel in self.panels:
            if len(panel.counts) != tall or any(len(row) != wide for row in panel.counts):
                raise ValueError(f"{panel.heading}: not {tall} × {wide} counts")

    def _is_empty(self) -> bool:
        return not self.panels or not self.rows or not self.columns

    def _draw(self) -> Drawing:
        panels, columns = self.panels, self.columns
        widest = max(width(clean(label)) for label in self.rows)
        room = min(widest, TEXT_WIDTH * (0.32 if len(panels) > 1 else 0.42))
        labels = [wrap(label, room) for label in self.rows]
        room = max(width(line) for lines in labels for line in lines) + EDGE
        left = room + GUTTER
        each = (TEXT_WIDTH - EDGE - left - _BETWEEN * (len(panels) - 1)) / len(panels)
        cell = min(each / len(columns), 54.0)
        heights = [max(_CELL, height(len(lines)) + 4) for lines in labels]
        heads = [wrap(panel.heading, each, SMALL, "bold", max_lines=2) for panel in panels]
        longest = max(width(line, SMALL, "bold") for lines in heads for line in lines)
        panel_width = max(cell * len(columns), longest)
        head = max(height(len(lines), SMALL) for lines in heads) + 8
        set_columns = _columns(columns, cell)
        top = 3 + head + set_columns.depth + 5
        canvas = Canvas(top + sum(heights) + 4)
        tops = [top + sum(heights[:row]) for row in range(len(labels))]
        for lines, y, tall in zip(labels, tops, heights, strict=True):
            canvas.text(room, y + tall / 2, lines, align="right")
        counts = (count for panel in panels for row in panel.counts for count in row)
        greatest = max([1, *(count for count in counts if count is not None)])
        for number_of, panel in enumerate(panels):
            x = left + number_of * (panel_width + _BETWEEN)
            canvas.text(
                x, 3 + (head - 8) / 2, heads[number_of], size=SMALL, weight="bold", gid="heading"
            )
            _draw_labels(canvas, set_columns, x, cell, top - 5)
            for row, y, tall in zip(panel.counts, tops, heights, strict=True):
                for column, count in enumerate(row):
                    place = (x + column * cell, y, cell, tall)
                    fill = color_of(count or 0, greatest)
                    _draw_cell(canvas, place, count, fill, number(count, self.language))
        return canvas.drawing

    def _describe(self) -> str:
        """Of each panel its size and its largest cells."""
        sentences = [self.words("alt.matrix", rows=len(self.rows), columns=len(self.columns))]
        for panel in self.panels:
            items = [
                (f"{row} – {column}", float(count), number(count, self.language))
                for row, counts in zip(self.rows, panel.counts, strict=True)
                for column, count in zip(self.columns, counts, strict=True)
                if count
            ]
            ranked = self.words("alt.no_cells")
            if items:
                ranked = alt_text.describe_order(items, self.language, at_most=4)
            sentences.append(f"{panel.heading}. {ranked}")
        return alt_text.join(*sentences)


def color_of(count: int, greatest: int) -> str:
    """Colour of a cell: nearly white for zero, then five steps of equal width."""
    if not count:
        return _ZERO
    return BLUES[min(len(BLUES) - 1, (count - 1) * len(BLUES) // greatest)]


def _columns(columns: Sequence[str], cell: float) -> _Columns:
    """Level where every word fits into its column in at most four lines, else turned."""
    level = [wrap(label, cell - 4, SMALL, max_lines=9) for label in columns]
    whole = all(
        width(word, SMALL) <= cell - 4 for label in columns for word in clean(label).split()
    )
    if whole and max(map(len, level)) <= 4:
        return _Columns(level, False, height(max(map(len, level)), SMALL))
    fitting = max(1, int((cell - 3) / (SMALL * 1.22)))
    room = _LONGEST_COLUMN
    turned = [wrap(label, room, SMALL, max_lines=min(fitting, 3)) for label in columns]
    longest = max(width(line, SMALL) for lines in turned for line in lines)
    return _Columns(turned, True, longest + 2)


def _draw_labels(canvas: Canvas, columns: _Columns, x: float, cell: float, foot: float) -> None:
    step = SMALL * 1.22
    for place, lines in enumerate(columns.lines):
        middle = x + (place + 0.5) * cell
        if not columns.turned:
            y = foot - height(len(lines), SMALL) / 2
            canvas.small(middle, y, lines, align="center", gid="label")
            continue
        first = middle - step * (len(lines) - 1) / 2
        for turn, line in enumerate(lines):
            canvas.text(first + turn * step, foot, line, size=SMALL, color=QUIET, rotation=90.0)


def _draw_cell(
    canvas: Canvas,
    place: tuple[float, float, float, float],
    count: int | None,
    fill: str,
    text: str,
) -> None:
    x, y, wide, tall = place
    if count is None:
        canvas.box(x, y, wide, tall, fill=PAPER, edge="#c9d0d6", hatch="////")
        return
    canvas.box(x, y, wide, tall, fill=fill, edge=PAPER)
    color = GREY if not count else ink_on(fill)
    canvas.small(x + wide / 2, y + tall / 2, text, align="center", color=color, gid="direct")
