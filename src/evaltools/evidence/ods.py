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

from evaltools.evidence.number_formats import Shown, decimal_of, same_number
from evaltools.evidence.numerals import Ambiguous, NotANumeral, canonical, unambiguous
from evaltools.evidence.workbook_sheet import (
    ERROR,
    FORMULA,
    NO_DATE_HERE,
    Sheet,
    plain,
    shown_otherwise,
)

_NAMES = "urn:oasis:names:tc:opendocument:xmlns"
_TABLE, _OFFICE, _TEXT, _STYLE = (
    f"{{{_NAMES}:{one}:1.0}}" for one in ("table", "office", "text", "style")
)
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_HARMLESS: dict[str, Any] = {"resolve_entities": False, "load_dtd": False, "no_network": True,
                             "remove_comments": True, "remove_pis": True}  # fmt: skip
_SURE_DIGITS = 9  # in the format General the width of the cell decides how many are shown


@dataclass
class _Looks:
    """What styles say: by their name."""

    parents: dict[str, str] = field(default_factory=dict)
    struck: dict[str, bool] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)

    def is_struck(self, name: str | None) -> bool:
        seen: set[str] = set()
        while name and name not in seen:
            if name in self.struck:
                return self.struck[name]
            seen.add(name)
            name = self.parents.get(name)
        return False


def read_sheets(parts: dict[str, bytes]) -> dict[str, Sheet]:
    """Sheets of the package, by name.

    Raises etree.XMLSyntaxError, and ValueError for a repetition that is no number.
    """
    looks = _Looks()
    for part in ("styles.xml", "content.xml"):
        if part in parts:
            _read_looks(parts[part], looks)
    sheets: dict[str, Sheet] = {}
    tags = [f"{_TABLE}{one}" for one in ("table", "table-column", "table-row")]
    open_tables: list[_Filling] = []
    for event, element in _events(parts["content.xml"], tags):
        is_table = element.tag == tags[0]
        if event == "start":
            if is_table:  # a table in a cell of another one is no sheet
                open_tables.append(_Filling(_new_sheet(element, looks)))
            continue
        filling = open_tables[-1]
        if is_table:
            open_tables.pop()
            if not open_tables:
                sheets[filling.sheet.name] = filling.sheet
        elif element.tag == tags[1]:
            filling.add_column(element)
        else:
            filling.add_row(element, looks)
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    return sheets


def _events(part: bytes, tags: list[str]) -> Iterator[Any]:
    return iter(etree.iterparse(io.BytesIO(part), events=("start", "end"), tag=tags, **_HARMLESS))


def _read_looks(part: bytes, looks: _Looks) -> None:
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
        for text in style.iterfind(f"{_STYLE}text-properties"):
            line = text.get(f"{_STYLE}text-line-through-style")
            kind = text.get(f"{_STYLE}text-line-through-type")
            if line is not None or kind is not None:
                looks.struck[name] = "none" not in (line, kind)
        for table in style.iterfind(f"{_STYLE}table-properties"):
            if table.get(f"{_TABLE}display") == "false":
                looks.hidden.add(name)


def _new_sheet(table: etree._Element, looks: _Looks) -> Sheet:
    return Sheet(
        table.get(f"{_TABLE}name", ""), hidden=table.get(f"{_TABLE}style-name") in looks.hidden
    )


@dataclass
class _Filling:
    """A sheet while its columns and rows come in."""

    sheet: Sheet
    columns: int = 0
    pending: int = 0  # empty rows are only rows where something stands below them

    def add_column(self, item: etree._Element) -> None:
        count = int(item.get(f"{_TABLE}number-columns-repeated", "1"))
        if item.get(f"{_TABLE}visibility") in ("collapse", "filter"):
            end = min(self.columns + count, 16_384)
            self.sheet.hidden_columns.update(range(self.columns, end))
        self.columns += count

    def add_row(self, row: etree._Element, looks: _Looks) -> None:
        count = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        if not any(_has_content(cell) for cell in row):
            self.pending += count
            return
        sheet = self.sheet
        sheet.records.extend([] for _ in range(self.pending))
        self.pending = 0
        hidden = row.get(f"{_TABLE}visibility")
        for _ in range(count):
            number = len(sheet.records) + 1
            sheet.records.append(_record(row, number, looks, sheet))
            if hidden in ("collapse", "filter"):
                sheet.hidden_rows.add(number)
                sheet.filtered = sheet.filtered or hidden == "filter"


