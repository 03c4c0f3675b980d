"""Findings put to the numbers of a run, under every coder rule; strength of their evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal, get_args

from evaltools.evidence.code_presence import CoderRule
from evaltools.findings.conditions import Case, Equals, Outcome, keys_of
from evaltools.findings.declaration import Finding, Level, NameList, NoneFound, Support
from evaltools.findings.evaluate import (
    Verdict,
    evaluate,
    find_standing,
    readings,
    unbeaten,
    undecided,
    unreadable,
)
from evaltools.findings.lookup import Numbers, Reading, index_numbers, matches, substitute
from evaltools.findings.reasons import Reason, ReasonKind
from evaltools.findings.sentences import (
    Sentence,
    alpha_name,
    choose_case,
    find_unprintable,
    plain_text,
)
from evaltools.findings.templates import slots_of
from evaltools.i18n.html import describe_as_html
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES, Language
from evaltools.indicators.indicator import Estimand, Indicator
from evaltools.problems import Problem, refuse
from evaltools.study.schema import Judging

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

RULES: Final[tuple[CoderRule, ...]] = get_args(CoderRule)

Concern = Literal["interested_party", "contradicted", "few_projects", "not_borne_out"]
LEVELS: Final[tuple[Level, ...]] = ("very_low", "low", "moderate", "high")
FEWEST_PROJECTS: Final = 10
"""Fewer projects behind a finding than this are thin data."""
CONTRADICTED_ABOVE: Final = 0.1
"""Denials for each affirmation above which the data do not cohere."""


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
        by_rule: outcome under each coder rule, where they were asked for (`judge_by_rule`).
        case: which of the finding's wordings is true; the outcome where it has but one.
        lists: names that its sentences take from the data, by the word that they have there.
        said: the sentence by language, where the finding has sentences (`say_findings`).
    """

    finding: Finding
    outcome: Outcome
    reason: Reason
    numbers: tuple[Indicator, ...]
    estimand: Estimand = "D"
    by_rule: tuple[tuple[str, Outcome], ...] = ()
    case: Case = "cannot_be_told"
    lists: Mapping[str, tuple[Reading, ...]] = field(default_factory=dict)
    said: Mapping[Language, Sentence] = field(default_factory=dict)

    def _repr_html_(self) -> str:
        """What a notebook shows of a judgement: the sentence, what came of it and why."""
        language: Language = next(iter(self.said), "en")
        words = Words(language)
        rows = [
            ("finding", self.finding.id),
            ("outcome", self.reason.outcome_text(words)),
            ("why", self.reason.why(words)),
        ]
        return describe_as_html(self.text(language), rows)

    @property
    def depends_on_rule(self) -> bool:
        """Whether another coder rule would have given another outcome, or another name."""
        return len({outcome for _, outcome in self.by_rule}) > 1 or any(
            each.kind == "other_rule" for each in self.reason.because
        )

    @property
    def evidence(self) -> tuple[Support, ...]:
        """What speaks for it: of a pattern of codes those that its sentences name."""
        return name_codes(self.finding.evidence, self.lists)

    @property
    def counter_evidence(self) -> tuple[Support, ...] | NoneFound:
        """What speaks against it, or how it was established that nothing does."""
        against = self.finding.counter_evidence
        return against if isinstance(against, NoneFound) else name_codes(against, self.lists)

    @property
    def is_said(self) -> bool:
        """Whether the finding has a wording that is true of the run."""
        return self.finding.sentence_for(self.case) is not None

    def text(self, language: Language) -> str:
        """What the report says, or the claim itself where it has no other wording."""
        if language in self.said:
            return plain_text(self.said[language])
        return self.finding.text.in_language(language)

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
    judging: Judging | None = None,
) -> tuple[Judgement, ...]:
    """Put every finding to the numbers of a run.

    Arguments:
        findings: as declared.
        indicators: all of a run.
        estimand: whose intervals must bear out a finding that names none itself.
        facts: single public facts by name.
        judging: what a finding with sentences needs before it is said; that of a study which
            declares nothing where None.

    Returns:
        One judgement a finding, in their order.

    Raises:
        ProblemError: conditions on numbers that no run gives, each with its line.
    """
    asked = tuple(findings)
    numbers = index_numbers(indicators, facts)
    refuse(unknown_keys(asked, numbers))
    limits = judging or Judging()
    judged: dict[str, Judgement] = {}
    for finding in asked:
        known = replace(numbers, judged=judged_so_far(judged.values()))
        judged[finding.id] = _judge(finding, known, finding.estimand or estimand, limits)
    return tuple(judged.values())


