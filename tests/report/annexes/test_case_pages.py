"""Boxes of cases: bound numbers, one sentence for too few, none undeclared, other studies."""

from __future__ import annotations

import html
import re
import shutil
from pathlib import Path

import pytest
from recount_scope import Choice, Scope, read

from evaltools.evidence import Evidence, load_descriptor, read_tables
from evaltools.findings.declaration import load_findings
from evaltools.problems import ProblemError
from evaltools.report.annexes.case_boxes import case_page
from evaltools.report.annexes.case_rules import FILE_NAME, load_cases
from evaltools.report.annexes.quotations import Quotations
from evaltools.report.evidence_pages.quoted_passages import make_quote_policy
from evaltools.report.glossary import Glossary
from evaltools.report.material import ReportMaterial
from evaltools.report.staging import stage
from evaltools.study import load_study

ROOT = Path(__file__).parents[3]
FACT = re.compile(
    r'\[\[(?P<shown>[^\]]*)\]\{\.fact fact="(?P<name>[^"]+)"\}\]\(#(?P<anchor>[^)]+)\)'
)


def names_of(study):
    return {each.id for each in load_findings(study.root, study.declaration.languages)}


def page_of(study, evidence, language="fi"):
    declared = load_cases(study, names_of(study))
    policy = make_quote_policy(
        study.declaration.disclosure.quotes, evidence.tables, study.declaration.disclosure
    )
    quotations = Quotations.of(evidence, policy, declared.characters)
    glossary = Glossary.of(evidence.tables, study.words(language), study.declaration)
    return case_page(declared, evidence, quotations, glossary, {"goals": "data/goals.csv"})


def test_every_number_of_a_box_leads_to_its_entry(study, evidence):
    made = page_of(study, evidence)
    shown = {fact.name: fact for fact in made.facts}
    found = list(FACT.finditer(made.markdown))
    assert {each["name"] for each in found} == set(shown)
    for each in found:
        fact = shown[each["name"]]
        assert (html.unescape(each["shown"]), each["anchor"]) == (fact.shown, fact.anchor)
        assert fact.definition
    # Whatever else has digits is an identifier, a day, or what a call or a report is called.
    prose = "".join(
        line for line in FACT.sub("", made.markdown).splitlines(True)
        if not line.startswith(("| Hanke |", "| Hallinnoija", "| Haku", "| Kesto", ">"))
    )  # fmt: skip
    assert re.findall(r"\d+", re.sub(r"&#\d+;|\{[^}]*\}|\|:-*\|:-*\|", "", prose)) == []


def test_what_a_box_tells_is_what_the_files_say(study, evidence):
    choice = Choice(calls=tuple(evidence.parameters.calls), wave=evidence.parameters.wave)
    scope = Scope(read(study.data), choice)
    document_of = {project: document for document, project in scope.reports.items()}
    labels = {row["code_id"]: row["label_fi"] for row in scope.tables["codes"]}
    boxes = page_of(study, evidence).markdown.split("\n## ")
    for box in boxes:
        cells = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", box, re.MULTILINE))
        project = cells["Hanke"]
        document = document_of[project]
        for heading, kind in (("Tulokset", "result"), ("Haasteet", "challenge"),
                              ("Ratkaisut", "response")):  # fmt: skip
            told = [labels[code] for code in scope.of_kind(kind)
                    if scope.state(document, code) == "yes"]  # fmt: skip
            assert html.unescape(cells[heading]) == ("; ".join(told) or "ei mainintoja")
        grant = scope.projects[project]["grant"]
        if grant < 1_000_000:
            shown = re.sub(r"\D", "", html.unescape(FACT.match(cells["Avustus"])["shown"]))
            assert int(shown) == grant
        assert FACT.match(cells["Organisaatioita"])["shown"] == str(
            len(scope.projects[project]["partners"])
        )


def test_too_few_reports_give_one_sentence_and_no_case(study, tables):
    few = Evidence.select(study, tables, study.parameters({"region": "06"}))
    made = page_of(study, few)
    assert made.markdown.count("\n") == 1
    assert "##" not in made.markdown
    assert [(fact.name, fact.shown) for fact in made.facts] == [("case_reports", "5")]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_boxes_are_in_the_language_of_the_report(study, evidence, language):
    made = page_of(study, evidence, language)
    word = {"fi": "Haasteet", "sv": "Utmaningar", "en": "Challenges"}[language]
    assert made.markdown.count(f"| {word} |") == 3


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_headings_are_in_the_language_of_the_report_and_titles_told_in_theirs(
    study, evidence, language
):
    """A title in another language stands in the text, marked; one that is declared is used."""
    rows = {row["project_id"]: row for row in read(study.data)["projects"]}
    made = page_of(study, evidence, language).markdown
    shown = re.findall(r"^\| (?:Hanke|Projekt|Project) \| ([^|]+) \|$", made, re.MULTILINE)
    headings = re.findall(r"^## [^:]+: (.+) \{#sec-case-", made, re.MULTILINE)
    for project, heading in zip(shown, headings, strict=True):
        own = rows[html.unescape(project)].get(f"title_{language}")
        assert html.unescape(heading) == (own or html.unescape(project))
    untold = [name for name in shown if not rows[html.unescape(name)].get(f"title_{language}")]
    assert len(re.findall(r"[”“]\[.+\]\{lang=(?:fi|sv)\}”", made)) == len(untold)


