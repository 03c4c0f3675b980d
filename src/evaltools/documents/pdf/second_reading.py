"""A PDF read and drawn by a second library, to hold the first against.

Its texts are what is counted as present in the file; its pictures tell what can be seen.
"""

from __future__ import annotations

import ctypes
from collections.abc import Collection, Iterator
from dataclasses import dataclass

import pypdfium2
from pypdfium2 import raw

from evaltools.documents import guard
from evaltools.documents.pdf.letters import LOST, charted_character, is_lost, meaning
from evaltools.documents.pdf.visibility import Picture, draw
from evaltools.documents.symbol_fonts import is_symbol_font

_LIGATURES = frozenset(map(chr, range(0xFB00, 0xFB07)))


@dataclass(frozen=True)
class Second:
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


def read_again(
    data: bytes, typed_on: Collection[int] = (), charted: Collection[str] = ()
) -> Second:
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
        raise guard.broken("a second reader cannot open it") from error
    texts: list[str] = []
    typed: list[str] = []
    try:
        for number, page in enumerate(document, start=1):
            text = page.get_textpage()
            texts.append(_text(text, charted))
            text.close()
            if number in typed_on:
                typed.extend(_typed(page))
            page.close()
    except pypdfium2.PdfiumError as error:
        raise guard.broken(f"a second reader cannot read page {len(texts) + 1}") from error
    finally:
        document.close()
    return Second(tuple(texts), tuple(typed), data)


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
        text = text.replace(ligature, meaning(ligature))
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
    return meaning(given, font if is_symbol_font(font) else "") if font else LOST


def _symbol(page: pypdfium2.PdfTextPage, index: int, given: str, charted: Collection[str]) -> str:
    """What a character is that may be of a symbol font."""
    if not charted or given.isspace():
        return given
    font = _font(page, index)
    return charted_character(given, font) if font in charted else given


def _font(page: pypdfium2.PdfTextPage, index: int) -> str:
    flags = ctypes.c_int()
    size = raw.FPDFText_GetFontInfo(page.raw, index, None, 0, flags)
    if size <= 0:
        return ""
    name = ctypes.create_string_buffer(size)
    raw.FPDFText_GetFontInfo(page.raw, index, name, size, flags)
    return name.value.decode("utf-8", "replace")


def _typed(page: pypdfium2.PdfPage) -> Iterator[str]:
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
