"""Annotations and forms of a PDF: text that somebody typed onto a page is text, remarks are not.

Text typed onto a page (FreeText, the "typewriter" of PDF programs) is how people fill in a form
that has no fields. Where the file says how it looks, that is made a part of the page before any
reader sees it; else its words are set where it stands. Answers in the fields of a form are no part
of its pages' text.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pikepdf

from evaltools.documents.blocks import check_sign
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
_INHERITED = ("/FT", "/Ff", "/V", "/TU", "/Opt")


def read_annotations(
    pdf: pikepdf.Pdf, data: bytes
) -> tuple[bytes, dict[int, list[Glyph]], list[tuple[str, str]]]:
    """Read the annotations of all pages; changes `pdf` where typed text becomes a part of one.

    Returns the file, another one where all typed text with an appearance was made a part of its
    pages; typed text without one, by page from 1; and (what it is, its text) of the others.
    """
    typed: dict[int, list[Glyph]] = {}
    left_out: list[tuple[str, str]] = []
    moved = False
    for number, page in enumerate(pdf.pages, start=1):
        pieces: list[bytes] = []
        items = page.obj.get("/Annots")
        for item in items if isinstance(items, pikepdf.Array) else ():
            if not isinstance(item, pikepdf.Dictionary):
                continue
            kind = str(item.get("/Subtype", ""))
            contents = item.get("/Contents")
            text = str(contents) if isinstance(contents, pikepdf.String) else ""
            text = text.replace("\r\n", "\n").replace("\r", "\n")
            if kind == "/FreeText" and not int(item.get("/F", 0)) & (_HIDDEN | _NO_VIEW):
                if piece := _appearance(page, item, len(pieces)):
                    pieces.append(piece)
                elif text.strip():
                    typed.setdefault(number, []).extend(_lay_out(text, item, page))
            elif kind not in _OTHERS and text.strip():
                name = _NAMES.get(kind, f"annotation {kind.lstrip('/')}")
                left_out.append((f"page {number}: {name}", text))
        if pieces:
            page.contents_add(b"q\n", prepend=True)
            page.contents_add(b"\nQ\n" + b"\n".join(pieces))
            moved = True
    return save(pdf) if moved else data, typed, left_out


def save(pdf: pikepdf.Pdf) -> bytes:
    """The bytes of a file, written anew."""
    target = BytesIO()
    pdf.save(target)
    return target.getvalue()


def _lay_out(text: str, item: Any, page: Any) -> Iterator[Glyph]:
    """Characters of typed text where it stands, each of usual width."""
    stated = _SIZE.search(str(item.get("/DA", "")))
    size = float(stated[1]) if stated and 1 <= float(stated[1]) <= 200 else _USUAL_SIZE
    left, top, right, _ = _box(item, page)
    x, y = left + _PADDING, top + size + _PADDING
    most = max(int((right - left - 2 * _PADDING) / (_WIDTH * size)), 8)
    for paragraph in text.split("\n"):
        words = " ".join(paragraph.split())
        lines = textwrap.wrap(words, most, break_long_words=False, break_on_hyphens=False)
        for part in lines or [""]:
            for at, character in enumerate(part):
                begin = x + at * _WIDTH * size
                end = begin + _WIDTH * size
                yield Glyph(character, begin, end, y, size, False, -1, False, 0)
            y += _LEADING * size


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
    corners = [float(one) for one in item.get("/Rect", [])]
    turned = int(page.obj.get("/Rotate", 0)) % 360
    if len(corners) != 4 or turned % 90:
        return (0.0, 0.0, 0.0, 0.0)
    x0, y0, x1, y1 = (float(one) for one in page.mediabox)
    xs, ys = sorted(corners[::2]), sorted(corners[1::2])
    from_left, from_bottom = [x - x0 for x in xs], [y - y0 for y in ys]
    from_right, from_top = [x1 - x for x in xs[::-1]], [y1 - y for y in ys[::-1]]
    across, down = {
        0: (from_left, from_top),
        90: (from_bottom, from_left),
        180: (from_right, from_bottom),
        270: (from_top, from_right),
    }[turned]
    return across[0], down[0], across[1], down[1]


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
        known = above | {key: item.get(key) for key in _INHERITED if key in item}
        name = ".".join(filter(None, (path, str(item.get("/T", "")))))
        kids = item.get("/Kids")
        if isinstance(kids, pikepdf.Array) and any("/T" in kid for kid in kids):
            yield from _fields(kids, name, known, seen, depth + 1)
        elif (answer := _answer(known)) is not None:
            yield str(known.get("/TU") or name).strip(), answer


def _answer(field: dict[str, Any]) -> str | None:
    """What somebody put into a field; None where nobody can."""
    kind, flags, value = str(field.get("/FT", "")), int(field.get("/Ff", 0)), field.get("/V")
    if kind == "/Tx":
        return _string(value)
    if kind == "/Ch":
        chosen = list(value) if isinstance(value, pikepdf.Array) else [value]
        return ", ".join(_option(field.get("/Opt"), _string(c)) for c in chosen if c is not None)
    if kind != "/Btn" or flags & _PUSH:
        return None
    state = str(value or "/Off").lstrip("/")
    if flags & _RADIO:
        return "" if state == "Off" else state
    return check_sign(state != "Off")


def _option(options: Any, value: str) -> str:
    """What a choice shows for a value."""
    for option in options if isinstance(options, pikepdf.Array) else ():
        if isinstance(option, pikepdf.Array) and len(option) == 2 and str(option[0]) == value:
            return str(option[1])
    return value


def _string(value: Any) -> str:
    if isinstance(value, pikepdf.Stream):
        return value.read_bytes().decode("utf-8", "replace")
    return "" if value is None else str(value)
