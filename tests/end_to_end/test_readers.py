"""The reader's test of docs/readers-test.md: ten questions, each within two clicks.

The answers are counted anew from the study's CSV files; nothing of evaltools takes part in that.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from places import ROOT, Place

sys.path.insert(0, str(ROOT))
sys.path.insert(0, str(ROOT / "tests" / "indicators"))

import recount
import recount_rows
import recount_scope
import recount_themes

from tools.page_checks import open_browser

pytestmark = [pytest.mark.slow, pytest.mark.browser]

MOST_CLICKS = 2


@cache
def rows() -> dict[tuple[str, str], recount_rows.Row]:
    """Recounted numbers without dimensions, by key and estimand."""
    scope = recount_scope.Scope(recount_scope.read(ROOT / "data"), recount_scope.Choice())
    chapters = (recount.portfolio, recount.evidence_base, recount_themes.goals,
                recount_themes.challenges, recount_themes.effects)  # fmt: skip
    found = {name: row for chapter in chapters for name, row in chapter(scope).items()}
    return {(key, estimand): row for (key, estimand, by), row in found.items() if not by}


def part(key: str) -> str:
    """`37/52`."""
    row = rows()[key, "D"]
    return f"{row.x}/{row.n}"


def commonest(kind: str) -> str:
    """Key of the theme of a kind that most reports mention."""
    keys = [key for key, estimand in rows() if estimand == "D" and key.startswith(f"{kind}.")]
    shares = [key for key in keys if key.endswith(".share") and key.count(".") == 2]
    return max(shares, key=lambda key: (rows()[key, "D"].x, key))


def interval(key: str) -> str:
    """`67\N{EN DASH}76`: per cent of the projects due to report."""
    row = rows()[key, "P"]
    return f"{100 * row.low:.0f}\N{EN DASH}{100 * row.high:.0f}"


@dataclass(frozen=True)
class Question:
    """What a reader asks, where they click, and what they then see.

    Arguments:
        text: the question. clicks: what is pressed, one after the other. where: the answer stands.
        answers: what has to be read there.
    """

    text: str
    where: str
    answers: tuple[str, ...]
    clicks: tuple[str, ...] = ()


def recommended_to() -> set[str]:
    """Whom recommendations may be addressed to."""
    declared = yaml.safe_load((ROOT / "reports" / "conclusions.yml").read_text("utf-8"))
    return {one["to"]["fi"] for one in declared["recommendations"].values()}


@cache
def questions() -> tuple[Question, ...]:
    first, contents = ".messages", "#contents a[href='#{}']"
    challenge, read = commonest("challenge"), rows()["reports.read.share", "D"]
    funded, reached = rows()["projects.funded.count", "D"], rows()["areas.reached.share", "D"]
    achieved = rows()["goals.achieved.share", "D"]
    return (
        Question("What was funded?", first, (str(funded.x),)),
        Question("How much of it has been read?", first, (str(read.x), str(read.n))),
        Question("What is the commonest challenge?", first, (part(challenge),)),
        Question(
            "How sure is that?",
            "#evidence-panel",
            (interval(challenge),),
            (f".messages a.evidence-link:has([data-key='{challenge}'])",),
        ),
        Question("Were goals reached, and was it measured?", first,
                 (str(achieved.x), part("goals.achieved_measured.share"))),
        Question("Whom did the grants reach?", first, (str(reached.x), str(reached.n))),
        Question("What should be done, and by whom?", ".glance", ()),
        Question("Why is it recommended?", "#sec-suositukset",
                 (part("goal_quality.complete.share"),),
                 (contents.format("sec-johtopaatokset"), contents.format("sec-suositukset"))),
        Question("Do the results last?", "#sec-perusteet",
                 (part("sustainability.all_three.share"),),
                 (".glance a[href='#basis-sustainability']",)),
        Question("Which projects were they, one by one?", "#sec-liite-hankkeet", (str(funded.x),),
                 (contents.format("sec-liitteet"), contents.format("sec-liite-hankkeet"))),
    )  # fmt: skip


@pytest.fixture(scope="module")
def page(built: Place, chromium: str) -> Iterator[Any]:
    """The Finnish report as a reader opens it."""
    path = built.root / "reports" / "_build" / "default" / "digikannustin-valiraportti-fi.html"
    with open_browser(chromium) as browser:
        yield from opened(browser, path)


def opened(browser: Any, path: Path) -> Iterator[Any]:
    page = browser.new_page(viewport={"width": 1400, "height": 900}, reduced_motion="reduce")
    page.goto(path.as_uri())
    page.start = path.as_uri()
    yield page
    page.close()


@pytest.mark.parametrize("number", range(10))
def test_a_reader_finds_the_answer_within_two_clicks(page: Any, number: int) -> None:
    page.goto("about:blank")
    page.goto(page.start)
    question = questions()[number]
    assert len(question.clicks) <= MOST_CLICKS
    for press in question.clicks:
        pressed = page.locator(press).first
        place = pressed.bounding_box()
        # A browser would scroll by itself to what is out of sight; a reader has to find it there.
        assert place is not None, (question.text, press)
        assert place["y"] >= 0, (question.text, press)
        assert place["y"] + place["height"] <= 900, (question.text, press)
        pressed.click()
        page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    answer = page.locator(question.where)
    box = answer.bounding_box()
    assert box["y"] < 900, question.text  # on the screen without scrolling
    assert box["y"] + box["height"] > 0
    text = answer.inner_text()
    if question.where.startswith("#sec-liite-hankkeet"):
        assert answer.locator("tbody tr").count() == int(question.answers[0])
    elif question.answers:
        for each in question.answers:
            assert re.search(rf"(?<![\d,.]){re.escape(each)}(?![\d])", text), (question.text, each)
    else:
        addressed = answer.locator("li strong").all_text_contents()
        assert {name.rstrip(":") for name in addressed} & recommended_to()


def test_the_document_asks_what_is_tested() -> None:
    written = (ROOT / "docs" / "readers-test.md").read_text("utf-8")
    asked = re.findall(r"^\d+\. \*\*(.+?)\*\*", written, re.MULTILINE)
    assert asked == [each.text for each in questions()]
