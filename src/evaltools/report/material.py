"""What a run hands to the report: its indicators, notebooks, tables and judged findings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import pandas as pd
from pydantic import TypeAdapter

from evaltools.evidence import Descriptor, Evidence, load_descriptor, read_tables
from evaltools.evidence.code_presence import CoderRule
from evaltools.findings.absent_numbers import absent_numbers
from evaltools.findings.coder_rules import (
    RULES,
    judge_by_rule,
    recompute_indicators,
    rule_note,
)
from evaltools.findings.conclusions import check_premises, load_conclusions
from evaltools.findings.conditions import keys_of
from evaltools.findings.declaration import Findings, load_findings
from evaltools.findings.display import check_sentences, word_judgements
from evaltools.findings.judgement import (
    Judgement,
    judge,
    uncompared_codes,
    unknown_evidence,
    unknown_keys,
)
from evaltools.findings.logic import check_logic, load_logic
from evaltools.findings.lookup import index_numbers
from evaltools.findings.matrix import departures, matrix_problems
from evaltools.findings.word_forms import CODE as FORMS
from evaltools.findings.word_forms import WordForms, load_forms
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Indicator, from_record, to_record
from evaltools.indicators.order import find_pairs
from evaltools.indicators.prevalence import name_of
from evaltools.pipeline import Run
from evaltools.problems import Problem, refuse
from evaltools.provenance.hashes import hash_declarations, hash_value
from evaltools.provenance.manifest import RUN_NAME_LENGTH
from evaltools.provenance.predecessor import hash_predecessor, read_predecessor
from evaltools.report.glossary import Glossary
from evaltools.report.part_store import PartStore
from evaltools.report.report_changes import ReportChanges, hold_against
from evaltools.report.variables import ESTIMANDS
from evaltools.study import Language, Parameters, Study

_JUDGEMENTS = TypeAdapter(tuple[Judgement, ...])


@dataclass(frozen=True)
class ReportMaterial:
    """What a report is made from, all of one run.

    Arguments:
        run: identifier of the run.
        notebooks: executed notebooks by file name.
        indicators: all indicators.
        tables: the validated tables.
        descriptor: of the tables.
        n, N, funded: final reports read, projects from which one can be due, and all funded
            projects in scope.
        judgements: what the run says of each finding of the report.
        changes: since the predecessor that the study declares; None without one.
        parts: what was made from the run before.
    """

    run: str
    notebooks: Mapping[str, dict[str, Any]]
    indicators: tuple[Indicator, ...]
    tables: Mapping[str, pd.DataFrame]
    descriptor: Descriptor
    n: int
    N: int
    funded: int
    judgements: tuple[Judgement, ...] = ()
    changes: ReportChanges | None = None
    parts: PartStore = field(default_factory=PartStore)


_last: list[tuple[str, ReportMaterial]] = []
"""What this process gathered last, and a hash of everything that it was gathered from."""


def recall_material(study: Study, made: Run, parts: PartStore) -> ReportMaterial:
    """What `gather_material` gives, gathered again only if something that it rests on changed."""
    rests_on = [str(study.root), made.key, hash_declarations(study.root), hash_predecessor(study)]
    key = hash_value([*rests_on, parts.basis])
    if parts.anew or not _last or _last[0][0] != key:
        _last[:] = [(key, gather_material(study, made, parts))]
    return replace(_last[0][1], parts=parts)


def gather_material(study: Study, made: Run, parts: PartStore | None = None) -> ReportMaterial:
    """What a report is staged from: a run, and the tables of the study.

    Arguments:
        parts: what was made from the run before; by default nothing is taken from it.
    """
    parts = parts or PartStore()
    descriptor = load_descriptor(study.data)
    indicators = made.indicators()
    notebooks: dict[str, dict[str, Any]] = {
        path.name: json.loads(path.read_text(encoding="utf-8")) for path in made.notebooks
    }
    tables, parameters = read_tables(study.data, descriptor), _restore_parameters(study, made)
    counted = {item.key: item for item in indicators if not item.dimensions}
    read, scheme = (counted.get(f"reports.{name}.share") for name in ("read", "scheme"))
    if read and scheme:
        counts = read.x or 0, read.n or 0, scheme.n or 0
    else:  # no chapter of the study counts what was read
        evidence = Evidence.select(study, tables, parameters)
        counts = evidence.n, evidence.N, evidence.funded

    def judge_all() -> Any:
        sources = JudgingSources.load(study, tables)
        again = _count_again(study, parameters, tables, parts) if len(sources.findings) else {}
        judged = judge_findings(study, parameters, indicators, tables, sources, counted=again)
        return _JUDGEMENTS.dump_python(judged, mode="json", exclude_defaults=True)

    judgements = _JUDGEMENTS.validate_python(
        parts.recall("judgements", hash_declarations(study.root), judge_all)
    )
    earlier, ingredients = read_predecessor(study), made.manifest.ingredients
    return ReportMaterial(
        run=made.key[:RUN_NAME_LENGTH],
        notebooks=notebooks,
        indicators=indicators,
        tables=tables,
        descriptor=descriptor,
        n=counts[0],
        N=counts[1],
        funded=counts[2],
        judgements=judgements,
        changes=hold_against(study, earlier, ingredients, indicators, judgements)
        if earlier
        else None,
        parts=parts,
    )


def _count_again(
    study: Study, parameters: Parameters, tables: Mapping[str, pd.DataFrame], parts: PartStore
) -> dict[CoderRule, list[Indicator]]:
    """What a run's numbers would be under the coder rules that were not chosen."""

    def count() -> dict[CoderRule, list[dict[str, Any]]]:
        evidence = Evidence.select(study, tables, parameters)
        chapters = tuple(study.declaration.chapters.values())
        return {
            rule: [
                to_record(each)
                for each in recompute_indicators(evidence.under_rule(rule), chapters)
            ]
            for rule in RULES
            if rule != evidence.parameters.coder_rule
        }

    found = parts.recall("numbers by coder rule", [], count)
    return {rule: [from_record(each) for each in records] for rule, records in found.items()}


