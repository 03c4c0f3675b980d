"""Content for some formats, profiles or documents only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaltools.report.embedded.ast import Node, attr_of, rewrite, take
from evaltools.report.embedded.faults import Faults
from evaltools.report.embedded.options import names

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
