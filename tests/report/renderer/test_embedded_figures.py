"""Figures, sub-figures and tables, whichever way they are written."""

from __future__ import annotations

import re

import pytest

from evaltools.report.renderer.pandoc_tree import nodes, stringify

from .conftest import SVG, Report

ROWS = "| A | B |\n|---|--:|\n| x | 1 |\n| y | 2 |\n"


def test_figure_div_and_figure_line_give_the_same_tree(report: Report) -> None:
    line = report.tree('![Teksti](/img/a.svg){#fig-a fig-alt="Alt"}\n')
    block = report.tree('::: {#fig-a}\n![](/img/a.svg){fig-alt="Alt"}\n\nTeksti\n:::\n')
    assert line == block


def test_figure_in_the_page_has_caption_and_alternative_text(report: Report) -> None:
    page = report.content('![Teksti](/img/a.svg){#fig-a fig-alt="Alt" width=60%}\n')
    assert '<figure id="fig-a">' in page
    assert 'alt="Alt"' in page
    assert re.search(r"width:\s*60(?:\.0)?%", page)
    assert "<figcaption" in page
    assert page.index("<img") < page.index("<figcaption")


def test_figure_without_number_keeps_its_caption(report: Report) -> None:
    figure = next(report.kind("![Teksti](/img/a.svg)\n", "Figure"))
    assert stringify(figure["c"][1][1]) == "Teksti"
    assert ["alt", "Teksti"] in figure["c"][2][0]["c"][0]["c"][0][2]


def test_image_without_alternative_text_is_refused(report: Report) -> None:
    assert report.problems("x\n\n![](/img/a.svg)\n") == [
        "fi/report.qmd:6: image /img/a.svg has no alternative text"
    ]


def test_decoration_says_so_by_an_empty_text(report: Report) -> None:
    assert 'alt=""' in report.content('![](/img/a.svg){fig-alt=""}\n')


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("https://example.org/a.png", "image https://example.org/a.png is not a file"),
        ("/img/no.png", "image /img/no.png: there is no such file"),
        ("../../a.png", "image ../../a.png leaves the project folder"),
        ("/img/a.pdf", "image /img/a.pdf is none of"),
        ("file:///etc/passwd", "image file:///etc/passwd is not a file of the project"),
    ],
)
def test_images_are_files_of_the_project(report: Report, source: str, what: str) -> None:
    (problem,) = report.problems(f"x\n\n![A]({source})\n")
    assert problem.startswith(f"fi/report.qmd:6: {what}")


def test_image_with_a_script_is_refused(report: Report) -> None:
    report.file("img/b.svg", SVG.replace("<svg ", '<svg onload="x()" '))
    (problem,) = report.problems("![A](/img/b.svg)\n")
    assert "holds a script or other active content" in problem


def test_word_takes_the_png_beside_an_svg(report: Report) -> None:
    assert next(report.kind("![A](/img/a.svg)\n", "Image", "docx"))["c"][2][0].endswith(".png")


def test_sub_figures_stand_in_a_layout_with_letters(report: Report) -> None:
    body = (
        "::: {#fig-s layout-ncol=2}\n![Eka](/img/a.svg){#fig-s-1st}\n\n![Toka](/img/a.svg)\n\n"
        "![Kolmas](/img/a.svg)\n\nKolme\n:::\n\n@fig-s-1st @fig-s-2\n"
    )
    figure, text = report.tree(body)
    assert stringify(figure["c"][1][1]) == "Kuva\u00a01: Kolme"
    layout = figure["c"][2][0]
    assert layout["c"][0] == ["", ["layout"], [["columns", "[[1,1],[1,1]]"]]]
    assert [cell["c"][0][1] for cell in layout["c"][1]] == [["cell"]] * 3 + [["cell", "spacer"]]
    parts = [node["c"][0][0] for node in nodes(layout) if node["t"] == "Figure"]
    assert parts == ["fig-s-1st", "fig-s-2", "fig-s-3"]
    assert stringify(text) == "Kuva\u00a01\u00a0(a) Kuva\u00a01\u00a0(b)"


def test_table_line_and_table_div_give_the_same_tree(report: Report) -> None:
    line = report.tree(f"{ROWS}\n: Otsikko {{#tbl-a}}\n")
    block = report.tree(f"::: {{#tbl-a}}\n{ROWS}\nOtsikko\n:::\n")
    attribute = report.tree(f'::: {{#tbl-a tbl-cap="Otsikko"}}\n{ROWS}\n:::\n')
    assert line == block == attribute


def test_table_widths_are_shares(report: Report) -> None:
    body = f'{ROWS}\n: Otsikko {{#tbl-a tbl-colwidths="[30,70]"}}\n'
    table = next(report.kind(body, "Table"))
    assert [column[1]["c"] for column in table["c"][2]] == [0.3, 0.7]
    assert report.problems(body.replace("30,70", "30")) == [
        "fi/report.qmd:9: tbl-colwidths [30] for 2 columns"
    ]


def test_table_in_the_page_has_headers_and_can_be_scrolled_by_keyboard(report: Report) -> None:
    elements = report.elements(f'{ROWS}\n: Otsikko {{#tbl-a row-headers="1"}}\n')
    scopes = [attrs["scope"] for tag, attrs in elements if tag == "th"]
    assert scopes == ["col", "col", "row", "row"]
    frame = next(attrs for tag, attrs in elements if attrs.get("class") == "table-scroll")
    assert frame["tabindex"] == "0"
    assert frame["aria-labelledby"] == "tbl-a-caption"
    assert [attrs["id"] for tag, attrs in elements if tag == "figcaption"] == ["tbl-a-caption"]


def test_caption_places_can_be_chosen(report: Report) -> None:
    report.front["tbl-cap-location"] = "bottom"
    page = report.content(f"{ROWS}\n: Otsikko {{#tbl-a}}\n")
    assert page.index("<table") < page.index("<figcaption")


def test_several_tables_under_one_id_are_refused(report: Report) -> None:
    body = f"::: {{#tbl-a}}\n{ROWS}\n\nx\n\n{ROWS}\n\nOtsikko\n:::\n"
    assert report.problems(body) == ["fi/report.qmd:4: a table that is not one table"]
