"""What a web page or a vector picture tells: to readers, to screen readers and to machines."""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import unquote_to_bytes

from evaltools.findings.disclosure.readable import Unit, values_of

_ATTRIBUTES = ("alt", "title", "aria-label", "content", "placeholder", "value", "summary")
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "p div li td th tr h1 h2 h3 h4 h5 h6 figcaption caption section article header footer nav "
        "blockquote pre table ul ol dl dt dd figure br aside main title body text desc option",
    )
)
_VOID = frozenset({"area", "base", "br", "col", "hr", "img", "input", "link", "meta", "wbr"})


def page_units(content: bytes) -> Iterator[Unit]:
    """Blocks of text, attributes, comments, table rows, data in scripts, embedded pictures.

    Arguments:
        content: HTML or SVG in UTF-8.
    """
    page = _Page()
    page.feed(content.decode("utf-8"))
    page.close()
    page.end_block()
    yield from page.units


class _Page(HTMLParser):
    """Text by block, attributes that are read out, table rows, scripts' JSON, embedded SVG."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.units: list[Unit] = []
        self._text: list[str] = []
        self._row: list[str] | None = None
        self._header: list[str] = []
        self._script: str | None = None
        self._references = 0
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.end_block()
        values = {name: value or "" for name, value in attrs}
        entry = "csl-entry" in values.get("class", "").split()
        if tag not in _VOID:
            self._open.append((tag, entry))
            self._references += entry
        if tag == "tr":
            self._row = []
        if tag in ("script", "style"):
            self._script = tag
        for name, value in values.items():
            if (name in _ATTRIBUTES or name.startswith("data-")) and value.strip():
                self._add(f"{name} of {tag}", value)
        source = values.get("src", "") or values.get("href", "")
        if source.startswith("data:image/svg"):
            self._svg(source)

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self.end_block(tag)
        if tag in ("script", "style"):
            self._script = None
        if tag == "tr" and self._row is not None:
            names = self._header if len(self._header) == len(self._row) else [""] * len(self._row)
            fields = tuple(zip(names, self._row, strict=True))
            if self._row:
                self._add("row", " | ".join(self._row), fields)
            self._header = self._header or list(self._row)
            self._row = None
        if tag == "table":
            self._header = []
        while self._open and tag in {name for name, _ in self._open}:
            name, entry = self._open.pop()
            self._references -= entry
            if name == tag:
                break

    def handle_data(self, data: str) -> None:
        if self._script == "script":
            self._json(data)
        elif self._script is None:
            self._text.append(data)

    def handle_comment(self, data: str) -> None:
        if data.strip():
            self._add("comment", data)

    def end_block(self, tag: str = "") -> None:
        """Hand over the text since the last block."""
        text = " ".join("".join(self._text).split())
        self._text = []
        if self._row is not None:
            if tag in ("td", "th"):
                self._row.append(text)
            elif text and self._row:
                self._row[-1] += " " + text
            return
        if text:
            self._add("text", text)

    def _add(self, where: str, text: str, row: tuple[tuple[str, str], ...] = ()) -> None:
        line, _ = self.getpos()
        self.units.append(Unit(f"line {line}, {where}", text, row, self._references > 0))

    def _json(self, data: str) -> None:
        try:
            found = json.loads(data)
        except ValueError:
            return  # a program, not data
        line, _ = self.getpos()
        self.units += [
            Unit(f"line {line}, script, {unit.where}", unit.text, unit.row)
            for unit in values_of(found, "")
        ]

    def _svg(self, source: str) -> None:
        head, _, body = source.partition(",")
        try:
            raw = base64.b64decode(body) if head.endswith(";base64") else unquote_to_bytes(body)
            inner = _Page()
            inner.feed(raw.decode("utf-8"))
        except (binascii.Error, UnicodeDecodeError):
            return
        inner.end_block()
        line, _ = self.getpos()
        self.units += [Unit(f"line {line}, picture", unit.text, unit.row) for unit in inner.units]
