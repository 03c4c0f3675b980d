"""Places in the text that are filled after parsing, and the texts that are parsed apart.

Values from `_variables.yml` and from notebooks are data. They are never pasted into the
document's text, where a stray `|`, `#` or `<` could change its structure: a place of the same
width made of private-use characters stands for them, and the parsed value is put into the tree.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote

from evaltools.report.renderer import pandoc_tree
from evaltools.report.renderer.located_problems import Fragment, LocatedProblems
from evaltools.report.renderer.media import STAGED, Media
from evaltools.report.renderer.notebook_outputs import Output
from evaltools.report.renderer.pandoc_tree import RAW_KINDS, Node, attr, lone_paragraph

OPEN, CLOSE, PAD, DIGIT = "\ue000", "\ue001", "\ue002", 0xE010
PLACE = re.compile(f"{OPEN}([{chr(DIGIT)}-{chr(DIGIT + 9)}]+){PAD}*{CLOSE}")
_QUOTED_PLACE = re.compile("(?:%EE%80%[89][0-9A-F])+")
_FLOATS = ("fig", "tbl", "lst")
_SHORTCODE = "render.shortcode"


Placeholder = list[Node] | Fragment | tuple[Output, ...] | Literal["pagebreak"]
"""What stands at a place: inlines, a value that is parsed apart, outputs of cells, a new page."""


@dataclass
class Placeholders:
    """What was taken out of the text, in order of appearance."""

    items: list[tuple[Placeholder, str]] = field(default_factory=list)
    fragments: dict[str, Fragment] = field(default_factory=dict)

    def place(self, placeholder: Placeholder, where: str, width: int = 0) -> str:
        """Keep a placeholder; the characters that stand for it, `width` of them if it can be."""
        self.items.append((placeholder, where))
        number = "".join(chr(DIGIT + int(digit)) for digit in str(len(self.items) - 1))
        return OPEN + number + PAD * max(0, width - len(number) - 2) + CLOSE

    def of(self, mark: re.Match[str]) -> tuple[Placeholder, str]:
        """The placeholder that a matched place stands for, and where it is."""
        return self.items[int("".join(str(ord(digit) - DIGIT) for digit in mark[1]))]

    def fragment(self, name: str, text: str, where: str, data: bool) -> Fragment:
        """Ask for a text to be parsed; the same name is parsed once."""
        return self.fragments.setdefault(name, Fragment(name, text, where, data))

    def add_inlines(self, output: Output) -> None:
        """Ask for the texts of a notebook's output: what it shows, and its captions."""
        texts = {str(i): text for i, (kind, text) in enumerate(output.parts) if kind == "markdown"}
        captions = {f"{kind}-cap": output.options.get(f"{kind}-cap") for kind in _FLOATS}
        texts |= {key: str(text) for key, text in captions.items() if text}
        parts = enumerate(output.options.get("fig-subcap") or ())
        texts |= {f"subcap{index}": str(text) for index, text in parts}
        for name, text in texts.items():
            self.fragment(f"{output.where}|{name}", text, output.where, True)


