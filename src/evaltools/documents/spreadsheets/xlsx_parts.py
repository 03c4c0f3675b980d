"""The parts of an XLSX package: what its sheets share, and the cells of a sheet as they are stored.

After ECMA-376 part 1, 18.3 and 18.8. What a person sees of a cell stands in four places: its value,
the format of its style, the font of that style, and the row and column.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from typing import Any, NamedTuple, TypeVar

from lxml import etree

from evaltools.documents.spreadsheets.number_formats import BUILT_IN, NumberFormat

Colour = tuple[int, int, int] | str
"""Red, green and blue, or the name of a colour of the theme."""
Area = tuple[int, int, int, int]
"""First row, first column, last row, last column; rows from 1, columns from 0."""

BLACK, WHITE = (0, 0, 0), (255, 255, 255)
LEAST_SIZE = 2.0
"""Points; letters of this size, and rows that are lower, are seen by nobody."""
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
HARMLESS: dict[str, Any] = {"resolve_entities": False, "load_dtd": False, "no_network": True,
                            "remove_comments": True, "remove_pis": True}  # fmt: skip
"""How XML from outside is parsed."""

_NEAR = 8
_LEAST_WIDTH = 0.3  # characters
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TRUE = ("1", "true")
_PARTS = ("row", "col", "mergeCell", "sheetFormatPr", "filterColumn", "conditionalFormatting",
          "tablePart", "headerFooter")  # fmt: skip
_Item = TypeVar("_Item")
_Other = TypeVar("_Other")
number_format = cache(NumberFormat)


@dataclass(frozen=True)
class Font:
    """What a font says: struck through, letters above (1) or below (-1) the line, too small."""

    name: str = ""
    struck: bool = False
    by: int = 0
    tiny: bool = False
    colour: Colour = BLACK


@dataclass(frozen=True)
class Style:
    """How cells of one style look; the colour of their ground is None where it is not known, and
    bare are those that have none of their own."""

    code: NumberFormat
    font: Font = Font()
    ground: Colour | None = WHITE
    bare: bool = True

    @cached_property
    def unseen(self) -> bool:
        """Whether nobody sees letters of its own font."""
        return self.hides(self.font)

    def hides(self, font: Font) -> bool:
        """Whether nobody sees letters of a font in such a cell."""
        return font.tiny or is_same_colour(font.colour, self.ground)


@dataclass(frozen=True)
class Rule:
    """What a conditional format may do to cells: another number format, a line, no colour."""

    code: NumberFormat | None = None
    strikes: bool = False
    hides: bool = False
    grounds: bool = False


Runs = tuple[tuple[str, Font | None], ...]
"""Pieces of a text with the fonts that they have of their own."""


class StoredCell(NamedTuple):
    """A cell as it is stored: its column from 0, its kind as the format calls it, its value, and
    its text, None where it has a number that no text has."""

    column: int
    kind: str
    stored: str
    runs: Runs | None
    formula: bool
    style: Style

    @property
    def is_text(self) -> bool:
        """Whether it holds text and not a value."""
        return self.kind in ("s", "inlineStr", "str")


@dataclass
class XlsxSheet:
    """A sheet; what stands here but for its name is known when all its rows were read.

    Rows count from 1 and columns from 0; rules are what conditional formats may do, by the areas
    they cover; tables may give cells another ground.
    """

    name: str
    part: str
    hidden: bool
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    filtered: bool = False
    merged: list[Area] = field(default_factory=list)
    rules: list[tuple[list[Area], set[Rule]]] = field(default_factory=list)
    has_tables: bool = False
    margins: list[str] = field(default_factory=list)


@dataclass
class XlsxBook:
    """What the parts of a package, by their names, say beside the sheets themselves.

    Raises KeyError where the part that names the sheets is missing, and etree.XMLSyntaxError.
    """

    parts: Mapping[str, bytes]
    sheets: list[XlsxSheet] = field(default_factory=list)
    strings: list[Runs] = field(default_factory=list)
    styles: list[Style] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    from_1904: bool = False

    def __post_init__(self) -> None:
        root = _parse(self.parts["xl/workbook.xml"])
        targets: dict[str, str] = {}
        for link in _parse(self.parts["xl/_rels/workbook.xml.rels"]):
            target = posixpath.normpath(posixpath.join("/xl", link.get("Target", ""))).lstrip("/")
            targets[link.get("Id", "")] = target
            targets[link.get("Type", "").rpartition("/")[2]] = target
        for item in root.iterfind(".//{*}workbookPr"):
            self.from_1904 = item.get("date1904") in _TRUE
        for item in root.iterfind(".//{*}sheet"):
            key = next((one for name, one in item.items() if str(name).endswith("}id")), "")
            part = targets.get(str(key), "")
            if part in self.parts:
                hidden = item.get("state", "visible") not in ("visible", "")
                self.sheets.append(XlsxSheet(item.get("name", ""), part, hidden))
        if strings := self.parts.get(targets.get("sharedStrings", "xl/sharedStrings.xml")):
            for item in _elements(strings, ("si",)):
                self.strings.append(_runs(item))
                forget(item)
        if styles := self.parts.get(targets.get("styles", "xl/styles.xml")):
            root = _parse(styles)
            self.styles = _styles(root)
            self.rules = [_rule(one) for one in root.iterfind("{*}dxfs/{*}dxf")]

    def rows(self, sheet: XlsxSheet) -> Iterator[tuple[int, list[StoredCell]]]:
        """Rows of a sheet by number, from 1, with their cells; the sheet is filled meanwhile."""
        rows_hidden = rows_flat = False
        number = 0
        for element in _elements(self.parts[sheet.part], _PARTS):
            what = etree.QName(element).localname
            if what == "row":
                given = element.get("r", "")
                is_number = given.isdecimal() and len(given) < 12 and int(given)
                number = int(given) if is_number else number + 1
                hidden, height = element.get("hidden"), element.get("ht")
                flat = rows_flat if height is None else _number(height, 15) < LEAST_SIZE
                if hidden in _TRUE or flat or (rows_hidden and hidden is None):
                    sheet.hidden_rows.add(number)
                yield number, list(self._cells(element))
                forget(element)
            elif what == "col":
                if (
                    element.get("hidden") in _TRUE
                    or _number(element.get("width"), 9) < _LEAST_WIDTH
                ):
                    low, high = _number(element.get("min")), _number(element.get("max"))
                    sheet.hidden_columns.update(range(int(low) - 1, int(min(high, LAST_COLUMN))))
            elif what == "mergeCell":
                sheet.merged += [
                    area for area in _areas(element.get("ref", "")) if area[:2] != area[2:]
                ]
            elif what == "sheetFormatPr":
                rows_hidden = element.get("zeroHeight") in _TRUE
                rows_flat = _number(element.get("defaultRowHeight"), 15) < LEAST_SIZE
            elif what == "filterColumn":
                sheet.filtered = True
            elif what == "conditionalFormatting":
                areas = _areas(element.get("sqref") or element.findtext("{*}sqref") or "")
                rules = {self._rule_of(one) for one in element.iterfind("{*}cfRule")}
                sheet.rules.append((areas, rules - {Rule()}))
            elif what == "tablePart":
                sheet.has_tables = True
            elif (holder := element.getparent()) is not None and holder.getparent() is None:
                sheet.margins += [item.text or "" for item in element]

    def _cells(self, row: etree._Element) -> Iterator[StoredCell]:
        column = -1
        for cell in row.iterchildren("{*}c"):
            letters = cell.get("r", "").rstrip("0123456789")
            named = letters.isascii() and letters.isalpha() and letters.isupper()
            column = _column(letters) if named else column + 1
            raw, inline, formula = "", None, False
            for part in cell:
                name = str(part.tag)
                if name.endswith("}v"):
                    raw = part.text or ""
                elif name.endswith("}is"):
                    inline = part
                else:
                    formula = formula or name.endswith("}f")
            kind = cell.get("t", "n")
            runs: Runs | None = ((raw, None),)
            if kind == "s":
                runs = pick(self.strings, raw, None)
            elif kind == "inlineStr" and inline is not None:
                runs = _runs(inline)
            style = pick(self.styles, cell.get("s", "0"), self.styles[0] if self.styles else _PLAIN)
            yield StoredCell(column, kind, raw, runs, formula, style)

    def _rule_of(self, item: etree._Element) -> Rule:
        own = item.find("{*}dxf")  # of the extension of 2009; others have a number
        if own is not None:
            return _rule(own)
        if item.get("type") in ("colorScale", "dataBar"):
            return Rule(grounds=True)
        return pick(self.rules, item.get("dxfId"), Rule())


_PLAIN = Style(number_format("General"))


def is_same_colour(one: Colour | None, other: Colour | None) -> bool:
    """Whether nobody can tell two colours apart; None is not known."""
    if isinstance(one, tuple) and isinstance(other, tuple):
        return all(abs(a - b) <= _NEAR for a, b in zip(one, other, strict=True))
    return one is not None and one == other


def column_letters(column: int) -> str:
    """What a spreadsheet calls a column, 0 being A."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def forget(element: etree._Element) -> None:
    """Give the memory of an element that was read back, and that of those before it."""
    element.clear()
    while element.getprevious() is not None:
        del element.getparent()[0]  # type: ignore[union-attr]


