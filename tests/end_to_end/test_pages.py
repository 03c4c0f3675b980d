"""Where headings, figures and tables stand on the pages of the printed report."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
import pytest
from lxml import html
from places import NAMES, Place
from test_documents import elements

pytestmark = pytest.mark.slow

CAPTION = re.compile(r"(?m)^(Kuva|Taulukko|Figure|Table|Figur|Tabell)[ \u00a0](\d+)[.:]\s")
Spot = tuple[int, float]  # page, and points from its top


@pytest.fixture(
    params=[("default", "fi"), ("region-06_language-sv", "sv"), ("region-06_language-en", "en")],
    ids=lambda given: given[0],
)
def report(built: Place, request: pytest.FixtureRequest) -> Path:
    build, language = request.param
    return built.root / "reports" / "_build" / build / NAMES[language]


def test_captions_stand_between_the_heading_of_their_section_and_the_next(report: Path) -> None:
    """The order of the page against places in the PDF: no figure or table passes a heading."""
    tree = html.fromstring(report.with_name(f"{report.name}.html").read_bytes())
    found = tree.xpath("//main//h2|//main//h3|//figcaption")
    with pdfium.PdfDocument(report.with_name(f"{report.name}.pdf")) as document:
        headings, captions = heading_spots(document), caption_spots(document)
    section, checked = 0, 0
    order = sorted(headings.values())
    for element in found:
        title = squeeze(element.text_content())
        if element.tag in ("h2", "h3") and title in headings:
            section = order.index(headings[title])
        elif label := CAPTION.match(f"{element.text_content().strip()} "):
            spot = captions.pop(f"{label[1]} {label[2]}", None)
            if spot is None:  # the table of all numbers, which the page has and paper has not
                continue
            assert order[section] < spot, (label[0], spot)
            assert section + 1 == len(order) or spot < order[section + 1], (label[0], spot)
            checked += 1
    assert not captions
    assert checked > 40


def heading_spots(document: pdfium.PdfDocument) -> dict[str, Spot]:
    """Where headings with a number or of an annex stand, from the bookmarks."""
    spots: dict[str, Spot] = {}
    for item in document.get_toc():
        target = item.get_dest()
        assert target is not None
        page = target.get_index()
        assert page is not None
        _, (_, top, *_) = target.get_view()
        spots[squeeze(item.get_title())] = (page, document[page].get_height() - top)
    return spots


def caption_spots(document: pdfium.PdfDocument) -> dict[str, Spot]:
    spots: dict[str, Spot] = {}
    for number, page in enumerate(document):
        text = page.get_textpage()
        for found in CAPTION.finditer(text.get_text_range().replace("\r\n", "\n\n")):
            _, _, _, top = text.get_charbox(found.start())
            spots.setdefault(f"{found[1]} {found[2]}", (number, page.get_height() - top))
    return spots


def squeeze(text: str) -> str:
    return re.sub(r"[\s\u00ad]+", "", text)


def test_no_row_of_a_table_stands_alone_and_none_is_split(report: Path) -> None:
    """From the tags: on which pages the rows of each table are."""
    with pikepdf.open(report.with_name(f"{report.name}.pdf")) as document:
        pages = {page.objgen: number for number, page in enumerate(document.pages, 1)}
        latest = broken = 0
        for tag in elements(document.Root.StructTreeRoot):
            stands = pages_of(tag, pages)
            if str(tag.S) in ("/H1", "/H2", "/H3", "/Figure", "/Table") and stands:
                assert min(stands) >= latest  # what is read first is seen first
                latest = min(stands)
            if str(tag.S) == "/Table":
                rows = [pages_of(row, pages) for row in elements(tag.K) if str(row.S) == "/TR"]
                assert all(len(row) <= 1 for row in rows)
                shares = Counter(min(row) for row in rows if row)
                broken += len(shares) > 1
                assert len(shares) == 1 or len(rows) < 8 or min(shares.values()) > 1, shares
        assert broken  # of more than a hundred projects or fifty reports


def pages_of(tag: Any, pages: dict[tuple[int, int], int]) -> set[int]:
    """Numbers of the pages with marked content of a tag or of what is in it."""
    found = {pages[each.Pg.objgen] for each in elements(tag.get("/K")) if "/Pg" in each}
    return found | ({pages[tag.Pg.objgen]} if "/Pg" in tag else set())
