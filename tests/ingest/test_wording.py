"""Words of forms compared with those declared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.ingest.form_text import edit_distance, matches, nearly_matches, plain_words


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
    assert matches(words, ["Hankkeen tavoitteet"])
    assert plain_words(words) == "hankkeen tavoitteet"


def test_a_year_and_a_short_word_are_no_numbering() -> None:
    assert plain_words("2022 tulokset") == "2022 tulokset"
    assert plain_words("a tulokset") == "a tulokset"


def test_a_star_stands_for_any_words_and_nothing_else_does() -> None:
    assert matches("Loppuraportti: Askel", ["Loppuraportti*"])
    assert matches("Hankkeen tulokset ja vaikutukset", ["hankkeen * vaikutukset"])
    assert not matches("Hankkeen tulokset", ["Tulokset"])
    assert not matches("Hankkeen (tulokset)", ["Hankkeen .*"])
    assert not matches("", ["*"])


def test_small_slips_are_near_and_other_words_are_not() -> None:
    assert nearly_matches("Hankeen tavoiteet", ["Hankkeen tavoitteet"])
    assert nearly_matches("Tuloskset", ["Tulokset"])
    assert nearly_matches("Genomförnade", ["Genomförande"])
    assert not nearly_matches("Tuotokset", ["Tulokset"])
    assert not nearly_matches("Mal", ["Mål"])
    assert not nearly_matches("Hankkeen toteutus", ["Hankkeen tavoitteet"])


@given(st.text("abcå", max_size=8), st.text("abcå", max_size=8))
def test_distance_is_symmetric_and_nought_only_for_the_same(a: str, b: str) -> None:
    assert edit_distance(a, b, 20) == edit_distance(b, a, 20)
    assert (edit_distance(a, b, 20) == 0) == (a == b)
    assert edit_distance(a, b, 20) <= max(len(a), len(b))
    assert min(edit_distance(a, b, 2), 3) == min(edit_distance(a, b, 20), 3)
