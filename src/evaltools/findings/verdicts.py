"""Verdicts on conditions: what comes of one and why, and of several together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaltools.findings import conditions
from evaltools.findings.lookup import Numbers, Reading
from evaltools.findings.reasons import Kind, ReasonKind
from evaltools.indicators.indicator import Estimand


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


def read_set(glob: str, keys: Sequence[str], numbers: Numbers, estimand: Estimand) -> list[Reading]:
    """The rest of a set; what was asked of no report is no rival."""
    names = [name for name in numbers.matching(glob) if name not in keys]
    readings = [numbers.read(name, estimand) for name in names]
    return [each for each in readings if each.indicator is None or each.indicator.asked]


def rank(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The known ones, greatest first, then by name."""
    known = [reading for reading in readings if reading.value is not None]
    return tuple(sorted(known, key=lambda each: (-value_of(each), each.name)))


def take_best(readings: Sequence[Reading]) -> tuple[Reading, ...]:
    """The greatest of the known ones, if there is any."""
    return rank(readings)[:1]


def value_of(reading: Reading) -> float:
    """The value of a number that has one."""
    assert reading.value is not None
    return reading.value
