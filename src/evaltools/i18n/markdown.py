"""Values in markdown that stay values, for pandoc, Quarto and JupyterLab alike."""

from __future__ import annotations

import re
import unicodedata

_SPECIAL = re.compile(r"""[\\`*_{}\[\]<>&|~^$@#"'!]|:(?=\S)|(?<=[-.])[-.]|[-.](?=[-.])|[\t\n\r]""")
_OUTER_SPACE = re.compile(r"^ +| +$|(?<= ) +")
_AT_START = re.compile(r"^(?:[-+=:%(]|\d+(?=[.)])|[A-Za-z]{1,9}(?=[.)](?: |$)))")
_DOMAIN = re.compile(r"(?i)(?<=www)\.")


def escape_markdown(value: str) -> str:
    """A text from data, written so that markdown shows it and does nothing else with it.

    Special characters become numeric character references. A backslash would do for pandoc, but
    not for everything on the way: Quarto looks for shortcodes and JupyterLab for formulas in the
    raw text. Line breaks survive in table cells too. Control characters are dropped.

    Arguments:
        value: any text.

    Returns:
        One line of markdown.
    """
    printable = "".join(
        character
        for character in value.replace("\r\n", "\n").replace("\r", "\n")
        if character in "\t\n" or unicodedata.category(character) not in ("Cc", "Cs")
    )
    marked = _SPECIAL.sub(_reference, printable)
    marked = _DOMAIN.sub("&#46;", marked)
    marked = _OUTER_SPACE.sub(_reference, marked)
    return _AT_START.sub(_start, marked)


def _reference(match: re.Match[str]) -> str:
    return "".join(f"&#{ord(character)};" for character in match.group())


def _start(match: re.Match[str]) -> str:
    """What would open a list or a caption at the start of a block is broken in its first sign."""
    found = match.group()
    return f"&#{ord(found[0])};{found[1:]}"
