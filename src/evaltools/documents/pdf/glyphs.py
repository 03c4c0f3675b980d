"""The characters of a PDF page, each with its place, size, weight and mark, and the ruled lines.

A device of pdfminer takes down what the page's program draws; nothing is put in order here.
Positions are in points from the upper left corner of the page, x to the right and y down.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdffont import PDFUnicodeNotDefined
from pdfminer.psparser import PSLiteral
from pdfminer.utils import decode_text

_LIGATURES = {
    0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st",
    0xFB06: "st",
}  # fmt: skip
UNTOLD = "\ufffd"
_THICK = 3.0  # points; a filled box that is thinner is a line


class Glyph(NamedTuple):
    """A character as it is drawn.

    Arguments:
        text: mostly one character; ligatures are taken apart.
        x0, x1: where it begins and ends.
        y: its base line.
        size: in points.
        bold: whether its font says so.
        mark: number of the marked content it belongs to; -1 without one.
        artifact: marked as no part of the text, as running headers are.
        turn: quarter turns of the writing, 0 for upright.
    """

    text: str
    x0: float
    x1: float
    y: float
    size: float
    bold: bool
    mark: int
    artifact: bool
    turn: int


class Rule(NamedTuple):
    """A straight horizontal or vertical line."""

    x0: float
    y0: float
    x1: float
    y1: float


class Sheet(NamedTuple):
    """What is drawn on one page; `pictures` is the share of the page that pictures cover."""

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...]
    pictures: float
    paths: int


class Scribe(PDFTextDevice):
    """Takes down one page after another; `sheet` is the last one that ended."""

    def __init__(self, manager: Any) -> None:
        super().__init__(manager)
        self.sheet: Sheet | None = None
        self._number = 0

    def begin_page(self, page: Any, ctm: Any) -> None:
        """Start a page."""
        x0, y0, x1, y1 = page.mediabox
        turned = page.rotate % 180 == 90
        self._width, self._height = (y1 - y0, x1 - x0) if turned else (x1 - x0, y1 - y0)
        self._number += 1
        self._glyphs: list[Glyph] = []
        self._rules: list[Rule] = []
        self._marks: list[tuple[int, bool]] = []
        self._actual: list[str | None] = []
        self._pictures = 0.0
        self._paths = 0
        self.ctm = ctm

    def end_page(self, page: Any) -> None:
        """End a page and keep what was on it."""
        area = max(self._width * self._height, 1.0)
        self.sheet = Sheet(
            self._number,
            self._width,
            self._height,
            tuple(self._glyphs),
            tuple(self._rules),
            min(self._pictures / area, 1.0),
            self._paths,
        )

    def begin_tag(self, tag: PSLiteral, props: Any = None) -> None:
        """Enter marked content; what is inside an artifact stays one."""
        mark, artifact = self._marks[-1] if self._marks else (-1, False)
        if isinstance(props, dict) and isinstance(props.get("MCID"), int):
            mark = props["MCID"]
        name = tag.name if isinstance(tag.name, str) else tag.name.decode("latin-1")
        self._marks.append((mark, artifact or name == "Artifact"))
        # A span may say what its characters mean: a soft hyphen is drawn as a plain one.
        actual = props.get("ActualText") if isinstance(props, dict) else None
        if isinstance(actual, bytes):
            self._actual.append(decode_text(actual))
        else:
            self._actual.append(None if not self._actual else self._actual[-1])

    def end_tag(self) -> None:
        """Leave marked content."""
        if self._marks:
            self._marks.pop()
            self._actual.pop()

    def begin_figure(self, name: str, bbox: Any, matrix: Any) -> None:
        """Enter a form drawn on the page."""

    def end_figure(self, name: str) -> None:
        """Leave it."""

    def render_image(self, name: str, stream: Any) -> None:
        """Note how much of the page a picture covers."""
        a, b, c, d, _, _ = self.ctm or (1, 0, 0, 1, 0, 0)
        self._pictures += abs(a * d - b * c)

    def render_char(
        self,
        matrix: Any,
        font: Any,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: Any,
        graphicstate: Any,
    ) -> float:
        """Take down one character, and return how far it moves the pen."""
        advance = float(font.char_width(cid) * fontsize * scaling)
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            text = UNTOLD
        if self._actual and self._actual[-1] is not None:
            text, self._actual[-1] = self._actual[-1], ""
        a, b, c, d, e, f = matrix
        length = math.hypot(a, b)
        size = abs(fontsize) * math.hypot(c, d)
        turn = round(math.atan2(b, a) / (math.pi / 2)) % 4 if length else 0
        x, y = e + c * rise, self._height - (f + d * rise)
        mark, artifact = self._marks[-1] if self._marks else (-1, False)
        wide = advance * length
        x, y = _turned(x, y, turn, self._width, self._height)
        self._glyphs.append(
            Glyph(
                "".join(_LIGATURES.get(ord(one), one) for one in text),
                min(x, x + wide),
                max(x, x + wide),
                y,
                size,
                _bold(font),
                mark,
                artifact,
                turn,
            )
        )
        return advance

    def paint_path(
        self, graphicstate: Any, stroke: bool, fill: bool, evenodd: bool, path: Sequence[Any]
    ) -> None:
        """Keep straight lines, edges of boxes, and boxes so thin that they are lines."""
        self._paths += 1
        if not (stroke or fill) or len(path) > 200:
            return
        for points in _polygons(path):
            if any(point is None for point in points):
                continue
            placed = [self._place(*point) for point in points if point is not None]
            self._rules.extend(_rules(placed, stroke))

    def _place(self, x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = self.ctm or (1, 0, 0, 1, 0, 0)
        return a * x + c * y + e, self._height - (b * x + d * y + f)


def _turned(x: float, y: float, turn: int, width: float, height: float) -> tuple[float, float]:
    """The place of a character when the page is turned so that its writing is upright."""
    if turn == 1:
        return height - y, x
    if turn == 2:
        return width - x, height - y
    if turn == 3:
        return y, width - x
    return x, y


def _bold(font: Any) -> bool:
    name = str(font.fontname).lower()
    return any(word in name for word in ("bold", "black", "heavy", "semibold", "demi"))


def _polygons(path: Sequence[Any]) -> list[list[tuple[float, float] | None]]:
    """Corner points of each subpath; None stands for a curve."""
    polygons: list[list[tuple[float, float] | None]] = []
    for step in path:
        operator = step[0]
        if operator == "m":
            polygons.append([(step[1], step[2])])
        elif not polygons:
            continue
        elif operator == "l":
            polygons[-1].append((step[1], step[2]))
        elif operator == "h":
            polygons[-1].append(polygons[-1][0])
        else:
            polygons[-1].append(None)
    return polygons


def _rules(points: list[tuple[float, float]], stroke: bool) -> list[Rule]:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    if right - left < _THICK or bottom - top < _THICK:  # a line, stroked or filled
        if right - left >= bottom - top:
            middle = (top + bottom) / 2
            return [Rule(left, middle, right, middle)]
        middle = (left + right) / 2
        return [Rule(middle, top, middle, bottom)]
    if not stroke:
        return []
    rules = []
    for (x0, y0), (x1, y1) in itertools.pairwise(points):
        if abs(y1 - y0) < 0.5 or abs(x1 - x0) < 0.5:
            rules.append(Rule(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)))
    return rules