def _judge(finding: Finding, numbers: Numbers, estimand: Estimand, limits: Judging) -> Judgement:
    verdict = evaluate(finding.condition, numbers, estimand)
    looked_at = readings(finding.condition, numbers, estimand)
    records = dict.fromkeys(each.indicator for each in looked_at if each.indicator is not None)
    lists = {name: _list_names(each, numbers, estimand) for name, each in finding.names.items()}
    named = [numbers.read(name, estimand) for name in keys_of(finding.condition)[0]]
    if finding.sentences:
        case = choose_case(verdict.outcome, verdict.because, named, finding.sentences)
        said = _lists_said(finding, case, lists)
        needed = _needed_numbers(finding, said, looked_at, numbers)
        records |= dict.fromkeys(each.indicator for each in needed if each.indicator is not None)
        verdict = _limit(verdict, finding, needed, limits)
    case = choose_case(verdict.outcome, verdict.because, named, finding.sentences)
    told = finding.sentence_for(case)
    if told is not None and verdict.outcome != "cannot_be_told":
        words = [getattr(told, language) or "" for language in LANGUAGES]
        lacking = [each for own in words for each in find_unprintable(own, numbers, lists)]
        if lacking:  # decided by another number than the one that it would have to print
            verdict = undecided(*unreadable(tuple(dict.fromkeys(lacking)), estimand))
            case = choose_case(verdict.outcome, verdict.because, ())
    reason = Reason(verdict.outcome, verdict.because)
    return Judgement(
        finding, verdict.outcome, reason, tuple(records), estimand, case=case, lists=lists
    )


def _list_names(wanted: NameList, numbers: Numbers, estimand: Estimand) -> tuple[Reading, ...]:
    """The names of a list, greatest first, without those that nothing was told of."""
    members = [numbers.read(name, estimand) for name in numbers.matching(wanted.of)]
    if wanted.code is not None:
        members = [
            replace(each, code=substitute(wanted.of, wanted.code, each.name)) for each in members
        ]
    told = sorted((each for each in members if each.value), key=lambda e: (-(e.value or 0), e.name))
    if wanted.standing:
        told = list(find_standing(told, numbers))
    if wanted.unbeaten:
        told = list(unbeaten(told, numbers, estimand))
    if wanted.at_least is not None:
        told = [e for e in told if e.indicator and (e.indicator.x or 0) >= wanted.at_least]
    if wanted.first is not None and len(told) > wanted.first:
        last = told[wanted.first - 1].value or 0
        told = [each for each in told if (each.value or 0) >= last]
    return tuple(told)


_OF_THOSE_DUE = ("selection.", "unseen.", "reports.read.")
"""Beginnings of the keys of numbers that are of the projects due to report, not of all funded."""


def _needed_numbers(
    finding: Finding,
    lists: Mapping[str, tuple[Reading, ...]],
    looked_at: Iterable[Reading],
    numbers: Numbers,
) -> tuple[Reading, ...]:
    """How many reports or projects it is of, and how far coders agree on the codes that carry it.

    What the register says is of all funded projects, but who reported is compared among those due.
    """
    counted = "read.x"
    if finding.evidence_class == "register":
        of_due = any(each.name.startswith(_OF_THOSE_DUE) for each in looked_at)
        counted = "read.n" if of_due else "scheme.n"
    read = numbers.read(f"reports.{counted}", "D")
    codes = carrying_codes(finding, lists)
    return (read, *(numbers.read(alpha_name(code), "S") for code in codes))


def _limit(
    verdict: Verdict, finding: Finding, needed: Sequence[Reading], limits: Judging
) -> Verdict:
    """What is left of a verdict where there are too few reports, or coders disagree."""
    read, *alphas = needed
    # What is not there at all is told so, of few reports too.
    absent = bool(verdict.because) and all(each.kind == "missing" for each in verdict.because)
    if read.value is not None and read.value < limits.least_reports and not absent:
        return undecided(ReasonKind("too_few", (read,), limit=limits.least_reports))
    if verdict.outcome == "cannot_be_told":
        return verdict
    known = [each for each in alphas if each.indicator is not None]
    weak = [each for each in known if (each.value or 0) < limits.least_alpha]
    disagreed = tuple(each for each in weak if each.value is not None)
    if disagreed:
        return undecided(ReasonKind("coders_disagree", disagreed, limit=limits.least_alpha))
    return undecided(ReasonKind("agreement_unknown", tuple(weak))) if weak else verdict


def name_codes(
    supports: Iterable[Support], lists: Mapping[str, tuple[Reading, ...]]
) -> tuple[Support, ...]:
    """Supports with each pattern of codes replaced by those that the sentences name."""
    named = dict.fromkeys(reading.stem for readings in lists.values() for reading in readings)
    return tuple(
        found
        for support in supports
        for found in (
            [support]
            if support.code is None or "*" not in support.code
            else [
                support.model_copy(update={"code": code})
                for code in named
                if matches(support.code, code)
            ]
        )
    )


def carrying_codes(finding: Finding, lists: Mapping[str, tuple[Reading, ...]]) -> tuple[str, ...]:
    """The codes that carry a finding; of a pattern those that its sentences name."""
    codes = (support.code for support in name_codes(finding.evidence, lists))
    return tuple(dict.fromkeys(code for code in codes if code is not None))


