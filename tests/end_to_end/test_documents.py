"""The rendered report as readers, readers' aids and archives find it."""

from __future__ import annotations

import ctypes
import json
import math
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import page as conformance
import pikepdf
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
import pytest
from lxml import html
from places import NAMES, Place
from reading import cases_left_out, pdf_pages

pytestmark = pytest.mark.slow

NAME = NAMES["fi"]
NOTICE = "Esimerkkiaineisto"
NBSP = "\u00a0"


@pytest.fixture(params=["default", "calls-2020_wave-2023", "region-06"])
def folder(built: Place, request: pytest.FixtureRequest) -> Path:
    return built.root / "reports" / "_build" / str(request.param)


@pytest.fixture
def pdf(folder: Path) -> Iterator[pikepdf.Pdf]:
    with pikepdf.open(folder / f"{NAME}.pdf") as opened:
        yield opened


def elements(node: Any) -> Iterator[Any]:
    if isinstance(node, pikepdf.Array):
        for kid in node:
            yield from elements(kid)
    elif isinstance(node, pikepdf.Dictionary):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node.K)


@pytest.mark.parametrize("profile", ["ua1", "pdfa2a"])
def test_the_pdf_conforms(folder: Path, profile: str) -> None:
    content = (folder / f"{NAME}.pdf").read_bytes()
    report = conformance.validate_pdf_bytes(content, profile=profile)
    failures = [(each.rule_id, each.message) for each in report.failures]
    # A stream whose last byte is a carriage return stands before the line feed that ends it, and
    # the checker takes the two for one line end. Lengths are held exactly, by their own count.
    if b"\r\nendstream" in content:
        failures = [each for each in failures if each[0] != "PDFA2A-STREAM-LENGTH-001"]
    assert failures == []
    assert report.rules.total > 100
    streams = list(re.finditer(rb"/Length (\d+)[^>]*>>\s*?stream\r?\n", content))
    assert len(streams) > 50
    for found in streams:
        end = found.end() + int(found[1])
        assert content[end : end + 11].startswith((b"\nendstream", b"endstream")), found.start()


def test_the_pdf_has_title_language_headings_and_alternative_texts(pdf: pikepdf.Pdf) -> None:
    assert str(pdf.Root.Lang) == "fi-FI"
    with pdf.open_metadata() as metadata:
        assert metadata["dc:title"].startswith("Kuntien digitalisaation")
    tags = list(elements(pdf.Root.StructTreeRoot))
    kinds = [str(tag.S) for tag in tags]
    assert kinds.count("/H1") >= 10
    assert kinds.count("/H2") >= 10
    figures = [tag for tag in tags if str(tag.S) == "/Figure"]
    assert len(figures) >= 18
    alts = [str(tag.get("/Alt", "")) for tag in figures]
    assert all(len(alt) > 20 for alt in alts)
    assert len(set(alts)) == len(alts)
    headers = [tag for tag in tags if str(tag.S) == "/TH"]
    scopes = {
        str(item["/Scope"]) for tag in headers for item in tag.get("/A", []) if "/Scope" in item
    }
    assert scopes == {"/Row", "/Column"}


def test_every_page_of_the_pdf_tells_of_example_data(folder: Path) -> None:
    pages = pdf_pages(folder / f"{NAME}.pdf")
    assert [number for number, text in enumerate(pages, 1) if NOTICE not in text] == []


def test_the_report_has_twenty_to_thirty_pages_from_summary_to_appendices(built: Place) -> None:
    path = built.root / "reports" / "_build" / "default" / f"{NAME}.pdf"
    pages = pdf_pages(path)
    summary = next(
        number
        for number, text in enumerate(pages, 1)
        if re.search(r"^Tiivistelmä\s*$", text, re.MULTILINE)
    )
    assert 20 <= appendices_begin(pages) - summary <= 30
    # Messages and judgements are on one page.
    assert "Arviot kriteereittäin" in pages[summary - 1]
    assert re.search(r"^Suositukset\s*$", pages[summary - 1], re.MULTILINE)


