"""Tile map: a tile a region, so that a small region is read as well as Lapland."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Canvas

from evaltools.present import alt_text, empty
from evaltools.present.figure import Figure
from evaltools.present.language import DASH, Language
from evaltools.present.sheet import Sheet
from evaltools.present.style import BLUES, INK, PAPER, QUIET, SMALL, TEXT, TEXT_WIDTH, ink_on
from evaltools.present.text import height, wrap
from evaltools.present.words import Words

WIDE, TALL, GAP = 74.0, 42.0, 3.0
"""Tile and space between tiles, points."""


@dataclass(frozen=True)
class Tile:
    """One region.

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
    """Upper limits of classes with about as many regions in each, rounded to two digits.

    Nought has a class of its own where it occurs.

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


def draw(
    tiles: Sequence[Tile],
    *,
    language: Language,
    value_text: Callable[[float], str],
    heading: str,
    limits: Sequence[float] = (),
    nothing: str = "",
) -> Canvas:
    """Draw the tiles and the key.

    Arguments:
        tiles: any number; none draws the sentence `nothing`.
        language: fi, sv or en.
        value_text: how a value is printed, in tiles and in the key.
        heading: what the values are, above the key.
        limits: upper limits of the classes; worked out by `classes` unless given.
        nothing: what to say when there are no tiles.

    Raises:
        ValueError: two tiles have the same place, or there are more than five classes.
    """
    words = Words(language)
    if not tiles:
        return empty.draw(nothing or words("figure.empty"))
    places = [(tile.row, tile.column) for tile in tiles]
    if len(set(places)) < len(places):
        raise ValueError("two tiles have the same place")
    known = [tile.value for tile in tiles if tile.value is not None and not tile.suppressed]
    upper = list(limits) or classes(known)
    if len(upper) > len(BLUES):
        raise ValueError(f"at most {len(BLUES)} classes")
    colors = _colors(len(upper))
    top, left = min(tile.row for tile in tiles), min(tile.column for tile in tiles)
    across = max(tile.column for tile in tiles) - left + 1
    down = max(tile.row for tile in tiles) - top + 1
    wide = min(WIDE, (TEXT_WIDTH - 118) / across - GAP)
    sheet = Sheet(max(down * (TALL + GAP), 150.0) + 4)
    for tile in sorted(tiles, key=lambda tile: (tile.row, tile.column)):
        x = 1.5 + (tile.column - left) * (wide + GAP)
        y = 2 + (tile.row - top) * (TALL + GAP)
        fill = None
        if tile.value is not None and not tile.suppressed:
            fill = PAPER if tile.value <= 0 else colors[_class_of(tile.value, upper)]
        _tile(sheet, tile, x, y, wide, fill, value_text, words)
    x = 1.5 + across * (wide + GAP) + 16
    _key(sheet, x, heading, tiles, upper, colors, value_text, words)
    return sheet.canvas


def tilemap(
    tiles: Sequence[Tile],
    *,
    language: Language,
    caption: str,
    value_text: Callable[[float], str],
    heading: str,
    alt: str = "",
    note: str = "",
    limits: Sequence[float] = (),
    nothing: str = "",
    words: Words | None = None,
) -> Figure:
    """The drawing with caption and alternative text; the latter from the data unless given.

    Arguments:
        words: of the study, which say what the tiles are; general ones unless given.
    """
    return Figure(
        draw(
            tiles,
            language=language,
            value_text=value_text,
            heading=heading,
            limits=limits,
            nothing=nothing,
        ),
        caption,
        alt or describe(tiles, words or Words(language), value_text, heading, nothing),
        note,
    )


def describe(
    tiles: Sequence[Tile],
    words: Words,
    value_text: Callable[[float], str],
    heading: str,
    nothing: str = "",
) -> str:
    """What the drawing shows: tiles in order of value, what is withheld or missing."""
    language = words.language
    if not tiles:
        return words("figure.empty_alt", reason=nothing or words("figure.empty"))
    items = [
        (tile.label, tile.value, value_text(tile.value))
        for tile in tiles
        if tile.value is not None and not tile.suppressed
    ]
    return alt_text.join(
        words("alt.tilemap", heading=heading, count=len(tiles)),
        alt_text.order(items, language, at_most=19),
        alt_text.withheld([tile.label for tile in tiles if tile.suppressed], language),
        alt_text.missing(
            [tile.label for tile in tiles if tile.value is None and not tile.suppressed], language
        ),
    )


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


def _tile(
    sheet: Sheet,
    tile: Tile,
    x: float,
    y: float,
    wide: float,
    fill: str | None,
    value_text: Callable[[float], str],
    words: Words,
) -> None:
    if fill is None:
        # Hatching only above the words, so that they are read.
        sheet.box(x, y, wide, TALL, fill=PAPER, edge="#b9c1c8")
        sheet.box(x, y, wide, 6, fill=PAPER, edge="#b9c1c8", hatch="//////")
        ink, text = QUIET, words("mark.suppressed") if tile.suppressed else DASH
    else:
        sheet.box(x, y, wide, TALL, fill=fill, edge="#b9c1c8" if fill == PAPER else fill)
        ink = ink_on(fill)
        text = value_text(tile.value) if tile.value is not None else DASH
    lines = wrap(tile.label, wide - 6, SMALL, max_lines=2)
    middle = y + TALL / 2 + (3 if fill is None else 0)
    tall = height(len(lines), SMALL)
    sheet.lines(x + wide / 2, middle - 6, lines, align="center", size=SMALL, color=ink)
    sheet.text(
        x + wide / 2,
        middle - 6 + tall / 2 + 6.5,
        wrap(text, wide - 6, TEXT, "bold", max_lines=1)[0],
        align="center",
        color=ink,
        weight="bold",
        gid="direct",
    )


def _key(
    sheet: Sheet,
    x: float,
    heading: str,
    tiles: Sequence[Tile],
    upper: Sequence[float],
    colors: Sequence[str],
    value_text: Callable[[float], str],
    words: Words,
) -> None:
    room = TEXT_WIDTH - x - 1.5
    lines = wrap(heading, room, SMALL, max_lines=4)
    y = 3 + height(len(lines), SMALL)
    sheet.lines(x, 3 + (y - 3) / 2, lines, size=SMALL, color=INK, gid="key")
    y += 6
    known = [tile.value for tile in tiles if tile.value is not None and not tile.suppressed]
    entries: list[tuple[str | None, str]] = []
    if any(value <= 0 for value in known):
        entries.append((PAPER, value_text(0.0)))
    low = min([value for value in known if value > 0], default=0.0)
    for limit, color in zip(upper, colors, strict=True):
        if limit <= 0:
            continue
        inside = [value for value in known if low <= value <= limit]
        ends = [value_text(value) for value in (min(inside), max(inside))] if inside else []
        entries.append((color, DASH.join(dict.fromkeys(ends))))
        low = min([value for value in known if value > limit], default=limit)
    if any(tile.suppressed for tile in tiles):
        entries.append((None, words("legend.suppressed")))
    if any(tile.value is None and not tile.suppressed for tile in tiles):
        entries.append((None, f"{DASH} {words('legend.missing')}"))
    for fill, text in entries:
        if not text:
            continue
        if fill is None:
            sheet.box(x, y, 14, 10, fill=PAPER, edge="#b9c1c8", hatch="//////")
        else:
            sheet.box(x, y, 14, 10, fill=fill, edge="#b9c1c8" if fill == PAPER else fill)
        label = wrap(text, room - 20, SMALL, max_lines=1)[0]
        sheet.text(x + 20, y + 5, label, size=SMALL, color=QUIET, gid="key")
        y += 15
