"""The printed document in the words that pandoc's Word writer has: named styles, tables, runs."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from xml.sax.saxutils import escape, quoteattr

from evaltools.report.renderer.divs import CALLOUT_KINDS
from evaltools.report.renderer.docx.headings import count_headings, mark_number, strip_number
from evaltools.report.renderer.pandoc_tree import (
    Node,
    attr,
    attributes,
    cell,
    div,
    find_classes,
    find_identifier,
    get,
    is_div,
    nodes,
    para,
    plain,
    put,
    raw,
    rewrite,
    span,
    stringify,
    table,
    text,
)
from evaltools.report.renderer.print.document import Facts, walk
from evaltools.report.renderer.print.shapes import COVER_PARTS, count_row_headers, set_widths

TEXT_WIDTH_MM = 160.0
PAGE_BREAK = '<w:p><w:r><w:br w:type="page"/></w:r></w:p>'
# A paragraph after a table: Word joins tables that touch.
TABLE_END = raw("openxml", '<w:p><w:pPr><w:pStyle w:val="TableEnd"/></w:pPr></w:p>')
ROW_HEADERS = "TableRowHeaders"  # a mark that `document` turns into the flag of the first column
COVER_STYLES = {"series": "Cover Series", "title": "Title", "subtitle": "Subtitle",
                "author": "Author", "publisher": "Cover Publisher", "date": "Date"}  # fmt: skip
SPAN_STYLES = {"caption-label": "Caption Label", "section-number": "Section Number",
               "evidence-term": "Evidence Term", "evidence-label": "Evidence Label",
               "evidence-place": "Evidence Context",
               "evidence-context": "Evidence Context"}  # fmt: skip


def _style_blocks(name: str, blocks: list[Node], identifier: str = "") -> Node:
    """Blocks whose paragraphs have a named style."""
    return div(attr(identifier, pairs={"custom-style": name}), blocks)


def _run(name: str, inlines: list[Node], identifier: str = "") -> Node:
    """Inlines that have a named style."""
    return span(attr(identifier, pairs={"custom-style": name}), inlines)


_NUMBER = re.compile(r"(?P<before>.*?)(?P<number>\d+)(?P<after>\D*)", re.DOTALL)


def _field(code: str, shown: str, style: str) -> Node:
    """A field with its result, so that nothing needs to be updated for the document to be right."""
    look = f'<w:rPr><w:rStyle w:val="{style}"/></w:rPr>'
    parts = [
        '<w:fldChar w:fldCharType="begin"/>',
        f'<w:instrText xml:space="preserve"> {escape(code)} </w:instrText>',
        '<w:fldChar w:fldCharType="separate"/>',
        f"<w:t>{escape(shown)}</w:t>",
        '<w:fldChar w:fldCharType="end"/>',
    ]
    return {
        "t": "RawInline",
        "c": ["openxml", "".join(f"<w:r>{look}{each}</w:r>" for each in parts)],
    }


def _name_captions(tree: Node) -> frozenset[str]:
    """Give the label of every numbered caption its figure's or table's name; return the names."""
    named = set()
    for node in nodes(tree["blocks"]):
        if node["t"] not in ("Figure", "Table") or not node["c"][0][0]:
            continue
        labels = (each for each in nodes(node["c"][1]) if each["t"] == "Span")
        label = next((each for each in labels if "caption-label" in find_classes(each)), None)
        if label is not None and _NUMBER.fullmatch(stringify(label)):
            put(label["c"][0], "label-of", node["c"][0][0])
            named.add(node["c"][0][0])
    return frozenset(named)


def _caption_label(name: str, shown: str) -> Node:
    """`Kuva 5:` with its number as a field, which a word processor counts anew."""
    style, match = SPAN_STYLES["caption-label"], _NUMBER.fullmatch(shown)
    if match is None:
        raise ValueError(f"the label of a caption has no number: {shown}")
    kind = re.sub(r"\W", "", match["before"]) or "Label"
    number = _field(f"SEQ {kind} \\* ARABIC", match["number"], style.replace(" ", ""))
    counted = span(attr(f"{name}-number"), [number])
    return _run(style, [text(match["before"]), counted, text(match["after"])])


def shape_for_word(tree: Node, facts: Facts) -> Node:
    """A document for pandoc's Word writer."""
    numbers = count_headings(tree)
    contents = contents_blocks(tree, facts.contents_title, facts.contents_depth, numbers)
    shaper = _WordShaper(facts.cover(), contents, _name_captions(tree), numbers, facts.one_page)
    blocks = rewrite(tree["blocks"], shaper.node)
    return {
        **tree,
        "meta": {"lang": {"t": "MetaString", "c": facts.language_tag}},
        "blocks": blocks,
    }


