"""Differences with intervals around a zero line, and the same as a love plot with thresholds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.figure import Figure as Canvas

from evaltools.present import alt_text, empty
from evaltools.present.figure import Figure
from evaltools.present.language import Language, list_of, number, number_range, signed
from evaltools.present.legend import Entry
from evaltools.present.rows import AXIS, Frame, frame
from evaltools.present.scale import decimals_of, round_ends, ticks
from evaltools.present.stacks import note as write_note
from evaltools.present.style import DEEP_BLUE, GREY, INK, PAPER, QUIET, RUST, SMALL
from evaltools.present.text import height, wrap
from evaltools.present.words import Words

Unit = Literal["points", "standardised"]


@dataclass(frozen=True)
class Gap:
    """One row.

    Arguments:
        label: what differs.
        value: the difference; of shares from -1 to 1, or in standard deviations.
        low, high: its interval, or None.
        suppressed: withheld by disclosure control.
    """

    label: str
    value: float | None
    low: float | None = None
    high: float | None = None
    suppressed: bool = False

    @property
    def clear(self) -> bool:
        """Whether the interval keeps away from zero."""
        return self.low is not None and self.high is not None and (self.low > 0 or self.high < 0)


def draw(
    rows: Sequence[Gap],
    *,
    language: Language,
    unit: Unit = "points",
    axis: str = "",
    flag: float | None = None,
    towards: tuple[str, str] = ("", ""),
    sort: bool = True,
    nothing: str = "",
) -> Canvas:
    """Draw the rows.

    Arguments:
        rows: any number; none draws the sentence `nothing`.
        language: fi, sv or en.
        unit: `points` prints shares as percentage points, `standardised` as they are.
        axis: what the scale is; by default the name of the unit.
        flag: draw lines at ± this, and mark rows beyond them (a love plot).
        towards: what lies to the left and to the right of zero, such as
            ("maaseudulla yleisempi", "kaupungeissa yleisempi").
        sort: by size, largest above; a love plot by distance from zero.
        nothing: what to say when there are no rows.
    """
    words = Words(language)
    if not rows:
        return empty.draw(nothing or words("figure.empty"))
    shown = ranked(rows, by_distance=flag is not None) if sort else [concealed(row) for row in rows]
    ends = [abs(e) for row in shown for e in (row.value, row.low, row.high) if e is not None]
    reach = round_ends(0.0, max([0.1, (flag or 0.0) * 1.2, *ends]), 4)[1]
    factor = 100 if unit == "points" else 1
    marks = ticks(-reach, reach, 7)
    digits = decimals_of([mark * factor for mark in marks])
    name = "axis.difference_points" if unit == "points" else "axis.standardised_difference"
    sides = bool(towards[0] and towards[1])
    layout = frame(
        [row.label for row in shown],
        [_printed(row.value, language, unit) if not row.suppressed else "" for row in shown],
        low=-reach,
        high=reach,
        marks=marks,
        mark_text=lambda mark: signed(mark * factor, language, digits),
        axis="" if sides else axis or words(name),
        key=_key(shown, words, flag),
        heading=words("axis.points_short") if unit == "points" else "",
        below=height(2, SMALL) if sides else 0.0,
    )
    if sides:
        _sides(layout, towards)
    zero = layout.scale(0.0)
    layout.sheet.line([zero, zero], [layout.top, layout.bottom], color=INK, width=0.9, layer=1.5)
    for limit in (-flag, flag) if flag is not None else ():
        at = layout.scale(limit)
        layout.sheet.line(
            [at, at],
            [layout.top, layout.bottom],
            color=RUST,
            width=0.9,
            dashes=(2.5, 1.8),
            layer=1.5,
        )
    for row, y in zip(shown, layout.centres, strict=True):
        _row(layout, row, y, flag, words)
    return layout.sheet.canvas


def ranked(rows: Sequence[Gap], *, by_distance: bool) -> list[Gap]:
    """Largest first (or farthest from zero), ties by label; rows without a value last."""

    def size(row: Gap) -> float:
        value = row.value or 0.0
        return abs(value) if by_distance else value

    return sorted(
        map(concealed, rows),
        key=lambda row: (row.value is None, row.suppressed, -size(row), row.label),
    )


def concealed(row: Gap) -> Gap:
    """A suppressed row without its numbers, which neither order, scale nor words may betray."""
    return Gap(row.label, None, suppressed=True) if row.suppressed else row


def differences(
    rows: Sequence[Gap],
    *,
    language: Language,
    caption: str,
    alt: str = "",
    note: str = "",
    unit: Unit = "points",
    axis: str = "",
    flag: float | None = None,
    towards: tuple[str, str] = ("", ""),
    sort: bool = True,
    nothing: str = "",
) -> Figure:
    """The drawing with caption and alternative text; the latter from the data unless given."""
    return Figure(
        draw(
            rows,
            language=language,
            unit=unit,
            axis=axis,
            flag=flag,
            towards=towards,
            sort=sort,
            nothing=nothing,
        ),
        caption,
        alt or describe(rows, language, unit=unit, flag=flag, nothing=nothing),
        note,
    )


def describe(
    rows: Sequence[Gap],
    language: Language,
    *,
    unit: Unit = "points",
    flag: float | None = None,
    nothing: str = "",
) -> str:
    """What the drawing shows: differences in order, which are clear of zero or beyond the flag."""
    words = Words(language)
    if not rows:
        return words("figure.empty_alt", reason=nothing or words("figure.empty"))
    rows = [concealed(row) for row in rows]
    items = [
        (row.label, row.value, _printed(row.value, language, unit))
        for row in rows
        if row.value is not None and not row.suppressed
    ]
    clear = [
        f"{row.label} ({_interval(row, language, unit)})"
        for row in ranked(rows, by_distance=False)
        if row.clear and not row.suppressed
    ]
    beyond = [item[0] for item in items if flag is not None and abs(item[1]) > flag]
    has_intervals = any(row.low is not None for row in rows)
    zero = ""
    if has_intervals:
        zero = (
            words("alt.crossing", count=len(clear), items=list_of(clear, language))
            if clear
            else words("alt.crossing_none")
        )
    flagged = ""
    if flag is not None:
        limit = number(flag, language, 2)
        flagged = (
            words("alt.flagged", value=limit, items=list_of(beyond, language))
            if beyond
            else words("alt.flagged_none", value=limit)
        )
    return alt_text.join(
        words("alt.rows", count=len(rows)),
        alt_text.order(items, language),
        zero,
        flagged,
        alt_text.withheld([row.label for row in rows if row.suppressed], language),
    )


def _printed(value: float | None, language: Language, unit: Unit) -> str:
    if value is None:
        return ""
    return signed(value * 100, language) if unit == "points" else signed(value, language, 2)


def _interval(row: Gap, language: Language, unit: Unit) -> str:
    factor, digits = (100, 0) if unit == "points" else (1, 2)
    assert row.low is not None
    assert row.high is not None
    return number_range(row.low * factor, row.high * factor, language, digits)


def _key(rows: Sequence[Gap], words: Words, flag: float | None) -> list[Entry]:
    if flag is not None:
        text = number(flag, words.language, decimals_of([flag]))
        return [Entry(words("legend.flag", value=text), "dashes", RUST)]
    shown = [row for row in rows if row.low is not None and not row.suppressed]
    entries = []
    if any(row.clear for row in shown):
        entries.append(Entry(words("legend.clear"), "dot", DEEP_BLUE))
    if any(not row.clear for row in shown):
        entries.append(Entry(words("legend.unclear"), "hollow", GREY))
    return entries


def _sides(layout: Frame, towards: tuple[str, str]) -> None:
    """Say on each side of zero what lies there."""
    zero = layout.scale(0.0)
    room = (layout.right - layout.left) / 2 - 8
    top = layout.bottom + AXIS
    before = wrap(f"← {towards[0]}", room, SMALL, max_lines=2)
    after = wrap(f"{towards[1]} →", room, SMALL, max_lines=2)
    layout.sheet.lines(
        zero - 8,
        top + height(len(before), SMALL) / 2,
        before,
        align="right",
        size=SMALL,
        color=QUIET,
        gid="axis",
    )
    layout.sheet.lines(
        zero + 8,
        top + height(len(after), SMALL) / 2,
        after,
        size=SMALL,
        color=QUIET,
        gid="axis",
    )


def _row(layout: Frame, row: Gap, y: float, flag: float | None, words: Words) -> None:
    sheet, scale = layout.sheet, layout.scale
    if row.value is None or row.suppressed:
        write_note(layout, y, words("mark.suppressed" if row.suppressed else "mark.missing"))
        return
    has_interval = row.low is not None and row.high is not None
    loud = abs(row.value) > flag if flag is not None else (row.clear or not has_interval)
    color = (RUST if flag is not None else DEEP_BLUE) if loud else GREY
    if flag is not None and not loud:
        color = DEEP_BLUE
    if row.low is not None and row.high is not None:
        sheet.line([scale(row.low), scale(row.high)], [y, y], color=color, width=1.8, layer=3)
    hollow = flag is None and not loud
    sheet.dots([scale(row.value)], [y], color=color, fill=PAPER if hollow else color)
