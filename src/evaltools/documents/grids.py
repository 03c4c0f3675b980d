"""Sheets of a workbook as headings and tables, and the questions and answers in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evaltools.documents.blocks import Block, Paragraph, Table, flat

_LONGEST_LABEL = 300


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
            yield flat(filled[0]), ""
        elif len(filled) == 2 and _label(filled[0]):
            yield flat(filled[0]), filled[1]
        elif len(filled) % 2 == 0 and all(label.endswith(":") for label in filled[::2]):
            yield from zip(map(flat, filled[::2]), filled[1::2], strict=True)


def _label(text: str) -> bool:
    return any(c.isalpha() for c in text) and len(text) <= _LONGEST_LABEL


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
