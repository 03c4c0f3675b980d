"""Where paragraphs and rows of a DOCX stand and how high they are: too low, or off the page."""

from __future__ import annotations

from collections.abc import Mapping

from lxml import etree

from evaltools.documents.packages import first, local, value

LETTER = (12240, 15840)
"""Width and height of a page that says none, in twentieths of a point."""
_LOW = 40  # twentieths of a point; nobody reads lines lower than two points
_UNITS = {"pt": 20.0, "in": 1440.0, "cm": 567.0, "mm": 56.7, "pc": 240.0, "pi": 240.0}
_SAID = {
    "spacing": {"line": "line", "lineRule": "lineRule"},
    "ind": {
        "left": "left", "start": "left", "right": "right", "end": "right",
        "firstLine": "first", "hanging": "hanging",
    },
    "framePr": {"x": "x", "y": "y"},
}  # fmt: skip


def page_size(root: etree._Element) -> tuple[int, int]:
    """Width and height of the largest page of a document."""
    sizes = [node for node in root.iter() if local(node) == "pgSz"]
    width, height = (max((_twips(value(s, of)) for s in sizes), default=0) for of in "wh")
    return (width, height) if width > 0 and height > 0 else LETTER


def geometry(properties: etree._Element | None) -> dict[str, str]:
    """What properties of a paragraph say of where it stands and how high its lines are."""
    found: dict[str, str] = {}
    for element, names in _SAID.items():
        node = first(properties, element)
        if node is not None:
            for name, called in names.items():
                if said := value(node, name):
                    found.setdefault(called, said)
    if "first" in found or "hanging" in found:  # one of them takes the other off
        found.setdefault("hanging", "0")
        found.setdefault("first", "0")
    return found


def why_unseen(said: Mapping[str, str], page: tuple[int, int]) -> str:
    """Why nobody sees the lines of a paragraph, in words; empty where they are seen."""
    width, height = page

    def at(name: str) -> int:
        return _twips(said.get(name, ""))

    if said.get("lineRule") == "exact" and 0 < at("line") < _LOW:
        return "text in lines too low to be seen"
    begins = at("left") - at("hanging") if at("hanging") else at("left") + at("first")
    beyond = max(abs(begins), abs(at("right")), abs(at("x"))) > width or abs(at("y")) > height
    return "text moved off the page" if beyond else ""


def unseen_row(row: etree._Element) -> str:
    """Why nobody sees a row of a table, in words; empty where it is seen."""
    properties = first(row, "trPr")
    hidden, height = first(properties, "hidden"), first(properties, "trHeight")
    if hidden is not None and value(hidden) not in ("0", "false", "off"):
        return "hidden row"
    exact = value(height, "hRule") == "exact"
    return "row too low to be seen" if exact and 0 < _twips(value(height)) < _LOW else ""


def _twips(said: str) -> int:
    unit = _UNITS.get(said[-2:], 0.0)
    try:
        return round(float(said[:-2]) * unit if unit else float(said))
    except (ValueError, OverflowError):
        return 0