@dataclass(frozen=True)
class JudgingSources:
    """What findings are judged by besides numbers: the same for every run of a study.

    Arguments:
        study: the study.
        findings: of its report.
        facts: single public facts by name.
        codable: ids of the codes that coders give.
        forms: of names in sentences.
        words: of each language of the study.
        labels: of codes, by language and id.
    """

    study: Study
    findings: Findings
    facts: Mapping[str, float]
    codable: Sequence[str]
    forms: WordForms
    words: Mapping[Language, Words]
    labels: Mapping[Language, Mapping[str, str]]

    @classmethod
    def load(cls, study: Study, tables: Mapping[str, pd.DataFrame]) -> JudgingSources:
        """Read what a study declares of its findings.

        Raises:
            ProblemError: what is wrong there, or with the premises of its conclusions.
        """
        declared = study.declaration
        findings = load_findings(study.root, declared.languages, declared.codes_of_numbers)
        conclusions, known = load_conclusions(study), {each.id: each for each in findings}
        refuse(
            [
                *check_premises(study, conclusions, known),
                *check_logic(load_logic(study), known, conclusions),
            ]
        )
        facts, codable = {}, []
        if "facts" in tables:
            facts = dict(zip(tables["facts"]["fact_id"], tables["facts"]["value"], strict=True))
        if "codes" in tables:
            codes = tables["codes"]
            codable = codes.loc[codes["codable"].astype(bool), "code_id"].tolist()
        words = {language: study.words(language) for language in declared.languages}
        labels = {
            language: Glossary.of(tables, own, declared).labels for language, own in words.items()
        }
        return cls(study, findings, facts, codable, load_forms(study.root), words, labels)


