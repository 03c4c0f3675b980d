"""Sheets of an .xlsx: what its XML says of cells, their formats, rows and columns.

Read by hand from ECMA-376 part 1, 18.3 and 18.8, since what a person sees of a cell stands in
four places: its value, the format of its style, the font of that style, and the row and column.
"""

from __future__ import annotations

import io
import posixpath
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from lxml import etree

from evaltools.evidence.number_formats import BUILT_IN, NumberFormat, decimal_of
from evaltools.evidence.workbook_sheet import (
    ERROR,
    FORMULA,
    HIDDEN_TEXT,
    NO_DATE_HERE,
    Place,
    Sheet,
    show,
)

MOST_CELLS = 5_000_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

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
    """How cells of one style look: number format, struck through, white on white."""

    code: NumberFormat
    struck: bool = False
    unseen: bool = False


@dataclass
class Book:
    """What sheets share.

    Arguments:
        sheets: part of each sheet of cells, by its name, in the order of their tabs.
        hidden: names of sheets that are not shown.
        strings: shared texts.
        struck: places of those that are struck through, in whole or in part.
        styles: by number.
        from_1904: whether days are counted from 1904.
    """

    sheets: dict[str, str] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    strings: list[str] = field(default_factory=list)
    struck: set[int] = field(default_factory=set)
    styles: list[Style] = field(default_factory=list)
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
            text, struck = _rich(item)
            book.strings.append(text)
            if struck:
                book.struck.add(place)
            item.clear()
            while item.getprevious() is not None:
                del item.getparent()[0]
    if styles := parts.get(by_kind.get("styles", "")):
        book.styles = _styles(_parse(styles))
    return book


def _parse(part: bytes) -> etree._Element:
    root: etree._Element = etree.fromstring(part, etree.XMLParser(**_HARMLESS))
    return root


def _rich(item: etree._Element) -> tuple[str, bool]:
    """Text of a string that may be made of runs, without the readings above it."""
    texts = []
    struck = False
    for child in item:
        name = etree.QName(child).localname
        if name == "t":
            texts.append(child.text or "")
        elif name == "r":
            text = "".join(one.text or "" for one in child.iterfind("{*}t"))
            texts.append(text)
            struck = struck or (bool(text.strip()) and _is_on(child, "{*}rPr/{*}strike"))
    text = "".join(texts)
    if "_x" in text:
        text = _ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return text, struck


def _is_on(item: etree._Element, path: str) -> bool:
    found = item.find(path)
    return found is not None and found.get("val", "1") in _TRUE


def _styles(root: etree._Element) -> list[Style]:
    declared = {
        item.get("numFmtId"): item.get("formatCode", "")
        for item in root.iterfind("{*}numFmts/{*}numFmt")
    }
    fonts = [
        (_is_on(font, "{*}strike"), _is_white(font)) for font in root.iterfind("{*}fonts/{*}font")
    ]
    bare = [
        fill.find("{*}gradientFill") is None
        and all(one.get("patternType", "none") == "none" for one in fill)
        for fill in root.iterfind("{*}fills/{*}fill")
    ]
    codes: dict[str, NumberFormat] = {}
    styles = []
    for style in root.iterfind("{*}cellXfs/{*}xf"):
        number = style.get("numFmtId", "0")
        code = declared.get(number)
        if code is None:
            code = BUILT_IN.get(int(number), "General") if number.isdecimal() else "General"
        if code not in codes:
            codes[code] = NumberFormat(code)
        struck, white = _at(fonts, style.get("fontId"), (False, False))
        styles.append(Style(codes[code], struck, white and _at(bare, style.get("fillId"), True)))
    return styles


def _is_white(font: etree._Element) -> bool:
    color = font.find("{*}color")
    if color is None:
        return False
    return color.get("rgb", "").upper() == "FFFFFFFF" or (
        color.get("theme") == "0" and not float(color.get("tint", "0") or 0)
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
    rows_hidden = False
    own_colours = True
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
            no_height = element.get("ht") is not None and _number(element.get("ht")) == 0
            if hidden in _TRUE or no_height or (rows_hidden and hidden is None):
                sheet.hidden_rows.add(number)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
        elif what == "col":
            if element.get("hidden") in _TRUE or _number(element.get("width", "9")) == 0:
                low, high = _number(element.get("min")), _number(element.get("max"))
                sheet.hidden_columns.update(range(int(low) - 1, min(int(high), LAST_COLUMN)))
        elif what == "mergeCell":
            ends = [_place(one) for one in element.get("ref", "").split(":")]
            if len(ends) == 2 and ends[0] and ends[1]:
                sheet.merged.append((*ends[0], *ends[1]))
        elif what == "sheetFormatPr":
            rows_hidden = element.get("zeroHeight") in _TRUE
        elif what == "filterColumn":
            sheet.filtered = True
        else:
            own_colours = False  # a rule or a table style may give the cells another ground
    if not own_colours:
        sheet.unseen.clear()
    return sheet


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
    struck = style.struck
    if kind in ("s", "inlineStr", "str"):
        text = raw
        if kind == "s":
            text = _shared(book, raw)
            struck = struck or (bool(book.struck) and raw.isdecimal() and int(raw) in book.struck)
        elif inline is not None:
            text, partly = _rich(inline)
            struck = struck or partly
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
        stored = decimal_of(raw)
        text = raw
        if stored is not None:
            text = show(sheet, place, raw, stored, style.code, book.from_1904)
    if (struck or style.unseen) and text.strip():
        (sheet.struck if struck else sheet.unseen).add(place)
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


def _number(text: str | None) -> float:
    try:
        return float(text or "0")
    except ValueError:
        return 1.0


def _place(reference: str) -> Place | None:
    found = _REFERENCE.fullmatch(reference)
    return (int(found[2]), _column(found[1])) if found else None


@lru_cache(maxsize=1024)
def _column(letters: str) -> int:
    """Number of a column, A being 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
