"""Divs and spans that mean something: conditional content, callouts, tabsets, layouts, margins."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, ClassVar

from evaltools.report.renderer.format_context import option_names
from evaltools.report.renderer.located_problems import LocatedProblems
from evaltools.report.renderer.media import Media
from evaltools.report.renderer.pandoc import AttributeTexts
from evaltools.report.renderer.pandoc_tree import (
    Attr,
    Node,
    attr,
    div,
    find_attr,
    get,
    nodes,
    para,
    put,
    rewrite,
    stringify,
    take,
    text_nodes,
    trim,
)

# Quarto's aliases. `pdf` and `latex` are no aliases of typst: content for them would be missing
# from a PDF made by Typst, so they are refused.
_ALIASES = {"html": {"html", "html4", "html5", "html:js"}, "typst": {"typst"}, "docx": {"docx"}}
_OTHER_FORMATS = option_names("formats-other")
_CONDITIONAL = ("content-visible", "content-hidden")
CALLOUT_KINDS = ("note", "tip", "important", "warning", "caution")
_APPEARANCES = ("default", "simple", "minimal")
_MARGIN = ("column-margin", "aside")
# What Quarto gives a meaning which this renderer has not.
_REFUSED_CLASSES = option_names("classes-refused")
_REFUSED_ATTRIBUTES = option_names("attributes-refused")
_REFUSED_KINDS = option_names("references-refused")
_OR_QUARTO = "Remove it, or render with Quarto"
LAYOUT_KEYS = ("layout-ncol", "layout-nrow", "layout")


@dataclass
class Pass:
    """A pass over the tree of a document in one format.

    Arguments:
        format_name: `html`, `typst` or `docx`. profiles: those that are active.
        options: of the format, merged. words: the renderer's words.
        media: gathers pictures. texts: parses titles and captions in attributes.
        problems: takes what is wrong.
    """

    kinds: ClassVar[Set[str] | None] = None
    """Of nodes that the pass is about; None for all that hold something."""

    format_name: str
    profiles: Sequence[str]
    options: Mapping[str, Any]
    words: Mapping[str, str]
    media: Media
    texts: AttributeTexts
    problems: LocatedProblems

    def apply(self, blocks: list[Node]) -> list[Node]:
        """The tree after the pass, which goes through it children first."""
        return rewrite(blocks, self._replace, kinds=self.kinds, words=False)

    def _replace(self, node: Node) -> list[Node] | None:
        raise NotImplementedError


class Conditions(Pass):
    """Leaves out what is not meant for this format, profile or document."""

    def _replace(self, node: Node) -> list[Node] | None:
        triple = find_attr(node)
        if triple is None:
            return None
        classes = [name for name in _CONDITIONAL if name in triple[1]]
        conditions = [key for key, _ in triple[2] if key.startswith(("when-", "unless-"))]
        if not classes:
            if conditions:
                what = f"condition {conditions[0]} without effect"
                self.problems.add(conditions[0], what, "Add the class .content-visible")
            return None
        if len(conditions) > 1 or len(classes) > 1:
            self.problems.add(classes[0], "several conditions in one place", "Nest divs")
            return []
        met = True
        for key in conditions:
            value = take(triple, key) or ""
            met = self._holds(key.partition("-")[2], value, f'{key}="{value}"')
            met = met is not key.startswith("unless-")
        if met is (classes[0] == "content-hidden"):
            return []
        triple[1] = [name for name in triple[1] if name not in _CONDITIONAL]
        bare = node["t"] in {"Div", "Span"} and triple == ["", [], []]
        return list(node["c"][1]) if bare else None

    def _holds(self, kind: str, value: str, written: str) -> bool:
        if kind == "format":
            if value in {"pdf", "latex"}:
                self.problems.add(written, f"{written}: the PDF is made by Typst", "Write typst")
            elif value not in _OTHER_FORMATS.union(*_ALIASES.values()):
                what = f"unknown format in {written}"
                self.problems.add(written, what, "Use html, typst or docx")
            return value in _ALIASES[self.format_name]
        if kind == "profile":
            return value in self.profiles
        if kind == "meta":
            found: Any = self.options
            for key in value.split("."):
                found = found.get(key) if isinstance(found, Mapping) else None
            return found is True or found == "true"
        self.problems.add(written, f"unknown condition {written}", "Use format, profile or meta")
        return True


class Structure(Pass):
    """Turns Quarto's callouts, tabsets, layouts and margins into those of the resolved document."""

    def _replace(self, node: Node) -> list[Node] | None:
        triple = find_attr(node)
        if triple is None:
            return None
        self._check(node, triple)
        classes = triple[1]
        if any(name in classes for name in _MARGIN):
            triple[1] = [name for name in classes if name not in _MARGIN]
            if node["t"] in {"Figure", "Table", "CodeBlock"}:
                return [div(attr(classes=["margin"]), [node])]
            if node["t"] in {"Div", "Span"}:
                triple[1].insert(0, "margin")
            return None
        if node["t"] != "Div":
            return None
        if any(name.startswith("callout-") for name in classes):
            return self._callout(node)
        if "panel-tabset" in classes:
            return self._tabset(node)
        if has_layout(triple) and not triple[0].startswith(("fig-", "tbl-")):
            inner = arrange_layout(triple, node["c"][1], self.problems)
            if not triple[0] and not triple[1]:
                inner["c"][0][2].extend(triple[2])
                return [inner]
            return [div(triple, [inner])]
        return None

    def _check(self, node: Node, triple: Attr) -> None:
        for name in sorted(set(triple[1]) & _REFUSED_CLASSES):
            self.problems.add(name, f"class .{name} is not supported", _OR_QUARTO)
        for key in sorted({key for key, _ in triple[2]} & _REFUSED_ATTRIBUTES):
            self.problems.add(key, f"attribute {key} is not supported", _OR_QUARTO)
        kind, dash, _ = triple[0].partition("-")
        if node["t"] == "Div" and dash and kind in _REFUSED_KINDS:
            self.problems.add(f"#{triple[0]}", f"a block of the kind {kind}: #{triple[0]}")

    def _callout(self, node: Node) -> list[Node]:
        triple, blocks = node["c"]
        given = [name[8:] for name in triple[1] if name.startswith("callout-")]
        kind = given[0]
        if kind not in CALLOUT_KINDS or len(given) > 1:
            allowed = ", ".join(f"callout-{name}" for name in CALLOUT_KINDS)
            what = f"callout of the kind {' '.join(given)}"
            self.problems.add(f"callout-{kind}", what, allowed=allowed)
            kind = "note"
        default = str(self.options.get("callout-appearance", "default"))
        appearance = take(triple, "appearance") or default
        if appearance not in _APPEARANCES:
            what, allowed = f"callout appearance {appearance}", ", ".join(_APPEARANCES)
            self.problems.add("appearance=", what, allowed=allowed)
        icon = take(triple, "icon") or str(self.options.get("callout-icon", True)).lower()
        collapse = take(triple, "collapse") or ""
        label = self.words[f"callout-{kind}-title"]
        title = text_nodes(label) if appearance == "default" else []
        written = take(triple, "title")
        if written is not None:
            title = self.texts.of(written)
        elif blocks and blocks[0]["t"] == "Header":
            title, blocks = blocks[0]["c"][2], blocks[1:]
        others = [name for name in triple[1] if not name.startswith("callout-")]
        triple[1] = ["callout", f"callout-{kind}", *others]
        put(triple, "kind", kind)
        put(triple, "appearance", appearance)
        put(triple, "collapse", collapse)
        put(triple, "icon", "false" if appearance == "minimal" else icon)
        put(triple, "label", label)
        _drop_numbers(blocks)
        heading = div(attr(classes=["callout-title"]), [para(title)] if title else [])
        return [div(triple, [heading, div(attr(classes=["callout-body"]), blocks)])]

    def _tabset(self, node: Node) -> list[Node]:
        triple, blocks = node["c"]
        level = next((block["c"][0] for block in blocks if block["t"] == "Header"), 0)
        tabs: list[Node] = []
        for block in blocks:
            if block["t"] == "Header" and block["c"][0] == level:
                pairs = {"title": stringify(block["c"][2]).strip(), "level": str(level)}
                tabs.append(div(attr(block["c"][1][0], ["tab"], pairs), []))
            elif tabs:
                tabs[-1]["c"][1].append(block)
            else:
                what = "a tabset with text before its first tab"
                self.problems.add("panel-tabset", what, "Begin with a heading")
                return []
        if not tabs:
            self.problems.add("panel-tabset", "a tabset without tabs", "Give each tab a heading")
        take(triple, "group")
        _drop_numbers(tabs)
        triple[1] = ["tabset", *(name for name in triple[1] if name != "panel-tabset")]
        return [div(triple, tabs)]


