"""The printed document in the words that pandoc's Word writer has: named styles, tables, runs."""

from __future__ import annotations

import hashlib
import json
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from evaltools.report.embedded.ast import (
    Node,
    attr,
    classes_of,
    div,
    get,
    identifier_of,
    nodes,
    para,
    plain,
    put,
    raw,
    rewrite,
    span,
    stringify,
    text,
)
from evaltools.report.embedded.docx.styles import CALLOUTS
from evaltools.report.embedded.print.document import attributes, text_of, walk
from evaltools.report.embedded.print.shapes import COVER_PARTS, row_headers_of, with_widths

TEXT_WIDTH_MM = 160.0
PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
TABLE_END = '<w:p><w:pPr><w:pStyle w:val="TableEnd"/></w:pPr></w:p>'
ROW_HEADERS = "TableRowHeaders"  # a mark that docx_package turns into the flag of the first column
COVER_STYLES = {"title": "Title", "subtitle": "Subtitle", "series": "Cover Series",
                "publisher": "Cover Publisher", "author": "Author", "date": "Date"}  # fmt: skip
EVIDENCE_STYLES = {"evidence-term": "Evidence Term", "evidence-label": "Evidence Label",
                   "evidence-place": "Evidence Context",
                   "evidence-context": "Evidence Context"}  # fmt: skip
COVER_ORDER = ("series", "title", "subtitle", "author", "publisher", "date")


def styled(name: str, blocks: list[Node], identifier: str = "") -> Node:
    """Blocks whose paragraphs have a named style."""
    return div(attr(identifier, pairs={"custom-style": name}), blocks)


def for_word(tree: Node, facts: dict[str, str], lang: str, contents_title: str, depth: int) -> Node:
    """A document for pandoc's Word writer.

    Arguments:
        tree: the printed document (`print_shapes.printed`), images staged.
        facts: texts of the cover by part (`title`, `series`, ...); empty ones are left out.
        lang: language tag of the document.
        contents_title: heading of the contents.
        depth: how many levels of headings the contents have.

    Returns the tree; its metadata are the language only, since the cover is in the blocks.
    """
    finish = _Finish(facts, contents_blocks(tree, contents_title, depth))
    blocks = rewrite(tree["blocks"], finish.node)
    return {**tree, "meta": {"lang": {"t": "MetaString", "c": lang}}, "blocks": blocks}


class _Finish:
    """Replaces nodes, children first."""

    def __init__(self, facts: dict[str, str], contents: list[Node]) -> None:
        self.facts = facts
        self.contents = contents

    def node(self, node: Node) -> list[Node] | None:
        kind = node["t"]
        if kind == "Div":
            return self._div(node)
        if kind == "Span":
            return _span(node)
        if kind == "Code" and "evidence-key" in node["c"][0][1]:
            return [span(attr(pairs={"custom-style": "Evidence Context"}), [text(node["c"][1])])]
        if kind == "Figure":
            return _figure(node)
        if kind == "Table":
            return _table(node)
        if kind == "Image":
            return _image(node)
        if kind == "Link" and "crossref" in classes_of(node):
            return [_link(node)]
        if kind in ("Para", "Plain"):
            return _equation(node)
        return None

    def _div(self, node: Node) -> list[Node] | None:
        identifier, classes, pairs = attributes(node)
        content: list[Node] = node["c"][1]
        if "cover" in classes:
            return self._cover(content)
        if "contents" in classes:
            return self.contents
        if "description-sheet" in classes:
            return content
        if "pagebreak" in classes:
            return [raw("openxml", PAGE_BREAK)]
        if "callout" in classes:
            return _callout(node, identifier)
        if "example-notice" in classes:
            return [styled("Notice", content, identifier)]
        if "margin" in classes or "aside" in classes:
            return [styled("Side Note", content, identifier)]
        if "evidence" in classes:
            return [styled("Evidence", [_loose(block) for block in content], identifier)]
        if "listing" in classes:
            return [_listing(identifier, content)]
        if "layout" in classes:
            return _layout(content, pairs.get("columns", ""))
        if identifier == "refs":
            return [styled("Bibliography", content, identifier)]
        return None

    def _cover(self, content: list[Node]) -> list[Node]:
        own = {get(block["c"][0], "cover-part"): block["c"][1]
               for block in content if block["t"] == "Div"}  # fmt: skip
        out: list[Node] = []
        for part in COVER_ORDER:
            if part in own:
                out.append(styled(COVER_STYLES[part], own[part]))
            elif self.facts.get(part):
                out.append(styled(COVER_STYLES[part], [para([text(self.facts[part])])]))
        if self.facts.get("notice"):  # the first page has no header to say it
            out.append(styled("Notice", [para([text(self.facts["notice"])])]))
        return out + [
            block
            for block in content
            if not (block["t"] == "Div" and get(block["c"][0], "cover-part") in COVER_PARTS)
        ]


