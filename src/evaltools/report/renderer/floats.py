"""Figures, tables and listings in one form each, whichever way they were written."""

from __future__ import annotations

import json

from evaltools.report.renderer.divs import LAYOUT_KEYS, Pass, arrange_layout, has_layout
from evaltools.report.renderer.media import STAGED
from evaltools.report.renderer.pandoc_tree import (
    Attr,
    Node,
    attr,
    div,
    figure,
    get,
    nodes,
    para,
    plain,
    put,
    stringify,
    take,
    text,
    trim,
)

# Attributes of Quarto's that have no effect on what is shown here.
_IDLE = (
    "fig-pos", "fig-env", "fig-scap", "tbl-pos", "lst-pos", "fig-width", "fig-height",
    "fig-format", "fig-dpi", "tbl-cap-location", "fig-cap-location", "lightbox", "group",
)  # fmt: skip


class Floats(Pass):
    """Makes every figure a Figure, every table a Table, every listing a Div."""

    kinds = frozenset({"Image", "Figure", "Para", "Plain", "Table", "CodeBlock", "Div"})

    def _replace(self, node: Node) -> list[Node] | None:
        kind = node["t"]
        if kind == "Image":
            return [self._image(node)]
        if kind == "Figure":
            return [self._figure(node)]
        if kind in {"Para", "Plain"}:
            picture = _lone_image(node)
            if picture is None or not picture["c"][0][0].startswith("fig-"):
                return None
            identifier, picture["c"][0][0] = picture["c"][0][0], ""
            return [self._figure(figure(attr(identifier), [], [plain([picture])]))]
        if kind == "Table":
            return [self._table(node)]
        if kind == "CodeBlock":
            return self._listing(node)
        return self._div(node) if kind == "Div" else None

    def _image(self, node: Node) -> Node:
        triple, inlines, (source, title) = node["c"]
        alt = take(triple, "fig-alt")
        if alt is None:
            alt = take(triple, "alt")
        if alt is None:
            alt = stringify(inlines).strip()
            if not alt:
                what = f"image {source} has no alternative text"
                remedy = 'Write ![](...){fig-alt="what it shows"}'
                self.problems.add(source, what, remedy, "render.alt")
        _drop_unused(triple)
        if source.startswith(STAGED):
            name = source.removeprefix(STAGED)
        else:
            name, wrong = self.media.for_document(source, self.format_name)
            if wrong:
                self.problems.add(source, wrong, code="render.image")
        put(triple, "alt", alt)
        return {"t": "Image", "c": [triple, [text(alt)] if alt else [], [name, title]]}

    def _figure(self, node: Node) -> Node:
        picture = next(item for item in nodes(node["c"][2]) if item["t"] == "Image")
        align = take(picture["c"][0], "fig-align") or self.options.get("fig-align")
        if align:
            put(node["c"][0], "fig-align", str(align))
        node["c"][2] = [plain([picture])]
        return node

    def _div(self, node: Node) -> list[Node] | None:
        triple, blocks = node["c"]
        kind, dash, _ = triple[0].partition("-")
        if not dash or kind not in {"fig", "tbl", "lst"}:
            return None
        _drop_unused(triple)
        caption, rest = self._caption(triple, blocks, f"{kind}-cap")
        if kind == "fig":
            return [self._figure_div(triple, caption, rest)]
        if kind == "tbl":
            return self._table_div(triple, caption, rest)
        if not rest or any(block["t"] != "CodeBlock" for block in rest):
            self.problems.add(f"#{triple[0]}", "a listing that is not code", "Put code into it")
        return [_listing(triple, caption, rest)]

    def _caption(self, triple: Attr, blocks: list[Node], key: str) -> tuple[list[Node], list[Node]]:
        """The caption, of an attribute or the last paragraph, and what is left of the blocks."""
        written = take(triple, key)
        if written is not None:
            return self.texts.of(written), blocks
        last = blocks[-1] if blocks else None
        if last and last["t"] == "Para" and any(i["t"] != "Image" for i in trim(last["c"])):
            return last["c"], blocks[:-1]
        return [], blocks

    def _figure_div(self, triple: Attr, caption: list[Node], blocks: list[Node]) -> Node:
        alt = take(triple, "fig-alt")
        pictures = [item for item in nodes(blocks) if item["t"] == "Image"]
        if alt is not None and len(pictures) == 1:
            put(pictures[0]["c"][0], "alt", alt)
            pictures[0]["c"][1] = [text(alt)]
        if not blocks:
            self.problems.add(f"#{triple[0]}", "a figure without content", "Put an image into it")
        if has_layout(triple):
            return self._panel(triple, caption, blocks)
        if len(blocks) == len(pictures) == 1 and blocks[0]["t"] in {"Figure", "Para", "Plain"}:
            inner = blocks[0]
            align = take(pictures[0]["c"][0], "fig-align")
            if inner["t"] == "Figure":
                if not caption and inner["c"][1][1]:
                    caption = inner["c"][1][1][0]["c"]
                align = get(inner["c"][0], "fig-align") or align
            if align and get(triple, "fig-align") is None:
                put(triple, "fig-align", align)
            return figure(triple, caption, [plain(pictures)])
        if any(block["t"] == "Figure" for block in blocks):
            put(triple, LAYOUT_KEYS[0], "1")
            return self._panel(triple, caption, blocks)
        parts = [item for item in nodes(blocks) if item["t"] == "Figure"]
        for number, item in enumerate(parts, 1):
            _mark_part(triple[0], item, number)
        return figure(triple, caption, blocks)

    def _panel(self, triple: Attr, caption: list[Node], blocks: list[Node]) -> Node:
        """A figure of several parts, those with an id numbered as parts."""
        layout = arrange_layout(triple, blocks, self.problems)
        number = 0
        for cell in layout["c"][1]:
            content = cell["c"][1]
            for index, block in enumerate(content):
                picture = _lone_image(block, exactly=True)
                if picture is not None and picture["c"][0][0]:
                    identifier, picture["c"][0][0] = picture["c"][0][0], ""
                    content[index] = figure(attr(identifier), [], [plain([picture])])
            for block in content:
                if block["t"] == "Figure":
                    number += 1
                    _mark_part(triple[0], block, number)
        return figure(triple, caption, [layout])

    def _table_div(
        self, triple: Attr, caption: list[Node], blocks: list[Node]
    ) -> list[Node] | None:
        if [block["t"] for block in blocks] != ["Table"]:
            remedy = "Put one table and its caption into it; give each table its own id"
            self.problems.add(f"#{triple[0]}", "a table that is not one table", remedy)
            return None
        table = blocks[0]
        own = table["c"][0]
        table["c"][0] = [triple[0], [*own[1], *triple[1]], [*own[2], *triple[2]]]
        if caption:
            table["c"][1] = [None, [plain(caption)]]
        return [self._table(table)]

    def _table(self, node: Node) -> Node:
        triple = node["c"][0]
        _drop_unused(triple)
        widths = take(triple, "tbl-colwidths")
        if widths is None and triple[0].startswith("tbl-"):
            default = self.options.get("tbl-colwidths")
            widths = json.dumps(default) if isinstance(default, list) else None
        if widths is not None and widths not in {"auto", "true", "false"}:
            self._widths(node, widths)
        headers = take(triple, "row-headers")
        if headers == "auto":
            headers = "1" if _names_rows(node) else None
        if headers == "1":
            put(triple, "row-headers", "1")
            for body in node["c"][4]:
                body[1] = 1
        elif headers not in {None, "0", "false"}:
            self.problems.add("row-headers", f"row-headers={headers}", allowed="0, 1, auto")
        return node

    def _widths(self, node: Node, written: str) -> None:
        columns = node["c"][2]
        try:
            widths = [float(value) for value in json.loads(written.replace("%", ""))]
        except (ValueError, TypeError):
            widths = []
        if len(widths) != len(columns) or any(width <= 0 for width in widths):
            what = f"tbl-colwidths {written} for {len(columns)} columns"
            self.problems.add("tbl-colwidths", what, "Give one percentage a column")
            return
        scale = 100.0 if sum(widths) <= 100.5 else sum(widths)
        for column, width in zip(columns, widths, strict=True):
            column[1] = {"t": "ColWidth", "c": round(width / scale, 6)}

    def _listing(self, node: Node) -> list[Node] | None:
        triple = node["c"][0]
        written = take(triple, "lst-cap")
        if not triple[0].startswith("lst-"):
            return None
        own = attr(triple[0])
        triple[0] = ""
        return [_listing(own, self.texts.of(written) if written else [], [node])]


