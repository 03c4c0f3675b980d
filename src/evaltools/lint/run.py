"""All rules over the prose of a study, and `reports/waivers.yml`: where one is wrong about right
prose, and who says so."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import yaml

from evaltools.lint import claim_rules, finding_rules
from evaltools.lint.binding import check_binding, check_subjects
from evaltools.lint.companion_documents import read_companions, said_in_companions
from evaltools.lint.declarations import declared_sentences
from evaltools.lint.findings_index import FILE, FindingsIndex, read_findings_index
from evaltools.lint.problem_formats import excerpt, place_of
from evaltools.lint.prose_references import check_floats, check_quotes
from evaltools.lint.result_chapters import find_results
from evaltools.lint.source import LANGUAGES, UNREAD, Language, Report, read_sources
from evaltools.problems import Problem
from evaltools.yaml_text import load_yaml, node_position

if TYPE_CHECKING:
    from evaltools.findings.judgement import Judgement
    from evaltools.indicators.indicator import Indicator

RULES: Mapping[str, Callable[[Report], list[Problem]]] = MappingProxyType(
    {
        "E01": claim_rules.check_shares,
        "E03": claim_rules.check_quantifiers,
        "E04": finding_rules.check_finding_spans,
        "E05": check_quotes,
        "E06": claim_rules.check_population,
        "E07": claim_rules.check_causes,
        "E13": claim_rules.check_digits,
        "E14": claim_rules.check_number_words,
        "E15": check_floats,
        "E17": check_binding,
        "E18": check_subjects,
    }
)
"""The rules over a report by code."""

DECLARED_RULES = (claim_rules.check_digits, claim_rules.check_number_words, check_subjects)
"""Those that hold for the sentences of declarations as well."""

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
    found = [*finding_rules.check_counter_evidence(findings), *finding_rules.check_rivals(findings)]
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
        found += claim_rules.check_digits(replace(report, sources=report.notebooks, notebooks=()))
    spoken = dict.fromkeys(report.language for report in reports)
    for report in (declared_report(study_root, each, findings, names) for each in spoken):
        texts |= {source.name: source.text for source in report.sources}
        for check in DECLARED_RULES:
            found += check(report)
    problems += apply_waivers(_ordered(found), allowed.waivers, texts)
    if checked.issuperset(
        language for language in LANGUAGES if (study_root / "reports" / language).is_dir()
    ):
        problems += unused_waivers(allowed, texts)
    return _ordered(problems)


def declared_report(
    root: Path, language: Language, findings: FindingsIndex, names: tuple[str, ...]
) -> Report:
    """The sentences of a study's declarations as a report."""
    return Report(root, language, declared_sentences(root, language), findings, names)


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
    return [
        *hindered,
        *unreadable,
        *finding_rules.check_agreement(judgements, indicators, [report]),
    ]


def _ordered(problems: Iterable[Problem]) -> list[Problem]:
    def key(problem: Problem) -> tuple[str, int, int, str, str]:
        file, line, column = place_of(problem.where)
        return file, line or 0, column or 0, problem.code, problem.what

    return sorted(dict.fromkeys(problems), key=key)


WAIVERS = "reports/waivers.yml"
LONGEST_TEXT = 400
FIELDS = ("code", "file", "text", "reason", "by", "on")


@dataclass(frozen=True)
class Waiver:
    """One problem or more that stand in a stretch of text and are right there.

    Arguments:
        where: its place in the file of waivers.
        code: of the problems.
        file: from the study's root.
        text: the stretch, exactly as in the file.
        reason, by, on: why, who says so, and since when (ISO date).
    """

    where: str
    code: str
    file: str
    text: str
    reason: str
    by: str
    on: str


