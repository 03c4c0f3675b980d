"""What every chart has: words, a picture, alternative text, and a reason where there is nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import ClassVar, Generic, Protocol, Self, TypeVar

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text
from evaltools.charts.canvas import Canvas, Lettering, Paint
from evaltools.charts.data import MISSING, WITHHELD, Cells, FigureData, Value
from evaltools.charts.figure import Figure
from evaltools.charts.layout import Axis, RowLayout, round_ends, ticks
from evaltools.charts.palette import GRID, QUIET
from evaltools.charts.style import NARROW_WIDTH, drawn_at, text_width
from evaltools.charts.text_metrics import height, wrap
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import FEWEST_FOR_PERCENT, Language, count_of, number, percent


@dataclass(frozen=True, kw_only=True)
class Chart(ABC):
    """Data in a form that can be drawn, and told in words to who does not see it.

    Arguments:
        words: of the language of the report, and of the study.
        nothing: a sentence for where there is nothing to draw.
    """

    HAS_NARROW_LAYOUT: ClassVar[bool] = True
    """Whether it can be drawn for a phone; otherwise the page scrolls it."""

    words: Words
    nothing: str = ""

    @property
    def language(self) -> Language:
        """In which it is told."""
        return self.words.language

    def figure(self, caption: str, *, note: str = "", alt: str = "", headline: str = "") -> Figure:
        """The drawing with caption and alternative text; the latter from the data unless given."""
        narrow = None
        if self.HAS_NARROW_LAYOUT:
            with drawn_at(NARROW_WIDTH):
                narrow = self.draw()
        empty, alt = self._is_empty(), alt or self.describe()
        data, nothing = (None, self._reason) if empty else (self.data(), "")
        return Figure(self.draw(), caption, alt, note, narrow, data, nothing, headline)

    def data(self) -> FigureData | None:
        """What is drawn, as a table; None where the words around it have all of it."""
        return None

    @property
    def _category(self) -> str:
        return self.words("figure.category")

    def _count(self, count: int | None) -> Value:
        return Value("" if count is None else number(count, self.language), count)

    def _share(self, part: float | None, digits: int = 0) -> Value:
        return Value("" if part is None else percent(part, self.language, digits), part)

    def _value(self, value: float | None, digits: int = 2) -> Value:
        return Value("" if value is None else number(value, self.language, digits), value)

    def draw(self) -> Drawing:
        """The drawing; where there is nothing to draw, a quiet box that says so."""
        return draw_reason(self._reason) if self._is_empty() else self._draw()

    def describe(self) -> str:
        """What the drawing shows."""
        if self._is_empty():
            return self.words("figure.empty_alt", reason=self._reason)
        return self._describe()

    @property
    def _reason(self) -> str:
        return self.nothing or self.words("figure.empty")

    def _share_axis(
        self,
        reached: Iterable[float | None],
        words: str,
        sizes: Iterable[int | None] = (),
        at_most: int = 6,
    ) -> Axis:
        """From nought to a round share above all that are reached; to a tenth at least.

        Arguments:
            reached: shares that must lie on it.
            words: what they are of.
            sizes: of how many each is. Where all are of fewer than ten the axis counts, for a
                percentage of so few says more than they do; where those few are not as many in
                each row, it has no numbers.
            at_most: so many numbers.
        """
        known = [share for share in reached if share is not None]
        different = {size for size in sizes if size}
        if not different or max(different) >= FEWEST_FOR_PERCENT:
            high = min(1.0, round_ends(0.0, max([0.1, *known]))[1])
            return Axis(
                0.0, high, ticks(0.0, high, at_most), lambda v: percent(v, self.language), words
            )
        of = max(different)
        most = min(of, max([1, *(ceil(share * of - 1e-9) for share in known)]))
        marks = [k / of for k in ticks(0, most, at_most, whole=True)] if len(different) == 1 else []
        return Axis(
            0.0, most / of, marks, lambda v: count_of(round(v * of), of, self.language), words
        )

    def _count_axis(self, most: int, words: str) -> Axis:
        """From nought to a count, in whole numbers."""
        marks = ticks(0.0, most, whole=True)
        return Axis(0.0, most, marks, lambda v: number(v, self.language), words)

    @abstractmethod
    def _is_empty(self) -> bool: ...

    @abstractmethod
    def _draw(self) -> Drawing: ...

    @abstractmethod
    def _describe(self) -> str: ...


class Row(Protocol):
    """A row of a chart: a label, and numbers unless they are missing or suppressed."""

    @property
    def label(self) -> str:
        """What it is of."""

    @property
    def suppressed(self) -> bool:
        """Whether disclosure control withholds it."""

    @property
    def known(self) -> bool:
        """Whether it has numbers."""

    def conceal(self) -> Self:
        """The row without its numbers, which neither order, scale nor words may betray."""


AnyRow = TypeVar("AnyRow", bound=Row)


@dataclass(frozen=True)
class RowChart(Chart, Generic[AnyRow]):
    """A chart with one thing a row; what is suppressed or missing is said in its row."""

    rows: Sequence[AnyRow]

    @property
    def _concealed(self) -> list[AnyRow]:
        return [row.conceal() if row.suppressed else row for row in self.rows]

    @property
    def shown(self) -> list[AnyRow]:
        """In the order in which they are drawn: largest first, ties as given, the unknown last."""
        return sorted(
            self._concealed,
            key=lambda r: (not r.known, r.suppressed, -self._size(r) if r.known else 0.0),
        )

    def _is_empty(self) -> bool:
        return not any(row.known for row in self._concealed)

    @property
    def _reason(self) -> str:
        if self.rows and all(row.suppressed for row in self.rows):
            return self.words("report.left_out.withheld")
        return super()._reason

    def _draw(self) -> Drawing:
        shown = self.shown
        layout = self._lay_out(shown)
        for row, y in zip(shown, layout.centres, strict=True):
            if row.known:
                self._draw_row(layout, row, y)
            else:
                layout.note(y, self.words("mark.suppressed" if row.suppressed else "mark.missing"))
        return layout.canvas.drawing

    @abstractmethod
    def _size(self, row: AnyRow) -> float: ...

    @abstractmethod
    def _lay_out(self, rows: Sequence[AnyRow]) -> RowLayout: ...

    @abstractmethod
    def _draw_row(self, layout: RowLayout, row: AnyRow, y: float) -> None: ...

    def data(self) -> FigureData | None:
        """A row each, in the order drawn; what is withheld says so in place of its numbers."""
        columns = self._columns()
        if not columns:
            return None
        rows: list[Cells] = []
        for row in self.shown:
            if row.known:
                rows.append([row.label, *self._cells(row)])
                continue
            why = self.words("mark.suppressed" if row.suppressed else "mark.missing")
            mark = WITHHELD if row.suppressed else MISSING
            rows.append([row.label, Value(why, mark), *[Value("", mark)] * (len(columns) - 1)])
        return FigureData([self._category, *columns], rows).used()

    @abstractmethod
    def _columns(self) -> list[str]: ...

    @abstractmethod
    def _cells(self, row: AnyRow) -> list[Value]: ...

    def _describe_unknown(self, rows: Sequence[AnyRow]) -> str:
        """Which rows are withheld, and which are missing."""
        return alt_text.join(
            alt_text.describe_withheld([r.label for r in rows if r.suppressed], self.language),
            alt_text.describe_missing(
                [r.label for r in rows if not (r.known or r.suppressed)], self.language
            ),
        )


def draw_reason(reason: str) -> Drawing:
    """A quiet box with the reason why there is nothing to show.

    Arguments:
        reason: a sentence in the language of the report.
    """
    lines = wrap(reason, text_width() - 40, max_lines=8)
    canvas = Canvas(height(len(lines)) + 36)
    canvas.box(0.5, 0.5, text_width() - 1, canvas.height - 1, Paint(edge=GRID, edge_width=0.8))
    quiet = Lettering(color=QUIET)
    canvas.text(text_width() / 2, canvas.height / 2, lines, quiet, align="center")
    return canvas.drawing
