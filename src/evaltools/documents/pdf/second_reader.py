"""A PDF read and drawn by a second library, to hold the first against.

Its texts are what is counted as present in the file; its pictures tell what can be seen.
"""

from __future__ import annotations

import ctypes
import math
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pypdfium2
from numpy.typing import NDArray
from pypdfium2 import raw

from evaltools.documents import limits
from evaltools.documents.pdf import glyph_names
from evaltools.documents.symbol_fonts import is_symbol_font

_SCALE = 1.5  # pixels a point
_MOST_PIXELS = 4_000_000
_DEEPEST = 20
TRACE = 4  # of 255: what thin strokes of a letter in a colour that differs more leave at least

Pixels = NDArray[np.uint8]
Window = tuple[slice, slice]


@dataclass(frozen=True)
class Picture:
    """A page as it is drawn: pixels by row, column and colour."""

    complete: Pixels
    bare: Pixels  # without its text
    # Whether a text leaves a mark in a part of the picture when no other text is drawn; None
    # where it cannot be determined which text is meant.
    alone: Callable[[str, Window], bool | None]


def draw_pages(data: bytes) -> Iterator[Picture | None]:
    """Draw page after page; None for one that cannot be drawn."""
    with pypdfium2.PdfDocument(data) as document:
        for number in range(len(document)):
            try:
                page = document[number]
            except pypdfium2.PdfiumError:
                yield None
                continue
            yield _draw(page)
            page.close()


def read_texts(
    data: bytes, typed_on: Collection[int], charted: Collection[str]
) -> tuple[list[str], list[str]]:
    """Read the texts of all pages, hidden or not, and those typed onto them without an appearance.

    Arguments:
        data: the file.
        typed_on: numbers of the pages with typed text that has no appearance.
        charted: names of fonts whose codes stand for symbols; the library may take them for
            those of letters.

    Returns the text of each page, with `LOST` for letters that are not known, and typed texts.
    """
    texts: list[str] = []
    typed: list[str] = []
    is_open = False
    try:
        with pypdfium2.PdfDocument(data) as document:
            is_open = True
            for number, page in enumerate(document, start=1):
                text = page.get_textpage()
                texts.append(_text(text, charted))
                text.close()
                if number in typed_on:
                    typed.extend(_typed_texts(page))
                page.close()
    except pypdfium2.PdfiumError as error:
        what = f"read page {len(texts) + 1}" if is_open else "open it"
        raise limits.broken(f"a second reader cannot {what}") from error
    return texts, typed


def _text(page: pypdfium2.PdfTextPage, charted: Collection[str]) -> str:
    text: str = page.get_text_range()
    odd = {one for one in set(text) if glyph_names.is_lost(one) and one not in "\r\n\t"}
    if odd or charted:
        count = page.count_chars()
        if len(text) != count:  # so beyond the basic plane of Unicode
            text = "".join(chr(raw.FPDFText_GetUnicode(page.raw, at)) for at in range(count))
        text = "".join(
            _odd_character(page, at, one) if one in odd else _symbol(page, at, one, charted)
            for at, one in enumerate(text)
        )
    for ligature in glyph_names.LIGATURES & set(text):
        text = text.replace(ligature, glyph_names.glyph_text(ligature))
    return text


def _odd_character(page: pypdfium2.PdfTextPage, index: int, given: str) -> str:
    """What an odd character is: a hyphen at the end of a line, a symbol, a blank, or lost."""
    if raw.FPDFText_IsHyphen(page.raw, index) == 1:
        return "\u00ad"
    if raw.FPDFText_IsGenerated(page.raw, index) == 1:
        return " "
    font = _font(page, index) if "\uf000" <= given <= "\uf0ff" else ""
    return glyph_names.glyph_text(given, font) if is_symbol_font(font) else glyph_names.LOST


def _symbol(page: pypdfium2.PdfTextPage, index: int, given: str, charted: Collection[str]) -> str:
    """What a character is that may be of a symbol font."""
    font = _font(page, index) if charted and not given.isspace() else ""
    return glyph_names.symbol_character(given, font) if font in charted else given


def _font(page: pypdfium2.PdfTextPage, index: int) -> str:
    flags = ctypes.c_int()
    size = raw.FPDFText_GetFontInfo(page.raw, index, None, 0, flags)
    name = ctypes.create_string_buffer(max(size, 1))
    raw.FPDFText_GetFontInfo(page.raw, index, name, size, flags)
    return name.value.decode("utf-8", "replace")


