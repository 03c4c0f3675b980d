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
from evaltools.charts.interval_charts import Dot, Dots
from evaltools.charts.maps import Heatmap, Panel
from evaltools.i18n.messages import Words
from evaltools.problems import ProblemError
from evaltools.report.part_store import PartStore
from evaltools.report.renderer import page_figures
from evaltools.report.renderer.conversion import render
from evaltools.report.renderer.figure_files import write_csv
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
NOTICE = "Example data: the figures are not real"
TABLE = """
| Project | Received | Grant | Note |
|---|---|--:|---|
"""
ROWS = {  # in the order of the page: days and sums are not in the order of their letters
    "Alpha": ("31\N{NO-BREAK SPACE}Oct\N{NO-BREAK SPACE}2022", "409,220", "EUR 5"),
    "Beta": ("30\N{NO-BREAK SPACE}Apr\N{NO-BREAK SPACE}2022", "9,000", "7"),
    "Gamma": ("2\N{NO-BREAK SPACE}Jan\N{NO-BREAK SPACE}2023", "–", "x"),
    **{f"Delta {n}": ("1\N{NO-BREAK SPACE}Dec\N{NO-BREAK SPACE}2019", "10", "y") for n in range(9)},
    "Zeta": ("3\N{NO-BREAK SPACE}Dec\N{NO-BREAK SPACE}2019", "[c]", "=1+1"),
}
TABLE += "".join(f"| {name} | {' | '.join(cells)} |\n" for name, cells in ROWS.items())
FACTS = "| What | Told |\n|---|---|\n" + "| Call | 2019-1 |\n| Grant | 5 euros |\n" * 4
BODY = "".join(
    f"{{{{< embed /notebooks/n.ipynb#{name} >}}}}\n\n" for name in ("fig-dots", "fig-pairs")
)
SHARES = """
| Theme | Number | Share |
|---|--:|--:|
| Alpha | 1,234 | 25–51% |
| Beta | 7 | 5% |
| Gamma | 12.5 | [c] |
| Delta | −1.01 | −17 – 26% |
| Epsilon | 10.5 | 2–3% |
| Zeta | 8 | 1–2% |
| **All of them** | 900 | 3–4% |
"""
GROUPS = "| Question | Told |\n|---|--:|\n" + "".join(
    f"| **Group {n}** | {n} |\n| Part {n} | {9 - n} |\n| Other part | 7 |\n" for n in range(5)
)
TABLES = f"{TABLE}\n: Projects {{#tbl-projects}}\n\n{FACTS}\n: Facts {{#tbl-facts}}\n"
TABLES += f"{SHARES}\n: Shares {{#tbl-shares}}\n\n{GROUPS}\n: Groups {{#tbl-groups}}\n"
BODY = f"{{{{< pagebreak >}}}}\n\n# Chapter {{#sec-one}}\n\n{BODY}{TABLES}"


def with_figures(folder: Path) -> Report:
    """A page with a figure for two widths and one that is scrolled on a phone."""
    report = staged(folder)
    report.front |= {
        "lang": "en",
        "toc": "true",
        "example-notice": f"'{NOTICE}'",
        "publisher": "Body",
        "month": "May 2026",
        "date": "2022-04-30",
        "date-label": "Cut-off date",
    }
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


def test_a_figure_says_of_itself_what_it_shows_where_no_finding_does() -> None:
    chart = Heatmap([Panel("Both", [[1]])], ["A"], ["B"], words=Words("en"))
    figure = chart.figure("Pairs of things. Reports read: 52.", headline="Of the pairs, 1/1.")
    output = {"output_type": "display_data", "metadata": {}, "data": figure.bundle()}
    content = {"cells": [cell("#| label: fig-a\nx", output) | {"id": "fig-a"}], "metadata": {},
               "nbformat": 4, "nbformat_minor": 5}  # fmt: skip
    for headlines, head in (({}, "Of the pairs, 1/1."), ({"fig-a": "Told."}, "Told.")):
        (staged_cell,) = stage_notebook(content, headlines)["cells"]
        told = f"[**{head}**]{{.figure-headline}} Pairs of things. Reports read: 52."
        assert f'fig-cap: "{told}"' in staged_cell["source"]


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
    address = link_of(page, "report-figure-1-example-data.csv")
    assert address.startswith("data:text/csv;charset=utf-8,")
    rows = list(csv.reader(io.StringIO(unquote(address.partition(",")[2]).removeprefix("\ufeff"))))
    assert rows[0][:4] == ["Category", "share", "count", "out of"]
    # A row that is copied by itself says what it is.
    assert {row[-1] for row in rows[1:]} == {NOTICE}
    assert rows[1][:4] == ["Lack of staff", str(round(20 / 52, 6)), "20", "52"]
    assert rows[2][0] == "'=Unclear <aims>"


