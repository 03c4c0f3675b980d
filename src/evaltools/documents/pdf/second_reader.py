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
from evaltools.documents.pdf.glyph_names import LOST, glyph_text, is_lost, symbol_character
from evaltools.documents.symbol_fonts import is_symbol_font

_LIGATURES = frozenset(map(chr, range(0xFB00, 0xFB07)))
_SCALE = 1.5  # pixels a point
_MOST_PIXELS = 4_000_000
_DEEPEST = 20
TRACE = 4  # of 255: what thin strokes of a letter in a colour that differs more leave at least

Pixels = NDArray[np.uint8]
Window = tuple[slice, slice]


@dataclass(frozen=True)
class Picture:
    """A page as it is drawn.

    Arguments:
        complete: with its text, by row, column and colour.
        bare: without it.
        alone: tells whether a text leaves a mark in a part of the picture (rows, columns) when
            no other text is drawn; None where it cannot be determined which text is meant.
    """

    complete: Pixels
    bare: Pixels
    alone: Callable[[str, Window], bool | None]


@dataclass(frozen=True)
class SecondReading:
    """What a second library finds.

    Arguments:
        texts: of each page, hidden or not, with `LOST` for letters that are not known.
        typed: contents of texts typed onto pages that have no appearance.
    """

    texts: tuple[str, ...]
    typed: tuple[str, ...]
    _data: bytes

    def pictures(self) -> Iterator[Picture | None]:
        """Draw page after page; None for one that cannot be drawn."""
        document = pypdfium2.PdfDocument(self._data)
        try:
            for number in range(len(document)):
                try:
                    page = document[number]
                except pypdfium2.PdfiumError:
                    yield None
                    continue
                yield draw(page)
                page.close()
        finally:
            document.close()


def read_with_pdfium(
    data: bytes, typed_on: Collection[int] = (), charted: Collection[str] = ()
) -> SecondReading:
    """Read the texts of all pages.

    Arguments:
        data: the file.
        typed_on: numbers of the pages with typed text that has no appearance.
        charted: names of fonts whose codes stand for symbols; the library may take them for
            those of letters.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        raise limits.broken("a second reader cannot open it") from error
    texts: list[str] = []
    typed: list[str] = []
    try:
        for number, page in enumerate(document, start=1):
            text = page.get_textpage()
            texts.append(_text(text, charted))
            text.close()
            if number in typed_on:
                typed.extend(_typed_texts(page))
            page.close()
    except pypdfium2.PdfiumError as error:
        raise limits.broken(f"a second reader cannot read page {len(texts) + 1}") from error
    finally:
        document.close()
    return SecondReading(tuple(texts), tuple(typed), data)


def _text(page: pypdfium2.PdfTextPage, charted: Collection[str]) -> str:
    text: str = page.get_text_range()
    odd = {one for one in set(text) if is_lost(one) and one not in "\r\n\t"}
    if odd or charted:
        alike = len(text) == page.count_chars()  # not so beyond the basic plane of Unicode
        text = "".join(
            _character(page, index, one) if one in odd else _symbol(page, index, one, charted)
            for index, one in enumerate(text if alike else _codes(page))
        )
    for ligature in set(text) & _LIGATURES:
        text = text.replace(ligature, glyph_text(ligature))
    return text


def _codes(page: pypdfium2.PdfTextPage) -> Iterator[str]:
    """Every character that the library counts, one for one."""
    for index in range(page.count_chars()):
        yield chr(raw.FPDFText_GetUnicode(page.raw, index))


def _character(page: pypdfium2.PdfTextPage, index: int, given: str) -> str:
    """What an odd character is: a hyphen at the end of a line, a symbol, a blank, or lost."""
    if raw.FPDFText_IsHyphen(page.raw, index) == 1:
        return "\u00ad"
    if raw.FPDFText_IsGenerated(page.raw, index) == 1:
        return " "
    font = _font(page, index) if 0xF000 <= ord(given) <= 0xF0FF else ""
    return glyph_text(given, font if is_symbol_font(font) else "") if font else LOST


def _symbol(page: pypdfium2.PdfTextPage, index: int, given: str, charted: Collection[str]) -> str:
    """What a character is that may be of a symbol font."""
    if not charted or given.isspace():
        return given
    font = _font(page, index)
    return symbol_character(given, font) if font in charted else given


def _font(page: pypdfium2.PdfTextPage, index: int) -> str:
    flags = ctypes.c_int()
    size = raw.FPDFText_GetFontInfo(page.raw, index, None, 0, flags)
    if size <= 0:
        return ""
    name = ctypes.create_string_buffer(size)
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
            yield _string(item, b"Contents")
        raw.FPDFPage_CloseAnnot(item)


def _string(item: object, key: bytes) -> str:
    size = raw.FPDFAnnot_GetStringValue(item, key, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pointer = ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR))
    raw.FPDFAnnot_GetStringValue(item, key, pointer, size)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\0")


def draw(page: pypdfium2.PdfPage) -> Picture | None:
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
        _switch_off(count, lambda i: raw.FPDFPage_GetObject(page.raw, i), texts, 0)
        bare = _pixels(page, scale)
    except pypdfium2.PdfiumError:
        return None

    def alone(text: str, window: Window) -> bool | None:
        rows, columns = complete.shape[:2]
        held = [t for t in texts if _holds(page, t, text, window, columns, rows)]
        if len(held) != 1:
            return None
        raw.FPDFPageObj_SetIsActive(held[0], 1)
        drawn = _pixels(page, scale)
        raw.FPDFPageObj_SetIsActive(held[0], 0)
        return int(difference(drawn, bare)[window].max(initial=0)) > TRACE

    return Picture(complete, bare, alone)


def _pixels(page: pypdfium2.PdfPage, scale: float) -> Pixels:
    bitmap = page.render(scale=scale, may_draw_forms=False, draw_annots=False)
    try:
        pixels: Pixels = bitmap.to_numpy()[:, :, :3].copy()
        return pixels
    finally:
        bitmap.close()


def _switch_off(count: int, get: Any, texts: list[Any], depth: int) -> None:
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
            get_inner = partial(raw.FPDFFormObj_GetObject, item)
            _switch_off(inner, get_inner, texts, depth + 1)


def _holds(
    page: pypdfium2.PdfPage, item: Any, text: str, window: Window, columns: int, rows: int
) -> bool:
    """Whether a text object has a text in it and covers the middle of a part of the picture."""
    bounds = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(item, *bounds):
        return False
    left, bottom, right, top = (bound.value for bound in bounds)
    corners = []
    for x, y in ((left, bottom), (right, top)):
        column, row = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page.raw, 0, 0, columns, rows, 0, x, y, column, row)
        corners.append((column.value, row.value))
    (ax, ay), (bx, by) = corners
    x, y = (window[1].start + window[1].stop) / 2, (window[0].start + window[0].stop) / 2
    if not (min(ax, bx) - 2 <= x <= max(ax, bx) + 2 and min(ay, by) - 2 <= y <= max(ay, by) + 2):
        return False
    raw.FPDFPageObj_SetIsActive(item, 1)  # all others are switched off: what is there is its text
    reader = page.get_textpage()
    try:
        return text in str(reader.get_text_range())
    finally:
        reader.close()
        raw.FPDFPageObj_SetIsActive(item, 0)


def difference(one: Pixels, other: Pixels) -> Pixels:
    """The largest difference of any colour, pixel by pixel."""
    difference = np.maximum(one, other) - np.minimum(one, other)
    largest: Pixels = np.maximum(
        np.maximum(difference[:, :, 0], difference[:, :, 1]), difference[:, :, 2]
    )
    return largest
