"""Names of files with blanks, percent signs, umlauts and brackets, wherever a file is named."""

from __future__ import annotations

import pytest

from evaltools.report.embedded.ast import stringify

from .conftest import SVG, Report, cell, figure_output, png, table_output

NAMES = ["kuva yksi", "kuva  kaksi", "50%", "a%20b", "100%25", "Häme äöå", "kuva (1)", "a#1", "a+b",
         "a&b", "it's", "[x]", "a,b;c", "ä (1) 5% x"]  # fmt: skip


def address(name: str) -> str:
    """The name as markdown takes it: in angle brackets, with what an address escapes."""
    return f"<../img/{name.replace('%', '%25')}.svg>"


@pytest.mark.parametrize("name", NAMES)
def test_pictures_may_have_any_name(report: Report, name: str) -> None:
    report.file(f"img/{name}.svg", SVG)
    report.file(f"img/{name}.png", png())
    body = f'# Yksi\n\n![Kuva]({address(name)}){{#fig-a fig-alt="A"}}\n\n@fig-a\n'
    (picture,) = report.kind(body, "Image")
    assert picture["c"][2][0].endswith(".svg")
    (picture,) = report.kind(body, "Image", "docx")
    assert picture["c"][2][0].endswith(".png")


@pytest.mark.parametrize("written", ["../img/kuva%20yksi.svg", "<../img/kuva yksi.svg>"])
def test_a_blank_may_be_written_either_way(report: Report, written: str) -> None:
    report.file("img/kuva yksi.svg", SVG)
    assert len(list(report.kind(f"x\n\n![Kuva]({written})\n", "Image"))) == 1


def test_a_name_that_holds_an_escape_may_be_written_as_it_is(report: Report) -> None:
    report.file("img/a%20b.svg", SVG)
    assert len(list(report.kind("x\n\n![Kuva](../img/a%20b.svg)\n", "Image"))) == 1


def test_names_are_decoded_once(report: Report) -> None:
    report.file("img/a b.svg", SVG)
    assert report.problems("x\n\n![Kuva](../img/a%2520b.svg)\n") == [
        "fi/report.qmd:6: image ../img/a%20b.svg: there is no such file"
    ]


@pytest.mark.parametrize(
    "written", ["%2e%2e/%2e%2e/a.png", "..%2f..%2fa.png", "<../../a b.png>", "..%5c..%5ca.png"]
)
def test_no_way_of_writing_leads_out_of_the_project(report: Report, written: str) -> None:
    report.file("../a.png", png())
    report.file("../a b.png", png())
    (problem,) = report.problems(f"x\n\n![Kuva]({written})\n")
    assert problem.startswith("fi/report.qmd:6: image ")
    assert problem.endswith("leaves the project folder")


def test_missing_picture_is_named_as_its_author_wrote_it_and_where(report: Report) -> None:
    body = "x\n\n![Kuva](<../img/ei ole.svg>)\n\nja\n\n![Kuva](<../img/ei ole.svg>)\n"
    assert report.problems(body) == [
        "fi/report.qmd:6: image ../img/ei ole.svg: there is no such file",
        "fi/report.qmd:10: image ../img/ei ole.svg: there is no such file",
    ]


def test_word_misses_only_a_png_that_is_not_there(report: Report) -> None:
    report.file("img/kuva yksi.svg", SVG)
    assert report.problems("x\n\n![Kuva](<../img/kuva yksi.svg>)\n", ["docx"]) == [
        "fi/report.qmd:6: image ../img/kuva yksi.svg has no PNG beside it, and Word needs one"
    ]


@pytest.mark.parametrize("name", NAMES)
def test_included_files_may_have_any_name(report: Report, name: str) -> None:
    report.file(f"fi/_{name}.qmd", "Tekstiä.\n")
    quote = "'" if '"' in name else '"'
    assert stringify(report.tree(f"{{{{< include {quote}_{name}.qmd{quote} >}}}}\n")) == "Tekstiä."


@pytest.mark.parametrize("name", [name for name in NAMES if "#" not in name])
def test_notebooks_may_have_any_name(report: Report, name: str) -> None:
    report.notebook(
        f"notebooks/{name}.ipynb",
        cell("#| label: fig-n\n#| fig-cap: K\n#| fig-alt: a\nx", figure_output()),
        cell("#| label: tbl-n\n#| tbl-cap: T\nx", table_output("| A | B |\n|--|--|\n| 1 | 2 |\n")),
    )
    body = "".join(f'{{{{< embed "../notebooks/{name}.ipynb#{label}" >}}}}\n\n'
                   for label in ("fig-n", "tbl-n"))  # fmt: skip
    kinds = [block["t"] for block in report.tree(body)]
    assert kinds == ["Figure", "Table"]


@pytest.mark.parametrize("name", NAMES)
def test_bibliographies_may_have_any_name(report: Report, name: str) -> None:
    report.file(f"{name}.bib", "@book{uusi, author={Aho, A.}, title={T}, year={2020}}")
    report.front["bibliography"] = '"../' + name + '.bib"'
    assert "Aho" in stringify(report.tree("Näin [@uusi].\n"))
