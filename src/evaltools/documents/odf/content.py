"""What text and spreadsheet documents of OpenDocument share: parts, styles, text of paragraphs."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from lxml import etree

from evaltools.documents import limits, zip_package
from evaltools.documents.model import HeaderOrFooter
from evaltools.documents.superscripts import shift_runs
from evaltools.documents.symbol_fonts import Symbols
from evaltools.documents.zip_package import Package, attribute_value, children, first, local_name

_TINY = 2.0  # points
_WHITE = 0xF5  # of each of red, green and blue, from here on
_POINTS = {"pt": 1.0, "pc": 12.0, "in": 72.0, "cm": 72 / 2.54, "mm": 7.2 / 2.54, "px": 0.75}
_CLEAR = ("", "transparent", "#ffffff")
_RAISED = 10  # per cent of the height of the letters
CONTENT = "content.xml"
_MOST_BLANKS = 1_000
_BLANKS = re.compile("[ \t\r\n]+")
# Blanks that count are written as elements; while others are collapsed they are kept apart.
_WRITTEN = {"tab": "\ue000", "line-break": "\ue001", "s": "\ue002"}
_KEPT = str.maketrans("\ue000\ue001\ue002", "\t\n ")
_PRIVATE = str.maketrans(dict.fromkeys(_WRITTEN.values(), "�"))


@dataclass(frozen=True)
class Look:
    """How a text looks."""

    hidden: bool = False  # the program does not show it
    white: bool = False  # its letters have the colour of a blank page
    tiny: bool = False  # its letters are too small to be seen
    coloured: bool = False  # something behind it is not white, or may not be
    shift: int = 0  # 1 raised, -1 lowered, 0 on the line
    font: str = ""

    @property
    def hidden_because(self) -> str:
        """Why nobody sees it, in words; empty where it is seen."""
        if self.hidden:
            return "hidden text"
        if self.white and not self.coloured:
            return "white text on a white page"
        return "text too small to be seen" if self.tiny else ""

    def font_of(self, character: str) -> str:
        """The font in which a character is shown."""
        return self.font


class LookTable:
    """What the styles of a file, `known` by name, say of how text looks.

    Arguments:
        root: of its content.
    """

    def __init__(self, package: Package, root: etree._Element) -> None:
        roots = [root]
        if "styles.xml" in package:
            roots.append(package.parse("styles.xml"))
        groups = [group for top in roots for group in top]

        def find(name: str, *of: str) -> Iterator[etree._Element]:
            return (
                one for group in groups if local_name(group) in of for one in children(group, name)
            )

        automatic, faces = "automatic-styles", find("font-face", "font-face-decls")
        self.known = {
            attribute_value(style, "name"): style for style in find("style", "styles", automatic)
        }
        self._faces = {
            attribute_value(face, "name"): attribute_value(face, "font-family") for face in faces
        }
        pages = [first(one, "page-layout-properties") for one in find("page-layout", automatic)]
        coloured = any(
            attribute_value(page, "background-color").lower() not in _CLEAR for page in pages
        )
        self.plain = Look(coloured=coloured)
        self._cache: dict[tuple[Look, str], Look] = {}

    def within(self, outer: Look, style: str) -> Look:
        """How a text looks that a style is put on, in what looks otherwise."""
        if (outer, style) not in self._cache:
            look = outer
            for one in reversed(list(style_chain(style, self.known))):
                look = self._changed(look, one)
            self._cache[outer, style] = look
        return self._cache[outer, style]

    def _changed(self, look: Look, style: etree._Element) -> Look:
        says: dict[str, Any] = {}
        for node in style:
            if attribute_value(node, "background-color").lower() not in _CLEAR:
                says["coloured"] = True
            if local_name(node) != "text-properties":
                continue
            if display := attribute_value(node, "display"):
                says["hidden"] = display == "none"
            if colour := attribute_value(node, "color"):
                says["white"] = _is_white(colour)
            if (size := points(attribute_value(node, "font-size"))) is not None:
                says["tiny"] = size <= _TINY
            if position := attribute_value(node, "text-position"):
                says["shift"] = _shift(position)
            name = attribute_value(node, "font-name")
            if font := self._faces.get(name, name) or attribute_value(node, "font-family"):
                says["font"] = font.strip("'\"")
        return replace(look, **says)


def points(length: str | None) -> float | None:
    """A length in points; None for what is none."""
    match = re.fullmatch(r"([0-9]*\.?[0-9]+)([a-z]{2})", length or "")
    return float(match[1]) * _POINTS[match[2]] if match and match[2] in _POINTS else None


def style_chain(name: str, known: Mapping[str, etree._Element]) -> Iterator[etree._Element]:
    """A style and those it is made from, nearest first."""
    return zip_package.style_chain(
        name, known, lambda style: attribute_value(style, "parent-style-name")
    )


def _is_white(colour: str) -> bool:
    digits = colour.removeprefix("#")
    return bool(re.fullmatch(r"[0-9A-Fa-f]{6}", digits)) and min(bytes.fromhex(digits)) >= _WHITE


def _shift(position: str) -> int:
    by = position.split()[0]
    if by in ("super", "sub"):
        return 1 if by == "super" else -1
    try:
        share = float(by.removesuffix("%"))
    except ValueError:
        return 0
    return 0 if abs(share) < _RAISED else 1 if share > 0 else -1


def find_body(package: Package, kind: str) -> tuple[etree._Element, etree._Element]:
    """Root of the content part, and the body of a kind (`text`, `spreadsheet`) in it."""
    if CONTENT not in package:
        raise limits.broken(f"its part {CONTENT} is missing")
    root = package.parse(CONTENT)
    for holder in children(root, "body"):
        for inside in children(holder, kind):
            return root, inside
    raise limits.broken(f"its part {CONTENT} has no {kind}")


class Inline:
    """Gathers the text of paragraphs; what nobody sees is added to `left_out` as (what, its text).

    `special` is called for each element inside; it returns the text that stands for it, or None
    for the element to be walked as any other.
    """

    def __init__(
        self,
        looks: LookTable,
        left_out: list[tuple[str, str]],
        special: Callable[[etree._Element], str | None],
    ) -> None:
        self._looks = looks
        self._left_out = left_out
        self._special = special
        self.symbols = Symbols()

    def text(self, element: etree._Element, outer: Look) -> str:
        """Text of a paragraph, raised and lowered characters written as such."""
        runs: list[tuple[str, int]] = []
        self._walk(element, self._looks.within(outer, attribute_value(element, "style-name")), runs)
        return _BLANKS.sub(" ", shift_runs(runs)).translate(_KEPT)

    def _walk(self, element: etree._Element, look: Look, runs: list[tuple[str, int]]) -> None:
        self._add(element.text, look, runs)
        for node in element:
            name = local_name(node)
            instead = self._special(node)
            if instead is not None:
                runs.append((instead.translate(_PRIVATE), 0))
            elif name in ("s", "tab", "line-break"):
                count = attribute_value(node, "c") if name == "s" else ""
                times = min(int(count), _MOST_BLANKS) if count.isdecimal() else 1
                if not look.hidden_because:
                    runs.append((_WRITTEN[name] * times, 0))
            elif name:
                inner = self._looks.within(look, attribute_value(node, "style-name"))
                self._walk(node, inner, runs)
            self._add(node.tail, look, runs)

    def _add(self, text: str | None, look: Look, runs: list[tuple[str, int]]) -> None:
        if text and look.hidden_because:
            self._left_out.append((look.hidden_because, text))
        elif text:
            shown = self.symbols.show(text, look.font_of)
            runs.append((shown.translate(_PRIVATE), look.shift))


def texts(element: etree._Element) -> Iterator[str]:
    """Every piece of text in an element, deleted and hidden ones too."""
    for node in element.iter():
        if node.text and node.text.strip():
            yield node.text
        if node is not element and node.tail and node.tail.strip():
            yield node.tail


def margins(package: Package) -> Iterator[tuple[str, str]]:
    """(what, text) of headers and footers."""
    if "styles.xml" not in package:
        return
    for node in package.parse("styles.xml").iter():
        if local_name(node) in ("header", "footer", "header-left", "footer-left", "header-first"):
            for text in texts(node):
                yield HeaderOrFooter(local_name(node).partition("-")[0]), text


def table_rows(parent: etree._Element, shown: bool = True) -> Iterator[tuple[etree._Element, bool]]:
    """Rows of a table, and whether they are shown; those in groups too."""
    for node in parent:
        name = local_name(node)
        if name == "table-row":
            hidden = attribute_value(node, "visibility") in ("collapse", "filter")
            yield node, shown and not hidden
        elif name in ("table-header-rows", "table-rows", "table-row-group"):
            yield from table_rows(node, shown and attribute_value(node, "display") != "false")
