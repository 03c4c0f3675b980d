"""Shapes of the resolved document that paper does not have, made into shapes that it has.

Cover, description sheets and contents come first; tabs become titled sections; the entries of a
description sheet become a table. Both printed formats start from here.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Sequence
from math import ceil
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
_LINE = 453.5  # points of a full line
_SIZES = ((5, 9.0, 12.0), (7, 8.5, 8.0), (999, 8.0, 6.0))  # up to how many columns: type, margins
_SHEET = 10.5  # points of a description sheet in the language of the report
_MANY_ROWS = 10  # from which template.typ sets a table in 8 points
_FULL = 0.985
_BREAKING = ((99, 99), (9, 99), (7, 99), (5, 99), (5, 9), (5, 7), (5, 5))
"""Widths in em from which words may be broken, below the head and in it: as few as can be."""
_STEPS = 40  # in which the room that words leave is given to columns
_HIGHER = 1.04  # than the lowest that a table with widths given may be
_ROOM = 0.12  # in em that a word has to itself, or a range would part at its dash
_HEAVIER = 1.03  # bold type against regular
_WORDS = re.compile(r"[ \u00ad\n]|-(?!\d)|/(?!\d)")
_WIDTHS = {
    **dict.fromkeys(" .,:;’'!|ijlI", 0.27),
    **dict.fromkeys('fJrtz()[]-"*/', 0.41),
    **dict.fromkeys("mwMW%—", 0.83),
    **dict.fromkeys("ABCDGHKNOPQRSUVXYÄÖÅ", 0.63),
}
"""Widths of letters in em that differ from those of most others, in the faces of both formats."""
_MOST = 0.555


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


def open_quotations(blocks: Iterable[Node]) -> list[Node]:
    """Quotations under a finding as blocks of the text, between which a page may end."""
    return [
        each for block in blocks for each in (block["c"][1] if is_div(block, "voices") else [block])
    ]


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

    A column is as wide as its longest line where all fit; otherwise no word of a head is broken if
    that can be, and the rest is shared so that the rows are low.
    """
    return _Columns(table).shares()


def _width(text: str) -> float:
    """About how wide a text is, in em."""
    return sum(_WIDTHS.get(letter, _MOST) for letter in text)