@dataclass(frozen=True)
class Waivers:
    """All that the file allows: waivers, and names with digits with their places in it."""

    waivers: tuple[Waiver, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    readable: bool = True


def read_waivers(root: Path, codes: Iterable[str]) -> tuple[Waivers, list[Problem]]:
    """The waivers of a study, and what is wrong with them; those that are wrong do not waive.

    ```yaml
    names:                      # digits that are part of a name
      - {name: COVID-19, reason: name of a disease}
    waivers:
      - code: E07
        file: reports/fi/_09.qmd
        text: avustuksen ansiosta        # exactly as in the file; the problem must lie in it
        reason: Relays what the reports say.
        by: A. Evaluator
        on: 2026-11-24
    ```
    E16: a waiver that is not complete, that no longer finds its text, or that nothing needs.

    Arguments:
        root: the study's root; a study without the file waives nothing.
        codes: what can be waived.
    """
    path = root / WAIVERS
    if not path.is_file():
        return Waivers(), []
    try:
        text = path.read_text(encoding="utf-8")
        content, tree = load_yaml(text)
    except (yaml.YAMLError, UnicodeDecodeError):
        what = "not readable as YAML"
        return Waivers(readable=False), [Problem(f"{WAIVERS}:1:1", what, "", "Correct it.", "E16")]
    if content is None:
        return Waivers(), []
    if not isinstance(content, dict) or set(content) - {"waivers", "names"}:
        what = "the file holds something else than waivers and names"
        return Waivers(), [Problem(f"{WAIVERS}:1:1", what, "waivers, names", "", "E16")]
    problems: list[Problem] = []
    waivers, names = [], []
    for where, entry in _entries(content, tree, "waivers"):
        faults = _faults(entry, sorted(codes))
        problems += [Problem(where, what, allowed, "", "E16") for what, allowed in faults]
        if not faults:
            waivers.append(Waiver(where, **{name: str(entry[name]) for name in FIELDS}))
    for where, entry in _entries(content, tree, "names"):
        if (
            isinstance(entry, dict)
            and set(entry) == {"name", "reason"}
            and all(isinstance(value, str) and value.strip() for value in entry.values())
        ):
            names.append((entry["name"], where))
        else:
            what = "a name needs its reason"
            problems.append(Problem(where, what, "{name: …, reason: …}", "", "E16"))
    return Waivers(tuple(waivers), tuple(names)), problems


def _entries(content: Mapping[str, Any], tree: Any, key: str) -> list[tuple[str, Any]]:
    entries = content.get(key)
    if not isinstance(entries, list):
        return [(f"{WAIVERS}:1:1", None)] if entries is not None else []
    nodes = next(value for name, value in tree.value if name.value == key).value
    return [
        (node_position(WAIVERS, node), _as_written(entry))
        for entry, node in zip(entries, nodes, strict=True)
    ]


def _as_written(entry: Any) -> Any:
    """The entry with `on` as a name: YAML 1.1 takes the bare word for a truth value."""
    if not isinstance(entry, dict):
        return entry
    return {"on" if name is True else name: value for name, value in entry.items()}


def _faults(entry: Any, codes: list[str]) -> list[tuple[str, str]]:
    """What is wrong with a waiver: what was found, what is allowed."""
    if not isinstance(entry, dict):
        return [("a waiver is a mapping", ", ".join(FIELDS))]
    faults = [
        (f"a waiver without {name} waives nothing", "")
        for name in FIELDS
        if not str(entry.get(name) or "").strip()
    ]
    faults += [
        (f"a waiver has no {excerpt(str(name))}", ", ".join(FIELDS))
        for name in entry
        if name not in FIELDS
    ]
    if faults:
        return faults
    if entry["code"] not in codes:
        faults.append((f"{excerpt(str(entry['code']))} cannot be waived", ", ".join(codes)))
    if not _is_date(entry["on"]):
        faults.append((f"{excerpt(str(entry['on']))} is no date", "a date such as 2026-11-24"))
    if len(str(entry["text"])) > LONGEST_TEXT or "\n\n" in str(entry["text"]):
        faults.append(("the text of a waiver is a whole passage",
                       f"one sentence, at most {LONGEST_TEXT} characters"))  # fmt: skip
    return faults


def _is_date(value: Any) -> bool:
    if isinstance(value, datetime.date):
        return True
    try:
        datetime.date.fromisoformat(str(value))
    except ValueError:
        return False
    return True


def apply_waivers(
    problems: Iterable[Problem], waivers: Iterable[Waiver], texts: Mapping[str, str]
) -> list[Problem]:
    """The problems that no waiver covers, and a problem for each waiver that covers none.

    Arguments:
        problems: with places `file:line:column`.
        waivers: of the study.
        texts: the files that were checked, by name; a waiver of another file is left alone,
            since another language may need it.
    """
    left = list(problems)
    for waiver in waivers:
        text = texts.get(waiver.file)
        if text is None:
            continue
        if waiver.text not in text:
            what = f"the waived text {excerpt(waiver.text)} is no longer in {waiver.file}"
            remedy = "Remove the waiver, or decide anew on what the file says now."
            left.append(Problem(waiver.where, what, "", remedy, "E16"))
            continue
        uncovered = [p for p in left if not _applies_to(waiver, p.where, p.code, text)]
        if len(uncovered) == len(left):
            what = f"nothing in {excerpt(waiver.text)} needs a waiver of {waiver.code}"
            uncovered.append(Problem(waiver.where, what, "", "Remove the waiver.", "E16"))
        left = uncovered
    return left


def is_waived(waivers: Iterable[Waiver], where: str, code: str, texts: Mapping[str, str]) -> bool:
    """Whether a waiver covers a problem of some code at a place."""
    return any(
        _applies_to(each, where, code, texts[each.file]) for each in waivers if each.file in texts
    )


def _applies_to(waiver: Waiver, where: str, code: str, text: str) -> bool:
    file, line, column = place_of(where)
    if line is None or column is None or (file, code) != (waiver.file, waiver.code):
        return False
    offset = sum(len(before) + 1 for before in text.split("\n")[: line - 1]) + column - 1
    stretches = (match.span() for match in re.finditer(re.escape(waiver.text), text))
    return any(start <= offset < end for start, end in stretches)


def unused_waivers(allowed: Waivers, texts: Mapping[str, str]) -> list[Problem]:
    """A problem for each allowed name that no text holds and each waiver of no file of the report.

    Arguments:
        texts: all files of the report, by name.
    """
    joined = "\n\n".join(texts.values())
    problems = [
        Problem(where, f"the name {excerpt(name)} is in no report", "", "Remove it.", "E16")
        for name, where in allowed.names
        if name not in joined
    ]
    for waiver in allowed.waivers:
        if waiver.file not in texts:
            what = f"a waiver for {waiver.file}, which is no file of the report"
            remedy = "Correct the file, or remove the waiver."
            problems.append(Problem(waiver.where, what, "", remedy, "E16"))
    return problems
