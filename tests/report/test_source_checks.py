"""What is refused when staging, for both engines, by file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaltools.report.staging import check_sources

from .renderer.conftest import Report, cell, figure_output, staged

VARIABLES = {"staff": {"share": "37 %", "n": "19"}}


@pytest.fixture
def report(tmp_path: Path) -> Report:
    made = staged(tmp_path)
    (made.project / "_variables.yml").unlink()  # it is written after the check
    made.notebook(
        "notebooks/n.ipynb",
        cell("#| label: fig-a\n#| fig-cap: K\n#| fig-alt: a\nx", figure_output()),
    )
    made.file("fi/_a.qmd", "Osuus {{< var staff.share >}}.\n")
    return made


def told(report: Report, body: str, embedded: bool = False) -> list[str]:
    path = report.write(body)
    found = check_sources(report.project, path, VARIABLES, embedded=embedded)
    return [f"{each.where}: {each.what}" for each in found]


def rendered(report: Report, body: str) -> list[str]:
    """What the embedded renderer refuses."""
    report.file("_variables.yml", json.dumps(VARIABLES))
    return [f"reports/{each}" for each in report.problems(body)]


GOOD = """
{{< include _a.qmd >}}

{{< include "_a.qmd" >}}

{{< embed ../notebooks/n.ipynb#fig-a >}}

Osuus {{< var staff.share >}}, {{<var staff.n>}}, {{< var "staff.n" >}}, {{< meta title >}}.

Näin se kirjoitetaan: {{{< var x >}}} ja `{{{< var y >}}}`. Kaava $x_{i<n}$ ja {.luokka}.

<!-- {{< var vanha >}} -->

{{< pagebreak >}}

Paina {{< kbd Ctrl-C >}}.
"""


def test_what_both_engines_know_is_let_through(report: Report) -> None:
    assert told(report, GOOD) == []


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("{{< vra staff.n >}}", "shortcode vra is not supported"),
        ("{{< lipsum 3 >}}", "shortcode lipsum is not supported"),
        ("{{< env HOME >}}", "shortcode env is not supported"),
        ("{{< var staff.nn >}}", "var staff.nn has no value"),
        ("{{< var staff >}}", "var staff is no text"),
        ("{{< var >}}", "shortcode var with arguments (none)"),
        ("{{< var a b >}}", "shortcode var with arguments a b"),
        ("{{< meta puuttuu >}}", "meta puuttuu has no value"),
        ("{{< var staff.n >}", "a shortcode that does not end on its line"),
        ("{{< var staff.n", "a shortcode that does not end on its line"),
        ("{{< var staff.n > }}", "a shortcode that does not end on its line"),
        ("{< var staff.n >}}", "a shortcode that begins with {< var"),
        ("{{ < var staff.n >}}", "a shortcode that begins with {{ <"),
        ("{{ var staff.n }}", "a shortcode that begins with {{ var"),
        ("`{{< var staff.n >}}`", "a shortcode in code"),
        ("x {{< include _a.qmd >}}", "an include within a line"),
        ("{{< include /etc/passwd >}}", "include /etc/passwd: there is no such file"),
        ("{{< include ../../../etc/passwd >}}", "include ../../../etc/passwd leaves the project"),
        ("{{< include _puuttuu.qmd >}}", "include _puuttuu.qmd: there is no such file"),
        ("{{< include report.qmd >}}", "include report.qmd includes itself"),
        ("{{< embed ../notebooks/n.ipynb#fig-b >}}", ""),
        (
            "{{< embed ../notebooks/m.ipynb#fig-a >}}",
            "embed ../notebooks/m.ipynb: there is no such",
        ),
        ("{{< embed ../../n.ipynb#fig-a >}}", "embed ../../n.ipynb leaves the project"),
    ],
)
def test_what_an_engine_would_pass_over_is_refused(report: Report, written: str, what: str) -> None:
    (problem,) = told(report, f"x\n\n{written}\n")
    where = (
        f"reports/fi/report.qmd:6: {what}" if what else "reports/notebooks/n.ipynb#fig-b: no cell"
    )
    assert problem.startswith(where)
    # Before the embedded renderer it is told once as well, by that renderer if not by the check.
    assert (told(report, f"x\n\n{written}\n", True) or rendered(report, f"x\n\n{written}\n")) == [
        problem
    ]


def test_shortcodes_of_the_document_are_left_to_the_embedded_renderer(report: Report) -> None:
    report.file("fi/_a.qmd", "Yksi.\n\n{{< var a.b >}}\n")
    report.file("fi/_luonnos.qmd", "{{< vra x >}}\n")
    body = "x\n\n{{< include _a.qmd >}}\n"
    assert told(report, body, embedded=True) == [
        "reports/fi/_luonnos.qmd:1: shortcode vra is not supported"
    ]
    assert rendered(report, body) == ["reports/fi/_a.qmd:3: var a.b has no value"]


def test_included_and_other_chapters_are_checked_where_they_stand(report: Report) -> None:
    report.file("fi/_a.qmd", "Yksi.\n\n{{< var a.b >}}\n")
    report.file("fi/_luonnos.qmd", "{{< vra x >}}\n")
    assert told(report, "x\n\n{{< include _a.qmd >}}\n") == [
        "reports/fi/_a.qmd:3: var a.b has no value",
        "reports/fi/_luonnos.qmd:1: shortcode vra is not supported",
    ]


@pytest.mark.parametrize("written", ["2022-04-30", "'2022-04-30'"])
def test_iso_dates_are_let_through(report: Report, written: str) -> None:
    report.front["date"] = written
    assert told(report, "x\n") == []


@pytest.mark.parametrize(
    "written",
    ["30. huhtikuuta 2022", "30.4.2022", "4/30/2022", "2022-4-30", "2022-02-30", "20220430", "2022",
     "today", "now", "last-modified", "'2022-04-30T00:00'", "2022-W17-6"],
)  # fmt: skip
def test_other_dates_are_refused_with_their_place(report: Report, written: str) -> None:
    report.front["date"] = written
    (problem,) = told(report, "x\n")
    assert problem == f"reports/fi/report.qmd:3: date is '{written.strip(chr(39))}'"


def test_dates_of_the_metadata_are_refused_there(report: Report) -> None:
    report.file("fi/_metadata.yml", "lang: fi\ndate: 30.4.2022\n")
    assert told(report, "x\n") == ["reports/fi/_metadata.yml:2: date is '30.4.2022'"]


def test_what_only_the_embedded_renderer_refuses_is_left_to_it(report: Report) -> None:
    body = "x\n\n```{mermaid}\ngraph\n```\n\n{{< var staff.n >}}\n\n@fig-nowhere <b>x</b>\n"
    report.front["website"] = "{title: x}"
    assert told(report, body) == []
