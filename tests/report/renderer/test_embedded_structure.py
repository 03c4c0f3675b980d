"""Callouts, tabs, layouts, margins, conditions, raw content and the rest of the constructs."""

from __future__ import annotations

import pytest

from evaltools.report.renderer.pandoc_tree import nodes, stringify

from .conftest import Report


@pytest.mark.parametrize(
    ("kind", "title"),
    [("note", "Huomautus"), ("tip", "Vihje"), ("important", "Tärkeää"), ("warning", "Varoitus"),
     ("caution", "Vaara")],
)  # fmt: skip
def test_callout_has_its_kind_a_title_and_a_body(report: Report, kind: str, title: str) -> None:
    (callout,) = report.tree(f"::: {{.callout-{kind}}}\nTeksti.\n:::\n")
    triple, (heading, body) = callout["c"]
    assert triple[1] == ["callout", f"callout-{kind}"]
    pairs = dict(triple[2])
    assert (pairs["kind"], pairs["appearance"], pairs["collapse"]) == (kind, "default", "")
    assert heading["c"][0][1] == ["callout-title"]
    assert stringify(heading) == title
    assert body["c"][0][1] == ["callout-body"]
    assert stringify(body) == "Teksti."


def test_callout_title_is_markdown_from_attribute_or_heading(report: Report) -> None:
    for body in ('::: {.callout-note title="A *b*"}\nx\n:::\n',
                 "::: {.callout-note}\n## A *b*\nx\n:::\n"):  # fmt: skip
        (callout,) = report.tree(body)
        assert stringify(callout["c"][1][0]) == "A b"
        assert any(node["t"] == "Emph" for node in nodes(callout))


def test_simple_callout_has_no_title_of_its_own(report: Report) -> None:
    (callout,) = report.tree('::: {.callout-note appearance="simple" icon=false}\nx\n:::\n')
    assert stringify(callout["c"][1][0]) == ""
    assert dict(callout["c"][0][2])["icon"] == "false"


def test_callout_in_the_page_is_a_note_with_a_name(report: Report) -> None:
    elements = report.elements('::: {.callout-warning title="Varo"}\nx\n:::\n')
    note = next(attrs for _, attrs in elements if attrs.get("role") == "note")
    assert note["aria-labelledby"] in {attrs.get("id") for _, attrs in elements}
    folded = report.content('::: {.callout-warning collapse="true"}\nx\n:::\n')
    assert "<details" in folded
    assert "<details open" not in folded


@pytest.mark.parametrize(
    ("body", "what"),
    [
        ("::: {.callout-danger}\nx\n:::\n", "callout of the kind danger"),
        ('::: {.callout-note appearance="huge"}\nx\n:::\n', "callout appearance huge"),
        ("::: {.panel-tabset}\nx\n\n## A\ny\n:::\n", "a tabset with text before its first tab"),
        ("::: {layout-ncol=no}\nx\n:::\n", "layout-ncol=no is no number of columns or rows"),
        ('::: {layout="[[a]]"}\nx\n:::\n', "layout [[a]] is no list of widths"),
        ("::: {.column-screen}\nx\n:::\n", "class .column-screen is not supported"),
        ("[x]{.aside .hidden}\n", "class .hidden is not supported"),
        ('::: {.content-visible when-format="pdf"}\nx\n:::\n',
         'when-format="pdf": the PDF is made by Typst'),
        ('::: {.content-visible when-format="htlm"}\nx\n:::\n',
         'unknown format in when-format="htlm"'),
        ('::: {.content-visible when-moon="full"}\nx\n:::\n',
         'unknown condition when-moon="full"'),
        ('::: {when-format="html"}\nx\n:::\n', "condition when-format without effect"),
        ('::: {.content-visible when-format="html" when-profile="a"}\nx\n:::\n',
         "several conditions in one place"),
        ("::: {#thm-a}\nx\n:::\n", "a block of the kind thm: #thm-a"),
        ('```{.python filename="a.py"}\nx\n```\n', "attribute filename is not supported"),
        ("![A](/img/a.svg) {#fig-a}\n", "attributes that belong to nothing: {#fig-a}"),
        ("a {.own}\n", "attributes that belong to nothing: {.own}"),
        ("a \\newpage b\n", "raw TeX \\newpage"),
        ("```{=foo}\nx\n```\n", "raw content for the unknown format foo"),
    ],
)  # fmt: skip
def test_what_is_not_known_is_refused(report: Report, body: str, what: str) -> None:
    assert [problem.strip() for problem in report.problems(body)] == [f"fi/report.qmd:4: {what}"]


