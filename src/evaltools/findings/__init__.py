"""Sentences that judge, bound to the numbers that must bear them out."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from evaltools.findings.declaration import FILE_NAME, Finding, Findings, load_findings
    from evaltools.findings.display import findings_metadata, release_table
    from evaltools.findings.judgement import (
        Judgement,
        Strength,
        judge,
        problems_for_publishing,
        propose,
        unknown_evidence,
        unknown_keys,
    )
    from evaltools.findings.numbers import Numbers, numbers_of
    from evaltools.findings.reasons import Because, Outcome, Reason

__all__ = [
    "FILE_NAME",
    "Because",
    "Finding",
    "Findings",
    "Judgement",
    "Numbers",
    "Outcome",
    "Reason",
    "Strength",
    "findings_metadata",
    "judge",
    "load_findings",
    "numbers_of",
    "problems_for_publishing",
    "propose",
    "release_table",
    "unknown_evidence",
    "unknown_keys",
]

_HOMES = {
    "declaration": ("FILE_NAME", "Finding", "Findings", "load_findings"),
    "display": ("findings_metadata", "release_table"),
    "judgement": ("Judgement", "Strength", "judge", "problems_for_publishing", "propose",
                  "unknown_evidence", "unknown_keys"),
    "numbers": ("Numbers", "numbers_of"),
    "reasons": ("Because", "Outcome", "Reason"),
}  # fmt: skip


def __getattr__(name: str) -> Any:
    # On demand, so that the lint of the prose loads neither pandas nor scipy.
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(f"{__name__}.{module}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
