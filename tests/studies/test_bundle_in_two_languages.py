"""One bundle holds the report in the languages that the study publishes together."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner
from lxml import html
from two_languages import make_study

from evaltools.cli import main
from evaltools.disclosure.rendered_files import Pdf
from evaltools.problems import ProblemError
from evaltools.provenance.artifacts import read_artifact
from evaltools.provenance.integrity import check_folder
from evaltools.publish.bundle import add_switch
from evaltools.publish.gates import Candidate, check_editions, make_candidate
from evaltools.publish.publish import check_publication, publish_report
from evaltools.publish.text_audit.audit import audit_text
from evaltools.publish.text_audit.outside_text import read_outside_text
from evaltools.publish.text_audit.published import read_published
from evaltools.publish.verify import verify
from evaltools.report.languages import in_every_language
from evaltools.study import Language, Study, load_study
from tools.page_checks import SOME_SCREENS, check_page

pytestmark = pytest.mark.slow
PAGES = {"sv": "bygdegardsbidrag-sv.html", "en": "village-halls-en.html"}


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    folder = make_study(tmp_path_factory.mktemp("two") / "study")
    signed = CliRunner().invoke(
        main, ["sign", "--by", "anna", "--on", "2026-11-24"], env={"EVALTOOLS_STUDY": str(folder)}
    )
    assert signed.exit_code == 0, signed.output
    return load_study(folder)


@pytest.fixture(scope="module")
def bundle(study: Study) -> Path:
    """The bundle as it was published; only to be read."""
    folder = study.root.parent / "bundle"
    publish_report(study, study.parameters(), folder, say=lambda _: None)
    return folder


@pytest.fixture
def candidate(study: Study, bundle: Path) -> Candidate:
    return make_candidate(study, in_every_language(study, study.parameters(), ["sv", "en"]))


def test_each_language_has_its_formats_and_workbook_and_the_numbers_are_there_once(
    bundle: Path,
) -> None:
    files = {path.relative_to(bundle).as_posix() for path in bundle.rglob("*") if path.is_file()}
    stems = ("bygdegardsbidrag-sv", "village-halls-en")
    wanted = {f"report/{stem}.{kind}" for stem in stems for kind in ("html", "pdf", "docx")}
    wanted |= {f"report/indicators-{language}.xlsx" for language in PAGES}
    wanted |= {"report/indicators.csv", "report/datapackage.json"}
    assert {name for name in files if name.startswith("report/")} == wanted
    assert {name for name in files if name.startswith("languages/")} == {
        "languages/en/manifest.json", "languages/en/notebooks/01_portfolio.ipynb",
    }  # fmt: skip
    assert {f"method-card-{language}.html" for language in PAGES} <= files
    # Both runs have the numbers that stand in the bundle, and were made from the same.
    runs = [json.loads((bundle / home / "manifest.json").read_bytes())
            for home in ("", "languages/en")]  # fmt: skip
    assert runs[0]["outputs"]["indicators.json"] == runs[1]["outputs"]["indicators.json"]
    assert runs[0]["ingredients"]["files"] == runs[1]["ingredients"]["files"]
    assert [run["ingredients"]["parameters"]["language"] for run in runs] == ["sv", "en"]


def test_the_description_of_the_data_names_every_workbook_with_its_hash(bundle: Path) -> None:
    package = json.loads((bundle / "report" / "datapackage.json").read_bytes())
    in_swedish, in_english = package["title"].split(" / ")
    assert in_swedish.endswith(": indikatorer")
    assert in_english.endswith(": indicators")
    found = {each["path"]: each["hash"] for each in package["resources"]}
    assert list(found) == ["indicators.csv", "indicators-en.xlsx", "indicators-sv.xlsx"]
    hashes = check_folder(bundle).inventory.hashes()
    assert found == {name: f"sha256:{hashes[f'report/{name}']}" for name in found}
    names = [each["name"] for each in package["resources"]]
    assert names == ["indicators", "indicators-workbook-en", "indicators-workbook-sv"]


def test_the_crate_says_in_which_language_files_are_and_how_each_was_made(bundle: Path) -> None:
    content = json.loads((bundle / "ro-crate-metadata.json").read_bytes())
    graph = {each["@id"]: each for each in content["@graph"]}
    tongues = [graph[each["@id"]]["alternateName"] for each in graph["./"]["inLanguage"]]
    assert tongues == ["sv", "en"]
    for name, language in (("bygdegardsbidrag-sv.pdf", "sv"), ("village-halls-en.docx", "en"),
                           ("indicators-en.xlsx", "en")):  # fmt: skip
        assert graph[f"report/{name}"]["inLanguage"] == language
    assert graph["method-card-en.md"]["inLanguage"] == "en"
    actions = [graph[each["@id"]] for each in graph["./"]["mentions"]]
    assert [each["name"].rpartition(" ")[2] for each in actions] == [
        "Swedish", "Swedish", "English", "English",
    ]  # fmt: skip
    rendered = {each["@id"] for each in actions[3]["result"]}
    assert rendered == {f"report/village-halls-en.{kind}" for kind in ("html", "pdf", "docx")} | {
        "report/indicators-en.xlsx"
    }
    assert "#parameter/language/en" in {each["@id"] for each in actions[2]["object"]}
    assert graph["#parameter/language/en"]["value"] == "en"


def test_it_comes_out_the_same_again_and_what_is_forged_in_another_language_is_named(
    study: Study, bundle: Path, tmp_path: Path
) -> None:
    found = verify(bundle, rebuild=True, study=study)
    assert found.holds, found.lines()
    own = tmp_path / "own"
    shutil.copytree(bundle, own)
    path = own / "languages" / "en" / "manifest.json"
    content = json.loads(path.read_bytes())
    content["outputs"]["notebooks/01_portfolio.ipynb"] = "0" * 64
    path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", "utf-8")
    told = {(fault.file, fault.kind) for fault in check_folder(own).faults}
    assert ("languages/en/manifest.json", "changed") in told
    assert ("languages/en/notebooks/01_portfolio.ipynb", "contradiction") in told
    shutil.rmtree(own / "languages")
    faults = check_folder(own).faults
    assert {fault.file for fault in faults if fault.kind == "missing"} == {
        "languages/en/manifest.json", "languages/en/notebooks/01_portfolio.ipynb",
    }  # fmt: skip


def test_it_is_checked_compared_and_audited_as_one_of_one_language_is(
    study: Study, bundle: Path
) -> None:
    check = check_publication(study, study.parameters({"language": "en"}), say=lambda _: None)
    assert check.problems == ()
    assert check.earlier == "bundle"
    artifact = read_artifact(bundle)
    assert artifact.ingredients.parameters["language"] == "sv"
    published = read_published(bundle)
    languages: tuple[Language, ...] = ("sv", "en")
    for language in languages:
        text = read_outside_text(bundle / "report" / PAGES[language])
        audit = audit_text(PAGES[language], text, published, language)
        assert audit.count("borne_out") == len(audit.sentences) > 5
    entry = yaml.safe_load((study.root / "releases" / "releases.yml").read_text("utf-8"))[0]
    assert (entry["language"], entry["languages"]) == ("sv", ["sv", "en"])


def test_pages_lead_to_each_other_and_name_themselves_and_a_page_alone_leads_nowhere(
    study: Study, bundle: Path
) -> None:
    for language, page in PAGES.items():
        tree = html.parse(str(bundle / "report" / page))
        (nav,) = tree.xpath("//header//nav[@class='languages'][@aria-label]")
        other = "en" if language == "sv" else "sv"
        (link,) = nav.xpath(".//a")
        assert (link.get("href"), link.get("lang"), link.get("hreflang")) == (
            PAGES[other], other, other,
        )  # fmt: skip
        assert (bundle / "report" / link.get("href")).is_file()
        assert link.text == {"sv": "Svenska", "en": "English"}[other]
        assert (
            nav.xpath("string(.//*[@aria-current])") == {"sv": "Svenska", "en": "English"}[language]
        )
        alternate = tree.xpath("//head/link[@rel='alternate']")
        assert {each.get("hreflang"): each.get("href") for each in alternate} == PAGES
    alone = study.build / "default" / PAGES["sv"]
    assert html.parse(str(alone)).xpath("//nav[@class='languages'] | //link[@rel]") == []


def test_sheets_name_the_other_languages_on_the_page_and_on_paper(bundle: Path) -> None:
    row = html.parse(str(bundle / "report" / PAGES["sv"])).xpath(
        "//tr[contains(., 'Andra språkversioner')]//td[last()]"
    )
    assert [each.text_content().strip() for each in row] == ["engelska"]
    pages = Pdf(bundle / "report" / "bygdegardsbidrag-sv.pdf").pages()
    assert "Andra språkversioner" in " ".join(pages)


def test_what_differs_between_the_languages_is_told(
    candidate: Candidate, bundle: Path, tmp_path: Path
) -> None:
    assert list(check_editions(candidate)) == []
    other = candidate.others[0]
    run, report = tmp_path / "run", tmp_path / "report"
    shutil.copytree(other.run.folder, run)
    shutil.copytree(other.report, report)
    path = run / "indicators.json"
    records = json.loads(path.read_bytes())
    changed = next(each for each in records if each["key"] == "projects.funded.count")
    changed["value"] += 1
    path.write_text(json.dumps(records), "utf-8")
    page = report / PAGES["en"]
    page.write_text(
        page.read_text("utf-8").replace('id="sec-programme"', 'id="sec-grants"'), "utf-8"
    )
    wrong = replace(other, run=replace(other.run, folder=run), report=report)
    told = [str(each) for each in check_editions(replace(candidate, others=(wrong,)))]
    assert len(told) == 2
    assert (
        "the report in 'en': has other numbers than that in 'sv': projects.funded.count" in told[0]
    )
    assert "has other sections than that in 'sv': sec-grants, sec-programme" in told[1]


def test_a_language_that_the_report_lacks_is_told_before_anything_is_built(
    tmp_path: Path,
) -> None:
    root = make_study(tmp_path / "study")
    source = root / "reports" / "en" / "report.qmd"
    text = source.read_text("utf-8")
    source.unlink()
    study = load_study(root)
    with pytest.raises(ProblemError, match="there is no report in 'en'"):
        publish_report(study, study.parameters(), tmp_path / "bundle", say=lambda _: None)
    assert not study.build.exists()
    source.write_text(text, "utf-8")
    path = root / "evaluation.yml"
    path.write_text(
        path.read_text("utf-8").replace("  - sv\n  - en\n", "  - sv\n  - fi\n"), "utf-8"
    )
    with pytest.raises(ProblemError, match="'fi' is no language of the study"):
        load_study(root)


def test_a_page_of_quarto_has_the_links_at_its_title_and_one_without_a_title_is_told(
    candidate: Candidate, tmp_path: Path
) -> None:
    page = tmp_path / PAGES["sv"]
    title = '<header id="title-block-header" class="quarto-title-block default">'
    page.write_text(f"<html><head></head><body><main>{title}<h1>T</h1></header></main></body>")
    add_switch(page, candidate, candidate.editions)
    assert re.search(f'{title}\\s*<nav class="languages"', page.read_text("utf-8"))
    page.write_text("<html><head></head><body><p>T</p></body></html>")
    with pytest.raises(ProblemError, match="has no title"):
        add_switch(page, candidate, candidate.editions)


@pytest.mark.browser
def test_the_way_to_another_language_keeps_the_section_and_is_accessible(
    browser: Any, bundle: Path
) -> None:
    path = bundle / "report" / PAGES["sv"]
    told = {(one.name, one.state, one.width): one.faults
            for one in check_page(browser, path, SOME_SCREENS[::2]) if one.faults}  # fmt: skip
    assert told == {}
    page = browser.new_page(viewport={"width": 390, "height": 700})
    page.goto(path.as_uri())
    page.evaluate("document.getElementById('sec-programme').scrollIntoView()")
    link = page.locator(".languages a")
    page.wait_for_selector(".languages a[href$='#sec-programme']")
    assert link.is_visible()
    box = link.bounding_box()
    assert 0 <= box["y"] < 60
    link.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{PAGES['en']}#sec-programme")
    assert page.evaluate("document.documentElement.lang") == "en"
    page.close()
