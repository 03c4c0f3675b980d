"""The panel in a real browser, its kernel being the desk itself; JupyterLab is not needed here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaltools.coding.events import parse_event, replay
from evaltools.coding.panel import CODING, load_module
from evaltools.coding.session import CodingSession
from evaltools.study import Study

pytestmark = pytest.mark.browser
Show = Callable[..., Any]


def opened(show: Show, desk: CodingSession, **size: int) -> Any:
    shown = show(lambda message: list(desk.receive(message)), load_module(CODING), **size)
    shown.page.wait_for_selector(".evc-words")
    return shown


def press(shown: Any, *keys: str) -> None:
    for key in keys:
        shown.page.keyboard.press(key)


def all_saved(shown: Any) -> None:
    shown.page.wait_for_function(
        "!document.querySelector('.evc-saved').classList.contains('evc-unsaved')"
    )


def go_to(shown: Any, quote: str) -> None:
    """Walk down by sentences to the one that begins so, as a reader does."""
    press(shown, "Home")
    for _ in range(40):
        if shown.page.locator(".evc-quote").inner_text().startswith(quote):
            return
        press(shown, "ArrowDown")
    pytest.fail(f"no sentence begins with {quote}")


def give(shown: Any, *searches: str) -> None:
    press(shown, "c")
    for search in searches:
        shown.page.keyboard.type(search)
        press(shown, "Enter")
    press(shown, "Escape")


def table(desk: CodingSession, name: str) -> list[list[str]]:
    import csv

    with (desk.folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))[1:]


def test_a_report_is_coded_from_end_to_end_by_keyboard(small_study: Study, show: Show) -> None:
    desk = CodingSession(small_study, "coder-1", None, 1, "fi")
    shown = opened(show, desk)
    go_to(shown, "Aikataulu")
    give(shown, "aikat")
    press(shown, "u")
    go_to(shown, "Henkilöstö vaihtui")
    give(shown, "henk", "tidt")  # by the Swedish label too, in one search field
    press(shown, "d", "v", "b", "x")  # the last code denied, then the other mixed and taken off
    go_to(shown, "Apua ostettiin")
    press(shown, "ArrowRight", "Shift+ArrowRight", "Enter")
    shown.page.keyboard.type("apua")
    press(shown, "Enter", "Escape", "r")
    go_to(shown, "Aikataulu")
    press(shown, "r", "w")
    all_saved(shown)
    codings = {(row[1], row[2]): (row[4], row[7]) for row in table(desk, "codings")}
    text = desk.material.text("p1-final").text

    def passage(quote: str) -> str:
        return f"p1-final-{text.index(quote)}-{text.index(quote) + len(quote)}"

    schedule, staff = (
        passage("Aikataulu oli liian tiukka."),
        passage("Henkilöstö vaihtui kesken hankkeen."),
    )
    help_ = passage("Apua ostettiin")
    assert codings == {
        (schedule, "challenge.schedule"): ("affirm", "unsure"),
        (staff, "challenge.schedule"): ("deny", ""),
        (help_, "response.bought_help"): ("affirm", ""),
    }
    assert [row[1:4] for row in table(desk, "relations")] == [[help_, schedule, "answers"]]
    assert table(desk, "readings") == [["p1-final", "coder-1", "1", "true", "1.0"]]
    press(shown, "z", "z")
    all_saved(shown)
    assert table(desk, "relations") == []
    press(shown, "y", "y", "y")
    all_saved(shown)
    assert len(table(desk, "relations")) == 1
    assert table(desk, "readings")[0][3] == "true"
    press(shown, "n")
    shown.page.wait_for_function("document.querySelector('.evc-body').lang === 'sv'")
    assert shown.errors == []
    desk.close()


def test_positions_are_code_points_whatever_stands_before(small_study: Study, show: Show) -> None:
    desk = CodingSession(small_study, "coder-1", None, 1, "en")
    shown = opened(show, desk)
    go_to(shown, "Me̊n kunta")
    give(shown, "quality")
    # The mouse cuts an emoji of several code points and a letter with its ring in two.
    cut = """(quote) => {
      for (const atom of document.querySelectorAll('.evc-atom')) {
        const at = atom.textContent.indexOf(quote);
        if (at < 0) continue;
        const range = document.createRange();
        range.setStart(atom.firstChild, at + 3);
        range.setEnd(atom.firstChild, at + quote.length);
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        document.querySelector('.evc-text').dispatchEvent(new PointerEvent('pointerup'));
        return;
      }
    }"""
    shown.page.evaluate(cut, "👩🏽‍💻 koko")
    shown.page.wait_for_function(
        "document.querySelector('.evc-quote').textContent === '👩🏽‍💻 koko'"
    )
    give(shown, "quality")
    all_saved(shown)
    text = desk.material.text("p1-final").text
    rows = table(desk, "segments")
    assert [text[int(row[2]) : int(row[3])] for row in rows] == [row[4] for row in rows]
    assert [row[4] for row in rows] == ["👩🏽‍💻 koko", "Me̊n kunta ei siihen yksin pystynyt."]
    assert shown.errors == []
    desk.close()


def test_what_the_kernel_did_not_acknowledge_is_sent_when_the_panel_comes_back(
    small_study: Study, show: Show
) -> None:
    desk = CodingSession(small_study, "coder-1", None, 1, "fi")
    shown = opened(show, desk)
    shown.alive = False
    go_to(shown, "Aikataulu")
    give(shown, "aikat")
    go_to(shown, "Henkilöstö")
    give(shown, "henk")
    assert shown.page.locator(".evc-saved").inner_text() == "2 tallentamatta"
    assert desk.journal.events == []
    assert shown.page.locator(".evc-chip").count() == 2
    desk.close()
    desk = CodingSession(small_study, "coder-1", None, 1, "fi")  # the kernel has been started again
    shown.answer = lambda message: list(desk.receive(message))
    shown.alive = True
    shown.open()
    all_saved(shown)
    assert len(table(desk, "codings")) == 2
    shown.open()
    shown.page.wait_for_selector(".evc-chip")
    assert shown.page.locator(".evc-chip").count() == 2
    assert len(desk.journal.events) == 2
    desk.close()


def test_a_refused_act_is_shown_until_it_is_put_away(small_study: Study, show: Show) -> None:
    desk = CodingSession(small_study, "coder-1", None, 1, "en")
    shown = opened(show, desk)
    path = small_study.data / "reports" / "text" / "p1-final.txt"
    path.write_text(path.read_text(encoding="utf-8") + "Lisäys.\n", encoding="utf-8")
    desk.material._texts.clear()
    go_to(shown, "Aikataulu")
    give(shown, "schedule")
    notice = shown.page.locator(".evc-notice")
    notice.wait_for()
    assert "The document's text has changed" in notice.inner_text()
    assert "Aikataulu oli liian tiukka." in notice.inner_text()
    shown.open()
    notice.wait_for()
    notice.get_by_role("button").click()
    assert notice.count() == 0
    assert desk.journal.events == []
    desk.close()


def test_suggestions_are_taken_by_the_coder_and_recorded_as_such(
    small_study: Study, show: Show
) -> None:
    desk = CodingSession(small_study, "coder-1", None, 1, "en")
    shown = opened(show, desk)
    shown.page.wait_for_selector(".evc-hint")
    press(shown, "s")
    assert "Aikataulu" in shown.page.locator(".evc-suggestion").inner_text()
    press(shown, "h")
    assert shown.page.locator(".evc-hint").count() == 0
    press(shown, "h", "t")
    all_saved(shown)
    (act,) = desk.journal.events
    assert act.suggestion.matched == "Aikataulu"  # type: ignore[union-attr]
    assert act.passage.quote == "Aikataulu oli liian tiukka."  # type: ignore[union-attr]
    assert shown.page.locator(".evc-hint").count() == 0
    desk.close()


def test_a_second_panel_can_only_read_and_says_why(
    small_study: Study, show: Show, tmp_path: Path
) -> None:
    desk = CodingSession(small_study, "coder-1", None, 1, "en")
    desk.journal.locked_by = "other"
    desk._try_again = lambda: None  # type: ignore[method-assign]
    shown = opened(show, desk)
    assert "another panel" in shown.page.locator(".evc-notice").inner_text()
    go_to(shown, "Aikataulu")
    give(shown, "schedule")
    assert not any(message["kind"] == "acts" for message in shown.sent)
    assert "only be read" in shown.page.locator(".evc-told").inner_text()
    desk.close()


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_panel_has_no_fault_that_axe_can_find(
    small_study: Study, show: Show, language: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    desk = CodingSession(small_study, "coder-1", None, 1, language)  # type: ignore[arg-type]
    shown = opened(show, desk)
    shown.page.evaluate("language => { document.documentElement.lang = language; }", language)
    go_to(shown, "Aikataulu")
    give(shown, "schedule")
    press(shown, "Shift+ArrowDown")
    give(shown, "staff")
    all_saved(shown)
    for keys in ([], ["c"], ["Escape", "g"], ["Escape", "?"]):
        press(shown, *keys)
        found = Axe().run(shown.page).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []
    desk.close()


def test_keys_stay_within_the_panel(small_study: Study, show: Show) -> None:
    desk = CodingSession(small_study, "coder-1", None, 1, "en")
    shown = opened(show, desk)
    shown.page.evaluate(
        "window.heard = []; document.addEventListener('keydown', e => window.heard.push(e.key))"
    )
    press(shown, "ArrowDown", "d", "x", "c", "a", "Escape", "Control+s", "z")
    assert shown.page.evaluate("window.heard") == []
    marked = shown.page.locator(".evc").get_attribute("data-lm-suppress-shortcuts")
    assert marked == "true"
    desk.close()


def test_browser_and_kernel_make_the_same_of_any_acts(small_study: Study, show: Show) -> None:
    import random

    chance = random.Random(5)
    kinds = {"r": "response", "c": "challenge", "g": "goal"}
    runs: list[list[dict[str, Any]]] = []
    for _ in range(120):
        acts: list[dict[str, Any]] = []
        for number in range(chance.randrange(14)):
            base = {"id": f"act-{number:05}", "document_id": "d"}
            place = [chance.randrange(2), 5]
            code = chance.choice(list(kinds))
            target = [chance.randrange(2), 5]
            acts.append(base | chance.choice([
                {"act": "code", "code_id": code, "polarity": chance.choice(["affirm", "deny"]),
                 "passage": {"start": place[0], "end": 5, "quote": "x"}, "kind": kinds[code],
                 "text_sha256": "", "day": "2026-01-02"},
                {"act": "uncode", "place": place, "code_id": code},
                {"act": "read", "complete": chance.random() < 0.5},
                {"act": "relate", "source": place, "target": target},
                {"act": "unrelate", "source": place, "target": target},
                {"act": "undo", "of": f"act-{chance.randrange(max(1, number)):05}"},
            ]))  # fmt: skip
        runs.append(acts)
    source = load_module(CODING).replace("export default", "window.fold = fold;\nexport default")
    desk = CodingSession(small_study, "coder-1", None, 1, "en")
    shown = show(lambda message: list(desk.receive(message)), source)
    shown.page.wait_for_selector(".evc-words")
    browser = shown.page.evaluate(
        """([runs, kinds]) => runs.map((acts) => {
          const state = fold(acts, (id) => kinds[id]);
          return [state.codings.map((c) => [c.start, c.end, c.code_id, c.polarity]),
            state.relations.map((r) => [r.source, r.target]).sort(), state.complete];
        })""",
        [runs, kinds],
    )
    kernel = []
    for acts in runs:
        state = replay([parse_event(act) for act in acts])
        reading = state.readings.get("d")
        kernel.append([
            [[*key[1:], marked.coding.polarity] for key, marked in state.codings.items()],
            [[list(source), list(target)] for _, source, target, _ in state.relations],
            reading.complete if reading else None,
        ])  # fmt: skip
    assert json.loads(json.dumps(browser)) == kernel
    desk.close()
