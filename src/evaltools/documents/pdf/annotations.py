"""Annotations and forms of a PDF: text that somebody typed onto a page is text, remarks are not.

Text typed onto a page (FreeText, the "typewriter" of PDF programs) is how people fill in a form
that has no fields. Where the file says how it looks, that is made a part of the page before any
reader sees it; else its words are set where it stands. Answers in the fields of a form are no part
of its pages' text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pikepdf

from evaltools.documents.blocks import CHECKED, UNCHECKED
from evaltools.documents.pdf.characters import Box, Glyph

_HIDDEN, _NO_VIEW = 1 << 1, 1 << 5
_SIZE = re.compile(r"([\d.]+)\s+Tf")
_USUAL_SIZE = 11.0
_WIDTH = 0.5  # of the size: a letter of usual width
_LEADING = 1.2
_PADDING = 2.0  # points
_NAMES = {
    "/Text": "note", "/Highlight": "remark on a highlight", "/Underline": "remark on an underline",
    "/Squiggly": "remark on an underline", "/StrikeOut": "remark on words struck out",
    "/Caret": "insertion mark", "/Stamp": "stamp", "/Popup": "pop-up note", "/Ink": "drawing",
    "/FileAttachment": "attached file", "/Redact": "mark for redaction", "/Sound": "sound",
    "/FreeText": "typed text that is hidden",
}  # fmt: skip
# Their contents are those of fields, or say nothing that a page shows.
_OTHERS = frozenset(("/Widget", "/Link", "/TrapNet", "/PrinterMark"))
_DEEPEST = 30
_RADIO, _PUSH = 1 << 15, 1 << 16


@dataclass(frozen=True)
class TypedText:
    """Text that somebody typed onto a page.

    Arguments:
        page: from 1.
        box: left, top, right, bottom on the page as it is turned, in points.
        size: of its letters, in points.
        text: with a line feed at the end of each line.
    """

    page: int
    box: Box
    size: float
    text: str


@dataclass(frozen=True)
class Annotations:
    """What was found.

    Arguments:
        data: the file, with all typed text that has an appearance made a part of its pages.
        typed: text without an appearance.
        left_out: (what it is, its text) of the others.
        moved: whether anything was made a part of a page.
    """

    data: bytes
    typed: tuple[TypedText, ...]
    left_out: tuple[tuple[str, str], ...]
    moved: bool


def read_annotations(pdf: pikepdf.Pdf, data: bytes) -> Annotations:
    """Read the annotations of all pages; changes `pdf` where typed text becomes a part of one."""
    typed: list[TypedText] = []
    left_out: list[tuple[str, str]] = []
    moved = False
    for number, page in enumerate(pdf.pages, start=1):
        pieces: list[bytes] = []
        for item in _annotations(page):
            kind = str(item.get("/Subtype", ""))
            text = _text(item.get("/Contents"))
            hidden = int(item.get("/F", 0)) & (_HIDDEN | _NO_VIEW)
            if kind == "/FreeText" and not hidden:
                piece = _appearance(page, item, len(pieces))
                if piece:
                    pieces.append(piece)
                elif text.strip():
                    typed.append(TypedText(number, _box(item, page), _size(item), text))
            elif kind not in _OTHERS and text.strip():
                name = _NAMES.get(kind, f"annotation {kind.lstrip('/')}")
                left_out.append((f"page {number}: {name}", text))
        if pieces:
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(b"\nQ\n" + b"\n".join(pieces))
            moved = True
    if moved:
        target = BytesIO()
        pdf.save(target)
        data = target.getvalue()
    return Annotations(data, tuple(typed), tuple(left_out), moved)


def lay_out(typed: TypedText) -> list[Glyph]:
    """Characters of typed text where it stands, each of usual width."""
    left, top, right, _ = typed.box
    size = typed.size
    x, y = left + _PADDING, top + size + _PADDING
    most = max(int((right - left - 2 * _PADDING) / (_WIDTH * size)), 8)
    glyphs: list[Glyph] = []
    for line in _wrap(typed.text, most):
        for at, character in enumerate(line):
            begin = x + at * _WIDTH * size
            end = begin + _WIDTH * size
            glyphs.append(Glyph(character, begin, end, y, size, False, -1, False, 0))
        y += _LEADING * size
    return glyphs


def _annotations(page: Any) -> Iterator[Any]:
    items = page.obj.get("/Annots")
    if isinstance(items, pikepdf.Array):
        yield from (item for item in items if isinstance(item, pikepdf.Dictionary))


def _appearance(page: Any, item: Any, number: int) -> bytes:
    """Content that draws an annotation as its appearance does; empty where it has none."""
    annotation = pikepdf.Annotation(item)
    stream = annotation.get_appearance_stream(pikepdf.Name.N)
    if stream is None or not isinstance(stream, pikepdf.Stream) or "/BBox" not in stream:
        return b""
    name = pikepdf.Name(f"/TypedText{number}")
    content: bytes = annotation.get_page_content_for_appearance(name, 0)
    if not content.strip():
        return b""
    page.add_resource(stream, pikepdf.Name.XObject, name)
    return content


def _box(item: Any, page: Any) -> Box:
    """Where an annotation stands on a page as it is turned, from its upper left corner."""
    rectangle = [float(one) for one in item.get("/Rect", [])]
    if len(rectangle) != 4:
        return (0.0, 0.0, 0.0, 0.0)
    x0, y0, x1, y1 = (float(one) for one in page.mediabox)
    corners = [(rectangle[0], rectangle[1]), (rectangle[2], rectangle[3])]
    turned = int(page.obj.get("/Rotate", 0)) % 360
    placed = {
        0: [(x - x0, y1 - y) for x, y in corners],
        90: [(y - y0, x - x0) for x, y in corners],
        180: [(x1 - x, y - y0) for x, y in corners],
        270: [(y1 - y, x1 - x) for x, y in corners],
    }.get(turned, [])
    if not placed:
        return (0.0, 0.0, 0.0, 0.0)
    (ax, ay), (bx, by) = placed
    return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)


def _size(item: Any) -> float:
    match = _SIZE.search(str(item.get("/DA", "")))
    return float(match[1]) if match and 1 <= float(match[1]) <= 200 else _USUAL_SIZE


def _text(value: Any) -> str:
    if isinstance(value, pikepdf.String):
        return str(value).replace("\r\n", "\n").replace("\r", "\n")
    return ""


def _wrap(text: str, most: int) -> Iterator[str]:
    """Lines of a text, none longer than `most` characters unless a word is."""
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split():
            if line and len(line) + 1 + len(word) > most:
                yield line
                line = word
            else:
                line = f"{line} {word}" if line else word
        yield line


def read_fields(pdf: pikepdf.Pdf) -> list[tuple[str, str]]:
    """Read (label, value) of every field that a person can fill in, in the form's order.

    The label is what the form tells people who hear it read aloud, else the field's name.
    """
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary):
        return []
    return list(_fields(form.get("/Fields"), "", {}, set(), 0))


def is_xfa(pdf: pikepdf.Pdf) -> bool:
    """Whether the form is of the kind that only Adobe's own programs draw."""
    form = pdf.Root.get("/AcroForm")
    return isinstance(form, pikepdf.Dictionary) and "/XFA" in form


