"""Figures and tables out of executed notebooks."""

from __future__ import annotations

from typing import Any

import pytest

from evaltools.report.renderer.pandoc_tree import nodes, stringify

from .conftest import SVG, Report, cell, figure_output, table_output

FIGURE = '#| label: fig-a\n#| fig-cap: "Haasteet, *n* = 52"\n#| fig-alt: "Pylväät"\nplot()'
TABLE = "#| label: tbl-a\n#| tbl-cap: Tavoitteet\n#| tbl-colwidths: [60, 40]\nshow()"
ROWS = "| Tavoite | Osuus |\n|:--|--:|\n| Data | 20 % |\n| Palvelut | 40 % |\n"
EMBED = "{{< embed ../notebooks/n.ipynb#fig-a >}}\n"


def one(report: Report, source: str, *outputs: dict[str, Any]) -> None:
    report.notebook("notebooks/n.ipynb", cell(source, *outputs))


def test_figure_comes_with_caption_number_and_alternative_text(report: Report) -> None:
    one(report, FIGURE, figure_output())
    figure = next(report.kind(EMBED, "Figure"))
    assert figure["c"][0][0] == "fig-a"
    assert stringify(figure["c"][1][1]) == "Kuva\u00a01: Haasteet, n = 52"
    assert ["alt", "Pylväät"] in figure["c"][2][0]["c"][0]["c"][0][2]


def test_word_takes_the_png_and_the_others_the_svg(report: Report) -> None:
    one(report, FIGURE, figure_output())
    for name, suffix in (("html", ".svg"), ("typst", ".svg"), ("docx", ".png")):
        image = next(report.kind(EMBED, "Image", name))
        assert image["c"][2][0].endswith(suffix)


def test_figure_without_a_png_is_refused_for_word_only(report: Report) -> None:
    output = figure_output()
    del output["data"]["image/png"]
    one(report, FIGURE, output)
    assert report.tree(EMBED, "html")
    (problem,) = report.problems(EMBED, ["html", "docx"])
    assert problem.startswith("notebooks/n.ipynb#fig-a: there is no PNG")


def test_table_comes_with_caption_widths_and_row_headers(report: Report) -> None:
    one(report, TABLE, table_output(ROWS))
    table = next(report.kind("{{< embed /notebooks/n.ipynb#tbl-a >}}\n", "Table"))
    assert table["c"][0] == ["tbl-a", [], [["row-headers", "1"]]]
    assert stringify(table["c"][1][1]) == "Taulukko\u00a01: Tavoitteet"
    assert [column[1]["c"] for column in table["c"][2]] == [0.6, 0.4]
    assert table["c"][4][0][1] == 1


def test_first_column_that_does_not_name_its_rows_is_no_header(report: Report) -> None:
    one(report, TABLE, table_output("| A | B |\n|--|--|\n| 1 | x |\n| 1 | y |\n"))
    table = next(report.kind("{{< embed /notebooks/n.ipynb#tbl-a >}}\n", "Table"))
    assert table["c"][4][0][1] == 0


def test_caption_for_people_in_the_notebook_is_not_shown_twice(report: Report) -> None:
    told = table_output("Haasteet, *n* = 52")
    told["metadata"] = {"evaltools": {"role": "caption"}}
    one(report, FIGURE, figure_output(), told)
    assert report.content(EMBED).count("Haasteet") == 1


def test_code_is_shown_only_when_asked_for(report: Report) -> None:
    one(report, FIGURE, figure_output())
    assert "plot()" not in report.content(EMBED)
    assert "plot()" in report.content(EMBED.replace(" >}}", " echo=true >}}"))


def test_sub_figures_are_lettered(report: Report) -> None:
    source = (
        "#| label: fig-a\n#| fig-cap: Kaksi\n#| fig-subcap: [Eka, Toka]\n"
        "#| fig-alt: [yksi, kaksi]\n#| layout-ncol: 2\nplot()"
    )
    one(report, source, figure_output(), figure_output())
    tree = report.tree(f"{EMBED}\nKs. @fig-a-2.\n")
    figures = [node for node in nodes(tree) if node["t"] == "Figure"]
    assert [figure["c"][0][0] for figure in figures] == ["fig-a", "fig-a-1", "fig-a-2"]
    assert stringify(figures[2]["c"][1][1]) == "(b) Toka"
    assert stringify(tree[-1]) == "Ks. Kuva\u00a01\u00a0(b)."
    alts = [dict(node["c"][0][2])["alt"] for node in nodes(tree) if node["t"] == "Image"]
    assert alts == ["yksi", "kaksi"]


@pytest.mark.parametrize(
    ("source", "output", "what"),
    [
        (FIGURE, {"output_type": "error", "ename": "KeyError"}, "the cell failed: KeyError"),
        (FIGURE, {"output_type": "display_data", "data": {"text/html": "<b>"}},
         "output of the kind text/html"),
        ("#| label: fig-a\n#| fig-captoin: x\ny", figure_output(),
         "unknown cell option fig-captoin"),
        (FIGURE, {"output_type": "display_data",
                  "data": {"image/svg+xml": SVG.replace("<rect", "<script>x</script><rect")}},
         "the SVG holds a script or other active content"),
        (FIGURE, {"output_type": "display_data",
                  "data": {"image/svg+xml": SVG.replace("<rect", '<image href="http://x"/><rect')}},
         "the SVG refers to something outside itself"),
    ],
)  # fmt: skip
def test_outputs_that_cannot_be_shown_are_refused(
    report: Report, source: str, output: dict[str, Any], what: str
) -> None:
    one(report, source, output)
    assert any(what in problem for problem in report.problems(EMBED))


def test_markdown_of_a_notebook_may_hold_no_raw_html(report: Report) -> None:
    one(report, TABLE, table_output("| A | B |\n|--|--|\n| <img src=x onerror=y> | 1 |\n"))
    (problem,) = report.problems("{{< embed /notebooks/n.ipynb#tbl-a >}}\n")
    assert problem.startswith("notebooks/n.ipynb#tbl-a: notebooks/n.ipynb#tbl-a holds raw HTML")


@pytest.mark.parametrize(
    ("target", "what"),
    [
        ("/notebooks/n.ipynb#fig-b", "notebooks/n.ipynb#fig-b: no cell is labelled fig-b"),
        ("/notebooks/no.ipynb#fig-a", "fi/report.qmd:4: embed /notebooks/no.ipynb: there is no"),
        ("../../n.ipynb#fig-a", "fi/report.qmd:4: embed ../../n.ipynb leaves the project"),
        ("/notebooks/n.ipynb", "fi/report.qmd:4: embed /notebooks/n.ipynb"),
    ],
)
def test_embed_of_what_is_not_there_is_refused(report: Report, target: str, what: str) -> None:
    one(report, FIGURE, figure_output())
    (problem,) = report.problems(f"{{{{< embed {target} >}}}}\n")
    assert problem.startswith(what)


def test_file_that_is_no_notebook_is_refused(report: Report) -> None:
    report.file("notebooks/n.ipynb", "[1")
    (problem,) = report.problems(EMBED)
    assert problem.startswith("notebooks/n.ipynb: not a notebook")


def test_embed_within_a_paragraph_is_refused(report: Report) -> None:
    one(report, FIGURE, figure_output())
    assert report.problems(f"Teksti {EMBED}") == [
        "fi/report.qmd:4: an embedded cell within a paragraph"
    ]
