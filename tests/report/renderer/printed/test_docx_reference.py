"""The reference document is a document, and the same one every time."""

from __future__ import annotations

import io

import docx

from evaltools.report.renderer.docx.reference import HEADER_LENGTH, Page, reference_docx

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
