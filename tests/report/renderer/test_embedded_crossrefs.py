"""Numbers and cross-references, as Quarto writes them, in three languages."""

from __future__ import annotations

import pytest

from evaltools.report.renderer.pandoc_tree import nodes, stringify

from .conftest import Report

FIGURE = '![Kuvateksti](/img/a.svg){#fig-a fig-alt="Alt"}\n'
TABLE = "| A |\n|---|\n| 1 |\n\n: Otsikko {#tbl-a}\n"
EQUATION = "$$ x = 1 $$ {#eq-a}\n"
LISTING = '```{#lst-a .python lst-cap="Esimerkki"}\nx\n```\n'
EVERYTHING = f"# Luku yksi {{#sec-a}}\n\n{FIGURE}\n{TABLE}\n{EQUATION}\n{LISTING}\n"


def last(report: Report, body: str) -> str:
    return stringify(report.tree(body)[-1])


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fi", "Kuva 1 Taulukko 1 Luku 1 Yhtälö 1 Koodi 1"),
        ("sv", "Figur 1 Tabell 1 Avsnitt 1 Ekvation 1 Kod 1"),
        ("en", "Figure 1 Table 1 Section 1 Equation 1 Listing 1"),
    ],
)
def test_references_are_in_the_language_of_the_document(
    report: Report, language: str, expected: str
) -> None:
    report.front["lang"] = language
    text = last(report, f"{EVERYTHING}\n@fig-a @tbl-a @sec-a @eq-a @lst-a\n")
    assert text.replace("\u00a0", " ") == expected


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("@fig-a", "Kuva\u00a01"),
        ("@Fig-a", "Kuva\u00a01"),
        ("[@fig-a]", "Kuva\u00a01"),
        ("[kuvassa @fig-a]", "kuvassa\u00a01"),
        ("[-@fig-a]", "1"),
        ("[@fig-a; @tbl-a]", "Kuva\u00a01, Taulukko\u00a01"),
        ("[kuvat @fig-a; -@tbl-a]", "kuvat\u00a01, 1"),
        ("[taulukoissa @tbl-a]", "taulukoissa\u00a01"),
    ],
)
def test_forms_of_a_reference(report: Report, written: str, shown: str) -> None:
    assert last(report, f"{FIGURE}\n{TABLE}\nKs. {written}.\n") == f"Ks. {shown}."


def test_reference_is_a_link_to_what_it_names(report: Report) -> None:
    link = next(report.kind(f"{FIGURE}\n@fig-a\n", "Link"))
    assert link["c"][0][1] == ["crossref"]
    assert link["c"][2][0] == "#fig-a"


def test_reference_before_what_it_names_is_resolved(report: Report) -> None:
    assert stringify(report.tree(f"@fig-a\n\n{FIGURE}")[0]) == "Kuva\u00a01"


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("Ja @fig-no.", "unresolved cross-reference @fig-no"),
        ("Ja [kuvassa @tbl-no].", "unresolved cross-reference @tbl-no"),
        ("Ja @eq-no.", "unresolved cross-reference @eq-no"),
        ("Ja @thm-x.", "cross-reference of the kind thm: @thm-x"),
        ("Ja [@fig-a; @patton2008].", "a cross-reference and a citation in one bracket"),
        ("Ja [@fig-a, s. 3].", "text after the cross-reference @fig-a in its bracket"),
        ("Ja @patton1999.", "unresolved citation @patton1999"),
        ("Ja [linkki](#tyhjä).", "link to #tyhjä, which is nowhere"),
    ],
)
def test_what_leads_nowhere_is_refused_on_its_line(report: Report, written: str, what: str) -> None:
    assert report.problems(f"{FIGURE}\n{written}\n") == [f"fi/report.qmd:6: {what}"]


def test_the_same_unresolved_reference_is_told_for_every_line(report: Report) -> None:
    assert report.problems("@fig-no\n\nx\n\n@fig-no\n") == [
        "fi/report.qmd:4: unresolved cross-reference @fig-no",
        "fi/report.qmd:8: unresolved cross-reference @fig-no",
    ]


def test_id_given_twice_is_refused_at_the_second(report: Report) -> None:
    (problem,) = report.problems(f"{FIGURE}\n{FIGURE}")
    assert problem == "fi/report.qmd:6: id fig-a is given twice"


def test_sections_are_numbered_but_for_the_unnumbered(report: Report) -> None:
    tree = report.tree("# A\n\n## B\n\n# C {.unnumbered}\n\n## D {.unnumbered}\n\n# E\n\n## F\n")
    titles = [stringify(node) for node in tree]
    assert titles == ["1 A", "1.1 B", "C", "D", "2 E", "2.1 F"]
    assert dict(tree[1]["c"][1][2])["number"] == "1.1"
    assert tree[1]["c"][2][0]["c"][0][1] == ["section-number"]


def test_number_depth_ends_the_numbers(report: Report) -> None:
    report.front["number-depth"] = "1"
    assert [stringify(node) for node in report.tree("# A\n\n## B\n")] == ["1 A", "B"]


def test_reference_to_a_section_without_number_is_refused(report: Report) -> None:
    assert report.problems("# A {#sec-a .unnumbered}\n\n@sec-a\n") == [
        "fi/report.qmd:6: cross-reference @sec-a to a section without a number"
    ]


