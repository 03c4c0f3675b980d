"""Whose coding decides: every finding put to the numbers under each coder rule.

Coders differ, and the coder rule says whose word makes a theme present. A finding that holds by
one rule and not by another rests on that choice as much as on the reports, and says so. Only the
chapters that count codings are computed again; everything else is the same by every rule.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, get_args

from evaltools.evidence.codings import CoderRule
from evaltools.findings.declaration import Finding
from evaltools.findings.judging import Judgement, judge
from evaltools.indicators.indicator import Estimand, Indicator
from evaltools.present.language import Language
from evaltools.present.words import Words

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

RULES: Final[tuple[CoderRule, ...]] = get_args(CoderRule)


def recomputed(evidence: Evidence) -> list[Indicator]:
    """The indicators that depend on the coder rule, under that of the evidence.

    They are those of the chapters that count codings, goals, challenges and steering, and the
    saturation of their themes.
    """
    from evaltools.indicators import challenges, goals, steering
    from evaltools.indicators.saturation import saturation

    chapters = [chapter.compute(evidence) for chapter in (goals, challenges, steering)]
    return [indicator for chapter in (*chapters, saturation(evidence)) for indicator in chapter]


def judge_by_rule(
    judgements: Iterable[Judgement],
    indicators: Iterable[Indicator],
    evidence: Evidence,
    estimand: Estimand,
    facts: Mapping[str, float] | None = None,
) -> tuple[Judgement, ...]:
    """The judgements of a run with the outcome of each finding under every coder rule.

    Arguments:
        judgements: as `judge` gave them for the run.
        indicators: all of the run.
        evidence: that the run was made from, under the rule that was chosen.
        estimand, facts: as `judge` was given them.

    Returns:
        The same judgements in the same order, each with `by_rule` for all rules; the outcome
        under the chosen rule is that of the run.
    """
    own = tuple(judgements)
    chosen = evidence.parameters.coder_rule
    findings: list[Finding] = [item.finding for item in own]
    of_run = {each.identity: each for each in indicators}
    outcomes = {chosen: [item.outcome for item in own]}
    for rule in RULES:
        if rule == chosen:
            continue
        fresh = {each.identity: each for each in recomputed(evidence.under_rule(rule))}
        # What a run does not give is not added: its judge had to do without it too.
        numbers = [fresh.get(identity, each) for identity, each in of_run.items()]
        outcomes[rule] = [item.outcome for item in judge(findings, numbers, estimand, facts)]
    return tuple(
        replace(item, by_rule=tuple((rule, outcomes[rule][place]) for rule in RULES))
        for place, item in enumerate(own)
    )


def rule_note(judgement: Judgement, language: Language) -> str:
    """What a reader must know where the outcome depends on the coder rule; else empty.

    Each outcome with the rules under which it comes about, that of the report first.
    """
    if not judgement.depends_on_rule:
        return ""
    words = Words(language)
    others = [outcome for _, outcome in judgement.by_rule if outcome != judgement.outcome]
    parts = []
    for outcome in dict.fromkeys([judgement.outcome, *others]):
        rules = [words(f"coder_rule.{rule}") for rule, own in judgement.by_rule if own == outcome]
        listed = rules[-1]
        if rules[:-1]:
            listed = words("findings.rules.or", first=", ".join(rules[:-1]), last=rules[-1])
        parts.append(words(f"findings.rules.{outcome}", rules=listed))
    return words("findings.rules.depends", outcomes="; ".join(parts))