def pick(items: list[_Item], number: str | None, otherwise: _Other) -> _Item | _Other:
    """The item of a number as XML has it."""
    place = int(number) if number is not None and number.isdecimal() else -1
    return items[place] if 0 <= place < len(items) else otherwise


def _parse(part: bytes) -> etree._Element:
    root: etree._Element = etree.fromstring(part, etree.XMLParser(**HARMLESS))
    return root


def _elements(part: bytes, names: tuple[str, ...]) -> Iterator[etree._Element]:
    tags = [f"{{*}}{name}" for name in names]
    for _, element in etree.iterparse(io.BytesIO(part), events=("end",), tag=tags, **HARMLESS):
        yield element


def _runs(item: etree._Element) -> Runs:
    """Text of a string that may be made of runs, without the readings above it."""
    runs: list[tuple[str, Font | None]] = []
    for child in item:
        name = etree.QName(child).localname
        if name == "t":
            runs.append((_unescaped(child.text or ""), None))
        elif name == "r":
            look = child.find("{*}rPr")
            text = _unescaped("".join(one.text or "" for one in child.iterfind("{*}t")))
            runs.append((text, None if look is None else _font(look)))
    return tuple(runs)


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


def _is_on(item: etree._Element, path: str) -> bool:
    child = item.find(path)
    return child is not None and child.get("val", "1") in _TRUE


