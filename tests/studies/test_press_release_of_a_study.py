"""A study of another programme has a press release by declaring one, and none without."""

from __future__ import annotations

import os
import shutil
import zipfile
from pathlib import Path

import pytest
from lxml import html

from evaltools.disclosure.rendered_files import Pdf
from evaltools.pipeline import run
from evaltools.problems import ProblemError
from evaltools.report import engines
from evaltools.report.build import build_report, stage_report
from evaltools.report.renderer.conversion import render
from evaltools.study import Study, load_study

pytestmark = pytest.mark.slow
FUND = Path(__file__).parent / "research_fund"
FINDINGS = """findings:
  coverage:
    text: {en: Most reports that were expected were read.}
    sentences:
      holds: {en: "The evaluation read {reports.read.x:words|report|reports} of {reports.read.n}."}
      does_not_hold: {en: "Only {reports.read.x:words} of {reports.read.n} reports were read."}
      cannot_be_told: {en: "The reports read are {reports.read.x:words}, too few to conclude from."}
    asserted: true
    estimand: D
    condition: {quantity: {key: reports.read.share, word: most}}
    evidence: [{table: documents}]
    counter_evidence: {none_found: {en: Every report was counted.}}
    evidence_class: independent
"""
DECLARED = """
press_release:
  name: ecology-fund-news
  title: coverage
  sources: {en: reports/release/en.qmd}
  contact: {en: "Press office <press> & [others](https://example.org)"}
"""
RELEASE = """{{< var finding.coverage >}} The number of projects is {{< var reports.scheme.n >}}.

# More

{{< include _generated/_contact.qmd >}}
"""


SLIDES = """
slides:
  name: ecology-fund-deck
  sources: {en: reports/slides/en.qmd}
"""
SLIDE = """# {{< var finding.coverage >}} {#coverage}

{{< embed ../notebooks/01_portfolio.ipynb#fig-lorenz >}}
"""


@pytest.fixture(scope="module")
def computed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The study with its notebooks run; only to be copied."""
    folder = tmp_path_factory.mktemp("computed") / "fund"
    shutil.copytree(FUND, folder, ignore=shutil.ignore_patterns("_build"))
    (folder / "reports" / "findings.yml").write_text(FINDINGS, encoding="utf-8")
    (folder / "reports" / "release").mkdir()
    (folder / "reports" / "release" / "en.qmd").write_text(RELEASE, encoding="utf-8")
    declared = (folder / "evaluation.yml").read_text(encoding="utf-8") + DECLARED
    (folder / "evaluation.yml").write_text(declared, encoding="utf-8")
    made = load_study(folder)
    run(made, made.parameters())
    return folder


@pytest.fixture
def study(computed: Path, tmp_path: Path) -> Study:
    return load_study(shutil.copytree(computed, tmp_path / "fund", symlinks=True))


def edited(study: Study, old: str, new: str) -> Study:
    path = study.root / "evaluation.yml"
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    return load_study(study.root)


def told(study: Study) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        build_report(study, study.parameters(), say=lambda line: None)
    return [str(problem) for problem in caught.value.problems]


def test_after_an_edit_what_did_not_change_is_taken_and_the_bytes_are_those_made_anew(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    rendered: list[str] = []
    render_one = engines.render

    def note(engine, project, document, *given):
        rendered.append(document.name)
        return render_one(engine, project, document, *given)

    def build(anew: bool = False) -> tuple[list[str], dict[str, bytes], float]:
        rendered.clear()
        begun = sum(os.times()[:4])
        report = build_report(
            study, study.parameters(), "embedded", rerender=anew, say=lambda line: None
        )
        files = {path.name: path.read_bytes() for path in report.folder.iterdir()}
        return list(rendered), files, sum(os.times()[:4]) - begun

    def edit(name: str, text: str) -> None:
        path = study.root / "reports" / name
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    monkeypatch.setattr("evaltools.processes.is_safe_to_fork", lambda: False)
    monkeypatch.setattr(engines, "render", note)
    assert build()[0] == ["report.qmd", "en.qmd"]
    edit("en/report.qmd", "\n\nA paragraph more.\n")
    again, files, taken = build()
    assert again == ["report.qmd"]
    assert b"A paragraph more." in files["ecology-fund-en.html"]
    (study.root / "reports" / "en" / "_shared.qmd").write_text("", encoding="utf-8")
    edit("release/en.qmd", "\n{{< include ../en/_shared.qmd >}}\n")
    build()
    edit("en/_shared.qmd", "\nA line more.\n")
    both, files, _ = build()
    assert both == ["report.qmd", "en.qmd"]
    assert b"A line more." in files["ecology-fund-news-en.html"]
    _, anew, in_full = build(anew=True)
    assert files == anew
    assert taken < 0.9 * in_full


def test_it_is_made_with_the_report_and_beside_a_deck_of_slides(study: Study) -> None:
    staged = study.root / "staged"
    stage_report(study, study.parameters(), staged, say=lambda line: None)
    made = render(staged, Path("release/en.qmd"), ["html", "docx"], study.root / "rendered")

    (study.root / "reports" / "slides").mkdir()
    (study.root / "reports" / "slides" / "en.qmd").write_text(SLIDE, encoding="utf-8")
    with_deck = edited(study, DECLARED, DECLARED + SLIDES)
    report = build_report(with_deck, with_deck.parameters(), say=lambda line: None)
    page, word = (report.folder / f"ecology-fund-news-en.{kind}" for kind in ("html", "docx"))
    assert {page, word} <= set(report.files)
    # As it is staged, and without slides beside it.
    assert [path.read_bytes() for path in made] == [page.read_bytes(), word.read_bytes()]
    main = html.parse(str(page)).getroot().find(".//main")
    headline, sentence = main.xpath(".//*[@data-finding='coverage']")
    assert headline.getparent().tag == "h1"
    assert f"{headline.text_content()}." == sentence.text_content()
    text = " ".join(main.text_content().split())
    assert text.startswith("Invented data")
    assert "Contact: Press office <press> & [others](https://example.org)" in text
    links = {each.get("href") for each in main.iterfind(".//a")}
    assert "ecology-fund-en.html#ev-reports-scheme-share" in links
    assert "ecology-fund-en.html" in links
    with zipfile.ZipFile(word) as parts:
        assert "w:titlePg" not in parts.read("word/document.xml").decode("utf-8")

    pages = list(Pdf(report.folder / "ecology-fund-deck-en.pdf").pages())
    assert len(pages) == 2
    said = " ".join(pages[1].split())
    assert sentence.text_content() in said
    assert "Invented data" in said
    assert "Source: " in said


def test_what_is_wrong_with_it_stops_the_build(study: Study) -> None:
    findings = study.root / "reports" / "findings.yml"
    findings.write_text(FINDINGS.replace("coverage:", "coverages:"), encoding="utf-8")
    (found,) = told(study)
    assert "no finding is called 'coverage'" in found
    assert "coverages" in found.partition("Did you mean")[2]
    findings.write_text(FINDINGS, encoding="utf-8")
    source = study.root / "reports" / "release" / "en.qmd"
    source.write_text("{{< var reports.reed.x >}}\n", encoding="utf-8")
    (found,) = told(study)
    assert found.startswith("reports/release/en.qmd:1")
    source.unlink()
    (found,) = told(study)
    assert "reports/release/en.qmd" in found