def _drop_unused(triple: Attr) -> None:
    triple[2] = [pair for pair in triple[2] if pair[0] not in _IDLE]


def _lone_image(block: Node, exactly: bool = False) -> Node | None:
    """The image that a paragraph holds alone, but for spaces around it."""
    if block["t"] not in {"Para", "Plain"}:
        return None
    content = block["c"] if exactly else trim(block["c"])
    return content[0] if len(content) == 1 and content[0]["t"] == "Image" else None


def _listing(triple: Attr, caption: list[Node], blocks: list[Node]) -> Node:
    heading = div(attr(classes=["listing-caption"]), [para(caption)] if caption else [])
    return div([triple[0], ["listing", *triple[1]], triple[2]], [heading, *blocks])


def _mark_part(parent: str, node: Node, number: int) -> None:
    triple = node["c"][0]
    if "subfigure" not in triple[1]:
        triple[1].append("subfigure")
    put(triple, "parent", parent)
    triple[0] = triple[0] or f"{parent}-{number}"


def _names_rows(table: Node) -> bool:
    """Whether the first cells of a table name its rows: all there, no two the same."""
    rows = [row[1] for body in table["c"][4] for row in body[3]]
    names = [stringify(cells[0][4]).strip() if cells else "" for cells in rows]
    return len(table["c"][2]) > 1 and all(names) and len(set(names)) == len(names) > 0
