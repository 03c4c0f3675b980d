"""The report's pages in a real browser: accessible in every state, found one's way in, quick."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from places import ROOT, Place

sys.path.insert(0, str(ROOT))

from tools.page_checks import SOME_SCREENS, check_page

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PAGES = {
    "fi": "default/digikannustin-valiraportti-fi.html",
    "sv": "region-06_language-sv/digitaliseringsincitamentet-delrapport-sv.html",
    "en": "region-06_language-en/digital-incentive-interim-report-en.html",
}
# The whole page is audited on the first and the third: in Finnish on both, else on one of them.
SCREENS = {"fi": SOME_SCREENS, "sv": (*SOME_SCREENS[:2], SOME_SCREENS[3]), "en": SOME_SCREENS[1:]}
MEGABYTES = 3
CRITERIA = {
    "fi": "tarkoituksenmukaisuus yhteensopivuus tuloksellisuus tehokkuus vaikuttavuus kestävyys",
    "sv": "relevans samstämmighet måluppfyllelse effektivitet effekter hållbarhet",
    "en": "relevance coherence effectiveness efficiency impact sustainability",
}


@pytest.fixture(params=PAGES)
def path(built: Place, request: pytest.FixtureRequest) -> Path:
    return built.root / "reports" / "_build" / PAGES[str(request.param)]


@pytest.mark.parametrize("language", PAGES)
def test_no_state_of_the_page_has_a_fault(browser: Any, built: Place, language: str) -> None:
    path = built.root / "reports" / "_build" / PAGES[language]
    checks = check_page(browser, path, SCREENS[language])
    assert {(one.width, one.scheme) for one in checks} == set(SCREENS[language])
    states = {one.state for one in checks if one.name == "axe"}
    assert states >= {
        "page", "contents and search", "table sorted and filtered", "figure enlarged", "evidence",
    }  # fmt: skip
    assert ("print" in states) == (language != "en")
    told = {(one.name, one.state, one.width, one.scheme): one.faults for one in checks}
    assert {key: faults for key, faults in told.items() if faults} == {}


def test_checks_find_what_is_wrong(browser: Any, built: Place, tmp_path: Path) -> None:
    """In the first sections of a report: audits of the whole take long."""
    wrong = (
        "<section><h6>H</h6><p><img src='data:,'></p><p><a href='#content'>x</a></p>"
        "<div style='width: 2000px; height: 9px; background: red'></div></section>"
    )
    tree = html.parse(str(built.root / "reports" / "_build" / PAGES["fi"]))
    (main,) = tree.iterfind(".//main")
    for section in main.findall("section")[3:]:
        main.remove(section)
    main.append(html.fragment_fromstring(wrong))
    page = tmp_path / "wrong.html"
    page.write_bytes(html.tostring(tree, encoding="utf-8"))
    found = {one.name for one in check_page(browser, page, SOME_SCREENS[:1]) if one.faults}
    assert found >= {"axe", "overflow", "targets", "headings"}


def test_the_first_view_is_quick_asks_for_nothing_and_holds_messages_and_judgements(
    browser: Any, path: Path
) -> None:
    assert path.stat().st_size < MEGABYTES * 1_000_000
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    for part in (".messages", ".glance"):
        box = page.locator(part).bounding_box()
        assert box["y"] > 0
        assert box["y"] + box["height"] <= 900, part
    # Of one region no recommendation may be due.
    lists = page.locator(".glance ul")
    assert lists.count() == (2 if path.parent.name == "default" else lists.count()) > 0
    # Those that cannot be told for one reason share a row.
    told = lists.first.inner_text().replace("\N{SOFT HYPHEN}", "").casefold()
    language = page.locator("html").get_attribute("lang")
    assert [name for name in CRITERIA[language].split() if name not in told] == []
    page.close()


def test_on_a_phone_and_a_tablet_the_first_view_holds_messages_and_ways_to_the_rest(
    browser: Any, path: Path
) -> None:
    for width, height in ((390, 844), (768, 1000)):
        page = browser.new_page(viewport={"width": width, "height": height})
        page.goto(path.as_uri())
        assert page.locator(".notice").is_visible()
        assert page.locator("h1").is_visible()
        ways = page.locator(".ways-down a")
        assert ways.count() == page.locator(".glance ul").count()
        ends = [*_ends(page.locator(".messages p"))[:4], *_ends(ways)]
        assert max(ends) <= height, width
        if width == 768:
            assert max(_ends(page.locator(".messages p"))) <= height
            assert _ends(page.locator(".glance li"))[0] <= height
        ways.last.click()
        assert page.locator(".glance ul").last.bounding_box()["y"] < height
        page.close()


def _ends(places: Any) -> list[float]:
    boxes = [each.bounding_box() for each in places.all()]
    return [box["y"] + box["height"] for box in boxes]


def test_a_link_into_the_page_arrives_at_once(browser: Any, path: Path) -> None:
    """Not by scrolling over tens of thousands of pixels, also where motion is welcome."""
    page = browser.new_page(viewport={"width": 390, "height": 844}, reduced_motion="no-preference")
    page.goto(path.as_uri())
    target = page.locator(".contents li li a").last.get_attribute("href")
    page.evaluate("hash => { location.hash = hash; }", target)
    top = page.evaluate("hash => document.querySelector(hash).getBoundingClientRect().top", target)
    assert abs(top) < 844
    page.close()