def _styles(root: etree._Element) -> list[Style]:
    declared = {
        item.get("numFmtId"): item.get("formatCode", "")
        for item in root.iterfind("{*}numFmts/{*}numFmt")
    }
    fonts = [_font(font) for font in root.iterfind("{*}fonts/{*}font")]
    grounds = [_ground(fill, "{*}fgColor") for fill in root.iterfind("{*}fills/{*}fill")]
    styles = []
    for style in root.iterfind("{*}cellXfs/{*}xf"):
        number = style.get("numFmtId", "0")
        built_in = BUILT_IN.get(int(number), "General") if number.isdecimal() else "General"
        code = number_format(declared.get(number, built_in))
        font = pick(fonts, style.get("fontId"), Font())
        styles.append(Style(code, font, *pick(grounds, style.get("fillId"), (WHITE, True))))
    return styles


def _font(item: etree._Element) -> Font:
    found = {etree.QName(child).localname: child.get("val", "") for child in reversed(item)}
    by = {"superscript": 1, "subscript": -1}.get(found.get("vertAlign", ""), 0)
    tiny = _number(found.get("sz"), 11) <= LEAST_SIZE
    colour = _colour(item.find("{*}color")) or BLACK
    name = found.get("name") or found.get("rFont") or ""
    return Font(name, _is_on(item, "{*}strike"), by, tiny, colour)


def _colour(item: etree._Element | None) -> Colour | None:
    """A colour; those of the theme that are not black or white by their number only."""
    if item is None:
        return None
    rgb = item.get("rgb", "")[-6:]
    if re.fullmatch("[0-9A-Fa-f]{6}", rgb):
        return (int(rgb[:2], 16), int(rgb[2:4], 16), int(rgb[4:], 16))
    index = item.get("indexed", "")
    if index in ("64", "65"):
        return BLACK if index == "64" else WHITE
    if index.isdecimal() and int(index) < 16:  # the first eight stand there twice
        red, green, blue = ("000", "111", "100", "010", "001", "110", "101", "011")[int(index) % 8]
        return (255 * int(red), 255 * int(green), 255 * int(blue))
    theme, tint = item.get("theme"), _number(item.get("tint"))
    if theme in ("0", "1") and not tint:
        return WHITE if theme == "0" else BLACK
    return f"theme {theme} {tint}" if theme else f"index {index}" if index else None


def _ground(fill: etree._Element, which: str) -> tuple[Colour | None, bool]:
    """Colour of a fill, None where it is not one colour, and whether there is no fill."""
    pattern = fill.find("{*}patternFill")
    kind = "none" if pattern is None else pattern.get("patternType", "none")
    if fill.find("{*}gradientFill") is not None:
        return None, False
    if pattern is not None and (kind == "solid" or (which == "{*}bgColor" and len(pattern))):
        colour = pattern.find(which)
        if colour is None and which == "{*}fgColor":
            return BLACK, False  # the automatic colour of a pattern
        return _colour(colour), False
    return (WHITE, True) if kind == "none" else (None, False)


def _rule(dxf: etree._Element) -> Rule:
    number, font, fill = (dxf.find(f"{{*}}{one}") for one in ("numFmt", "font", "fill"))
    ground = WHITE if fill is None else _ground(fill, "{*}bgColor")[0]  # of a rule: bgColor
    colour = None if font is None else _colour(font.find("{*}color"))
    code = None if number is None else NumberFormat(number.get("formatCode", "General"))
    return Rule(
        code if code is not None and not code.general else None,
        font is not None and _is_on(font, "{*}strike"),
        is_same_colour(colour, ground),
        fill is not None or colour is not None,
    )


def _areas(references: str) -> list[Area]:
    areas = []
    for one in references.split():
        ends = [_REFERENCE.fullmatch(end) for end in one.split(":")]
        if (first := ends[0]) and (last := ends[-1]):
            areas.append((int(first[2]), _column(first[1]), int(last[2]), _column(last[1])))
    return areas


def _number(text: str | None, otherwise: float = 0.0) -> float:
    try:
        return otherwise if text is None else float(text)
    except ValueError:
        return otherwise


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """Number of a column, A being 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
