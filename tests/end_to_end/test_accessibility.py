"""The report's pages in a real browser: accessible in every state, found one's way in, quick."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from places import ROOT, Place

sys.path.insert(0, str(ROOT))

from tools.page_checks import SOME_SCREENS, check_page, open_browser

pytestmark = [pytest.mark.slow, pytest.mark.browser]

PAGES = {
    "fi": "default/digikannustin-valiraportti-fi.html",
    "sv": "region-06_language-sv/digitaliseringsincitamentet-delrapport-sv.html",
    "en": "region-06_language-en/digital-incentive-interim-report-en.html",
}
MEGABYTES = 3


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    with open_browser(chromium) as opened:
        yield opened


@pytest.fixture(params=PAGES)
def path(built: Place, request: pytest.FixtureRequest) -> Path:
    return built.root / "reports" / "_build" / PAGES[str(request.param)]


def test_no_state_of_the_page_has_a_fault(browser: Any, path: Path) -> None:
    checks = check_page(browser, path, SOME_SCREENS)
    assert {(one.width, one.scheme) for one in checks} == set(SOME_SCREENS)
    states = {one.state for one in checks if one.name == "axe"}
    assert states == {"page", "contents and search", "table sorted and filtered", "figure enlarged",
                      "evidence", "print"}  # fmt: skip
    told = {(one.name, one.state, one.width, one.scheme): one.faults for one in checks}
    assert {key: faults for key, faults in told.items() if faults} == {}


def test_checks_find_what_is_wrong(browser: Any, path: Path, tmp_path: Path) -> None:
    wrong = (
        "<section><h6>H</h6><p><img src='data:,'></p><p><a href='#content'>x</a></p>"
        "<div style='width: 2000px; height: 9px; background: red'></div></section></main>"
    )
    page = tmp_path / "wrong.html"
    page.write_text(path.read_text("utf-8").replace("</main>", wrong, 1), "utf-8")
    found = {one.name for one in check_page(browser, page, SOME_SCREENS[:1]) if one.faults}
    assert found >= {"axe", "overflow", "targets", "headings"}


def test_the_first_view_is_quick_and_holds_messages_judgements_and_recommendations(
    browser: Any, path: Path
) -> None:
    assert path.stat().st_size < MEGABYTES * 1_000_000
    page = browser.new_page(viewport={"width": 1400, "height": 900})
    page.goto(path.as_uri())
    for part in (".messages", ".glance"):
        box = page.locator(part).bounding_box()
        assert box["y"] > 0
        assert box["y"] + box["height"] <= 900, part
    # Of one region no recommendation may be due.
    lists = page.locator(".glance ul")
    assert lists.count() == (2 if path.parent.name == "default" else lists.count()) > 0
    assert lists.first.locator("li").count() == 6
    page.close()
