"""How a run of text of a DOCX looks: hidden, struck, tiny, raised, coloured, in a symbol font."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from evaltools.documents.zip_package import attribute_value, children, first, local_name

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
_TINY = 4  # half points; nobody reads letters of two points
_NARROW = 5  # percent of their width; nobody reads letters pressed to that
_RAISED = 4  # half points by which a small run stands above the line or below it
_SWITCHES = ("vanish", "specVanish", "strike", "dstrike")
HIDDEN = "hidden text"
_FONTS = ("ascii", "hAnsi", "cs", "eastAsia")
Settings = Mapping[str, str]


def is_same_colour(one: str, other: str) -> bool:
    """Whether nobody tells two colours apart; one that is not known is like no other."""
    if not (_COLOUR.fullmatch(one) and _COLOUR.fullmatch(other)):
        return False
    return all(
        abs(int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) <= _ALIKE for at in (0, 2, 4)
    )


def read_colour(
    node: etree._Element, theme: Mapping[str, str], plain: str = "val", kind: str = "Color"
) -> str:
    """A colour that an element says in its attributes; empty where it is automatic.

    Arguments:
        plain: attribute of the colour itself.
        kind: of the attributes that name a colour of the theme: `Color` or `Fill`.
    """
    own = attribute_value(node, plain)
    stated = own.upper() if _COLOUR.fullmatch(own) else ""
    named = attribute_value(node, f"theme{kind}")
    if named and named != "none":
        # A tint or shade is worked out by the program that writes the colour itself too.
        prefix = "theme" if kind == "Color" else f"theme{kind}"
        if attribute_value(node, f"{prefix}Tint") or attribute_value(node, f"{prefix}Shade"):
            return stated or ANY
        return _theme_colour(named, theme) or stated or ANY
    return stated or ("" if own in ("", "auto") else ANY)


def fill(shading: etree._Element | None, theme: Mapping[str, str]) -> str | None:
    """What shading puts behind a text: None where there is none, empty where it is seen through."""
    if shading is None:
        return None
    pattern = attribute_value(shading)
    if pattern in ("", "clear", "nil"):
        return read_colour(shading, theme, "fill", "Fill")
    if pattern == "solid":
        return read_colour(shading, theme, "color") or "000000"
    return ANY


def box_fill(content: etree._Element, theme: Mapping[str, str]) -> str:
    """What a text box puts behind its text; empty where it says that it is empty."""
    shape = next((a for a in content.iterancestors() if local_name(a) == "wsp"), None)
    properties = first(shape, "spPr")
    if first(properties, "noFill") is not None:
        return ""
    solid = first(properties, "solidFill")
    for colour in solid if solid is not None else ():
        if not len(colour):  # otherwise it is lightened, darkened or seen through
            named = attribute_value(colour)
            return _theme_colour(named, theme) or (
                named.upper() if _COLOUR.fullmatch(named) else ANY
            )
    return ANY


def _theme_colour(name: str, theme: Mapping[str, str]) -> str:
    real = _NAMES.get(name, name)
    colour = theme.get(real, "")
    return colour.upper() if _COLOUR.fullmatch(colour) else _USUAL.get(real, "")


@dataclass(frozen=True)
class Look:
    """How a run looks.

    Arguments:
        hidden_because: why nobody reads it, in words; empty where it is seen.
        doubtful: it may not be seen, as programs differ.
        shift: 1 raised, -1 lowered, 0 on the line.
        fonts: names of its fonts: for ASCII, for other Latin letters, for other scripts.
    """

    hidden_because: str = ""
    doubtful: bool = False
    shift: int = 0
    fonts: tuple[str, ...] = ()

    def font_of(self, character: str) -> str:
        """The font in which a character is shown."""
        fonts = self.fonts or ("", "")
        return fonts[0] if character.isascii() else fonts[1] or fonts[0]


PLAIN = Look()


@dataclass(frozen=True)
class Surroundings:
    """Where a run stands, as far as that says how it looks.

    Arguments:
        style: of its paragraph.
        table_style: of the table that it is in; empty outside of tables.
        behind: the colour behind it; empty for the page, `colours.ANY` where that is not known.
        hidden_because: why nobody sees anything there, in words.
    """

    style: str = ""
    table_style: str = ""
    behind: str = ""
    hidden_because: str = ""


def settings(properties: etree._Element | None, theme: Mapping[str, str]) -> dict[str, str]:
    """What run properties say, by name; fonts of the theme by their real names."""
    values: dict[str, str] = {}
    for node in properties if properties is not None else ():
        name = local_name(node)
        if name == "rFonts":
            for kind in _FONTS:
                themed = theme.get(attribute_value(node, f"{kind}Theme"), "")
                if font := themed or attribute_value(node, kind):
                    values.setdefault(kind, font)
        elif name in _SWITCHES:
            values.setdefault(name, attribute_value(node) or "1")  # without a value it is on
        elif name in ("vertAlign", "position", "sz", "w", "highlight", "rStyle"):
            values.setdefault(name, attribute_value(node))
        elif name == "color":
            values.setdefault(name, read_colour(node, theme))
        elif name == "shd":
            values.setdefault(name, fill(node, theme) or "")
    return values


def resolve_look(
    own: Settings, styles: Sequence[Settings], place: Surroundings, height: int
) -> Look:
    """How a run looks by what is said of it.

    Arguments:
        own: said at the run itself.
        styles: by its style and those around it and by the document, the nearest first.
        place: where it stands.
        height: of the page, in twentieths of a point.
    """
    merged = merge_settings((own, *styles))
    size = _number(merged.get("sz", ""), 22)
    highlight = HIGHLIGHTS.get(merged.get("highlight", "none"), ANY)
    behind = highlight or merged.get("shd") or place.behind or PAGE
    colour = merged.get("color", "")
    reasons = {
        HIDDEN: _is_hidden(own, styles) or _on(merged.get("specVanish", "0")),
        "struck-through text": any(_on(merged.get(name, "0")) for name in ("strike", "dstrike")),
        "white text on a white page": is_same_colour(colour, behind)
        and is_same_colour(behind, PAGE),
        "text in the colour of its background": is_same_colour(colour, behind),
        "text too small to be seen": size <= _TINY or _number(merged.get("w", ""), 100) <= _NARROW,
        # A position is in half points, ten of the height's units.
        "text moved off the page": abs(_number(merged.get("position", ""), 0)) * 10 > height,
        place.hidden_because: True,
    }
    return Look(
        hidden_because=next(reason for reason, holds in reasons.items() if holds),
        doubtful=not colour and is_same_colour(highlight, "000000"),
        shift=_shift(merged, size),
        fonts=tuple(merged.get(kind, "") for kind in _FONTS),
    )


def read_theme(root: etree._Element | None) -> dict[str, str]:
    """Fonts of the theme by the names that `rFonts` uses for them, and colours by the theme's."""
    fonts: dict[str, str] = {}
    colours = first(root, "themeElements", "clrScheme")
    for node in colours if colours is not None else ():
        for colour in node:
            fonts[local_name(node)] = attribute_value(colour, "lastClr") or attribute_value(colour)
    scheme = first(root, "themeElements", "fontScheme")
    for size in ("major", "minor"):
        group = first(scheme, f"{size}Font")
        latin = attribute_value(first(group, "latin"), "typeface")
        other = attribute_value(first(group, "cs"), "typeface")
        fonts |= {f"{size}Ascii": latin, f"{size}HAnsi": latin, f"{size}Bidi": other}
    return fonts


