"""`reports/conclusions.yml`: answers on a scale and recommendations, by rule from the findings."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, Final, Literal

import pandas as pd
from pydantic import Field, ValidationError, model_validator

from evaltools.charts.table import Column, Table
from evaltools.findings.conditions import Condition, Strict
from evaltools.findings.declaration import Level
from evaltools.findings.evaluate import evaluate
from evaltools.findings.judgement import LEVELS, Judgement, judged_so_far, propose
from evaltools.findings.lookup import Numbers
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.study.study import Study
from evaltools.study.vocabulary import Text
from evaltools.yaml_text import line_of, read_yaml

FILE_NAME: Final = "reports/conclusions.yml"
CODE: Final = "conclusions"
CANNOT_BE_TOLD: Final = "cannot_be_told"
JUDGEMENTS_ID: Final = "tbl-judgements"

LevelId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Priority = Literal["high", "medium", "low"]


class Rule(Strict):
    """A level of the scale, and what must be so for it."""

    level: LevelId
    when: Condition


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


class Conclusions(Strict):
    """The whole file.

    Arguments:
        scale: levels from the best to the worst, with their labels; `cannot_be_told` is added.
        answers: for each question of `evaluation.yml` that is answered, rules in their order: the
            first that holds gives the level; one that cannot be told ends the search.
        recommendations: by id.
    """

    scale: dict[LevelId, Text] = Field(default_factory=dict)
    answers: dict[str, Annotated[tuple[Rule, ...], Field(strict=False, min_length=1)]] = Field(
        default_factory=dict
    )
    recommendations: dict[
        Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")], Recommendation
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _uses_its_scale(self) -> Conclusions:
        if CANNOT_BE_TOLD in self.scale:
            raise ValueError(f"scale: {CANNOT_BE_TOLD} is there by itself")
        for question, rules in self.answers.items():
            for rule in rules:
                if rule.level not in self.scale:
                    known = ", ".join(self.scale)
                    raise ValueError(f"answers.{question}: '{rule.level}' is none of {known}")
        return self

    def conditions(self) -> Iterator[tuple[str, Condition]]:
        """Every condition with its place in the file."""
        for question, rules in self.answers.items():
            for rule in rules:
                yield f"answers.{question}", rule.when
        for name, each in self.recommendations.items():
            yield f"recommendations.{name}", each.when


@dataclass(frozen=True)
class Answer:
    """A judgement of one question.

    Arguments:
        question: its id.
        level: of the scale, or cannot_be_told.
        strength: the least of the findings that it rests on; None where it cannot be told.
        premises: ids of those findings.
    """

    question: str
    level: str
    strength: Level | None
    premises: tuple[str, ...]


def load_conclusions(study: Study) -> Conclusions:
    """The conclusions that a study declares; none where it has no such file.

    Raises:
        ProblemError: everything that is wrong with it, each with its line.
    """
    if not os.path.lexists(study.root / FILE_NAME):
        return Conclusions()
    content, lines = read_yaml(study.root / FILE_NAME, FILE_NAME)

    def where(*place: Any) -> str:
        return f"{FILE_NAME}:{line_of(lines, place)}"

    languages = study.declaration.languages
    try:
        made = Conclusions.model_validate(content, context={"languages": languages})
    except ValidationError as error:
        raise ProblemError(
            Problem(
                where(*item["loc"]),
                ".".join(map(str, item["loc"])) + f": {item['msg'].removeprefix('Value error, ')}",
                code=CODE,
            )
            for item in error.errors()
        ) from None
    known = {part.id for main in study.declaration.questions for part in main.parts}
    refuse(
        Problem(where("answers", name), f"no question is called '{name}'",
                ", ".join(sorted(known)), "", CODE)
        for name in made.answers
        if name not in known
    )  # fmt: skip
    return made


def check_premises(conclusions: Conclusions, findings: Collection[str]) -> list[Problem]:
    """Conditions on findings that are not declared, or on anything but findings."""
    problems = []
    for place, condition in conclusions.conditions():
        for leaf in condition.leaves():
            if leaf.judged is None:
                what = f"{place}: a conclusion rests on findings, not on '{leaf.kind}'"
                problems.append(Problem(FILE_NAME, what, "judged", "Make it a finding.", CODE))
            elif leaf.judged.finding not in findings:
                what = f"{place}: no finding is called '{leaf.judged.finding}'"
                problems.append(Problem(FILE_NAME, what, "", "See reports/findings.yml.", CODE))
    return problems


def answer_questions(
    conclusions: Conclusions, judgements: Iterable[Judgement], numbers: Numbers
) -> tuple[Answer, ...]:
    """The level of each question that is answered, in the order of the file.

    Arguments:
        judgements: of the run.
        numbers: of the same run.
    """
    known = {item.finding.id: item for item in judgements}
    judged = replace(numbers, judged=judged_so_far(known.values()))
    made = []
    for question, rules in conclusions.answers.items():
        named = [
            leaf.judged.finding for rule in rules for leaf in rule.when.leaves() if leaf.judged
        ]
        level = CANNOT_BE_TOLD
        for rule in rules:
            outcome = evaluate(rule.when, judged, "D").outcome
            if outcome == "holds":
                level = rule.level
                named = [leaf.judged.finding for leaf in rule.when.leaves() if leaf.judged]
            if outcome != "does_not_hold":
                break
        premises = tuple(dict.fromkeys(named))
        strengths = [_strength(known[name], numbers) for name in premises]
        strength = None if level == CANNOT_BE_TOLD else min(strengths, key=LEVELS.index)
        made.append(Answer(question, level, strength, premises))
    return tuple(made)


def _strength(judgement: Judgement, numbers: Numbers) -> Level:
    """How sure a premise is; that a claim is not so is as sure as its evidence."""
    return propose(judgement, numbers).evidence


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


def judgement_table(
    study: Study,
    conclusions: Conclusions,
    answers: Sequence[Answer],
    words: Words,
) -> str:
    """The answers as a table: question, criterion, level, strength; empty without answers."""
    if not answers:
        return ""
    language = words.language
    parts = {part.id: part for main in study.declaration.questions for part in main.parts}
    rows = []
    for answer in answers:
        part = parts[answer.question]
        level = conclusions.scale.get(answer.level)
        rows.append(
            {
                "question": part.text.in_language(language),
                "criterion": words(f"matrix.criterion.{part.criterion}"),
                "level": level.in_language(language)
                if level
                else words("findings.outcome.cannot_be_told"),
                "strength": words(f"findings.strength.{answer.strength}")
                if answer.strength
                else words("matrix.none"),
            }
        )
    widths: Mapping[str, int] = {"question": 46, "criterion": 18, "level": 20, "strength": 16}
    columns = [
        Column(name, words(f"conclusions.column.{name}"), width=width)
        for name, width in widths.items()
    ]
    table = Table(pd.DataFrame(rows), columns, words("conclusions.caption"), language)
    return f"{table.markdown()}\n: {table.full_caption} {{#{JUDGEMENTS_ID}}}\n"


def recommendation_list(due: Mapping[str, Recommendation], words: Words) -> str:
    """The recommendations as a list, each with whose task it is, how urgent, and by when."""
    if not due:
        return words("conclusions.no_recommendations") + "\n"
    language = words.language
    lines = []
    for each in due.values():
        to = escape_markdown(each.to.in_language(language))
        text = escape_markdown(each.text.in_language(language))
        about = words(
            "conclusions.about",
            priority=words(f"conclusions.priority.{each.priority}"),
            time=each.time.in_language(language),
        )
        lines.append(f"- **{to}:** {text} {escape_markdown(about)}\n")
    return "".join(lines)
