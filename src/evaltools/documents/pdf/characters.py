"""The characters of a PDF page, each with its place, size, weight and mark, and the ruled lines.

A device of pdfminer takes down what the page's program draws; nothing is put in order here. The
interpreter that runs the program does not stop at what has no bearing on its text: a colour that
cannot be understood is no reason to call a document damaged. Positions are in points from the
upper left corner of the page, x to the right and y down.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import pikepdf
from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFTextDevice
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdftypes import PDFObjRef, PDFStream, dict_value, resolve1
from pdfminer.psparser import PSException, PSLiteral, literal_name
from pdfminer.utils import decode_text

from evaltools.documents.pdf.glyph_names import FontFace

_THICK = 3.0  # points; a filled box that is thinner is a line
_STRAIGHT = 3  # degrees: writing that leans no more than this is upright or sideways
_WIDEST_SPACING = 2.0  # of the size: what is set further apart are columns, not letters
_COMPONENTS = {
    "DeviceGray": 1, "CalGray": 1, "G": 1, "DeviceRGB": 3, "CalRGB": 3, "RGB": 3,
    "DeviceCMYK": 4, "CMYK": 4,
}  # fmt: skip
STUMBLES = (PSException, RecursionError, LookupError, ValueError, TypeError, AttributeError)
"""What pdfminer raises over a damaged file."""

Colour = tuple[float, float, float]  # red, green, blue from 0 to 255
Box = tuple[float, float, float, float]  # left, top, right, bottom


T = TypeVar("T")


def group_while(items: Iterable[T], belongs: Callable[[list[T], T], bool]) -> list[list[T]]:
    """Items in order, each together with those before it as long as it belongs to their group."""
    groups: list[list[T]] = []
    for item in items:
        if groups and belongs(groups[-1], item):
            groups[-1].append(item)
        else:
            groups.append([item])
    return groups


class TextState(NamedTuple):
    """How a string of characters is drawn."""

    mode: int = 0  # text rendering mode of PDF; 3 and 7 leave no mark on the page
    colour: Colour | None = (0.0, 0.0, 0.0)  # None for a pattern, or in a space of its own
    off: bool = False  # in a layer that is switched off
    spacing: float = 0.0  # points that are set between letters on purpose, which make no blank


class Glyph(NamedTuple):
    """A character as it is drawn; where it is turned, its place is that on the page turned back."""

    text: str  # mostly one character; ligatures are taken apart
    x0: float
    x1: float
    y: float  # its base line
    size: float  # in points
    bold: bool  # whether its font says so
    mark: int  # number of the marked content it belongs to; -1 without one
    artifact: bool  # marked as no part of the text, as running headers are
    turn: int  # direction of the writing in degrees, 0 for upright
    drawn: TextState = TextState()
    raised: bool = False  # its ink stands above its base line, as that of a font's superscripts


@dataclass
class PageContent:
    """What is drawn on one page; sizes are in points."""

    number: int  # from 1
    width: float
    height: float
    shown: Box  # the part of it that is shown; the rest is cropped away
    glyphs: list[Glyph] = field(default_factory=list)
    rules: list[Box] = field(default_factory=list)  # straight horizontal and vertical lines
    pictures: float = 0.0  # share of the page that pictures cover
    paths: int = 0  # how many shapes are drawn


class _Content(NamedTuple):
    """Marked content that is being drawn."""

    mark: int = -1
    artifact: bool = False
    off: bool = False
    actual: str | None = None  # what its characters mean: a soft hyphen is drawn as a plain one


class CharacterDevice(PDFTextDevice):
    """Takes down one page after another into `pages`."""

    def __init__(self, manager: Any) -> None:
        super().__init__(manager)
        self.pages: list[PageContent] = []
        self._faces: dict[int, FontFace] = {}
        self._drawn = TextState()

    @property
    def charted(self) -> frozenset[str]:
        """Names of the fonts whose codes are read by the charts of symbol fonts."""
        return frozenset(face.charted for face in self._faces.values() if face.charted)

    def begin_page(self, page: Any, ctm: Any) -> None:
        """Start a page."""
        x0, y0, x1, y1 = page.mediabox
        width, height = (y1 - y0, x1 - x0) if page.rotate % 180 == 90 else (x1 - x0, y1 - y0)
        self._page = PageContent(len(self.pages) + 1, width, height, (0.0, 0.0, width, height))
        self._content: list[_Content] = []
        self.ctm = ctm
        left, bottom, right, top = page.cropbox
        (ax, ay), (bx, by) = self._place(left, bottom), self._place(right, top)
        self._page.shown = (
            max(min(ax, bx), 0.0), max(min(ay, by), 0.0),
            min(max(ax, bx), width), min(max(ay, by), height),
        )  # fmt: skip

    def end_page(self, page: Any) -> None:
        """Keep what was on a page."""
        area = max(self._page.width * self._page.height, 1.0)
        self._page.pictures = min(self._page.pictures / area, 1.0)
        self.pages.append(self._page)

    def begin_tag(self, tag: PSLiteral, props: Any = None) -> None:
        """Enter marked content; what is inside an artifact stays one."""
        now, given = self._now, props if isinstance(props, dict) else {}
        name = tag.name if isinstance(tag.name, str) else tag.name.decode("latin-1")
        mark, actual = given.get("MCID"), given.get("ActualText")
        self._content.append(
            _Content(
                mark if isinstance(mark, int) else now.mark,
                now.artifact or name == "Artifact",
                now.off,
                decode_text(actual) if isinstance(actual, bytes) else now.actual,
            )
        )

    def begin_layer(self, off: bool) -> None:
        """Enter content of a layer; what is inside one that is switched off is not shown."""
        self._content.append(self._now._replace(off=self._now.off or off))

    def end_tag(self) -> None:
        """Leave marked content, or a layer."""
        if self._content:
            self._content.pop()

    @property
    def _now(self) -> _Content:
        return self._content[-1] if self._content else _Content()

    def begin_figure(self, name: str, bbox: Any, matrix: Any) -> None:
        """Enter a form drawn on the page."""

    def end_figure(self, name: str) -> None:
        """Leave it."""

    def render_image(self, name: str, stream: Any) -> None:
        """Note how much of the page a picture covers."""
        a, b, c, d, _, _ = self.ctm or (1, 0, 0, 1, 0, 0)
        self._page.pictures += abs(a * d - b * c)

    def render_string(self, textstate: Any, seq: Any, ncs: Any, graphicstate: Any) -> None:
        """Take down a string of characters that are drawn alike."""
        mode = int(textstate.render)
        stroked = mode % 4 == 1
        space = graphicstate.scs if stroked else ncs
        colour = graphicstate.scolor if stroked else graphicstate.ncolor
        a, b, *_ = textstate.matrix
        c, d, e, f, *_ = self.ctm or (1, 0, 0, 1, 0, 0)
        stretch = math.hypot(a * c + b * e, a * d + b * f) * textstate.scaling * 0.01
        self._drawn = TextState(
            mode,
            _red_green_blue(str(space.name), colour),
            self._now.off,
            float(textstate.charspace) * stretch,
        )
        super().render_string(textstate, seq, ncs, graphicstate)

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
        face = self._faces.get(id(font))
        if face is None:
            face = self._faces[id(font)] = FontFace(font)
        advance = float(font.char_width(cid) * fontsize * scaling)
        text = face.text(cid)
        now = self._now
        if now.actual is not None:
            text, self._content[-1] = now.actual, now._replace(actual="")
        a, b, c, d, e, f = matrix
        length = math.hypot(a, b)
        size = abs(fontsize) * math.hypot(c, d) * face.height
        turn = _direction(a, b)
        x, y = e + c * rise, self._page.height - (f + d * rise)
        wide = advance * length
        drawn = self._drawn
        if drawn.spacing and abs(drawn.spacing) > _WIDEST_SPACING * size:
            drawn = drawn._replace(spacing=0.0)
        x, y = _turn(x, y, turn, self._page.width, self._page.height)
        place = (min(x, x + wide), max(x, x + wide), y, size)
        glyph = Glyph(text, *place, face.bold, now.mark, now.artifact, turn, drawn)
        self._page.glyphs.append(glyph)
        return advance

    def paint_path(
        self, graphicstate: Any, stroke: bool, fill: bool, evenodd: bool, path: Sequence[Any]
    ) -> None:
        """Keep straight lines, edges of boxes, and boxes so thin that they are lines."""
        self._page.paths += 1
        if (stroke or fill) and len(path) <= 200:
            for points in _polygons(path):
                self._page.rules.extend(_rules([self._place(*point) for point in points], stroke))

    def _place(self, x: float, y: float) -> tuple[float, float]:
        a, b, c, d, e, f = self.ctm or (1, 0, 0, 1, 0, 0)
        return a * x + c * y + e, self._page.height - (b * x + d * y + f)


def _direction(a: float, b: float) -> int:
    """Degrees by which writing is turned, to a quarter turn where it is near one."""
    if b == 0:
        return 0 if a >= 0 else 180
    degrees = math.degrees(math.atan2(b, a)) % 360
    quarter = round(degrees / 90) * 90
    return (quarter if abs(degrees - quarter) <= _STRAIGHT else round(degrees)) % 360


def _turn(x: float, y: float, turn: int, width: float, height: float) -> tuple[float, float]:
    """The place of a point when the page is turned so that writing in this direction is upright."""
    if turn == 0:
        return x, y
    if turn == 90:
        return height - y, x
    if turn == 180:
        return width - x, height - y
    if turn == 270:
        return y, width - x
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return x * cos - y * sin, x * sin + y * cos


def page_box(glyph: Glyph, page: PageContent) -> Box:
    """Where on its page a character stands, whichever way it is turned."""
    top, bottom = glyph.y - 0.8 * glyph.size, glyph.y + 0.25 * glyph.size
    left, right = glyph.x0, max(glyph.x1, glyph.x0 + 0.1 * glyph.size)
    if not glyph.turn:
        return left, top, right, bottom
    turned = (page.height, page.width) if glyph.turn % 180 == 90 else (page.width, page.height)
    back = -glyph.turn % 360
    corners = [_turn(x, y, back, *turned) for x in (left, right) for y in (top, bottom)]
    xs, ys = zip(*corners, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def _red_green_blue(space: str, colour: Any) -> Colour | None:
    """A colour as red, green and blue from 0 to 255; None for one that is not of a device."""
    parts = tuple(colour) if isinstance(colour, tuple | list) else (colour,)
    components = len(parts) if space == "ICCBased" else _COMPONENTS.get(space)
    if components != len(parts) or not all(isinstance(part, int | float) for part in parts):
        return None
    if components == 1:
        return (255.0 * parts[0],) * 3
    if components == 3:
        return 255.0 * parts[0], 255.0 * parts[1], 255.0 * parts[2]
    if components == 4:
        key = 255.0 * (1 - parts[3])
        return (1 - parts[0]) * key, (1 - parts[1]) * key, (1 - parts[2]) * key
    return None


def _polygons(path: Sequence[Any]) -> Iterator[list[tuple[float, float]]]:
    """Corner points of each subpath without a curve."""
    points: list[tuple[float, float]] = []
    straight = True
    for operator, *values in (*path, ("m",)):
        if operator == "m":
            if points and straight:
                yield points
            points, straight = [(values[0], values[1])] if values else [], True
        elif points:
            if operator == "h":
                points.append(points[0])
            elif operator == "l":
                points.append((values[0], values[1]))
            else:
                straight = False


def _rules(points: list[tuple[float, float]], stroke: bool) -> list[Box]:
    xs, ys = zip(*points, strict=True)
    left, right, top, bottom = min(xs), max(xs), min(ys), max(ys)
    if right - left < _THICK or bottom - top < _THICK:  # a line, stroked or filled
        if right - left >= bottom - top:
            middle = (top + bottom) / 2
            return [(left, middle, right, middle)]
        middle = (left + right) / 2
        return [(middle, top, middle, bottom)]
    if not stroke:
        return []
    return [
        (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
        for (x0, y0), (x1, y1) in itertools.pairwise(points)
        if abs(y1 - y0) < 0.5 or abs(x1 - x0) < 0.5
    ]


def layers_off(pdf: pikepdf.Pdf) -> frozenset[int]:
    """Object numbers of the layers that are switched off when the document is opened."""
    properties = pdf.Root.get("/OCProperties")
    default = properties.get("/D") if isinstance(properties, pikepdf.Dictionary) else None
    if not isinstance(default, pikepdf.Dictionary):
        return frozenset()

    def numbers(holder: Any, name: str) -> set[int]:
        items = holder.get(name)
        listed = items if isinstance(items, pikepdf.Array) else ()
        return {int(item.objgen[0]) for item in listed if isinstance(item, pikepdf.Dictionary)}

    off = numbers(properties, "/OCGs") if default.get("/BaseState") == "/OFF" else set()
    return frozenset((off - numbers(default, "/ON")) | numbers(default, "/OFF"))


class Interpreter(PDFPageInterpreter):
    """An interpreter of pdfminer that knows layers and passes over colours it does not know.

    `off` are the object numbers of layers that are switched off.
    """

    device: CharacterDevice

    def __init__(self, manager: Any, device: CharacterDevice, off: frozenset[int]) -> None:
        super().__init__(manager, device)
        self._off = off

    def dup(self) -> Interpreter:
        """Another one for a form that is drawn on the page."""
        return Interpreter(self.rsrcmgr, self.device, self._off)

    def init_resources(self, resources: Any) -> None:
        """Prepare what a page draws with; text in an unknown colour is read all the same."""
        spaces = resolve1(resources.get("ColorSpace")) if resources else None
        known, unknown = {}, {}
        for name, space in spaces.items() if isinstance(spaces, dict) else ():
            try:
                super().init_resources({"ColorSpace": {name: space}})
                known[name] = space
            except STUMBLES:
                unknown[name] = PDFColorSpace("unknown", 1)
        super().init_resources({**resources, "ColorSpace": known} if unknown else resources)
        self.csmap.update(unknown)
        self.resources = resources

    def do_BDC(self, tag: Any, props: Any) -> None:
        """Begin marked content; what its properties are may stand with the page's resources."""
        if isinstance(tag, PSLiteral) and isinstance(props, PSLiteral):
            listed = dict_value(self.resources).get("Properties") if self.resources else None
            properties = resolve1(listed)
            named = properties.get(literal_name(props)) if isinstance(properties, dict) else None
            if tag.name == "OC":
                self.device.begin_layer(self._is_off(named))
                return
            resolved = resolve1(named)
            props = resolved if isinstance(resolved, dict) else props
        super().do_BDC(tag, props)

    def do_Do(self, xobjid_arg: Any) -> None:
        """Draw a form or picture, which may be in a layer."""
        drawn = resolve1(self.xobjmap.get(literal_name(xobjid_arg)))
        layer = drawn.attrs.get("OC") if isinstance(drawn, PDFStream) else None
        if layer is not None:
            self.device.begin_layer(self._is_off(layer))
        super().do_Do(xobjid_arg)
        if layer is not None:
            self.device.end_tag()

    def _is_off(self, layer: Any) -> bool:
        """Whether content of a layer, or of a set of layers, is not shown."""
        if isinstance(layer, PDFObjRef) and layer.objid in self._off:
            return True
        members = resolve1(layer)
        if not isinstance(members, dict) or literal_name(members.get("Type")) != "OCMD":
            return False
        groups = members.get("OCGs")
        resolved = resolve1(groups)
        listed = resolved if isinstance(resolved, list) else [groups]
        off = [ref.objid in self._off for ref in listed if isinstance(ref, PDFObjRef)]
        hides = {
            "AllOn": any(off), "AnyOn": all(off), "AnyOff": not any(off), "AllOff": not all(off)
        }  # fmt: skip
        rule = literal_name(members["P"]) if "P" in members else "AnyOn"
        return bool(off) and hides.get(rule, False)
