"""What is typed is what the PDF says, whatever Typst's markup would make of it.

Typst's shorthands and markup: https://typst.app/docs/reference/syntax/ and
https://typst.app/docs/reference/symbols/. Texts are put into the tree as they are, so that no
reader of markdown has a say in what is expected.
"""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pdf_samples as samples
import pypdf

from evaltools.report.renderer.pandoc_tree import attr, div, text_nodes
from evaltools.report.renderer.print.pdf import write_pdf

Node = dict[str, Any]

SIGNS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
OTHERS = "0a–—’”…"
SHORTHANDS = [
    "-?", "--", "---", "-5", "--5", "-–2020", "–-", "...", "…", "~", "a~b", "//", "/* x */", "*/",
    "https://example.org/a_b*c*", "http://x.fi/-?", "#let", "#1", "#x;", "@avain", "<label>", "_a_",
    "*b*", "`c`", "$x$", r"\u{41}", "\\", r"\ ", "= x", "== x", "- x", "+ x", "/ x: y", "1. x",
    "12.", "1.a", "[x]", "[", "]", "(x)", "{x}", "'q'", "“q”", '"q"', "’", "6'2\"", "#{1+1}",
    "Kunta-?", "5-?6", "-?-merkki", "[...]", "x -- y", "<!-- x -->", "&amp;", "%C3%A4", "a\tb",
]  # fmt: skip


def text(value: str) -> list[Node]:
    return [{"t": "Str", "c": value}]


def para(value: str) -> Node:
    return {"t": "Para", "c": text(value)}


def header(value: str) -> Node:
    return {"t": "Header", "c": [1, attr(), text(value)]}


def code_block(value: str) -> Node:
    return {"t": "CodeBlock", "c": [attr(), value]}


def cell(value: str) -> list[Any]:
    return [attr(), {"t": "AlignDefault"}, 1, 1, [{"t": "Plain", "c": text(value)}]]


def table(head: str, body: str, caption: str) -> Node:
    columns = [[{"t": "AlignDefault"}, {"t": "ColWidthDefault"}]]
    rows = [attr(), [[attr(), [cell(head)]]]], [[attr(), 0, [], [[attr(), [cell(body)]]]]]
    long = [{"t": "Plain", "c": text(caption)}] if caption else []
    return {"t": "Table", "c": [attr(), [None, long], columns, *rows, [attr(), []]]}


def callout(title: str, body: str) -> Node:
    parts = [div(attr(classes=["callout-title"]), [para(title)]),
             div(attr(classes=["callout-body"]), [para(body)])]  # fmt: skip
    return div(attr(classes=["callout"], pairs={"kind": "note"}), parts)


PLACES = {
    "paragraph": lambda value: [para(value)],
    "after a break": lambda value: [{"t": "Para", "c": [
        *text("x"), {"t": "LineBreak"}, *text(value)]}],
    "after emphasis": lambda value: [{"t": "Para", "c": [
        {"t": "Emph", "c": text("x")}, *text(value)]}],
    "in a link": lambda value: [{"t": "Para", "c": [
        {"t": "Link", "c": [attr(), text(value), ["https://example.org/", ""]]}]}],
    "list": lambda value: [{"t": "BulletList", "c": [[{"t": "Plain", "c": text(value)}]]}],
    "term": lambda value: [{"t": "DefinitionList", "c": [[text(value), [[para("x")]]]]}],
    "heading": lambda value: [header(value)],
    "head of a table": lambda value: [table(value, "x", "")],
    "cell": lambda value: [table("x", value, "")],
    "caption": lambda value: [table("x", "y", value)],
    "callout title": lambda value: [callout(value, "x")],
    "callout": lambda value: [callout("x", value)],
    "footnote": lambda value: [{"t": "Para", "c": [*text("x"), {"t": "Note", "c": [para(value)]}]}],
    "code": lambda value: [{"t": "Para", "c": [{"t": "Code", "c": [attr(), value]}]}],
    "block of code": lambda value: [code_block(value)],
    "quotation": lambda value: [{"t": "BlockQuote", "c": [para(value)]}],
    "strong": lambda value: [{"t": "Para", "c": [{"t": "Strong", "c": text(value)}]}],
}  # fmt: skip


def pdf_of(folder: Path, blocks: list[Node], title: str = "T") -> pypdf.PdfReader:
    """A document of these blocks, set."""
    folder.mkdir(parents=True, exist_ok=True)
    meta = {"title": {"t": "MetaInlines", "c": text_nodes(title)},
            "lang": {"t": "MetaString", "c": "fi"}}  # fmt: skip
    first = [] if blocks and blocks[0]["t"] == "Header" else [header("A")]
    document = {"pandoc-api-version": [1, 23, 1], "meta": meta, "blocks": [*first, *blocks]}
    return pypdf.PdfReader(io.BytesIO(write_pdf(document, samples.context(folder))))


def said(reader: pypdf.PdfReader) -> str:
    """All text of a PDF without blanks and the marks of possible breaks."""
    return squeezed("".join(page.extract_text() for page in reader.pages))


def squeezed(value: str) -> str:
    return re.sub(r"[\s\u200b]", "", value)


def test_every_pair_of_signs_comes_out_as_typed(tmp_path: Path) -> None:
    alphabet = SIGNS + OTHERS
    pairs = [first + second for first in alphabet for second in alphabet]
    lines = [f"{pair}k{number}k{pair}k" for number, pair in enumerate(pairs)]
    found = said(pdf_of(tmp_path, [para(line) for line in lines]))
    assert [line for line in lines if squeezed(line) not in found] == []


def test_shorthands_come_out_as_typed_wherever_they_stand(tmp_path: Path) -> None:
    blocks: list[Node] = []
    lines = []
    for place, build in enumerate(PLACES.values()):
        for number, value in enumerate(SHORTHANDS):
            for line in (f"{value}k{place}k{number}k", f"k{place}k{number}k{value}"):
                blocks += build(line)
                lines.append(line)
    found = said(pdf_of(tmp_path, blocks))
    assert [line for line in lines if squeezed(line) not in found] == []


def test_headings_stand_in_the_contents_as_typed(tmp_path: Path) -> None:
    lines = [f"k{number}k{value}k" for number, value in enumerate(SHORTHANDS)]
    reader = pdf_of(tmp_path, [header(line) for line in lines])
    found = said(reader)
    assert [line for line in lines if found.count(squeezed(line)) < 2] == []
    outline = [squeezed(str(item.title)) for item in reader.outline]  # type: ignore[union-attr]
    assert outline[-len(lines) :] == [squeezed(line) for line in lines]


def test_title_and_alternative_text_come_out_as_typed(tmp_path: Path) -> None:
    typed = " ".join(" ".join(SHORTHANDS).split())
    (tmp_path / "kuva.svg").write_text(samples.drawing(), encoding="utf-8")
    picture = {"t": "Image", "c": [attr(pairs={"alt": typed}), [], ["kuva.svg", ""]]}
    reader = pdf_of(tmp_path, [{"t": "Para", "c": [picture]}], title=typed)
    assert reader.metadata is not None
    assert reader.metadata.title == typed
    assert squeezed(typed) in said(reader)
    alts = [str(item["/Alt"]) for number in range(1, len(reader.xref[0]) + 1)
            if isinstance(item := reader.get_object(number), dict) and "/Alt" in item]  # fmt: skip
    assert typed in alts
