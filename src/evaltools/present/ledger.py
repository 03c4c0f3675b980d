"""Claims of savings: how large they are, and how few of them can be checked."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Canvas

from evaltools.present import alt_text, empty
from evaltools.present.figure import Figure
from evaltools.present.language import Language, count_of, euros_short, number
from evaltools.present.legend import Entry
from evaltools.present.rows import AXIS, GUTTER, Frame, draw_marks, frame
from evaltools.present.scale import Scale, ticks
from evaltools.present.style import DEEP_BLUE, GRID, INK, LIGHT, QUIET, SMALL
from evaltools.present.text import clean, height, width, wrap
from evaltools.present.words import Words

_ROW = 26.0


@dataclass(frozen=True)
class Sums:
    """Where the sums of a group lie, in euros; no single sum is drawn, for it is one project's.

    Arguments:
        group: whose sums they are.
        median: half of them are below.
        low, high: a quarter of them is below, and above; None where that is not told.
    """

    group: str
    median: float
    low: float | None = None
    high: float | None = None

    @property
    def known(self) -> tuple[float, ...]:
        """All that is told, smallest first."""
        return tuple(x for x in (self.low, self.median, self.high) if x is not None)


@dataclass(frozen=True)
class Step:
    """One bar of the completeness part: what is told, and in how many claims."""

    label: str
    count: int


def draw(
    sums: Sequence[Sums],
    steps: Sequence[Step],
    *,
    language: Language,
    suppressed: bool = False,
    nothing: str = "",
) -> Canvas:
    """Draw the strip of sums on a logarithmic scale, and below it how complete the claims are.

    Arguments:
        sums: a row a group; a scale of powers of ten has no place for nought.
        steps: from all claims to the most complete; the first is the whole.
        language: fi, sv or en.
        suppressed: sums are withheld; the strip says so.
        nothing: what to say when there are no claims at all.
    """
    words = Words(language)
    if not steps or not steps[0].count:
        return empty.draw(nothing or words("figure.empty"))
    shown = _drawable(sums, suppressed)
    whole = steps[0].count
    strip = _ROW * len(shown) + AXIS + height(1, SMALL) + 14 if shown else 24.0
    layout = frame(
        [step.label for step in steps],
        [count_of(step.count, whole, language) for step in steps],
        low=0.0,
        high=float(whole),
        marks=[mark for mark in ticks(0.0, float(whole), 6) if mark == round(mark)],
        mark_text=lambda value: number(value, language),
        axis=words("axis.claims"),
        key=_key(shown, words),
        pitch=18.0,
        inset=6.0,
        above=strip,
        least_room=max([0.0, *(width(clean(row.group)) + 3 for row in shown)]),
    )
    for step, y in zip(steps, layout.centres, strict=True):
        start, end = layout.scale(0.0), layout.scale(float(step.count))
        layout.sheet.box(start, y - 6, layout.scale(float(whole)) - start, 12, fill=LIGHT)
        layout.sheet.box(start, y - 6, end - start, 12, fill=DEEP_BLUE, layer=2)
    top = layout.top - strip
    if shown:
        _strip(layout, shown, top, language, words)
    else:
        mark = words("mark.sums_suppressed" if suppressed else "mark.sums_missing")
        layout.sheet.text(
            layout.left, top + 8, mark, size=SMALL, color=QUIET, weight="italic", gid="mark"
        )
    return layout.sheet.canvas


def ledger(
    sums: Sequence[Sums],
    steps: Sequence[Step],
    *,
    language: Language,
    caption: str,
    alt: str = "",
    note: str = "",
    suppressed: bool = False,
    nothing: str = "",
) -> Figure:
    """The drawing with caption and alternative text; the latter from the data unless given."""
    return Figure(
        draw(sums, steps, language=language, suppressed=suppressed, nothing=nothing),
        caption,
        alt or describe(sums, steps, language, suppressed=suppressed, nothing=nothing),
        note,
    )


def describe(
    sums: Sequence[Sums],
    steps: Sequence[Step],
    language: Language,
    *,
    suppressed: bool = False,
    nothing: str = "",
) -> str:
    """What the drawing shows: places in the order of sums by group, and the counts of the steps."""
    words = Words(language)
    if not steps or not steps[0].count:
        return words("figure.empty_alt", reason=nothing or words("figure.empty"))
    told = []
    shown = _drawable(sums, suppressed)
    for row in shown:
        places = [euros_short(amount, language) for amount in row.known]
        names = ("low", "median", "high") if len(places) == 3 else ("median",)
        name = "alt.quartiles" if len(places) == 3 else "alt.median"
        told.append(words(name, group=row.group, **dict(zip(names, places, strict=True))))
    if not shown:
        told.append(words("mark.sums_suppressed" if suppressed else "mark.sums_missing") + ".")
    whole = steps[0].count
    told += [f"{step.label}: {count_of(step.count, whole, language)}." for step in steps]
    return alt_text.join(*(sentence[:1].upper() + sentence[1:] for sentence in told))


def _drawable(sums: Sequence[Sums], suppressed: bool) -> list[Sums]:
    rows = [] if suppressed else [row for row in sums if row.known[0] > 0]
    # A quarter alone is half a box.
    return [row if len(row.known) == 3 else Sums(row.group, row.median) for row in rows]


def _key(rows: Sequence[Sums], words: Words) -> list[Entry]:
    entries = []
    if any(row.low is not None for row in rows):
        entries.append(Entry(words("legend.middle_half"), "box", LIGHT))
    if rows:
        entries.append(Entry(words("legend.median"), "tick", INK))
    return entries


def _decades(rows: Sequence[Sums]) -> tuple[int, int]:
    amounts = [amount for row in rows for amount in row.known]
    low, high = math.floor(math.log10(min(amounts))), math.ceil(math.log10(max(amounts)))
    return low, max(high, low + 1)


def _strip(
    layout: Frame, rows: Sequence[Sums], top: float, language: Language, words: Words
) -> None:
    low, high = _decades(rows)
    scale = Scale(10.0**low, 10.0**high, layout.scale.start, layout.scale.end, log=True)
    bottom = top + _ROW * len(rows)
    marks = [10.0**power for power in range(low, high + 1)]
    sheet = layout.sheet
    for mark in marks:
        sheet.line([scale(mark)] * 2, [top, bottom], color=GRID, width=0.6, layer=0.5)
    draw_marks(
        sheet,
        scale,
        marks,
        lambda value: euros_short(value, language),
        bottom + 8,
        left=layout.left - GUTTER,
        right=sheet.width - 1.5,
    )
    sheet.text(
        (scale.start + scale.end) / 2,
        bottom + AXIS + height(1, SMALL) / 2,
        words("axis.claimed_euros"),
        align="center",
        size=SMALL,
        color=QUIET,
        gid="axis",
    )
    for place, row in enumerate(rows):
        middle = top + _ROW * (place + 0.5)
        lines = wrap(row.group, layout.left - GUTTER - 2, max_lines=2)
        sheet.lines(layout.left - GUTTER, middle, lines, align="right")
        if row.low is not None and row.high is not None:
            start, end = scale(row.low), scale(row.high)
            sheet.box(start, middle - 6, end - start, 12, fill=LIGHT, edge=DEEP_BLUE, layer=2)
        at = [middle - _ROW / 2 + 4, middle + _ROW / 2 - 4]
        sheet.line([scale(row.median)] * 2, at, color=INK, width=1.6, layer=3)
