"""A sheet of a workbook: its cells as they are seen, and what is seen of its rows and columns."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from evaltools.evidence.grid import Doubt
from evaltools.evidence.number_formats import NumberFormat, Shown, same_number
from evaltools.evidence.numerals import unambiguous
from evaltools.evidence.quoting import quoted

Place = tuple[int, int]
"""Row, from 1, and column, from 0."""

_MOST_DIGITS = Decimal(10) ** 15

FORMULA = Doubt(
    "holds a formula without a stored value",
    "Open the workbook and save it, or put the values in place of formulas.",
    "data.formula",
)
ERROR = Doubt(
    "is an error of a spreadsheet",
    "Correct the formula that gave it, or empty the cell.",
    "data.spreadsheet-error",
    of_text=True,
)
_AS_SEEN = "Give the cells the format General and write in them what is meant."
NO_DATE_HERE = Doubt(
    "is a date",
    "A spreadsheet makes dates of codes such as 3-4: give the cells the format Text and type them "
    "again.",
    "data.shown-otherwise",
    ("date",),
    of_text=True,
)
TOO_LONG = Doubt(
    "has more than 15 digits, of which a spreadsheet keeps 15",
    "Give the cells the format Text and type them again.",
    "data.shown-otherwise",
    of_text=True,
)


HIDDEN_TEXT = Doubt(
    "is not shown by the format of its cell",
    "Give the cells the format General.",
    "data.shown-otherwise",
    of_text=True,
)


@dataclass
class Sheet:
    """What a sheet holds.

    Arguments:
        name: of the sheet.
        records: texts of the cells by row, from the first on; a row may be shorter than others.
        hidden: whether the sheet is hidden.
        exact: numbers that cells store where they are no whole ones.
        doubts: cells that store something else than they show.
        hidden_rows, hidden_columns: that a person does not see; rows from 1, columns from 0.
        filtered: whether a filter is set.
        merged: areas of merged cells: first row, first column, last row, last column.
        struck: cells with struck-through text.
        unseen: cells in white letters on white.
    """

    name: str
    records: list[list[str]] = field(default_factory=list)
    hidden: bool = False
    exact: dict[Place, str] = field(default_factory=dict)
    doubts: dict[Place, Doubt] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    filtered: bool = False
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    struck: set[Place] = field(default_factory=set)
    unseen: set[Place] = field(default_factory=set)

    def put_number(self, place: Place, raw: str, number: Decimal, shown: Shown) -> str:
        """Keep a number that is shown by another format than General; return what is seen.

        Arguments:
            place: of the cell.
            raw: the number as it is stored.
            number: the same.
            shown: what a person sees of it.
        """
        if shown.date:
            self.doubts[place] = NO_DATE_HERE if shown.whole_date else shown_otherwise(shown, raw)
        elif not shown.text:
            self.doubts[place] = shown_otherwise(shown, raw)
        elif shown.value is None or not same_number(shown.value, number):
            self.doubts[place] = shown_otherwise(shown, raw, "string", "boolean")
        else:
            # What is read has no more digits than what is seen.
            self.exact[place] = unambiguous(plain(shown.value))
        return shown.text

    def put_general(self, place: Place, raw: str, number: Decimal) -> str:
        """Keep a number in the format General; return its digits."""
        text = plain(number)
        if abs(number) >= _MOST_DIGITS:
            self.doubts[place] = TOO_LONG
        elif "." in text:
            precise = repr(float(raw))
            self.exact[place] = unambiguous(text if "e" in precise else precise)
        return text


def shown_otherwise(shown: Shown, stored: str, *unless: str) -> Doubt:
    """A doubt about a number whose format shows something else."""
    what = f"is shown as {quoted(shown.text)}, but holds {stored}"
    if not shown.text:
        what = f"does not show what it holds, {stored}"
    return Doubt(what, _AS_SEEN, "data.shown-otherwise", unless)


def plain(number: Decimal) -> str:
    """A number without exponent and without noughts behind its decimals."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def show(sheet: Sheet, place: Place, raw: str, number: Decimal, code: NumberFormat,
         from_1904: bool) -> str:  # fmt: skip
    """Keep a stored number in the sheet; return what is seen of it."""
    if code.general:
        return sheet.put_general(place, raw, number)
    return sheet.put_number(place, raw, number, code.show(number, from_1904))
