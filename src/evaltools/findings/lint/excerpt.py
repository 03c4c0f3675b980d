"""How words of the prose are shown in a message: short, on one line, nothing hidden in them."""

from __future__ import annotations

import unicodedata

from evaltools.findings.lint.inlines import PLACEHOLDER

LONGEST = 60


def excerpt(text: str, longest: int = LONGEST) -> str:
    """The text between quotation marks, shortened, invisible characters written out.

    The same as `evaltools.evidence.quoting.quoted`, which cannot be used here: importing the
    evidence room takes longer than a whole lint may.
    """
    text = text.replace(PLACEHOLDER, "…")
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    return '"' + "".join(_visible(character) for character in text) + '"'


def _visible(character: str) -> str:
    if character == " " or unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp", "Cs"):
        return character
    return f"\\u{ord(character):04x}"
