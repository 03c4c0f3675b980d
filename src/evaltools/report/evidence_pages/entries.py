"""The entries of findings, numbers and single facts as markdown, without the fence around each."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Any

from evaltools.evidence import Evidence
from evaltools.findings.coder_rules import rule_note
from evaltools.findings.declaration import NoneFound, Support
from evaltools.findings.families import Family
from evaltools.findings.judgement import Judgement
from evaltools.findings.lookup import Numbers, Reading, name_of
from evaltools.findings.reasons import format_amount, format_reading, label_of
from evaltools.findings.strength import find_last_limit, find_turning_point, propose
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import MIME_TYPE, Estimand, Indicator
from evaltools.report.evidence_markup import (
    annotate,
    label,
    line,
    link,
    number_anchor,
    sentence,
)
from evaltools.report.evidence_pages.passages import Passage, Passages, find_code, find_rows
from evaltools.report.evidence_pages.quoted_passages import (
    QuotePolicy,
    Side,
    quote_side,
    theme_label,
    withheld_side,
)
from evaltools.report.glossary import Glossary
from evaltools.report.variables import (
    find_headline,
    format_indicator,
    format_interval,
    group_by_name,
)

MOST_NUMBERS = 6
LONGEST_ON_PAPER = 200
"""Characters of a fact on paper; reasons that list many numbers are whole on the screen."""
ON_PAPER = frozenset({"reading", "outcome", "strength", "margin", "accepted"})


@dataclass(frozen=True)
class Cell:
    """A cell: file of the notebook, its place among all cells from 1, and its label."""

    notebook: str
    number: int
    label: str


@dataclass(frozen=True)
class PageContext:
    """What entries are made from.

    Arguments:
        evidence: in scope. numbers: of the run. passages: of the reports in scope.
        cells: that handed over the numbers, by key. paths: of the tables, by name.
        glossary: of the study. policy: of quotes. entries: identifiers of entries that are there.
        margins: how far each finding would hold, by its id, see `word_margin`.
    """

    evidence: Evidence
    numbers: Numbers
    passages: Passages
    cells: Mapping[str, Cell]
    paths: Mapping[str, str]
    glossary: Glossary
    policy: QuotePolicy
    entries: Collection[str]
    margins: Mapping[str, str]

    def quotes(self, found: Sequence[Passage], side: Side, supports: Iterable[Support] = ()) -> str:
        """Passages for, or against, as markdown, with what was coded of them."""
        words, labels = self.glossary.words, self.glossary.labels
        themes = dict.fromkeys(
            theme_label(each.code, each.polarity, words, labels)
            for each in supports
            if each.code is not None
        )
        return quote_side(found, side, self.policy, words, themes)


def finding_entry(judgement: Judgement, around: PageContext) -> str:
    """A finding's entry as markdown, without the fence around it."""
    finding, words = judgement.finding, around.glossary.words
    language = words.language
    first = annotate(judgement.text(language), "evidence-term")
    if not finding.asserted:
        whose = words("trail.finding.examined")
        first += f" {annotate(f'({whose})')}"
    first += f" `{finding.id}`{{.evidence-key}}"
    condition = around.glossary.condition(finding.condition, around.numbers, judgement.estimand)
    why = judgement.reason.why(words, around.glossary.labels)
    outcome = judgement.reason.outcome_text(words)
    facts = [("outcome", f"{outcome}. {why[:1].upper()}{why[1:]}"), ("condition", condition)]
    if finding.reading is not None:
        facts.insert(0, ("reading", finding.reading.in_language(language)))
    strength = propose(judgement, around.numbers)
    facts += [
        ("class", words(f"trail.finding.class.{finding.evidence_class}")),
        ("strength", strength.text(words)),
    ]
    if margin := around.margins.get(finding.id):
        facts.append(("margin", margin))
    note = rule_note(judgement, words)
    if judgement.accepted and finding.accepted is not None:
        accepted = f"{finding.accepted.reason.in_language(language)} ({finding.accepted.by})"
        facts.append(("accepted", accepted))
    told = []
    for name, text in facts:
        title, brief = (
            words(f"trail.finding.{name}"),
            shorten(text, LONGEST_ON_PAPER, placeholder=" …"),
        )
        if name == "strength":  # its concerns are on the screen
            brief = words(f"findings.strength.{strength.level}")
        alike = name in ON_PAPER and brief == text
        told.append(line(title, sentence(text), None if alike else "screen"))
        if name in ON_PAPER and not alike:
            told.append(line(title, brief if brief.endswith("…") else sentence(brief), "paper"))
    if note:
        told.insert(1, line(words("findings.rules.label"), sentence(note[:1].upper() + note[1:])))
    whose = sentence(words(f"trail.estimand.{judgement.estimand}"))
    about = [
        f"{label(words('trail.finding.numbers'))} {_numbers(judgement, around)}",
        line(words("trail.estimand"), whose),
    ]
    if tables := _tables(judgement, around):
        about.append(line(words("trail.sources"), sentence(tables)))
    # The reason names the numbers with their values, which is enough on paper.
    on_screen = f'::: {{.content-visible when-format="html"}}\n{" ".join(about)}\n:::'
    parts = [first, " ".join(told), on_screen]
    return "\n\n".join(parts) + "\n\n" + _sides(judgement, around)


