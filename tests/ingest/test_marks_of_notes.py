"""The mark of a note changes no heading, amount, day, register number or keyword before it."""

from __future__ import annotations

from datetime import date

import pytest

from evaltools.coding.suggestions.keywords import split_sentences
from evaltools.ingest.document_versions import same_text_key
from evaltools.ingest.form_text import matches, read_day
from evaltools.ingest.project_match import find_numbers
from evaltools.qda.search import locate


@pytest.mark.parametrize("heading", ["2 Tavoitteet¹", "Tavoitteet ²⁾", "TAVOITTEETᵃ"])
def test_a_heading_with_a_mark_is_the_heading(heading: str) -> None:
    assert matches(heading, ["Tavoitteet"])


@pytest.mark.parametrize("heading", ["T A V O I T T E E T", "O M A T  T A V O I T T E E T"])
def test_a_heading_with_blanks_between_its_letters_is_the_heading(heading: str) -> None:
    assert matches(heading, ["Tavoitteet", "Omat tavoitteet"])


def test_a_row_of_single_letters_is_no_word() -> None:
    assert not matches("a b c", ["abc"])


def test_days_and_register_numbers_end_before_the_mark() -> None:
    assert read_day("30.4.2022¹") == date(2022, 4, 30)
    assert find_numbers("Asia VN/123/2020¹²", [r"VN/\d+/\d{4}"]) == ("VN/123/2020",)


def test_words_end_before_the_mark_and_keep_their_places() -> None:
    text = "Aikataulu¹ viivästyi 750² euroa."
    words = [word for sentence in split_sentences(text) for word in sentence]
    assert [word.form for word in words] == ["aikataulu", "viivästyi", "750", "euroa"]
    assert [text[word.start : word.end].lower() for word in words] == [w.form for w in words]


def test_a_passage_of_a_text_read_without_marks_is_found_where_it_has_them() -> None:
    """A text that was read before marks were raised held 7501 where it has 750¹ now."""
    found = locate("Säästö oli 750¹ euroa vuodessa.", "oli 7501 euroa", "", "", 0)
    assert not isinstance(found, str)
    assert same_text_key("750¹ euroa") == same_text_key("7501 euroa")
