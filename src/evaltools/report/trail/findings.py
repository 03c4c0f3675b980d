"""The entry of a finding: what it says, on what condition, what came of it, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from evaltools.findings.coder_rules import rule_note
from evaltools.findings.declaration import NoneFound, Support
from evaltools.findings.judging import Judgement
from evaltools.findings.numbers import Numbers, Reading, name_of
from evaltools.findings.reasons import label_of, shown
from evaltools.findings.strength import propose
from evaltools.present.words import Words
from evaltools.report.trail.anchors import finding_anchor, number_anchor
from evaltools.report.trail.compact import label, line, link, said, sentence
from evaltools.report.trail.conditions import condition_text
from evaltools.report.trail.passages import Passage, Passages
from evaltools.report.trail.quotations import QuotePolicy, side, withheld_side

MOST_NUMBERS = 6


@dataclass(frozen=True)
class Surroundings:
    """What the entry of any finding needs.

    Arguments:
        numbers: of the run. passages: of the reports in scope. policy: of quotes.
        paths: of the tables, by name. labels: of codes. entries: identifiers of the entries
            of numbers. words: of the report's language.
    """

    numbers: Numbers
    passages: Passages
    policy: QuotePolicy
    paths: Mapping[str, str]
    labels: Mapping[str, str]
    entries: Collection[str]
    words: Words


def finding_entry(judgement: Judgement, around: Surroundings) -> str:
    """A finding's entry as markdown, without the fence around it."""
    finding, words = judgement.finding, around.words
    language = words.language
    first = said(finding.text.in_language(language), "evidence-term")
    if not finding.asserted:
        whose = words("trail.finding.examined")
        first += f" {said(f'({whose})')}"
    first += f" `{finding.id}`{{.evidence-key}}"
    condition = condition_text(
        finding.condition, around.numbers, judgement.estimand, around.labels, words
    )
    why = judgement.reason.why(language, around.labels)
    outcome = judgement.reason.outcome_text(language)
    facts = [("outcome", f"{outcome}. {why[:1].upper()}{why[1:]}"), ("condition", condition)]
    if finding.reading is not None:
        facts.insert(0, ("reading", finding.reading.in_language(language)))
    facts += [
        ("class", words(f"trail.finding.class.{finding.evidence_class}")),
        ("strength", propose(judgement, around.numbers).text(language)),
    ]
    note = rule_note(judgement, language)
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


def _numbers(judgement: Judgement, around: Surroundings) -> str:
    items = []
    records = {(each.key, each.dimensions): each for each in judgement.numbers}
    shown_first = list(records.values())[:MOST_NUMBERS]
    more = len(records) - len(shown_first)
    for place, record in enumerate(shown_first, start=1):
        reading = Reading(name_of(record), record)
        name = label_of(reading, around.words.language, around.labels)
        anchor = number_anchor(record.key, record.dimensions)
        text = f"{name} {shown(reading, around.words.language)}"
        ended = place == len(shown_first) and not more
        told = link(text, f"#{anchor}") if anchor in around.entries else said(text)
        items.append(f"{told}{'.' if ended else ','}")
    if more:
        items.append(said(sentence(around.words("trail.finding.more", count=more))))
    return " ".join(items) or "–"


def _tables(judgement: Judgement, around: Surroundings) -> str:
    finding = judgement.finding
    against = finding.counter_evidence
    supports = [*finding.evidence, *(() if isinstance(against, NoneFound) else against)]
    names = [each.table for each in supports if each.table is not None]
    if any(each.code for each in supports):
        names += ["codings", "segments"]
    found = [around.paths[name] for name in dict.fromkeys(names) if name in around.paths]
    return ", ".join(found)


def _sides(judgement: Judgement, around: Surroundings) -> str:
    finding = judgement.finding
    made = ""
    against = finding.counter_evidence
    supports = [*finding.evidence, *(() if isinstance(against, NoneFound) else against)]
    # What stands behind a number that is withheld would name those few whom it is about.
    withheld = any(number.suppressed for number in judgement.numbers) or any(
        (each.code, each.polarity) in around.passages.withheld for each in supports
    )
    if withheld and any(each.code for each in supports):
        return withheld_side("passages_of", around.words)
    if any(each.code for each in finding.evidence):
        found = _found(finding.evidence, around.passages)
        made += side(found, "for", "trail.none_for", around.policy, around.words)
    if isinstance(against, NoneFound):
        told = sentence(against.none_found.in_language(around.words.language))
        made += f"{line(around.words('trail.against'), told)}\n\n"
    elif any(each.code for each in against):
        found = _found(against, around.passages)
        made += side(found, "against", "trail.none_against", around.policy, around.words)
    return made


def _found(supports: Iterable[Support], passages: Passages) -> tuple[Passage, ...]:
    found = {
        passage
        for each in supports
        if each.code is not None
        for passage in passages.of(each.code, each.polarity)
    }
    return tuple(sorted(found, key=lambda each: (each.document, each.start, each.segment)))


def anchors_of(judgements: Iterable[Judgement]) -> tuple[str, ...]:
    """Identifiers of the entries of findings."""
    return tuple(finding_anchor(each.finding.id) for each in judgements)
