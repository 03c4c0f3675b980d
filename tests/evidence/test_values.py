"""A cell is read where it can be read in one way only."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltools.evidence.cell_values import (
    CellValueError,
    parse_boolean,
    parse_date,
    parse_integer,
    parse_number,
    parse_string,
    value_reader,
)
from evaltools.evidence.descriptor import Field


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0), ("-3", -3), ("+3", 3), ("\u22123,5", -3.5), ("0,125", 0.125),
        ("0.123", 0.123), ("1.2340", 1.234),
        ("1'234", 1234), ("1\u2019234.50", 1234.5), ("1234.567", 1234.567), ("85.5", 85.5),
        ("1 234", 1234), ("12 345 678,9", 12345678.9), ("1.234,5", 1234.5), ("1,234.5", 1234.5),
        ("1.234.567", 1234567), ("12 €", 12), ("1 200,50 EUR", 1200.5),
    ],
)  # fmt: skip
def test_numbers_are_read_as_they_are_written_here(text: str, value: float) -> None:
    assert parse_number(text) == value


@pytest.mark.parametrize(
    "text", ["1,234", "1.234", "-25.000", "12 34", "1 2345", "1.23.4", "n. 5", "5 %",
             "nan", "inf", "1e6", "0x10",
             "٣", "1,5 milj.", "--1", "12,345", "12'34"]
)  # fmt: skip
def test_what_could_be_two_numbers_or_none_is_refused(text: str) -> None:
    with pytest.raises(CellValueError):
        parse_number(text)


@settings(deadline=None)
@given(st.integers(-(10**12), 10**12), st.sampled_from([" ", "\u00a0", "\u202f"]))
def test_whole_numbers_survive_grouping(value: int, space: str) -> None:
    assert parse_integer(f"{value:,}".replace(",", space)) == value


@settings(deadline=None)
@given(st.integers(-(10**11), 10**11))
def test_cents_survive_the_decimal_comma(cents: int) -> None:
    written = f"{cents / 100:.2f}".replace(".", ",")
    assert round(parse_number(written) * 100) == cents


@pytest.mark.parametrize("text", ["2019.5", "1 000 000 000 000 000 0", "12345678901234567"])
def test_whole_numbers_are_whole_and_fit(text: str) -> None:
    with pytest.raises(CellValueError):
        parse_integer(text)


@settings(deadline=None)
@given(st.dates(dt.date(1900, 1, 1), dt.date(2100, 12, 31)))
def test_a_day_is_the_same_in_every_notation(day: dt.date) -> None:
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.isoformat()} 00:00:00") == day
    assert parse_date(f"{day.day}.{day.month}.{day.year}") == day
    assert parse_date(f"{day:%d.%m.%Y}") == day


@pytest.mark.parametrize(
    "text",
    ["1/2/2020", "2020-2-1", "31.2.2020", "1.1.20", "2020", "0020-01-01", "2020-01-01 12:30"],
)
def test_days_that_are_unclear_or_none_are_refused(text: str) -> None:
    with pytest.raises(CellValueError):
        parse_date(text)


@pytest.mark.parametrize("text", ["kyllä", "KYLLÄ", "ja", "Yes", "true", "TOSI", "sant", "1"])
def test_yes_is_understood_in_three_languages(text: str) -> None:
    assert parse_boolean(text) is True


@pytest.mark.parametrize("text", ["ei", "Nej", "no", "FALSE", "epätosi", "falskt", "0"])
def test_no_is_understood_in_three_languages(text: str) -> None:
    assert parse_boolean(text) is False


@pytest.mark.parametrize("text", ["", "x", "2", "k", "-"])
def test_anything_else_is_neither(text: str) -> None:
    with pytest.raises(CellValueError):
        parse_boolean(text)


def test_noughts_come_back_only_for_codes_of_a_fixed_length() -> None:
    fixed = value_reader(Field("code", "string", pattern="[0-9]{3}"))
    free = value_reader(Field("code", "string", pattern="[0-9]+"))
    assert (fixed("5"), fixed("005"), fixed("5a"), free("5")) == ("005", "005", "5a", "5")


def test_quotes_are_kept_to_the_letter() -> None:
    assert parse_string("  = lainaus ", verbatim=True) == "  = lainaus "
    assert parse_string("  nimi ") == "nimi"


@pytest.mark.parametrize(
    "text", ["=1+1", "@SUM(A1)", " =cmd|' /C calc'!A0", "a\x00b", "a\x1bb", "#N/A"]
)
def test_formulas_errors_and_control_characters_are_no_text(text: str) -> None:
    with pytest.raises(CellValueError):
        parse_string(text)
