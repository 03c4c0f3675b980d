"""Typst source is written so that content stays content, and complaints become problems."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import fontpkg_fira_sans
import pdf_samples as samples
import pytest
import typst
from matplotlib.image import imread

from evaltools.problems import ProblemError
from evaltools.report.renderer.divs import CALLOUT_KINDS
from evaltools.report.renderer.print.pdf import (
    COLOURS,
    prepare_for_print,
    typst_problems,
    write_pdf,
    write_source,
)

HEAD = "---\ntitle: T\nlang: fi\n---\n\n"


def source(folder: Path, text: str) -> str:
    tree = samples.resolved(folder, HEAD + text)
    return write_source(tree, samples.context(folder), folder).read_text(encoding="utf-8")


def test_text_after_a_span_is_not_taken_for_code(tmp_path: Path) -> None:
    text = source(tmp_path, "[x]{lang=sv}.fi(y)")
    assert r'#text(lang: "sv", region: none)[x];\.fi\(y\)' in text
    pdf = write_pdf(samples.resolved(tmp_path, HEAD + "[x]{lang=sv}.fi(y)"),
                     samples.context(tmp_path))  # fmt: skip
    assert pdf.startswith(b"%PDF")


def test_alternative_text_cannot_break_out(tmp_path: Path) -> None:
    markdown = HEAD + 'x ![a"); #panic("b](kuva.svg) y'
    file = samples.resolved(tmp_path, markdown, reader="markdown-citations-smart")
    written = write_source(file, samples.context(tmp_path), tmp_path)
    assert r'alt: "a\"); #panic(\"b"' in written.read_text(encoding="utf-8")


def test_label_may_have_any_letters(tmp_path: Path) -> None:
    markdown = HEAD + "# Päätulokset & muut {#pää-tulokset}\n\n[x](#pää-tulokset)\n"
    assert write_pdf(samples.resolved(tmp_path, markdown), samples.context(tmp_path))


def test_missing_glyph_without_a_place_is_told_of_the_document(tmp_path: Path) -> None:
    tree = samples.resolved(tmp_path, HEAD + "x")
    diagnostic = 'error: the text `"🎉"` could not be displayed with font `"Fira Sans"`\n'
    (problem,) = typst_problems(diagnostic, tree, samples.context(tmp_path))
    assert problem.where == "reports/fi/report.qmd"
    assert "metadata" in problem.what


def test_glyphs_missing_from_code_are_found_too(tmp_path: Path) -> None:
    with pytest.raises(ProblemError) as caught:
        write_pdf(samples.resolved(tmp_path, HEAD + "# A\n\n```\nx = '漢'\n```\n"),
                   samples.context(tmp_path))  # fmt: skip
    assert "x = '漢'" in caught.value.problems[0].what


@pytest.mark.parametrize("construct", ["nothing-of-the-kind()", 'image("ei-ole.png", alt: "x")'])
def test_other_complaints_name_the_construct(tmp_path: Path, construct: str) -> None:
    markdown = HEAD + f"# A\n\n`#{construct}`{{=typst}}\n"
    with pytest.raises(ProblemError) as caught:
        write_pdf(samples.resolved(tmp_path, markdown), samples.context(tmp_path))
    (problem,) = caught.value.problems
    assert construct in problem.what
    assert "/tmp" not in str(problem)
    assert "main.typ" not in str(problem)


def test_formula_that_cannot_be_set_is_a_problem(tmp_path: Path) -> None:
    markdown = HEAD + "# A\n\n$$ \\nosuchcommand{x} $$\n"
    with pytest.raises(ProblemError) as caught:
        write_pdf(samples.resolved(tmp_path, markdown), samples.context(tmp_path))
    assert "nosuchcommand" in str(caught.value)


def page_images(folder: Path, text: str) -> list[Any]:
    """Pages as arrays of grey values, 40 dots an inch."""
    context = samples.context(folder)
    tree = prepare_for_print(samples.resolved(folder, HEAD + text), context)
    main = write_source(tree, context, folder)
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[fontpkg_fira_sans.ROOT / "files"])
    pages = typst.Compiler(main, root=folder, font_paths=fonts).compile(format="png", ppi=40)
    assert isinstance(pages, list)
    return [imread(io.BytesIO(page))[..., :3].mean(axis=2) for page in pages]


def stays_in_margins(page: Any) -> bool:
    margin = int(24 / 25.4 * 40)
    return bool(min(page[:, :margin].min(), page[:, -margin:].min()) > 0.98)


LONG_WORDS = """
| Tunnus | Osoite | Sana | Luku |
|:--|:--|:--|--:|
| PRJ_2019_0000123456789_ABCDEFGHIJ_KLMNOP | <https://www.example.org/a/b/c-d-e/f?g=1&h=2> |\
 epäjärjestelmällistyttämättömyydellänsäkäänköhän | 123 456 789 012 |
"""


@pytest.mark.parametrize(
    "text",
    [LONG_WORDS, samples.wide_table(8), samples.wide_table(13), samples.wide_table(18),
     "![a](kuva.svg){width=200%}", "![a](kuva.svg){width=900px}", "![a](kuva.svg){width=50em}",
     "## " + "Kannustinrahajärjestelmä " * 12 + "\n\nx\n", "```\n" + "sana " * 60 + "\n```"],
    ids=["long words", "8 columns", "13 columns", "18 columns", "share", "pixels", "ems",
         "heading", "code"],
)  # fmt: skip
def test_nothing_stands_in_the_margins(tmp_path: Path, text: str) -> None:
    cover, _contents, *pages = page_images(tmp_path, f"# A\n\n{text}")
    assert not stays_in_margins(cover)  # its drawing runs over the edges
    assert pages
    assert all(page.min() < 0.5 and stays_in_margins(page) for page in pages)


def luminance(colour: str) -> float:
    """Relative luminance, WCAG 2.1."""
    channels = [int(colour.lstrip("#")[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["deep", "teal-text", "quiet", "ink"])
def test_colours_of_text_keep_their_contrast_on_paper(name: str) -> None:
    assert contrast(COLOURS[name], "#ffffff") >= 4.5


@pytest.mark.parametrize("kind", CALLOUT_KINDS)
def test_titles_of_callouts_keep_their_contrast_in_print(kind: str, tmp_path: Path) -> None:
    source(tmp_path, "x")
    (tmp_path / "ask.typ").write_text(
        '#import "template.typ": *\n'
        f"#metadata((accents.{kind}.to-hex(), rules.{kind}.lighten(92%).to-hex())) <ask>"
    )
    compiler = typst.Compiler(tmp_path / "ask.typ", root=tmp_path)
    ink, shade = json.loads(compiler.query("<ask>", field="value", one=True))
    assert contrast(ink, shade) >= 4.5
