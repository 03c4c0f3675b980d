"""Sheets of a workbook as headings and tables, the answers in them, and their cells counted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook

from evaltools.documents import guard
from evaltools.documents.blocks import LONGEST_LABEL, Block, Paragraph, Table, to_line


@dataclass(frozen=True)
class Sheet:
    """A sheet that is shown.

    Arguments:
        name: on its tab.
        rows: rows that are not empty by number, from 1; each the shown cells by number of their
            column, none where the row is hidden.
        merged: (row, column) of cells that are covered by another one.
    """

    name: str
    rows: dict[int, dict[int, str]]
    merged: frozenset[tuple[int, int]] = frozenset()


def sheet_blocks(sheet: Sheet) -> Iterator[Block]:
    """The name of a sheet as a heading, and each run of filled rows as a table."""
    if not any(sheet.rows.values()):
        return
    yield Paragraph(sheet.name, level=1)
    for run in _runs(sorted(sheet.rows)):
        columns = sorted({column for row in run for column in sheet.rows[row]})
        if not columns:
            continue
        yield Table(
            tuple(
                tuple(
                    _cell(sheet.rows[row].get(column, ""))
                    for column in columns
                    if (row, column) not in sheet.merged or column in sheet.rows[row]
                )
                for row in run
            )
        )


def sheet_fields(sheet: Sheet) -> Iterator[tuple[str, str]]:
    """Neighbours of which the first is a label: rows with two filled cells, and label: pairs."""
    for row in sorted(sheet.rows):
        filled = [sheet.rows[row][column].strip() for column in sorted(sheet.rows[row])]
        if len(filled) == 1 and filled[0].endswith((":", "?")):
            yield to_line(filled[0]), ""
        elif len(filled) == 2 and _label(filled[0]):
            yield to_line(filled[0]), filled[1]
        elif len(filled) % 2 == 0 and all(label.endswith(":") for label in filled[::2]):
            yield from zip(map(to_line, filled[::2]), filled[1::2], strict=True)


def _label(text: str) -> bool:
    return any(c.isalpha() for c in text) and len(text) <= LONGEST_LABEL


def _cell(text: str) -> tuple[Block, ...]:
    parts = [part for part in text.replace("\r\n", "\n").split("\n\n") if part.strip()]
    return tuple(Paragraph(part) for part in parts)


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


_MOST_CELLS = 20_000_000  # of the rectangle that a sheet spans, which that library fills


def cell_texts(data: bytes) -> tuple[list[str], int]:
    """Return the text of every cell with text, and the number of cells with another value."""
    texts: list[str] = []
    others = 0
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > _MOST_CELLS:
                raise guard.too_large(
                    f"sheet {name} spans {sheet.total_height} rows and {sheet.total_width} columns",
                    f"{_MOST_CELLS} cells",
                )
            for row in sheet.iter_rows():
                for value in row:
                    if isinstance(value, str):
                        if value:
                            texts.append(value)
                    else:
                        others += 1
    except CalamineError as error:
        raise guard.broken("a second reader cannot open it") from error
    return texts, others