def _drop_numbers(blocks: list[Node]) -> None:
    """Headings within tabs and callouts do not count as sections."""
    for node in nodes(blocks):
        if node["t"] == "Header" and "unnumbered" not in node["c"][1][1]:
            node["c"][1][1].append("unnumbered")


def has_layout(triple: Attr) -> bool:
    """Whether attributes ask for rows and columns."""
    return any(get(triple, key) is not None for key in LAYOUT_KEYS)


def arrange_layout(triple: Attr, blocks: list[Node], problems: LocatedProblems) -> Node:
    """A Div.layout of the blocks, its attribute `columns` the relative widths of every row.

    The layout is taken out of the attributes. A heading goes with the next block.
    """
    cells = _layout_cells(blocks)
    given = {key: take(triple, key) for key in LAYOUT_KEYS}
    for key in ("layout-valign", "layout-align"):  # of no effect
        take(triple, key)
    rows = _layout_rows(given, len(cells), problems)
    filled: list[Node] = []
    for width in (width for row in rows for width in row):
        spacer = width < 0 or not cells
        classes = ["cell", "spacer"] if spacer else ["cell"]
        filled.append(div(attr(classes=classes), [] if spacer else cells.pop(0)))
    sizes = [[int(size) if size == int(size) else size for size in map(abs, row)] for row in rows]
    widths = json.dumps(sizes, separators=(",", ":"))
    return div(attr(classes=["layout"], pairs={"columns": widths}), filled)


