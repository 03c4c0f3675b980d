"""Places in the text that are filled after parsing, and the texts that are parsed apart.

Values from `_variables.yml` and from notebooks are data. They are never pasted into the
document's text, where a stray `|`, `#` or `<` could change its structure: a place of the same
width made of private-use characters stands for them, and the parsed value is put into the tree.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from evaltools.report.embedded.ast import (
    Node,
    attr,
    attr_of,
    div,
    image,
    para,
    put,
    rewrite,
    span,
    stringify,
    text,
    trim,
    words_of,
)
from evaltools.report.embedded.media import STAGED, Media
from evaltools.report.embedded.notebook import Output
from evaltools.report.embedded.source import Faults, Fragment

OPEN, CLOSE, PAD, DIGIT = "\ue000", "\ue001", "\ue002", 0xE010
PLACE = re.compile(f"{OPEN}([{chr(DIGIT)}-{chr(DIGIT + 9)}]+){PAD}*{CLOSE}")


@dataclass(frozen=True)
class Literal:
    """Text that is to be shown as it is."""

    text: str


@dataclass(frozen=True)
class Value:
    """A variable or metadata value, parsed as the fragment of that name."""

    fragment: str


@dataclass(frozen=True)
class Keys:
    """Keys to press."""

    text: str


@dataclass(frozen=True)
class Pagebreak:
    """A new page in paged formats."""


@dataclass(frozen=True)
class Embed:
    """Outputs of labelled notebook cells."""

    outputs: Sequence[Output]


Holder = Literal | Value | Keys | Pagebreak | Embed


@dataclass
class Holders:
    """What was taken out of the text, in order of appearance."""

    items: list[tuple[Holder, str]] = field(default_factory=list)
    fragments: dict[str, Fragment] = field(default_factory=dict)

    def place(self, holder: Holder, where: str, width: int = 0) -> str:
        """Keep a holder and give the characters that stand for it, `width` of them if it can be."""
        self.items.append((holder, where))
        number = "".join(chr(DIGIT + int(digit)) for digit in str(len(self.items) - 1))
        return OPEN + number + PAD * max(0, width - len(number) - 2) + CLOSE

    def fragment(self, name: str, text: str, where: str, data: bool) -> str:
        """Ask for a text to be parsed; the same name is parsed once."""
        self.fragments.setdefault(name, Fragment(name, text, where, data))
        return name

    def ask_for(self, output: Output) -> None:
        """Ask for the texts of a notebook's output: what it shows, and its captions."""
        for index, (kind, shown) in enumerate(output.parts):
            if kind == "markdown":
                self.fragment(f"{output.where}|{index}", shown, output.where, True)
        for key in ("fig-cap", "tbl-cap", "lst-cap"):
            if output.options.get(key):
                name = f"{output.where}|{key}"
                self.fragment(name, str(output.options[key]), output.where, True)
        for index, caption in enumerate(output.options.get("fig-subcap") or ()):
            self.fragment(f"{output.where}|subcap{index}", str(caption), output.where, True)

    def of(self, mark: re.Match[str]) -> tuple[Holder, str]:
        """The holder that a matched place stands for, and where it is."""
        number = int("".join(str(ord(digit) - DIGIT) for digit in mark[1]))
        return self.items[number]


_QUOTED_PLACE = re.compile("(?:%EE%80%[89][0-9A-F])+")


def assemble(
    blocks: list[Node],
    fragments: Mapping[str, list[Node]],
    holders: Holders,
    format_name: str,
    media: Media,
    faults: Faults,
) -> list[Node]:
    """The document's tree with every place filled.

    Arguments:
        blocks: the parsed text. fragments: parsed values and outputs by name.
        format_name: `html`, `typst` or `docx`, which decides between SVG and PNG.
        media: gathers pictures. faults: takes problems.
    """
    assembly = _Assembly(fragments, holders, format_name, media, faults)
    filled = assembly.blocks(blocks)
    assembly.check_filled(filled)
    return filled