@pytest.mark.parametrize(
    ("build", "language"),
    [("default", "fi"), ("region-06_language-sv", "sv"), ("region-06_language-en", "en")],
)
def test_paper_keeps_to_its_budget_and_is_readable(built: Place, build: str, language: str) -> None:
    """At most 20 pages of annexes, no letter under 8 points, no page blank by more than a third.

    One page may be blank by half: where a high figure follows the few lines of a section, which
    it may not leave, nothing else can stand below them.
    """
    path = built.root / "reports" / "_build" / build / f"{NAMES[language]}.pdf"
    with pdfium.PdfDocument(path) as document:
        texts = [page.get_textpage().get_text_range() for page in document]
        assert len(texts) - annexes_begin(texts) + 1 <= 20
        blank = {}
        for number, page in enumerate(document, 1):
            assert least_size(page) >= 7.9, number
            # A cover and sheets of a form are no running text, the summary has a page of its own,
            # and the last page ends where it ends.
            if 5 < number < len(texts) and (gap := largest_gap(page)) >= 1 / 3:
                blank[number] = gap
        assert len(blank) <= 1, blank
        assert max(blank.values(), default=0) < 1 / 2, blank
    assert [text for text in texts if re.search(r"\d [.,;](?:\s|$)", text)] == []


def annexes_begin(texts: list[str]) -> int:
    """Number of the page with the heading of the first annex, which the contents name before."""
    named = [n for n, text in enumerate(texts, 1) if re.search(r"(Liite|Bilaga|Annex) 1\. ", text)]
    return named[1]


def least_size(page: pdfium.PdfPage) -> float:
    """The smallest type of a page in points, exponents and indices of formulas among it."""
    sizes = [99.0]
    for item in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT], max_depth=1):
        size, matrix = ctypes.c_float(), item.get_matrix()
        pdfium_c.FPDFTextObj_GetFontSize(item.raw, size)
        sizes.append(size.value * math.hypot(matrix.c, matrix.d))
    return min(sizes)


def largest_gap(page: pdfium.PdfPage) -> float:
    """The tallest strip without ink between header and footer, as a share of what is between."""
    image = page.render(scale=0.5, grayscale=True).to_numpy()
    body = image[int(len(image) * 0.085) : int(len(image) * 0.925)]
    longest = current = 0
    for inked in (body < 245).any(axis=1):
        current = 0 if inked else current + 1
        longest = max(longest, current)
    return longest / len(body)


def appendices_begin(pages: tuple[str, ...]) -> int:
    """Number of the page on which the appendices begin; the contents name them earlier."""
    return next(
        number
        for number, text in enumerate(pages, 1)
        if "Liite 1. Menetelmät" in text and "Sisällysluettelo" not in text
    )


def test_no_page_ends_with_a_heading_and_no_caption_stands_alone(folder: Path) -> None:
    pages = pdf_pages(folder / f"{NAME}.pdf")
    for number, page in enumerate(pages[: appendices_begin(pages)], 1):
        lines = [line.strip() for line in page.splitlines() if line.strip()]
        body = [line for line in lines if not line.startswith("evaltools") and not line.isdigit()]
        assert not re.fullmatch(r"\d(\.\d)? [^\W\d].{2,60}", body[-1]), (number, body[-1])


def test_finnish_words_are_hyphenated_and_numbers_do_not_part(built: Place) -> None:
    path = built.root / "reports" / "_build" / "default" / f"{NAME}.pdf"
    text = "\n".join(pdf_pages(path))
    assert len(re.findall(r"[a-zäö]\u00ad[a-zäö]", text)) > 20
    assert not re.search(r"\d\n%", text)
    assert not re.search(r"\d\.\d+ %", text)


def test_numbers_are_finnish_everywhere(folder: Path) -> None:
    page = html.parse(str(folder / f"{NAME}.html"))
    body = page.find("body").text_content()
    assert not re.search(r"\d %", body), "a plain space before a per cent sign"
    assert re.search(rf"\d{NBSP}%", body)


