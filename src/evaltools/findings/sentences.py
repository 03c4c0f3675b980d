"""The sentence of a finding: which of its wordings is true of a run, filled with its numbers."""

from __future__ import annotations

import re
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from evaltools.findings.conditions import Case, Outcome
from evaltools.findings.lookup import Numbers, Reading
from evaltools.findings.reasons import ReasonKind
from evaltools.findings.templates import Slot, parse_template, slots_of
from evaltools.findings.word_forms import WordForms
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.number_forms import choose_number, inflect_number
from evaltools.i18n.numbers import Language
from evaltools.indicators.indicator import Indicator

OUTCOME_OF: Final[Mapping[Case, Outcome]] = {
    "all": "holds", "none": "does_not_hold", "tied": "does_not_hold", "close": "cannot_be_told",
    "coders_disagree": "cannot_be_told", "depends_on_rule": "cannot_be_told",
    "too_few": "cannot_be_told", "withheld": "cannot_be_told", "missing": "cannot_be_told",
}  # fmt: skip
"""The outcome whose wording stands in where a case has none of its own."""

_CASE_OF: Final[Mapping[str, Case]] = {
    "too_few": "too_few", "withheld": "withheld", "nothing_told": "none", "tied": "tied",
    "not_beyond": "close", "coders_disagree": "coders_disagree", "other_rule": "depends_on_rule",
    "other_rule_names": "depends_on_rule", "few_compared": "too_few", "missing": "missing",
}  # fmt: skip


@dataclass(frozen=True)
class Part:
    """A piece of a sentence.

    Arguments:
        text: as printed.
        indicator: what the text is a number of; None for words.
        shows: which of its numbers: value, x, n or fraction.
    """

    text: str
    indicator: Indicator | None = None
    shows: str = ""


Sentence = tuple[Part, ...]


def plain_text(sentence: Iterable[Part]) -> str:
    """A sentence as a reader sees it."""
    return "".join(part.text for part in sentence)


@dataclass(frozen=True)
class SentenceContext:
    """What the slots of a sentence are filled from.

    Arguments:
        numbers: of the run.
        lists: names by the word that the finding gives a list.
        forms: of names, of the study.
        words: of the language.
        labels: of codes by id, in the language: what a slot without a form prints.
        values: parameters of the run by name, as text.
        limits: that decided what is said, so that numbers show on which side of them they are.
    """

    numbers: Numbers
    lists: Mapping[str, tuple[Reading, ...]]
    forms: WordForms
    words: Words
    labels: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, str] = field(default_factory=dict)
    limits: Collection[float] = ()


def choose_case(
    outcome: Outcome,
    because: Iterable[ReasonKind],
    named: Iterable[Reading],
    declared: Container[Case] = (),
) -> Case:
    """Which wording an outcome calls for.

    An empty and a complete set have words of their own whichever way the claim came out: none
    is no `few`, though such projects may well be few, and all are no mere `not few`.

    Arguments:
        because: what decided it.
        named: the numbers that the condition names.
        declared: the cases that have words of their own.
    """
    kinds = [_CASE_OF[each.kind] for each in because if each.kind in _CASE_OF]
    shares = [(each.indicator.x, each.indicator.n) for each in named if each.indicator]
    counted = [(x, n) for x, n in shares if x is not None and n]
    if counted and outcome != "cannot_be_told":
        if not any(x for x, _ in counted) and (outcome == "does_not_hold" or "none" in declared):
            return "none"
        if all(x == n for x, n in counted) and (outcome == "holds" or "all" in declared):
            return "all"
    fitting: list[Case] = [case for case in kinds if OUTCOME_OF[case] == outcome]
    return fitting[0] if fitting else outcome


