"""E08: no finding without a search for what speaks against it."""

from __future__ import annotations

from evaltools.findings.lint.declared import Declared
from evaltools.findings.lint.excerpt import excerpt
from evaltools.problems import Problem

CODE = "E08"


def check(declared: Declared) -> list[Problem]:
    """Findings that neither name counter-evidence nor say that a search found none.

    Takes the findings and not a report, since they are the same in every language.
    """
    return [
        Problem(
            finding.where,
            f"for the finding {excerpt(finding.name)} nobody has looked for what speaks against it",
            "counter_evidence: codes with their polarity, or none_found with how it was searched",
            "Search the segments and enter what was found.",
            CODE,
        )
        for finding in declared.findings
        if not finding.counter_evidence
    ]