@dataclass(frozen=True)
class _WordShaper:
    """Replaces nodes, children first."""

    facts: dict[str, str]
    contents: list[Node]
    captions: frozenset[str]
    headings: Mapping[str, str]
    one_page: bool

    def node(self, node: Node) -> list[Node] | None:
        kind = node["t"]
        if kind == "Div":
            return self._div(node)
        if kind == "Span":
            return _span(node)
        if kind == "Code" and "evidence-key" in node["c"][0][1]:
            return [_run("Evidence Context", [text(node["c"][1])])]
        if kind == "Figure":
            return _figure(node)
        if kind == "Table":
            return _table(node)
        if kind == "Image":
            return _image(node)
        if kind == "Header" and find_identifier(node) in self.headings:
            return mark_number(node, self.headings[find_identifier(node)])
        if kind == "Link" and "crossref" in find_classes(node):
            triple, content, target = node["c"]
            shown = self._reference(content, target[0].removeprefix("#"))
            return [{"t": "Link", "c": [triple, [_run("Cross Reference", shown)], target]}]
        if kind in ("Para", "Plain"):
            return _equation(node)
        return None

    def _reference(self, content: list[Node], name: str) -> list[Node]:
        """The words of a reference, its number as a field that follows the caption's."""
        shown = stringify(content)
        number = self.headings.get(name)
        if number and shown.endswith(number):
            before = shown.removesuffix(number)
            field = _field(f"REF {bookmark(f'{name}-number')} \\r \\h", number, "CrossReference")
            return [text(before), field] if before else [field]
        match = _NUMBER.fullmatch(shown)
        if name not in self.captions or match is None or match["after"]:
            return content
        code = f"REF {bookmark(f'{name}-number')} \\h"
        return [text(match["before"]), _field(code, match["number"], "CrossReference")]

    def _div(self, node: Node) -> list[Node] | None:
        identifier, classes, pairs = attributes(node)
        content: list[Node] = node["c"][1]
        if "cover" in classes:
            return self._cover(content)
        if "contents" in classes:
            return self.contents
        if "description-sheet" in classes:
            language = pairs.get("lang")
            return [div(attr(pairs={"lang": language}), content)] if language else content
        if "pagebreak" in classes:
            return [raw("openxml", PAGE_BREAK)]
        if "callout" in classes:
            return _callout(node, identifier)
        if "example-notice" in classes:
            return [_style_blocks("Notice", content, identifier)]
        if "margin" in classes or "aside" in classes:
            return [_style_blocks("Side Note", content, identifier)]
        if "evidence" in classes:
            return [_style_blocks("Evidence", [_loosen(block) for block in content], identifier)]
        if "listing" in classes:
            return [_listing(identifier, content)]
        if "layout" in classes:
            return _layout(content, pairs.get("columns", ""))
        if identifier == "refs":
            return [_style_blocks("Bibliography", content, identifier)]
        return None

    def _cover(self, content: list[Node]) -> list[Node]:
        own = {get(block["c"][0], "cover-part"): block["c"][1]
               for block in content if block["t"] == "Div"}  # fmt: skip
        out: list[Node] = []
        for part, style in COVER_STYLES.items():
            if part in own:
                out.append(_style_blocks(style, own[part]))
            elif self.facts.get(part):
                out.append(_style_blocks(style, [para([text(self.facts[part])])]))
        if self.facts.get("notice") and not self.one_page:  # a cover has no header to say it
            out.append(_style_blocks("Notice", [para([text(self.facts["notice"])])]))
        out += [
            block
            for block in content
            if not (block["t"] == "Div" and get(block["c"][0], "cover-part") in COVER_PARTS)
        ]
        return out if self.one_page else [*out, raw("openxml", PAGE_BREAK)]