def _layout_cells(blocks: list[Node]) -> list[list[Node]]:
    cells: list[list[Node]] = []
    waiting: list[Node] = []
    for block in blocks:
        if block["t"] == "Header":
            waiting.append(block)
            continue
        images: list[Node] = []
        if block["t"] == "Para":  # that holds several images and nothing else
            images = [item for item in trim(block["c"]) if item["t"] not in {"SoftBreak", "Space"}]
        if len(images) > 1 and all(item["t"] == "Image" for item in images):
            cells += [[*waiting, {"t": "Plain", "c": [picture]}] for picture in images]
        else:
            cells.append([*waiting, block])
        waiting = []
    return [*cells, waiting] if waiting else cells


def _layout_rows(
    given: Mapping[str, str | None], count: int, problems: LocatedProblems
) -> list[list[float]]:
    layout = given["layout"]
    if layout is not None:
        return _declared_rows(layout, count, problems)
    key = "layout-ncol" if given["layout-ncol"] is not None else "layout-nrow"
    value = given[key] or ""
    if not value.isdigit() or not 1 <= int(value) <= 12:
        what = f"{key}={value} is no number of columns or rows"
        problems.add(f"{key}=", what, "Use 1 to 12")
        return [[1.0]] * count
    columns = int(value) if key == "layout-ncol" else max(1, math.ceil(count / int(value)))
    return [[1.0] * columns for _ in range(max(1, math.ceil(count / columns)))]


def _declared_rows(layout: str, count: int, problems: LocatedProblems) -> list[list[float]]:
    try:
        # Quarto allows percentages beside bare numbers.
        value: Any = json.loads(re.sub(r"""["']?(-?[\d.]+)%["']?""", r"\1", layout))
        rows = value if value and isinstance(value[0], list) else [value]
        result = [[float(width) for width in row] for row in rows]
    except (ValueError, TypeError, KeyError, IndexError):
        result = []
    if not result or any(not row or all(width <= 0 for width in row) for row in result):
        problems.add("layout=", f"layout {layout} is no list of widths", "Write [[1,1],[1]]")
        return [[1.0]] * count
    room = sum(width > 0 for row in result for width in row)
    while room < count:
        result.append(list(result[-1]))
        room += sum(width > 0 for width in result[-1])
    return result
