"""The press releases beside a report: a page each, true of the same run, traced into the report."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import docx
import pikepdf
import pytest
from lxml import html
from places import Place

from evaltools.provenance.integrity import check_folder

pytestmark = pytest.mark.slow

LANGUAGES = ("fi", "sv", "en")
MOST_WORDS = 400  # what fits a page of A4 at 10.5 points below title, notice and contact
NOTICES = {
    "fi": "Esimerkkiaineisto: luvut eivät ole valtiovarainministeriön tuloksia",
    "sv": "Exempeldata: siffrorna är inte finansministeriets resultat",
    "en": "Example data: the figures are not results of the Ministry of Finance",
}
STEMS = {
    "fi": "digikannustin-tiedote",
    "sv": "digitaliseringsincitamentet-meddelande",
    "en": "digital-incentive-release",
}


@pytest.fixture(params=["default", "calls-2020_wave-2023", "region-06"])
def folder(built: Place, request: pytest.FixtureRequest) -> Path:
    return built.root / "reports" / "_build" / str(request.param)


def page(folder: Path, language: str) -> Any:
    return html.parse(str(folder / f"{STEMS[language]}-{language}.html")).getroot()


def squeezed(text: str) -> str:
    return " ".join(text.split())


def sentences(folder: Path, language: str) -> dict[str, str]:
    """What the page says of each finding, by its id."""
    found = page(folder, language).find(".//main").xpath(".//*[@data-finding]")
    return {each.get("data-finding"): squeezed(each.text_content()) for each in found}


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_says_what_the_report_found_and_nothing_else(folder: Path, language: str) -> None:
    found = json.loads((folder / "findings.json").read_text())["findings"]
    judged = {each["id"]: each for each in found}
    said = sentences(folder, language)
    assert {"headline", "reports-read"} <= set(said)
    for name, sentence in said.items():
        expected = squeezed(judged[name]["said"][language])
        assert sentence == (expected.rstrip(".") if name == "headline" else expected)
    few = judged["reports-read"]["case"] == "too_few"
    assert few == (folder.name == "region-06")
    assert len(said) == (2 if few else 9)


def test_another_scope_makes_another_release(built: Place) -> None:
    made = built.root / "reports" / "_build"
    one, other = (sentences(made / name, "fi") for name in ("default", "region-06"))
    assert one["headline"] != other["headline"]
    assert one["reports-read"] != other["reports-read"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_example_data_are_the_first_thing_seen(folder: Path, language: str) -> None:
    main = page(folder, language).find(".//main")
    assert squeezed(main.text_content()).startswith(NOTICES[language])
    word = docx.Document(str(folder / f"{STEMS[language]}-{language}.docx"))
    section = word.sections[0]
    assert not section.different_first_page_header_footer
    assert section.header.paragraphs[0].text == NOTICES[language]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_number_leads_to_its_entry_in_the_report(folder: Path, language: str) -> None:
    report = "digikannustin-valiraportti-fi.html"
    entries = {each.get("id") for each in html.parse(str(folder / report)).iter() if each.get("id")}
    made = page(folder, language)
    numbers = made.find(".//main").xpath(".//*[@data-key]")
    links = [each.getparent().get("href") for each in numbers]
    assert links
    assert {link.partition("#")[0] for link in links} == {report}
    assert {link.partition("#")[2] for link in links} <= entries
    with zipfile.ZipFile(folder / f"{STEMS[language]}-{language}.docx") as parts:
        relations = parts.read("word/_rels/document.xml.rels").decode("utf-8")
    assert set(links) <= set(re.findall(r'Target="([^"]*)"', relations))


@pytest.mark.parametrize("language", LANGUAGES)
def test_word_has_the_same_text_on_a_page(folder: Path, language: str) -> None:
    content = (folder / f"{STEMS[language]}-{language}.docx").read_bytes()
    shown = " ".join(each.text for each in docx.Document(io.BytesIO(content)).paragraphs)
    assert 90 < len(shown.split()) <= MOST_WORDS
    for sentence in sentences(folder, language).values():
        assert sentence in squeezed(shown)


@pytest.mark.browser
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_one_page_on_paper(
    folder: Path, language: str, tmp_path: Path, chromium: str
) -> None:
    paper = tmp_path / "page.pdf"
    place = (folder / f"{STEMS[language]}-{language}.html").resolve().as_uri()
    options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    subprocess.run(
        [chromium, *options, f"--user-data-dir={tmp_path / 'profile'}",
         f"--print-to-pdf={paper}", place], check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    with pikepdf.open(paper) as made:
        assert len(made.pages) == 1


def test_the_report_lists_them_and_a_changed_one_is_found(own: Place) -> None:
    folder = (own.root / "reports" / "_build" / "default").resolve()
    names = {f"{STEMS[language]}-{language}.{kind}"
             for language in LANGUAGES for kind in ("html", "docx")}  # fmt: skip
    record = json.loads((folder / "report.json").read_text())
    assert names <= set(record["files"])
    assert names <= set(record["outputs"])
    assert check_folder(folder).faults == ()
    for name in sorted(names):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content.replace(b"52", b"92") + b"\n")
        assert {fault.file for fault in check_folder(folder).faults} == {name}
        (folder / name).write_bytes(content)


def test_the_annex_on_statements_says_first_that_data_are_made_up(built: Place) -> None:
    report = built.root / "reports" / "_build" / "default" / "digikannustin-valiraportti-fi.html"
    text = squeezed(html.parse(str(report)).getroot().find(".//main").text_content())
    annex = text[text.index("Liite 5. Tiedotteen väitteet tämän aineiston valossa Tärkeää") :]
    notice, table = annex.index("eivätkä arvioi valtiovarainministeriötä"), annex.index("Väite")
    assert annex.index(NOTICES["fi"]) < notice < table
    caption = annex[annex.rindex("Taulukko", 0, table) : table]
    assert NOTICES["fi"] in caption
