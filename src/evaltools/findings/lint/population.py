"""E06: a claim about all projects stands where the reader is led to who did not report.

The selection block is the section that shows `fig-selection` or `tbl-selection`. A section from
one heading to the next may generalise when it is that section or refers to it.
"""

from __future__ import annotations

from evaltools.findings.lint.excerpt import excerpt
from evaltools.findings.lint.lexicon import lexicon
from evaltools.findings.lint.source import Block, Report
from evaltools.problems import Problem

CODE = "E06"
SELECTION_FLOATS = frozenset({"fig-selection", "tbl-selection"})
SELECTION_SECTION = "sec-valikoituminen"


def check(report: Report) -> list[Problem]:
    """Claims about all projects in sections without a way to the selection block."""
    anchors = selection_anchors(report)
    section_name = min(anchors - SELECTION_FLOATS)
    words = lexicon(report.language).population
    problems = []
    for source, section in report.sections():
        if _leads_there(section, anchors):
            continue
        for block in section:
            for hit in words.hits(block.text):
                if report.quoted(block, hit.start()):
                    continue
                problems.append(
                    Problem(
                        source.where(block, hit.start()),
                        f"{excerpt(hit[0])} speaks of projects that have not reported, and the "
                        "section does not lead to how these differ",
                        "",
                        f"Speak of the reports read, or refer to [-@{section_name}].",
                        CODE,
                    )
                )
    return problems


def selection_anchors(report: Report) -> frozenset[str]:
    """What a section can refer to so that it leads to the selection block."""
    found = {SELECTION_SECTION}
    for _, section in report.sections():
        if section[0].kind == "heading" and _shows_selection(section):
            found.update(section[0].identifiers)
    return frozenset(found) | SELECTION_FLOATS


def _shows_selection(section: tuple[Block, ...]) -> bool:
    return any(
        piece.kind == "shortcode"
        and piece.content.startswith("embed ")
        and piece.content.rpartition("#")[2] in SELECTION_FLOATS
        for block in section
        for piece in block.inline.pieces
    )


def _leads_there(section: tuple[Block, ...], anchors: frozenset[str]) -> bool:
    if section[0].kind == "heading" and not anchors.isdisjoint(section[0].identifiers):
        return True
    return any(piece.content in anchors for block in section for piece in block.references)
