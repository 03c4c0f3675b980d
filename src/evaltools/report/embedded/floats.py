"""Figures, tables and listings in one form each, whichever way they were written."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from evaltools.report.embedded.ast import (
    Attr,
    Node,
    attr,
    attr_of,
    classes_of,
    div,
    figure,
    get,
    identifier_of,
    nodes,
    para,
    plain,
    put,
    rewrite,
    stringify,
    take,
    text,
    trim,
)
from evaltools.report.embedded.divs import KEYS, arranged, has_layout
from evaltools.report.embedded.media import STAGED, Media
from evaltools.report.embedded.pandoc import Inlines
from evaltools.report.embedded.source import Faults

_IDLE = (
    "fig-pos",
    "fig-env",
    "fig-scap",
    "tbl-pos",
    "lst-pos",
    "fig-width",
    "fig-height",
    "fig-format",
    "fig-dpi",
    "tbl-cap-location",
    "fig-cap-location",
    "lightbox",
    "group",
)


@dataclass(frozen=True)
class Floats:
    """Brings figures, tables and listings into the form of the resolved document.

    Arguments:
        format_name: decides which picture is taken. options: the format's options.
        media: gathers pictures. inlines: parses captions in attributes. faults: takes problems.
    """

    format_name: str
    options: dict[str, Any]
    media: Media
    inlines: Inlines
    faults: Faults

    def apply(self, blocks: list[Node]) -> list[Node]:
        """The tree with every figure a Figure, every table a Table, every listing a Div."""
        result: list[Node] = rewrite(blocks, self._replace, down=False)
        return result

    def _replace(self, node: Node) -> list[Node] | None:
        kind = node["t"]
        if kind == "Image":
            return [self._image(node)]
        if kind == "Figure":
            return [self._figure(node)]
        if kind in {"Para", "Plain"}:
            return self._lone_image(node)
        if kind == "Table":
            return [self._table(node)]
        if kind == "CodeBlock":
            return self._listing(node)
        if kind == "Div":
            return self._div(node)
        return None

    def _image(self, node: Node) -> Node:
        triple, inlines, (source, title) = node["c"]
        alt = take(triple, "fig-alt")
        if alt is None:
            alt = take(triple, "alt")
        if alt is None:
            alt = stringify(inlines).strip()
            if not alt:
                self.faults.add(
                    source,
                    f"image {source} has no alternative text",
                    'Write ![](...){fig-alt="what it shows"}',
                    "render.alt",
                )
        for key in _IDLE:
            take(triple, key)
        if source.startswith(STAGED):
            name = source.removeprefix(STAGED)
        else:
            name, wrong = self.media.of_document(source, self.format_name)
            if wrong:
                self.faults.add(source, wrong, code="render.image")
        put(triple, "alt", alt)
        return {"t": "Image", "c": [triple, [text(alt)] if alt else [], [name, title]]}

    def _figure(self, node: Node) -> Node:
        picture = next(item for item in nodes(node["c"][2]) if item["t"] == "Image")
        triple = node["c"][0]
        for key in ("fig-align",):
            value = take(picture["c"][0], key) or self.options.get(key)
            if value:
                put(triple, key, str(value))
        node["c"][2] = [plain([picture])]
        return node

    def _lone_image(self, node: Node) -> list[Node] | None:
        content = trim(node["c"])
        if len(content) != 1 or content[0]["t"] != "Image":
            return None
        triple = content[0]["c"][0]
        if not triple[0].startswith("fig-"):
            return None
        identifier, triple[0] = triple[0], ""
        return [self._figure(figure(attr(identifier), [], [plain(content)]))]

    def _div(self, node: Node) -> list[Node] | None:
        triple, blocks = node["c"]
        kind = triple[0].partition("-")[0]
        if "-" not in triple[0] or kind not in {"fig", "tbl", "lst"}:
            return None
        for key in _IDLE:
            take(triple, key)
        caption, rest = self._caption(triple, blocks, f"{kind}-cap")
        if kind == "fig":
            return [self._figure_div(triple, caption, rest)]
        if kind == "tbl":
            return self._table_div(triple, caption, rest)
        codes = [block for block in rest if block["t"] == "CodeBlock"]
        if len(codes) != len(rest) or not codes:
            self.faults.add(f"#{triple[0]}", "a listing that is not code", "Put code into it")
        return [_listing(triple, caption, rest)]

    def _caption(self, triple: Attr, blocks: list[Node], key: str) -> tuple[list[Node], list[Node]]:
        written = take(triple, key)
        if written is not None:
            return self.inlines.of(written), blocks
        if (
            blocks
            and blocks[-1]["t"] == "Para"
            and any(item["t"] != "Image" for item in trim(blocks[-1]["c"]))
        ):
            return blocks[-1]["c"], blocks[:-1]
        return [], blocks

    def _figure_div(self, triple: Attr, caption: list[Node], blocks: list[Node]) -> Node:
        alt = take(triple, "fig-alt")
        pictures = [item for item in nodes(blocks) if item["t"] == "Image"]
        if alt is not None and len(pictures) == 1:
            put(pictures[0]["c"][0], "alt", alt)
            pictures[0]["c"][1] = [text(alt)]
        if not blocks:
            self.faults.add(f"#{triple[0]}", "a figure without content", "Put an image into it")
        if (
            len(blocks) == 1
            and len(pictures) == 1
            and not has_layout(triple)
            and (blocks[0]["t"] in {"Figure", "Para", "Plain"})
        ):
            inner = blocks[0]
            if inner["t"] == "Figure" and not caption and inner["c"][1][1]:
                caption = inner["c"][1][1][0]["c"]
            align = take(pictures[0]["c"][0], "fig-align")
            if inner["t"] == "Figure":
                align = get(inner["c"][0], "fig-align") or align
            if align and get(triple, "fig-align") is None:
                put(triple, "fig-align", align)
            return figure(triple, caption, [plain(pictures)])
        if has_layout(triple) or any(block["t"] == "Figure" for block in blocks):
            if not has_layout(triple):
                put(triple, KEYS[0], "1")
            layout = arranged(triple, blocks, self.faults)
            _mark_parts(triple[0], layout)
            return figure(triple, caption, [layout])
        for item in nodes(blocks):
            if item["t"] == "Figure":
                _mark_part(triple[0], item, 0)
        parts = [item for item in nodes(blocks) if item["t"] == "Figure"]
        for number, item in enumerate(parts, 1):
            _mark_part(triple[0], item, number)
        return figure(triple, caption, blocks)

    def _table_div(
        self, triple: Attr, caption: list[Node], blocks: list[Node]
    ) -> list[Node] | None:
        tables = [block for block in blocks if block["t"] == "Table"]
        if len(blocks) != 1 or len(tables) != 1:
            self.faults.add(
                f"#{triple[0]}",
                "a table that is not one table",
                "Put one table and its caption into it; give each table its own id",
            )
            return None
        table = tables[0]
        own = table["c"][0]
        merged = attr(triple[0], [*own[1], *triple[1]])
        merged[2] = [*own[2], *triple[2]]
        if caption:
            table["c"][1] = [None, [plain(caption)]]
        table["c"][0] = merged
        return [self._table(table)]

    def _table(self, node: Node) -> Node:
        triple = node["c"][0]
        for key in _IDLE:
            take(triple, key)
        widths = take(triple, "tbl-colwidths")
        if widths is None and node["c"][0][0].startswith("tbl-"):
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
            self.faults.add("row-headers", f"row-headers={headers}", allowed="0, 1, auto")
        return node

    def _widths(self, node: Node, written: str) -> None:
        try:
            widths = [float(value) for value in json.loads(re.sub(r"%", "", written))]
        except (ValueError, TypeError):
            widths = []
        columns = node["c"][2]
        if len(widths) != len(columns) or any(width <= 0 for width in widths):
            self.faults.add(
                "tbl-colwidths",
                f"tbl-colwidths {written} for {len(columns)} columns",
                "Give one percentage a column",
            )
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
        return [_listing(own, self.inlines.of(written) if written else [], [node])]


def _listing(triple: Attr, caption: list[Node], blocks: list[Node]) -> Node:
    own = attr(triple[0], ["listing", *triple[1]])
    own[2] = triple[2]
    heading = div(attr(classes=["listing-caption"]), [para(caption)] if caption else [])
    return div(own, [heading, *blocks])


def _mark_parts(parent: str, layout: Node) -> None:
    number = 0
    for cell in layout["c"][1]:
        content = cell["c"][1]
        for index, block in enumerate(content):
            picture = (
                block["c"][0]
                if block["t"] in {"Para", "Plain"}
                and len(block["c"]) == 1
                and block["c"][0]["t"] == "Image"
                else None
            )
            if picture is not None and picture["c"][0][0]:
                identifier, picture["c"][0][0] = picture["c"][0][0], ""
                content[index] = figure(attr(identifier), [], [plain([picture])])
        for block in content:
            if block["t"] == "Figure":
                number += 1
                _mark_part(parent, block, number)


def _mark_part(parent: str, node: Node, number: int) -> None:
    triple = node["c"][0]
    if "subfigure" not in triple[1]:
        triple[1].append("subfigure")
    put(triple, "parent", parent)
    if not triple[0] and number:
        triple[0] = f"{parent}-{number}"


def _names_rows(table: Node) -> bool:
    """Whether the first cells of a table name its rows: all there, no two the same."""
    names: list[str] = []
    for body in table["c"][4]:
        for row in body[3]:
            if not row[1]:
                return False
            names.append(stringify(row[1][0][4]).strip())
    return len(table["c"][2]) > 1 and all(names) and len(set(names)) == len(names) > 0


def is_numbered(node: Node, prefix: str) -> bool:
    """Whether a node is a float of a kind, to be numbered."""
    return identifier_of(node).startswith(f"{prefix}-") and "subfigure" not in classes_of(node)


__all__ = ["Floats", "attr_of", "is_numbered"]
