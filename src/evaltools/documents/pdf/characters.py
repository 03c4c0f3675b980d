"""The characters of a PDF page, each with its place, size, weight and mark, and the ruled lines.

A device of pdfminer takes down what the page's program draws; nothing is put in order here. The
interpreter that runs the program does not stop at what has no bearing on its text: a colour that
cannot be understood is no reason to call a document damaged. Positions are in points from the
upper left corner of the page, x to the right and y down.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

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

Colour = tuple[float, float, float]  # red, green, blue from 0 to 255
Box = tuple[float, float, float, float]  # left, top, right, bottom
_STUMBLES = (PSException, KeyError, ValueError, TypeError, IndexError, AttributeError)


class TextState(NamedTuple):
    """How a string of characters is drawn.

    Arguments:
        mode: text rendering mode of PDF; 3 and 7 leave no mark on the page.
        colour: of the letters; None where it is a pattern or in a colour space of its own.
        off: in a layer that is switched off.
        spacing: points that are set between letters on purpose, which make no blank.
    """

    mode: int
    colour: Colour | None
    off: bool
    spacing: float


_PLAIN = TextState(0, (0.0, 0.0, 0.0), False, 0.0)


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
        turn: direction of the writing in degrees, 0 for upright; places are those on the page
            turned back by it.
        drawn: how it is drawn.
        raised: its ink stands above the base line that it is set on, as that of a superscript
            from a font's own set does.
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
    drawn: TextState = _PLAIN
    raised: bool = False


class Rule(NamedTuple):
    """A straight horizontal or vertical line."""

    x0: float
    y0: float
    x1: float
    y1: float


class PageContent(NamedTuple):
    """What is drawn on one page.

    Arguments:
        number: of the page, from 1.
        width, height: of the page, in points.
        shown: the part of it that is shown; the rest is cropped away.
        pictures: share of the page that pictures cover.
        paths: how many shapes are drawn.
    """

    number: int
    width: float
    height: float
    glyphs: tuple[Glyph, ...]
    rules: tuple[Rule, ...]
    pictures: float
    paths: int
    shown: Box


class _Content(NamedTuple):
    """Marked content that is being drawn.

    Arguments:
        mark, artifact, off: of the characters in it, as in `Glyph` and `Drawn`.
        actual: what its characters mean, where it says so: a soft hyphen is drawn as a plain one.
    """

    mark: int = -1
    artifact: bool = False
    off: bool = False
    actual: str | None = None


_OUTSIDE = _Content()


class CharacterDevice(PDFTextDevice):
    """Takes down one page after another; `sheet` is the last one that ended."""

    def __init__(self, manager: Any) -> None:
        super().__init__(manager)
        self.sheet: PageContent | None = None
        self._number = 0
        self._faces: dict[int, FontFace] = {}
        self._drawn = _PLAIN

    @property
    def charted(self) -> frozenset[str]:
        """Names of the fonts whose codes are read by the charts of symbol fonts."""
        return frozenset(face.charted for face in self._faces.values() if face.charted)

    def begin_page(self, page: Any, ctm: Any) -> None:
        """Start a page."""
        x0, y0, x1, y1 = page.mediabox
        turned = page.rotate % 180 == 90
        self._width, self._height = (y1 - y0, x1 - x0) if turned else (x1 - x0, y1 - y0)
        self._number += 1
        self._glyphs: list[Glyph] = []
        self._rules: list[Rule] = []
        self._content: list[_Content] = []
        self._pictures = 0.0
        self._paths = 0
        self.ctm = ctm
        left, bottom, right, top = page.cropbox
        (ax, ay), (bx, by) = self._place(left, bottom), self._place(right, top)
        self._shown = (
            max(min(ax, bx), 0.0),
            max(min(ay, by), 0.0),
            min(max(ax, bx), self._width),
            min(max(ay, by), self._height),
        )

    def end_page(self, page: Any) -> None:
        """End a page and keep what was on it."""
        area = max(self._width * self._height, 1.0)
        self.sheet = PageContent(
            self._number,
            self._width,
            self._height,
            tuple(self._glyphs),
            tuple(self._rules),
            min(self._pictures / area, 1.0),
            self._paths,
            self._shown,
        )

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
        return self._content[-1] if self._content else _OUTSIDE

    def begin_figure(self, name: str, bbox: Any, matrix: Any) -> None:
        """Enter a form drawn on the page."""

    def end_figure(self, name: str) -> None:
        """Leave it."""

    def render_image(self, name: str, stream: Any) -> None:
        """Note how much of the page a picture covers."""
        a, b, c, d, _, _ = self.ctm or (1, 0, 0, 1, 0, 0)
        self._pictures += abs(a * d - b * c)

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
        x, y = e + c * rise, self._height - (f + d * rise)
        wide = advance * length
        drawn = self._drawn
        if drawn.spacing and abs(drawn.spacing) > _WIDEST_SPACING * size:
            drawn = drawn._replace(spacing=0.0)
        if turn:
            x, y = _turn(x, y, turn, self._width, self._height)
        left, right = min(x, x + wide), max(x, x + wide)
        place = (left, right, y, size)
        self._glyphs.append(Glyph(text, *place, face.bold, now.mark, now.artifact, turn, drawn))
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


def _direction(a: float, b: float) -> int:
    """Degrees by which writing is turned, to a quarter turn where it is near one."""
    if b == 0:
        return 0 if a >= 0 else 180
    degrees = math.degrees(math.atan2(b, a)) % 360
    quarter = round(degrees / 90) * 90
    return (quarter if abs(degrees - quarter) <= _STRAIGHT else round(degrees)) % 360


def _turn(x: float, y: float, turn: int, width: float, height: float) -> tuple[float, float]:
    """The place of a character when the page is turned so that its writing is upright."""
    if turn == 90:
        return height - y, x
    if turn == 180:
        return width - x, height - y
    if turn == 270:
        return y, width - x
    cos, sin = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    return x * cos - y * sin, x * sin + y * cos


def page_box(glyph: Glyph, width: float, height: float) -> Box:
    """Where on a page of this size a character stands, whichever way it is turned."""
    top, bottom = glyph.y - 0.8 * glyph.size, glyph.y + 0.25 * glyph.size
    left, right = glyph.x0, max(glyph.x1, glyph.x0 + 0.1 * glyph.size)
    if glyph.turn == 0:
        return left, top, right, bottom
    if glyph.turn == 90:
        return top, height - right, bottom, height - left
    if glyph.turn == 180:
        return width - right, height - bottom, width - left, height - top
    if glyph.turn == 270:
        return width - bottom, left, width - top, right
    cos, sin = math.cos(math.radians(glyph.turn)), math.sin(math.radians(glyph.turn))
    corners = [
        (x * cos + y * sin, -x * sin + y * cos) for x in (left, right) for y in (top, bottom)
    ]
    xs, ys = [x for x, _ in corners], [y for _, y in corners]
    return min(xs), min(ys), max(xs), max(ys)


def _red_green_blue(space: str, colour: Any) -> Colour | None:
    """A colour as red, green and blue from 0 to 255; None for one that is not of a device."""
    if space in ("DeviceGray", "CalGray", "G") and isinstance(colour, int | float):
        return (255.0 * colour,) * 3
    parts = tuple(colour) if isinstance(colour, tuple | list) else (colour,)
    if space == "Pattern" or not all(isinstance(part, int | float) for part in parts):
        return None
    if space == "ICCBased" and len(parts) == 1:
        return (255.0 * parts[0],) * 3
    if space in ("DeviceRGB", "CalRGB", "RGB", "ICCBased") and len(parts) == 3:
        return 255.0 * parts[0], 255.0 * parts[1], 255.0 * parts[2]
    if space in ("DeviceCMYK", "CMYK", "ICCBased") and len(parts) == 4:
        key = 255.0 * (1 - parts[3])
        return (1 - parts[0]) * key, (1 - parts[1]) * key, (1 - parts[2]) * key
    return None


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


def layers_off(pdf: pikepdf.Pdf) -> frozenset[int]:
    """Object numbers of the layers that are switched off when the document is opened."""
    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, pikepdf.Dictionary):
        return frozenset()
    default = properties.get("/D")
    if not isinstance(default, pikepdf.Dictionary):
        return frozenset()

    def numbers(holder: Any, name: str) -> set[int]:
        items = holder.get(name)
        if not isinstance(items, pikepdf.Array):
            return set()
        return {int(item.objgen[0]) for item in items if isinstance(item, pikepdf.Dictionary)}

    off = numbers(properties, "/OCGs") if default.get("/BaseState") == "/OFF" else set()
    return frozenset((off - numbers(default, "/ON")) | numbers(default, "/OFF"))


class Interpreter(PDFPageInterpreter):
    """An interpreter of pdfminer that knows layers and passes over colours it does not know.

    Arguments:
        manager, device: of pdfminer; the device is a `CharacterDevice`.
        off: object numbers of layers that are switched off.
    """

    device: CharacterDevice

    def __init__(self, manager: Any, device: CharacterDevice, off: frozenset[int]) -> None:
        super().__init__(manager, device)
        self._off = off

    def dup(self) -> Interpreter:
        """Another one for a form that is drawn on the page."""
        return Interpreter(self.rsrcmgr, self.device, self._off)

    def init_resources(self, resources: Any) -> None:
        """Prepare the resources of a page; colour spaces one by one."""
        spaces = resolve1(resources.get("ColorSpace")) if resources else None
        if not isinstance(spaces, dict):
            super().init_resources(resources)
            return
        super().init_resources({k: v for k, v in resources.items() if k != "ColorSpace"})
        found = dict(self.csmap)
        keep = (self.fontmap, self.xobjmap)
        for name, space in spaces.items():
            try:
                super().init_resources({"ColorSpace": {name: space}})
                found.update(self.csmap)
            except _STUMBLES:
                found[name] = PDFColorSpace("unknown", 1)  # text in it is read all the same
        self.fontmap, self.xobjmap = keep
        self.csmap = found
        self.resources = resources

    def do_BDC(self, tag: Any, props: Any) -> None:
        """Begin marked content; what its properties are may stand with the page's resources."""
        if isinstance(tag, PSLiteral) and isinstance(props, PSLiteral):
            named = self._properties().get(literal_name(props))
            if tag.name == "OC":
                self.device.begin_layer(self._is_off(named))
                return
            resolved = resolve1(named)
            props = resolved if isinstance(resolved, dict) else props
        super().do_BDC(tag, props)

    def do_Do(self, xobjid_arg: Any) -> None:
        """Draw a form or picture, which may be in a layer."""
        held = self.xobjmap.get(literal_name(xobjid_arg))
        drawn = resolve1(held)
        layer = drawn.attrs.get("OC") if isinstance(drawn, PDFStream) else None
        if layer is None:
            super().do_Do(xobjid_arg)
            return
        self.device.begin_layer(self._is_off(layer))
        super().do_Do(xobjid_arg)
        self.device.end_tag()

    def _properties(self) -> dict[str, Any]:
        properties = (
            resolve1(dict_value(self.resources).get("Properties")) if self.resources else None
        )
        return properties if isinstance(properties, dict) else {}

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
        if not off:
            return False
        rule = literal_name(members["P"]) if "P" in members else "AnyOn"
        shown = {
            "AllOn": not any(off), "AnyOn": not all(off), "AnyOff": any(off), "AllOff": all(off)
        }  # fmt: skip
        return not shown.get(rule, True)
