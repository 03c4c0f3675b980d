"""The evidence appendix as markdown: an entry for each finding and each number of the prose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from evaltools.evidence import Evidence, load_descriptor
from evaltools.findings.judgement import judged_so_far
from evaltools.findings.lookup import Numbers, index_numbers
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.problems import Problem, refuse
from evaltools.report.evidence_markup import finding_anchor, label, value
from evaltools.report.evidence_pages.entries import (
    Cell,
    Number,
    PageContext,
    finding_entry,
    group_by_anchor,
    index_cells,
    number_entry,
    word_margin,
)
from evaltools.report.evidence_pages.facts import ScopeFact, fact_entry, read_facts
from evaltools.report.evidence_pages.passages import collect_passages
from evaltools.report.evidence_pages.quoted_passages import MOST_PRINTED, QuotePolicy
from evaltools.report.glossary import Glossary
from evaltools.report.material import ReportMaterial
from evaltools.study import Parameters, Study
from evaltools.study.vocabulary import Language


def write_evidence_pages(
    material: ReportMaterial,
    used_keys: Iterable[str],
    study: Study,
    parameters: Parameters,
    quote_policy: QuotePolicy,
    more_facts: Iterable[ScopeFact] = (),
    margins: Mapping[str, str] | None = None,
) -> str:
    """Entries of everything that the prose links to, as markdown from a level three heading on.

    Arguments:
        more_facts: numbers of single projects, which no notebook computes either.
        margins: what `word_margins` gives, where somebody has it already.

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
    cells = index_cells(material.notebooks)
    around = PageContext(
        evidence,
        _numbers_of(material),
        found,
        cells,
        paths,
        glossary,
        quote_policy,
        used,
        word_margins(material, study, parameters.language) if margins is None else margins,
    )
    entries = [
        _entry(finding_anchor(each.finding.id), finding_entry(each, around), words,
               "" if each.finding.asserted else " .examined")
        for each in material.judgements
    ]  # fmt: skip
    sections = [(words("trail.findings"), entries, "")]
    for name, own in _group_by_notebook(chosen, cells, glossary, study):
        entries = [_entry(each.anchor, number_entry(each, around, name), words) for each in own]
        sections.append((_title(name, study, words), entries, name))
    entries = [_entry(fact.anchor, fact_entry(fact, words), words) for fact in facts]
    sections.append((words("trail.facts"), entries, ""))
    legend = [words("trail.paper.intervals")] if evidence.n else []
    legend += [words("trail.paper.source")]
    withheld = ""
    if found.by_segment:
        legend += [words("trail.paper.places", places=MOST_PRINTED)]
        withheld = words("trail.all_withheld") if quote_policy.name == "none" else ""
    return _chapter(sections, " ".join(legend), withheld, words)


def word_margins(material: ReportMaterial, study: Study, language: Language) -> dict[str, str]:
    """How far each finding would hold, in words by its id; the count that turns it is sought."""
    numbers = _numbers_of(material)
    words, declared = study.words(language), study.declaration
    glossary = Glossary.of(material.tables, words, declared, declared.questions)
    return {each.finding.id: word_margin(each, numbers, glossary) for each in material.judgements}


def _numbers_of(material: ReportMaterial) -> Numbers:
    facts = material.tables.get("facts", pd.DataFrame(columns=["fact_id", "value"]))
    values = dict(zip(facts["fact_id"], facts["value"].astype(float), strict=True))
    return replace(
        index_numbers(material.indicators, values), judged=judged_so_far(material.judgements)
    )


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
    sections: Sequence[tuple[str, Sequence[str], str]], legend: str, withheld: str, words: Words
) -> str:
    attributes = " ".join(
        f'{name}="{words(f"trail.{name}")}"'
        for name in ("panel", "close", "whole", "all", "mark", "print")
    )
    parts = [f'::: {{.content-hidden when-format="html"}}\n{legend}\n:::\n\n']
    if withheld:
        parts.append(f"{withheld}\n\n")
    for title, entries, notebook in sections:
        if entries:
            shown = escape_markdown(title)
            if notebook and notebook != f"{title}.ipynb":
                named = escape_markdown(f"({notebook})")
                shown += f' [{named}]{{.content-hidden when-format="html"}}'
            parts.append(f"### {shown} {{.unnumbered .unlisted}}\n\n")
            parts += entries
    return f":::::: {{.evidence-entries {attributes}}}\n\n{''.join(parts)}::::::\n"


def _entry(anchor: str, content: str, words: Words, more: str = "") -> str:
    uses = (
        f'{label(words("trail.used"))} []{{.evidence-uses of="{anchor}" '
        f'text="{value(words("trail.unused"))}" page="{value(words("trail.paper.page"))}"}}'
    )
    return f"::::: {{.evidence{more} #{anchor}}}\n\n{content}{uses}\n\n:::::\n\n"


def table_paths(study: Study) -> dict[str, str]:
    """The file of each table from the study's folder, by the name of the table."""
    folder = study.data.name
    return {
        resource.name: f"{folder}/{resource.path}"
        for resource in load_descriptor(study.data).resources
    }
