"""Reliability code by code: a coefficient with its interval, in two columns of groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.canvas import AXIS_WORDS, HEADING, NO_MARK, SMALL_NUMBER, Canvas, Lettering
from evaltools.charts.chart import Chart
from evaltools.charts.data import Cells, FigureData
from evaltools.charts.layout import AXIS, EDGE, Entry, Key, Scale, draw_marks, inner_width
from evaltools.charts.palette import BLUES, DEEP_BLUE, GREY, GRID, PAPER
from evaltools.charts.style import SMALL, TEXT, is_narrow
from evaltools.charts.text_metrics import height, width, wrap
from evaltools.i18n.numbers import level_text, number, number_range

GUTTER = 16.0
"""Between the two columns, points."""
LABELS = 0.47
"""Part of a column that labels take."""
PITCH, HEAD = 12.4, 15.0
"""Least height of a row, and height of a group's heading, points."""
MARKS = (0.0, 0.5, 1.0)
_MIDDLE = BLUES[2]
_Shown = tuple["Reliability | str", float, tuple[str, ...]]
"""A row or a heading, its height and the lines of its label."""


@dataclass(frozen=True)
class Reliability:
    """One code.

    Arguments:
        label: its name.
        value: the coefficient; None where it cannot be estimated.
        low, high: its interval.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Group:
    """Codes of a kind under a heading; drawn from the highest down, those without value last."""

    heading: str
    rows: tuple[Reliability, ...]


@dataclass(frozen=True)
class ReliabilityChart(Chart):
    """Groups of codes in two columns of about the same height, each in the order of the groups.

    Arguments:
        groups: any number.
        axis: what the coefficient is.
        least, good: marks on the scale; a dot is full from `good` on, grey from `least` on, and
            hollow below.
        level: of the intervals.
    """

    groups: Sequence[Group]
    axis: str
    least: float
    good: float
    level: float

    @property
    def _rows(self) -> list[tuple[str, Reliability]]:
        return [(group.heading, row) for group in self.groups for row in group.rows]

    def _is_empty(self) -> bool:
        return all(row.value is None for _, row in self._rows)

    def _draw(self) -> Drawing:
        column = inner_width() if is_narrow() else (inner_width() - GUTTER) / 2
        shown = [_shown(group, column * LABELS) for group in self.groups if group.rows]
        chosen = _left([sum(each for _, each, _ in rows) for rows in shown])
        sides: list[list[_Shown]] = [[], []]
        for at, rows in enumerate(shown):
            sides[0 if is_narrow() or at in chosen else 1] += rows
        key = Key(self._key())
        top = key.height
        depth = max(sum(each for _, each, _ in rows) for rows in sides)
        canvas = Canvas(top + depth + AXIS + height(1, SMALL) + 4)
        key.draw(canvas)
        for side, rows in enumerate(sides):
            if rows:
                start = EDGE + side * (column + GUTTER)
                self._draw_column(canvas, rows, (start, start + column), top)
        return canvas.drawing

    def data(self) -> FigureData:
        """Every code with its coefficient and interval."""
        words, level = self.words, level_text(self.level, self.language)
        interval = words("legend.interval", level=level)
        ends = [f"{interval}, {words(f'figure.{end}')}" for end in ("low", "high")]
        rows: list[Cells] = [
            [heading, row.label, *map(self._value, (row.value, row.low, row.high))]
            for heading, row in self._rows
        ]
        return FigureData([words("figure.part"), self._category, self.axis, *ends], rows)

    def _describe(self) -> str:
        """Range, the weakest codes, how many are proven, what has no value."""
        words, language, rows = self.words, self.language, self._rows
        items = [
            (f"{row.label} ({heading})", row.value, self._describe_row(row))
            for heading, row in rows
            if row.value is not None
        ]
        proven = sum(
            row.value is not None and row.low is not None and row.low >= self.least
            for _, row in rows
        )
        weakest = sorted(items, key=lambda item: item[1])[:3]
        told = "; ".join(f"{label}, {text}" for label, _, text in weakest)
        least = number(self.least, language, 3)
        return alt_text.join(
            words("alt.rows", count=len(rows)),
            alt_text.describe_range(
                [(a, b, number(b, language, 2)) for a, b, _ in items], language
            ),
            words("agreement.alt.weakest", items=told) if weakest else "",
            words("agreement.alt.proven", value=least, n=proven, N=len(rows)),
            alt_text.describe_missing(
                [row.label for _, row in rows if row.value is None], language
            ),
        )

    def _describe_row(self, row: Reliability) -> str:
        text = number(row.value, self.language, 2)
        if row.low is None or row.high is None:
            return text
        interval = number_range(row.low, row.high, self.language, 2)
        return f"{text}, {self.words('alt.interval_short', interval=interval)}"

    def _key(self) -> list[Entry]:
        words, language = self.words, self.language
        mark, good = number(self.least, language, 3), number(self.good, language, 1)
        level = level_text(self.level, language)
        return [
            Entry(words("agreement.legend.good", good=good), "dot", DEEP_BLUE),
            Entry(words("agreement.legend.least", least=mark), "dot", _MIDDLE),
            Entry(words("agreement.legend.below", least=mark), "hollow", DEEP_BLUE),
            Entry(words("legend.interval", level=level), "line", DEEP_BLUE),
            *([Entry(words("agreement.legend.further"), "arrow", DEEP_BLUE)] if self._cuts else ()),
        ]

    @property
    def _low(self) -> float:
        """Where the scale begins: at zero, or below it where a coefficient is."""
        return min([0.0, *(row.value for _, row in self._rows if row.value is not None)])

    @property
    def _cuts(self) -> bool:
        """Whether an interval goes on below the scale, which would crowd all the others."""
        return any(row.low is not None and row.low < self._low for _, row in self._rows)

    def _draw_column(
        self, canvas: Canvas, rows: Sequence[_Shown], ends: tuple[float, float], top: float
    ) -> None:
        language, (left, right) = self.language, ends
        labels = left + (right - left) * LABELS
        numbers = width(number(-0.88, language, 2), SMALL)
        scale = Scale(self._low, 1.0, labels + 9, right - numbers - 8)
        bottom = top + sum(each for _, each, _ in rows)
        placed: list[tuple[Reliability, float]] = []
        runs: list[tuple[float, float]] = []  # from the top to the foot of the rows of a group
        y = top
        for what, own, lines in rows:
            middle = y + own / 2
            if isinstance(what, str):
                heading = wrap(what, right - left, TEXT, "bold", max_lines=1)[0]
                canvas.text(left, middle + 1, heading, HEADING)
                runs.append((y + own, y + own))
            else:
                canvas.text(labels, middle, lines, Lettering(SMALL), align="right")
                runs[-1] = (runs[-1][0], y + own)
                placed.append((what, middle))
            y += own
        self._draw_guides(canvas, scale, runs)
        self._draw_rows(canvas, scale, placed, right)
        draw_marks(canvas, scale, MARKS, lambda v: number(v, language, 1), bottom + 8, ends)
        middle = (scale.start + scale.end) / 2
        foot = bottom + AXIS + height(1, SMALL) / 2
        canvas.text(middle, foot, self.axis, AXIS_WORDS, align="center")

    def _draw_guides(
        self, canvas: Canvas, scale: Scale, runs: Sequence[tuple[float, float]]
    ) -> None:
        """Lines down the rows of each group; one drawn thing a kind, as a page has hundreds."""
        lines = [((scale(at), start), (scale(at), end)) for at in MARKS for start, end in runs]
        canvas.segments(lines, color=GRID, width=0.6, layer=0.5)
        for at in (self.least, self.good):
            for run in runs:
                canvas.line(
                    [scale(at)] * 2, run, color=GREY, width=0.7, dashes=(2.0, 1.6), layer=0.6
                )

    def _draw_rows(
        self,
        canvas: Canvas,
        scale: Scale,
        placed: Sequence[tuple[Reliability, float]],
        right: float,
    ) -> None:
        """Intervals, dots and numbers of all rows; words where there is no number."""
        told = [(row, row.value, y) for row, y in placed if row.value is not None]
        ranges = [
            ((scale(row.low), y), (scale(row.high), y))
            for row, _, y in told
            if row.low is not None and row.high is not None
        ]
        canvas.segments(ranges, color=DEEP_BLUE, width=1.5, layer=3)
        further = [y for row, _, y in told if row.low is not None and row.low < scale.low]
        canvas.dots([scale.start] * len(further), further, color=DEEP_BLUE, marker="<", diameter=3)
        ends = (-inf, self.least, self.good, inf)
        for fill, low, high in zip((PAPER, _MIDDLE, DEEP_BLUE), ends, ends[1:], strict=False):
            dots = [(scale(value), y) for _, value, y in told if low <= value < high]
            xs, ys = [x for x, _ in dots], [y for _, y in dots]
            canvas.dots(xs, ys, color=DEEP_BLUE, fill=fill, diameter=5.2)
        for _, value, y in told:
            text = number(value, self.language, 2)
            canvas.text(right, y, text, SMALL_NUMBER, align="right")
        x = scale.start
        untold = wrap(self.words("agreement.untold"), right - x, SMALL, "italic", 1)[0]
        for row, y in placed:
            if row.value is None:
                canvas.text(x, y, untold, NO_MARK, halo=True)


def _shown(group: Group, room: float) -> list[_Shown]:
    rows: list[_Shown] = [(group.heading, HEAD, ())]
    for row in sorted(group.rows, key=lambda row: -(-inf if row.value is None else row.value)):
        lines = wrap(row.label, room, SMALL, max_lines=2)
        rows.append((row, max(PITCH, height(len(lines), SMALL) + 1.5), lines))
    return rows


def _left(heights: Sequence[float]) -> tuple[int, ...]:
    """Which groups stand on the left, the first among them; both columns are about as high."""
    reached: dict[float, tuple[int, ...]] = {heights[0]: (0,)}
    for at in range(1, len(heights)):
        for height_so_far, chosen in list(reached.items()):
            reached.setdefault(round(height_so_far + heights[at], 1), (*chosen, at))
    whole = sum(heights)
    return min(reached.items(), key=lambda item: (max(item[0], whole - item[0]), item[1]))[1]
