"""Findings put to the numbers of a run, under every coder rule; strength of their evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from evaltools.findings.conditions import RANKS, Case, Equals, Outcome, keys_of
from evaltools.findings.declaration import CODE, Finding, NameList, NoneFound, Support
from evaltools.findings.evaluate import evaluate, find_standing, readings
from evaltools.findings.lookup import Numbers, Reading, index_numbers, matches, substitute
from evaltools.findings.ranks import compared_codes, unbeaten
from evaltools.findings.reasons import Reason, ReasonKind
from evaltools.findings.sentences import (
    Sentence,
    alpha_name,
    choose_case,
    find_unprintable,
    observed_name,
    plain_text,
)
from evaltools.findings.templates import slots_of
from evaltools.findings.verdicts import Verdict, undecided, unreadable
from evaltools.i18n.html_markup import describe_as_html
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES, Language
from evaltools.indicators.indicator import Estimand, Indicator
from evaltools.problems import Problem, refuse
from evaltools.study.schema import Judging


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
        headline: what heads its figures, by language; none where that would be too long.
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
    headline: Mapping[Language, Sentence] = field(default_factory=dict)

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
            each.kind.startswith("other_rule") for each in self.reason.because
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
        judging: what a finding needs before it is said; that of a study which
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
        judged[finding.id] = judge_finding(finding, known, finding.estimand or estimand, limits)
    return tuple(judged.values())


def judge_finding(
    finding: Finding, numbers: Numbers, estimand: Estimand, limits: Judging
) -> Judgement:
    """One finding put to the numbers of a run, and the reasons that keep it from being told."""
    verdict = evaluate(finding.condition, numbers, estimand)
    looked_at = readings(finding.condition, numbers, estimand)
    records = dict.fromkeys(each.indicator for each in looked_at if each.indicator is not None)
    lists = {name: _list_names(each, numbers, estimand) for name, each in finding.names.items()}
    named = [numbers.read(name, estimand) for name in keys_of(finding.condition)[0]]
    case = choose_case(verdict.outcome, verdict.because, named, finding.sentences)
    said = lists_said(finding, case, lists)
    needed = _needed_numbers(finding, said, looked_at, named, numbers)
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
        first = [each for each in told if (each.value or 0) >= last]
        if wanted.unbeaten and len(first) > wanted.first:  # those that tie for the last place
            ahead = [each for each in first if (each.value or 0) > last]
            first = ahead if len(ahead) > 1 else first
        told = first
    return tuple(told)


_OF_THOSE_DUE = ("selection.", "unseen.", "reports.read.")
"""Beginnings of the keys of numbers that are of the projects due to report, not of all funded."""


def _needed_numbers(
    finding: Finding,
    lists: Mapping[str, tuple[Reading, ...]],
    looked_at: Iterable[Reading],
    named: Iterable[Reading],
    numbers: Numbers,
) -> tuple[Reading, ...]:
    """How many reports or projects it is of, and how far coders agree on the codes that carry it.

    These are those whose numbers its condition names, and those of the evidence of what the report
    itself says. What the register says is of all funded projects, but who reported is compared
    among those due.
    """
    counted = "read.x"
    if finding.by_register:
        of_due = any(each.name.startswith(_OF_THOSE_DUE) for each in looked_at)
        counted = "read.n" if of_due else "scheme.n"
    read = numbers.read(f"reports.{counted}", "D")
    carrying = carrying_codes(finding, lists) if finding.asserted else ()
    codes = dict.fromkeys((*carrying, *(each.stem for each in named)))
    open_codes = (code for code in codes if not _agreed_wholly(code, numbers))
    return (read, *(numbers.read(alpha_name(code), "S") for code in open_codes))


def _agreed_wholly(code: str, numbers: Numbers) -> bool:
    """Whether coders decided alike on a code in every report, so that alpha may have no value."""
    alpha, alike = numbers.read(alpha_name(code), "S"), numbers.read(observed_name(code), "D")
    return alpha.value is None and alike.value == 1


def _limit(
    verdict: Verdict, finding: Finding, needed: Sequence[Reading], limits: Judging
) -> Verdict:
    """What is left of a verdict where there are too few reports, or coders disagree.

    A lead inside the uncertainty is told as that, and beside it where coders disagree on those who
    lead, or nobody knows whether they do.
    """
    read, *alphas = needed
    # What is not there at all is told so, of few reports too.
    absent = bool(verdict.because) and all(each.kind == "missing" for each in verdict.because)
    if read.value is not None and read.value < limits.least_reports and not absent:
        return undecided(ReasonKind("too_few", (read,), limit=limits.least_reports))
    known = [each for each in alphas if each.indicator is not None]
    weak = [each for each in known if (each.value or 0) < limits.least_alpha]
    disagreed = tuple(each for each in weak if each.value is not None)
    unknown = tuple(each for each in weak if each.value is None)
    doubts = [
        *([ReasonKind("coders_disagree", disagreed, limit=limits.least_alpha)] * bool(disagreed)),
        *([ReasonKind("agreement_unknown", unknown)] * bool(unknown)),
    ]
    if verdict.outcome == "cannot_be_told":
        close = any(each.kind == "not_beyond" for each in verdict.because)
        return undecided(*verdict.because, *doubts) if close else verdict
    return undecided(doubts[0]) if doubts else verdict


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

    Returns:
        A problem for each finding and name; a single one where there are no codes at all.
    """
    known, named, findings = set(codes), set(tables), tuple(findings)
    problems = []
    about = [finding for finding in findings if any(each.code for each in finding.evidence)]
    if about and not known:
        what = f"there are no codable codes, which {len(about)} findings are about"
        remedy = "Add the codebook, or take these findings out."
        return [Problem(about[0].where, what, remedy=remedy, code="finding.evidence")]
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
    return list(dict.fromkeys(problems))


def uncompared_codes(
    findings: Iterable[Finding], codes: Sequence[str], pairs: Iterable[tuple[str, str]]
) -> list[Problem]:
    """Orders of two codes that no run holds against each other, so that their margin is unknown.

    Arguments:
        codes: ids of the codable codes.
        pairs: of them that are compared report by report, the lesser id first.
    """
    known, told = set(codes), set(pairs)
    return [
        Problem(
            finding.where,
            f"{finding.id}: no record compares {one} with {other}",
            "two codes of one kind, or of one name in two kinds",
            "Compare such codes, or say each share in a sentence of its own.",
            CODE,
        )
        for finding in findings
        for leaf in finding.condition.leaves()
        if leaf.leaf is not None and leaf.kind in RANKS
        for one, other in compared_codes(leaf.leaf, codes)
        if one != other and {one, other} <= known and (min(one, other), max(one, other)) not in told
    ]


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


def judged_so_far(judgements: Iterable[Judgement]) -> dict[str, tuple[Case, Outcome]]:
    """What other findings rest on: case and outcome of each judgement by the finding's id."""
    return {each.finding.id: (each.case, each.outcome) for each in judgements}


def lists_said(
    finding: Finding, case: Case, lists: Mapping[str, tuple[Reading, ...]]
) -> dict[str, tuple[Reading, ...]]:
    """The lists that the sentence of a case prints."""
    told = finding.sentence_for(case)
    texts = [getattr(told, language) or "" for language in LANGUAGES] if told else []
    said = {slot.name.partition(".")[0] for text in texts for slot in slots_of(text)}
    return {name: own for name, own in lists.items() if name in said}
