"""Words of phrases that agree with a number."""

import pytest

from evaltools.i18n.messages import LANGUAGES, Words, all_phrases, fields, phrase_fault

OWN = {
    "words.read": {
        "fi": "{n|ainoa raportti|luetut raportit|ei raporttia}",
        "sv": "{n} {n|läst rapport|lästa rapporter}",
        "en": "{n} {n|report|reports} read",
    }
}


@pytest.mark.parametrize(
    ("language", "n", "said"),
    [
        ("fi", 1, "ainoa raportti"),
        ("fi", 52, "luetut raportit"),
        ("fi", 0, "ei raporttia"),
        ("sv", 1, "1 läst rapport"),
        ("sv", 0, "0 lästa rapporter"),
        ("en", "1", "1 report read"),
        ("en", "1,234", "1,234 reports read"),
        ("en", "[1](#read)", "[1](#read) report read"),
        ("en", "[[1]{.fact}](#read)", "[[1]{.fact}](#read) report read"),
        ("sv", '[1]{.fact key="x"}', '[1]{.fact key="x"} läst rapport'),
        ("en", "an unpublished number of", "an unpublished number of reports read"),
    ],
)
def test_words_agree_with_the_number_as_it_is_printed(language, n, said):
    assert Words(language, OWN)("words.read", n=n) == said


def test_a_field_with_forms_is_the_field_that_is_filled():
    assert fields("{n} {n|report|reports} of {N}") == {"n", "N"}


@pytest.mark.parametrize("text", ["{n|report}", "{n|a|b|c|d}", "{n!r}", "{n:3}", "{0|a|b}", "{}"])
def test_a_field_of_another_shape_is_refused(text):
    assert "a field is a name" in phrase_fault("words.read", dict.fromkeys(LANGUAGES, text))


def test_every_phrase_prints_a_singular_beside_one_and_a_plural_beside_two():
    """No phrase is cut or left unfilled by its own choices."""
    chosen = 0
    for key, texts in all_phrases().items():
        for language in LANGUAGES:
            names = fields(texts[language])
            if "|" not in texts[language]:
                continue
            chosen += 1
            one, two = (Words(language)(key, **dict.fromkeys(names, n)) for n in (1, 2))
            assert set("|{").isdisjoint(one + two), key
    assert chosen
