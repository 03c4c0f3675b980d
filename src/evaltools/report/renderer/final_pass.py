"""Checks of the whole tree: raw content, formulas, headings, links, ids; and its quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from evaltools.problems import Problem
from evaltools.report.renderer.divs import Pass
from evaltools.report.renderer.format_context import Context, option_names
from evaltools.report.renderer.located_problems import LocatedProblems
from evaltools.report.renderer.pandoc import Message, pandoc
from evaltools.report.renderer.pandoc_tree import (
    RAW_KINDS,
    Node,
    find_attr,
    find_classes,
    get,
    is_div,
    make_document,
    nodes,
    para,
    rewrite,
    stringify,
    take,
    text,
)
from evaltools.report.renderer.references import refuse_second_id

_RAW = {"html": {"html", "html5"}, "typst": {"typst"}, "docx": {"openxml"}}
# Formats that raw content may be meant for; content for others than the one made is left out,
# as its author said.
_MEANT = option_names("raw")
_ACTIVE = re.compile(
    r"<\s*/?\s*(?:script|iframe|object|embed|form|link|meta|base|frame|applet|svg|math)\b"
    r"|\son[a-z]+\s*=|javascript:|\b(?:src|srcset|poster|data|action)\s*=\s*[\"']?\s*(?!data:image/)"
    r"|url\(|@import",
    re.IGNORECASE,
)
# Attributes that pandoc did not take for attributes are text.
_LOST = re.compile(r"\{[#.][\w-]+")
_LINK_SCHEME = re.compile(r"^\s*([a-z][a-z0-9+.-]*):", re.IGNORECASE)
_ACTIVE_STYLE = re.compile(r"url\(|expression|@import|position", re.IGNORECASE)
_SCHEMES = {"http", "https", "mailto", "tel"}
_BAD_ATTRIBUTES = {"srcdoc", "formaction", "src", "href", "action", "data", "poster"}
_UNCONVERTED = "CouldNotConvertTeXMath"
_CORRECT_FORMULA = "Correct it; known are the commands of LaTeX and amsmath that stand in formulas"


def _unsafe_target(node: Node) -> str:
    """What makes a node dangerous in a page, in a few words; empty if nothing does."""
    triple = find_attr(node)
    for key, value in triple[2] if triple is not None else ():
        name = key.lower()
        if name.startswith("on") or name in _BAD_ATTRIBUTES:
            return f"attribute {key}"
        if name == "style" and _ACTIVE_STYLE.search(value):
            return f"style {value[:40]}"
    if node["t"] == "Link":
        target = re.sub(r"[\x00-\x20]", "", node["c"][2][0])
        scheme = _LINK_SCHEME.match(target)
        if scheme and scheme[1].lower() not in _SCHEMES:
            return f"link to {node['c'][2][0][:40]}"
    return ""


class FinalPass(Pass):
    """Checks and changes of a whole tree, for which no construct stands alone."""

    def raw(self, blocks: list[Node]) -> list[Node]:
        """Keep raw content that is meant for this format, refuse what would get lost or act."""
        return rewrite(blocks, self._raw, kinds=RAW_KINDS)

    def _raw(self, node: Node) -> list[Node] | None:
        if node["t"] not in RAW_KINDS:
            return None
        kind, content = node["c"]
        if not content.strip():
            return []
        needle = content.strip().split("\n")[0]
        shown, remedy = needle[:60], "Write markdown or typst"
        if kind in _RAW[self.format_name]:
            if self.format_name != "html":
                return None
            if not _ACTIVE.search(content):
                return [{"t": node["t"], "c": ["html", content]}]
            what = f"raw HTML that could load or run something: {shown}"
            remedy = "The page is self-contained and still"
        elif kind == "html":
            what = f"raw HTML {shown} would be missing from {self.format_name}"
            remedy = "Write markdown, or mark it {=html}"
        elif kind == "tex":
            what = f"raw TeX {shown}"
        elif kind not in _MEANT:
            what, remedy = f"raw content for the unknown format {kind}", ""
            needle = f"{{={kind}}}"
        else:
            return []
        self.problems.add(needle, what, remedy, "render.raw")
        return []

    def quotes(self, blocks: list[Node]) -> list[Node]:
        """Quotation marks of the document's language."""
        return rewrite(blocks, self._quote, kinds=frozenset({"Quoted"}))

    def _quote(self, node: Node) -> list[Node] | None:
        if node["t"] != "Quoted":
            return None
        kind = "double" if node["c"][0]["t"] == "DoubleQuote" else "single"
        marks = self.words[f"quote-{kind}"]
        return [text(marks[0]), *node["c"][1], text(marks[-1])]

    def headings(self, blocks: list[Node]) -> None:
        """Bring the highest heading to level 1, refuse levels that are skipped."""
        found = list(nodes(blocks))
        levels = [node["c"][0] for node in found if node["t"] == "Header"]
        before = shift = min(levels, default=1) - 1
        for node in found:
            if is_div(node, "tab") and get(node["c"][0], "level") is not None:
                # A tab's title stands where its heading stood.
                before = max(before, int(take(node["c"][0], "level") or 0))
            elif node["t"] == "Header":
                level = node["c"][0]
                if level > before + 1:
                    title = stringify(node["c"][2]).strip()
                    needle = f"{'#' * level} {title.split(' ')[0]}"
                    what = f"heading “{title}” of level {level} follows level {before}"
                    self.problems.add(needle, what, "Skip no level", "render.heading")
                before = level
                node["c"][0] = level - shift

    def check_references(self, blocks: list[Node], where: str) -> None:
        """Refuse what a bibliography may not bring into the page."""
        for part in nodes(blocks):
            if part["t"] == "Div" and part["c"][0][0] == "refs":
                for node in nodes(part["c"][1]):
                    what = "raw content" if node["t"] in RAW_KINDS else _unsafe_target(node)
                    if what:
                        what = f"{what} in a reference"
                        self.problems.add("", what, code="render.unsafe", where=where)

    def check(self, blocks: list[Node]) -> None:
        """Refuse dangerous attributes and links, links to nowhere, ids given twice."""
        found = list(nodes(blocks))
        seen: set[str] = set()
        for node in found:
            if danger := _unsafe_target(node):
                needle, what = danger.split(" ")[-1], f"{danger} is not allowed"
                self.problems.add(needle, what, code="render.unsafe")
            if node["t"] == "Str" and (lost := _LOST.search(node["c"])):
                what = f"attributes that belong to nothing: {node['c'][:40]}"
                self.problems.add(lost[0], what, "Write them right behind what they are for")
            triple = find_attr(node)
            if triple is not None and triple[0]:
                if triple[0] in seen:
                    refuse_second_id(triple[0], self.problems)
                seen.add(triple[0])
        for node in found:
            if node["t"] == "Link" and "crossref" not in find_classes(node):
                target = node["c"][2][0]
                if target.startswith("#") and target[1:] not in seen:
                    what = f"link to {target}, which is nowhere"
                    self.problems.add(target, what, code="render.link")