def check_findings(study: Study, tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse, before anything runs, what the findings of a study say of things that it lacks.

    Arguments:
        tables: of the study, by name.

    Raises:
        ProblemError: they are wrong in themselves, name codes or tables that there are not, use
            forms that a code lacks, or are about reports where there is none.
    """
    sources = JudgingSources.load(study, tables)
    codes = sources.codable
    problems = unknown_evidence(sources.findings, codes, tables)
    kinds = {code.partition(".")[0] for code in codes}
    for finding in sources.findings:
        for name in sorted(keys_of(finding.condition)[0]):
            known = name.startswith(tuple(f"{code}." for code in codes))
            if name.partition(".")[0] in kinds and not known:
                what = f"{finding.id}: '{name}' is of no codable code"
                place = finding.where
                problems.append(Problem(place, what, "", "See codes.csv.", "finding.evidence"))
    if codes:
        own = tables["codes"][tables["codes"]["code_id"].isin(codes)]
        named = own.assign(name=list(map(name_of, own["code_id"], own["kind"])))
        problems += uncompared_codes(sources.findings, codes, find_pairs(named))
    refuse(problems)
    about = [each for each in sources.findings if any(one.code for one in each.evidence)]
    documents = tables.get("documents")
    if about and (documents is None or not (documents["kind"] == "final").any()):
        what = f"there is no final report, which {len(about)} findings are about"
        remedy = "Add reports (evaltools import reports), or take these findings out."
        refuse([Problem(about[0].where, what, "", remedy, "scope.no-reports")])
    shares = [
        Indicator(key=f"{code}.share", value=None, unit="share", note="named")
        for code in sources.codable
    ]
    problems = check_sentences(sources.findings, index_numbers(shares), sources.forms, {})
    refuse([each for each in problems if each.code == FORMS])


def judge_findings(
    study: Study,
    parameters: Parameters,
    indicators: tuple[Indicator, ...],
    tables: Mapping[str, pd.DataFrame],
    sources: JudgingSources | None = None,
    evidence: Evidence | None = None,
    counted: Mapping[CoderRule, Iterable[Indicator]] = MappingProxyType({}),
) -> tuple[Judgement, ...]:
    """Every finding of the study put to the numbers of a run.

    Arguments:
        sources, evidence: of the study and under these parameters, where they were had already.
        counted: what was counted under other coder rules already.
    """
    declared = study.declaration
    sources = sources or JudgingSources.load(study, tables)
    findings, facts = sources.findings, sources.facts
    if not len(findings):
        return ()
    estimand = ESTIMANDS[parameters.estimand]
    indicators += tuple(absent_numbers(findings, indicators, tables))
    numbers = index_numbers(indicators, facts)
    choices = {name: each.choices for name, each in parameters.declarations.items()}
    refuse(
        [
            *unknown_evidence(findings, sources.codable, tables),
            *unknown_keys(findings, numbers),
            *check_sentences(findings, numbers, sources.forms, choices),
        ]
    )
    judgements = judge(findings, indicators, estimand, facts, declared.judging)
    judgements = judge_by_rule(
        judgements,
        indicators,
        evidence or Evidence.select(study, tables, parameters),
        estimand,
        facts,
        declared.chapters.values(),
        declared.judging,
        counted,
    )
    values = {name: str(getattr(parameters, name)) for name in choices}
    return word_judgements(
        judgements, numbers, sources.forms, sources.words, sources.labels, values
    )


def judge_run(study: Study, made: Run) -> tuple[Judgement, ...]:
    """What a run says of every finding of the study's report."""
    tables = read_tables(study.data, load_descriptor(study.data))
    return judge_findings(study, _restore_parameters(study, made), made.indicators(), tables)


def summarise_findings(study: Study, parameters: Parameters, material: ReportMaterial) -> list[str]:
    """What an author should know of the report: findings that no longer hold, departures."""
    words = study.words("en")
    codes = set(material.tables["codes"]["code_id"]) if "codes" in material.tables else set()
    asserted = [item for item in material.judgements if item.finding.asserted]
    failing = [item for item in asserted if not item.holds]
    lines = [f"Findings: {len(asserted) - len(failing)} of {len(asserted)} asserted hold"]
    for item in failing:
        told = "the report says so" if item.said else "NO SENTENCE SAYS SO"
        lines.append(f"  {item.finding.id}: {item.reason.text(words)} ({told})")
    lines += [
        f"  {item.finding.id}: {note}"
        for item in asserted
        if item.holds and (note := rule_note(item, words))
    ]
    lines += [
        f"Evaluation matrix: {problem}"
        for problem in matrix_problems(
            study, material.indicators, material.judgements, codes, set(material.tables)
        )
    ]
    return lines + [f"Departure from the plan: {line}" for line in departures(study, "en")]


def _restore_parameters(study: Study, made: Run) -> Parameters:
    """The parameters that a run was made under, as the study declares them now."""
    values = made.manifest.ingredients.parameters
    return study.parameters({k: v for k, v in values.items() if k in study.declaration.parameters})