def test_tabset_has_its_tabs(report: Report) -> None:
    (tabset,) = report.tree("::: {.panel-tabset}\n## Yksi\nA\n\n### Ala\n\n## Kaksi\nB\n:::\n")
    assert tabset["c"][0][1] == ["tabset"]
    tabs = tabset["c"][1]
    assert [dict(tab["c"][0][2])["title"] for tab in tabs] == ["Yksi", "Kaksi"]
    assert stringify(tabs[0]["c"][1][0]) == "A"


def test_headings_in_tabs_follow_their_tab_and_have_no_number(report: Report) -> None:
    body = "# Luku\n\n::: {.panel-tabset}\n## Yksi\n### Ala\n\n## Kaksi\nx\n:::\n\n## Toinen\n"
    tree = report.tree(body)
    titles = [stringify(node) for node in nodes(tree) if node["t"] == "Header"]
    assert titles == ["1 Luku", "Ala", "1.1 Toinen"]


def test_tabs_are_sections_with_headings_until_the_script_runs(report: Report) -> None:
    elements = report.elements("# Luku\n\n::: {.panel-tabset}\n## Yksi\nA\n\n## Kaksi\nB\n:::\n")
    titles = [tag for tag, attrs in elements if attrs.get("class") == "tab-title"]
    assert titles == ["h3", "h3"]
    assert not [attrs for _, attrs in elements if attrs.get("role") == "tab"]


@pytest.mark.parametrize(
    ("layout", "columns"),
    [
        ("layout-ncol=2", "[[1,1],[1,1]]"),
        ("layout-nrow=1", "[[1,1,1]]"),
        ('layout="[[1,2],[1]]"', "[[1,2],[1]]"),
        ('layout="[30,-10,60]"', "[[30,10,60],[30,10,60]]"),
    ],
)
def test_layouts(report: Report, layout: str, columns: str) -> None:
    (node,) = report.tree(f"::: {{{layout}}}\nA\n\nB\n\nC\n:::\n")
    assert node["c"][0] == ["", ["layout"], [["columns", columns]]]
    assert stringify(node) == "ABC"


@pytest.mark.parametrize("name", ["column-margin", "aside"])
def test_margin_notes(report: Report, name: str) -> None:
    tree = report.tree(f"::: {{.{name}}}\nA\n:::\n\n[B]{{.{name}}}\n")
    assert tree[0]["c"][0][1] == ["margin"]
    assert tree[1]["c"][0]["c"][0][1] == ["margin"]


@pytest.mark.parametrize(
    ("condition", "seen"),
    [
        ('.content-visible when-format="html"', {"html"}),
        ('.content-visible when-format="html:js"', {"html"}),
        ('.content-visible when-format="typst"', {"typst"}),
        ('.content-visible when-format="docx"', {"docx"}),
        ('.content-visible when-format="epub"', set()),
        ('.content-visible unless-format="html"', {"typst", "docx"}),
        ('.content-hidden when-format="html"', {"typst", "docx"}),
        ('.content-hidden unless-format="html"', {"html"}),
        ('.content-visible when-meta="draft.on"', {"html", "typst", "docx"}),
        ('.content-hidden when-meta="draft.on"', set()),
        ('.content-visible when-meta="draft.off"', set()),
        ('.content-visible when-profile="julkaisu"', {"html", "typst", "docx"}),
        ('.content-visible when-profile="muu"', set()),
        ('.content-visible unless-profile="muu"', {"html", "typst", "docx"}),
    ],
)
def test_conditions(report: Report, condition: str, seen: set[str]) -> None:
    report.file("_quarto.yml", "lang: fi\nprofile: {default: julkaisu}\ndraft: {on: true, off: "
                "false}\n")  # fmt: skip
    body = f"::: {{{condition}}}\nNäkyy\n:::\n\n[Tämäkin]{{{condition}}}\n"
    found = {name for name in ("html", "typst", "docx")
             if "Näkyy" in stringify(report.tree(body, name))}  # fmt: skip
    assert found == seen
    assert ("Tämäkin" in stringify(report.tree(body, "html"))) is ("html" in seen)


