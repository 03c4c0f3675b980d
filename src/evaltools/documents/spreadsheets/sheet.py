"""Sheets of a workbook as headings and tables, the answers in them, and their cells counted."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook

from evaltools.documents import limits as guard
from evaltools.documents.blocks import (
    LONGEST_LABEL,
    Block,
    Cell,
    DocumentContent,
    Paragraph,
    Table,
    to_line,
)
from evaltools.documents.limits import Limits
from evaltools.documents.symbol_fonts import Symbols

_MOST_CELLS = 20_000_000  # of the rectangle that a sheet spans, which that library fills


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

    def blocks(self) -> Iterator[Block]:
        """The name of a sheet as a heading, and each run of filled rows as a table."""
        if not any(self.rows.values()):
            return
        yield Paragraph(self.name, level=1)
        for run in _runs(sorted(self.rows)):
            columns = sorted({column for row in run for column in self.rows[row]})
            if columns:
                yield Table(tuple(self._row(row, columns) for row in run))

    def _row(self, row: int, columns: Sequence[int]) -> tuple[Cell, ...]:
        return tuple(
            _cell(self.rows[row].get(column, ""))
            for column in columns
            if (row, column) not in self.merged or column in self.rows[row]
        )

    def fields(self) -> Iterator[tuple[str, str]]:
        """Neighbours of which the first is a label: rows with two filled cells, label: pairs."""
        for _, cells in sorted(self.rows.items()):
            filled = [cells[column].strip() for column in sorted(cells)]
            if len(filled) == 1 and filled[0].endswith((":", "?")):
                yield to_line(filled[0]), ""
            elif len(filled) == 2 and _is_label(filled[0]):
                yield to_line(filled[0]), filled[1]
            elif len(filled) % 2 == 0 and all(label.endswith(":") for label in filled[::2]):
                yield from zip(map(to_line, filled[::2]), filled[1::2], strict=True)


@dataclass
class Workbook:
    """What reading the sheets of a workbook brings up."""

    limits: Limits
    sheets: list[Sheet] = field(default_factory=list)
    left_out: list[tuple[str, str]] = field(default_factory=list)
    rows: int = 0

    def count_rows(self, more: int) -> None:
        """Count rows of all sheets, and refuse too many."""
        self.rows += more
        if self.rows > self.limits.rows:
            limit = f"{self.limits.rows} rows"
            raise guard.too_large(f"more than {limit}", limit)

    def shown(
        self, cells: Mapping[int, str], sheet: str, hidden: str, unseen: Container[int]
    ) -> dict[int, str]:
        """The cells of a row that are shown; the others are left out by name.

        Arguments:
            cells: by number of their column.
            sheet: its name.
            hidden: `sheet` or `row` where all of them are; empty where not.
            unseen: columns that are hidden.
        """
        gone = [column for column in cells if hidden or column in unseen]
        what = "hidden sheet" if hidden == "sheet" else f"hidden {hidden or 'column'} of sheet"
        self.left_out.extend((f"{what} {sheet}", cells[column]) for column in gone)
        return {column: text for column, text in cells.items() if column not in gone}

    def source(
        self,
        present: Iterable[str],
        aside: Sequence[tuple[str, str]],
        notes: Iterable[str],
        symbols: Symbols,
    ) -> DocumentContent:
        """The workbook taken apart.

        Arguments:
            present: texts of all cells, however they are found.
            aside: (what, text) of what stands beside the cells.
            notes: for whoever reads the text.
            symbols: characters of symbol fonts.
        """
        blocks = [block for sheet in self.sheets for block in sheet.blocks()]
        names = [block.text for block in blocks if isinstance(block, Paragraph)]
        return DocumentContent(
            blocks=tuple(blocks),
            fields=tuple(pair for sheet in self.sheets for pair in sheet.fields()),
            present=(*present, *names, *(text for _, text in aside)),
            left_out=(*self.left_out, *aside),
            tables=len(blocks) - len(names),
            notes=(*notes, *symbols.sentences),
            replaced=tuple(symbols.replaced),
        )


def _is_label(text: str) -> bool:
    return any(c.isalpha() for c in text) and len(text) <= LONGEST_LABEL


def _cell(text: str) -> Cell:
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