def _has_content(cell: etree._Element) -> bool:
    return cell.get(f"{_OFFICE}value-type") is not None or (
        cell.get(f"{_TABLE}formula") is not None or cell.find(f"{_TEXT}p") is not None
    )


def _record(row: etree._Element, number: int, looks: _Looks, sheet: Sheet) -> list[str]:
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
            text = _text(cell, place, sheet)
            record.append(text)
            if text.strip() and _struck(cell, looks):
                sheet.struck.add(place)
            if down > 1 or right > 1:
                sheet.merged.append((*place, number + down - 1, place[1] + right - 1))
    return record


def _struck(cell: etree._Element, looks: _Looks) -> bool:
    names = [cell.get(f"{_TABLE}style-name")]
    names += [span.get(f"{_TEXT}style-name") for span in cell.iter(f"{_TEXT}span")]
    return any(looks.is_struck(name) for name in names)


def _text(cell: etree._Element, place: tuple[int, int], sheet: Sheet) -> str:
    kind = cell.get(f"{_OFFICE}value-type")
    lines = ["".join(_pieces(line)) for line in cell.iterfind(f"{_TEXT}p")]
    seen = "\n".join(lines)
    if cell.get(f"{_CALC}value-type") == "error":
        sheet.doubts[place] = ERROR
        return seen
    if kind in ("float", "currency", "percentage"):
        raw = cell.get(f"{_OFFICE}value", "")
        stored = decimal_of(raw)
        return seen if stored is None else _number(sheet, place, raw, stored, lines)
    if kind == "date":
        return _date(sheet, place, cell.get(f"{_OFFICE}date-value", ""), lines)
    if kind == "time":
        sheet.doubts[place] = shown_otherwise(Shown(seen), cell.get(f"{_OFFICE}time-value", ""))
        return seen
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value", "")
    if kind is None and not seen and cell.get(f"{_TABLE}formula") is not None:
        sheet.doubts[place] = FORMULA
        return "="
    return seen


def _pieces(item: etree._Element) -> Iterator[str]:
    """Text of a paragraph, without notes that hang on the cell."""
    yield item.text or ""
    for child in item:
        name = etree.QName(child).localname
        if name == "s":
            yield " " * min(int(child.get(f"{_TEXT}c", "1")), 100)
        elif name == "tab":
            yield "\t"
        elif name == "line-break":
            yield "\n"
        elif name in ("span", "a"):
            yield from _pieces(child)
        yield child.tail or ""


def _number(
    sheet: Sheet, place: tuple[int, int], raw: str, stored: Decimal, lines: list[str]
) -> str:
    if not lines:  # written by a program that keeps no texts: nothing else is known
        return sheet.put_general(place, raw, stored)
    seen = "\n".join(lines).strip()
    readings = [decimal_of(one) for one in _readings(seen)]
    fits = [one for one in readings if one is not None and _shows(one, stored)]
    if not fits:
        dash = seen.strip("€ ") in ("-", "–") and stored == 0
        if not dash:
            return sheet.put_number(place, raw, stored, Shown(seen))
    number = stored if not fits or not same_number(fits[0], stored) else fits[0]
    text = plain(number)
    sheet.exact[place] = unambiguous(text)
    return seen if seen.isdigit() else text


def _readings(seen: str) -> list[str]:
    """Numbers that a text can be read as, by point or by comma for decimals."""
    bare = seen.replace("\u2212", "-")
    if found := re.fullmatch(r"\((.*)\)", bare):
        bare = f"-{found[1]}"
    if re.fullmatch(r"-?[0-9]+(?:[.,][0-9]+)?E[+-]?[0-9]+", bare):
        return [bare.replace(",", ".")]
    try:
        return [canonical(bare)]
    except Ambiguous as error:
        return [one.replace(",", ".") for one in error.readings]
    except NotANumeral:
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
    whole = not lines or (
        number.lstrip("0") in groups and bool({year, year[2:].lstrip("0")} & groups)
    )
    sheet.doubts[place] = NO_DATE_HERE if whole else shown_otherwise(Shown(seen), day)
    shows_time = time.strip("0:.") and (":" in seen or not lines)
    return f"{day} {time}" if shows_time else day