def _callout(node: Node, identifier: str) -> list[Node]:
    """A callout as a table of one cell: the only box that also holds lists in Word."""
    kind = (get(node["c"][0], "kind") or "note").capitalize()
    name = kind if kind in CALLOUTS else next(iter(CALLOUTS))
    plain_box = (get(node["c"][0], "appearance") or "default") != "default"
    blocks: list[Node] = []
    for block in node["c"][1]:
        classes = classes_of(block) if block["t"] == "Div" else []
        if "callout-title" not in classes:
            blocks.append(block)
        elif stringify(block).strip():
            blocks.append(styled(f"Callout Title {name}", [_as_para(b) for b in block["c"][1]]))
    style = f"Callout{name}" + ("Plain" if plain_box else "")
    return [div(attr(identifier), [_boxes([blocks], [1.0], style), _table_end()])]


def _listing(identifier: str, content: list[Node]) -> Node:
    out = []
    for block in content:
        label = any(
            node["t"] == "Span" and get(node["c"][0], "custom-style") == "Caption Label"
            for node in nodes(block)
        )
        if label and block["t"] != "CodeBlock":
            out.append(styled("Table Caption", [block]))
        elif stringify(block).strip() or block["t"] != "Div":
            out.append(block)
    return div(attr(identifier), out)


def _figure(node: Node) -> list[Node]:
    triple, (_, caption), content = node["c"]
    blocks = [para(block["c"]) if block["t"] == "Plain" else block for block in content]
    body = [
        styled("Captioned Figure", [block]) if block["t"] == "Para" else block for block in blocks
    ]
    if caption:
        body.append(styled("Image Caption", [_as_para(block) for block in caption]))
    return [div(attr(triple[0]), body)]


def _loose(block: Node) -> Node:
    """A list of paragraphs: those of a tight list keep to a style of pandoc's own."""
    if block["t"] != "BulletList":
        return block
    return {"t": "BulletList", "c": [[_as_para(each) for each in item] for item in block["c"]]}


def _as_para(block: Node) -> Node:
    return para(block["c"]) if block["t"] == "Plain" else block


def _table(node: Node) -> list[Node]:
    triple = node["c"][0]
    if "key-value" in triple[1]:
        put(triple, "custom-style", "KeyValue" + (ROW_HEADERS if row_headers_of(node) else ""))
    elif get(triple, "custom-style") is None and row_headers_of(node):
        put(triple, "custom-style", ROW_HEADERS)
    return [with_widths(node, only_full=False), _table_end()]


def _image(node: Node) -> list[Node]:
    triple, inlines, target = node["c"]
    alt = get(triple, "alt")
    if "decorative" in triple[1]:
        inlines = []
    elif alt:
        inlines = [text(alt)]
    return [{"t": "Image", "c": [triple, inlines, target]}]


def _span(node: Node) -> list[Node] | None:
    identifier, classes, _ = attributes(node)
    content = node["c"][1]
    if "margin" in classes or "aside" in classes:
        return [{"t": "Note", "c": [para(content)]}]
    if "caption-label" in classes:
        return [span(attr(identifier, pairs={"custom-style": "Caption Label"}), content)]
    if "section-number" in classes:
        return [span(attr(identifier, pairs={"custom-style": "Section Number"}), content)]
    for name, style in EVIDENCE_STYLES.items():
        if name in classes:
            return [span(attr(identifier, pairs={"custom-style": style}), content)]
    return None


def _link(node: Node) -> Node:
    triple, content, target = node["c"]
    runs = span(attr(pairs={"custom-style": "Cross Reference"}), content)
    return {"t": "Link", "c": [triple, [runs], target]}


def _equation(node: Node) -> list[Node] | None:
    """A numbered formula stands in the middle of its line, its number at the end."""
    content = [item for item in node["c"] if item["t"] not in ("Space", "SoftBreak")]
    if len(content) != 1 or content[0]["t"] != "Span" or "equation" not in classes_of(content[0]):
        return None
    equation = content[0]
    formula = next((item for item in nodes(equation["c"][1]) if item["t"] == "Math"), None)
    if formula is None:
        return None
    tab = {"t": "RawInline", "c": ["openxml", "<w:r><w:tab/></w:r>"]}
    inline = {"t": "Math", "c": [{"t": "InlineMath"}, formula["c"][1]]}
    number = get(equation["c"][0], "number") or ""
    shown = number if number.startswith("(") or not number else f"({number})"
    line = para([tab, span(attr(identifier_of(equation)), [inline]), tab, text(shown)])
    return [styled("Equation", [line])]


