"""E07: a causal word needs a finding with a contribution entry: mechanism, rivals, verdict.

Without it the report would say that the scheme did what it may only have been there for (Mayne
2012, doi:10.1177/1356389012451663). What a report claims of causes is reported speech all the
same; that the prose is right to relay it is for a waiver to say.
"""

from __future__ import annotations

from evaltools.findings.lint.excerpt import excerpt
from evaltools.findings.lint.lexicon import lexicon
from evaltools.findings.lint.source import Block, Report
from evaltools.problems import Problem

CODE = "E07"
NOT_SHOWN = "not_shown"


def check(report: Report) -> list[Problem]:
    """Causal words that no contribution entry carries."""
    words = lexicon(report.language).causes
    problems = []
    for source, block in report.blocks():
        for hit in words.hits(block.text):
            if report.quoted(block, hit.start()):
                continue
            lack = _lack(report, block, hit.start())
            if lack:
                problems.append(
                    Problem(
                        source.where(block, hit.start()),
                        f"{excerpt(hit[0])} says that one thing caused another{lack}",
                        "",
                        "Say what the reports tell, or make the sentence a finding with a "
                        "contribution.",
                        CODE,
                    )
                )
    return problems


def _lack(report: Report, block: Block, at: int) -> str:
    """What is missing for a causal word at a place; empty where nothing is."""
    lack = ", and it is in no finding"
    for span in block.spans_at(at, "finding"):
        finding = report.declared.get(span.get("finding"))
        if finding is None:
            continue
        if finding.contribution is None:
            lack = f", and the finding {excerpt(finding.name)} has no contribution"
        elif finding.contribution == NOT_SHOWN and finding.asserted:
            lack = f", and the contribution of the finding {excerpt(finding.name)} is not shown"
        else:
            return ""
    return lack
