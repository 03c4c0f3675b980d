"""A line with a band: how one thing goes with another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.figure import Figure as Canvas

from evaltools.present import alt_text, empty
from evaltools.present.figure import Figure
from evaltools.present.language import Language, number, percent
from evaltools.present.plot import Axis, Plot, plot
from evaltools.present.rows import EDGE
from evaltools.present.scale import decimals_of, round_ends, ticks
from evaltools.present.style import DEEP_BLUE, GREY, LIGHT, SMALL, TEXT_WIDTH
from evaltools.present.text import clean, width
from evaltools.present.words import Words

Unit = Literal["share", "number"]


@dataclass(frozen=True)
class Point:
    """One place on the line; `low` and `high` bound the band there, `label` is written at it."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    label: str = ""


def draw(
    points: Sequence[Point],
    *,
    language: Language,
    x_words: str,
    y_words: str,
    unit: Unit = "share",
    dotted: bool = False,
    nothing: str = "",
) -> Canvas:
    """Draw the line from left to right.

    Arguments:
        points: sorted here by x; fewer than two draw the sentence `nothing`.
        language: fi, sv or en.
        x_words, y_words: what the axes are.
        unit: shares are printed as percentages and start at nought.
        dotted: a dot at every point, for values between which there is nothing.
        nothing: what to say when there is no line.
    """
    words = Words(language)
    if len(points) < 2:
        return empty.draw(nothing or words("figure.empty"))
    shown = sorted(points, key=lambda point: (point.x, point.y))
    tops = [v for p in shown for v in (p.y, p.low, p.high) if v is not None]
    low, high = round_ends(min(0.0, *tops), max(*tops, 1e-9), 6)
    if unit == "share":
        high = min(high, 1.0)
    y_marks = ticks(low, high, 6)
    x_low, x_high = shown[0].x, shown[-1].x
    if x_high == x_low:
        x_high = x_low + 1
    x_marks = ticks(x_low, x_high, 9)
    whole = all(point.x == round(point.x) for point in shown)
    if whole:
        x_marks = [mark for mark in x_marks if mark == round(mark)]
    y_digits = decimals_of([mark * (100 if unit == "share" else 1) for mark in y_marks])
    x_digits = decimals_of(x_marks)

    def y_text(value: float) -> str:
        if unit == "share":
            return percent(value, language, y_digits)
        return number(value, language, y_digits)

    frame = plot(
        Axis(x_low, x_high, x_marks, lambda v: number(v, language, x_digits), x_words),
        Axis(low, high, y_marks, y_text, y_words),
        depth=120.0,
        headroom=2.0,
    )
    xs = [frame.x(point.x) for point in shown]
    band = [p for p in shown if p.low is not None and p.high is not None]
    if len(band) > 1:
        bx = [frame.x(p.x) for p in band]
        frame.sheet.area(
            [*bx, *reversed(bx)],
            [
                *(frame.y(p.high or 0.0) for p in band),
                *(frame.y(p.low or 0.0) for p in reversed(band)),
            ],
            fill=LIGHT,
        )
    ys = [frame.y(point.y) for point in shown]
    if dotted:
        frame.sheet.line(xs, ys, color=GREY, width=0.9, layer=2.5)
        frame.sheet.dots(xs, ys, color=DEEP_BLUE, diameter=4.5)
    else:
        frame.sheet.line(xs, ys, color=DEEP_BLUE, width=1.8, layer=3)
    _labels(frame, shown)
    return frame.sheet.canvas


def curve(
    points: Sequence[Point],
    *,
    language: Language,
    caption: str,
    x_words: str,
    y_words: str,
    alt: str = "",
    note: str = "",
    unit: Unit = "share",
    dotted: bool = False,
    nothing: str = "",
) -> Figure:
    """The drawing with caption and alternative text; the latter from the data unless given."""
    return Figure(
        draw(
            points,
            language=language,
            x_words=x_words,
            y_words=y_words,
            unit=unit,
            dotted=dotted,
            nothing=nothing,
        ),
        caption,
        alt or describe(points, language, x_words, y_words, unit, nothing),
        note,
    )


def describe(
    points: Sequence[Point],
    language: Language,
    x_words: str,
    y_words: str,
    unit: Unit = "share",
    nothing: str = "",
) -> str:
    """What the drawing shows: where the line starts, ends, is highest and lowest."""
    words = Words(language)
    if len(points) < 2:
        return words("figure.empty_alt", reason=nothing or words("figure.empty"))
    shown = sorted(points, key=lambda point: (point.x, point.y))

    def told(point: Point) -> str:
        value = (
            percent(point.y, language, 1)
            if unit == "share"
            else number(point.y, language, min(2, decimals_of([point.y])))
        )
        return f"{number(point.x, language, decimals_of([point.x]))}: {value}"

    return alt_text.join(
        words("alt.curve", y=y_words, x=x_words, first=told(shown[0]), last=told(shown[-1])),
        "; ".join(f"{told(p)} ({p.label})" for p in shown if p.label),
    )


def _labels(frame: Plot, points: Sequence[Point]) -> None:
    """Write labels beside their points, where the line does not run; none over another."""
    taken: list[tuple[float, float, float]] = []
    for place, point in enumerate(points):
        if not point.label:
            continue
        x, y = frame.x(point.x), frame.y(point.y)
        frame.sheet.dots([x], [y], color=DEEP_BLUE, diameter=5.5)
        label = clean(point.label)
        long = width(label, SMALL)
        following = points[min(place + 1, len(points) - 1)]
        falls = frame.y(following.y) >= y
        # Right of the point, above a line that falls and below one that rises, there is room.
        below = not falls and y + 10 < frame.bottom - 6
        start = x + 5 if falls or below else x - 5 - long
        start = min(max(start, frame.left + 2), TEXT_WIDTH - EDGE - long)
        level = y + 10 if below else max(y - 9, frame.top + 6)
        if any(abs(level - v) < 11 and start < b + 4 and start + long > a - 4 for a, b, v in taken):
            continue
        taken.append((start, start + long, level))
        frame.sheet.text(start, level, label, size=SMALL, gid="direct")
