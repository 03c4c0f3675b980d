"""What is checked of a built page in a real browser, so that the statement of accessibility and the
tests speak of the same checks.

Every state of the page (contents open, words searched, table sorted and filtered, figure enlarged,
evidence open)
is audited by axe-core in every width and colour scheme, in one browser session. The whole page is
audited once on a wide screen and once on a phone in dark; the states only where they differ from
it, since axe looks at each element of a long report anew. Tests take each width in one scheme.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WIDTHS = (1400, 768, 390, 320)
SCREENS = tuple((width, scheme) for width in WIDTHS for scheme in ("light", "dark"))
SOME_SCREENS = ((1400, "light"), (768, "dark"), (390, "dark"), (320, "light"))
TARGET = 24
"""Pixels that whatever is pressed measures at least (WCAG 2.2, 2.5.8); links in a sentence need
not."""

_TARGETS = """least => [...document.querySelectorAll(
    "a[href], button, input, select, summary, [role=tab]")].filter(each => {
  const box = each.getBoundingClientRect();
  if (!each.checkVisibility() || !box.width || each.closest(".skip")) { return false; }
  if (box.width >= least - .5 && box.height >= least - .5) { return false; }
  if (each.tagName !== "A") { return true; }
  const block = each.closest("p, li, td, th, dd, figcaption, blockquote, div");
  const all = block.textContent.replace(/\\s+/g, " ").trim();
  return all.length - each.textContent.trim().length < 3;
}).map(each => each.outerHTML.slice(0, 160))"""
_ORDER = """() => {
  const tops = [...document.querySelectorAll("main > *, main section > *")]
    .filter(each => each.checkVisibility() && each.getBoundingClientRect().height)
    .map(each => [each.getBoundingClientRect().top + scrollY, each.outerHTML.slice(0, 120)]);
  return tops.filter((one, at) => at && one[0] < tops[at - 1][0] - 1).map(one => one[1]);
}"""
_LEVELS = """() => [...document.querySelectorAll("main :is(h1,h2,h3,h4,h5,h6)")]
  .filter(each => each.checkVisibility())
  .filter((each, at, all) => at && +each.tagName[1] > +all[at - 1].tagName[1] + 1)
  .map(each => each.outerHTML.slice(0, 120))"""
_STOPS = """() => [...document.querySelectorAll(
    "a[href], button, input, summary, [tabindex='0']")]
  .filter(each => each.checkVisibility() && !each.disabled && each.tabIndex >= 0)"""
_SCROLLING = """() => [...document.querySelectorAll(".table-scroll")]
  .filter(each => each.scrollWidth > each.clientWidth).length"""
_FIRST = [["#contents"], ["main > header"], ["main > section:first-of-type"], [".colophon"]]


@dataclass(frozen=True)
class Check:
    """What came of one check.

    Arguments:
        name: `axe`, `overflow`, `targets`, `order`, `headings`, `keyboard`.
        state: of the page. width, scheme: of the screen.
        faults: what is wrong, with where it stands; empty where it holds.
        passed: rules of axe that hold. unsure: places that axe leaves to a person.
        drawn: those of them that are words in drawings, whose contrast is computed from the colours
            of the drawing (`tests/charts/test_figures_on_screen.py`).
    """

    name: str
    state: str
    width: int
    scheme: str
    faults: tuple[str, ...] = ()
    passed: int = 0
    unsure: int = 0
    drawn: int = 0


@contextmanager
def open_browser(program: str) -> Iterator[Any]:
    """A browser, given its program, in which nothing is sent out."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield browser
        browser.close()


def check_page(
    browser: Any, path: Path, screens: Sequence[tuple[int, str]] = SCREENS
) -> list[Check]:
    """All checks of one page, in the order of screens (width and scheme) and states."""
    found: list[Check] = []
    for width, scheme in screens:
        page = browser.new_page(
            viewport={"width": width, "height": 900}, color_scheme=scheme, reduced_motion="reduce"
        )
        page.goto(path.as_uri())
        whole = (width, scheme) in ((1400, "light"), (390, "dark"))
        found += _check_screen(page, width, scheme, whole)
        page.close()
    return found


