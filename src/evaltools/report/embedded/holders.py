"""Places in the text that are filled after parsing, and the texts that are parsed apart.

Values from `_variables.yml` and from notebooks are data. They are never pasted into the
document's text, where a stray `|`, `#` or `<` could change its structure: a place of the same
width made of private-use characters stands for them, and the parsed value is put into the tree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from evaltools.report.embedded.notebook import Output

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


@dataclass(frozen=True)
class Fragment:
    """A text that is parsed apart: markdown of data may hold no raw HTML or TeX."""

    name: str
    text: str
    where: str
    data: bool


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
        for index, (kind, text) in enumerate(output.parts):
            if kind == "markdown":
                self.fragment(f"{output.where}|{index}", text, output.where, True)
        for key in ("fig-cap", "tbl-cap", "lst-cap"):
            if output.options.get(key):
                name = f"{output.where}|{key}"
                self.fragment(name, str(output.options[key]), output.where, True)
        for index, text in enumerate(output.options.get("fig-subcap") or ()):
            self.fragment(f"{output.where}|subcap{index}", str(text), output.where, True)

    def of(self, mark: re.Match[str]) -> tuple[Holder, str]:
        """The holder that a matched place stands for, and where it is."""
        number = int("".join(str(ord(digit) - DIGIT) for digit in mark[1]))
        return self.items[number]
