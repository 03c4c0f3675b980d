"""What is done to the whole tree at the end: raw content, quotes, headings, links, ids."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from evaltools.report.embedded.ast import (
    Node,
    attr_of,
    classes_of,
    get,
    nodes,
    para,
    rewrite,
    stringify,
    take,
    text,
)
from evaltools.report.embedded.format_context import names
from evaltools.report.embedded.pandoc import VERSION, Message, pandoc
from evaltools.report.embedded.source import Faults

_RAW = {"html": {"html", "html5"}, "typst": {"typst"}, "docx": {"openxml"}}
# Formats that raw content may be meant for; content for others than the one made is left out,
# as its author said.
_MEANT = names("raw")
ACTIVE = re.compile(
    r"<\s*/?\s*(?:script|iframe|object|embed|form|link|meta|base|frame|applet|svg|math)\b"
    r"|\son[a-z]+\s*=|javascript:|\b(?:src|srcset|poster|data|action)\s*=\s*[\"']?\s*(?!data:image/)"
    r"|url\(|@import",
    re.IGNORECASE,
)
# Attributes that pandoc did not take for attributes are text.
_LOST = re.compile(r"\{[#.][\w-]+")
_LINK_SCHEME = re.compile(r"^\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_SCHEMES = {"http", "https", "mailto", "tel"}
_BAD_ATTRIBUTES = {"srcdoc", "formaction", "src", "href", "action", "data", "poster"}


def unsafe(node: Node) -> str:
    """What makes a node dangerous in a page, in a few words; empty if nothing does."""
    triple = attr_of(node)
    for key, value in triple[2] if triple is not None else ():
        name = key.lower()
        if name.startswith("on") or name in _BAD_ATTRIBUTES:
            return f"attribute {key}"
        if name == "style" and re.search(
            r"url\(|expression|@import|position", value, re.IGNORECASE
        ):
            return f"style {value[:40]}"
    if node["t"] == "Link":
        target = re.sub(r"[\x00-\x20]", "", node["c"][2][0])
        scheme = _LINK_SCHEME.match(target)
        if scheme and scheme[1].lower() not in _SCHEMES:
            return f"link to {node['c'][2][0][:40]}"
    return ""


def _is_tab(node: Node) -> bool:
    return (
        node["t"] == "Div" and "tab" in node["c"][0][1] and get(node["c"][0], "level") is not None
    )


@dataclass(frozen=True)
class Tidy:
    """Last passes over a tree."""

    format_name: str
    words: Mapping[str, str]
    faults: Faults

    def raw(self, blocks: list[Node]) -> list[Node]:
        """Keep raw content that is meant for this format, refuse what would get lost or act."""
        result: list[Node] = rewrite(blocks, self._raw, down=False)
        return result

    def _raw(self, node: Node) -> list[Node] | None:
        if node["t"] not in {"RawInline", "RawBlock"}:
            return None
        kind, content = node["c"]
        if not content.strip():
            return []
        needle = content.strip().split("\n")[0]
        if kind in _RAW[self.format_name]:
            if self.format_name == "html" and ACTIVE.search(content):
                self.faults.add(
                    needle,
                    f"raw HTML that could load or run something: {needle[:60]}",
                    "The page is self-contained and still",
                    "render.raw",
                )
                return []
            return [
                {"t": node["t"], "c": ["html" if self.format_name == "html" else kind, content]}
            ]
        if kind == "html":
            what = f"raw HTML {needle[:60]} would be missing from {self.format_name}"
            self.faults.add(needle, what, "Write markdown, or mark it {=html}", "render.raw")
        elif kind == "tex":
            self.faults.add(
                needle, f"raw TeX {needle[:60]}", "Write markdown or typst", "render.raw"
            )
        elif kind not in _MEANT:
            self.faults.add(
                f"{{={kind}}}", f"raw content for the unknown format {kind}", code="render.raw"
            )
        return []

    def quotes(self, blocks: list[Node]) -> list[Node]:
        """Quotation marks of the document's language."""
        result: list[Node] = rewrite(blocks, self._quote, down=False)
        return result

    def _quote(self, node: Node) -> list[Node] | None:
        if node["t"] != "Quoted":
            return None
        kind = "double" if node["c"][0]["t"] == "DoubleQuote" else "single"
        marks = self.words[f"quote-{kind}"]
        return [text(marks[0]), *node["c"][1], text(marks[-1])]

    def headings(self, blocks: list[Node]) -> None:
        """Bring the highest heading to level 1, refuse levels that are skipped."""
        titles = [node for node in nodes(blocks) if node["t"] == "Header" or _is_tab(node)]
        headers = [node for node in titles if node["t"] == "Header"]
        shift = min((header["c"][0] for header in headers), default=1) - 1
        before = shift
        for node in titles:
            if node["t"] == "Div":
                # A tab's title stands where its heading stood.
                before = max(before, int(take(node["c"][0], "level") or 0))
                continue
            level = node["c"][0]
            if level > before + 1:
                title = stringify(node["c"][2]).strip()
                needle = f"{'#' * level} {title.split(' ')[0]}"
                what = f"heading “{title}” of level {level} follows level {before}"
                self.faults.add(needle, what, "Skip no level", "render.heading")
            before = level
            node["c"][0] = level - shift

    def check_references(self, blocks: list[Node], where: str) -> None:
        """Refuse what a bibliography may not bring into the page."""
        for part in nodes(blocks):
            if part["t"] != "Div" or part["c"][0][0] != "refs":
                continue
            for node in nodes(part["c"][1]):
                what = "raw content" if node["t"] in {"RawInline", "RawBlock"} else unsafe(node)
                if what:
                    self.faults.add("", f"{what} in a reference", code="render.unsafe", where=where)

    def check(self, blocks: list[Node]) -> None:
        """Refuse dangerous attributes and links, links to nowhere, ids given twice."""
        seen: set[str] = set()
        for node in nodes(blocks):
            danger = unsafe(node)
            if danger:
                self.faults.add(
                    danger.split(" ")[-1], f"{danger} is not allowed", code="render.unsafe"
                )
            if node["t"] == "Str" and (lost := _LOST.search(node["c"])):
                what = f"attributes that belong to nothing: {node['c'][:40]}"
                self.faults.add(lost[0], what, "Write them right behind what they are for")
            triple = attr_of(node)
            if triple is None or not triple[0]:
                continue
            if triple[0] in seen:
                self.faults.add(
                    f"#{triple[0]}",
                    f"id {triple[0]} is given twice",
                    "Every id may be used once",
                    "render.crossref",
                    self.faults.where(f"#{triple[0]}", 1),
                )
            seen.add(triple[0])
        for node in nodes(blocks):
            if node["t"] == "Link" and "crossref" not in classes_of(node):
                target = node["c"][2][0]
                if target.startswith("#") and target[1:] not in seen:
                    self.faults.add(
                        target, f"link to {target}, which is nowhere", code="render.link"
                    )