def word_margin(judgement: Judgement, numbers: Numbers, glossary: Glossary) -> str:
    """How far the finding would hold, in words; empty where nothing can be said of it."""
    words = glossary.words
    if found := find_last_limit(judgement, numbers):
        reading, limit = found
        return words("trail.finding.last_limit", limit=format_amount(reading, limit, words))
    turning = find_turning_point(judgement, numbers)
    if turning is None or turning.reading.indicator is None:
        return ""
    count = turning.reading.indicator.n or 0
    return words(
        "trail.finding.turning",
        label=label_of(turning.reading, words, glossary.labels),
        other=say.count_of(turning.x, count, words.language),
        now=format_reading(turning.reading, words),
    )


def _numbers(judgement: Judgement, around: PageContext) -> str:
    items, words = [], around.glossary.words
    records = {
        (each.key, each.dimensions): each
        for each in judgement.numbers
        if each.value is not None and not each.suppressed
    }
    shown_first = list(records.values())[:MOST_NUMBERS]
    more = len(records) - len(shown_first)
    for place, record in enumerate(shown_first, start=1):
        reading = Reading(name_of(record), record)
        name = label_of(reading, words, around.glossary.labels)
        anchor = number_anchor(record.key, record.dimensions)
        text = f"{name} {format_reading(reading, words)}"
        ended = place == len(shown_first) and not more
        told = link(text, f"#{anchor}") if anchor in around.entries else annotate(text)
        items.append(f"{told}{'.' if ended else ','}")
    if more:
        items.append(annotate(sentence(words("trail.finding.more", count=more))))
    return " ".join(items) or "–"


def _supports(judgement: Judgement) -> list[Support]:
    against = judgement.counter_evidence
    return [*judgement.evidence, *(() if isinstance(against, NoneFound) else against)]


def _tables(judgement: Judgement, around: PageContext) -> str:
    supports = _supports(judgement)
    names = [each.table for each in supports if each.table is not None]
    if any(each.code for each in supports):
        names += ["codings", "segments"]
    found = [around.paths[name] for name in dict.fromkeys(names) if name in around.paths]
    return ", ".join(found)


def _sides(judgement: Judgement, around: PageContext) -> str:
    words = around.glossary.words
    made = ""
    against = judgement.counter_evidence
    supports = _supports(judgement)
    if are_withheld(judgement, around.passages) and any(each.code for each in supports):
        return withheld_side("passages_of", words)
    if any(each.code for each in judgement.evidence):
        found = find_passages(judgement.evidence, around.passages)
        made += around.quotes(found, "for", judgement.evidence)
    if isinstance(against, NoneFound):
        told = sentence(against.none_found.in_language(words.language))
        made += f"{line(words('trail.against'), told, 'screen')}\n\n"
    elif any(each.code for each in against):
        found = find_passages(against, around.passages)
        made += around.quotes(found, "against", against)
    return made


