"""From goals to attainment to how it is known: a cascade whose steps add up to all goals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from matplotlib.figure import Figure as Canvas

from evaltools.present import alt_text, empty, stacks
from evaltools.present.figure import Figure
from evaltools.present.language import Language, count_of, number
from evaltools.present.legend import Entry
from evaltools.present.rows import frame
from evaltools.present.scale import ticks
from evaltools.present.style import DEEP_BLUE, GREY, TEAL
from evaltools.present.words import Words

ATTAINMENTS: Final = ("achieved", "partly", "not_achieved", "not_reported")
MEASURED_BY: Final = ("measured", "estimated", "asserted", "none")
COLORS: Final = dict(zip(MEASURED_BY, (DEEP_BLUE, TEAL, "#9fd3cd", "#e8ecef"), strict=True))

Counts = Mapping[tuple[str, str], int]
"""Goals by (attainment, measured_by); pairs that are absent count nought."""


def draw(counts: Counts, *, language: Language, nothing: str = "") -> Canvas:
    """Draw the cascade: each step begins where the one above ended.

    Arguments:
        counts: goals by attainment and by how it is known.
        language: fi, sv or en.
        nothing: what to say when there are no goals.
    """
    words = Words(language)
    total = _total(counts)
    if not total:
        return empty.draw(nothing or words("figure.empty"))
    high = float(total)
    steps = [(name, [counts.get((name, by), 0) for by in MEASURED_BY]) for name in ATTAINMENTS]
    used = [by for place, by in enumerate(MEASURED_BY) if any(c[place] for _, c in steps)]
    layout = frame(
        [words("axis.goals_all"), *(words(f"attainment.{name}") for name, _ in steps)],
        [number(total, language), *(count_of(sum(c), total, language) for _, c in steps)],
        low=0.0,
        high=high,
        marks=[mark for mark in ticks(0.0, high, 6) if mark == round(mark)],
        mark_text=lambda value: number(value, language),
        axis=words("axis.goals"),
        key=[Entry(words(f"measured_by.{by}"), "box", COLORS[by]) for by in used],
        pitch=21.0,
        inset=0.0,
    )
    scale, sheet = layout.scale, layout.sheet
    y = layout.centres[0]
    sheet.box(scale(0), y - 6, scale(total) - scale(0), 12, fill=GREY, layer=2)
    position = 0
    for row, (_, parts) in enumerate(steps, start=1):
        y = layout.centres[row]
        sheet.line(
            [scale(position)] * 2,
            [layout.centres[row - 1] + 6, y - 6],
            color=GREY,
            width=0.7,
            dashes=(1.5, 1.5),
            layer=1.5,
        )
        for by, count in zip(MEASURED_BY, parts, strict=True):
            start, end = scale(position), scale(position + count)
            stacks.bar(layout, start, end, y, COLORS[by], count, language)
            position += count
    return layout.sheet.canvas


def flow(
    counts: Counts,
    *,
    language: Language,
    caption: str,
    alt: str = "",
    note: str = "",
    nothing: str = "",
) -> Figure:
    """The drawing with caption and alternative text; the latter from the data unless given."""
    return Figure(
        draw(counts, language=language, nothing=nothing),
        caption,
        alt or describe(counts, language, nothing),
        note,
    )


def describe(counts: Counts, language: Language, nothing: str = "") -> str:
    """What the drawing shows: every attainment with its count and how it is known."""
    words = Words(language)
    total = _total(counts)
    if not total:
        return words("figure.empty_alt", reason=nothing or words("figure.empty"))
    told = [f"{words('axis.goals_all')}: {number(total, language)}."]
    for name in ATTAINMENTS:
        parts: Sequence[str] = [
            f"{words(f'measured_by.{by}')} {number(counts[name, by], language)}"
            for by in MEASURED_BY
            if counts.get((name, by), 0) and by != "none"
        ]
        own = sum(counts.get((name, by), 0) for by in MEASURED_BY)
        tail = f": {', '.join(parts)}" if parts else ""
        told.append(f"{words(f'attainment.{name}')} {number(own, language)}{tail}.")
    return alt_text.join(*(sentence[:1].upper() + sentence[1:] for sentence in told))


def _total(counts: Counts) -> int:
    """All goals.

    Raises:
        ValueError: an attainment or a way of knowing that does not exist.
    """
    known = {(name, by) for name in ATTAINMENTS for by in MEASURED_BY}
    if strange := sorted(set(counts) - known):
        raise ValueError(f"no such attainment and way of knowing: {strange}")
    return sum(counts.values())
