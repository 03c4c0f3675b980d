"""Shapes of the resolved document that paper does not have, made into shapes that it has.

Cover, description sheets and contents come first; tabs become titled sections; the entries of a
description sheet become a table. Both printed formats start from here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from evaltools.report.embedded.ast import (
    Node,
    attr,
    classes_of,
    div,
    get,
    identifier_of,
    nodes,
    para,
    put,
    rewrite,
    stringify,
    take,
    words_of,
)
from evaltools.report.embedded.format_context import Context
from evaltools.report.embedded.print.document import meta_flag, meta_text, text_of

COVER_PARTS = ("title", "subtitle", "series", "publisher", "author", "date")
TITLE, SUBTITLE = COVER_PARTS[:2]


def printed(tree: Node, context: Context) -> Node:
    """The document in the order and in the shapes of paper.

    Arguments:
        tree: pandoc's JSON tree after the core pass.
        context: surroundings of the document.

    Returns a tree in which `Div.cover` (parts marked with `cover-part`), description sheets,
    abstract and `Div.contents` (if it is wanted) come first; the rest follows in its order.
    """
    cover, rest = _taken(tree["blocks"], "cover")
    sheets, rest = _taken(rest, "description-sheet")
    own_contents, rest = _taken(rest, "contents")
    front = [_cover([block for each in cover for block in each["c"][1]])]
    front += [_sheet(sheet) for sheet in sheets]
    if not sheets:
        front += _abstract(tree, context)
    if own_contents or meta_flag(tree, "toc", bool(context.format.get("toc", True))):
        front.append(div(attr(classes=["contents"]), []))
    blocks = rewrite(_without_tabs([*front, *rest], 0), _adopt)
    return {**tree, "blocks": blocks}


def _taken(blocks: list[Node], name: str) -> tuple[list[Node], list[Node]]:
    """Divs of a class at the top of the document, and everything else."""
    taken = [block for block in blocks if block["t"] == "Div" and name in classes_of(block)]
    rest = [block for block in blocks if not (block["t"] == "Div" and name in classes_of(block))]
    return taken, rest


def _cover(blocks: list[Node]) -> Node:
    """The cover's parts may be headings, divs, or paragraphs of one span."""
    out: list[Node] = []
    for block in blocks:
        part, content = _cover_part(block)
        if part:
            out.append(div(attr(pairs={"cover-part": part}), content))
        else:
            out.append(block)
    return div(attr(classes=["cover"]), out)


def _cover_part(block: Node) -> tuple[str, list[Node]]:
    if block["t"] == "Header":
        return (TITLE if block["c"][0] == 1 else SUBTITLE), [para(block["c"][2])]
    if block["t"] == "Div":
        return _part_of(classes_of(block)), block["c"][1]
    if block["t"] in ("Para", "Plain") and [each["t"] for each in block["c"]] == ["Span"]:
        return _part_of(classes_of(block["c"][0])), [para(block["c"][0]["c"][1])]
    return "", []


def _part_of(classes: Iterable[str]) -> str:
    given = {name.removeprefix("cover-") for name in classes}
    return next((part for part in COVER_PARTS if part in given), "")


def _abstract(tree: Node, context: Context) -> list[Node]:
    value = tree["meta"].get("abstract")
    if value is None or not meta_text(tree, "abstract"):
        return []
    title = meta_text(tree, "abstract-title") or context.words["section-title-abstract"]
    blocks = value["c"] if value["t"] == "MetaBlocks" else [para(words_of(stringify(value["c"])))]
    if value["t"] == "MetaInlines":
        blocks = [para(value["c"])]
    heading = {"t": "Header", "c": [1, attr("abstract", ["unnumbered"]), words_of(title)]}
    return [heading, *blocks]


def _sheet(sheet: Node) -> Node:
    """A description sheet: its definition lists are tables whose rows have headers."""

    def replace(node: Node) -> list[Node] | None:
        if node["t"] == "DefinitionList":
            return [_key_value_table(node["c"])]
        if node["t"] == "Table":
            node["c"][0][1] = [*node["c"][0][1], "key-value"]
            put(node["c"][0], "row-headers", "1")
        if node["t"] == "Header" and "unlisted" not in node["c"][1][1]:
            node["c"][1][1] = [*node["c"][1][1], "unlisted"]  # it stands before the contents
        return None

    result: Node = rewrite([sheet], replace)[0]
    return result


def _key_value_table(items: list[Any]) -> Node:
    rows = [
        [attr(), [_cell([{"t": "Plain", "c": term}]), _cell([b for d in body for b in d])]]
        for term, body in items
    ]
    columns = [[{"t": "AlignLeft"}, {"t": "ColWidth", "c": share}] for share in (0.28, 0.72)]
    attributes = attr(classes=["key-value"], pairs={"row-headers": "1"})
    body = [[attr(), 0, [], rows]]
    return {"t": "Table", "c": [attributes, [None, []], columns, [attr(), []], body, [attr(), []]]}


