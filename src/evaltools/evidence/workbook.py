"""Workbooks: the sheet of an .xlsx or .ods put in place of a table's text file.

What is read is what a person sees in the sheet: hidden rows, struck-through cells, merged cells and
further sheets are reported, not guessed about. Formulas are never calculated. A workbook is a zip
of XML from outside: its true size, its document types and the extent of its sheets are looked at
before anything is built from it.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterable
from dataclasses import replace

from lxml import etree

from evaltools.documents.spreadsheets.xlsx_parts import Area, column_letters
from evaltools.evidence.ods_sheets import read_ods_sheets
from evaltools.evidence.raw_table import (
    FURTHER_SHEET,
    LATEST_HEADER,
    RawTable,
    Remark,
    UnreadableTableError,
    find_header,
    list_rows,
    make_raw_table,
)
from evaltools.evidence.workbook_sheet import HostileSheetError, Sheet, read_xlsx_sheets
from evaltools.problems import list_values, quote_value

LARGEST_CONTENT = 200_000_000
MOST_MEMBERS = 2_000
_RULE = "a conditional format"
_CLEAR_RULES = "Clear the rule, and delete what is not meant."
_STRUCK = "Delete what is withdrawn, or take the line away from what holds."
_UNSEEN = "written in white on white, in the colour of the cell, or too small to be seen"
_SHOW = "Give them another colour or size, or delete what is not meant."

# All that a damaged, encrypted or exotic archive makes zipfile raise.
_BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, ValueError)
_DOCTYPE = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


def read_workbook(data: bytes, suffix: str, table: str, expected: Iterable[str]) -> RawTable:
    """Cells of a table's sheet, as text.

    Arguments:
        data: bytes of the workbook.
        suffix: `.xlsx` or `.ods`.
        table: name of the table; of several sheets the one of that name is read.
        expected: names its header should hold.

    Numbers are written with a point, dates as 2021-12-31, true and false as such.
    Raises Unreadable where it is no workbook, a hostile one, or the sheet is not clear.
    """
    names = list(expected)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = _read_parts(archive)
    except _BROKEN as error:
        raise _unreadable_workbook(str(error)) from None
    from_1904 = False
    try:
        if suffix == ".xlsx":
            sheets, from_1904 = read_xlsx_sheets(parts)
        else:
            sheets = read_ods_sheets(parts)
    except KeyError as error:
        raise _unreadable_workbook(f"its part {error.args[0]} is missing") from None
    except HostileSheetError as error:
        raise _hostile_workbook(str(error)) from None
    except (etree.LxmlError, ValueError, OverflowError) as error:
        raise _unreadable_workbook(str(error)) from None
    sheet = _chosen(sheets, table)
    _fill_merged_names(sheet, names)
    grid = make_raw_table(
        sheet.records,
        names,
        workbook=True,
        day_zero="1904-01-01" if from_1904 else "1899-12-30",
        exact=sheet.exact,
        doubts=sheet.doubts,
    )
    remarks = (*grid.remarks, *_remarks(sheet, grid), *_further(sheets, sheet, grid, names))
    return replace(grid, remarks=remarks)


def _unreadable_workbook(why: str) -> UnreadableTableError:
    remedy = "Save it again as .xlsx without a password, or as .csv."
    return UnreadableTableError(f"it cannot be read as a workbook ({why})", remedy, "data.workbook")


def _hostile_workbook(what: str) -> UnreadableTableError:
    return UnreadableTableError(
        what, "Copy the values into a new workbook, or save as .csv.", "data.workbook-unsafe"
    )


def _read_parts(archive: zipfile.ZipFile) -> dict[str, bytes]:
    members = archive.infolist()
    if len(members) > MOST_MEMBERS or sum(one.file_size for one in members) > LARGEST_CONTENT:
        megabytes = LARGEST_CONTENT // 1_000_000
        raise _hostile_workbook(f"unpacked it would be larger than {megabytes} MB")
    parts = {}
    for member in members:
        if member.filename.endswith((".xml", ".rels")):
            # Reading to the end checks that the size in the directory was not a lie.
            parts[member.filename.replace("\\", "/")] = archive.read(member)
    for name, part in parts.items():
        if b"\0" in part or _DOCTYPE.search(part):
            raise _hostile_workbook(f"its part {name} is not plain XML in UTF-8")
    return parts


def _chosen(sheets: dict[str, Sheet], table: str) -> Sheet:
    filled = [sheet for sheet in sheets.values() if any(map(any, sheet.records))]
    named = [sheet for sheet in filled if sheet.name.casefold() == table]
    if not filled:
        raise UnreadableTableError("no sheet holds anything", "Put the table there.", "data.empty")
    if not named and len(filled) > 1:
        what = f"it has several sheets: {list_values(sheet.name for sheet in filled)}"
        raise UnreadableTableError(
            what, f"Name the one that holds the table {table}.", "data.sheet"
        )
    return (named or filled)[0]


def _fill_merged_names(sheet: Sheet, names: list[str]) -> None:
    """Put a column's name that is merged downwards beside the names of the lowest row."""
    expected = {name.casefold() for name in names}
    for top, left, bottom, right in sheet.merged:
        if left != right or not top < bottom <= min(LATEST_HEADER, len(sheet.records)):
            continue
        above, below = sheet.records[top - 1], sheet.records[bottom - 1]
        name = above[left] if left < len(above) else ""
        if " ".join(name.split()).casefold() in expected:
            below.extend("" for _ in range(left + 1 - len(below)))
            below[left] = below[left] or name


