"""Numbers as a text states them against indicators: printed alike, near, or of another kind."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Final, Literal

from evaltools.i18n import numbers as say
from evaltools.i18n.numbers import Language
from evaltools.indicators.indicator import Indicator
from evaltools.publish.text_audit.published import name_of_key
from evaltools.publish.text_audit.stated_numbers import StatedNumber

Nearness = Literal["near", "same_base"]

NEAR_SHARE: Final = 0.15
"""Shares this far apart may be of two states of one thing; further apart no one can say."""
NEAR: Final = 0.2
"""The same for counts and sums, as a share of the published value."""
MOST: Final = 5
MEASURES: Final = ("share", "count", "money", "median_money")
"""Measures that people tell of by the name of the thing alone."""


def prints_alike(number: StatedNumber, item: Indicator) -> bool:
    """Whether an indicator, its counts or its limits would be printed as the number."""
    value = item.value
    if value is None:
        return False
    if number.kind == "fraction":
        return (number.value, number.other) == (item.x, item.n)
    if number.kind == "count_range":
        of = (item.N if item.estimand == "P" else None) or item.n
        if item.unit != "share" or of != number.scale or item.low is None or item.high is None:
            return False
        return (round(item.low * of), round(item.high * of)) == (number.value, number.other)
    if number.kind == "percent_range":
        ends = (item.low, item.high)
        return all(
            end is not None and stated is not None and _rounds(end * 100, stated, number.decimals)
            for end, stated in zip(ends, (number.value, number.other), strict=True)
        )
    if number.kind == "count":
        counts = {item.x, item.n, item.N} | ({round(value)} if item.unit == "count" else set())
        return number.value in counts
    if number.kind == "percent":
        if item.unit != "share":
            return False
        values = (value, item.low, item.high)
        return any(v is not None and _rounds(v * 100, number.value, number.decimals)
                   for v in values)  # fmt: skip
    if number.kind == "points":
        if item.unit != "difference":
            return False
        return _rounds(abs(value) * 100, abs(number.value), number.decimals)
    if number.kind == "money":
        if item.unit not in ("money", "money_per_inhabitant"):
            return False
        return _rounds(value / number.scale, number.value / number.scale, number.decimals)
    if item.unit in ("share", "money", "count"):
        return False
    limits = (value, item.low, item.high)
    return any(v is not None and _rounds(abs(v), abs(number.value), number.decimals)
               for v in limits)  # fmt: skip


def is_counted(number: StatedNumber, item: Indicator, told: Iterable[float]) -> bool:
    """Whether a count is of those that an indicator counts; of all asked, only beside that.

    *52 reports were read* tells what is counted, *72 were read* only of how many.

    Arguments:
        told: values of all numbers of the sentence.
    """
    counted = round(item.value) if item.unit == "count" and item.value is not None else item.x
    return number.kind != "count" or counted is None or counted in told


def is_rest(number: StatedNumber, item: Indicator) -> bool:
    """Whether a number is that of all others than a share counts."""
    if item.unit != "share" or item.value is None or item.estimand != "D":
        return False
    if item.x is None or item.n is None:
        return False
    rest = replace(item, value=1 - item.value, x=item.n - item.x, low=None, high=None)
    return prints_alike(number, rest) and number.value != item.n


def _rounds(value: float, printed: float, decimals: int) -> bool:
    """Whether a value is printed so: halves may go either way, as people round them."""
    return abs(value - printed) <= 0.5 * 10.0**-decimals + 1e-9


def find_drift(
    number: StatedNumber, items: Iterable[Indicator]
) -> tuple[Nearness, Indicator] | None:
    """The nearest value of the same kind, if it is near or of the same denominator; else None."""
    near: list[tuple[float, Nearness, Indicator]] = []
    for item in items:
        distance = find_distance(number, item)
        if distance is None:
            continue
        if number.kind == "fraction" and number.other == item.n:
            near.append((distance, "same_base", item))
        elif distance <= 1:
            near.append((distance, "near", item))
    if not near:
        return None
    _, how, item = min(near, key=lambda each: (each[0], each[2].identity))
    return how, item


def find_distance(number: StatedNumber, item: Indicator) -> float | None:
    """How far an indicator of the same kind is, 1 being the limit of near; None of another kind."""
    value = item.value
    measure = item.key.rpartition(".")[2]
    if value is None or measure not in MEASURES or (item.unit == "share" and item.estimand != "D"):
        return None
    if number.kind in ("fraction", "percent") and item.unit == "share":
        stated = number.value / 100
        if number.kind == "fraction":
            if not number.other:
                return None
            stated = number.value / number.other
        return abs(stated - value) / NEAR_SHARE
    if number.kind == "money" and item.unit == "money" and value:
        return abs(number.value - value) / abs(value) / NEAR
    if number.kind == "count":
        counted = item.x if item.unit == "share" else value if item.unit == "count" else None
        if counted is None or not counted or not math.isfinite(counted):
            return None
        return abs(number.value - counted) / counted / NEAR
    return None


def select_keys(items: Iterable[Indicator]) -> tuple[tuple[str, ...], int]:
    """A key of each thing that they are numbers of, at most some, and how many more there are."""
    best: dict[str, str] = {}
    for item in items:
        name = name_of_key(item.key)
        measure = item.key.rpartition(".")[2]
        if name not in best or measure in MEASURES:
            best[name] = item.key
    keys = list(best.values())
    return tuple(keys[:MOST]), max(0, len(keys) - MOST)


def print_indicator(item: Indicator, language: Language) -> str:
    """What the report would print of an indicator."""
    if item.unit == "share" and item.x is not None and item.n is not None:
        counts = say.count_of(item.x, item.n, language)
        return f"{counts} ({say.percent(item.value, language)})"
    if item.unit in ("count", "money"):
        return say.number(item.value, language)
    return say.number(item.value, language, 2)
