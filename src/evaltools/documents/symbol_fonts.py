"""Symbol fonts: which character a code of one of them shows.

Their codes stand for pictures: in `Symbol` the letter a is an alpha. Programs write such a code as
the letter itself, as a private character U+F0xx, or as a `w:sym` element.

Sources: Symbol and ZapfDingbats are the Adobe encodings by the Adobe Glyph List, with the Unicode
characters of 3.2 and later for pieces of brackets; the others are as Unicode 7.0 encoded them
(Everson and others 2012, L2/12-368). Boxes, ticks and arrows of forms are written by the signs that
content controls use and that every font has.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

UNKNOWN = "\ufffd"
_FIRST, _PRIVATE = 0x20, 0xF000
# Of each font a row of sixteen codes a line, from 0x20 to 0xFF.
_FILE = resources.files(__package__).joinpath("symbol_fonts.txt")
_CHARTS = {
    name: rows.replace("\n", "")
    for part in _FILE.read_text("utf-8").removeprefix("# ").split("\n# ")
    for name, _, rows in (part.partition("\n"),)
}
_ALIASES = {"dingbats": "zapfdingbats", "itczapfdingbats": "zapfdingbats",
            "monotypesorts": "zapfdingbats", "standardsymbolsl": "symbol",
            "standardsymbols": "symbol", "symbolneu": "symbol"}  # fmt: skip
# Fonts of pictures whose charts are not known here.
_UNCHARTED = re.compile(r"(?:marlett|mtextra|bookshelfsymbol\d*|msoutlook|.*dingbats?|wingdings.*)")
_STYLES = re.compile(r"(?:regular|mt|ps)$")


def is_symbol_font(font: str) -> bool:
    """Whether a font shows pictures in place of letters."""
    name = _name(font)
    return name in _CHARTS or _UNCHARTED.fullmatch(name) is not None


def is_private(character: str) -> bool:
    """Whether a character means what a font makes of it, and nothing by itself."""
    code = ord(character)
    return 0xE000 <= code <= 0xF8FF or code >= 0xF0000


def shown_character(font: str, code: int) -> str:
    """The character that a font shows for a code; U+FFFD where it cannot be determined.

    The code is as it stands in the file: from 0x20, or from 0xF020 for the same.
    """
    place = code - _PRIVATE if code >= _PRIVATE else code
    chart = _CHARTS.get(_name(font))
    if chart is not None and _FIRST <= place < _FIRST + len(chart):
        return chart[place - _FIRST]
    if chart is None and is_symbol_font(font) and place < 0x100:
        return UNKNOWN
    if code < _FIRST or 0xD800 <= code < 0xE000 or code > 0x10FFFF or is_private(chr(code)):
        return UNKNOWN
    return chr(code)


@dataclass
class Symbols:
    """Characters of symbol fonts that a reader met."""

    # (characters of the file, what the text has for them)
    replaced: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)  # (font, code)

    def show(self, text: str, font_of: Callable[[str], str]) -> str:
        """What a text shows, each character in its font: letters in a symbol font are pictures."""
        if not any(is_private(c) or is_symbol_font(font_of(c)) for c in text):
            return text
        return "".join(self.show_character(c, ord(c), font_of(c)) for c in text)

    def show_character(self, given: str, code: int, font: str) -> str:
        """What a code of a font shows; `given` is empty where the file has no character for it."""
        if given.isspace():
            return given
        shown = shown_character(font, code)
        if shown == UNKNOWN:
            self.unknown.append((font, f"{code:04X}"))
        if shown != given:
            self.replaced.append((given, shown))
        return shown

    @property
    def sentences(self) -> tuple[str, ...]:
        """Which characters cannot be determined, for whoever reads the text."""
        if not self.unknown:
            return ()
        counts = Counter(f"{font or 'no font'} {code}" for font, code in self.unknown)
        which = ", ".join(f"{name} ({count})" for name, count in sorted(counts.items()))
        return (f"Characters of symbol fonts that are not known: {which}.",)


@cache
def _name(font: str) -> str:
    name = _STYLES.sub("", re.sub(r"[\s,_-]", "", font.casefold()))
    return _ALIASES.get(name, name)
