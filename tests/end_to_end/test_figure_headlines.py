"""Figures say in their headline what is true of the run, in each report and language."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from lxml import html

pytestmark = pytest.mark.slow
PAGES = {
    "default": "fi",
    "calls-2020_wave-2023": "fi",
    "region-06": "fi",
}


def plain(text: str) -> str:
    """A text with single spaces and without what breaks its words."""
    return re.sub(r"[\u00ad\u200b\u2060]", "", " ".join(text.split()))


def headlines(folder: Path) -> dict[str, str]:
    """The words of each figure's headline, which has no mark or note beside its numbers."""
    (path,) = folder.glob("digikannustin-valiraportti-*.html")
    found = {}
    for figure in html.parse(str(path)).iterfind(".//figure"):
        if not figure.get("id", "").startswith("fig-"):
            continue
        (head,) = figure.find_class("figure-headline")
        assert not [*head.find_class("evidence-mark"), *head.find_class("finding-note")]
        found[figure.get("id")] = plain(head.text_content())
    return found


@pytest.mark.parametrize(("name", "language"), PAGES.items())
def test_a_headline_is_one_short_sentence_that_is_true_of_the_run(
    built: Any, name: str, language: str
) -> None:
    folder = built.root / "reports" / "_build" / name
    declared = yaml.safe_load((built.root / "reports" / "findings.yml").read_text("utf-8"))
    shown = headlines(folder)
    judged = {
        each["id"]: each
        for each in json.loads((folder / "findings.json").read_text("utf-8"))["findings"]
    }
    behind = {
        figure: finding
        for finding, content in declared["findings"].items()
        for figure in content.get("figures", ())
        if figure in shown and judged[finding]["case"] not in ("too_few", "withheld", "missing")
    }
    assert len(behind) >= 6 or name == "region-06"
    for figure, finding in behind.items():
        said = plain(judged[finding]["said"][language])
        short, title = judged[finding]["headline"], shown[figure]
        if short:
            assert title.removesuffix(".") == plain(short[language]).removesuffix("."), figure
            assert set(re.findall(r"[0-9]+/[0-9]+", title)) <= set(
                re.findall(r"[0-9]+/[0-9]+", said)
            )
        else:  # its names would make it too long in some language; the figure's numbers head it
            assert len(said.split()) > 25, figure
    assert sum(bool(judged[finding]["headline"]) for finding in behind.values()) >= 4 or (
        name == "region-06"
    )
    for figure, title in shown.items():
        assert len(title.split()) <= 25, (figure, title)
        assert ". " not in title, (figure, title)
    # The others are headed by numbers of the figure: that nothing can be told is not what it shows.
    for figure, title in shown.items():
        if figure not in behind:
            assert not re.search(r"enemmistö|harva", title), (figure, title)
            assert re.search(r"\d", title), (figure, title)
