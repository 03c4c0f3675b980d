"""Text as it will be printed: cleaned, measured in points, wrapped to a width."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from matplotlib import font_manager
from matplotlib.ft2font import LoadFlags

from evaltools.charts.style import TEXT, Weight, face

LEADING = 1.22
"""Distance of baselines as a multiple of the size."""

_BREAKS = "\t\n\r\v\f\x85\u2028\u2029"

_SCALE = 16
"""Fonts are measured this many times larger, so that hinting does not round advances."""


def clean(text: str) -> str:
    """The text on one line without control characters.

    No-break spaces stay; other runs of white space become one space. Values come from people's
    files, and a form feed or a lone surrogate would stop the SVG from being well formed.
    """
    spaced = (" " if character in _BREAKS else character for character in text)
    printable = (c for c in spaced if unicodedata.category(c) not in ("Cc", "Cs", "Cn"))
    return " ".join(part for part in "".join(printable).split(" ") if part)


@lru_cache(maxsize=20_000)
def width(text: str, size: float = TEXT, weight: Weight = "regular") -> float:
    """Width of one line of text, points."""
    paths = font_manager.fontManager._find_fonts_by_props(face(weight))
    font = font_manager.get_font(paths)
    font.set_size(size, 72 * _SCALE)
    font.set_text(text, 0.0, flags=LoadFlags.NO_HINTING)
    return float(font.get_width_height()[0]) / 64 / _SCALE


def height(lines: int, size: float = TEXT) -> float:
    """Height of so many lines of text, points, from top to foot."""
    return lines * size * LEADING


def wrap(
    text: str,
    room: float,
    size: float = TEXT,
    weight: Weight = "regular",
    max_lines: int = 3,
) -> tuple[str, ...]:
    """Break a label into lines that fit into a width.

    Breaks at spaces, after hyphens and slashes; a word longer than a line is cut with a hyphen.
    What does not fit into the lines allowed ends in an ellipsis.

    Arguments:
        text: the label; cleaned first.
        room: width, points.
        size, weight: as it will be drawn.
        max_lines: at most so many lines.

    Returns:
        At least one line, each no wider than `room` (one character where `room` holds none).
    """
    lines = _fill(text, room, size, weight)
    if len(lines) > max_lines:
        last = lines[max_lines - 1]
        while last and width(last + "…", size, weight) > room:
            last = last[:-1]
        return (*lines[: max_lines - 1], last.rstrip(" -,") + "…")
    if len(lines) == 1:
        return tuple(lines)
    # Even lines: the narrowest room that needs no more lines, so that no word is left alone.
    narrow, enough = room / len(lines), room
    while enough - narrow > 2:
        middle = (narrow + enough) / 2
        evened = _fill(text, middle, size, weight)
        if len(evened) > len(lines) or _cuts(evened, text) > _cuts(lines, text):
            narrow = middle
        else:
            enough, lines = middle, evened
    return tuple(lines)


def _cuts(lines: list[str], text: str) -> int:
    """How many words were cut with a hyphen that the text does not have."""
    return sum(line.endswith("-") for line in lines) - sum(
        line.endswith("-") and line.split(" ")[-1] in text for line in lines
    )


def _fill(text: str, room: float, size: float, weight: Weight) -> list[str]:
    """Fill lines from the first on."""
    lines: list[str] = []
    line = ""
    for piece in _pieces(clean(text)):
        if line and width((line + piece).rstrip(" "), size, weight) > room:
            lines.append(line.rstrip(" "))
            line = ""
        while width(piece.rstrip(" "), size, weight) > room and len(piece.rstrip(" ")) > 1:
            head = _longest_head(piece, room, size, weight)
            lines.append(head + "-")
            piece = piece[len(head) :]
        line += piece
    if line.strip(" ") or not lines:
        lines.append(line.rstrip(" "))
    return lines


def _pieces(text: str) -> list[str]:
    """The parts between which a line may end; each keeps the space or hyphen that ends it."""
    pieces: list[str] = []
    piece = ""
    for position, character in enumerate(text):
        piece += character
        inner = 0 < position < len(text) - 1
        joins = inner and text[position - 1].isalpha() and text[position + 1].isalpha()
        if character == " " or (character in "-–/" and joins and len(piece) > 2):
            pieces.append(piece)
            piece = ""
    return [*pieces, piece] if piece else pieces


def _longest_head(word: str, room: float, size: float, weight: Weight) -> str:
    """As much of a word as fits with a hyphen after it; at least one character."""
    head = word[0]
    for character in word[1:]:
        if width(head + character + "-", size, weight) > room:
            break
        head += character
    # A word cut just before its last two letters reads badly: leave three for the next line.
    if len(head) > 6 and len(word.rstrip(" ")) - len(head) < 3:
        head = head[: len(word.rstrip(" ")) - 3]
    return head
