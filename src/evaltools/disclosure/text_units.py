"""Units of text: what a reader of a published file meets at once, in text, JSON, pictures, pages.

Pages are read token by token and not as the tree that a browser makes of them: what a tree leaves
out, such as a second attribute of a name, is in the file all the same.
"""

from __future__ import annotations

import base64
import binascii
import html
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from typing import Any, TypeGuard
from urllib.parse import unquote, unquote_to_bytes

from PIL import Image, UnidentifiedImageError

from evaltools.disclosure.rendered_files import UnreadableError

_TELLING = re.compile(r"[^\W\d_]{2}.*\W|\d{6}")
"""Keys that could say something: more than one word, or a long number."""


@dataclass(frozen=True)
class Unit:
    """One thing a reader meets at once.

    Arguments:
        where: place within the file: `alt`, `row 4`, `cell 3`.
        text: in words.
        row: the same as fields, where it has any: (column, value) in order.
        sheet: a spreadsheet will read the fields.
        shown: an output of a notebook, a table or a page, and not the source of one.
    """

    where: str
    text: str
    row: tuple[tuple[str, str], ...] = ()
    sheet: bool = False
    shown: bool = True


def values_of(value: Any, where: str) -> Iterator[Unit]:
    """Objects and lists within a JSON value, each with its plain members as one unit.

    A member that is itself a page or a drawing is read as such.
    """
    inner: Iterable[tuple[object, Any]] = ()
    if isinstance(value, dict):
        plain = _fields(value)
        if plain:
            yield Unit(where or "top", " | ".join(f"{k}: {v}" for k, v in plain), plain)
        inner = value.items()
    elif isinstance(value, list):
        flat = [one for one in value if isinstance(one, str | int | float) and not _is_markup(one)]
        if flat:
            yield Unit(where or "top", " | ".join(map(str, flat)))
        inner = enumerate(value)
    for key, member in inner:
        if _is_markup(member):
            for unit in page_units(member.encode("utf-8", "replace")):
                yield replace(unit, where=f"{where}/{key}, {unit.where}")
        elif isinstance(member, dict | list):
            if isinstance(key, str) and _TELLING.search(key):
                yield Unit(where or "top", key)
            yield from values_of(member, f"{where}/{key}")


_MARKUP = re.compile(r"\s*<(?:\?xml|!doctype|svg|html)\b", re.IGNORECASE)


def _is_markup(value: object) -> TypeGuard[str]:
    return isinstance(value, str) and bool(_MARKUP.match(value))


def _fields(record: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    fields = []
    for key, value in record.items():
        if isinstance(value, dict) and key == "dimensions":
            fields += [(str(name), str(inner)) for name, inner in value.items()]
        elif isinstance(value, str | int | float) and value != "" and not _is_markup(value):
            fields.append((str(key), str(value)))
    return tuple(fields)


def paragraphs(text: str, where: str = "") -> Iterator[Unit]:
    """Stretches of a text without an empty line, each by its first line's number.

    Arguments:
        text: plain text, code, YAML or markdown.
        where: place of the text in its file; stands before the number of the line.
    """
    first, lines = 1, list[str]()
    prefix = f"{where}, " if where else ""
    for number, line in enumerate([*text.splitlines(), ""], 1):
        if line.strip():
            first = first if lines else number
            lines.append(line)
        if lines and (not line.strip() or len(lines) >= _MOST_LINES):
            yield Unit(f"{prefix}line {first}", "\n".join(lines))
            lines = []


_MOST_LINES = 200


def without_escapes(text: str) -> str:
    """Markdown as readers see it: in `anna\\@example.org` and `anna&#64;example.org` is an @."""
    return html.unescape(_ESCAPED.sub(r"\1", text))


_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")


def picture_units(content: bytes) -> Iterator[Unit]:
    """Text chunks of PNG, comments and EXIF fields of PNG and JPEG, XMP.

    Raises:
        UnreadableError: it is no picture of the kinds that are known. An empty one says nothing.
    """
    if not content:
        return
    try:
        with Image.open(io.BytesIO(content), formats=("PNG", "JPEG")) as picture:
            if picture.format == "PNG":
                picture.load()  # text may stand after the picture
            metadata = [*picture.info.items(), *picture.getexif().items()]
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError) as error:
        raise UnreadableError("holds a picture that cannot be read") from error
    for name, value in metadata:
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if isinstance(text, str) and text.strip() and name != "icc_profile":
            yield Unit(f"field {name}", text)


_SILENT = frozenset(
    ["class", "style", "font-family", "d", "points", "transform", "viewbox", "id", "for", "width",
     "height", "fill", "stroke", "srcset", "xmlns"]
)  # fmt: skip
"""Attributes that say nothing to anybody; all others are read when there are letters in them."""
_SAYS = re.compile(r"[^\W\d_]{2}|\d{6}")
_BLOCKS = frozenset(
    re.findall(
        r"\w+",
        "p div li td th tr h1 h2 h3 h4 h5 h6 figcaption caption section article header footer nav "
        "blockquote pre table ul ol dl dt dd figure br aside main title body text desc option",
    )
)


def page_units(content: bytes) -> Iterator[Unit]:
    """Blocks of text, attributes, comments, table rows, data in scripts, embedded pictures."""
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

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _BLOCKS:
            self.end_block()
        if tag == "tr":
            self._row = []
        if tag in ("script", "style"):
            self._script = tag
        for name, given in attrs:
            value = given or ""
            if value.startswith("data:"):
                self._embedded(value)
            elif name not in _SILENT and not name.startswith("xmlns") and _SAYS.search(value):
                self._add(f"{name} of {tag}", unquote(value) if "%" in value else value)

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

    def handle_data(self, data: str) -> None:
        if self._script == "script":
            self._code(data)
        elif self._script == "style":
            self._css(data)
        elif self._script is None:
            self._text.append(data)

    def handle_comment(self, data: str) -> None:
        if data.strip():
            self._add("comment", data)

    def handle_pi(self, data: str) -> None:
        self._add("instruction", data)

    def handle_decl(self, decl: str) -> None:
        if "[" in decl:  # with declarations of its own, not the name of a standard alone
            self._add("declaration", decl)

    def unknown_decl(self, data: str) -> None:
        self._add("section", data)

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
        self.units.append(Unit(f"line {line}, {where}", text, row))

    def _code(self, data: str) -> None:
        try:
            inner = list(values_of(json.loads(data), ""))
        except (ValueError, RecursionError):
            inner = list(paragraphs(data))  # a program, not data
        self._add_all("script", inner)

    def _css(self, data: str) -> None:
        """Comments and texts of a style sheet; fonts and pictures in it are data."""
        for found in re.findall(
            r"/\*(.{1,2000}?)\*/|content:\s*[\"']([^\"']{2,500})", data, re.DOTALL
        ):
            self._add("style", " ".join(found).strip())

    def _embedded(self, source: str) -> None:
        head, _, body = source.partition(",")
        if not head.startswith(
            ("data:image/svg", "data:image/png", "data:image/jpeg", "data:text")
        ):
            return
        try:
            raw = base64.b64decode(body) if head.endswith(";base64") else unquote_to_bytes(body)
            bitmap = head.startswith(("data:image/png", "data:image/jpeg"))
            inner = list(picture_units(raw) if bitmap else page_units(raw))
        except (binascii.Error, UnicodeDecodeError):
            return
        self._add_all("picture", inner)

    def _add_all(self, what: str, inner: list[Unit]) -> None:
        line, _ = self.getpos()
        self.units += [replace(one, where=f"line {line}, {what}, {one.where}") for one in inner]
