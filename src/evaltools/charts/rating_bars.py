"""Answers on a scale, diverging from the middle answer, with their counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.colors import to_hex, to_rgb
from matplotlib.figure import Figure as Drawing

from evaltools.charts.figure import Chart
from evaltools.charts.legend import Entry
from evaltools.charts.row_layout import Spacing, lay_out_rows
from evaltools.charts.scale import Axis
from evaltools.charts.stacked_bars import Part, Stack, conceal, describe_counts
from evaltools.charts.style import DIVERGING, INK
from evaltools.i18n.numbers import number, percent


@dataclass(frozen=True)
class Ratings(Chart):
    """Answers of questions on one scale; half of the middle answers stand on each side of the line.

    Arguments:
        rows: any number; counts of each answer, lowest first, as many in every row.
        answers: names of the answers, lowest first; of a scale of five by default.
        sort: by the share of the two highest answers, largest first.
    """

    rows: Sequence[Stack]
    answers: Sequence[str] = ()
    sort: bool = True

    @property
    def parts(self) -> list[Part]:
        """The answers with their names and colours."""
        names = list(self.answers) or [self.words(f"rating.{value}") for value in range(1, 6)]
        return [Part(*each) for each in zip(names, answer_colors(len(names)), strict=True)]

    def _is_empty(self) -> bool:
        return not self.rows

    def _draw(self) -> Drawing:
        words, language, parts = self.words, self.language, self.parts
        shown = [conceal(row) for row in self.rows]
        if self.sort:
            shown.sort(key=lambda r: (r.suppressed, not r.total, -_high(r), r.label))
        edges = [_edges(row) for row in shown if row.total]
        below = max([0.2, *(-edge[0] for edge in edges)])
        above = max([0.2, *(edge[-1] for edge in edges)])
        low, high = -_up(below), _up(above)
        marks = [tick / 100 for tick in range(round(low * 100), round(high * 100) + 1, 20)]
        if len(marks) > 7:
            marks = [tick / 100 for tick in range(-100, 101, 50) if low <= tick / 100 <= high]
        axis = words("axis.share_of_answers")
        layout = lay_out_rows(
            [row.label for row in shown],
            ["" if row.suppressed else number(row.total, language) for row in shown],
            Axis(low, high, marks, lambda value: percent(abs(value), language), axis),
            key=[Entry(part.name, "box", part.color) for part in parts],
            heading=words("axis.answers"),
            spacing=Spacing(pitch=18.0, inset=0.0),
        )
        for row, y in zip(shown, layout.centres, strict=True):
            if not row.total:
                layout.note(y, words("mark.suppressed" if row.suppressed else "mark.missing"))
                continue
            edge = [layout.scale(end) for end in _edges(row)]
            for place, (part, count) in enumerate(zip(parts, row.counts, strict=True)):
                text = number(count, language)
                layout.bar(edge[place], edge[place + 1], y, part.color, text)
        layout.vertical(0.0, INK, 0.7)
        return layout.canvas.drawing

    def _describe(self) -> str:
        return describe_counts(self.rows, self.parts, self.language)


def answer_colors(answers: int) -> list[str]:
    """Colours of so many answers, from the lowest to the highest."""
    stops = np.array([to_rgb(color) for color in DIVERGING])
    at = np.linspace(0, len(stops) - 1, max(answers, 2))[:answers]
    mixed = [np.interp(at, range(len(stops)), stops[:, channel]) for channel in range(3)]
    return [to_hex(color) for color in zip(*mixed, strict=True)]


def _high(row: Stack) -> float:
    return sum(row.counts[-2:]) / max(row.total, 1)


def _edges(row: Stack) -> list[float]:
    """Where the parts begin and the last ends, as shares from the middle line."""
    half, odd = divmod(len(row.counts), 2)
    middle = row.counts[half] / 2 if odd else 0
    edges = [-(sum(row.counts[:half]) + middle) / row.total]
    for count in row.counts:
        edges.append(edges[-1] + count / row.total)
    return edges


def _up(value: float) -> float:
    """The next fifth upwards, at most one."""
    return min(1.0, -(-round(value * 1000) // 200) / 5)
