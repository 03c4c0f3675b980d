"""Conditions put to the numbers of a run: each holds, does not hold, or cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from evaltools.findings import conditions
from evaltools.findings.lookup import Numbers, Reading, substitute
from evaltools.findings.ranks import among_top, greatest, leads, order
from evaltools.findings.reasons import ReasonKind
from evaltools.findings.verdicts import (
    Verdict,
    every,
    fails,
    holds,
    not_any,
    read_set,
    some,
    undecided,
    unreadable,
    value_of,
)
from evaltools.i18n.quantifiers import FEW_BELOW, MOST_ABOVE, NEARLY_ALL_ABOVE, quantity
from evaltools.indicators.indicator import Estimand
from evaltools.statistics.contingency import is_borne_out

SAME: Final = 1e-9
"""Two numbers nearer than this, relative to their size, are one number."""

IMPLIED: Final[dict[conditions.Word, tuple[conditions.Word, ...]]] = {
    "none": (),
    "few": ("none",),
    "some": (),
    "most": ("nearly_all", "all"),
    "nearly_all": ("all",),
    "all": (),
}
"""Which stronger words leave a word true: what nearly all do, most do, and few where none does."""

_REACH: Final[dict[conditions.Word, tuple[float, float]]] = {
    "none": (0.0, 0.0),
    "few": (0.0, FEW_BELOW),
    "some": (FEW_BELOW, MOST_ABOVE),
    "most": (MOST_ABOVE, 1.0),
    "nearly_all": (NEARLY_ALL_ABOVE, 1.0),
    "all": (1.0, 1.0),
}


# Conditions on one number: limits, words for how many, differences, counts.


def threshold(
    required: conditions.Threshold, numbers: Numbers, estimand: Estimand, upwards: bool
) -> Verdict:
    """Whether a number is on the right side of a value with its whole interval or one limit.

    Arguments:
        upwards: whether it must reach the value, or stay within it.
    """
    reading = numbers.read(required.key, estimand)
    limits, value = reading.limits, required.value
    if limits is None or reading.value is None:
        return undecided(*unreadable([reading], estimand))
    if required.limit != "value" and lacks_interval(reading):
        return undecided(ReasonKind("no_interval", (reading,)))
    low, high = limits
    if required.limit is not None:
        record = reading.indicator
        if required.limit != "value" and (record is None or record.low is None):
            return undecided(ReasonKind("no_interval", (reading,)))
        low = high = {"value": reading.value, "low": low, "high": high}[required.limit]
    interval = None if required.limit == "value" or limits[0] == limits[1] else limits
    near = SAME * max(1.0, abs(value))
    reached, missed = low >= value - near, high < value - near
    if not upwards:
        reached, missed = high <= value + near, low > value + near
    if reached:
        kind = ReasonKind("reaches" if upwards else "stays_under", (reading,), (), value, interval)
        return holds(kind)
    if missed:
        return fails(ReasonKind("below" if upwards else "above", (reading,), (), value, interval))
    return undecided(ReasonKind("straddles", (reading,), (), value, limits))


def lacks_interval(reading: Reading) -> bool:
    """Whether a number beyond the reports read should have limits, and none could be had.

    Its method says that there are such limits, as of one cluster there are not.
    """
    record = reading.indicator
    return (
        record is not None
        and reading.part == "value"
        and record.estimand != "D"
        and bool(record.method)
        and record.low is None
    )


def how_many(required: conditions.Quantity, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether a word for how many is true of a share.

    It holds where `present.quantity` gives the word, or a stronger one that implies it; it
    fails where no part of the interval bears the word out; in between the interval straddles.
    """
    reading = numbers.read(required.key, estimand)
    limits, word = reading.limits, required.word
    if limits is None or reading.value is None:
        return undecided(*unreadable([reading], estimand))
    if lacks_interval(reading):
        return undecided(ReasonKind("no_interval", (reading,)))
    found = quantity(reading.value, *limits)
    interval = limits if limits[0] < limits[1] else None
    if found is not None and found in (word, *IMPLIED[word]):
        return holds(ReasonKind("quantity", (reading,), interval=interval, word=word))
    if _apart(limits, word):
        return fails(ReasonKind("other_quantity", (reading,), interval=interval, word=word))
    return undecided(ReasonKind("quantity_open", (reading,), interval=limits, word=word))


def _apart(limits: tuple[float, float], word: conditions.Word) -> bool:
    """Whether no share of the interval could be called by the word."""
    low, high = limits
    least, most = _REACH[word]
    if word in ("most", "nearly_all"):  # above, not at, their limit
        return high <= least
    if word == "few":  # below, not at, its limit
        return low >= most
    return high < least or low > most


def difference(
    required: conditions.ExcludesZero | conditions.Change, numbers: Numbers, estimand: Estimand
) -> Verdict:
    """Whether the interval of a difference lies on the side of zero that is claimed."""
    up = required.direction in ("positive", "up", "either")
    down = required.direction in ("negative", "down", "either")
    reading = numbers.read(required.key, estimand)
    limits = reading.limits
    if limits is None:
        return undecided(*unreadable([reading], estimand))
    if reading.indicator is None or reading.indicator.low is None:
        return undecided(ReasonKind("no_interval", (reading,)))
    low, high = limits
    if low <= 0 <= high:
        return undecided(ReasonKind("includes_zero", (reading,), interval=limits))
    if stands(reading, numbers) is False:
        return undecided(ReasonKind("within_chance", (reading,)))
    if (low > 0 and up) or (high < 0 and down):
        return holds(ReasonKind("differs", (reading,), interval=limits))
    return fails(ReasonKind("other_direction", (reading,), interval=limits))