UNCONVERTED = "CouldNotConvertTeXMath"
REMEDY = "Correct it; known are the commands of LaTeX and amsmath that stand in formulas"


@dataclass
class Formulas:
    """Formulas of one document, each tried once whatever the format.

    All writers read TeX by the same parser, so what one cannot convert none can; they would
    print the TeX as it stands, and in Typst it would be taken for markup.
    """

    reasons: dict[str, str] = field(default_factory=dict)

    def check(self, content: Any, faults: Faults) -> None:
        """Add a problem for every formula in a tree that cannot be converted.

        Arguments:
            content: blocks, inlines or metadata. faults: takes the problems, in reading order.
        """
        found = [str(node["c"][1]) for node in nodes(content) if node["t"] == "Math"]
        self._try(found)
        for formula in found:
            if self.reasons[formula]:
                faults.add(
                    first_line(formula),
                    unconverted(formula, self.reasons[formula]),
                    REMEDY,
                    "render.math",
                )

    def _try(self, formulas: Iterable[str]) -> None:
        fresh = list(dict.fromkeys(each for each in formulas if each not in self.reasons))
        if not fresh:
            return
        blocks: list[Node] = [
            para([{"t": "Math", "c": [{"t": "InlineMath"}, formula]}]) for formula in fresh
        ]
        document = {"pandoc-api-version": VERSION, "meta": {}, "blocks": blocks}
        arguments = ["-f", "json", "-t", "html5", "--mathml", "--sandbox"]
        _, messages = pandoc(arguments, json.dumps(document))
        self.reasons.update(dict.fromkeys(fresh, ""))
        for message in messages:
            if message.kind == UNCONVERTED:
                self.reasons[message.about] = reason(message)


def first_line(formula: str) -> str:
    """The line by which a formula is found in its source."""
    return next((line for line in formula.split("\n") if line.strip()), "").strip()


def unconverted(formula: str, why: str) -> str:
    """What is wrong, in one line however many the formula has."""
    shown = " ".join(formula.split())
    shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
    return f"the formula {shown} cannot be converted: {why}"


def reason(message: Message) -> str:
    """What the parser stumbled over."""
    lines = [line.strip() for line in message.text.split("\n")]
    return next((line for line in lines if line.startswith("unexpected")), "it is not TeX")
