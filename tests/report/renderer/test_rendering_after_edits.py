"""What is rendered after an edit is, byte for byte, what is rendered of everything anew."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from evaltools.problems import ProblemError
from evaltools.report.part_store import PartStore
from evaltools.report.renderer import render, written_blocks
from evaltools.report.staging import PROJECT

from .conftest import Report, cell, figure_output, table_output

OPTIONS = """number-sections: true
toc: true
bibliography: [references.bib]
filters: [style/findings.lua, quarto, style/evidence.lua]
lang: en
findings: {late: {outcome: cannot_be_told, label: cannot be told, reason: too few}}
"""
SOURCES = """
@book{smith, title = {Money}, author = {Smith, Ann}, year = {2001}, publisher = {Press}}
@book{lee, title = {Words}, author = {Lee, Bo}, year = {2002}, publisher = {Press}}
"""
PROSE = """Before.

# One {#sec-one}

Text of one [@tbl-first; @sec-two],
[{{< var shares.staff >}}](#ev-staff){.evidence-link}, [@smith].

- a
- b

{{< embed ../notebooks/n.ipynb#tbl-first >}}

# Two {#sec-two}

Text that announces a list:

- c^[A note on *this*.]

> “Quoted”, $x^2$ and `code --x`.

{{< embed ../notebooks/n.ipynb#fig-one >}}

## Three {#sec-three}

| a | b |
|:--|--:|
| 1 | 2 |

: Caption {#tbl-own}

See @tbl-own, @tbl-first and [the text](#sec-one).

# Evidence {.unnumbered}

:::: {.evidence-entries mark="evidence"}
## Staff

::: {.evidence #ev-staff}
[]{.evidence-line label="Share:" text="27 of 52"}

[]{.evidence-uses of="ev-staff" text="nowhere" page="p. "}
:::

::: {.evidence #ev-finding-late}
[]{.evidence-uses of="ev-finding-late" text="nowhere" page="p. "}
:::
::::
"""
EDITS = {
    "a word": ("Text of one", "Text of the first one"),
    "a chapter": ("# Two {#sec-two}", "# A chapter between\n\nNew.\n\n# Two {#sec-two}"),
    "a note": ("A note on", "Another note on"),
    "a note before others": ("New.", "New.^[One more.]"),
    "a reference": ("See @tbl-own, @tbl-first", "See @sec-three, @fig-one, @tbl-first"),
    "an item less": ("- a\n", ""),
    "a row more": ("| 1 | 2 |", "| 1 | 2 |\n| 3 | *4* |"),
    "a source": ("[@smith]", "[@lee; @smith]"),
    "a use of evidence": ("New.", "New, [27](#ev-staff){.evidence-link}."),
    "a finding": ("Before.", "[It is late.]{.finding finding=late}"),
    "front matter": ("", ""),
    "a table less": ("{{< embed ../notebooks/n.ipynb#tbl-first >}}\n\n", ""),
    "and what refers to it": ("[@tbl-first; @sec-two],\n", ""),
    "all of that": (", @tbl-first and", " and"),
    "a heading": ("## Three {#sec-three}", "## The third & last {#sec-three}"),
}


def build(report: Report, parts: PartStore, folder: Path) -> list[bytes]:
    """The three formats, or the problems that keep them from being made."""
    document = Path("fi/report.qmd")
    formats = ["html", "typst", "docx"]
    try:
        return [
            path.read_bytes()
            for path in render(report.project, document, formats, folder, parts=parts)
        ]
    except ProblemError as error:
        return [str(problem).encode() for problem in error.problems]


def test_the_bytes_are_those_of_everything_made_anew(
    report: Report, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaltools.processes.is_safe_to_fork", lambda: False)
    written: list[int] = []
    write = written_blocks.pandoc

    def count(arguments: list[str], document: dict[str, Any], epoch: int) -> Any:
        written.append(len(document["blocks"]) // 2)
        return write(arguments, document, epoch)

    monkeypatch.setattr(written_blocks, "pandoc", count)
    report.file("_quarto.yml", OPTIONS)
    report.file("references.bib", SOURCES)
    report.file("_variables.yml", "shares:\n  staff: 37 %\n")
    shutil.copytree(PROJECT / "style", report.project / "style")
    table = table_output("| theme | reports |\n|:--|--:|\n| schedule | 27 |\n")
    report.notebook(
        "notebooks/n.ipynb",
        cell("#| label: tbl-first\n#| tbl-cap: First", table),
        cell("#| label: fig-one\n#| fig-cap: One\n#| fig-alt: A bar", figure_output()),
    )
    text, refused, store = PROSE, [], PartStore(tmp_path / "store", "run")
    for name, (old, new) in {"nothing": ("", ""), **EDITS}.items():
        assert old in text, name
        text = text.replace(old, new, 1)
        if name == "front matter":
            report.front["title"] = "Another title"
        report.write(text)
        anew = build(report, PartStore(), tmp_path / f"{name} anew")
        everything, written[:] = sum(written), []
        again = build(report, store, tmp_path / name)
        assert again == anew, name
        refused += [name] if len(again) < 3 else []
        if name == "a word":
            assert 0 < sum(written) <= 2 < everything  # the paragraph, for the page and for paper
        written.clear()
    assert refused == ["a table less", "and what refers to it"]
