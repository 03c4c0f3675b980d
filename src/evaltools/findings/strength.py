"""How much a judgement's evidence bears, what lowers it, and how far the finding would hold.

A finding holds up to the nearest count that turns it, or the limit that its interval still meets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from evaltools.findings.conditions import Condition, Threshold
from evaltools.findings.declaration import Finding, Level, NoneFound
from evaltools.findings.evaluate import evaluate, readings
from evaltools.findings.judgement import Judgement
from evaltools.findings.lookup import Numbers, Reading
from evaltools.findings.premises import Premise
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Indicator
from evaltools.problems import Problem

Concern = Literal[
    "interested_party", "incomplete_register", "contradicted", "few_projects", "not_borne_out"
]


LEVELS: Final[tuple[Level, ...]] = ("very_low", "low", "moderate", "high")


FEWEST_PROJECTS: Final = 10
"""Fewer projects behind a finding than this are thin data."""


CONTRADICTED_ABOVE: Final = 0.1
"""Denials for each affirmation above which the data do not cohere."""


@dataclass(frozen=True)
class Strength:
    """Confidence in a finding.

    Arguments:
        level: what is printed: the proposal, or what people set against it.
        proposed: what the rule gives.
        concerns: why it is not high, in the order of the components.
        overridden: whether people overruled the rule; `Finding.strength` has their reason.
        evidence: what the rule gives for the evidence alone, whatever the outcome.
    """

    level: Level
    proposed: Level
    concerns: tuple[Concern, ...]
    overridden: bool
    evidence: Level = "very_low"

    def text(self, words: Words) -> str:
        """The level in words, with the concerns: `kohtalainen (kertojana asianosainen)`."""
        level = words(f"findings.strength.{self.level}")
        message = "; ".join(words(f"findings.concern.{concern}") for concern in self.concerns)
        return f"{level} ({message})" if message else level


def propose(judgement: Judgement, numbers: Numbers) -> Strength:
    """The strength of a finding, by the components of GRADE-CERQual as far as data can tell.

    Starts at high and goes down one level for each concern: *methodological limitations*, where
    interested parties report on themselves or a register holds but part, which caps it at
    moderate; *coherence*, where the
    counter-evidence codes are denied more than once for ten affirmations; *adequacy*, where
    fewer than ten projects stand behind the codes that carry it. A finding that is not borne
    out is very low. *Relevance* is left to people: the declared estimand says what it is about.

    Arguments:
        judgement: of the finding.
        numbers: of the same run.
    Source: Lewin et al. 2018, doi:10.1186/s13012-017-0688-3.
    """
    finding = judgement.finding
    concerns: list[Concern] = []
    if finding.evidence_class == "self_reported":
        concerns.append("interested_party")
    if finding.evidence_class == "incomplete_register":
        concerns.append("incomplete_register")
    against = judgement.counter_evidence
    if not isinstance(against, NoneFound):
        codes = [each.code for each in against if each.code and each.polarity == "deny"]
        denied = sum(_count(numbers, f"{code}.denied.share") for code in codes)
        affirmed = sum(_count(numbers, f"{code}.share") for code in codes)
        if denied > CONTRADICTED_ABOVE * affirmed:
            concerns.append("contradicted")
    carrying = [support.code for support in judgement.evidence if support.code is not None]
    if carrying and min(_count_reports(numbers, code) for code in carrying) < FEWEST_PROJECTS:
        concerns.append("few_projects")
    proposed = evidence = LEVELS[max(0, len(LEVELS) - 1 - len(concerns))]
    if not judgement.holds:
        concerns.append("not_borne_out")
        proposed = "very_low"
    override = finding.strength
    level = proposed if override is None else override.level
    return Strength(level, proposed, tuple(concerns), override is not None, evidence)


def _count_reports(numbers: Numbers, code: str) -> int:
    """Projects whose report speaks of a code at all, which is what it is known from."""
    return _count(numbers, f"{code}.share") + _count(numbers, f"{code}.denied.share")


def _count(numbers: Numbers, name: str) -> int:
    record = numbers.read(name, "D").indicator
    return 0 if record is None or record.x is None else record.x


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


def told_by_interested(
    claim: Finding,
    premises: Iterable[Premise],
    findings: Mapping[str, Finding],
    rests_on: Mapping[str, tuple[str, ...]],
) -> list[Problem]:
    """Rival explanations that the recipients' own word would refute.

    Who has an interest in a causal claim cannot clear it of another explanation: that reports are
    favourable is what such an explanation leads one to expect.

    Arguments:
        rests_on: findings that the answer to a question rests on.
    """
    problems = []
    for premise in (each for each in premises if each.contradicts):
        rests = (premise.finding,) if premise.finding else rests_on.get(premise.question or "", ())
        known = [findings[name] for name in rests if name in findings]
        if told := [each.id for each in known if each.evidence_class == "self_reported"]:
            what = f"{claim.id}: rival: {', '.join(told)} is told by those who got the grant"
            remedy = "It may support a rival explanation, never contradict it: remove contradicts."
            problems.append(Problem(claim.where, what, "other evidence", remedy, "conclusions"))
    return problems
