"""Tile map: a tile an area, so that a small area is read as well as a large one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.canvas import Canvas
from evaltools.charts.figure import Chart
from evaltools.charts.style import BLUES, INK, PAPER, QUIET, SMALL, TEXT, TEXT_WIDTH, ink_on
from evaltools.charts.text_metrics import height, wrap
from evaltools.i18n.numbers import DASH

WIDE, TALL, GAP = 74.0, 42.0, 3.0
"""Tile and space between tiles, points."""
_EDGE = "#b9c1c8"


@dataclass(frozen=True)
class Tile:
    """One area.

    Arguments:
        label: its name, in at most two lines.
        row, column: its place, from the north and the west; 1 is the first.
        value: None where missing or suppressed.
        suppressed: withheld by disclosure control.
    """

    label: str
    row: int
    column: int
    value: float | None
    suppressed: bool = False


def classes(values: Sequence[float], at_most: int = 5) -> list[float]:
    """Upper limits of classes with about as many areas in each, rounded to two digits.

    Zero has a class of its own where it occurs.

    Returns:
        Limits in rising order, the last one the greatest value; empty without values.
    """
    above = sorted(value for value in values if value > 0)
    if not above:
        return [0.0] if values else []
    wanted = min(at_most, len(set(above)))
    limits = {above[-1]}
    for step in range(1, wanted):
        limits.add(_two_digits(above[max(0, round(step * len(above) / wanted) - 1)]))
    return sorted(limit for limit in limits if limit <= above[-1])


@dataclass(frozen=True)
class TileMap(Chart):
    """Tiles and their key.

    Arguments:
        tiles: any number.
        value_text: how a value is printed, in tiles and in the key.
        heading: what the values are, above the key.
        limits: upper limits of the classes; worked out by `classes` unless given.

    Raises:
        ValueError: two tiles have the same place, or there are more than five classes.
    """

    tiles: Sequence[Tile]
    value_text: Callable[[float], str]
    heading: str
    limits: Sequence[float] = ()

    def __post_init__(self) -> None:
        if len({(tile.row, tile.column) for tile in self.tiles}) < len(self.tiles):
            raise ValueError("two tiles have the same place")
        if len(self.limits) > len(BLUES):
            raise ValueError(f"at most {len(BLUES)} classes")

    def _is_empty(self) -> bool:
        return not self.tiles

    @property
    def _known(self) -> list[float]:
        return [t.value for t in self.tiles if t.value is not None and not t.suppressed]

    def _draw(self) -> Drawing:
        tiles = sorted(self.tiles, key=lambda tile: (tile.row, tile.column))
        upper = list(self.limits) or classes(self._known)
        colors = _colors(len(upper))
        top, left = tiles[0].row, min(tile.column for tile in tiles)
        across = max(tile.column for tile in tiles) - left + 1
        down = tiles[-1].row - top + 1
        wide = min(WIDE, (TEXT_WIDTH - 118) / across - GAP)
        canvas = Canvas(max(down * (TALL + GAP), 150.0) + 4)
        for tile in tiles:
            x = 1.5 + (tile.column - left) * (wide + GAP)
            y = 2 + (tile.row - top) * (TALL + GAP)
            fill = None
            if tile.value is not None and not tile.suppressed:
                fill = PAPER if tile.value <= 0 else colors[_class_of(tile.value, upper)]
            self._draw_tile(canvas, tile, (x, y), wide, fill)
        self._draw_key(canvas, 1.5 + across * (wide + GAP) + 16, upper, colors)
        return canvas.drawing

    def _describe(self) -> str:
        """Areas in order of value, what is withheld or missing."""
        language, tiles = self.language, self.tiles
        items = [
            (tile.label, tile.value, self.value_text(tile.value))
            for tile in tiles
            if tile.value is not None and not tile.suppressed
        ]
        return alt_text.join(
            self.words("alt.tilemap", heading=self.heading, count=len(tiles)),
            alt_text.describe_order(items, language, at_most=19),
            alt_text.describe_withheld([tile.label for tile in tiles if tile.suppressed], language),
            alt_text.describe_missing(
                [t.label for t in tiles if t.value is None and not t.suppressed], language
            ),
        )

    def _draw_tile(
        self, canvas: Canvas, tile: Tile, at: tuple[float, float], wide: float, fill: str | None
    ) -> None:
        x, y = at
        if fill is None:
            # Hatching only above the words, so that they are read.
            canvas.box(x, y, wide, TALL, fill=PAPER, edge=_EDGE)
            canvas.box(x, y, wide, 6, fill=PAPER, edge=_EDGE, hatch="//////")
            ink, text = QUIET, self.words("mark.suppressed") if tile.suppressed else DASH
        else:
            canvas.box(x, y, wide, TALL, fill=fill, edge=_EDGE if fill == PAPER else fill)
            ink = ink_on(fill)
            text = self.value_text(tile.value) if tile.value is not None else DASH
        lines = wrap(tile.label, wide - 6, SMALL, max_lines=2)
        middle = y + TALL / 2 + (3 if fill is None else 0)
        tall = height(len(lines), SMALL)
        centre = x + wide / 2
        canvas.small(centre, middle - 6, lines, align="center", color=ink, gid="label")
        line = wrap(text, wide - 6, TEXT, "bold", max_lines=1)[0]
        foot = middle - 6 + tall / 2 + 6.5
        canvas.text(centre, foot, line, align="center", color=ink, weight="bold", gid="direct")

    def _draw_key(
        self, canvas: Canvas, x: float, upper: Sequence[float], colors: Sequence[str]
    ) -> None:
        room = TEXT_WIDTH - x - 1.5
        lines = wrap(self.heading, room, SMALL, max_lines=4)
        y = 3 + height(len(lines), SMALL)
        canvas.small(x, 3 + (y - 3) / 2, lines, color=INK, gid="key")
        y += 6
        for fill, text in self._entries(upper, colors):
            if not text:
                continue
            if fill is None:
                canvas.box(x, y, 14, 10, fill=PAPER, edge=_EDGE, hatch="//////")
            else:
                canvas.box(x, y, 14, 10, fill=fill, edge=_EDGE if fill == PAPER else fill)
            label = wrap(text, room - 20, SMALL, max_lines=1)[0]
            canvas.small(x + 20, y + 5, label, gid="key")
            y += 15

    def _entries(
        self, upper: Sequence[float], colors: Sequence[str]
    ) -> list[tuple[str | None, str]]:
        """Fill, or None for hatching, and words of each line of the key."""
        known = self._known
        entries: list[tuple[str | None, str]] = []
        if any(value <= 0 for value in known):
            entries.append((PAPER, self.value_text(0.0)))
        low = min([value for value in known if value > 0], default=0.0)
        for limit, color in zip(upper, colors, strict=True):
            if limit <= 0:
                continue
            inside = [value for value in known if low <= value <= limit]
            ends = [self.value_text(v) for v in (min(inside), max(inside))] if inside else []
            entries.append((color, DASH.join(dict.fromkeys(ends))))
            low = min([value for value in known if value > limit], default=limit)
        if any(tile.suppressed for tile in self.tiles):
            entries.append((None, self.words("legend.suppressed")))
        if any(tile.value is None and not tile.suppressed for tile in self.tiles):
            entries.append((None, f"{DASH} {self.words('legend.missing')}"))
        return entries


def _two_digits(value: float) -> float:
    """Rounded to two significant digits, as limits of classes are read."""
    return float(f"{value:.1e}")


def _class_of(value: float, upper: Sequence[float]) -> int:
    return next((place for place, limit in enumerate(upper) if value <= limit), len(upper) - 1)


def _colors(count: int) -> list[str]:
    """As many steps from light to dark as there are classes."""
    if count <= 1:
        return [BLUES[2]] * count
    return [BLUES[round(step * (len(BLUES) - 1) / (count - 1))] for step in range(count)]
