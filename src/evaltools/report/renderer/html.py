"""A resolved document as one self-contained, accessible page."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evaltools.problems import refuse
from evaltools.report.renderer.block_writer import set_aside, write_blocks
from evaltools.report.renderer.figure_files import Publication, read_caption
from evaltools.report.renderer.final_pass import message_problems
from evaltools.report.renderer.format_context import Context
from evaltools.report.renderer.metadata import (
    find_plain_text,
    highwire_tags,
    read_record,
    structured_data,
    title_block,
)
from evaltools.report.renderer.page_figures import read_sidecar, write_figure
from evaltools.report.renderer.pandoc import pandoc
from evaltools.report.renderer.pandoc_tree import (
    Attr,
    Node,
    attr,
    div,
    get,
    header,
    make_document,
    nodes,
    plain,
    put,
    raw,
    rewrite,
    space,
    span,
    stringify,
    take,
    text,
)
from evaltools.report.renderer.printed_values import annotate_table, mark_headers
from evaltools.report.renderer.style_sheets import page_styles

_HERE = Path(__file__).parent
_SCRIPTS = ("page.js", "page_overlays.js", "page_contents.js", "page_tables.js", "page_figures.js",
            "page_evidence.js")  # fmt: skip
_WORDS = ("skip", "find", "find-none", "section-link", "save-csv", "save-figure", "filter-rows",
          "note", "about-publication", "how-to-cite", "copy", "copied", "run-label",
          "colophon")  # fmt: skip
_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}


def write_html(document: Node, context: Context) -> bytes:
    """Write the page."""
    meta, options = document["meta"], context.format
    shift = int(bool(find_plain_text(meta, "title")))
    tree = HtmlTree(
        context.media,
        context.words,
        shift,
        tables_above=options.get("tbl-cap-location", "top") != "bottom",
        figures_above=options.get("fig-cap-location", "bottom") == "top",
        language=context.language,
        publication=_publication(meta, context),
    )
    arguments = ["-t", "html5-smart", "--mathml", "--wrap=none", "--syntax-highlighting=none",
                 "--email-obfuscation=none", "--sandbox"]  # fmt: skip
    blocks = tree.blocks(document["blocks"])
    blocks = write_blocks(blocks, "html", arguments, context, {"Header", "Note"})
    written, mark = set_aside(blocks)
    shown = make_document(blocks, title_block(meta, context.words))
    arguments += ["--section-divs", f"--template={_HERE / 'page.html'}"]
    if options.get("toc"):
        depth = min(int(options.get("toc-depth", 3)) + shift, 6)
        arguments += ["--toc", f"--toc-depth={depth}"]
    variables = _variables(meta, context, tree.drawings)
    with TemporaryDirectory(prefix="evaltools-") as name:
        defaults = Path(name) / "page.json"
        defaults.write_text(json.dumps({"variables": variables}), encoding="utf-8")
        output, messages = pandoc([*arguments, f"--defaults={defaults}"], shown, context.epoch)
    refuse(message_problems(messages, context))
    page = re.sub(rf"{mark}(\d+);", lambda found: written[int(found[1])], output.decode("utf-8"))
    return _label_footnotes(page, context.words).encode("utf-8")


def _publication(meta: Mapping[str, Any], context: Context) -> Publication:
    """What files that are saved from the page say of it."""
    told = [find_plain_text(meta, name) for name in ("title", "publisher", "month")]
    return Publication(
        name=Path(str(context.format.get("output-file", ""))).stem
        or find_plain_text(meta, "file-name")
        or context.document.stem,
        source=find_plain_text(meta, "cite") or ", ".join(each for each in told if each),
        notice=find_plain_text(meta, "example-notice"),
    )


def _variables(
    meta: Mapping[str, Any], context: Context, drawings: Sequence[str]
) -> dict[str, Any]:
    """What the template takes as it is."""
    script = "\n".join((_HERE / name).read_text(encoding="utf-8").strip() for name in _SCRIPTS)
    digest = base64.b64encode(hashlib.sha256(script.encode("utf-8")).digest()).decode("ascii")
    keywords = meta.get("keywords", {}).get("c", "")
    if not isinstance(keywords, str):
        keywords = ", ".join(str(item["c"]) for item in keywords)
    authors = [stringify(item["c"]) for item in meta.get("author", {}).get("c", [])]
    about = {  # what search engines and catalogues read
        "description": find_plain_text(meta, "description"),
        "keywords": keywords,
        "author": ", ".join(name for name in authors if name),
    }
    record = read_record(meta)
    title = find_plain_text(meta, "title") or context.document.stem
    iso = find_plain_text(meta, "date-iso")
    publication = _publication(meta, context)
    texts = {
        "language": str(context.format.get("lang", "en")),
        "pagetitle": str(context.format.get("pagetitle", title)),
        **{name: context.words[name] for name in _WORDS},
        "contents": find_plain_text(meta, "toc-title") or context.words["toc-title-document"],
        "notice": find_plain_text(meta, "example-notice"),
        "series": find_plain_text(meta, "series"),
        "publisher": find_plain_text(meta, "publisher"),
        "day": find_plain_text(meta, "date"),
        "day-label": find_plain_text(meta, "date-label"),
        "published": find_plain_text(meta, "month"),
        "published-label": context.words["title-block-published"],
        "file": publication.name,
        "example-file": context.words["example-file"] if publication.notice else "",
        "run": find_plain_text(meta, "run"),
        "cite": find_plain_text(meta, "cite"),
        "iso": iso if re.fullmatch(r"\d{4}-\d\d-\d\d", iso) else "",
    }
    return {name: html.escape(value) for name, value in texts.items()} | {
        "policy": "default-src 'none'; img-src data:; font-src data:; style-src 'unsafe-inline'; "
        f"script-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        "about": [
            {"name": name, "content": html.escape(value)}
            for name, value in (*about.items(), *highwire_tags(record))
            if value
        ],
        "structured": structured_data(record),
        "css": page_styles(context, drawings),
        "script": script,
    }


def _label_footnotes(page: str, words: Mapping[str, str]) -> str:
    """Names for footnotes and for the ways back from them."""
    links = {
        r'(<a href="#fnref(\d+)" class="footnote-back" role="doc-backlink")': "back-to-text",
        r'(<a href="#fn(\d+)" class="footnote-ref" id="fnref\d+" role="doc-noteref")': "footnote",
    }
    for pattern, word in links.items():
        page = re.sub(pattern, rf'\1 aria-label="{html.escape(words[word])} \2"', page)
    section, name = ' role="doc-endnotes"', html.escape(words["section-title-footnotes"])
    return page.replace(f"{section}>\n<hr />", f'{section} aria-label="{name}">', 1)


@dataclass
class HtmlTree:
    """Rewrites a resolved tree for pandoc's HTML writer.

    Arguments:
        media: folder of the pictures. words: the renderer's words.
        shift: levels by which headings sink below the page's title.
        tables_above: captions of tables stand above them. figures_above: those of figures.
        language: in which the document is printed. publication: that saved files name.
        drawings: those that became part of the page, for their colours.
    """

    media: Path
    words: Mapping[str, str]
    shift: int = 1
    tables_above: bool = True
    figures_above: bool = False
    language: str = "en"
    publication: Publication = field(default_factory=Publication)
    drawings: list[str] = field(default_factory=list)
    _count: int = 0

    def __post_init__(self) -> None:
        self._level = self.shift

    def blocks(self, blocks: list[Node]) -> list[Node]:
        """Blocks in reading order, so that tabs know the heading they stand under."""
        return [made for node in blocks for made in self._block(node)]

    def _block(self, node: Node) -> list[Node]:
        kind, content = node["t"], node.get("c")
        if kind == "Header":
            level, triple, inlines = node["c"]
            self._level = min(6, level + self.shift)
            take(triple, "number")
            return [header(self._level, triple, self.inlines(inlines))]
        if kind == "Div":
            return self._div(node)
        if kind == "Figure":
            return self._figure(node)
        if kind == "Table":
            return self._table(node)
        if kind == "CodeBlock":
            put(node["c"][0], "tabindex", "0")
        elif kind == "LineBlock":
            content = [self.inlines(line) for line in node["c"]]
        elif kind == "BlockQuote":
            content = self.blocks(node["c"])
        elif kind == "BulletList":
            content = [self.blocks(item) for item in node["c"]]
        elif kind == "OrderedList":
            content = [node["c"][0], [self.blocks(item) for item in node["c"][1]]]
        elif kind == "DefinitionList":
            content = [
                [self.inlines(term), [self.blocks(each) for each in meanings]]
                for term, meanings in node["c"]
            ]
        elif kind in {"Para", "Plain"}:
            content = self.inlines(node["c"])
        return [node if content is node.get("c") else {"t": kind, "c": content}]

    def inlines(self, inlines: list[Node]) -> list[Node]:
        """Inlines with pictures inside and formulas reachable."""
        return rewrite(inlines, self._inline)

    def _inline(self, node: Node) -> list[Node] | None:
        kind = node["t"]
        if kind == "Image":
            path = self.media / node["c"][2][0]
            payload = base64.b64encode(path.read_bytes()).decode("ascii")
            node["c"][2][0] = f"data:{_TYPES[path.suffix]};base64,{payload}"
        elif kind == "Math" and node["c"][0]["t"] == "DisplayMath":
            return [span(_scroll_attributes("formula", self.words["formula"]), [node])]
        elif kind == "Span" and "equation" in node["c"][0][1]:
            triple, content = node["c"]
            number = take(triple, "number") or ""
            name = take(triple, "alt") or f"{self.words['formula']} {number}"
            inner = content[0]
            if inner["t"] == "Span":
                inner["c"][0] = _scroll_attributes("formula", name)
            mark = span(attr(classes=["equation-number"]), [text(f"({number})")])
            return [span(triple, [inner, mark])]
        elif kind == "Note":
            return [{"t": "Note", "c": self.blocks(node["c"])}]
        return None

    def _div(self, node: Node) -> list[Node]:
        triple, blocks = node["c"]
        classes = triple[1]
        if "callout" in classes:
            return self._callout(triple, blocks)
        if "tabset" in classes:
            return self._tabset(triple, blocks)
        if "layout" in classes:
            return [self._layout(triple, blocks)]
        if "listing" in classes:
            heading, *codes = blocks
            inlines = self.inlines(heading["c"][1][0]["c"]) if heading["c"][1] else []
            return self._framed(triple, "listing", inlines, self.blocks(codes), True)
        if "summary" in classes:
            blocks = [*_ways_down(blocks), *blocks]
        if "evidence-entries" in classes:
            # With scripts the entries are data, which no browser lays out before it is asked to.
            inner = div(attr(), self.blocks(blocks))
            return [div(triple, [raw("html", "<noscript>"), inner, raw("html", "</noscript>")])]
        if "margin" in classes:
            put(triple, "role", "note")
            put(triple, "aria-label", self.words["margin-note"])
        if "pagebreak" in classes:
            return [raw("html", '<div class="pagebreak"></div>')]
        return [div(triple, self.blocks(blocks))]

    def _callout(self, triple: Attr, blocks: list[Node]) -> list[Node]:
        kind, label = take(triple, "kind") or "", take(triple, "label") or ""
        appearance, icon = take(triple, "appearance"), take(triple, "icon")
        collapse = take(triple, "collapse") or ""
        heading, body = blocks
        title = heading["c"][1][0]["c"] if heading["c"][1] else []
        name = triple[0] or self._next(f"callout-{kind}")
        line: list[Node] = []
        if icon != "false":
            line.append(span(attr(classes=["callout-icon"], pairs={"aria-hidden": "true"}), []))
        if stringify(title).strip() != label:
            line.append(span(attr(classes=["callout-kind"]), [text(label)]))
            line += [space()] if title else []
        line += [span(attr(classes=["callout-name"]), self.inlines(title))] if title else []
        titled = div(attr(f"{name}-title", ["callout-title"]), [plain(line)])
        inner = self.blocks(body["c"][1])
        classes = html.escape(" ".join([*triple[1], f"callout-{appearance}"]))
        start = f'id="{html.escape(name)}" class="{classes}"'
        if collapse in {"true", "false"}:
            opened = "" if collapse == "true" else " open"
            return [
                raw("html", f"<details {start}{opened}><summary>"),
                titled,
                raw("html", '</summary><div class="callout-body">'),
                *inner,
                raw("html", "</div></details>"),
            ]
        return [
            raw(
                "html",
                f'<div {start} role="note" aria-labelledby="{html.escape(name)}-title">',
            ),
            titled,
            div(attr(classes=["callout-body"]), inner),
            raw("html", "</div>"),
        ]

    def _tabset(self, triple: Attr, tabs: list[Node]) -> list[Node]:
        name = triple[0] or self._next("tabs")
        level = min(6, self._level + 1)
        outer = self._level
        label = html.escape(self.words["tabs"])
        opening = f'<div class="tabset" id="{html.escape(name)}" data-label="{label}">'
        result = [raw("html", opening)]
        for number, tab in enumerate(tabs, 1):
            own, blocks = tab["c"]
            identifier = html.escape(own[0] or f"{name}-{number}")
            title = html.escape(get(own, "title") or "")
            section = (
                f'<section class="tab" id="{identifier}" aria-labelledby="{identifier}-title">'
                f'<h{level} class="tab-title" id="{identifier}-title">{title}</h{level}>'
            )
            self._level = level
            result += [raw("html", section), *self.blocks(blocks), raw("html", "</section>")]
        self._level = outer
        return [*result, raw("html", "</div>")]

    def _layout(self, triple: Attr, cells: list[Node]) -> Node:
        rows = json.loads(take(triple, "columns") or "[]")
        queue = iter(cells)
        lines: list[Node] = []
        for row in rows:
            own = [next(queue) for _ in row]
            widths = " ".join(f"minmax(0,{width:g}fr)" for width in row)
            content = [div(cell["c"][0], self.blocks(cell["c"][1])) for cell in own]
            pairs = {"style": f"--columns:{widths}"}
            lines.append(div(attr(classes=["layout-row"], pairs=pairs), content))
        return div(triple, lines)

    def _figure(self, node: Node) -> list[Node]:
        triple, (_, caption), blocks = node["c"]
        take(triple, "parent")
        align = take(triple, "fig-align")
        if align in {"left", "center", "right"}:
            triple[1].append(f"align-{align}")
        inlines = self.inlines(caption[0]["c"]) if caption else []
        drawn = self._drawing(triple, blocks, inlines)
        content = self.blocks(blocks) if drawn is None else [drawn]
        return self._framed(triple, "figure", inlines, content, self.figures_above)

    def _drawing(self, triple: Attr, blocks: list[Node], caption: list[Node]) -> Node | None:
        """The figure with real words, of a single picture that has such a drawing beside it."""
        pictures = [item for item in nodes(blocks) if item["t"] == "Image"]
        if len(pictures) != 1:
            return None
        own, _, (name, _) = pictures[0]["c"]
        found = read_sidecar(self.media / name)
        if found is None or not triple[0]:
            return None
        triple[1].append("chart-figure")
        self.drawings += [found[width] for width in ("wide", "narrow") if width in found]
        told = read_caption(caption, triple[0])
        alt = get(own, "alt") or ""
        return raw("html", write_figure(alt, found, told, self.publication, self.words))

    def _table(self, node: Node) -> list[Node]:
        triple, (_, caption), columns, head, bodies, foot = node["c"]
        identifier, triple[0] = triple[0], ""
        take(triple, "row-headers")
        mark_headers(head, bodies)
        annotate_table(head, bodies, self.language, self.words)
        rewritten = rewrite([head, bodies, foot], self._inline)
        inlines = self.inlines(caption[0]["c"]) if caption else []
        name = identifier or self._next("table")
        frame = attr(classes=["table-scroll"], pairs={"role": "group", "tabindex": "0"})
        if inlines:
            put(frame, "aria-labelledby", f"{name}-caption")
        else:
            put(frame, "aria-label", self.words["table"])
        table = {"t": "Table", "c": [triple, [None, []], columns, *rewritten]}
        own = attr(name, ["table-figure"])
        return self._framed(own, "table", inlines, [div(frame, [table])], self.tables_above)

    def _framed(
        self, triple: Attr, kind: str, caption: list[Node], content: list[Node], above: bool
    ) -> list[Node]:
        """A figure element; the caption where it is wanted."""
        name = html.escape(triple[0] or self._next(kind))
        classes = f' class="{html.escape(" ".join(triple[1]))}"' if triple[1] else ""
        titled: list[Node] = []
        if caption:
            opening = raw("html", f'<figcaption id="{name}-caption">')
            titled = [opening, plain(caption), raw("html", "</figcaption>")]
        inner = [*titled, *content] if above else [*content, *titled]
        start = raw("html", f'<figure id="{name}"{classes}>')
        return [start, *inner, raw("html", "</figure>")]

    def _next(self, kind: str) -> str:
        self._count += 1
        return f"{kind}--{self._count}"


def _ways_down(blocks: Sequence[Node]) -> list[Node]:
    """Links to the lists that stand at a glance, for screens where they stand below the messages.

    Each paragraph that names a list becomes what its link leads to.
    """
    links: list[Node] = []
    for box in blocks:
        if box["t"] != "Div" or "glance" not in box["c"][0][1]:
            continue
        inner = box["c"][1]
        for place, (title, listed) in enumerate(pairwise(inner)):
            if title["t"] == "Para" and listed["t"] == "BulletList":
                name = f"glance-{len(links) + 1}"
                inner[place] = div(attr(name), [title])
                target = [f"#{name}", ""]
                link = {"t": "Link", "c": [attr(), [text(stringify(title))], target]}
                links.append(plain([link]))
    return [div(attr(classes=["ways-down"]), links)] if links else []


def _scroll_attributes(name: str, label: str) -> Attr:
    """Attributes of something that may be wider than the screen: reachable by keyboard."""
    return attr(classes=[name], pairs={"tabindex": "0", "role": "group", "aria-label": label})
