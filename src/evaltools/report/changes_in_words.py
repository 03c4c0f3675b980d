"""One number in two reports, as tables print it."""

from __future__ import annotations

from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.indicators.indicator import Indicator
from evaltools.provenance.indicator_changes import IndicatorChange
from evaltools.report.variables import format_indicator


def format_value(indicator: Indicator | None, words: Words) -> str:
    """A value, with the counts of a share that is printed in per cent."""
    if indicator is None:
        return ""
    text = format_indicator(indicator, words)
    counted = indicator.unit == "share" and indicator.value is not None and not indicator.suppressed
    if counted and indicator.n and indicator.n < 100_000 and "/" not in text:
        text += f" ({say.count_of(indicator.x or 0, indicator.n, words.language)})"
    return text


def format_difference(change: IndicatorChange, language: Language) -> str:
    """A change in its unit, shares in points; empty of a share of fewer than ten."""
    if change.change is None or change.few:
        return ""
    newcombe = change.either.unit == "difference" and change.either.method == "newcombe"
    if change.either.unit == "share" or newcombe:
        return say.signed(change.change * 100, language)
    return say.signed(change.change, language, 0 if change.either.unit in ("count", "money") else 2)


def format_interval(change: IndicatorChange, language: Language) -> str:
    """The limits of a change in its unit, shares in points; empty as above."""
    if change.low is None or change.high is None or change.basis == "bounds" or change.few:
        return ""
    if change.either.unit == "share":
        return say.number_range(change.low * 100, change.high * 100, language)
    return say.number_range(change.low, change.high, language, 2)
