"""All generated pages of a report, from its material and what its prose uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from functools import cache
from pathlib import Path
from typing import Any

from evaltools.evidence import Evidence
from evaltools.evidence.validation import count_improbable
from evaltools.findings.checklists import checklist_page, included_pages, sections_of
from evaltools.findings.conclusion_pages import (
    Told,
    basis_page,
    glance_page,
    judgement_table,
    recommendation_list,
)
from evaltools.findings.conclusions import (
    answer_questions,
    due_recommendations,
    judge_criteria,
    load_conclusions,
    outcomes_of,
)
from evaltools.findings.display import release_notice, release_table
from evaltools.findings.logic import examine_links, load_logic
from evaltools.findings.logic_pages import FIGURE_ID, logic_figure, logic_table
from evaltools.findings.lookup import index_numbers
from evaltools.findings.matrix import matrix_page
from evaltools.i18n.messages import Words
from evaltools.provenance.hashes import hash_declarations
from evaltools.report import generated_pages
from evaltools.report.annexes.case_boxes import case_page
from evaltools.report.annexes.case_rules import CaseDeclaration, load_cases
from evaltools.report.annexes.lists import annex_pages
from evaltools.report.annexes.quotations import Quotations, voices_page
from evaltools.report.evidence_markup import find_anchors, finding_anchor, link_numbers
from evaltools.report.evidence_pages.facts import (
    ScopeFact,
)
from evaltools.report.evidence_pages.page import (
    table_paths,
    word_margins,
    write_evidence_pages,
)
from evaltools.report.evidence_pages.quoted_passages import QuotePolicy, make_quote_policy
from evaltools.report.glossary import Glossary
from evaltools.report.languages import data_names
from evaltools.report.material import ReportMaterial
from evaltools.report.since_page import since_page
from evaltools.report.staged_notebooks import LOGIC_NOTEBOOK, write_figure
from evaltools.study import Parameters, Study

GENERATED = (
    "_description.qmd", "_descriptions.qmd", "_parameters.qmd", "_indicators.qmd", "_data.qmd",
    "_disclosure.qmd", "_release.qmd", "_release_notice.qmd", "_evidence.qmd", "_matrix.qmd",
    "_checklists.qmd", "_judgements.qmd", "_bases.qmd", "_logic.qmd", "_recommendations.qmd",
    "_glance.qmd",
    "_projects.qmd", "_codebook.qmd", "_timeline.qmd", "_reports_read.qmd", "_since.qmd",
    "_files.qmd",
)  # fmt: skip


CASES = "_cases.qmd"
"""The page of a study that declares cases."""


QUOTES = "quotes"
"""Folder of the pages with quotations, one a finding."""


def write_pages(
    study: Study,
    parameters: Parameters,
    material: ReportMaterial,
    chapters: Path,
    values: Mapping[str, str],
    glossary: Glossary,
    beside: Iterable[str],
) -> None:
    """Write every generated page into `_generated` of the chapters' folder.

    Arguments:
        chapters: folder of the prose, whose variables say which numbers need their evidence.
        values: of the variables, as markdown.
        glossary: of the study in the report's language.
        beside: markdown of other documents that leads to the report's evidence.
    """
    cases = _cases_of(study, material)
    words = glossary.words
    evidence = cache(lambda: Evidence.select(study, dict(material.tables), parameters))
    used = generated_pages.find_used_variables(sorted(chapters.rglob("*.qmd"))) & values.keys()
    descriptor = material.descriptor
    pages = {
        "_description.qmd": generated_pages.description_page(study, parameters, material),
        "_descriptions.qmd": generated_pages.description_pages(study, parameters, material),
        "_parameters.qmd": generated_pages.parameter_table(parameters, words),
        "_indicators.qmd": generated_pages.indicator_table(material.indicators, used, words),
        "_files.qmd": generated_pages.data_links(words, *data_names(study, words.language)),
        "_disclosure.qmd": generated_pages.disclosure_page(study, parameters, words),
        "_release.qmd": link_numbers(
            release_table(material.judgements, words, glossary.labels, descriptor.example)
        ),
        "_release_notice.qmd": release_notice(words) if descriptor.example else "",
    }
    pages["_since.qmd"] = since_page(
        material.changes, study, material.judgements, descriptor, glossary, used
    )
    policy = make_quote_policy(
        study.declaration.disclosure.quotes, material.tables, study.declaration.disclosure
    )
    facts: tuple[ScopeFact, ...] = ()
    declared = [hash_declarations(study.root), words.language]
    parts = material.parts
    pages |= parts.recall(
        "annexes", declared, lambda: annex_pages(study, evidence(), descriptor, words)
    )
    with (
        parts.recall_apart(
            "margins", declared, lambda: word_margins(material, study, words.language)
        ) as margins,
        parts.recall_apart(
            "improbable",
            declared,
            lambda: count_improbable(material.tables, descriptor, study.declaration),
        ) as improbable,
    ):
        if cases is not None:
            made = parts.recall(
                "cases",
                declared,
                lambda: _case_pages(cases, study, material, evidence(), policy, glossary),
            )
            pages |= made["pages"]
            facts = tuple(ScopeFact(**each) for each in made["facts"])
        known_margins = margins()
        pages["_data.qmd"] = generated_pages.improbable_note(improbable(), words)
    pages["_data.qmd"] += generated_pages.data_table(descriptor, material.tables, words)
    printed = (values[key] for key in sorted(used))
    texts = (pages["_release.qmd"], *printed, pages["_since.qmd"], *beside)
    if CASES in included_pages(chapters):
        texts = (*texts, pages.get(CASES, ""))
    anchors = find_anchors(texts)
    pages["_evidence.qmd"] = parts.recall(
        "evidence",
        [declared, anchors, [asdict(each) for each in facts]],
        lambda: write_evidence_pages(
            material, anchors, study, parameters, policy, facts, known_margins
        ),
    )
    pages |= _write_conclusions(study, material, chapters, values, words)
    pages["_matrix.qmd"] = matrix_page(
        study, material.indicators, material.judgements, words, glossary.labels
    )
    sections, included = sections_of(chapters), included_pages(chapters)
    pages["_checklists.qmd"] = checklist_page(study, sections, included, words)
    for name in list_pages(study, material):
        (chapters / "_generated" / name).write_text(pages[name], encoding="utf-8")


def list_pages(study: Study, material: ReportMaterial) -> tuple[str, ...]:
    """Names of the pages that `write_pages` writes, those of declared cases and quotations too."""
    return (*GENERATED, *_declared_pages(_cases_of(study, material)))


def _cases_of(study: Study, material: ReportMaterial) -> CaseDeclaration | None:
    return load_cases(study, {each.finding.id for each in material.judgements})


def _declared_pages(cases: CaseDeclaration | None) -> tuple[str, ...]:
    """Pages of a study that declares cases, or quotations beside findings."""
    if cases is None:
        return ()
    named = cases.voices.findings if cases.voices else ()
    quotes = (f"{QUOTES}/{name}.qmd" for name in dict.fromkeys(named))
    return (*((CASES,) if cases.cases else ()), *quotes)


def _write_conclusions(
    study: Study,
    material: ReportMaterial,
    chapters: Path,
    values: Mapping[str, str],
    words: Words,
) -> dict[str, str]:
    """Pages of answers, criteria, recommendations and intervention logic; the figure, too."""
    conclusions, numbers = load_conclusions(study), index_numbers(material.indicators)
    answers = answer_questions(conclusions, material.judgements, numbers)
    criteria = judge_criteria(conclusions, answers, material.judgements, numbers)
    told = Told(
        study,
        conclusions,
        {item.finding.id: item for item in material.judgements},
        {answer.subject: answer for answer in answers},
        {answer.subject: answer for answer in criteria},
        outcomes_of(material.judgements, answers, numbers),
        {item.finding.id: values[f"finding.{item.finding.id}"] for item in material.judgements},
        {item.finding.id: finding_anchor(item.finding.id) for item in material.judgements},
        words,
        "_bases.qmd" in included_pages(chapters),
    )
    due = due_recommendations(conclusions, material.judgements, numbers)
    logic = load_logic(study)
    links = examine_links(logic, told.outcomes)
    drawn = ""
    if links:
        shown = material.parts.recall(
            "logic",
            [hash_declarations(study.root), words.language],
            lambda: logic_figure(logic, links, words).bundle(),
        )
        write_figure(chapters.parent / "notebooks", shown)
        drawn = f"{{{{< embed ../notebooks/{LOGIC_NOTEBOOK}#{FIGURE_ID} >}}}}\n\n"
    return {
        "_judgements.qmd": judgement_table(told),
        "_bases.qmd": basis_page(told),
        "_recommendations.qmd": recommendation_list(due, told),
        "_glance.qmd": glance_page(due, told),
        "_logic.qmd": drawn + logic_table(logic, links, told),
    }


def _case_pages(
    cases: CaseDeclaration,
    study: Study,
    material: ReportMaterial,
    evidence: Evidence,
    policy: QuotePolicy,
    glossary: Glossary,
) -> dict[str, Any]:
    """The pages of `_declared_pages`, and the numbers on that of the cases, as plain values."""
    quotations = Quotations.of(evidence, policy, cases.characters)
    made = case_page(cases, evidence, quotations, glossary, table_paths(study))
    pages, voices = {CASES: made.markdown}, cases.voices
    if voices is not None:
        pages |= {
            f"{QUOTES}/{each.finding.id}.qmd": voices_page(each, voices, quotations, glossary)
            for each in material.judgements
            if each.finding.id in voices.findings
        }
    return {"pages": pages, "facts": [asdict(each) for each in made.facts]}
