"""Evidence as a person with a keyboard has it, with and without scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser

# What the panel shows and has; asked in one go, since there are a hundred links.
STATE = """() => {
  const panel = document.getElementById("evidence-panel");
  const link = document.activeElement;
  return {
    open: panel.open,
    key: (panel.querySelector(".evidence-key") || {}).textContent || "",
    text: panel.innerText,
    inside: panel.contains(link),
    focus: link.id,
    href: link.getAttribute("href") || "",
    evidence: link.classList.contains("evidence-link"),
    of: ((link.querySelector(".indicator") || {}).dataset || {}).key || "",
  };
}"""


def opened(browser: Any, path: Path, width: int, **options: Any) -> Any:
    """The report in a window; `said` takes what it asks for and complains of."""
    page = browser.new_page(viewport={"width": width, "height": 800}, **options)
    page.said = []
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.on("request", lambda request: page.said.append(request.url))
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize(("width", "least"), [(1280, 100), (320, 6)])
def test_every_number_opens_its_evidence_by_keyboard(
    browser: Any, report: dict[str, Path], small: Path, width: int, least: int
) -> None:
    """Of all numbers on a wide screen, of some of every kind on a phone."""
    page = opened(browser, report["html"] if width == 1280 else small, width)
    wanted = page.eval_on_selector_all("main a.evidence-link", "links => links.map(l => l.id)")
    definitions = page.evaluate(
        "Object.fromEntries([...evidence().querySelectorAll('.evidence')]"
        ".map(e => [e.id, e.querySelector('p').textContent]))"
    )
    assert len(wanted) > least
    seen = []
    for _ in range(len(wanted) + 200):
        page.keyboard.press("Tab")
        before = page.evaluate(STATE)
        if not before["evidence"]:
            if len(seen) == len(wanted):
                break
            continue
        page.keyboard.press("Enter")
        shown = page.evaluate(STATE)
        assert shown["open"], before
        assert shown["inside"], before
        key = before["of"].replace(".bounds", ".share")
        assert not key or shown["key"] == key
        definition = " ".join(definitions[before["href"][1:]].split())
        assert definition in " ".join(shown["text"].split())
        page.keyboard.press("Escape")
        after = page.evaluate(STATE)
        assert not after["open"]
        assert after["focus"] == before["focus"]
        seen.append(before["focus"])
    assert seen == wanted
    assert [text for text in page.said if not text.startswith(("data:", "file:"))] == []
    page.close()


@pytest.mark.parametrize("width", [1280, 320])
def test_the_page_is_accessible_with_the_panel_open_and_closed(
    browser: Any, small: Path, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = opened(browser, small, width)
    for anchor in (None, "ev-result-automation-share", "ev-finding-"):
        if anchor:
            page.locator(f"main a.evidence-link[href^='#{anchor}']").first.press("Enter")
            assert page.evaluate(STATE)["open"]
            ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
            assert len(ids) == len(set(ids))
        found = Axe().run(page).response["violations"]
        told = [(each["id"], each["nodes"][0]["html"][:200]) for each in found]
        assert told == [], (width, anchor)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.keyboard.press("Escape")
    page.close()


def test_beside_the_text_the_panel_covers_none_of_it(browser: Any, report: dict[str, Path]) -> None:
    page = opened(browser, report["html"], 1280)
    link = page.locator("main a.evidence-link").first
    before = link.bounding_box()
    link.click()
    panel, after = page.locator("#evidence-panel").bounding_box(), link.bounding_box()
    assert after == before
    assert panel["x"] + panel["width"] <= page.locator("main h1").bounding_box()["x"]
    page.locator("#evidence-panel button").click()
    assert not page.evaluate(STATE)["open"]
    page.close()


def test_links_in_the_panel_lead_to_the_uses_and_to_the_appendix(
    browser: Any, report: dict[str, Path]
) -> None:
    page = opened(browser, report["html"], 320)
    first = page.locator("main a.evidence-link").first
    first.press("Enter")
    page.locator("#evidence-panel .evidence-use").first.press("Enter")
    assert not page.evaluate(STATE)["open"]
    assert page.evaluate("location.hash").startswith("#use-")
    assert page.evaluate("document.querySelector(':target') !== null")
    first.press("Enter")
    entry = first.get_attribute("href")
    assert page.locator(entry).count() == 0
    page.locator("#evidence-panel .evidence-whole a").press("Enter")
    assert not page.evaluate(STATE)["open"]
    assert page.locator(entry).is_visible()
    assert page.evaluate("'#' + document.activeElement.id") == entry
    page.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_back_closes_the_panel_and_a_link_to_an_entry_opens_it(
    browser: Any, report: dict[str, Path], width: int
) -> None:
    page = opened(browser, report["html"], width)
    page.evaluate("location.hash = '#content'")
    links = page.locator("main a.evidence-link")
    for number in (3, 7):
        links.nth(number).click()
        entry = links.nth(number).get_attribute("href")
        assert page.evaluate(STATE)["open"]
        assert page.evaluate("location.hash") == entry
        assert page.locator(entry).count() == 0
        page.go_back()
        assert not page.evaluate(STATE)["open"]
        assert page.evaluate("location.hash") == "#content"
        page.go_forward()
        assert page.evaluate(STATE)["open"]
        page.keyboard.press("Escape")
        assert page.evaluate("location.hash") == "#content"
    deep = opened(browser, Path(report["html"]), width)
    deep.goto(f"{report['html'].as_uri()}{entry}")
    deep.reload()
    state = deep.evaluate(STATE)
    assert state["open"]
    assert state["key"] in deep.evaluate(
        "name => evidence().querySelector(name).textContent", entry
    )
    deep.keyboard.press("Escape")
    assert deep.evaluate(STATE)["href"] == entry
    assert deep.evaluate("location.hash") == ""
    page.close()
    deep.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_back_returns_to_the_evidence_from_which_a_link_led_away(
    browser: Any, report: dict[str, Path], width: int
) -> None:
    """To a use in the text, and from the evidence of a finding to that of its number."""
    page = opened(browser, report["html"], width)
    linked = ".evidence[id^='ev-finding-']:has(a.evidence-use):has(a[href^='#ev-'])"
    first = "#" + page.evaluate(f'evidence().querySelector("{linked}").id')
    page.goto("about:blank")
    page.goto(f"{report['html'].as_uri()}{first}")
    key = page.evaluate(STATE)["key"]
    panel = page.locator("#evidence-panel")
    panel.locator("a.evidence-use").first.click()
    assert not page.evaluate(STATE)["open"]
    assert page.evaluate("location.hash").startswith("#use-")
    page.go_back()
    assert page.evaluate("location.hash") == first
    assert page.evaluate(STATE)["open"]
    assert page.evaluate(STATE)["key"] == key
    panel.locator(".evidence a[href^='#ev-']").first.click()
    number = page.evaluate("location.hash")
    assert number not in {"", first}
    page.go_back()
    assert page.evaluate("location.hash") == first
    assert page.evaluate(STATE)["key"] == key
    page.go_forward()
    assert page.evaluate("location.hash") == number
    page.keyboard.press("Escape")
    assert not page.evaluate(STATE)["open"]
    assert page.evaluate("location.hash") == ""
    page.go_back()
    assert page.evaluate("location.hash") == first
    page.go_back()
    assert page.url == "about:blank"
    page.close()


def test_the_list_of_evidence_is_folded_until_it_is_asked_for(
    browser: Any, report: dict[str, Path]
) -> None:
    page = opened(browser, report["html"], 1280)
    assert page.locator("main .evidence").count() == 0
    button = page.locator(".evidence-unfold")
    assert button.get_attribute("aria-expanded") == "false"
    button.click()
    assert button.get_attribute("aria-expanded") == "true"
    assert page.locator(".evidence:visible").count() == page.locator("main .evidence").count() > 100
    button.click()
    assert page.locator(".evidence:visible").count() == 0
    page.emulate_media(media="print")
    assert page.locator(".evidence:visible").count() == 0
    page.close()


def test_the_evidence_is_data_until_it_is_asked_for_and_not_printed(
    browser: Any, report: dict[str, Path]
) -> None:
    page = opened(browser, report["html"], 1280)
    entries = page.evaluate("evidence().querySelectorAll('.evidence').length")
    assert entries > 100
    assert page.locator(".evidence").count() == 0
    chapter = page.locator(".evidence-entries")
    page.emulate_media(media="print")
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    # The PDF has it in short form, which is said; whoever unfolded the list wants it on paper.
    told = "each => getComputedStyle(each, '::before').content"
    assert len(chapter.evaluate(told)) > 40
    assert chapter.evaluate("each => each.offsetHeight") < 200
    page.emulate_media(media="screen")
    page.locator(".evidence-unfold").click()
    page.emulate_media(media="print")
    assert page.locator("main .evidence:visible").count() == entries
    assert chapter.evaluate(told) in {"none", "normal"}
    page.close()


def test_without_scripts_links_lead_to_the_appendix_and_back(
    browser: Any, report: dict[str, Path]
) -> None:
    page = opened(browser, report["html"], 1280, java_script_enabled=False)
    link = page.locator("main a.evidence-link").first
    goal = link.get_attribute("href")
    link.click()
    assert page.url.endswith(goal)
    entry = page.locator(goal)
    assert entry.is_visible()
    entry.locator("a.evidence-use").first.click()
    assert page.url.endswith(f"#{link.get_attribute('id')}")
    page.close()
