"""Each thing that keeps a document from its readers is found and said where."""

from __future__ import annotations

from pathlib import Path

import pdf_samples as samples
import pytest

from evaltools.problems import Problem
from evaltools.report.renderer.print.document import (
    accessibility_problems,
    page_problems,
    raw_problems,
    walk,
)

HEAD = "---\ntitle: T\nlang: fi\n---\n\n"


def found(folder: Path, text: str, head: str = HEAD) -> list[Problem]:
    tree = samples.resolved(folder, head + text)
    context = samples.context(folder)
    places = list(walk(tree))
    return [
        *accessibility_problems(tree, places, context),
        *page_problems(places, context),
        *raw_problems(places, context),
    ]


def test_demanding_sample_has_no_problem(tmp_path: Path) -> None:
    assert found(tmp_path, samples.demanding(), head="") == []


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("# A\n\n![Kuvateksti](kuva.svg){#fig-a}", "render.alt", "kuva.svg"),
        ("# A\n\nx ![](kuva.svg) y", "render.alt", "kuva.svg"),
        ("# A\n\n### B", "render.heading", "level 3"),
        ("## A", "render.heading", "first of the document"),
        ("# A\n\n# ", "render.heading", "no text"),
        ("# A\n\n|   |   |\n|--|--|\n| yksi | 1 |", "render.table-header", "yksi"),
        ("# A\n\n[b](#c)", "render.link", "#c"),
        ("# A {#a}\n\n## B {#a}", "render.identifier", "2 times"),
        ("# A\n\n- x\n\n  ::: pagebreak\n  :::", "render.page-break", "a list"),
        ("# A\n\n> ::: pagebreak\n> :::", "render.page-break", "a quotation"),
        ("# A\n\n::: callout\n# B\n:::", "render.page-break", "“B”"),
        ('# A\n\n`#import "@preview/x:1.0.0"`{=typst}', "render.raw", "import"),
        ('# A\n\n`#eval("x")`{=typst}', "render.raw", "eval"),
        ("# A\n\n`<w:instrText> DDEAUTO </w:instrText>`{=openxml}", "render.raw", "instrText"),
    ],
)
def test_problem_is_found_and_named(tmp_path: Path, text: str, code: str, said: str) -> None:
    problems = found(tmp_path, text)
    assert [problem.code for problem in problems] == [code]
    assert said in str(problems[0])
    assert problems[0].where.startswith("reports/fi/report.qmd")


def test_document_without_title_is_a_problem(tmp_path: Path) -> None:
    assert [problem.code for problem in found(tmp_path, "# A", head="")] == ["render.title"]


@pytest.mark.parametrize(
    "text",
    [
        "# A\n\n![](kuva.svg){.decorative}",
        "# A\n\nx ![sanottu](kuva.svg) y",
        '# A\n\n|   |   |\n|--|--|\n| yksi | 1 |\n\n: {row-headers="1"}',
        '# A\n\n::: {#tbl-x row-headers="1"}\n|   |   |\n|--|--|\n| yksi | 1 |\n:::',
        "# A\n\n::: plain\n::: pagebreak\n:::\n:::",
        "# A\n\n## B\n\n### C\n\n# D",
        "# A\n\n`#v(1em)`{=typst}",
    ],
)
def test_what_is_right_is_no_problem(tmp_path: Path, text: str) -> None:
    assert found(tmp_path, text) == []


def test_place_tells_document_section_and_figure(tmp_path: Path) -> None:
    problem = found(tmp_path, "# Alku\n\n## Osa\n\n![K](kuva.svg){#fig-a}")[0]
    assert problem.where == "reports/fi/report.qmd, section “Osa”, fig-a"
