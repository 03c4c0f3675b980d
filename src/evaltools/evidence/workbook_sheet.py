"""A sheet of a workbook: its cells as they are seen, and what is seen of its rows and columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import groupby

from evaltools.documents.spreadsheets.number_formats import NumberFormat, Shown, same_number
from evaltools.documents.spreadsheets.xlsx_parts import Area
from evaltools.documents.superscripts import shift
from evaltools.evidence.messages import quote_value
from evaltools.evidence.numerals import write_unambiguously
from evaltools.evidence.raw_table import Doubt

Place = tuple[int, int]
"""Row, from 1, and column, from 0."""

MOST_CELLS = 5_000_000
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
_TAKE_AWAY = (
    "Write the mark of a note in a column of its own, or take it away; put the character on the "
    "line if it is part of the value."
)
RAISED = Doubt(
    "holds a raised or lowered character, such as the mark of a note",
    _TAKE_AWAY,
    "data.raised-character",
)
# As text it stands there as a raised character; dates are refused by their own reader.
RAISED_IN_TEXT = Doubt(RAISED.what, _TAKE_AWAY, RAISED.code, ("string", "date"))


class HostileSheetError(ValueError):
    """That a sheet would fill more memory than any table needs; its text says by what."""


@dataclass
class Sheet:
    """What a sheet holds.

    Arguments:
        records: texts of the cells by row, from the first on; a row may be shorter than others.
        exact: numbers that cells store where they are no whole ones.
        doubts: cells that store something else than they show.
        hidden_rows, hidden_columns: that a person does not see; rows from 1, columns from 0.
        filtered: whether a filter is set.
        unseen: cells with letters that are too small, or of the colour of the ground.
        may_be_struck, may_be_unseen: cells with a conditional format that does so.
    """

    name: str
    records: list[list[str]] = field(default_factory=list)
    hidden: bool = False
    exact: dict[Place, str] = field(default_factory=dict)
    doubts: dict[Place, Doubt] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    filtered: bool = False
    merged: list[Area] = field(default_factory=list)
    struck: set[Place] = field(default_factory=set)
    unseen: set[Place] = field(default_factory=set)
    may_be_struck: set[Place] = field(default_factory=set)
    may_be_unseen: set[Place] = field(default_factory=set)

    def put(
        self, place: Place, raw: str, number: Decimal, code: NumberFormat, from_1904: bool
    ) -> str:
        """Keep a number as it is stored (raw, and parsed); return what is seen of it."""
        if code.general:
            return self.put_general(place, raw, number)
        return self.put_number(place, raw, number, code.show(number, from_1904))

    def put_number(self, place: Place, raw: str, number: Decimal, shown: Shown) -> str:
        """Keep a number that is shown by another format than General; return what is seen."""
        if shown.date and shown.whole_date:
            self.doubts[place] = NO_DATE_HERE
        elif shown.date or not shown.text:
            self.doubts[place] = differs_as_shown(shown, raw)
        elif shown.value is None or not same_number(shown.value, number):
            self.doubts[place] = differs_as_shown(shown, raw, "string", "boolean")
        else:
            # What is read has no more digits than what is seen.
            self.exact[place] = write_unambiguously(plain_decimal(shown.value))
        return shown.text

    def put_general(self, place: Place, raw: str, number: Decimal) -> str:
        """Keep a number in the format General; return its digits."""
        text = plain_decimal(number)
        if abs(number) >= _MOST_DIGITS:
            self.doubts[place] = TOO_LONG
        elif "." in text:
            precise = repr(float(raw))
            self.exact[place] = write_unambiguously(text if "e" in precise else precise)
        return text


def write_runs(runs: Sequence[tuple[str, int]]) -> tuple[str, Doubt | None]:
    """Texts above the line (1), on it (0) or below it (-1) as one, and the doubt they give."""
    if not any(by for _, by in runs):
        return "".join(text for text, _ in runs), None
    groups = [
        ("".join(text for text, _ in group), by)
        for by, group in groupby(runs, key=lambda run: run[1])
    ]
    text = "".join(shift(one, by) for one, by in groups)
    if not any(by and one.strip() for one, by in groups):
        return text, None
    before = ""
    is_mark = False  # one that is raised beside the digits of a single word: of a number or a code
    for one, by in groups:
        is_mark = is_mark or bool(by and one.strip() and (not before or before[-1].isdigit()))
        before += one
    line = "".join(one for one, by in groups if not by)
    is_code = len(before.split()) == 1 and any(map(str.isdigit, line))
    return text, RAISED if is_mark and is_code else RAISED_IN_TEXT


def differs_as_shown(shown: Shown, stored: str, *unless: str) -> Doubt:
    """A doubt about a number whose format shows something else."""
    what = f"is shown as {quote_value(shown.text)}, but holds {stored}"
    if not shown.text:
        what = f"does not show what it holds, {stored}"
    return Doubt(what, _AS_SEEN, "data.shown-otherwise", unless)


def plain_decimal(number: Decimal) -> str:
    """A number without exponent and without zeros behind its decimals."""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