def _fields(
    items: Any, path: str, above: dict[str, Any], seen: set[tuple[int, int]], depth: int
) -> Iterator[tuple[str, str]]:
    if not isinstance(items, pikepdf.Array) or depth > _DEEPEST:
        return
    for item in items:
        if not isinstance(item, pikepdf.Dictionary):
            continue
        if item.is_indirect:
            if item.objgen in seen:
                continue
            seen.add(item.objgen)
        known = {
            **above,
            **{k: item.get(k) for k in ("/FT", "/Ff", "/V", "/TU", "/Opt") if k in item},
        }
        name = str(item.get("/T", ""))
        full_name = f"{path}.{name}" if path and name else path or name
        kids = item.get("/Kids")
        if isinstance(kids, pikepdf.Array) and any("/T" in kid for kid in kids):
            yield from _fields(kids, full_name, known, seen, depth + 1)
        else:
            yield from _field(full_name, known)


def _field(name: str, known: dict[str, Any]) -> Iterator[tuple[str, str]]:
    kind, flags = str(known.get("/FT", "")), int(known.get("/Ff", 0))
    value = known.get("/V")
    label = str(known.get("/TU") or name).strip()
    if kind == "/Tx":
        yield label, _answer(value)
    elif kind == "/Ch":
        chosen = list(value) if isinstance(value, pikepdf.Array) else [value]
        yield (
            label,
            ", ".join(_option(known.get("/Opt"), _answer(c)) for c in chosen if c is not None),
        )
    elif kind == "/Btn" and not flags & _PUSH:
        state = str(value or "/Off").lstrip("/")
        if flags & _RADIO:
            yield label, "" if state == "Off" else state
        else:
            yield label, UNCHECKED if state == "Off" else CHECKED


def _option(options: Any, value: str) -> str:
    """What a choice shows for a value."""
    if isinstance(options, pikepdf.Array):
        for option in options:
            if isinstance(option, pikepdf.Array) and len(option) == 2 and str(option[0]) == value:
                return str(option[1])
    return value


def _answer(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, pikepdf.Stream):
        return value.read_bytes().decode("utf-8", "replace")
    return str(value)
