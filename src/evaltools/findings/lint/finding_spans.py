"""E04: every finding that the report claims is said once, and nothing is called a finding that
is not declared: a sentence that nobody can follow to its segments is no finding.
"""

from __future__ import annotations

from difflib import get_close_matches

from evaltools.findings.lint.excerpt import excerpt
from evaltools.findings.lint.source import Report
from evaltools.problems import Problem

CODE = "E04"


def check(report: Report) -> list[Problem]:
    """Spans of findings that are not declared; asserted findings not said exactly once."""
    problems = []
    uses: dict[str, list[str]] = {}
    for source, block in report.blocks():
        for span in block.inline.spans:
            if "finding" not in span.classes:
                continue
            where = source.where(block, min(span.start, len(block.text) - 1))
            name = span.get("finding")
            if report.declared.get(name) is None:
                problems.append(_undeclared(report, where, name))
            elif name is not None:
                uses.setdefault(name, []).append(where)
    for finding in report.declared.findings:
        said = uses.get(finding.name, [])
        if not finding.asserted:
            continue
        if not said:
            problems.append(
                Problem(
                    finding.where,
                    f"the finding {excerpt(finding.name)} is not said in reports/{report.language}",
                    "",
                    f'Say it once: [sentence]{{.finding finding="{finding.name}"}}, or set '
                    "asserted: false with its source.",
                    CODE,
                )
            )
        problems += [
            Problem(
                where,
                f"the finding {excerpt(finding.name)} was said before, at {said[0]}",
                "",
                "Say it once; refer to that section here.",
                CODE,
            )
            for where in said[1:]
        ]
    return problems


def _undeclared(report: Report, where: str, name: str | None) -> Problem:
    if not name:
        what = "a finding without a name"
        return Problem(where, what, '{.finding finding="name"}', "Give its name.", CODE)
    near = get_close_matches(name, [f.name for f in report.declared.findings], 1)
    remedy = f"Did you mean {near[0]}?" if near else "Declare it in reports/findings.yml."
    return Problem(where, f"no finding is called {excerpt(name)}", "", remedy, CODE)