def merge_settings(levels: Iterable[Settings]) -> dict[str, str]:
    """Of several levels what the nearest says, the nearest first."""
    merged: dict[str, str] = {}
    for level in levels:
        for name, setting in level.items():
            merged.setdefault(name, setting)
    return merged


def shaded_table_style(style: etree._Element, theme: Mapping[str, str]) -> bool:
    """Whether a table style colours any of its cells."""
    groups = (first(style, "tcPr"), first(style, "tblPr"), first(style, "pPr"))
    parts = (g for part in children(style, "tblStylePr") for g in (first(part, "tcPr"),))
    return any(fill(first(g, "shd"), theme) not in (None, "", PAGE) for g in (*groups, *parts))


def _is_hidden(own: Settings, styles: Sequence[Settings]) -> bool:
    # A switch of styles that is set by two of them is off again; ECMA-376 part 1, 17.7.3.
    if "vanish" in own:
        return _on(own["vanish"])
    return sum(_on(level.get("vanish", "0")) for level in styles) % 2 == 1


def _on(setting: str) -> bool:
    return setting not in ("0", "false", "off", "none")


def _shift(merged: Settings, size: int) -> int:
    stated = {"superscript": 1, "subscript": -1}.get(merged.get("vertAlign", ""), 0)
    by = _number(merged.get("position", ""), 0)
    # Lines of forms are moved by a point or two to look well; a mark is moved by more.
    if stated or abs(by) < max(_RAISED, size // 5):
        return stated
    return 1 if by > 0 else -1


def _number(text: str, otherwise: int) -> int:
    try:
        return round(float(text.removesuffix("pt").removesuffix("%")))
    except (ValueError, OverflowError):
        return otherwise
