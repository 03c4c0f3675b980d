"""Formulas that pandoc cannot convert, found before any format is written."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from evaltools.report.embedded.ast import Node, nodes, para
from evaltools.report.embedded.faults import Faults
from evaltools.report.embedded.filters import VERSION
from evaltools.report.embedded.pandoc import Message, pandoc

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