def test_what_is_withheld_is_marked_and_whole_numbers_are_whole(page: str) -> None:
    address = link_of(page, "report-figure-2-example-data.csv")
    rows = list(csv.reader(io.StringIO(unquote(address.partition(",")[2]).removeprefix("\ufeff"))))
    assert [row[1:-1] for row in rows[1:]] == [["1", "2"], ["3", "[c]"]]
    data = {"columns": ["Area", "count"], "raw": [["A", 28.0], ["B", 0.5]]}
    assert write_csv(data, "", {}).splitlines() == ["Area,count", "A,28", "B,0.5"]


def test_the_svg_to_save_stands_for_itself(page: str) -> None:
    address = link_of(page, "report-figure-1-example-data.svg")
    payload = base64.b64decode(address.partition(",")[2]).decode()
    assert payload.startswith("<svg xmlns=")
    words = " ".join(re.findall(r"<text[^>]*>([^<]*)</text>", payload)).replace(
        "\N{NO-BREAK SPACE}", " "
    )
    for told in (
        "Lack of staff",
        NOTICE,
        "Figure 1",
        "Staff is the commonest challenge.",
        "What hindered projects. Reports read: 52.",
        "Source: Raportti, Body, May 2026",
    ):
        assert told in words
    # No line is wider than the drawing, letters of half their size taken.
    width = float(payload.partition('viewBox="0 0 ')[2].partition(" ")[0])
    lines = re.findall(r'<text x="10" [^>]*font-size="([\d.]+)"[^>]*>([^<]*)<', payload)
    assert max(float(size) * len(line) / 2 for size, line in lines) < width
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


