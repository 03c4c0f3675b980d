"""Where figures and tables of a section go, so that pages are full and none passes a heading.

A figure or table stands where it is told of. Where the page has no room for it there, text that
follows in the same section may come first, and a table may break. What is chosen leaves the least
of pages blank, found by filling pages with the heights of a draft.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["heading", "text", "figure", "table", "break"]
PAGE = 708.66  # points of text on a page: A4 with the margins of template.typ
_LINE = 14.17  # from line to line; template.typ sets 10.5 points with a leading of 0.66 em
_LEADING = 6.93
_INSET = 4.0  # above and below a quotation, on each page that it is on
_BELOW = {"heading": 11.0, "text": 10.5, "figure": 15.75, "table": 15.75, "break": 0.0}
_ABOVE = {"text": 10.5, "figure": 13.65, "table": 13.65, "break": 0.0}
_ABOVE_HEADINGS = {1: 22.05, 2: 22.0, 3: 19.0}
_MOST_BLANK = 0.29  # of a page
_PASSED = 4  # parts of the text that may come before a figure
_TRIED = 60  # ways to set a section
_KEPT = 16  # ways to set what is before a section
_LONG = 12  # rows of a table that is looked up rather than read
_SHARE = 0.35 * PAGE  # a higher table may break
_SLACK = 1.5  # points by which the filling may be wrong, but for a line where text is split
_LAST_ROWS = 4  # of a long table, which end it together where they are short: see typst_tables.lua
_LAST_HEIGHT = 185  # points that the last two rows may take and yet stay together
_FEW_LINES = 4 * _LINE  # which should not stand alone below a heading at the foot of a page


@dataclass(frozen=True)
class Part:
    """A part of the text as the draft has it.

    Attributes:
        height: with the space below, in points; of a break, what stands after it.
        rows: of a table, where each begins below its top; the first is its head.
        stays: it is announced by what stands before it.
        announces: it ends no page, being a line that announces what follows.
        level: of a heading.
    """

    kind: Kind
    height: float
    rows: tuple[float, ...] = ()
    stays: bool = False
    announces: bool = False
    level: int = 0

    @property
    def above(self) -> float:
        """The space above it, where that below what comes before is less."""
        return (
            _ABOVE[self.kind] if self.kind != "heading" else _ABOVE_HEADINGS.get(self.level, 15.0)
        )

    @property
    def breaks(self) -> bool:
        """Whether it may go on on the next page: a table of many rows, or of a few long ones."""
        return len(self.rows) > 5 or (len(self.rows) > 3 and self.height > _SHARE)

    @property
    def first(self) -> float:
        """How much of a table its first page must hold: its head and two rows, or a long one."""
        if not self.breaks:
            return self.height
        return self.rows[3] if len(self.rows) > 8 or self.rows[2] < 90 else self.rows[2]


@dataclass(frozen=True)
class _Way:
    """A way to set the parts up to a heading: in which order, and what stands in one piece."""

    cost: float = 0.0
    filled: float = 0.0  # of the last page
    split: bool = False  # and whether text goes on there, so that a line more may be on it
    order: tuple[int, ...] = ()
    whole: frozenset[int] = frozenset()
    new_pages: frozenset[int] = frozenset()


def fill_pages(parts: Sequence[Part]) -> tuple[tuple[int, ...], frozenset[int], frozenset[int]]:
    """The order of the parts, which tables stand in one piece, and what begins a page."""
    ways = [_Way()]
    for section in _sections(parts):
        found: dict[int, _Way] = {}
        first = section[0]
        begun = [
            *ways,
            *(
                replace(
                    way,
                    cost=way.cost + _blank(PAGE - way.filled) + 0.02,
                    filled=0.0,
                    split=False,
                    new_pages=way.new_pages | {first},
                )
                for way in ways
                if parts[first].kind == "heading" and way.filled > PAGE * (1 - _MOST_BLANK)
            ),
        ]
        for way, (order, whole) in itertools.product(begun, _arrangements(parts, section)):
            filled, cost, split, pushed = _set_parts(parts, order, whole, way.filled, way.split)
            cost += way.cost
            known = found.get(round(filled))
            if known is None or cost < known.cost:
                orders, pages = (*way.order, *order), way.new_pages | pushed
                found[round(filled)] = _Way(cost, filled, split, orders, way.whole | whole, pages)
        ways = sorted(found.values(), key=lambda way: way.cost)[:_KEPT]
    return ways[0].order, ways[0].whole, ways[0].new_pages


def _sections(parts: Sequence[Part]) -> Iterator[list[int]]:
    """Places of parts from one heading to the next; headings in a row stay together."""
    section: list[int] = []
    for index, part in enumerate(parts):
        after = parts[index - 1].kind if index else "break"
        if section and part.kind in ("heading", "break") and after not in ("heading", "break"):
            yield section
            section = []
        section.append(index)
    if section:
        yield section


def _arrangements(
    parts: Sequence[Part], section: list[int]
) -> Iterator[tuple[list[int], frozenset[int]]]:
    """Ways to set a section: each figure or table where it stands or after more of the text.

    Figures keep their order and so do tables, since they are counted apart: a table may pass a
    figure that the page has no room for.
    """
    texts = [index for index in section if parts[index].kind not in ("figure", "table")]
    floats = [index for index in section if parts[index].kind in ("figure", "table")]
    before = [sum(text < index for text in texts) for index in floats]
    glued = {at for at, text in enumerate(texts) if parts[text].stays}

    def places(number: int, least: Mapping[Kind, int]) -> Iterator[tuple[int, ...]]:
        if number == len(floats):
            yield ()
            return
        own, part = before[number], parts[floats[number]]
        first = max(own, least.get(part.kind, 0))
        last = own if part.stays else min(own + _PASSED, len(texts))
        for place in range(first, max(last, first) + 1):
            if place == own or place not in glued:
                for rest in places(number + 1, {**least, part.kind: place}):
                    yield place, *rest

    fitting = [index for index in floats if parts[index].breaks and parts[index].height < PAGE]
    whole_sets = [
        frozenset(index for index, whole in zip(fitting, choice, strict=False) if whole)
        for choice in itertools.product((True, False), repeat=min(len(fitting), 4))
    ]
    chosen = itertools.islice(places(0, {}), _TRIED)
    for put, whole in itertools.islice(itertools.product(chosen, whole_sets), _TRIED):
        order: list[int] = []
        rest = list(zip(put, floats, strict=True))
        for at, text in enumerate(texts):
            order += [index for place, index in rest if place == at]
            order.append(text)
        order += [index for place, index in rest if place == len(texts)]
        yield order, whole


def _set_parts(
    parts: Sequence[Part], order: Sequence[int], whole: frozenset[int], filled: float, split: bool
) -> tuple[float, float, bool, frozenset[int]]:
    """How far the last page is filled after parts in an order, what it costs, whether text goes on
    there from the page before, and what is pushed on.

    What might fit or not begins a page, so that what follows is known.
    """
    cost, pushed = 0.0, list[int]()
    for at, index in enumerate(order):
        part = parts[index]
        bare = part.height - _gap(parts, index, index + 1)
        gap = _gap(parts, index, order[at + 1] if at + 1 < len(order) else max(order) + 1)
        if bare + gap != part.height:
            part = replace(part, height=bare + gap)
        room = PAGE - filled
        if part.kind == "break":
            filled, split = part.height, False
        elif part.kind == "heading" or part.announces:
            needed = part.height + _least(parts, order, at + 1, whole)
            if needed > room - _SLACK:
                cost += _blank(room)
                if filled and needed <= room + (_LINE if split else _SLACK):
                    pushed.append(index)
                filled, split = 0.0, False
            filled += part.height
        elif part.kind == "text":
            split = bare > room or (split and filled > 0)
            filled, lost = _set_lines(part, bare, filled)
            cost += lost
        elif index in whole or not part.breaks:
            if bare > room - _SLACK:
                cost += _blank(room)
                if filled and bare <= room + (_LINE if split else _SLACK):
                    pushed.append(index)
                cost += _lone_heading(parts, order[:at])
                filled, split = 0.0, False
            elif split and bare > room - _LINE:
                cost += 1.0  # where a line more is on the page than was counted it does not fit
            filled += part.height
        else:
            if part.first > room and filled:
                cost += _lone_heading(parts, order[:at])
            before = filled
            filled, lost = _set_rows(part, bare, filled)
            split = split and filled > before
            cost += lost
        if part.kind in ("figure", "table"):
            passed = sum(parts[other].height for other in order[:at] if other > index)
            cost += 0.3 * (passed / PAGE) ** 2 + (0.01 if passed else 0.0)
    return filled, cost, split, frozenset(pushed)


def _gap(parts: Sequence[Part], index: int, following: int) -> float:
    """The space between a part and the one that follows it, in the draft or in another order."""
    above = parts[following].above if following < len(parts) else 22.0
    return max(_BELOW[parts[index].kind], above)


def _least(parts: Sequence[Part], order: Sequence[int], at: int, whole: frozenset[int]) -> float:
    """How much of what follows a heading stays on its page."""
    if at >= len(order):
        return 2 * _LINE
    part = parts[order[at]]
    if part.kind == "heading":
        return part.height + _least(parts, order, at + 1, whole)
    if part.kind == "text":
        inset = _INSET if part.stays else 0.0
        return min(part.height - _BELOW["text"], 2 * _LINE - _LEADING + inset)
    return part.first if part.kind == "table" and order[at] not in whole else part.height - 15


def _lone_heading(parts: Sequence[Part], before: Sequence[int]) -> float:
    """What it costs that only a heading and a few lines stand before what begins a page."""
    lines = 0.0
    for index in reversed(before):
        if parts[index].kind == "heading":
            return 0.15 if lines < _FEW_LINES else 0.0
        if parts[index].kind != "text":
            break
        lines += parts[index].height
    return 0.0


def _blank(room: float) -> float:
    """What a blank foot of a page costs: a third of it is more than a reader should see."""
    share = max(room, 0.0) / PAGE
    return 0.3 * share + share**2 + (5 + 20 * (share - _MOST_BLANK) if share > _MOST_BLANK else 0.0)


def _set_lines(part: Part, bare: float, filled: float) -> tuple[float, float]:
    """Text breaks between lines, two of which stay together at its ends."""
    room = PAGE - filled
    if bare <= room:
        return filled + part.height, 0.0
    lines = max(1, round((bare + _LEADING) / _LINE))
    held = int((room + _LEADING) / _LINE)
    held = min(held, lines - 2)
    if held < 2:
        return part.height, _blank(room)
    left = bare - held * _LINE
    while left > PAGE:
        left -= int((PAGE + _LEADING) / _LINE) * _LINE
    return left + part.height - bare, 0.0


def _set_rows(part: Part, bare: float, filled: float) -> tuple[float, float]:
    """Rows of a table go to as many pages as they need, its head above them on each."""
    room, cost = PAGE - filled, 0.0
    if bare <= room - _SLACK:
        return filled + part.height, 0.0
    if part.first > room and filled:
        cost, room = _blank(room), PAGE
    tops = [*part.rows[1:], bare]
    last = _LAST_ROWS if len(part.rows) > _LONG else 2
    if last > 2 and bare - tops[-1 - last] >= 90:
        last = 2
    if bare - tops[-1 - last] < _LAST_HEIGHT:
        del tops[-last:-1]  # rows at the end stay together
    head = part.rows[1] - part.rows[0]
    begun, broken = 0.0, 0
    for top, end in itertools.pairwise(tops):
        if end - begun > room:
            cost += _blank(room - (top - begun))
            room, begun, broken = PAGE - head, top, broken + 1
    if broken:
        cost += 0.05 if len(part.rows) > _LONG or bare > PAGE / 2 else 0.25
    return PAGE - room + (bare - begun) + part.height - bare, cost
