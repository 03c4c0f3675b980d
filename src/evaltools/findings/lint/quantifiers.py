"""E03: words for how many stand in findings or come with a `.quantity`, where an interval bears
them out; anywhere else they stay when the numbers change.
"""

from __future__ import annotations

from evaltools.findings.lint.excerpt import excerpt
from evaltools.findings.lint.lexicon import lexicon
from evaltools.findings.lint.source import Report
from evaltools.problems import Problem

CODE = "E03"


def check(report: Report) -> list[Problem]:
    """Vague quantifiers outside declared findings and quotations."""
    words = lexicon(report.language).quantifiers
    problems = []
    for source, block in report.blocks():
        for hit in words.hits(block.text):
            if report.in_finding(block, hit.start()) or report.quoted(block, hit.start()):
                continue
            problems.append(
                Problem(
                    source.where(block, hit.start()),
                    f"{excerpt(hit[0])} says how many, and no number holds it to that",
                    "",
                    "Use {{< var … .quantity >}}, make the sentence a finding, or say it "
                    "without a quantity.",
                    CODE,
                )
            )
    return problems
