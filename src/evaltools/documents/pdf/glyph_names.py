"""What the characters of a PDF's fonts mean: by the font's own word, or by a known set of symbols.

A font that does not tell, or that tells something that is no character, gives `LOST`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Any

from pdfminer.encodingdb import EncodingDB
from pdfminer.pdffont import PDFSimpleFont, PDFType3Font, PDFUnicodeNotDefined

from evaltools.documents.symbol_fonts import is_symbol_font, shown_character

LOST = "\ufffd"
LIGATURES = frozenset(map(chr, range(0xFB00, 0xFB07)))
_SUBSET = re.compile(r"^[A-Z]{6}\+")
_BOLD = ("bold", "black", "heavy", "semibold", "demi")
# What stands for a hyphen at the end of a line, and is drawn as one anywhere.
HYPHENS = frozenset("\x02\u00ad\ufffe")
_SOFT_HYPHEN = 0xAD
_BLANKS = frozenset("\t\n\r\x0b\x0c")


class FontFace:
    """A font of pdfminer as a reader of text sees it.

    `charted` is its name in the file if its codes are read by the chart of a symbol font.
    """

    def __init__(self, font: Any) -> None:
        self._font = font
        name = _SUBSET.sub("", str(font.fontname))
        family = _family(name)
        self._symbols = family if is_symbol_font(family) else ""
        self.charted = ""
        if isinstance(font, PDFSimpleFont):
            if not self._symbols:
                _set_soft_hyphen(font)
            elif font.unicode_map is None:
                _set_chart(font, family)
                self.charted = str(getattr(font, "basefont", font.fontname))
        self.bold = any(word in name.lower() for word in _BOLD)
        self.height = _height(font)
        self.text = cache(self._text)

    def _text(self, cid: int) -> str:
        """Text of a character by its number in the font; `LOST` where it is not known."""
        try:
            text = str(self._font.to_unichr(cid))
        except PDFUnicodeNotDefined:
            return LOST
        return "".join(glyph_text(one, self._symbols) for one in text) or LOST


def glyph_text(character: str, symbols: str = "") -> str:
    """What a character that a font names stands for; `symbols` names a font of symbols."""
    if character in LIGATURES:
        return unicodedata.normalize("NFKC", character)
    if symbols and "\uf000" <= character <= "\uf0ff":
        return shown_character(symbols, ord(character))
    if character in _BLANKS:
        return " "
    return LOST if is_lost(character) and character not in HYPHENS else character


def is_lost(character: str) -> bool:
    """Whether a code point is no character that a reader could know.

    Controls, halves of pairs, private characters, what is no character at all, and U+FFFD.
    """
    code = ord(character)
    known = (range(0x20, 0x7F), range(0xA0, 0xD800), range(0xF900, 0xFDD0), range(0xFDF0, 0xF0000))
    return code == 0xFFFD or code & 0xFFFE == 0xFFFE or not any(code in part for part in known)


def _family(name: str) -> str:
    """Name of a font without the mark of a subset and the style: ABCDEF+Symbol,Bold is Symbol."""
    return _SUBSET.sub("", name).partition(",")[0]


def symbol_character(character: str, font: str) -> str:
    """What a font of symbols shows where a reader took its code for one of a letter."""
    return _by_letter(_family(font)).get(character, character)


def _chart(family: str) -> dict[int, str]:
    return {code: shown_character(family, code) for code in range(0x20, 0x100)}


@cache
def _by_letter(family: str) -> dict[str, str]:
    chart = _chart(family)
    by_letter: dict[str, str] = {}
    for table in (EncodingDB.win2unicode, EncodingDB.std2unicode):
        for code, letter in table.items():
            if letter.strip() and letter not in chart.values():
                by_letter.setdefault(letter, chart.get(code, LOST))
    return by_letter


def _set_soft_hyphen(font: PDFSimpleFont) -> None:
    """Give code 0xAD of WinAnsi its hyphen, which pdfminer takes for a blank.

    Source: PDF 32000-1:2008, annex D.2, note 6.
    """
    if font.cid2unicode.get(_SOFT_HYPHEN) != " ":
        return
    font.cid2unicode = font.cid2unicode | {_SOFT_HYPHEN: chr(_SOFT_HYPHEN)}
    # Widths of the standard fonts are by character.
    if "-" in font.widths and _SOFT_HYPHEN not in font.widths:
        font.widths = {**font.widths, _SOFT_HYPHEN: font.widths["-"]}


def _set_chart(font: PDFSimpleFont, family: str) -> None:
    """Give a font of symbols its own chart of codes, where the file has nothing better.

    A file without names for the codes of such a font, or with those of an encoding of letters,
    leaves pdfminer with letters. What it calls a code by a name that no font of letters has there
    is kept. The widths of the standard fonts are found by the characters too.
    """
    given = font.cid2unicode
    standard = EncodingDB.std2unicode
    own = not any(given is table for table in EncodingDB.encodings.values())
    named = {
        code: text
        for code, text in given.items()
        if own and not text.isascii() and text != standard.get(code)
    }
    font.cid2unicode = _chart(family) | named


def _height(font: Any) -> float:
    """Height of the letters of a font that draws its own, as a multiple of its size."""
    if not isinstance(font, PDFType3Font):
        return 1.0
    tall = abs(float(font.vscale)) * abs(float(font.ascent) - float(font.descent))
    return tall if tall > 0.1 and not 0.4 < tall < 2.5 else 1.0
