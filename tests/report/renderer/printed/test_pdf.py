"""What a reader, a reader's aid and an archive find in the PDF."""

from __future__ import annotations

import io
import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import page
import pdf_samples as samples
import pikepdf
import pypdf
import pytest
from pdf_reading import attribute, elements, rendered, tagged

from evaltools.report.renderer.print.pdf import write_pdf

ALTS = ["Vaakapylväät: henkilöstön vaihtuvuus on yleisin haaste, 19 hanketta.", "Vasen kuva",
        "Oikea kuva", "Osuuden estimaatti on painotettu keskiarvo", "w_i"]  # fmt: skip


@pytest.fixture(scope="module")
def pdf(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    folder = tmp_path_factory.mktemp("pdf")
    return write_pdf(samples.resolved(folder, samples.demanding()), samples.context(folder))


@pytest.fixture(scope="module")
def document(pdf: bytes) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        yield opened


@pytest.fixture(scope="module")
def pages(pdf: bytes) -> list[str]:
    return [each.extract_text() for each in pypdf.PdfReader(io.BytesIO(pdf)).pages]


def drawing(page: Any) -> bytes:
    """The content of a page, uncompressed."""
    content = page.Contents
    parts = content if isinstance(content, pikepdf.Array) else [content]
    return b"".join(part.read_bytes() for part in parts)


def page_of(element: Any) -> tuple[int, int] | None:
    """Number of the page object on which an element begins."""
    if "/Pg" in element:
        number: tuple[int, int] = element.Pg.objgen
        return number
    kids = element.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and (found := page_of(kid)):
            return found
    return None


@pytest.mark.parametrize("profile", ["ua1", "pdfa2a"])
def test_document_conforms_to_the_standard(pdf: bytes, profile: str) -> None:
    report = page.validate_pdf_bytes(pdf, profile=profile)
    assert [(each.rule_id, each.message) for each in report.failures] == []
    assert report.rules.total > 100


def test_checker_notices_a_figure_without_alternative_text(pdf: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        del tagged(opened, "/Figure")[0].Alt
        out = io.BytesIO()
        opened.save(out)
    assert not page.is_pdf_compliant_bytes(out.getvalue(), profile="ua1")


def test_title_and_language_are_those_of_the_report(document: pikepdf.Pdf) -> None:
    assert str(document.Root.Lang) == "fi-FI"
    assert bool(document.Root.ViewerPreferences.DisplayDocTitle)
    with document.open_metadata() as metadata:
        assert metadata["dc:title"].startswith("Kuntien digitalisaation")
        assert metadata["dc:creator"] == ["Arviointiryhmä"]


def test_headings_skip_no_level(document: pikepdf.Pdf) -> None:
    levels = [int(str(each.S)[2:]) for each in tagged(document, "/H1", "/H2", "/H3", "/H4")]
    assert levels[0] == 1
    assert len(levels) == 11
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_alternative_texts_reach_the_tag_tree(document: pikepdf.Pdf) -> None:
    assert [str(each.Alt) for each in tagged(document, "/Figure")] + [
        str(each.Alt) for each in tagged(document, "/Formula")
    ] == ALTS


def test_every_figure_and_table_has_its_caption_beside_it(document: pikepdf.Pdf) -> None:
    # two single figures of a layout, one figure, three tables, one listing
    assert len(tagged(document, "/Caption")) == 7


def test_tables_have_one_header_each_though_pages_repeat_it(
    document: pikepdf.Pdf, pages: list[str]
) -> None:
    tables = tagged(document, "/Table")
    heads = [[e for e in elements(table.K) if str(e.S) == "/THead"] for table in tables]
    assert [len(head) for head in heads] == [0, 1, 1, 1]  # the description sheet has row headers
    long = [text for text in pages if "kehittämishanke" in text.replace("\xad\n", "")]
    assert len(long) >= 3
    assert all("Hallinnoija" in text for text in long)


def test_header_cells_say_what_they_are_for(document: pikepdf.Pdf) -> None:
    sheet, short, long, wide = tagged(document, "/Table")
    for table, rows, columns in ((sheet, 5, 0), (short, 3, 4), (long, 70, 4), (wide, 0, 11)):
        scopes = [
            str(attribute(cell, "/Scope")) for cell in elements(table.K) if str(cell.S) == "/TH"
        ]
        assert scopes.count("/Row") == rows
        assert scopes.count("/Column") == columns
        assert len(scopes) == rows + columns


def test_data_cells_name_the_headers_of_their_column_and_row(document: pikepdf.Pdf) -> None:
    short = tagged(document, "/Table")[1]
    identifiers = {str(each.ID) for each in elements(short.K) if str(each.S) == "/TH"}
    data = [cell for cell in elements(short.K) if str(cell.S) == "/TD"]
    assert len(data) == 9
    for cell in data:
        headers = [str(item) for item in attribute(cell, "/Headers")]
        assert len(headers) == 2
        assert set(headers) <= identifiers


def test_identifiers_of_headers_can_be_looked_up_in_byte_order(document: pikepdf.Pdf) -> None:
    names = [bytes(item) for item in list(document.Root.StructTreeRoot.IDTree.Names)[::2]]
    assert names == sorted(set(names))
    used = {bytes(each.ID) for each in elements(document.Root.StructTreeRoot) if "/ID" in each}
    assert used <= set(names)


def test_language_of_a_passage_is_kept(document: pikepdf.Pdf) -> None:
    assert any(b"/Lang(sv" in drawing(each).replace(b" ", b"") for each in document.pages)


def test_bookmarks_carry_the_numbers_of_sections(document: pikepdf.Pdf) -> None:
    with document.open_outline() as outline:
        titles = [each.title for each in outline.root]
        inner = [each.title for each in outline.root[-2].children]
    assert titles[-3:] == ["1 Johdanto", "2 Tulokset", "Lähteet"]
    assert inner == ["2.1 Maakunnat", "2.2 Lisää"]


def test_contents_lead_to_pages_that_bear_their_numbers(pages: list[str]) -> None:
    contents = next(text for text in pages if text.count(". . .") > 4)
    for title in ("Johdanto", "Tulokset", "Lähteet"):
        found = re.search(rf"{title}[ .\n]+(\d+)", contents)
        assert found is not None
        number = found.group(1)
        text = pages[int(number) - 1]
        assert title in text
        assert text.rstrip().endswith(number)


def test_cover_bears_facts_and_no_page_number(pages: list[str]) -> None:
    for fact in ("Esimerkkiviraston julkaisuja 2022:7", "3.6.2022", "Arviointiryhmä"):
        assert fact in pages[0]
    assert not re.search(r"\n1$", pages[0].rstrip())


def test_every_page_bears_the_notice(pages: list[str]) -> None:
    assert all("luvut ovat keksittyjä" in text for text in pages)


def test_chapters_begin_pages(pages: list[str]) -> None:
    for title in ("Johdanto", "Tulokset", "Lähteet"):
        opening = [text for text in pages if re.search(rf"^(\d )?{title}$", text, re.MULTILINE)]
        assert any(re.match(rf"[^\n]*\n+(\d )?{title}\n", text) for text in opening)


def test_figures_stand_on_the_pages_of_their_captions(document: pikepdf.Pdf) -> None:
    for figure in tagged(document, "/Figure"):
        group = figure.P
        caption = next(each for each in elements(group) if str(each.S) == "/Caption")
        assert page_of(figure) == page_of(caption) is not None


def test_no_heading_is_left_at_the_foot_of_a_page(tmp_path: Path) -> None:
    paragraph = "Hankkeissa kehitettiin palveluja yhdessä. " * 7
    markdown = "---\ntitle: T\nlang: fi\ntoc: false\n---\n\n# Alku\n\n" + "".join(
        f"## Otsake {number}\n\n{paragraph * (1 + number % 4)}\n\n" for number in range(26)
    )
    pages = pypdf.PdfReader(io.BytesIO(rendered(tmp_path, markdown))).pages
    assert len(pages) > 5
    for each in pages[1:]:
        *_, last, _ = each.extract_text().rstrip().split("\n")  # the page number comes last
        assert not last.startswith("Otsake")


def test_pictures_stay_vectors(document: pikepdf.Pdf) -> None:
    images = [name for each in document.pages for name in each.get_images()]
    assert images == []


def test_links_lead_somewhere(document: pikepdf.Pdf) -> None:
    links = [
        note for each in document.pages for note in each.get("/Annots", [])
        if str(note.Subtype) == "/Link"
    ]  # fmt: skip
    assert len(links) > 10
    assert all("/A" in link or "/Dest" in link for link in links)


def test_long_words_are_hyphenated_in_finnish(pages: list[str]) -> None:
    broken = set(re.findall(r"(\w+)[\u00ad-]\n(\w+)", "\n".join(pages)))
    source = samples.demanding()
    words = {head + tail for head, tail in broken if head + tail in source}
    assert len(words) >= 3
    assert not {tail for head, tail in broken if len(head) < 2 or len(tail) < 2}
