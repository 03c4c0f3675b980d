"""The page of a sweep, from results made by hand: what is drawn is what is written, in the words of
the study's languages, and everybody can use it."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from evaltools.evidence import load_descriptor
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Indicator, to_record
from evaltools.study import load_study
from evaltools.sweep.multiples import ENDS, MOST_ROWS
from evaltools.sweep.scenario_grid import Scenario, make_grid, name_scenarios, varying
from evaltools.sweep.sweep_page import MARKS, MOST_COLUMNS, SweepPage, write_page

ROOT = Path(__file__).parents[2]
STUDY = load_study(ROOT)
KEY = "challenge.pandemic.share"
HOSTILE = "<script>alert(1)</script>"
# Of the regions in their order: reports that mention it, and reports read; None is withheld.
COUNTS = [(19, 52), (3, 9), (1, 4), None, (0, 1), (1, 5), (12, 20)]
OUTCOMES = ["holds", "does_not_hold", "cannot_be_told", "holds", "holds", "holds", "holds"]


def share(counts: tuple[int, int] | None) -> Indicator:
    if counts is None:
        return Indicator(key=KEY, value=None, unit="share", suppressed=True)
    x, n = counts
    return Indicator(KEY, x / n, "share", x, n, low=x / n / 2, high=(x / n + 1) / 2)


def page_of(
    scenarios: list[Scenario], counts: list[tuple[int, int] | None], outcomes: list[str]
) -> SweepPage:
    done = dict(
        zip([one.name for one in scenarios], zip(counts, outcomes, strict=False), strict=False)
    )
    results: dict[str, Mapping[str, Any]] = {
        one.name: {"outcome": "done", "n": 3, "N": 4, "funded": 5, "problems": []}
        if one.name in done
        else {"outcome": "failed", "problems": [HOSTILE]}
        for one in scenarios
    }

    def read(name: str) -> Mapping[str, Any]:
        number, outcome = done[name]
        judged = {"outcome": outcome, "case": "", "said": f"{outcome} {HOSTILE}"}
        same = judged | {"outcome": "holds"}
        findings = {"commonest-goal": same, "commonest-challenge": judged}
        return {"main": [to_record(share(number))], "findings": findings}

    return SweepPage(
        STUDY, scenarios, varying(scenarios), results, read,
        {scenarios[1].name: f"reports/{scenarios[1].name}.html"}, load_descriptor(STUDY.data),
    )  # fmt: skip


def regions(language: str = "en") -> SweepPage:
    return page_of(make_grid(STUDY, ["region"], {"language": language}), COUNTS, OUTCOMES)


def place_of(mark: html.HtmlElement) -> float:
    return float(mark.get("style").removeprefix("left:").partition("%")[0])


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_a_panel_has_the_highest_value_uppermost_and_names_what_is_withheld(language: str) -> None:
    page, words = regions(language), Words(language)
    names = [page.label(one) for one in page.done]
    assert page.words.language == language
    panel = html.fromstring(write_page(page)).cssselect(".multiples figure")
    assert len(panel) == 1
    rows = panel[0].cssselect("tbody tr")
    expected = sorted(
        ((x / n, name, n) for name, counts in zip(names, COUNTS, strict=True) if counts
         for x, n in [counts]),
        key=lambda one: -one[0],
    )  # fmt: skip
    assert [row.cssselect("th")[0].text for row in rows] == [name for _, name, _ in expected]
    for row, (value, _, n) in zip(rows, expected, strict=True):
        dot = row.cssselect(".dot")[0]
        assert place_of(dot) == pytest.approx(100 * value, abs=0.01)
        assert ("few" in dot.get("class").split()) == (n < 10)
        assert place_of(row.cssselect(".range")[0]) == pytest.approx(50 * value, abs=0.01)
        assert place_of(row.cssselect(".reference")[0]) == pytest.approx(100 * 19 / 52, abs=0.01)
    told = words("sweep.withheld", number=1, names=names[COUNTS.index(None)])
    assert [one.text for one in panel[0].cssselect(".absent")] == [told]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_the_matrix_tells_outcomes_by_mark_and_word_those_that_turn_first(language: str) -> None:
    words = Words(language)
    page = html.fromstring(write_page(regions(language)))
    turned, same = page.cssselect(".matrix tbody tr")
    for row, outcomes in ((turned, OUTCOMES), (same, ["holds"] * len(OUTCOMES))):
        cells = [cell.text_content() for cell in row.cssselect("td")]
        assert cells[:3] == [str(outcomes.count(outcome)) for outcome in MARKS]
        assert cells[3:] == [MARKS[each] + words(f"sweep.mark.{each}") for each in outcomes]


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_scenarios_that_give_the_same_report_are_told_as_such(language: str) -> None:
    """The same numbers twice are two scenarios, and not two reports."""
    page, words = regions(language), Words(language)
    assert words("sweep.alike", count=2) not in write_page(page)
    contents = ["a", "b", "a", "c", "b", "d", "e"]
    for one, content in zip(page.done, contents, strict=True):
        page.results[one.name]["content"] = content  # type: ignore[index]
    text = html.fromstring(write_page(replace(page)))
    assert words("sweep.alike", count=2) in text.text_content()
    rows = [row.cssselect("td")[0].text_content() for row in text.cssselect("#scenarios tbody tr")]
    names = [page.label(one) for one in page.done]
    told = {place: row.partition("; ")[2] for place, row in enumerate(rows[: len(names)])}
    same = {2: words("sweep.same", name=names[0]), 4: words("sweep.same", name=names[1])}
    assert told == {place: same.get(place, "") for place in range(len(names))}


def test_whatever_came_from_elsewhere_is_text() -> None:
    text = write_page(regions())
    page = html.fromstring(text)
    assert not page.cssselect("script")
    failed = page.cssselect('#scenarios [lang="en"]')
    assert [one.text for one in failed] == [HOSTILE] * (20 - len(COUNTS))
    links = {
        link.get("href") for link in page.cssselect("a") if not link.get("href").startswith("#")
    }
    assert links == {"indicators.csv", "findings.csv", "reports/region-01_language-en.html"}
    assert "://" not in text.partition("<body")[2]


def test_a_scenario_is_called_by_what_was_chosen_and_not_by_what_follows_from_it() -> None:
    scenarios = make_grid(STUDY, ["wave"], {"language": "en"})
    assert varying(scenarios) == ("wave", "cutoff")
    page = page_of(scenarios, COUNTS[:2], OUTCOMES[:2])
    labels = STUDY.declaration.parameters["wave"].choices.values()
    assert [page.label(one) for one in scenarios] == [one.in_language("en") for one in labels]


def test_of_many_scenarios_the_page_shows_ends_and_counts() -> None:
    choices = STUDY.declaration.parameters
    pairs = product(choices["region"].choices, choices["municipality_group"].choices)
    scenarios = name_scenarios(
        [STUDY.parameters({"region": one, "municipality_group": two}) for one, two in pairs]
    )
    many = len(scenarios)
    assert many > MOST_COLUMNS
    counts: list[tuple[int, int] | None] = [(number, many) for number in range(many)]
    page = html.fromstring(write_page(page_of(scenarios, counts, ["holds"] * many)))
    values = [row.cssselect(".number")[0].text if row.cssselect(".number") else "…"
              for row in page.cssselect(".multiples tbody tr")]  # fmt: skip
    assert len(values) == 2 * ENDS + 1 <= MOST_ROWS
    assert values.index("…") == ENDS
    for row in page.cssselect(".matrix tbody tr"):
        assert len(row.cssselect("td")) == 3 + MOST_COLUMNS
        assert row.cssselect("td")[0].text == str(many)


@pytest.mark.slow
@pytest.mark.browser
def test_everybody_can_use_the_page_and_it_asks_for_nothing(chromium: str, tmp_path: Path) -> None:
    from axe_playwright_python.sync_playwright import Axe

    from tools.page_checks import SOME_SCREENS, open_browser

    path, asked = tmp_path / "index.html", list[str]()
    path.write_text(write_page(regions()), encoding="utf-8")
    with open_browser(chromium) as browser:
        for width, scheme in SOME_SCREENS:
            page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
            page.on("request", lambda request: asked.append(request.url))
            page.goto(path.as_uri())
            page.evaluate(
                "for (const each of document.querySelectorAll('details')) each.open = true"
            )
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert paper == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 25, 30)"}[scheme]
            found = Axe().run(page, options={"resultTypes": ["violations"]}).response
            assert [one["id"] for one in found["violations"]] == []
    assert {one for one in asked if not one.startswith("data:")} == {path.as_uri()}
