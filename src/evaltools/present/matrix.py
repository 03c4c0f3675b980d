"""Heat map of pairs with the counts in the cells, one panel or two beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Canvas

from evaltools.present import alt_text, empty
from evaltools.present.figure import Figure
from evaltools.present.language import Language, number
from evaltools.present.rows import EDGE, GUTTER
from evaltools.present.sheet import Sheet
from evaltools.present.style import BLUES, GREY, PAPER, QUIET, SMALL, TEXT_WIDTH, ink_on
from evaltools.present.text import clean, height, width, wrap
from evaltools.present.words import Words

_CELL = 22.0
_BETWEEN = 16.0
_LONGEST_COLUMN = 118.0
_NOUGHT = "#f5f7f9"


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


def draw(
    panels: Sequence[Panel],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    language: Language,
    nothing: str = "",
) -> Canvas:
    """Draw the panels with the same rows, columns and colours.

    Arguments:
        panels: one or two.
        rows, columns: labels, in order.
        language: fi, sv or en.
        nothing: what to say when there are no cells.

    Raises:
        ValueError: the counts of a panel are not rows × columns.
    """
    words = Words(language)
    if not panels or not rows or not columns:
        return empty.draw(nothing or words("figure.empty"))
    for panel in panels:
        if len(panel.counts) != len(rows) or any(len(r) != len(columns) for r in panel.counts):
            raise ValueError(f"{panel.heading}: not {len(rows)} × {len(columns)} counts")
    widest = max(width(clean(label)) for label in rows)
    room = min(widest, TEXT_WIDTH * (0.32 if len(panels) > 1 else 0.42))
    labels = [wrap(label, room) for label in rows]
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
    sheet = Sheet(top + sum(heights) + 4)
    tops = [top + sum(heights[:row]) for row in range(len(rows))]
    for lines, y, tall in zip(labels, tops, heights, strict=True):
        sheet.lines(room, y + tall / 2, lines, align="right")
    known = [c for panel in panels for row in panel.counts for c in row if c is not None]
    greatest = max([1, *known])
    for place, panel in enumerate(panels):
        x = left + place * (panel_width + _BETWEEN)
        sheet.lines(x, 3 + (head - 8) / 2, heads[place], size=SMALL, weight="bold", gid="heading")
        _column_labels(sheet, set_columns, x, cell, top - 5)
        for row, y, tall in zip(panel.counts, tops, heights, strict=True):
            for column, count in enumerate(row):
                _cell(sheet, x + column * cell, y, cell, tall, count, greatest, language)
    return sheet.canvas


def matrix(
    panels: Sequence[Panel],
    rows: Sequence[str],
    columns: Sequence[str],
    *,
    language: Language,
    caption: str,
    alt: str = "",
    note: str = "",
    nothing: str = "",
) -> Figure:
    """The drawing with caption and alternative text; the latter from the data unless given."""
    return Figure(
        draw(panels, rows, columns, language=language, nothing=nothing),
        caption,
        alt or describe(panels, rows, columns, language, nothing),
        note,
    )


def describe(
    panels: Sequence[Panel],
    rows: Sequence[str],
    columns: Sequence[str],
    language: Language,
    nothing: str = "",
) -> str:
    """What the drawing shows: of each panel its size and its largest cells."""
    words = Words(language)
    if not panels or not rows or not columns:
        return words("figure.empty_alt", reason=nothing or words("figure.empty"))
    told = [words("alt.matrix", rows=len(rows), columns=len(columns))]
    for panel in panels:
        items = [
            (f"{row} – {column}", float(count), number(count, language))
            for row, counts in zip(rows, panel.counts, strict=True)
            for column, count in zip(columns, counts, strict=True)
            if count
        ]
        ranked = alt_text.order(items, language, at_most=4) if items else words("alt.no_cells")
        told.append(f"{panel.heading}. {ranked}")
    return alt_text.join(*told)


def color_of(count: int, greatest: int) -> str:
    """Colour of a cell: nearly white for nought, then five steps of equal width."""
    if not count:
        return _NOUGHT
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


def _column_labels(sheet: Sheet, columns: _Columns, x: float, cell: float, foot: float) -> None:
    step = SMALL * 1.22
    for place, lines in enumerate(columns.lines):
        middle = x + (place + 0.5) * cell
        if not columns.turned:
            y = foot - height(len(lines), SMALL) / 2
            sheet.lines(middle, y, lines, align="center", size=SMALL, color=QUIET)
            continue
        first = middle - step * (len(lines) - 1) / 2
        for number_, line in enumerate(lines):
            sheet.text(first + number_ * step, foot, line, size=SMALL, color=QUIET, rotation=90.0)


def _cell(
    sheet: Sheet,
    x: float,
    y: float,
    wide: float,
    tall: float,
    count: int | None,
    greatest: int,
    language: Language,
) -> None:
    if count is None:
        sheet.box(x, y, wide, tall, fill=PAPER, edge="#c9d0d6", hatch="////")
        return
    fill = color_of(count, greatest)
    sheet.box(x, y, wide, tall, fill=fill, edge=PAPER)
    color = GREY if not count else ink_on(fill)
    text = number(count, language)
    sheet.text(
        x + wide / 2, y + tall / 2, text, align="center", size=SMALL, color=color, gid="direct"
    )
