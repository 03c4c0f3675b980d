"""Drawings made part of a page: only shapes and words, colours as attributes, ids of their own.

What a notebook put out is data. So a drawing is read and written anew from a list of what may be in
it; scripts, styles, outside references and comments have no way through. Their colours on the dark
page are computed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final
from xml.etree import ElementTree

_SHAPES: Final = {
    "g", "path", "text", "tspan", "use", "defs", "rect", "circle", "line", "polygon", "pattern",
}  # fmt: skip
_LEFT_OUT: Final = {"metadata", "style", "title", "desc", "clipPath"}
_NUMBERS: Final = {
    "d", "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height", "points",
    "transform", "viewBox", "font-size", "stroke-width", "stroke-dasharray", "stroke-dashoffset",
    "opacity", "fill-opacity", "stroke-opacity",
}  # fmt: skip
_NAMES: Final = {
    "text-anchor", "font-weight", "font-style", "stroke-linejoin", "stroke-linecap",
    "stroke-miterlimit", "patternUnits", "fill", "stroke",
}  # fmt: skip
_ANY: Final = {"id", "href"}
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_PLAIN = re.compile(r"^[A-Za-z0-9 .,()+-]*$")
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")
_REFERENCE = re.compile(r"^url\(#([\w-]+)\)$")
_FONT = re.compile(r"^(?:(italic|oblique) )?(?:(bold|\d+) )?([\d.]+)px ")
_IDLE = {("stroke-dashoffset", "0"), ("font-weight", "400"), ("fill", "#000000")}


def clean_svg(drawing: str, prefix: str) -> str:
    """The drawing as an `svg` element without declarations, to stand in a page or in a file.

    Arguments:
        drawing: SVG as matplotlib writes it with `svg.fonttype: none`.
        prefix: what the ids in it begin with, so that two drawings of a page share none.

    Raises ValueError where it is no SVG, or holds what is neither a shape nor words.
    """
    if "<!ENTITY" in drawing or "<!ATTLIST" in drawing:
        raise ValueError("declares entities")
    try:
        root = ElementTree.fromstring(drawing)
    except ElementTree.ParseError as error:
        raise ValueError(f"is not well formed: {error}") from None
    if _name(root.tag) != "svg":
        raise ValueError("is not an SVG")
    view = root.get("viewBox", "")
    if not _PLAIN.match(view) or len(view.split()) != 4:
        raise ValueError("has no viewBox")
    referred = {
        found
        for element in root.iter()
        for value in element.attrib.values()
        for found in re.findall(r"#([\w-]+)", value)
    }
    known = [
        element.get("id", "")
        for element in root.iter()
        if element.get("id") in referred and _name(element.tag) not in _LEFT_OUT
    ]
    names = {name: f"{prefix}--{number}" for number, name in enumerate(dict.fromkeys(known), 1)}
    inner = "".join(_write(child, names) for child in root)
    view = _round(view)
    return f'<svg viewBox="{view}" stroke-linejoin="round">{inner}</svg>'


def size_of(svg: str) -> tuple[float, float]:
    """Width and height of a drawing that `clean_svg` gave, points."""
    found = re.search(r'viewBox="[\d.-]+ [\d.-]+ ([\d.]+) ([\d.]+)"', svg)
    assert found is not None
    return float(found[1]), float(found[2])


def dark_rules(drawings: Iterable[str]) -> str:
    """Style rules that give every colour of the drawings its counterpart on a dark page."""
    colors = sorted({color.lower() for each in drawings for color in _COLOR.findall(each)})
    return "".join(
        f'.chart [{kind}="{color}"]{{{kind}:{dark_of(color)}}}'
        for color in colors
        for kind in ("fill", "stroke")
    )


def _write(element: ElementTree.Element, names: Mapping[str, str]) -> str:
    tag = _name(element.tag)
    if tag in _LEFT_OUT:
        return ""
    if tag not in _SHAPES:
        raise ValueError(f"holds <{tag}>")
    inner = "".join(_write(child, names) for child in element)
    if tag in {"text", "tspan"}:
        inner = _escape(element.text or "") + inner
    attributes = _attributes(element, names)
    if tag in {"g", "defs"} and not inner:
        return ""
    if tag == "g" and not attributes:
        return inner
    written = "".join(f' {key}="{_escape(value)}"' for key, value in attributes.items())
    return f"<{tag}{written}>{inner}</{tag}>" if inner else f"<{tag}{written}/>"


def _attributes(element: ElementTree.Element, names: Mapping[str, str]) -> dict[str, str]:
    """What may stand at an element: attributes, and declarations of its style as such."""
    given = {_name(key): value for key, value in element.attrib.items() if key != "style"}
    for declaration in element.get("style", "").split(";"):
        key, _, value = declaration.partition(":")
        key, value = key.strip(), value.strip()
        if key == "font" and (font := _FONT.match(value)):
            given |= {"font-size": font[3]}
            given |= {"font-style": "italic"} if font[1] else {}
            given |= {"font-weight": font[2]} if font[2] else {}
        elif key:
            given[key] = value
    kept: dict[str, str] = {}
    for key, value in given.items():
        if key == "id":
            kept |= {key: names[value]} if value in names else {}
        elif key == "href":
            if value.removeprefix("#") not in names:
                raise ValueError("refers to something outside itself")
            kept[key] = f"#{names[value.removeprefix('#')]}"
        elif key in {"fill", "stroke"} and (found := _REFERENCE.match(value)):
            kept |= {key: f"url(#{names[found[1]]})"} if found[1] in names else {}
        elif key in {"fill", "stroke"} and _COLOR.fullmatch(value):
            kept[key] = value.lower()
        elif key in _NUMBERS:
            kept[key] = _round(value)
        elif key in _NAMES and _PLAIN.match(value):
            kept[key] = value
    if kept.get("transform", "").startswith("rotate(0 ") or kept.get("transform") == "rotate(-0)":
        del kept["transform"]
    return {key: value for key, value in kept.items() if (key, value) not in _IDLE}


def _round(value: str) -> str:
    """Numbers with two digits after the point, and nothing that is neither number nor letter."""
    joined = " ".join(value.split())
    if not _PLAIN.match(joined):
        return ""
    short = _NUMBER.sub(lambda match: _short(float(match[0])), joined)
    return re.sub(r" ?([MLCQHVZz]) ?", r"\1", short)


def _short(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


def _escape(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )


DARK_PAPER: Final = "#14191e"
"""What the page is in the dark scheme."""

_LIGHTEST: Final = 1.0
_DARKEST: Final = 0.235
"""Lightness in OKLab of white and of ink on the page."""
_DARK_LOW, _DARK_HIGH = 0.21, 0.96
"""Lightness of the dark page and of ink on it."""


def dark_of(color: str) -> str:
    """The colour that stands for another on the dark page: its lightness turned over, its hue kept.

    What was ever darker on white is ever lighter on the dark page, so that order and contrast of
    marks and of the words on them are kept. The chroma of very light colours grows a little, for
    it shows less where it is dark.

    Arguments:
        color: `#rrggbb`.

    Source: OKLab, Ottosson 2020, https://bottosson.github.io/posts/oklab/.
    """
    if color.lower() == "#ffffff":
        return DARK_PAPER
    light, a, b = _to_oklab(color)
    part = min(1.0, max(0.0, (_LIGHTEST - light) / (_LIGHTEST - _DARKEST)))
    turned = _DARK_LOW + (_DARK_HIGH - _DARK_LOW) * part
    return _from_oklab(turned, a, b)


def _channels(color: str) -> list[float]:
    return [int(color[place : place + 2], 16) / 255 for place in (1, 3, 5)]


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _to_oklab(color: str) -> tuple[float, float, float]:
    r, g, b = (_linear(part) for part in _channels(color))
    long, medium, short = (
        _cube_root(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b),
        _cube_root(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b),
        _cube_root(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b),
    )
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )


def _from_oklab(light: float, a: float, b: float) -> str:
    """The colour in sRGB; its chroma lowered until the screen can show it."""
    for step in range(20, -1, -1):
        part = step / 20
        long, medium, short = (
            (light + 0.3963377774 * a * part + 0.2158037573 * b * part) ** 3,
            (light - 0.1055613458 * a * part - 0.0638541728 * b * part) ** 3,
            (light - 0.0894841775 * a * part - 1.2914855480 * b * part) ** 3,
        )
        linear = (
            4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
            -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
            -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
        )
        if all(-1e-4 <= value <= 1 + 1e-4 for value in linear):
            break
    return "#" + "".join(f"{round(255 * _gamma(min(1.0, max(0.0, v)))):02x}" for v in linear)


def _cube_root(value: float) -> float:
    return float(value ** (1 / 3))


def _gamma(value: float) -> float:
    return 12.92 * value if value <= 0.0031308 else 1.055 * value ** (1 / 2.4) - 0.055
