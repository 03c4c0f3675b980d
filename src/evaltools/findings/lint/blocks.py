"""Blocks of a source: headings, paragraphs, items, cells, as runs of masked characters.

Only as much of pandoc's block grammar as prose needs: what is a heading, where an item's marker
ends, which lines are code, in which fenced divs and quotations a paragraph stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from evaltools.findings.lint.opaque import FILLER, OPENING

BlockKind = Literal["heading", "paragraph", "item", "definition", "footnote", "row"]

_QUOTE = re.compile(r"[ ]{0,3}>[ ]?")
_DIV = re.compile(r"[ ]{0,3}:{3,}[ \t]*(?P<attributes>.*?)[ \t:]*$")
_HEADING = re.compile(r"[ ]{0,3}(?P<marks>#{1,6})(?:[ \t]+|$)")
_UNDERLINE = re.compile(r"[ ]{0,3}(?P<mark>=+|-+)[ \t]*$")
_RULE = re.compile(r"[ ]{0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$")
_ITEM = re.compile(
    r"[ \t]*(?:[-*+]|\(?(?:\d{1,9}|#|[a-zA-Z]|[ivxlc]+)[.)]|\(@[\w-]*\))[ \t]+(?=\S)"
)
_DEFINITION = re.compile(r"[ ]{0,3}[:~][ \t]+(?=\S)")
_FOOTNOTE = re.compile(r"[ ]{0,3}\[(?P<label>\^[^\]\s]{1,99})\]:[ \t]*")
_LINK_TARGET = re.compile(
    r"[ ]{0,3}\[(?P<label>[^\]^@][^\]]*)\]:[ \t]*<?\S+>?"
    r"(?:[ \t]+(?:\"[^\"]*\"|'[^']*'|\([^)]*\)))?(?:[ \t]*\{[^{}]*\})?[ \t]*$"
)
_TABLE_RULE = re.compile(r"[ ]{0,3}[-=+|:][-=+|: \t]*$")
_ROW = re.compile(r"[ ]{0,3}\|.*\|[ \t]*$")
_INDENT = re.compile(r"(?:[ ]{4}|[ ]{0,3}\t)")


@dataclass
class RawBlock:
    """A block before its inline marks are read.

    Arguments:
        kind: what it is.
        level: of a heading, 1 to 6; otherwise 0.
        divs: the attributes of the fenced divs it stands in, outermost first.
        quotation: number of the block quotation it stands in, 0 for none.
        runs: stretches of the masked text that make it up, a line each, as offsets.
    """

    kind: BlockKind
    level: int = 0
    divs: tuple[str, ...] = ()
    quotation: int = 0
    runs: list[tuple[int, int]] = field(default_factory=list)


def split_blocks(masked: str) -> tuple[list[RawBlock], frozenset[str]]:
    """The blocks of a masked source in order, and the labels of its link targets and footnotes.

    A footnote's label keeps its caret.
    """
    splitter = _Splitter(masked)
    return list(splitter.blocks()), frozenset(splitter.labels)


class _Splitter:
    """Goes through the lines once, keeping what pandoc's reader would remember."""

    def __init__(self, masked: str) -> None:
        self.masked = masked
        self.labels: set[str] = set()
        self.open: RawBlock | None = None
        self.divs: list[str] = []
        self.in_list = False
        self.blank = True
        self.quotation = 0
        self.quotations = 0

    def blocks(self) -> Iterator[RawBlock]:
        at = 0
        for line in self.masked.split("\n"):
            yield from self._line(line, at)
            at += len(line) + 1
        yield from self._close()

    def _close(self) -> Iterator[RawBlock]:
        if self.open is not None and self.open.runs:
            yield self.open
        self.open = None

    def _start(self, kind: BlockKind, start: int, end: int, level: int = 0) -> None:
        runs = [(start, end)]
        self.open = RawBlock(kind, level, tuple(self.divs), self.quotation, runs)

    def _line(self, line: str, at: int) -> Iterator[RawBlock]:
        end = at + len(line)
        if line and not line.strip(FILLER + " \t"):
            return  # a comment: neither text nor the end of a paragraph
        depth = 0
        while marker := _QUOTE.match(line):
            line, depth = line[marker.end() :], depth + 1
        start = end - len(line)
        if not line.strip():
            yield from self._close()
            if not depth:
                self.quotation = 0
            self.blank = True
            return
        if depth and not self.quotation:
            yield from self._close()
            self.quotations += 1
            self.quotation = self.quotations
            self.blank = True
        elif not depth and self.quotation and self.blank:
            self.quotation = 0
        yield from self._content(line, start, end)

    def _content(self, line: str, start: int, end: int) -> Iterator[RawBlock]:
        blank, self.blank = self.blank, False
        first = line.lstrip(" \t" + FILLER)[:1]
        if first == OPENING["fence"]:
            yield from self._close()
            self.blank = True
            return
        if div := _DIV.match(line):
            yield from self._close()
            self._turn(div["attributes"].strip())
            self.blank, self.in_list = True, False
            return
        if self.open is not None and (under := _UNDERLINE.match(line)):
            if self.open.kind == "paragraph" and len(self.open.runs) == 1:
                self.open.kind, self.open.level = "heading", 1 if under["mark"][0] == "=" else 2
            yield from self._close()
            self.blank = True
            return
        if blank and _INDENT.match(line) and not self.in_list:
            self.blank = True  # indented code; the lines after it may be code as well
            return
        if _RULE.match(line) or _TABLE_RULE.match(line):
            yield from self._close()
            self.blank = True
            return
        if target := _LINK_TARGET.match(line):
            self.labels.add(target["label"].casefold())
            return
        opened = self._opening(line, blank)
        if opened is None:
            if self.open is None:
                if not line[0].isspace():
                    self.in_list = False
                self._start("paragraph", start, end)
            else:
                self.open.runs.append((start, end))
            return
        kind, skipped, level = opened
        yield from self._close()
        self.in_list = kind in ("item", "definition", "footnote")
        self._start(kind, start + skipped, end, level)
        if kind in ("heading", "row"):
            yield from self._close()
            self.blank = True

    def _opening(self, line: str, blank: bool) -> tuple[BlockKind, int, int] | None:
        if blank and (heading := _HEADING.match(line)):
            return "heading", heading.end(), len(heading["marks"])
        if footnote := _FOOTNOTE.match(line):
            self.labels.add(footnote["label"].casefold())
            return "footnote", footnote.end(), 0
        # A number and a full stop in the middle of a paragraph are prose, not a marker.
        in_item = self.open is not None and self.open.kind == "item"
        if (blank or in_item) and (item := _ITEM.match(line)):
            return "item", item.end(), 0
        if definition := _DEFINITION.match(line):
            return "definition", definition.end(), 0
        if _ROW.match(line):
            return "row", 0, 0
        return None

    def _turn(self, attributes: str) -> None:
        if attributes:
            self.divs.append(attributes)
        elif self.divs:
            self.divs.pop()