@dataclass
class Formulas:
    """Formulas of one document that pandoc cannot convert, each tried once whatever the format.

    All writers read TeX by the same parser, so what one cannot convert none can; they would
    print the TeX as it stands, and in Typst it would be taken for markup.
    """

    reasons: dict[str, str] = field(default_factory=dict)

    def check(self, content: Any, problems: LocatedProblems) -> None:
        """Add a problem for every formula in blocks or metadata that cannot be converted."""
        for formula in self.try_all(content):
            if self.reasons[formula]:
                lines = [line.strip() for line in formula.split("\n") if line.strip()]
                what = _formula_message(formula, self.reasons[formula])
                problems.add(lines[0] if lines else "", what, _CORRECT_FORMULA, "render.math")

    def try_all(self, content: Any) -> list[str]:
        """The formulas in a tree, in order, those tried that were not yet."""
        found = [str(node["c"][1]) for node in nodes(content) if node["t"] == "Math"]
        if fresh := list(dict.fromkeys(each for each in found if each not in self.reasons)):
            self._try(fresh)
        return found

    def _try(self, fresh: Iterable[str]) -> None:
        math = [{"t": "Math", "c": [{"t": "InlineMath"}, formula]} for formula in fresh]
        document = make_document([para([each]) for each in math], {})
        _, messages = pandoc(["-t", "html5", "--mathml", "--sandbox"], document)
        self.reasons.update(dict.fromkeys(fresh, ""))
        for message in messages:
            if message.kind == _UNCONVERTED:
                self.reasons[message.about] = _reason(message)


def message_problems(messages: Iterable[Message], context: Context) -> tuple[Problem, ...]:
    """What pandoc logged of content that would be written otherwise than it is meant."""
    found = []
    for message in messages:
        if message.kind == _UNCONVERTED:
            what = _formula_message(message.about, _reason(message))
            remedy, code = _CORRECT_FORMULA, "render.math"
        elif message.kind == "CouldNotFetchResource":
            what, remedy = f"the image {message.about} cannot be read", ""
            code = "render.image"
        else:
            continue
        found.append(Problem(context.document_name, what, "", remedy, code))
    return tuple(found)


def _formula_message(formula: str, why: str) -> str:
    """What is wrong, in one line however many the formula has."""
    shown = " ".join(formula.split())
    shown = shown if len(shown) <= 80 else f"{shown[:79]}…"
    return f"the formula {shown} cannot be converted: {why}"


def _reason(message: Message) -> str:
    """What the parser stumbled over."""
    lines = [line.strip() for line in message.text.split("\n")]
    return next((line for line in lines if line.startswith("unexpected")), "it is not TeX")
