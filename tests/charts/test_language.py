"""Numbers, money, dates and lists as three languages print them."""

from __future__ import annotations

import datetime
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES, Language

NB = "\u00a0"


@pytest.mark.parametrize(
    ("tongue", "text"),
    [("fi", f"1{NB}234{NB}567,5"), ("sv", f"1{NB}234{NB}567,5"), ("en", "1,234,567.5")],
)
def test_numbers_have_the_marks_of_their_language(tongue: Language, text: str) -> None:
    assert say.number(1234567.5, tongue, 1) == text
    assert say.number(-1234567.5, tongue, 1) == "\u2212" + text


def test_halves_are_rounded_as_by_hand() -> None:
    assert [say.number(x, "fi") for x in (0.5, 1.5, 2.5, -2.5)] == ["1", "2", "3", "\u22123"]
    assert say.percent(0.285, "fi") == f"29{NB}%"
    assert say.number(-0.4, "fi") == "0"


def test_percentages_have_a_no_break_space_in_finnish_and_swedish_only() -> None:
    assert say.percent(19 / 52, "fi") == f"37{NB}%"
    assert say.percent(19 / 52, "sv") == f"37{NB}%"
    assert say.percent(19 / 52, "en") == "37%"
    assert say.percent_range(0.25, 0.51, "fi") == f"25–51{NB}%"
    assert say.percent_range(0.25, 0.51, "en") == "25–51%"
    assert say.percent_range(0.251, 0.252, "fi") == f"25{NB}%"
    assert say.number_range(-31, -2, "fi") == f"−31{NB}–{NB}−2"


def test_shares_of_fewer_than_ten_are_counts() -> None:
    assert say.share(3 / 8, 3, 8, "fi") == "3/8"
    assert say.share(3 / 9, 3, 9, "en") == "3/9"
    assert say.share(4 / 10, 4, 10, "fi") == f"40{NB}%"
    assert say.share(19 / 52, 19, 52, "en") == "37%"
    assert say.share(None, None, 8, "fi") == "–"


@pytest.mark.parametrize(
    ("value", "fi", "sv", "en"),
    [
        (1234, "1 234 euroa", "1 234 euro", "EUR 1,234"),
        (1, "1 euro", "1 euro", "EUR 1"),
        (1_234_567, "1,2 milj. euroa", "1,2 mn euro", "EUR 1.2 million"),
        (999_999, "1,0 milj. euroa", "1,0 mn euro", "EUR 1.0 million"),
        (999_949, "999 949 euroa", "999 949 euro", "EUR 999,949"),
        (-1234, "−1 234 euroa", "−1 234 euro", "EUR −1,234"),
        (None, "–", "–", "–"),
        (math.nan, "–", "–", "–"),
    ],
)
def test_euros(value: float | None, fi: str, sv: str, en: str) -> None:
    for tongue, text in zip(LANGUAGES, (fi, sv, en), strict=True):
        assert say.money(value, tongue) == text.replace(" ", NB)


def test_euros_for_axes_are_short() -> None:
    assert say.money_short(10_000, "fi") == f"10{NB}000{NB}€"
    assert say.money_short(1_000_000, "fi") == f"1{NB}milj.{NB}€"
    assert say.money_short(1_250_000, "sv") == f"1,3{NB}mn{NB}€"
    assert say.money_short(1_250_000, "en") == "€1.3m"


def test_other_currencies_are_printed_with_their_signs() -> None:
    assert say.money(1_234_567, "en", "GBP") == f"£1.2{NB}million"
    assert say.money(1234, "sv", "SEK") == f"1{NB}234{NB}kr"
    assert say.money(1234, "en", "SEK") == f"SEK{NB}1,234"
    assert say.money_short(45_000, "en", "GBP") == "£45,000"
    assert say.money_short(1_200_000, "fi", "GBP") == f"1,2{NB}milj.{NB}£"


def test_dates_are_long_in_prose_and_short_in_tables() -> None:
    day = datetime.date(2022, 4, 30)
    assert say.date(day, "fi") == f"30.{NB}huhtikuuta 2022"
    assert say.date(day, "sv") == f"30{NB}april 2022"
    assert say.date(day, "en") == f"30{NB}April 2022"
    assert [say.date(day, tongue, "short") for tongue in LANGUAGES] == [
        "30.4.2022",
        "30.4.2022",
        f"30{NB}Apr{NB}2022",
    ]
    assert say.date(None, "fi") == "–"


def test_lists_end_in_and() -> None:
    items = ["a", "b", "c"]
    assert [say.list_of(items, tongue) for tongue in LANGUAGES] == [
        "a, b ja c",
        "a, b och c",
        "a, b and c",
    ]
    assert say.list_of(["a"], "fi") == "a"
    assert say.list_of([], "fi") == ""


def test_differences_carry_their_sign() -> None:
    assert [say.signed(x, "fi") for x in (21.4, -5, 0, 0.3)] == ["+21", "\u22125", "0", "0"]


@given(st.floats(-1e12, 1e12), st.integers(0, 4))
def test_printed_numbers_read_back_as_the_rounded_number(value: float, decimals: int) -> None:
    for tongue in LANGUAGES:
        text = say.number(value, tongue, decimals)
        mark, group = (".", ",") if tongue == "en" else (",", NB)
        back = float(text.replace(group, "").replace(mark, ".").replace("\u2212", "-"))
        assert back == pytest.approx(value, abs=0.5000001 * 10**-decimals, rel=1e-11)
        assert " " not in text
        assert "-" not in text


@pytest.mark.parametrize(
    ("key", "values", "told"),
    [
        ("ratings", {"of": (4, 7)}, "Yli puolet vastanneista antaa parhaita arvosanoja 4/7"),
        ("ratings", {"of": (0, 7)}, "Yhdessäkään kysymyksessä ei yli puolet vastanneista anna"),
        ("logic", {"of": (0, 11), "against": (2, 11)}, "Näyttö ei tue yhtäkään vaikutuslogiikan"),
        ("logic", {"of": (2, 11), "against": (0, 11)}, "eikä yksikään ole sen vastainen"),
        ("logic", {"of": (0, 11), "against": (0, 11)}, "kaikki 11 jäävät avoimiksi"),
        (
            "results",
            {"silent": (30, 55), "denied": (0, 55), "rows": 11, "each": 5},
            "yhdenkään ei kerrota jääneen",
        ),
    ],
)
def test_a_headline_says_none_of_all_in_words_of_its_own(key, values, told) -> None:
    text = Words("fi").counted(f"headline.{key}", values)
    assert told in text
    assert not re.search(r"\b0/", text)
