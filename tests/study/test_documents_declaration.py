"""`documents:` of evaluation.yml: the form that reports are written on."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from evaltools.study import load_study
from evaltools.study.report_form import DocumentsDeclaration

ROOT = Path(__file__).parents[2]
TITLE = {"fi": "a", "sv": "b", "en": "c"}


def declared(*sections: dict[str, Any], **more: Any) -> DocumentsDeclaration:
    return DocumentsDeclaration.model_validate({"sections": list(sections), **more})


def test_a_study_that_declares_nothing_knows_plain_english_labels_and_no_form_of_numbers() -> None:
    form = DocumentsDeclaration()
    assert form.sections == ()
    assert form.register_numbers == ()
    assert form.fields.register_number.all[0] == "Register number"
    assert list(form.kinds) == ["final", "interim", "application", "decision"]


def test_a_study_names_its_own_kinds_of_documents_and_sections() -> None:
    kinds = {"closing_report": {"en": ["Closing report*"]}}
    section = {"id": "2.1", "title": TITLE, "headings": {"en": ["Aims"]}}
    form = declared(section, kinds=kinds)
    assert list(form.kinds) == ["closing_report"]
    assert [one.id for one in form.sections] == ["2.1"]


def test_the_example_declares_its_form_in_three_languages() -> None:
    form = load_study(ROOT).declaration.documents
    assert "Asianumero" in form.fields.register_number.all
    assert len(form.register_numbers) == 1
    assert [section.id for section in form.sections] == [
        *("background", "goals", "work", "results", "challenges"),
        *("costs", "networks", "future", "steering"),
    ]
    assert all(section.required for section in form.sections)
    assert all(section.headings.fi and section.headings.sv for section in form.sections)


@pytest.mark.parametrize(
    ("sections", "more", "told"),
    [
        ([{"id": "a", "title": TITLE, "headings": {}}], {}, "no heading"),
        ([{"id": "a", "title": TITLE, "headings": {"fi": ["*"]}}], {}, "no heading"),
        ([{"id": "a", "title": TITLE, "headings": {"fi": ["x"]}}] * 2, {}, "more than one"),
        (
            [
                {"id": "a", "title": TITLE, "headings": {"fi": ["Sama"]}},
                {"id": "b", "title": TITLE, "headings": {"sv": ["sama"]}},
            ],
            {},
            "both 'a' and 'b'",
        ),
        ([], {"register_numbers": ["VN/("]}, "no regular expression"),
        ([], {"register_numbers": ["x*"]}, "no register number"),
        ([], {"fields": {"recieved": {}}}, "recieved"),
    ],
)
def test_what_could_not_work_is_refused(
    sections: list[dict[str, Any]], more: dict[str, Any], told: str
) -> None:
    with pytest.raises(ValidationError, match=told):
        declared(*sections, **more)
