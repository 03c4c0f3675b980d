"""`reports/conclusions.yml`: answers, judgements by criterion and recommendations, by rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Final, Literal

from pydantic import Field, model_validator

from evaltools.findings.conditions import Case, Condition, Outcome, Strict
from evaltools.findings.declaration import Finding, Level
from evaltools.findings.evaluate import evaluate
from evaltools.findings.judgement import Judgement, judged_so_far
from evaltools.findings.lookup import Numbers
from evaltools.findings.premises import Outcomes, unknown_premises
from evaltools.findings.sentences import alpha_name
from evaltools.findings.strength import LEVELS, Concern, propose, told_by_interested
from evaltools.problems import Problem, refuse
from evaltools.study.declaration_files import read_declaration
from evaltools.study.schema import Criterion
from evaltools.study.study import Study
from evaltools.study.vocabulary import Text

FILE_NAME: Final = "reports/conclusions.yml"
CODE: Final = "conclusions"
CANNOT_BE_TOLD: Final = "cannot_be_told"
CAUSAL: Final[Criterion] = "impact"
"""The criterion whose questions ask what the scheme brought about (OECD DAC 2019)."""

LevelId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Priority = Literal["high", "medium", "low"]


class Rule(Strict):
    """A level of the scale, and what must be so for it.

    Arguments:
        why: in a few words what keeps the level from being better, where it is said beside it.
    """

    level: LevelId
    when: Condition
    why: Text | None = None


class Recommendation(Strict):
    """What should be done, while the findings that call for it stand.

    Arguments:
        text: what to do. to: whose task it is. time: by when.
        when: the findings that call for it.
    """

    text: Text
    to: Text
    priority: Priority
    time: Text
    when: Condition


class CriterionRule(Strict):
    """How a criterion is judged: by the answers to its questions, or by rules as answers are.

    Arguments:
        weakest_of: questions of the criterion; the weakest of their answers is the judgement, and
            where one cannot be told, neither can the criterion.
        rules: over findings, as for a question.
    """

    weakest_of: Annotated[tuple[str, ...], Field(strict=False)] = ()
    rules: Annotated[tuple[Rule, ...], Field(strict=False)] = ()

    @model_validator(mode="after")
    def _has_one(self) -> CriterionRule:
        if bool(self.weakest_of) == bool(self.rules):
            raise ValueError("give weakest_of or rules")
        return self


class StrengthRule(Strict):
    """What lowers the strength of a conclusion beside what lowers that of its findings.

    Arguments:
        least_coverage: a self-reported finding that is judged on the reports read alone (D) is a
            level weaker where fewer than this share of the reports due was read.
        least_alpha: a finding is a level weaker where the interval of alpha of a code that
            carries it reaches below this.
    """

    least_coverage: Annotated[float, Field(gt=0, le=1)] | None = None
    least_alpha: Annotated[float, Field(gt=0, le=1)] | None = None


class Conclusions(Strict):
    """The whole file.

    Arguments:
        scale: levels from the best to the worst, with their labels; `cannot_be_told` is added.
        answers: for each question of `evaluation.yml` that is answered, rules in their order: the
            first that holds gives the level; one that cannot be told ends the search.
        criteria: those that are judged as a whole.
        strength: what else makes a conclusion weaker than its findings; nothing unless declared.
        recommendations: by id.
    """

    scale: dict[LevelId, Text] = Field(default_factory=dict)
    answers: dict[str, Annotated[tuple[Rule, ...], Field(strict=False, min_length=1)]] = Field(
        default_factory=dict
    )
    criteria: dict[Criterion, CriterionRule] = Field(default_factory=dict)
    strength: StrengthRule = StrengthRule()
    recommendations: dict[
        Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")], Recommendation
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _uses_its_scale(self) -> Conclusions:
        if CANNOT_BE_TOLD in self.scale:
            raise ValueError(f"scale: {CANNOT_BE_TOLD} is there by itself")
        for place, rule in self._rules():
            if rule.level not in self.scale:
                known = ", ".join(self.scale)
                raise ValueError(f"{place}: '{rule.level}' is none of {known}")
        for name, criterion in self.criteria.items():
            for question in criterion.weakest_of:
                if question not in self.answers:
                    raise ValueError(f"criteria.{name}: question '{question}' is not answered")
        return self

    def _rules(self) -> Iterator[tuple[str, Rule]]:
        for question, rules in self.answers.items():
            yield from ((f"answers.{question}", rule) for rule in rules)
        for name, criterion in self.criteria.items():
            yield from ((f"criteria.{name}", rule) for rule in criterion.rules)

    def conditions(self) -> Iterator[tuple[str, Condition]]:
        """Every condition with its place in the file."""
        for place, rule in self._rules():
            yield place, rule.when
        for name, each in self.recommendations.items():
            yield f"recommendations.{name}", each.when


Weakness = Concern | Literal["reports_read_only", "agreement_unproven"]


@dataclass(frozen=True)
class Answer:
    """A judgement of one question, or of a criterion.

    Arguments:
        subject: id of the question, or the criterion.
        level: of the scale, or cannot_be_told.
        strength: the least of the findings that it rests on; None where it cannot be told.
        premises: ids of those findings.
        concerns: why the weakest of them is not stronger.
        undecided: findings that keep it from being told, each with its case.
        questions: of a criterion, those whose answers it follows from.
        why: what the study says of the level in a few words.
    """

    subject: str
    level: str
    strength: Level | None
    premises: tuple[str, ...]
    concerns: tuple[Weakness, ...] = ()
    undecided: tuple[tuple[str, Case], ...] = ()
    questions: tuple[str, ...] = ()
    why: Text | None = None


def load_conclusions(study: Study) -> Conclusions:
    """The conclusions that a study declares; none where it has no such file.

    Raises:
        ProblemError: everything that is wrong with it, each with its line.
    """
    languages = study.declaration.languages
    made, where = read_declaration(study.root, FILE_NAME, Conclusions, CODE, languages)
    known = {part.id: part for main in study.declaration.questions for part in main.parts}
    problems = [
        Problem(where("answers", name), f"no question is called '{name}'",
                ", ".join(sorted(known)), "", CODE)
        for name in made.answers
        if name not in known
    ]  # fmt: skip
    for criterion, rule in made.criteria.items():
        own = sorted(name for name, part in known.items() if part.criterion == criterion)
        problems += [
            Problem(where("criteria", criterion), f"'{name}' is no question of {criterion}",
                    ", ".join(own), "", CODE)
            for name in rule.weakest_of
            if name not in own
        ]  # fmt: skip
    refuse(problems)
    return made


def check_premises(
    study: Study, conclusions: Conclusions, findings: Mapping[str, Finding]
) -> list[Problem]:
    """Conclusions that rest on what there is not, or on what no conclusion may rest on.

    Arguments:
        findings: of the study, by id.

    Returns:
        Problems: conditions on findings that are not declared, or on anything but findings; rival
        explanations that are put to what there is not; answers to a question about impact by
        findings that name no rival explanations.
    """
    problems = []
    for place, condition in conclusions.conditions():
        for leaf in condition.leaves():
            if leaf.judged is None:
                what = f"{place}: a conclusion rests on findings, not on '{leaf.kind}'"
                problems.append(Problem(FILE_NAME, what, "judged", "Make it a finding.", CODE))
            elif leaf.judged.finding not in findings:
                what = f"{place}: no finding is called '{leaf.judged.finding}'"
                problems.append(Problem(FILE_NAME, what, "", "See reports/findings.yml.", CODE))
    levels = (*conclusions.scale, CANNOT_BE_TOLD)
    answers = conclusions.answers.items()
    rests_on = {name: _premises(each.when for each in rules) for name, rules in answers}
    for finding in findings.values():
        for rival in finding.contribution.rivals if finding.contribution else ():
            problems += [
                Problem(finding.where, f"{finding.id}: rival: {what}", allowed, code=CODE)
                for what, allowed in unknown_premises(
                    rival.premises, findings, conclusions.answers, levels
                )
            ]
            problems += told_by_interested(finding, rival.premises, findings, rests_on)
    for main in study.declaration.questions:
        for part in main.parts:
            if part.criterion != CAUSAL or part.id not in conclusions.answers:
                continue
            rests = _premises(rule.when for rule in conclusions.answers[part.id])
            known = [findings[name] for name in rests if name in findings]
            if not all(each.claims_cause for each in known):
                what = (
                    f"answers.{part.id} says what the scheme brought about by "
                    f"{', '.join(each.id for each in known if not each.claims_cause)}, without "
                    "rival explanations"
                )
                remedy = "Declare claims_cause and contribution of the finding."
                problems.append(Problem(FILE_NAME, what, "", remedy, CODE))
    return problems


def premises_of(
    condition: Condition, judged: Mapping[str, tuple[Case, Outcome]]
) -> tuple[str, ...]:
    """Findings that make a condition true, as they came out; all that it asks for where none."""
    named = Numbers({}, {}, judged)
    leaves = [leaf for leaf in condition.leaves() if leaf.judged]
    true = [leaf for leaf in leaves if evaluate(leaf, named, "D").outcome == "holds"]
    return _premises(true or leaves)


def _premises(conditions: Iterable[Condition]) -> tuple[str, ...]:
    """Findings that conditions ask for, each once."""
    leaves = (leaf for each in conditions for leaf in each.leaves())
    return tuple(dict.fromkeys(leaf.judged.finding for leaf in leaves if leaf.judged))


def answer_questions(
    conclusions: Conclusions, judgements: Iterable[Judgement], numbers: Numbers
) -> tuple[Answer, ...]:
    """The level of each question that is answered, in the order of the file.

    Arguments:
        judgements: of the run.
        numbers: of the same run.
    """
    known = {item.finding.id: item for item in judgements}
    return tuple(
        _answer(question, rules, known, numbers, conclusions.strength)
        for question, rules in conclusions.answers.items()
    )


def judge_criteria(
    conclusions: Conclusions,
    answers: Iterable[Answer],
    judgements: Iterable[Judgement],
    numbers: Numbers,
) -> tuple[Answer, ...]:
    """The level of each criterion that is judged, in the order of the file.

    Arguments:
        answers: of the run, as `answer_questions` gave them.
        judgements, numbers: of the same run.
    """
    known = {item.finding.id: item for item in judgements}
    given = {answer.subject: answer for answer in answers}
    return tuple(
        _weakest(name, [given[question] for question in rule.weakest_of], [*conclusions.scale])
        if rule.weakest_of
        else _answer(name, rule.rules, known, numbers, conclusions.strength)
        for name, rule in conclusions.criteria.items()
    )


def _answer(
    subject: str,
    rules: Sequence[Rule],
    known: Mapping[str, Judgement],
    numbers: Numbers,
    strength: StrengthRule,
) -> Answer:
    rule = _rule_that_decides(rules, replace(numbers, judged=judged_so_far(known.values())))
    if rule is not None:
        premises = _premises([rule.when])
        rated = [rate_evidence(known[name], numbers, strength) for name in premises]
        level, concerns = min(rated, key=lambda each: LEVELS.index(each[0]))
        return Answer(subject, rule.level, level, premises, concerns, why=rule.why)
    premises = _premises(rule.when for rule in rules)
    open_ones = [known[name] for name in premises if known[name].outcome == "cannot_be_told"]
    undecided = tuple((each.finding.id, each.case) for each in open_ones)
    return Answer(subject, CANNOT_BE_TOLD, None, premises, undecided=undecided)


def _rule_that_decides(rules: Iterable[Rule], numbers: Numbers) -> Rule | None:
    """The first rule that holds; none where one before it cannot be told."""
    for rule in rules:
        outcome = evaluate(rule.when, numbers, "D").outcome
        if outcome == "holds":
            return rule
        if outcome == "cannot_be_told":
            return None
    return None


def levels_of_criteria(
    conclusions: Conclusions, judged: Mapping[str, tuple[Case, Outcome]]
) -> dict[str, str]:
    """The level of each criterion that is judged, from findings as they were published.

    Arguments:
        judged: case and outcome of each finding.
    """
    numbers, order = Numbers({}, {}, judged), [*conclusions.scale, CANNOT_BE_TOLD]

    return {
        name: max((level_by_rules(conclusions.answers[each], numbers) for each in rule.weakest_of),
                  key=order.index)
        if rule.weakest_of
        else level_by_rules(rule.rules, numbers)
        for name, rule in conclusions.criteria.items()
    }  # fmt: skip


def level_by_rules(rules: Iterable[Rule], numbers: Numbers) -> str:
    """The level of the first rule that holds, unless one before it cannot be told."""
    rule = _rule_that_decides(rules, numbers)
    return rule.level if rule else CANNOT_BE_TOLD


def _weakest(criterion: str, answers: Sequence[Answer], scale: Sequence[str]) -> Answer:
    """The weakest of several answers; it rests on all of them, and is as sure as the least sure."""
    questions = tuple(each.subject for each in answers)
    premises = tuple(dict.fromkeys(name for each in answers for name in each.premises))
    if any(each.level == CANNOT_BE_TOLD for each in answers):
        undecided = tuple(dict.fromkeys(pair for each in answers for pair in each.undecided))
        return Answer(criterion, CANNOT_BE_TOLD, None, premises, (), undecided, questions)
    level = max((each.level for each in answers), key=scale.index)
    least = min(answers, key=lambda each: LEVELS.index(each.strength or "very_low"))
    why = next(each.why for each in answers if each.level == level)
    told = replace(least, subject=criterion, level=level, premises=premises, questions=questions)
    return replace(told, why=why)


SURE: Final = 0.95
"""Confidence of an interval that proves agreement: one that is less sure would be shorter."""


def rate_evidence(
    judgement: Judgement, numbers: Numbers, rule: StrengthRule
) -> tuple[Level, tuple[Weakness, ...]]:
    """How sure a premise is, and why not surer; that a claim is not so is as sure as its evidence.

    High, and a level lower for each concern: those of `propose`, and those of the study's rule.
    """
    concerns: list[Weakness] = [
        each for each in propose(judgement, numbers).concerns if each != "not_borne_out"
    ]
    told = judgement.finding.evidence_class == "self_reported"
    if rule.least_coverage is not None and told and judgement.estimand == "D":
        read = numbers.read("reports.read.share", "D").value
        if read is None or read < rule.least_coverage:
            concerns.append("reports_read_only")
    if rule.least_alpha is not None:
        codes = [support.code for support in judgement.evidence if support.code is not None]
        alphas = [numbers.read(alpha_name(code), "S").indicator for code in codes]
        known = [alpha for alpha in alphas if alpha is not None]
        lows = [None if (each.level or 1) < SURE else each.low for each in known]
        if any(low is None or low < rule.least_alpha for low in lows):
            concerns.append("agreement_unproven")
    return LEVELS[max(0, len(LEVELS) - 1 - len(concerns))], tuple(concerns)


def outcomes_of(
    judgements: Sequence[Judgement], answers: Iterable[Answer], numbers: Numbers
) -> Outcomes:
    """What came of the findings and questions of a run, for what is put to them.

    A link of the logic, or another explanation, is no claim about the reports read alone: what is
    so of these (D) and could be chance speaks neither for it nor against it, nor does an answer
    that rests on that.
    """
    judged = judged_so_far(judgements)
    known = replace(numbers, judged=judged)
    loose = {item.finding.id for item in judgements if not _is_beyond_chance(item, known)}
    open_case: tuple[Case, Outcome] = ("close", "cannot_be_told")
    return Outcomes(
        {name: open_case if name in loose else own for name, own in judged.items()},
        {
            answer.subject: CANNOT_BE_TOLD if loose & {*answer.premises} else answer.level
            for answer in answers
        },
    )


_NOT_RECORDED: Final = ("no_record", "no_interval", "missing")


def _is_beyond_chance(item: Judgement, numbers: Numbers) -> bool:
    """Whether a finding came out as it would of all projects due, or of such where that is told."""
    if item.estimand != "D" or item.finding.by_register or item.outcome == "cannot_be_told":
        return True
    for estimand in ("P", "S"):
        found = evaluate(item.finding.condition, numbers, estimand)
        if not any(each.kind in _NOT_RECORDED for each in found.because):
            return found.outcome == item.outcome
    return True


def due_recommendations(
    conclusions: Conclusions, judgements: Iterable[Judgement], numbers: Numbers
) -> dict[str, Recommendation]:
    """The recommendations that findings call for, the most urgent first."""
    judged = replace(numbers, judged=judged_so_far(judgements))
    due = {
        name: each
        for name, each in conclusions.recommendations.items()
        if evaluate(each.when, judged, "D").outcome == "holds"
    }
    order = {"high": 0, "medium": 1, "low": 2}
    return dict(sorted(due.items(), key=lambda item: order[item[1].priority]))
