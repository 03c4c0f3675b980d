"""Two shares a row, then and now, joined by a line: what moved, and beyond doubt or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Canvas

from evaltools.present import alt_text, empty
from evaltools.present.figure import Figure
from evaltools.present.language import Language, percent, share, signed
from evaltools.present.legend import Entry
from evaltools.present.rows import Frame, frame
from evaltools.present.scale import round_ends, ticks
from evaltools.present.stacks import note as write_note
from evaltools.present.style import DEEP_BLUE, GREY, OCHRE, PAPER
from evaltools.present.words import Words


@dataclass(frozen=True)
class Slope:
    """One row.

    Arguments:
        label: what it is of.
        old, new: the shares, 0 to 1; None where one is missing or suppressed.
        old_n, old_N, new_n, new_N: the counts they are made of.
        clear: the change is more than its uncertainty.
        suppressed: withheld by disclosure control in one of the two.
    """

    label: str
    old: float | None
    new: float | None
    old_n: int | None = None
    old_N: int | None = None
    new_n: int | None = None
    new_N: int | None = None
    clear: bool = False
    suppressed: bool = False

    @property
    def change(self) -> float | None:
        """New less old, where both are there."""
        return None if self.old is None or self.new is None else self.new - self.old


def ranked(rows: Sequence[Slope]) -> list[Slope]:
    """What rose most above, what fell most below, ties by label; rows without a change last."""
    return sorted(
        map(concealed, rows),
        key=lambda row: (
            row.change is None,
            row.suppressed,
            -round(row.change or 0, 12),
            row.label,
        ),
    )


def concealed(row: Slope) -> Slope:
    """A suppressed row without its numbers, which neither order, scale nor words may betray."""
    return Slope(row.label, None, None, suppressed=True) if row.suppressed else row


def draw(
    rows: Sequence[Slope],
    *,
    language: Language,
    names: tuple[str, str],
    axis: str = "",
    sort: bool = True,
    nothing: str = "",
) -> Canvas:
    """Draw the rows.

    Arguments:
        rows: any number; none draws the sentence `nothing`.
        language: fi, sv or en.
        names: what the older and the newer share are called in the key.
        axis: what the share is of; by default the share of the reports read.
        sort: by change; False keeps the order given.
        nothing: what to say when there are no rows.
    """
    words = Words(language)
    if not rows:
        return empty.draw(nothing or words("figure.empty"))
    shown = ranked(rows) if sort else [concealed(row) for row in rows]
    ends = [value for row in shown for value in (row.old, row.new) if value is not None]
    high = min(1.0, round_ends(0.0, max([0.1, *ends]))[1])
    layout = frame(
        [row.label for row in shown],
        [_number(row, language) for row in shown],
        low=0.0,
        high=high,
        marks=ticks(0.0, high),
        mark_text=lambda value: percent(value, language),
        axis=axis or words("axis.share_of_reports"),
        key=_key(shown, words, names),
        heading=words("axis.points_short"),
        pitch=18.0,
    )
    for row, y in zip(shown, layout.centres, strict=True):
        _row(layout, row, y, words)
    return layout.sheet.canvas


def slopes(
    rows: Sequence[Slope],
    *,
    language: Language,
    names: tuple[str, str],
    caption: str,
    alt: str = "",
    note: str = "",
    axis: str = "",
    sort: bool = True,
    nothing: str = "",
) -> Figure:
    """The drawing with caption and alternative text; the latter from the data unless given."""
    drawn = draw(rows, language=language, names=names, axis=axis, sort=sort, nothing=nothing)
    return Figure(drawn, caption, alt or describe(rows, language, names, nothing), note)


def describe(
    rows: Sequence[Slope], language: Language, names: tuple[str, str], nothing: str = ""
) -> str:
    """What the drawing shows: the rows with both shares, those that are clear said to be so."""
    words = Words(language)
    if not rows:
        return words("figure.empty_alt", reason=nothing or words("figure.empty"))
    shown = ranked(rows)
    told = [row for row in shown if row.change is not None]
    largest = sorted(told, key=lambda row: (-abs(round(row.change or 0.0, 12)), row.label))[:5]
    items = "; ".join(
        words(
            "comparison.alt.clear" if row.clear else "comparison.alt.unclear",
            label=row.label,
            change=f"{_share(row.old, row.old_n, row.old_N, language)} → "
            f"{_share(row.new, row.new_n, row.new_N, language)}",
        )
        for row in largest
    )
    return alt_text.join(
        words("comparison.alt.rows", count=len(rows), old=names[0], new=names[1]),
        words("comparison.alt.largest", items=items) if items else "",
        alt_text.withheld([row.label for row in shown if row.suppressed], language),
        alt_text.missing(
            [row.label for row in shown if row.change is None and not row.suppressed], language
        ),
    )


def _number(row: Slope, language: Language) -> str:
    if row.change is None:
        return ""
    return signed(row.change * 100, language)


def _share(value: float | None, n: int | None, N: int | None, language: Language) -> str:
    return share(value, n, N, language)


def _key(rows: Sequence[Slope], words: Words, names: tuple[str, str]) -> list[Entry]:
    entries = [Entry(names[0], "hollow", OCHRE), Entry(names[1], "dot", DEEP_BLUE)]
    drawn = [row for row in rows if row.change is not None]
    if any(row.clear for row in drawn):
        entries.append(Entry(words("comparison.key.clear"), "line", DEEP_BLUE))
    if any(not row.clear for row in drawn):
        entries.append(Entry(words("comparison.key.unclear"), "dashes", GREY))
    return entries


def _row(layout: Frame, row: Slope, y: float, words: Words) -> None:
    sheet, scale = layout.sheet, layout.scale
    if row.old is None or row.new is None:
        write_note(layout, y, words("mark.suppressed" if row.suppressed else "mark.missing"))
        return
    start, end = scale(row.old), scale(row.new)
    if row.clear:
        sheet.line([start, end], [y, y], color=DEEP_BLUE, width=2.0, layer=3)
    else:
        sheet.line([start, end], [y, y], color=GREY, width=1.0, dashes=(2.5, 1.8), layer=3)
    # The older mark is larger, so that it is seen round the newer one where they coincide.
    sheet.dots([start], [y], color=OCHRE, fill=PAPER, diameter=7.0, edge_width=1.6)
    sheet.dots([end], [y], color=DEEP_BLUE, diameter=5.0, layer=4.5)
