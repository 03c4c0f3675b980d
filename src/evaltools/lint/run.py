"""All rules over the prose of a study."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from evaltools.lint.binding import check_binding, check_subjects
from evaltools.lint.claim_rules import (
    check_causes,
    check_digits,
    check_number_words,
    check_population,
    check_quantifiers,
    check_shares,
)
from evaltools.lint.companions import read_companions, said_in_companions
from evaltools.lint.finding_rules import (
    check_agreement,
    check_counter_evidence,
    check_finding_spans,
    check_rivals,
)
from evaltools.lint.findings_index import FILE, read_findings_index
from evaltools.lint.messages import place_of
from evaltools.lint.references import check_floats, check_quotes
from evaltools.lint.result_chapters import find_results
from evaltools.lint.source import LANGUAGES, UNREAD, Language, Report, read_sources
from evaltools.lint.waivers import apply_waivers, read_waivers, unused_waivers
from evaltools.problems import Problem

if TYPE_CHECKING:
    from evaltools.findings.judgement import Judgement
    from evaltools.indicators.indicator import Indicator

RULES: Mapping[str, Callable[[Report], list[Problem]]] = MappingProxyType(
    {
        "E01": check_shares,
        "E03": check_quantifiers,
        "E04": check_finding_spans,
        "E05": check_quotes,
        "E06": check_population,
        "E07": check_causes,
        "E13": check_digits,
        "E14": check_number_words,
        "E15": check_floats,
        "E17": check_binding,
        "E18": check_subjects,
    }
)
"""The rules over a report by code."""

WAIVABLE = (*RULES, "E08")


def lint(study_root: Path, languages: Iterable[str]) -> list[Problem]:
    """Everything in the prose of a study that does not answer to the data.

    Arguments:
        study_root: the folder of `evaluation.yml`.
        languages: of `reports/<language>`; fi, sv, en. Press releases are published with every
            report, so they are checked in all their languages.

    Returns:
        Problems by file, line and column; waived ones left out, useless waivers put in.
    """
    allowed, problems = read_waivers(study_root, WAIVABLE)
    findings, unreadable = read_findings_index(study_root)
    if unreadable or not allowed.readable:
        return _ordered([*problems, *unreadable])  # what else there is would follow from these
    names = tuple(name for name, _ in allowed.names)
    found = [*check_counter_evidence(findings), *check_rivals(findings)]
    declared = study_root / FILE
    texts = {FILE: declared.read_text(encoding="utf-8")} if declared.is_file() else {}
    releases, unread = read_companions(study_root, findings, names)
    problems += unread
    checked = set(languages)
    reports = list(releases)
    for language in dict.fromkeys(languages):
        known = next((known for known in LANGUAGES if known == language), None)
        if known is None:
            what = f"there are no word lists for {language!r}"
            problems.append(Problem("reports", what, ", ".join(LANGUAGES), "", UNREAD))
            continue
        sources, hindered = read_sources(study_root, known)
        problems += hindered
        elsewhere = said_in_companions(releases, known)
        report = Report(study_root, known, sources, findings, names, elsewhere=elsewhere)
        report, unread = find_results(report)
        problems += unread
        reports.append(report)
    for report in reports:
        texts |= {source.name: source.text for source in (*report.sources, *report.notebooks)}
        for check in RULES.values():
            found += check(report)
        found += check_digits(replace(report, sources=report.notebooks, notebooks=()))
    problems += apply_waivers(_ordered(found), allowed.waivers, texts)
    if checked.issuperset(
        language for language in LANGUAGES if (study_root / "reports" / language).is_dir()
    ):
        problems += unused_waivers(allowed, texts)
    return _ordered(problems)


def doubted_findings(
    study_root: Path,
    language: Language,
    judgements: Iterable[Judgement],
    indicators: Iterable[Indicator],
) -> list[Problem]:
    """Findings on codes that coders may not be able to tell, where the prose does not say so.

    Arguments:
        judgements: of the run.
        indicators: of the run that the prose is rendered from.
    """
    sources, hindered = read_sources(study_root, language)
    known, unreadable = read_findings_index(study_root)
    report = Report(study_root, language, sources, known)
    return [*hindered, *unreadable, *check_agreement(judgements, indicators, [report])]


def _ordered(problems: Iterable[Problem]) -> list[Problem]:
    def key(problem: Problem) -> tuple[str, int, int, str, str]:
        file, line, column = place_of(problem)
        return file, line or 0, column or 0, problem.code, problem.what

    return sorted(dict.fromkeys(problems), key=key)