def unknown_keys(findings: Iterable[Finding], numbers: Numbers) -> list[Problem]:
    """Conditions on numbers, sets of numbers or facts that the run does not have.

    A number that the run has without a value is no problem, nor one of a table without rows
    (`Numbers.absent`): such a finding cannot be told.
    """
    problems = []
    before: list[str] = []
    for finding in findings:

        def problem(
            what: str, allowed: str, remedy: str, of: str, finding: Finding = finding
        ) -> None:
            message = f"{finding.id}: {what}"
            problems.append(Problem(finding.where, message, allowed, remedy, f"finding.{of}"))

        names, globs = keys_of(finding.condition)
        for name in names:
            if not numbers.has(name):
                near = numbers.nearest(name)
                remedy = f"Did you mean {near}?" if near else "See indicators.csv of the run."
                problem(f"no indicator is called '{name}'", "", remedy, "key")
        for glob in globs:
            if not set(numbers.matching(glob)) - set(names):
                near = numbers.nearest(glob.replace("*", ""))
                remedy = f"The nearest is {near}." if near else "See indicators.csv of the run."
                problem(f"'{glob}' matches no indicator but those named", "", remedy, "key")
        for leaf in finding.condition.leaves():
            premise = leaf.judged.finding if leaf.judged is not None else None
            if premise is not None and premise not in before:
                what = f"no finding before it is called '{premise}'"
                problem(what, ", ".join(before), "Declare premises first.", "premise")
            fact = leaf.leaf.fact if isinstance(leaf.leaf, Equals) else None
            if fact is not None and fact not in numbers.facts:
                allowed = ", ".join(sorted(numbers.facts))
                problem(f"no fact is called '{fact}'", allowed, "See facts.csv.", "fact")
        before.append(finding.id)
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
            if support.code is not None and not any(matches(support.code, code) for code in known):
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
    problems, words = [], Words("en")
    for judgement in judgements:
        finding = judgement.finding
        if not finding.asserted or judgement.holds or judgement.accepted or judgement.is_said:
            continue
        what = f"{finding.id}: {judgement.reason.text(words)}"
        remedy = "Correct the sentence or its condition, or accept it with a reason."
        if finding.accepted is not None:
            remedy = f"It was accepted as {finding.accepted.outcome}, not as what it is now."
        code = f"finding.{judgement.outcome.replace('_', '-')}"
        problems.append(Problem(finding.where, what, "", remedy, code))
    return problems


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
            settled = _judge(item.finding, premises, item.finding.estimand or estimand, limits)
            if settled.outcome != item.outcome:
                compared = replace(settled, by_rule=compared.by_rule)
        told[item.finding.id] = compared
    return tuple(told.values())


def judged_so_far(judgements: Iterable[Judgement]) -> dict[str, tuple[Case, Outcome]]:
    """What other findings rest on: case and outcome of each judgement by the finding's id."""
    return {each.finding.id: (each.case, each.outcome) for each in judgements}


def _compare_rules(own: Judgement, others: Sequence[tuple[CoderRule, Judgement]]) -> Judgement:
    """A judgement with its outcomes by rule; one with sentences stands only under all of them."""
    outcomes = tuple((rule, other.outcome) for rule, other in others)
    told = replace(own, by_rule=outcomes)
    if not own.finding.sentences or own.outcome == "cannot_be_told":
        return told
    turned = [other for _, other in others if _claim(other) != _claim(own)]
    if not turned:
        return told
    reason = Reason("cannot_be_told", (ReasonKind("other_rule", _leading(own)),))
    return replace(told, outcome="cannot_be_told", reason=reason, case="depends_on_rule")


def _claim(judgement: Judgement) -> tuple[Outcome, frozenset[str]]:
    """What a judgement claims: its outcome and, where that is so, the names that it says."""
    return judgement.outcome, frozenset(each.name for each in _leading(judgement))


def _leading(judgement: Judgement) -> tuple[Reading, ...]:
    if judgement.outcome != "holds":
        return ()
    said = _lists_said(judgement.finding, judgement.case, judgement.lists)
    return tuple(each for readings in said.values() for each in readings)


def _lists_said(
    finding: Finding, case: Case, lists: Mapping[str, tuple[Reading, ...]]
) -> dict[str, tuple[Reading, ...]]:
    """The lists that the sentence of a case prints."""
    told = finding.sentence_for(case)
    texts = [getattr(told, language) or "" for language in LANGUAGES] if told else []
    said = {slot.name.partition(".")[0] for text in texts for slot in slots_of(text)}
    return {name: own for name, own in lists.items() if name in said}


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
    found = dict.fromkeys(outcome for _, outcome in judgement.by_rule)
    if len(found) == 1:  # the same outcome, of another name
        return words("findings.because.other_rule")
    parts = []
    for outcome in sorted(found, key=lambda each: each != judgement.outcome):
        rules = [words(f"coder_rule.{rule}") for rule, own in judgement.by_rule if own == outcome]
        listed = rules[-1]
        if rules[:-1]:
            listed = words("findings.rules.or", first=", ".join(rules[:-1]), last=rules[-1])
        parts.append(words(f"findings.rules.{outcome}", rules=listed))
    return words("findings.rules.depends", outcomes="; ".join(parts))


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
