"""Drawings made part of a page: only shapes and words, colours as attributes, ids of their own.

What a notebook put out is data. So a drawing is read and written anew from a list of what may be in
it; scripts, styles, outside references and comments have no way through.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from xml.etree import ElementTree

from evaltools.charts.colors import dark_of

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


@lru_cache(maxsize=256)  # sources are checked before they are rendered
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
