"""Words of forms compared with those declared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.ingest.form_text import distance, fits, nearly, plain


@pytest.mark.parametrize(
    "words",
    [
        "Hankkeen tavoitteet",
        "2 Hankkeen tavoitteet",
        "2. HANKKEEN TAVOITTEET:",
        "2.1.3 Hankkeen\u00a0tavoitteet ",
        "IV. Hankkeen tavoitteet",
        "b) Hankkeen tavoitteet",
        "Hankkeen ta\u00advoitteet",
    ],
)
def test_numbers_capitals_and_punctuation_make_no_difference(words: str) -> None:
    assert fits(words, ["Hankkeen tavoitteet"])
    assert plain(words) == "hankkeen tavoitteet"


def test_a_year_and_a_short_word_are_no_numbering() -> None:
    assert plain("2022 tulokset") == "2022 tulokset"
    assert plain("a tulokset") == "a tulokset"


def test_a_star_stands_for_any_words_and_nothing_else_does() -> None:
    assert fits("Loppuraportti: Askel", ["Loppuraportti*"])
    assert fits("Hankkeen tulokset ja vaikutukset", ["hankkeen * vaikutukset"])
    assert not fits("Hankkeen tulokset", ["Tulokset"])
    assert not fits("Hankkeen (tulokset)", ["Hankkeen .*"])
    assert not fits("", ["*"])


def test_small_slips_are_near_and_other_words_are_not() -> None:
    assert nearly("Hankeen tavoiteet", ["Hankkeen tavoitteet"])
    assert nearly("Tuloskset", ["Tulokset"])
    assert nearly("Genomförnade", ["Genomförande"])
    assert not nearly("Tuotokset", ["Tulokset"])
    assert not nearly("Mal", ["Mål"])
    assert not nearly("Hankkeen toteutus", ["Hankkeen tavoitteet"])


@given(st.text("abcå", max_size=8), st.text("abcå", max_size=8))
def test_distance_is_symmetric_and_nought_only_for_the_same(a: str, b: str) -> None:
    assert distance(a, b, 20) == distance(b, a, 20)
    assert (distance(a, b, 20) == 0) == (a == b)
    assert distance(a, b, 20) <= max(len(a), len(b))
    assert min(distance(a, b, 2), 3) == min(distance(a, b, 20), 3)
