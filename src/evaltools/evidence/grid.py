"""A grid: what a file holds before anything is understood, as text in rows and columns."""

from __future__ import annotations

import re
from dataclasses import dataclass

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
REPLACED = "\ufffd"


@dataclass(frozen=True)
class Grid:
    """Cells as text.

    Arguments:
        header: names over the columns, trimmed; empty columns at the end are left out.
        rows: cells of each row that holds anything, as many as the header has.
        numbers: for each of `rows`, its number as a spreadsheet shows it; the header is row 1.
        workbook: whether the cells come from a workbook, in which dates may be bare numbers
            and a comma cannot be a decimal mark of a number.
        day_zero: the day from which bare numbers count days ("1899-12-30" or "1904-01-01").
        ragged: (row, cells found) of rows with more or fewer cells than the header.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    workbook: bool = False
    day_zero: str = "1899-12-30"
    ragged: tuple[tuple[int, int], ...] = ()


class Unreadable(Exception):
    """A file that cannot be turned into a grid, told as the parts of a problem."""

    def __init__(
        self, what: str, remedy: str, code: str, *, allowed: str = "", row: int | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.code = code
        self.allowed = allowed
        self.row = row


def to_grid(
    records: list[list[str]], *, workbook: bool = False, day_zero: str = "1899-12-30"
) -> Grid:
    """Split records into header and rows, dropping rows and columns that are empty at the end.

    Arguments:
        records: cells as text, the first record the header; an empty record is an empty row.

    Raises Unreadable for a file without a header.
    """
    first = records[0] if records else []
    header = [" ".join(name.replace("\ufeff", "").split()) for name in first]
    while header and not header[-1]:
        header.pop()
    if not header:
        raise Unreadable(
            "the first row holds no column names", "Put the column names there.", "data.header"
        )
    width = len(header)
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    ragged: list[tuple[int, int]] = []
    for number, record in enumerate(records[1:], start=2):
        if len(record) != width:
            while len(record) > width and not record[-1].strip():
                record.pop()
            if len(record) != width:
                if any(cell.strip() for cell in record):
                    ragged.append((number, len(record)))
                continue
        if not any(record) or not any(cell.strip() for cell in record):
            continue
        rows.append(tuple(record))
        numbers.append(number)
    return Grid(tuple(header), tuple(rows), tuple(numbers), workbook, day_zero, tuple(ragged))
