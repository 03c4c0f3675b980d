"""Markdown in attributes and options (`title="..."`, `fig-cap="..."`), parsed in one go."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from evaltools.report.embedded.ast import Node, words_of
from evaltools.report.embedded.pandoc import read_texts

# Quarto's reader is pandoc's markdown; front matter has been taken off before.
MARKDOWN = "markdown-yaml_metadata_block-pandoc_title_block"
# Attributes may hold values that were filled in, so they can make no raw content.
_ATTRIBUTE = (
    f"{MARKDOWN}-raw_html-raw_tex-raw_attribute-native_divs-native_spans-markdown_in_html_blocks"
)
_MARKUP = re.compile(r"[*_`\[\]{}@^~<>$\\\"'&]|--|\.\.\.|^\s*(?:[#>+-]|\d+[.)])|:")


@dataclass
class Inlines:
    """Parsed texts by their source."""

    known: dict[str, list[Node]] = field(default_factory=dict)

    def prepare(self, texts: Iterable[str]) -> None:
        """Parse the texts that are not yet known."""
        fresh = sorted({text for text in texts if text not in self.known})
        marked = [text for text in fresh if _MARKUP.search(text)]
        for text in fresh:
            self.known[text] = words_of(text)
        items = [
            {"name": str(index), "text": text, "format": _ATTRIBUTE}
            for index, text in enumerate(marked)
        ]
        parsed = read_texts(items) if items else {}
        for index, text in enumerate(marked):
            blocks = parsed[str(index)]
            if len(blocks) == 1 and blocks[0]["t"] in {"Para", "Plain"}:
                self.known[text] = blocks[0]["c"]

    def of(self, text: str) -> list[Node]:
        """A fresh copy of a text's inlines."""
        if text not in self.known:
            self.prepare([text])
        return copy.deepcopy(self.known[text])
