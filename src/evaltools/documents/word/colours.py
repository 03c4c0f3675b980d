"""Colours of text and of what is behind it in a DOCX."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml import etree

from evaltools.documents.packages import first, local, value

ANY = "?"
"""A colour that is not known."""
PAGE = "FFFFFF"
# ECMA-376 part 1, 17.18.40.
HIGHLIGHTS = {
    "none": "", "black": "000000", "blue": "0000FF", "cyan": "00FFFF", "green": "00FF00",
    "magenta": "FF00FF", "red": "FF0000", "yellow": "FFFF00", "white": PAGE,
    "darkBlue": "000080", "darkCyan": "008080", "darkGreen": "008000", "darkMagenta": "800080",
    "darkRed": "800000", "darkYellow": "808000", "darkGray": "808080", "lightGray": "C0C0C0",
}  # fmt: skip
_NAMES = {
    "background1": "lt1", "bg1": "lt1", "light1": "lt1", "text1": "dk1", "tx1": "dk1",
    "dark1": "dk1", "background2": "lt2", "bg2": "lt2", "light2": "lt2", "text2": "dk2",
    "tx2": "dk2", "dark2": "dk2", "hyperlink": "hlink", "followedHyperlink": "folHlink",
}  # fmt: skip
_USUAL = {"lt1": PAGE, "dk1": "000000"}
_ALIKE = 10  # steps of 255 of each of red, green and blue that nobody tells apart
_COLOUR = re.compile(r"[0-9A-Fa-f]{6}")


def alike(one: str, other: str) -> bool:
    """Whether nobody tells two colours apart; one that is not known is like no other."""
    if not (_COLOUR.fullmatch(one) and _COLOUR.fullmatch(other)):
        return False
    return all(
        abs(int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) <= _ALIKE for at in (0, 2, 4)
    )


def colour_of(
    node: etree._Element, theme: Mapping[str, str], plain: str, prefix: str, kind: str
) -> str:
    """A colour that an element says in its attributes; empty where it is automatic.

    Arguments:
        node: the element.
        theme: colours of the theme by name.
        plain: attribute of the colour itself.
        prefix, kind: of the attributes that name a colour of the theme: `theme` and `Fill`.
    """
    own = value(node, plain)
    stated = own.upper() if _COLOUR.fullmatch(own) else ""
    named = value(node, f"{prefix}{kind}")
    if named and named != "none":
        # A tint or shade is worked out by the program that writes the colour itself too.
        whole = "theme" if kind == "Color" else f"theme{kind}"
        if value(node, f"{whole}Tint") or value(node, f"{whole}Shade"):
            return stated or ANY
        return _themed(named, theme) or stated or ANY
    return stated or ("" if own in ("", "auto") else ANY)


def fill(shading: etree._Element | None, theme: Mapping[str, str]) -> str | None:
    """What shading puts behind a text: None where there is none, empty where it is seen through."""
    if shading is None:
        return None
    pattern = value(shading)
    if pattern in ("", "clear", "nil"):
        return colour_of(shading, theme, "fill", "theme", "Fill")
    if pattern == "solid":
        return colour_of(shading, theme, "color", "theme", "Color") or "000000"
    return ANY


def box_fill(content: etree._Element, theme: Mapping[str, str]) -> str:
    """What a text box puts behind its text; empty where it says that it is empty."""
    shape = next((a for a in content.iterancestors() if local(a) == "wsp"), None)
    properties = first(shape, "spPr")
    if first(properties, "noFill") is not None:
        return ""
    solid = first(properties, "solidFill")
    for colour in solid if solid is not None else ():
        if not len(colour):  # otherwise it is lightened, darkened or seen through
            named = value(colour)
            return _themed(named, theme) or (named.upper() if _COLOUR.fullmatch(named) else ANY)
    return ANY


def _themed(name: str, theme: Mapping[str, str]) -> str:
    real = _NAMES.get(name, name)
    colour = theme.get(real, "")
    return colour.upper() if _COLOUR.fullmatch(colour) else _USUAL.get(real, "")
