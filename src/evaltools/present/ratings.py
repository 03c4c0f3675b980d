"""Answers on a scale of five, diverging from the middle answer, with their counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Canvas

from evaltools.present import empty, stacks
from evaltools.present.figure import Figure
from evaltools.present.language import Language, number, percent
from evaltools.present.legend import Entry
from evaltools.present.rows import frame
from evaltools.present.stacks import Part, Stack
from evaltools.present.style import DIVERGING, INK
from evaltools.present.words import Words


@dataclass(frozen=True)
class Rating:
    """One question.

    Arguments:
        label: the question.
        counts: answers of each value, lowest first; five of them.
        suppressed: withheld by disclosure control.
    """

    label: str
    counts: tuple[int, int, int, int, int]
    suppressed: bool = False


def draw(
    rows: Sequence[Rating],
    *,
    language: Language,
    answers: Sequence[str] = (),
    sort: bool = True,
    nothing: str = "",
) -> Canvas:
    """Draw the rows; half of the middle answers stand on each side of the line.

    Arguments:
        rows: any number; none draws the sentence `nothing`.
        language: fi, sv or en.
        answers: names of the five answers, lowest first; figures with the ends named by default.
        sort: by the share of the two highest answers, largest first.
        nothing: what to say when there are no rows.
    """
    words = Words(language)
    if not rows:
        return empty.draw(nothing or words("figure.empty"))
    shown = ranked(rows) if sort else [concealed(row) for row in rows]
    edges = [_edges(row) for row in shown if not row.suppressed and any(row.counts)]
    below = max([0.2, *(-edge[0] for edge in edges)])
    above = max([0.2, *(edge[-1] for edge in edges)])
    low, high = -_up(below), _up(above)
    marks = [tick / 100 for tick in range(round(low * 100), round(high * 100) + 1, 20)]
    if len(marks) > 7:
        marks = [tick / 100 for tick in range(-100, 101, 50) if low <= tick / 100 <= high]
    layout = frame(
        [row.label for row in shown],
        [number(sum(row.counts), language) if not row.suppressed else "" for row in shown],
        low=low,
        high=high,
        marks=marks,
        mark_text=lambda value: percent(abs(value), language),
        axis=words("axis.share_of_answers"),
        key=[Entry(part.name, "box", part.color) for part in parts(language, answers)],
        pitch=18.0,
        inset=0.0,
        heading=words("axis.answers"),
    )
    for row, y in zip(shown, layout.centres, strict=True):
        if row.suppressed or not sum(row.counts):
            stacks.note(layout, y, words("mark.suppressed" if row.suppressed else "mark.missing"))
            continue
        edge = _edges(row)
        for value, count in enumerate(row.counts):
            start, end = layout.scale(edge[value]), layout.scale(edge[value + 1])
            stacks.bar(layout, start, end, y, DIVERGING[value], count, language)
    zero = layout.scale(0.0)
    layout.sheet.line([zero, zero], [layout.top, layout.bottom], color=INK, width=0.7, layer=1.5)
    return layout.sheet.canvas


def ratings(
    rows: Sequence[Rating],
    *,
    language: Language,
    caption: str,
    alt: str = "",
    note: str = "",
    answers: Sequence[str] = (),
    sort: bool = True,
    nothing: str = "",
) -> Figure:
    """The drawing with caption and alternative text; the latter from the data unless given."""
    described = [Stack(row.label, row.counts, row.suppressed) for row in rows]
    return Figure(
        draw(rows, language=language, answers=answers, sort=sort, nothing=nothing),
        caption,
        alt or stacks.describe(described, parts(language, answers), language, nothing),
        note,
    )


def ranked(rows: Sequence[Rating]) -> list[Rating]:
    """Largest share of the two highest answers first, ties by label; the withheld last."""

    def high(row: Rating) -> float:
        return sum(row.counts[3:]) / max(sum(row.counts), 1)

    return sorted(
        map(concealed, rows),
        key=lambda row: (row.suppressed, not any(row.counts), -high(row), row.label),
    )


def concealed(row: Rating) -> Rating:
    """A suppressed row without its counts, which neither order nor scale may betray."""
    return Rating(row.label, (0, 0, 0, 0, 0), suppressed=True) if row.suppressed else row


def parts(language: Language, answers: Sequence[str] = ()) -> list[Part]:
    """The five answers with their names and colours."""
    words = Words(language)
    names = list(answers) or [words(f"rating.{value}") for value in range(1, 6)]
    return [Part(name, color) for name, color in zip(names, DIVERGING, strict=True)]


def _edges(row: Rating) -> list[float]:
    """Where the five parts begin and the last ends, as shares from the middle line."""
    total = sum(row.counts)
    start = -(row.counts[0] + row.counts[1] + row.counts[2] / 2) / total
    edges = [start]
    for count in row.counts:
        edges.append(edges[-1] + count / total)
    return edges


def _up(value: float) -> float:
    """The next fifth upwards, at most one."""
    return min(1.0, -(-round(value * 1000) // 200) / 5)
