"""From a grid to a typed data frame: columns found by name, cells read by type."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import numpy as np
import pandas as pd

from evaltools.evidence.cell_values import (
    AMBIGUOUS,
    AMBIGUOUS_DATE,
    SHEET_ERROR,
    CellProblem,
    CellValueError,
    Value,
    is_day_first,
    value_reader,
)
from evaltools.evidence.descriptor import FILE_NAME, Field, Resource
from evaltools.evidence.known_tables import may_be_absent
from evaltools.evidence.numerals import NO_MARKS, Marks, detect_marks
from evaltools.evidence.raw_table import RawTable, UnreadableTableError, list_rows
from evaltools.evidence.unusual_rows import find_unusual_rows
from evaltools.problems import list_values, quote_value, suggest_value

_NO_DAY = np.datetime64("NaT", "D")
_NUMERIC = ("number", "integer")

Cause = tuple[str, str]
"""What cells have in common that could not be read for the same reason."""
_Unread = list[tuple[Cause, int, CellValueError]]


class TableReader:
    """Turns one grid into one frame, gathering cell problems.

    Raises Unreadable where the header holds none of the table's columns.
    """

    def __init__(self, resource: Resource, grid: RawTable) -> None:
        self.resource = resource
        self.grid = grid
        self.cell_problems: list[CellProblem] = []
        self.missing: list[str] = []
        self.holes: list[tuple[int, str]] = []
        self._declared = {one.own_name.casefold(): one.name for one in resource.fields}
        self._places = self._find_doubts()
        cells = list(zip(*grid.rows, strict=True)) if grid.rows else []
        empty = ("",) * len(grid.rows)
        self._texts = {
            field.name: cells[self._places[field.name]]
            if cells and field.name in self._places
            else empty
            for field in resource.fields
        }

    def frame(self) -> pd.DataFrame:
        """The frame; `cell_problems`, `missing` and `holes` have what could not be read."""
        for remark in self.grid.remarks:
            column = self._declared.get((remark.column or "").casefold(), remark.column)
            self._problem(remark.row, column, remark.what, "", remark.remedy, remark.code)
        self._report_ragged()
        values: dict[str, list[Value | None]] = {}
        wrong: dict[str, _Unread] = {}
        for field in self.resource.fields:
            if field.name not in self._places and not may_be_absent(self.resource.name, field.name):
                self.missing.append(field.name)
            values[field.name], wrong[field.name] = self._column(field)
        odd = find_unusual_rows(self.resource, self.grid, self._places, self._texts, values)
        for one in odd:
            self._problem(one.rows[0], None, one.what, one.allowed, one.remedy, one.code)
            self.holes += [(row, name) for row in one.rows for name in one.columns]
        reported = {row for one in odd for row in one.rows}
        for name, unread in wrong.items():
            self._report_unread(name, [one for one in unread if one[1] not in reported])
        index = pd.Index(self.grid.numbers, name="row", dtype="int64")
        columns = {field.name: make_typed_column(field.type, values[field.name])
                   for field in self.resource.fields}  # fmt: skip
        frame = pd.DataFrame(columns, index=index, copy=False)
        foreign = {row for one in odd if not one.columns for row in one.rows}
        return frame[~index.isin(foreign)] if foreign else frame

    def _report_ragged(self) -> None:
        width = len(self.grid.header)
        counts = Counter(found for _, found in self.grid.ragged)
        for found in counts:
            rows = [row for row, cells in self.grid.ragged if cells == found]
            subject = "the row has" if len(rows) == 1 else f"{list_rows(rows)} have"
            what = f"{subject} {found} {'cell' if found == 1 else 'cells'}, the header {width}"
            remedy = "Put a text that holds the delimiter between quotation marks."
            if found < width:
                remedy = (
                    "Add what is missing; where a line break has split a row, put the text that "
                    "holds it between quotation marks."
                )
            elif len(rows) > 1:
                remedy = (
                    "Put texts and numbers that hold the delimiter between quotation marks, or "
                    "save with another delimiter."
                )
            self._problem(rows[0], None, what, "", remedy, "data.row-width")
        # Nothing can be concluded from what those rows do not say.
        self.holes += [(row, name) for row, _ in self.grid.ragged
                       for name in self.resource.field_names]  # fmt: skip

    def _report_unread(self, column: str, wrong: _Unread) -> None:
        rows: dict[Cause, list[int]] = {}
        first: dict[Cause, CellValueError] = {}
        for cause, row, error in wrong:
            self.holes.append((row, column))
            rows.setdefault(cause, []).append(row)
            first.setdefault(cause, error)
        for cause, error in first.items():
            row, *others = rows[cause]
            also = f" (also {list_rows(others)})" if others else ""
            self._problem(row, column, error.what + also, error.allowed, error.remedy, error.code)

    def _find_doubts(self) -> dict[str, int]:
        places: dict[str, int] = {}
        unknown = []
        for place, name in enumerate(self.grid.header):
            field = self._declared.get(name.casefold())
            if field is None:
                unknown.append((place, name))
            elif field in places:
                what, remedy = "the column stands twice", "Keep one of them."
                self._problem(self.grid.header_row, field, what, "", remedy, "data.column-twice")
            else:
                places[field] = place
        if not places:
            shown = list_values((quote_value(name) for name in self.grid.header if name), 6)
            what = f"the first row holds none of the column names but {shown}"
            allowed = list_values(self.resource.own_names)
            remedy = "Put the column names in the first row."
            raise UnreadableTableError(
                what, remedy, "data.header", allowed=allowed, row=self.grid.header_row
            )
        absent = [name for name in self.resource.field_names if name not in places]
        for place, name in unknown:
            if name:
                what = f"the column {quote_value(name)} is not in {FILE_NAME}"
                near = suggest_value(name, self.resource.names_in_file(absent))
                remedy = near or "Take it out, or describe it there."
                self._problem(self.grid.header_row, None, what, "", remedy, "data.column-unknown")
            elif any(row[place].strip() for row in self.grid.rows):
                what = f"column {place + 1} holds values under no name"
                remedy = "Name the column, or empty it."
                self._problem(self.grid.header_row, None, what, "", remedy, "data.column-unnamed")
        for name in absent:
            if may_be_absent(self.resource.name, name):
                continue
            what = "the column is missing"
            remedy = "Add it, with empty cells where nothing is known."
            self._problem(self.grid.header_row, name, what, "", remedy, "data.column-missing")
        return places

    def _column(self, field: Field) -> tuple[list[Value | None], _Unread]:
        texts = self._texts[field.name]
        wrong: _Unread = []
        doubtful = self._doubtful(field, wrong)
        if field.type in _NUMERIC:
            texts = self._numerals(field.name)
        read = self._reader(field, day_first=False)
        known, errors = self._distinct(read, texts)
        codes = {error.code for error in errors.values()}
        if AMBIGUOUS in codes:
            read = self._reader(field, marks=self._marks(field.name))
        elif AMBIGUOUS_DATE in codes and self._day_first(field.name):
            read = self._reader(field)
        if codes & {AMBIGUOUS, AMBIGUOUS_DATE}:
            known, errors = self._distinct(read, texts)
        values: list[Value | None] = [known[text] for text in texts]
        for place in doubtful:
            values[place] = None
        if errors:
            for place, (row, text) in enumerate(zip(self.grid.numbers, texts, strict=True)):
                error = errors.get(text)
                if error is not None and place not in doubtful:
                    what = f"{quote_value(text)} {error.what}"
                    # Numbers that are all written in one doubtful way have one cause, and so has
                    # one wrong text however often it stands there.
                    one_way = error.code in (AMBIGUOUS, AMBIGUOUS_DATE)
                    cause = (error.code, "" if one_way else text)
                    problem = CellValueError(what, error.allowed, error.remedy, error.code)
                    wrong.append((cause, row, problem))
        return values, wrong

    def _doubtful(self, field: Field, wrong: _Unread) -> set[int]:
        """Places in the column of cells whose text is not what they say."""
        column = self._places.get(field.name)
        if column is None or not self.grid.doubts:
            return set()
        texts = self._texts[field.name]
        doubtful = set()
        for place, row in enumerate(self.grid.numbers):
            doubt = self.grid.doubts.get((row, column))
            if doubt is None or field.type in doubt.unless:
                continue
            doubtful.add(place)
            text = texts[place]
            cause = (doubt.remedy, text if doubt.code == SHEET_ERROR else "")
            problem = CellValueError(doubt.sentence(text), "", doubt.remedy, doubt.code)
            wrong.append((cause, row, problem))
        return doubtful

    def _numerals(self, name: str) -> tuple[str, ...]:
        """Texts of a column of numbers; of cells that store a number, that number."""
        column, texts = self._places.get(name), self._texts[name]
        if column is None or not self.grid.exact:
            return texts
        exact = self.grid.exact
        return tuple(
            exact.get((row, column), text)
            for row, text in zip(self.grid.numbers, texts, strict=True)
        )

    def _marks(self, name: str) -> Marks:
        """What points and commas stand for in a column, or else in the file."""
        fields = [field.name for field in self.resource.fields if field.type in _NUMERIC]
        file = detect_marks(text for other in fields for text in self._written(other))
        return detect_marks(self._written(name)).completed(file)

    def _written(self, name: str) -> set[str]:
        """Texts of a column that somebody wrote: not those that a spreadsheet stores as numbers."""
        column, exact = self._places.get(name), self.grid.exact
        texts = self._texts[name]
        if column is None or not exact:
            return set(texts)
        return {
            text
            for row, text in zip(self.grid.numbers, texts, strict=True)
            if (row, column) not in exact
        }

    def _day_first(self, name: str) -> bool:
        """Whether dates with points in a column surely begin with the day."""
        dates = [field.name for field in self.resource.fields if field.type == "date"]
        elsewhere = (text for other in dates for text in self._texts[other])
        return is_day_first(self._texts[name], elsewhere)

    def _reader(
        self, field: Field, *, marks: Marks = NO_MARKS, day_first: bool = True
    ) -> Callable[[str], Value]:
        return value_reader(
            field,
            workbook=self.grid.workbook,
            day_zero=self.grid.day_zero,
            marks=marks,
            day_first=day_first,
        )

    def _distinct(
        self, read: Callable[[str], Value], texts: tuple[str, ...]
    ) -> tuple[dict[str, Value | None], dict[str, CellValueError]]:
        # A register repeats itself: each distinct text is read once.
        known: dict[str, Value | None] = {}
        wrong: dict[str, CellValueError] = {}
        missing = self.resource.missing_values
        for text in set(texts):
            bare = text.strip()
            if not bare or bare in missing:
                known[text] = None
                continue
            try:
                known[text] = read(text)
            except CellValueError as error:
                known[text] = None
                wrong[text] = error
        return known, wrong

    def _problem(
        self, row: int | None, column: str | None, what: str, allowed: str, remedy: str, code: str
    ) -> None:
        self.cell_problems.append(
            CellProblem(self.resource.name, row, column, what, allowed, remedy, code)
        )


def make_typed_column(kind: str, values: list[Value | None]) -> pd.api.extensions.ExtensionArray:
    """Values, None where missing, as the pandas array of a descriptor's type."""
    if kind == "string":
        texts: np.ndarray[tuple[int], np.dtype[np.object_]] = np.array(values, dtype=object)
        return pd.array(texts, dtype="string")
    absent = np.array([value is None for value in values], dtype=bool)
    if kind == "boolean":
        truths = np.array([value is True for value in values], dtype=bool)
        return pd.arrays.BooleanArray(truths, absent)
    if kind == "integer":
        filled = np.array([0 if value is None else value for value in values], dtype="int64")
        return pd.arrays.IntegerArray(filled, absent)
    if kind == "number":
        floats = [np.nan if value is None else value for value in values]
        return pd.arrays.NumpyExtensionArray(np.array(floats, dtype="float64"))
    known = [_NO_DAY if value is None else value for value in values]
    days = np.array(known, dtype="datetime64[D]")
    return pd.DatetimeIndex(days.astype("datetime64[us]")).array
