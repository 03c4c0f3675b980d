"""Register numbers in texts, forms and file names."""

import pytest
from data_desk import FORM

from evaltools.ingest.project_match import Projects, find_numbers, number_key

PATTERNS = FORM.register_numbers


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Asianumero VN/1234/2020.", "VN/1234/2020"),
        ("vm/1234/02.02.03.04/2017", "VM/1234/02.02.03.04/2017"),
        ("(EX/0001/2019)", "EX/1/2019"),
        ("VN / 1234 / 2020", "VN/1234/2020"),
        ("VN\u00a0/\u20091234\u00a0/ 2020", "VN/1234/2020"),
        ("VN–1234–2020", "VN/1234/2020"),
        ("VN_1234_2020_loppuraportti.docx", "VN/1234/2020"),
        ("vn-1234-2020-loppuraportti.pdf", "VN/1234/2020"),
        ("VN\u22151234\u22152020", "VN/1234/2020"),
        ("dnro VN/1234/2020-VM-12", "VN/1234/2020"),
    ],
)
def test_a_number_is_found_however_it_was_typed(text: str, key: str) -> None:
    assert find_numbers(text, PATTERNS) == (key,)


@pytest.mark.parametrize(
    "text",
    [
        "30.4.2022",
        "ja/tai 2020",
        "VN/12345678901/2020",
        "XVN/1234/20201",
        "http://example.org/VN/1234/2020x",
        "VN/1234\n/2020 rivin yli",
    ],
)
def test_what_is_no_number_is_not_found(text: str) -> None:
    assert find_numbers(text, PATTERNS) == ()


def test_numbers_come_in_the_order_of_the_text_and_once() -> None:
    text = "VN/2/2020, VN-1-2020 ja vn/002/2020"
    assert find_numbers(text, PATTERNS) == ("VN/2/2020", "VN/1/2020")


def test_spellings_of_one_number_have_one_key_and_other_numbers_another() -> None:
    spellings = ["VN/123/2020", "vn / 0123 / 2020", "VN-123-2020", " VN/123/2020 "]
    assert {number_key(spelling) for spelling in spellings} == {"VN/123/2020"}
    assert number_key("VN/1230/2020") != number_key("VN/123/2020")


def test_a_number_that_the_register_has_twice_leads_to_both_projects() -> None:
    projects = Projects({"b": "VN/1/2020", "a": "vn/01/2020", "d": "", "c": "VN/2/2020"}, PATTERNS)
    assert projects.find_by_keys(["VN/1/2020"]) == ("a", "b")
    assert projects.find_by_keys([number_key("VN-2-2020")]) == ("c",)
    assert projects.find_by_keys([""]) == ()


def test_a_study_that_declares_no_form_of_numbers_finds_those_of_its_projects() -> None:
    projects = Projects({"a": "RF-2021-017", "b": "0815", "c": "Case 12/A"}, ())
    text = "Grant rf\u20132021\u2013017, that is RF / 2021 / 017; no. 0815, CASE 12/a"
    assert projects.find_by_keys(projects.numbers_in(text)) == ("a", "c")
    assert projects.find_by_keys(projects.numbers_in_field("0815")) == ("b",)
    assert projects.numbers_in_field("RF-2021-099") == ("RF/2021/99",)