def _callout(node: Node, identifier: str) -> list[Node]:
    """A callout as a table of one cell: the only box that also holds lists in Word."""
    kind = get(node["c"][0], "kind")
    name = kind.capitalize() if kind in CALLOUT_KINDS else "Note"
    plain_box = (get(node["c"][0], "appearance") or "default") != "default"
    blocks: list[Node] = []
    for block in node["c"][1]:
        if not is_div(block, "callout-title"):
            blocks.append(block)
        elif stringify(block).strip():
            blocks.append(
                _style_blocks(f"Callout Title {name}", [_as_para(b) for b in block["c"][1]])
            )
    style = f"Callout{name}" + ("Plain" if plain_box else "")
    return [div(attr(identifier), [_boxes([blocks], [1.0], style), TABLE_END])]


def _listing(identifier: str, content: list[Node]) -> Node:
    out = []
    for block in content:
        label = any(
            node["t"] == "Span" and get(node["c"][0], "custom-style") == "Caption Label"
            for node in nodes(block)
        )
        if label and block["t"] != "CodeBlock":
            out.append(_style_blocks("Table Caption", [block]))
        elif stringify(block).strip() or block["t"] != "Div":
            out.append(block)
    return div(attr(identifier), out)


def _figure(node: Node) -> list[Node]:
    triple, (_, caption), content = node["c"]
    blocks = [_as_para(block) for block in content]
    body = [
        _style_blocks("Captioned Figure", [block]) if block["t"] == "Para" else block
        for block in blocks
    ]
    if caption:
        body.append(_style_blocks("Image Caption", [_as_para(block) for block in caption]))
    return [div(attr(triple[0]), body)]


def _loosen(block: Node) -> Node:
    """A list of paragraphs: those of a tight list keep to a style of pandoc's own."""
    if block["t"] != "BulletList":
        return block
    return {"t": "BulletList", "c": [[_as_para(each) for each in item] for item in block["c"]]}


def _as_para(block: Node) -> Node:
    return para(block["c"]) if block["t"] == "Plain" else block


def _table(node: Node) -> list[Node]:
    triple = node["c"][0]
    if "key-value" in triple[1]:
        put(triple, "custom-style", "KeyValue" + (ROW_HEADERS if count_row_headers(node) else ""))
    elif get(triple, "custom-style") is None and count_row_headers(node):
        put(triple, "custom-style", ROW_HEADERS)
    return [set_widths(node, only_full=False), TABLE_END]


def _image(node: Node) -> list[Node]:
    triple, inlines, target = node["c"]
    alt = get(triple, "alt")
    if "decorative" in triple[1]:
        inlines = []
    elif alt:
        inlines = [text(alt)]
    return [{"t": "Image", "c": [triple, inlines, target]}]


def _span(node: Node) -> list[Node] | None:
    identifier, classes, pairs = attributes(node)
    content = node["c"][1]
    if "margin" in classes or "aside" in classes:
        return [{"t": "Note", "c": [para(content)]}]
    if "page-count" in classes:
        return [_field("NUMPAGES", "–", "DefaultParagraphFont")]
    if "caption-label" in classes and pairs.get("label-of"):
        return [_caption_label(pairs["label-of"], stringify(content))]
    style = next((style for name, style in SPAN_STYLES.items() if name in classes), None)
    return None if style is None else [_run(style, content, identifier)]


def _equation(node: Node) -> list[Node] | None:
    """A numbered formula stands in the middle of its line, its number at the end."""
    content = [item for item in node["c"] if item["t"] not in ("Space", "SoftBreak")]
    if len(content) != 1 or content[0]["t"] != "Span" or "equation" not in find_classes(content[0]):
        return None
    equation = content[0]
    formula = next((item for item in nodes(equation["c"][1]) if item["t"] == "Math"), None)
    if formula is None:
        return None
    tab = {"t": "RawInline", "c": ["openxml", "<w:r><w:tab/></w:r>"]}
    inline = {"t": "Math", "c": [{"t": "InlineMath"}, formula["c"][1]]}
    number = get(equation["c"][0], "number") or ""
    shown = number if number.startswith("(") or not number else f"({number})"
    line = para([tab, span(attr(find_identifier(equation)), [inline]), tab, text(shown)])
    return [_style_blocks("Equation", [line])]