def _cell(blocks: list[Node]) -> list[Any]:
    return [attr(), {"t": "AlignDefault"}, 1, 1, blocks]


def _without_tabs(blocks: list[Node], level: int) -> list[Node]:
    """Tabs as sections one level below the section that they stand in."""
    out: list[Node] = []
    for block in blocks:
        if block["t"] == "Header":
            level = block["c"][0]
        if block["t"] == "Div" and "tabset" in classes_of(block):
            for tab in block["c"][1]:
                out += _tab(tab, level)
        elif block["t"] == "Div":
            out.append({"t": "Div", "c": [block["c"][0], _without_tabs(block["c"][1], level)]})
            levels = [node["c"][0] for node in nodes(block["c"][1]) if node["t"] == "Header"]
            level = levels[-1] if levels else level
        else:
            out.append(block)
    return out


def _tab(tab: Node, level: int) -> list[Node]:
    title = get(tab["c"][0], "title") if tab["t"] == "Div" else None
    if title is None:
        return [tab]
    inlines = words_of(title)
    attributes = attr(identifier_of(tab), ["unnumbered", "unlisted"])
    if 0 < level < 6:
        heading = {"t": "Header", "c": [level + 1, attributes, inlines]}
    else:
        heading = para([{"t": "Strong", "c": inlines}])
    return [heading, *_without_tabs(tab["c"][1], min(level + 1, 6) if level else 0)]


def _adopt(node: Node) -> list[Node] | None:
    """A table alone in a div takes over its identifier and its row headers."""
    if node["t"] != "Div" or [block["t"] for block in node["c"][1]] != ["Table"]:
        return None
    outer, inner = node["c"][0], node["c"][1][0]["c"][0]
    if not inner[0] and outer[0]:
        inner[0], outer[0] = outer[0], ""
    rows = take(outer, "row-headers")
    if rows is not None and get(inner, "row-headers") is None:
        put(inner, "row-headers", rows)
    return None


def row_headers_of(table: Node) -> int:
    """How many first columns of a table name the row."""
    number = get(table["c"][0], "row-headers") or "0"
    return int(number) if number.isdigit() else 0


LINE = 96.0  # characters of table text on a full line
PADDING = 2.5  # characters that a cell's margins take
FULL = 0.985
LONGEST = 14.0  # a longer word may be broken


def column_shares(table: Node) -> list[float]:
    """Widths of a table's columns as shares of the line.

    Arguments:
        table: a pandoc table.

    Returns one share a column. A column is as wide as its longest line where all fit;
    otherwise each gets the width of its longest word first, and the rest is shared by how
    much text there is.
    """
    count = len(table["c"][2])
    longest, words = [1.0] * count, [1.0] * count
    for row in _rows(table):
        at = 0
        for cell in row[1]:
            content, width = text_of(cell[4]), cell[3]
            if width == 1 and at < count:
                longest[at] = max(longest[at], float(len(content)))
                split = re.split(r"[ \u00ad/-]", content)
                words[at] = max(words[at], *(min(float(len(word)), LONGEST) for word in split))
            at += width
    natural = [length * 1.06 + PADDING for length in longest]
    if sum(natural) <= LINE:  # so the table is narrower than the line
        return [round(width / LINE, 4) for width in natural]
    least = [word * 1.06 + PADDING for word in words]
    room = LINE - sum(least)
    if room <= 0:
        return [round(width / sum(least), 4) for width in least]
    wanted = [max(width - small, 0.0) ** 0.7 for width, small in zip(natural, least, strict=True)]
    total = sum(wanted) or 1.0
    return [
        round((small + room * want / total) / LINE, 4)
        for small, want in zip(least, wanted, strict=True)
    ]


def with_widths(table: Node, only_full: bool) -> Node:
    """A table with the widths of its columns said, where the report leaves them open.

    Pandoc gives a pipe table with a long line widths by its dashes, which few people count: equal
    widths are taken as left open too.

    Arguments:
        table: a pandoc table.
        only_full: leave a table alone that is narrower than the line.
    """
    attributes, caption, columns, *rest = table["c"]
    given = {width.get("c") for _, width in columns}
    if None not in given and len(given) > 1:
        return table
    shares = column_shares(table)
    if only_full and sum(shares) < FULL:
        return table
    said = [
        [alignment, {"t": "ColWidth", "c": share}]
        for (alignment, _), share in zip(columns, shares, strict=True)
    ]
    return {"t": "Table", "c": [attributes, caption, said, *rest]}


def _rows(table: Node) -> list[list[Any]]:
    _, _, _, head, bodies, foot = table["c"]
    rows: list[list[Any]] = [*head[1], *foot[1]]
    for body in bodies:
        rows += [*body[2], *body[3]]
    return rows
