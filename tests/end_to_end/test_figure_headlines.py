"""Figures say in their headline what is true of the run, in each report and language."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import html
from reading import squeezed

pytestmark = pytest.mark.slow
PAGES = {
    "default": "fi",
    "calls-2020_wave-2023": "fi",
    "region-06": "fi",
}


def headlines(folder: Path) -> dict[str, str]:
    """The words of each figure's headline, without the mark that leads to the evidence."""
    (path,) = folder.glob("digikannustin-valiraportti-*.html")
    found = {}
    for figure in html.parse(str(path)).iterfind(".//figure"):
        if not figure.get("id", "").startswith("fig-"):
            continue
        (head,) = figure.find_class("figure-headline")
        for mark in [*head.find_class("evidence-mark"), *head.find_class("finding-note")]:
            mark.drop_tree()
        found[figure.get("id")] = squeezed(head.text_content())
    return found


def said(folder: Path, language: str) -> dict[str, str]:
    judged: list[dict[str, Any]] = json.loads((folder / "findings.json").read_text("utf-8"))[
        "findings"
    ]
    return {each["id"]: squeezed(each["said"][language]) for each in judged if each["said"]}


@pytest.mark.parametrize(("name", "language"), PAGES.items())
def test_a_headline_is_the_sentence_that_is_true_of_the_run(
    built: Any, name: str, language: str
) -> None:
    folder = built.root / "reports" / "_build" / name
    declared = yaml.safe_load((built.root / "reports" / "findings.yml").read_text("utf-8"))
    shown, sentences = headlines(folder), said(folder, language)
    judged = json.loads((folder / "findings.json").read_text("utf-8"))["findings"]
    untold = {each["id"] for each in judged if each["case"] in ("too_few", "withheld", "missing")}
    behind = {
        figure: finding
        for finding, content in declared["findings"].items()
        for figure in content.get("figures", ())
        if figure in shown and finding not in untold
    }
    assert len(behind) >= 6 or name == "region-06"
    assert {f: shown[f] for f in behind} == {f: sentences[behind[f]] for f in behind}
    # The others are headed by numbers of the figure: that nothing can be told is not what it shows.
    others = {figure: title for figure, title in shown.items() if figure not in behind}
    for figure, title in others.items():
        assert not re.search(r"enemmistö|harva|useimm", title), (figure, title)
        assert re.search(r"\d", title), (figure, title)
