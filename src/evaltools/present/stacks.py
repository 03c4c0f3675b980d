"""Stacked bars: the parts of a whole, a row each, with their counts in the bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Canvas

from evaltools.present import alt_text, empty
from evaltools.present.figure import Figure
from evaltools.present.language import Language, number, percent
from evaltools.present.legend import Entry
from evaltools.present.rows import Frame, frame
from evaltools.present.scale import round_ends, ticks
from evaltools.present.style import PAPER, QUIET, SMALL, ink_on
from evaltools.present.text import width
from evaltools.present.words import Words

BAR = 12.0
"""Height of a bar, points."""


@dataclass(frozen=True)
class Part:
    """One part of every bar: its name in the key and its colour."""

    name: str
    color: str


@dataclass(frozen=True)
class Stack:
    """One row.

    Arguments:
        label: what it is of.
        counts: one a part, in the order of the parts.
        suppressed: withheld by disclosure control.
    """

    label: str
    counts: tuple[int, ...]
    suppressed: bool = False

    @property
    def total(self) -> int:
        """All counts together."""
        return sum(self.counts)


def draw(
    rows: Sequence[Stack],
    parts: Sequence[Part],
    *,
    language: Language,
    axis: str,
    shares: bool = True,
    sort: bool = True,
    heading: str = "",
    nothing: str = "",
) -> Canvas:
    """Draw the rows.

    Arguments:
        rows: any number; none draws the sentence `nothing`.
        parts: names and colours, in order from the left.
        language: fi, sv or en.
        axis: what the lengths are.
        shares: every bar is as long as the others and shows shares; False draws counts.
        sort: by the first part, largest first.
        heading: over the totals at the right.
        nothing: what to say when there are no rows.

    Raises:
        ValueError: a row has another number of counts than there are parts.
    """
    words = Words(language)
    if not rows:
        return empty.draw(nothing or words("figure.empty"))
    if wrong := [row.label for row in rows if len(row.counts) != len(parts)]:
        raise ValueError(f"{', '.join(wrong)}: not one count for each of {len(parts)} parts")
    shown = ranked(rows, shares=shares) if sort else [concealed(row) for row in rows]
    longest = max([1, *(row.total for row in shown if not row.suppressed)])
    high = 1.0 if shares else round_ends(0.0, float(longest))[1]
    marks = ticks(0.0, high, 5)
    if not shares:
        marks = [mark for mark in marks if mark == round(mark)]
    layout = frame(
        [row.label for row in shown],
        ["" if row.suppressed else number(row.total, language) for row in shown],
        low=0.0,
        high=high,
        marks=marks,
        mark_text=lambda v: percent(v, language) if shares else number(v, language),
        axis=axis,
        key=[Entry(part.name, "box", part.color) for part in parts],
        pitch=18.0,
        inset=0.0,
        heading=heading,
    )
    for row, y in zip(shown, layout.centres, strict=True):
        if row.suppressed or not row.total:
            note(layout, y, words("mark.suppressed" if row.suppressed else "mark.missing"))
            continue
        start = 0.0
        for part, count in zip(parts, row.counts, strict=True):
            end = start + (count / row.total if shares else count)
            bar(layout, layout.scale(start), layout.scale(end), y, part.color, count, language)
            start = end
    return layout.sheet.canvas


def ranked(rows: Sequence[Stack], *, shares: bool) -> list[Stack]:
    """Largest first part first, ties by label; rows with nothing to show last."""

    def first(row: Stack) -> float:
        return row.counts[0] / row.total if shares and row.total else float(row.counts[0])

    return sorted(
        map(concealed, rows),
        key=lambda row: (row.suppressed, not row.total, -first(row), row.label),
    )


def concealed(row: Stack) -> Stack:
    """A suppressed row without its counts, which neither order, scale nor words may betray."""
    return Stack(row.label, (0,) * len(row.counts), True) if row.suppressed else row


def bar(
    layout: Frame, start: float, end: float, y: float, color: str, count: int, language: Language
) -> None:
    """One part of a bar between two places, with its count where it fits in."""
    if end <= start:
        return
    layout.sheet.box(
        start, y - BAR / 2, end - start, BAR, fill=color, edge=PAPER, edge_width=0.8, layer=2
    )
    text = number(count, language)
    if width(text, SMALL) + 2.5 <= end - start:
        layout.sheet.text(
            (start + end) / 2,
            y,
            text,
            align="center",
            size=SMALL,
            color=ink_on(color),
            gid="direct",
        )


def note(layout: Frame, y: float, words: str) -> None:
    """Say in a row why it has no bar."""
    layout.sheet.text(
        layout.scale.start + 3, y, words, size=SMALL, color=QUIET, weight="italic", gid="mark"
    )


def stacks(
    rows: Sequence[Stack],
    parts: Sequence[Part],
    *,
    language: Language,
    caption: str,
    axis: str,
    alt: str = "",
    note: str = "",
    shares: bool = True,
    sort: bool = True,
    heading: str = "",
    nothing: str = "",
) -> Figure:
    """The drawing with caption and alternative text; the latter from the data unless given."""
    return Figure(
        draw(
            rows,
            parts,
            language=language,
            axis=axis,
            shares=shares,
            sort=sort,
            heading=heading,
            nothing=nothing,
        ),
        caption,
        alt or describe(rows, parts, language, nothing),
        note,
    )


def describe(
    rows: Sequence[Stack], parts: Sequence[Part], language: Language, nothing: str = ""
) -> str:
    """What the drawing shows: every row with its counts, what is withheld."""
    words = Words(language)
    if not rows:
        return words("figure.empty_alt", reason=nothing or words("figure.empty"))
    told = []
    for row in rows:
        if row.suppressed or not row.total:
            continue
        counts = ", ".join(
            f"{part.name} {number(count, language)}"
            for part, count in zip(parts, row.counts, strict=True)
        )
        told.append(words("alt.parts", label=row.label, parts=counts))
    return alt_text.join(
        words("alt.rows", count=len(rows)),
        *told,
        alt_text.withheld([row.label for row in rows if row.suppressed], language),
        alt_text.missing(
            [row.label for row in rows if not row.total and not row.suppressed], language
        ),
    )
