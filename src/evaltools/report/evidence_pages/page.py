"""The evidence appendix as markdown: an entry for each finding and each number of the prose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from evaltools.evidence import Evidence, load_descriptor
from evaltools.findings.lookup import index_numbers
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.problems import Problem, refuse
from evaltools.report.evidence_pages.finding_entries import PageContext, finding_entry
from evaltools.report.evidence_pages.glossary import Glossary
from evaltools.report.evidence_pages.markup import annotate, finding_anchor, label, value
from evaltools.report.evidence_pages.number_entries import (
    Cell,
    Number,
    describe_counts,
    describe_meaning,
    describe_sources,
    explain_missing_value,
    group_by_anchor,
    index_cells,
)
from evaltools.report.evidence_pages.passages import (
    Passages,
    collect_passages,
    find_code,
    find_rows,
)
from evaltools.report.evidence_pages.quotations import QuotePolicy, quote_side, withheld_side
from evaltools.report.evidence_pages.scope_facts import fact_entry, read_facts
from evaltools.report.material import ReportMaterial
from evaltools.report.variables import format_indicator
from evaltools.study import Parameters, Study


def write_evidence_pages(
    material: ReportMaterial,
    used_keys: Iterable[str],
    study: Study,
    parameters: Parameters,
    quote_policy: QuotePolicy,
) -> str:
    """Entries of everything that the prose links to.

    Arguments:
        material: of the run.
        used_keys: identifiers of entries that prose leads to, see `markup.anchors_in`.
        study: whose data it is.
        parameters: of the run.
        quote_policy: what may be quoted.

    Returns:
        Markdown, from a level three heading on. `style/evidence.lua` fills in where
        each entry is used.

    Raises:
        ProblemError: numbers that nothing defines.
        ValueError: prose leads to an entry for which there is no number.
    """
    tables = material.tables
    words = study.words(parameters.language)
    glossary = Glossary.of(tables, words, study.declaration, study.declaration.questions)
    evidence = Evidence.select(study, dict(tables), parameters)
    found, paths = collect_passages(evidence), _paths(study)
    used = set(used_keys)
    facts = [fact for fact in read_facts(tables, parameters, paths, words) if fact.anchor in used]
    numbers = group_by_anchor(material.indicators)
    known = set(numbers) | {fact.anchor for fact in facts}
    known |= {finding_anchor(each.finding.id) for each in material.judgements}
    if lacking := sorted(used - known):
        raise ValueError(f"prose leads to entries that nothing is known of: {', '.join(lacking)}")
    chosen = [number for anchor, number in numbers.items() if anchor in used]
    refuse(_undefined_keys(chosen, glossary))
    sections: list[tuple[str, list[str]]] = []
    if material.judgements:
        values = {fact: float(value) for fact, value in _count_rows(tables)}
        around = PageContext(
            index_numbers(material.indicators, values), found, quote_policy, paths, glossary, used
        )
        entries = [
            _entry(finding_anchor(each.finding.id), finding_entry(each, around), words)
            for each in material.judgements
        ]
        sections.append((words("trail.findings"), entries))
    cells = index_cells(material.notebooks)
    writer = _Writer(evidence, found, cells, paths, glossary, quote_policy)
    for name, own in _group_by_notebook(chosen, cells, glossary, study):
        entries = [_entry(each.anchor, writer.entry(each), words) for each in own]
        sections.append((_title(name, study, words), entries))
    entries = [_entry(fact.anchor, fact_entry(fact, words), words) for fact in facts]
    sections.append((words("trail.facts"), entries))
    return _chapter(sections, quote_policy, words)


def _count_rows(tables: Mapping[str, pd.DataFrame]) -> list[tuple[str, Any]]:
    facts = tables.get("facts")
    return [] if facts is None else list(zip(facts["fact_id"], facts["value"], strict=True))


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
        f'{name}="{words(f"trail.{name}")}"' for name in ("panel", "close", "whole", "mark")
    )
    parts = [f"{words('trail.all_withheld')}\n\n"] if policy.name == "none" else []
    for title, entries in sections:
        if entries:
            parts.append(f"### {escape_markdown(title)} {{.unnumbered .unlisted}}\n\n")
            parts += entries
    return f":::::: {{.evidence-entries {attributes}}}\n\n{''.join(parts)}::::::\n"


def _entry(anchor: str, content: str, words: Words) -> str:
    uses = (
        f'{label(words("trail.used"))} []{{.evidence-uses of="{anchor}" '
        f'text="{value(words("trail.unused"))}"}}'
    )
    return f"::::: {{.evidence #{anchor}}}\n\n{content}{uses}\n\n:::::\n\n"


def _paths(study: Study) -> dict[str, str]:
    folder = study.data.name
    return {
        resource.name: f"{folder}/{resource.path}"
        for resource in load_descriptor(study.data).resources
    }


@dataclass(frozen=True)
class _Writer:
    """Writes the entries of numbers."""

    evidence: Evidence
    found: Passages
    cells: Mapping[str, Cell]
    paths: Mapping[str, str]
    glossary: Glossary
    policy: QuotePolicy

    def entry(self, number: Number) -> str:
        """A number's entry as markdown, without the fence around it."""
        words, family = self.glossary.words, self.glossary.family_of(number.key)
        value, counted = format_indicator(number.headline, words), describe_counts(number, words)
        # A share of fewer than ten is printed by its counts already.
        shown = f"{value} ({counted})" if counted and counted != value else value
        told = self.glossary.definition(number.key)
        by = "; ".join(f"{name} {value}" for name, value in number.dimensions)
        if by:
            told += f" {words('trail.by')}: {by}."
        first = (
            f"{annotate(shown, 'evidence-term')} {annotate(told)} `{number.key}`{{.evidence-key}}"
        )
        reason = explain_missing_value(number, words)
        about = annotate(reason) if reason else describe_meaning(number, family, words)
        origin = describe_sources(number, family, self.cells.get(number.key), self.paths, words)
        return f"{first}\n\n{about} {origin}\n\n{self._passages(number)}"

    def _passages(self, number: Number) -> str:
        if number.headline.suppressed:
            return ""
        words, policy = self.glossary.words, self.policy
        code = find_code(number.key, self.glossary.kinds, self.evidence.vocabulary.codes_of_numbers)
        if code is not None:
            for_it = self.found.of(code, "affirm")
            made = quote_side(for_it, "for", "trail.none_for", policy, words)
            if (code, "deny") in self.found.withheld:
                return made + withheld_side("against", words)
            against = self.found.of(code, "deny")
            return made + quote_side(against, "against", "trail.none_against", policy, words)
        behind = find_rows(number.key, self.evidence)
        if not behind:
            return ""
        told = self.found.for_segments(behind)
        return quote_side(told, "for", "trail.none_for", policy, words)
