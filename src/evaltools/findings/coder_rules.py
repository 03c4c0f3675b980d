"""Findings under every coder rule: which outcomes and names rest on the rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import Final, get_args

from evaltools.evidence import Evidence
from evaltools.evidence.code_presence import CoderRule
from evaltools.findings.conditions import Outcome
from evaltools.findings.judgement import Judgement, judge, judge_finding, judged_so_far, lists_said
from evaltools.findings.lookup import Numbers, Reading, index_numbers
from evaltools.findings.reasons import Kind, Reason, ReasonKind, list_rules
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Estimand, Indicator
from evaltools.study.schema import Judging

RULES: Final[tuple[CoderRule, ...]] = get_args(CoderRule)


def judge_by_rule(
    judgements: Iterable[Judgement],
    indicators: Iterable[Indicator],
    evidence: Evidence,
    estimand: Estimand,
    facts: Mapping[str, float] | None = None,
    chapters: Iterable[str] = (),
    judging: Judging | None = None,
    counted: Mapping[CoderRule, Iterable[Indicator]] = MappingProxyType({}),
) -> tuple[Judgement, ...]:
    """The judgements of a run with the outcome of each finding under every coder rule.

    Coders differ, and the coder rule says whose word makes a theme present. A finding that holds
    by one rule and not by another rests on that choice as much as on the reports, and says so.
    Only what counts codings is computed again; everything else is the same by every rule.

    Arguments:
        judgements: as `judge` gave them for the run.
        indicators: all of the run.
        evidence: that the run was made from, under the rule that was chosen.
        estimand, facts, judging: as `judge` was given them.
        chapters: modules of the study's chapters.
        counted: what `recompute_indicators` gave under a rule, where somebody has it already.

    Returns:
        The same judgements in the same order, each with `by_rule` for all rules; the outcome
        under the chosen rule is that of the run.
    """
    chosen, modules = evidence.parameters.coder_rule, tuple(chapters)
    own, of_run = tuple(judgements), {each.identity: each for each in indicators}
    findings = [item.finding for item in own]
    by_rule = {chosen: own}
    for rule in RULES:
        if rule != chosen:
            again = (
                counted[rule]
                if rule in counted
                else recompute_indicators(evidence.under_rule(rule), modules)
            )
            fresh = {each.identity: each for each in again}
            # What a run does not give is not added: its judge had to do without it too.
            numbers = [fresh.get(identity, each) for identity, each in of_run.items()]
            by_rule[rule] = judge(findings, numbers, estimand, facts, judging)
    known = index_numbers(of_run.values(), facts)
    return compare_rules(own, by_rule, known, estimand, judging)


def compare_rules(
    own: Sequence[Judgement],
    by_rule: Mapping[CoderRule, Sequence[Judgement]],
    known: Numbers,
    estimand: Estimand,
    judging: Judging | None = None,
) -> tuple[Judgement, ...]:
    """Judgements of a run held together with those of the same findings under every rule.

    Arguments:
        by_rule: of the same findings in the same order.
        known: numbers of the run.
        own, estimand, judging: as of `judge_by_rule`.
    """
    limits, told = judging or Judging(), dict[str, Judgement]()
    for place, item in enumerate(own):
        compared = _compare_rules(item, [(rule, by_rule[rule][place]) for rule in RULES])
        if any(leaf.judged is not None for leaf in item.finding.condition.leaves()):
            # A premise that turns under another rule is none, whatever it was by itself.
            premises = replace(known, judged=judged_so_far(told.values()))
            settled = judge_finding(
                item.finding, premises, item.finding.estimand or estimand, limits
            )
            if settled.outcome != item.outcome:
                compared = replace(settled, by_rule=compared.by_rule)
        told[item.finding.id] = compared
    return tuple(told.values())


def _compare_rules(own: Judgement, others: Sequence[tuple[CoderRule, Judgement]]) -> Judgement:
    """A judgement with its outcomes by rule; it stands only under all of them."""
    outcomes = tuple((rule, other.outcome) for rule, other in others)
    told = replace(own, by_rule=outcomes)
    if own.outcome == "cannot_be_told":
        return _note_other_names(told, others)
    turned = [(rule, other) for rule, other in others if _claim(other) != _claim(own)]
    if not turned:
        return told
    rules = tuple((rule, other.outcome) for rule, other in turned)
    if own.outcome == "does_not_hold" and not any(other.holds for _, other in turned):
        # No rule says the opposite: it is not so by this one, and another leaves it open.
        because = (*own.reason.because, ReasonKind("other_rule_open", (), rules=rules))
        return replace(told, reason=Reason(own.outcome, because))
    otherwise = tuple(each for each in rules if each[1] != own.outcome)
    kind: Kind = "other_rule" if otherwise else "other_rule_names"
    reason = Reason("cannot_be_told", (ReasonKind(kind, _leading(own), rules=otherwise or rules),))
    return replace(told, outcome="cannot_be_told", reason=reason, case="depends_on_rule")


def _note_other_names(told: Judgement, others: Sequence[tuple[CoderRule, Judgement]]) -> Judgement:
    """A lead that is too small to be told, with the doubt that another rule would name others."""
    if told.case != "close":
        return told
    said = lists_said(told.finding, told.case, told.lists)

    def named(judgement: Judgement) -> list[set[str]]:
        return [{each.name for each in judgement.lists.get(name, ())} for name in said]

    differing = [(rule, other) for rule, other in others if named(other) != named(told)]
    if not differing:
        return told
    leading = tuple(each for readings in said.values() for each in readings)
    single = [(rule, other) for rule, other in differing if other.holds]
    kind: Kind = "other_rule_names_one" if single else "other_rule_names"
    rules = tuple((rule, other.outcome) for rule, other in single or differing)
    because = (*told.reason.because, ReasonKind(kind, leading, rules=rules))
    return replace(told, reason=Reason(told.outcome, because))


def _claim(judgement: Judgement) -> tuple[Outcome, frozenset[str]]:
    """What a judgement claims: its outcome and, where that is so, the names that it says."""
    return judgement.outcome, frozenset(each.name for each in _leading(judgement))


def _leading(judgement: Judgement) -> tuple[Reading, ...]:
    if judgement.outcome != "holds":
        return ()
    said = lists_said(judgement.finding, judgement.case, judgement.lists)
    return tuple(each for readings in said.values() for each in readings)


def recompute_indicators(evidence: Evidence, chapters: Iterable[str]) -> list[Indicator]:
    """What of some chapters depends on the coder rule; each says so by its `by_coder_rule`."""
    modules = [import_module(name) for name in dict.fromkeys(chapters) if find_spec(name)]
    counting = [each.by_coder_rule for each in modules if hasattr(each, "by_coder_rule")]
    return [indicator for compute in counting for indicator in compute(evidence)]


def rule_note(judgement: Judgement, words: Words) -> str:
    """What a reader must know where the outcome depends on the coder rule; else empty.

    Each outcome with the rules under which it comes about, that of the report first.
    """
    if not judgement.depends_on_rule:
        return ""
    found = {outcome for _, outcome in judgement.by_rule}
    if len(found) == 1:  # the same outcome, of another name
        doubts = [each for each in judgement.reason.because if each.kind == "other_rule_names"]
        return doubts[0].text(words) if doubts else ""
    ordered = sorted(judgement.by_rule, key=lambda each: each[1] != judgement.outcome)
    key = "depends" if {"holds", "does_not_hold"} <= found else "differ"
    return words(f"findings.rules.{key}", outcomes=list_rules(ordered, words))
