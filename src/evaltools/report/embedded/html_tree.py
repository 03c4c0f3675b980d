"""The resolved document's blocks as the ones that make an accessible page."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Mapping
from pathlib import Path

from evaltools.report.embedded.ast import (
    Attr,
    Node,
    attr,
    div,
    get,
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


class HtmlTree:
    """Rewrites a resolved tree for pandoc's HTML writer.

    Arguments:
        media: folder of the pictures. words: the renderer's words.
        shift: levels by which headings sink below the page's title.
        tables_above: captions of tables stand above them. figures_above: those of figures.
    """

    def __init__(
        self,
        media: Path,
        words: Mapping[str, str],
        shift: int = 1,
        tables_above: bool = True,
        figures_above: bool = False,
    ) -> None:
        self.media = media
        self.words = words
        self.shift = shift
        self.tables_above = tables_above
        self.figures_above = figures_above
        self._level = shift
        self._count = 0

    def blocks(self, blocks: list[Node]) -> list[Node]:
        """Blocks in reading order, so that tabs know the heading they stand under."""
        result: list[Node] = []
        for node in blocks:
            result.extend(self._block(node))
        return result

    def _block(self, node: Node) -> list[Node]:
        kind = node["t"]
        if kind == "Header":
            return [self._header(node)]
        if kind == "Div":
            return self._div(node)
        if kind == "Figure":
            return self._figure(node)
        if kind == "Table":
            return self._table(node)
        if kind == "CodeBlock":
            put(node["c"][0], "tabindex", "0")
            return [node]
        if kind == "LineBlock":
            return [{"t": kind, "c": [self.inlines(line) for line in node["c"]]}]
        if kind == "BlockQuote":
            return [{"t": kind, "c": self.blocks(node["c"])}]
        if kind == "BulletList":
            return [{"t": kind, "c": [self.blocks(item) for item in node["c"]]}]
        if kind == "OrderedList":
            return [{"t": kind, "c": [node["c"][0], [self.blocks(i) for i in node["c"][1]]]}]
        if kind == "DefinitionList":
            items = [
                [self.inlines(term), [self.blocks(each) for each in meanings]]
                for term, meanings in node["c"]
            ]
            return [{"t": kind, "c": items}]
        if kind in {"Para", "Plain"}:
            return [{"t": kind, "c": self.inlines(node["c"])}]
        return [node]

    def inlines(self, inlines: list[Node]) -> list[Node]:
        """Inlines with pictures inside and formulas reachable."""
        result: list[Node] = rewrite(inlines, self._inline)
        return result

    def _inline(self, node: Node) -> list[Node] | None:
        kind = node["t"]
        if kind == "Image":
            node["c"][2] = [data_uri(self.media / node["c"][2][0]), node["c"][2][1]]
            return None
        if kind == "Math" and node["c"][0]["t"] == "DisplayMath":
            return [span(_scrolling("formula", self.words["formula"]), [node])]
        if kind == "Span" and "equation" in node["c"][0][1]:
            return [self._equation(node)]
        if kind == "Note":
            return [{"t": "Note", "c": self.blocks(node["c"])}]
        return None

    def _equation(self, node: Node) -> Node:
        triple, content = node["c"]
        number = take(triple, "number") or ""
        name = take(triple, "alt") or f"{self.words['formula']} {number}"
        inner = content[0]
        if inner["t"] == "Span":
            inner["c"][0] = _scrolling("formula", name)
        mark = span(attr(classes=["equation-number"]), [text(f"({number})")])
        return span(triple, [inner, mark])

    def _header(self, node: Node) -> Node:
        level, triple, inlines = node["c"]
        self._level = min(6, level + self.shift)
        take(triple, "number")
        return {"t": "Header", "c": [self._level, triple, self.inlines(inlines)]}

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
            return self._listing(triple, blocks)
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
        shown = stringify(title).strip()
        line = (
            [span(attr(classes=["callout-icon"], pairs={"aria-hidden": "true"}), [])]
            if icon != "false"
            else []
        )
        if shown != label:
            line.append(span(attr(classes=["callout-kind"]), [text(label)]))
            line += [space()] if title else []
        line += [span(attr(classes=["callout-name"]), self.inlines(title))] if title else []
        classes = html.escape(" ".join([*triple[1], f"callout-{appearance}"]), quote=True)
        inner = self.blocks(body["c"][1])
        start = f'id="{html.escape(name, quote=True)}" class="{classes}"'
        own = f"{name}-title"
        titled = div(attr(own, ["callout-title"]), [plain(line)])
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
            raw("html", f'<div {start} role="note" aria-labelledby="{html.escape(own)}">'),
            titled,
            div(attr(classes=["callout-body"]), inner),
            raw("html", "</div>"),
        ]

    def _tabset(self, triple: Attr, tabs: list[Node]) -> list[Node]:
        name = triple[0] or self._next("tabs")
        level = min(6, self._level + 1)
        outer = self._level
        result = [
            raw(
                "html",
                f'<div class="tabset" id="{html.escape(name)}" '
                f'data-label="{html.escape(self.words["tabs"], quote=True)}">',
            )
        ]
        for number, tab in enumerate(tabs, 1):
            own, blocks = tab["c"]
            identifier = html.escape(own[0] or f"{name}-{number}", quote=True)
            title = html.escape(get(own, "title") or "")
            self._level = level
            result += [
                raw(
                    "html",
                    f'<section class="tab" id="{identifier}" aria-labelledby="{identifier}'
                    f'-title"><h{level} class="tab-title" id="{identifier}-title">{title}'
                    f"</h{level}>",
                ),
                *self.blocks(blocks),
                raw("html", "</section>"),
            ]
        self._level = outer
        return [*result, raw("html", "</div>")]

    def _layout(self, triple: Attr, cells: list[Node]) -> Node:
        rows = json.loads(take(triple, "columns") or "[]")
        queue = list(cells)
        lines: list[Node] = []
        for row in rows:
            own = [queue.pop(0) for _ in row]
            widths = " ".join(f"minmax(0,{width:g}fr)" for width in row)
            content = [div(cell["c"][0], self.blocks(cell["c"][1])) for cell in own]
            lines.append(
                div(attr(classes=["layout-row"], pairs={"style": f"--columns:{widths}"}), content)
            )
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

    def _listing(self, triple: Attr, blocks: list[Node]) -> list[Node]:
        heading, *codes = blocks
        inlines = self.inlines(heading["c"][1][0]["c"]) if heading["c"][1] else []
        own = attr(triple[0], triple[1])
        return self._framed(own, "listing", inlines, self.blocks(codes), True)

    def _table(self, node: Node) -> list[Node]:
        triple, (_, caption), _, head, bodies, _ = node["c"]
        identifier, triple[0] = triple[0], ""
        take(triple, "row-headers")
        _scope(head, bodies)
        rewritten = rewrite(node["c"][3:], self._inline)
        node = {"t": "Table", "c": [triple, [None, []], node["c"][2], *rewritten]}
        inlines = self.inlines(caption[0]["c"]) if caption else []
        name = identifier or self._next("table")
        frame = attr(classes=["table-scroll"], pairs={"role": "group", "tabindex": "0"})
        if inlines:
            put(frame, "aria-labelledby", f"{name}-caption")
        else:
            put(frame, "aria-label", self.words["table"])
        return self._framed(
            attr(name, ["table-figure"]), "table", inlines, [div(frame, [node])], self.tables_above
        )

    def _framed(
        self, triple: Attr, kind: str, caption: list[Node], content: list[Node], above: bool
    ) -> list[Node]:
        """A figure element; the caption where it is wanted."""
        name = triple[0] or self._next(kind)
        classes = html.escape(" ".join(triple[1]), quote=True)
        start = raw(
            "html",
            f'<figure id="{html.escape(name, quote=True)}"'
            + (f' class="{classes}"' if classes else "")
            + ">",
        )
        titled: list[Node] = []
        if caption:
            titled = [
                raw("html", f'<figcaption id="{html.escape(name, quote=True)}-caption">'),
                plain(caption),
                raw("html", "</figcaption>"),
            ]
        inner = [*titled, *content] if above else [*content, *titled]
        return [start, *inner, raw("html", "</figure>")]

    def _next(self, kind: str) -> str:
        self._count += 1
        return f"{kind}--{self._count}"


def _scrolling(name: str, label: str) -> Attr:
    """Attributes of something that may be wider than the screen: reachable by keyboard."""
    return attr(classes=[name], pairs={"tabindex": "0", "role": "group", "aria-label": label})


def _scope(head: list[object], bodies: list[list[object]]) -> None:
    """Say of every header cell what it is the header of."""
    for row in head[1]:  # type: ignore[attr-defined]
        for cell in row[1]:
            put(cell[0], "scope", "colgroup" if cell[3] > 1 else "col")
    for body in bodies:
        for row in body[3]:  # type: ignore[attr-defined]
            for cell in row[1][: body[1]]:
                put(cell[0], "scope", "row")
