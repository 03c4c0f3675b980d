"""E15: a figure or table that the text never speaks of is left to the reader's guess."""

from __future__ import annotations

from evaltools.findings.lint.source import Block, Report
from evaltools.problems import Problem

CODE = "E15"
_FLOATS = ("fig-", "tbl-")


def check(report: Report) -> list[Problem]:
    """Floats without a reference anywhere in the report's text."""
    mentioned = {piece.content for _, block in report.blocks() for piece in block.references}
    problems = []
    for source, block in report.blocks():
        for label, at in _shown(block):
            if label not in mentioned:
                kind = "figure" if label.startswith("fig-") else "table"
                problems.append(
                    Problem(
                        source.where(block, at),
                        f"the {kind} {label} is shown and no text refers to it",
                        "",
                        f"Refer to it where it is read: @{label}.",
                        CODE,
                    )
                )
    return problems


def _shown(block: Block) -> list[tuple[str, int]]:
    """Labels of the floats of a block, each with a place in its text."""
    embedded = [
        (piece.content.rpartition("#")[2].strip(), piece.at)
        for piece in block.inline.pieces
        if piece.kind == "shortcode" and piece.content.startswith("embed ") and "#" in piece.content
    ]
    written = [(name, 0) for name in dict.fromkeys(block.identifiers) if block.text]
    return [(label, at) for label, at in (*embedded, *written) if label.startswith(_FLOATS)]
