"""How much a judgement's evidence bears, and what lowers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from evaltools.findings.declaration import Level, NoneFound
from evaltools.findings.judgement import Judgement
from evaltools.findings.lookup import Numbers
from evaltools.i18n.messages import Words

Concern = Literal["interested_party", "contradicted", "few_projects", "not_borne_out"]


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
