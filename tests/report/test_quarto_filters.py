"""The report's Lua filters on what Quarto's filters hand over; `quarto` is a global there."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import fontpkg_fira_sans
import pikepdf
import pytest
import typst

from evaltools.report.renderer.pandoc import pandoc
from evaltools.report.renderer.pandoc_tree import attr, nodes, stringify

STYLE = Path(__file__).resolve().parents[2] / "src/evaltools/report/project/style"
NOTICE = 'Esimerkkiaineisto: "luvut" on \\keksitty.'
Node = dict[str, Any]


def filtered(
    tmp_path: Path, name: str, blocks: list[Node], writer: str, in_quarto: bool = True, **meta: Any
) -> tuple[list[Node], dict[str, Any]]:
    """Blocks and metadata after one filter."""
    wrapper = tmp_path / "wrapper.lua"
    wrapper.write_text(
        f"{'quarto = {}' if in_quarto else ''}\nFORMAT = '{writer}'\n"
        f"return dofile({json.dumps(str(STYLE / name))})\n"
    )
    document = {"pandoc-api-version": [1, 23, 1], "meta": meta, "blocks": blocks}
    arguments = ["-f", "json", "-t", "json", "--lua-filter", str(wrapper)]
    output, _ = pandoc(arguments, json.dumps(document))
    result = json.loads(output)
    return result["blocks"], result["meta"]


def para(*inlines: Node) -> Node:
    return {"t": "Para", "c": list(inlines)}


def text(value: str) -> Node:
    return {"t": "Str", "c": value}


def formula(tex: str) -> Node:
    return {"t": "Math", "c": [{"t": "DisplayMath"}, tex]}


def typst_code(value: str) -> Node:
    return {"t": "RawInline", "c": ["typst", value]}


def notice() -> dict[str, Any]:
    return {"example-notice": {"t": "MetaString", "c": NOTICE}}


def frame(*rows: list[Node], columns: int = 1) -> Node:
    """A table with a cell for each column in every row."""
    specs = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}]] * columns
    cells = [[attr(), [[attr(), {"t": "AlignDefault"}, 1, 1, row]] * columns] for row in rows]
    body = [[attr(), 0, [], cells]]
    return {"t": "Table", "c": [attr(), [None, []], specs, [attr(), []], body, [attr(), []]]}


@pytest.mark.parametrize("name", ["publication.lua", "quarto_output.lua"])
@pytest.mark.parametrize("writer", ["html", "typst", "docx"])
def test_outside_of_quarto_the_filters_do_nothing(tmp_path: Path, name: str, writer: str) -> None:
    picture = {"t": "Image", "c": [attr(pairs={"alt": "A"}), [], ["a.png", ""]]}
    folder = {"t": "Div", "c": [attr(pairs={"notebook": "/a/b.ipynb"}), [para(text("x"))]]}
    blocks = [para(picture, formula("x")), folder, frame([para(text("x"))])]
    assert filtered(tmp_path, name, blocks, writer, False, **notice()) == (blocks, notice())


def test_no_folder_of_this_computer_is_left_in_the_page(tmp_path: Path) -> None:
    pairs = {
        "notebook": "/tmp/quarto-x/04 luku.ipynb",
        "data-notebook": r"C:\tmp\a.ipynb",
        "k": "/v",
    }
    block = {"t": "Div", "c": [attr(pairs=pairs), [para(text("x"))]]}
    for writer in ("html", "typst", "docx"):
        blocks, _ = filtered(tmp_path, "quarto_output.lua", [block], writer)
        assert blocks[0]["c"][0][2] == [
            ["notebook", "04 luku.ipynb"], ["data-notebook", "a.ipynb"], ["k", "/v"],
        ]  # fmt: skip


def test_word_gets_the_alternative_text_of_a_picture(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(
        bytes.fromhex(
            "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c"
            "6360606060f80f0001040100b5a5fe8d0000000049454e44ae426082"
        )
    )
    picture = {"t": "Image", "c": [attr(pairs={"alt": "Pylväät"}), [], ["a.png", ""]]}
    blocks, _ = filtered(tmp_path, "quarto_output.lua", [para(picture)], "docx")
    document = {"pandoc-api-version": [1, 23, 1], "meta": {}, "blocks": blocks}
    written, _ = pandoc(["-f", "json", "-t", "docx", "-o", "-"], json.dumps(document), 0, tmp_path)
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert 'descr="Pylväät"' in archive.read("word/document.xml").decode("utf-8")


@pytest.mark.parametrize("in_quarto", [True, False])
@pytest.mark.parametrize("writer", ["html", "docx"])
def test_numbers_of_a_press_release_lead_to_the_report_however_often_it_is_filtered(
    tmp_path: Path, writer: str, in_quarto: bool
) -> None:
    def link(target: str, *classes: str) -> Node:
        return {"t": "Link", "c": [attr(classes=list(classes)), [text("52")], [target, ""]]}

    blocks = [para(link("#ev-a-share", "evidence-link"), link("#lisatietoja"))]
    meta = {"evidence-in": {"t": "MetaString", "c": "report-fi.html"}}
    for _ in range(2):
        blocks, _ = filtered(tmp_path, "evidence.lua", blocks, writer, in_quarto, **meta)
    assert [node["c"][2][0] for node in nodes(blocks) if node["t"] == "Link"] == [
        "report-fi.html#ev-a-share", "#lisatietoja",
    ]  # fmt: skip


def test_floats_leave_their_frame_and_tables_stay(tmp_path: Path) -> None:
    inner = [para(text("kuva")), para(text("selite"))]
    real = [frame([para(text("x"))], [para(text("y"))]), frame([para(text("x"))], columns=2)]
    blocks, _ = filtered(tmp_path, "quarto_output.lua", [frame(inner), *real], "docx")
    assert blocks == [*inner, *real]
    assert filtered(tmp_path, "quarto_output.lua", [frame(inner)], "html")[0] == [frame(inner)]


def test_word_says_on_its_first_page_that_data_are_an_example(tmp_path: Path) -> None:
    subtitle = {"t": "MetaInlines", "c": [text("Väliraportti")]}
    _, meta = filtered(tmp_path, "publication.lua", [para(text("x"))], "docx",
                       subtitle=subtitle, **notice())  # fmt: skip
    assert stringify(meta["subtitle"]["c"]) == f"Väliraportti {NOTICE}"
    _, meta = filtered(tmp_path, "publication.lua", [para(text("x"))], "docx", **notice())
    assert stringify(meta["subtitle"]["c"]) == NOTICE


def test_the_page_says_at_its_head_that_data_are_an_example(tmp_path: Path) -> None:
    blocks, _ = filtered(tmp_path, "publication.lua", [para(text("x"))], "html", **notice())
    assert stringify(blocks[0]) == NOTICE
    assert ["role", "note"] in blocks[0]["c"][0][2]
    assert blocks[1:] == [para(text("x"))]


@pytest.mark.parametrize("writer", ["html", "docx"])
def test_without_example_data_there_is_no_notice(tmp_path: Path, writer: str) -> None:
    blocks, meta = filtered(tmp_path, "publication.lua", [para(text("x"))], writer)
    assert (blocks, meta) == ([para(text("x"))], {})


@pytest.mark.parametrize(
    "given",
    [None, {"t": "MetaInlines", "c": [{"t": "RawInline", "c": ["typst", "#let given = 1"]}]},
     {"t": "MetaList", "c": [{"t": "MetaBlocks",
      "c": [{"t": "RawBlock", "c": ["typst", "#let given = 1"]}]}]}],
    ids=["none", "one", "list"],
)  # fmt: skip
def test_what_was_included_before_stays_included(tmp_path: Path, given: Any) -> None:
    more = {} if given is None else {"header-includes": given}
    _, meta = filtered(tmp_path, "publication.lua", [], "typst", **more, **notice())
    raw = [node["c"][1] for node in nodes(meta) if node["t"] in {"RawBlock", "RawInline"}]
    assert raw[:-1] == ([] if given is None else ["#let given = 1"])
    assert "#set page(header:" in raw[-1]


LONG = "\n".join(f"[{number}], [x]," for number in range(120))
TEMPLATE = """{includes}
#set document(title: "T", date: none)
#set page(paper: "a4", margin: 25mm, numbering: "1")
#set text(lang: "fi", font: "Fira Sans", size: 10.5pt)
= Otsikko
#outline()
= Luku
{body}
#figure(kind: "quarto-float-tbl", supplement: none, caption: [Selite], table(columns: 2,
table.header[A][B], {long}))
"""


def test_typst_sets_formulas_notice_and_long_tables(tmp_path: Path) -> None:
    """As Quarto writes them: a formula with a number is a call around the formula."""
    call = '#math.equation(block: true, numbering: "(1)", [ '
    numbered = [typst_code(call), formula(r"\frac{a}{b}"), typst_code(" ])<eq-x>")]
    inline = {"t": "Math", "c": [{"t": "InlineMath"}, 'x_{\\text{"y"}}']}
    body = [para(*numbered), para(text("A"), inline, text(".b(c)"), formula("z"), formula("w"))]
    blocks, _ = filtered(tmp_path, "quarto_output.lua", body, "typst")
    _, meta = filtered(tmp_path, "publication.lua", [], "typst", **notice())
    includes = "\n".join(node["c"][1] for node in nodes(meta) if node["t"] == "RawBlock")
    document = {"pandoc-api-version": [1, 23, 1], "meta": {}, "blocks": blocks}
    written, _ = pandoc(["-f", "json", "-t", "typst"], json.dumps(document))
    source = TEMPLATE.format(includes=includes, body=written.decode("utf-8"), long=LONG)
    (tmp_path / "main.typ").write_text(f"{source}\n@eq-x\n".replace("@eq-x", "#ref(<eq-x>)"))
    fonts = typst.Fonts(include_system_fonts=False, font_paths=[fontpkg_fira_sans.ROOT / "files"])
    compiler = typst.Compiler(tmp_path / "main.typ", root=tmp_path, font_paths=fonts)
    # PDF/UA-1 is refused where a formula has no alternative text.
    pdf = compiler.compile(format="pdf", pdf_standards=["ua-1"])
    assert isinstance(pdf, bytes)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        alts = [str(item["/Alt"]) for item in opened.objects
                if isinstance(item, pikepdf.Dictionary) and "/Alt" in item]  # fmt: skip
        assert {r"\frac{a}{b}", 'x_{\\text{"y"}}', "z", "w"} <= set(alts)
        assert len(opened.pages) > 2  # the table goes on
    pages = compiler.compile(format="svg")
    assert isinstance(pages, list)
    heads = [page for page in pages if re.search(rb"#8a4b08", page)]
    assert len(heads) == len(pages)  # the notice stands on each, the first included
