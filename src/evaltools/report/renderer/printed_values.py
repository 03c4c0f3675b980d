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

from evaltools.report.renderer.pandoc_tree import Node, put, text_of

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
        names: what the numbers of a cell are that has several: `low`, `high`, `count`, `of`, or
            the `unit` where that is not the same in all; empty where each has one.
        parts: those of each cell; empty for one without.
    """

    kind: Kind
    values: tuple[str | None, ...] = ()
    unit: str = ""
    names: tuple[str, ...] = ()
    parts: tuple[tuple[str, ...], ...] = ()


def annotate_table(
    head: list[Any], bodies: list[list[Any]], language: str, words: Mapping[str, str]
) -> None:
    """Say of each cell what it holds, and of each heading the kind and unit of its column.

    Rows at the end whose first cell is in bold are totals, which stay there. Where such rows
    stand among others they are heads of groups: then no column has an order.

    Arguments:
        head, bodies: of a table of pandoc's tree. language: that of its print.
        words: the renderer's, for the parts of an interval or a fraction.

    Of a table with more rows of headings or bodies than one, or cells across others, nothing is
    said.
    """
    if len(head[1]) != 1 or len(bodies) != 1 or bodies[0][2]:
        return
    headings, rows = head[1][0][1], [row[1] for row in bodies[0][3]]
    if any(cell[2:4] != [1, 1] for row in (headings, *rows) for cell in row):
        return
    texts = [[text_of(cell[4]) for cell in row] for row in rows]
    bold = [_begins_bold(row[0][4]) for row in rows]
    totals = next((n for n, each in enumerate(reversed(bold)) if each != "whole"), len(bold))
    totals = 0 if totals == len(bold) else totals
    grouped = any(bold[: len(bold) - totals]) and not all(each == "led" for each in bold)
    for row, mark in zip(bodies[0][3], bold, strict=True):
        if grouped and mark:
            put(row[0], "data-row", "group")
    for row in bodies[0][3][len(bold) - totals :] if totals and not grouped else ():
        put(row[0], "data-row", "total")
    for place, column in enumerate(read_columns(texts, language)):
        names = "|".join(words[f"csv-{name}"] for name in column.names)
        told = {"kind": "" if grouped else column.kind, "unit": column.unit, "parts": names}
        for key, said in told.items():
            if said:
                put(headings[place][0], f"data-{key}", said)
        for row, value in zip(rows, column.values, strict=False):
            if value is not None:
                put(row[place][0], "data-value", value)
        for row, parts in zip(rows, column.parts, strict=False):
            if parts:
                put(row[place][0], "data-parts", "|".join(parts))


def _begins_bold(blocks: list[Node]) -> Literal["whole", "led", ""]:
    """Whether a cell is in bold, or only its first words are, which name a group of one row."""
    inlines = blocks[0]["c"] if len(blocks) == 1 and blocks[0]["t"] in {"Plain", "Para"} else []
    if not inlines or inlines[0]["t"] != "Strong":
        return ""
    return "whole" if len(inlines) == 1 else "led"


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
    if several := _read_several(plain, known, language):
        return several
    whole = [each for each in numbers if each and not each[2]]
    units = {each[1] for each in numbers if each}
    if known and len(whole) == len(known) and len(units) == 1:
        return ColumnValues("number", _spread(plain, [each[0] for each in whole]), units.pop())
    if known and all(numbers) and len(units) == 1 and not any(days):
        return ColumnValues("leading", _spread(plain, [each[0] for each in numbers if each]))
    return ColumnValues("" if whole or any(days) else "text")


def _spread(texts: Sequence[str], values: Sequence[str]) -> tuple[str | None, ...]:
    """Values at their places; empty where there is none, None where the text says the same."""
    left = iter(values)
    found = ["" if _BLANK.fullmatch(text) else next(left) for text in texts]
    return tuple(None if own == text else own for own, text in zip(found, texts, strict=True))


@dataclass(frozen=True)
class _Several:
    """Numbers of an interval or a fraction, in which `of` is of how many it is."""

    low: str
    high: str
    of: str
    unit: str


def _read_several(plain: Sequence[str], known: Sequence[str], language: str) -> ColumnValues | None:
    """A column of intervals, or of fractions; an interval of one value is printed as that."""
    found = [_read_parts(text, language) for text in known]
    read = [each for each in found if each is not None]
    if not known or len(read) < len(known):
        return None
    units = {each.unit for each in read}
    names: tuple[str, ...] = ("low", "of")
    if any(each.low != each.high for each in read):
        more = {"of": any(each.of for each in read), "unit": len(units) > 1}
        names = ("low", "high", *(name for name, there in more.items() if there))
    elif not all(each.of for each in read):
        return None
    parts = [tuple(getattr(each, name) for name in names) for each in read]
    left = iter(parts)
    return ColumnValues(
        "leading",
        _spread(plain, [each[0] for each in parts]),
        units.pop() if len(units) == 1 else "",
        names if "high" in names else ("count", "of"),
        tuple(() if _BLANK.fullmatch(text) else next(left) for text in plain),
    )


def _read_parts(text: str, language: str) -> _Several | None:
    """`12–40 %`, `3–27/30`, `3/52` or a single `5 %`; None for what is none of them."""
    found = _parts_pattern(language).fullmatch(text)
    if found is None:
        return None
    low, high, of, unit = found.groups()
    first, last = _plain_number(low, language), _plain_number(high or low, language)
    return _Several(first, last, _plain_number(of or "", language), unit or "")


def _plain_number(text: str, language: str) -> str:
    """As a program reads it."""
    digits = re.sub(_GROUP[language], "", text).replace(_POINT[language], ".")
    return digits.replace("\u2212", "-").removeprefix("+")


@cache
def _parts_pattern(language: str) -> re.Pattern[str]:
    number, space = rf"[-+\u2212]?{_digits(language)}", "[ \u00a0\u202f]?"
    return re.compile(
        f"({number})(?:{space}\u2013{space}({number}))?(?:/({number}))?(?:{space}({_UNIT}))?"
    )


def _digits(language: str) -> str:
    group, point = _GROUP[language], re.escape(_POINT[language])
    return rf"(?:\d{{1,3}}(?:{group}\d{{3}})+(?!\d)(?:{point}\d+)?|\d+(?:{point}\d+)?)"


def _read_number(text: str, language: str) -> tuple[str, str, str] | None:
    """The number at the beginning, its unit, and what follows; None where there is none."""
    found = _pattern(language).match(text)
    if found is None:
        return None
    number = _plain_number(found["sign"] + found["number"], language)
    return number, found["before"] or found["unit"], text[found.end() :]


@cache
def _pattern(language: str) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<before>(?:[A-Z]{{3}}[ \u00a0])?[\u20ac$\u00a3]?)(?P<sign>[-+\u2212]?)"
        rf"(?P<number>{_digits(language)})"
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
