"""Figures within the page: real words, nothing active, own ids, data, downloads, phones."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from evaltools.charts.data import FIGURE_TYPE
from evaltools.charts.intervals import Dot, Dots
from evaltools.charts.maps import Heatmap, Panel
from evaltools.i18n.messages import Words
from evaltools.report.renderer.inline_svg import clean_svg
from evaltools.report.staged_notebooks import stage_notebook

from .conftest import Report, cell, figure_output, staged

LABELS = ("Lack of staff", "=Unclear <aims>", "Late deliveries of systems that were bought")
DOTS = Dots(
    [
        Dot(label, x / 52, x / 60, x / 45, x, 52)
        for label, x in zip(LABELS, (20, 9, 3), strict=True)
    ],
    words=Words("en"),
).figure("What hindered projects. Reports read: 52.")
MATRIX = Heatmap(
    [Panel("Both", [[1, 2], [3, None]])], ["A", "B"], ["C", "D"], words=Words("en")
).figure("Pairs of things. Reports read: 52.")
BODY = "".join(
    f"{{{{< embed /notebooks/n.ipynb#{name} >}}}}\n\n" for name in ("fig-dots", "fig-pairs")
)


def with_figures(folder: Path) -> Report:
    """A page with a figure for two widths and one that is scrolled on a phone."""
    report = staged(folder)
    report.front["lang"] = "en"
    cells = []
    for name, figure in (("fig-dots", DOTS), ("fig-pairs", MATRIX)):
        output = {"output_type": "display_data", "metadata": {}, "data": figure.bundle()}
        cells.append({**cell(f"#| label: {name}\nx", output), "id": name})
    content = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    headlines = {"fig-dots": "Staff is the [commonest]{.finding} challenge."}
    report.notebook("notebooks/n.ipynb", *stage_notebook(content, headlines)["cells"])
    return report


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    return with_figures(tmp_path_factory.mktemp("figures")).html(BODY)


def figure_of(page: str, name: str) -> str:
    return page.partition(f'<figure id="{name}"')[2].partition("</figure>")[0]


def link_of(page: str, name: str) -> str:
    found = re.search(rf'download="{re.escape(name)}"[^>]*href="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_words_of_figures_are_text_that_a_reader_finds_and_the_picture_keeps_its_alternative(
    page: str,
) -> None:
    figure = figure_of(page, "fig-dots")
    assert figure.count("Lack of staff</text>") == 2  # wide and narrow
    assert f'role="img" aria-label="{DOTS.alt.split("<")[0]}' in figure
    assert "<img" not in figure


def test_the_headline_is_that_of_the_finding_or_else_the_first_sentence_of_the_caption(
    page: str,
) -> None:
    head = re.search(r'class="figure-headline">(.*?)</span> ([^<]*)<', figure_of(page, "fig-pairs"))
    assert head is not None
    assert (head[1], head[2].strip()) == (
        "<strong>Pairs of things.</strong>", "Reports read: 52."
    )  # fmt: skip
    other = figure_of(page, "fig-dots")
    assert re.search(
        r'headline"><strong>Staff is the <span class="finding">commonest</span>', other
    )
    assert "What hindered projects. Reports read: 52." in other


def test_ids_of_a_page_are_unique_and_every_reference_within_a_drawing_leads_somewhere(
    page: str,
) -> None:
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    for referred in re.findall(r'<use href="#([^"]+)"|url\(#([^)]+)\)', page):
        assert "".join(referred) in ids


def test_the_page_has_the_data_of_a_figure_as_a_table_without_scripts(page: str) -> None:
    figure = figure_of(page, "fig-dots")
    assert "<details" in figure
    assert '<tr><th scope="row">Lack of staff</th><td class="number">38%</td>' in figure
    assert "suppressed" in figure_of(page, "fig-pairs")


def test_the_csv_has_numbers_and_no_formula(page: str) -> None:
    address = link_of(page, "fig-dots.csv")
    assert address.startswith("data:text/csv;charset=utf-8,")
    rows = list(csv.reader(io.StringIO(unquote(address.partition(",")[2]).removeprefix("\ufeff"))))
    assert rows[0][:4] == ["Category", "share", "count", "out of"]
    assert rows[1][:4] == ["Lack of staff", str(round(20 / 52, 6)), "20", "52"]
    assert rows[2][0] == "'=Unclear <aims>"


def test_the_svg_to_save_stands_for_itself(page: str) -> None:
    payload = base64.b64decode(link_of(page, "fig-dots.svg").partition(",")[2]).decode()
    assert payload.startswith("<svg xmlns=")
    assert "Lack of staff" in payload
    assert clean_svg(payload, "again")


def test_every_colour_of_a_figure_has_one_for_the_dark_page(page: str) -> None:
    rules = page.partition("prefers-color-scheme:dark){.chart")[2].partition("</style>")[0]
    used = set(re.findall(r'(fill|stroke)="(#[0-9a-f]{6})"', figure_of(page, "fig-dots")))
    assert used
    for kind, color in used:
        assert f'[{kind}="{color}"]' in rules


def test_the_same_figures_give_the_same_page(page: str, tmp_path: Path) -> None:
    assert with_figures(tmp_path).html(BODY) == page


HOSTILE = {
    "script": "<script>alert(1)</script>",
    "foreignObject": "<foreignObject><p/></foreignObject>",
    "image": '<image href="https://example.org/a.png"/>',
    "a": '<a href="javascript:alert(1)"><text>x</text></a>',
    "outside": '<use href="https://example.org/a.svg#x"/>',
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_drawing_with_more_than_shapes_and_words_is_refused(report: Report, content: str) -> None:
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">{content}</svg>'
    output = figure_output()
    output["data"][FIGURE_TYPE] = {"wide": drawing}
    source = "#| label: fig-n\n#| fig-cap: Kuva\n#| fig-alt: Alt\nx"
    report.notebook("notebooks/n.ipynb", cell(source, output))
    (problem,) = report.problems("{{< embed /notebooks/n.ipynb#fig-n >}}\n")
    assert problem.startswith("notebooks/n.ipynb#fig-n: the figure ")


def test_attributes_that_run_or_load_something_have_no_way_into_the_page() -> None:
    drawing = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="a()">'
        '<path d="M 0 0 L 1 1" onclick="a()" style="fill: url(https://example.org); '
        'stroke: #17395c; background: url(x)"/><text x="1" y="2">&lt;b&gt;</text></svg>'
    )
    assert clean_svg(drawing, "a") == (
        '<svg viewBox="0 0 9 9" stroke-linejoin="round"><path d="M0 0L1 1" stroke="#17395c"/>'
        '<text x="1" y="2">&lt;b&gt;</text></svg>'
    )


def test_declared_entities_are_refused_before_anything_is_read() -> None:
    with pytest.raises(ValueError, match="declares entities"):
        clean_svg('<!DOCTYPE svg [<!ENTITY a "b">]><svg viewBox="0 0 1 1">&a;</svg>', "a")


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Any]:
    """A browser without network."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        yield opened
        opened.close()


