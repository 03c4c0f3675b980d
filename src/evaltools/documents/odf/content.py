"""What text and spreadsheet documents of OpenDocument share: text with blanks, styles, parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from evaltools.documents import guard
from evaltools.documents.packages import Package, children, local, value

CONTENT = "content.xml"
_MOST_BLANKS = 1_000
_BLANKS = re.compile("[ \t\r\n]+")


def body(package: Package, kind: str) -> tuple[etree._Element, etree._Element]:
    """Root of the content part, and the body of a kind (`text`, `spreadsheet`) in it."""
    if CONTENT not in package:
        raise guard.broken(f"its part {CONTENT} is missing")
    root = package.parse(CONTENT)
    for holder in children(root, "body"):
        for inside in children(holder, kind):
            return root, inside
    raise guard.broken(f"its part {CONTENT} has no {kind}")


def inline(element: etree._Element, special: Callable[[etree._Element], str | None]) -> str:
    """Text of a paragraph.

    Arguments:
        special: called for each element inside; returns the text that stands for it, or None
            for the element to be walked as any other.
    """
    return _BLANKS.sub(" ", _inline(element, special)).translate(_KEPT)


# Blanks that count are written as elements; while others are collapsed they are kept apart.
_TAB, _LINE, _BLANK = "\ue000", "\ue001", "\ue002"
_KEPT = str.maketrans({_TAB: "\t", _LINE: "\n", _BLANK: " "})
_PRIVATE = str.maketrans(dict.fromkeys((_TAB, _LINE, _BLANK), "�"))


def _inline(element: etree._Element, special: Callable[[etree._Element], str | None]) -> str:
    parts = [(element.text or "").translate(_PRIVATE)]
    for node in element:
        name = local(node)
        instead = special(node)
        if instead is not None:
            parts.append(instead.translate(_PRIVATE))
        elif name == "s":
            count = value(node, "c")
            parts.append(_BLANK * (min(int(count), _MOST_BLANKS) if count.isdecimal() else 1))
        elif name == "tab":
            parts.append(_TAB)
        elif name == "line-break":
            parts.append(_LINE)
        elif name:
            parts.append(_inline(node, special))
        parts.append((node.tail or "").translate(_PRIVATE))
    return "".join(parts)


def texts(element: etree._Element) -> Iterator[str]:
    """Every piece of text in an element, deleted and hidden ones too."""
    for node in element.iter():
        if node.text and node.text.strip():
            yield node.text
        if node is not element and node.tail and node.tail.strip():
            yield node.tail


def styles(package: Package, root: etree._Element) -> dict[str, etree._Element]:
    """Styles of both parts by name."""
    roots = [root]
    if "styles.xml" in package:
        roots.append(package.parse("styles.xml"))
    return {
        value(style, "name"): style
        for top in roots
        for group in top
        if local(group) in ("styles", "automatic-styles")
        for style in children(group, "style")
    }


def chain(name: str, known: dict[str, etree._Element]) -> Iterator[etree._Element]:
    """A style and those it is made from, nearest first; a circle is walked once."""
    seen: set[str] = set()
    while name in known and name not in seen:
        seen.add(name)
        yield known[name]
        name = value(known[name], "parent-style-name")


def margins(package: Package) -> Iterator[tuple[str, str]]:
    """(what, text) of headers and footers."""
    if "styles.xml" not in package:
        return
    for node in package.parse("styles.xml").iter():
        if local(node) in ("header", "footer", "header-left", "footer-left", "header-first"):
            for text in texts(node):
                yield local(node).partition("-")[0], text
