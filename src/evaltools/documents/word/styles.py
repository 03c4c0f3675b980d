"""What the styles of a DOCX say: heading, table of contents, how a run looks, where lines stand."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from lxml import etree

from evaltools.documents.word.appearance import (
    ANY,
    Look,
    Surroundings,
    fill,
    merge_settings,
    resolve_look,
    settings,
    shaded_table_style,
)
from evaltools.documents.zip_package import attribute_value, children, first, local_name

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
# Word keeps its own styles under English names; other programs write the name that people see.
_HEADING = re.compile(r"(?:heading|otsikko|rubrik|överskrift|overskrift)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|otsikko|rubrik", re.IGNORECASE)
_CONTENTS = re.compile(
    r"(?:toc|sisluet|sisällysluettelo|innehåll|innehållsförteckning|contents)\s*[1-9]",
    re.IGNORECASE,
)
Item = TypeVar("Item")


def page_size(root: etree._Element) -> tuple[int, int]:
    """Width and height of the largest page of a document."""
    sizes = [node for node in root.iter() if local_name(node) == "pgSz"]
    width, height = (max((_twips(attribute_value(s, of)) for s in sizes), default=0) for of in "wh")
    return (width, height) if width > 0 and height > 0 else LETTER


def geometry(properties: etree._Element | None) -> dict[str, str]:
    """What properties of a paragraph say of where it stands and how high its lines are."""
    values: dict[str, str] = {}
    for element, names in _SAID.items():
        node = first(properties, element)
        if node is not None:
            for name, called in names.items():
                if setting := attribute_value(node, name):
                    values.setdefault(called, setting)
    if "first" in values or "hanging" in values:  # one of them takes the other off
        values.setdefault("hanging", "0")
        values.setdefault("first", "0")
    return values


def hidden_reason(setting: Mapping[str, str], page: tuple[int, int]) -> str:
    """Why nobody sees the lines of a paragraph, in words; empty where they are seen."""
    width, height = page

    def at(name: str) -> int:
        return _twips(setting.get(name, ""))

    if setting.get("lineRule") == "exact" and 0 < at("line") < _LOW:
        return "text in lines too low to be seen"
    begins = at("left") - at("hanging") if at("hanging") else at("left") + at("first")
    beyond = max(abs(begins), abs(at("right")), abs(at("x"))) > width or abs(at("y")) > height
    return "text moved off the page" if beyond else ""


def is_hidden_row(row: etree._Element) -> str:
    """Why nobody sees a row of a table, in words; empty where it is seen."""
    properties = first(row, "trPr")
    hidden, height = first(properties, "hidden"), first(properties, "trHeight")
    if hidden is not None and attribute_value(hidden) not in ("0", "false", "off"):
        return "hidden row"
    exact = attribute_value(height, "hRule") == "exact"
    return "row too low to be seen" if exact and 0 < _twips(attribute_value(height)) < _LOW else ""


def _twips(setting: str) -> int:
    unit = _UNITS.get(setting[-2:], 0.0)
    try:
        return round(float(setting[:-2]) * unit if unit else float(setting))
    except (ValueError, OverflowError):
        return 0


class Styles:
    """What the styles of a document say, with those they are based on.

    Arguments:
        root: of the part for styles; None where the document has none.
        theme: fonts and colours of the theme, see `read_theme`.
        page: width and height of the page.
    """

    def __init__(
        self, root: etree._Element | None, theme: dict[str, str], page: tuple[int, int] = LETTER
    ) -> None:
        styles = () if root is None else children(root, "style")
        known = {attribute_value(style, "styleId"): style for style in styles}
        chains = {name: _chain(name, known) for name in known}
        self.theme, self._page = theme, page
        self._levels = {name: _first_of(_level, chain) or 0 for name, chain in chains.items()}
        self.contents = frozenset(
            name for name, chain in chains.items() if _CONTENTS.fullmatch(_name(chain[0]))
        )
        self._runs = {
            name: merge_settings(settings(first(style, "rPr"), theme) for style in chain)
            for name, chain in chains.items()
        }
        self._behind = {
            name: _first_of(lambda style: fill(first(style, "pPr", "shd"), theme), chain) or ""
            for name, chain in chains.items()
        }
        self._coloured_tables = frozenset(
            name
            for name, chain in chains.items()
            if any(shaded_table_style(style, theme) for style in chain)
        )
        self._lines = {
            name: merge_settings(geometry(first(style, "pPr")) for style in chain)
            for name, chain in chains.items()
        }
        self._usual_lines = geometry(first(root, "docDefaults", "pPrDefault", "pPr"))
        self._usual = settings(first(root, "docDefaults", "rPrDefault", "rPr"), theme)
        self._paragraph, self._character = (
            next((name for name, style in known.items() if _is_default(style, kind)), "")
            for kind in ("paragraph", "character")
        )
        self._looks: dict[tuple[frozenset[tuple[str, str]], Surroundings], Look] = {}

    def level(self, paragraph: etree._Element) -> int:
        """Heading level of a paragraph, 0 for running text."""
        properties = first(paragraph, "pPr")
        own = outline_level(properties)
        return self._levels.get(style_id(properties), 0) if own is None else own

    def look(self, run: etree._Element, place: Surroundings) -> Look:
        """How a run looks in its place."""
        own = settings(first(run, "rPr"), self.theme)
        key = (frozenset(own.items()), place)
        if key not in self._looks:
            named = (
                own.get("rStyle") or self._character,
                place.style or self._paragraph,
                place.table_style,
            )
            styles = [*(self._runs.get(name, {}) for name in named), self._usual]
            self._looks[key] = resolve_look(own, styles, place, self._page[1])
        return self._looks[key]

    def place(self, properties: etree._Element | None, around: Surroundings) -> Surroundings:
        """Where the runs of a paragraph with these properties stand, by what is around it."""
        named = style_id(properties)
        style = named or self._paragraph
        behind = fill(first(properties, "shd"), self.theme)
        if behind is None:
            behind = self._behind.get(style, "")
        levels = (geometry(properties), self._lines.get(style, {}), self._usual_lines)
        return replace(
            around,
            style=named,
            behind=behind or around.behind,
            hidden_because=hidden_reason(merge_settings(levels), self._page),
        )

    def table(self, properties: etree._Element | None, around: Surroundings) -> Surroundings:
        """Where the cells of a table stand."""
        style = attribute_value(first(properties, "tblStyle"))
        own = fill(first(properties, "shd"), self.theme)
        behind = ANY if style in self._coloured_tables else own
        return Surroundings(table_style=style, behind=behind or around.behind)


def style_id(properties: etree._Element | None) -> str:
    """Identifier of the style that paragraph or run properties name."""
    if properties is None:
        return ""
    return attribute_value(first(properties, "pStyle")) or attribute_value(
        first(properties, "rStyle")
    )


def outline_level(properties: etree._Element | None) -> int | None:
    """Heading level by outline level, 0 where it says running text, None where it says nothing."""
    level = attribute_value(first(properties, "outlineLvl"))
    if not level.isascii() or not level.isdigit():
        return None
    return int(level) + 1 if int(level) < 9 else 0


def is_on(element: etree._Element | None) -> bool:
    """Whether a property is there and not switched off."""
    return element is not None and attribute_value(element) not in ("0", "false", "off", "none")


def _first_of(
    say: Callable[[etree._Element], Item | None], chain: list[etree._Element]
) -> Item | None:
    """What the nearest style of a chain says that says anything."""
    return next((setting for style in chain if (setting := say(style)) is not None), None)


def _is_default(style: etree._Element, kind: str) -> bool:
    return attribute_value(style, "type") == kind and attribute_value(style, "default") in (
        "1",
        "true",
        "on",
    )


def _name(style: etree._Element) -> str:
    return attribute_value(first(style, "name")).strip()


def _level(style: etree._Element) -> int | None:
    level = outline_level(first(style, "pPr"))
    if level is not None:
        return level
    if heading := _HEADING.fullmatch(_name(style)):
        return int(heading[1])
    return 1 if _TITLE.fullmatch(_name(style)) else None


def _chain(name: str, known: dict[str, etree._Element]) -> list[etree._Element]:
    """A style and those it is based on, nearest first; a circle is walked once."""
    chain: list[etree._Element] = []
    seen: set[str] = set()
    while name in known and name not in seen:
        seen.add(name)
        chain.append(known[name])
        name = attribute_value(first(known[name], "basedOn"))
    return chain
