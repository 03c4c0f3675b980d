"""Lists at the end of a report, held against the CSV files."""

from __future__ import annotations

import html
import re

import pytest
from recount_scope import Choice, Scope, day, read

from evaltools.evidence import Evidence, load_descriptor, read_tables
from evaltools.i18n.markdown import escape_markdown
from evaltools.report.annexes.lists import annex_pages
from evaltools.study import load_study

STATES = {"read": "luettu", "unread": "ei luettu", "not due": "ei vielä"}


def body(page):
    """The cells of a table, without its header and the marks of other languages."""
    page = re.sub(r"\[([^\]]*)\]\{lang=\w+\}", r"\1", page)
    rows = [line for line in page.splitlines() if line.startswith("| ")][2:]
    return [[html.unescape(cell) for cell in row[2:-2].split(" | ")] for row in rows]


@pytest.fixture
def pages(study, evidence, descriptor):
    return annex_pages(study, evidence, descriptor, study.words("fi"))


@pytest.fixture
def scope(study, evidence):
    parameters = evidence.parameters
    return Scope(read(study.data), Choice(calls=tuple(parameters.calls), wave=parameters.wave))


def test_the_list_of_projects_is_the_register(pages, scope):
    reported = set(scope.reports.values())
    expected = []
    for name, row in scope.projects.items():
        lead = scope.organisations[row["lead_org_id"]]["name_fi"]
        state = "read" if name in reported else "unread" if name in scope.due else "not due"
        title = row["title_fi"] or row["title_sv"] or name
        mark = " *" if row["origin"] == "example" else ""
        grant = "–" if row["grant"] is None else f"{row['grant']:,.0f}".replace(",", " ")
        expected.append([title + mark, row["call_id"], grant, lead, STATES[state]])
    found = [[cell.replace("\u00a0", " ") for cell in row] for row in body(pages["_projects.qmd"])]
    assert found == expected


@pytest.mark.parametrize("language", ["sv", "en"])
def test_names_from_data_carry_the_language_of_their_column(
    study, evidence, descriptor, scope, language
):
    shown = annex_pages(study, evidence, descriptor, study.words(language))["_projects.qmd"]
    for row in scope.projects.values():
        lead = scope.organisations[row["lead_org_id"]]
        for stem, source in (("title", row), ("name", lead)):
            own = source.get(f"{stem}_{language}")
            for other in ("fi", "sv"):
                if not own and (told := source[f"{stem}_{other}"]):
                    assert f"[{escape_markdown(told)}]{{lang={other}}}" in shown
                    break
            if own:
                assert escape_markdown(own) in shown
                assert f"[{escape_markdown(own)}]{{" not in shown


def test_the_codebook_tells_how_many_reports_have_each_code(pages, scope):
    labels = {row["code_id"]: row["label_fi"] for row in scope.tables["codes"]}
    definitions = {row["code_id"]: row["definition_fi"] for row in scope.tables["codes"]}
    expected = {
        (labels[code], definitions[code]): f"{len(scope.having(code))}/{scope.n}"
        if code in scope.shown
        else "[c]"
        for code in scope.codes
    }
    found = {(row[1], row[2]): row[3] for row in body(pages["_codebook.qmd"])}
    assert found == expected


def test_a_withheld_code_has_no_count_in_the_codebook(study, tables, descriptor):
    parameters = study.parameters({"minimum_cell": 50})
    strict = Evidence.select(study, tables, parameters)
    page = annex_pages(study, strict, descriptor, study.words("fi"))["_codebook.qmd"]
    rows = [row for row in body(page) if row[0] == "säästö"]
    assert rows
    assert all(row[3] == "[c]" for row in rows)


def test_the_timeline_has_the_days_of_calls_reports_and_cut_off(pages, scope, evidence):
    found = body(pages["_timeline.qmd"])
    wanted = {row["call_id"] for row in scope.projects.values()}
    days = []
    for call in scope.tables["calls"]:
        if call["call_id"] in wanted:
            days += [
                day(call[e]) for e in ("opened", "closed", "decided", "projects_end") if call[e]
            ]
    received = [day(r["received"]) for r in scope.tables["documents"]
                if r["document_id"] in scope.reports]  # fmt: skip
    days += [min(received), max(received), day("2022-04-30"), day("2023-04-30"), day("2026-11-24")]
    assert [row[0] for row in found] == [f"{d.day}.{d.month}.{d.year}" for d in sorted(days)]
    own = evidence.parameters.cutoff
    assert [f"{own.day}.{own.month}.{own.year}", "Tämän raportin tarkastelupäivä"] in found


def test_the_reports_read_are_those_in_scope_with_their_readers(pages, scope):
    documents = {row["document_id"]: row for row in scope.tables["documents"]}
    expected = [
        [
            name,
            documents[name]["pages"] or "–",
            str(len(set(scope.readings[name]) - scope.consensus)),
        ]
        for name in sorted(scope.reports)
    ]
    found = body(pages["_reports_read.qmd"])
    assert [[row[0], row[4], row[5]] for row in found] == expected


def test_a_table_fits_the_page_and_says_that_its_data_are_an_example(pages):
    for page in pages.values():
        assert max(len(row) for row in body(page)) <= 6  # of so many columns the type is 8.5 pt
        caption = re.search(r"^: (.*) \{#tbl-annex-\w+\}$", page, re.MULTILINE)[1].lower()
        assert "esimerkkiaineisto" in caption


def test_titles_in_another_language_than_the_report_are_marked(study, evidence, descriptor, scope):
    for language in ("sv", "en"):
        parameters = study.parameters(
            {"calls": list(scope.choice.calls), "wave": scope.choice.wave, "language": language}
        )
        own = Evidence.select(study, evidence.tables, parameters)
        pages = annex_pages(study, own, descriptor, study.words(language))
        titles = [row["title_sv"] if language == "sv" and row["title_sv"] else None
                  for row in scope.projects.values()]  # fmt: skip
        marked = [line.startswith("| [") for line in pages["_projects.qmd"].splitlines()
                  if line.startswith("| ")][2:]  # fmt: skip
        untitled = [not (r["title_fi"] or r["title_sv"]) for r in scope.projects.values()]
        assert marked == [
            title is None and not bare for title, bare in zip(titles, untitled, strict=True)
        ]


def test_a_study_without_reports_and_codes_says_so(study):
    folder = study.root / "tests/studies/register_only"
    other = load_study(folder)
    own = load_descriptor(other.data)
    empty = Evidence.select(other, read_tables(other.data), other.parameters({}))
    pages = annex_pages(other, empty, own, other.words("sv"))
    assert pages["_reports_read.qmd"] == "Det finns inga lästa slutrapporter.\n"
    assert pages["_codebook.qmd"] == "Utvärderingen har inget kodschema.\n"
    assert len(body(pages["_projects.qmd"])) == len(empty.projects)


def test_a_hostile_title_stays_a_title(study, evidence, descriptor):
    hostile = "](#x){.a} | {{< include ../secret >}} <b>@tbl-1</b> `r 1`"
    projects = evidence.tables["projects"].copy()
    projects["title_fi"] = hostile
    own = Evidence.select(study, {**evidence.tables, "projects": projects}, evidence.parameters)
    pages = annex_pages(study, own, descriptor, study.words("fi"))
    for name, column, cells in (("_projects.qmd", 0, 5), ("_reports_read.qmd", 1, 6)):
        assert not re.search(r"\{\{<|<b>|@tbl-1|`r", pages[name])
        rows = body(pages[name])
        assert {len(row) for row in rows} == {cells}
        assert all(row[column].rstrip("\u00a0*") == hostile for row in rows)