@dataclass(frozen=True)
class PlaceholderFiller:
    """Puts values, notebook outputs and page breaks into the places kept for them.

    Arguments:
        parsed: parsed values and outputs by name.
        format_name: `html`, `typst` or `docx`, which decides between SVG and PNG.
        media: gathers pictures.
    """

    placeholders: Placeholders
    parsed: Mapping[str, list[Node]]
    format_name: str
    media: Media
    problems: LocatedProblems

    def fill(self, blocks: list[Node]) -> list[Node]:
        """A tree with every place filled; places that are left, as in a name, are refused."""
        filled: list[Node] = []
        for block in blocks:
            packed = pandoc_tree.packed(block)
            fresh = [pandoc_tree.unpacked(packed)]  # none of it is shared with another format
            if _may_hold_places(packed):
                fresh = pandoc_tree.rewrite(fresh, self._replace, down=True)
                for mark in PLACE.finditer(json.dumps(fresh, ensure_ascii=False)):
                    self._refuse("a shortcode where none can be", "Put it into the text", mark)
            filled += fresh
        return filled

    def _refuse(self, what: str, remedy: str, mark: re.Match[str] | None) -> None:
        where = self.placeholders.of(mark)[1] if mark else ""
        self.problems.add("", what, remedy, _SHORTCODE, where)

    def _replace(self, node: Node) -> list[Node] | None:
        kind = node["t"]
        if kind in {"Para", "Plain"}:
            return self._paragraph(node)
        if kind == "Str":
            return self._string(node["c"]) if OPEN in node["c"] else None
        if (kind in RAW_KINDS or kind in {"Math", "Code", "CodeBlock"}) and OPEN in node["c"][1]:
            what = "a shortcode in a formula, in code or in raw text"
            self._refuse(what, "Put it outside", PLACE.search(node["c"][1]))
            return []
        if kind in {"Link", "Image"}:
            node["c"][2] = [self._plain(item) for item in node["c"][2]]
        triple = pandoc_tree.find_attr(node)
        if triple is not None:
            triple[2] = [[key, self._plain(value)] for key, value in triple[2]]
        return None

    def _paragraph(self, node: Node) -> list[Node] | None:
        """What stands instead of a paragraph that is nothing but embedded cells, page breaks."""
        content = pandoc_tree.trim(node["c"])
        if not content or any(item["t"] not in {"Str", "SoftBreak", "Space"} for item in content):
            return None
        joined = "".join(item["c"] for item in content if item["t"] == "Str")
        placed = [self.placeholders.of(mark)[0] for mark in PLACE.finditer(joined)]
        if PLACE.sub("", joined) or not all(isinstance(each, tuple | str) for each in placed):
            return None
        blocks: list[Node] = []
        for placeholder in placed:
            if isinstance(placeholder, tuple):
                blocks += [block for output in placeholder for block in self._output(output)]
            else:
                blocks.append(pandoc_tree.div(attr(classes=["pagebreak"]), []))
        return blocks

    def _string(self, value: str) -> list[Node]:
        inlines: list[Node] = []
        end = 0
        for mark in PLACE.finditer(value):
            if mark.start() > end:
                inlines.append(pandoc_tree.text(value[end : mark.start()]))
            inlines += self._inline(mark)
            end = mark.end()
        return [*inlines, pandoc_tree.text(value[end:])] if end < len(value) else inlines

    def _inline(self, mark: re.Match[str]) -> list[Node]:
        placeholder = self.placeholders.of(mark)[0]
        if isinstance(placeholder, list):
            return pandoc_tree.copied(placeholder)
        if isinstance(placeholder, Fragment):
            what = f"value {placeholder.text[:60]!r} is not a run of text"
            remedy = "Escape its first character with a backslash"
            return self._inlines(placeholder.name, what, remedy, "render.value")
        what = "an embedded cell" if isinstance(placeholder, tuple) else "a page break"
        self._refuse(f"{what} within a paragraph", "Put empty lines around it", mark)
        return []

    def _inlines(self, name: str, what: str, remedy: str, code: str) -> list[Node]:
        """A fresh copy of a parsed text's inlines; a problem where it is not one paragraph."""
        blocks = self.parsed.get(name, [])
        inlines = lone_paragraph(blocks)
        if inlines is None and blocks:
            self.problems.add("", what, remedy, code, self.placeholders.fragments[name].where)
        return pandoc_tree.copied(inlines or [])

    def _plain(self, value: str) -> str:
        """A string with its places filled by plain text."""
        if "%EE%80%" in value:
            value = _QUOTED_PLACE.sub(lambda match: unquote(match[0]), value)
        return PLACE.sub(lambda mark: pandoc_tree.stringify(self._inline(mark)), value)

    def _output(self, output: Output) -> list[Node]:
        content: list[Node] = []
        if output.source:
            content.append(_code_block("python", output.source))
        alts = output.options.get("fig-alt", "")
        pictures = 0
        for index, (kind, value) in enumerate(output.parts):
            if kind == "markdown":
                content += pandoc_tree.copied(self.parsed[f"{output.where}|{index}"])
            elif kind == "text":
                content.append(_code_block("cell-output", value.rstrip("\n")))
            else:
                alt = alts[pictures] if isinstance(alts, list) and pictures < len(alts) else alts
                content.append(self._picture(value, str(alt or ""), output, pictures))
                pictures += 1
        kind, dash, _ = output.label.partition("-")
        return self._float(kind, output, content) if dash and kind in _FLOATS else content

    def _caption(self, output: Output, name: str) -> list[Node]:
        what = "a caption of several paragraphs"
        return self._inlines(f"{output.where}|{name}", what, "Write one", "render.embed")

    def _picture(self, names: str, alt: str, output: Output, index: int) -> Node:
        name, wrong = self.media.for_cell(names, self.format_name)
        if wrong:
            self.problems.add("", wrong, "", "render.image", output.where)
        picture = pandoc_tree.image(STAGED + name, alt)
        align = output.options.get("fig-align")
        if align:
            pandoc_tree.put(picture["c"][0], "fig-align", str(align))
        if not output.options.get("fig-subcap"):
            return pandoc_tree.para([picture])
        caption = [pandoc_tree.plain(self._caption(output, f"subcap{index}"))]
        part = attr(f"{output.label}-{index + 1}")
        return {"t": "Figure", "c": [part, [None, caption], [pandoc_tree.plain([picture])]]}

    def _float(self, kind: str, output: Output, content: list[Node]) -> list[Node]:
        caption = self._caption(output, f"{kind}-cap")
        pairs: dict[str, str] = {}
        for key in ("layout-ncol", "layout-nrow", "layout", "tbl-colwidths", "row-headers"):
            value = output.options.get(key)
            if value is not None:
                pairs[key] = json.dumps(value) if isinstance(value, list) else str(value)
        if kind == "tbl":
            pairs.setdefault("row-headers", "auto")
        body = [*content, pandoc_tree.para(caption)] if caption else content
        return [pandoc_tree.div(attr(output.label, pairs=pairs), body)]


def _may_hold_places(packed: bytes) -> bool:
    """Whether anything in a packed tree begins like a place; most blocks of a report hold none."""
    return OPEN.encode() in packed or b"%EE%80%" in packed


def _code_block(name: str, value: str) -> Node:
    return {"t": "CodeBlock", "c": [attr(classes=[name]), value]}
