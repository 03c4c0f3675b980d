"""Sheets of an .xlsx: what its XML says of cells, their formats, rows and columns.

Read by hand from ECMA-376 part 1, 18.3 and 18.8, since what a person sees of a cell stands in
four places: its value, the format of its style, the font of that style, and the row and column.
"""

from __future__ import annotations

import io
import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from lxml import etree

from evaltools.documents.spreadsheets.number_formats import (
    BUILT_IN,
    NumberFormat,
    parse_decimal,
    same_number,
)
from evaltools.evidence.messages import quote_value
from evaltools.evidence.raw_table import Doubt
from evaltools.evidence.workbook_sheet import (
    BLACK,
    ERROR,
    FORMULA,
    HIDDEN_TEXT,
    LEAST_SIZE,
    NO_DATE_HERE,
    RAISED,
    WHITE,
    Colour,
    Place,
    Sheet,
    is_same_colour,
    plain_decimal,
    show,
    write_runs,
)

MOST_CELLS = 5_000_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_LEAST_WIDTH = 0.3  # characters
_OF_RULES = "Clear the rule, or give the cells the format General and write in them what is meant."

_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TRUE = ("1", "true")
_PARTS = ("row", "col", "mergeCell", "sheetFormatPr", "filterColumn", "conditionalFormatting",
          "tablePart")  # fmt: skip
_CELL, _STRINGS = "{*}c", "{*}si"
_HARMLESS: dict[str, Any] = {"resolve_entities": False, "load_dtd": False, "no_network": True,
                             "remove_comments": True, "remove_pis": True}  # fmt: skip
_Item = TypeVar("_Item")


class TooFarError(ValueError):
    """A cell that stands further out than any table goes."""

    def __init__(self, row: int, column: int) -> None:
        super().__init__(row, column)
        self.row = row
        self.column = column


@dataclass(frozen=True)
class Style:
    """How cells of one style look.

    Arguments:
        code: the number format.
        struck: whether struck through.
        unseen: whether the letters are too small, or of the colour of the ground.
        by: where the letters stand: 1 above the line, -1 below it.
        ground: colour of the cell, None where it is not known.
        bare: whether the cell has no ground of its own.
    """

    code: NumberFormat
    struck: bool = False
    unseen: bool = False
    by: int = 0
    ground: Colour | None = WHITE
    bare: bool = True


@dataclass(frozen=True)
class Font:
    """What a font says: struck through, place of the letters, too small, colour."""

    struck: bool = False
    by: int = 0
    tiny: bool = False
    colour: Colour = BLACK


@dataclass(frozen=True)
class Runs:
    """What the runs of a text say.

    Arguments:
        doubt: of raised ones.
        fonts: of those that have their own.
        all_own: whether all have.
    """

    doubt: Doubt | None
    fonts: frozenset[Font]
    all_own: bool


@dataclass(frozen=True)
class Rule:
    """What a conditional format may do to cells: another number format, a line, no colour."""

    code: NumberFormat | None = None
    strikes: bool = False
    hides: bool = False
    grounds: bool = False


@dataclass
class Book:
    """What sheets share.

    Arguments:
        sheets: part of each sheet of cells, by its name, in the order of their tabs.
        hidden: names of sheets that are not shown.
        strings: shared texts.
        runs: by the place of a shared text, what its runs say.
        styles: by number.
        rules: what conditional formats do, by number.
        from_1904: whether days are counted from 1904.
    """

    sheets: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    strings: list[str] = field(default_factory=list)
    runs: dict[int, Runs] = field(default_factory=dict)
    styles: list[Style] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    from_1904: bool = False


