"""How a run of text of a DOCX looks: hidden, white, tiny, raised, in a symbol font."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from evaltools.documents.packages import children, first, local, value

_TINY = 4  # half points; nobody reads letters of two points
_WHITE = 0xF5  # of each of red, green and blue, from here on
_RAISED = 4  # half points by which a small run stands above the line or below it
_FONTS = ("ascii", "hAnsi", "cs", "eastAsia")


@dataclass(frozen=True)
class Look:
    """How a run looks.

    Arguments:
        hidden: the program does not show it.
        white: its letters have the colour of a blank page, and nothing coloured is behind them.
        tiny: its letters are too small to be seen.
        shift: 1 raised, -1 lowered, 0 on the line.
        fonts: names of its fonts: for ASCII, for other Latin letters, for other scripts.
    """

    hidden: bool = False
    white: bool = False
    tiny: bool = False
    shift: int = 0
    fonts: tuple[str, ...] = ()

    @property
    def unseen(self) -> str:
        """Why nobody sees it, in words; empty where it is seen."""
        if self.hidden:
            return "hidden text"
        if self.white:
            return "white text on a white page"
        return "text too small to be seen" if self.tiny else ""

    def font_of(self, character: str) -> str:
        """The font in which a character is shown."""
        fonts = self.fonts or ("", "")
        return fonts[0] if character.isascii() else fonts[1] or fonts[0]


PLAIN = Look()
Settings = Mapping[str, str]


@dataclass(frozen=True)
class Place:
    """Where a run stands, as far as that says how it looks.

    Arguments:
        style: of its paragraph.
        table_style: of the table that it is in; empty outside of tables.
        coloured: something behind it is not white, or may not be.
    """

    style: str = ""
    table_style: str = ""
    coloured: bool = False


def settings(properties: etree._Element | None, theme: Mapping[str, str]) -> dict[str, str]:
    """What run properties say, by name; fonts of the theme by their real names."""
    found: dict[str, str] = {}
    for node in properties if properties is not None else ():
        name = local(node)
        if name == "rFonts":
            for kind in _FONTS:
                themed = theme.get(value(node, f"{kind}Theme"), "")
                if font := themed or value(node, kind):
                    found.setdefault(kind, font)
        elif name in ("vanish", "vertAlign", "position", "color", "sz", "highlight", "rStyle"):
            # A switch without a value is on.
            found.setdefault(name, value(node) or ("1" if name == "vanish" else ""))
        elif name == "shd":
            found.setdefault("shd", "1" if coloured(node) else "0")
    return found


def coloured(shading: etree._Element | None) -> bool:
    """Whether shading puts something else than white behind a text."""
    if shading is None:
        return False
    patterned = value(shading) not in ("", "clear", "nil")
    return patterned or value(shading, "fill").lower() not in ("", "auto", "ffffff")


def look_of(
    own: Settings,
    character: Settings,
    paragraph: Settings,
    table: Settings,
    defaults: Settings,
    is_coloured: bool,
) -> Look:
    """How a run looks by what is said of it, the nearest first.

    Arguments:
        own: said at the run itself.
        character, paragraph, table: by these styles, with those they are based on.
        defaults: of the document.
        is_coloured: something coloured may be behind it.
    """
    merged = merged_settings((own, character, paragraph, table, defaults))
    size = _number(merged.get("sz", ""), 22)
    white = _white(merged.get("color", ""))
    behind = is_coloured or merged.get("shd") == "1" or merged.get("highlight", "none") != "none"
    return Look(
        hidden=_hidden(own, character, paragraph, table, defaults),
        white=white and not behind,
        tiny=size <= _TINY,
        shift=_shift(merged, size),
        fonts=tuple(merged.get(kind, "") for kind in _FONTS),
    )


def read_theme(root: etree._Element | None) -> dict[str, str]:
    """Fonts of the theme by the names that `rFonts` uses for them."""
    fonts: dict[str, str] = {}
    scheme = first(root, "themeElements", "fontScheme")
    for size in ("major", "minor"):
        group = first(scheme, f"{size}Font")
        latin = value(first(group, "latin"), "typeface")
        other = value(first(group, "cs"), "typeface")
        fonts |= {f"{size}Ascii": latin, f"{size}HAnsi": latin, f"{size}Bidi": other}
    return fonts


def merged_settings(levels: Iterable[Settings]) -> dict[str, str]:
    """Of several levels what the nearest says, the nearest first."""
    merged: dict[str, str] = {}
    for level in levels:
        for name, said in level.items():
            merged.setdefault(name, said)
    return merged


def shaded(element: etree._Element | None) -> bool:
    """Whether properties of a paragraph or cell put a colour behind it."""
    return coloured(first(element, "shd"))


def shaded_table_style(style: etree._Element) -> bool:
    """Whether a table style colours any of its cells."""
    groups = (first(style, "tcPr"), first(style, "tblPr"), first(style, "pPr"))
    parts = (g for part in children(style, "tblStylePr") for g in (first(part, "tcPr"),))
    return any(shaded(group) for group in (*groups, *parts))


def _hidden(own: Settings, *styles: Settings) -> bool:
    # A switch of styles that is set by two of them is off again; ECMA-376 part 1, 17.7.3.
    if "vanish" in own:
        return _on(own["vanish"])
    return sum(_on(level.get("vanish", "0")) for level in styles) % 2 == 1


def _on(said: str) -> bool:
    return said not in ("0", "false", "off", "none")


def _shift(merged: Settings, size: int) -> int:
    stated = {"superscript": 1, "subscript": -1}.get(merged.get("vertAlign", ""), 0)
    by = _number(merged.get("position", ""), 0)
    # Lines of forms are moved by a point or two to look well; a mark is moved by more.
    if stated or abs(by) < max(_RAISED, size // 5):
        return stated
    return 1 if by > 0 else -1


def _white(colour: str) -> bool:
    if len(colour) != 6:
        return False
    try:
        parts = [int(colour[at : at + 2], 16) for at in (0, 2, 4)]
    except ValueError:
        return False
    return min(parts) >= _WHITE


def _number(text: str, otherwise: int) -> int:
    try:
        return round(float(text.removesuffix("pt")))
    except ValueError:
        return otherwise