def _layout(content: list[Node], columns: str) -> list[Node]:
    """Rows of cells as tables without borders, one a row since widths may differ."""
    cells = [block["c"][1] for block in content if block["t"] == "Div"]
    rows: list[list[float]] = json.loads(columns) if columns else [[1.0]]
    out: list[Node] = []
    for row in rows:
        here, cells = cells[: len(row)], cells[len(row) :]
        here += [[] for _ in row[len(here) :]]
        total = sum(abs(width) for width in row) or 1.0
        shares = [abs(width) / total for width in row]
        for blocks, share in zip(here, shares, strict=True):
            for node in nodes(blocks):
                if node["t"] == "Image":
                    _fit(node, share * TEXT_WIDTH_MM - 6)
        out += [_boxes(here, shares, "LayoutTable"), TABLE_END]
    return [*out, *(block for blocks in cells for block in blocks)]


def _boxes(contents: list[list[Node]], shares: list[float], style: str) -> Node:
    """A table of one row that is no table to read but to place."""
    columns = [("AlignDefault", share) for share in shares]
    row = [cell(blocks or [plain([])]) for blocks in contents]
    return table(attr(pairs={"custom-style": style}), columns, [row])


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


def contents_blocks(tree: Node, title: str, depth: int, numbers: Mapping[str, str]) -> list[Node]:
    """The contents, an entry for every heading.

    Entries link to their headings. Their page numbers are fields, which only a word processor can
    fill: LibreOffice does as it lays the document out, Word when it is opened, as settings.xml
    asks it to. They stand in no field of contents, whose stored text LibreOffice would show.
    """
    depth = max(1, min(depth, 3))
    entries = []
    for node, place in walk(tree):
        if node["t"] == "Header" and node["c"][0] <= depth and not place.inside("cover"):
            identifier, classes, _ = attributes(node)
            if "unlisted" not in classes:
                number = numbers.get(identifier, "")
                entries.append(_entry(node["c"][0], node["c"][2], identifier, number))
    return [
        raw(
            "openxml",
            f"<w:sdt><w:sdtPr><w:alias w:val={quoteattr(title)}/></w:sdtPr><w:sdtContent>"
            '<w:p><w:pPr><w:pStyle w:val="TOCHeading"/></w:pPr><w:r><w:t xml:space="preserve">'
            f"{escape(title)}</w:t></w:r></w:p>{''.join(entries)}</w:sdtContent></w:sdt>",
        )
    ]


def _entry(level: int, title: list[Node], identifier: str, number: str) -> str:
    """An entry in one run, but for its number, a field, and words in another language."""
    run = ""
    if number:
        code = f"REF {bookmark(f'{identifier}-number')} \\r \\h"
        shown = number.rstrip(".")  # a field gives the number without it
        run = _field(code, shown, "DefaultParagraphFont")["c"][1]
        title = [text(f"{number.removeprefix(shown)} "), *strip_number(title, number)]
    languages = [attributes(each)[2].get("lang") if each["t"] == "Span" else None for each in title]
    for language, found in groupby(zip(languages, title, strict=True), key=itemgetter(0)):
        words = escape(re.sub(r"[ \n]+", " ", stringify([each for _, each in found])))
        told = f"<w:rPr><w:lang w:val={quoteattr(language)}/></w:rPr>" if language else ""
        run += f'<w:r>{told}<w:t xml:space="preserve">{words}</w:t></w:r>'
    if identifier:
        name = bookmark(identifier)
        page = _field(f"PAGEREF {name} \\h", "", "DefaultParagraphFont")["c"][1]
        run += f"<w:r><w:tab/></w:r>{page}"
        run = f'<w:hyperlink w:anchor={quoteattr(name)} w:history="1">{run}</w:hyperlink>'
    return f'<w:p><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr>{run}</w:p>'