def are_withheld(judgement: Judgement, passages: Passages) -> bool:
    """Whether the passages behind a finding would name those few whom a withheld number is of."""
    return any(number.suppressed for number in judgement.numbers) or any(
        (each.code, each.polarity) in passages.withheld for each in _supports(judgement)
    )


def find_passages(supports: Iterable[Support], passages: Passages) -> tuple[Passage, ...]:
    """The passages of all codes that are named, in order, each once."""
    found = {
        passage
        for each in supports
        if each.code is not None
        for passage in passages.of(each.code, each.polarity)
    }
    return tuple(sorted(found, key=lambda each: (each.document, each.start, each.segment)))


ESTIMANDS: tuple[Estimand, ...] = ("D", "P", "S")
_LABEL = re.compile(r"^#\|\s*label:\s*(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Number:
    """What a run says under one key.

    Arguments:
        key, dimensions: its name.
        records: by estimand.
        bounds: limits without assumptions, where there are any.
    """

    key: str
    dimensions: tuple[tuple[str, str], ...]
    records: Mapping[Estimand, Indicator]
    bounds: Indicator | None = None

    @property
    def anchor(self) -> str:
        """Identifier of its entry."""
        return number_anchor(self.key, self.dimensions)

    @property
    def headline(self) -> Indicator:
        """The record whose value prose shows."""
        return find_headline(self.records)


def group_by_anchor(indicators: Iterable[Indicator]) -> dict[str, Number]:
    """All numbers of a run by the identifier of their entry, sorted by key."""
    records, found = group_by_name(indicators), {}
    for (key, dimensions), by_estimand in records.items():
        if not key.endswith(".bounds"):
            limits = records.get((f"{key.rpartition('.')[0]}.bounds", dimensions), {})
            number = Number(key, dimensions, by_estimand, limits.get("P"))
            found[number.anchor] = number
    return found


def index_cells(notebooks: Mapping[str, Mapping[str, Any]]) -> dict[str, Cell]:
    """The cell that handed over each indicator.

    The cell of parameters that a run puts in is not counted, so that the place is that in the
    notebook as it was written.
    """
    found: dict[str, Cell] = {}
    for name, notebook in sorted(notebooks.items()):
        number = 0
        for cell in notebook["cells"]:
            if "injected-parameters" in cell.get("metadata", {}).get("tags", []):
                continue
            number += 1
            for output in cell.get("outputs", []):
                for record in output.get("data", {}).get(MIME_TYPE, []):
                    label = _LABEL.search("".join(cell["source"]))
                    shown = label[1] if label else str(cell.get("id", ""))
                    found.setdefault(str(record["key"]), Cell(name, number, shown))
    return found


def number_entry(number: Number, around: PageContext, notebook: str = "") -> str:
    """A number's entry as markdown, without the fence around it.

    Arguments:
        notebook: the one that the heading above the entry names.
    """
    words, headline = around.glossary.words, number.headline
    family = around.glossary.family_of(number.key)
    value, counted = format_indicator(headline, words), _counts(headline, words)
    # A share of fewer than ten is printed by its counts already.
    shown = f"{value} ({counted})" if counted and counted != value else value
    told = around.glossary.definition(number.key)
    if number.dimensions:
        by = "; ".join(f"{name} {value}" for name, value in number.dimensions)
        told += f" {words('trail.by')}: {by}."
    first = f"{annotate(shown, 'evidence-term')} {annotate(told)} `{number.key}`{{.evidence-key}}"
    if headline.suppressed:
        about = annotate(words(f"trail.suppressed.{headline.why or 'few'}"))
    elif headline.value is None:
        about = annotate(words("trail.missing"))
    else:
        about = _meaning(number, family, words)
    origin = [around.paths[name] for name in family.tables if name in around.paths]
    cell, where = around.cells.get(number.key), words("trail.nowhere")
    near = where  # on paper, where the heading names the notebook
    if cell is not None:
        place = {"notebook": cell.notebook, "number": cell.number, "label": cell.label or "–"}
        where = words("trail.cell", **place)
        near = words("trail.paper.cell", number=cell.number)
        if cell.notebook != notebook:
            near = f"{cell.notebook}, {near}"
    sources = "; ".join(filter(None, [", ".join(origin), where, headline.source]))
    about += f" {line(words('trail.sources'), sentence(sources), 'screen')}"
    about += f" {line(words('trail.sources'), sentence(near), 'paper')}"
    return f"{first}\n\n{about}\n\n{_passages(number, around)}"


def _passages(number: Number, around: PageContext) -> str:
    if number.headline.suppressed:
        return ""
    behind_codes = around.evidence.vocabulary.codes_of_numbers
    code = find_code(number.key, around.glossary.kinds, behind_codes)
    if code is None:
        behind = find_rows(number.key, around.evidence)
        return around.quotes(around.passages.for_segments(behind), "for") if behind else ""
    made = around.quotes(around.passages.of(code, "affirm"), "for")
    if (code, "deny") in around.passages.withheld:
        return made + withheld_side("against", around.glossary.words)
    return made + around.quotes(around.passages.of(code, "deny"), "against")


def _counts(headline: Indicator, words: Words) -> str:
    """`19/52`, or how many observations carry the value; empty where neither is known."""
    if headline.suppressed or headline.value is None or headline.contributors is None:
        return ""
    if headline.unit == "share" and headline.x is not None and headline.n is not None:
        return say.count_of(headline.x, headline.n, words.language)
    if headline.unit == "count" or (headline.n is not None and headline.unit == "difference"):
        return ""
    return words("trail.n", n=headline.contributors)


def _meaning(number: Number, family: Family, words: Words) -> str:
    """What the number is about, and its intervals, as labelled texts; on paper the limits only."""
    whose = {each: words(f"trail.estimand.{each}") for each in ESTIMANDS}
    whose["D"] = words(f"trail.estimand.{family.units}")
    shown, limits = [], []
    for each in ESTIMANDS:
        record = number.records.get(each)
        if record is not None and (told := format_interval(record, words)):
            shown.append(_interval(record, told, whose[each], words))
            limits.append(f"{each}\u00a0{told}" if record.level is not None else told)
    if number.bounds is not None and (told := format_interval(number.bounds, words)):
        text = words("trail.interval.bounds", whose=whose["P"], range=told)
        shown.insert(1 if len(shown) < 2 else 2, text)
        limits.append(f"{words('trail.paper.bounds')}\u00a0{told}")
    if not shown:
        shown = [words("trail.interval.none_D")]
    elif "D" in number.records and not format_interval(number.records["D"], words):
        shown.insert(0, f"{whose['D']}: {words('trail.interval.none_D')}")
    name = words("trail.interval")
    about = [
        line(words("trail.estimand"), sentence(whose["D"]), "screen"),
        line(name, sentence("; ".join(shown)), "screen"),
    ]
    if limits:
        about.append(line(name, sentence("; ".join(limits)), "paper"))
    return " ".join(about)


def _interval(record: Indicator, limits: str, whose: str, words: Words) -> str:
    name = f"trail.method.{record.method}"
    method = words(name) if words.has(name) else record.method
    if record.level is None:
        return words("trail.interval.band", range=limits, method=method)
    decimals = 0 if abs(record.level * 100 - round(record.level * 100)) < 1e-9 else 1
    level = say.percent(record.level, words.language, decimals)
    return words("trail.interval.each", whose=whose, range=limits, method=method, level=level)
