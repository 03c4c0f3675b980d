"""Names of files with blanks, percent signs, umlauts and brackets, wherever a file is named."""

from __future__ import annotations

import re

import pytest

from evaltools.report.renderer.pandoc_tree import stringify

from .conftest import SVG, Report, cell, figure_output, png

NAMES = ["kuva yksi", "kuva  kaksi", "50%", "a%20b", "100%25", "Häme äöå", "kuva (1)", "a#1", "a+b",
         "a&b", "it's", "[x]", "a,b;c", "ä (1) 5% x"]  # fmt: skip


def address(name: str) -> str:
    """The name as markdown takes it: in angle brackets, with what an address escapes."""
    return f"<../img/{name.replace('%', '%25')}.svg>"


def test_pictures_may_have_any_name(report: Report) -> None:
    # Each its own content, since pictures are kept by their content.
    for number, name in enumerate(NAMES):
        report.file(f"img/{name}.svg", SVG.replace('width="40"', f'width="{number}"', 1))
        report.file(f"img/{name}.png", png() + bytes([number]))
    body = "# Yksi\n\n" + "".join(f"![Kuva]({address(name)})\n\n" for name in NAMES)
    for format_name, ending in (("html", ".svg"), ("docx", ".png")):
        pictures = [node["c"][2][0] for node in report.kind(body, "Image", format_name)]
        assert len(set(pictures)) == len(NAMES)
        assert all(picture.endswith(ending) for picture in pictures)


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


def test_included_files_may_have_any_name(report: Report) -> None:
    for number, name in enumerate(NAMES):
        report.file(f"fi/_{name}.qmd", f"Osa {number}.\n")
    body = "".join(f'{{{{< include "_{name}.qmd" >}}}}\n\n' for name in NAMES)
    texts = [stringify(block) for block in report.tree(body)]
    assert texts == [f"Osa {number}." for number in range(len(NAMES))]


def test_notebooks_may_have_any_name(report: Report) -> None:
    names = [name for name in NAMES if "#" not in name]  # a hash comes before the cell's label
    for number, name in enumerate(names):
        options = f"#| label: fig-{number}\n#| fig-cap: K\n#| fig-alt: a\nx"
        report.notebook(f"notebooks/{name}.ipynb", cell(options, figure_output()))
    body = "".join(f'{{{{< embed "../notebooks/{name}.ipynb#fig-{number}" >}}}}\n\n'
                   for number, name in enumerate(names))  # fmt: skip
    assert [block["t"] for block in report.tree(body)] == ["Figure"] * len(names)


def test_bibliographies_may_have_any_name(report: Report) -> None:
    for number, name in enumerate(NAMES):
        entry = f"@book{{uusi{number}, author={{Aho{number}, A.}}, title={{T}}, year={{2020}}}}"
        report.file(f"{name}.bib", entry)
    report.front["bibliography"] = "[" + ", ".join(f'"../{name}.bib"' for name in NAMES) + "]"
    cited = stringify(report.tree("".join(f"[@uusi{number}]\n" for number in range(len(NAMES)))))
    assert all(f"(Aho{number} 2020)" in cited for number in range(len(NAMES)))


def test_titles_in_another_language_than_the_page_say_which(report: Report) -> None:
    report.file(
        "references.bib",
        "@article{cox, author={Cox, D.}, title={On regression}, journaltitle={Biometrika},"
        " year={1972}, langid={english}}\n"
        "@online{laki, author={Eduskunta}, title={Laki}, year={2001}, langid={finnish}}\n"
        "@book{untold, author={Aho, A.}, title={Kirja}, year={2020}}\n",
    )
    page = report.html("[@cox; @laki; @untold]\n")
    told = re.findall(r'<span lang="(\w+)">\W*([\w ]+?)\W*</span>', page)
    assert told == [("en", "On Regression"), ("en", "Biometrika")]
