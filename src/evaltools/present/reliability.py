"""Reliability code by code: a coefficient with its interval, in two columns of groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Canvas

from evaltools.present import alt_text, empty, legend
from evaltools.present.figure import Figure
from evaltools.present.language import Language, number, number_range, percent
from evaltools.present.legend import Entry
from evaltools.present.rows import AXIS, EDGE, draw_marks
from evaltools.present.scale import Scale
from evaltools.present.sheet import Sheet
from evaltools.present.style import DEEP_BLUE, GREY, GRID, PAPER, QUIET, SMALL, TEXT, TEXT_WIDTH
from evaltools.present.text import height, width, wrap
from evaltools.present.words import Words

GUTTER = 16.0
"""Between the two columns, points."""
LABELS = 0.47
"""Part of a column that labels take."""
PITCH, HEAD = 13.0, 16.0
"""Least height of a row, and height of a group's heading, points."""
MARKS = (0.0, 0.5, 1.0)
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
    """Codes of a kind under a heading, in the order given."""

    heading: str
    rows: tuple[Reliability, ...]


def draw(
    groups: Sequence[Group],
    *,
    language: Language,
    axis: str,
    least: float,
    good: float,
    level: float,
    nothing: str = "",
) -> Canvas:
    """Draw the groups, the first ones on the left and the others on the right.

    Arguments:
        groups: any number; none with a row draws the sentence `nothing`.
        language: fi, sv or en.
        axis: what the coefficient is.
        least, good: marks on the scale; a row whose whole interval is at or above `least` has a
            full dot, another a hollow one.
        level: of the intervals.
        nothing: what to say when there are no rows.
    """
    words = Words(language)
    groups = [group for group in groups if group.rows]
    if not groups:
        return empty.draw(nothing or words("figure.empty"))
    column = (TEXT_WIDTH - 2 * EDGE - GUTTER) / 2
    shown = [_shown(group, column * LABELS) for group in groups]
    cut = _cut([sum(each for _, each, _ in rows) for rows in shown])
    sides = [[row for rows in part for row in rows] for part in (shown[:cut], shown[cut:])]
    key = _key(words, least, good, level)
    top = legend.height(key, TEXT_WIDTH - 2 * EDGE)
    depth = max(sum(each for _, each, _ in rows) for rows in sides)
    sheet = Sheet(top + depth + AXIS + height(1, SMALL) + 4)
    legend.draw(sheet, key, EDGE, 0.0, TEXT_WIDTH - 2 * EDGE)
    lows = [row.low for group in groups for row in group.rows if row.low is not None]
    low = min([0.0, *lows])
    for side, rows in enumerate(sides):
        if rows:
            start = EDGE + side * (column + GUTTER)
            _column(sheet, rows, start, start + column, top, (low, least, good), words, axis)
    return sheet.canvas


def reliability(
    groups: Sequence[Group],
    *,
    language: Language,
    caption: str,
    axis: str,
    least: float,
    good: float,
    level: float,
    note: str = "",
    nothing: str = "",
) -> Figure:
    """The drawing with caption and the alternative text that the data give."""
    canvas = draw(
        groups, language=language, axis=axis, least=least, good=good, level=level, nothing=nothing
    )
    return Figure(canvas, caption, describe(groups, language, least, nothing), note)


def describe(groups: Sequence[Group], language: Language, least: float, nothing: str = "") -> str:
    """What the drawing shows: range, the weakest codes, how many are proven, what has no value."""
    words = Words(language)
    rows = [(group.heading, row) for group in groups for row in group.rows]
    if not rows:
        return words("figure.empty_alt", reason=nothing or words("figure.empty"))
    told = [(heading, row) for heading, row in rows if row.value is not None]
    items = [
        (f"{row.label} ({heading})", row.value or 0.0, _told(row, language))
        for heading, row in told
    ]
    proven = sum(row.low is not None and row.low >= least for _, row in told)
    weakest = sorted(items, key=lambda item: (item[1], item[0]))[:3]
    return alt_text.join(
        words("alt.rows", count=len(rows)),
        alt_text.value_range([(a, b, number(b, language, 2)) for a, b, _ in items], language),
        words(
            "agreement.alt.weakest",
            items="; ".join(f"{label}, {text}" for label, _, text in weakest),
        )
        if weakest
        else "",
        words("agreement.alt.proven", value=number(least, language, 3), n=proven, N=len(rows)),
        alt_text.missing([row.label for _, row in rows if row.value is None], language),
    )


def _told(row: Reliability, language: Language) -> str:
    text = number(row.value, language, 2)
    if row.low is None or row.high is None:
        return text
    interval = number_range(row.low, row.high, language, 2)
    return f"{text}, {Words(language)('alt.interval_short', interval=interval)}"