def test_raw_content_goes_to_its_format_only(report: Report) -> None:
    body = (
        "```{=html}\n<p>H</p>\n```\n\n```{=typst}\n#v(1pt)\n```\n\n```{=openxml}\n<w:p/>\n```\n\n"
        "a `<b>h</b>`{=html}\n"
    )
    for name, expected in (("html", ["<p>H</p>", "<b>h</b>"]), ("typst", ["#v(1pt)"]),
                           ("docx", ["<w:p/>"])):  # fmt: skip
        raw = [node["c"][1] for node in nodes(report.tree(body, name)) if "Raw" in node["t"]]
        assert raw == expected


def test_html_tags_that_other_formats_would_lose_are_refused_for_them(report: Report) -> None:
    body = "x\n\na<br>b\n"
    assert "<br>" in report.content(body)
    assert report.problems(body, ["typst"]) == [
        "fi/report.qmd:6: raw HTML <br> would be missing from typst"
    ]


@pytest.mark.parametrize(
    "html",
    ["<script>x</script>", '<img src="http://e/x.png">', "<iframe></iframe>", '<a onclick="x">',
     '<p style="background:url(//e)">', '<link rel="stylesheet">', "<base href=x>"],
)  # fmt: skip
def test_raw_html_that_loads_or_runs_something_is_refused(report: Report, html: str) -> None:
    (problem,) = report.problems(f"x\n\n```{{=html}}\n{html}\n```\n")
    assert problem.startswith("fi/report.qmd:7: raw HTML that could load or run something")


def test_spans_keep_language_and_classes(report: Report) -> None:
    page = report.content("[hej]{lang=sv .own} ja\n\n::: {.cover}\nKansi\n:::\n")
    assert '<span class="own" lang="sv">hej</span>' in page
    assert '<div class="cover">' in page


@pytest.mark.parametrize(
    ("language", "shown"), [("fi", "”a” ja ’b’"), ("sv", "”a” ja ’b’"), ("en", "“a” ja ‘b’")]
)
def test_quotation_marks_are_those_of_the_language(
    report: Report, language: str, shown: str
) -> None:
    report.front["lang"] = language
    assert stringify(report.tree("\"a\" ja 'b'\n")) == shown


def test_dashes_and_ellipsis_are_typographic(report: Report) -> None:
    assert stringify(report.tree("a -- b --- c...\n")) == "a – b — c…"


def test_footnotes_have_names_and_ways_back(report: Report) -> None:
    elements = report.elements("Teksti[^1] ja^[rivillä].\n\n[^1]: Viite.\n")
    back = [attrs["aria-label"] for _, attrs in elements if attrs.get("role") == "doc-backlink"]
    assert back == ["Takaisin tekstiin 1", "Takaisin tekstiin 2"]
    notes = next(attrs for _, attrs in elements if attrs.get("role") == "doc-endnotes")
    assert notes["aria-label"] == "Alaviitteet"


def test_definition_lists_and_task_lists(report: Report) -> None:
    page = report.content("Termi\n: Määritelmä\n\n- [ ] kesken\n- [x] valmis\n")
    assert "<dt>Termi</dt>" in page
    assert page.count('type="checkbox"') == 2
    assert "checked" in page


def test_formulas_are_mathml(report: Report) -> None:
    page = report.content("Siis $x^2$.\n\n$$ y $$\n")
    assert page.count("<math") == 2
    assert "http" not in page.replace("http://www.w3.org/1998/Math/MathML", "")