def test_the_page_is_one_file_that_asks_for_nothing(folder: Path) -> None:
    text = (folder / f"{NAME}.html").read_text(encoding="utf-8")
    page = html.fromstring(text)
    for element in page.iter():
        for name in ("src", "data", "poster", "srcset"):
            value = element.get(name)
            assert value is None or value.startswith("data:"), (element.tag, name, value[:80])
    assert [link.get("rel") for link in page.iter("link")] == []
    assert not re.search(r"@import|url\((?!['\"]?(?:data:|#))", text)
    assert page.get("lang") == "fi"
    assert NOTICE in page.find("body").text_content()


def test_the_word_document_has_title_language_styles_and_alternative_texts(folder: Path) -> None:
    with zipfile.ZipFile(folder / f"{NAME}.docx") as archive:
        names = archive.namelist()
        document = archive.read("word/document.xml").decode()
        core = archive.read("docProps/core.xml").decode()
        headers = "".join(
            archive.read(name).decode() for name in names if name.startswith("word/header")
        )
    assert "docProps/custom.xml" not in names
    assert "Kuntien digitalisaation" in core
    descriptions = re.findall(r'<wp:docPr [^>]*descr="([^"]*)"', document)
    assert len(descriptions) >= 18
    assert all(len(text) > 20 for text in descriptions)
    assert document.count('w:val="Heading1"') >= 10
    assert document.count("<w:tblHeader") >= 10
    assert NOTICE in headers


def test_reviewers_find_evidence_and_languages_in_the_word_document(built: Place) -> None:
    path = built.root / "reports" / "_build" / "default" / f"{NAME}.docx"
    findings = json.loads((path.parent / "findings.json").read_text("utf-8"))["findings"]
    with zipfile.ZipFile(path) as archive:
        comments = archive.read("word/comments.xml").decode()
        document = archive.read("word/document.xml").decode()
        settings = archive.read("word/settings.xml").decode()
        core = archive.read("docProps/core.xml").decode()
    names = re.findall(r'<w:comment w:id="(\d+)"', comments)
    assert len(names) > 100
    for mark in ("commentRangeStart", "commentRangeEnd", "commentReference"):
        assert sorted(re.findall(rf'<w:{mark} w:id="(\d+)"', document)) == sorted(names)
    assert len([1 for each in findings if each["id"] in comments]) > 20
    for part in ("(52/72)", "Väli: P", "Lähde: solu ", "(03_goals_and_results.ipynb)"):
        assert part in comments, part
    assert '<w:lang w:val="sv"' in document  # quotations of reports in Swedish
    assert document.count(" PAGEREF ") > 30
    assert " NUMPAGES " in document
    assert "<w:updateFields" in settings
    assert "2026-11-24T00:00:00Z" in core  # the declared day of publication


def test_every_number_and_finding_leads_to_its_evidence_and_back(folder: Path) -> None:
    page = html.parse(str(folder / f"{NAME}.html"))
    ids = {element.get("id") for element in page.iter() if element.get("id")}
    shown = [span for span in page.iter("span") if "indicator" in (span.get("class") or "").split()]
    # Half of the numbers that the chapters print are there even where the reports are few.
    chapters = (folder.parents[1] / "fi").glob("_*.qmd")
    printed = sum(each.read_text("utf-8").count("{{< var") for each in chapters)
    assert len(shown) > printed / 2 > 50
    for span in shown:
        link = next((parent for parent in span.iterancestors("a")), None)
        assert link is not None, span.text_content()
        assert (link.get("href") or "")[1:] in ids
    marks = [link for link in page.iter("a") if "evidence-mark" in (link.get("class") or "")]
    said = [span for span in page.iter("span") if span.get("data-finding")]
    assert len(marks) == len(said)  # what conclusions rest on is said there once more
    left_out = cases_left_out(folder / f"{NAME}.html")
    assert len({span.get("data-finding") for span in said} | left_out.keys()) >= 20
    # That the reports are few is said where they are, and only what cannot be told is left out.
    left_out.pop("reports-read", None)
    assert set(left_out.values()) <= {"too_few", "missing"}
    assert ("too_few" in left_out.values()) == (folder.name == "region-06")
    assert {(mark.get("href") or "")[1:] for mark in marks} <= ids
    uses = [link for link in page.iter("a") if "evidence-use" in (link.get("class") or "")]
    assert len(uses) >= len(shown)
    assert {(use.get("href") or "")[1:] for use in uses} <= ids