def stands(reading: Reading, numbers: Numbers) -> bool | None:
    """Whether a difference stands after adjustment over its family.

    None where the run gives no adjusted p-value of it: it is a difference without a family.
    """
    adjusted = numbers.read(f"{reading.name.rpartition('.')[0]}.holm", "S")
    if adjusted.value is None or adjusted.indicator is None or adjusted.indicator.level is None:
        return None
    return bool(is_borne_out(adjusted.value, adjusted.indicator.level))


def find_standing(readings: Sequence[Reading], numbers: Numbers) -> tuple[Reading, ...]:
    """Those of some differences that stand, the greatest distance from zero first."""
    return tuple(each for each in _by_distance(readings) if stands(each, numbers))


def differs(required: conditions.Differs, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether some difference of a family stands after adjustment, whichever it is.

    What was not asked is no part of the family. That none stands is told of the chance only: no
    difference was shown, which is not to say that there is none.
    """
    code = required.code or ""
    members = [
        replace(each, code=substitute(required.of, code, each.name)) if code else each
        for each in read_set(required.of, (), numbers, estimand)
    ]
    known = _by_distance(members)
    if not known:
        few = [each for each in members if each.indicator and each.indicator.why == "too_few"]
        sides = numbers.matching(f"{required.of.partition('.')[0]}.reports.by.*.*.count")
        if few:
            read = tuple(numbers.read(name, "D") for name in sides)
            return undecided(ReasonKind("few_compared", read or tuple(few)))
        return undecided(*unreadable(members, estimand))
    standing = find_standing(known, numbers)
    if standing:
        return holds(ReasonKind("beyond_chance", standing))
    return fails(ReasonKind("within_chance", known[:1]))


def _by_distance(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    known = [each for each in readings if each.value is not None]
    return tuple(sorted(known, key=lambda each: (-abs(value_of(each)), each.name)))


def equals(required: conditions.Equals, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether a count is what it is said to be."""
    reading = numbers.read(required.key, estimand)
    if required.other is not None:
        other = numbers.read(required.other, estimand)
        if lacking := unreadable([reading, other], estimand):
            return undecided(*lacking)
        same = _same(reading.value, other.value)
        return (holds if same else fails)(
            ReasonKind("equal" if same else "unequal", (reading,), (other,))
        )
    if lacking := unreadable([reading], estimand):
        return undecided(*lacking)
    told = numbers.facts[required.fact] if required.fact is not None else required.number
    same = _same(reading.value, told)
    why = ReasonKind("equal_fact" if same else "unequal_fact", (reading,), limit=told)
    return (holds if same else fails)(why)


def _same(one: float | None, other: float | None) -> bool:
    assert one is not None
    assert other is not None
    return abs(one - other) <= SAME * max(1.0, abs(one), abs(other))


def judged(required: conditions.Judged, numbers: Numbers, _estimand: Estimand) -> Verdict:
    """Whether another finding came out as a conclusion needs it."""
    case, outcome = numbers.judged[required.finding]
    if case in required.cases or outcome in required.cases:
        return holds(ReasonKind("premise", (), word="", finding=required.finding))
    if outcome == "cannot_be_told":
        return undecided(ReasonKind("other_premise", (), finding=required.finding))
    return fails(ReasonKind("other_premise", (), finding=required.finding))


def orders(required: conditions.Order, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether numbers are in an order; with a star for every word that it stands for."""
    if not required.starred:
        return order(required, numbers, estimand)
    first = required.keys[0]
    before, _, after = first.partition("*")
    words = [name[len(before) : len(name) - len(after)] for name in numbers.matching(first)]
    if not words:
        return undecided(
            *unreadable([numbers.read(key, estimand) for key in required.keys], estimand)
        )
    each = [tuple(key.replace("*", word) for key in required.keys) for word in words]
    return every(
        [order(required.model_copy(update={"keys": keys}), numbers, estimand) for keys in each]
    )


# All kinds of condition.

EVALUATE: Final[Mapping[str, Callable[[Any, Numbers, Estimand], Verdict]]] = MappingProxyType(
    {
        "leads": leads,
        "greatest": greatest,
        "order": orders,
        "among_top": among_top,
        "at_least": partial(threshold, upwards=True),
        "at_most": partial(threshold, upwards=False),
        "quantity": how_many,
        "excludes_zero": difference,
        "change": difference,
        "differs": differs,
        "equals": equals,
        "judged": judged,
    }
)
"""How each condition on numbers is judged."""


def evaluate(condition: conditions.Condition, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether a condition is met by the numbers of a run.

    Arguments:
        condition: as declared; a condition on numbers may name its own estimand.
        numbers: of the run; those that the condition names are there.
        estimand: whose intervals must bear it out.
    """
    leaf = condition.leaf
    if leaf is not None:
        return EVALUATE[condition.kind](leaf, numbers, leaf.estimand or estimand)
    combine = {"all": every, "any": some, "none": not_any}[condition.kind]
    return combine([evaluate(part, numbers, estimand) for part in condition.parts])


def readings(
    condition: conditions.Condition, numbers: Numbers, estimand: Estimand
) -> tuple[Reading, ...]:
    """Every number that a condition looks at, named ones first, each once."""
    found: dict[tuple[str, Estimand], Reading] = {}
    for leaf in condition.leaves():
        names, globs = conditions.keys_of(leaf)
        own = (leaf.leaf.estimand if leaf.leaf else None) or estimand
        read = numbers.read if leaf.order is None else numbers.read_ranked
        for name in (*names, *(each for glob in globs for each in numbers.matching(glob))):
            found.setdefault((name, own), read(name, own))
    return tuple(found.values())
