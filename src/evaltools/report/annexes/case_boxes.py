"""Projects that were chosen as cases: who they are, why they were chosen, what they tell."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import pandas as pd

from evaltools.evidence import Evidence
from evaltools.i18n import numbers as say
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.indicators.case_selection import (
    Case,
    Deviant,
    Extreme,
    Measure,
    Value,
    choose_cases,
    open_codes,
    project_measures,
    told_themes,
)
from evaltools.indicators.goals import stated_goals
from evaltools.indicators.sustainability import SIGNS, achieved_goals
from evaltools.report.annexes.case_rules import CaseDeclaration
from evaltools.report.annexes.quotations import Quotations, quotation_lines
from evaltools.report.evidence_markup import link_to_fact
from evaltools.report.evidence_pages.facts import ScopeFact
from evaltools.report.glossary import Glossary
from evaltools.study.vocabulary import LANGUAGES, Role

SHARES: frozenset[Measure] = frozenset(("goals_achieved", "goals_measured", "lasting"))
_THEMES: tuple[Role, ...] = ("result", "challenge", "response")


@dataclass(frozen=True)
class CasePage:
    """The page, and the numbers on it that no notebook computes, each with its source."""

    markdown: str
    facts: tuple[ScopeFact, ...] = ()


@dataclass
class _Numbers:
    """Numbers of cases as links to what they are."""

    glossary: Glossary
    paths: Mapping[str, str]
    facts: dict[str, ScopeFact] = field(default_factory=dict)

    def link(self, name: str, shown: str, definition: str, *tables: str) -> str:
        """A number in markdown, which becomes an entry of the evidence."""
        source = ", ".join(self.paths[each] for each in tables if each in self.paths)
        language = self.glossary.words.language
        self.facts[name] = ScopeFact(f"case_{name}", shown, definition, language, source)
        return link_to_fact(f"case_{name}", shown)


_TABLES: Mapping[Measure, tuple[str, ...]] = {
    "grant": ("projects",),
    "organisations": ("participations",),
    "goals": ("goals",),
    "results": ("codings",),
    "challenges": ("codings",),
    "responses": ("codings",),
    "goals_achieved": ("goals",),
    "goals_measured": ("goals",),
    "lasting": ("goals", "sustainability"),
}


def case_page(
    declared: CaseDeclaration,
    evidence: Evidence,
    quotations: Quotations,
    glossary: Glossary,
    paths: Mapping[str, str],
) -> CasePage:
    """A section a case; one sentence where too few reports were read to choose from.

    Arguments:
        paths: of the tables, by name.
    """
    words, numbers = glossary.words, _Numbers(glossary, paths)
    measures = project_measures(evidence)
    least = evidence.judging.least_reports
    if len(measures) < least:
        told = words("definition.fact.case_reports")
        count = numbers.link(
            "reports", say.number(len(measures), words.language), told, "documents"
        )
        return CasePage(
            f"{words('cases.too_few', reports=count, least=least)}\n", tuple(numbers.facts.values())
        )
    cases = choose_cases(declared.cases, measures)
    if not cases:
        return CasePage(f"{words('cases.none')}\n")
    made = [
        _case(case, measures[case.project], evidence, numbers)
        + _quotes(case, declared.quotes_a_case, evidence, quotations, glossary)
        for case in cases
    ]
    return CasePage("\n".join(made), tuple(numbers.facts.values()))


def _case(
    case: Case, measures: Mapping[Measure, Value], evidence: Evidence, numbers: _Numbers
) -> str:
    words = numbers.glossary.words
    register: list[dict[str, Any]] = evidence.projects.astype(object).to_dict("records")  # type: ignore[assignment]
    project = next(row for row in register if row["project_id"] == case.project)
    title, told = _named(project, words)
    kind = words(f"cases.rule.{case.rule.rule}")
    heading = f"## {escape_markdown(kind)}: {title} {{#sec-case-{case.name}}}\n\n{told}"
    rows = [*_register(project, case, measures, evidence, numbers),
            *_report(case, measures, evidence, numbers)]  # fmt: skip
    table = f"| {words('cases.project')} | {escape_markdown(case.project)} |\n"
    table += f"|:{'-' * 22}|:{'-' * 78}|\n"
    table += "".join(f"| {label} | {text} |\n" for label, text in rows)
    caption = words("cases.caption", title=title)
    if project.get("origin") == "example":
        caption += f" {words('report.example_notice')}."
    return f"{heading}{_why(case, numbers)}\n\n{table}\n: {caption} {{#tbl-case-{case.name}}}\n\n"


def _named(project: Mapping[str, Any], words: Words) -> tuple[str, str]:
    """A name in the report's language for heading and caption, and what has to be told of it.

    A title in another language is told in a sentence; the heading has the project's identifier.
    """
    title, name = (
        project_title(project, words.language),
        escape_markdown(str(project["project_id"])),
    )
    titled = [each for each in LANGUAGES if isinstance(project.get(f"title_{each}"), str)]
    if not titled or words.language in titled:
        return title, ""
    language = words(f"audit.language.{titled[0]}")
    return name, f"{words('cases.titled', title=title, language=language)} "


def project_title(project: Mapping[str, Any], language: str) -> str:
    """The title as markdown, marked where it is in another language; else the identifier."""
    return told_in(project, "title", language) or escape_markdown(str(project["project_id"]))


def told_in(row: Mapping[str, Any], stem: str, language: str) -> str:
    """What a row has under `<stem>_<language>`, or in another language, as markdown.

    Of a column of another language the text is marked as being in that; empty where no column
    has any.
    """
    for name in (language, *LANGUAGES):
        found = row.get(f"{stem}_{name}")
        if isinstance(found, str):
            text = escape_markdown(found)
            return text if name == language else f"[{text}]{{lang={name}}}"
    return ""


def _why(case: Case, numbers: _Numbers) -> str:
    words, rule = numbers.glossary.words, case.rule
    compared = numbers.link(
        f"{case.name}_compared", say.number(case.compared, words.language),
        words("definition.fact.case_compared"), "documents",
    )  # fmt: skip
    pairs = {
        measure: (_measure(case.name, measure, value, numbers), _median(case, measure, numbers))
        for measure, value in case.values.items()
    }
    key, said = f"cases.why.{rule.rule}", {"compared": compared}
    if isinstance(rule, Extreme):
        key = f"{key}.{rule.end}"
        said["measure"] = words(f"cases.measure.{rule.measure}")
        said["value"], said["median"] = pairs[rule.measure]
    else:
        said["measures"] = "; ".join(
            words(
                "cases.measured", label=words(f"cases.measure.{each}"), value=value, median=median
            )
            for each, (value, median) in pairs.items()
        )
    if isinstance(rule, Deviant):
        key = f"{key}.{rule.expected}"
        said["measure"] = words(f"cases.measure.{rule.measure}")
        said["given"] = words(f"cases.measure.{rule.given}")
    told = words(key, **said)
    if case.tied:
        told_by = words("definition.fact.case_tied")
        tied = numbers.link(f"{case.name}_tied", say.number(case.tied, words.language), told_by)
        told += f" {words('cases.tied', tied=tied)}"
    return told


def _measure(name: str, measure: Measure, value: Value, numbers: _Numbers) -> str:
    """The value of a measure as a link; the same number stands in the box and in its reason."""
    words = numbers.glossary.words
    definition = words("definition.fact.case_value", measure=words(f"cases.measure.{measure}"))
    return numbers.link(f"{name}_{measure}", _format_measure(measure, value, numbers), definition,
                        *_TABLES[measure])  # fmt: skip


def _format_measure(measure: Measure, value: Value, numbers: _Numbers) -> str:
    words = numbers.glossary.words
    if value.n is not None:
        return say.count_of(value.x, value.n, words.language)
    if value.number is None:
        return say.MISSING
    if measure == "grant":
        return words.money(float(value.number))
    return say.number(value.x, words.language)


def _median(case: Case, measure: Measure, numbers: _Numbers) -> str:
    words, middle = numbers.glossary.words, case.medians[measure]
    if measure in SHARES:
        shown = say.percent(float(middle), words.language)
    elif measure == "grant":
        shown = words.money(math.floor(middle + Fraction(1, 2)))
    else:
        shown = say.number(float(middle), words.language, 0 if middle.denominator == 1 else 1)
    definition = words("definition.fact.case_median", measure=words(f"cases.measure.{measure}"))
    return numbers.link(f"{case.name}_{measure}_median", shown, definition, *_TABLES[measure])


def _register(
    project: Mapping[str, Any],
    case: Case,
    measures: Mapping[Measure, Value],
    evidence: Evidence,
    numbers: _Numbers,
) -> list[tuple[str, str]]:
    """What the public register says of a project: label and text, both markdown."""
    words = numbers.glossary.words
    found = {
        "lead": organisation_names(evidence, words.language).get(project["lead_org_id"]),
        "call": _call(project["call_id"], evidence, words.language),
        "time": f"{say.date(_day(project['started']), words.language, 'short')}"
        f"–{say.date(_day(project['ended']), words.language, 'short')}",
    }
    rows = [
        (words(f"cases.box.{label}"), text)
        for label, text in found.items()
        if text and text.strip(f"–{say.MISSING} ")
    ]
    for measure in ("grant", "organisations"):
        if measures[measure].number is not None:
            text = _measure(case.name, measure, measures[measure], numbers)
            rows.append((words(f"cases.box.{measure}"), text))
    return rows


def _call(call: object, evidence: Evidence, language: str) -> str | None:
    """A call with what it was about, where that is known in the language or another; markdown."""
    if not isinstance(call, str):
        return None
    calls = evidence.tables["calls"]
    own: list[dict[str, Any]] = calls[calls["call_id"] == call].to_dict("records")  # type: ignore[assignment]
    subject = told_in(own[0], "subject", language) if own else ""
    return escape_markdown(call) + (f": {subject}" if subject else "")


def organisation_names(evidence: Evidence, language: str) -> dict[str, str]:
    """Names by identifier as markdown, in the language where there are such."""
    rows: list[dict[str, Any]] = evidence.tables["organisations"].astype(object).to_dict("records")  # type: ignore[assignment]
    return {str(row["org_id"]): name for row in rows if (name := told_in(row, "name", language))}


def _day(value: object) -> pd.Timestamp | None:
    return None if pd.isna(value) else pd.Timestamp(value)  # type: ignore[call-overload, arg-type]


def _report(
    case: Case, measures: Mapping[Measure, Value], evidence: Evidence, numbers: _Numbers
) -> list[tuple[str, str]]:
    """What coders found in the report of a project: label and text, both markdown."""
    glossary, words = numbers.glossary, numbers.glossary.words
    rows = []
    goals = stated_goals(evidence)
    goals = goals[
        (goals["project_id"] == case.project) & goals["code_id"].isin(list(open_codes(evidence)))
    ]
    told = [
        f"{glossary.labels.get(row['code_id'], row['code_id'])} "
        f"({words('attainment.' + row['attainment'])}"
        + (f", {words('measured_by.measured')}" if row["measured_by"] == "measured" else "")
        + ")"
        for row in goals.to_dict("records")
    ]
    if told:
        rows.append((words("cases.box.goals"), escape_markdown("; ".join(told))))
    themes = told_themes(evidence)[case.project]
    for role in _THEMES:
        labels = [glossary.labels.get(code, code) for code in themes.get(role, ())]
        text = escape_markdown("; ".join(labels) or words("cases.box.untold"))
        rows.append((words(f"cases.box.{role}"), text))
    kept = achieved_goals(evidence)
    kept = kept[kept["project_id"] == case.project]
    if len(kept):
        signs = [
            f"{escape_markdown(words(f'effects.sign.{sign}'))} "
            + numbers.link(
                f"{case.name}_{sign}",
                say.count_of(int(kept[sign].eq("yes").sum()), len(kept), words.language),
                words("definition.fact.case_sign", sign=words(f"effects.sign.{sign}")),
                "goals", "sustainability",
            )
            for sign in SIGNS
        ]  # fmt: skip
        rows.append((words("cases.box.lasting"), "; ".join(signs)))
    return rows


def _quotes(
    case: Case, most: int, evidence: Evidence, quotations: Quotations, glossary: Glossary
) -> str:
    documents = evidence.reports.loc[
        evidence.reports["project_id"] == case.project, "document_id"
    ].astype(str)
    found = [
        each
        for document in sorted(documents)
        for each in quotations.of_report(document, evidence, most)
    ]
    return quotation_lines(found[:most], quotations, glossary, placed=False)
