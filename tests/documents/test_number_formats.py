"""What a number format shows, as Excel does it and ECMA-376 part 1, 18.8.31 has it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from evaltools.documents.spreadsheets.number_formats import NumberFormat, parse_decimal, same_number

SHOWS_THE_NUMBER = [
    ("General", "123.25", "123.25"), ("0", "5", "5"), ("0.00", "123.25", "123.25"),
    ("#,##0", "123250", "123250"), ("#,##0.00", "-123.5", "-123.50"), ("000", "5", "005"),
    ("0.00", "0.30000000000000004", "0.30"), ("0.##", "1.5", "1.5"), ("+0;-0", "5", "+5"),
    ("#,##0.00 €", "1234.5", "1234.50 €"), ("#,##0 [$€-40B]", "-7", "-7 €"),
    ('#,##0.00\\ "€"', "8", "8.00 €"), ("0 EUR", "7", "7 EUR"),
    ("#,##0 ;(#,##0)", "-5", "-5"), ("#,##0;[Red]-#,##0", "-5", "-5"),
    ('_-* #,##0.00 €_-;-* #,##0.00 €_-;_-* "-"?? €_-;_-@_-', "1234.5", "1234.50 €"),
    ('_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-', "0", "-"),
    ("0.00E+00", "123000", "1.23E+5"), ('[>=1000]0.0,"k";0', "15", "15"), ("@", "5", "5"),
    ("0;@", "-5", "-5"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "stored", "shown"), SHOWS_THE_NUMBER)
def test_formats_that_show_the_number(code: str, stored: str, shown: str) -> None:
    number = parse_decimal(stored)
    assert number is not None
    found = NumberFormat(code).show(number)
    assert found.text == shown
    assert same_number(found.value, number)


SHOWS_SOMETHING_ELSE = [
    ("0%", "0.85", "85%"), ("0.0 %", "0.125", "12.5 %"), ('#,##0.00 "k€"', "123.25", "123.25 k€"),
    ("0.0,", "123250", "123.3"), ("#,##0,,", "44000000", "44"), ("0", "1234.567", "1235"),
    ("#,##0", "0.5", "1"), (";;;", "5", ""), ("0;;", "0", ""), ("0;0", "-5", "5"),
    ("0;[Red]0", "-5", "5"), ("0.00", "33.3333333", "33.33"), ('"$"#,##0', "5", "$5"),
    ("#,##0 [$kr-41D]", "100", "100 kr"), ("0.00E+00", "123250", "1.23E+5"),
    ('[>=1000]0.0,"k";0', "1500", "1.5k"), ('"EX/"0000', "1", "EX/0001"), ("-0", "5", "-5"),
    ('"n/a"', "5", "n/a"), ("#", "0", ""), ("# ?/?", "0.5", ""), ('0" milj."', "3", "3 milj."),
    ('0\\0', "12", "120"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "stored", "shown"), SHOWS_SOMETHING_ELSE)
def test_formats_that_show_something_else(code: str, stored: str, shown: str) -> None:
    number = parse_decimal(stored)
    assert number is not None
    found = NumberFormat(code).show(number)
    assert found.text == shown
    assert not same_number(found.value, number)


@pytest.mark.parametrize(
    ("code", "stored", "shown", "whole"),
    [
        ("yyyy-mm-dd", "43790", "2019-11-21", True), ("d.m.yyyy", "43790.5", "2019-11-21", True),
        ('[$-40B]d. mmmm"ta" yyyy;@', "43790", "2019-11-21", True),
        ("yyyy-mm-dd h:mm:ss", "43790.5", "2019-11-21 12:00:00", True),
        ("mmm-yy", "43790", "2019-11", False), ("d.m.", "43790", "11-21", False),
        ("yyyy", "43790", "2019", False), ("h:mm", "0.5", "12:00", False),
        ("[h]:mm", "1.5", "36:00", False), ("dddd mmmm yyyy", "43790", "2019-11", False),
        ("mm:ss.0", "0.5", "12:00", False), ("[h]:mm", "0.000694444444444444", "0:01", False),
    ],
)  # fmt: skip
def test_dates_and_whether_all_of_the_day_is_shown(
    code: str, stored: str, shown: str, whole: bool
) -> None:
    found = NumberFormat(code).show(Decimal(stored))
    assert (found.text, found.date, found.whole_date) == (shown, True, whole)


def test_days_before_march_1900_are_counted_with_one_that_never_was() -> None:
    assert not NumberFormat("d.m.yyyy").show(Decimal(30)).whole_date


@pytest.mark.parametrize(
    ("code", "text", "shown"),
    [("General", "a", "a"), ("@", "a", "a"), ('"EX/"@', "a", "EX/a"), (";;;", "a", ""),
     ('0;-0;0;"x"', "a", "x"), ("0.00", "a", "a")],
)  # fmt: skip
def test_what_is_seen_of_a_text(code: str, text: str, shown: str) -> None:
    assert NumberFormat(code).show_text(text) == shown