def test_a_drawing_is_cleaned_once_as_long_as_it_is_the_same_and_refused_each_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cleaned: list[str] = []
    clean = page_figures.clean_svg

    def count(drawing: str, prefix: str) -> str:
        cleaned.append(prefix)
        return clean(drawing, prefix)

    monkeypatch.setattr(page_figures, "clean_svg", count)
    report, store = with_figures(tmp_path), PartStore(tmp_path / "store", "run")

    def build() -> bytes:
        document, out = Path("fi/report.qmd"), tmp_path / "out"
        (page,) = render(report.project, document, ["html"], out, parts=store)
        return page.read_bytes()

    report.write(BODY)
    first, drawings = build(), len(cleaned)
    assert build() == first
    assert len(cleaned) == drawings > 1
    output = figure_output()
    output["data"][FIGURE_TYPE] = {"wide": f"<svg>{HOSTILE['script']}</svg>"}
    source = "#| label: fig-dots\n#| fig-cap: Kuva\n#| fig-alt: Alt\nx"
    report.notebook("notebooks/n.ipynb", cell(source, output))
    report.write("{{< embed /notebooks/n.ipynb#fig-dots >}}\n")
    for _ in range(2):
        with pytest.raises(ProblemError, match="the figure"):
            build()


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
    opened.get_by_role("button", name="Enlarge: Figure 1").press("Enter")
    dialog = opened.locator("dialog.figure-dialog")
    assert dialog.get_by_text("Lack of staff").is_visible()
    assert dialog.get_by_text("Staff is the commonest challenge.").is_visible()
    assert dialog.get_by_text("Figure 1").is_visible()
    opened.keyboard.press("Escape")
    dialog.wait_for(state="detached")
    assert opened.locator("#fig-dots .chart-wide svg").is_visible()
    assert opened.evaluate("document.activeElement.textContent") == "Enlarge"


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1400])
def test_an_enlarged_figure_can_be_read_and_scrolled_and_back_closes_it(
    opened: Any, width: int
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    opened.set_viewport_size({"width": width, "height": 800})
    opened.emulate_media(color_scheme="dark")
    for number in (1, 2):
        opened.get_by_role("button", name=f"Enlarge: Figure {number}").click()
        dialog = opened.locator("dialog.figure-dialog")
        assert dialog.locator(".chart:visible").count() == 1
        assert opened.evaluate(SMALLEST.replace('".chart svg"', '"dialog .chart svg"')) >= 11
        # One with a drawing for phones is not scrolled there; others are, by keyboard too.
        scrolled = dialog.locator(".chart").evaluate("box => box.scrollWidth > box.clientWidth")
        assert scrolled == (number == 2 and width == 390)
        violations = Axe().run(opened).response["violations"]
        assert [(each["id"], each["nodes"][0]["html"]) for each in violations] == []
        opened.go_back()
        dialog.wait_for(state="detached")
        assert opened.url.endswith("page.html")


@pytest.mark.browser
def test_back_closes_the_contents_on_a_phone_and_a_link_in_them_takes_their_step(
    opened: Any,
) -> None:
    opened.set_viewport_size({"width": 390, "height": 800})
    drawer = opened.locator("#contents details")
    steps = opened.evaluate("history.length")
    for _ in range(2):
        drawer.locator("summary").click()
        assert drawer.get_by_role("searchbox").is_visible()
        opened.go_back()
        opened.wait_for_function("!document.querySelector('#contents details').open")
    drawer.locator("summary").click()
    drawer.get_by_role("link", name="Chapter").click()
    assert opened.url.endswith("#sec-one")
    assert drawer.get_attribute("open") is None
    assert opened.evaluate("history.length") == steps + 1
    opened.go_back()
    assert opened.url.endswith("page.html")


@pytest.mark.browser
def test_what_is_found_says_where_it_stands_and_is_told_once(opened: Any) -> None:
    field = opened.locator("#contents").get_by_role("searchbox")
    field.fill("lack of staff")
    told = opened.locator(".found li").all_inner_texts()
    # Drawn for two widths, and in the table of the figure.
    assert [each.split("\n")[1] for each in told] == ["Figure 1 · 1 Chapter"]
    field.fill("chapter")
    assert opened.locator(".found li").all_inner_texts() == ["1 Chapter"]


def column(opened: Any, place: int) -> list[str]:
    cells = opened.locator(f"#tbl-projects tbody tr:not([hidden]) > :nth-child({place})")
    return [text.replace("\N{NO-BREAK SPACE}", " ") for text in cells.all_text_contents()]


@pytest.mark.browser
def test_days_are_sorted_as_days_and_sums_as_sums(opened: Any) -> None:
    table = opened.locator("#tbl-projects")
    table.get_by_role("button", name="Received").click()
    assert column(opened, 2)[:4] == ["2 Jan 2023", "31 Oct 2022", "30 Apr 2022", "3 Dec 2019"]
    table.get_by_role("button", name="Grant").click()
    # What is missing or withheld is neither the largest nor the least.
    assert column(opened, 3) == ["409,220", "9,000", *["10"] * 9, "–", "[c]"]
    table.get_by_role("button", name="Grant").click()
    assert column(opened, 3) == [*["10"] * 9, "9,000", "409,220", "–", "[c]"]
    # Sums among words have no order, and facts under their names neither.
    assert table.locator(".sort").all_text_contents() == ["Project", "Received", "Grant"]
    assert opened.locator("#tbl-facts .sort").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize("wanted", ["409220", "409 220", "409,22", "409\u00a0220", "ALPHA"])
def test_a_filter_asks_for_no_spaces_separators_or_case(opened: Any, wanted: str) -> None:
    opened.locator("#tbl-projects .filter input").fill(wanted)
    assert column(opened, 1) == ["Alpha"]


def names_of(opened: Any, table: str) -> list[str]:
    texts: list[str] = opened.locator(
        f"#{table} tbody tr:not([hidden]) > :first-child"
    ).all_text_contents()
    return texts


@pytest.mark.browser
def test_a_total_stays_below_what_it_is_of(opened: Any) -> None:
    for _ in range(2):
        opened.locator("#tbl-shares").get_by_role("button", name="Number").click()
        assert names_of(opened, "tbl-shares")[-1] == "All of them"
    assert names_of(opened, "tbl-shares")[0] == "Delta"
    # An interval of one value is an interval too, ordered by its lower end.
    opened.locator("#tbl-shares").get_by_role("button", name="Share").click()
    assert names_of(opened, "tbl-shares") == [
        "Alpha", "Beta", "Epsilon", "Zeta", "Delta", "Gamma", "All of them"
    ]  # fmt: skip


@pytest.mark.browser
def test_rows_of_a_group_stay_together(opened: Any) -> None:
    assert opened.locator("#tbl-groups .sort").count() == 0
    field = opened.locator("#tbl-groups .filter input")
    field.fill("part 3")
    assert names_of(opened, "tbl-groups") == ["Group 3", "Part 3"]
    field.fill("group 3")
    assert names_of(opened, "tbl-groups") == ["Group 3", "Part 3", "Other part"]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("typed", "found"),
    [("-1.01", "−1.01"), ("\N{MINUS SIGN}1,01", "−1.01"), ("1 234", "1,234"), ("1234", "1,234"),
     ("12,5", "12.5"), ("25-51 %", "25–51%"), ("38 %", "38%"), ("0.5", None)],
)  # fmt: skip
def test_a_number_is_found_however_it_is_typed(opened: Any, typed: str, found: str | None) -> None:
    opened.locator("#contents").get_by_role("searchbox").fill(typed)
    marked = opened.locator(".found strong").all_text_contents()
    assert marked[:1] == ([found] if found else [])


