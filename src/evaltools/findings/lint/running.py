"""All rules over the prose of a study."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from evaltools.findings.lint import (
    causes,
    counter_evidence,
    declared,
    digits,
    finding_spans,
    floats,
    number_words,
    population,
    quantifiers,
    quotes,
    shares,
    waivers,
)
from evaltools.findings.lint.agreement import check_agreement
from evaltools.findings.lint.source import (
    LANGUAGES,
    Language,
    Report,
    Source,
    odd_prose,
    parse,
    prose_files,
)
from evaltools.problems import Problem

if TYPE_CHECKING:
    from evaltools.findings.declaration import Finding
    from evaltools.indicators.indicator import Indicator

RULES: Mapping[str, Callable[[Report], list[Problem]]] = MappingProxyType(
    {
        shares.CODE: shares.check,
        quantifiers.CODE: quantifiers.check,
        finding_spans.CODE: finding_spans.check,
        quotes.CODE: quotes.check,
        population.CODE: population.check,
        causes.CODE: causes.check,
        digits.CODE: digits.check,
        number_words.CODE: number_words.check,
        floats.CODE: floats.check,
    }
)
"""The rules over a report by code."""

UNREAD = "lint.source"
"""Code of what keeps prose from being read; it is no rule and cannot be waived."""

WAIVABLE = (*RULES, counter_evidence.CODE)

_PLACE = re.compile(r"(.*):(\d+):(\d+)")


def lint(study_root: Path, languages: Iterable[str]) -> list[Problem]:
    """Everything in the prose of a study that does not answer to the data.

    Arguments:
        study_root: the folder of `evaluation.yml`.
        languages: of `reports/<language>`; fi, sv, en.

    Returns:
        Problems by file, line and column; waived ones left out, useless waivers put in.
    """
    allowed, problems = waivers.read_waivers(study_root, WAIVABLE)
    findings, unreadable = declared.read_declared(study_root)
    if unreadable or not allowed.readable:
        return _ordered([*problems, *unreadable])  # what else there is would follow from these
    names = tuple(name for name, _ in allowed.names)
    found = [*counter_evidence.check(findings)]
    texts = _texts(study_root, (declared.FILE,))
    checked = list(dict.fromkeys(languages))
    for language in checked:
        known = next((known for known in LANGUAGES if known == language), None)
        if known is None:
            what = f"there are no word lists for {language!r}"
            problems.append(Problem("reports", what, ", ".join(LANGUAGES), "", UNREAD))
            continue
        sources, hindered = read_sources(study_root, known)
        problems += hindered
        texts |= {source.name: source.text for source in sources}
        report = Report(study_root, known, sources, findings, names)
        for check in RULES.values():
            found += check(report)
    problems += waivers.apply_waivers(_ordered(found), allowed.waivers, texts)
    if {language for language in LANGUAGES if (study_root / "reports" / language).is_dir()} <= set(
        checked
    ):
        problems += waivers.unused_names(allowed.names, texts.values())
        problems += _waivers_of_no_file(allowed.waivers, texts)
    return _ordered(problems)


def doubted_findings(
    study_root: Path,
    language: Language,
    findings: Iterable[Finding],
    indicators: Iterable[Indicator],
) -> list[Problem]:
    """Findings on codes that coders may not be able to tell, where the prose does not say so.

    Arguments:
        findings: as declared.
        indicators: of the run that the prose is rendered from.
    """
    sources, hindered = read_sources(study_root, language)
    known, unreadable = declared.read_declared(study_root)
    report = Report(study_root, language, sources, known)
    return [*hindered, *unreadable, *check_agreement(findings, indicators, [report])]


def read_sources(root: Path, language: Language) -> tuple[tuple[Source, ...], list[Problem]]:
    """The files of a language, and those that cannot be read."""
    sources, problems = [], []
    for path in prose_files(root / "reports", language):
        name = path.relative_to(root).as_posix()
        try:
            sources.append(parse(path.read_text(encoding="utf-8"), name, language))
        except UnicodeDecodeError:
            remedy = "Save it as UTF-8."
            problems.append(Problem(f"{name}:1:1", "not UTF-8 text", "", remedy, UNREAD))
    for path in odd_prose(root / "reports", language):
        what = "is a link, which is not followed" if path.is_symlink() else "is no plain file"
        name = path.relative_to(root).as_posix()
        problems.append(Problem(name, what, "a file", "Put the text itself there.", UNREAD))
    if not sources and not problems:
        what = "there is no prose in this language"
        problems.append(Problem(f"reports/{language}", what, "", "Add .qmd files there.", UNREAD))
    return tuple(sources), problems


def _texts(root: Path, names: Iterable[str]) -> dict[str, str]:
    return {
        name: (root / name).read_text(encoding="utf-8", errors="replace")
        for name in names
        if (root / name).is_file()
    }


def _waivers_of_no_file(given: Iterable[waivers.Waiver], texts: Mapping[str, str]) -> list[Problem]:
    return [
        Problem(
            waiver.where,
            f"a waiver for {waiver.file}, which is no file of the report",
            "",
            "Correct the file, or remove the waiver.",
            waivers.CODE,
        )
        for waiver in given
        if waiver.file not in texts
    ]


def _ordered(problems: Iterable[Problem]) -> list[Problem]:
    def place(problem: Problem) -> tuple[str, int, int, str, str]:
        found = _PLACE.fullmatch(problem.where)
        name, line, column = found.groups() if found else (problem.where, "0", "0")
        return name, int(line), int(column), problem.code, problem.what

    return sorted(dict.fromkeys(problems), key=place)
