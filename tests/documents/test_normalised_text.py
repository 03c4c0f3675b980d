"""The one form of texts, the language they are in, and the count that they are held against."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaltools.documents.language import detect
from evaltools.documents.reader import measure
from evaltools.documents.text_normalisation import count_characters, normalise

ODD = st.text(st.sampled_from("aÅé\u0301\u00ad\ufffe\ufeff\r\n\t \u00a0\x0b\u2028😀\x00\ud800"))


@given(ODD)
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = normalise(text)
    assert normalise(once) == once
    assert unicodedata.is_normalized("NFC", once)
    assert not once or once.endswith("\n")
    assert "\n\n\n" not in once
    assert not any(c in once for c in "\r\u00ad\ufffe\ufeff\x00")
    assert not any(line != line.rstrip() for line in once.split("\n"))
    once.encode()


@pytest.mark.parametrize(
    ("text", "want"),
    [
        ("a\r\nb\rc", "a\nb\nc\n"),
        ("e\u0301ta\u00adpa", "étapa\n"),
        ("\ufeffa  \n\n\n\nb\t", "a\n\nb\n"),
        ("80\u00a0750 €", "80\u00a0750 €\n"),
        ("👩‍💻 työ", "👩‍💻 työ\n"),
        (" \n", ""),
    ],
)
def test_normalised_form(text: str, want: str) -> None:
    assert normalise(text) == want


@given(ODD, ODD)
def test_characters_count_alike_in_pieces_and_composed(one: str, other: str) -> None:
    assert (
        count_characters(one) + count_characters(other)
        == count_characters(one + other)
        == count_characters(normalise(one + other))
    )


def test_what_is_neither_read_nor_named_is_unread() -> None:
    found = measure(["abc", "def"], "abc\n", [("header", "d")])
    assert (found.characters_present, found.characters_read, found.characters_unread) == (6, 3, 2)
    assert not found.complete
    assert measure(["abc", "d"], "abc\n", [("header", "d")]).complete


@pytest.mark.parametrize(
    ("text", "language"),
    [
        (
            "Hanke alkoi ja se on nyt valmis, mutta tulokset eivät ole vielä käytössä kuin osin.",
            "fi",
        ),
        ("Projektet har inletts och det är klart, men resultaten är inte i bruk för alla.", "sv"),
        ("The project has started and is complete, but its results are not in use yet.", "en"),
        ("Asianumero EX/2020", ""),
        ("", ""),
        ("Hanke on ja ei ole, se on sekä että. Och det är som den har till en ett på.", ""),
    ],
)
def test_language_by_small_words(text: str, language: str) -> None:
    assert detect(text) == language
