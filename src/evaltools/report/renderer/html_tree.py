"""The resolved document's blocks as the ones that make an accessible page."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaltools.report.renderer.pandoc_tree import (
    Attr,
    Node,
    attr,
    div,
    get,
    header,
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

_TYPES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg"}


def data_uri(path: Path) -> str:
    """A picture as an address that holds it."""
    payload = base64.b64encode(path.read_bytes()).decode("ascii")
    return f"data:{_TYPES[path.suffix]};base64,{payload}"


@dataclass
class HtmlTree:
    """Rewrites a resolved tree for pandoc's HTML writer.

    Arguments:
        media: folder of the pictures. words: the renderer's words.
        shift: levels by which headings sink below the page's title.
        tables_above: captions of tables stand above them. figures_above: those of figures.
    """

    media: Path
    words: Mapping[str, str]
    shift: int = 1
    tables_above: bool = True
    figures_above: bool = False
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
            node["c"][2] = [data_uri(self.media / node["c"][2][0]), node["c"][2][1]]
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
        classes = _escape_attribute(" ".join([*triple[1], f"callout-{appearance}"]))
        start = f'id="{_escape_attribute(name)}" class="{classes}"'
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
                f'<div {start} role="note" aria-labelledby="{_escape_attribute(name)}-title">',
            ),
            titled,
            div(attr(classes=["callout-body"]), inner),
            raw("html", "</div>"),
        ]

    def _tabset(self, triple: Attr, tabs: list[Node]) -> list[Node]:
        name = triple[0] or self._next("tabs")
        level = min(6, self._level + 1)
        outer = self._level
        label = _escape_attribute(self.words["tabs"])
        opening = f'<div class="tabset" id="{html.escape(name)}" data-label="{label}">'
        result = [raw("html", opening)]
        for number, tab in enumerate(tabs, 1):
            own, blocks = tab["c"]
            identifier = _escape_attribute(own[0] or f"{name}-{number}")
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
        content = self.blocks(blocks)
        inlines = self.inlines(caption[0]["c"]) if caption else []
        return self._framed(triple, "figure", inlines, content, self.figures_above)

    def _table(self, node: Node) -> list[Node]:
        triple, (_, caption), columns, head, bodies, foot = node["c"]
        identifier, triple[0] = triple[0], ""
        take(triple, "row-headers")
        _scope(head, bodies)
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
        name = _escape_attribute(triple[0] or self._next(kind))
        classes = f' class="{_escape_attribute(" ".join(triple[1]))}"' if triple[1] else ""
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


def _escape_attribute(value: str) -> str:
    return html.escape(value, quote=True)


def _scroll_attributes(name: str, label: str) -> Attr:
    """Attributes of something that may be wider than the screen: reachable by keyboard."""
    return attr(classes=[name], pairs={"tabindex": "0", "role": "group", "aria-label": label})


def _scope(head: list[Any], bodies: list[list[Any]]) -> None:
    """Say of every header cell what it is the header of."""
    for row in head[1]:
        for cell in row[1]:
            put(cell[0], "scope", "colgroup" if cell[3] > 1 else "col")
    for body in bodies:
        for row in body[3]:
            for cell in row[1][: body[1]]:
                put(cell[0], "scope", "row")
