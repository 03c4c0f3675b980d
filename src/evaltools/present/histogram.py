"""A histogram of what chance gives, with what was observed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure as Canvas

from evaltools.present import alt_text, empty
from evaltools.present.figure import Figure
from evaltools.present.language import Language, number, number_range
from evaltools.present.legend import Entry
from evaltools.present.plot import Axis, plot
from evaltools.present.rows import EDGE
from evaltools.present.scale import decimals_of, round_ends, ticks
from evaltools.present.style import GREY, LIGHT, RUST, SMALL, TEXT_WIDTH
from evaltools.present.text import clean, width
from evaltools.present.words import Words

_MOST_BINS = 30


def draw(
    values: Sequence[float],
    observed: float | None,
    *,
    language: Language,
    x_words: str,
    y_words: str = "",
    decimals: int = 2,
    nothing: str = "",
) -> Canvas:
    """Draw the distribution; the middle 95 % are dark.

    Arguments:
        values: one a random draw; NaN is left out.
        observed: what the data gave, or None.
        language: fi, sv or en.
        x_words: what is measured.
        y_words: what is counted; random networks by default.
        decimals: of the observed value.
        nothing: what to say when there are no values.
    """
    words = Words(language)
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not known.size:
        return empty.draw(nothing or words("figure.empty"))
    reach = [*known.tolist(), *([observed] if observed is not None else [])]
    low, high = round_ends(min(reach), max(reach), 7)
    bins = min(_MOST_BINS, max(8, round(known.size**0.5)))
    counts, edges = np.histogram(known, bins=bins, range=_bin_range(known))
    x_marks = ticks(low, high, 7)
    digits = decimals_of(x_marks)
    top = round_ends(0.0, float(counts.max()), 5)[1]
    y_marks = [mark for mark in ticks(0.0, top, 5) if mark == round(mark)]
    frame = plot(
        Axis(low, high, x_marks, lambda v: number(v, language, digits), x_words),
        Axis(0.0, top, y_marks, lambda v: number(v, language), y_words or words("axis.draws")),
        depth=120.0,
        key=[Entry(words("legend.null_range"), "box", GREY)],
        headroom=14.0,
    )
    within_low, within_high = np.quantile(known, [0.025, 0.975])
    for count, start, end in zip(counts, edges[:-1], edges[1:], strict=True):
        if not count:
            continue
        left, right = frame.x(float(start)), frame.x(float(end))
        middle = (start + end) / 2
        frame.sheet.box(
            left,
            frame.y(float(count)),
            max(right - left, 0.8),
            frame.bottom - frame.y(float(count)),
            fill=GREY if within_low <= middle <= within_high else "#b9c1c8",
            edge="white" if right - left > 2 else None,
            edge_width=0.5,
        )
    frame.sheet.line(
        [frame.left, frame.right], [frame.bottom] * 2, color=LIGHT, width=0.8, layer=1.5
    )
    if observed is not None:
        x = frame.x(observed)
        frame.sheet.line([x, x], [frame.top - 6, frame.bottom], color=RUST, width=1.6, layer=4)
        label = clean(words("legend.observed", value=number(observed, language, decimals)))
        half = width(label, SMALL, "bold") / 2
        frame.sheet.text(
            min(max(x, EDGE + half), TEXT_WIDTH - EDGE - half),
            frame.top - 12,
            label,
            align="center",
            size=SMALL,
            color=RUST,
            weight="bold",
            gid="direct",
        )
    return frame.sheet.canvas


def histogram(
    values: Sequence[float],
    observed: float | None,
    *,
    language: Language,
    caption: str,
    x_words: str,
    alt: str = "",
    note: str = "",
    y_words: str = "",
    decimals: int = 2,
    nothing: str = "",
) -> Figure:
    """The drawing with caption and alternative text; the latter from the data unless given."""
    return Figure(
        draw(
            values,
            observed,
            language=language,
            x_words=x_words,
            y_words=y_words,
            decimals=decimals,
            nothing=nothing,
        ),
        caption,
        alt or describe(values, observed, language, x_words, decimals, nothing),
        note,
    )


def describe(
    values: Sequence[float],
    observed: float | None,
    language: Language,
    x_words: str,
    decimals: int = 2,
    nothing: str = "",
) -> str:
    """What the drawing shows: where 95 % of chance lies, and where the observed value."""
    words = Words(language)
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if not known.size:
        return words("figure.empty_alt", reason=nothing or words("figure.empty"))
    low, high = np.quantile(known, [0.025, 0.975])
    told = words(
        "alt.histogram",
        count=int(known.size),
        measure=x_words,
        interval=number_range(float(low), float(high), language, decimals),
        median=number(float(np.median(known)), language, decimals),
    )
    if observed is None:
        return told
    seen = words("legend.observed", value=number(observed, language, decimals))
    return alt_text.join(told, seen[:1].upper() + seen[1:] + ".")


def _bin_range(known: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> tuple[float, float]:
    """Ends of the bins; a single value gets a bin around it."""
    low, high = float(known.min()), float(known.max())
    if high - low > 1e-12 * max(1.0, abs(low)):
        return low, high
    spread = abs(low) * 0.05 or 0.5
    return low - spread, low + spread
