from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any

import pytest

from evaltools.coding.consensus_session import ConsensusSession
from evaltools.coding.panel import DISAGREEMENTS, load_module
from evaltools.coding.session import CodingSession
from evaltools.study import Study

pytestmark = pytest.mark.browser

BOTH = ("Hankkeessa haluttiin parantaa tiedon laatua 👩🏽‍💻 koko kunnassa.", "goal.data_quality")
FIRST = (("Aikataulu oli liian tiukka.", "challenge.schedule"), BOTH)
SECOND = (("Aikataulu oli liian tiukka.", "challenge.staff"), BOTH)


def coded(study: Study, coder: str, rows: tuple[tuple[str, str], ...]) -> None:
    desk = CodingSession(study, coder, None, 1, "fi")
    text = desk.material.text("p1-final")
    acts: list[dict[str, Any]] = []
    for number, (quote, code) in enumerate(rows):
        start = text.text.index(quote)
        passage = {"start": start, "end": start + len(quote), "quote": quote}
        acts.append({"id": f"{coder}-{number:04}", "act": "code", "document_id": "p1-final",
                     "code_id": code, "passage": passage, "text_sha256": text.sha256,
                     "day": "2026-01-02"})  # fmt: skip
    acts.append({"id": f"{coder}-read", "act": "read", "document_id": "p1-final",
                 "complete": True})  # fmt: skip
    (answer,) = desk.receive({"kind": "acts", "acts": acts})
    assert not answer["refused"]
    desk.close()


def test_coders_settle_by_keyboard_and_the_consensus_says_what_it_rests_on(
    small_study: Study, show: Callable[..., Any]
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    coded(small_study, "coder-1", FIRST)
    coded(small_study, "coder-2", SECOND)
    desk = ConsensusSession(small_study, None, None, 1, "fi")
    shown = show(lambda message: list(desk.receive(message)), load_module(DISAGREEMENTS))
    page = shown.page
    page.wait_for_selector(".evc-words")
    assert page.locator("[role=option]").count() == 2
    assert "Lukija B" in page.locator(".evc-unit").inner_text()
    page.keyboard.press("w")
    assert "2" in page.locator(".evc-told").inner_text()  # not before both are settled
    page.keyboard.press("1")  # the schedule, as the first coder has it
    page.keyboard.press("e")  # staff: on another passage, chosen in the text
    for key in ("ArrowDown", "Enter"):
        page.keyboard.press(key)
    found = Axe().run(page).response["violations"]
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    page.keyboard.press("w")
    page.wait_for_function(
        "!document.querySelector('.evc-saved').classList.contains('evc-unsaved')"
    )
    with (desk.folder / "codings.csv").open(encoding="utf-8", newline="") as file:
        rows = [
            (row["code_id"], row["coder_id"], row["consensus_of"]) for row in csv.DictReader(file)
        ]
    text = desk.material.text("p1-final").text
    place = text.index("Aikataulu oli")
    passage = f"p1-final-{place}-{place + 27}"
    goal = text.index(BOTH[0])
    goals = f"p1-final-{goal}-{goal + len(BOTH[0])}-goal.data_quality"
    assert sorted(rows) == [
        ("challenge.schedule", "consensus", f"{passage}-challenge.schedule-coder-1-1"),
        ("challenge.staff", "consensus", f"{passage}-challenge.staff-coder-2-1"),
        ("goal.data_quality", "consensus", f"{goals}-coder-1-1 {goals}-coder-2-1"),
    ]
    with (desk.folder / "segments.csv").open(encoding="utf-8", newline="") as file:
        assert "Henkilöstö vaihtui kesken hankkeen." in [r["quote"] for r in csv.DictReader(file)]
    with (desk.folder / "readings.csv").open(encoding="utf-8", newline="") as file:
        assert [row["complete"] for row in csv.DictReader(file)] == ["true"]
    assert shown.errors == []
    desk.close()
