"""Bars: parts of each row, answers on a scale, goals and how they are known, money by call."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.canvas import AXIS_WORDS, DIRECT, Paint
from evaltools.charts.chart import Chart, RowChart
from evaltools.charts.data import Cells, FigureData, Value
from evaltools.charts.layout import (
    Axis,
    Entry,
    RowLayout,
    Scale,
    Spacing,
    lay_out_rows,
    round_ends,
    ticks,
)
from evaltools.charts.palette import DEEP_BLUE, GREY, GRID, LIGHT, RUST, TEAL
from evaltools.charts.style import SMALL
from evaltools.charts.text_metrics import height, width, wrap
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import count_of, number


@dataclass(frozen=True)
class Part:
    """One part of every bar: its name in the key and its colour."""

    name: str
    color: str


@dataclass(frozen=True)
class Stack:
    """A row of counts, one a part, in the order of the parts."""

    label: str
    counts: tuple[int, ...]
    suppressed: bool = False

    @property
    def total(self) -> int:
        """All counts together."""
        return sum(self.counts)

    @property
    def known(self) -> bool:
        """Whether anything is counted."""
        return self.total > 0

    def conceal(self) -> Stack:
        """Without its counts."""
        return Stack(self.label, (0,) * len(self.counts), True)


@dataclass(frozen=True)
class _PartedChart(RowChart[Stack]):
    """Rows of counts by parts, with their totals at the right."""

    @abstractmethod
    def _parts(self) -> Sequence[Part]: ...

    def _lay_out_parts(self, rows: Sequence[Stack], axis: Axis, heading: str) -> RowLayout:
        parts = self._parts()
        return lay_out_rows(
            [row.label for row in rows],
            ["" if row.suppressed else number(row.total, self.language) for row in rows],
            axis,
            key=[Entry(part.name, "box", part.color) for part in parts] if len(parts) > 1 else (),
            heading=heading,
            spacing=Spacing(pitch=18.0, inset=0.0),
        )

    def _draw_parts(self, layout: RowLayout, row: Stack, y: float, edges: Sequence[float]) -> None:
        """Draw parts that begin and end at these values of the scale."""
        places = [layout.scale(edge) for edge in edges]
        drawn = zip(self._parts(), row.counts, places[:-1], places[1:], strict=True)
        for part, count, start, end in drawn:
            layout.bar(start, end, y, part.color, number(count, self.language))

    def _columns(self) -> list[str]:
        names = [part.name for part in self._parts()]
        return [*names, self.words("figure.total")] if len(names) > 1 else names

    def _cells(self, row: Stack) -> list[Value]:
        counts = list(map(self._count, row.counts))
        return [*counts, self._count(row.total)] if len(counts) > 1 else counts

    def _describe(self) -> str:
        """Every row with its counts, what is withheld, what is missing."""
        sentences = []
        for row in self._concealed:
            parts = ", ".join(
                f"{part.name} {number(count, self.language)}"
                for part, count in zip(self._parts(), row.counts, strict=True)
            )
            if row.known:
                sentences.append(self.words("alt.parts", label=row.label, parts=parts))
        return alt_text.join(
            self.words("alt.rows", count=len(self.rows)),
            *sentences,
            self._describe_unknown(self._concealed),
        )


@dataclass(frozen=True)
class Stacks(_PartedChart):
    """Rows of stacked bars.

    Arguments:
        parts: names and colours, in order from the left.
        axis: what the lengths are.
        shares: every bar is as long as the others and shows shares; False draws counts.
        sort: by the first part, largest first.
        heading: over the totals at the right.

    Raises:
        ValueError: a row has another number of counts than there are parts.
    """

    parts: Sequence[Part]
    axis: str
    shares: bool = True
    sort: bool = True
    heading: str = ""

    def __post_init__(self) -> None:
        if wrong := [row.label for row in self.rows if len(row.counts) != len(self.parts)]:
            raise ValueError(
                f"{', '.join(wrong)}: not one count for each of {len(self.parts)} parts"
            )

    def _parts(self) -> Sequence[Part]:
        return self.parts

    @property
    def shown(self) -> list[Stack]:
        """Sorted, or as given."""
        return super().shown if self.sort else self._concealed

    def _size(self, row: Stack) -> float:
        return row.counts[0] / row.total if self.shares else row.counts[0]

    def _lay_out(self, rows: Sequence[Stack]) -> RowLayout:
        shares, most = self.shares, max([1, *(row.total for row in rows)])
        high = 1.0 if shares else round_ends(0.0, float(most))[1]
        axis = Axis(
            0.0, high, ticks(0.0, high, 5, whole=True),
            lambda value: number(value, self.language), self.axis,
        )  # fmt: skip
        if shares:
            axis = self._share_axis([1.0], self.axis, [row.total for row in rows], 5)
        return self._lay_out_parts(rows, axis, self.heading)

    def _draw_row(self, layout: RowLayout, row: Stack, y: float) -> None:
        edges = [0.0]
        for count in row.counts:
            edges.append(edges[-1] + (count / row.total if self.shares else count))
        self._draw_parts(layout, row, y, edges)


def state_parts(words: Words) -> list[Part]:
    """Said, denied, not mentioned: names and colours; what is silent is light, being no answer."""
    colors = {"yes": DEEP_BLUE, "no": RUST, "silent": LIGHT}
    return [Part(words(f"state.{state}"), color) for state, color in colors.items()]


def states_chart(rows: Sequence[Stack], words: Words, nothing: str = "") -> Stacks:
    """What reports say of each code: rows with the counts of yes, no and silent."""
    return Stacks(
        rows, state_parts(words), words("axis.share_of_reports"),
        heading=words("axis.reports"), words=words, nothing=nothing,
    )  # fmt: skip


ATTAINMENTS: Final = ("achieved", "partly", "not_achieved", "not_reported")
MEASURED_BY: Final = ("measured", "estimated", "asserted", "none")
COLORS: Final = dict(zip(MEASURED_BY, (DEEP_BLUE, TEAL, "#9fd3cd", "#e8ecef"), strict=True))


@dataclass(frozen=True)
class Cascade(Chart):
    """Goals by attainment and by how it is known; each step begins where the one above ended.

    Arguments:
        counts: goals by (attainment, measured_by); pairs that are absent count zero.

    Raises:
        ValueError: an attainment or a way of knowing that does not exist.
    """

    counts: Mapping[tuple[str, str], int]

    def __post_init__(self) -> None:
        known = {(name, by) for name in ATTAINMENTS for by in MEASURED_BY}
        if strange := sorted(set(self.counts) - known):
            raise ValueError(f"no such attainment and way of knowing: {strange}")

    @property
    def _total(self) -> int:
        return sum(self.counts.values())

    def _is_empty(self) -> bool:
        return not self._total

    def _steps(self) -> dict[str, list[int]]:
        """Goals of each attainment by how it is known."""
        return {
            name: [self.counts.get((name, by), 0) for by in MEASURED_BY] for name in ATTAINMENTS
        }

    def _draw(self) -> Drawing:
        words, language, steps, total = self.words, self.language, self._steps(), self._total
        used = [by for place, by in enumerate(MEASURED_BY) if any(c[place] for c in steps.values())]
        numbers = [count_of(sum(step), total, language) for step in steps.values()]
        layout = lay_out_rows(
            [words("axis.goals_all"), *(words(f"attainment.{name}") for name in steps)],
            [number(total, language), *numbers],
            self._count_axis(total, words("axis.goals")),
            key=[Entry(words(f"measured_by.{by}"), "box", COLORS[by]) for by in used],
            spacing=Spacing(pitch=21.0, inset=0.0),
        )
        scale, canvas = layout.scale, layout.canvas
        above = layout.centres[0]
        canvas.box(scale(0), above - 6, scale(total) - scale(0), 12, Paint(GREY), layer=2)
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

    def data(self) -> FigureData:
        """Goals of each attainment by how it is known."""
        words, steps = self.words, self._steps()
        columns = [words(f"measured_by.{by}") for by in MEASURED_BY]
        rows: list[Cells] = [
            [words(f"attainment.{name}"), *map(self._count, step), self._count(sum(step))]
            for name, step in steps.items()
        ]
        return FigureData([self._category, *columns, words("figure.total")], rows)

    def _describe(self) -> str:
        """Every attainment with its count and how it is known."""
        words, language = self.words, self.language
        sentences = [f"{words('axis.goals_all')}: {number(self._total, language)}."]
        for name, step in self._steps().items():
            parts = [
                f"{words(f'measured_by.{by}')} {number(count, language)}"
                for by, count in zip(MEASURED_BY, step, strict=True)
                if count and by != "none"
            ]
            tail = f": {', '.join(parts)}" if parts else ""
            sentences.append(f"{words(f'attainment.{name}')} {number(sum(step), language)}{tail}.")
        return alt_text.join(*(sentence[:1].upper() + sentence[1:] for sentence in sentences))


@dataclass(frozen=True)
class Call:
    """One call.

    Arguments:
        label: its name or year.
        applications, granted: how many applied and how many were funded, or None.
        amount: money awarded, or None.
        known, projects: of how many projects the money is known, and of how many there are;
            written beside the sum where they differ.
    """

    label: str
    applications: int | None
    granted: int | None
    amount: float | None
    known: int | None = None
    projects: int | None = None


@dataclass(frozen=True)
class CallBars(Chart):
    """Applications and awards on the left, money on the right; calls in the order given."""

    rows: Sequence[Call]

    def _is_empty(self) -> bool:
        return not self.rows

    def _draw(self) -> Drawing:
        words, rows = self.words, self.rows
        counts, sums = [self._counts(row) for row in rows], [self._sum(row) for row in rows]
        key = {"applications": LIGHT, "funded": DEEP_BLUE, "awarded_sum": TEAL}
        counted = "axis.applications"
        if all(row.applications is None for row in rows):
            del key["applications"]
            counted = "legend.funded"
        layout = lay_out_rows(
            [row.label for row in rows],
            ["" for _ in rows],
            Axis(0.0, 1.0, (), lambda _: ""),
            key=[Entry(words(f"legend.{name}"), "box", color) for name, color in key.items()],
            spacing=Spacing(pitch=24.0, above=height(1, SMALL) + 4),
        )
        canvas, left = layout.canvas, layout.left
        middle = (left + layout.right) / 2 + 4
        most = max([1, *(row.applications or row.granted or 0 for row in rows)])
        dearest = max([1.0, *(row.amount or 0.0 for row in rows)])
        ends = (middle - 14, layout.right)
        told = [
            [wrap(text, end - start - 11, SMALL, max_lines=2) for text in texts]
            for texts, start, end in zip((counts, sums), (left, middle), ends, strict=True)
        ]
        rooms = [max(width(line, SMALL) for text in texts for line in text) + 6 for texts in told]
        first = Scale(0.0, float(most), left, ends[0] - rooms[0])
        second = Scale(0.0, dearest, middle, ends[1] - rooms[1])
        partly = any("(" in total for total in sums)
        awarded = "axis.euros_awarded_known" if partly else "axis.euros_awarded"
        for x, text in ((left, words(counted)), (middle, words(awarded))):
            line = wrap(text, layout.right - middle, SMALL, max_lines=1)[0]
            canvas.text(x, layout.top - height(1, SMALL) / 2 - 3, line, AXIS_WORDS)
            canvas.line([x, x], [layout.top, layout.bottom], color=GRID, layer=0.5)

        def draw_bar(start: float, end: float, y: float, color: str) -> float:
            canvas.box(start, y - 6.5, end - start, 13.0, Paint(color))
            return end

        for row, y, count, total in zip(rows, layout.centres, *told, strict=True):
            reach = left
            for value, color in ((row.applications, LIGHT), (row.granted, DEEP_BLUE)):
                if value:
                    reach = max(reach, draw_bar(left, first(float(value)), y, color))
            canvas.text(reach + 5, y, count, DIRECT)
            end = draw_bar(middle, second(row.amount), y, TEAL) if row.amount else middle
            canvas.text(end + 5, y, total, DIRECT)
        return canvas.drawing

    def data(self) -> FigureData:
        """Every call with its counts and money."""
        words = self.words
        names = ("legend.applications", "legend.funded", "legend.awarded_sum")
        rows: list[Cells] = [
            [
                row.label, self._count(row.applications), self._count(row.granted),
                Value("" if row.amount is None else words.money(row.amount), row.amount),
                self._count(row.known), self._count(row.projects),
            ]
            for row in self.rows
        ]  # fmt: skip
        known = (words("figure.sum_known"), words("figure.of"))
        return FigureData([self._category, *(words(name) for name in names), *known], rows).used()

    def _describe(self) -> str:
        """Every call with its counts and money."""
        sentences = (f"{row.label}: {self._counts(row)}, {self._sum(row)}." for row in self.rows)
        return alt_text.join(self.words("alt.calls"), *sentences)

    def _counts(self, row: Call) -> str:
        if row.granted is None and row.applications is None:
            return self.words("mark.missing")
        if row.granted is None:
            return self.words("mark.applied", applications=row.applications)
        if row.applications is None:
            return number(row.granted, self.language)
        return count_of(row.granted, row.applications, self.language)

    def _sum(self, row: Call) -> str:
        if row.amount is None:
            return self.words("mark.missing")
        text = self.words.money(row.amount)
        if row.known is None or row.projects is None or row.known == row.projects:
            return text
        return f"{text} ({count_of(row.known, row.projects, self.language)})"
