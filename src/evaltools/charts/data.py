"""The data of a figure as a table: what is printed, and the numbers behind it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

FIGURE_TYPE: Final = "application/vnd.evaltools.figure+json"
"""What a page makes of a figure: drawings with real words for two widths, and the data."""
WITHHELD: Final = "[c]"
MISSING: Final = "[x]"
"""In place of a number: withheld (confidential), not available. The workbook has the same marks.

Source: Government Analysis Function (2021), Using symbols and shorthand in tables."""
Raw = str | int | float | None


@dataclass(frozen=True)
class Value:
    """One cell.

    Arguments:
        text: as the language prints it; empty where there is nothing.
        raw: as a program reads it; None where there is nothing.
    """

    text: str
    raw: Raw


Cells = list["Value | str"]
"""A row: what is only a label needs no number."""


@dataclass(frozen=True)
class FigureData:
    """What a figure draws, a row each.

    Arguments:
        columns: headings.
        rows: cells, as many as there are headings.

    Raises:
        ValueError: a row has another number of cells.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Value | str]]

    def __post_init__(self) -> None:
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError("not one cell for each column")

    def used(self) -> FigureData:
        """Without the columns that are empty in every row."""
        kept = [
            place
            for place, _ in enumerate(self.columns)
            if any(isinstance(row[place], str) or row[place].text for row in self.rows)  # type: ignore[union-attr]
        ]
        return FigureData(
            [self.columns[place] for place in kept],
            [[row[place] for place in kept] for row in self.rows],
        )

    def content(self) -> dict[str, Any]:
        """As notebooks carry it."""
        cells = [[Value(c, c) if isinstance(c, str) else c for c in row] for row in self.rows]
        return {
            "columns": list(self.columns),
            "rows": [[cell.text for cell in row] for row in cells],
            "raw": [
                [round(c.raw, 6) if isinstance(c.raw, float) else c.raw for c in row]
                for row in cells
            ],
        }
