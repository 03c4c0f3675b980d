"""Shapes of the resolved document that paper does not have, made into shapes that it has.

Cover, description sheets and contents come first; tabs become titled sections; the entries of a
description sheet become a table. Both printed formats start from here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from typing import Any

from evaltools.report.renderer.format_context import Context
from evaltools.report.renderer.pandoc_tree import (
    Node,
    attr,
    cell,
    div,
    find_classes,
    find_identifier,
    get,
    header,
    is_div,
    nodes,
    para,
    plain,
    put,
    rewrite,
    stringify,
    table,
    take,
    text_nodes,
    text_of,
)
from evaltools.report.renderer.print.document import meta_flag, meta_text

COVER_PARTS = ("title", "subtitle", "series", "publisher", "author", "date")
_LINE = 96.0  # characters of table text on a full line
_PADDING = 2.5  # characters that a cell's margins take
_FULL = 0.985
_LONGEST = 14.0  # a longer word may be broken


def shape_for_print(tree: Node, context: Context) -> Node:
    """The document in the order and in the shapes of paper.

    `Div.cover` (parts marked with `cover-part`), description sheets, abstract and `Div.contents`
    (if it is wanted) come first; the rest follows in its order.
    """
    apart: dict[str, list[Node]] = {"cover": [], "description-sheet": [], "contents": []}
    rest: list[Node] = []
    for block in tree["blocks"]:
        name = next((name for name in apart if is_div(block, name)), "")
        (apart[name] if name else rest).append(block)
    front = [_cover([block for each in apart["cover"] for block in each["c"][1]])]
    front += [_description_page(sheet) for sheet in apart["description-sheet"]]
    if not apart["description-sheet"]:
        front += _abstract(tree, context)
    if apart["contents"] or meta_flag(tree, "toc", bool(context.format.get("toc", True))):
        front.append(div(attr(classes=["contents"]), []))
    flat = _flatten_tabs([*front, *rest], 0)
    return {**tree, "blocks": rewrite(flat, _move_to_table, kinds={"Div"})}


_ANNOUNCED = frozenset(("BlockQuote", "BulletList", "OrderedList"))


def hold_announcements(blocks: list[Node]) -> list[Node]:
    """A line that announces a quotation or a list stays with what it announces, marked in place."""
    waiting: list[Any] = [blocks]
    while waiting:
        item = waiting.pop()
        if type(item) is list:
            for index, (line, follows) in enumerate(itertools.pairwise(item)):
                if _is_announcement(line) and follows["t"] in _ANNOUNCED:
                    item[index] = div(attr(classes=["announces"]), [line])
            waiting.extend(each for each in item if type(each) in (list, dict))
        elif item.get("t") != "Figure":
            waiting.extend(each for each in item.values() if type(each) in (list, dict))
    return blocks


def _is_announcement(line: Any) -> bool:
    paragraph = type(line) is dict and line.get("t") == "Para"
    return paragraph and stringify(line["c"]).endswith(":")


def _cover(blocks: list[Node]) -> Node:
    """The cover's parts may be headings, divs, or paragraphs of one span."""
    parts = [(*_cover_part(block), block) for block in blocks]
    return div(
        attr(classes=["cover"]),
        [
            div(attr(pairs={"cover-part": part}), content) if part else block
            for part, content, block in parts
        ],
    )


def _cover_part(block: Node) -> tuple[str, list[Node]]:
    if block["t"] == "Header":
        return ("title" if block["c"][0] == 1 else "subtitle"), [para(block["c"][2])]
    if block["t"] == "Div":
        return _part_of(find_classes(block)), block["c"][1]
    if block["t"] in ("Para", "Plain") and [each["t"] for each in block["c"]] == ["Span"]:
        return _part_of(find_classes(block["c"][0])), [para(block["c"][0]["c"][1])]
    return "", []


def _part_of(classes: Iterable[str]) -> str:
    given = {name.removeprefix("cover-") for name in classes}
    return next((part for part in COVER_PARTS if part in given), "")


def _abstract(tree: Node, context: Context) -> list[Node]:
    value = tree["meta"].get("abstract")
    if value is None or not meta_text(tree, "abstract"):
        return []
    title = meta_text(tree, "abstract-title") or context.words["section-title-abstract"]
    if value["t"] == "MetaBlocks":
        blocks = value["c"]
    else:
        inlines = value["t"] == "MetaInlines"
        blocks = [para(value["c"] if inlines else text_nodes(stringify(value["c"])))]
    return [header(1, attr("abstract", ["unnumbered"]), text_nodes(title)), *blocks]


