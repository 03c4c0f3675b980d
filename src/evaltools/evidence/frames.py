"""From a grid to a typed data frame: columns found by name, cells read by type."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from evaltools.evidence.descriptor import FILE_NAME, Field, Resource
from evaltools.evidence.flaws import Flaw
from evaltools.evidence.grid import Grid
from evaltools.evidence.later import may_be_absent
from evaltools.evidence.quoting import quoted, suggestion
from evaltools.evidence.values import NotThis, Value, reader_of

_NO_DAY = np.datetime64("NaT", "D")


class TableReader:
    """Turns one grid into one frame, gathering flaws."""

    def __init__(self, resource: Resource, grid: Grid) -> None:
        self.resource = resource
        self.grid = grid
        self.flaws: list[Flaw] = []
        self.missing: list[str] = []
        self.holes: list[tuple[int, str]] = []

    def frame(self) -> pd.DataFrame:
        """The frame; what could not be read is in `flaws`, `missing` and `holes` afterwards."""
        places = self._places()
        cells = list(zip(*self.grid.rows, strict=True)) if self.grid.rows else []
        for row, found in self.grid.ragged:
            self._flaw(
                row,
                None,
                f"the row has {found} cells, the header {len(self.grid.header)}",
                "",
                "Put a text that holds the delimiter between quotation marks.",
                "data.row-width",
            )
        columns = {}
        empty = ("",) * len(self.grid.rows)
        for field in self.resource.fields:
            place = places.get(field.name)
            if place is None and not may_be_absent(self.resource.name, field.name):
                self.missing.append(field.name)
            texts = cells[place] if place is not None and cells else empty
            columns[field.name] = self._column(field, texts)
        index = pd.Index(self.grid.numbers, name="row", dtype="int64")
        return pd.DataFrame(columns, index=index, copy=False)

    def _places(self) -> dict[str, int]:
        declared = {field.name.casefold(): field.name for field in self.resource.fields}
        places: dict[str, int] = {}
        unknown = []
        for place, name in enumerate(self.grid.header):
            field = declared.get(name.casefold())
            if field is None:
                unknown.append((place, name))
            elif field in places:
                self._flaw(
                    1,
                    field,
                    "the column stands twice",
                    "",
                    "Keep one of them.",
                    "data.column-twice",
                )
            else:
                places[field] = place
        absent = [name for name in self.resource.field_names if name not in places]
        for place, name in unknown:
            if name:
                self._flaw(
                    1,
                    None,
                    f"the column {quoted(name)} is not in {FILE_NAME}",
                    "",
                    suggestion(name, absent) or "Take it out, or describe it there.",
                    "data.column-unknown",
                )
            elif any(row[place].strip() for row in self.grid.rows):
                self._flaw(
                    1,
                    None,
                    f"column {place + 1} holds values under no name",
                    "",
                    "Name the column, or empty it.",
                    "data.column-unnamed",
                )
        for name in absent:
            if may_be_absent(self.resource.name, name):
                continue
            self._flaw(
                1,
                name,
                "the column is missing",
                "",
                "Add it, with empty cells where nothing is known.",
                "data.column-missing",
            )
        return places

    def _column(self, field: Field, texts: tuple[str, ...]) -> pd.api.extensions.ExtensionArray:
        read = reader_of(field, workbook=self.grid.workbook, day_zero=self.grid.day_zero)
        known, wrong = self._distinct(read, texts)
        if wrong:
            for row, text in zip(self.grid.numbers, texts, strict=True):
                error = wrong.get(text)
                if error is not None:
                    self.holes.append((row, field.name))
                    self._flaw(
                        row,
                        field.name,
                        f"{quoted(text)} {error.what}",
                        error.allowed,
                        error.remedy,
                        error.code,
                    )
        values = [known[text] for text in texts]
        return typed(field.type, values)

    def _distinct(
        self, read: Callable[[str], Value], texts: tuple[str, ...]
    ) -> tuple[dict[str, Value | None], dict[str, NotThis]]:
        # A register repeats itself: each distinct text is read once.
        known: dict[str, Value | None] = {}
        wrong: dict[str, NotThis] = {}
        missing = self.resource.missing_values
        for text in set(texts):
            if not text.strip() or text.strip() in missing:
                known[text] = None
                continue
            try:
                known[text] = read(text)
            except NotThis as error:
                known[text] = None
                wrong[text] = error
        return known, wrong

    def _flaw(
        self, row: int, column: str | None, what: str, allowed: str, remedy: str, code: str
    ) -> None:
        self.flaws.append(Flaw(self.resource.name, row, column, what, allowed, remedy, code))


def typed(kind: str, values: list[Value | None]) -> pd.api.extensions.ExtensionArray:
    """Values, None where missing, as the pandas array of a descriptor's type."""
    if kind == "string":
        texts: np.ndarray[tuple[int], np.dtype[np.object_]] = np.array(values, dtype=object)
        return pd.array(texts, dtype="string")
    absent = np.array([value is None for value in values], dtype=bool)
    if kind == "boolean":
        truths = np.array([value is True for value in values], dtype=bool)
        return pd.arrays.BooleanArray(truths, absent)
    if kind == "integer":
        whole = np.array([0 if value is None else value for value in values], dtype="int64")
        return pd.arrays.IntegerArray(whole, absent)
    if kind == "number":
        floats = [np.nan if value is None else value for value in values]
        return pd.arrays.NumpyExtensionArray(np.array(floats, dtype="float64"))
    known = [_NO_DAY if value is None else value for value in values]
    days = np.array(known, dtype="datetime64[D]")
    return pd.DatetimeIndex(days.astype("datetime64[us]")).array
