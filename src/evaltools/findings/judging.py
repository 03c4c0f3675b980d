"""The judge: every finding put to the numbers of a run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from evaltools.findings.clauses import Equals, keys_of
from evaltools.findings.conditions import evaluate, readings
from evaltools.findings.declaration import Finding
from evaltools.findings.numbers import Numbers, numbers_of
from evaltools.findings.reasons import Outcome, Reason
from evaltools.indicators.indicator import Estimand, Indicator
from evaltools.problems import Problem, refuse


@dataclass(frozen=True)
class Judgement:
    """What a run says of a finding.

    Arguments:
        finding: the sentence.
        outcome: holds, does_not_hold or cannot_be_told.
        reason: why.
        numbers: every indicator that the condition looks at, as far as the run has it for the
            estimand, named ones first, each once.
        estimand: whose intervals had to bear it out, where the condition does not say itself.
        by_rule: outcome under each coder rule, where they were asked for (`coder_rules`).
    """

    finding: Finding
    outcome: Outcome
    reason: Reason
    numbers: tuple[Indicator, ...]
    estimand: Estimand = "D"
    by_rule: tuple[tuple[str, Outcome], ...] = ()

    @property
    def depends_on_rule(self) -> bool:
        """Whether another coder rule would have given another outcome."""
        return any(outcome != self.outcome for _, outcome in self.by_rule)

    @property
    def holds(self) -> bool:
        """Whether the sentence is borne out."""
        return self.outcome == "holds"

    @property
    def accepted(self) -> bool:
        """Whether people let it be published with this very outcome."""
        accepted = self.finding.accepted
        return accepted is not None and accepted.outcome == self.outcome


def judge(
    findings: Iterable[Finding],
    indicators: Iterable[Indicator],
    estimand: Estimand,
    facts: Mapping[str, float] | None = None,
) -> tuple[Judgement, ...]:
    """Put every finding to the numbers of a run.

    Arguments:
        findings: as declared.
        indicators: all of a run.
        estimand: whose intervals must bear out a finding that names none itself.
        facts: single public facts by name.

    Returns:
        One judgement a finding, in their order.

    Raises:
        ProblemError: conditions on numbers that no run gives, each with its line.
    """
    asked = tuple(findings)
    numbers = numbers_of(indicators, facts)
    refuse(unknown_keys(asked, numbers))
    return tuple(_judge(finding, numbers, finding.estimand or estimand) for finding in asked)


def _judge(finding: Finding, numbers: Numbers, estimand: Estimand) -> Judgement:
    verdict = evaluate(finding.condition, numbers, estimand)
    looked_at = readings(finding.condition, numbers, estimand)
    records = dict.fromkeys(each.indicator for each in looked_at if each.indicator is not None)
    reason = Reason(verdict.outcome, verdict.because)
    return Judgement(finding, verdict.outcome, reason, tuple(records), estimand)


def unknown_keys(findings: Iterable[Finding], numbers: Numbers) -> list[Problem]:
    """Conditions on numbers, sets of numbers or facts that the run does not have.

    A number that the run has without a value is no problem: such a finding cannot be told.
    """
    problems = []
    for finding in findings:
        names, globs = keys_of(finding.condition)
        for name in names:
            if not numbers.has(name):
                near = numbers.nearest(name)
                remedy = f"Did you mean {near}?" if near else "See indicators.csv of the run."
                what = f"{finding.id}: no indicator is called '{name}'"
                problems.append(Problem(finding.where, what, "", remedy, "finding.key"))
        for glob in globs:
            if not set(numbers.matching(glob)) - set(names):
                what = f"{finding.id}: '{glob}' matches no indicator but those named"
                near = numbers.nearest(glob.replace("*", ""))
                remedy = f"The nearest is {near}." if near else "See indicators.csv of the run."
                problems.append(Problem(finding.where, what, "", remedy, "finding.key"))
        for leaf in finding.condition.leaves():
            required = leaf.leaf
            fact = required.fact if isinstance(required, Equals) else None
            if fact is not None and fact not in numbers.facts:
                what = f"{finding.id}: no fact is called '{fact}'"
                allowed = ", ".join(sorted(numbers.facts))
                problems.append(
                    Problem(finding.where, what, allowed, "See facts.csv.", "finding.fact")
                )
    return problems


def unknown_evidence(
    findings: Iterable[Finding], codes: Iterable[str], tables: Iterable[str]
) -> list[Problem]:
    """Evidence and counter-evidence that names a code or a table the data do not have.

    Arguments:
        codes: ids of the codable codes.
        tables: names of the tables.
    """
    known, named = set(codes), set(tables)
    problems = []
    for finding in findings:
        against = finding.counter_evidence
        for support in (*finding.evidence, *(against if isinstance(against, tuple) else ())):
            if support.code is not None and support.code not in known:
                what = f"{finding.id}: no codable code is called '{support.code}'"
                problems.append(
                    Problem(finding.where, what, remedy="See codes.csv.", code="finding.evidence")
                )
            if support.table is not None and support.table not in named:
                what = f"{finding.id}: no table is called '{support.table}'"
                allowed = ", ".join(sorted(named))
                problems.append(Problem(finding.where, what, allowed, code="finding.evidence"))
    return problems


def problems_for_publishing(judgements: Iterable[Judgement]) -> list[Problem]:
    """What keeps a report from being published: claims of its own that are not borne out.

    What others said is examined, not claimed, and keeps nothing. An acceptance counts for the
    outcome it was given for and no other.
    """
    problems = []
    for judgement in judgements:
        finding = judgement.finding
        if not finding.asserted or judgement.holds or judgement.accepted:
            continue
        what = f"{finding.id}: {judgement.reason.text('en')}"
        remedy = "Correct the sentence or its condition, or accept it with a reason."
        if finding.accepted is not None:
            remedy = f"It was accepted as {finding.accepted.outcome}, not as what it is now."
        code = f"finding.{judgement.outcome.replace('_', '-')}"
        problems.append(Problem(finding.where, what, "", remedy, code))
    return problems
