"""Values from data, and how they are kept from being anything but values."""

from __future__ import annotations

import pytest

from evaltools.report.renderer.pandoc_tree import stringify

from .conftest import Report


def test_variable_is_found_by_its_dotted_key(report: Report) -> None:
    assert stringify(report.tree("Osuus {{< var staff.share >}}.\n")) == "Osuus 37 %."


def test_missing_variable_is_refused_with_the_nearest_name(report: Report) -> None:
    report.write("{{< var staf.share >}}\n")
    assert report.problems("{{< var staf.share >}}\n") == [
        "fi/report.qmd:4: var staf.share has no value"
    ]


def test_key_of_a_group_is_no_value(report: Report) -> None:
    assert report.problems("{{< var staff >}}\n") == ["fi/report.qmd:4: var staff is no text"]


def test_value_may_hold_markdown(report: Report) -> None:
    report.file("_variables.yml", "a: 'vain *osa* ja [linkki](https://example.org)'\n")
    page = report.content("Nyt {{< var a >}}.\n")
    assert "vain <em>osa</em> ja" in page
    assert '<a href="https://example.org">linkki</a>' in page


def test_value_stays_within_its_table_cell_whatever_it_holds(report: Report) -> None:
    report.file("_variables.yml", "a: 'x | y | z'\n")
    table = next(report.kind("| A | B |\n|---|---|\n| {{< var a >}} | 2 |\n", "Table"))
    cells = table["c"][4][0][3][0][1]
    assert [stringify(cell[4]) for cell in cells] == ["x | y | z", "2"]


def test_value_keeps_the_columns_of_a_simple_table(report: Report) -> None:
    body = (
        "Nimi                    Luku\n--------------------- ------\n{{< var staff.n >}}      1\n"
    )
    table = next(report.kind(body, "Table"))
    assert stringify(table["c"][4][0][3][0][1][0][4]) == "19"


@pytest.mark.parametrize(
    "value",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "`<b>x</b>`{=html}",
        r"\\input{/etc/passwd}",
        "a <b>c</b>",
    ],
)
def test_value_with_raw_html_or_tex_is_refused_where_it_stands(report: Report, value: str) -> None:
    report.file("_variables.yml", f"# data\na: '{value}'\n".replace("\\\\", "\\"))
    (problem,) = report.problems("{{< var a >}}\n")
    assert problem.startswith("_variables.yml:2: var:a holds raw HTML or TeX")


@pytest.mark.parametrize(
    "value",
    ["[x](javascript:alert(1))", "[x](JaVaScRiPt:alert(1))", "[x](data:text/html,x)",
     "[x]{onclick=alert(1)}", "[x]{style='background:url(//e)'}"],
)  # fmt: skip
def test_value_that_could_act_is_refused(report: Report, value: str) -> None:
    report.file("_variables.yml", f'a: "{value}"\n')
    (problem,) = report.problems("{{< var a >}}\n")
    assert problem.endswith("is not allowed")


def test_value_in_a_title_stays_text(report: Report) -> None:
    report.file("_variables.yml", "a: '\\\\<b>x\\\\</b>'\n".replace("\\\\", "\\"))
    page = report.content('::: {.callout-note title="{{< var a >}}"}\nx\n:::\n')
    assert "&lt;b&gt;x&lt;/b&gt;" in page


def test_less_than_in_a_value_is_text(report: Report) -> None:
    report.file("_variables.yml", "a: 'p < 0,05'\n")
    assert "p &lt; 0,05" in report.content("Nyt {{< var a >}}.\n")


def test_shortcode_in_a_value_is_shown_and_not_looked_up(report: Report) -> None:
    report.file("_variables.yml", "a: '{{< meta title >}}'\n")
    assert stringify(report.tree("{{< var a >}}\n")) == "{{< meta title >}}"


def test_value_in_a_link_and_an_attribute_is_plain_text(report: Report) -> None:
    report.file("_variables.yml", "url: https://example.org/?a=1&b=2\nalt: 'Pylväät: *37 %*'\n")
    body = '[x]({{< var url >}}) ![](/img/a.svg){fig-alt="{{< var alt >}}"}\n'
    assert next(report.kind(body, "Link"))["c"][2][0] == "https://example.org/?a=1&b=2"
    assert ["alt", "Pylväät: 37 %"] in next(report.kind(body, "Image"))["c"][0][2]


