"""All generated pages of a report, from its material and what its prose uses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from evaltools.evidence import Evidence, load_descriptor
from evaltools.findings.checklists import checklist_page, included_pages, sections_of
from evaltools.findings.conclusion_pages import (
    Told,
    basis_page,
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
from evaltools.findings.judgement import judged_so_far
from evaltools.findings.logic import examine_links, load_logic
from evaltools.findings.logic_pages import FIGURE_ID, logic_figure, logic_table
from evaltools.findings.lookup import index_numbers
from evaltools.findings.matrix import matrix_page
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.problems import Problem, refuse
from evaltools.report import generated_pages
from evaltools.report.annexes.case_boxes import case_page
from evaltools.report.annexes.declaration import CaseDeclaration, load_cases
from evaltools.report.annexes.quotations import Quotations, voices_page
from evaltools.report.annexes.tables import annex_pages
from evaltools.report.evidence_pages.entries import (
    Cell,
    Number,
    PageContext,
    finding_entry,
    group_by_anchor,
    index_cells,
    number_entry,
)
from evaltools.report.evidence_pages.facts import (
    ScopeFact,
    fact_entry,
    read_facts,
)
from evaltools.report.evidence_pages.glossary import Glossary
from evaltools.report.evidence_pages.markup import (
    find_anchors,
    finding_anchor,
    label,
    link_numbers,
    value,
)
from evaltools.report.evidence_pages.passages import (
    MOST_PRINTED,
    QuotePolicy,
    collect_passages,
    make_quote_policy,
)
from evaltools.report.material import ReportMaterial
from evaltools.report.since_page import since_page
from evaltools.report.staged_notebooks import LOGIC_NOTEBOOK, write_figure
from evaltools.study import Parameters, Study

GENERATED = (
    "_description.qmd", "_descriptions.qmd", "_parameters.qmd", "_indicators.qmd", "_data.qmd",
    "_disclosure.qmd", "_release.qmd", "_release_notice.qmd", "_evidence.qmd", "_matrix.qmd",
    "_checklists.qmd", "_judgements.qmd", "_bases.qmd", "_logic.qmd", "_recommendations.qmd",
    "_projects.qmd", "_codebook.qmd", "_timeline.qmd", "_reports_read.qmd", "_since.qmd",
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
    evidence = Evidence.select(study, dict(material.tables), parameters)
    used = generated_pages.find_used_variables(sorted(chapters.rglob("*.qmd"))) & values.keys()
    descriptor = material.descriptor
    pages = {
        "_description.qmd": generated_pages.description_page(study, parameters, material),
        "_descriptions.qmd": generated_pages.description_pages(study, parameters, material),
        "_parameters.qmd": generated_pages.parameter_table(parameters, words),
        "_indicators.qmd": generated_pages.indicator_table(material.indicators, used, words),
        "_data.qmd": generated_pages.data_table(descriptor, material.tables, words),
        "_disclosure.qmd": generated_pages.disclosure_page(study, parameters, words),
        "_release.qmd": link_numbers(
            release_table(material.judgements, words, glossary.labels, descriptor.example)
        ),
        "_release_notice.qmd": release_notice(words) if descriptor.example else "",
    }
    pages |= annex_pages(study, evidence, descriptor, words)
    pages["_since.qmd"] = since_page(
        material.changes, study, material.judgements, descriptor, glossary, used
    )
    policy = make_quote_policy(
        study.declaration.disclosure.quotes, material.tables, study.declaration.disclosure
    )
    facts: tuple[ScopeFact, ...] = ()
    if cases is not None:
        own, facts = _case_pages(cases, study, material, evidence, policy, glossary)
        pages |= own
    printed = (values[key] for key in sorted(used))
    texts = (pages["_release.qmd"], *printed, pages["_since.qmd"], *beside)
    if CASES in included_pages(chapters):
        texts = (*texts, pages.get(CASES, ""))
    pages["_evidence.qmd"] = write_evidence_pages(
        material, find_anchors(texts), study, parameters, policy, facts
    )
    pages |= _write_conclusions(study, material, chapters, values, words)
    pages["_matrix.qmd"] = matrix_page(study, material.indicators, material.judgements, words)
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
        outcomes_of(material.judgements, answers),
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
        write_figure(chapters.parent / "notebooks", logic_figure(logic, links, words))
        drawn = f"{{{{< embed ../notebooks/{LOGIC_NOTEBOOK}#{FIGURE_ID} >}}}}\n\n"
    return {
        "_judgements.qmd": judgement_table(told),
        "_bases.qmd": basis_page(told),
        "_recommendations.qmd": recommendation_list(due, told),
        "_logic.qmd": drawn + logic_table(logic, links, told),
    }


def _case_pages(
    cases: CaseDeclaration,
    study: Study,
    material: ReportMaterial,
    evidence: Evidence,
    policy: QuotePolicy,
    glossary: Glossary,
) -> tuple[dict[str, str], tuple[ScopeFact, ...]]:
    """The pages of `_declared_pages`, and the numbers on that of the cases."""
    quotations = Quotations.of(evidence, policy, cases.characters)
    made = case_page(cases, evidence, quotations, glossary, table_paths(study))
    pages, voices = {CASES: made.markdown}, cases.voices
    if voices is not None:
        pages |= {
            f"{QUOTES}/{each.finding.id}.qmd": voices_page(each, voices, quotations, glossary)
            for each in material.judgements
            if each.finding.id in voices.findings
        }
    return pages, made.facts


def write_evidence_pages(
    material: ReportMaterial,
    used_keys: Iterable[str],
    study: Study,
    parameters: Parameters,
    quote_policy: QuotePolicy,
    more_facts: Iterable[ScopeFact] = (),
) -> str:
    """Entries of everything that the prose links to, as markdown from a level three heading on.

    Arguments:
        more_facts: numbers of single projects, which no notebook computes either.

    Raises ProblemError for numbers that nothing defines, and ValueError where prose leads to an
    entry for which there is no number.
    """
    tables = material.tables
    words = study.words(parameters.language)
    glossary = Glossary.of(tables, words, study.declaration, study.declaration.questions)
    evidence = Evidence.select(study, dict(tables), parameters)
    found, paths = collect_passages(evidence), table_paths(study)
    used = set(used_keys)
    all_facts = (*read_facts(tables, parameters, paths, words), *more_facts)
    facts = [fact for fact in all_facts if fact.anchor in used]
    numbers = group_by_anchor(material.indicators)
    known = set(numbers) | {fact.anchor for fact in facts}
    known |= {finding_anchor(each.finding.id) for each in material.judgements}
    if lacking := sorted(used - known):
        raise ValueError(f"prose leads to entries that nothing is known of: {', '.join(lacking)}")
    chosen = [number for anchor, number in numbers.items() if anchor in used]
    refuse(_undefined_keys(chosen, glossary))
    facts_by_name = tables.get("facts", pd.DataFrame(columns=["fact_id", "value"]))
    values = dict(zip(facts_by_name["fact_id"], facts_by_name["value"].astype(float), strict=True))
    cells = index_cells(material.notebooks)
    around = PageContext(
        evidence,
        replace(
            index_numbers(material.indicators, values), judged=judged_so_far(material.judgements)
        ),
        found,
        cells,
        paths,
        glossary,
        quote_policy,
        used,
    )
    entries = [
        _entry(finding_anchor(each.finding.id), finding_entry(each, around), words,
               "" if each.finding.asserted else " .examined")
        for each in material.judgements
    ]  # fmt: skip
    sections = [(words("trail.findings"), entries)]
    for name, own in _group_by_notebook(chosen, cells, glossary, study):
        entries = [_entry(each.anchor, number_entry(each, around), words) for each in own]
        sections.append((_title(name, study, words), entries))
    entries = [_entry(fact.anchor, fact_entry(fact, words), words) for fact in facts]
    sections.append((words("trail.facts"), entries))
    return _chapter(sections, quote_policy, words)


def _undefined_keys(numbers: Iterable[Number], glossary: Glossary) -> Iterable[Problem]:
    for key in sorted({each.key for each in numbers if glossary.defined(each.key) is None}):
        remedy = f"Write definition.{key} in reports/words.yml: what the number means."
        yield Problem(f"indicator {key}", "the report shows it, and nothing says what it means",
                      "", remedy, "evidence.definition")  # fmt: skip


def _group_by_notebook(
    numbers: Sequence[Number], cells: Mapping[str, Cell], glossary: Glossary, study: Study
) -> list[tuple[str, list[Number]]]:
    """Numbers by the notebook that hands over the first of their family, in the study's order."""
    order = [path.name for path in study.notebooks]

    def place(notebook: str) -> tuple[int, str]:
        return order.index(notebook) if notebook in order else len(order), notebook

    def family(key: str) -> str:
        return glossary.kinds.get(glossary.code_in(key), key.partition(".")[0])

    homes: dict[str, str] = {}
    for key, cell in sorted(cells.items(), key=lambda item: place(item[1].notebook)):
        homes.setdefault(family(key), cell.notebook)
    found: dict[str, list[Number]] = {}
    for number in numbers:
        found.setdefault(homes.get(family(number.key), ""), []).append(number)
    return sorted(found.items(), key=lambda item: place(item[0]))


