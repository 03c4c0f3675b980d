"""What is recorded of a report, and that nothing is made up where nothing is declared."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.report.citation import catalogue_rows, cite
from evaltools.study import load_study
from evaltools.study.publication import Publication

DECLARED = load_study(Path(__file__).parents[2]).declaration
WHOLE = {
    "published": "2026-03-05",
    "authors": [{"name": "Maija Malli"}, {"name": "Per Exempel"}],
    "licence": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
    "series": {"fi": "Julkaisuja", "sv": "Publikationer", "en": "Publications"},
    "number": "2026:12",
    "issn": "1797-9714",
    "programme": {"fi": "Ohjelma A", "sv": "Program A", "en": "Programme A"},
    "isbn": {"fi": "978-952-367-000-6"},
    "urn": {"fi": "URN:ISBN:978-952-367-000-6"},
}


def test_a_report_is_cited_by_all_that_is_declared_in_its_language() -> None:
    declared = DECLARED.model_copy(update={"publication": Publication.model_validate(WHOLE)})
    title = declared.whole_title("fi")
    publisher = declared.printed("publisher", "fi")
    assert cite(declared, "fi").text == (
        f"Maija Malli; Per Exempel (2026). {title}. Julkaisuja 2026:12. {publisher}. "
        "ISBN 978-952-367-000-6. ISSN 1797-9714. URN:ISBN:978-952-367-000-6."
    )
    rows = dict(catalogue_rows(declared, "fi", Words("fi")))
    assert rows["ISBN"] == "978-952-367-000-6"
    assert rows["Julkaisuaika"] == "maaliskuu\u00a02026"
    assert rows["Ohjelma"] == "Ohjelma A"
    assert "ISBN" not in dict(catalogue_rows(declared, "sv", Words("sv")))


def test_what_is_not_declared_is_not_printed() -> None:
    bare = DECLARED.model_copy(update={"publication": None})
    title, publisher = bare.whole_title("en"), bare.printed("publisher", "en")
    assert cite(bare, "en").text == f"{publisher}. {title}."
    labels = [label for label, _ in catalogue_rows(bare, "en", Words("en"))]
    assert labels == ["Title of publication", "Publisher", "How to cite"]


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("isbn", {"fi": "978-952-367-000-7"}, "last digit does not fit"),
        ("isbn", {"fi": "952-367-000-7"}, "no ISBN of 13 digits"),
        ("issn", "1797-9715", "last sign does not fit"),
        ("issn", "17979714", "no ISSN"),
        ("urn", {"fi": "https://urn.fi/x"}, "urn.fi"),
        ("series", None, "declare `series`"),
    ],
)
def test_identifiers_with_slips_are_refused(field: str, value: Any, told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        Publication.model_validate({**WHOLE, field: value})


def test_months_stand_alone() -> None:
    day = date(2026, 11, 24)
    assert [say.month(day, each).replace("\u00a0", " ") for each in ("fi", "sv", "en")] == [
        "marraskuu 2026", "november 2026", "November 2026",
    ]  # fmt: skip