def fill_template(template: str, context: SentenceContext) -> Sentence:
    """A template with its slots filled, beginning with a capital letter.

    Raises:
        KeyError: a number, list, name or form that is not there; `check_sentences` finds these
            before anything is printed.
    """
    parts: list[Part] = []
    for piece in parse_template(template):
        if isinstance(piece, str):
            parts.append(Part(piece))
        elif piece.name in context.lists:
            parts += _fill_list(piece, context)
        elif piece.name.partition(".")[0] in context.lists:
            parts += _fill_leading(piece, context)
        elif piece.name.startswith("parameter."):
            parts.append(Part(_parameter(piece, context)))
        else:
            parts += _fill_number(piece, context)
    return tuple(_capitalised(part for part in parts if part.text))


def _fill_list(slot: Slot, context: SentenceContext) -> Iterator[Part]:
    readings = context.lists[slot.name]
    if slot.words:
        words = choose_number(len(readings), slot.words)
        if slot.silent:
            yield Part(words)
            return
    language = context.words.language
    tokens = [f"\ue000{place}\ue001" for place in range(len(readings))]
    names = [_name(each, slot.form, context) for each in readings]
    # The joining word depends on the names, so they are joined with the numbers left out.
    items = [
        f"{name} ({token})" if slot.addition else name
        for name, token in zip(names, tokens, strict=True)
    ]
    for piece in re.split("(\ue000\\d+\ue001)", say.list_of(items, language)):
        if piece.startswith("\ue000"):
            reading = readings[int(piece[1:-1])]
            if slot.addition == "value":
                yield Part(format_value(reading, context.words), reading.indicator, "value")
            else:
                yield _fraction(reading, context)
        else:
            yield Part(piece)
    if slot.words:
        yield Part(f" {words}")


def _name(reading: Reading, form: str, context: SentenceContext) -> str:
    code, language = reading.stem, context.words.language
    if not form:
        return quote_long(context.labels[code], language)
    found = context.forms.get(code, language, form)
    if found is None:
        raise KeyError(f"{code} has no form {form} in {language}")
    return quote_long(found, language)


LONG_NAME: Final = 8
"""Words of a name beyond which a sentence no longer shows where it ends."""


def quote_long(name: str, language: Language) -> str:
    """A name as a sentence prints it: in quotation marks where it would read as a list of names."""
    short = "," not in name and len(name.split()) <= LONG_NAME
    return name if short else quote_name(name, language)


def quote_name(name: str, language: Language) -> str:
    """A name in the quotation marks of a language."""
    return f"‘{name}’" if language == "en" else f"”{name}”"


def _parameter(slot: Slot, context: SentenceContext) -> str:
    name = slot.name.removeprefix("parameter.")
    key = f"{name}.{context.values[name]}"
    found = context.forms.get(key, context.words.language, slot.form or "nominative")
    if found is None:
        raise KeyError(f"{key} has no form {slot.form} in {context.words.language}")
    return found


def alpha_name(code: str) -> str:
    """The name of the number that says how far coders agree on a code."""
    return f"coding.agreement_by_code.by.code.{code}.by.statistic.alpha.index"


def observed_name(code: str) -> str:
    """The number of how many pairs of decisions on a code are alike."""
    return f"coding.agreement_by_code.by.code.{code}.by.statistic.observed.share"


def _fill_leading(slot: Slot, context: SentenceContext) -> Iterator[Part]:
    """A number of the first name of a list: `{top.x}`, `{top.n}`, `{top.fraction}`, `{top.alpha}`.

    Names that tie with the first have the same counts. Of their alphas it is the lowest.
    """
    name, _, measure = slot.name.partition(".")
    first = context.lists[name][0]
    if measure == "alpha":
        read = [context.numbers.read(alpha_name(e.stem), "S") for e in context.lists[name]]
        alpha = min(read, key=lambda each: 1.0 if each.value is None else each.value)
        text = format_value(alpha, context.words, context.limits)
        yield Part(text, alpha.indicator, "value")
        return
    yield from _fill_number(replace(slot, name=f"{first.stem}.{measure}"), context)


