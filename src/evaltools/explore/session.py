"""What the panel asks and what it is answered: the state of a person's exploring."""

from __future__ import annotations

import os
import shlex
import time
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import yaml

from evaltools.evidence import Evidence
from evaltools.evidence.scope import EmptyScopeError, Left
from evaltools.explore.calculator import Calculator, Chapter, draw, list_cells
from evaltools.explore.indicator_rows import (
    MOST_PROJECTS,
    RowWriter,
    count_moved,
    describe_number,
    hide_silence,
    list_passages,
    list_projects,
)
from evaltools.files import problems_from_error
from evaltools.findings.judgement import Judgement
from evaltools.i18n import numbers as say
from evaltools.indicators.indicator import dimensions
from evaltools.problems import Problem, ProblemError
from evaltools.report.evidence_pages.passages import collect_passages, find_code
from evaltools.report.evidence_pages.quoted_passages import QuotePolicy, make_quote_policy
from evaltools.report.glossary import Glossary
from evaltools.report.variables import ESTIMANDS
from evaltools.study import STUDY_VARIABLE, Language, Parameters, Study
from evaltools.study.parameters import make_parameters, to_json
from evaltools.study.scenarios import write_saved

Message = dict[str, Any]


@cache
def read_words() -> dict[str, dict[str, str]]:
    """Words of the panel by key and language, from words.yml."""
    text = (files("evaltools.explore") / "words.yml").read_text(encoding="utf-8")
    words: dict[str, dict[str, str]] = yaml.safe_load(text)
    return words


def read_state(text: str) -> dict[str, str]:
    """Values by name from a state as links have it: `region=06&calls=2019,2020`."""
    return dict(parse_qsl(text.lstrip("?#"), keep_blank_values=True))


def write_state(changed: Mapping[str, Any]) -> str:
    """The inverse of `read_state`, of what differs from the default."""
    return urlencode({name: _flat(value) for name, value in changed.items()}, quote_via=quote)


def write_command(changed: Mapping[str, Any]) -> str:
    """The command that builds the report of these values."""
    given = (f"-p {shlex.quote(f'{name}={_flat(value)}')}" for name, value in changed.items())
    return " ".join(["evaltools build", *given])