def _check_screen(page: Any, width: int, scheme: str, whole: bool) -> Iterator[Check]:
    def plain(name: str, state: str, told: list[str]) -> Check:
        return Check(name, state, width, scheme, tuple(told))

    def overflow(state: str) -> Check:
        wide = page.evaluate("document.documentElement.scrollWidth")
        return plain("overflow", state, [f"{wide} px"] if wide > width else [])

    if whole:
        yield _axe(page, "page", width, scheme, None)
    yield overflow("page")
    if scheme == "light":
        yield plain("targets", "page", page.evaluate(_TARGETS, TARGET))
        yield plain("headings", "page", page.evaluate(_LEVELS))
    if (width, scheme) == (320, "light"):
        yield plain("order", "page", page.evaluate(_ORDER))
    if (width, scheme) == (1400, "light"):
        yield plain("keyboard", "page", _unreached(page))
    page.evaluate("document.querySelector('#contents details').open = true")
    page.locator("#contents input").fill("2019")
    yield _axe(page, "contents and search", width, scheme, _FIRST)
    yield overflow("contents and search")
    if width < 1120:
        page.keyboard.press("Escape")
    table = page.locator("figure.table-figure:has(.filter)").first
    if table.count():
        if (button := table.locator(".sort").first).is_visible():
            button.press("Enter")
        table.locator(".filter input").fill("a")
        name = table.get_attribute("id")
        yield _axe(page, "table sorted and filtered", width, scheme, [[f"#{name}"]])
    # One figure with a drawing for this width, and one that is scrolled.
    for kind in (":has(.chart-narrow)", ":has(.chart-scroll)"):
        figure = page.locator(f"figure.chart-figure{kind}").first
        if figure.count():
            figure.locator(".figure-tools > button").first.press("Enter")
            yield _axe(page, "figure enlarged", width, scheme, [[".figure-dialog"]])
            yield overflow("figure enlarged")
            yield plain("targets", "figure enlarged", page.evaluate(_TARGETS, TARGET))
            page.keyboard.press("Escape")
    link = page.locator("main a.evidence-link").first
    if link.count():
        link.press("Enter")
        yield _axe(page, "evidence", width, scheme, [["#evidence-panel"]])
        yield overflow("evidence")
        told = page.evaluate(_TARGETS, TARGET)
        yield plain("targets", "evidence", told)
        page.keyboard.press("Escape")
    if scheme == "light" and width == 1400:
        page.emulate_media(media="print")
        yield _axe(page, "print", width, scheme, _FIRST[1:3])


def _axe(page: Any, state: str, width: int, scheme: str, include: list[list[str]] | None) -> Check:
    from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]

    there = [each for each in include or [] if page.locator(each[0]).count()]
    # Landmarks, headings and the like are questions to a whole page.
    # Of kinds of results that are not asked for axe gives one place a rule.
    options = {"resultTypes": ["violations", "incomplete"]} | (
        {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]} if there else {}
    )
    told = Axe().run(page, context={"include": there} if there else None, options=options).response
    faults = tuple(
        f"{each['id']}: {node['html'][:160]}"
        for each in told["violations"]
        for node in each["nodes"]
    )
    unsure = [node["html"] for each in told["incomplete"] for node in each["nodes"]]
    drawn = sum(html.startswith(("<text", "<tspan")) for html in unsure)
    return Check("axe", state, width, scheme, faults, len(told["passes"]), len(unsure), drawn)


def _unreached(page: Any) -> list[str]:
    """What can be used and is not reached by the key Tab alone from the page's beginning."""
    count = page.evaluate(f"window.wanted = new Set(({_STOPS})()), window.wanted.size")
    page.evaluate("document.activeElement.blur()")
    for _ in range(count + 5):
        page.keyboard.press("Tab")
        page.evaluate("window.wanted.delete(document.activeElement)")
    return list(page.evaluate("[...window.wanted].map(each => each.outerHTML.slice(0, 160))"))


def count_scrolling_tables(browser: Any, path: Path, width: int = 320) -> int:
    """Tables that are wider than a screen of a width and scroll there by themselves."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.goto(path.as_uri())
    found = int(page.evaluate(_SCROLLING))
    page.close()
    return found
