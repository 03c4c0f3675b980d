"""The one form in which every text of a study is kept, so that positions mean one thing."""

from __future__ import annotations

import re
import unicodedata

from evaltools.documents.superscripts import flatten_superscripts

# Invisible, and put into a word by whoever typeset or saved it: soft hyphen, the non-character
# that PDF libraries write for one, and the byte order mark.
_NEVER = dict.fromkeys((0x00AD, 0xFFFE, 0xFEFF))
# Control characters except tab and line feed have no place in a text; lone surrogates have none
# in UTF-8.
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff]")
_LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
_EMPTY_LINES = re.compile("\n{3,}")


def normalise(text: str) -> str:
    """Return a text in normalised form: NFC, LF, one empty line between paragraphs.

    Soft hyphens, U+FFFE, byte order marks, control characters and blanks at line ends are gone;
    a text that is not empty ends with one LF. Normalising a normalised text changes nothing.
    """
    lines = clean(text).split("\n")
    text = _EMPTY_LINES.sub("\n\n", "\n".join(line.rstrip() for line in lines)).strip("\n")
    return text + "\n" if text else ""


def clean(text: str) -> str:
    """Return a piece of text in NFC with LF, without what is invisible; blanks stay."""
    text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", text).translate(_NEVER))
    return unicodedata.normalize("NFC", text)


def count_characters(text: str) -> int:
    """Number of characters: code points that are neither blank, combining nor invisible.

    The same for composed and decomposed letters, and the sum over pieces of a text. Private
    characters count: a font shows something for them.
    """
    return len(visible(text))


def visible(text: str) -> str:
    """Return only the characters that `count` counts.

    Composed letters are taken apart, raised and lowered characters laid on the line, so that it
    is the same before and after a reader has composed and raised them.
    """
    decomposed = unicodedata.normalize("NFD", flatten_superscripts(text.translate(_NEVER)))
    return "".join(c for c in decomposed if _counts(c))


def _counts(character: str) -> bool:
    if character.isascii():  # most are, and the question is quickly answered for them
        return "!" <= character <= "~"
    category = unicodedata.category(character)
    return not character.isspace() and (category[0] not in "MC" or category == "Co")
