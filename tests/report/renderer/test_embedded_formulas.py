"""A formula that cannot be converted is an error wherever it stands, in every format."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaltools.problems import ProblemError
from evaltools.report.renderer.conversion import render

from .conftest import Report, cell, figure_output, table_output

BROKEN = r"$\osuus{x}$"
PLACES = {
    "text": (f"x\n\ny {BROKEN} z\n", 6),
    "display": ("x\n\n$$\\osuus{x}$$\n", 6),
    "several lines": ("x\n\n$$\n\\osuus\n= x + y\n$$\n", 7),
    "top-level line break": ("x\n\n$$\n\\alpha = 1 - \\frac{D_o}{D_e} \\\\\n\\beta = 2\n$$\n", 7),
    "numbered": ("x\n\n$$\n\\osuus{x}\n$$ {#eq-a}\n\n@eq-a\n", 7),
    "heading": (f"# A\n\n## {BROKEN}\n", 6),
    "list": (f"x\n\n- a\n- {BROKEN}\n", 7),
    "quotation": (f"x\n\n> {BROKEN}\n", 6),
    "cell": (f"x\n\n| A | B |\n|--|--|\n| a | {BROKEN} |\n", 8),
    "head of a table": (f"x\n\n| A | {BROKEN} |\n|--|--|\n| a | b |\n", 6),
    "caption of a table": (
        f"x\n\n| A | B |\n|--|--|\n| a | b |\n\n: {BROKEN} {{#tbl-a}}\n\n@tbl-a\n", 10),
    "caption of a figure": (f"x\n\n![{BROKEN}](/img/a.svg){{#fig-a fig-alt='a'}}\n\n@fig-a\n", 6),
    "alternative text": (f"x\n\ny ![{BROKEN}](/img/a.svg) z\n", 6),
    "footnote": (f"x\n\ny[^1]\n\n[^1]: {BROKEN}\n", 8),
    "title of a callout": (f'x\n\n::: {{.callout-note title="{BROKEN}"}}\nx\n:::\n', 6),
    "callout": (f"x\n\n::: callout-note\n{BROKEN}\n:::\n", 7),
    "definition": (f"x\n\na\n:   {BROKEN}\n", 7),
    "link": (f"x\n\n[{BROKEN}](https://example.org)\n", 6),
    "unended group": ("x\n\n$$\nx^{\n$$\n", 7),
}  # fmt: skip


@pytest.mark.parametrize("place", PLACES)
def test_formula_that_cannot_be_converted_is_refused(report: Report, place: str) -> None:
    body, line = PLACES[place]
    (problem,) = report.problems(body, ["html", "typst", "docx"])
    assert problem.startswith(f"fi/report.qmd:{line}: the formula ")
    assert "cannot be converted: unexpected" in problem
    assert "\n" not in problem


@pytest.mark.parametrize("format_name", ["html", "typst", "docx"])
def test_each_format_alone_refuses_it(report: Report, format_name: str) -> None:
    assert len(report.problems("".join(f"{BROKEN}\n\n" for _ in range(2)), [format_name])) == 2


def test_each_place_is_told_once_for_all_formats(report: Report) -> None:
    body = f"x\n\n{BROKEN} ja\n{BROKEN}\n\n$$\\muu{{x}}$$\n"
    problems = report.problems(body, ["html", "typst", "docx"])
    assert [problem.partition(": ")[0] for problem in problems] == [
        "fi/report.qmd:6", "fi/report.qmd:7", "fi/report.qmd:9",
    ]  # fmt: skip


def test_formulas_of_data_are_refused_where_they_come_from(report: Report) -> None:
    table = f"| A |\n|--|\n| {BROKEN} |\n"
    report.notebook(
        "notebooks/n.ipynb",
        cell("#| label: tbl-n\n#| tbl-cap: T\nx", table_output(table)),
        cell(f"#| label: fig-n\n#| fig-cap: '{BROKEN}'\n#| fig-alt: a\nx", figure_output()),
    )
    report.file("_variables.yml", f"# data\na: '{BROKEN}'\n")
    embeds = "".join(
        f"{{{{< embed /notebooks/n.ipynb#{label} >}}}}\n\n" for label in ("tbl-n", "fig-n")
    )
    problems = report.problems(f"{{{{< var a >}}}}\n\n{embeds}")
    assert {problem.partition(": ")[0] for problem in problems} == {
        "_variables.yml:2", "notebooks/n.ipynb#tbl-n", "notebooks/n.ipynb#fig-n",
    }  # fmt: skip


def test_formulas_of_title_and_bibliography_are_refused(report: Report) -> None:
    report.front["title"] = f"'{BROKEN}'"
    (problem,) = report.problems("x\n")
    assert "the formula \\osuus{x} cannot be converted" in problem
    report.front["title"] = "T"
    report.file("references.bib", f"@book{{a, author={{A}}, title={{{BROKEN}}}, year={{2008}}}}")
    (problem,) = report.problems("Näin [@a].\n")
    assert "the formula \\osuus{x} cannot be converted" in problem


def test_content_for_other_formats_is_not_looked_at(report: Report) -> None:
    body = f'::: {{.content-visible when-format="typst"}}\n{BROKEN}\n:::\n\nx\n'
    assert "x" in report.content(body)
    assert report.problems(body, ["typst"])


GOOD = [r"\frac{a}{b}", r"\sqrt[3]{x}", r"\sum_{i=1}^{n} x_i", r"\binom{n}{k}", r"x < y",
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}", r"\left( \frac12 \right)",
        r"\text{osuus} = \hat p \pm z"]  # fmt: skip


def test_formulas_that_can_be_converted_are(report: Report) -> None:
    report.write("# A\n\n" + "\n\n".join(f"$$\n{each}\n$$" for each in GOOD))
    files = render(report.project, Path("fi/report.qmd"), ["html", "typst", "docx"],
                   report.folder / "out")  # fmt: skip
    assert files[0].read_text(encoding="utf-8").count("<math ") == len(GOOD)


def test_a_writer_that_meets_such_a_formula_writes_nothing(report: Report) -> None:
    """What a filter brings in after the check is found by the writers."""
    report.file("style/late.lua", "function Para(p) return pandoc.Para{pandoc.Math("
                "'InlineMath', '\\\\osuus{x}')} end")  # fmt: skip
    report.front["filters"] = "[quarto, ../style/late.lua]"
    report.write("x\n")
    for format_name in ("html", "typst", "docx"):
        with pytest.raises(ProblemError, match="cannot be converted"):
            render(report.project, Path("fi/report.qmd"), [format_name], report.folder / "out")  # type: ignore[list-item]
    assert not (report.folder / "out").exists()
