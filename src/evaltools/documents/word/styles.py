"""What the styles of a DOCX say: heading, table of contents, how a run looks, where lines stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from evaltools.documents.packages import children, first, local, value
from evaltools.documents.word.appearance import (
    ANY,
    Look,
    Place,
    Settings,
    fill,
    look_of,
    merged_settings,
    settings,
    shaded_table_style,
)

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


# Word keeps its own styles under English names; other programs write the name that people see.
_HEADING = re.compile(r"(?:heading|otsikko|rubrik|överskrift|overskrift)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|otsikko|rubrik", re.IGNORECASE)
_CONTENTS = re.compile(
    r"(?:toc|sisluet|sisällysluettelo|innehåll|innehållsförteckning|contents)\s*[1-9]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Styles:
    """Styles by their identifier.

    Arguments:
        levels: heading level, 1 the highest.
        contents: styles of lines of a table of contents.
        runs: what a style says of its runs, with those it is based on.
        behind: what styles of paragraphs put behind the text.
        coloured: styles of tables that put a colour behind some text.
        lines: where styles put lines, and how high, with those they are based on.
        page: width and height of the page.
        defaults: what the document says of all runs.
        paragraph, character: the style of those that name none.
        theme: fonts of the theme by the names that runs use for them.
    """

    levels: dict[str, int] = field(default_factory=dict)
    contents: frozenset[str] = frozenset()
    runs: dict[str, Settings] = field(default_factory=dict)
    behind: dict[str, str] = field(default_factory=dict)
    coloured: frozenset[str] = frozenset()
    lines: Mapping[str, Settings] = field(default_factory=dict)
    page: tuple[int, int] = LETTER
    defaults: Settings = field(default_factory=dict)
    paragraph: str = ""
    character: str = ""
    theme: dict[str, str] = field(default_factory=dict)
    _looks: dict[tuple[frozenset[tuple[str, str]], Place], Look] = field(default_factory=dict)

    def level(self, paragraph: etree._Element) -> int:
        """Heading level of a paragraph, 0 for running text."""
        properties = first(paragraph, "pPr")
        own = outline(properties)
        if own is not None:
            return own
        return self.levels.get(style_of(properties), 0)

    def look(self, run: etree._Element, place: Place) -> Look:
        """How a run looks in its place."""
        own = settings(first(run, "rPr"), self.theme)
        key = (frozenset(own.items()), place)
        if key not in self._looks:
            self._looks[key] = self._look(own, place)
        return self._looks[key]

    def _look(self, own: Settings, place: Place) -> Look:
        style = place.style or self.paragraph
        return look_of(
            own,
            self.runs.get(own.get("rStyle") or self.character, {}),
            self.runs.get(style, {}),
            self.runs.get(place.table_style, {}),
            self.defaults,
            place,
            self.page[1],
        )

    def place(self, properties: etree._Element | None, around: Place) -> Place:
        """Where the runs of a paragraph stand.

        Arguments:
            properties: of the paragraph.
            around: where the paragraph stands.
        """
        named = style_of(properties)
        style = named or self.paragraph
        behind = fill(first(properties, "shd"), self.theme)
        if behind is None:
            behind = self.behind.get(style, "")
        levels = (geometry(properties), self.lines.get(style, {}), self.lines.get("", {}))
        return replace(
            around,
            style=named,
            behind=behind or around.behind,
            unseen=why_unseen(merged_settings(levels), self.page),
        )

    def table(self, properties: etree._Element | None, around: Place) -> Place:
        """Where the cells of a table stand."""
        style = value(first(properties, "tblStyle"))
        own = fill(first(properties, "shd"), self.theme)
        behind = ANY if style in self.coloured else own
        return Place(table_style=style, behind=behind or around.behind)


def read_styles(
    root: etree._Element | None, theme: dict[str, str], page: tuple[int, int] = LETTER
) -> Styles:
    """Read styles.xml; a document without styles has none.

    Arguments:
        root: of the part.
        theme: fonts and colours of the theme, see `looks.read_theme`.
        page: width and height of the page.
    """
    if root is None:
        return Styles(theme=theme, page=page)
    known = {value(style, "styleId"): style for style in children(root, "style")}
    chains = {name: _chain(name, known) for name in known}
    return Styles(
        levels={
            name: level
            for name, chain in chains.items()
            if (level := next((found for s in chain if (found := _level(s)) is not None), 0))
        },
        contents=frozenset(
            name for name, chain in chains.items() if _CONTENTS.fullmatch(_name(chain[0]))
        ),
        runs={
            name: merged_settings(settings(first(s, "rPr"), theme) for s in chain)
            for name, chain in chains.items()
        },
        behind={
            name: next((f for s in chain if (f := _fill(s, theme)) is not None), "")
            for name, chain in chains.items()
        },
        coloured=frozenset(
            name
            for name, chain in chains.items()
            if any(shaded_table_style(s, theme) for s in chain)
        ),
        lines={
            name: merged_settings(geometry(first(s, "pPr")) for s in chain)
            for name, chain in chains.items()
        }
        | {"": geometry(first(root, "docDefaults", "pPrDefault", "pPr"))},
        page=page,
        defaults=settings(first(root, "docDefaults", "rPrDefault", "rPr"), theme),
        paragraph=_default("paragraph", known),
        character=_default("character", known),
        theme=theme,
    )


def _fill(style: etree._Element, theme: dict[str, str]) -> str | None:
    return fill(first(style, "pPr", "shd"), theme)


def _default(kind: str, known: dict[str, etree._Element]) -> str:
    return next(
        (
            name
            for name, style in known.items()
            if value(style, "type") == kind and value(style, "default") in ("1", "true", "on")
        ),
        "",
    )


def style_of(properties: etree._Element | None) -> str:
    """Identifier of the style that paragraph or run properties name."""
    if properties is None:
        return ""
    return value(first(properties, "pStyle")) or value(first(properties, "rStyle"))


def outline(properties: etree._Element | None) -> int | None:
    """Heading level by outline level, 0 where it says running text, None where it says nothing."""
    level = value(first(properties, "outlineLvl"))
    if not level.isascii() or not level.isdigit():
        return None
    return int(level) + 1 if int(level) < 9 else 0


def on(element: etree._Element | None) -> bool:
    """Whether a property is there and not switched off."""
    return element is not None and value(element) not in ("0", "false", "off", "none")


def _name(style: etree._Element) -> str:
    return value(first(style, "name")).strip()


def _level(style: etree._Element) -> int | None:
    level = outline(first(style, "pPr"))
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
        name = value(first(known[name], "basedOn"))
    return chain
