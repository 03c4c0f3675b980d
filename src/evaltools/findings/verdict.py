"""What comes of a condition, and the logic of three outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaltools.findings.numbers import Reading
from evaltools.findings.reasons import Because, Outcome


@dataclass(frozen=True)
class Verdict:
    """What comes of a condition, and why."""

    outcome: Outcome
    because: tuple[Because, ...]


def holds(*because: Because) -> Verdict:
    """It is so."""
    return Verdict("holds", because)


def fails(*because: Because) -> Verdict:
    """It is not so."""
    return Verdict("does_not_hold", because)


def open_(*because: Because) -> Verdict:
    """The numbers do not decide."""
    return Verdict("cannot_be_told", because)


def unreadable(readings: Sequence[Reading], estimand: str) -> tuple[Because, ...]:
    """Why some numbers cannot be read, one reason for all of a kind; empty if all can.

    Arguments:
        readings: all that are asked for.
        estimand: under which they were asked for.
    """
    lacking = [reading for reading in readings if reading.value is None]
    none = tuple(each for each in lacking if each.indicator is None)
    withheld = tuple(each for each in lacking if each.indicator and each.indicator.suppressed)
    missing = tuple(each for each in lacking if each.indicator and not each.indicator.suppressed)
    found = []
    if none:
        found.append(Because("no_record", none, word=estimand))
    if withheld:
        found.append(Because("withheld", withheld))
    if missing:
        found.append(Because("missing", missing))
    return tuple(found)


def every(verdicts: Sequence[Verdict]) -> Verdict:
    """All must hold: one that fails decides, then one that is open."""
    for outcome in ("does_not_hold", "cannot_be_told"):
        deciding = [each for each in verdicts if each.outcome == outcome]
        if deciding:
            return Verdict(deciding[0].outcome, _joined(deciding))
    return Verdict("holds", _joined(verdicts))


def some(verdicts: Sequence[Verdict]) -> Verdict:
    """One must hold: it decides, then one that is open."""
    for outcome in ("holds", "cannot_be_told"):
        deciding = [each for each in verdicts if each.outcome == outcome]
        if deciding:
            return Verdict(deciding[0].outcome, _joined(deciding))
    return Verdict("does_not_hold", _joined(verdicts))


def not_any(verdicts: Sequence[Verdict]) -> Verdict:
    """None may hold: the opposite of `some`, for the same reasons."""
    found = some(verdicts)
    if found.outcome == "cannot_be_told":
        return found
    return (fails if found.outcome == "holds" else holds)(*found.because)


def _joined(verdicts: Sequence[Verdict]) -> tuple[Because, ...]:
    return tuple(dict.fromkeys(because for each in verdicts for because in each.because))
