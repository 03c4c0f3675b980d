"""Conditions put to the numbers of a run: each holds, does not hold, or cannot be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise, takewhile
from types import MappingProxyType
from typing import Any, Final

from evaltools.findings import conditions
from evaltools.findings.lookup import Numbers, Reading, substitute
from evaltools.findings.reasons import Kind, ReasonKind
from evaltools.i18n.quantifiers import FEW_BELOW, MOST_ABOVE, NEARLY_ALL_ABOVE, quantity
from evaltools.indicators.indicator import Estimand
from evaltools.indicators.order import CodeOrder
from evaltools.statistics.contingency import is_borne_out

SAME: Final = 1e-9
"""Two numbers nearer than this, relative to their size, are one number."""

IMPLIED: Final[dict[conditions.Word, tuple[conditions.Word, ...]]] = {
    "none": (),
    "few": (),
    "some": (),
    "most": ("nearly_all", "all"),
    "nearly_all": ("all",),
    "all": (),
}
"""Which stronger words leave a word true: what nearly all do, most do."""

_REACH: Final[dict[conditions.Word, tuple[float, float]]] = {
    "none": (0.0, 0.0),
    "few": (0.0, FEW_BELOW),
    "some": (FEW_BELOW, MOST_ABOVE),
    "most": (MOST_ABOVE, 1.0),
    "nearly_all": (NEARLY_ALL_ABOVE, 1.0),
    "all": (1.0, 1.0),
}


@dataclass(frozen=True)
class Verdict:
    """What comes of a condition, and why."""

    outcome: conditions.Outcome
    because: tuple[ReasonKind, ...]


def holds(*because: ReasonKind) -> Verdict:
    """It is so."""
    return Verdict("holds", because)


def fails(*because: ReasonKind) -> Verdict:
    """It is not so."""
    return Verdict("does_not_hold", because)


def undecided(*because: ReasonKind) -> Verdict:
    """The numbers do not decide."""
    return Verdict("cannot_be_told", because)


def unreadable(readings: Sequence[Reading], estimand: str) -> tuple[ReasonKind, ...]:
    """Why some numbers cannot be read under an estimand, one reason for all of a kind."""
    lacking: dict[Kind, list[Reading]] = {
        "no_record": [], "withheld": [], "few_compared": [], "missing": []
    }  # fmt: skip
    for each in readings:
        if each.value is None:
            kind: Kind = "no_record" if each.indicator is None else "missing"
            if each.indicator is not None and each.indicator.suppressed:
                kind = "withheld"
            elif each.indicator is not None and each.indicator.why == "too_few":
                kind = "few_compared"
            lacking[kind].append(each)
    return tuple(
        ReasonKind(name, tuple(found), word=estimand if name == "no_record" else "")
        for name, found in lacking.items()
        if found
    )


def every(verdicts: Sequence[Verdict]) -> Verdict:
    """All must hold: one that fails decides, then one that is open."""
    return _decided(verdicts, ("does_not_hold", "cannot_be_told"), "holds")


def some(verdicts: Sequence[Verdict]) -> Verdict:
    """One must hold: it decides, then one that is open."""
    return _decided(verdicts, ("holds", "cannot_be_told"), "does_not_hold")


def not_any(verdicts: Sequence[Verdict]) -> Verdict:
    """None may hold: the opposite of `some`, for the same reasons."""
    found = some(verdicts)
    if found.outcome == "cannot_be_told":
        return found
    return (fails if found.outcome == "holds" else holds)(*found.because)


def _decided(
    verdicts: Sequence[Verdict], first: Sequence[conditions.Outcome], otherwise: conditions.Outcome
) -> Verdict:
    for outcome in first:
        if deciding := [each for each in verdicts if each.outcome == outcome]:
            return Verdict(outcome, _joined(deciding))
    return Verdict(otherwise, _joined(verdicts))


def _joined(verdicts: Sequence[Verdict]) -> tuple[ReasonKind, ...]:
    return tuple(dict.fromkeys(because for each in verdicts for because in each.because))


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
    if word == "few":  # more than none, and below its limit
        return low >= most or high == 0
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
        for each in _others(required.of, (), numbers, estimand)
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
    return tuple(sorted(known, key=lambda each: (-abs(_value(each)), each.name)))


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


# Conditions on rank: the greatest, the order, the first few.


def greatest(required: conditions.Greatest, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether a number leads a set.

    The ranking is by the values, which are the same under every estimand; beyond the reports
    read, the lead over each other member of the set must not be chance. A member that is
    missing or withheld might lead, and leaves it open unless a known one is ahead already.
    """
    key = numbers.read(required.key, estimand)
    rivals = _others(required.of, (required.key,), numbers, estimand)
    if key.value is None:
        return undecided(*unreadable([key], estimand))
    best = _best(rivals)
    if best and _value(best[0]) > key.value:
        return fails(ReasonKind("another_leads", (key,), best))
    if best and _value(best[0]) == key.value and required.ties == "refused":
        return fails(ReasonKind("tied", (key,), best))
    if lacking := unreadable(rivals, estimand):
        return undecided(*lacking)
    if doubt := _first_doubt([(key, rival) for rival in rivals], numbers, estimand):
        return undecided(doubt)
    return holds(ReasonKind("leads", (key,), best))