@pytest.mark.browser
def test_the_ends_of_an_interval_are_saved_as_numbers(opened: Any) -> None:
    link = opened.get_by_role("link", name="Download CSV: Table 3")
    text = unquote(link.get_attribute("href").partition(",")[2]).removeprefix("\ufeff")
    rows = [row[:-1] for row in csv.reader(io.StringIO(text))]
    assert rows[0] == ["Theme", "Number", "Share, lower limit (%)", "Share, upper limit (%)"]
    assert rows[1:5] == [
        ["Alpha", "1234", "25", "51"], ["Beta", "7", "5", "5"], ["Gamma", "12.5", "[c]", "[c]"],
        ["Delta", "-1.01", "-17", "26"],
    ]  # fmt: skip


@pytest.mark.browser
def test_the_first_printed_sheet_has_text_and_no_sheet_is_blank(opened: Any) -> None:
    import pypdfium2 as pdfium

    with pdfium.PdfDocument(opened.pdf(format="A4")) as printed:
        texts = [page.get_textpage().get_text_range() for page in printed]
    assert "What hindered projects" in texts[0]
    assert "Search the report" not in texts[0]
    assert all(len(text.strip()) > 99 for text in texts)


@pytest.mark.browser
def test_a_saved_table_is_data(opened: Any) -> None:
    link = opened.get_by_role("link", name="Download CSV: Table 1")
    assert link.get_attribute("download") == "report-table-1-example-data.csv"
    text = unquote(link.get_attribute("href").partition(",")[2]).removeprefix("\ufeff")
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[:4] == [
        ["Project", "Received", "Grant", "Note", "Note"],
        ["Alpha", "2022-10-31", "409220", "EUR 5", NOTICE],
        ["Beta", "2022-04-30", "9000", "7", NOTICE],
        ["Gamma", "2023-01-02", "", "x", NOTICE],
    ]
    assert rows[-1] == ["Zeta", "2019-12-03", "[c]", "'=1+1", NOTICE]


def test_the_dates_under_the_title_say_what_they_are(page: str) -> None:
    head = page.partition('class="imprint"')[2].partition("</header>")[0]
    assert re.findall(r"<p class=\"date\">(.*?)</p>", head) == [
        "Published: May 2026",
        'Cut-off date: <time datetime="2022-04-30">30\N{NO-BREAK SPACE}April 2022</time>',
    ]


@pytest.mark.browser
def test_a_figure_is_saved_as_png_with_its_typeface(opened: Any, tmp_path: Path) -> None:
    from PIL import Image

    with opened.expect_download() as caught:
        opened.get_by_role("button", name="Download PNG: Figure 1").click()
    assert caught.value.suggested_filename == "report-figure-1-example-data.png"
    caught.value.save_as(tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.width == 2000
        assert len(picture.convert("L").getcolors() or []) > 20  # letters have soft edges