class _Columns:
    """How wide what stands in the columns of a table is, in em of its type."""

    def __init__(self, table: Node, closer: bool = False) -> None:
        _, _, columns, head, bodies, foot = table["c"]
        size, margins = next(each[1:] for each in _SIZES if len(columns) <= each[0])
        if "key-value" in find_classes(table):
            size = _SHEET
        elif closer and sum(len(body[3]) for body in bodies) >= _MANY_ROWS:  # not in Word
            size = 8.0
        self.line, self.margins = _LINE / size, margins / size
        self.head = [0.0] * len(columns)  # the widest word of the head
        self.words: list[list[float]] = [[] for _ in columns]
        self.rows: list[list[tuple[int, float]]] = []
        self.named = named = count_row_headers(table)
        for row in head[1]:
            self._add(row, len(columns), True)
        for part in (*(part for body in bodies for part in body[2:]), foot[1]):
            for row in part:
                self._add(row, named, False)

    def _add(self, row: list[Any], bold: int, head: bool) -> None:
        at, cells = 0, []
        for _, _, _, spanned, blocks in row[1]:
            if spanned == 1 and at < len(self.head):
                heavier = _HEAVIER if at < bold else 1.0
                content = text_of(blocks)
                word = max(_width(each) for each in _WORDS.split(content)) * heavier
                if head:
                    self.head[at] = max(self.head[at], word)
                else:
                    self.words[at].append(word + _ROOM)
                cells.append((at, max(_width(content) * heavier, 0.6)))
            at += spanned
        self.rows.append(cells)

    def natural(self) -> list[float]:
        """Widths in which no line breaks."""
        longest = [0.6] * len(self.head)
        for at, width in itertools.chain.from_iterable(self.rows):
            longest[at] = max(longest[at], width)
        return [width + self.margins for width in longest]

    def least(self) -> list[float]:
        """Widths in which as few words as can be are broken, and of the head those last."""
        widths: list[float] = []
        for of_rows, of_head in _BREAKING:
            widths = [
                max(0.6, min(head, of_head), min(max(words, default=0.0), of_rows)) + self.margins
                for head, words in zip(self.head, self.words, strict=True)
            ]
            if sum(widths) <= self.line * (1.0 if of_rows == 5 else 0.9):
                break
        return widths

    def shares(self) -> list[float]:
        """See `column_shares`."""
        natural = self.natural()
        if sum(natural) <= self.line:  # so the table is narrower than the line
            return [round(width / self.line, 4) for width in natural]
        widths = self.least()
        if sum(widths) >= self.line:
            return [round(width / sum(widths), 4) for width in widths]
        step = (self.line - sum(widths)) / _STEPS
        for _ in range(_STEPS):
            gains = self._gains(widths)
            open_to = [at for at in range(len(widths)) if widths[at] < natural[at]]
            widths[max(open_to, key=lambda at: gains[at])] += step
        return self._settle([round(width / sum(widths), 4) for width in widths])

    def _settle(self, shares: list[float]) -> list[float]:
        """Shares with some given by one column to another while that makes the rows lower."""
        lowest = self.height(shares)
        least = [width / self.line for width in self.least()]
        for part in (0.02, 0.01):
            for giving, taking in itertools.permutations(range(len(shares)), 2):
                tried = list(shares)
                tried[giving] -= part
                tried[taking] += part
                if tried[giving] >= least[giving] and (height := self.height(tried)) < lowest:
                    shares, lowest = tried, height
        return shares

    def _gains(self, widths: Sequence[float]) -> list[float]:
        """How much lower the rows get with each column wider: those count that make a row high."""
        gains = [0.0] * len(widths)
        for row in self.rows:
            lines = [(at, width / (widths[at] - self.margins)) for at, width in row]
            highest = max((each for _, each in lines), default=0.0)
            if highest > 1:
                for at, each in lines:
                    if each > 1:
                        gains[at] += each * (each / highest) ** 6 / widths[at]
        return gains

    def height(self, shares: Sequence[float]) -> int:
        """How many lines the rows take, and twice as many where a word of the head is broken."""
        widths = [share * self.line - self.margins for share in shares]
        lines = sum(
            max((ceil(width / max(widths[at], 0.6) - 0.01) for at, width in row), default=1)
            for row in self.rows
        )
        return lines if self.fit(shares) else 2 * lines

    def fit(self, shares: Sequence[float]) -> bool:
        """Whether no word of the head is broken."""
        return self._hold(self.head, shares)

    def fit_names(self, shares: Sequence[float]) -> bool:
        """Whether no word of the columns that name the row is broken."""
        return self._hold([max(words, default=0.0) for words in self.words[: self.named]], shares)

    def _hold(self, words: Sequence[float], shares: Sequence[float]) -> bool:
        pairs = zip(words, shares, strict=False)
        return all(word <= share * self.line - self.margins + 0.05 for word, share in pairs)


def set_widths(table: Node, only_full: bool) -> Node:
    """A table with the widths of its columns said: those that it gives, where they serve it.

    Widths that break a word of the head, or make rows higher than they need to be, do not.
    """
    own, caption, columns, *rest = table["c"]
    given = [width.get("c") for _, width in columns]
    measured = _Columns(table, closer=only_full)
    shares = measured.shares()
    told = None not in given and len(set(given)) > 1
    if told and measured.height(given) <= measured.height(shares) * _HIGHER:
        shares = given
    elif told:  # and so fills the line
        shares = [round(share / sum(shares), 4) for share in shares]
    elif only_full and sum(shares) < _FULL:
        return table
    whole = [("whole-words", measured.fit(shares)), ("whole-names", measured.fit_names(shares))]
    own = [*own[:2], [*own[2], *([name, "1"] for name, fits in whole if fits)]]
    with_widths = [
        [alignment, {"t": "ColWidth", "c": share}]
        for (alignment, _), share in zip(columns, shares, strict=True)
    ]
    return {"t": "Table", "c": [own, caption, with_widths, *rest]}


_SMALL_FROM = (2500, 10)  # characters and rows of a table in smaller letters: `template.typ`


def mark_series(blocks: list[Node]) -> list[Node]:
    """Tables under the same head are one in parts, so all are in the letters of the smallest."""
    series: dict[str, list[Node]] = {}
    for node in nodes(blocks):
        if node["t"] == "Table" and (head := stringify(node["c"][3][1])):
            series.setdefault(head, []).append(node)
    for parts in series.values():
        sizes = [_size(part) for part in parts]
        if any(characters > _SMALL_FROM[0] or rows >= _SMALL_FROM[1] for characters, rows in sizes):
            for part in parts:
                put(part["c"][0], "small", "1")
    return blocks


def _size(table: Node) -> tuple[int, int]:
    """Characters and rows below a table's head."""
    rows = [row for body in table["c"][4] for part in body[2:] for row in part]
    return len(stringify(rows)), len(rows)