def test_value_that_would_be_a_list_is_refused(report: Report) -> None:
    report.file("_variables.yml", "a: '2. haku'\nb: '2\\. haku'\n")
    assert stringify(report.tree("Nyt {{< var b >}}.\n")) == "Nyt 2. haku."
    (problem,) = report.problems("Nyt {{< var a >}}.\n")
    assert problem == "_variables.yml:1: value '2. haku' is not a run of text"


def test_metadata_is_read_from_all_levels(report: Report) -> None:
    report.file("_quarto.yml", "lang: fi\nsource: projekti\na:\n  b: 1\n")
    report.file("fi/_metadata.yml", "source: kansio\nother: toinen\n")
    report.front["other"] = "asiakirja"
    body = "{{< meta source >}} {{< meta other >}} {{< meta a.b >}}\n"
    assert stringify(report.tree(body)) == "kansio asiakirja 1"
    assert report.problems("{{< meta no >}}\n")[0].endswith("meta no has no value")


def test_escaped_shortcode_is_shown_as_it_is(report: Report) -> None:
    page = report.content("Kirjoita {{{< var x >}}} tai `{{{< var y >}}}`.\n")
    assert "{{&lt; var x &gt;}}" in page
    assert "<code>{{&lt; var y &gt;}}</code>" in page


def test_shortcode_in_code_is_refused_since_quarto_would_fill_it_in(report: Report) -> None:
    assert report.problems("a `{{< var staff.n >}}`\n\n```\n{{< var staff.n >}}\n```\n") == [
        "fi/report.qmd:4: a shortcode in code",
        "fi/report.qmd:7: a shortcode in code",
    ]
    page = report.content("```{shortcodes=false}\n{{< var no >}}\n```\n")
    assert "{{&lt; var no &gt;}}" in page


def test_shortcode_in_a_formula_is_refused(report: Report) -> None:
    assert report.problems("$x = {{< var staff.n >}}$\n") == [
        "fi/report.qmd:4: a shortcode in a formula, in code or in raw text"
    ]


def test_shortcode_in_code_over_two_lines_is_refused(report: Report) -> None:
    assert report.problems("a `b\n{{< var staff.n >}}` c\n") == [
        "fi/report.qmd:5: a shortcode in a formula, in code or in raw text"
    ]


def test_shortcode_in_the_name_of_an_id_is_refused(report: Report) -> None:
    (problem,) = report.problems("# A {#sec-{{< var staff.n >}}}\n")
    assert problem.startswith("fi/report.qmd:4: ")


def test_heading_with_a_value_has_an_id_without_it(report: Report) -> None:
    (heading,) = report.tree("# Hankkeet {{< var staff.n >}}\n")
    assert stringify(heading) == "1 Hankkeet 19"
    assert heading["c"][1][0].startswith("hankkeet")
    assert heading["c"][1][0].isascii()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{{< lipsum >}}", "shortcode lipsum is not supported"),
        ("{{< env HOME >}}", "shortcode env is not supported"),
        ("{{< var >}}", "shortcode var with arguments (none)"),
        ("a {{< include x.qmd >}} b", "an include within a line"),
        ("a {{< var staff.n", "a shortcode that does not end on its line"),
    ],
)
def test_unknown_and_broken_shortcodes_are_refused(report: Report, text: str, what: str) -> None:
    assert report.problems(f"{text}\n") == [f"fi/report.qmd:4: {what}"]


def test_keys_and_page_breaks(report: Report) -> None:
    tree = report.tree("Paina {{< kbd Ctrl-S >}}.\n\n{{< pagebreak >}}\n\nUusi.\n", "typst")
    assert tree[0]["c"][2]["c"][0][1] == ["kbd"]
    assert tree[1] == {"t": "Div", "c": [["", ["pagebreak"], []], []]}
    assert report.problems("a {{< pagebreak >}} b\n") == [
        "fi/report.qmd:4: a page break within a paragraph"
    ]


def test_variables_in_the_title_are_filled(report: Report) -> None:
    report.front["title"] = '"Raportti {{< var staff.n >}}"'
    page = report.html("x\n")
    assert "<h1>Raportti 19</h1>" in page
    assert "<title>Raportti 19</title>" in page
