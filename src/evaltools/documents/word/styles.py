"""What the styles of a DOCX say: heading, table of contents, and how a run looks."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from evaltools.documents.packages import children, first, value
from evaltools.documents.word.looks import (
    Look,
    Place,
    Settings,
    look_of,
    merged_settings,
    settings,
    shaded,
    shaded_table_style,
)

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
        coloured: styles of paragraphs and tables with something else than white behind the text.
        defaults: what the document says of all runs.
        paragraph, character: the style of those that name none.
        theme: fonts of the theme by the names that runs use for them.
    """

    levels: dict[str, int] = field(default_factory=dict)
    contents: frozenset[str] = frozenset()
    runs: dict[str, Settings] = field(default_factory=dict)
    coloured: frozenset[str] = frozenset()
    defaults: Settings = field(default_factory=dict)
    paragraph: str = ""
    character: str = ""
    theme: dict[str, str] = field(default_factory=dict)

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
        style = place.style or self.paragraph
        return look_of(
            own,
            self.runs.get(own.get("rStyle") or self.character, {}),
            self.runs.get(style, {}),
            self.runs.get(place.table_style, {}),
            self.defaults,
            place.coloured or style in self.coloured or place.table_style in self.coloured,
        )


def read_styles(root: etree._Element | None, theme: dict[str, str]) -> Styles:
    """Read styles.xml; a document without styles has none.

    Arguments:
        root: of the part.
        theme: fonts of the theme, see `looks.read_theme`.
    """
    if root is None:
        return Styles(theme=theme)
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
        coloured=frozenset(
            name
            for name, chain in chains.items()
            if any(shaded(first(s, "pPr")) or shaded_table_style(s) for s in chain)
        ),
        defaults=settings(first(root, "docDefaults", "rPrDefault", "rPr"), theme),
        paragraph=_default("paragraph", known),
        character=_default("character", known),
        theme=theme,
    )


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
