"""What the report says of each finding of a run, in each language of the study."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from evaltools.findings.declaration import Finding
from evaltools.findings.judgement import Judgement
from evaltools.findings.lookup import Numbers
from evaltools.findings.sentences import SentenceContext, fill_template
from evaltools.findings.templates import Slot, slots_of
from evaltools.findings.word_forms import WordForms
from evaltools.i18n.messages import Words
from evaltools.i18n.number_forms import number_forms
from evaltools.i18n.numbers import LANGUAGES, Language
from evaltools.problems import Problem

CODE = "finding.sentence"
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
    return tuple(
        replace(
            judgement,
            said={
                language: fill_template(
                    text,
                    SentenceContext(
                        numbers, judgement.lists, forms, own, labels.get(language, {}), values
                    ),
                )
                for language, own in words.items()
                if (text := _template(judgement, language)) is not None
            },
        )
        for judgement in judgements
    )


def _template(judgement: Judgement, language: Language) -> str | None:
    text = judgement.finding.sentence_for(judgement.case)
    return None if text is None else getattr(text, language)


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
                names = numbers.matching(finding.names[slot.name].of)
                if slot.form:
                    wanted |= {(name.rpartition(".")[0], language, slot.form) for name in names}
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
    for case, text in finding.sentences.items():
        for language in LANGUAGES:
            for slot in slots_of(getattr(text, language) or ""):
                yield case, language, slot


def _problem(finding: Finding, what: str, allowed: str = "", remedy: str = "") -> Problem:
    return Problem(finding.where, what, allowed, remedy, CODE)
