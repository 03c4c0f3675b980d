"""Conditions on rank: the greatest, the order, the first few."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from evaltools.findings.clauses import AmongTop, Greatest, Order
from evaltools.findings.numbers import Numbers, Reading
from evaltools.findings.reasons import Because
from evaltools.findings.verdict import Verdict, fails, holds, open_, unreadable
from evaltools.indicators.indicator import Estimand
from evaltools.indicators.optimism import newcombe_paired


def greatest(required: Greatest, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether a number leads a set.

    The ranking is by the values, which are the same under every estimand; what is beyond
    uncertainty is asked of the lead over each other member of the set. A member that is
    missing or withheld might lead, and leaves it open unless a known one is ahead already.
    """
    key = numbers.read(required.key, estimand)
    rivals = _others(required.of, (required.key,), numbers, estimand)
    if key.value is None:
        return open_(*unreadable([key], estimand))
    best = _best(rivals)
    if best and _of(best[0]) > key.value:
        return fails(Because("another_leads", (key,), best))
    if best and _of(best[0]) == key.value and required.ties == "refused":
        return fails(Because("tied", (key,), best))
    if lacking := unreadable(rivals, estimand):
        return open_(*lacking)
    if required.beyond_uncertainty:
        for rival in rivals:
            if doubt := _doubt(key, rival):
                return open_(doubt)
    return holds(Because("leads", (key,), best))


def order(required: Order, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether numbers are in an order, and ahead of the rest of a set where one is given."""
    keys = [numbers.read(key, estimand) for key in required.keys]
    rivals = _others(required.of, required.keys, numbers, estimand) if required.of else []
    known = [each for each in keys if each.value is not None]
    steps = [*pairwise(known)]
    steps += [(known[-1], best) for best in _best(rivals) if known]
    if any(_of(before) < _of(after) for before, after in steps):
        return fails(Because("not_in_order", _ranked([*known, *rivals])[: len(keys)]))
    for before, after in steps:
        if _of(before) == _of(after) and required.ties == "refused":
            return fails(Because("tied", (before,), (after,)))
    if lacking := unreadable([*keys, *rivals], estimand):
        return open_(*lacking)
    if required.beyond_uncertainty:
        pairs = [*pairwise(keys), *((keys[-1], rival) for rival in rivals)]
        for before, after in pairs:
            if doubt := _doubt(before, after):
                return open_(doubt)
    return holds(Because("in_order", tuple(keys)))


def among_top(required: AmongTop, numbers: Numbers, estimand: Estimand) -> Verdict:
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
            return fails(Because("not_at_the_top", (key,), _ranked([*ahead, *level])[:first]))
        in_doubt |= len(ahead) + len(level) + own + unknown > first
    if in_doubt:
        return open_(*unreadable([*keys, *rivals], estimand))
    return holds(Because("at_the_top", tuple(keys), _best(rivals)))


def lead(key: Reading, rival: Reading) -> tuple[float, float] | None:
    """Interval for the difference of two shares of the same reports, at its least favourable.

    The run knows how many reports tell each of two things, not how many tell both. Newcombe's
    interval for paired shares is worked out for every overlap that the counts allow, and the
    one with the lowest lower limit is taken, so that chance is never understated. It treats the
    reports as drawn from endlessly many; for a finite population that errs on the same side.

    Returns:
        Limits of the first less the second; None where they are not shares of the same units.
    Source: Newcombe 1998, doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.
    """
    a, b = key.indicator, rival.indicator
    if a is None or b is None or a.n is None or b.n is None or a.N is None or a.N != b.N:
        return None
    if a.unit != "share" or b.unit != "share" or a.level is None or a.N == 0:
        return None
    found = [
        newcombe_paired(both, a.n - both, b.n - both, a.N - a.n - b.n + both, a.level)
        for both in range(max(0, a.n + b.n - a.N), min(a.n, b.n) + 1)
    ]
    worst = min(found, key=lambda each: each.low)
    return worst.low, worst.high


def _doubt(key: Reading, rival: Reading) -> Because | None:
    """Why the lead over a rival is not beyond uncertainty, if it is not."""
    limits = lead(key, rival)
    if limits is None:
        return Because("no_interval", (key,), (rival,))
    return Because("not_beyond", (key,), (rival,), interval=limits) if limits[0] <= 0 else None


def _others(glob: str, keys: Sequence[str], numbers: Numbers, estimand: Estimand) -> list[Reading]:
    """The rest of a set; what was asked of no report is no rival."""
    names = [name for name in numbers.matching(glob) if name not in keys]
    readings = [numbers.read(name, estimand) for name in names]
    return [each for each in readings if each.indicator is None or each.indicator.asked]


def _ranked(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The known ones, greatest first, then by name."""
    known = [reading for reading in readings if reading.value is not None]
    return tuple(sorted(known, key=lambda each: (-_of(each), each.name)))


def _best(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The greatest of the known ones; empty if none is known."""
    return _ranked(readings)[:1]


def _of(reading: Reading) -> float:
    assert reading.value is not None
    return reading.value
