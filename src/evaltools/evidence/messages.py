"""How a value that was found is shown in a message: short, on one line, nothing hidden in it."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Iterable

LONGEST = 60
_MOST_CANDIDATES = 5000


def quote_value(value: object, longest: int = LONGEST) -> str:
    """The value between quotation marks, shortened, with invisible characters written out.

    Arguments:
        value: what was found; shown by str().
        longest: characters after which an ellipsis stands for the rest.
    """
    text = str(value)
    if len(text) > longest:
        text = text[: longest - 1] + "…"
    return '"' + "".join(_visible(character) for character in text) + '"'


def _visible(character: str) -> str:
    # Cc and Cf hold control and bidirectional characters, which can make a terminal or a
    # reader show something else than what is there; Zl and Zp break the line.
    if character == " " or unicodedata.category(character) not in ("Cc", "Cf", "Zl", "Zp", "Cs"):
        return character
    named = {"\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return named.get(character) or f"\\u{ord(character):04x}"


def list_values(values: Iterable[object], most: int = 12) -> str:
    """Values after one another with commas; of many, the first and how many more there are."""
    texts = [str(value) for value in values]
    if len(texts) <= most:
        return ", ".join(texts)
    return ", ".join(texts[:most]) + f" and {len(texts) - most} more"


def nearest_value(value: str, allowed: Iterable[str]) -> str | None:
    """The allowed value that looks most like the given one, None where none is near.

    More than 5000 candidates are not compared: it would take longer than it helps.
    """
    candidates = sorted(set(allowed))
    if value.strip().isdigit():
        return None  # of numeric codes none is like another
    if not candidates or len(candidates) > _MOST_CANDIDATES:
        return None
    by_folded: dict[str, str] = {}
    for candidate in candidates:
        by_folded.setdefault(candidate.casefold(), candidate)
    close = difflib.get_close_matches(value.strip().casefold(), list(by_folded), n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def suggest_value(value: str, allowed: Iterable[str]) -> str:
    """`Did you mean "urban"?`, or nothing where no allowed value is near."""
    near = nearest_value(value, allowed)
    return "" if near is None else f"Did you mean {quote_value(near)}?"


def plain_number(value: object) -> str:
    """A number without a needless fraction or exponent: 1500000, 0.85."""
    number = float(str(value))
    return str(int(number)) if number.is_integer() else repr(number)
