"""Languages of documents: told where they are sure, and never taken for a neighbour."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaltools.documents.language import detect
from evaltools.documents.reader import read

RECEIVED = Path(__file__).parent / "received"

# Article 1 of the Universal Declaration of Human Rights (1948), as the UN's High Commissioner for
# Human Rights publishes its translations.
RIGHTS = {
    "fi": "Kaikki ihmiset syntyvät vapaina ja tasavertaisina arvoltaan ja oikeuksiltaan. Heille on "
    "annettu järki ja omatunto, ja heidän on toimittava toisiaan kohtaan veljeyden hengessä.",
    "sv": "Alla människor är födda fria och lika i värde och rättigheter. De är utrustade med "
    "förnuft och samvete och bör handla gentemot varandra i en anda av broderskap.",
    "en": "All human beings are born free and equal in dignity and rights. They are endowed with "
    "reason and conscience and should act towards one another in a spirit of brotherhood.",
    "no": "Alle menneske er fødde til fridom og med same menneskeverd og menneskerettar. Dei har "
    "fått fornuft og samvit og skal leve med kvarandre som brør.",
    "is": "Hver maður er borinn frjáls og jafn öðrum að virðingu og réttindum. Menn eru gæddir "
    "vitsmunum og samvizku, og ber þeim að breyta bróðurlega hverjum við annan.",
    "fo": "Øll menniskju eru fødd fræls og jøvn til virðingar og mannarættindi. Tey hava skil og "
    "samvitsku og eiga at fara hvørt um annað í bróðuranda.",
    "et": "Kõik inimesed sünnivad vabadena ja võrdsetena oma väärikuselt ja õigustelt. Neile on "
    "antud mõistus ja südametunnistus ja nende suhtumist üksteisesse peab kandma vendluse vaim.",
    "se": "Buot olbmot leat riegádan friddjan ja olmmošárvvu ja olmmošvuoigatvuođaid dáfus. Sii "
    "leat jierbmalaš olbmot geain lea oamedovdu ja sii gálggaše leat dego vieljačagat.",
}
# Languages that the model lacks and takes for Finnish or English: Livvi Karelian, Meänkieli, Scots.
UNTOLD = (
    "Kai rahvas roittahes vällinny da taza-arvozinnu omas arvos da oigevuksis. Jogahizele heis on "
    "annettu mieli da omatundo da heil vältämättäh pidäy olla keskenäh, kui vellil.",
    "Kaikki ihmiset oon syntyny vaphaina ja samanarvosina ja samala oikeuksila. Heile on annettu "
    "järki ja omatunto ja het häätyy toimia toisia kohti veljinä.",
    "Aw human sowels is born free and equal in dignity and richts. They are tochered wi mense and "
    "conscience and should guide theirsels ane til ither in a speerit o britherheid.",
)


@pytest.mark.parametrize("language", ["da", "de", "es", "et", "fr", "nl", "no"])
def test_a_document_in_another_language_is_in_that_language(language: str) -> None:
    assert read(RECEIVED / f"{language}.docx").language == language


@pytest.mark.parametrize("language", sorted(RIGHTS))
def test_two_sentences_tell_their_language(language: str) -> None:
    assert detect(RIGHTS[language]) == language
    assert detect(RIGHTS[language].upper()) == language


@pytest.mark.parametrize("text", UNTOLD)
def test_a_neighbour_that_the_model_lacks_is_not_told(text: str) -> None:
    assert detect(text) == ""
    assert detect(text * 10) == ""


def test_a_text_in_two_languages_is_told_as_neither() -> None:
    finnish, swedish = RIGHTS["fi"] * 4, RIGHTS["sv"] * 4
    assert detect(f"{finnish}\n{swedish}") == ""
    assert detect(f"{finnish}\n{finnish}\n{finnish}\n{swedish}") == "fi"  # with a summary


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hanke toteutui.",
        "\n".join(["Matti Virtanen", "Kaisa Korhonen", "Erik Lindqvist", "Espoo"] * 20),
        "\n".join(f"Kustannuslaji {number}\t{number * 100},50" for number in range(60)),
        "\n".join(f"{year}\t{year * 3}\t12,5 %" for year in range(1990, 2030)),
    ],
)
def test_names_numbers_and_scraps_tell_no_language(text: str) -> None:
    assert detect(text) == ""


def test_marks_of_notes_do_not_hide_words() -> None:
    marked = " ".join(f"{word}¹" for word in RIGHTS["fi"].split())
    assert detect(marked) == "fi"
