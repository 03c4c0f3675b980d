"""Includes and the text pass: what is read, from where, and what is refused on which line."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from evaltools.problems import ProblemError
from evaltools.report.renderer.conversion import render
from evaltools.report.renderer.located_problems import Fences
from evaltools.report.renderer.pandoc_tree import stringify

from .conftest import Report


def test_includes_are_put_in_place_at_any_depth(report: Report) -> None:
    report.file("fi/_a.qmd", "Ensimmäinen.\n\n{{< include _b.qmd >}}\n")
    report.file("fi/_b.qmd", "Toinen.")
    text = stringify(report.tree("Alku.\n\n{{< include _a.qmd >}}\n\nLoppu.\n"))
    assert text == "Alku.Ensimmäinen.Toinen.Loppu."


def test_include_from_the_project_folder_begins_with_a_slash(report: Report) -> None:
    report.file("shared/_a.qmd", "Yhteinen.")
    assert "Yhteinen." in report.content("{{< include /shared/_a.qmd >}}\n")


def test_nested_include_is_relative_to_the_main_document_as_in_quarto(report: Report) -> None:
    report.file("shared/_a.qmd", "{{< include _b.qmd >}}\n")
    report.file("shared/_b.qmd", "Väärä.")
    report.file("fi/_b.qmd", "Oikea.")
    assert "Oikea." in report.content("{{< include /shared/_a.qmd >}}\n")


def test_include_that_includes_itself_is_refused_by_line(report: Report) -> None:
    report.file("fi/_a.qmd", "{{< include _b.qmd >}}\n")
    report.file("fi/_b.qmd", "x\n\n{{< include _a.qmd >}}\n")
    assert report.problems("{{< include _a.qmd >}}\n") == [
        "fi/_b.qmd:3: include _a.qmd includes itself"
    ]


@pytest.mark.parametrize("path", ["../../secret.qmd", "/../secret.qmd", "..\\..\\secret.qmd"])
def test_include_cannot_leave_the_project(report: Report, path: str) -> None:
    (report.folder / "secret.qmd").write_text("salaisuus")
    assert report.problems(f"{{{{< include {path} >}}}}\n") == [
        f"fi/report.qmd:4: include {path} leaves the project folder"
    ]


def test_include_cannot_leave_the_project_by_a_link(report: Report) -> None:
    (report.folder / "secret.qmd").write_text("salaisuus")
    (report.project / "fi").mkdir()
    (report.project / "fi/_a.qmd").symlink_to(report.folder / "secret.qmd")
    (problem,) = report.problems("{{< include _a.qmd >}}\n")
    assert problem.endswith("leaves the project folder")


def test_problems_name_the_included_file_and_its_line(report: Report) -> None:
    report.file("fi/_a.qmd", "Teksti.\n\n{{< var puuttuu >}}\n\nJa @fig-puuttuu.\n")
    report.file("fi/_b.qmd", "Ja @fig-puuttuu.\n")
    body = "x\n\n{{< include _a.qmd >}}\n"
    assert report.problems(body) == ["fi/_a.qmd:3: var puuttuu has no value"]
    assert report.problems("Ja @fig-puuttuu.\n\n{{< include _b.qmd >}}\n") == [
        "fi/_b.qmd:1: unresolved cross-reference @fig-puuttuu",
        "fi/report.qmd:4: unresolved cross-reference @fig-puuttuu",
    ]


def test_all_problems_are_told_at_once_in_reading_order(report: Report) -> None:
    body = "{{< var a >}}\n\n{{< video x.mp4 >}}\n\n```{python}\n1\n```\n\n{{< include no.qmd >}}\n"
    assert report.problems(body) == [
        "fi/report.qmd:4: var a has no value",
        "fi/report.qmd:6: shortcode video is not supported",
        "fi/report.qmd:8: code that is to be executed: {python}",
        "fi/report.qmd:12: include no.qmd: there is no such file",
    ]


@pytest.mark.parametrize(
    ("fence", "what"),
    [
        ("{python}", "code that is to be executed: {python}"),
        ("{r}", "code that is to be executed: {r}"),
        ("{r, echo=FALSE}", "code that is to be executed: {r, echo=FALSE}"),
        ("{ojs}", "a diagram: {ojs}"),
        ("{mermaid}", "a diagram: {mermaid}"),
        ("{dot}", "a diagram: {dot}"),
    ],
)
def test_executable_cells_are_refused(report: Report, fence: str, what: str) -> None:
    assert report.problems(f"x\n\n```{fence}\ny\n```\n") == [f"fi/report.qmd:6: {what}"]


def test_inline_code_that_is_to_be_executed_is_refused(report: Report) -> None:
    assert report.problems("Luku `{python} n` on.\n") == [
        "fi/report.qmd:4: code that is to be executed: `{python} n`"
    ]


def test_code_that_is_only_shown_is_kept(report: Report) -> None:
    page = report.content("```python\nprint(1)\n```\n\n```{.r}\nx <- 1\n```\n\n`{x}` ja `a`\n")
    assert "print(1)" in page
    assert "x &lt;- 1" in page
    assert "<code>{x}</code>" in page


def test_metadata_block_in_the_text_is_refused(report: Report) -> None:
    assert report.problems("x\n\n---\ntitle: y\n---\n") == [
        "fi/report.qmd:6: a metadata block in the text"
    ]


def test_included_file_with_front_matter_is_refused(report: Report) -> None:
    report.file("fi/_a.qmd", "---\ntitle: x\n---\n")
    assert report.problems("{{< include _a.qmd >}}\n") == [
        "fi/report.qmd:4: include _a.qmd has front matter"
    ]


def test_text_that_is_not_utf8_is_refused(report: Report) -> None:
    report.file("fi/_a.qmd", "ä".encode("latin-1"))
    assert report.problems("{{< include _a.qmd >}}\n") == ["fi/_a.qmd:1: not UTF-8 text"]


def test_private_use_characters_are_refused_in_text_and_data(report: Report) -> None:
    assert report.problems("a\ue000b\n") == [
        "fi/report.qmd:4: a private-use character (U+E000 to U+E01F)"
    ]
    report.file("_variables.yml", 'a: "\ue000\ue010\ue001"\n')
    assert report.problems("{{< var a >}}\n") == [
        "_variables.yml:1: a private-use character (U+E000 to U+E01F)"
    ]


def test_comments_are_left_out_and_nothing_in_them_is_looked_up(report: Report) -> None:
    page = report.html("a <!-- salaista {{< var no >}} --> b\n\n<!--\n{{< var no >}}\n-->\n\nc\n")
    assert "salaista" not in page
    assert "{{" not in page


def test_code_in_a_list_is_code(report: Report) -> None:
    body = "- ```\n  x\n  ```\n\n{{< var staff.n >}}\n\n- ```{python}\n  x\n  ```\n"
    assert report.problems(body) == ["fi/report.qmd:10: code that is to be executed: {python}"]


@pytest.mark.parametrize(
    ("body", "what"),
    [("```\nx\n\ny\n", "a code block that does not end"),
     ("<!-- x\n\ny\n", "a comment that does not end")],
)  # fmt: skip
def test_what_does_not_end_is_refused_where_it_begins(report: Report, body: str, what: str) -> None:
    assert report.problems(f"`<!--` a\n\n{body}") == [f"fi/report.qmd:6: {what}"]


@pytest.mark.parametrize("levels", [100, 400])
def test_text_that_is_nested_too_deeply_is_refused(report: Report, levels: int) -> None:
    (problem,) = report.problems("> " * levels + "x\n")
    assert "nested too deeply" in problem or "cannot be read" in problem


def test_text_that_is_nested_a_good_deal_is_rendered(report: Report) -> None:
    assert report.content("> " * 40 + "x\n").count("<blockquote>") == 40


def test_long_lines_take_no_long_time() -> None:
    for line in ("> " * 50_000, "`" * 50_000 + "x", "- " * 50_000, "{{< " * 5_000):
        start = time.process_time()
        Fences().step(line)
        assert time.process_time() - start < 1


def test_brackets_that_would_keep_the_reader_busy_are_refused_in_data(report: Report) -> None:
    report.file("_variables.yml", f"a: '{'[' * 40}x{']{.y}' * 40}'\n")
    assert report.problems("{{< var a >}}\n") == [
        "_variables.yml:1: brackets are nested too deeply"
    ]


def test_missing_document_and_foreign_document_are_refused(report: Report, tmp_path: Path) -> None:
    (tmp_path / "other.qmd").write_text("x")
    for name in ("no.qmd", str(tmp_path / "other.qmd")):
        with pytest.raises(ProblemError, match="no such document"):
            render(report.project, Path(name), ["html"], tmp_path / "out")
    assert not (tmp_path / "out").exists()