def _title(notebook: str, study: Study, words: Words) -> str:
    """What the numbers of a notebook are about: the name of its chapter, or of its file."""
    paths = {path.rpartition("/")[2]: path for path in study.declaration.notebooks}
    module = study.declaration.chapters.get(paths.get(notebook, ""), "")
    for name in (notebook.removesuffix(".ipynb"), module.rpartition(".")[2]):
        if name and words.has(f"trail.group.{name}"):
            return words(f"trail.group.{name}")
    return notebook.removesuffix(".ipynb")


def _chapter(
    sections: Sequence[tuple[str, Sequence[str]]], policy: QuotePolicy, words: Words
) -> str:
    attributes = " ".join(
        f'{name}="{words(f"trail.{name}")}"' for name in ("panel", "close", "whole", "all", "mark")
    )
    legend = words("trail.paper.legend", places=MOST_PRINTED)
    parts = [f'::: {{.content-hidden when-format="html"}}\n{legend}\n:::\n\n']
    if policy.name == "none":
        parts.append(f"{words('trail.all_withheld')}\n\n")
    for title, entries in sections:
        if entries:
            parts.append(f"### {escape_markdown(title)} {{.unnumbered .unlisted}}\n\n")
            parts += entries
    return f":::::: {{.evidence-entries {attributes}}}\n\n{''.join(parts)}::::::\n"


def _entry(anchor: str, content: str, words: Words, more: str = "") -> str:
    uses = (
        f'{label(words("trail.used"))} []{{.evidence-uses of="{anchor}" '
        f'text="{value(words("trail.unused"))}"}}'
    )
    return f"::::: {{.evidence{more} #{anchor}}}\n\n{content}{uses}\n\n:::::\n\n"


def table_paths(study: Study) -> dict[str, str]:
    """The file of each table from the study's folder, by the name of the table."""
    folder = study.data.name
    return {
        resource.name: f"{folder}/{resource.path}"
        for resource in load_descriptor(study.data).resources
    }
