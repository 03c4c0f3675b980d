"""PDF files of public bug reports: each is read as its page shows, or refused with what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaltools.documents.model import DocumentText
from evaltools.documents.reader import read
from evaltools.problems import ProblemError

CASES = Path(__file__).parent / "cases"
REPORT = (
    "Loppuraportti hankkeesta on laadittu ohjeen mukaan ja se sisältää tiedot tavoitteista, "
    "tuloksista ja vaikutuksista. Hanke toteutettiin vuosina 2020 ja 2021 yhdessä kuntien kanssa, "
    "ja se päättyi suunnitelman mukaisesti."
)


def paragraphs(name: str) -> list[str]:
    return case(name).text.strip().split("\n\n")


def case(name: str) -> DocumentText:
    return read(CASES / f"{name}.pdf")


def test_the_mark_of_a_note_is_no_digit_of_an_amount() -> None:
    *_, amount, note = paragraphs("footnote_on_amount")
    assert amount == "We saved 750¹ euros in the year that followed the project."
    assert note == "1 Estimate of the treasurer."
    assert case("footnote_on_amount").coverage.complete


def test_letters_of_two_lines_are_not_mixed() -> None:
    assert paragraphs("number_over_unit")[1:] == ["25", "kilograms CO2e per unit of the service"]
    assert paragraphs("two_lines_close")[1:] == ["Input of the model", "Gradient of the loss"]


def test_a_sentence_that_begins_every_page_is_kept() -> None:
    found = case("repeated_first_sentence")
    sentence = (
        "There were no deviations from the plan of the project and all of the money was used."
    )
    assert found.text.count(sentence) == 3
    assert [h.text for h in found.headings] == ["1. Objectives", "2. Results", "3. Lessons"]
    assert found.coverage.characters_read == found.coverage.characters_present


@pytest.mark.parametrize("name", ["freetext-ap", "freetext-noap"])
def test_text_typed_onto_a_page_is_text_and_a_note_is_left_out_by_name(name: str) -> None:
    assert paragraphs(name) == [REPORT, "Kirjoituskoneella kirjoitettu vastaus"]
    coverage = case(name).coverage
    assert coverage.complete
    assert coverage.characters_present == 226
    (note,) = coverage.left_out
    assert (note.what, note.text) == ("page 1: note", "Muistilapun teksti")


@pytest.mark.parametrize(
    ("name", "why", "text"),
    [
        ("cropped", "outside of the page as it is shown", "rajattu pois"),
        ("offpage", "outside of the page as it is shown", "sivun ulkopuolella"),
        ("ocg-off", "in a layer that is switched off", "piilotetun tason teksti"),
        ("white", "in the colour of what is behind it", "valkoinen teksti"),
    ],
)
def test_what_cannot_be_seen_is_left_out_by_name(name: str, why: str, text: str) -> None:
    assert paragraphs(name) == [REPORT]
    coverage = case(name).coverage
    (hidden,) = coverage.left_out
    assert hidden.what == f"page 1: text that cannot be seen ({why})"
    assert hidden.text == text
    assert not hidden.on_every_page
    assert coverage.complete


def test_letters_that_a_font_does_not_tell_are_counted_as_lost() -> None:
    found = case("lig-null2")
    assert found.text.endswith("koulutusta, stra\ufffdegia\ufffdoita ja ha\ufffduja.\n")
    assert found.coverage.characters_unread == 3
    assert any("does not tell" in note for note in found.coverage.notes)


def test_a_document_without_known_letters_is_refused_with_what_to_do() -> None:
    with pytest.raises(ProblemError) as raised:
        case("no-tounicode")
    (problem,) = raised.value.problems
    assert problem.code == "document.letters-lost"
    assert "120 of 120" in problem.what
    assert "ocrmypdf --force-ocr" in problem.remedy


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("letterspaced", ["TULOKSET"]),
        ("tc-spaced", ["TAVOITTEET"]),
        ("fakebold", ["Tiliote maksuista", "Hyväksytty 12 00 eur"]),
    ],
)
def test_spaced_and_doubled_letters_are_words(name: str, text: list[str]) -> None:
    assert paragraphs(name) == [REPORT, *text]
    assert case(name).coverage.complete
