"""Telling a comparison: the rows that terminal, page, section and figure all show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evaltools.compare.attribution import Attribution, Effect
from evaltools.compare.changes import IndicatorChange
from evaltools.compare.compare import Comparison
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.indicators.indicator import Indicator
from evaltools.report.evidence_pages.glossary import Glossary
from evaltools.report.variables import format_indicator

SIDE_MEASURES = ("denied", "silent", "coder_band")
"""Parts of keys that say the same change once more, from another side."""
DERIVED = ("wave_difference.", "group_difference.")
BY_INTERVAL = ("newcombe", "newcombe_paired", "square_and_add")
FILES_SHOWN = 12


@dataclass(frozen=True)
class ChangeRow:
    """A move as it is printed.

    Arguments:
        label: what the indicator is of, in the language.
        key: with dimensions, as in the table of indicators.
        old, new, change, interval: as printed; empty where there is none.
        verdict: in words.
    """

    label: str
    key: str
    old: str
    new: str
    change: str
    interval: str
    verdict: str


@dataclass(frozen=True)
class InputRow:
    """Something that went into the two runs and is not the same."""

    what: str
    old: str
    new: str


def select_headline_changes(changes: Iterable[IndicatorChange]) -> list[IndicatorChange]:
    """Moves of the reports read that no other move says again, largest change of shares first."""
    chosen = [
        change
        for change in changes
        if change.estimand == "D"
        and not change.dimensions
        and not any(part in SIDE_MEASURES for part in change.key.split("."))
        and not change.key.startswith(DERIVED)
    ]
    return sorted(
        chosen, key=lambda change: (change.unit != "share", -_change_size(change), change.key)
    )


def select_changed_shares(comparison: Comparison) -> list[IndicatorChange]:
    """Shares of which it can be said that they moved, the largest change first."""
    return [
        change
        for change in select_headline_changes(comparison.with_verdict("moved"))
        if change.unit == "share"
    ]


def select_other_changes(comparison: Comparison) -> list[IndicatorChange]:
    """All other headline moves but those within uncertainty."""
    shares = {change.identity for change in select_changed_shares(comparison)}
    return [
        change
        for change in select_headline_changes(comparison.changes)
        if change.identity not in shares and change.verdict != "within_uncertainty"
    ]


def format_change(
    change: IndicatorChange, language: Language, labels: Mapping[str, str]
) -> ChangeRow:
    """A move in words."""
    words = Words(language)
    verdict = words(f"comparison.verdict.{change.verdict}")
    if change.why:
        verdict += f" ({words(f'comparison.why.{change.why}')})"
    return ChangeRow(
        label=find_label(change.key, language, labels),
        key=name_change(change),
        old=_format_value(change.old, _glossary(language, labels).words),
        new=_format_value(change.new, _glossary(language, labels).words),
        change=_format_difference(change, language),
        interval=_format_interval(change, language),
        verdict=verdict,
    )


def find_label(key: str, language: Language, labels: Mapping[str, str]) -> str:
    """What an indicator is of: its code with the kind of it, or its definition, or its key."""
    glossary = _glossary(language, labels)
    stem, _, measure = key.rpartition(".")
    if stem in labels and measure in ("share", "bounds"):
        kind = f"code_kind.{glossary.kinds.get(stem, stem.partition('.')[0])}"
        words = glossary.words
        return f"{words(kind)}: {labels[stem]}" if words.has(kind) else labels[stem]
    return glossary.definition(key) if glossary.defined(key) else key


def _glossary(language: Language, labels: Mapping[str, str]) -> Glossary:
    """That of the labels, or one of general words."""
    from evaltools.compare.prose import Labels

    return labels.glossary if isinstance(labels, Labels) else Glossary(Words(language), labels)


def name_change(change: IndicatorChange) -> str:
    """Key with dimensions: `rating.answers.share (item=permanence, value=5)`."""
    by = ", ".join(f"{name}={value}" for name, value in change.dimensions)
    return f"{change.key} ({by})" if by else change.key


def list_input_changes(
    comparison: Comparison, language: Language, labels: Mapping[str, str] | None = None
) -> list[InputRow]:
    """Parameters, files, code and environment that differ, a row each.

    Arguments:
        labels: of parameters and their choices, see `prose.code_labels`; without them both are
            told as they are typed.
    """
    words = Words(language)
    known = labels or {}
    rows = [
        InputRow(
            known.get(f"parameter.{change.name}", change.name),
            _format_parameter(change.name, change.old, known),
            _format_parameter(change.name, change.new, known),
        )
        for change in comparison.parameters
    ]
    for change in comparison.inputs[:FILES_SHOWN]:
        rows.append(InputRow(change.file, "", words(f"comparison.input.{change.kind}")))
    if len(comparison.inputs) > FILES_SHOWN:
        more = say.number(len(comparison.inputs) - FILES_SHOWN, language)
        rows.append(InputRow(words("comparison.input.more"), "", more))
    for name, changed in (("code", comparison.code), ("notebooks", comparison.notebooks)):
        if changed:
            rows.append(InputRow(words(f"comparison.input.{name}"), "",
                                 say.number(len(changed), language)))  # fmt: skip
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
    judged = [
        change
        for change in select_headline_changes(comparison.changes)
        if change.basis in BY_INTERVAL
    ]
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
    if judged:
        clear = sum(change.verdict == "moved" for change in judged)
        expected = say.number(len(judged) * (1 - comparison.level), language)
        told.append(words("comparison.chance", judged=len(judged), count=clear, expected=expected,
                          level=_format_level(comparison.level, language)))  # fmt: skip
    return told


def explain_causes(attribution: Attribution, language: Language) -> list[str]:
    """Sentences that say what changes are due to and what could not be told."""
    words = Words(language)
    told = []
    measured = []
    for factor in attribution.factors:
        name = words(f"comparison.factor.{factor.kind}")
        if factor.state == "only_one" and factor.kind == "parameters":
            told.append(words("comparison.factor.sole_parameters"))
        elif factor.state == "only_one":
            told.append(words("comparison.factor.sole", factor=name))
        elif factor.state == "measured":
            measured.append(name)
        else:
            told.append(words("comparison.factor.not_attributable", factor=name))
    if measured:
        factors = say.list_of(measured, language)
        told.insert(0, words("comparison.factor.measured", factors=factors))
    return told


def list_effect_parts(
    effect: Effect, attribution: Attribution, language: Language
) -> list[tuple[str, str]]:
    """The parts of a change of a share in points, by the words for what they are due to."""
    words = Words(language)
    known = dict(effect.parts)
    found = [
        (words(f"comparison.factor.{factor.kind}"), format_points(known.get(factor.kind), language))
        for factor in attribution.factors
    ]
    found.append(
        (words("comparison.column.interaction"), format_points(effect.interaction, language))
    )
    return [*found, (words("comparison.column.rest"), format_points(effect.rest, language))]


def list_causes(
    changes: Iterable[IndicatorChange],
    attribution: Attribution | None,
    language: Language,
    labels: Mapping[str, str],
) -> tuple[list[str], list[list[str]]]:
    """Head and rows of the table that takes changes of shares apart; none for a single cause."""
    words = Words(language)
    head: list[str] = []
    rows: list[list[str]] = []
    if attribution is None or len(attribution.factors) < 2:
        return head, rows
    for change in changes:
        effect = attribution.effects.get(change.identity)
        if effect is None or effect.change is None:
            continue
        found = list_effect_parts(effect, attribution, language)
        head = [words("comparison.column.indicator"), words("comparison.column.change")]
        head += [name for name, _ in found]
        label = find_label(change.key, language, labels)
        rows.append([label, format_points(effect.change, language), *(part for _, part in found)])
    return head, rows


def format_outcome(name: str | None, words: Words) -> str:
    """An outcome of a finding in words."""
    key = f"comparison.outcome.{name or 'none'}"
    return words(key) if words.has(key) else str(name)


def format_points(value: float | None, language: Language) -> str:
    """A share of one as signed percentage points with one decimal; empty where there is none."""
    return "" if value is None else say.signed(value * 100, language, 1)


def _change_size(change: IndicatorChange) -> float:
    return abs(round(change.change or 0.0, 12))


def _format_value(indicator: Indicator | None, words: Words) -> str:
    if indicator is None:
        return ""
    text = format_indicator(indicator, words)
    counted = indicator.unit == "share" and indicator.value is not None and not indicator.suppressed
    if counted and indicator.n and indicator.n < 100_000 and "/" not in text:
        text += f" ({say.count_of(indicator.x or 0, indicator.n, words.language)})"
    return text


def _format_difference(change: IndicatorChange, language: Language) -> str:
    if change.change is None:
        return ""
    if change.unit == "share" or (
        change.unit == "difference" and change.either.method == "newcombe"
    ):
        return say.signed(change.change * 100, language)
    return say.signed(change.change, language, 0 if change.unit in ("count", "money") else 2)


def _format_interval(change: IndicatorChange, language: Language) -> str:
    if change.low is None or change.high is None or change.basis == "bounds":
        return ""
    if change.unit == "share":
        return say.number_range(change.low * 100, change.high * 100, language)
    return say.number_range(change.low, change.high, language, 2)


def _format_level(level: float, language: Language) -> str:
    whole = abs(level * 100 - round(level * 100)) < 1e-9
    return say.percent(level, language, 0 if whole else 1)


def _format_parameter(name: str, value: object, labels: Mapping[str, str]) -> str:
    if value is None:
        return say.MISSING
    values = value if isinstance(value, list | tuple) else [value]
    return ", ".join(labels.get(f"parameter.{name}.{item}", str(item)) for item in values)
