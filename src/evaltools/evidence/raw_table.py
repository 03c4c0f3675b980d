"""A grid: what a file holds before anything is understood, as text in rows and columns.

The text of a cell is what a person sees there. Where a spreadsheet keeps something else than it
shows, the cell is in doubt; where its rows, columns or sheets are not all meant or not all seen,
there is a remark. Whoever reads a grid tells both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evaltools.evidence.messages import quote_value

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
REPLACED = "\ufffd"
LATEST_HEADER = 25
FURTHER_SHEET = "data.sheet-further"


@dataclass(frozen=True)
class Doubt:
    """Why the text of a cell cannot be taken for what the cell says.

    `what` is the rest of a sentence that begins with the text of the cell (`of_text`) or with "the
    cell"; in columns of the types `unless` there is nothing wrong with it.
    """

    what: str
    remedy: str
    code: str
    unless: tuple[str, ...] = ()
    of_text: bool = False

    def sentence(self, text: str) -> str:
        """What is wrong with a cell of that text."""
        return f"{quote_value(text) if self.of_text else 'the cell'} {self.what}"


@dataclass(frozen=True)
class Remark:
    """Something about a file, its rows from `row` on, or one column, that has to be reported."""

    row: int | None
    column: str | None
    what: str
    remedy: str
    code: str


@dataclass(frozen=True)
class RawTable:
    """Cells as text.

    Arguments:
        header: names over the columns, trimmed; empty columns at the end are left out.
        rows: cells of each row that holds anything, as many as the header has.
        numbers: for each of `rows`, its number as a spreadsheet shows it.
        workbook: whether the cells come from a workbook, in which dates may be bare numbers.
        day_zero: the day from which bare numbers count days ("1899-12-30" or "1904-01-01").
        ragged: (row, cells found) of rows with more or fewer cells than the header.
        header_row: row of the header.
        exact: by row and place, the number that a cell stores, where it is to be read and not
            guessed from the text.
        doubts: by row and place, cells whose text is not what they say.
        remarks: what has to be reported of the file as a whole.
    """

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...]
    workbook: bool = False
    day_zero: str = "1899-12-30"
    ragged: tuple[tuple[int, int], ...] = ()
    header_row: int = 1
    exact: Mapping[tuple[int, int], str] = field(default_factory=dict)
    doubts: Mapping[tuple[int, int], Doubt] = field(default_factory=dict)
    remarks: tuple[Remark, ...] = ()


class UnreadableTableError(Exception):
    """A file that cannot be turned into a grid, reported as the parts of a problem."""

    def __init__(
        self, what: str, remedy: str, code: str, *, allowed: str = "", row: int | None = None
    ) -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy
        self.code = code
        self.allowed = allowed
        self.row = row


def refuse_doubts(grid: RawTable, accepted: Iterable[str] = ()) -> RawTable:
    """The grid, where all its cells can be taken as text; dates may be any text.

    Arguments:
        grid: as it was read.
        accepted: codes of remarks that whoever reads it has settled.

    Raises Unreadable with the first remark or doubt.
    """
    for remark in grid.remarks:
        if remark.code in accepted:
            continue
        raise UnreadableTableError(remark.what, remark.remedy, remark.code, row=remark.row)
    for (row, place), doubt in sorted(grid.doubts.items()):
        if "date" not in doubt.unless and row in grid.numbers:
            text = grid.rows[grid.numbers.index(row)][place]
            what = f"column {grid.header[place]}: {doubt.sentence(text)}"
            raise UnreadableTableError(what, doubt.remedy, doubt.code, row=row)
    return grid


def find_header(records: Sequence[Sequence[str]], names: Iterable[str]) -> int:
    """Which of the first records is the header: the one with most of the names.

    Where no later record is clearly better, it is the first that holds anything.
    """
    expected = {name.casefold() for name in names}
    first = next(
        (place for place, record in enumerate(records[:LATEST_HEADER]) if any(map(_bare, record))),
        0,
    )
    counts = [
        len({_bare(cell).casefold() for cell in record} & expected)
        for record in records[:LATEST_HEADER]
    ]
    best = max(range(len(counts)), key=counts.__getitem__, default=0)
    better = counts[best] > max(1, 2 * counts[first]) if counts else False
    return best if better else first


def make_raw_table(
    records: Sequence[Sequence[str]],
    names: Iterable[str] = (),
    *,
    workbook: bool = False,
    day_zero: str = "1899-12-30",
    exact: Mapping[tuple[int, int], str] | None = None,
    doubts: Mapping[tuple[int, int], Doubt] | None = None,
) -> RawTable:
    """Split records into header and rows, dropping rows and columns that are empty at the end.

    The header is found below title rows by `names`; the rest is as in `RawTable`. Raises
    UnreadableTableError for a file without a header.
    """
    names = list(names)
    top = find_header(records, names)
    header = [_bare(name) for name in records[top]] if records else []
    while header and not header[-1]:
        header.pop()
    if not header:
        raise UnreadableTableError(
            "the first row holds no column names", "Put the column names there.", "data.header"
        )
    width = len(header)
    remarks: list[Remark] = []
    titles = [place + 1 for place, record in enumerate(records[:top]) if any(map(_bare, record))]
    if titles:
        shown = next(cell for cell in map(_bare, records[titles[0] - 1]) if cell)
        what = f"the column names stand in row {top + 1}, under a title, {quote_value(shown, 40)}"
        remedy = f"Delete {list_rows(range(1, top + 1))}, so that the column names come first."
        remarks.append(Remark(titles[0], None, what, remedy, "data.title-rows"))
    rows: list[tuple[str, ...]] = []
    numbers: list[int] = []
    ragged: list[tuple[int, int]] = []
    beyond: list[int] = []
    for number, record in enumerate(records[top + 1 :], start=top + 2):
        if len(record) != width:
            filled = len(record)
            while filled > width and not record[filled - 1].strip():
                filled -= 1
            record = record[:filled]
            if workbook:
                if filled > width:
                    beyond.append(number)
                record = [*record[:width], *("",) * (width - len(record))]
            elif filled != width:
                if any(cell.strip() for cell in record):
                    ragged.append((number, filled))
                continue
        if not any(record) or not any(cell.strip() for cell in record):
            continue
        rows.append(tuple(record))
        numbers.append(number)
    if beyond:
        what = f"values stand to the right of the last column, {header[-1]} ({list_rows(beyond)})"
        remedy = "Name their column, or delete them."
        remarks.append(Remark(beyond[0], None, what, remedy, "data.column-unnamed"))
    return RawTable(
        tuple(header),
        tuple(rows),
        tuple(numbers),
        workbook,
        day_zero,
        tuple(ragged),
        top + 1,
        exact or {},
        doubts or {},
        tuple(remarks),
    )


def list_rows(rows: Iterable[int], most: int = 12) -> str:
    """Rows in words: `row 4`, `rows 2 to 38, 41 and 50`, of many ranges the first."""
    ranges: list[list[int]] = []
    count = 0
    for row in sorted(set(rows)):
        count += 1
        if ranges and row == ranges[-1][1] + 1:
            ranges[-1][1] = row
        else:
            ranges.append([row, row])
    texts = [
        str(low) if low == high else f"{low}, {high}" if high == low + 1 else f"{low} to {high}"
        for low, high in ranges
    ]
    left = sum(high - low + 1 for low, high in ranges[most:])
    if left:
        return f"rows {', '.join(texts[:most])} and {left} more"
    if len(texts) > 1:
        texts[-2:] = [f"{texts[-2]} and {texts[-1]}"]
    return ("row " if count == 1 else "rows ") + ", ".join(texts)


def _bare(cell: str) -> str:
    return " ".join(cell.replace("\ufeff", "").split())
