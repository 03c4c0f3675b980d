"""Telling a comparison: the rows that terminal, page, section and figure all show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from evaltools.compare.attribution import Attribution
from evaltools.compare.compare import Comparison
from evaltools.compare.prose import Labels
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.provenance.indicator_changes import IndicatorChange, select_headline_changes
from evaltools.report.glossary import Glossary
from evaltools.report.report_changes import (
    count_by_interval,
    format_difference,
    format_interval,
    format_value,
    format_verdict,
    list_conclusions,
    tell_chance,
)

FILES_SHOWN = 12


class ChangeRow(NamedTuple):
    """A move as it is printed, empty where there is none: what the indicator is of, in the
    language, its key with dimensions, both values, change, interval, and the verdict in words.
    """

    label: str
    key: str
    old: str
    new: str
    change: str
    interval: str
    verdict: str


class InputRow(NamedTuple):
    """Something that went into the two runs and is not the same."""

    what: str
    old: str
    new: str


def select_changed_shares(comparison: Comparison) -> list[IndicatorChange]:
    """Shares of which it can be said that they moved, or of the same texts that they were read
    otherwise, the largest change first.
    """
    return [
        change
        for change in select_headline_changes(comparison.changes)
        if change.either.unit == "share" and change.verdict in ("moved", "reread")
    ]


def select_other_changes(comparison: Comparison) -> list[IndicatorChange]:
    """All other headline moves but those within uncertainty."""
    shares = {change.identity for change in select_changed_shares(comparison)}
    return [
        change
        for change in select_headline_changes(comparison.changes)
        if change.identity not in shares and (change.verdict != "within_uncertainty" or change.why)
    ]


def format_change(
    change: IndicatorChange, language: Language, labels: Mapping[str, str]
) -> ChangeRow:
    """A move in words."""
    words = Words(language)
    by = ", ".join(f"{name}={value}" for name, value in change.either.dimensions)
    own = _glossary(language, labels).words
    return ChangeRow(
        label=find_label(change.key, language, labels),
        key=f"{change.key} ({by})" if by else change.key,
        old=format_value(change.old, own),
        new=format_value(change.new, own),
        change=format_difference(change, language),
        interval=format_interval(change, language),
        verdict=format_verdict(change, words),
    )


def find_label(key: str, language: Language, labels: Mapping[str, str]) -> str:
    """What an indicator is of: its code with the kind of it, or a short name, or its key."""
    return _glossary(language, labels).short_name(key)


def _glossary(language: Language, labels: Mapping[str, str]) -> Glossary:
    """That of the labels, or one of general words."""
    return labels.glossary if isinstance(labels, Labels) else Glossary(Words(language), labels)


def list_input_changes(
    comparison: Comparison, language: Language, labels: Mapping[str, str] | None = None
) -> list[InputRow]:
    """Parameters, files, code and environment that differ, a row each.

    Parameters and their choices are told by their labels, or else as they are typed.
    """
    words = Words(language)
    known = labels or {}

    def parameter(name: str, value: object) -> str:
        if value is None:
            return say.MISSING
        values = value if isinstance(value, list | tuple) else [value]
        return ", ".join(known.get(f"parameter.{name}.{item}", str(item)) for item in values)

    rows = [
        InputRow(known.get(f"parameter.{name}", name), parameter(name, old), parameter(name, new))
        for name, old, new in comparison.parameters
    ]
    files = comparison.inputs
    rows += [InputRow(file, "", words(f"comparison.input.{kind}"))
             for file, kind in files[:FILES_SHOWN]]  # fmt: skip
    counts = {"more": len(files) - FILES_SHOWN, "code": len(comparison.code),
              "notebooks": len(comparison.notebooks)}  # fmt: skip
    rows += [InputRow(words(f"comparison.input.{name}"), "", say.number(count, language))
             for name, count in counts.items() if count > 0]  # fmt: skip
    if comparison.lock:
        rows.append(InputRow(words("comparison.input.lock"), "", words("comparison.input.changed")))
    if comparison.python:
        rows.append(InputRow("Python", *comparison.python))
    return rows


def summarise(comparison: Comparison, language: Language) -> list[str]:
    """Sentences that say what was compared and how much to make of it."""
    words = Words(language)
    if comparison.is_empty:
        return [words("comparison.nothing")]
    headline = select_headline_changes(comparison.changes)
    told = [
        words(
            "comparison.sides",
            old=comparison.old.name, new=comparison.new.name,
            old_n=say.number(comparison.old.reports, language),
            new_n=say.number(comparison.new.reports, language),
        ),
        words(f"comparison.relation.{comparison.relation}"),
        words("comparison.counts", compared=comparison.compared, count=len(comparison.changes)),
    ]  # fmt: skip
    told += tell_chance(count_by_interval(headline), comparison.level, words)
    if comparison.examined_apart:
        items = ", ".join(comparison.examined_apart)
        told.append(words("comparison.examined_apart", items=items))
    if comparison.conclusions is None and comparison.old.findings is not None:
        told.append(words("since.conclusions.unrecorded"))
    return told


def list_changed_conclusions(comparison: Comparison, words: Words) -> list[tuple[str, str, str]]:
    """Answers, by their questions' ids, criteria and recommendations that are not the same."""
    return list_conclusions(comparison.conclusions or (), words, {})


