"""The evidence appendix as markdown: an entry for each finding and each number of the prose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pandas as pd

from evaltools.evidence import Evidence, load_descriptor
from evaltools.findings.judging import Judgement
from evaltools.findings.numbers import numbers_of
from evaltools.indicators.indicator import Indicator
from evaltools.present.language import Language
from evaltools.present.markdown import escape_markdown
from evaltools.present.words import Words
from evaltools.report.trail.anchors import finding_anchor
from evaltools.report.trail.cells import Cell, cells_by_key
from evaltools.report.trail.compact import label, said, value
from evaltools.report.trail.definitions import definition, labels_of
from evaltools.report.trail.facts import fact_entry, facts_of
from evaltools.report.trail.families import GROUPS, family_of
from evaltools.report.trail.findings import Surroundings, finding_entry
from evaltools.report.trail.numbers import (
    Number,
    counts,
    meaning,
    numbers_by_anchor,
    sources,
    why_no_value,
)
from evaltools.report.trail.passages import Passages, code_of, passages, rows_behind
from evaltools.report.trail.quotations import QuotePolicy, side, withheld_side
from evaltools.report.variables import text_of
from evaltools.study import Parameters, Study


def evidence_pages(
    indicators: Sequence[Indicator],
    used_keys: Iterable[str],
    judgements: Sequence[Judgement],
    tables: Mapping[str, pd.DataFrame],
    notebooks: Mapping[str, Mapping[str, Any]],
    study: Study,
    parameters: Parameters,
    quote_policy: QuotePolicy,
) -> str:
    """Entries of everything that the prose links to.

    Arguments:
        indicators: all of a run.
        used_keys: identifiers of entries that prose leads to, see `anchors.anchors_in`.
        judgements: of the findings.
        tables: the validated tables.
        notebooks: executed notebooks by file name.
        study: whose data it is.
        parameters: of the run.
        quote_policy: what may be quoted.

    Returns:
        Markdown, from a level three heading on. `reports/style/evidence.lua` fills in where
        each entry is used.

    Raises:
        ValueError: prose leads to an entry for which there is no number.
        KeyError: a number without definition.
    """
    language: Language = parameters.language
    words, labels = Words(language), labels_of(tables, language)
    evidence = Evidence.select(study, tables, parameters)
    found, paths = passages(evidence), _paths(study)
    used = set(used_keys)
    facts = [fact for fact in facts_of(tables, parameters, paths) if fact.anchor in used]
    numbers = numbers_by_anchor(indicators)
    known = set(numbers) | {fact.anchor for fact in facts}
    known |= {finding_anchor(each.finding.id) for each in judgements}
    if lacking := sorted(used - known):
        raise ValueError(f"prose leads to entries that nothing is known of: {', '.join(lacking)}")
    chosen = [number for anchor, number in numbers.items() if anchor in used]
    sections: list[tuple[str, list[str]]] = []
    if judgements:
        values = dict(
            zip(tables["facts"]["fact_id"], tables["facts"]["value"].astype(float), strict=True)
        )
        around = Surroundings(
            numbers_of(indicators, values), found, quote_policy, paths, labels, used, words
        )
        entries = [
            _entry(finding_anchor(each.finding.id), finding_entry(each, around), words)
            for each in judgements
        ]
        sections.append((words("trail.findings"), entries))
    writer = _Writer(evidence, found, cells_by_key(notebooks), paths, labels, quote_policy, words)
    for group in GROUPS:
        own = [number for number in chosen if family_of(number.key).group == group]
        title = words(f"trail.group.{group}")
        sections.append((title, [_entry(each.anchor, writer.entry(each), words) for each in own]))
    entries = [_entry(fact.anchor, fact_entry(fact, words), words) for fact in facts]
    sections.append((words("trail.facts"), entries))
    return _chapter(sections, quote_policy, words)


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


class _Writer:
    """Writes the entries of numbers."""

    def __init__(
        self,
        evidence: Evidence,
        found: Passages,
        cells: Mapping[str, Cell],
        paths: Mapping[str, str],
        labels: Mapping[str, str],
        policy: QuotePolicy,
        words: Words,
    ) -> None:
        self.evidence = evidence
        self.found = found
        self.cells = cells
        self.paths = paths
        self.labels = labels
        self.policy = policy
        self.words = words
        self.codes = frozenset(evidence.tables["codes"]["code_id"].astype(str))

    def entry(self, number: Number) -> str:
        """A number's entry as markdown, without the fence around it."""
        words = self.words
        value, counted = text_of(number.headline, words.language), counts(number, words)
        # A share of fewer than ten is printed by its counts already.
        shown = f"{value} ({counted})" if counted and counted != value else value
        told = definition(number.key, self.labels, words)
        by = "; ".join(f"{name} {value}" for name, value in number.dimensions)
        if by:
            told += f" {words('trail.by')}: {by}."
        first = f"{said(shown, 'evidence-term')} {said(told)} `{number.key}`{{.evidence-key}}"
        reason = why_no_value(number, words)
        about = said(reason) if reason else meaning(number, words)
        origin = sources(number, self.cells, self.paths, words)
        return f"{first}\n\n{about} {origin}\n\n{self._passages(number)}"

    def _passages(self, number: Number) -> str:
        if number.headline.suppressed:
            return ""
        words, policy = self.words, self.policy
        code = code_of(number.key, self.codes)
        if code is not None:
            for_it = self.found.of(code, "affirm")
            made = side(for_it, "for", "trail.none_for", policy, words)
            if (code, "deny") in self.found.withheld:
                return made + withheld_side("against", words)
            against = self.found.of(code, "deny")
            return made + side(against, "against", "trail.none_against", policy, words)
        behind = rows_behind(number.key, self.evidence)
        if not behind:
            return ""
        told = self.found.of_segments(behind)
        return side(told, "for", "trail.none_for", policy, words)
