"""A sentence without its number is left out of what is rendered, and nothing else is."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest

from evaltools.charts.bars import Part, Stack, Stacks
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Indicator
from evaltools.report.absent_sentences import leave_out
from evaltools.report.generated_pages import find_variables
from evaltools.report.material import ReportMaterial

SAYS = "On this there are no numbers in this material."
KNOWN = {"reports.read.x": "52", "savings.median.money": "(cannot be computed)",
         "ranking.goal.list": "a (3/5)", "ranking.result.list": "no mentions"}  # fmt: skip
RECORDS = (
    Indicator("savings.median.money", None, "money"),
    Indicator("coding.alpha.index", 0.7, "index"),
    Indicator("rating.permanence.high.share", None, "share", why="too_few", suppressed=True),
)


def left(
    tmp_path: Path, written: str, few: bool = False, notebooks: Any = None, judged: Any = ()
) -> tuple[str, dict[str, str]]:
    """A source after the sentences were left out, and the variables."""
    path = tmp_path / "en" / "_a.qmd"
    path.parent.mkdir()
    path.write_text(written, encoding="utf-8")
    rows = pd.DataFrame({"x": [1]})
    tables = dict.fromkeys(("saving_claims", "segments", "documents"), rows)
    notebooks = notebooks or {}
    material = ReportMaterial("", notebooks, RECORDS, tables, None, 52, 72, 122, judged)  # type: ignore[arg-type]
    told: list[str] = []
    values = leave_out(tmp_path, [path], KNOWN, material, Words("en"), few, told.append)
    text = path.read_text(encoding="utf-8")
    assert bool(told) == (text != written)
    assert text.count("\n") == written.count("\n"), "problems are told by line"
    return text, values


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Goals: {{< var goals.stated.count >}}. Reports: {{< var reports.read.x >}}.\n",
         "Reports: {{< var reports.read.x >}}.\n"),
        ("Read {{< var reports.read.x >}}. [Of\n{{< var goals.achieved.x >}} all.]{.caution}\n",
         "Read {{< var reports.read.x >}}. \n\n"),
        ("**Goals.** Of {{< var goals.stated.count >}} few. {{< var goals.achieved.x >}}.\n",
         f"**Goals.** {SAYS} \n"),
        ("The median is {{< var savings.median.money >}}.\n",
         "This cannot be established from these data. \n"),
        ("[The **median** is {{< var savings.median.money >}} [@a].]{.method} More.\n", " More.\n"),
        ("Alpha is {{< var coding.alpha.index >}} ({{< var coding.alpha.superpopulation >}}). A\n",
         "A\n"),
        ("- **A.** Read.\n- {{< var goals.stated.count >}} all.\n", f"- **A.** Read.\n- {SAYS} \n"),
    ],
)  # fmt: skip
def test_a_sentence_goes_with_its_number(tmp_path: Path, written: str, kept: str) -> None:
    text, _ = left(tmp_path, written)
    assert text.replace("  ", " ").lstrip() == kept.lstrip()


@pytest.mark.parametrize(
    "written",
    [
        "All {{< var reports.read.x >}} were read. {{< var finding.a >}} See @fig-a.\n",
        "Of {{< var saving.stated.count >}}.\n",  # no family of numbers: misspelt, and refused
        "Of {{< var savings.statd.count >}}.\n",  # its table has rows: misspelt, and refused
        "| a | b |\n|---|---|\n| {{< var goals.stated.count >}} | x |\n",
        "# Goals {{< var goals.stated.count >}}\n",
    ],
)
def test_what_has_its_number_or_stands_in_a_table_stays(tmp_path: Path, written: str) -> None:
    text, values = left(tmp_path, written)
    assert text == written
    for key in find_variables(written):
        if key.startswith("goals"):
            assert values[key] == Words("en")("report.missing")
        assert (key in values) == (not key.startswith(("saving", "finding")))


def refused(name: str, by_register: bool = False) -> SimpleNamespace:
    finding = SimpleNamespace(id=name, by_register=by_register)
    return SimpleNamespace(finding=finding, case="too_few")


REFUSED = (refused("a"), refused("b"), refused("few-projects", by_register=True))


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("{{< var finding.a >}} Figure. {{< var finding.b >}} More.\n", "Figure. More.\n"),
        ("Read.\n\n**Burden.** {{< var finding.a >}}\n\nMore.\n", "Read.\n\n\n\nMore.\n"),
        ("**What?** {{< var finding.a >}} {{< var finding.b >}}\n", "\n"),
        ("{{< var finding.few-projects >}} Figure.\n",) * 2,
        ("**{{< var finding.a >}}**\n",) * 2,
        ("::: {.few-reports}\n\n{{< var finding.a >}} This stays open.\n\n:::\n",) * 2,
    ],
)
def test_a_report_of_few_does_not_refuse_again_and_again(
    tmp_path: Path, written: str, kept: str
) -> None:
    assert left(tmp_path, written, True, judged=REFUSED)[0].replace("  ", " ") == kept


def test_where_reports_are_many_each_finding_tells_what_it_lacks(tmp_path: Path) -> None:
    written = "{{< var finding.a >}} Figure.\n"
    assert left(tmp_path, written, False, judged=REFUSED)[0] == written


@pytest.mark.parametrize(
    ("written", "few", "kept"),
    [
        ("High: {{< var rating.permanence.high.x >}}.", False, "report.left_out.withheld"),
        ("Most often {{< var ranking.goal.list >}}.", True, "report.left_out.few"),
        ("Most often {{< var ranking.result.list >}}.", False, "report.left_out.none"),
    ],
)
def test_a_paragraph_of_which_nothing_is_left_says_why(
    tmp_path: Path, written: str, few: bool, kept: str
) -> None:
    assert left(tmp_path, written, few)[0].strip() == Words("en")(kept)


def test_a_ranking_is_told_of_enough_reports(tmp_path: Path) -> None:
    written = "Most often {{< var ranking.goal.list >}}."
    assert left(tmp_path, written)[0] == written


WHY = "No project examined has several organisations."
EMPTY = Stacks([], [Part("a", "#000000")], "", words=Words("en"), nothing=WHY).figure("Partners.")
DRAWN = Stacks([Stack("b", (3,))], [Part("a", "#000000")], "", words=Words("en")).figure("Calls.")


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("{{< embed ../notebooks/a.ipynb#fig-partners >}}\n", f"There is no figure here. {WHY}\n"),
        ("{{< embed ../notebooks/a.ipynb#fig-calls >}}\n",
         "{{< embed ../notebooks/a.ipynb#fig-calls >}}\n"),
        ("Many. [Figure @fig-partners] shows\nthem, [Table @tbl-a] too. See @fig-calls.\n",
         "Many. \nSee @fig-calls.\n"),
        ("The comparison is in [Figure @fig-partners].\n", "\n"),
    ],
)  # fmt: skip
def test_a_sentence_stands_in_place_of_a_figure_that_has_nothing_to_draw(
    tmp_path: Path, written: str, kept: str
) -> None:
    cells = [
        {"cell_type": "code", "source": f"#| label: fig-{name}\nx",
         "outputs": [{"data": figure.bundle()}]}
        for name, figure in (("partners", EMPTY), ("calls", DRAWN))
    ]  # fmt: skip
    text, _ = left(tmp_path, written, notebooks={"a.ipynb": {"cells": cells}})
    assert text == kept
