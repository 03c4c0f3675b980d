"""What text and spreadsheet documents of OpenDocument share: text of paragraphs, styles, parts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from lxml import etree

from evaltools.documents import guard
from evaltools.documents.odf.looks import Look, Looks
from evaltools.documents.packages import Package, children, local, value
from evaltools.documents.record import PageFurniture
from evaltools.documents.superscripts import shift_runs
from evaltools.documents.symbol_fonts import Symbols

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


class Inline:
    """Gathers the text of paragraphs.

    Arguments:
        looks: of the file.
        left_out: (what, its text) of what nobody sees is added to it.
        special: called for each element inside; returns the text that stands for it, or None
            for the element to be walked as any other.
    """

    def __init__(
        self,
        looks: Looks,
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
        self._walk(element, self._looks.within(outer, value(element, "style-name")), runs)
        return _BLANKS.sub(" ", shift_runs(runs)).translate(_KEPT)

    def _walk(self, element: etree._Element, look: Look, runs: list[tuple[str, int]]) -> None:
        self._add(element.text, look, runs)
        for node in element:
            name = local(node)
            instead = self._special(node)
            if instead is not None:
                runs.append((instead.translate(_PRIVATE), 0))
            elif name in ("s", "tab", "line-break") and look.unseen:
                pass
            elif name == "s":
                count = value(node, "c")
                runs.append(
                    (_BLANK * (min(int(count), _MOST_BLANKS) if count.isdecimal() else 1), 0)
                )
            elif name == "tab":
                runs.append((_TAB, 0))
            elif name == "line-break":
                runs.append((_LINE, 0))
            elif name:
                inner = self._looks.within(look, value(node, "style-name"))
                self._walk(node, inner, runs)
            self._add(node.tail, look, runs)

    def _add(self, text: str | None, look: Look, runs: list[tuple[str, int]]) -> None:
        if text and look.unseen:
            self._left_out.append((look.unseen, text))
        elif text:
            shown = self.symbols.show(text, look.font_of)
            runs.append((shown.translate(_PRIVATE), look.shift))


# Blanks that count are written as elements; while others are collapsed they are kept apart.
_TAB, _LINE, _BLANK = "\ue000", "\ue001", "\ue002"
_KEPT = str.maketrans({_TAB: "\t", _LINE: "\n", _BLANK: " "})
_PRIVATE = str.maketrans(dict.fromkeys((_TAB, _LINE, _BLANK), "�"))


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
        if local(node) in ("header", "footer", "header-left", "footer-left", "header-first"):
            for text in texts(node):
                yield PageFurniture(local(node).partition("-")[0]), text
