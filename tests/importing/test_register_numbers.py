"""Register numbers in texts, forms and file names."""

import pytest

from evaltools.importing.register_numbers import by_key, find_numbers, number_key
from evaltools.study.form import DocumentsDeclaration

PATTERNS = DocumentsDeclaration().register_numbers


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
    numbers = [("VN/1/2020", "b"), ("vn/01/2020", "a"), ("", "c"), ("VN/2/2020", "c")]
    assert by_key(numbers) == {"VN/1/2020": ("a", "b"), "VN/2/2020": ("c",)}