def _description_page(sheet: Node) -> Node:
    """A description sheet: its definition lists are tables whose rows have headers."""

    def replace(node: Node) -> list[Node] | None:
        if node["t"] == "DefinitionList":
            own = attr(classes=["key-value"], pairs={"row-headers": "1"})
            rows = [
                [cell([plain(term)]), cell([block for each in body for block in each])]
                for term, body in node["c"]
            ]
            return [table(own, [("AlignLeft", 0.28), ("AlignLeft", 0.72)], rows)]
        if node["t"] == "Table":
            node["c"][0][1] = [*node["c"][0][1], "key-value"]
            put(node["c"][0], "row-headers", "1")
        if node["t"] == "Header" and "unlisted" not in node["c"][1][1]:
            node["c"][1][1] = [*node["c"][1][1], "unlisted"]  # it stands before the contents
        return None

    return rewrite([sheet], replace)[0]


def _flatten_tabs(blocks: list[Node], level: int) -> list[Node]:
    """Tabs as sections one level below the section that they stand in."""
    out: list[Node] = []
    for block in blocks:
        if block["t"] == "Header":
            level = block["c"][0]
        if is_div(block, "tabset"):
            for tab in block["c"][1]:
                out += _tab(tab, level)
        elif block["t"] == "Div":
            out.append(div(block["c"][0], _flatten_tabs(block["c"][1], level)))
            levels = [node["c"][0] for node in nodes(block["c"][1]) if node["t"] == "Header"]
            level = levels[-1] if levels else level
        else:
            out.append(block)
    return out


def _tab(tab: Node, level: int) -> list[Node]:
    title = get(tab["c"][0], "title") if tab["t"] == "Div" else None
    if title is None:
        return [tab]
    heading = para([{"t": "Strong", "c": text_nodes(title)}])
    if 0 < level < 6:
        own = attr(find_identifier(tab), ["unnumbered", "unlisted"])
        heading = header(level + 1, own, text_nodes(title))
    return [heading, *_flatten_tabs(tab["c"][1], min(level + 1, 6) if level else 0)]


def _move_to_table(node: Node) -> list[Node] | None:
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


def count_row_headers(table: Node) -> int:
    """How many first columns of a table name the row."""
    number = get(table["c"][0], "row-headers") or "0"
    return int(number) if number.isdigit() else 0


def column_shares(table: Node) -> list[float]:
    """Widths of a table's columns as shares of the line, one a column.

    A column is as wide as its longest line where all fit; otherwise each gets the width of its
    longest word first, and the rest is shared by how much text there is.
    """
    _, _, columns, head, bodies, foot = table["c"]
    longest, words = [1.0] * len(columns), [1.0] * len(columns)
    parts = [head[1], foot[1], *(part for body in bodies for part in body[2:])]
    for row in (row for part in parts for row in part):
        at = 0
        for _, _, _, width, blocks in row[1]:
            if width == 1 and at < len(columns):
                content = text_of(blocks)
                longest[at] = max(longest[at], float(len(content)))
                split = re.split(r"[ \u00ad/-]", content)
                words[at] = max(words[at], *(min(float(len(word)), _LONGEST) for word in split))
            at += width
    natural = [length * 1.06 + _PADDING for length in longest]
    if sum(natural) <= _LINE:  # so the table is narrower than the line
        return [round(width / _LINE, 4) for width in natural]
    least = [word * 1.06 + _PADDING for word in words]
    room = _LINE - sum(least)
    if room <= 0:
        return [round(width / sum(least), 4) for width in least]
    wanted = [max(width - small, 0.0) ** 0.7 for width, small in zip(natural, least, strict=True)]
    total = sum(wanted) or 1.0
    return [
        round((small + room * want / total) / _LINE, 4)
        for small, want in zip(least, wanted, strict=True)
    ]


def set_widths(table: Node, only_full: bool) -> Node:
    """A table with the widths of its columns said, where the report leaves them open.

    Pandoc gives a pipe table with a long line widths by its dashes, which few people count: equal
    widths are taken as left open too.
    """
    own, caption, columns, *rest = table["c"]
    given = {width.get("c") for _, width in columns}
    if None not in given and len(given) > 1:
        return table
    shares = column_shares(table)
    if only_full and sum(shares) < _FULL:
        return table
    with_widths = [
        [alignment, {"t": "ColWidth", "c": share}]
        for (alignment, _), share in zip(columns, shares, strict=True)
    ]
    return {"t": "Table", "c": [own, caption, with_widths, *rest]}
