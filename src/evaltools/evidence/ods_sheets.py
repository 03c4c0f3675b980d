"""Sheets of an .ods as tables: cells keep both what they store and what they show.

The text of a cell is what the spreadsheet program showed when it saved it; where no reading of that
text gives the stored value, it is in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from lxml import etree

from evaltools.documents.odf.content import points, style_chain
from evaltools.documents.spreadsheets import ods_parts
from evaltools.documents.spreadsheets.number_formats import Shown, parse_decimal, same_number
from evaltools.documents.spreadsheets.ods_parts import FO, OFFICE, STYLE, TABLE, TEXT
from evaltools.documents.spreadsheets.xlsx_parts import (
    LAST_ROW,
    LEAST_SIZE,
    WHITE,
    Colour,
    forget,
    is_same_colour,
)
from evaltools.evidence.numerals import (
    AmbiguousNumeralError,
    NumeralError,
    parse_numeral,
    write_unambiguously,
)
from evaltools.evidence.workbook_sheet import (
    ERROR,
    FORMULA,
    MOST_CELLS,
    NO_DATE_HERE,
    RAISED,
    HostileSheetError,
    Place,
    Sheet,
    differs_as_shown,
    plain_decimal,
    write_runs,
)

_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_SURE_DIGITS = 9  # in the format General the width of the cell decides how many are shown
_WINDOW = "window"  # the colour of whatever can be seen on the ground


def read_ods_sheets(parts: Mapping[str, bytes]) -> dict[str, Sheet]:
    """Sheets of the package, by name; raises KeyError, etree.XMLSyntaxError and
    HostileSheetError."""
    book = _Book(ods_parts.read_styles(parts))
    for stored, _ in ods_parts.read_sheets(parts, book.styles, book.take_row):
        sheet = book.sheet
        sheet.name, sheet.hidden = stored.name, stored.hidden
        sheet.hidden_columns = stored.hidden_columns
        book.sheets[sheet.name] = sheet
        book.sheet = Sheet("")
    return book.sheets


@dataclass(frozen=True)
class _Look:
    """How letters look."""

    struck: bool = False
    by: int = 0
    size: float = 10.0
    colour: Colour = _WINDOW
    ground: Colour = WHITE

    def changed(self, style: etree._Element) -> _Look:
        """The same after what a style says."""
        look = self
        for item in style.iterfind(f"{STYLE}text-properties"):
            line = item.get(f"{STYLE}text-line-through-style")
            kind = item.get(f"{STYLE}text-line-through-type")
            if line is not None or kind is not None:
                look = replace(look, struck="none" not in (line, kind))
            colour = _colour(item.get(f"{FO}color"))
            if item.get(f"{STYLE}use-window-font-color") == "true":
                colour = _WINDOW
            size = points(item.get(f"{FO}font-size"))
            look = replace(
                look,
                by=_shift(item.get(f"{STYLE}text-position", ""), look.by),
                size=look.size if size is None else size,
                colour=colour or look.colour,
            )
        for item in style.iterfind(f"{STYLE}table-cell-properties"):
            look = replace(look, ground=_colour(item.get(f"{FO}background-color")) or look.ground)
        return look

    def is_unseen(self, ground: Colour) -> bool:
        """Whether nobody sees such letters on a ground."""
        return self.size <= LEAST_SIZE or is_same_colour(self.colour, ground)


def _colour(text: str | None) -> Colour | None:
    if text == "transparent":
        return WHITE
    if not text or not re.fullmatch("#[0-9A-Fa-f]{6}", text):
        return None
    return (int(text[1:3], 16), int(text[3:5], 16), int(text[5:], 16))


def _shift(position: str, otherwise: int) -> int:
    """Where letters stand: `super 58%`, `-33% 58%`, `0% 100%`."""
    if not position:
        return otherwise
    first = (position.split() or [""])[0]
    if first in ("super", "sub"):
        return 1 if first == "super" else -1
    match = re.fullmatch(r"(-?)([0-9]*\.?[0-9]+)%", first)
    return 0 if not match or not float(match[2]) else -1 if match[1] else 1


@dataclass
class _Book:
    """The sheets that were read, and the one that is filled."""

    styles: dict[str, etree._Element]
    sheets: dict[str, Sheet] = field(default_factory=dict)
    sheet: Sheet = field(default_factory=lambda: Sheet(""))
    cells: int = 0
    looks: dict[tuple[str, ...], _Look] = field(default_factory=dict)

    def look(self, *names: str) -> _Look:
        """The look that styles within each other give, the outermost first."""
        if names not in self.looks:
            look = self.look(*names[:-1]) if names else _Look()
            for style in reversed(list(style_chain(names[-1], self.styles)) if names else []):
                look = look.changed(style)
            self.looks[names] = look
        return self.looks[names]

    def take_row(self, stored: ods_parts.OdsSheet, row: ods_parts.OdsRow) -> None:
        """Add rows to the sheet; empty ones are only rows where something stands below them."""
        cells = [cell for cell in ods_parts.row_cells(row.element) if _has_content(cell.element)]
        if cells:
            last = max(cell.column + cell.repeated for cell in cells)
            self.cells += row.repeated * last
            if self.cells > MOST_CELLS or row.number + row.repeated > LAST_ROW:
                raise HostileSheetError("repeated cells would fill more than five million")
            records = self.sheet.records
            records.extend([] for _ in range(len(records), row.number - 1))
            for number in range(row.number, row.number + row.repeated):
                records.append(self._record(cells, number, stored))
                if row.hidden:
                    self.sheet.hidden_rows.add(number)
                    self.sheet.filtered = self.sheet.filtered or row.filtered
        forget(row.element)

    def _record(
        self, cells: list[ods_parts.OdsCell], number: int, stored: ods_parts.OdsSheet
    ) -> list[str]:
        sheet = self.sheet
        record: list[str] = []
        for first, repeated, cell, own in cells:
            if cell.tag == f"{TABLE}covered-table-cell":
                continue
            down = int(cell.get(f"{TABLE}number-rows-spanned", "1"))
            right = int(cell.get(f"{TABLE}number-columns-spanned", "1"))
            record.extend("" for _ in range(len(record), first))
            for column in range(first, first + repeated):
                place = (number, column)
                style = own or stored.styles.get(column, "")
                look = self.look(style)
                runs = [list(self._runs(line, (style,))) for line in cell.iterfind(f"{TEXT}p")]
                text = _text(cell, place, sheet, runs)
                record.append(text)
                seen = [own for line in runs for piece, own in line if piece.strip()]
                if not seen and text.strip():
                    seen = [look]
                if any(one.struck for one in seen):
                    sheet.struck.add(place)
                elif any(one.is_unseen(look.ground) for one in seen):
                    sheet.unseen.add(place)
                if down > 1 or right > 1:
                    sheet.merged.append((*place, number + down - 1, column + right - 1))
        return record

    def _runs(self, item: etree._Element, names: tuple[str, ...]) -> Iterator[tuple[str, _Look]]:
        """Texts of a paragraph and their looks, without notes that hang on the cell."""
        look = self.look(*names)
        yield item.text or "", look
        for child in item:
            name = etree.QName(child).localname
            if name == "s":
                yield " " * min(int(child.get(f"{TEXT}c", "1")), 100), look
            elif name == "tab":
                yield "\t", look
            elif name == "line-break":
                yield "\n", look
            elif name in ("span", "a"):
                own = child.get(f"{TEXT}style-name")
                yield from self._runs(child, (*names, own) if own else names)
            yield child.tail or "", look


def _has_content(cell: etree._Element) -> bool:
    return cell.get(f"{OFFICE}value-type") is not None or (
        cell.get(f"{TABLE}formula") is not None or cell.find(f"{TEXT}p") is not None
    )


def _text(
    cell: etree._Element, place: Place, sheet: Sheet, runs: list[list[tuple[str, _Look]]]
) -> str:
    written = [write_runs([(text, look.by) for text, look in line]) for line in runs]
    text = _stored_value(cell, place, sheet, [line for line, _ in written])
    if doubts := [doubt for _, doubt in written if doubt]:
        stored = cell.get(f"{OFFICE}value-type", "string") != "string"
        sheet.doubts[place] = RAISED if stored or RAISED in doubts else doubts[0]
    return text


def _stored_value(cell: etree._Element, place: Place, sheet: Sheet, lines: list[str]) -> str:
    kind = cell.get(f"{OFFICE}value-type")
    seen = "\n".join(lines)
    if cell.get(f"{_CALC}value-type") == "error":
        sheet.doubts[place] = ERROR
        return seen
    if kind in ("float", "currency", "percentage"):
        raw = cell.get(f"{OFFICE}value", "")
        stored = parse_decimal(raw)
        return seen if stored is None else _number(sheet, place, raw, stored, lines)
    if kind == "date":
        return _date(sheet, place, cell.get(f"{OFFICE}date-value", ""), lines)
    if kind == "time":
        sheet.doubts[place] = differs_as_shown(Shown(seen), cell.get(f"{OFFICE}time-value", ""))
        return seen
    if kind == "boolean":
        return cell.get(f"{OFFICE}boolean-value", "")
    if kind is None and not seen and cell.get(f"{TABLE}formula") is not None:
        sheet.doubts[place] = FORMULA
        return "="
    return seen


def _number(sheet: Sheet, place: Place, raw: str, stored: Decimal, lines: list[str]) -> str:
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


def _date(sheet: Sheet, place: Place, stored: str, lines: list[str]) -> str:
    day, _, time = stored.partition("T")
    seen = "\n".join(lines)
    year, _, number = ([*day.split("-"), "", ""])[:3]  # the month may be shown by its name
    groups = {one.lstrip("0") for one in re.findall(r"[0-9]+", seen)}
    is_complete = not lines or (
        number.lstrip("0") in groups and bool({year, year[2:].lstrip("0")} & groups)
    )
    sheet.doubts[place] = NO_DATE_HERE if is_complete else differs_as_shown(Shown(seen), day)
    shows_time = time.strip("0:.") and (":" in seen or not lines)
    return f"{day} {time}" if shows_time else day
