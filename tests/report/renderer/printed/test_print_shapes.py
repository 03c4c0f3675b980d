"""Order and shapes of paper, facts of the cover, images brought along."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pdf_samples as samples
import pytest

from evaltools.problems import ProblemError
from evaltools.report.renderer.metadata import format_day
from evaltools.report.renderer.pandoc_tree import NBSP, find_classes, nodes, stringify
from evaltools.report.renderer.print.document import (
    PRINT_KINDS,
    WORD_KINDS,
    read_facts,
    shorten,
    stage_images,
)
from evaltools.report.renderer.print.shapes import count_row_headers, shape_for_print

HEAD = "---\ntitle: T\nlang: fi\n---\n\n"


def shaped(folder: Path, text: str, **options: Any) -> list[Any]:
    tree = samples.resolved(folder, text)
    blocks: list[Any] = shape_for_print(tree, samples.context(folder, **options))["blocks"]
    return blocks


def outline(blocks: list[Any]) -> list[tuple[int, str]]:
    return [(n["c"][0], stringify(n["c"][2])) for n in nodes(blocks) if n["t"] == "Header"]


def test_front_matter_comes_first_in_its_order(tmp_path: Path) -> None:
    text = HEAD + "# A\n\n::: description-sheet\nx\n:::\n\n# B\n\n::: cover\ny\n:::\n"
    blocks = shaped(tmp_path, text)
    assert [find_classes(block) for block in blocks[:3]] == [
        ["cover"], ["description-sheet"], ["contents"]
    ]  # fmt: skip
    assert outline(blocks) == [(1, "A"), (1, "B")]


def test_contents_can_be_left_out(tmp_path: Path) -> None:
    assert "contents" not in [
        name for block in shaped(tmp_path, HEAD + "# A", toc=False) for name in find_classes(block)
    ]


def test_abstract_has_its_page_where_there_is_no_description_sheet(tmp_path: Path) -> None:
    head = HEAD.replace("lang: fi", "lang: fi\nabstract: Lyhyesti *näin*.")
    assert outline(shaped(tmp_path, head + "# A")) == [(1, "Tiivistelmä"), (1, "A")]
    sheet = "::: description-sheet\nx\n:::\n\n# A"
    assert outline(shaped(tmp_path, head + sheet)) == [(1, "A")]


def test_tabs_become_sections_below_the_section_around_them(tmp_path: Path) -> None:
    text = HEAD + (
        '# A\n\n## B\n\n::: tabset\n::: {.tab title="Yksi kaksi"}\nx\n:::\n'
        '::: {.tab title="C"}\ny\n:::\n:::\n'
    )
    assert outline(shaped(tmp_path, text)) == [(1, "A"), (2, "B"), (3, "Yksi kaksi"), (3, "C")]


def test_tabs_before_any_heading_have_titles_without_level(tmp_path: Path) -> None:
    blocks = shaped(tmp_path, HEAD + '::: tabset\n::: {.tab title="C"}\ny\n:::\n:::\n')
    assert outline(blocks) == []
    assert "C" in stringify(blocks)


def test_entries_of_the_description_sheet_become_a_table_with_row_headers(tmp_path: Path) -> None:
    blocks = shaped(tmp_path, HEAD + "::: description-sheet\nJulkaisija\n:   Virasto\n:::\n")
    table = next(node for node in nodes(blocks) if node["t"] == "Table")
    assert count_row_headers(table) == 1
    assert stringify(table["c"][4]) == "JulkaisijaVirasto"


def test_table_takes_identifier_and_row_headers_of_the_div_around_it(tmp_path: Path) -> None:
    text = '::: {#tbl-a row-headers="1"}\n| a | b |\n|--|--|\n| 1 | 2 |\n:::\n'
    table = next(n for n in nodes(shaped(tmp_path, HEAD + text)) if n["t"] == "Table")
    assert table["c"][0][0] == "tbl-a"
    assert count_row_headers(table) == 1


@pytest.mark.parametrize(
    ("language", "shown"), [("fi", "3.6.2022"), ("sv", "3 juni 2022"), ("en", "3 June 2022")]
)
def test_date_is_written_as_the_language_writes_it(language: str, shown: str) -> None:
    assert format_day("2022-06-03", "", language).replace(NBSP, " ") == shown
    assert format_day("kesäkuu 2022", "", language) == "kesäkuu 2022"


def test_running_title_is_cut_between_words() -> None:
    assert shorten("Kuntien digitalisaatio", 30) == "Kuntien digitalisaatio"
    assert shorten("Kuntien digitalisaation arviointi", 30) == "Kuntien digitalisaation …"


def test_authors_may_be_names_or_maps(tmp_path: Path) -> None:
    text = "---\ntitle: T\nauthor:\n  - Anna A\n  - name: Bo B\n    affiliation: X\n---\n"
    tree = samples.resolved(tmp_path, text)
    assert read_facts(tree, samples.context(tmp_path)).authors == ("Anna A", "Bo B")


def staged(folder: Path, text: str, kinds: tuple[str, ...]) -> list[str]:
    tree = samples.resolved(folder, text)
    out = folder / "out"
    out.mkdir(exist_ok=True)
    result = stage_images(tree, samples.context(folder), out, kinds)
    names = [node["c"][2][0] for node in nodes(result["blocks"]) if node["t"] == "Image"]
    assert all((out / name).is_file() for name in names)
    return names


def test_print_takes_vectors_and_word_takes_the_picture_beside_it(tmp_path: Path) -> None:
    text = "![a](kuva.svg)"
    assert [Path(name).suffix for name in staged(tmp_path, text, PRINT_KINDS)] == [".svg"]
    assert [Path(name).suffix for name in staged(tmp_path, text, WORD_KINDS)] == [".png"]


@pytest.mark.parametrize(
    "source", ["ei.svg", "../salaisuus.svg", "/etc/hostname", "https://example.org/a.png", "a.txt"]
)
def test_images_from_elsewhere_are_refused(tmp_path: Path, source: str) -> None:
    project = tmp_path / "project"
    samples.resolved(project, "x")
    (tmp_path / "salaisuus.svg").write_text(samples.drawing())
    (project / "a.txt").write_text("x")
    with pytest.raises(ProblemError, match="cannot be used"):
        staged(project, f"![a]({source})", PRINT_KINDS)
