"""Rows that are no rows of a table: totals, notes, headers again, and rows that lack too much."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evaltools.evidence.cell_values import Value
from evaltools.evidence.descriptor import Resource
from evaltools.evidence.raw_table import RawTable, list_rows
from evaltools.problems import list_values, plain_number, quote_value

Floats = NDArray[np.float64]

_SURE_SUM = 1000  # a sum as large as this is no coincidence
_WORDS_OF_A_NOTE = 4


@dataclass(frozen=True)
class UnusualRow:
    """Rows that are odd for one cause; of those that belong to the table, `columns` are missing."""

    rows: tuple[int, ...]
    what: str
    allowed: str
    remedy: str
    code: str
    columns: tuple[str, ...] = ()


def find_unusual_rows(
    resource: Resource,
    grid: RawTable,
    places: Mapping[str, int],
    texts: Mapping[str, Sequence[str]],
    values: Mapping[str, Sequence[Value | None]],
) -> list[UnusualRow]:
    """Rows that are no rows of the table, or of which two or more required cells are empty.

    `places` are those of the columns in the grid; `texts` and `values` what their cells were before
    and after they were read.
    """
    required = [
        field.name
        for field in resource.fields
        if (field.required or field.name in resource.primary_key) and field.name in places
    ]
    numeric = [
        field.name
        for field in resource.fields
        if field.type in ("number", "integer") and field.name in places
    ]
    names = {name.casefold() for name in grid.header if name}
    running = {name: _running_sums(values[name]) for name in numeric}
    upwards = reversed(range(len(grid.rows)))
    fullest = next((at for at in upwards if sum(map(bool, map(str.strip, grid.rows[at]))) > 1), -1)
    odd: list[UnusualRow] = []
    notes: list[int] = []
    for place in _candidates(grid, required, texts, names):
        row = grid.numbers[place]
        absent = tuple(name for name in required if not texts[name][place].strip())
        filled = [cell.strip() for cell in grid.rows[place] if cell.strip()]
        if len(filled) > 1 and {cell.casefold() for cell in filled} <= names:
            what = "the row repeats the column names"
            odd.append(UnusualRow((row,), what, "", "Delete it.", "data.header-twice"))
            continue
        last = place == len(grid.numbers) - 1
        total = _total(place, running, values) if absent or last else None
        lacks = len(absent) > 1 or (bool(absent) and absent[0] in resource.primary_key)
        if total and (lacks or _is_bare_total(filled, place, total, values)):
            (column,), number = resource.names_in_file([total[0]]), total[1]
            what = (
                f"the row is a sum: {plain_number(number)} is what {column} of "
                f"{list_rows((grid.numbers[0], *grid.numbers[1:place]))} "
                "come to"
            )
            remedy = "Delete the row of totals."
            odd.append(
                UnusualRow((row,), what, "rows of the table only", remedy, "data.totals-row")
            )
        elif (
            len(filled) == 1
            and len(grid.header) > 2
            and (len(absent) > 1 or _is_note(grid, place, filled[0], fullest))
        ):
            notes.append(place)
        elif len(absent) > 1:
            odd.append(
                UnusualRow(
                    (row,),
                    f"the row lacks {list_values(resource.names_in_file(absent), 6)}; "
                    f"it has {list_values(map(quote_value, filled), 3)}",
                    "rows of the table only, with all that is required",
                    "Fill in what is missing, or delete the row.",
                    "data.row-incomplete",
                    absent,
                )
            )
    return odd + _notes(grid, notes)


def _candidates(
    grid: RawTable, required: list[str], texts: Mapping[str, Sequence[str]], names: set[str]
) -> list[int]:
    """Places of rows that may be odd: with something missing, like the header, or at the end."""
    places = {
        place
        for name in required
        if not all(texts[name])
        for place, text in enumerate(texts[name])
        if not text.strip()
    }
    places.update(place for place, row in enumerate(grid.rows) if row[0].casefold() in names)
    end = len(grid.rows) - 1
    places.update({end} - {-1})
    while end >= 0 and sum(bool(cell.strip()) for cell in grid.rows[end]) == 1:
        places.add(end)
        end -= 1
    return sorted(places)


def _running_sums(column: Sequence[Value | None]) -> tuple[Floats, Floats]:
    """Of each row the sum of the numbers above it, as good as rounding lets it be, and of sizes."""
    known = [one if isinstance(one, int | float) else 0.0 for one in column]
    numbers = np.array(known, dtype=np.float64)
    return np.cumsum(numbers) - numbers, np.cumsum(np.abs(numbers))


def _total(
    place: int,
    running: Mapping[str, tuple[Floats, Floats]],
    values: Mapping[str, Sequence[Value | None]],
) -> tuple[str, float] | None:
    """A column whose number here is the sum of those above, and that number."""
    for name, (sums, sizes) in running.items():
        column = values[name]
        found = column[place]
        if not isinstance(found, int | float) or not found:
            continue
        # Many rows may be odd: only where it can be the sum are those above added up exactly.
        if abs(sums[place] - found) > 0.01 + 1e-6 * sizes[place]:
            continue
        above = [one for one in column[:place] if isinstance(one, int | float)]
        if len(above) > 1 and math.isclose(math.fsum(above), found, rel_tol=1e-9, abs_tol=0.005):
            return name, float(found)
    return None


def _is_bare_total(
    filled: Sequence[str],
    place: int,
    total: tuple[str, float],
    values: Mapping[str, Sequence[Value | None]],
) -> bool:
    """Whether a row with all that is required holds a sum and nothing but a name for it."""
    numbers = sum(
        isinstance(column[place], int | float) and not isinstance(column[place], bool)
        for column in values.values()
    )
    return abs(total[1]) >= _SURE_SUM and len(filled) - numbers <= 1


def _is_note(grid: RawTable, place: int, text: str, fullest: int) -> bool:
    """Whether the only text of a row is below the table and a sentence, or apart from it.

    `fullest` is the last row with more than one text.
    """
    if fullest > place:
        return False
    apart = place > 0 and grid.numbers[place] > grid.numbers[place - 1] + 1
    return apart or len(text.split()) >= _WORDS_OF_A_NOTE or text.startswith(("*", "¹"))


def _notes(grid: RawTable, places: list[int]) -> list[UnusualRow]:
    groups: list[list[int]] = []
    for place in places:
        if groups and place == groups[-1][-1] + 1:
            groups[-1].append(place)
        else:
            groups.append([place])
    odd = []
    for group in groups:
        rows = [grid.numbers[place] for place in group]
        text = next(cell.strip() for cell in grid.rows[group[0]] if cell.strip())
        subject = "the row holds" if len(rows) == 1 else f"{list_rows(rows)} hold"
        what = f"{subject} nothing but {quote_value(text)}" + (
            "" if len(rows) == 1 else " and the like"
        )
        remedy = "Delete notes and headings from the table."
        odd.append(UnusualRow(tuple(rows), what, "rows of the table only", remedy, "data.note-row"))
    return odd