def _further(
    sheets: dict[str, Sheet], chosen: Sheet, grid: RawTable, names: list[str]
) -> Iterable[Remark]:
    """Other sheets that hold rows under the same column names."""
    expected = {name.casefold() for name in names}
    here = len({name.casefold() for name in grid.header} & expected)
    for sheet in sheets.values():
        if sheet is chosen or not sheet.records:
            continue
        top = find_header(sheet.records, names)
        shared = {" ".join(cell.split()).casefold() for cell in sheet.records[top]} & expected
        rows = sum(any(cell.strip() for cell in record) for record in sheet.records[top + 1 :])
        if rows and len(shared) >= max(2, here / 2):
            what = (
                f"the {'hidden ' if sheet.hidden else ''}sheet {quote_value(sheet.name)} holds "
                f"{_counted(rows, 'row')} under the same column names; "
                f"only {quote_value(chosen.name)} is read"
            )
            remedy = "Move its rows to that sheet, or delete the sheet."
            yield Remark(None, None, what, remedy, FURTHER_SHEET)


def _remarks(sheet: Sheet, grid: RawTable) -> Iterable[Remark]:
    """What is seen of the rows, columns and cells of the table beside their texts."""
    rows = dict(zip(grid.numbers, grid.rows, strict=True))
    table = {*rows, grid.header_row}
    hidden, struck = "data.hidden", "data.struck-through"
    if sheet.hidden:
        what = f"the sheet {quote_value(sheet.name)} is hidden"
        yield Remark(None, None, what, "Show it and see whether it is the right one.", hidden)
    if unseen := sheet.hidden_rows & table:
        what = (
            f"{_counted(len(unseen), 'row')} {'is' if len(unseen) == 1 else 'are'} hidden"
            f"{' by a filter' if sheet.filtered else ''} ({list_rows(unseen)})"
        )
        remedy = "Show all rows, and delete those that are not meant."
        yield Remark(min(unseen), None, what, remedy, hidden)
    for place in sorted(sheet.hidden_columns):
        if place < len(grid.header) and any(row[place].strip() for row in grid.rows):
            name = grid.header[place] or None
            yield Remark(1, name, "the column is hidden", "Show it, or take it out.", hidden)
    header = {(grid.header_row, place) for place in range(len(grid.header))}
    may_be_struck = sheet.may_be_struck - sheet.struck - header
    may_be_unseen = sheet.may_be_unseen - sheet.unseen - header
    for cells, verb, what, remedy, code in (
        (sheet.struck, "", "struck through", _STRUCK, struck),
        (sheet.unseen, "", _UNSEEN, _SHOW, hidden),
        (may_be_struck, "may be", f"struck through by {_RULE}", _CLEAR_RULES, struck),
        (may_be_unseen, "may be", f"hidden by the colour of {_RULE}", _CLEAR_RULES, hidden),
    ):
        places = {(row, place) for row, place in cells if row in table and place < len(grid.header)}
        if places:
            touched = {row for row, _ in places}
            columns = sorted({place for _, place in places})
            few = [grid.header[place] for place in columns if grid.header[place]]
            all_cells = all(
                (row, place) in places
                for row in touched
                for place, text in enumerate(rows.get(row, ()))
                if text.strip()
            )
            one_row = all_cells and len(touched) == 1
            where = "the row" if one_row else list_rows(touched)
            if not all_cells:
                where = f"cells of {where} ({list_values(few, 6)})"
            whole = f"{where} {verb or ('is' if one_row else 'are')} {what}"
            yield Remark(min(touched), None, whole, remedy, code)
    if merged := [area for area in sheet.merged if _joins_values(area, grid, rows)]:
        what = (
            "cells are merged, so that only the first of each area has its value: "
            f"{list_values((_area(one) for one in merged), 12)}"
        )
        remedy = "Unmerge them, and write in every cell the value that belongs there."
        yield Remark(merged[0][0], None, what, remedy, "data.merged-cells")


def _joins_values(area: Area, grid: RawTable, rows: dict[int, tuple[str, ...]]) -> bool:
    """Whether a merged area gives one value to several rows or columns of the table."""
    top, left, bottom, right = area
    last = max(rows, default=0)
    columns = [place for place in range(left, min(right, len(grid.header) - 1) + 1)
               if grid.header[place]]  # fmt: skip
    touched = range(max(top, grid.header_row + 1), min(bottom, last) + 1)
    if not columns or not touched or (len(touched) == 1 and len(columns) == 1):
        return False
    joined = [rows[row][place] for row in touched if row in rows for place in columns]
    if not any(text.strip() for text in joined):
        return False
    # a note across the table, alone in its row, is reported as such
    alone = top == bottom and sum(bool(cell.strip()) for cell in rows[top]) == 1
    return not (alone and rows[top][left].strip())


def _area(area: Area) -> str:
    top, left, bottom, right = area
    return f"{column_letters(left)}{top}:{column_letters(right)}{bottom}"


def _counted(count: int, thing: str) -> str:
    return f"{count} {thing}" + ("" if count == 1 else "s")
