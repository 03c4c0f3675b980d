"""Stacked bars: parts of each row, as counts or as shares; and what reports say of each code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.figure import Chart
from evaltools.charts.legend import Entry
from evaltools.charts.row_layout import Spacing, lay_out_rows
from evaltools.charts.scale import Axis, round_ends, ticks
from evaltools.charts.style import DEEP_BLUE, LIGHT, RUST
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language, number, percent


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


@dataclass(frozen=True)
class Stacks(Chart):
    """Rows of stacked bars.

    Arguments:
        rows: any number.
        parts: names and colours, in order from the left.
        axis: what the lengths are.
        shares: every bar is as long as the others and shows shares; False draws counts.
        sort: by the first part, largest first.
        heading: over the totals at the right.

    Raises:
        ValueError: a row has another number of counts than there are parts.
    """

    rows: Sequence[Stack]
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

    def _is_empty(self) -> bool:
        return not self.rows

    def _draw(self) -> Drawing:
        language, shares = self.language, self.shares
        shown = [conceal(row) for row in self.rows]
        if self.sort:
            shown.sort(key=lambda r: (r.suppressed, not r.total, -self._first(r), r.label))
        high = 1.0
        if not shares:
            high = round_ends(0.0, float(max([1, *(row.total for row in shown)])))[1]
        layout = lay_out_rows(
            [row.label for row in shown],
            ["" if row.suppressed else number(row.total, language) for row in shown],
            Axis(
                0.0, high, ticks(0.0, high, 5, whole=not shares),
                lambda v: percent(v, language) if shares else number(v, language), self.axis,
            ),
            key=[Entry(part.name, "box", part.color) for part in self.parts],
            heading=self.heading,
            spacing=Spacing(pitch=18.0, inset=0.0),
        )  # fmt: skip
        for row, y in zip(shown, layout.centres, strict=True):
            if not row.total:
                layout.note(y, self.words("mark.suppressed" if row.suppressed else "mark.missing"))
                continue
            start = 0.0
            for part, count in zip(self.parts, row.counts, strict=True):
                end = start + (count / row.total if shares else count)
                ends = layout.scale(start), layout.scale(end)
                layout.bar(*ends, y, part.color, number(count, language))
                start = end
        return layout.canvas.drawing

    def _first(self, row: Stack) -> float:
        first = row.counts[0]
        return first / row.total if self.shares and row.total else float(first)

    def _describe(self) -> str:
        return describe_counts(self.rows, self.parts, self.language)


def describe_counts(rows: Sequence[Stack], parts: Sequence[Part], language: Language) -> str:
    """Every row with its counts, what is withheld, what is missing."""
    words = Words(language)
    sentences = []
    for row in rows:
        if row.suppressed or not row.total:
            continue
        counts = ", ".join(
            f"{part.name} {number(count, language)}"
            for part, count in zip(parts, row.counts, strict=True)
        )
        sentences.append(words("alt.parts", label=row.label, parts=counts))
    return alt_text.join(
        words("alt.rows", count=len(rows)),
        *sentences,
        alt_text.describe_withheld([row.label for row in rows if row.suppressed], language),
        alt_text.describe_missing(
            [r.label for r in rows if not r.total and not r.suppressed], language
        ),
    )


def conceal(row: Stack) -> Stack:
    """A suppressed row without its counts, which neither order, scale nor words may betray."""
    return Stack(row.label, (0,) * len(row.counts), True) if row.suppressed else row


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
