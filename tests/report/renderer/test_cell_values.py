"""Cells read back from their print: what the language printed is what a page sorts and saves."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from evaltools.i18n import numbers as say
from evaltools.report.renderer.printed_values import read_column, read_columns

LANGUAGES = some.sampled_from(say.LANGUAGES)
DAYS = some.dates(date(1990, 1, 1), date(2090, 12, 31))


@given(days=some.lists(DAYS, min_size=1), language=LANGUAGES,
       style=some.sampled_from(("long", "short")))  # fmt: skip
def test_days_are_read_as_they_were_printed(days, language, style) -> None:  # type: ignore[no-untyped-def]
    column = read_column([say.date(day, language, style) for day in days], language)
    assert (column.kind, list(column.values)) == ("date", [day.isoformat() for day in days])


@given(values=some.lists(some.integers(-10**9, 10**9), min_size=1), language=LANGUAGES,
       decimals=some.integers(0, 3))  # fmt: skip
def test_numbers_are_read_as_they_were_printed(values, language, decimals) -> None:  # type: ignore[no-untyped-def]
    numbers = [value / 10**decimals for value in values]
    printed = [say.number(each, language, decimals) for each in numbers]
    column = read_column(printed, language)
    assert column.kind == "number"
    read = [
        own if own is not None else text for own, text in zip(column.values, printed, strict=True)
    ]
    assert [float(each) for each in read] == numbers
    assert all(set(each) <= set("-.0123456789") for each in read)


@pytest.mark.parametrize(
    ("texts", "kind", "values", "unit"),
    [
        (["78\u00a0%", "–", "[c]", "5\u00a0%"], "number", ("78", "", "", "5"), "%"),
        (["12/52", "3/52"], "leading", ("12", "3"), ""),
        (["−17–26", "3–8"], "leading", ("-17", "3"), ""),
        (["2020", "2019-1"], "leading", (None, "2019"), ""),
        (["3", "629\u00a0000\u00a0euroa", "x"], "", (), ""),  # facts
        (["5\u00a0%", "2,2", "11.4.2020"], "", (), ""),
        (["629\u00a0000\u00a0euroa", "2,0\u00a0milj.\u00a0euroa"], "", (), ""),
        (["3D-mallit", "Helmi"], "text", (), ""),
        (["31.2.2020", "1.2.2020"], "", (), ""),  # no such day
        (["–", ""], "text", (), ""),
    ],
)
def test_a_column_is_of_one_kind_or_has_no_order(
    texts: list[str], kind: str, values: tuple[str | None, ...], unit: str
) -> None:
    column = read_column(texts, "fi")
    assert (column.kind, column.values, column.unit) == (kind, values, unit)


@pytest.mark.parametrize(
    ("texts", "names", "parts", "unit"),
    [
        (["25–51\u00a0%", "5\u00a0%", "–", "[c]"], ("low", "high"), ["25 51", "5 5", "", ""], "%"),
        (["−17\u00a0–\u00a026", "3–8"], ("low", "high"), ["-17 26", "3 8"], ""),
        (["0,48–0,81", "0,5"], ("low", "high"), ["0.48 0.81", "0.5 0.5"], ""),
        (["3–27/30", "25–51\u00a0%"], ("low", "high", "of", "unit"), ["3 27 30 ", "25 51  %"], ""),
        (["3/52", "1\u00a0012/3\u00a0000"], ("count", "of"), ["3 52", "1012 3000"], ""),
        (["3/52", "4"], (), [], ""),
        (["5\u00a0%", "7\u00a0%"], (), [], "%"),
    ],
)
def test_the_ends_of_an_interval_are_numbers_of_their_own(
    texts: list[str], names: tuple[str, ...], parts: list[str], unit: str
) -> None:
    column = read_column(texts, "fi")
    assert (column.names, [" ".join(each) for each in column.parts]) == (names, parts)
    assert column.unit == unit


def test_a_table_of_facts_has_no_order() -> None:
    rows = [["Haku", "2019-1"], ["Avustus", "629 000 euroa"], ["Kesto", "x"]]
    assert {each.kind for each in read_columns(rows, "fi")} == {""}
    first = date(2021, 1, 1)
    days = [[say.date(first + timedelta(n), "sv", "short"), "Haku"] for n in range(3)]
    assert [each.kind for each in read_columns(days, "sv")] == ["date", "text"]
