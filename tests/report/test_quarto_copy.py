"""What Quarto gets for one format: numbers where they are text, figures as PNG for Word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml

from evaltools.report.quarto import fill_values, prepare_quarto_copy
from evaltools.report.renderer.pandoc import read_texts
from evaltools.report.renderer.pandoc_tree import stringify

LINK = '[[37 %]{.indicator key="a.b" shows="value"}](#ev-a-b){.evidence-link}'
VALUES = {"a.b": LINK, "plain": "37 %", "bar": "x | y", "list": "- x", "two": "a\nb"}
FILLED = [
    "Osuus on {{< var a.b >}}.",
    "{{< var a.b >}} ja {{<var plain>}} sekä {{< var 'plain' >}}",
    "| A | {{< var a.b >}} |",
    "# Luku {{< var plain >}} {#sec-a}",
    "[Väite {{< var plain >}}.]{.finding finding=\"x\"}",
    "- {{< var a.b >}}",
    "ks. [luku](#sec-a) ja {{< var plain >}}, `koodi` {{< var plain >}}",
    "Vain x | y: {{< var bar >}}".replace(" | y", ""),
]  # fmt: skip
LEFT = [
    "::: {.callout-note title=\"{{< var plain >}}\"}",
    "`{{< var plain >}}`",
    "[x](a-{{< var plain >}}.html)",
    "$x = {{< var plain >}}$",
    "| {{< var bar >}} | x |",
    "{{< var list >}}",
    "{{< var two >}} x",
    "{{< var not.there >}}",
    "{{{< var plain >}}}",
    "{{< include _a.qmd >}}",
    "{{< embed a.ipynb#fig-a >}}",
    "{{< meta plain >}}",
    "<a title=\"{{< var plain >}}\">x</a>",
    "---\ntitle: \"{{< var plain >}}\"\n---",
    "```\n{{< var plain >}}\n```",
    "<!--\n{{< var plain >}}\n-->",
]  # fmt: skip


@pytest.mark.parametrize("line", FILLED)
def test_numbers_are_put_into_text(line: str) -> None:
    filled = fill_values(line, VALUES)
    assert "{{<" not in filled
    assert filled.count("37 %") + filled.count("x | y") == line.count("{{<")


@pytest.mark.parametrize("text", LEFT)
def test_where_a_number_would_not_be_text_the_shortcode_stays(text: str) -> None:
    assert fill_values(text, VALUES) == text


def test_lines_keep_their_numbers() -> None:
    text = "---\ntitle: T\n---\n\nx {{< var a.b >}}\n\n```\ny\n```\n{{< var plain >}}\n"
    filled = fill_values(text, VALUES).split("\n")
    assert [line for line in filled if "37 %" in line] == [filled[4], filled[9]]
    assert len(filled) == len(text.split("\n"))


def test_a_filled_text_reads_as_the_value_does() -> None:
    (block,) = read_texts([("a", fill_values("Osuus on {{< var a.b >}}.", VALUES))])["a"]
    assert stringify(block) == "Osuus on 37 %."
    assert [node["t"] for node in block["c"]][-2] == "Link"


def project(folder: Path) -> Path:
    (folder / "fi").mkdir()
    (folder / "notebooks").mkdir()
    (folder / "_variables.yml").write_text(yaml.safe_dump({"a": {"b": LINK}, "plain": "37 %"}))
    (folder / "fi/report.qmd").write_text("{{< include _a.qmd >}}\n")
    (folder / "fi/_a.qmd").write_text("Osuus {{< var a.b >}}\n")
    outputs = [
        {"output_type": "display_data", "metadata": {}, "data": data}
        for data in ({"image/svg+xml": "<svg/>", "image/png": "AA=="}, {"image/svg+xml": "<svg/>"},
                     {"text/markdown": "x"})
    ]  # fmt: skip
    cell = {"cell_type": "code", "source": "#| label: fig-a", "outputs": outputs}
    (folder / "notebooks/a.ipynb").write_text(json.dumps({"cells": [cell], "nbformat": 4}))
    return folder


@pytest.mark.parametrize(
    ("kind", "kinds"),
    [("html", [{"image/svg+xml", "image/png"}, {"image/svg+xml"}, {"text/markdown"}]),
     ("docx", [{"image/png"}, {"image/svg+xml"}, {"text/markdown"}])],
)  # fmt: skip
def test_word_gets_figures_as_png_alone(tmp_path: Path, kind: str, kinds: list[set[str]]) -> None:
    prepare_quarto_copy(project(tmp_path), kind)
    (cell,) = json.loads((tmp_path / "notebooks/a.ipynb").read_text())["cells"]
    assert [set(output["data"]) for output in cell["outputs"]] == kinds
    assert (tmp_path / "fi/_a.qmd").read_text() == f"Osuus {LINK}\n"
    assert (tmp_path / "fi/report.qmd").read_text() == "{{< include _a.qmd >}}\n"


def test_a_project_without_variables_is_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "a.qmd").write_text("x {{< var a >}}\n")
    prepare_quarto_copy(tmp_path, "html")
    assert (tmp_path / "a.qmd").read_text() == "x {{< var a >}}\n"