def _fill_number(slot: Slot, context: SentenceContext) -> Iterator[Part]:
    language = context.words.language
    stem, _, measure = slot.name.rpartition(".")
    if measure == "fraction":
        yield _fraction(read_number(f"{stem}.share", context.numbers), context)
        return
    reading = read_number(slot.name, context.numbers)
    if measure == "bounds" and reading.value is not None and reading.limits is not None:
        record = reading.indicator
        n, whole = (record.n, record.N) if record is not None else (None, None)
        text = say.share_range(*reading.limits, n, language, whole=whole)
        yield Part(text, record, "interval")
        return
    record, value = reading.indicator, reading.value
    whole = value is not None and value == round(value) and reading_counts(reading)
    shows = reading.part if reading.part != "value" else "value"
    if value is None or not (slot.words or slot.form):
        yield Part(format_value(reading, context.words), record, shows)
        return
    agreeing = choose_number(round(value), slot.words) if slot.words else ""
    if slot.silent:
        yield Part(agreeing)
        return
    if value == 0 and len(slot.words) == 3:
        yield Part(agreeing, record, shows)
        return
    if slot.form and whole:
        text = inflect_number(round(value), language, slot.form, alone=not slot.words)
    else:
        text = format_value(reading, context.words)
    yield Part(text, record, shows)
    if agreeing:
        yield Part(f"{say.NBSP}{agreeing}")


def read_number(name: str, numbers: Numbers) -> Reading:
    """A number by name, of the reports read where it exists for them.

    Raises:
        KeyError: the run has none of that name.
    """
    if not numbers.has(name):
        raise KeyError(name)
    readings = (numbers.read(name, estimand) for estimand in ("D", "P", "S"))
    found = [each for each in readings if each.indicator is not None]
    if not found:
        raise KeyError(name)
    return found[0]


def reading_counts(reading: Reading) -> bool:
    """Whether a number counts something, so that it can be a word and have cases."""
    record = reading.indicator
    return reading.part != "value" or (record is not None and record.unit == "count")


def find_unprintable(text: str, numbers: Numbers, lists: Collection[str]) -> list[Reading]:
    """Numbers that a template would print and the run cannot: withheld ones, and those of nothing.

    Arguments:
        lists: names of its lists, which hold only what is told of.
    """
    found = []
    for slot in slots_of(text):
        name = slot.name
        if name.endswith(".fraction"):
            name = f"{name.removesuffix('.fraction')}.share"
        if name.partition(".")[0] in lists or not numbers.has(name):
            continue
        reading = read_number(name, numbers)
        if reading.value is None:
            found.append(reading)
    return found


def format_value(reading: Reading, words: Words, limits: Collection[float] = ()) -> str:
    """A number as sentences print it: a share in per cent, or as a count of fewer than ten.

    Arguments:
        limits: beside which an index stands.
    """
    record, value = reading.indicator, reading.value
    if record is None or value is None:
        withheld = record is not None and record.suppressed
        return words("report.suppressed" if withheld else "report.missing")
    if reading_counts(reading):
        return say.number(value, words.language)
    if record.unit == "share":
        return say.share(value, record.x, record.n, words.language)
    if record.unit == "money":
        return words.money(value)
    if record.unit == "difference" and record.method == "newcombe":
        return words("report.points", value=say.signed(value * 100, words.language))
    if record.unit == "difference":
        return say.signed(value, words.language, 2)
    return say.ratio(value, words.language, say.decimals_beside(value, limits, 2))


def _fraction(reading: Reading, context: SentenceContext) -> Part:
    record = reading.indicator
    assert record is not None
    if record.suppressed or record.x is None or record.n is None:
        return Part(context.words("report.suppressed"), record)
    return Part(say.count_of(record.x, record.n, context.words.language), record, "fraction")


def _capitalised(parts: Iterable[Part]) -> Iterator[Part]:
    first = True
    for part in parts:
        if first and part.text.strip():
            first = False
            yield Part(part.text[:1].upper() + part.text[1:], part.indicator, part.shows)
        else:
            yield part
