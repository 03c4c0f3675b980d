"""Workbooks: the first sheet of an .xlsx or .ods put in place of a table's text file.

python-calamine reads the values that the spreadsheet program stored; formulas are never
calculated, so a formula without a stored value is refused instead of read as nothing. A
workbook is a zip of XML from outside: its true size, its document types and the extent of its
sheets are looked at before anything is built from it.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from decimal import Decimal
from pathlib import PurePosixPath
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook

from evaltools.evidence.grid import Grid, Unreadable, to_grid
from evaltools.evidence.quoting import listed

LARGEST_CONTENT = 200_000_000
MOST_MEMBERS = 2_000
MOST_CELLS = 5_000_000

# All that a damaged, encrypted or exotic archive makes zipfile raise.
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_PLACE = re.compile(rb'\br="([A-Z]{1,3})?([0-9]{1,7})"')
_FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
_CELL = re.compile(rb"<(?:\w+:)?c(\s[^>]*)?(?<!/)>(.*?)</(?:\w+:)?c>", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?(?:v|is)(?:\s[^>]*)?>[^<]*<?")
_ODS_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_ODS_TYPE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}value-type"


def read_workbook(data: bytes, suffix: str, table: str, expected: Iterable[str]) -> Grid:
    """Cells of a table's sheet, as text.

    Arguments:
        data: bytes of the workbook.
        suffix: `.xlsx` or `.ods`.
        table: name of the table; of several sheets the one of that name is read.
        expected: names its header should hold.

    Numbers are written with a point, dates as 2021-12-31, true and false as such.
    Raises Unreadable where it is no workbook, a hostile one, or the sheet is not clear.
    """
    day_zero = "1899-12-30"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _checked_parts(archive)
    except _BROKEN as error:
        raise _no_workbook(str(error)) from None
    if suffix == ".xlsx":
        sheets = {name: part for name, part in parts.items() if "/worksheets/" in name}
        _check_extent(sheets)
        if re.search(rb'date1904="(?:1|true)"', parts.get("xl/workbook.xml", b"")):
            day_zero = "1904-01-01"
    else:
        _check_repetition(parts.get("content.xml", b""))
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        name = _sheet(workbook.sheet_names, workbook, table, {one.casefold() for one in expected})
        if suffix == ".xlsx":
            _check_formulas(parts, sheets, name)
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    except CalamineError as error:
        raise _no_workbook(str(error)) from None
    records = [[_text(cell) for cell in row] for row in rows]
    return to_grid(_trimmed(records), workbook=True, day_zero=day_zero)


def _no_workbook(why: str) -> Unreadable:
    return Unreadable(
        f"it cannot be read as a workbook ({why})",
        "Save it again as .xlsx without a password, or as .csv.",
        "data.workbook",
    )


def _hostile(what: str) -> Unreadable:
    return Unreadable(
        what, "Copy the values into a new workbook, or save as .csv.", "data.workbook-unsafe"
    )


def _checked_parts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > LARGEST_CONTENT:
        megabytes = LARGEST_CONTENT // 1_000_000
        raise _hostile(f"unpacked it would be larger than {megabytes} MB")
    parts = {}
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            # Reading to the end checks that the size in the directory was not a lie.
            parts[member.filename] = archive.read(member)
    for name, part in parts.items():
        if b"\0" in part or _DOCTYPE.search(part):
            raise _hostile(f"its part {name} is not plain XML in UTF-8")
    return parts


def _check_extent(sheets: dict[str, bytes]) -> None:
    # A sheet is built dense: one cell in the last corner would ask for 17 thousand million.
    for part in sheets.values():
        column, row = 0, 0
        for letters, digits in set(_PLACE.findall(part)):
            row = max(row, int(digits))
            column = max(column, _column_number(letters.decode()))
        if row * max(column, 1) > MOST_CELLS:
            raise _hostile(f"a cell stands as far out as row {row}, column {column}")


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _check_repetition(content: bytes) -> None:
    cells, row_repeat, column, last = 0, 1, 0, 0
    try:
        for event, element in ElementTree.iterparse(io.BytesIO(content), ("start", "end")):
            if element.tag == _ODS_TABLE + "table-row" and event == "start":
                row_repeat = int(element.get(_ODS_TABLE + "number-rows-repeated", "1"))
                column = last = 0
            elif element.tag == _ODS_TABLE + "table-cell" and event == "start":
                column += int(element.get(_ODS_TABLE + "number-columns-repeated", "1"))
                if element.get(_ODS_TYPE) is not None:
                    last = column
            elif element.tag == _ODS_TABLE + "table-row":
                cells += row_repeat * last
                element.clear()
            if cells > MOST_CELLS:
                raise _hostile("repeated cells would fill more than five million")
    except (ElementTree.ParseError, ValueError) as error:
        raise _no_workbook(str(error)) from None


def _check_formulas(parts: dict[str, bytes], sheets: dict[str, bytes], name: str) -> None:
    part = sheets.get(_part_of(parts, name), b"")
    if not _FORMULA.search(part):
        return
    for cell in _CELL.finditer(part):
        attributes, content = cell.group(1) or b"", cell.group(2)
        if not _FORMULA.search(content) or b't="str"' in attributes:
            continue
        value = re.search(rb"<(?:\w+:)?v(?:\s[^>]*)?>([^<]+)<", content)
        if value is None:
            place = _PLACE.search(attributes)
            column, row = (place.group(1), int(place.group(2))) if place else (b"?", None)
            raise Unreadable(
                f"column {column.decode()} holds a formula without a stored value",
                "Open the workbook and save it, or put the values in place of formulas.",
                "data.formula",
                row=row,
            )


def _part_of(parts: dict[str, bytes], name: str) -> str:
    """The part of an .xlsx in which the sheet of that name is."""
    try:
        book = ElementTree.fromstring(parts["xl/workbook.xml"])
        links = ElementTree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    except (KeyError, ElementTree.ParseError) as error:
        raise _no_workbook(str(error)) from None
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    for sheet in book.iter():
        if sheet.tag.endswith("}sheet") and sheet.get("name") == name:
            keys = [value for key, value in sheet.attrib.items() if key.endswith("}id")]
            target = targets.get(keys[0] if keys else None, "")
            return (
                target.lstrip("/") if target.startswith("/") else str(PurePosixPath("xl", target))
            )
    return ""


def _sheet(names: list[str], workbook: CalamineWorkbook, table: str, expected: set[str]) -> str:
    named = [name for name in names if name.casefold() == table]
    if named:
        return named[0]
    filled = [name for name in names if workbook.get_sheet_by_name(name).total_height > 0]
    if len(filled) == 1:
        return filled[0]
    if not filled:
        raise Unreadable("no sheet holds anything", "Put the table there.", "data.empty")
    raise Unreadable(
        f"it has several sheets: {listed(filled)}",
        f"Name the one that holds the table {table}.",
        "data.sheet",
    )


def _text(cell: object) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        text = repr(cell)
        return format(Decimal(text), "f") if "e" in text else text
    if isinstance(cell, dt.datetime):
        midnight = cell.time() == dt.time()
        return cell.date().isoformat() if midnight else cell.isoformat(sep=" ")
    return str(cell)


def _trimmed(records: list[list[str]]) -> list[list[str]]:
    # A sheet is as wide as its widest row; columns under no name that hold nothing are no columns.
    width = max((len(record) for record in records), default=0)
    while width and not any(
        record[width - 1].strip() for record in records if len(record) >= width
    ):
        width -= 1
    return [record[:width] for record in records]
