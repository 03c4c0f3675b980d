"""The entry of a finding: what it says, on what condition, what came of it, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from evaltools.findings.declaration import NoneFound, Support
from evaltools.findings.judgement import Judgement, propose, rule_note
from evaltools.findings.lookup import Numbers, Reading, name_of
from evaltools.findings.reasons import format_reading, label_of
from evaltools.report.evidence_pages.glossary import Glossary
from evaltools.report.evidence_pages.markup import (
    annotate,
    label,
    line,
    link,
    number_anchor,
    sentence,
)
from evaltools.report.evidence_pages.passages import Passage, Passages
from evaltools.report.evidence_pages.quotations import QuotePolicy, quote_side, withheld_side

MOST_NUMBERS = 6


@dataclass(frozen=True)
class PageContext:
    """What the entry of any finding needs.

    Arguments:
        numbers: of the run. passages: of the reports in scope. policy: of quotes.
        paths: of the tables, by name. glossary: of the study. entries: identifiers of the entries
            of numbers.
    """

    numbers: Numbers
    passages: Passages
    policy: QuotePolicy
    paths: Mapping[str, str]
    glossary: Glossary
    entries: Collection[str]


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
    facts += [
        ("class", words(f"trail.finding.class.{finding.evidence_class}")),
        ("strength", propose(judgement, around.numbers).text(words)),
    ]
    note = rule_note(judgement, words)
    if judgement.accepted and finding.accepted is not None:
        accepted = f"{finding.accepted.reason.in_language(language)} ({finding.accepted.by})"
        facts.append(("accepted", accepted))
    told = [line(words(f"trail.finding.{name}"), sentence(text)) for name, text in facts]
    if note:
        told.insert(1, line(words("findings.rules.label"), sentence(note[:1].upper() + note[1:])))
    about = [
        f"{label(words('trail.finding.numbers'))} {_numbers(judgement, around)}",
        line(words("trail.estimand"), sentence(words(f"trail.estimand.{judgement.estimand}"))),
    ]
    if tables := _tables(judgement, around):
        about.append(line(words("trail.sources"), sentence(tables)))
    parts = [first, " ".join(told), " ".join(about)]
    return "\n\n".join(parts) + "\n\n" + _sides(judgement, around)


def _numbers(judgement: Judgement, around: PageContext) -> str:
    items, words = [], around.glossary.words
    records = {(each.key, each.dimensions): each for each in judgement.numbers}
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
    # What stands behind a number that is withheld would name those few whom it is about.
    withheld = any(number.suppressed for number in judgement.numbers) or any(
        (each.code, each.polarity) in around.passages.withheld for each in supports
    )
    if withheld and any(each.code for each in supports):
        return withheld_side("passages_of", words)
    if any(each.code for each in judgement.evidence):
        found = _find_passages(judgement.evidence, around.passages)
        made += quote_side(found, "for", "trail.none_for", around.policy, words)
    if isinstance(against, NoneFound):
        told = sentence(against.none_found.in_language(words.language))
        made += f"{line(words('trail.against'), told)}\n\n"
    elif any(each.code for each in against):
        found = _find_passages(against, around.passages)
        made += quote_side(found, "against", "trail.none_against", around.policy, words)
    return made


def _find_passages(supports: Iterable[Support], passages: Passages) -> tuple[Passage, ...]:
    found = {
        passage
        for each in supports
        if each.code is not None
        for passage in passages.of(each.code, each.polarity)
    }
    return tuple(sorted(found, key=lambda each: (each.document, each.start, each.segment)))
