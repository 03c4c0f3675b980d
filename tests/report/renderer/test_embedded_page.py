"""The page as a browser has it: accessible, still, whole at 320 pixels."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from .conftest import Report, cell, figure_output, staged, table_output

pytestmark = pytest.mark.browser

BODY = """
Johdanto[^1] ja "lainaus" @patton2008. Ks. @fig-a, [taulukossa @tbl-n], @eq-a, @lst-a ja @sec-a.

[^1]: Alaviite.

# Luku {#sec-a}

![Teksti](/img/a.svg){#fig-a fig-alt="Alt"}

{{< embed /notebooks/n.ipynb#tbl-n >}}

$$ \\sum_{i=1}^{n} x_i = a_1 + a_2 + a_3 + a_4 + a_5 + a_6 + a_7 + a_8 + a_9 + a_{10} $$ {#eq-a}

```{#lst-a .python lst-cap="Esimerkki"}
hyvin_pitka_nimi = jokin_funktio(ensimmainen_parametri, toinen_parametri, kolmas_parametri)
```

::: {.callout-note}
Huomautus.
:::

::: {.callout-warning title="Varo" collapse="true"}
Sisältö.
:::

::: {.callout-tip appearance="simple"}
Vihje.
:::

::: {.callout-important appearance="minimal"}
Tärkeää.
:::

::: {.callout-caution}
Vaara.
:::

::: {.panel-tabset}
## Yksi
Ensimmäinen [linkki](#kohta).

## Kaksi
[Toinen]{#kohta}
:::

::: {layout-ncol=2}
![A](/img/a.svg)

![B](/img/a.svg)
:::

::: {.column-margin}
Reunassa.
:::

::: {.cover}
Kansi.
:::

::: {.example-notice}
Esimerkki.
:::

::: {.description-sheet}
| Julkaisija | Ministeriö |
|---|---|
| Kieli | suomi |
:::

Termi
: Määritelmä

- [ ] kesken
- [x] valmis

https://example.org/hyvin/pitka/osoite/jota/ei/voi/katkaista/mistaan/kohdasta/ollenkaan/koskaan

## Alaluku {.unnumbered}

> Lainaus.
"""
WIDE = (
    "| Tavoite | Saavutettu mitatusti | Saavutettu | Osittain | Ei saavutettu | Ei raportoitu |\n"
    "|:--|--:|--:|--:|--:|--:|\n| Palvelut | 10 | 20 | 30 | 40 | 50 |\n| Data | 1 | 2 | 3 | 4 | |\n"
)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page with every construct on it."""
    report = staged(tmp_path_factory.mktemp("page"))
    source = "#| label: tbl-n\n#| tbl-cap: Leveä taulukko\nx"
    report.notebook("notebooks/n.ipynb", cell(source, table_output(WIDE)))
    report.front.update({"subtitle": "Alaotsikko", "toc": "true", "abstract": "Lyhyesti.",
                         "author": "Maija", "date": "2023-04-30"})  # fmt: skip
    report.html(BODY)
    return report.folder / "out/report.html"


@pytest.fixture
def page(browser: Any, path: Path) -> Iterator[Any]:
    """The page, opened; `said` takes what it asks for and what it complains of."""
    opened = browser.new_page(viewport={"width": 1280, "height": 900})
    opened.said = []
    opened.on("console", lambda message: opened.said.append(message.text))
    opened.on("request", lambda request: opened.said.append(request.url))
    opened.goto(path.as_uri())
    yield opened
    opened.close()


@pytest.mark.browser
def test_page_is_accessible_still_and_fits_small_screens(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    requests = [text for text in page.said if not text.startswith(("data:", "file:"))]
    assert requests == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map(e => e.id)")
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.reload()
        assert page.evaluate("document.documentElement.scrollWidth") == width
        violations = Axe().run(page).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []
    # On a phone the wide table is cards; readers' aids have it as a table all the same.
    assert page.locator("#tbl-n table").get_attribute("class") == "cards"
    cell = page.get_by_role("table").first.get_by_role("row").nth(1).get_by_role("cell").last
    assert cell.get_attribute("data-column") == "Ei raportoitu"
    levels = page.evaluate("[...document.querySelectorAll('main :is(h1,h2,h3,h4,h5,h6)')]"
                           ".map(e => +e.tagName[1])")  # fmt: skip
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@pytest.mark.browser
def test_tabs_work_by_keyboard_and_by_links_into_them(page: Any) -> None:
    tabs = page.get_by_role("tab")
    assert tabs.all_text_contents() == ["Yksi", "Kaksi"]
    tabs.nth(0).focus()
    page.keyboard.press("ArrowRight")
    assert page.evaluate("document.activeElement.textContent") == "Kaksi"
    assert page.locator("#kohta").is_visible()
    page.keyboard.press("Home")
    assert not page.locator("#kohta").is_visible()
    page.get_by_role("link", name="linkki", exact=True).click()
    assert page.locator("#kohta").is_visible()


@pytest.mark.browser
def test_injected_script_does_not_run(page: Any, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    hostile = (
        "<script>document.title='ajettu'</script><img src=x onerror=\"document.title='ajettu'\">"
    )
    other = path.with_name("hostile.html")
    other.write_text(text.replace("</main>", f"{hostile}</main>"), encoding="utf-8")
    page.goto(other.as_uri())
    page.wait_for_timeout(100)
    assert page.title() == "Raportti"


def test_without_script_all_tabs_are_read_under_their_headings(report: Report) -> None:
    report.notebook("notebooks/n.ipynb", cell("#| label: fig-n\n#| fig-alt: a\nx", figure_output()))
    page = report.content("::: {.panel-tabset}\n## Yksi\nA\n\n## Kaksi\nB\n:::\n")
    assert "hidden" not in page
    assert page.index("Yksi</h2>") < page.index("<p>A</p>") < page.index("Kaksi</h2>")


@pytest.mark.browser
def test_cells_of_cards_and_numbers_keep_their_shape(browser: Any, tmp_path: Path) -> None:
    report = staged(tmp_path)
    told = f"[{'linkki ' * 5}](#a){{.x}} (ei *ratkaise*)"
    row = f"| Palvelut | {told} | 0,74–0,84 {'| 10–20 % ' * 7}|\n"
    head = f"| Aihe | Perustelu {'| Osuus kaikista luetuista raporteista ' * 8}|\n"
    rule = f"|:--|:--{'|--:' * 8}|\n"
    report.html(f"# Luku {{#a}}\n\n{head}{rule}{row * 3}\n\n: Taulukko {{#tbl-m}}\n")
    opened = browser.new_page(viewport={"width": 390, "height": 900})
    opened.goto((tmp_path / "out/report.html").as_uri())
    table = opened.locator("#tbl-m table")
    assert table.get_attribute("class") == "cards"
    # What a card's cell holds, text and links, begins right of the name of its column.
    lefts = table.locator("tbody tr").first.evaluate(
        "row => [...row.cells].slice(1).flatMap(cell => { const range = document.createRange();"
        " range.selectNodeContents(cell);"
        " return [...range.getClientRects()].map(box => box.left); })"
    )
    start = table.bounding_box()["x"]
    assert min(lefts) > start + 390 * 0.3
    # The name itself ends before, on as many lines as it needs.
    numbers = table.locator("tbody tr").first.locator("td").last
    assert numbers.evaluate("cell => cell.clientHeight") > 30
    assert table.evaluate("table => table.scrollWidth") <= 350
    # As a table, a range stands on one line, and the edge fades while there is more beside it.
    opened.set_viewport_size({"width": 700, "height": 900})
    opened.reload()
    heights = table.locator("tbody td:nth-child(n+3)").evaluate_all(
        "cells => cells.map(cell => { const range = document.createRange();"
        " range.selectNodeContents(cell);"
        " return new Set([...range.getClientRects()].map(box => Math.round(box.top))).size; })"
    )
    assert set(heights) == {1}
    box = opened.locator(".table-scroll:has(table)").first
    fade = "box => getComputedStyle(box).getPropertyValue('--fade')"
    assert box.evaluate("box => box.scrollWidth > box.clientWidth")
    assert box.evaluate(fade) == "40px"
    box.evaluate("box => { box.scrollLeft = 9999; }")
    opened.wait_for_timeout(100)
    assert box.evaluate(fade) == "0px"
    opened.close()
