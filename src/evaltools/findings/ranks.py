"""Conditions on rank: the greatest, the order, the first few."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations, pairwise, takewhile
from typing import Final

from evaltools.findings import conditions
from evaltools.findings.lookup import STATE_WORDS, Numbers, Reading, matches
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
from evaltools.indicators.indicator import Estimand, Indicator, dimensions
from evaltools.indicators.order import KEY, CodeOrder


def greatest(required: conditions.Greatest, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether a number leads a set.

    Of numbers that are known whole, as those of a register (D), the values decide. Beyond the
    reports read, the lead over each other member of the set must not be chance, nor the lead of
    one that is ahead of it. A member that is missing or withheld might lead, and leaves it open
    unless a known one is ahead already.
    """
    key = numbers.read(required.key, estimand)
    rivals = read_set(required.of, (required.key,), numbers, estimand)
    if key.value is None:
        return undecided(*unreadable([key], estimand))
    best = take_best(rivals)
    pairs = [(key, rival) for rival in rivals]
    if _turned(pairs, numbers, estimand):
        return fails(ReasonKind("another_leads", (key,), best))
    level = bool(best) and value_of(best[0]) == key.value and required.ties == "refused"
    if level and (estimand == "D" or not key.value):
        return fails(ReasonKind("tied", (key,), best))
    if lacking := unreadable(rivals, estimand):
        return undecided(*lacking)
    if doubt := _first_doubt(pairs, numbers, estimand):
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
    found = _read_order([(each, each) for each in known], numbers, estimand)
    best = found.find_best(each.stem for each in known)
    return tuple(takewhile(lambda each: each.stem in best, known))