class _Assembly:
    def __init__(
        self,
        fragments: Mapping[str, list[Node]],
        holders: Holders,
        format_name: str,
        media: Media,
        faults: Faults,
    ) -> None:
        self.fragments = fragments
        self.holders = holders
        self.format_name = format_name
        self.media = media
        self.faults = faults

    def blocks(self, blocks: list[Node]) -> list[Node]:
        filled: list[Node] = rewrite(copy.deepcopy(blocks), self._replace, down=True)
        return filled

    def _replace(self, node: Node) -> list[Node] | None:
        kind = node["t"]
        if kind in {"Para", "Plain"}:
            return self._paragraph(node)
        if kind == "Str":
            return self._string(node["c"]) if OPEN in node["c"] else None
        if kind in {"Math", "RawInline", "RawBlock", "Code", "CodeBlock"}:
            return self._verbatim(node)
        return self._attributes(node)

    def _paragraph(self, node: Node) -> list[Node] | None:
        content = trim(node["c"])
        if not content or any(item["t"] not in {"Str", "SoftBreak", "Space"} for item in content):
            return None
        joined = "".join(item["c"] for item in content if item["t"] == "Str")
        marks = list(PLACE.finditer(joined))
        if not marks or PLACE.sub("", joined):
            return None
        holders = [self.holders.of(mark) for mark in marks]
        if not all(isinstance(holder, Embed | Pagebreak) for holder, _ in holders):
            return None
        blocks: list[Node] = []
        for holder, where in holders:
            if isinstance(holder, Embed):
                for output in holder.outputs:
                    blocks.extend(self._output(output, where))
            else:
                blocks.append(div(attr(classes=["pagebreak"]), []))
        return blocks

    def _string(self, value: str) -> list[Node]:
        inlines: list[Node] = []
        end = 0
        for mark in PLACE.finditer(value):
            if mark.start() > end:
                inlines.append(text(value[end : mark.start()]))
            inlines.extend(self._inline(*self.holders.of(mark)))
            end = mark.end()
        if end < len(value):
            inlines.append(text(value[end:]))
        return inlines

    def _inline(self, holder: Holder, where: str) -> list[Node]:
        if isinstance(holder, Literal):
            return words_of(holder.text)
        if isinstance(holder, Keys):
            return [span(attr(classes=["kbd"]), [text(holder.text)])]
        if isinstance(holder, Value):
            return copy.deepcopy(self._value(holder))
        what = "an embedded cell" if isinstance(holder, Embed) else "a page break"
        self.faults.add(
            "", f"{what} within a paragraph", "Put empty lines around it", "render.shortcode", where
        )
        return []

    def _value(self, holder: Value) -> list[Node]:
        blocks = self.fragments[holder.fragment]
        if not blocks:
            return []
        if len(blocks) == 1 and blocks[0]["t"] in {"Para", "Plain"}:
            content: list[Node] = blocks[0]["c"]
            return content
        fragment = self.holders.fragments[holder.fragment]
        self.faults.add(
            "",
            f"value {fragment.text[:60]!r} is not a run of text",
            "Escape its first character with a backslash",
            "render.value",
            fragment.where,
        )
        return []

    def _plain(self, value: str) -> str:
        """A string with its places filled by plain text."""
        if "%EE%80%" in value:
            value = _QUOTED_PLACE.sub(lambda match: unquote(match[0]), value)
        if OPEN not in value:
            return value

        def fill(mark: re.Match[str]) -> str:
            return stringify(self._inline(*self.holders.of(mark)))

        return PLACE.sub(fill, value)

    def _attributes(self, node: Node) -> list[Node] | None:
        if node["t"] in {"Link", "Image"}:
            node["c"][2] = [self._plain(item) for item in node["c"][2]]
        triple = attr_of(node)
        if triple is not None:
            triple[2] = [[key, self._plain(value)] for key, value in triple[2]]
        return None

    def _verbatim(self, node: Node) -> list[Node] | None:
        if OPEN not in node["c"][1]:
            return self._attributes(node)
        mark = PLACE.search(node["c"][1])
        where = self.holders.of(mark)[1] if mark else ""
        what = "a shortcode in a formula, in code or in raw text"
        self.faults.add("", what, "Put it outside", "render.shortcode", where)
        return []

    def check_filled(self, blocks: list[Node]) -> None:
        """Refuse places that are left, such as one in the name of an attribute."""
        for mark in PLACE.finditer(json.dumps(blocks, ensure_ascii=False)):
            where = self.holders.of(mark)[1]
            what = "a shortcode where none can be"
            self.faults.add("", what, "Put it into the text", "render.shortcode", where)

    def _output(self, output: Output, where: str) -> list[Node]:
        content: list[Node] = []
        if output.source:
            content.append({"t": "CodeBlock", "c": [attr(classes=["python"]), output.source]})
        alts = output.options.get("fig-alt", "")
        seen = 0
        for index, (kind, value) in enumerate(output.parts):
            if kind == "markdown":
                content.extend(copy.deepcopy(self.fragments[f"{output.where}|{index}"]))
            elif kind == "text":
                content.append(
                    {"t": "CodeBlock", "c": [attr(classes=["cell-output"]), value.rstrip("\n")]}
                )
            else:
                alt = alts[seen] if isinstance(alts, list) and seen < len(alts) else alts
                content.append(self._picture(value, str(alt or ""), output, seen))
                seen += 1
        return self._float(output, content)

    def _picture(self, names: str, alt: str, output: Output, index: int) -> Node:
        name, wrong = self.media.of_cell(names, self.format_name)
        if wrong:
            self.faults.add("", wrong, "", "render.image", output.where)
        picture = image(STAGED + name, alt)
        align = output.options.get("fig-align")
        if align:
            put(picture["c"][0], "fig-align", str(align))
        if output.options.get("fig-subcap"):
            caption = self._fragment_inlines(f"{output.where}|subcap{index}")
            return {
                "t": "Figure",
                "c": [
                    attr(f"{output.label}-{index + 1}"),
                    [None, [{"t": "Plain", "c": caption}]],
                    [{"t": "Plain", "c": [picture]}],
                ],
            }
        return para([picture])

    def _float(self, output: Output, content: list[Node]) -> list[Node]:
        kind = output.label.split("-")[0]
        if kind not in {"fig", "tbl", "lst"} or not output.label.startswith(f"{kind}-"):
            return content
        caption = self._fragment_inlines(f"{output.where}|{kind}-cap")
        pairs: dict[str, str] = {}
        for key in ("layout-ncol", "layout-nrow", "layout", "tbl-colwidths", "row-headers"):
            value: Any = output.options.get(key)
            if value is not None:
                pairs[key] = json.dumps(value) if isinstance(value, list) else str(value)
        if kind == "tbl":
            pairs.setdefault("row-headers", "auto")
        return [
            div(attr(output.label, pairs=pairs), [*content, *([para(caption)] if caption else [])])
        ]

    def _fragment_inlines(self, name: str) -> list[Node]:
        blocks = self.fragments.get(name, [])
        if not blocks:
            return []
        if len(blocks) != 1 or blocks[0]["t"] not in {"Para", "Plain"}:
            fragment = self.holders.fragments[name]
            self.faults.add(
                "", "a caption of several paragraphs", "Write one", "render.embed", fragment.where
            )
            return []
        inlines: list[Node] = copy.deepcopy(blocks[0]["c"])
        return inlines
