"""How strong the evidence for a finding is: a rule proposes, people may overrule it with reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from evaltools.findings.declaration import Level, NoneFound
from evaltools.findings.judging import Judgement
from evaltools.findings.numbers import Numbers
from evaltools.present.language import Language
from evaltools.present.words import Words

LEVELS: Final[tuple[Level, ...]] = ("very_low", "low", "moderate", "high")

Concern = Literal["interested_party", "contradicted", "few_projects", "not_borne_out"]

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
    """

    level: Level
    proposed: Level
    concerns: tuple[Concern, ...]
    overridden: bool

    def text(self, language: Language) -> str:
        """The level in words, with the concerns: `kohtalainen (kertojana asianosainen)`."""
        words = Words(language)
        level = words(f"findings.strength.{self.level}")
        told = "; ".join(words(f"findings.concern.{concern}") for concern in self.concerns)
        return f"{level} ({told})" if told else level


def propose(judgement: Judgement, numbers: Numbers) -> Strength:
    """The strength of a finding, by the components of GRADE-CERQual as far as data can tell.

    Starts at high and goes down one level for each concern: *methodological limitations*, where
    interested parties report on themselves, which caps it at moderate; *coherence*, where the
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
    against = finding.counter_evidence
    if not isinstance(against, NoneFound):
        denied = sum(
            _count(numbers, f"{support.code}.denied.share")
            for support in against
            if support.code is not None and support.polarity == "deny"
        )
        affirmed = sum(
            _count(numbers, f"{support.code}.share")
            for support in against
            if support.code is not None and support.polarity == "deny"
        )
        if denied > CONTRADICTED_ABOVE * affirmed:
            concerns.append("contradicted")
    carrying = [support.code for support in finding.evidence if support.code is not None]
    if carrying and min(_behind(numbers, code) for code in carrying) < FEWEST_PROJECTS:
        concerns.append("few_projects")
    proposed = LEVELS[max(0, len(LEVELS) - 1 - len(concerns))]
    if not judgement.holds:
        concerns.append("not_borne_out")
        proposed = "very_low"
    override = finding.strength
    level = proposed if override is None else override.level
    return Strength(level, proposed, tuple(concerns), override is not None)


def _behind(numbers: Numbers, code: str) -> int:
    """Projects whose report speaks of a code at all, which is what it is known from."""
    return _count(numbers, f"{code}.share") + _count(numbers, f"{code}.denied.share")


def _count(numbers: Numbers, name: str) -> int:
    record = numbers.read(name, "D").indicator
    return 0 if record is None or record.n is None else record.n
