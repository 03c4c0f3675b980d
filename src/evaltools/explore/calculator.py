"""Numbers and judgements of a study under any parameters, in steps, each computed once.

A kernel answers one question at a time. So nothing here takes long: what a set of parameters needs
is cut into steps of a chapter each, and whoever asks decides after each whether to go on.
"""

from __future__ import annotations

import ast
import base64
import html
import re
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any, TypeVar

import pandas as pd

from evaltools.charts.figure import Figure
from evaltools.charts.table import Table, cell
from evaltools.evidence import Evidence, open_evidence
from evaltools.evidence.code_presence import CoderRule
from evaltools.findings.coder_rules import RULES, recompute_indicators
from evaltools.findings.judgement import Judgement
from evaltools.indicators.indicator import Indicator
from evaltools.pipeline.notebooks import read_cells, read_notebook
from evaltools.problems import Problem, ProblemError
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
            lambda: self._select(parameters),
        )
        if found.parameters == parameters:
            return found
        return found.told_by(parameters, self.study.words(parameters.language))

    def _select(self, parameters: Parameters) -> Evidence:
        """Evidence anew, or that under another coder rule with what was worked out of it."""
        for rule in RULES:
            other = self._kept.get(("evidence", _key(_under(parameters, rule), NOT_SELECTING)))
            if other is not None:
                return other.under_rule(parameters.coder_rule)  # type: ignore[no-any-return]
        return Evidence.select(self.study, self.tables, parameters)

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


def _under(parameters: Parameters, rule: CoderRule) -> Parameters:
    return parameters.model_copy(update={"coder_rule": rule})


def _key(parameters: Parameters, without: frozenset[str]) -> Hashable:
    values: Mapping[str, Any] = parameters.as_values()
    return repr([(name, value) for name, value in values.items() if name not in without])


MOST_ROWS = 300
_LABELS = ("fig-", "tbl-")


@dataclass(frozen=True)
class LabelledCell:
    """A cell that shows a figure or table; the heading above it is what it is called here."""

    label: str
    heading: str
    source: str


def list_cells(study: Study, notebook: str) -> tuple[LabelledCell, ...]:
    """The labelled cells of a notebook, in order; none where it cannot be read."""
    try:
        content = read_notebook(study.root / notebook, notebook)
    except ProblemError:
        return ()
    found, heading = [], ""
    for each in read_cells(content):
        if each.kind == "markdown":
            lines = [line for line in each.source.splitlines() if line.startswith("#")]
            heading = lines[-1].lstrip("# ") if lines else heading
        elif each.kind == "code" and each.label.startswith(_LABELS):
            found.append(LabelledCell(each.label, heading, each.source))
    return tuple(found)


def draw(
    study: Study, notebook: str, label: str, evidence: Evidence, records: Sequence[Indicator]
) -> dict[str, Any]:
    """What a labelled cell shows, under other parameters than the notebook's own.

    The cell is evaluated with `evidence` and `records`, and what else the notebook imports or sets
    from them; its other cells are not run. It is the study's own code, as it is when the notebook
    is run.

    Raises ProblemError where the cell asks for more than that, or shows something else.
    """
    content = read_notebook(study.root / notebook, notebook)
    names: dict[str, Any] = {"evidence": evidence, "records": list(records)}
    where = f"{notebook}, {label}"
    try:
        for each in read_cells(content):
            if each.kind != "code" or "parameters" in each.tags:
                continue
            if each.label == label:
                return _shown(_evaluate(each.source, names, where), where)
            if not each.label:
                _prepare(each.source, names)
    except ProblemError:
        raise
    except Exception as error:
        what = f"cannot be drawn here: {type(error).__name__}: {error}"
        problem = Problem(where, what, "", "Open the notebook.", "explore.cell")
        raise ProblemError([problem]) from None
    raise ProblemError([Problem(where, "there is no such cell", code="explore.cell")])


def _prepare(source: str, names: dict[str, Any]) -> None:
    """Carry out the imports of a cell, and what it sets that is not there yet."""
    for statement in ast.parse(source).body:
        new = isinstance(statement, ast.Import | ast.ImportFrom | ast.FunctionDef)
        if isinstance(statement, ast.Assign):
            targets = [one.id for one in statement.targets if isinstance(one, ast.Name)]
            new = bool(targets) and not any(name in names for name in targets)
        if new:
            exec(compile(ast.Module([statement], []), "<notebook>", "exec"), names)


def _evaluate(source: str, names: dict[str, Any], where: str) -> object:
    *before, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        what = "the last line of the cell shows nothing"
        raise ProblemError([Problem(where, what, code="explore.cell")])
    exec(compile(ast.Module(before, []), "<notebook>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<notebook>", "eval"), names)


def _shown(result: object, where: str) -> dict[str, Any]:
    if isinstance(result, Figure):
        picture = base64.b64encode(result.svg.encode("utf-8")).decode("ascii")
        return {
            "picture": f"data:image/svg+xml;base64,{picture}",
            "alt": result.alt,
            "caption": _plain(result.full_caption),
        }
    if isinstance(result, Table):
        rows = result.frame.head(MOST_ROWS).to_dict("records")
        return {
            "columns": [{"label": one.label, "right": one.alignment == "right"}
                        for one in result.columns],
            "rows": [[cell(row[one.name], one, result.language) for one in result.columns]
                     for row in rows],
            "caption": _plain(result.full_caption),
        }  # fmt: skip
    what = f"shows a {type(result).__name__}, neither a Figure nor a Table"
    raise ProblemError([Problem(where, what, code="explore.cell")])


def _plain(caption: str) -> str:
    """A caption without its marks: emphasis, and references that stand for characters."""
    return html.unescape(re.sub(r"(?<!\\)[*`]", "", caption))
