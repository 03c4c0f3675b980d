"""How far a finding would hold: the nearest count that turns it, or the limit it still meets."""

from __future__ import annotations

from dataclasses import dataclass, replace

from evaltools.findings.conditions import Condition, Threshold
from evaltools.findings.evaluate import evaluate, readings
from evaltools.findings.judgement import Judgement
from evaltools.findings.lookup import Numbers, Reading
from evaltools.indicators.indicator import Indicator


@dataclass(frozen=True)
class TurningPoint:
    """The least change of one count that gives a finding another outcome.

    Arguments:
        reading: the share as it is.
        x: its numerator at which the outcome is another one.
    """

    reading: Reading
    x: int


def find_turning_point(judgement: Judgement, numbers: Numbers) -> TurningPoint | None:
    """The least change of one count of the reports read that turns a finding.

    Every share that the condition reads is counted up and down, one observation at a time and all
    else as it is, until the condition comes out otherwise. Shares with an interval are left out:
    what their limits would be then is another calculation.

    Arguments:
        judgement: of the run.
        numbers: of the run, with the cases of the findings judged.

    Returns:
        None where no count of one share alone turns it, or where the numbers do not decide.
    """
    condition = judgement.finding.condition
    if evaluate(condition, numbers, judgement.estimand).outcome != judgement.outcome:
        return None  # it is not the numbers that decide, but coders, rules or too few reports
    best: TurningPoint | None = None
    least = max((each.n or 0 for each in judgement.numbers), default=0) + 1
    for reading in readings(condition, numbers, judgement.estimand):
        record = reading.indicator
        if record is None or not _is_plain_count(record) or reading.part != "value":
            continue
        assert record.x is not None
        assert record.n is not None
        own = dict(numbers.by_name[reading.name])
        changed = replace(numbers, by_name={**numbers.by_name, reading.name: own})
        for distance in range(1, least):
            turning = None
            for x in (record.x - distance, record.x + distance):
                if 0 <= x <= record.n and turning is None:
                    own["D"] = replace(record, x=x, value=x / record.n)
                    found = evaluate(condition, changed, judgement.estimand).outcome
                    turning = x if found != judgement.outcome else None
            if turning is not None:
                best, least = TurningPoint(reading, turning), distance
                break
    return best


def _is_plain_count(record: Indicator) -> bool:
    counts = record.unit == "share" and record.counted == "cases" and record.estimand == "D"
    return counts and record.x is not None and bool(record.n) and record.low is None


def find_last_limit(judgement: Judgement, numbers: Numbers) -> tuple[Reading, float] | None:
    """The limit up to which a single condition on a limit would still hold.

    Returns:
        The number and the end of its interval that decides; None of findings that do not hold, of
        other conditions, and where there is no interval.
    """
    condition: Condition = judgement.finding.condition
    required = condition.at_least or condition.at_most
    if judgement.outcome != "holds" or not isinstance(required, Threshold) or required.limit:
        return None
    reading = numbers.read(required.key, required.estimand or judgement.estimand)
    if reading.limits is None or reading.limits[0] == reading.limits[1]:
        return None
    return reading, reading.limits[0 if condition.at_least else 1]
