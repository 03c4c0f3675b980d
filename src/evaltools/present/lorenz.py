"""Lorenz curve: how evenly something is shared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.figure import Figure as Canvas

from evaltools.present import alt_text, empty
from evaltools.present.figure import Figure
from evaltools.present.language import Language, percent, ratio
from evaltools.present.plot import Axis, Plot, plot
from evaltools.present.rows import EDGE
from evaltools.present.style import DEEP_BLUE, GREY, LIGHT, QUIET, SMALL, TEAL, TEXT_WIDTH
from evaltools.present.text import height, wrap
from evaltools.present.words import Words

SIDE = 200.0
"""Side of the square, points."""
_COLORS = (DEEP_BLUE, TEAL)
_MARKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True)
class Curve:
    """One distribution.

    Arguments:
        label: what it is of; written beside the drawing.
        values: one a unit, not negative; NaN is left out.
        gini: printed with the label, or None.
    """

    label: str
    values: Sequence[float]
    gini: float | None = None


def points(
    values: Sequence[float],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Cumulated shares of units and of the sum, from (0, 0) to (1, 1); both of length n + 1.

    Raises:
        ValueError: a value is negative, or none is above nought.
    """
    known = np.asarray(values, dtype=np.float64)
    known = np.sort(known[~np.isnan(known)])
    if known.size and known[0] < 0:
        raise ValueError("a Lorenz curve needs values that are not negative")
    if not known.sum() > 0:
        raise ValueError("a Lorenz curve needs a sum above nought")
    units = np.linspace(0, 1, known.size + 1)
    return units, np.concatenate([[0.0], np.cumsum(known) / known.sum()])


def draw(
    curves: Sequence[Curve],
    *,
    language: Language,
    x_words: str = "",
    y_words: str = "",
    nothing: str = "",
) -> Canvas:
    """Draw at most two curves against equality.

    Arguments:
        curves: the first is drawn strong; a curve without a value above nought is left out.
        language: fi, sv or en.
        x_words, y_words: axis words; municipalities and grants by default.
        nothing: what to say when there are no curves.
    """
    words = Words(language)
    shown = _drawable(curves)
    if not shown:
        return empty.draw(nothing or words("figure.empty"))
    frame = plot(
        Axis(
            0.0,
            1.0,
            _MARKS,
            lambda v: percent(v, language),
            x_words or words("axis.share_of_municipalities"),
        ),
        Axis(
            0.0,
            1.0,
            _MARKS,
            lambda v: percent(v, language),
            y_words or words("axis.share_of_euros"),
        ),
        depth=SIDE,
        right=SIDE + 45,
    )
    ends = [frame.x(0.0), frame.x(1.0)]
    frame.sheet.line(ends, [frame.y(0.0), frame.y(1.0)], color=GREY, width=0.9, dashes=(2.5, 1.8))
    for place, curve in enumerate(shown):
        units, sums = points(curve.values)
        xs, ys = [frame.x(u) for u in units], [frame.y(s) for s in sums]
        if place == 0:
            frame.sheet.area([*xs, ends[0]], [*ys, frame.y(0.0)], fill=LIGHT, opacity=0.7)
        frame.sheet.line(xs, ys, color=_COLORS[place], width=1.8, layer=3)
    _labels(frame, shown, words)
    return frame.sheet.canvas


def lorenz(
    curves: Sequence[Curve],
    *,
    language: Language,
    caption: str,
    alt: str = "",
    note: str = "",
    x_words: str = "",
    y_words: str = "",
    nothing: str = "",
) -> Figure:
    """The drawing with caption and alternative text; the latter from the data unless given."""
    return Figure(
        draw(curves, language=language, x_words=x_words, y_words=y_words, nothing=nothing),
        caption,
        alt or describe(curves, language, nothing),
        note,
    )


def describe(curves: Sequence[Curve], language: Language, nothing: str = "") -> str:
    """What the drawing shows: the part of the lower half and of the highest tenth."""
    words = Words(language)
    shown = _drawable(curves)
    if not shown:
        return words("figure.empty_alt", reason=nothing or words("figure.empty"))
    told = []
    for curve in shown:
        units, sums = points(curve.values)
        half = float(np.interp(0.5, units, sums))
        tenth = 1 - float(np.interp(0.9, units, sums))
        told.append(
            words(
                "alt.lorenz",
                label=_label(curve, words),
                half=percent(half, language),
                tenth=percent(tenth, language),
            )
        )
    return alt_text.join(*told)


def _drawable(curves: Sequence[Curve]) -> list[Curve]:
    return [c for c in curves if np.nansum(np.asarray(c.values, dtype=np.float64)) > 0][:2]


def _label(curve: Curve, words: Words) -> str:
    if curve.gini is None:
        return curve.label
    return words("legend.gini", label=curve.label, value=ratio(curve.gini, words.language))


def _labels(frame: Plot, curves: Sequence[Curve], words: Words) -> None:
    """Names of the lines, right of the square, in the order in which they lie."""
    entries = [(words("legend.equality"), GREY)]
    entries += [
        (_label(curve, words), color) for curve, color in zip(curves, _COLORS, strict=False)
    ]
    x = frame.right + 20
    y = frame.top + 8
    for place, (label, color) in enumerate(entries):
        lines = wrap(label, TEXT_WIDTH - EDGE - x - 22, SMALL, max_lines=4)
        tall = height(len(lines), SMALL)
        frame.sheet.line(
            [x, x + 14],
            [y + 5, y + 5],
            color=color,
            width=0.9 if place == 0 else 1.8,
            dashes=(2.5, 1.8) if place == 0 else None,
        )
        frame.sheet.lines(x + 20, y + tall / 2, lines, size=SMALL, color=QUIET, gid="key")
        y += tall + 7
