"""Judgements for readers: the marks in the draft, the statements of others, `findings.json`."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from evaltools.findings.coder_rules import rule_note
from evaltools.findings.conditions import keys_of
from evaltools.findings.declaration import Finding
from evaltools.findings.judgement import Judgement
from evaltools.findings.lookup import Numbers, Part, Reading, name_of, substitute
from evaltools.findings.reasons import ReasonKind, format_reading, interval_of, label_of
from evaltools.findings.sentences import Part as SentencePart
from evaltools.findings.sentences import (
    Sentence,
    SentenceContext,
    fill_template,
    plain_text,
    quote_name,
)
from evaltools.findings.templates import LONGEST_HEADLINE, Slot, is_long, slots_of
from evaltools.findings.word_forms import WordForms
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.i18n.number_forms import number_forms
from evaltools.i18n.numbers import (
    LANGUAGES,
    MISSING,
    Language,
    decimals_beside,
    list_of,
    number,
)
from evaltools.indicators.indicator import Indicator
from evaltools.problems import Problem

FILE_NAME: Final = "findings.json"
TABLE_ID: Final = "tbl-statements"


def findings_metadata(
    judgements: Iterable[Judgement],
    words: Words,
    labels: Mapping[str, str] | None = None,
) -> dict[str, dict[str, Any]]:
    """What `style/findings.lua` needs to mark sentences, for the document's metadata.

    Arguments:
        judgements: of a run.
        words: of the report's language.
        labels: labels of codes by id, to print in place of ids.

    Returns:
        By id of the finding: `outcome`; `label`, the outcome in words; `reason`, as markdown.
        Findings whose sentence follows the outcome are left out: it is true as it stands.
        Where people accepted it for publishing, `reason` gives theirs too. `note` is there
        where the outcome depends on the coder rule, and says under which rules it is which.
    """
    made: dict[str, dict[str, Any]] = {}
    for judgement in judgements:
        if judgement.said:  # its sentence is true as it stands
            continue
        reason = judgement.reason.why(words, labels)
        if judgement.accepted and (accepted := judgement.finding.accepted) is not None:
            told = accepted.reason.in_language(words.language)
            reason += words("findings.accepted", reason=told, by=accepted.by)
        made[judgement.finding.id] = {
            "outcome": judgement.outcome,
            "label": escape_markdown(judgement.reason.outcome_text(words)),
            "reason": escape_markdown(reason),
        }
        if note := rule_note(judgement, words):
            made[judgement.finding.id]["note"] = escape_markdown(note)
    return made


def release_table(
    judgements: Iterable[Judgement],
    words: Words,
    labels: Mapping[str, str] | None = None,
    example: bool = False,
) -> str:
    """The statements of others, a row each: what came of it, by which numbers, and why.

    Arguments:
        judgements: of a run; those that the report asserts itself are left out.
        words: of the report's language.
        labels: labels of codes by id.
        example: whether the data are made up, which the caption then says first.

    Returns:
        A pipe table with caption and identifier; numbers are spans that name their indicator.
    """
    names = ("statement", "outcome", "numbers", "why")
    rows = [
        "| " + " | ".join(words(f"findings.column.{name}") for name in names) + " |",
        "|:" + "|:".join("-" * width for width in (32, 12, 26, 30)) + "|",
    ]
    for judgement in judgements:
        finding = judgement.finding
        if finding.asserted:
            continue
        why, note = judgement.reason.why(words, labels), rule_note(judgement, words)
        statement = escape_markdown(judgement.text(words.language))
        if finding.reading is not None:
            read = escape_markdown(finding.reading.in_language(words.language))
            statement += f" *{words('findings.read_as')} {read}*"
        cells = (
            statement,
            _outcome(judgement, words),
            _numbers(judgement, words, labels),
            escape_markdown(f"{why} ({note})" if note else why),
        )
        rows.append("| " + " | ".join(cells) + " |")
    sources = sorted({j.finding.source for j in judgements if j.finding.source is not None})
    told = f"**{words('report.example_notice')}.** " if example else ""
    caption = (
        told + words("findings.release") + " " + "; ".join(f"[@{source}]" for source in sources)
    )
    return "\n".join(rows) + f"\n\n: {caption} {{#{TABLE_ID}}}\n"


def release_notice(words: Words) -> str:
    """What a reader must know before the statements of others: made-up data judge nobody."""
    return (
        "::: {.callout-important .example-notice}\n\n"
        f"## {words('report.example_notice')}\n\n{words('findings.example')}\n\n:::\n"
    )


def _outcome(judgement: Judgement, words: Words) -> str:
    outcome, told = judgement.outcome, judgement.reason.outcome_text(words)
    if judgement.case == "depends_on_rule":
        told = words("findings.case.depends_on_rule")
    told = escape_markdown(told[:1].upper() + told[1:])
    if outcome != "holds":
        told = f"**{told}**"
    return f"[{told}]{{.outcome .{outcome.replace('_', '-')}}}"


def _numbers(judgement: Judgement, words: Words, labels: Mapping[str, str] | None) -> str:
    """The numbers that the condition names, each once."""
    names, _ = keys_of(judgement.finding.condition)
    by_name = {name_of(indicator): indicator for indicator in judgement.numbers}
    parts = []
    for name in names:
        reading = _reading(name, by_name)
        if reading is None:
            parts.append(f"{escape_markdown(name)}: {MISSING}")
            continue
        label = escape_markdown(label_of(reading, words, labels))
        parts.append(f"{label}: {_span(reading, words)}")
    return "; ".join(parts)


def _reading(name: str, by_name: Mapping[str, Indicator]) -> Reading | None:
    if name in by_name:
        return Reading(name, by_name[name])
    share = by_name.get(f"{name[:-2]}.share")
    part: Part = "x" if name.endswith(".x") else "n"
    return None if share is None else Reading(name, share, part)


def _span(reading: Reading, words: Words) -> str:
    """The number as a span that names its indicator, with its interval where it has one."""
    record = reading.indicator
    assert record is not None
    text = escape_markdown(format_reading(reading, words))
    if reading.value is None:
        return escape_markdown(words("report.suppressed")) if record.suppressed else text
    attributes = f'.indicator key="{record.key}" estimand="{record.estimand}"'
    if record.dimensions:
        by = ";".join(f"{name}={value}" for name, value in record.dimensions)
        attributes += f' dimensions="{by}"'
    counted = (
        reading.part == "value" and record.unit == "share" and "/" in format_reading(reading, words)
    )
    shows = "fraction" if counted else reading.part
    span = f'[{text}]{{{attributes} shows="{shows}"}}'
    if record.low is not None and record.high is not None and reading.part == "value":
        span += f" ({escape_markdown(interval_of(reading, words))})"
    return span


def findings_record(judgements: Iterable[Judgement]) -> list[dict[str, Any]]:
    """What became of each finding, why, and which indicators it was put to, by id.

    `said` is its sentence; `headline` heads its figures; `wordings` are those of every case, as
    the study declares them; `rule` is the hash of what it asks.
    """
    words = [Words(language) for language in LANGUAGES]
    return [
        {
            "id": item.finding.id,
            "asserted": item.finding.asserted,
            "outcome": item.outcome,
            "case": item.case,
            "text": {language: item.text(language) for language in LANGUAGES},
            "said": {language: plain_text(said) for language, said in sorted(item.said.items())},
            "headline": {
                language: plain_text(said) for language, said in sorted(item.headline.items())
            },
            "wordings": {
                case: {language: own for language in LANGUAGES if (own := getattr(text, language))}
                for case, text in sorted(item.finding.sentences.items())
            },
            "accepted": item.accepted,
            "estimand": item.estimand,
            "reason": {each.language: item.reason.text(each) for each in words},
            "by_rule": dict(item.by_rule),
            "rule": _hash_rule(item.finding),
            "indicators": sorted({number.key for number in item.numbers}),
        }
        for item in sorted(judgements, key=lambda judgement: judgement.finding.id)
    ]


def _hash_rule(finding: Finding) -> str:
    """SHA-256 of what a finding asks of the numbers, whatever its words."""
    asked = finding.model_dump(mode="json", include={"condition", "names", "estimand"})
    text = json.dumps(asked, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def write_findings(
    judgements: Iterable[Judgement], conclusions: Sequence[Mapping[str, Any]], folder: Path
) -> Path:
    """Write `findings.json` into the folder of a report, for comparison with the next one.

    Arguments:
        conclusions: of `conclusions_record`.
    """
    path = folder / FILE_NAME
    content = {"findings": findings_record(judgements), "conclusions": list(conclusions)}
    text = json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)
    path.write_text(text + "\n", encoding="utf-8")
    return path


CODE = "finding.sentence"
_DOUBTS: Final = ("coders_disagree", "agreement_unknown")
"""Reasons that lie in the coding."""
LEADING = ("alpha", "fraction", "n", "share", "x")
"""Numbers of the first name of a list that a sentence can print."""


def word_judgements(
    judgements: Iterable[Judgement],
    numbers: Numbers,
    forms: WordForms,
    words: Mapping[Language, Words],
    labels: Mapping[Language, Mapping[str, str]],
    values: Mapping[str, str],
) -> tuple[Judgement, ...]:
    """The judgements of a run with their sentences, those that have one for their case.

    Arguments:
        numbers: of the run.
        forms: of names.
        words: by language of the study.
        labels: of codes, by language and id.
        values: parameters of the run as text, by name.
    """
    worded = []
    for judgement in judgements:
        limits = {each.limit for each in judgement.reason.because if each.limit is not None}
        said: dict[Language, Sentence] = {}
        headline: dict[Language, Sentence] = {}
        for language, own in words.items():
            if (text := _template(judgement, own)) is None:
                continue
            names = labels.get(language, {})
            context = SentenceContext(numbers, judgement.lists, forms, own, names, values, limits)
            said[language] = (
                fill_template(text, context)
                + _ground(judgement, own, names)
                + _reservation(judgement, own, names)
            )
            short = judgement.finding.headline_for(judgement.case)
            if judgement.finding.figures and short is not None:
                headline[language] = fill_template(getattr(short, language) or text, context)
        if any(is_long(plain_text(each), LONGEST_HEADLINE) for each in headline.values()):
            headline = {}  # in no language, so that the languages say the same
        worded.append(replace(judgement, said=said, headline=headline))
    return tuple(worded)


def _reservation(judgement: Judgement, words: Words, labels: Mapping[str, str]) -> Sentence:
    """That coders disagree, or nobody knows, or another rule differs, on codes that are named."""
    parts: list[SentencePart] = []
    for doubt in judgement.reason.because[1:]:  # the first is what the sentence itself is on
        by_rule = doubt.kind.startswith("other_rule")
        if doubt.kind not in _DOUBTS and not by_rule:
            continue
        phrase = f"findings.reservation.{doubt.kind}"
        if by_rule:
            parts.append(SentencePart(f" {words(phrase)}"))
        else:
            parts += [SentencePart(" "), *_doubted(phrase, doubt, judgement, words, labels)]
    return tuple(parts)


def _doubted(
    phrase: str, doubt: ReasonKind, judgement: Judgement, words: Words, labels: Mapping[str, str]
) -> Iterator[SentencePart]:
    """A phrase with the themes that coders disagree on, or may, each with its alpha."""
    named = {each.code for each in judgement.evidence if each.code is not None}
    alphas: list[SentencePart] = []
    themes: list[str] = []
    for reading in doubt.first:
        assert reading.indicator is not None
        code = dict(reading.indicator.dimensions)["code"]
        theme, kind, details = labels.get(code, code), code.partition(".")[0], list[str]()
        shared = any(
            labels.get(each, each) == theme and each.partition(".")[0] != kind for each in named
        )
        if shared and words.has(f"code_kind.{kind}"):  # a goal and a result
            details.append(words(f"code_kind.{kind}"))
        if reading.value is not None:
            limits = () if doubt.limit is None else (doubt.limit,)
            decimals = decimals_beside(reading.value, limits, 2)
            alpha = number(reading.value, words.language, decimals)
            details.append(f"{words('findings.alpha')} \ue000{len(alphas)}\ue001")
            alphas.append(SentencePart(alpha, reading.indicator, "value"))
        quoted = quote_name(theme, words.language)
        themes.append(f"{quoted} ({'; '.join(details)})" if details else quoted)
    text = words(phrase, n=len(themes), themes=list_of(themes, words.language))
    for place, piece in enumerate(re.split("\ue000(\\d+)\ue001", text)):
        yield alphas[int(piece)] if place % 2 else SentencePart(piece)


def _unworded(judgement: Judgement) -> ReasonKind | None:
    """What keeps a finding from being told that has no words of its own for it."""
    first = next(iter(judgement.reason.because), None)
    worded = judgement.case != "cannot_be_told" and judgement.case in judgement.finding.sentences
    if worded or first is None or first.kind not in (*_DOUBTS, "too_few"):
        return None
    return first


def _ground(judgement: Judgement, words: Words, labels: Mapping[str, str]) -> Sentence:
    """How a sentence ends that has no words of its own for its reason; a doubt names its codes."""
    if (first := _unworded(judgement)) is None:
        return ()
    phrase = f"findings.since.{first.kind}"
    if first.kind not in _DOUBTS:
        return (SentencePart(f", {words(phrase)}."),)
    since = _doubted(phrase, first, judgement, words, labels)
    return SentencePart(", "), *since, SentencePart(".")


def _template(judgement: Judgement, words: Words) -> str | None:
    """The sentence for what came of a finding, open at its end where `_ground` follows."""
    told = judgement.finding.sentence_for(judgement.case)
    text: str | None = None if told is None else getattr(told, words.language)
    return text if text is None or _unworded(judgement) is None else text.removesuffix(".")


def check_sentences(
    findings: Iterable[Finding],
    numbers: Numbers,
    forms: WordForms,
    choices: Mapping[str, Iterable[str]],
) -> list[Problem]:
    """What the sentences of a study ask for and no run could give, whatever comes of them.

    Arguments:
        choices: values of each parameter, by name.

    Returns:
        Problems: numbers that no run has, forms that a language does not have, names that lack a
        form which a sentence uses, be they in this run's sentence or not.
    """
    problems: list[Problem] = []
    wanted: set[tuple[str, Language, str]] = set()
    for finding in findings:
        for case, language, slot in _slots(finding):
            place = f"{finding.id}, {case}, {language}: '{{{slot.name}}}'"
            if slot.name in finding.names:
                asked = finding.names[slot.name]
                if slot.form:
                    about = {substitute(asked.of, asked.code or "", name)
                             for name in numbers.matching(asked.of)}  # fmt: skip
                    wanted |= {(name, language, slot.form) for name in about}
            elif slot.name.partition(".")[0] in finding.names:
                measure = slot.name.partition(".")[2]
                if measure not in LEADING:
                    what = f"{place}: a list has no '{measure}'"
                    problems.append(_problem(finding, what, ", ".join(LEADING)))
            elif slot.name.startswith("parameter."):
                name = slot.name.removeprefix("parameter.")
                if name not in choices:
                    allowed = ", ".join(sorted(choices))
                    problems.append(_problem(finding, f"{place} is no parameter", allowed))
                form = slot.form or "nominative"
                wanted |= {(f"{name}.{value}", language, form) for value in choices.get(name, ())}
            else:
                problems += _number_problems(finding, place, slot, language, numbers)
    return problems + forms.missing(wanted)


def _number_problems(
    finding: Finding, place: str, slot: Slot, language: Language, numbers: Numbers
) -> Iterator[Problem]:
    name = slot.name
    if name.endswith(".fraction"):
        name = f"{name.removesuffix('.fraction')}.share"
    if not numbers.has(name):
        near = numbers.nearest(name)
        remedy = f"Did you mean {near}?" if near else "See indicators.csv of the run."
        yield _problem(finding, f"{place} is no number of the run", "", remedy)
    if slot.form and slot.form not in number_forms(language):
        allowed = ", ".join(sorted(number_forms(language)))
        yield _problem(finding, f"{place} has no form '{slot.form}'", allowed)


def _slots(finding: Finding) -> Iterator[tuple[str, Language, Slot]]:
    for case, text in (*finding.sentences.items(), *finding.headlines.items()):
        for language in LANGUAGES:
            for slot in slots_of(getattr(text, language) or ""):
                yield case, language, slot


def _problem(finding: Finding, what: str, allowed: str = "", remedy: str = "") -> Problem:
    return Problem(finding.where, what, allowed, remedy, CODE)