def _flat(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


class ExploreSession:
    """One person's exploring of a study.

    Arguments:
        study: the study.
        given: values to start from, codes or labels.
        language: of the panel; the study's first where None.

    Raises ProblemError for a wrong value, wrong data, or values that leave nothing of them.
    """

    def __init__(
        self, study: Study, given: Mapping[str, Any], language: Language | None = None
    ) -> None:
        self.study = study
        self.languages = study.declaration.languages
        self.language: Language = language or self.languages[0]
        self.parameters = study.parameters(given)
        self.calculator = Calculator(study)
        self.calculator.evidence(self.parameters)
        self.chapter = self.calculator.chapters[0] if self.calculator.chapters else None
        self.whole = False
        self._state = 0
        self._writers: dict[Language, RowWriter] = {}
        self._policy: QuotePolicy | None = None

    def receive(self, content: object) -> Iterator[Message]:
        """Answer a message of the panel."""
        request: Mapping[str, Any] = content if isinstance(content, Mapping) else {}
        kind, begun = request.get("kind"), time.perf_counter()
        if request.get("language") in self.languages:
            self.language = request["language"]
        self.whole = bool(request.get("whole", self.whole))
        for one in self.calculator.chapters:
            if one.module == request.get("chapter"):
                self.chapter = one
        if kind == "hello":
            yield self._introduce()
        elif kind == "set":
            yield from self._set(request, begun)
        elif kind == "step":
            yield from self._step(request)
        elif kind == "ahead":
            yield self._look_ahead(request)
        elif kind == "behind":
            yield self._behind(request)
        elif kind == "draw":
            yield self._draw(request)
        elif kind == "save":
            yield self._save(request)

    def describe_failure(self, error: BaseException) -> Message:
        """What the panel is told of an error, in one line."""
        if isinstance(error, OSError | MemoryError):
            error = ProblemError(problems_from_error(error))
        text = "; ".join(str(error).splitlines()) or type(error).__name__
        return {"kind": "failed", "state": self._state, "text": text}

    def _introduce(self) -> Message:
        declared = self.study.declaration
        return {
            "kind": "study",
            "name": declared.name,
            "title": {one: declared.printed("short_title", one) for one in self.languages},
            "languages": list(self.languages),
            "language": self.language,
            "words": {
                one: {key: entry[one] for key, entry in read_words().items()}
                for one in self.languages
            },
            "form": [self._field(name) for name in declared.parameters],
            "chapters": [self._chapter(each) for each in self.calculator.chapters],
            "values": self.parameters.as_values(),
            "scenarios": self._scenarios(),
            "page": self._page(),
        }

    def _page(self) -> str:
        """The notebook's path below the folder of JupyterLab, where that is the study's."""
        opened = Path(os.environ.get("JPY_SESSION_NAME", ""))
        at_study = os.environ.get(STUDY_VARIABLE) == str(self.study.root)
        if not (at_study and opened.is_absolute() and opened.is_relative_to(self.study.root)):
            return ""
        return opened.relative_to(self.study.root).as_posix()

    def _field(self, name: str) -> Message:
        item = self.study.declaration.parameters[name]
        return {
            "name": name,
            "type": item.type,
            "label": {one: item.label.in_language(one) for one in self.languages},
            "help": {one: item.help.in_language(one) for one in self.languages},
            "choices": [
                {"value": value, "label": {one: text.in_language(one) for one in self.languages}}
                for value, text in item.choices.items()
            ],
            "minimum": to_json(item.minimum),
            "maximum": to_json(item.maximum),
            "derived": item.derived.by if item.derived else "",
        }

    def _chapter(self, chapter: Chapter) -> Message:
        name = f"trail.group.{chapter.module.rpartition('.')[2]}"
        titles = {}
        for one in self.languages:
            words = self.study.words(one)
            titles[one] = words(name) if words.has(name) else chapter.module.rpartition(".")[2]
        cells = list_cells(self.study, chapter.notebook)
        return {
            "module": chapter.module,
            "notebook": chapter.notebook,
            "title": titles,
            "cells": [{"label": each.label, "heading": each.heading} for each in cells],
        }

    def _scenarios(self) -> list[Message]:
        """Scenarios that can be read, with their values."""
        found = []
        for name in self.study.scenario_names:
            try:
                values = self.study.parameters(scenario=name).changed()
            except ProblemError:
                continue
            found.append({"name": name, "values": values})
        return found

    def _set(self, request: Mapping[str, Any], begun: float) -> Iterator[Message]:
        """Take other values: their numbers in the open chapter, or what is wrong with them."""
        self._state = int(request.get("state", 0))
        given = request.get("values")
        values = {str(name): value for name, value in given.items()} if isinstance(
            given, Mapping) else {}  # fmt: skip
        try:
            parameters = make_parameters(
                self.study.declaration.parameters, values, lambda name: name, self.languages[0]
            )
            self.calculator.evidence(parameters)
        except ProblemError as error:
            left = error.left if isinstance(error, EmptyScopeError) else {}
            problems = [self._explain(problem, left) for problem in error.problems]
            yield {"kind": "refused", "state": self._state, "problems": problems}
            return
        self.parameters = parameters
        yield self._numbers(begun)

    def _explain(self, problem: Problem, left: Left) -> Message:
        """A problem at its field, in the panel's language as far as the declaration says it.

        Arguments:
            left: what parameters could be where these leave nothing.
        """
        name = problem.where.removeprefix("parameter ")
        item = self.study.declaration.parameters.get(name)
        words = {key: entry[self.language] for key, entry in read_words().items()}
        text = problem.what
        if problem.code == "scope.empty":
            text = words["nothing_left"]
            if item is not None and name in left:
                labels = {code: each.in_language(self.language)
                          for code, each in item.choices.items()}  # fmt: skip
                possible = [f"{labels.get(value, value)} ({count})" for value, count in left[name]]
                if item.type == "date":
                    day = say.date(date.fromisoformat(left[name][0][0]), self.language)
                    possible = [words["or_later"].format(day=day)]
                text += f" {words['possible']} {', '.join(possible)}"
        elif item is not None and item.type in ("date", "integer", "number"):
            limits = {"low": to_json(item.minimum), "high": to_json(item.maximum)}
            text = words["allowed"].format(**limits)
        elif problem.code == "parameter.unknown":
            text = words["no_parameter"].format(name=name)
        elif item is not None and item.type == "choice":
            text = words["no_choice"]
        elif item is not None and item.type == "choices":
            text = words["choose_one"]
        return {"field": name if item is not None else "", "text": text}

    def _numbers(self, begun: float) -> Message:
        usual, now = self.calculator.usual, self.parameters
        changed = now.changed()
        rows = []
        if self.chapter is not None:
            rows = self._writer.write(
                self.calculator.indicators(now, self.chapter),
                self.calculator.indicators(usual, self.chapter),
                ESTIMANDS[now.estimand],
                whole=self.whole,
            )
        evidence, before = self.calculator.evidence(now), self.calculator.evidence(usual)
        return {
            "kind": "numbers",
            "state": self._state,
            "values": now.as_values(),
            "changed": changed,
            "counts": {
                "now": [evidence.n, evidence.N, evidence.funded],
                "was": [before.n, before.N, before.funded],
            },
            "chapter": self.chapter.module if self.chapter else "",
            "rows": rows,
            "command": write_command(changed),
            "link": write_state(changed),
            "milliseconds": round((time.perf_counter() - begun) * 1000),
        }

    def _step(self, request: Mapping[str, Any]) -> Iterator[Message]:
        """Compute a little more of what the values need, and tell what is known so far."""
        if int(request.get("state", -1)) != self._state:
            return  # of values that the panel has left
        calculator = self.calculator
        remaining = [*calculator.steps(self.parameters)]
        if self.parameters != calculator.usual:
            remaining += calculator.steps(calculator.usual)
        if remaining:
            try:
                remaining[0]()
            except ProblemError as error:
                yield self.describe_failure(error)
                return
        left = max(0, len(remaining) - 1)
        yield {"kind": "progress", "state": self._state, "left": left}
        if not left:
            yield self._findings()

    def _look_ahead(self, request: Mapping[str, Any]) -> Message:
        """Compute what a next choice of the parameter that was moved last would need."""
        name, left = str(request.get("name", "")), 0
        if self.chapter is not None and int(request.get("state", -1)) == self._state:
            steps = [*self.calculator.steps_ahead(self.parameters, name, self.chapter)]
            left = max(0, len(steps) - 1)
            for step in steps[:1]:
                step()
        return {"kind": "ready", "state": self._state, "left": left}

    def _findings(self) -> Message:
        """All findings with what each is by default, and how many numbers moved by chapter."""
        calculator = self.calculator
        usual = {one.finding.id: one for one in calculator.judgements(calculator.usual)}
        return {
            "kind": "findings",
            "state": self._state,
            "moved": {
                each.module: count_moved(
                    calculator.indicators(self.parameters, each),
                    calculator.indicators(calculator.usual, each),
                )
                for each in calculator.chapters
            },
            "findings": [
                self._finding(one, usual.get(one.finding.id))
                for one in calculator.judgements(self.parameters)
            ],
        }

    def _finding(self, now: Judgement, was: Judgement | None) -> Message:
        words, labels = self._writer.words, self._writer.glossary.labels

        def told(one: Judgement) -> Message:
            return {
                "outcome": one.outcome,
                "told": one.reason.outcome_text(words),
                "text": one.text(self.language),
                "why": one.reason.why(words, labels),
            }

        return {
            "id": now.finding.id,
            "asserted": now.finding.asserted,
            "now": told(now),
            "was": told(was) if was is not None else None,
            "turned": was is not None and (was.outcome, was.case) != (now.outcome, now.case),
            "keys": list(dict.fromkeys(record.key for record in now.numbers))[:8],
        }

    def _behind(self, request: Mapping[str, Any]) -> Message:
        key = str(request.get("key"))
        given = request.get("dimensions")
        by = dimensions(**given) if isinstance(given, Mapping) else ()
        records = [
            one
            for chapter in self.calculator.chapters
            for one in self.calculator.indicators(self.parameters, chapter)
            if one.key == key and one.dimensions == by
        ]
        writer, declared = self._writer, self.study.declaration
        evidence = self._evidence_told()
        passages = collect_passages(evidence)
        projects = list_projects(key, evidence, declared)
        code = find_code(key, evidence.presence["code_id"].astype(str), declared.codes_of_numbers)
        if self._policy is None:
            self._policy = make_quote_policy(
                declared.disclosure.quotes, self.calculator.tables, declared.disclosure
            )
        return {
            "kind": "behind",
            "state": self._state,
            "label": ", ".join(filter(None, writer.name((key, by)))),
            "number": describe_number(key, records, writer.glossary),
            "projects": hide_silence(projects[:MOST_PROJECTS], code, passages),
            "all_projects": len(projects),
            **list_passages(key, evidence, passages, self._policy, writer.glossary, declared),
        }

    def _draw(self, request: Mapping[str, Any]) -> Message:
        label = str(request.get("label"))
        answer: Message = {"kind": "drawn", "state": self._state, "label": label}
        if self.chapter is None:
            return answer
        records = self.calculator.indicators(self.parameters, self.chapter)
        try:
            shown = draw(self.study, self.chapter.notebook, label, self._evidence_told(), records)
        except ProblemError as error:
            return answer | {"problem": str(error.problems[0])}
        return answer | shown

    def _save(self, request: Mapping[str, Any]) -> Message:
        """Write the values under a name; one that the study declares itself is never taken."""
        name, title = str(request.get("name", "")), str(request.get("title", ""))[:200]
        answer: Message = {"kind": "saved", "name": name}
        if name in self.study.declaration.scenarios:
            return answer | {"problem": "scenario.taken", "declared": True}
        try:
            path = write_saved(
                self.study.root, name, self.parameters.changed(), title,
                replace=bool(request.get("replace")),
            )  # fmt: skip
        except ProblemError as error:
            return answer | {"problem": error.problems[0].code}
        except OSError as error:
            return answer | {"problem": "disk", "detail": error.strerror or str(error)}
        return answer | {
            "path": path.relative_to(self.study.root).as_posix(),
            "command": f"evaltools build --scenario {name}",
            "scenarios": self._scenarios(),
        }

    def _evidence_told(self) -> Evidence:
        """The evidence in the panel's language, whatever that of the report is."""
        evidence = self.calculator.evidence(self.parameters)
        if self.parameters.language == self.language:
            return evidence
        spoken: Parameters = self.parameters
        if "language" in self.study.declaration.parameters:
            spoken = spoken.model_copy(update={"language": self.language})
        return evidence.told_by(spoken, self.study.words(self.language))

    @property
    def _writer(self) -> RowWriter:
        if self.language not in self._writers:
            declared = self.study.declaration
            glossary = Glossary.of(
                self.calculator.tables, self.study.words(self.language), declared,
                declared.questions,
            )  # fmt: skip
            self._writers[self.language] = RowWriter(glossary, declared)
        return self._writers[self.language]