def order(required: conditions.Order, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether numbers are in an order, and ahead of the rest of a set where one is given.

    Beyond the reports read it fails only where one that should be behind is ahead by more than
    chance, or where no report tells of any; equal numbers then leave it open.
    """
    keys = [numbers.read_ranked(key, estimand) for key in required.keys]
    rivals = read_set(required.of, required.keys, numbers, estimand) if required.of else []
    known = [each for each in keys if each.value is not None]
    steps = [*pairwise(known), *((known[-1], rival) for rival in rank(rivals) if known)]
    if _turned(steps, numbers, estimand):
        return fails(ReasonKind("not_in_order", rank([*known, *rivals])[: len(keys)]))
    if required.ties == "refused" and (estimand == "D" or not any(map(value_of, known))):
        for before, after in steps:
            if value_of(before) == value_of(after):
                return fails(ReasonKind("tied", (before,), (after,)))
    if lacking := unreadable([*keys, *rivals], estimand):
        return undecided(*lacking)
    if doubt := _first_doubt(steps, numbers, estimand):
        return undecided(doubt)
    return holds(ReasonKind("in_order", tuple(keys)))


def among_top(required: conditions.AmongTop, numbers: Numbers, estimand: Estimand) -> Verdict:
    """Whether numbers are the first of a set, in any order among themselves.

    Beyond the reports read each must be ahead of all but those that the places have room for, by
    more than chance; and it is not so where as many as there are places are ahead of one of them.
    """
    first = required.first or len(required.keys)
    keys = [numbers.read(key, estimand) for key in required.keys]
    rivals = read_set(required.of, required.keys, numbers, estimand)
    if estimand != "D":
        if lacking := unreadable(keys, estimand):
            return undecided(*lacking)
        return _among_top_beyond(keys, rivals, first, numbers, estimand)
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


def _among_top_beyond(
    keys: Sequence[Reading],
    rivals: Sequence[Reading],
    first: int,
    numbers: Numbers,
    estimand: Estimand,
) -> Verdict:
    found = _read_order([(key, each) for key in keys for each in rivals], numbers, estimand)
    ahead = rank([*keys, *rivals])[:first]
    for key in keys:
        others = [each.stem for each in (*keys, *rivals) if each is not key]
        if not key.value or found.judge_outdone(key.stem, others, first):
            return fails(ReasonKind("not_at_the_top", (key,), ahead))
    verdict = found.judge_top([key.stem for key in keys], [each.stem for each in rivals], first)
    if verdict.stands:
        return holds(ReasonKind("at_the_top", tuple(keys), take_best(rivals)))
    by_stem = {each.stem: each for each in (*keys, *rivals)}
    named = () if verdict.pair is None else (by_stem[verdict.pair.ahead],)
    other = () if verdict.pair is None else (by_stem[verdict.pair.behind],)
    return undecided(ReasonKind(_DOUBTS.get(verdict.outcome, "not_beyond"), named, other))


def compared_codes(required: conditions.Leaf, codes: Sequence[str]) -> list[tuple[str, str]]:
    """Every two codes that a condition on rank holds against each other.

    Arguments:
        codes: ids of the codable codes; a star stands for each of them that it fits.
    """

    def code_of(name: str) -> str:
        stem, _, last = name.rpartition(".")[0].rpartition(".")
        return stem if last in STATE_WORDS else f"{stem}.{last}"

    keys = [code_of(key) for key in getattr(required, "keys", ())]
    keys += [code_of(key) for key in (getattr(required, "key", None),) if key]
    of = getattr(required, "of", None)
    members = [code for code in codes if of and matches(code_of(of), code)]
    if isinstance(required, conditions.Leads):
        return list(combinations(members, 2))
    if not isinstance(required, conditions.Order):
        return [(key, each) for key in keys for each in members if key != each]
    pairs = [*pairwise(keys), *((keys[-1], each) for each in members if each not in keys)]
    starred = [code for code in codes if "*" in keys[0] and matches(keys[0], code)]
    before, _, after = keys[0].partition("*")
    words = [code[len(before) : len(code) - len(after)] for code in starred] or ["*"]
    return [(a.replace("*", own), b.replace("*", own)) for a, b in pairs for own in words]


_DOUBTS: Final[dict[str, Kind]] = {"withheld": "withheld", "unknown": "no_interval"}
"""Why a lead cannot be told, where that is not because it could be chance."""


def _turned(pairs: Sequence[tuple[Reading, Reading]], numbers: Numbers, estimand: Estimand) -> bool:
    """Whether the second of some pair is ahead of the first.

    Of the reports read by its value; beyond them by more than chance, which all pairs share.
    """
    known = [pair for pair in pairs if pair[0].value is not None and pair[1].value is not None]
    behind = [pair for pair in known if value_of(pair[0]) < value_of(pair[1])]
    if estimand == "D" or not behind:
        return bool(behind)
    return any(
        _read_order([(first, second)], numbers, estimand).judge_outdone(
            first.stem, [second.stem], 1, len(pairs)
        )
        for first, second in behind
    )


def _first_doubt(
    pairs: Sequence[tuple[Reading, Reading]], numbers: Numbers, estimand: Estimand
) -> ReasonKind | None:
    """The first lead that could be chance, beyond the reports read; of these none could."""
    if estimand == "D":
        return None
    for ahead, behind in pairs:
        found = _read_order([(ahead, behind)], numbers, estimand)
        verdict = found.judge_greatest(ahead.stem, [behind.stem])
        if not verdict.stands:
            kind = _DOUBTS.get(verdict.outcome, "not_beyond")
            return ReasonKind(kind, (ahead,), (behind,))
    return None


def _read_order(
    pairs: Sequence[tuple[Reading, Reading]], numbers: Numbers, estimand: Estimand
) -> CodeOrder:
    """The order that a run tells of, with that of two states of one code."""
    readings = [each for pair in pairs for each in pair if each.indicator is not None]
    levels = [each.indicator.level for each in readings if each.indicator is not None]
    states = [record for pair in pairs if (record := _pair_states(*pair, numbers, estimand))]
    levels += [record.level for record in states]
    level = next((each for each in levels if each is not None), 0.95)
    known = numbers.order(estimand, level)
    if not states:
        return known
    # Where all are of two states nothing else is asked for; and there are thousands of questions.
    others = known.records.values() if len(states) < len(pairs) else ()
    return CodeOrder.from_records([*others, *states], estimand, level)


def _pair_states(
    one: Reading, other: Reading, numbers: Numbers, estimand: Estimand
) -> Indicator | None:
    """The record of two states of one code, of which no report has both; None of other numbers."""
    first, second = sorted((one, other), key=lambda each: each.stem)
    code, state = first.stem.rpartition(".")[::2]
    whole = numbers.read(f"{code}.share", estimand).indicator
    counted = first.indicator, second.indicator
    if first.stem == second.stem or second.stem.rpartition(".")[0] != code or whole is None:
        return None
    if not {state, second.stem.rpartition(".")[2]} <= {*STATE_WORDS} or None in counted:
        return None
    x, y = (0 if each is None else each.x or 0 for each in counted)
    hidden = any(each is not None and each.suppressed for each in counted)
    if estimand == "P" and (whole.N is None or whole.n is None):
        return None
    unread = (whole.N or 0) - (whole.n or 0) if estimand == "P" else 0
    return Indicator(
        key=KEY, value=x / (x + y) if x + y and not hidden else None, unit="share",
        x=None if hidden else x, n=None if hidden else x + y,
        N=x + y + unread if estimand == "P" and not hidden else None, estimand=estimand,
        level=whole.level, dimensions=dimensions(first=first.stem, second=second.stem),
        suppressed=hidden, note="two states of one code",
    )  # fmt: skip
