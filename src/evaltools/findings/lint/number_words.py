"""E14: a count hidden in words: fractions, and numerals of what the study counts.

Fractions may stand in a declared finding, whose condition is evaluated in every run; numerals
may not, since no condition prints them. How long a ranking is (the five largest) is chosen and
not counted.
"""

from __future__ import annotations

from evaltools.findings.lint.excerpt import excerpt
from evaltools.findings.lint.lexicon import lexicon
from evaltools.findings.lint.source import Report
from evaltools.problems import Problem

CODE = "E14"


def check(report: Report) -> list[Problem]:
    """Number words outside quotations."""
    words = lexicon(report.language)
    problems = []
    for source, block in report.blocks():
        hits = [
            *(h for h in words.fractions.hits(block.text)
              if not report.in_finding(block, h.start())),
            *words.numerals.hits(block.text),
        ]  # fmt: skip
        for hit in hits:
            if report.quoted(block, hit.start()):
                continue
            problems.append(
                Problem(
                    source.where(block, hit.start()),
                    f"{excerpt(hit[0])} is a count in words and stays when the data change",
                    "",
                    "Take the count from the run with {{< var … >}}.",
                    CODE,
                )
            )
    return problems