def read_book(parts: dict[str, bytes]) -> Book:
    """What the parts of a package say beside the sheets themselves.

    Raises KeyError where the part that names the sheets is missing, and etree.XMLSyntaxError.
    """
    root = _parse(parts["xl/workbook.xml"])
    targets: dict[str, str] = {}
    by_kind: dict[str, str] = {}
    for link in _parse(parts["xl/_rels/workbook.xml.rels"]):
        target = posixpath.normpath(posixpath.join("/xl", link.get("Target", ""))).lstrip("/")
        targets[link.get("Id", "")] = target
        by_kind[link.get("Type", "").rpartition("/")[2]] = target
    book = Book()
    for item in root.iterfind(".//{*}workbookPr"):
        book.from_1904 = item.get("date1904") in _TRUE
    for item in root.iterfind(".//{*}sheet"):
        key = next((one for name, one in item.attrib.items() if str(name).endswith("}id")), "")
        part = targets.get(str(key), "")
        if "/worksheets/" in part and part in parts:
            book.sheets[item.get("name", "")] = part
            if item.get("state", "visible") != "visible":
                book.hidden.add(item.get("name", ""))
    if strings := parts.get(by_kind.get("sharedStrings", "")):
        events = etree.iterparse(io.BytesIO(strings), tag=_STRINGS, **_HARMLESS)
        for place, (_, item) in enumerate(events):
            text, runs = _rich(item)
            book.strings.append(text)
            if runs:
                book.runs[place] = runs
            item.clear()
            while item.getprevious() is not None:
                del item.getparent()[0]
    if styles := parts.get(by_kind.get("styles", "")):
        root = _parse(styles)
        book.styles = _styles(root)
        book.rules = [_rule(one) for one in root.iterfind("{*}dxfs/{*}dxf")]
    return book


def _parse(part: bytes) -> etree._Element:
    root: etree._Element = etree.fromstring(part, etree.XMLParser(**_HARMLESS))
    return root


def _rich(item: etree._Element) -> tuple[str, Runs | None]:
    """Text of a string that may be made of runs, without the readings above it."""
    texts: list[tuple[str, int]] = []
    fonts = set()
    all_own = True
    for child in item:
        name = etree.QName(child).localname
        if name == "t":
            texts.append((_unescaped(child.text or ""), 0))
            all_own = all_own and not texts[-1][0].strip()
        elif name == "r":
            text = _unescaped("".join(one.text or "" for one in child.iterfind("{*}t")))
            look = child.find("{*}rPr")
            font = Font() if look is None else _font(look)
            texts.append((text, font.by))
            if text.strip() and look is not None:
                fonts.add(font)
            elif text.strip():
                all_own = False
    text, doubt = write_runs(texts)
    return text, Runs(doubt, frozenset(fonts), all_own) if fonts else None


def _unescaped(text: str) -> str:
    if "_x" in text:
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text


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
    codes: dict[str, NumberFormat] = {}
    styles = []
    for style in root.iterfind("{*}cellXfs/{*}xf"):
        number = style.get("numFmtId", "0")
        code = declared.get(number)
        if code is None:
            code = BUILT_IN.get(int(number), "General") if number.isdecimal() else "General"
        if code not in codes:
            codes[code] = NumberFormat(code)
        font = _at(fonts, style.get("fontId"), Font())
        ground, bare = _at(grounds, style.get("fillId"), (WHITE, True))
        unseen = font.tiny or is_same_colour(font.colour, ground)
        styles.append(
            Style(codes[code], font.struck, unseen, font.by, ground, bare and not font.tiny)
        )
    return styles


def _font(item: etree._Element) -> Font:
    place = item.find("{*}vertAlign")
    by = {"superscript": 1, "subscript": -1}.get("" if place is None else place.get("val", ""), 0)
    size = item.find("{*}sz")
    tiny = size is not None and _number(size.get("val"), 11) <= LEAST_SIZE
    return Font(_is_on(item, "{*}strike"), by, tiny, _colour(item.find("{*}color")) or BLACK)


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


def _at(items: list[_Item], number: str | None, otherwise: _Item) -> _Item:
    place = int(number) if number is not None and number.isdecimal() else -1
    return items[place] if 0 <= place < len(items) else otherwise