def _typed_texts(page: pypdfium2.PdfPage) -> Iterator[str]:
    """Contents of texts typed onto a page that have no appearance and are shown."""
    for index in range(raw.FPDFPage_GetAnnotCount(page.raw)):
        item = raw.FPDFPage_GetAnnot(page.raw, index)
        shown = not raw.FPDFAnnot_GetFlags(item) & (
            raw.FPDF_ANNOT_FLAG_HIDDEN | raw.FPDF_ANNOT_FLAG_NOVIEW
        )
        if shown and raw.FPDFAnnot_GetSubtype(item) == raw.FPDF_ANNOT_FREETEXT:
            size = raw.FPDFAnnot_GetStringValue(item, b"Contents", None, 0)
            buffer = ctypes.create_string_buffer(size)
            pointer = ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR))
            raw.FPDFAnnot_GetStringValue(item, b"Contents", pointer, size)
            yield buffer.raw.decode("utf-16-le", "replace").rstrip("\0")
        raw.FPDFPage_CloseAnnot(item)


def _draw(page: pypdfium2.PdfPage) -> Picture | None:
    """Draw a page with its text and without it; None where it cannot be drawn.

    The page is no more what it was: its text is switched off.
    """
    width, height = page.get_size()
    if not (width > 0 and height > 0 and math.isfinite(width * height)):
        return None
    scale = min(_SCALE, math.sqrt(_MOST_PIXELS / (width * height)))
    if min(width, height) * scale < 1:
        return None
    try:
        complete = _pixels(page, scale)
        texts: list[Any] = []
        count = raw.FPDFPage_CountObjects(page.raw)
        _switch_off(count, partial(raw.FPDFPage_GetObject, page.raw), texts, 0)
        bare = _pixels(page, scale)
    except pypdfium2.PdfiumError:
        return None

    def alone(text: str, window: Window) -> bool | None:
        held = [t for t in texts if _holds(page, t, text, window, complete.shape)]
        if len(held) != 1:
            return None
        raw.FPDFPageObj_SetIsActive(held[0], 1)
        drawn = _pixels(page, scale)
        raw.FPDFPageObj_SetIsActive(held[0], 0)
        return int(difference(drawn, bare)[window].max(initial=0)) > TRACE

    return Picture(complete, bare, alone)


def _pixels(page: pypdfium2.PdfPage, scale: float) -> Pixels:
    bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=False)
    pixels: Pixels = bitmap.to_numpy()[:, :, :3].copy()
    bitmap.close()
    return pixels


def _switch_off(count: int, get: Callable[[int], Any], texts: list[Any], depth: int) -> None:
    """Switch off all text of a page, or of a form on it (`depth`); add the page's to `texts`."""
    for index in range(count):
        item = get(index)
        kind = raw.FPDFPageObj_GetType(item)
        if kind == raw.FPDF_PAGEOBJ_TEXT:
            raw.FPDFPageObj_SetIsActive(item, 0)
            if not depth:
                texts.append(item)
        elif kind == raw.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
            inner = raw.FPDFFormObj_CountObjects(item)
            _switch_off(inner, partial(raw.FPDFFormObj_GetObject, item), texts, depth + 1)


def _holds(
    page: pypdfium2.PdfPage, item: Any, text: str, window: Window, shape: tuple[int, ...]
) -> bool:
    """Whether a text object has a text in it and covers the middle of a part of the picture."""
    bounds = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(item, *bounds):
        return False
    corners = []
    for x, y in (bounds[:2], bounds[2:]):
        column, row = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page.raw, 0, 0, shape[1], shape[0], 0, x.value, y.value, column, row)
        corners.append((row.value, column.value))
    for ends, part in zip(zip(*corners, strict=True), window, strict=True):
        if not min(ends) - 2 <= (part.start + part.stop) / 2 <= max(ends) + 2:
            return False
    raw.FPDFPageObj_SetIsActive(item, 1)  # all others are switched off: what is there is its text
    reader = page.get_textpage()
    found = text in str(reader.get_text_range())
    reader.close()
    raw.FPDFPageObj_SetIsActive(item, 0)
    return found


def difference(one: Pixels, other: Pixels) -> Pixels:
    """The largest difference of any colour, pixel by pixel."""
    apart = np.maximum(one, other) - np.minimum(one, other)
    # Twenty times as fast as a maximum over the short last axis.
    largest: Pixels = np.maximum(apart[..., 0], np.maximum(apart[..., 1], apart[..., 2]))
    return largest
