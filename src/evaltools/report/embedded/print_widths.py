"""Widths of table columns that the report leaves open."""

from __future__ import annotations

import re
from typing import Any

from evaltools.report.embedded.ast import Node
from evaltools.report.embedded.print_tree import text_of

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
