"""The page as a reader uses it: where one is, finding, sorting, saving, in light and dark."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from .conftest import cell, figure_output, staged, table_output

pytestmark = pytest.mark.browser

ROWS = [("Tampere", "1 200", "12 %"), ("Turku", "−3", "9 %"), ("Åbo, ”staden”", "0,5", "–"),
        ("Espoo", "40", "100 %"), ("Kuopio", "7", "3/52"), ("=1+1", "8", "1 %")]  # fmt: skip
TABLE = "| Kunta | Määrä | Osuus |\n|:--|--:|--:|\n" + "".join(
    f"| {' | '.join(row)} |\n" for row in ROWS
)
LONG = "\n\n".join(f"Kappale {number} kertoo asiasta." for number in range(40))
BODY = f"""
# Ensimmäinen luku {{#sec-yksi}}

{LONG}

{{{{< embed /notebooks/n.ipynb#tbl-n >}}}}

# Toinen luku {{#sec-kaksi}}

Tässä kerrotaan juurtu­misesta ja muusta.

{{{{< embed /notebooks/n.ipynb#fig-n >}}}}

{LONG}
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two long chapters, a table that can be sorted and a figure."""
    report = staged(tmp_path_factory.mktemp("reading"))
    table = cell("#| label: tbl-n\n#| tbl-cap: Kunnat\nx", table_output(TABLE))
    figure = cell("#| label: fig-n\n#| fig-cap: Kuva\n#| fig-alt: Alt\nx", figure_output())
    report.notebook("notebooks/n.ipynb", table, figure)
    report.front.update({"toc": "true"})
    report.html(BODY)
    return report.folder / "out/report.html"


@pytest.fixture
def page(browser: Any, path: Path) -> Iterator[Any]:
    opened = browser.new_page(viewport={"width": 1280, "height": 800})
    opened.goto(path.as_uri())
    yield opened
    opened.close()


def arrive(page: Any, told: str) -> None:
    """Wait until a condition holds; the page's own policy forbids to let it wait itself."""
    for _ in range(100):
        if page.evaluate(told):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"it never came to this: {told}")


def shown(page: Any) -> list[str]:
    """First column of the table as it stands."""
    return list(page.locator("#tbl-n tbody tr > :first-child").all_text_contents())


def test_the_contents_tell_where_the_reader_is(page: Any) -> None:
    for section in ("sec-kaksi", "sec-yksi"):
        page.evaluate(
            f"document.getElementById('{section}').scrollIntoView({{behavior: 'instant'}})"
        )
        arrive(page, f"document.querySelector('#contents [aria-current]')?.hash === '#{section}'")
    assert page.locator("#contents [aria-current]").count() == 1


def test_a_word_is_found_whatever_its_case_and_hyphens_and_the_link_leads_to_it(page: Any) -> None:
    field = page.get_by_role("searchbox", name="Etsi raportista")
    field.fill("JUURTUMIS")
    link = page.locator(".found a")
    assert link.count() == 1
    assert link.locator("strong").text_content() == "juurtumis"
    link.click()
    arrive(page, "document.querySelector('.hit') !== null")
    arrive(page, "Math.abs(document.querySelector('.hit').getBoundingClientRect().y - 400) < 400")
    field.fill("sanaa ei ole")
    assert page.locator(".found").inner_text().strip() == "Ei osumia"
    field.fill("<b>")
    assert page.locator(".found b").count() == 0


def test_every_section_has_a_link_of_its_own(page: Any) -> None:
    links = page.locator("main .section-link")
    assert [link.get_attribute("href") for link in links.all()] == ["#sec-yksi", "#sec-kaksi"]
    assert links.first.get_attribute("aria-label").startswith("Linkki osioon: ")


def test_a_table_is_sorted_by_numbers_as_they_are_written_and_back(page: Any) -> None:
    given = [row[0] for row in ROWS]
    assert shown(page) == given
    amount = page.locator("#tbl-n th", has_text="Määrä")
    amount.locator("button").click()
    assert amount.get_attribute("aria-sort") == "descending"
    assert shown(page) == ["Tampere", "Espoo", "=1+1", "Kuopio", ROWS[2][0], "Turku"]
    amount.locator("button").click()
    assert amount.get_attribute("aria-sort") == "ascending"
    assert shown(page) == ["Turku", ROWS[2][0], "Kuopio", "=1+1", "Espoo", "Tampere"]
    amount.locator("button").click()
    assert amount.get_attribute("aria-sort") is None
    assert shown(page) == given


def test_a_table_can_be_taken_along_as_csv_without_formulas(page: Any) -> None:
    link = page.locator("#tbl-n figcaption a", has_text="Lataa CSV")
    assert link.get_attribute("download") == "report-taulukko-1.csv"
    head, _, data = link.get_attribute("href").partition(",")
    assert head == "data:text/csv;charset=utf-8"
    read = list(csv.reader(io.StringIO(unquote(data).lstrip("\ufeff"))))
    assert read[0] == ["Kunta", "Määrä", "Osuus"]
    # A column of numbers is plain, a dash is nothing; shares and counts stay as they are printed.
    amounts = ["1200", "-3", "0.5", "40", "7"]
    given = zip(ROWS, amounts, strict=False)
    plain = [[name, amount, share.strip("–")] for (name, _, share), amount in given]
    assert read[1:-1] == plain
    assert read[-1] == ["'=1+1", "8", "1 %"]


def test_a_figure_can_be_saved(page: Any) -> None:
    link = page.locator("#fig-n figcaption a", has_text="Tallenna kuva")
    assert link.get_attribute("download") == "report-kuva-1.svg"
    assert link.get_attribute("href") == page.locator("#fig-n img").get_attribute("src")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 768, 390])
def test_the_page_is_accessible_in_every_width_and_scheme(
    browser: Any, path: Path, width: int, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = browser.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page.goto(path.as_uri())
    page.evaluate("document.querySelector('#contents details').open = true")
    page.get_by_role("searchbox").fill("kertoo")
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"][:200]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


def test_on_a_phone_the_contents_are_a_drawer_that_a_choice_closes(
    browser: Any, path: Path
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800})
    page.goto(path.as_uri())
    drawer = page.locator("#contents details")
    assert drawer.get_attribute("open") is None
    drawer.locator("summary").click()
    assert drawer.get_attribute("open") is not None
    drawer.get_by_role("link", name="Toinen luku").click()
    assert drawer.get_attribute("open") is None
    arrive(page, "location.hash === '#sec-kaksi'")
    # What was asked for is not under the bar.
    arrive(
        page,
        "document.querySelector('#sec-kaksi h2').getBoundingClientRect().top"
        " >= document.querySelector('#contents').getBoundingClientRect().bottom - 1",
    )
    page.close()


@pytest.mark.parametrize("way", ["Escape", "button", "Back"])
def test_on_a_phone_opening_and_closing_the_contents_moves_no_line(
    browser: Any, path: Path, way: str
) -> None:
    page = browser.new_page(viewport={"width": 390, "height": 800}, reduced_motion="reduce")
    page.goto(path.as_uri())
    page.evaluate("document.querySelector('#sec-kaksi').scrollIntoView()")
    page.wait_for_timeout(300)
    where = "Math.round(document.querySelector('#sec-kaksi').getBoundingClientRect().top)"
    drawer = page.locator("#contents details")
    before = page.evaluate(where)
    for _ in range(2):
        drawer.locator("summary").click()
        assert drawer.get_by_role("link", name="Toinen luku").is_visible()
        page.wait_for_timeout(300)
        assert page.evaluate(where) == before
        if way == "Escape":
            page.keyboard.press("Escape")
        elif way == "button":
            drawer.locator("summary").click()
        else:
            page.go_back()
        arrive(page, "!document.querySelector('#contents details').open")
        page.wait_for_timeout(300)
        assert page.evaluate(where) == before
    page.close()
