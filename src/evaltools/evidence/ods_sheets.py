"""Sheets of an .ods, whose cells keep both what they store and what they show.

Read from OpenDocument 1.3 part 3, 9 and 19. The text of a cell is what the spreadsheet program
showed when it saved it; where no reading of that text gives the stored value, it is in doubt.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lxml import etree

from evaltools.documents.spreadsheets.number_formats import Shown, parse_decimal, same_number
from evaltools.evidence.numerals import (
    AmbiguousNumeralError,
    NumeralError,
    parse_numeral,
    write_unambiguously,
)
from evaltools.evidence.workbook_sheet import (
    ERROR,
    FORMULA,
    LEAST_SIZE,
    NO_DATE_HERE,
    RAISED,
    WHITE,
    Colour,
    Sheet,
    differs_as_shown,
    is_same_colour,
    plain_decimal,
    write_runs,
)

_NAMES = "urn:oasis:names:tc:opendocument:xmlns"
_TABLE, _OFFICE, _TEXT, _STYLE = (
    f"{{{_NAMES}:{one}:1.0}}" for one in ("table", "office", "text", "style")
)
_FO = f"{{{_NAMES}:xsl-fo-compatible:1.0}}"
_POINTS = {"pt": 1.0, "pc": 12.0, "in": 72.0, "cm": 72 / 2.54, "mm": 7.2 / 2.54, "px": 0.75}
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_HARMLESS: dict[str, Any] = {"resolve_entities": False, "load_dtd": False, "no_network": True,
                             "remove_comments": True, "remove_pis": True}  # fmt: skip
_SURE_DIGITS = 9  # in the format General the width of the cell decides how many are shown


@dataclass
class _Style:
    """What one style says by itself; None where it says nothing."""

    struck: bool | None = None
    by: int | None = None
    size: float | None = None
    colour: Colour | None = None
    ground: Colour | None = None


_WINDOW = "window"  # whatever can be seen on the ground
_PLAIN = _Style(False, 0, 10.0, _WINDOW, WHITE)


@dataclass
class _StyleTable:
    """What styles say: by their name."""

    parents: dict[str, str] = field(default_factory=dict)
    own: dict[str, _Style] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    flat: set[str] = field(default_factory=set)
    known: dict[tuple[str | None, ...], _Style] = field(default_factory=dict)

    def of(self, *names: str | None) -> _Style:
        """The look that styles within each other give, the innermost first."""
        if names not in self.known:
            style = _Style()
            for outer in names:
                name, seen = outer, set[str]()
                while name and name not in seen:
                    style = _complete(style, self.own.get(name, _Style()))
                    seen.add(name)
                    name = self.parents.get(name)
            self.known[names] = _complete(style, _PLAIN)
        return self.known[names]


def _complete(look: _Style, other: _Style) -> _Style:
    return _Style(
        look.struck if look.struck is not None else other.struck,
        look.by if look.by is not None else other.by,
        look.size if look.size is not None else other.size,
        look.colour if look.colour is not None else other.colour,
        look.ground if look.ground is not None else other.ground,
    )


def _points(length: str | None) -> float | None:
    match = re.fullmatch(r"([0-9]*\.?[0-9]+)([a-z]{2})", length or "")
    return float(match[1]) * _POINTS[match[2]] if match and match[2] in _POINTS else None


def _colour(text: str | None) -> Colour | None:
    if text == "transparent":
        return WHITE
    if not text or not re.fullmatch("#[0-9A-Fa-f]{6}", text):
        return None
    return (int(text[1:3], 16), int(text[3:5], 16), int(text[5:], 16))


def _shift(position: str | None) -> int | None:
    """Where letters stand: `super 58%`, `-33% 58%`, `0% 100%`."""
    if not position:
        return None
    first = position.split()[0] if position.split() else ""
    if first in ("super", "sub"):
        return 1 if first == "super" else -1
    match = re.fullmatch(r"(-?)([0-9]*\.?[0-9]+)%", first)
    return 0 if not match or not float(match[2]) else -1 if match[1] else 1


def read_sheets(parts: dict[str, bytes]) -> dict[str, Sheet]:
    """Sheets of the package, by name.

    Raises etree.XMLSyntaxError, and ValueError for a repetition that is no number.
    """
    looks = _StyleTable()
    for part in ("styles.xml", "content.xml"):
        if part in parts:
            _read_styles(parts[part], looks)
    sheets: dict[str, Sheet] = {}
    tags = [f"{_TABLE}{one}" for one in ("table", "table-column", "table-row")]
    open_tables: list[_SheetBuilder] = []
    for event, element in _events(parts["content.xml"], tags):
        is_table = element.tag == tags[0]
        if event == "start":
            if is_table:  # a table in a cell of another one is no sheet
                open_tables.append(_SheetBuilder(_new_sheet(element, looks)))
            continue
        filling = open_tables[-1]
        if is_table:
            open_tables.pop()
            if not open_tables:
                sheets[filling.sheet.name] = filling.sheet
        elif element.tag == tags[1]:
            filling.add_column(element, looks)
        else:
            filling.add_row(element, looks)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return sheets


def _events(part: bytes, tags: list[str]) -> Iterator[Any]:
    return iter(etree.iterparse(io.BytesIO(part), events=("start", "end"), tag=tags, **_HARMLESS))


def _read_styles(part: bytes, looks: _StyleTable) -> None:
    body = f"{_OFFICE}body"
    for event, style in _events(part, [f"{_STYLE}style", body]):
        if style.tag == body:
            return
        if event == "start":
            continue
        name = style.get(f"{_STYLE}name", "")
        parent = style.get(f"{_STYLE}parent-style-name")
        if parent:
            looks.parents[name] = parent
        look = _Style()
        for text in style.iterfind(f"{_STYLE}text-properties"):
            line = text.get(f"{_STYLE}text-line-through-style")
            kind = text.get(f"{_STYLE}text-line-through-type")
            if line is not None or kind is not None:
                look.struck = "none" not in (line, kind)
            look.by = _shift(text.get(f"{_STYLE}text-position"))
            look.size = _points(text.get(f"{_FO}font-size"))
            look.colour = _colour(text.get(f"{_FO}color"))
            if text.get(f"{_STYLE}use-window-font-color") == "true":
                look.colour = _WINDOW
        for cell in style.iterfind(f"{_STYLE}table-cell-properties"):
            look.ground = _colour(cell.get(f"{_FO}background-color"))
        looks.own[name] = look
        for item in style:
            extent = _points(item.get(f"{_STYLE}row-height") or item.get(f"{_STYLE}column-width"))
            fitted = item.get(f"{_STYLE}use-optimal-row-height") == "true"
            if extent is not None and extent < LEAST_SIZE and not fitted:
                looks.flat.add(name)
        for table in style.iterfind(f"{_STYLE}table-properties"):
            if table.get(f"{_TABLE}display") == "false":
                looks.hidden.add(name)


def _new_sheet(table: etree._Element, looks: _StyleTable) -> Sheet:
    return Sheet(
        table.get(f"{_TABLE}name", ""), hidden=table.get(f"{_TABLE}style-name") in looks.hidden
    )


@dataclass
class _SheetBuilder:
    """A sheet while its columns and rows come in."""

    sheet: Sheet
    columns: int = 0
    styles: dict[int, str | None] = field(default_factory=dict)  # of cells that name none
    pending: int = 0  # empty rows are only rows where something stands below them

    def add_column(self, item: etree._Element, looks: _StyleTable) -> None:
        count = int(item.get(f"{_TABLE}number-columns-repeated", "1"))
        reach = range(self.columns, min(self.columns + count, 16_384))
        flat = item.get(f"{_TABLE}style-name") in looks.flat
        if flat or item.get(f"{_TABLE}visibility") in ("collapse", "filter"):
            self.sheet.hidden_columns.update(reach)
        if name := item.get(f"{_TABLE}default-cell-style-name"):
            self.styles.update(dict.fromkeys(reach, name))
        self.columns += count

    def add_row(self, row: etree._Element, looks: _StyleTable) -> None:
        count = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        if not any(_has_content(cell) for cell in row):
            self.pending += count
            return
        sheet = self.sheet
        sheet.records.extend([] for _ in range(self.pending))
        self.pending = 0
        hidden = row.get(f"{_TABLE}visibility")
        flat = row.get(f"{_TABLE}style-name") in looks.flat
        for _ in range(count):
            number = len(sheet.records) + 1
            sheet.records.append(_record(row, number, looks, self))
            if flat or hidden in ("collapse", "filter"):
                sheet.hidden_rows.add(number)
                sheet.filtered = sheet.filtered or hidden == "filter"


def _has_content(cell: etree._Element) -> bool:
    return cell.get(f"{_OFFICE}value-type") is not None or (
        cell.get(f"{_TABLE}formula") is not None or cell.find(f"{_TEXT}p") is not None
    )


def _record(
    row: etree._Element, number: int, looks: _StyleTable, filling: _SheetBuilder
) -> list[str]:
    sheet = filling.sheet
    of_row = row.get(f"{_TABLE}default-cell-style-name")
    record: list[str] = []
    pending = 0
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        count = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        down = int(cell.get(f"{_TABLE}number-rows-spanned", "1"))
        right = int(cell.get(f"{_TABLE}number-columns-spanned", "1"))
        if not _has_content(cell) or cell.tag.endswith("}covered-table-cell"):
            pending += count
            continue
        record.extend("" for _ in range(pending))
        pending = 0
        for _ in range(count):
            place = (number, len(record))
            style = cell.get(f"{_TABLE}style-name") or of_row or filling.styles.get(place[1])
            runs = [list(_runs(line, (style,), looks)) for line in cell.iterfind(f"{_TEXT}p")]
            text = _text(cell, place, sheet, runs)
            record.append(text)
            seen = [look for line in runs for piece, look in line if piece.strip()]
            if not seen and text.strip():
                seen = [looks.of(style)]
            ground = looks.of(style).ground
            if any(look.struck for look in seen):
                sheet.struck.add(place)
            elif any(_is_unseen(look, ground) for look in seen):
                sheet.unseen.add(place)
            if down > 1 or right > 1:
                sheet.merged.append((*place, number + down - 1, place[1] + right - 1))
    return record


def _is_unseen(look: _Style, ground: Colour | None) -> bool:
    small = look.size is not None and look.size <= LEAST_SIZE
    return small or is_same_colour(look.colour, ground)


def _text(
    cell: etree._Element,
    place: tuple[int, int],
    sheet: Sheet,
    runs: list[list[tuple[str, _Style]]],
) -> str:
    written = [write_runs([(text, look.by or 0) for text, look in line]) for line in runs]
    text = _stored_value(cell, place, sheet, [line for line, _ in written])
    if doubts := [doubt for _, doubt in written if doubt]:
        stored = cell.get(f"{_OFFICE}value-type", "string") != "string"
        sheet.doubts[place] = RAISED if stored or RAISED in doubts else doubts[0]
    return text


def _stored_value(
    cell: etree._Element, place: tuple[int, int], sheet: Sheet, lines: list[str]
) -> str:
    kind = cell.get(f"{_OFFICE}value-type")
    seen = "\n".join(lines)
    if cell.get(f"{_CALC}value-type") == "error":
        sheet.doubts[place] = ERROR
        return seen
    if kind in ("float", "currency", "percentage"):
        raw = cell.get(f"{_OFFICE}value", "")
        stored = parse_decimal(raw)
        return seen if stored is None else _number(sheet, place, raw, stored, lines)
    if kind == "date":
        return _date(sheet, place, cell.get(f"{_OFFICE}date-value", ""), lines)
    if kind == "time":
        sheet.doubts[place] = differs_as_shown(Shown(seen), cell.get(f"{_OFFICE}time-value", ""))
        return seen
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value", "")
    if kind is None and not seen and cell.get(f"{_TABLE}formula") is not None:
        sheet.doubts[place] = FORMULA
        return "="
    return seen


def _runs(
    item: etree._Element, names: tuple[str | None, ...], looks: _StyleTable
) -> Iterator[tuple[str, _Style]]:
    """Texts of a paragraph and their looks, without notes that hang on the cell."""
    look = looks.of(*names)
    yield item.text or "", look
    for child in item:
        name = etree.QName(child).localname
        if name == "s":
            yield " " * min(int(child.get(f"{_TEXT}c", "1")), 100), look
        elif name == "tab":
            yield "\t", look
        elif name == "line-break":
            yield "\n", look
        elif name in ("span", "a"):
            own = child.get(f"{_TEXT}style-name")
            yield from _runs(child, (own, *names) if own else names, looks)
        yield child.tail or "", look


def _number(
    sheet: Sheet, place: tuple[int, int], raw: str, stored: Decimal, lines: list[str]
) -> str:
    if not lines:  # written by a program that keeps no texts: nothing else is known
        return sheet.put_general(place, raw, stored)
    seen = "\n".join(lines).strip()
    readings = [parse_decimal(one) for one in _readings(seen)]
    fits = [one for one in readings if one is not None and _shows(one, stored)]
    if not fits:
        dash = seen.strip("€ ") in ("-", "–") and stored == 0
        if not dash:
            return sheet.put_number(place, raw, stored, Shown(seen))
    number = stored if not fits or not same_number(fits[0], stored) else fits[0]
    text = plain_decimal(number)
    sheet.exact[place] = write_unambiguously(text)
    return seen if seen.isdigit() else text


def _readings(seen: str) -> list[str]:
    """Numbers that a text can be read as, by point or by comma for decimals."""
    bare = seen.replace("\u2212", "-")
    if match := re.fullmatch(r"\((.*)\)", bare):
        bare = f"-{match[1]}"
    if re.fullmatch(r"-?[0-9]+(?:[.,][0-9]+)?E[+-]?[0-9]+", bare):
        return [bare.replace(",", ".")]
    try:
        return [parse_numeral(bare)]
    except AmbiguousNumeralError as error:
        return [one.replace(",", ".") for one in error.readings]
    except NumeralError:
        return []


def _shows(seen: Decimal, stored: Decimal) -> bool:
    if same_number(seen, stored):
        return True
    digits = len(seen.as_tuple().digits)
    if digits < _SURE_DIGITS:
        return False
    exponent = seen.as_tuple().exponent
    return isinstance(exponent, int) and abs(seen - stored) <= Decimal(5).scaleb(exponent - 1)


def _date(sheet: Sheet, place: tuple[int, int], stored: str, lines: list[str]) -> str:
    day, _, time = stored.partition("T")
    seen = "\n".join(lines)
    year, month, number = ([*day.split("-"), "", ""])[:3]
    del month  # it may be shown by its name
    groups = {one.lstrip("0") for one in re.findall(r"[0-9]+", seen)}
    is_complete = not lines or (
        number.lstrip("0") in groups and bool({year, year[2:].lstrip("0")} & groups)
    )
    sheet.doubts[place] = NO_DATE_HERE if is_complete else differs_as_shown(Shown(seen), day)
    shows_time = time.strip("0:.") and (":" in seen or not lines)
    return f"{day} {time}" if shows_time else day