def explain_causes(attribution: Attribution, language: Language) -> list[str]:
    """Sentences that say what changes are due to and what could not be told."""
    words = Words(language)
    told, measured = [], []
    for factor in attribution.factors:
        name = words(f"comparison.factor.{factor.kind}")
        if factor.state == "measured":
            measured.append(name)
        elif factor.state == "only_one" and factor.kind == "parameters":
            told.append(words("comparison.factor.sole_parameters"))
        else:
            form = "sole" if factor.state == "only_one" else factor.state
            told.append(words(f"comparison.factor.{form}", factor=name))
    if measured:
        factors = say.list_of(measured, language)
        told.insert(0, words("comparison.factor.measured", factors=factors))
    return told


def list_causes(
    changes: Iterable[IndicatorChange],
    attribution: Attribution | None,
    words: Words,
    labels: Mapping[str, str] | None,
) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the table that takes changes of shares apart, in points; none for one cause.

    Without labels an indicator is told by its key, and what each parameter does alone as well.
    """
    head: list[str] = []
    rows: list[list[str]] = []
    if attribution is None:
        return head, rows
    for change in changes:
        effect = attribution.effects.get(change.identity)
        if effect is None or effect.change is None or change.few:
            continue
        known = dict(effect.parts)
        parts = {f"factor.{factor.kind}": known.get(factor.kind) for factor in attribution.factors}
        parts |= {"column.interaction": effect.interaction, "column.rest": effect.rest}
        told = {words(f"comparison.{name}"): part for name, part in parts.items()}
        if labels is None:
            told |= {f"{name} alone": part for name, part in effect.single}
        if len(attribution.factors) < 2 and len(told) == len(parts):
            continue
        head = [words("comparison.column.indicator"), words("comparison.column.change"), *told]
        label = change.key if labels is None else find_label(change.key, words.language, labels)
        points = (  # signed percentage points with one decimal; empty where there are none
            "" if value is None else say.signed(value * 100, words.language, 1)
            for value in (effect.change, *told.values())
        )
        rows.append([label, *points])
    return head, rows


def list_outcomes(comparison: Comparison, words: Words) -> list[tuple[str, str, str]]:
    """Findings whose outcome changed, with both outcomes in words."""

    def outcome(name: str | None) -> str:
        key = f"comparison.outcome.{name or 'none'}"
        return words(key) if words.has(key) else str(name)

    return [(item.id, outcome(item.old), outcome(item.new)) for item in comparison.findings or ()]