def read_sheet(name: str, part: bytes, book: Book) -> Sheet:
    """Cells of a sheet.

    Arguments:
        name: of the sheet.
        part: its XML.
        book: what the sheets share.

    Raises etree.XMLSyntaxError, and TooFarError for a cell beyond five million others.
    """
    sheet = Sheet(name, hidden=name in book.hidden)
    styles = book.styles or [Style(NumberFormat("General"))]
    rows_hidden = rows_flat = False
    has_tables = False
    rules: list[etree._Element] = []
    number = 0
    events = etree.iterparse(
        io.BytesIO(part), events=("end",), tag=[f"{{*}}{one}" for one in _PARTS], **_HARMLESS
    )
    for _, element in events:
        what = etree.QName(element).localname
        if what == "row":
            given = element.get("r", "")
            number = int(given) if given.isdecimal() and int(given) else number + 1
            if number > LAST_ROW:
                raise TooFarError(number, 1)
            while len(sheet.records) < number - 1:
                sheet.records.append([])
            record = _record(element, number, book, styles, sheet)
            if number <= len(sheet.records):
                sheet.records[number - 1] = record  # a row twice: the later one is shown
            else:
                sheet.records.append(record)
            hidden = element.get("hidden")
            height = element.get("ht")
            flat = rows_flat if height is None else _number(height, 15) < LEAST_SIZE
            if hidden in _TRUE or flat or (rows_hidden and hidden is None):
                sheet.hidden_rows.add(number)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        elif what == "col":
            if element.get("hidden") in _TRUE or _number(element.get("width"), 9) < _LEAST_WIDTH:
                low, high = _number(element.get("min")), _number(element.get("max"))
                sheet.hidden_columns.update(range(int(low) - 1, min(int(high), LAST_COLUMN)))
        elif what == "mergeCell":
            ends = [_place(one) for one in element.get("ref", "").split(":")]
            if len(ends) == 2 and ends[0] and ends[1]:
                sheet.merged.append((*ends[0], *ends[1]))
        elif what == "sheetFormatPr":
            rows_hidden = element.get("zeroHeight") in _TRUE
            rows_flat = _number(element.get("defaultRowHeight"), 15) < LEAST_SIZE
        elif what == "filterColumn":
            sheet.filtered = True
        elif what == "conditionalFormatting":
            rules.append(element)
        else:
            has_tables = True
    if has_tables:  # their style may give cells another ground
        sheet.unseen -= sheet.on_bare
    _apply_rules(sheet, rules, book)
    return sheet


def _apply_rules(sheet: Sheet, formats: list[etree._Element], book: Book) -> None:
    """Keep what conditional formats may do; whether their conditions hold is not known.

    Raises ValueError where they cover more cells than any sheet has.
    """
    left = 2 * MOST_CELLS
    for item in formats:
        area = item.get("sqref") or item.findtext("{*}sqref") or ""
        for rule in {_rule_of(one, book) for one in item.iterfind("{*}cfRule")} - {Rule()}:
            for row, column in _filled(sheet, area):
                left -= 1
                if left < 0:
                    raise ValueError("its conditional formats cover too many cells")
                place = (row, column)
                if rule.strikes:
                    sheet.may_be_struck.add(place)
                if rule.hides:
                    sheet.may_be_unseen.add(place)
                elif rule.grounds:  # then white letters may be there to be seen
                    sheet.unseen -= {place} & sheet.on_bare
                if rule.code is not None:
                    doubt = _rule_doubt(sheet, place, rule.code, book.from_1904)
                    if doubt:
                        sheet.doubts.setdefault(place, doubt)


def _rule_of(item: etree._Element, book: Book) -> Rule:
    own = item.find("{*}dxf")  # of the extension of 2009; others have a number
    if own is not None:
        return _rule(own)
    if item.get("type") in ("colorScale", "dataBar"):
        return Rule(grounds=True)
    return _at(book.rules, item.get("dxfId"), Rule())


def _filled(sheet: Sheet, area: str) -> Iterator[Place]:
    for one in area.split():
        ends = [_place(end) for end in one.split(":")]
        first, last = ends[0], ends[-1]
        if not first or not last:
            continue
        for row in range(max(first[0], 1), min(last[0], len(sheet.records)) + 1):
            record = sheet.records[row - 1]
            for column in range(first[1], min(last[1] + 1, len(record))):
                if record[column].strip():
                    yield row, column


