"""Callouts, tabsets, layouts, margins: divs whose class means something."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evaltools.report.embedded.ast import (
    Node,
    attr,
    attr_of,
    div,
    nodes,
    para,
    put,
    rewrite,
    stringify,
    take,
    words_of,
)
from evaltools.report.embedded.faults import Faults
from evaltools.report.embedded.inlines import Inlines
from evaltools.report.embedded.layout import arranged, has_layout
from evaltools.report.embedded.options import names

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