def _layout(content: list[Node], columns: str) -> list[Node]:
    """Rows of cells as tables without borders, one a row since widths may differ."""
    cells = [block for block in content if block["t"] == "Div"]
    rows: list[list[float]] = json.loads(columns) if columns else [[1.0]]
    out: list[Node] = []
    at = 0
    for row in rows:
        here = cells[at : at + len(row)]
        at += len(row)
        total = sum(abs(width) for width in row) or 1.0
        shares = [abs(width) / total for width in row]
        out += _layout_row(here, shares)
    for cell in cells[at:]:
        out += cell["c"][1]
    return out


def _layout_row(cells: list[Node], shares: list[float]) -> list[Node]:
    contents = [cell["c"][1] for cell in cells] + [[] for _ in shares[len(cells) :]]
    for blocks, share in zip(contents, shares, strict=True):
        for node in nodes(blocks):
            if node["t"] == "Image":
                _fit(node, share * TEXT_WIDTH_MM - 6)
    return [_boxes(contents, shares, "LayoutTable"), _table_end()]


def _boxes(contents: list[list[Node]], shares: list[float], style: str) -> Node:
    """A table of one row that is no table to read but to place."""
    cells: list[Any] = [
        [attr(), {"t": "AlignDefault"}, 1, 1, blocks or [plain([])]] for blocks in contents
    ]
    columns = [[{"t": "AlignDefault"}, {"t": "ColWidth", "c": share}] for share in shares]
    body = [[attr(), 0, [], [[attr(), cells]]]]
    attributes = attr(pairs={"custom-style": style})
    return {"t": "Table", "c": [attributes, [None, []], columns, [attr(), []], body, [attr(), []]]}


def _table_end() -> Node:
    """A paragraph after a table: Word joins tables that touch."""
    return raw("openxml", TABLE_END)


def _fit(image: Node, width: float) -> None:
    triple = image["c"][0]
    given = get(triple, "width") or ""
    if given.endswith("%"):
        width *= min(float(given[:-1]), 100.0) / 100
    elif given:
        return
    put(triple, "width", f"{width:.2f}mm")


def bookmark(identifier: str) -> str:
    """The name that pandoc gives the bookmark of an identifier.

    Word takes names of at most 40 characters that begin with a letter; others are hashed.
    """
    if identifier[:1].isalpha() and len(identifier) <= 40:
        return identifier
    return "X" + hashlib.sha1(identifier.encode()).hexdigest()[1:]


def contents_blocks(tree: Node, title: str, depth: int) -> list[Node]:
    """The contents as a field with an entry for every heading.

    Arguments:
        tree: the document.
        title: the heading above.
        depth: how many levels of headings are listed, 1 to 3.

    Returns raw blocks. Entries link to their headings and have no page numbers, which only a
    word processor knows: so they are complete as they are, and opening the document asks nothing.
    Whoever wants numbers updates the field without its `\\n`.
    """
    depth = max(1, min(depth, 3))
    entries = []
    for node, place in walk(tree):
        if node["t"] != "Header" or node["c"][0] > depth or place.inside("cover"):
            continue
        identifier, classes, _ = attributes(node)
        if "unlisted" not in classes:
            entries.append((node["c"][0], text_of(node["c"][2]), identifier))
    paragraphs = [_paragraph(*entry) for entry in entries]
    if paragraphs:
        begin = (
            '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">'
            f' TOC \\o "1-{depth}" \\n \\h \\z \\u </w:instrText></w:r>'
            '<w:r><w:fldChar w:fldCharType="separate"/></w:r>'
        )
        paragraphs[0] = paragraphs[0].replace("</w:pPr>", "</w:pPr>" + begin, 1)
        end = '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
        paragraphs[-1] = paragraphs[-1].removesuffix("</w:p>") + end
    heading = (
        '<w:p><w:pPr><w:pStyle w:val="TOCHeading"/></w:pPr><w:r><w:t xml:space="preserve">'
        f"{escape(title)}</w:t></w:r></w:p>"
    )
    return [
        raw(
            "openxml",
            '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/>'
            "<w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent>"
            f"{heading}{''.join(paragraphs)}</w:sdtContent></w:sdt>",
        )
    ]


def _paragraph(level: int, title: str, identifier: str) -> str:
    text = f'<w:r><w:t xml:space="preserve">{escape(title)}</w:t></w:r>'
    if identifier:
        name = bookmark(identifier)
        text = f'<w:hyperlink w:anchor={quoteattr(name)} w:history="1">{text}</w:hyperlink>'
    return f'<w:p><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr>{text}</w:p>'