def test_document_that_begins_at_level_two_is_numbered_from_one(report: Report) -> None:
    tree = report.tree("## A\n\n### B\n")
    assert [(node["c"][0], stringify(node)) for node in tree] == [(1, "1 A"), (2, "1.1 B")]


def test_skipped_heading_level_is_refused(report: Report) -> None:
    assert report.problems("# A\n\n### B c\n") == [
        "fi/report.qmd:6: heading “B c” of level 3 follows level 1"
    ]


def test_chapters_prefix_the_numbers_of_floats(report: Report) -> None:
    report.front["crossref"] = "{chapters: true, title-delim: '.', sec-prefix: Alaluku}"
    body = f"# A {{#sec-a}}\n\n# B\n\n## C {{#sec-c}}\n\n{FIGURE}\n@fig-a, @sec-a ja @sec-c\n"
    tree = report.tree(body)
    assert stringify(tree[3]["c"][1][1]) == "Kuva\u00a02.1. Kuvateksti"
    assert stringify(tree[-1]) == "Kuva\u00a02.1, Luku\u00a01 ja Alaluku\u00a02.1"


def test_project_may_choose_words_and_delimiter(report: Report) -> None:
    report.front["crossref"] = "{fig-title: Kuvio, fig-prefix: kuvio, title-delim: ' –'}"
    tree = report.tree(f"{FIGURE}\n@fig-a\n")
    assert stringify(tree[0]["c"][1][1]) == "Kuvio\u00a01 – Kuvateksti"
    assert stringify(tree[1]) == "kuvio\u00a01"


def test_language_option_overrides_words_as_in_quarto(report: Report) -> None:
    report.front["language"] = "{crossref-tbl-title: Taulu, fi: {crossref-tbl-prefix: taulu}}"
    tree = report.tree(f"{TABLE}\n@tbl-a\n")
    assert stringify(tree[0]["c"][1][1]) == "Taulu\u00a01: Otsikko"
    assert stringify(tree[1]) == "taulu\u00a01"


@pytest.mark.parametrize(
    ("style", "number"), [("alpha a", "b"), ("alpha A", "B"), ("roman i", "ii"), ("roman I", "II")]
)
def test_styles_of_labels(report: Report, style: str, number: str) -> None:
    report.front["crossref"] = f"{{fig-labels: {style}}}"
    second = FIGURE.replace("fig-a", "fig-b")
    assert last(report, f"{FIGURE}\n{second}\n@fig-b\n") == f"Kuva\u00a0{number}"


def test_equation_has_its_number(report: Report) -> None:
    span = next(node for node in report.kind(EQUATION, "Span") if node["c"][0][0] == "eq-a")
    assert span["c"][0] == ["eq-a", ["equation"], [["number", "1"]]]
    assert span["c"][1][0]["t"] == "Math"
    page = report.content('$$ x $$ {#eq-b alt="iksi"}\n\nKs. @eq-b.\n')
    assert '<span class="equation-number">(1)</span>' in page
    assert 'aria-label="iksi"' in page


def test_listing_has_its_caption(report: Report) -> None:
    (listing,) = report.tree(LISTING)
    assert listing["c"][0][:2] == ["lst-a", ["listing"]]
    heading, code = listing["c"][1]
    assert stringify(heading) == "Koodi\u00a01: Esimerkki"
    assert code["c"][1] == "x"


def test_citations_and_references(report: Report) -> None:
    tree = report.tree("Kuten @patton2008 [s. 3] ja [@patton2008].\n")
    assert stringify(tree[0]) == "Kuten Patton (2008, 3) ja (Patton 2008)."
    assert stringify(tree[1]) == "Lähteet"
    assert tree[2]["c"][0][0] == "refs"
    assert "Patton, M. 2008." in stringify(tree[2])
    assert not [node for node in nodes(tree) if node["t"] == "Cite"]


def test_references_stand_where_the_document_wants_them(report: Report) -> None:
    body = "@patton2008\n\n# Kirjallisuus {.unnumbered}\n\n::: {#refs}\n:::\n\n# Loppu\n"
    titles = [stringify(node) for node in report.tree(body) if node["t"] == "Header"]
    assert titles == ["Kirjallisuus", "1 Loppu"]


def test_reference_that_could_act_is_refused(report: Report) -> None:
    report.file(
        "references.bib",
        "@book{a, author={M}, title={A \\href{javascript:x()}{b}}, year={2020}}",
    )
    assert report.problems("@a\n") == ["references.bib: link to javascript:x() in a reference"]


def test_place_of_a_short_name_is_not_that_of_a_longer_one(report: Report) -> None:
    body = "![K](/img/a.svg){#fig-ab}\n\n@fig-ab\n\n@fig-a\n"
    assert report.problems(body) == ["fi/report.qmd:8: unresolved cross-reference @fig-a"]


def test_citation_without_a_bibliography_is_refused(report: Report) -> None:
    report.file("_quarto.yml", "lang: fi\n")
    assert report.problems("x\n\n@patton2008\n") == [
        "fi/report.qmd:6: unresolved citation @patton2008"
    ]
