"""The reference document is a document, and the same one every time."""

from __future__ import annotations

import io
from dataclasses import replace

import docx
import pytest
from docx.oxml.ns import qn
from test_typst import contrast

from evaltools.charts import palette as house
from evaltools.report.renderer.divs import CALLOUT_KINDS
from evaltools.report.renderer.docx.document import HEADER_LENGTH, Page, reference_docx

PAGE = Page(
    language="sv-FI",
    title="Utvärdering av <incitament> & stöd " * 5,
    publisher="Ministeriet",
    notice="Exempel",
    chapters_on_new_page=False,
)


def test_reference_document_opens_with_the_house_styles() -> None:
    document = docx.Document(io.BytesIO(reference_docx(PAGE)))
    assert document.styles["Normal"].font.size.pt == 10.5
    assert not document.styles["Heading 1"].paragraph_format.page_break_before
    for name in ("Callout Title Caution", "Table Caption", "Cross Reference", "Key Value"):
        assert name in {style.name for style in document.styles}


def test_styles_have_the_house_colours() -> None:
    styles = docx.Document(io.BytesIO(reference_docx(PAGE))).styles
    for name, colour in (
        ("Normal", house.INK),
        ("Title", house.DEEP_BLUE),
        ("Heading 1", house.DEEP_BLUE),
        ("Heading 3", house.DIVERGING[-1]),
        ("Block Text", house.QUIET),
    ):
        assert str(styles[name].font.color.rgb) == colour.lstrip("#").upper()


@pytest.mark.parametrize("kind", CALLOUT_KINDS)
def test_titles_of_callouts_keep_their_contrast_in_word(kind: str) -> None:
    styles = docx.Document(io.BytesIO(reference_docx(PAGE))).styles
    ink = styles[f"Callout Title {kind.capitalize()}"].font.color.rgb
    shade = styles[f"Callout {kind.capitalize()}"].element.find(f".//{qn('w:shd')}")
    assert contrast(str(ink), shade.get(qn("w:fill"))) >= 4.5


def test_a_document_of_one_page_says_the_notice_on_it_and_has_a_smaller_title() -> None:
    page = replace(PAGE, one_page=True)
    document = docx.Document(io.BytesIO(reference_docx(page)))
    section = document.sections[0]
    assert not section.different_first_page_header_footer
    assert [each.text for each in section.header.paragraphs] == ["Exempel"]
    report = docx.Document(io.BytesIO(reference_docx(PAGE)))
    assert report.sections[0].different_first_page_header_footer
    for name in ("Title", "Heading 1", "Normal"):
        assert document.styles[name].font.size < report.styles[name].font.size
    room = document.styles["Cover Series"].paragraph_format.space_after
    assert room.pt < 10 < report.styles["Cover Series"].paragraph_format.space_after.pt


def test_header_holds_the_notice_and_a_title_of_one_line() -> None:
    document = docx.Document(io.BytesIO(reference_docx(PAGE)))
    notice, title = document.sections[0].header.paragraphs
    assert notice.text == "Exempel"
    assert title.text.startswith("Utvärdering av <incitament> & stöd")
    assert len(title.text) <= HEADER_LENGTH + 1


def test_same_page_gives_the_same_bytes() -> None:
    assert reference_docx(PAGE) == reference_docx(PAGE)
    assert reference_docx(PAGE) != reference_docx(
        Page("fi-FI", PAGE.title, PAGE.publisher, PAGE.notice, False)
    )
