"""Projects that a report looks at one by one, chosen by a rule that a study declares.

Source: Seawright & Gerring 2008, Case Selection Techniques in Case Study Research, Political
Research Quarterly 61 (2), doi 10.1177/1065912907313077: typical, extreme and deviant cases. Where
they use distances and residuals, ranks are used here, which no unit and no outlier moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from statistics import median
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import Field

from evaltools.evidence.selection import Evidence
from evaltools.indicators.disclosure.policy import policy_for
from evaltools.indicators.goals import stated_goals
from evaltools.indicators.prevalence import publishable_codes
from evaltools.indicators.sustainability import achieved_goals
from evaltools.study.vocabulary import Declared, Role

Measure = Literal[
    "grant", "organisations", "goals", "results", "challenges", "responses",
    "goals_achieved", "goals_measured", "lasting",
]  # fmt: skip
"""What projects are compared by. The first six are amounts and counts; of the last three each is
a share: of the stated goals those achieved, those achieved and measured; of the goals achieved or
partly achieved those whose result has an owner, money and use."""
ROLES: Mapping[str, Role] = {
    "results": "result",
    "challenges": "challenge",
    "responses": "response",
}


class Typical(Declared):
    """The project nearest to the middle on all measures together."""

    rule: Literal["typical"]
    measures: Annotated[tuple[Measure, ...], Field(min_length=1)]


class Extreme(Declared):
    """The project with the largest or smallest value of a measure."""

    rule: Literal["extreme"]
    measure: Measure
    end: Literal["largest", "smallest"] = "largest"


class Deviant(Declared):
    """The project furthest from the relation that is expected between two measures.

    Arguments:
        measure: what rises or falls.
        given: with what.
        expected: whether it rises or falls with it.
    """

    rule: Literal["deviant"]
    measure: Measure
    given: Measure
    expected: Literal["rises", "falls"]


CaseRule = Annotated[Typical | Extreme | Deviant, Field(discriminator="rule")]


@dataclass(frozen=True)
class Value:
    """A measure of a project: `x`, of `n` where it is a share.

    Arguments:
        number: what is compared; None where it is not known, or a share of nothing.
        x, n: its counts; n is None where it is no share.
    """

    number: Fraction | None
    x: int = 0
    n: int | None = None

    @classmethod
    def of(cls, x: int, n: int | None = None) -> Value:
        """A count, or a share of n."""
        if n is None:
            return cls(Fraction(x), x)
        return cls(Fraction(x, n) if n else None, x, n)


Measures = Mapping[str, Mapping[Measure, Value]]
"""The measures of projects by identifier."""


@dataclass(frozen=True)
class Case:
    """A chosen project, and what it was chosen by.

    Arguments:
        name: of the rule in the study.
        rule: as declared.
        project: its identifier.
        values, medians: of the measures of the rule, of the project and of all compared.
        compared: how many projects have all measures of the rule.
        tied: how many others would have done as well; the first by identifier was taken.
    """

    name: str
    rule: Typical | Extreme | Deviant
    project: str
    values: Mapping[Measure, Value]
    medians: Mapping[Measure, Fraction]
    compared: int
    tied: int


def project_measures(evidence: Evidence) -> Measures:
    """Every measure of each project whose report was read and is public as a whole.

    Of themes only those count that may be told of a single project, see `told_themes`.
    """
    reports = evidence.reports
    status = reports["public_status"].astype("string").fillna("public")
    public = reports.loc[~status.isin(["partly_secret", "secret"]).to_numpy(dtype=bool)]
    chosen = sorted(set(public["project_id"].astype(str)))
    rows: list[dict[str, Any]] = evidence.projects.astype(object).to_dict("records")  # type: ignore[assignment]
    register = {str(row["project_id"]): row for row in rows}
    themes, goals = told_themes(evidence), stated_goals(evidence)
    rooted = achieved_goals(evidence)
    made: dict[str, Mapping[Measure, Value]] = {}
    for project in chosen:
        own = goals[goals["project_id"] == project]
        reached = own[own["attainment"] == "achieved"]
        kept = rooted[rooted["project_id"] == project]
        grant = register[project]["grant"]
        told = {name: len(themes[project].get(role, ())) for name, role in ROLES.items()}
        made[project] = {
            "grant": Value(None if pd.isna(grant) else Fraction(str(grant))),
            "organisations": Value.of(int(register[project]["organisations"])),
            "goals": Value.of(len(own)),
            "results": Value.of(told["results"]),
            "challenges": Value.of(told["challenges"]),
            "responses": Value.of(told["responses"]),
            "goals_achieved": Value.of(len(reached), len(own)),
            "goals_measured": Value.of(int(reached["measured_by"].eq("measured").sum()), len(own)),
            "lasting": Value.of(int(kept["all_three"].sum()), len(kept)),
        }
    return made


def told_themes(evidence: Evidence) -> Mapping[str, Mapping[Role, tuple[str, ...]]]:
    """Codes that the report of each project affirms, by their role, in order.

    Only `open_codes`: what is sensitive is told of many projects together or of none.
    """
    roles = open_codes(evidence)
    found: dict[str, dict[Role, tuple[str, ...]]] = {
        project: {} for project in evidence.reports["project_id"].astype(str)
    }
    states = evidence.presence[evidence.presence["state"].eq("yes").to_numpy(dtype=bool)]
    pairs = set(zip(states["project_id"].astype(str), states["code_id"].astype(str), strict=True))
    for project, code in sorted(pairs):
        if code in roles:
            own = found[project]
            own[roles[code]] = (*own.get(roles[code], ()), code)
    return found


def open_codes(evidence: Evidence) -> dict[str, Role]:
    """Codes of goals, results, challenges and responses that declared open; their role."""
    policy, made = policy_for(evidence), {}
    roles: tuple[Role, ...] = ("goal", "result", "challenge", "response")
    for role in roles:
        for code in publishable_codes(evidence, role)["code_id"].astype(str):
            if policy.regime_of(f"{code}.share") == "open":
                made[code] = role
    return made


def choose_cases(rules: Mapping[str, CaseRule], measures: Measures) -> tuple[Case, ...]:
    """One project a rule, in the order of the rules.

    A project without a value for a measure is not compared by it; one that is a case already is
    passed over. Of equals the first by identifier is taken. A rule that nothing fits gives no
    case; nor does one by measures that are the same of all projects, but for the middle.
    """
    chosen: list[Case] = []
    for name, rule in rules.items():
        needed = _measures_of(rule)
        known = {
            project: {each: values[each] for each in needed}
            for project, values in sorted(measures.items())
            if all(values[each].number is not None for each in needed)
        }
        if not isinstance(rule, Typical) and any(
            len({values[each].number for values in known.values()}) < 2 for each in needed
        ):
            continue
        taken = {case.project for case in chosen}
        order = sorted(
            (-distance, project)
            for project, distance in _distances(rule, known).items()
            if project not in taken
        )
        if not order:
            continue
        best, project = order[0]
        medians = {
            each: Fraction(median(_number(values[each]) for values in known.values()))
            for each in needed
        }
        tied = sum(1 for distance, _ in order if distance == best) - 1
        chosen.append(Case(name, rule, project, known[project], medians, len(known), tied))
    return tuple(chosen)


def _measures_of(rule: CaseRule) -> tuple[Measure, ...]:
    if isinstance(rule, Typical):
        return tuple(dict.fromkeys(rule.measures))
    if isinstance(rule, Deviant):
        return (rule.measure, rule.given)
    return (rule.measure,)


def _distances(rule: CaseRule, known: Mapping[str, Mapping[Measure, Value]]) -> dict[str, Fraction]:
    """How well each project fits a rule, the more the better."""
    ranks = {each: _double_ranks(known, each) for each in _measures_of(rule)}
    ends = len(known) + 1  # the first and last rank together, so half of it is the middle
    if isinstance(rule, Typical):
        return {
            project: Fraction(-sum(abs(own[project] - ends) for own in ranks.values()))
            for project in known
        }
    if isinstance(rule, Deviant):
        of, given = ranks[rule.measure], ranks[rule.given]
        rises = rule.expected == "rises"
        return {
            project: Fraction(
                abs(of[project] - (given[project] if rises else 2 * ends - given[project]))
            )
            for project in known
        }
    sign = 1 if rule.end == "largest" else -1
    return {project: sign * _number(values[rule.measure]) for project, values in known.items()}


def _double_ranks(known: Mapping[str, Mapping[Measure, Value]], measure: Measure) -> dict[str, int]:
    """Twice the rank from 1 of each project, equals in the middle of theirs: whole numbers."""
    numbers = {project: _number(values[measure]) for project, values in known.items()}
    return {
        project: 2 * sum(other < own for other in numbers.values())
        + sum(other == own for other in numbers.values())
        + 1
        for project, own in numbers.items()
    }


def _number(value: Value) -> Fraction:
    if value.number is None:
        raise ValueError("a project without the measure is not compared by it")
    return value.number
