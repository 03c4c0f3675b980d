"""Maps of values: a heat map of pairs, and tiles for areas, a small one as well read as a large."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import inf
from typing import ClassVar

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.canvas import KEY_WORDS, LABEL, Canvas, Lettering, Paint
from evaltools.charts.chart import Chart
from evaltools.charts.data import WITHHELD, Cells, FigureData, Value
from evaltools.charts.layout import EDGE, GUTTER, Axis, Spacing, lay_out_rows
from evaltools.charts.palette import BLUES, GREY, PAPER, QUIET, RUST
from evaltools.charts.style import SMALL, TEXT, ink_on, is_narrow, text_width
from evaltools.charts.text_metrics import clean, height, width, wrap
from evaltools.i18n.numbers import DASH, number

_CELL = 22.0
_BETWEEN = 16.0
_LONGEST_COLUMN = 118.0
_ZERO = "#f5f7f9"
_QUIET = Lettering(SMALL, QUIET)


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
        diagonal: what the cells of a thing with itself are called, where rows and columns are the
            same and a pair counts either way; each pair is then drawn once, below these.

    Raises:
        ValueError: the counts of a panel are not rows × columns.
    """

    HAS_NARROW_LAYOUT: ClassVar[bool] = False

    panels: Sequence[Panel]
    rows: Sequence[str]
    columns: Sequence[str]
    diagonal: str = ""

    def __post_init__(self) -> None:
        wide, tall = len(self.columns), len(self.rows)
        for panel in self.panels:
            if len(panel.counts) != tall or any(len(row) != wide for row in panel.counts):
                raise ValueError(f"{panel.heading}: not {tall} × {wide} counts")

    def _is_empty(self) -> bool:
        return all(count == 0 for panel in self.panels for row in panel.counts for count in row)

    def _draw(self) -> Drawing:
        panels, columns = self.panels, self.columns
        widest = max(width(clean(label)) for label in self.rows)
        room = min(widest, text_width() * (0.32 if len(panels) > 1 else 0.42))
        labels = [wrap(label, room) for label in self.rows]
        room = max(width(line) for lines in labels for line in lines) + EDGE
        left = room + GUTTER
        each = (text_width() - EDGE - left - _BETWEEN * (len(panels) - 1)) / len(panels)
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
            canvas.text(room, y + tall / 2, lines, LABEL, align="right")
        counts = (count for panel in panels for row in panel.counts for count in row)
        greatest = max([1, *(count for count in counts if count is not None)])
        for number_of, panel in enumerate(panels):
            x = left + number_of * (panel_width + _BETWEEN)
            bold = Lettering(SMALL, weight="bold", gid="heading")
            canvas.text(x, 3 + (head - 8) / 2, heads[number_of], bold)
            feet = [at - 5 for at in tops] if self.diagonal else [top - 5] * len(columns)
            _draw_labels(canvas, set_columns, x, cell, feet)
            for at, (row, y, tall) in enumerate(zip(panel.counts, tops, heights, strict=True)):
                for column, count in enumerate(row[: at + 1] if self.diagonal else row):
                    place = (x + column * cell, y, cell, tall)
                    fill = color_of(count or 0, greatest)
                    text = "" if self.diagonal and not count else number(count, self.language)
                    _draw_cell(canvas, place, count, fill, text)
                if self.diagonal:
                    place = (x + at * cell + 0.5, y + 0.5, cell - 1, tall - 1)
                    canvas.box(*place, Paint(edge=RUST, edge_width=1.4), layer=3)
            if self.diagonal:
                words = wrap(self.diagonal, panel_width / 2, SMALL, max_lines=2)
                end = text_width() - EDGE
                start = end - max(width(line, SMALL) for line in words)
                canvas.box(start - 16, 5, 11, 9, Paint(edge=RUST, edge_width=1.4))
                middle = 9.5 + height(len(words) - 1, SMALL) / 2
                canvas.text(end, middle, words, KEY_WORDS, align="right")
        return canvas.drawing

    def data(self) -> FigureData:
        """A row of each panel in a row."""
        rows: list[Cells] = [
            [*([panel.heading] if len(self.panels) > 1 else []), label, *map(self._cell, counts)]
            for panel in self.panels
            for label, counts in zip(self.rows, panel.counts, strict=True)
        ]
        names = [self.words("figure.part")] if len(self.panels) > 1 else []
        return FigureData([*names, self._category, *self.columns], rows)

    def _cell(self, count: int | None) -> Value:
        return (
            Value(self.words("mark.suppressed"), WITHHELD) if count is None else self._count(count)
        )

    def _describe(self) -> str:
        """Of each panel its size and its largest cells."""
        sentences = [self.words("alt.matrix", rows=len(self.rows), columns=len(self.columns))]
        for panel in self.panels:
            items = [
                (f"{row} – {column}", float(count), number(count, self.language))
                for at, (row, counts) in enumerate(zip(self.rows, panel.counts, strict=True))
                for place, (column, count) in enumerate(zip(self.columns, counts, strict=True))
                if count and not (self.diagonal and place > at)
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


def _draw_labels(
    canvas: Canvas, columns: _Columns, x: float, cell: float, feet: Sequence[float]
) -> None:
    step = SMALL * 1.22
    for place, (lines, foot) in enumerate(zip(columns.lines, feet, strict=True)):
        middle = x + (place + 0.5) * cell
        if not columns.turned:
            y = foot - height(len(lines), SMALL) / 2
            canvas.text(middle, y, lines, _QUIET, align="center")
            continue
        first = middle - step * (len(lines) - 1) / 2
        for turn, line in enumerate(lines):
            canvas.text(first + turn * step, foot, line, _QUIET, upright=True)


def _draw_cell(
    canvas: Canvas,
    place: tuple[float, float, float, float],
    count: int | None,
    fill: str,
    text: str,
) -> None:
    x, y, wide, tall = place
    if count is None:
        canvas.box(x, y, wide, tall, Paint(PAPER, edge="#c9d0d6", hatch="////"))
        return
    canvas.box(x, y, wide, tall, Paint(fill, edge=PAPER))
    ink = Lettering(SMALL, ink_on(fill) if count else GREY, gid="direct")
    canvas.text(x + wide / 2, y + tall / 2, text, ink, align="center")


WIDE, TALL, GAP = 74.0, 42.0, 3.0
"""Tile and space between tiles, points."""
_EDGE = "#b9c1c8"
_OUTSIDE = Paint(PAPER, edge=_EDGE, hatch="...")
"""Of an area that is not examined."""


@dataclass(frozen=True)
class Tile:
    """One area.

    Arguments:
        label: its name, in at most two lines.
        row, column: its place, from the north and the west; 1 is the first.
        value: None where it is missing.
        in_scope: whether it is one of those examined; the others have no value.
    """

    label: str
    row: int
    column: int
    value: float | None
    in_scope: bool = True


def classes(values: Sequence[float]) -> list[float]:
    """Upper limits of at most five classes of values that lie near each other (natural breaks).

    The squared distances of values to the means of their classes are as small as can be, so a
    class never holds nine and twenty-eight while a gap lies elsewhere. Zero has a class of its
    own where it occurs.

    Returns:
        Limits in rising order, each the greatest value of its class; empty without values.

    Source: Fisher 1958, On Grouping for Maximum Homogeneity, doi:10.1080/01621459.1958.10501479.
    """
    above = sorted(value for value in values if value > 0)
    if not above:
        return [0.0] if values else []
    count, wanted = len(above), min(len(BLUES), len(set(above)))
    sums = [0.0, *accumulate(above)]
    squares = [0.0, *accumulate(value * value for value in above)]

    def spread(start: int, end: int) -> float:
        """Squared distances from their mean of the values from `start` up to before `end`."""
        total = sums[end] - sums[start]
        return squares[end] - squares[start] - total * total / (end - start)

    # Of the first `end` values in so many classes: the least spread, and where the last begins.
    best = [(spread(0, end), 0) if end else (0.0, 0) for end in range(count + 1)]
    begins = [[start for _, start in best]]
    for parts in range(2, wanted + 1):
        best = [
            min(((best[at][0] + spread(at, end), at) for at in range(parts - 1, end)),
                default=(inf, 0))
            for end in range(count + 1)
        ]  # fmt: skip
        begins.append([start for _, start in best])
    limits, end = [], count
    for starts in reversed(begins):
        limits.append(above[end - 1])
        end = starts[end]
    return sorted(set(limits))


@dataclass(frozen=True)
class TileMap(Chart):
    """Tiles and their key.

    Arguments:
        tiles: any number.
        value_text: how a value is printed, in tiles and in the key.
        heading: what the values are, above the key.

    Raises:
        ValueError: two tiles have the same place.
    """

    tiles: Sequence[Tile]
    value_text: Callable[[float], str]
    heading: str

    def __post_init__(self) -> None:
        if len({(tile.row, tile.column) for tile in self.tiles}) < len(self.tiles):
            raise ValueError("two tiles have the same place")

    def _is_empty(self) -> bool:
        return not self._known

    @property
    def _inside(self) -> list[Tile]:
        return [tile for tile in self.tiles if tile.in_scope]

    @property
    def _known(self) -> list[float]:
        return [tile.value for tile in self._inside if tile.value is not None]

    def _draw(self) -> Drawing:
        if is_narrow():
            return self._draw_rows()
        tiles = sorted(self.tiles, key=lambda tile: (tile.row, tile.column))
        upper = classes(self._known)
        colors = _colors(len(upper))
        top, left = tiles[0].row, min(tile.column for tile in tiles)
        across = max(tile.column for tile in tiles) - left + 1
        down = tiles[-1].row - top + 1
        wide = min(WIDE, (text_width() - 118) / across - GAP)
        canvas = Canvas(max(down * (TALL + GAP), 150.0) + 4)
        for tile in tiles:
            x = 1.5 + (tile.column - left) * (wide + GAP)
            y = 2 + (tile.row - top) * (TALL + GAP)
            fill = None
            if tile.value is not None:
                fill = PAPER if tile.value <= 0 else colors[_class_of(tile.value, upper)]
            if tile.in_scope:
                self._draw_tile(canvas, tile, (x, y), wide, fill)
            else:
                canvas.box(x, y, wide, TALL, _paint(PAPER))
                canvas.box(x, y, wide, 6, _OUTSIDE)
                lines = wrap(tile.label, wide - 6, SMALL, max_lines=2)
                canvas.text(x + wide / 2, y + TALL / 2 + 3, lines, _QUIET, align="center")
        self._draw_key(canvas, 1.5 + across * (wide + GAP) + 16, upper, colors)
        return canvas.drawing

    def data(self) -> FigureData:
        """Every area with its value."""
        rows: list[Cells] = [
            [t.label, Value(DASH if t.value is None else self.value_text(t.value), t.value)]
            for t in sorted(self._inside, key=lambda t: -(t.value or 0.0))
        ]
        return FigureData([self._category, self.heading], rows)

    def _draw_rows(self) -> Drawing:
        """For a phone, on which a tile has no room for its name: a bar an area, largest first."""
        tiles = sorted(self._inside, key=lambda tile: -(tile.value or 0.0))
        upper = classes(self._known)
        colors, most = _colors(len(upper)), max([0.0, *self._known]) or 1.0
        texts = [DASH if t.value is None else self.value_text(t.value) for t in tiles]
        axis = Axis(0.0, most, (), self.value_text, self.heading)
        spacing = Spacing(pitch=13.0, inset=0.0)
        layout = lay_out_rows([tile.label for tile in tiles], texts, axis, spacing=spacing)
        for tile, y in zip(tiles, layout.centres, strict=True):
            if tile.value:
                start, end = layout.scale(0.0), layout.scale(tile.value)
                fill = colors[_class_of(tile.value, upper)]
                layout.canvas.box(start, y - 4, end - start, 8, Paint(fill), layer=2)
        return layout.canvas.drawing

    def _describe(self) -> str:
        """Areas in order of value, and which have none."""
        language, tiles = self.language, self._inside
        items = [
            (tile.label, tile.value, self.value_text(tile.value))
            for tile in tiles
            if tile.value is not None
        ]
        return alt_text.join(
            self.words("alt.tilemap", heading=self.heading, count=len(tiles)),
            alt_text.describe_order(items, language, at_most=19),
            alt_text.describe_missing([t.label for t in tiles if t.value is None], language),
        )

    def _draw_tile(
        self, canvas: Canvas, tile: Tile, at: tuple[float, float], wide: float, fill: str | None
    ) -> None:
        x, y = at
        canvas.box(x, y, wide, TALL, _paint(fill or PAPER))
        if fill is None:
            # Hatching only above the words, so that they are read.
            canvas.box(x, y, wide, 6, _paint(None))
            ink, text = QUIET, DASH
        else:
            ink = ink_on(fill)
            text = self.value_text(tile.value) if tile.value is not None else DASH
        lines = wrap(tile.label, wide - 6, SMALL, max_lines=2)
        middle = y + TALL / 2 + (3 if fill is None else 0)
        tall = height(len(lines), SMALL)
        centre = x + wide / 2
        canvas.text(centre, middle - 6, lines, Lettering(SMALL, ink), align="center")
        line = wrap(text, wide - 6, TEXT, "bold", max_lines=1)[0]
        foot = middle - 6 + tall / 2 + 6.5
        canvas.text(centre, foot, line, Lettering(TEXT, ink, "bold", "direct"), align="center")

    def _draw_key(
        self, canvas: Canvas, x: float, upper: Sequence[float], colors: Sequence[str]
    ) -> None:
        room = text_width() - x - 1.5
        lines = wrap(self.heading, room, SMALL, max_lines=4)
        y = 3 + height(len(lines), SMALL)
        canvas.text(x, 3 + (y - 3) / 2, lines, Lettering(SMALL, gid="key"))
        y += 6
        for paint, text in self._entries(upper, colors):
            if not text:
                continue
            canvas.box(x, y, 14, 10, paint)
            label = wrap(text, room - 20, SMALL, max_lines=3)
            canvas.text(x + 20, y + 5 + height(len(label) - 1, SMALL) / 2, label, KEY_WORDS)
            y += 15 + height(len(label) - 1, SMALL)

    def _entries(self, upper: Sequence[float], colors: Sequence[str]) -> list[tuple[Paint, str]]:
        """Paint and words of each line of the key."""
        known = self._known
        entries: list[tuple[Paint, str]] = []
        if any(value <= 0 for value in known):
            entries.append((_paint(PAPER), self.value_text(0.0)))
        low = min([value for value in known if value > 0], default=0.0)
        for limit, color in zip(upper, colors, strict=True):
            if limit <= 0:
                continue
            inside = [value for value in known if low <= value <= limit]
            ends = [self.value_text(v) for v in (min(inside), max(inside))] if inside else []
            entries.append((_paint(color), DASH.join(dict.fromkeys(ends))))
            low = min([value for value in known if value > limit], default=limit)
        if any(tile.value is None for tile in self._inside):
            entries.append((_paint(None), f"{DASH} {self.words('legend.missing')}"))
        if len(self._inside) < len(self.tiles):
            entries.append((_OUTSIDE, self.words("legend.outside")))
        return entries


def _paint(fill: str | None) -> Paint:
    """Filled, or hatched without a fill."""
    if fill is None:
        return Paint(PAPER, edge=_EDGE, hatch="//////")
    return Paint(fill, edge=_EDGE if fill == PAPER else fill)


def _class_of(value: float, upper: Sequence[float]) -> int:
    return next((place for place, limit in enumerate(upper) if value <= limit), len(upper) - 1)


def _colors(count: int) -> list[str]:
    """As many steps from light to dark as there are classes."""
    if count <= 1:
        return [BLUES[2]] * count
    return [BLUES[round(step * (len(BLUES) - 1) / (count - 1))] for step in range(count)]
