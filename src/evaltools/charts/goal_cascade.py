"""From goals to attainment to how it is known: a cascade whose steps add up to all goals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.figure import Chart
from evaltools.charts.legend import Entry
from evaltools.charts.row_layout import Spacing, lay_out_rows
from evaltools.charts.scale import Axis, ticks
from evaltools.charts.style import DEEP_BLUE, GREY, TEAL
from evaltools.i18n.numbers import count_of, number

ATTAINMENTS: Final = ("achieved", "partly", "not_achieved", "not_reported")
MEASURED_BY: Final = ("measured", "estimated", "asserted", "none")
COLORS: Final = dict(zip(MEASURED_BY, (DEEP_BLUE, TEAL, "#9fd3cd", "#e8ecef"), strict=True))

Counts = Mapping[tuple[str, str], int]
"""Goals by (attainment, measured_by); pairs that are absent count zero."""


@dataclass(frozen=True)
class Cascade(Chart):
    """Goals by attainment and by how it is known; each step begins where the one above ended.

    Raises:
        ValueError: an attainment or a way of knowing that does not exist.
    """

    counts: Counts

    def __post_init__(self) -> None:
        known = {(name, by) for name in ATTAINMENTS for by in MEASURED_BY}
        if strange := sorted(set(self.counts) - known):
            raise ValueError(f"no such attainment and way of knowing: {strange}")

    def _is_empty(self) -> bool:
        return not sum(self.counts.values())

    def _steps(self) -> dict[str, list[int]]:
        """Goals of each attainment by how it is known."""
        return {
            name: [self.counts.get((name, by), 0) for by in MEASURED_BY] for name in ATTAINMENTS
        }

    def _draw(self) -> Drawing:
        words, language, steps = self.words, self.language, self._steps()
        total = sum(self.counts.values())
        used = [by for place, by in enumerate(MEASURED_BY) if any(c[place] for c in steps.values())]
        layout = lay_out_rows(
            [words("axis.goals_all"), *(words(f"attainment.{name}") for name in steps)],
            [
                number(total, language),
                *(count_of(sum(step), total, language) for step in steps.values()),
            ],
            Axis(
                0.0, float(total), ticks(0.0, float(total), 6, whole=True),
                lambda value: number(value, language), words("axis.goals"),
            ),
            key=[Entry(words(f"measured_by.{by}"), "box", COLORS[by]) for by in used],
            spacing=Spacing(pitch=21.0, inset=0.0),
        )  # fmt: skip
        scale, canvas = layout.scale, layout.canvas
        above = layout.centres[0]
        canvas.box(scale(0), above - 6, scale(total) - scale(0), 12, fill=GREY, layer=2)
        position = 0
        for y, step in zip(layout.centres[1:], steps.values(), strict=True):
            at, ends = [scale(position)] * 2, [above + 6, y - 6]
            canvas.line(at, ends, color=GREY, width=0.7, dashes=(1.5, 1.5), layer=1.5)
            for by, count in zip(MEASURED_BY, step, strict=True):
                start, end = scale(position), scale(position + count)
                layout.bar(start, end, y, COLORS[by], number(count, language))
                position += count
            above = y
        return canvas.drawing

    def _describe(self) -> str:
        """Every attainment with its count and how it is known."""
        words, language = self.words, self.language
        sentences = [f"{words('axis.goals_all')}: {number(sum(self.counts.values()), language)}."]
        for name, step in self._steps().items():
            parts = [
                f"{words(f'measured_by.{by}')} {number(count, language)}"
                for by, count in zip(MEASURED_BY, step, strict=True)
                if count and by != "none"
            ]
            tail = f": {', '.join(parts)}" if parts else ""
            sentences.append(f"{words(f'attainment.{name}')} {number(sum(step), language)}{tail}.")
        return alt_text.join(*(sentence[:1].upper() + sentence[1:] for sentence in sentences))
