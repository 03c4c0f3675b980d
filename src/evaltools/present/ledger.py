"""Claims of savings: how large they are, and how few of them can be checked."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from matplotlib.figure import Figure as Canvas

from evaltools.present import alt_text, empty
from evaltools.present.figure import Figure
from evaltools.present.language import Language, count_of, euros_short, number
from evaltools.present.legend import Entry
from evaltools.present.rows import AXIS, GUTTER, Frame, draw_marks, frame
from evaltools.present.scale import Scale, ticks
from evaltools.present.style import DEEP_BLUE, GRID, INK, LIGHT, OCHRE, PAPER, QUIET, SMALL
from evaltools.present.text import clean, height, width, wrap
from evaltools.present.words import Words

_DOT = 6.4
_STEP = 7.0


@dataclass(frozen=True)
class Claim:
    """One claim: its sum in euros, its row in the strip, whether it can be checked."""

    amount: float
    group: str
    complete: bool = False


@dataclass(frozen=True)
class Step:
    """One bar of the completeness part: what is told, and in how many claims."""

    label: str
    count: int


def draw(
    claims: Sequence[Claim],
    steps: Sequence[Step],
    *,
    language: Language,
    suppressed: bool = False,
    nothing: str = "",
) -> Canvas:
    """Draw the strip of sums on a logarithmic scale, and below it how complete the claims are.

    Arguments:
        claims: those with a sum above nought; groups in the order of their first claim.
        steps: from all claims to the most complete; the first is the whole.
        language: fi, sv or en.
        suppressed: sums are withheld; the strip says so.
        nothing: what to say when there are no claims at all.
    """
    words = Words(language)
    if not steps or not steps[0].count:
        return empty.draw(nothing or words("figure.empty"))
    shown = [] if suppressed else [claim for claim in claims if claim.amount > 0]
    groups = list(dict.fromkeys(claim.group for claim in shown))
    whole = steps[0].count
    tall = [max(26.0, _swarm_height(shown, group) + 10) for group in groups]
    strip = sum(tall) + AXIS + height(1, SMALL) + 14 if groups else 24.0
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
        least_room=max([0.0, *(width(clean(group)) + 3 for group in groups)]),
    )
    for step, y in zip(steps, layout.centres, strict=True):
        start, end = layout.scale(0.0), layout.scale(float(step.count))
        layout.sheet.box(start, y - 6, layout.scale(float(whole)) - start, 12, fill=LIGHT)
        layout.sheet.box(start, y - 6, end - start, 12, fill=DEEP_BLUE, layer=2)
    top = layout.top - strip
    if groups:
        _strip(layout, shown, groups, tall, top, language, words)
    else:
        mark = words("mark.sums_suppressed" if suppressed else "mark.sums_missing")
        layout.sheet.text(
            layout.left, top + 8, mark, size=SMALL, color=QUIET, weight="italic", gid="mark"
        )
    return layout.sheet.canvas


def ledger(
    claims: Sequence[Claim],
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
        draw(claims, steps, language=language, suppressed=suppressed, nothing=nothing),
        caption,
        alt or describe(claims, steps, language, suppressed=suppressed, nothing=nothing),
        note,
    )


def describe(
    claims: Sequence[Claim],
    steps: Sequence[Step],
    language: Language,
    *,
    suppressed: bool = False,
    nothing: str = "",
) -> str:
    """What the drawing shows: range of sums by group, and the counts of the steps."""
    words = Words(language)
    if not steps or not steps[0].count:
        return words("figure.empty_alt", reason=nothing or words("figure.empty"))
    told = []
    shown = [] if suppressed else [claim for claim in claims if claim.amount > 0]
    for group in dict.fromkeys(claim.group for claim in shown):
        amounts = sorted(claim.amount for claim in shown if claim.group == group)
        told.append(
            words(
                "alt.strip",
                group=group,
                count=len(amounts),
                low=euros_short(amounts[0], language),
                high=euros_short(amounts[-1], language),
            )
        )
    if not shown:
        told.append(words("mark.sums_suppressed" if suppressed else "mark.sums_missing") + ".")
    whole = steps[0].count
    told += [f"{step.label}: {count_of(step.count, whole, language)}." for step in steps]
    return alt_text.join(*(sentence[:1].upper() + sentence[1:] for sentence in told))


def _key(claims: Sequence[Claim], words: Words) -> list[Entry]:
    entries = []
    if any(claim.complete for claim in claims):
        entries.append(Entry(words("legend.checkable"), "dot", DEEP_BLUE))
    if any(not claim.complete for claim in claims):
        entries.append(Entry(words("legend.uncheckable"), "hollow", OCHRE))
    if any(count > 2 for count in Counter(claim.group for claim in claims).values()):
        entries.append(Entry(words("legend.median"), "tick", INK))
    return entries


def _decades(claims: Sequence[Claim]) -> tuple[int, int]:
    amounts = [claim.amount for claim in claims]
    low, high = math.floor(math.log10(min(amounts))), math.ceil(math.log10(max(amounts)))
    return low, max(high, low + 1)


def _places(claims: Sequence[Claim], group: str, scale: Scale) -> list[tuple[float, int, Claim]]:
    """x and storey of each dot: dots that would overlap are stacked from the middle outwards."""
    placed: list[tuple[float, int, Claim]] = []
    own = sorted((c for c in claims if c.group == group), key=lambda c: (c.amount, c.complete))
    for claim in own:
        x = scale(claim.amount)
        near = {storey for other, storey, _ in placed if abs(other - x) < _DOT + 0.6}
        storey = next(s for s in _storeys() if s not in near)
        placed.append((x, storey, claim))
    return placed


def _storeys() -> Sequence[int]:
    return [0, *(sign * level for level in range(1, 500) for sign in (1, -1))]


def _swarm_height(claims: Sequence[Claim], group: str) -> float:
    """Height of a row of the strip, from the narrowest scale that it may be drawn on."""
    low, high = _decades(claims)
    scale = Scale(10.0**low, 10.0**high, 0.0, 200.0, log=True)
    storeys = [abs(storey) for _, storey, _ in _places(claims, group, scale)]
    return (2 * max(storeys, default=0) + 1) * _STEP


def _strip(
    layout: Frame,
    claims: Sequence[Claim],
    groups: Sequence[str],
    tall: Sequence[float],
    top: float,
    language: Language,
    words: Words,
) -> None:
    low, high = _decades(claims)
    scale = Scale(10.0**low, 10.0**high, layout.scale.start, layout.scale.end, log=True)
    bottom = top + sum(tall)
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
    y = top
    for group, own in zip(groups, tall, strict=True):
        middle = y + own / 2
        lines = wrap(group, layout.left - GUTTER - 2, max_lines=2)
        sheet.lines(layout.left - GUTTER, middle, lines, align="right")
        amounts = sorted(claim.amount for claim in claims if claim.group == group)
        centre = amounts[len(amounts) // 2]
        if len(amounts) % 2 == 0:
            centre = (amounts[len(amounts) // 2 - 1] + centre) / 2
        if len(amounts) > 2:
            sheet.line(
                [scale(centre)] * 2,
                [middle - own / 2 + 3, middle + own / 2 - 3],
                color=INK,
                width=1.0,
            )
        for x, storey, claim in _places(claims, group, scale):
            color = DEEP_BLUE if claim.complete else OCHRE
            fill = color if claim.complete else PAPER
            at = [middle + storey * _STEP]
            sheet.dots([x], at, color=color, fill=fill, diameter=_DOT - 1, edge_width=1.2)
        y += own
