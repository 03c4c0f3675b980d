"""Cells that a spreadsheet would take for a formula."""

from __future__ import annotations

import re

_RISKY = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+\-−]?\s?\d[\d\s\u00a0.,]*(?:[eE][+-]?\d+)?\s?[%€]?")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might compute this text; a plain signed number it may."""
    return text.startswith(_RISKY) and not _NUMBER.fullmatch(text) and text.strip("-+ ") != ""


def neutralised(text: str) -> str:
    """The text so that spreadsheets show it as it is: with an apostrophe before a formula."""
    return "'" + text if is_formula(text) else text
