"""An intervention logic: elements in the rows of their stages, links drawn by their evidence."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import hypot
from typing import ClassVar, Final, Literal

from matplotlib.figure import Figure as Drawing

from evaltools.charts import alt_text, style
from evaltools.charts.canvas import KEY_WORDS, LABEL, Canvas, Lettering, Paint
from evaltools.charts.chart import Chart
from evaltools.charts.layout import EDGE
from evaltools.charts.text_metrics import height, width, wrap

State = Literal["supported", "contradicted", "cannot_be_told", "not_examined"]
Point = tuple[float, float]

MOST_ELEMENTS: Final = 4
"""In one stage; more would not be readable at this width."""


@dataclass(frozen=True)
class Stroke:
    """How the links of a state are drawn: told apart in grey print and by who sees no colours."""

    color: str
    width: float
    dashes: tuple[float, float] | None = None
    crossed: bool = False


STROKES: Final[Mapping[State, Stroke]] = {
    "supported": Stroke(style.DEEP_BLUE, 2.2),
    "contradicted": Stroke(style.RUST, 2.2, crossed=True),
    "cannot_be_told": Stroke(style.INK, 1.1, (5.0, 2.6)),
    "not_examined": Stroke(style.GREY, 1.1, (1.0, 2.2)),
}

_STAGES = 70.0
"""Width of the names of stages at the left, points."""
_MARGIN, _GAP, _BETWEEN = 13.0, 20.0, 40.0
"""White beside the elements of a row, between two of them, and between rows."""
_WIDEST, _PADDING = 168.0, 7.0
_LINES = 5
_HEADING = Lettering(weight="bold", gid="heading")
_NUMBER = Lettering(style.SMALL, gid="number")
_DISC = 6.6
_SIDEWAYS = (0.0, 5.0, -5.0, 2.5, -2.5)
"""How far from its middle lines run through the same gap; further out they would meet boxes."""


@dataclass(frozen=True)
class Element:
    """A box: its id, the stage it stands in, its words."""

    name: str
    stage: str
    label: str


@dataclass(frozen=True)
class Arrow:
    """A link between two elements: its number in the table, and what the evidence says of it."""

    number: int
    start: str
    end: str
    state: State


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    wide: float
    tall: float
    lines: tuple[str, ...]

    @property
    def centre(self) -> float:
        return self.x + self.wide / 2


@dataclass(frozen=True, kw_only=True)
class LogicModel(Chart):
    """Stages from top to bottom, links downwards.

    Arguments:
        stages: ids and names in order; those without elements are left out.
        elements: in the order in which they stand in their row.
        arrows: each from an element to one of a later stage.
    """

    HAS_NARROW_LAYOUT: ClassVar[bool] = False

    stages: Mapping[str, str]
    elements: Sequence[Element]
    arrows: Sequence[Arrow]

    def _is_empty(self) -> bool:
        return not self.arrows

    @property
    def _rows(self) -> list[list[Element]]:
        rows = ([e for e in self.elements if e.stage == stage] for stage in self.stages)
        return [row for row in rows if row]

    @property
    def _states(self) -> list[State]:
        return [state for state in STROKES if any(a.state == state for a in self.arrows)]

    def _draw(self) -> Drawing:
        key, key_height = self._lay_out_key()
        boxes, rows, foot = _place(self._rows, key_height)
        canvas = Canvas(foot + 2)
        for state, x, y in key:
            _stroke(canvas, [(x, y), (x + 26, y)], STROKES[state])
            canvas.text(x + 31, y, self.words(f"logic.state.{state}"), KEY_WORDS)
        for row, (top, tall) in zip(self._rows, rows, strict=True):
            named = wrap(self.stages[row[0].stage], _STAGES - 6, weight="bold")
            canvas.text(EDGE, top + tall / 2, named, _HEADING)
        for element in self.elements:
            box = boxes[element.name]
            canvas.box(
                box.x, box.y, box.wide, box.tall, Paint("#f3f6f8", edge=style.DEEP_BLUE), layer=4
            )
            middle = box.y + box.tall / 2
            canvas.text(box.centre, middle, box.lines, LABEL, align="center")
        order = {e.name: at for at, row in enumerate(self._rows) for e in row}
        paths = {a.number: path for a, path in _route(self.arrows, boxes, rows, order)}
        for arrow in self.arrows:
            _stroke(canvas, paths[arrow.number], STROKES[arrow.state])
        for number, (x, y) in _place_numbers(paths):
            canvas.dots([x], [y], color=style.LIGHT, fill=style.PAPER, diameter=2 * _DISC, layer=5)
            canvas.text(x, y, str(number), _NUMBER, align="center")
        return canvas.drawing

    def _lay_out_key(self) -> tuple[list[tuple[State, float, float]], float]:
        """Where the marks of the key go, and how high it is."""
        placed: list[tuple[State, float, float]] = []
        x, y = EDGE, 8.0
        for state in self._states:
            long = 31 + width(self.words(f"logic.state.{state}"), style.SMALL)
            if x > EDGE and x + long > style.TEXT_WIDTH - EDGE:
                x, y = EDGE, y + 15
            placed.append((state, x, y))
            x += long + 16
        return placed, y + 16

    def _describe(self) -> str:
        """How many elements and links, and the links by what the evidence says of them."""
        labels = {element.name: element.label for element in self.elements}
        told = []
        for state in self._states:
            links = [
                self.words("logic.link", number=a.number, start=labels[a.start], end=labels[a.end])
                for a in self.arrows
                if a.state == state
            ]
            name = self.words(f"logic.state.{state}")
            told.append(f"{name[:1].upper()}{name[1:]}: {'; '.join(links)}.")
        whole = self.words("alt.logic", elements=len(self.elements), links=len(self.arrows))
        return alt_text.join(whole, *told)


def _place(
    rows: Sequence[Sequence[Element]], top: float
) -> tuple[dict[str, _Box], list[tuple[float, float]], float]:
    """Boxes by name, top and height of each row, and where the last one ends."""
    left, room = EDGE + _STAGES, style.TEXT_WIDTH - 2 * EDGE - _STAGES
    boxes: dict[str, _Box] = {}
    found = []
    y = top
    for row in rows:
        inner = room - 2 * _MARGIN - _GAP * (len(row) - 1)
        wide = min(_WIDEST, inner / len(row))
        lines = [wrap(e.label, wide - 2 * _PADDING, max_lines=_LINES) for e in row]
        tall = height(max(map(len, lines))) + 2 * _PADDING
        x = left + (room - wide * len(row) - _GAP * (len(row) - 1)) / 2
        for element, own in zip(row, lines, strict=True):
            boxes[element.name] = _Box(x, y, wide, tall, own)
            x += wide + _GAP
        found.append((y, tall))
        y += tall + _BETWEEN
    return boxes, found, y - _BETWEEN


def _route(
    arrows: Sequence[Arrow],
    boxes: Mapping[str, _Box],
    rows: Sequence[tuple[float, float]],
    order: Mapping[str, int],
) -> Iterator[tuple[Arrow, list[Point]]]:
    """The points that each link runs through: rows in between are passed in a gap."""
    used: dict[tuple[int, float], int] = {}
    for arrow in arrows:
        start, end = boxes[arrow.start], boxes[arrow.end]
        first, last = order[arrow.start], order[arrow.end]
        # At a box, links stand in the order of where they lead to.
        out = sorted((a for a in arrows if a.start == arrow.start),
                     key=lambda a: (boxes[a.end].centre, a.number))  # fmt: skip
        into = sorted((a for a in arrows if a.end == arrow.end),
                      key=lambda a: (boxes[a.start].centre, a.number))  # fmt: skip
        begin = (_port(start, out.index(arrow), len(out)), start.y + start.tall)
        finish = (_port(end, into.index(arrow), len(into)), end.y)
        path = [begin]
        for row in range(first + 1, last):
            top, tall = rows[row]
            part = (top - begin[1]) / (finish[1] - begin[1])
            straight = begin[0] + part * (finish[0] - begin[0])
            row_boxes = [box for name, box in boxes.items() if order[name] == row]
            lane = min(_lanes(row_boxes), key=lambda x: (abs(x - straight), x))
            count = used.get((row, lane), 0)
            used[row, lane] = count + 1
            x = lane + _SIDEWAYS[count % len(_SIDEWAYS)]
            path += [(x, top - 3), (x, top + tall + 3)]
        yield arrow, [*path, finish]


def _port(box: _Box, place: int, count: int) -> float:
    """Where the link of that place leaves or meets a box: evenly spread over its middle."""
    return box.x + box.wide * (0.5 + 0.7 * ((place + 0.5) / count - 0.5))


def _lanes(boxes: Sequence[_Box]) -> list[float]:
    """The middles of the gaps beside and between the boxes of a row."""
    ordered = sorted(boxes, key=lambda box: box.x)
    between = [a.x + a.wide + _GAP / 2 for a in ordered[:-1]]
    last = ordered[-1]
    return [ordered[0].x - _MARGIN / 2, *between, last.x + last.wide + _MARGIN / 2]


def _stroke(canvas: Canvas, path: Sequence[Point], stroke: Stroke) -> None:
    """A line with an arrowhead at its end and, where it is crossed, a cross before that."""
    (x0, y0), (x1, y1) = path[-2:]
    long = hypot(x1 - x0, y1 - y0)
    dx, dy = (x1 - x0) / long, (y1 - y0) / long
    neck = (x1 - 6 * dx, y1 - 6 * dy)
    points = [*path[:-1], neck]
    canvas.line(
        [x for x, _ in points], [y for _, y in points], color=stroke.color, width=stroke.width,
        dashes=stroke.dashes, layer=3,
    )  # fmt: skip
    side = 3.2
    canvas.area(
        [x1, neck[0] - side * dy, neck[0] + side * dy],
        [y1, neck[1] + side * dx, neck[1] - side * dx],
        fill=stroke.color,
    )
    if stroke.crossed:
        x, y = x1 - 14 * dx, y1 - 14 * dy
        for lean in (1, -1):  # at half a right angle to the line, whatever way it runs
            across, along = 3.2 * (dx - lean * dy), 3.2 * (dy + lean * dx)
            canvas.line([x - across, x + across], [y - along, y + along],
                        color=stroke.color, width=1.8, layer=4)  # fmt: skip


def _place_numbers(paths: Mapping[int, Sequence[Point]]) -> Iterator[tuple[int, Point]]:
    """Where on its first stretch each link has its number, so that no two lie on each other."""
    taken: list[Point] = []
    for number, path in paths.items():
        (x0, y0), (x1, y1) = path[:2]
        places = [(x0 + at * (x1 - x0), y0 + at * (y1 - y0)) for at in (0.32, 0.45, 0.6, 0.2, 0.72)]
        free = (
            each
            for each in places
            if all(hypot(each[0] - x, each[1] - y) > 2 * _DISC + 1 for x, y in taken)
        )
        taken.append(next(free, places[0]))
        yield number, taken[-1]
