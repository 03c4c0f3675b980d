"""The text of HTML without its tags, with the places at which paragraphs were parted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cached_property
from html import unescape

from evaltools.exchange.conventions import Convention, Ruler
from evaltools.exchange.plain_text import Source, Span

_PARAGRAPHS = frozenset(
    (
        *("address", "article", "aside", "blockquote", "div", "dl", "figure", "footer", "form"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "main", "nav", "ol", "p", "pre"),
        *("section", "table", "ul"),
    )
)
_LINES = frozenset(("br", "dd", "dt", "li", "tr", "tbody", "thead", "tfoot"))
_TAG = re.compile(r"<!--|<[!?]|<(/?)([A-Za-z][^\s/>]*)")
_TAG_END = re.compile("[>\"']")
_UNSEEN = frozenset(("head", "script", "style", "template", "title"))


class _Stripper:
    """Text between the tags, in one pass: html.parser takes minutes for a few broken tags."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.put: list[int] = []
        self._length = 0
        self._gap = 0
        self._unseen = 0
        self._ended = 0  # line ends at the end of what there is

    def feed(self, html: str) -> None:
        """Take in a whole document."""
        at = 0
        while at < len(html):
            opening = _TAG.search(html, at)
            if opening is None:
                break
            past = _past_tag(html, opening)
            if past is None:
                break  # a tag that nothing ends: what follows is taken for text
            self._text(html[at : opening.start()])
            name = (opening.group(2) or "").lower()
            if name:
                step = -1 if opening.group(1) else 1
                if name in _UNSEEN:
                    self._unseen = max(0, self._unseen + step)
                self._part(name)
            at = past
        self._text(html[at:])

    def _part(self, tag: str) -> None:
        self._gap = max(self._gap, 2 * (tag in _PARAGRAPHS), 1 * (tag in _LINES))

    def _text(self, html: str) -> None:
        data = unescape(html)
        if self._unseen or not data:
            return
        if not data.isspace():
            leading = data[: len(data) - len(data.lstrip())].count("\n")
            missing = self._gap - self._ended - leading if self._length else 0
            for _ in range(missing):
                self.put.append(self._length)
                self._add("\n")
            self._gap = 0
        self._add(data)

    def _add(self, data: str) -> None:
        self.parts.append(data)
        self._length += len(data)
        ending = data[len(data.rstrip()) :].count("\n")
        self._ended = ending + (self._ended if data.isspace() else 0)


def _past_tag(html: str, opening: re.Match[str]) -> int | None:
    """Where a tag, a comment or a declaration ends; None where nothing ends it."""
    if opening.group().startswith("<!--"):
        end = html.find("-->", opening.end())
        return len(html) if end < 0 else end + 3
    at = opening.end()
    while True:
        found = _TAG_END.search(html, at)
        if found is None:
            return None
        if found.group() == ">":
            return found.end()
        closing = html.find(found.group(), found.end())
        if closing < 0:
            return None
        at = closing + 1


class HtmlSource(Source):
    """HTML as a text whose places are counted over what stands between the tags.

    Paragraphs are parted by line ends, which do not count.

    Arguments:
        html: the document.
    """

    def __init__(self, html: str) -> None:
        stripper = _Stripper()
        # As HTML is read: all line ends are LF before anything is counted.
        stripper.feed(html.replace("\r\n", "\n").replace("\r", "\n"))
        self._put = frozenset(stripper.put)
        super().__init__("".join(stripper.parts))

    @cached_property
    def _bare(self) -> tuple[str, list[int]]:
        """The text between the tags, and for each of its characters the place in the raw one."""
        places = [place for place in range(len(self.raw)) if place not in self._put]
        return "".join(self.raw[place] for place in places), places

    @cached_property
    def _ruler(self) -> Ruler:
        return Ruler(self._bare[0])

    def _measured(self, spans: Sequence[Span], convention: Convention) -> list[Span]:
        places = self._bare[1]
        return [
            (places[start], places[end - 1] + 1) if 0 <= start < end else (-1, -1)
            for start, end in super()._measured(spans, convention)
        ]


def html_text(html: str) -> str:
    """The text of HTML, not normalised: as a piece of a text it keeps its blanks."""
    return HtmlSource(html).raw
