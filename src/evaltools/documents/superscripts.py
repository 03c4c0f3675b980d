"""Raised and lowered characters, written as Unicode has them: 750¹ is not 7501, and CO₂ is CO₂.

A reader of a page tells the mark of a note from the digits before it by its place; a text has no
place, so the characters themselves must tell. The same goes for powers and formulas.
"""

from __future__ import annotations

import re
from itertools import groupby

_PLAIN = "0123456789+-−=()" + "abcdefghijklmnoprstuvwxyz" + "ABDEGHIJKLMNOPRTUVW"
_RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾" + "ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ" + "ᴬᴮᴰᴱᴳᴴᴵᴶᴷᴸᴹᴺᴼᴾᴿᵀᵁⱽᵂ"
_PLAIN_LOW = "0123456789+-−=()" + "aehijklmnoprstuvx"
_LOWERED = "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎" + "ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ"
_UP = str.maketrans(_PLAIN, _RAISED)
_DOWN = str.maketrans(_PLAIN_LOW, _LOWERED)
_BACK = str.maketrans(
    _RAISED.replace("⁻⁻", "⁻") + _LOWERED.replace("₋₋", "₋"),
    _PLAIN.replace("−", "") + _PLAIN_LOW.replace("−", ""),
)
MARKS = "".join(sorted(set(_RAISED + _LOWERED)))
"""Every raised or lowered character that is written."""

_MARKS = re.compile(f"[{re.escape(MARKS)}]+")
_BLANKS = dict.fromkeys(map(ord, MARKS), " ")
_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 3  # letters of a mark; longer ones are words that somebody set higher


def shift(text: str, by: int) -> str:
    """A text as it stands above the line (`by` is positive), on it or below it (negative).

    Digits and signs always have a character of their own. Letters are written so where all of
    them have one and there are no more than three together; a word stays a word.
    """
    if not by:
        return text
    table = _UP if by > 0 else _DOWN
    words = _WORD.findall(text)
    if all(len(word) <= _LONGEST and all(ord(c) in table for c in word) for word in words):
        return text.translate(table)
    return "".join(c.translate(table) if not c.isalpha() and ord(c) in table else c for c in text)


def shift_runs(runs: list[tuple[str, int]]) -> str:
    """Runs of (text, by) of a paragraph as one text.

    What was cut in two is shifted as one. A paragraph that stands above or below the line as a
    whole has nothing that is raised against the rest, and is text like any other.
    """
    if len({by for text, by in runs if text.strip()}) == 1:
        return "".join(text for text, _ in runs)
    return "".join(
        shift("".join(text for text, _ in group), by)
        for by, group in groupby(runs, key=lambda run: run[1])
    )


def flatten_superscripts(text: str) -> str:
    """A text with raised and lowered characters on the line, to compare characters by."""
    return text.translate(_BACK)


def remove_superscripts(text: str) -> str:
    """A text without raised and lowered characters, to read words and amounts in."""
    return _MARKS.sub("", text)


def blank_superscripts(text: str) -> str:
    """A text of the same length with blanks for raised and lowered characters."""
    return text.translate(_BLANKS)


def note_mark(number: int, numbering: str = "decimal") -> str:
    """The mark of a note by its number, from 1; numberings as ST_NumberFormat of Word has them."""
    if numbering in ("lowerRoman", "upperRoman"):
        return _roman(number).translate(_UP)
    if numbering in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (number - 1) % 26) * ((number - 1) // 26 + 1)
        return "⁽q⁾" if letter == "q" else letter.translate(_UP)
    return str(number).translate(_UP)


def _roman(number: int) -> str:
    values = {1000: "m", 900: "cm", 500: "d", 400: "cd", 100: "c", 90: "xc", 50: "l", 40: "xl",
              10: "x", 9: "ix", 5: "v", 4: "iv", 1: "i"}  # fmt: skip
    numeral = ""
    for value, letters in values.items():
        count, number = divmod(number, value)
        numeral += letters * count
    return numeral
