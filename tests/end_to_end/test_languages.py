"""The report in Swedish and English: nothing Finnish left in it, and the same numbers."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest
from foreign_words import left_over, shown_texts
from lxml import etree, html
from places import NAMES, Place
from reading import cases_left_out, numbers_of

from evaltools.publish.bundle import assemble_bundle, make_release
from evaltools.publish.gates import make_candidate
from evaltools.publish.publish import _make_output_search
from evaltools.study import load_study

pytestmark = pytest.mark.slow

NBSP = "\N{NO-BREAK SPACE}"
_OTHERS = {"sv": ("-fi", "-en"), "en": ("-fi", "-sv")}


@pytest.fixture(scope="module")
def pages(built: Place) -> dict[str, Path]:
    """The page of one region in each language."""
    folder = built.root / "reports" / "_build"
    return {
        "fi": folder / "region-06" / f"{NAMES['fi']}.html",
        "sv": folder / "region-06_language-sv" / f"{NAMES['sv']}.html",
        "en": folder / "region-06_language-en" / f"{NAMES['en']}.html",
    }


@pytest.mark.parametrize("language", ["sv", "en"])
def test_nothing_finnish_is_left_in_page_figures_or_names_of_files(
    pages: dict[str, Path], built: Place, language: str
) -> None:
    page = pages[language]
    texts = [*shown_texts(page.read_text("utf-8"), language)]
    # Press releases in the other languages lie beside the report.
    own = [path.stem for path in page.parent.iterdir() if path.stem[-3:] not in _OTHERS[language]]
    assert any(stem.endswith(f"-{language}") for stem in own)
    texts += [stem.replace("-", " ") for stem in own]
    assert sum(map(len, texts)) > 50_000
    assert left_over(texts, built.root, language, "fi") == {}


def test_the_detector_sees_finnish_in_prose_figures_and_alternative_texts(built: Place) -> None:
    drawn = "<svg xmlns='http://www.w3.org/2000/svg'><text>aikataulu</text></svg>"
    page = (
        "<html lang='sv'><p>Projekten fick understöd.</p><p>Hankkeissa syntyi.</p>"
        "<q lang='fi'>Tavoite saavutettiin</q><p>Tammerfors, Birkaland</p>"
        f"<img alt='Kuvassa verkosto' src=\"data:image/svg+xml,{drawn}\"></html>"
    )
    found = left_over(shown_texts(page, "sv"), built.root, "sv", "fi")
    assert set(found) == {"aikataulu", "hankkeissa", "kuvassa", "syntyi", "verkosto"}


@pytest.mark.parametrize("language", ["sv", "en"])
def test_numbers_findings_figures_tables_and_sections_are_those_of_the_finnish_report(
    pages: dict[str, Path], language: str
) -> None:
    def numbers(page: Path) -> Counter[tuple[str, ...]]:
        return Counter(
            (one.key, one.estimand, one.dimensions, one.shows) for one in numbers_of(page)
        )

    def parts(page: Path) -> list[str]:
        identifiers = html.parse(str(page)).xpath("//@id")
        wanted = re.compile(r"(?:sec|fig|tbl|eq)-(?!description-)")
        return [str(one) for one in identifiers if wanted.match(str(one))]

    def rows(page: Path) -> list[int]:
        tables = html.parse(str(page)).xpath("//table")
        return sorted(len(table.xpath(".//tr")) for table in tables)

    def findings(page: Path) -> Counter[str]:
        return Counter(map(str, html.parse(str(page)).xpath("//@data-finding")))

    first, other = pages["fi"], pages[language]
    assert sum(numbers(first).values()) > 80
    assert numbers(other) == numbers(first)
    assert parts(other) == parts(first)
    assert findings(other) == findings(first)
    # Of one region most findings cannot be told, and only they are left out.
    assert len(findings(first).keys() | cases_left_out(first).keys()) > 15
    assert set(cases_left_out(first).values()) <= {"too_few", "missing"}
    assert len(rows(first)) > 20
    assert rows(other) == rows(first)


@pytest.mark.parametrize(
    ("language", "share", "thousands"),
    [("fi", rf"\d{NBSP}%", rf"\d{NBSP}\d{{3}}"), ("sv", rf"\d{NBSP}%", rf"\d{NBSP}\d{{3}}"),
     ("en", r"\d%", r"\d,\d{3}")],
)  # fmt: skip
def test_numbers_are_written_as_the_language_writes_them(
    pages: dict[str, Path], language: str, share: str, thousands: str
) -> None:
    texts = [one.text for one in numbers_of(pages[language])]
    whole = [text for text in texts if re.search(r"\d{3}$", text) and len(text) > 4]
    assert any(re.fullmatch(thousands.replace(r"\d", r"\d+", 1), text) for text in whole)
    shares = [text for text in texts if text.endswith("%")]
    assert len(shares) == sum(one.text.endswith("%") for one in numbers_of(pages["fi"])) > 0
    assert all(re.search(f"{share}$", text) for text in shares)
    decimals = [text for text in texts if re.fullmatch(r"[\u2212+]?\d+[.,]\d\d?", text)]
    assert decimals
    assert {mark for text in decimals for mark in ".," if mark in text} == {
        "." if language == "en" else ","
    }


@pytest.mark.parametrize("language", NAMES)
def test_the_page_says_its_language_and_has_the_description_sheet_in_all_three(
    pages: dict[str, Path], language: str
) -> None:
    tree = html.parse(str(pages[language]))
    assert tree.getroot().get("lang") == language
    titles = {"fi": "Kuvailulehti", "sv": "Presentationsblad", "en": "Description sheet"}
    for other, title in titles.items():
        headings = tree.xpath(f"//*[self::h1 or self::h2][normalize-space()='{title}']")
        assert len(headings) == 1, title
        spoken = headings[0].xpath("(descendant-or-self::*|ancestor::*)[@lang]")
        assert spoken[-1].get("lang") == other
        sheet = headings[0].xpath("ancestor::*[contains(@class, 'description-sheet')]")[0]
        assert (sheet.get("lang") or language) == other
        assert "2022" in etree.tostring(sheet.xpath(".//table")[0], encoding="unicode")


@pytest.mark.parametrize("language", ["sv", "en"])
def test_nothing_in_the_language_looks_like_a_person(
    built: Place, language: str, tmp_path: Path
) -> None:
    """By the search that publishing makes, of all that would be published."""
    study = load_study(built.root)
    chosen = study.parameters({"region": "06", "language": language})
    candidate, bundle = make_candidate(study, [chosen]), tmp_path / "bundle"
    bundle.mkdir()
    assemble_bundle(bundle, candidate, make_release(candidate))
    found = _make_output_search(candidate)(bundle)
    assert [str(one) for one in found if one.code == "disclosure.person"] == []