def _rule_doubt(sheet: Sheet, place: Place, code: NumberFormat, from_1904: bool) -> Doubt | None:
    text = sheet.records[place[0] - 1][place[1]]
    stored = parse_decimal(sheet.exact.get(place, text))
    if stored is None:
        same, seen = code.show_text(text) == text, code.show_text(text)
    else:
        shown = code.show(stored, from_1904)
        same = not shown.date and shown.value is not None and same_number(shown.value, stored)
        seen, text = shown.text, plain_decimal(stored)
    if same:
        return None
    what = f"may be shown as {quote_value(seen)} by a conditional format, but holds {text}"
    return Doubt(what, _OF_RULES, "data.shown-otherwise")


def _record(
    row: etree._Element, number: int, book: Book, styles: list[Style], sheet: Sheet
) -> list[str]:
    record: list[str] = []
    place = -1
    for cell in row.iterchildren(_CELL):
        letters = cell.get("r", "").rstrip("0123456789")
        named = letters.isascii() and letters.isalpha() and letters.isupper()
        place = _column(letters) if named else place + 1
        # Rows are as long as their last cell: one in the far corner would ask for millions.
        if place >= LAST_COLUMN or number * (place + 1) > MOST_CELLS:
            raise TooFarError(number, place + 1)
        while len(record) < place:
            record.append("")
        text = _text(cell, (number, place), book, styles, sheet)
        if place < len(record):
            record[place] = text
        else:
            record.append(text)
    return record


def _text(cell: etree._Element, place: Place, book: Book, styles: list[Style], sheet: Sheet) -> str:
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
    style = _at(styles, cell.get("s", "0"), styles[0])
    struck, unseen, runs = style.struck, style.unseen, None
    if kind in ("s", "inlineStr", "str"):
        text = raw
        if kind == "s":
            text = _shared(book, raw)
            runs = book.runs.get(int(raw)) if book.runs else None
        elif inline is not None:
            text, runs = _rich(inline)
        if runs is not None:
            struck = struck or any(font.struck for font in runs.fonts)
            # where all letters have colours of their own, that of the cell is not used
            unseen = (unseen and not runs.all_own) or any(
                font.tiny or is_same_colour(font.colour, style.ground) for font in runs.fonts
            )
            if runs.doubt:
                sheet.doubts[place] = runs.doubt
        elif style.by and text.strip():
            text, doubt = write_runs([(text, style.by)])
            if doubt:
                sheet.doubts[place] = doubt
        if text and not style.code.general:
            text = _seen_text(style.code, text, place, sheet)
    elif kind == "b":
        text = {"1": "true", "0": "false"}.get(raw, raw)
    elif kind == "e":
        text = raw
        sheet.doubts[place] = ERROR
    elif kind == "d":
        text = raw.replace("T", " ").removesuffix(" 00:00:00")
        sheet.doubts[place] = NO_DATE_HERE
    elif not raw.strip():
        text = "=" if formula else ""
        if formula:
            sheet.doubts[place] = FORMULA
    elif raw.isdigit() and len(raw) < 16 and style.code.plain:
        text = str(int(raw))
    else:
        stored = parse_decimal(raw)
        text = raw
        if stored is not None:
            text = show(sheet, place, raw, stored, style.code, book.from_1904)
    if style.by and kind not in ("s", "inlineStr", "str") and text.strip():
        sheet.doubts[place] = RAISED
    if (struck or unseen) and text.strip():
        (sheet.struck if struck else sheet.unseen).add(place)
        if style.bare and not (runs and any(font.tiny for font in runs.fonts)):
            sheet.on_bare.add(place)
    return text


def _shared(book: Book, raw: str) -> str:
    try:
        return book.strings[int(raw)]
    except IndexError:
        raise ValueError(f"it has no text number {raw}") from None


def _seen_text(code: NumberFormat, text: str, place: Place, sheet: Sheet) -> str:
    seen = code.show_text(text)
    if text.strip() and not seen.strip():
        sheet.doubts[place] = HIDDEN_TEXT
        return text
    return seen


def _number(text: str | None, otherwise: float = 0.0) -> float:
    try:
        return otherwise if text is None else float(text)
    except ValueError:
        return otherwise


def _place(reference: str) -> Place | None:
    match = _REFERENCE.fullmatch(reference)
    return (int(match[2]), _column(match[1])) if match else None


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """Number of a column, A being 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