def test_a_declared_translation_of_a_title_is_used(study, tables):
    projects = tables["projects"].assign(title_en=lambda each: "Translated " + each["project_id"])
    translated = Evidence.select(study, {**tables, "projects": projects}, study.parameters({}))
    made = page_of(study, translated, "en").markdown
    assert made.count(": Translated ex-") >= 3
    assert "{lang=" not in "".join(line for line in made.splitlines() if line.startswith("## "))


def test_the_same_data_in_another_order_give_the_same_page(study, tables):
    turned = {name: frame.iloc[::-1].reset_index(drop=True) for name, frame in tables.items()}
    pages = [
        page_of(study, Evidence.select(study, given, study.parameters({})))
        for given in (tables, turned)
    ]
    assert pages[0] == pages[1]


@pytest.fixture
def fund(tmp_path):
    """A study of another programme, in English and pounds, with the judgement of few reports."""
    folder = tmp_path / "fund"
    shutil.copytree(ROOT / "tests/studies/research_fund", folder,
                    ignore=shutil.ignore_patterns("_build"))  # fmt: skip
    return folder


def stage_fund(fund, tmp_path, prose):
    """The fund's report with this prose and none of its notebooks, staged; the folder of pages."""
    (fund / "reports/en/report.qmd").write_text(f"# Report\n\n{prose}\n", encoding="utf-8")
    study = load_study(fund)
    tables, parameters = read_tables(study.data), study.parameters({})
    found = Evidence.select(study, tables, parameters)
    material = ReportMaterial(
        "run", {}, (), tables, load_descriptor(study.data), found.n, found.N, found.funded
    )
    folder = tmp_path / "staged"
    folder.mkdir()
    return stage(study, parameters, material, folder).parent / "_generated"


CASES = "{{< include _generated/_cases.qmd >}}"
DECLARED = (
    "cases:\n  dearest: {rule: extreme, measure: grant}\n"
    "  plain: {rule: typical, measures: [results, grant]}\n"
)


def test_a_study_that_declares_no_cases_has_no_such_page(fund, tmp_path):
    pages = stage_fund(fund, tmp_path, "Nothing.")
    assert not (pages / "_cases.qmd").exists()
    assert not list((pages / "quotes").glob("*"))
    assert (pages / "_projects.qmd").read_text(encoding="utf-8")
    shutil.rmtree(tmp_path / "staged")
    with pytest.raises(ProblemError) as caught:
        stage_fund(fund, tmp_path, CASES)
    assert {problem.code for problem in caught.value.problems} == {"render.include"}


def test_numbers_of_the_page_are_entries_of_the_evidence_only_where_it_is_shown(fund, tmp_path):
    (fund / FILE_NAME).write_text(DECLARED, encoding="utf-8")
    for prose, entries in ((CASES, True), ("Nothing.", False)):
        pages = stage_fund(fund, tmp_path, prose)
        evidence = (pages / "_evidence.qmd").read_text(encoding="utf-8")
        page = (pages / "_cases.qmd").read_text(encoding="utf-8")
        anchors = {found["anchor"] for found in FACT.finditer(page)}
        assert anchors
        assert all((f"{{.evidence #{anchor}}}" in evidence) == entries for anchor in anchors)
        shutil.rmtree(tmp_path / "staged")


def test_another_study_has_cases_from_its_own_declaration(fund):
    (fund / FILE_NAME).write_text(DECLARED, encoding="utf-8")
    study = load_study(fund)
    evidence = Evidence.select(study, read_tables(study.data), study.parameters({}))
    made = page_of(study, evidence, "en").markdown
    read_projects = evidence.projects[evidence.projects["reported"]]
    dearest = read_projects.sort_values(["grant", "project_id"], ascending=[False, True]).iloc[0]
    assert f"| Project | {dearest['project_id']} |" in made
    assert html.unescape(dearest["title_en"]) in html.unescape(made)
    assert "£" in made
    assert ".quote" not in made  # the fund lets nothing be quoted


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("cases:\n  odd: {rule: best, measure: grant}\n", 2, "best"),
        ("cases:\n  odd: {rule: extreme, measure: beauty}\n", 2, "measure"),
        ("cases:\n  one: {rule: extreme, measure: grant}\nquotes_a_case: 9\n", 3, "quotes_a_case"),
        ("voices:\n  findings: [no-such-finding]\n", 2, "no-such-finding"),
        ("characters: {least: 90, most: 20}\n", 1, "90"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(fund, text, line, word):
    (fund / FILE_NAME).write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError) as caught:
        load_cases(load_study(fund), ())
    (problem,) = caught.value.problems
    assert problem.where == f"{FILE_NAME}:{line}"
    assert word in str(problem)
