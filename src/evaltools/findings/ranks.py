"""Conditions on rank: the greatest, the order, the first few."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, takewhile

from evaltools.findings import conditions
from evaltools.findings.lookup import Numbers, Reading
from evaltools.findings.reasons import Kind, ReasonKind
from evaltools.findings.verdicts import (
    Verdict,
    fails,
    holds,
    rank,
    read_set,
    take_best,
    undecided,
    unreadable,
    value_of,
)
from evaltools.indicators.indicator import Estimand
from evaltools.indicators.order import CodeOrder


def greatest(required: conditions.Greatest, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether a number leads a set.

    The ranking is by the values, which are the same under every estimand; beyond the reports
    read, the lead over each other member of the set must not be chance. A member that is
    missing or withheld might lead, and leaves it open unless a known one is ahead already.
    """
    key = numbers.read(required.key, estimand)
    rivals = read_set(required.of, (required.key,), numbers, estimand)
    if key.value is None:
        return undecided(*unreadable([key], estimand))
    best = take_best(rivals)
    if best and value_of(best[0]) > key.value:
        return fails(ReasonKind("another_leads", (key,), best))
    if best and value_of(best[0]) == key.value and required.ties == "refused":
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
    members = read_set(required.of, (), numbers, estimand)
    known = rank(members)
    if lacking := unreadable(members, estimand):
        return undecided(*lacking)
    if not known or not value_of(known[0]):
        return fails(ReasonKind("nothing_told", known[:1]))
    first = known[0]
    level = tuple(each for each in known[1:] if value_of(each) == value_of(first))
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
    known = [each for each in rank(members) if value_of(each)]
    best = _read_order(known, numbers, estimand).find_best(each.stem for each in known)
    return tuple(takewhile(lambda each: each.stem in best, known))


def order(required: conditions.Order, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether numbers are in an order, and ahead of the rest of a set where one is given."""
    keys = [numbers.read(key, estimand) for key in required.keys]
    rivals = read_set(required.of, required.keys, numbers, estimand) if required.of else []
    known = [each for each in keys if each.value is not None]
    steps = [*pairwise(known)]
    steps += [(known[-1], best) for best in take_best(rivals) if known]
    if any(value_of(before) < value_of(after) for before, after in steps):
        return fails(ReasonKind("not_in_order", rank([*known, *rivals])[: len(keys)]))
    for before, after in steps:
        if value_of(before) == value_of(after) and required.ties == "refused":
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
    rivals = read_set(required.of, required.keys, numbers, estimand)
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
            return fails(ReasonKind("not_at_the_top", (key,), rank([*ahead, *level])[:first]))
        in_doubt |= len(ahead) + len(level) + own + unknown > first
    if in_doubt:
        return undecided(*unreadable([*keys, *rivals], estimand))
    return holds(ReasonKind("at_the_top", tuple(keys), take_best(rivals)))


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
