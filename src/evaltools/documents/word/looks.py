"""How a run of text of a DOCX looks: hidden, struck, tiny, raised, in a symbol font."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lxml import etree

from evaltools.documents.packages import children, first, local, value
from evaltools.documents.word.colours import ANY, HIGHLIGHTS, PAGE, alike, colour_of, fill

_TINY = 4  # half points; nobody reads letters of two points
_NARROW = 5  # percent of their width; nobody reads letters pressed to that
_RAISED = 4  # half points by which a small run stands above the line or below it
_SWITCHES = ("vanish", "specVanish", "strike", "dstrike")
HIDDEN = "hidden text"
_FONTS = ("ascii", "hAnsi", "cs", "eastAsia")


@dataclass(frozen=True)
class Look:
    """How a run looks.

    Arguments:
        unseen: why nobody reads it, in words; empty where it is seen.
        doubtful: it may not be seen, as programs differ.
        shift: 1 raised, -1 lowered, 0 on the line.
        fonts: names of its fonts: for ASCII, for other Latin letters, for other scripts.
    """

    unseen: str = ""
    doubtful: bool = False
    shift: int = 0
    fonts: tuple[str, ...] = ()

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
        behind: the colour behind it; empty for the page, `colours.ANY` where that is not known.
        unseen: why nobody sees anything there, in words.
    """

    style: str = ""
    table_style: str = ""
    behind: str = ""
    unseen: str = ""


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
        elif name in _SWITCHES:
            found.setdefault(name, value(node) or "1")  # without a value it is on
        elif name in ("vertAlign", "position", "sz", "w", "highlight", "rStyle"):
            found.setdefault(name, value(node))
        elif name == "color":
            found.setdefault(name, colour_of(node, theme, "val", "theme", "Color"))
        elif name == "shd":
            found.setdefault(name, fill(node, theme) or "")
    return found


def look_of(
    own: Settings,
    character: Settings,
    paragraph: Settings,
    table: Settings,
    defaults: Settings,
    place: Place,
    height: int,
) -> Look:
    """How a run looks by what is said of it, the nearest first.

    Arguments:
        own: said at the run itself.
        character, paragraph, table: by these styles, with those they are based on.
        defaults: of the document.
        place: where it stands.
        height: of the page, in twentieths of a point.
    """
    merged = merged_settings((own, character, paragraph, table, defaults))
    size = _number(merged.get("sz", ""), 22)
    highlight = HIGHLIGHTS.get(merged.get("highlight", "none"), ANY)
    behind = highlight or merged.get("shd") or place.behind or PAGE
    colour = merged.get("color", "")
    reasons = {
        HIDDEN: _hidden(own, character, paragraph, table, defaults)
        or _on(merged.get("specVanish", "0")),
        "struck-through text": any(_on(merged.get(name, "0")) for name in ("strike", "dstrike")),
        "white text on a white page": alike(colour, behind) and alike(behind, PAGE),
        "text in the colour of its background": alike(colour, behind),
        "text too small to be seen": size <= _TINY or _number(merged.get("w", ""), 100) <= _NARROW,
        # A position is in half points, ten of the height's units.
        "text moved off the page": abs(_number(merged.get("position", ""), 0)) * 10 > height,
        place.unseen: True,
    }
    return Look(
        unseen=next(reason for reason, holds in reasons.items() if holds),
        doubtful=not colour and alike(highlight, "000000"),
        shift=_shift(merged, size),
        fonts=tuple(merged.get(kind, "") for kind in _FONTS),
    )


def read_theme(root: etree._Element | None) -> dict[str, str]:
    """Fonts of the theme by the names that `rFonts` uses for them, and colours by the theme's."""
    fonts: dict[str, str] = {}
    colours = first(root, "themeElements", "clrScheme")
    for node in colours if colours is not None else ():
        for colour in node:
            fonts[local(node)] = value(colour, "lastClr") or value(colour)
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


def shaded_table_style(style: etree._Element, theme: Mapping[str, str]) -> bool:
    """Whether a table style colours any of its cells."""
    groups = (first(style, "tcPr"), first(style, "tblPr"), first(style, "pPr"))
    parts = (g for part in children(style, "tblStylePr") for g in (first(part, "tcPr"),))
    return any(fill(first(g, "shd"), theme) not in (None, "", PAGE) for g in (*groups, *parts))


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


def _number(text: str, otherwise: int) -> int:
    try:
        return round(float(text.removesuffix("pt").removesuffix("%")))
    except (ValueError, OverflowError):
        return otherwise
