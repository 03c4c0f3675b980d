"""Numbers and judgements of a study under any parameters, in steps, each computed once.

A kernel answers one question at a time. So nothing here takes long: what a set of parameters needs
is cut into steps of a chapter each, and whoever asks decides after each whether to go on.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from typing import Any, TypeVar

import pandas as pd

from evaltools.evidence import Evidence, open_evidence
from evaltools.evidence.code_presence import CoderRule
from evaltools.findings.coder_rules import RULES, recompute_indicators
from evaltools.findings.judgement import Judgement
from evaltools.indicators.indicator import Indicator
from evaltools.problems import ProblemError
from evaltools.report.material import JudgingSources, judge_findings
from evaltools.study import Parameters, Study

KEPT = 400
"""Results that are kept, of all steps together; the oldest are forgotten first."""
KEPT_EVIDENCE = 24
"""Selections of the data that are kept, which are larger."""
AHEAD = 6
"""Choices of a parameter whose numbers are computed while nobody asks for any."""
NOT_SELECTING = frozenset(("confidence", "estimand", "language", "minimum_cell"))
"""Parameters by which evidence is told and not selected."""
NOT_COUNTING = frozenset(("estimand", "language"))
"""Parameters that change no indicator, only which of its readings is told, and how."""

Step = Callable[[], object]
_Result = TypeVar("_Result")


@dataclass(frozen=True)
class Chapter:
    """A chapter: its notebook, and the module that computes it."""

    notebook: str
    module: str


class Calculator:
    """Computes what the chapters of a study give, and what becomes of its findings.

    Arguments:
        study: the study; its data are read and checked once, now.

    Raises ProblemError where the data are wrong, or the defaults leave nothing of them.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self.usual = study.parameters()
        evidence = open_evidence(self.usual, study)
        self.tables: Mapping[str, pd.DataFrame] = evidence.tables
        self.chapters = tuple(Chapter(*pair) for pair in study.declaration.chapters.items())
        self._sources: JudgingSources | None = None
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()
        self._empty: set[Hashable] = set()
        self._keep(("evidence", _key(self.usual, NOT_SELECTING)), evidence)

    def evidence(self, parameters: Parameters) -> Evidence:
        """What the parameters leave of the data.

        Raises ProblemError where that is nothing.
        """
        found: Evidence = self._once(
            ("evidence", _key(parameters, NOT_SELECTING)),
            lambda: Evidence.select(self.study, self.tables, parameters),
        )
        if found.parameters == parameters:
            return found
        words = self.study.words(parameters.language)
        return replace(found, parameters=parameters, words=words)

    def indicators(self, parameters: Parameters, chapter: Chapter) -> tuple[Indicator, ...]:
        """All indicators of a chapter, in the order in which the chapter gives them."""

        def compute() -> tuple[Indicator, ...]:
            return tuple(import_module(chapter.module).compute(self.evidence(parameters)))

        found: tuple[Indicator, ...] = self._once(
            ("chapter", chapter.module, _key(parameters, NOT_COUNTING)), compute
        )
        return found

    def all_indicators(self, parameters: Parameters) -> tuple[Indicator, ...]:
        """The indicators of all chapters, in their total order."""
        records = (one for each in self.chapters for one in self.indicators(parameters, each))
        return tuple(sorted(records, key=lambda record: record.identity))

    def judgements(self, parameters: Parameters) -> tuple[Judgement, ...]:
        """What becomes of every finding of the study's report, with its sentences."""

        def judge() -> tuple[Judgement, ...]:
            sources = self._sources or JudgingSources.load(self.study, self.tables)
            self._sources = sources
            if not len(sources.findings):
                return ()
            counted = {
                rule: tuple(
                    record
                    for module in self._modules
                    for record in self._by_rule(parameters, rule, module)
                )
                for rule in RULES
                if rule != parameters.coder_rule
            }
            return judge_findings(
                self.study, parameters, self.all_indicators(parameters), self.tables,
                sources, self.evidence(parameters), counted,
            )  # fmt: skip

        found: tuple[Judgement, ...] = self._once(
            ("judgements", _key(parameters, frozenset(("language",)))), judge
        )
        return found

    def steps(self, parameters: Parameters) -> Iterator[Step]:
        """What remains to be computed under these parameters, those of the chapters first."""
        for chapter in self.chapters:
            if ("chapter", chapter.module, _key(parameters, NOT_COUNTING)) not in self._kept:
                yield lambda chapter=chapter: self.indicators(parameters, chapter)  # type: ignore[misc]
        if ("judgements", _key(parameters, frozenset(("language",)))) in self._kept:
            return
        for rule in RULES:
            for module in self._modules if rule != parameters.coder_rule else ():
                if self._rule_key(parameters, rule, module) not in self._kept:
                    yield lambda rule=rule, module=module: self._by_rule(parameters, rule, module)  # type: ignore[misc]
        yield lambda: self.judgements(parameters)

    def steps_ahead(self, parameters: Parameters, name: str, chapter: Chapter) -> Iterator[Step]:
        """What of a chapter the next choices of a parameter would need, nearest first."""
        declared = self.study.declaration.parameters.get(name)
        if declared is None or declared.type != "choice":
            return
        choices = list(declared.choices)
        own = choices.index(getattr(parameters, name))
        near = sorted(range(len(choices)), key=lambda place: (abs(place - own), -place))
        for place in near[1 : AHEAD + 1]:
            other = self.study.parameters({**parameters.changed(), name: choices[place]})
            key = ("chapter", chapter.module, _key(other, NOT_COUNTING))
            if key not in self._kept and key not in self._empty:
                yield lambda other=other, key=key: self._try(other, chapter, key)  # type: ignore[misc]

    def _try(self, parameters: Parameters, chapter: Chapter, key: Hashable) -> None:
        try:
            self.indicators(parameters, chapter)
        except ProblemError:  # it would leave nothing of the data, and is told when it is chosen
            self._empty.add(key)

    @property
    def _modules(self) -> tuple[str, ...]:
        """Modules of chapters that count codings by the coder rule."""
        names = dict.fromkeys(chapter.module for chapter in self.chapters)
        return tuple(name for name in names if hasattr(import_module(name), "by_coder_rule"))

    def _by_rule(
        self, parameters: Parameters, rule: CoderRule, module: str
    ) -> tuple[Indicator, ...]:
        found: tuple[Indicator, ...] = self._once(
            self._rule_key(parameters, rule, module),
            lambda: tuple(
                recompute_indicators(self.evidence(parameters).under_rule(rule), [module])
            ),
        )
        return found

    def _rule_key(self, parameters: Parameters, rule: CoderRule, module: str) -> Hashable:
        return ("rule", rule, module, _key(parameters, NOT_COUNTING | {"coder_rule"}))

    def _once(self, key: Hashable, compute: Callable[[], _Result]) -> _Result:
        if key in self._kept:
            self._kept.move_to_end(key)
            found: _Result = self._kept[key]
            return found
        return self._keep(key, compute())

    def _keep(self, key: Hashable, result: _Result) -> _Result:
        self._kept[key] = result
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        whole = [one for one in self._kept if isinstance(one, tuple) and one[0] == "evidence"]
        for one in whole[: max(0, len(whole) - KEPT_EVIDENCE)]:
            del self._kept[one]
        return result


def _key(parameters: Parameters, without: frozenset[str]) -> Hashable:
    values: Mapping[str, Any] = parameters.as_values()
    return repr([(name, value) for name, value in values.items() if name not in without])
