"""Sections of a form, found by headings."""

from evaltools.documents.model import Heading
from evaltools.ingest.form_text import Sections, find_sections
from evaltools.study.report_form import FormSection


def part(name: str, *headings: str, required: bool = True) -> FormSection:
    title = {"fi": name, "sv": name, "en": name}
    words = {"fi": [h for h in headings if "å" not in h], "sv": [h for h in headings if "å" in h]}
    return FormSection.model_validate(
        {"id": name, "title": title, "headings": words, "required": required}
    )


FORM = (
    part("goals", "Hankkeen tavoitteet", "Mål för projektet"),
    part("results", "Tulokset", "Hankkeen tulokset*"),
    part("costs", "Kustannukset", required=False),
)


def headed(text: str, *marked: tuple[int, str]) -> Sections:
    headings = []
    place = 0
    for level, words in marked:
        start = text.index(words, place)
        place = start + len(words)
        headings.append(Heading(level, words, start, place))
    return find_sections(text, headings, FORM, ["Loppuraportti*"])


TEXT = "Loppuraportti: X\n\n1 Hankkeen tavoitteet\n\nParemmat palvelut.\n\n2 Tulokset\n\nSyntyi.\n"


def test_a_section_goes_from_its_heading_to_the_last_letter_before_the_next() -> None:
    found = headed(TEXT, (1, "Loppuraportti: X"), (1, "1 Hankkeen tavoitteet"), (1, "2 Tulokset"))
    assert [(item.section, TEXT[item.start : item.end]) for item in found.found] == [
        ("goals", "1 Hankkeen tavoitteet\n\nParemmat palvelut."),
        ("results", "2 Tulokset\n\nSyntyi."),
    ]
    assert found.missing == ()
    assert found.unknown == ()


def test_without_marked_headings_lines_that_fit_are_taken() -> None:
    found = headed(TEXT)
    assert [item.section for item in found.found] == ["goals", "results"]
    table = "Hankkeen tavoitteet\tParemmat palvelut\nTulokset\tSyntyi\n"
    assert [item.heading for item in headed(table).found] == ["Hankkeen tavoitteet", "Tulokset"]


def test_a_misspelt_heading_is_recognised_and_kept_as_it_stands() -> None:
    text = "MÅL FÖR PROJEKETT\n\nBättre.\n\n3) hankkeen tulokset vuonna 2021\n\nSyntyi.\n"
    found = headed(text)
    assert [(item.section, item.heading) for item in found.found] == [
        ("goals", "MÅL FÖR PROJEKETT"),
        ("results", "3) hankkeen tulokset vuonna 2021"),
    ]


def test_a_subheading_stays_inside_the_section_above_it() -> None:
    text = "Tulokset\n\nA.\n\nPilotti\n\nB.\n\nKustannukset\n\nC.\n"
    found = headed(text, (1, "Tulokset"), (2, "Pilotti"), (1, "Kustannukset"))
    assert [(item.section, text[item.start : item.end]) for item in found.found] == [
        ("results", "Tulokset\n\nA.\n\nPilotti\n\nB."),
        ("", "Pilotti\n\nB."),
        ("costs", "Kustannukset\n\nC."),
    ]
    inner = found.at(text.index("B."))
    assert inner is not None
    assert inner.heading == "Pilotti"
    assert found.unknown == ()
    assert found.missing == ("goals",)


def test_headings_of_no_section_and_missing_sections_are_told() -> None:
    text = "Tulokset\n\nA.\n\nLiitteet\n\nB.\n"
    found = headed(text, (1, "Tulokset"), (1, "Liitteet"))
    assert found.unknown == ("Liitteet",)
    assert found.missing == ("goals",)
    assert find_sections(text, [], ()) == Sections((), (), ())


def test_a_heading_near_two_sections_is_of_neither() -> None:
    form = (part("one", "Toteutus 1x"), part("two", "Toteutus 2x"))
    text = "Toteutus 3x\n\nA.\n"
    found = find_sections(text, [Heading(1, "Toteutus 3x", 0, 11)], form)
    assert found.missing == ("one", "two")
