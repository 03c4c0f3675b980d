"""Rows and columns: `layout-ncol`, `layout-nrow`, `layout`."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from evaltools.report.embedded.ast import Attr, Node, attr, div, get, put, take, trim
from evaltools.report.embedded.faults import Faults

KEYS = ("layout-ncol", "layout-nrow", "layout")
_IDLE = ("layout-valign", "layout-align")


def has_layout(triple: Attr) -> bool:
    """Whether attributes ask for rows and columns."""
    return any(get(triple, key) is not None for key in KEYS)


def arranged(triple: Attr, blocks: list[Node], faults: Faults) -> Node:
    """A Div.layout of the blocks, its attribute `columns` the relative widths of every row.

    Arguments:
        triple: attributes with a layout, which is taken out of them.
        blocks: what is to be arranged, each block a cell; a heading goes with the next block.
        faults: takes layouts that cannot be read.
    """
    cells = _cells(blocks)
    given = {key: take(triple, key) for key in KEYS}
    for key in _IDLE:
        take(triple, key)
    rows = _rows(given, len(cells), faults)
    filled: list[Node] = []
    queue = list(cells)
    for row in rows:
        for width in row:
            spacer = width < 0 or not queue
            filled.append(
                div(
                    attr(classes=["cell", "spacer"] if spacer else ["cell"]),
                    [] if spacer else queue.pop(0),
                )
            )
    sizes = [[int(size) if size == int(size) else size for size in map(abs, row)] for row in rows]
    widths = json.dumps(sizes, separators=(",", ":"))
    result = attr(classes=["layout"])
    put(result, "columns", widths)
    return div(result, filled)


def _cells(blocks: list[Node]) -> list[list[Node]]:
    cells: list[list[Node]] = []
    waiting: list[Node] = []
    for block in blocks:
        if block["t"] == "Header":
            waiting.append(block)
            continue
        images = _pictures(block)
        if images:
            cells.extend([*waiting, {"t": "Plain", "c": [picture]}] for picture in images)
        else:
            cells.append([*waiting, block])
        waiting = []
    return [*cells, waiting] if waiting else cells


def _pictures(block: Node) -> list[Node]:
    """The images of a paragraph that holds nothing else, when there are several."""
    if block["t"] != "Para":
        return []
    content = [item for item in trim(block["c"]) if item["t"] not in {"SoftBreak", "Space"}]
    return content if len(content) > 1 and all(i["t"] == "Image" for i in content) else []


def _rows(given: dict[str, str | None], count: int, faults: Faults) -> list[list[float]]:
    layout = given["layout"]
    if layout is not None:
        return _custom(layout, count, faults)
    key = "layout-ncol" if given["layout-ncol"] is not None else "layout-nrow"
    value = given[key] or ""
    if not value.isdigit() or not 1 <= int(value) <= 12:
        faults.add(f"{key}=", f"{key}={value} is no number of columns or rows", "Use 1 to 12")
        return [[1.0]] * count
    columns = int(value) if key == "layout-ncol" else max(1, math.ceil(count / int(value)))
    return [[1.0] * columns for _ in range(max(1, math.ceil(count / columns)))]


def _custom(layout: str, count: int, faults: Faults) -> list[list[float]]:
    try:
        # Quarto allows percentages beside bare numbers.
        value: Any = json.loads(re.sub(r"""["']?(-?[\d.]+)%["']?""", r"\1", layout))
        rows = value if value and isinstance(value[0], list) else [value]
        result = [[float(width) for width in row] for row in rows]
    except (ValueError, TypeError, KeyError, IndexError):
        result = []
    if not result or any(not row or all(width <= 0 for width in row) for row in result):
        faults.add("layout=", f"layout {layout} is no list of widths", "Write [[1,1],[1]]")
        return [[1.0]] * count
    room = sum(width > 0 for row in result for width in row)
    while room < count:
        result.append(list(result[-1]))
        room += sum(width > 0 for width in result[-1])
    return result