@pytest.fixture
def opened(browser: Any, page: str, tmp_path: Path) -> Iterator[Any]:
    (tmp_path / "page.html").write_text(page, encoding="utf-8")
    tab = browser.new_page(viewport={"width": 1400, "height": 900}, accept_downloads=True)
    tab.goto((tmp_path / "page.html").as_uri())
    yield tab
    tab.close()


SMALLEST = """() => Math.min(...[...document.querySelectorAll(".chart svg")]
  .filter((svg) => svg.getBoundingClientRect().width)
  .map((svg) => svg.getBoundingClientRect().width / svg.viewBox.baseVal.width
    * Math.min(...[...svg.querySelectorAll("text")]
      .map((words) => parseFloat(getComputedStyle(words).fontSize)))))"""


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 560, 700, 768, 1120, 1400])
def test_no_word_of_a_figure_has_fewer_than_eleven_pixels(opened: Any, width: int) -> None:
    opened.set_viewport_size({"width": width, "height": 800})
    assert opened.evaluate(SMALLEST) >= 11
    assert opened.evaluate("document.documentElement.scrollWidth") == width
    shown = opened.locator("#fig-dots .chart:visible")
    assert shown.count() == 1


@pytest.mark.browser
def test_a_figure_is_enlarged_by_keyboard_and_goes_back_where_it_was(opened: Any) -> None:
    opened.get_by_role("button", name="Enlarge: fig-dots").press("Enter")
    dialog = opened.locator("dialog.figure-dialog")
    assert dialog.get_by_text("Lack of staff").is_visible()
    opened.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert opened.locator("#fig-dots .chart-wide svg").is_visible()


@pytest.mark.browser
def test_a_figure_is_saved_as_png_with_its_typeface(opened: Any, tmp_path: Path) -> None:
    from PIL import Image

    with opened.expect_download() as caught:
        opened.get_by_role("button", name="Download PNG: fig-dots").click()
    assert caught.value.suggested_filename == "fig-dots.png"
    caught.value.save_as(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width == 2000
        assert len(picture.convert("L").getcolors() or []) > 20  # letters have soft edges
