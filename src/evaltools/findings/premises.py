"""What a claim is put to: findings and answers that speak for it or against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Final, Literal, get_args

from pydantic import Field, model_validator

from evaltools.findings.conditions import Case, Outcome, Strict

State = Literal["supported", "contradicted", "cannot_be_told", "not_examined"]
STATES: Final[tuple[State, ...]] = get_args(State)

_Names = Annotated[tuple[str, ...], Field(strict=False)]


class Premise(Strict):
    """A finding, or the answer to a question, that speaks for a claim or against it.

    Arguments:
        finding, question: which; one of the two.
        supports, contradicts: outcomes or cases of the finding, or levels of the answer, that do.
            Any other leaves the claim open.
    """

    finding: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")] | None = None
    question: str | None = None
    supports: _Names = ()
    contradicts: _Names = ()

    @model_validator(mode="after")
    def _can_speak(self) -> Premise:
        if (self.finding is None) == (self.question is None):
            raise ValueError("give a finding or a question")
        if not self.supports and not self.contradicts:
            raise ValueError("name what supports the claim, or what contradicts it")
        if both := sorted(set(self.supports) & set(self.contradicts)):
            raise ValueError(f"{', '.join(both)} cannot both support and contradict")
        if self.finding is not None and (strange := sorted(set(self._named) - set(get_args(Case)))):
            known = ", ".join(get_args(Case))
            raise ValueError(f"{', '.join(strange)}: a finding comes out as one of {known}")
        return self

    @property
    def _named(self) -> tuple[str, ...]:
        return (*self.supports, *self.contradicts)


@dataclass(frozen=True)
class Outcomes:
    """What came of the findings and questions of a run.

    Arguments:
        findings: case and outcome of each, by id.
        levels: of answers, by id of their question.
    """

    findings: Mapping[str, tuple[Case, Outcome]] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)


def weigh_premise(premise: Premise, outcomes: Outcomes) -> State:
    """Whether one premise speaks for a claim, against it, or leaves it open."""
    found: tuple[str, ...]
    if premise.finding is not None:
        found = outcomes.findings[premise.finding]  # a case of its own goes before its outcome
    else:
        found = (outcomes.levels[premise.question or ""],)
    for name in found:
        if name in premise.supports:
            return "supported"
        if name in premise.contradicts:
            return "contradicted"
    return "cannot_be_told"


def weigh(premises: Iterable[Premise], outcomes: Outcomes) -> State:
    """What the premises of a claim say of it together.

    They must agree: where one speaks for the claim and another leaves it open or speaks against
    it, the claim cannot be told. Without premises nobody has examined it.
    """
    states = {weigh_premise(premise, outcomes) for premise in premises}
    if not states:
        return "not_examined"
    return states.pop() if len(states) == 1 else "cannot_be_told"


def unknown_premises(
    premises: Iterable[Premise],
    findings: Collection[str],
    questions: Collection[str],
    levels: Collection[str],
) -> Iterator[tuple[str, str]]:
    """What premises name and the study does not have, each with what there is.

    Arguments:
        findings: ids of all.
        questions: ids of those that are answered.
        levels: of the scale of answers, with that of what cannot be told.
    """
    for premise in premises:
        if premise.finding is not None:
            if premise.finding not in findings:
                yield f"no finding is called '{premise.finding}'", ", ".join(sorted(findings))
            continue
        if premise.question not in questions:
            known = ", ".join(sorted(questions))
            yield f"no question that is answered is called '{premise.question}'", known
        for level in (*premise.supports, *premise.contradicts):
            if level not in levels:
                yield f"no answer has the level '{level}'", ", ".join(levels)