def _key(words: Words, least: float, good: float, level: float) -> list[Entry]:
    language = words.language
    mark = number(least, language, 3)
    whole = abs(level * 100 - round(level * 100)) < 1e-9
    told = percent(level, language, 0 if whole else 1)
    return [
        Entry(words("agreement.legend.proven", value=mark), "dot", DEEP_BLUE),
        Entry(words("agreement.legend.unproven", value=mark), "hollow", DEEP_BLUE),
        Entry(words("legend.interval", level=told), "line", DEEP_BLUE),
        Entry(
            words("agreement.legend.marks", least=mark, good=number(good, language, 1)), "dashes",
            GREY,
        ),
    ]  # fmt: skip


def _shown(group: Group, room: float) -> list[_Shown]:
    rows: list[_Shown] = [(group.heading, HEAD, ())]
    for row in group.rows:
        lines = wrap(row.label, room, SMALL, max_lines=2)
        rows.append((row, max(PITCH, height(len(lines), SMALL) + 2.5), lines))
    return rows


def _cut(heights: Sequence[float]) -> int:
    """How many groups stand on the left so that both columns are as equal as can be."""
    whole = sum(heights)

    def taller(cut: int) -> float:
        left = sum(heights[:cut])
        return max(left, whole - left)

    return min(range(1, len(heights) + 1), key=lambda cut: (taller(cut), cut))


def _column(
    sheet: Sheet,
    rows: Sequence[_Shown],
    left: float,
    right: float,
    top: float,
    marks: tuple[float, float, float],
    words: Words,
    axis: str,
) -> None:
    language = words.language
    low, least, good = marks
    labels = left + (right - left) * LABELS
    numbers = width(number(-0.88, language, 2), SMALL)
    scale = Scale(low, 1.0, labels + 9, right - numbers - 8)
    bottom = top + sum(each for _, each, _ in rows)
    places: list[tuple[Reliability, float]] = []
    runs: list[tuple[float, float]] = []  # from the top to the foot of the rows of a group
    y = top
    for what, own, lines in rows:
        middle = y + own / 2
        if isinstance(what, str):
            heading = wrap(what, right - left, TEXT, "bold", max_lines=1)[0]
            sheet.text(left, middle + 1, heading, weight="bold", gid="heading")
            runs.append((y + own, y + own))
        else:
            sheet.lines(labels, middle, lines, align="right", size=SMALL)
            runs[-1] = (runs[-1][0], y + own)
            places.append((what, middle))
        y += own
    _guides(sheet, scale, runs, least, good)
    _rows(sheet, scale, places, right, least, words)
    draw_marks(
        sheet, scale, MARKS, lambda v: number(v, language, 1), bottom + 8, left=left, right=right
    )
    sheet.text(
        (scale.start + scale.end) / 2, bottom + AXIS + height(1, SMALL) / 2, axis, align="center",
        size=SMALL, color=QUIET, gid="axis",
    )  # fmt: skip


def _guides(
    sheet: Sheet, scale: Scale, runs: Sequence[tuple[float, float]], least: float, good: float
) -> None:
    """Lines down the rows of each group; one drawn thing a kind, as a page has hundreds."""
    sheet.segments(
        [((scale(at), start), (scale(at), end)) for at in MARKS for start, end in runs],
        color=GRID, width=0.6, layer=0.5,
    )  # fmt: skip
    for at in (least, good):
        for start, end in runs:
            ends = [start, end]
            sheet.line([scale(at)] * 2, ends, color=GREY, width=0.7, dashes=(2.0, 1.6), layer=0.6)


def _rows(
    sheet: Sheet,
    scale: Scale,
    places: Sequence[tuple[Reliability, float]],
    right: float,
    least: float,
    words: Words,
) -> None:
    """Intervals, dots and numbers of all rows; words where there is no number."""
    told = [(row, row.value, y) for row, y in places if row.value is not None]
    ranges = [
        ((scale(row.low), y), (scale(row.high), y))
        for row, _, y in told
        if row.low is not None and row.high is not None
    ]
    sheet.segments(ranges, color=DEEP_BLUE, width=1.5, layer=3)
    for fill, wanted in ((DEEP_BLUE, True), (PAPER, False)):
        dots = [
            (scale(value), y)
            for row, value, y in told
            if (row.low is not None and row.low >= least) is wanted
        ]
        xs, ys = [x for x, _ in dots], [y for _, y in dots]
        sheet.dots(xs, ys, color=DEEP_BLUE, fill=fill, diameter=5.2)
    for _, value, y in told:
        text = number(value, words.language, 2)
        sheet.text(right, y, text, align="right", size=SMALL, gid="number")
    x = scale.start
    untold = wrap(words("agreement.untold"), right - x, SMALL, "italic", 1)[0]
    for row, y in places:
        if row.value is None:
            sheet.text(
                x, y, untold, size=SMALL, color=QUIET, weight="italic", gid="mark", halo=True
            )
