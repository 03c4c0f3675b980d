"""Money by call: what was applied for, what was awarded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Canvas

from evaltools.present import alt_text, empty
from evaltools.present.figure import Figure
from evaltools.present.language import Language, count_of, euros, number
from evaltools.present.legend import Entry
from evaltools.present.rows import frame
from evaltools.present.scale import Scale
from evaltools.present.style import DEEP_BLUE, GRID, INK, LIGHT, QUIET, SMALL, TEAL
from evaltools.present.text import height, width, wrap
from evaltools.present.words import Words

_BAR = 13.0


@dataclass(frozen=True)
class Call:
    """One call.

    Arguments:
        label: its name or year.
        applications, granted: how many applied and how many were funded, or None.
        eur: euros awarded, or None.
        known, projects: of how many projects the euros are known, and of how many there are;
            written beside the sum where they differ.
    """

    label: str
    applications: int | None
    granted: int | None
    eur: float | None
    known: int | None = None
    projects: int | None = None


def draw(rows: Sequence[Call], *, language: Language, nothing: str = "") -> Canvas:
    """Draw applications and awards on the left, euros on the right; calls in the order given."""
    words = Words(language)
    if not rows:
        return empty.draw(nothing or words("figure.empty"))
    counts = [_counts(row, language, words) for row in rows]
    sums = [_sum(row, language, words) for row in rows]
    layout = frame(
        [row.label for row in rows],
        ["" for _ in rows],
        low=0.0,
        high=1.0,
        marks=(),
        mark_text=lambda _: "",
        key=[
            Entry(words("legend.applications"), "box", LIGHT),
            Entry(words("legend.funded"), "box", DEEP_BLUE),
            Entry(words("legend.awarded_sum"), "box", TEAL),
        ],
        pitch=24.0,
        above=height(1, SMALL) + 4,
    )
    sheet = layout.sheet
    middle = (layout.left + layout.right) / 2 + 4
    first_room = max(width(text, SMALL) for text in counts) + 6
    second_room = max(width(text, SMALL) for text in sums) + 6
    most = max([1, *(row.applications or row.granted or 0 for row in rows)])
    dearest = max([1.0, *(row.eur or 0.0 for row in rows)])
    first = Scale(0.0, float(most), layout.left, middle - 14 - first_room)
    second = Scale(0.0, dearest, middle, layout.right - second_room)
    partly = any("(" in total for total in sums)
    awarded = "axis.euros_awarded_known" if partly else "axis.euros_awarded"
    heads = ((layout.left, words("axis.applications")), (middle, words(awarded)))
    for x, text in heads:
        line = wrap(text, layout.right - middle, SMALL, max_lines=1)[0]
        sheet.text(
            x, layout.top - height(1, SMALL) / 2 - 3, line, size=SMALL, color=QUIET, gid="axis"
        )
        sheet.line([x, x], [layout.top, layout.bottom], color=GRID, layer=0.5)
    for row, y, count, total in zip(rows, layout.centres, counts, sums, strict=True):
        reach = layout.left
        for value, color in ((row.applications, LIGHT), (row.granted, DEEP_BLUE)):
            if value:
                end = first(float(value))
                sheet.box(layout.left, y - _BAR / 2, end - layout.left, _BAR, fill=color)
                reach = max(reach, end)
        sheet.text(reach + 5, y, count, size=SMALL, color=INK, gid="direct")
        end = second(row.eur) if row.eur else middle
        if row.eur:
            sheet.box(middle, y - _BAR / 2, end - middle, _BAR, fill=TEAL)
        sheet.text(end + 5, y, total, size=SMALL, color=INK, gid="direct")
    return sheet.canvas


def calls(
    rows: Sequence[Call],
    *,
    language: Language,
    caption: str,
    alt: str = "",
    note: str = "",
    nothing: str = "",
) -> Figure:
    """The drawing with caption and alternative text; the latter from the data unless given."""
    return Figure(
        draw(rows, language=language, nothing=nothing),
        caption,
        alt or describe(rows, language, nothing),
        note,
    )


def describe(rows: Sequence[Call], language: Language, nothing: str = "") -> str:
    """What the drawing shows: every call with its counts and euros."""
    words = Words(language)
    if not rows:
        return words("figure.empty_alt", reason=nothing or words("figure.empty"))
    return alt_text.join(
        words("alt.calls"),
        *(
            f"{row.label}: {_counts(row, language, words)}, {_sum(row, language, words)}."
            for row in rows
        ),
    )


def _counts(row: Call, language: Language, words: Words) -> str:
    if row.granted is None:
        return words("mark.missing")
    if row.applications is None:
        return number(row.granted, language)
    return count_of(row.granted, row.applications, language)


def _sum(row: Call, language: Language, words: Words) -> str:
    if row.eur is None:
        return words("mark.missing")
    text = euros(row.eur, language)
    if row.known is None or row.projects is None or row.known == row.projects:
        return text
    return f"{text} ({count_of(row.known, row.projects, language)})"
