"""Press releases and slides of a study: reports of one file each, all of which reports results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path, PurePosixPath

from evaltools.lint.findings_index import FindingsIndex
from evaltools.lint.result_chapters import read_shown_code
from evaltools.lint.source import LANGUAGES, Report, read_files, read_leniently
from evaltools.problems import Problem

KINDS = ("press_release", "slides")


def read_companions(
    root: Path, findings: FindingsIndex, names: tuple[str, ...] = ()
) -> tuple[list[Report], list[Problem]]:
    """What `evaluation.yml` declares beside the report, in its languages, and what is unreadable.

    Arguments:
        findings: of `reports/findings.yml`. Such a document says those it likes, so each counts
            as said.
        names: digits that stand in a name and are allowed.
    """
    declared = read_leniently(root / "evaluation.yml")
    kinds = [declared.get(kind) for kind in KINDS]
    listed = {
        kind: each.get("sources") if isinstance(each, dict) else None
        for kind, each in zip(KINDS, kinds, strict=True)
    }
    reports, problems = [], []
    elsewhere = frozenset(finding.name for finding in findings.findings)
    wanted = [(kind, language) for language in LANGUAGES for kind in KINDS]
    for kind, language in wanted:
        sources = listed[kind]
        name = sources.get(language) if isinstance(sources, dict) else None
        parts = PurePosixPath(name).parts if isinstance(name, str) else ()
        if parts[:1] != ("reports",) or ".." in parts:
            continue  # reading the declaration says what is wrong with it
        read, hindered = read_files(root, language, [root / str(name)], str(name))
        report = Report(
            root, language, read, findings, names, elsewhere=elsewhere, headed=kind == "slides"
        )
        code = read_shown_code(report)
        results = tuple((source, block) for source in (*read, *code) for block in source.blocks)
        report = replace(report, notebooks=code, results=results)
        reports += [report] if read else []
        problems += hindered
    return reports, problems


def said_in_companions(reports: list[Report], language: str) -> frozenset[str]:
    """Findings that these documents print in a language by their names."""
    return frozenset(
        name.removeprefix("finding.")
        for report in reports
        if report.language == language
        for _, block in report.blocks()
        for name, _ in block.variables
        if name.startswith("finding.")
    )
