"""What the cells of a table hold, read back from their print: numbers, days, or words.

A page sorts by these values and saves them, so that nothing in it has to guess what `30.4.2022` or
`409,220` means in its language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final, Literal

from babel import Locale

from evaltools.report.renderer.pandoc_tree import put, text_of

Kind = Literal["number", "date", "leading", "text", ""]
_LOCALES: Final = {"fi": "fi_FI", "sv": "sv_FI", "en": "en_GB"}
_GROUP: Final = {"fi": "[ \u00a0\u202f]", "sv": "[ \u00a0\u202f]", "en": ","}
_POINT: Final = {"fi": ",", "sv": ",", "en": "."}
_BLANK = re.compile(r"[-\u2013\u2014]?|\[\w\]")
_UNIT = r"[^\W\d]+|[%\u2030\u20ac$\u00a3]|"
_DAY = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})|(\d{4})-(\d\d)-(\d\d)")
_WORDED = re.compile(r"(\d{1,2})\.?\s([^\W\d]+)\.?\s(\d{4})")


@dataclass(frozen=True)
class ColumnValues:
    """What a column holds.

    Arguments:
        kind: `number` or `date` where all cells are; `leading` where all begin with a number
            (`3/52`, `12–40 %`); `text`; empty for numbers among words, which have no order.
        values: of the cells, as a program reads them; None where the text is the value.
        unit: of all numbers, as printed; empty where there is none.
    """

    kind: Kind
    values: tuple[str | None, ...] = ()
    unit: str = ""


def annotate_table(head: list[Any], bodies: list[list[Any]], language: str) -> None:
    """Say of each cell what it holds, and of each heading the kind and unit of its column.

    Arguments:
        head, bodies: of a table of pandoc's tree. language: that of its print.

    Of a table with more rows of headings or bodies than one, or cells across others, nothing is
    said.
    """
    if len(head[1]) != 1 or len(bodies) != 1 or bodies[0][2]:
        return
    headings, rows = head[1][0][1], [row[1] for row in bodies[0][3]]
    if any(cell[2:4] != [1, 1] for row in (headings, *rows) for cell in row):
        return
    texts = [[text_of(cell[4]) for cell in row] for row in rows]
    for place, column in enumerate(read_columns(texts, language)):
        for key, told in (("data-kind", column.kind), ("data-unit", column.unit)):
            if told:
                put(headings[place][0], key, told)
        for row, value in zip(rows, column.values, strict=False):
            if value is not None:
                put(row[place][0], "data-value", value)


def read_columns(rows: Sequence[Sequence[str]], language: str) -> list[ColumnValues]:
    """What the columns hold, given the texts of the cells by rows of the same length.

    Of a table with two columns of words, facts with their names, no column has an order.
    """
    columns = [read_column(texts, language) for texts in zip(*rows, strict=True)]
    if len(columns) == 2 and not {each.kind for each in columns} - {"text", ""}:
        return [ColumnValues("")] * 2
    return columns


def read_column(texts: Sequence[str], language: str) -> ColumnValues:
    """What one column holds; marks for what is missing or withheld are of any kind."""
    plain = [text.replace("\u00ad", "").strip() for text in texts]
    known = [text for text in plain if not _BLANK.fullmatch(text)]
    days = [_read_day(text, language) for text in known]
    if known and all(days):
        return ColumnValues("date", _spread(plain, [str(day) for day in days]))
    numbers = [_read_number(text, language) for text in known]
    whole = [each for each in numbers if each and not each[2]]
    units = {each[1] for each in numbers if each}
    if known and len(whole) == len(known) and len(units) == 1:
        return ColumnValues("number", _spread(plain, [each[0] for each in whole]), *units)
    if known and all(numbers) and len(units) == 1 and not any(days):
        return ColumnValues("leading", _spread(plain, [each[0] for each in numbers if each]))
    return ColumnValues("" if whole or any(days) else "text")


def _spread(texts: Sequence[str], values: Sequence[str]) -> tuple[str | None, ...]:
    """Values at their places; empty where there is none, None where the text says the same."""
    left = iter(values)
    found = ["" if _BLANK.fullmatch(text) else next(left) for text in texts]
    return tuple(None if own == text else own for own, text in zip(found, texts, strict=True))


def _read_number(text: str, language: str) -> tuple[str, str, str] | None:
    """The number at the beginning, its unit, and what follows; None where there is none."""
    found = _pattern(language).match(text)
    if found is None:
        return None
    digits = re.sub(_GROUP[language], "", found["number"]).replace(_POINT[language], ".")
    sign = "-" if found["sign"] in {"-", "\u2212"} else ""
    return sign + digits, found["before"] or found["unit"], text[found.end() :]


@cache
def _pattern(language: str) -> re.Pattern[str]:
    group, point = _GROUP[language], re.escape(_POINT[language])
    return re.compile(
        rf"(?P<before>(?:[A-Z]{{3}}[ \u00a0])?[\u20ac$\u00a3]?)(?P<sign>[-+\u2212]?)"
        rf"(?P<number>\d{{1,3}}(?:{group}\d{{3}})+(?!\d)(?:{point}\d+)?|\d+(?:{point}\d+)?)"
        rf"(?![^\W\d])(?:[ \u00a0\u202f]?(?P<unit>{_UNIT})(?=$|[^\w])|)"
    )


def _read_day(text: str, language: str) -> date | None:
    if found := _DAY.fullmatch(text):
        parts = found.groups()
        year, month, day = (parts[2], parts[1], parts[0]) if parts[2] else parts[3:]
    elif found := _WORDED.fullmatch(text):
        day, month, year = found[1], _months(language).get(found[2].casefold(), 0), found[3]
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


@cache
def _months(language: str) -> Mapping[str, int]:
    """Numbers of months by their names, long and short, in each form they take."""
    locale = Locale.parse(_LOCALES[language])
    return {
        name.rstrip(".").casefold(): number
        for forms in locale.months.values()
        for names in forms.values()
        for number, name in names.items()
    }


def mark_headers(head: list[Any], bodies: list[list[Any]]) -> None:
    """Say of every header cell what it is the header of."""
    for row in head[1]:
        for cell in row[1]:
            put(cell[0], "scope", "colgroup" if cell[3] > 1 else "col")
    for body in bodies:
        for row in body[3]:
            for cell in row[1][: body[1]]:
                put(cell[0], "scope", "row")
