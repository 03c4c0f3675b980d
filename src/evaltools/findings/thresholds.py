"""Conditions on one number: limits, words for how many, differences, counts."""

from __future__ import annotations

from typing import Final

from evaltools.findings.clauses import Change, Equals, ExcludesZero, Quantity, Threshold, Word
from evaltools.findings.numbers import Numbers
from evaltools.findings.reasons import Because
from evaltools.findings.verdict import Verdict, fails, holds, open_, unreadable
from evaltools.indicators.indicator import Estimand
from evaltools.present.quantity import FEW_BELOW, MOST_ABOVE, NEARLY_ALL_ABOVE, quantity

SAME: Final = 1e-9
"""Two numbers nearer than this, relative to their size, are one number."""

IMPLIED: Final[dict[Word, tuple[Word, ...]]] = {
    "none": (),
    "few": (),
    "some": (),
    "most": ("nearly_all", "all"),
    "nearly_all": ("all",),
    "all": (),
}
"""Which stronger words leave a word true: what nearly all do, most do."""

_REACH: Final[dict[Word, tuple[float, float]]] = {
    "none": (0.0, 0.0),
    "few": (0.0, FEW_BELOW),
    "some": (FEW_BELOW, MOST_ABOVE),
    "most": (MOST_ABOVE, 1.0),
    "nearly_all": (NEARLY_ALL_ABOVE, 1.0),
    "all": (1.0, 1.0),
}


def at_least(required: Threshold, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether a number reaches a value with its whole interval, or with the limit named."""
    return _threshold(required, numbers, estimand, upwards=True)


def at_most(required: Threshold, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether a number stays within a value with its whole interval, or the limit named."""
    return _threshold(required, numbers, estimand, upwards=False)


def _threshold(required: Threshold, numbers: Numbers, estimand: Estimand, upwards: bool) -> Verdict:
    reading = numbers.read(required.key, estimand)
    limits, value = reading.limits, required.value
    if limits is None or reading.value is None:
        return open_(*unreadable([reading], estimand))
    low, high = limits
    if required.limit is not None:
        record = reading.indicator
        if required.limit != "value" and (record is None or record.low is None):
            return open_(Because("no_interval", (reading,)))
        low = high = {"value": reading.value, "low": low, "high": high}[required.limit]
    interval = None if required.limit == "value" or limits[0] == limits[1] else limits
    near = SAME * max(1.0, abs(value))
    reached, missed = low >= value - near, high < value - near
    if not upwards:
        reached, missed = high <= value + near, low > value + near
    if reached:
        kind = Because("reaches" if upwards else "stays_under", (reading,), (), value, interval)
        return holds(kind)
    if missed:
        return fails(Because("below" if upwards else "above", (reading,), (), value, interval))
    return open_(Because("straddles", (reading,), (), value, limits))


def how_many(required: Quantity, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether a word for how many is true of a share.

    It holds where `present.quantity` gives the word, or a stronger one that implies it; it
    fails where no part of the interval bears the word out; in between the interval straddles.
    """
    reading = numbers.read(required.key, estimand)
    limits, word = reading.limits, required.word
    if limits is None or reading.value is None:
        return open_(*unreadable([reading], estimand))
    found = quantity(reading.value, *limits)
    interval = limits if limits[0] < limits[1] else None
    if found is not None and found in (word, *IMPLIED[word]):
        return holds(Because("quantity", (reading,), interval=interval, word=word))
    if _apart(limits, word):
        return fails(Because("other_quantity", (reading,), interval=interval, word=word))
    return open_(Because("quantity_open", (reading,), interval=limits, word=word))


def _apart(limits: tuple[float, float], word: Word) -> bool:
    """Whether no share of the interval could be called by the word."""
    low, high = limits
    least, most = _REACH[word]
    if word in ("most", "nearly_all"):  # above, not at, their limit
        return high <= least
    if word == "few":  # more than none, and below its limit
        return low >= most or high == 0
    return high < least or low > most


def excludes_zero(required: ExcludesZero, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether the interval of a difference lies on the side of nought that is claimed."""
    wanted = {"positive": (True, False), "negative": (False, True), "either": (True, True)}
    return _difference(required.key, *wanted[required.direction], numbers, estimand)


def change(required: Change, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether a theme has become commoner or rarer since the wave before."""
    wanted = {"up": (True, False), "down": (False, True), "either": (True, True)}
    return _difference(required.key, *wanted[required.direction], numbers, estimand)


def _difference(key: str, up: bool, down: bool, numbers: Numbers, estimand: Estimand) -> Verdict:
    reading = numbers.read(key, estimand)
    limits = reading.limits
    if limits is None:
        return open_(*unreadable([reading], estimand))
    if reading.indicator is None or reading.indicator.low is None:
        return open_(Because("no_interval", (reading,)))
    low, high = limits
    if low <= 0 <= high:
        return open_(Because("includes_zero", (reading,), interval=limits))
    if (low > 0 and up) or (high < 0 and down):
        return holds(Because("differs", (reading,), interval=limits))
    return fails(Because("other_direction", (reading,), interval=limits))


def equals(required: Equals, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether a count is what it is said to be."""
    reading = numbers.read(required.key, estimand)
    if required.other is not None:
        other = numbers.read(required.other, estimand)
        if lacking := unreadable([reading, other], estimand):
            return open_(*lacking)
        same = _same(reading.value, other.value)
        return (holds if same else fails)(
            Because("equal" if same else "unequal", (reading,), (other,))
        )
    if lacking := unreadable([reading], estimand):
        return open_(*lacking)
    told = numbers.facts[required.fact] if required.fact is not None else required.number
    same = _same(reading.value, told)
    kind = Because("equal_fact" if same else "unequal_fact", (reading,), limit=told)
    return (holds if same else fails)(kind)


def _same(one: float | None, other: float | None) -> bool:
    assert one is not None
    assert other is not None
    return abs(one - other) <= SAME * max(1.0, abs(one), abs(other))
