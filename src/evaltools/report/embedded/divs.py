"""Content for some formats, profiles or documents only."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaltools.report.embedded.ast import (
    Attr,
    Node,
    attr,
    attr_of,
    div,
    get,
    nodes,
    para,
    put,
    rewrite,
    stringify,
    take,
    trim,
    words_of,
)
from evaltools.report.embedded.format_context import names
from evaltools.report.embedded.pandoc import Inlines
from evaltools.report.embedded.source import Faults

# Quarto's aliases. `pdf` and `latex` are no aliases of typst: content for them would be missing
# from a PDF made by Typst, so they are refused.
_ALIASES = {"html": {"html", "html4", "html5", "html:js"}, "typst": {"typst"}, "docx": {"docx"}}
_OTHERS = names("formats-other")
_CLASSES = ("content-visible", "content-hidden")


@dataclass(frozen=True)
class Conditions:
    """What conditions are decided by."""

    format_name: str
    profiles: Sequence[str]
    metadata: Mapping[str, Any]
    faults: Faults

    def apply(self, blocks: list[Node]) -> list[Node]:
        """The tree without what is not meant for this format, profile or document."""
        kept: list[Node] = rewrite(blocks, self._replace, down=False)
        return kept

    def _replace(self, node: Node) -> list[Node] | None:
        triple = attr_of(node)
        if triple is None:
            return None
        classes = [name for name in _CLASSES if name in triple[1]]
        conditions = [key for key, _ in triple[2] if key.startswith(("when-", "unless-"))]
        if not classes:
            if conditions:
                self.faults.add(
                    conditions[0],
                    f"condition {conditions[0]} without effect",
                    "Add the class .content-visible",
                )
            return None
        if len(conditions) > 1 or len(classes) > 1:
            self.faults.add(classes[0], "several conditions in one place", "Nest divs")
            return []
        met = True
        for key in conditions:
            value = take(triple, key) or ""
            met = self._holds(key.partition("-")[2], value, f'{key}="{value}"')
            met = met is not key.startswith("unless-")
        if met is (classes[0] == "content-hidden"):
            return []
        triple[1] = [name for name in triple[1] if name not in _CLASSES]
        if node["t"] in {"Div", "Span"} and triple == ["", [], []]:
            content: list[Node] = node["c"][1]
            return content
        return None

    def _holds(self, kind: str, value: str, written: str) -> bool:
        if kind == "format":
            return self._is_format(value, written)
        if kind == "profile":
            return value in self.profiles
        if kind == "meta":
            found: Any = self.metadata
            for key in value.split("."):
                found = found.get(key) if isinstance(found, Mapping) else None
            return found is True or (isinstance(found, str) and found == "true")
        self.faults.add(written, f"unknown condition {written}", "Use format, profile or meta")
        return True

    def _is_format(self, value: str, written: str) -> bool:
        if value in {"pdf", "latex"}:
            self.faults.add(written, f"{written}: the PDF is made by Typst", "Write typst")
        elif value not in _OTHERS and not any(value in each for each in _ALIASES.values()):
            self.faults.add(written, f"unknown format in {written}", "Use html, typst or docx")
        return value in _ALIASES[self.format_name]


KINDS = ("note", "tip", "important", "warning", "caution")
_APPEARANCES = ("default", "simple", "minimal")
# Classes that Quarto gives a meaning which this renderer has not.
_REFUSED = names("classes-refused")
_ATTRIBUTES = names("attributes-refused")
_KINDS = names("references-refused")


@dataclass(frozen=True)
class Structure:
    """Turns Quarto's divs into the ones of the resolved document.

    Arguments:
        words: the renderer's words. options: the format's options.
        inlines: parses titles. faults: takes what is not known.
    """

    words: dict[str, str]
    options: dict[str, Any]
    inlines: Inlines
    faults: Faults

    def apply(self, blocks: list[Node]) -> list[Node]:
        """The tree with callouts, tabsets, layouts and margins in their resolved form."""
        result: list[Node] = rewrite(blocks, self._replace, down=False)
        return result

    def _replace(self, node: Node) -> list[Node] | None:
        triple = attr_of(node)
        if triple is None:
            return None
        classes = triple[1]
        unknown = sorted(set(classes) & _REFUSED)
        for name in unknown:
            self.faults.add(
                name, f"class .{name} is not supported", "Remove it, or render with Quarto"
            )
        for key in sorted({key for key, _ in triple[2]} & _ATTRIBUTES):
            self.faults.add(
                key, f"attribute {key} is not supported", "Remove it, or render with Quarto"
            )
        kind, dash, _ = triple[0].partition("-")
        if node["t"] == "Div" and dash and kind in _KINDS:
            self.faults.add(f"#{triple[0]}", f"a block of the kind {kind}: #{triple[0]}")
        if node["t"] not in {"Div", "Span"}:
            if "column-margin" in classes or "aside" in classes:
                triple[1] = [name for name in classes if name not in {"column-margin", "aside"}]
                return (
                    [div(attr(classes=["margin"]), [node])]
                    if node["t"] in {"Figure", "Table", "CodeBlock"}
                    else None
                )
            return None
        if "column-margin" in classes or "aside" in classes:
            triple[1] = [
                "margin",
                *(name for name in classes if name not in {"column-margin", "aside"}),
            ]
            return None
        if node["t"] == "Span":
            return None
        if any(name.startswith("callout-") for name in classes):
            return self._callout(node)
        if "panel-tabset" in classes:
            return self._tabset(node)
        if has_layout(triple) and not triple[0].startswith(("fig-", "tbl-")):
            inner = arranged(triple, node["c"][1], self.faults)
            if not triple[0] and not triple[1]:
                inner["c"][0][2].extend(triple[2])
                return [inner]
            return [div(triple, [inner])]
        return None

    def _callout(self, node: Node) -> list[Node]:
        triple, blocks = node["c"]
        given = [name[8:] for name in triple[1] if name.startswith("callout-")]
        kind = given[0]
        if kind not in KINDS or len(given) > 1:
            self.faults.add(
                f"callout-{kind}",
                f"callout of the kind {' '.join(given)}",
                allowed=", ".join(f"callout-{name}" for name in KINDS),
            )
            kind = "note"
        appearance = take(triple, "appearance") or str(
            self.options.get("callout-appearance", "default")
        )
        if appearance not in _APPEARANCES:
            self.faults.add(
                "appearance=", f"callout appearance {appearance}", allowed=", ".join(_APPEARANCES)
            )
        icon = take(triple, "icon") or str(self.options.get("callout-icon", True)).lower()
        collapse = take(triple, "collapse") or ""
        written = take(triple, "title")
        title, blocks = self._title(kind, appearance, written, blocks)
        result = attr(
            triple[0],
            [
                "callout",
                f"callout-{kind}",
                *(name for name in triple[1] if not name.startswith("callout-")),
            ],
        )
        result[2] = list(triple[2])
        for key, value in (
            ("kind", kind),
            ("appearance", appearance),
            ("collapse", collapse),
            ("icon", "false" if appearance == "minimal" else icon),
            ("label", self.words[f"callout-{kind}-title"]),
        ):
            put(result, key, value)
        _without_numbers(blocks)
        heading = div(attr(classes=["callout-title"]), [para(title)] if title else [])
        return [div(result, [heading, div(attr(classes=["callout-body"]), blocks)])]

    def _title(
        self, kind: str, appearance: str, written: str | None, blocks: list[Node]
    ) -> tuple[list[Node], list[Node]]:
        if written is not None:
            return self.inlines.of(written), blocks
        if blocks and blocks[0]["t"] == "Header":
            return blocks[0]["c"][2], blocks[1:]
        if appearance != "default":
            return [], blocks
        return words_of(self.words[f"callout-{kind}-title"]), blocks

    def _tabset(self, node: Node) -> list[Node]:
        triple, blocks = node["c"]
        level = next((block["c"][0] for block in blocks if block["t"] == "Header"), 0)
        tabs: list[Node] = []
        for block in blocks:
            if block["t"] == "Header" and block["c"][0] == level:
                own = attr(block["c"][1][0], ["tab"])
                put(own, "title", stringify(block["c"][2]).strip())
                put(own, "level", str(level))
                tabs.append(div(own, []))
            elif tabs:
                tabs[-1]["c"][1].append(block)
            else:
                self.faults.add(
                    "panel-tabset",
                    "a tabset with text before its first tab",
                    "Begin with a heading",
                )
                return []
        if not tabs:
            self.faults.add("panel-tabset", "a tabset without tabs", "Give each tab a heading")
        take(triple, "group")
        _without_numbers(tabs)
        result = attr(triple[0], ["tabset", *(n for n in triple[1] if n != "panel-tabset")])
        result[2] = triple[2]
        return [div(result, tabs)]


def _without_numbers(blocks: list[Node]) -> None:
    """Headings within tabs and callouts do not count as sections."""
    for node in nodes(blocks):
        if node["t"] == "Header" and "unnumbered" not in node["c"][1][1]:
            node["c"][1][1].append("unnumbered")


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
