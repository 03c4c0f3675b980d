"""What the styles of a DOCX say about a paragraph: heading, table of contents, hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from evaltools.documents.packages import children, first, value

# Word keeps its own styles under English names; other programs write the name that people see.
_HEADING = re.compile(r"(?:heading|otsikko|rubrik|överskrift|overskrift)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|otsikko|rubrik", re.IGNORECASE)
_CONTENTS = re.compile(
    r"(?:toc|sisluet|sisällysluettelo|innehåll|innehållsförteckning|contents)\s*[1-9]",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Styles:
    """Paragraph and character styles by their identifier.

    Arguments:
        levels: heading level, 1 the highest.
        contents: styles of lines of a table of contents.
        hidden: styles whose text is hidden.
    """

    levels: dict[str, int] = field(default_factory=dict)
    contents: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()

    def level(self, paragraph: etree._Element) -> int:
        """Heading level of a paragraph, 0 for running text."""
        properties = first(paragraph, "pPr")
        own = outline(properties)
        if own is not None:
            return own
        return self.levels.get(style_of(properties), 0)


def read_styles(root: etree._Element | None) -> Styles:
    """Read styles.xml; a document without styles has none."""
    if root is None:
        return Styles()
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
        hidden=frozenset(
            name
            for name, chain in chains.items()
            if any(on(first(s, "rPr", "vanish")) for s in chain)
        ),
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
