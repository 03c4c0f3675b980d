"""The press releases of a study: reports of one file each, all of which reports results."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from evaltools.lint.findings_index import FindingsIndex
from evaltools.lint.source import LANGUAGES, Report, read_files, read_leniently
from evaltools.problems import Problem


def read_press_releases(
    root: Path, findings: FindingsIndex, names: tuple[str, ...] = ()
) -> tuple[list[Report], list[Problem]]:
    """The press releases that `evaluation.yml` declares, in its languages, and what is unreadable.

    Arguments:
        findings: of `reports/findings.yml`. A release says those it likes, so each counts as said.
        names: digits that stand in a name and are allowed.
    """
    declared = read_leniently(root / "evaluation.yml").get("press_release")
    sources = declared.get("sources") if isinstance(declared, dict) else None
    reports, problems = [], []
    elsewhere = frozenset(finding.name for finding in findings.findings)
    for language in LANGUAGES:
        name = sources.get(language) if isinstance(sources, dict) else None
        parts = PurePosixPath(name).parts if isinstance(name, str) else ()
        if parts[:1] != ("reports",) or ".." in parts:
            continue  # reading the declaration says what is wrong with it
        read, hindered = read_files(root, language, [root / str(name)], str(name))
        results = tuple((source, block) for source in read for block in source.blocks)
        report = Report(root, language, read, findings, names, results=results, elsewhere=elsewhere)
        reports += [report] if read else []
        problems += hindered
    return reports, problems


def said_in_press_release(reports: list[Report], language: str) -> frozenset[str]:
    """Findings that the press release of a language prints by their names."""
    return frozenset(
        name.removeprefix("finding.")
        for report in reports
        if report.language == language
        for _, block in report.blocks()
        for name, _ in block.variables
        if name.startswith("finding.")
    )
