"""Indicators as the rows of a small printed table: what it is, its value, the counts behind it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.indicators.indicator import Indicator


def measure_table(
    records: Iterable[Indicator], phrases: Mapping[str, str], words: Words
) -> pd.DataFrame:
    """Those of the indicators named that there are, in the order named, as text.

    Arguments:
        records: of a chapter; only those without dimensions are looked at.
        phrases: indicator key to the phrase that names it.
        words: of the report's language.

    Returns:
        `label`; `value`, a dash where there is none; `count`, numerator and denominator of a
        share of things that are counted, and the range of an index that has one.
    """
    by_key = {record.key: record for record in records if not record.dimensions}
    language = words.language
    rows = [
        (words(phrase), _value(by_key[key], language), _count(by_key[key], language))
        for key, phrase in phrases.items()
        if key in by_key
    ]
    return pd.DataFrame(rows, columns=["label", "value", "count"])


def _value(record: Indicator, language: Language) -> str:
    if record.value is None:
        return say.MISSING
    if record.unit == "share":
        return say.share(record.value, record.x, record.n, language)
    decimals = 0 if record.unit in ("count", "money") else 3 if abs(record.value) < 0.1 else 2
    return say.number(record.value, language, decimals)


def _count(record: Indicator, language: Language) -> str:
    if record.low is not None and record.high is not None:
        return say.number_range(record.low, record.high, language, 2)
    if record.unit != "share" or record.value is None or record.counted != "cases":
        return say.MISSING
    return say.count_of(record.x or 0, record.n or 0, language)