def leads(required: conditions.Leads, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether one of a set leads it, whichever it is.

    Of the reports read the values decide. Of more than those, the leader must be ahead of every
    other one beyond uncertainty; otherwise it is open which of them leads.
    """
    members = _others(required.of, (), numbers, estimand)
    known = _ranked(members)
    if lacking := unreadable(members, estimand):
        return undecided(*lacking)
    if not known or not _value(known[0]):
        return fails(ReasonKind("nothing_told", known[:1]))
    first = known[0]
    level = tuple(each for each in known[1:] if _value(each) == _value(first))
    if level:
        return fails(ReasonKind("tied", (first,), level))
    if doubt := _first_doubt([(first, rival) for rival in known[1:]], numbers, estimand):
        return undecided(doubt)
    return holds(ReasonKind("leads", (first,), known[1:2]))


def unbeaten(
    members: Sequence[Reading], numbers: Numbers, estimand: Estimand
) -> tuple[Reading, ...]:
    """Those of a set that may be the commonest, since no other beats them, greatest first.

    Down to the first that another beats: one that is told of less often than it is not named,
    since the names are those that are told of most.

    Arguments:
        members: numbers of one set under one estimand; those without a value are left out.
        numbers: of the run, with the records of order.
    """
    known = [each for each in _ranked(members) if _value(each)]
    best = _read_order(known, numbers, estimand).find_best(each.stem for each in known)
    return tuple(takewhile(lambda each: each.stem in best, known))


def order(required: conditions.Order, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether numbers are in an order, and ahead of the rest of a set where one is given."""
    keys = [numbers.read(key, estimand) for key in required.keys]
    rivals = _others(required.of, required.keys, numbers, estimand) if required.of else []
    known = [each for each in keys if each.value is not None]
    steps = [*pairwise(known)]
    steps += [(known[-1], best) for best in _best(rivals) if known]
    if any(_value(before) < _value(after) for before, after in steps):
        return fails(ReasonKind("not_in_order", _ranked([*known, *rivals])[: len(keys)]))
    for before, after in steps:
        if _value(before) == _value(after) and required.ties == "refused":
            return fails(ReasonKind("tied", (before,), (after,)))
    if lacking := unreadable([*keys, *rivals], estimand):
        return undecided(*lacking)
    pairs = [*pairwise(keys), *((keys[-1], rival) for rival in rivals)]
    if doubt := _first_doubt(pairs, numbers, estimand):
        return undecided(doubt)
    return holds(ReasonKind("in_order", tuple(keys)))


def among_top(required: conditions.AmongTop, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether numbers are the first of a set, in any order among themselves."""
    first = required.first or len(required.keys)
    keys = [numbers.read(key, estimand) for key in required.keys]
    rivals = _others(required.of, required.keys, numbers, estimand)
    unknown = sum(each.value is None for each in (*keys, *rivals))
    in_doubt = False
    for key in keys:
        if key.value is None:
            in_doubt = True
            continue
        value = key.value
        ahead = [each for each in (*keys, *rivals) if each.value is not None and each.value > value]
        level = [each for each in rivals if each.value == value and required.ties == "refused"]
        own = sum(each.value == value for each in keys)
        if len(ahead) + len(level) + own > first:
            return fails(ReasonKind("not_at_the_top", (key,), _ranked([*ahead, *level])[:first]))
        in_doubt |= len(ahead) + len(level) + own + unknown > first
    if in_doubt:
        return undecided(*unreadable([*keys, *rivals], estimand))
    return holds(ReasonKind("at_the_top", tuple(keys), _best(rivals)))


def _first_doubt(
    pairs: Sequence[tuple[Reading, Reading]], numbers: Numbers, estimand: Estimand
) -> ReasonKind | None:
    """The first lead that could be chance, beyond the reports read; of these none could."""
    if estimand == "D":
        return None
    found = _read_order([each for pair in pairs for each in pair], numbers, estimand)
    for ahead, behind in pairs:
        verdict = found.judge_greatest(ahead.stem, [behind.stem])
        if verdict.outcome in ("withheld", "unknown"):
            kind: Kind = "withheld" if verdict.outcome == "withheld" else "no_interval"
            return ReasonKind(kind, (ahead,), (behind,))
        if not verdict.stands:
            return ReasonKind("not_beyond", (ahead,), (behind,))
    return None


def _read_order(readings: Sequence[Reading], numbers: Numbers, estimand: Estimand) -> CodeOrder:
    levels = [each.indicator.level for each in readings if each.indicator is not None]
    level = next((each for each in levels if each is not None), 0.95)
    records = (record for group in numbers.by_name.values() for record in group.values())
    return CodeOrder.from_records(records, estimand, level)


def _others(glob: str, keys: Sequence[str], numbers: Numbers, estimand: Estimand) -> list[Reading]:
    """The rest of a set; what was asked of no report is no rival."""
    names = [name for name in numbers.matching(glob) if name not in keys]
    readings = [numbers.read(name, estimand) for name in names]
    return [each for each in readings if each.indicator is None or each.indicator.asked]


def _ranked(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    # The known ones, greatest first, then by name.
    known = [reading for reading in readings if reading.value is not None]
    return tuple(sorted(known, key=lambda each: (-_value(each), each.name)))


def _best(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    return _ranked(readings)[:1]


def _value(reading: Reading) -> float:
    assert reading.value is not None
    return reading.value


# All kinds of condition.

EVALUATE: Final[Mapping[str, Callable[[Any, Numbers, Estimand], Verdict]]] = MappingProxyType(
    {
        "leads": leads,
        "greatest": greatest,
        "order": order,
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
        for name in (*names, *(each for glob in globs for each in numbers.matching(glob))):
            found.setdefault((name, own), numbers.read(name, own))
    return tuple(found.values())
