"""Which project a document is of."""

from data_desk import FORM

from evaltools.ingest.project_match import Projects, Way, match_project
from evaltools.problems import Problem

NUMBERS = {
    "ex-1": "VN/1/2020",
    "ex-1-02": "VN/2/2020",
    "ex-2": "VM/7/02.02.03.04/2017",
    "ex-3": "",
}
PROJECTS = Projects(NUMBERS, FORM.register_numbers, FORM.fields.register_number.all)


def matched(
    file: str = "raportti.docx", fields: list[tuple[str, str]] | None = None, page: str = ""
) -> tuple[str, Way] | Problem:
    return match_project(file, fields or [], page, PROJECTS)


def project(found: tuple[str, Way] | Problem) -> str:
    assert not isinstance(found, Problem), found
    return found[0]


def code(found: tuple[str, Way] | Problem) -> str:
    assert isinstance(found, Problem), found
    return found.code


def test_the_forms_own_field_decides_before_all_else() -> None:
    fields = [("Aiempi hanke", "VN/2/2020"), ("1. Asianumero:", "VN / 1 / 2020")]
    assert project(matched(fields=fields, page="VN/2/2020")) == "ex-1"


def test_other_fields_then_the_first_page_then_the_name_are_looked_at() -> None:
    assert project(matched(fields=[("Viite", "VN/2/2020")], page="VN/1/2020")) == "ex-1-02"
    assert project(matched(page="Päätös VM/7/02.02.03.04/2017, haku VN/99/2017")) == "ex-2"
    assert project(matched("VN-2-2020 loppuraportti.docx")) == "ex-1-02"
    assert project(matched("saapuneet/EX-3_loppuraportti.pdf")) == "ex-3"


def test_an_id_is_not_found_inside_a_longer_one() -> None:
    assert project(matched("ex-1-02.docx")) == "ex-1-02"
    assert code(matched("ex-12.docx")) == "import.unmatched"
    assert code(matched("complex-1x.docx")) == "import.unmatched"


def test_two_projects_in_one_place_are_never_guessed_between() -> None:
    for found in (
        matched(page="VN/1/2020 ja VN/2/2020"),
        matched("ex-2 ja ex-3.docx"),
        matched(fields=[("Asianumero", "VN/1/2020, VN/2/2020")]),
    ):
        assert code(found) == "import.ambiguous"
        assert "ex-" in str(found)


def test_a_name_that_contradicts_the_form_is_told_with_both() -> None:
    found = matched("ex-2.docx", [("Diarienummer", "VN/1/2020")])
    assert code(found) == "import.ambiguous"
    assert "ex-1 (VN/1/2020)" in str(found)
    assert "ex-2 (VM/7/02.02.03.04/2017)" in str(found)


def test_an_unknown_number_in_the_forms_field_is_not_overruled_by_one_in_the_text() -> None:
    found = matched(fields=[("Asianumero", "VN/22/2020")], page="jatkoa hankkeelle VN/1/2020")
    assert code(found) == "import.unmatched"
    assert "VN/22/2020" in str(found)
    assert "Did you mean" in str(found)


def test_a_number_that_the_register_has_twice_is_ambiguous() -> None:
    twice = Projects({"a": "VN/1/2020", "b": "VN/01/2020"}, FORM.register_numbers)
    found = match_project("x.docx", [], "VN/1/2020", twice)
    assert isinstance(found, Problem)
    assert found.code == "import.ambiguous"


def test_nothing_found_says_what_was_found_and_what_to_do() -> None:
    assert "no register number" in str(matched())
    assert "VN/55/2021" in str(matched(page="VN/55/2021"))
    assert "mapping" in str(matched())


def test_a_register_without_projects_matches_nothing() -> None:
    found = match_project("ex-1.docx", [], "", Projects({}, FORM.register_numbers))
    assert isinstance(found, Problem)
