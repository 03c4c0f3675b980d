"""What the styles of a DOCX say: heading, table of contents, how a run looks, where lines stand.

A run may be hidden, struck, tiny, raised, coloured, or in a symbol font.
"""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lxml import etree

from evaltools.documents.zip_package import (
    attribute_value,
    children,
    first,
    local_name,
    style_chain,
)

HIDDEN = "hidden text"
LETTER = (12240, 15840)
"""Width and height of a page that says none, in twentieths of a point."""
_ANY = "?"  # a colour that is not known
_PAGE = "FFFFFF"
# ECMA-376 part 1, 17.18.40.
_HIGHLIGHTS = {
    "none": "", "black": "000000", "blue": "0000FF", "cyan": "00FFFF", "green": "00FF00",
    "magenta": "FF00FF", "red": "FF0000", "yellow": "FFFF00", "white": _PAGE,
    "darkBlue": "000080", "darkCyan": "008080", "darkGreen": "008000", "darkMagenta": "800080",
    "darkRed": "800000", "darkYellow": "808000", "darkGray": "808080", "lightGray": "C0C0C0",
}  # fmt: skip
_THEME_NAMES = {
    "background1": "lt1", "bg1": "lt1", "light1": "lt1", "text1": "dk1", "tx1": "dk1",
    "dark1": "dk1", "background2": "lt2", "bg2": "lt2", "light2": "lt2", "text2": "dk2",
    "tx2": "dk2", "dark2": "dk2", "hyperlink": "hlink", "followedHyperlink": "folHlink",
}  # fmt: skip
_USUAL = {"lt1": _PAGE, "dk1": "000000"}
_ALIKE = 10  # steps of 255 of each of red, green and blue that nobody tells apart
_COLOUR = re.compile(r"[0-9A-Fa-f]{6}")
_TINY = 4  # half points; nobody reads letters of two points
_NARROW = 5  # percent of their width; nobody reads letters pressed to that
_RAISED = 4  # half points by which a small run stands above the line or below it
_LOW = 40  # twentieths of a point; nobody reads lines lower than two points
_UNITS = {"pt": 20.0, "in": 1440.0, "cm": 567.0, "mm": 56.7, "pc": 240.0, "pi": 240.0}
_FONTS = ("ascii", "hAnsi", "cs", "eastAsia")
_PLACES = {
    "spacing": {"line": "line", "lineRule": "lineRule"},
    "ind": {
        "left": "left", "start": "left", "right": "right", "end": "right",
        "firstLine": "first", "hanging": "hanging",
    },
    "framePr": {"x": "x", "y": "y"},
}  # fmt: skip
# Word keeps its own styles under English names; other programs write the name that people see.
_HEADING = re.compile(r"(?:heading|otsikko|rubrik|överskrift|overskrift)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"title|otsikko|rubrik", re.IGNORECASE)
_CONTENTS = re.compile(
    r"(?:toc|sisluet|sisällysluettelo|innehåll|innehållsförteckning|contents)\s*[1-9]",
    re.IGNORECASE,
)
Settings = dict[str, str]
Item = TypeVar("Item")


@dataclass(frozen=True)
class Look:
    """How a run looks."""

    hidden_because: str = ""  # why nobody reads it, in words; empty where it is seen
    doubtful: bool = False  # it may not be seen, as programs differ
    shift: int = 0  # 1 raised, -1 lowered, 0 on the line
    fonts: tuple[str, ...] = ("", "")  # for ASCII, for other Latin letters, for other scripts

    def font_of(self, character: str) -> str:
        """The font in which a character is shown."""
        return self.fonts[0] if character.isascii() else self.fonts[1] or self.fonts[0]


@dataclass(frozen=True)
class Surroundings:
    """Where a run stands, as far as that says how it looks."""

    style: str = ""  # of its paragraph
    table_style: str = ""  # of the table that it is in
    behind: str = ""  # the colour behind it; empty for the page, `?` where that is not known
    hidden_because: str = ""  # why nobody sees anything there, in words
    note: tuple[str, str] | None = None  # the note that it is in: its kind and identifier


@dataclass(frozen=True)
class _Style:
    """A style with those it is based on: what it says of paragraphs, runs, lines and cells."""

    level: int = 0
    is_contents: bool = False
    runs: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    behind: str = ""
    shades_cells: bool = False


class Styles:
    """What the styles of a document say, with those they are based on; see `read_theme`."""

    def __init__(
        self, root: etree._Element | None, theme: Settings, page: tuple[int, int] = LETTER
    ) -> None:
        styles = () if root is None else children(root, "style")
        known = {attribute_value(style, "styleId"): style for style in styles}
        self.theme, self._page = theme, page
        self._styles = {
            name: _read_style([*style_chain(name, known, _based_on)], theme) for name in known
        }
        defaults = first(root, "docDefaults")
        self._usual_lines = _place_settings(first(defaults, "pPrDefault", "pPr"))
        self._usual_runs = _run_settings(first(defaults, "rPrDefault", "rPr"), theme)
        usual = {
            attribute_value(style, "type"): name
            for name, style in reversed(known.items())
            if attribute_value(style, "default") in ("1", "true", "on")
        }
        self._paragraph, self._character = usual.get("paragraph", ""), usual.get("character", "")
        self._looks: dict[tuple[frozenset[tuple[str, str]], Surroundings], Look] = {}

    def is_contents(self, properties: etree._Element | None) -> bool:
        """Whether a paragraph with these properties is a line of a table of contents."""
        return self._style(_style_id(properties)).is_contents

    def level(self, properties: etree._Element | None) -> int:
        """Heading level of a paragraph, 0 for running text."""
        own = _outline_level(properties)
        return self._style(_style_id(properties)).level if own is None else own

    def look(self, run: etree._Element, place: Surroundings) -> Look:
        """How a run looks in its place."""
        own = _run_settings(first(run, "rPr"), self.theme)
        key = (frozenset(own.items()), place)
        if key not in self._looks:
            named = (
                own.get("rStyle") or self._character,
                place.style or self._paragraph,
                place.table_style,
            )
            styles = [*(self._style(name).runs for name in named), self._usual_runs]
            self._looks[key] = _resolve_look(own, styles, place, self._page[1])
        return self._looks[key]

    def place(self, properties: etree._Element | None, around: Surroundings) -> Surroundings:
        """Where the runs of a paragraph with these properties stand, by what is around it."""
        named = _style_id(properties)
        style = self._style(named or self._paragraph)
        behind = fill(first(properties, "shd"), self.theme)
        levels = (_place_settings(properties), style.lines, self._usual_lines)
        return replace(
            around,
            style=named,
            behind=(style.behind if behind is None else behind) or around.behind,
            hidden_because=_hidden_reason(_merge(levels), self._page),
        )

    def table(self, properties: etree._Element | None, around: Surroundings) -> Surroundings:
        """Where the cells of a table stand."""
        style = attribute_value(first(properties, "tblStyle"))
        own = fill(first(properties, "shd"), self.theme)
        behind = _ANY if self._style(style).shades_cells else own
        behind = behind or around.behind
        return Surroundings(table_style=style, behind=behind, note=around.note)

    def _style(self, name: str) -> _Style:
        return self._styles.get(name, _Style())


def _based_on(style: etree._Element) -> str:
    return attribute_value(first(style, "basedOn"))


def _read_style(chain: Sequence[etree._Element], theme: Settings) -> _Style:
    """Put together what a style says and those it is based on, nearest first."""
    return _Style(
        level=_first_of(_level, chain) or 0,
        is_contents=_CONTENTS.fullmatch(_name(chain[0])) is not None,
        runs=_merge([_run_settings(first(style, "rPr"), theme) for style in chain]),
        lines=_merge([_place_settings(first(style, "pPr")) for style in chain]),
        behind=_first_of(lambda style: fill(first(style, "pPr", "shd"), theme), chain) or "",
        shades_cells=any(_shades_cells(style, theme) for style in chain),
    )


def _merge(levels: Sequence[Mapping[str, str]]) -> Settings:
    """Of several levels what the nearest says, the nearest first."""
    return dict(ChainMap(*map(dict, levels)))


def _first_of(
    say: Callable[[etree._Element], Item | None], chain: Sequence[etree._Element]
) -> Item | None:
    """What the nearest style of a chain says that says anything."""
    return next((setting for style in chain if (setting := say(style)) is not None), None)


def _name(style: etree._Element) -> str:
    return attribute_value(first(style, "name")).strip()


def _level(style: etree._Element) -> int | None:
    level = _outline_level(first(style, "pPr"))
    if level is not None:
        return level
    if heading := _HEADING.fullmatch(_name(style)):
        return int(heading[1])
    return 1 if _TITLE.fullmatch(_name(style)) else None


def _outline_level(properties: etree._Element | None) -> int | None:
    """Heading level by outline level, 0 where it says running text, None where it says nothing."""
    level = attribute_value(first(properties, "outlineLvl"))
    if not level.isascii() or not level.isdigit():
        return None
    return int(level) + 1 if int(level) < 9 else 0


def _style_id(properties: etree._Element | None) -> str:
    return attribute_value(first(properties, "pStyle")) or attribute_value(
        first(properties, "rStyle")
    )


def _shades_cells(style: etree._Element, theme: Settings) -> bool:
    """Whether a table style colours any of its cells."""
    groups = [first(style, name) for name in ("tcPr", "tblPr", "pPr")]
    groups += [first(part, "tcPr") for part in children(style, "tblStylePr")]
    return any(fill(first(g, "shd"), theme) not in (None, "", _PAGE) for g in groups)


def page_size(root: etree._Element) -> tuple[int, int]:
    """Width and height of the largest page of a document."""
    sizes = [node for node in root.iter() if local_name(node) == "pgSz"]
    width, height = (max((_twips(attribute_value(s, of)) for s in sizes), default=0) for of in "wh")
    return (width, height) if width > 0 and height > 0 else LETTER


def _place_settings(properties: etree._Element | None) -> Settings:
    """What properties of a paragraph say of where it stands and how high its lines are."""
    values: Settings = {}
    for element, names in _PLACES.items():
        node = first(properties, element)
        for name, called in names.items():
            if setting := attribute_value(node, name):
                values.setdefault(called, setting)
    if "first" in values or "hanging" in values:  # one of them takes the other off
        values = {"first": "0", "hanging": "0"} | values
    return values


def _hidden_reason(setting: Settings, page: tuple[int, int]) -> str:
    """Why nobody sees the lines of a paragraph, in words; empty where they are seen."""
    width, height = page

    def at(name: str) -> int:
        return _twips(setting.get(name, ""))

    if setting.get("lineRule") == "exact" and 0 < at("line") < _LOW:
        return "text in lines too low to be seen"
    begins = at("left") - at("hanging") if at("hanging") else at("left") + at("first")
    beyond = max(abs(begins), abs(at("right")), abs(at("x"))) > width or abs(at("y")) > height
    return "text moved off the page" if beyond else ""


def is_hidden_row(row: etree._Element) -> str:
    """Why nobody sees a row of a table, in words; empty where it is seen."""
    properties = first(row, "trPr")
    hidden, height = first(properties, "hidden"), first(properties, "trHeight")
    if hidden is not None and attribute_value(hidden) not in ("0", "false", "off"):
        return "hidden row"
    exact = attribute_value(height, "hRule") == "exact"
    return "row too low to be seen" if exact and 0 < _twips(attribute_value(height)) < _LOW else ""


def _twips(setting: str) -> int:
    unit = _UNITS.get(setting[-2:], 0.0)
    return _number(setting[:-2] if unit else setting, 0, unit or 1.0)


def _number(text: str, otherwise: int, unit: float = 1.0) -> int:
    try:
        return round(float(text) * unit)
    except (ValueError, OverflowError):
        return otherwise


def _run_settings(properties: etree._Element | None, theme: Settings) -> Settings:
    """What run properties say, by name; fonts of the theme by their real names."""
    values: Settings = {}
    for node in properties if properties is not None else ():
        name = local_name(node)
        if name == "rFonts":
            for kind in _FONTS:
                themed = theme.get(attribute_value(node, f"{kind}Theme"), "")
                if font := themed or attribute_value(node, kind):
                    values.setdefault(kind, font)
        elif name in ("vanish", "specVanish", "strike", "dstrike"):
            values.setdefault(name, attribute_value(node) or "1")  # without a value it is on
        elif name in ("vertAlign", "position", "sz", "w", "highlight", "rStyle"):
            values.setdefault(name, attribute_value(node))
        elif name == "color":
            values.setdefault(name, _read_colour(node, theme))
        elif name == "shd":
            values.setdefault(name, fill(node, theme) or "")
    return values


def _resolve_look(
    own: Settings, styles: Sequence[Mapping[str, str]], place: Surroundings, height: int
) -> Look:
    """How a run looks by what is said of it: at itself, and by styles, the nearest first.

    `height` is that of the page, in twentieths of a point.
    """
    merged = _merge((own, *styles))

    def measure(name: str, otherwise: int) -> int:
        return _number(merged.get(name, "").removesuffix("pt").removesuffix("%"), otherwise)

    size, position = measure("sz", 22), measure("position", 0)
    highlight = _HIGHLIGHTS.get(merged.get("highlight", "none"), _ANY)
    behind = highlight or merged.get("shd") or place.behind or _PAGE
    colour = merged.get("color", "")
    # A switch of styles that is set by two of them is off again; ECMA-376 part 1, 17.7.3.
    vanished = sum(_on(level.get("vanish", "0")) for level in styles) % 2 == 1
    hidden = _on(own["vanish"]) if "vanish" in own else vanished
    unseen = _is_same_colour(colour, behind)
    reasons = {
        HIDDEN: hidden or _on(merged.get("specVanish", "0")),
        "struck-through text": any(_on(merged.get(name, "0")) for name in ("strike", "dstrike")),
        "white text on a white page": unseen and _is_same_colour(behind, _PAGE),
        "text in the colour of its background": unseen,
        "text too small to be seen": size <= _TINY or measure("w", 100) <= _NARROW,
        # A position is in half points, ten of the height's units.
        "text moved off the page": abs(position) * 10 > height,
        place.hidden_because: True,
    }
    shift = {"superscript": 1, "subscript": -1}.get(merged.get("vertAlign", ""), 0)
    # Lines of forms are moved by a point or two to look well; a mark is moved by more.
    if not shift and abs(position) >= max(_RAISED, size // 5):
        shift = 1 if position > 0 else -1
    return Look(
        hidden_because=next(reason for reason, holds in reasons.items() if holds),
        doubtful=not colour and _is_same_colour(highlight, "000000"),
        shift=shift,
        fonts=tuple(merged.get(kind, "") for kind in _FONTS),
    )


def _on(setting: str) -> bool:
    return setting not in ("0", "false", "off", "none")


def is_on(element: etree._Element | None) -> bool:
    """Whether a property is there and not switched off."""
    return element is not None and _on(attribute_value(element))


def _is_same_colour(one: str, other: str) -> bool:
    """Whether nobody tells two colours apart; one that is not known is like no other."""
    if not (_COLOUR.fullmatch(one) and _COLOUR.fullmatch(other)):
        return False
    pairs = zip(bytes.fromhex(one), bytes.fromhex(other), strict=True)
    return all(abs(a - b) <= _ALIKE for a, b in pairs)


def _read_colour(
    node: etree._Element, theme: Settings, plain: str = "val", kind: str = "Color"
) -> str:
    """A colour that an element says in its attributes; empty where it is automatic.

    `plain` is the attribute of the colour itself, `kind` is `Color` or `Fill` for one of the theme.
    """
    own = attribute_value(node, plain)
    stated = own.upper() if _COLOUR.fullmatch(own) else ""
    named = attribute_value(node, f"theme{kind}")
    if named and named != "none":
        # A tint or shade is worked out by the program that writes the colour itself too.
        prefix = "theme" if kind == "Color" else f"theme{kind}"
        if attribute_value(node, f"{prefix}Tint") or attribute_value(node, f"{prefix}Shade"):
            return stated or _ANY
        return _theme_colour(named, theme) or stated or _ANY
    return stated or ("" if own in ("", "auto") else _ANY)


def fill(shading: etree._Element | None, theme: Settings) -> str | None:
    """What shading puts behind a text: None where there is none, empty where it is seen through."""
    if shading is None:
        return None
    pattern = attribute_value(shading)
    if pattern in ("", "clear", "nil"):
        return _read_colour(shading, theme, "fill", "Fill")
    return (_read_colour(shading, theme, "color") or "000000") if pattern == "solid" else _ANY


def box_fill(content: etree._Element, theme: Settings) -> str:
    """What a text box puts behind its text; empty where it says that it is empty."""
    shape = next((a for a in content.iterancestors() if local_name(a) == "wsp"), None)
    properties = first(shape, "spPr")
    if first(properties, "noFill") is not None:
        return ""
    solid = first(properties, "solidFill")
    for colour in solid if solid is not None else ():
        if not len(colour):  # otherwise it is lightened, darkened or seen through
            named = attribute_value(colour)
            stated = named.upper() if _COLOUR.fullmatch(named) else _ANY
            return _theme_colour(named, theme) or stated
    return _ANY


def _theme_colour(name: str, theme: Settings) -> str:
    real = _THEME_NAMES.get(name, name)
    colour = theme.get(real, "")
    return colour.upper() if _COLOUR.fullmatch(colour) else _USUAL.get(real, "")


def read_theme(root: etree._Element | None) -> Settings:
    """Fonts of the theme by the names that `rFonts` uses for them, and colours by the theme's."""
    theme: Settings = {}
    colours = first(root, "themeElements", "clrScheme")
    for node in colours if colours is not None else ():
        for colour in node:
            theme[local_name(node)] = attribute_value(colour, "lastClr") or attribute_value(colour)
    for size in ("major", "minor"):
        group = first(root, "themeElements", "fontScheme", f"{size}Font")
        latin = attribute_value(first(group, "latin"), "typeface")
        other = attribute_value(first(group, "cs"), "typeface")
        theme |= {f"{size}Ascii": latin, f"{size}HAnsi": latin, f"{size}Bidi": other}
    return theme
