"""Two runs side by side: what changed in numbers, judgements, inputs and prose, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from evaltools.compare.prose import ProseChange, compare_prose, read_present_tables
from evaltools.findings.declaration import FILE_NAME, load_findings
from evaltools.findings.judgement import judge
from evaltools.problems import ProblemError
from evaltools.provenance import indicator_changes
from evaltools.provenance.artifacts import Artifact, JudgedFinding
from evaltools.provenance.finding_changes import (
    ConclusionPair,
    FindingPair,
    pair_conclusions,
    pair_findings,
)
from evaltools.provenance.hashes import changed_keys
from evaltools.report.variables import ESTIMANDS
from evaltools.study import Study

InputKind = Literal["added", "removed", "changed"]
DECLARATIONS = ("evaluation.yml", "reports/words.yml")


class InputChange(NamedTuple):
    """One file that is not the same in both runs."""

    file: str
    kind: InputKind


class ParameterChange(NamedTuple):
    """One parameter with its plain values; None where a run does not know it."""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True)
class FindingChange:
    """A finding whose outcome is not the same, with the indicators it looks at that have changed.

    An outcome is None where a run does not judge it.
    """

    id: str
    old: str | None
    new: str | None
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """What differs between an older and a newer run.

    Arguments:
        level: confidence level of the intervals of changes.
        compared: how many indicators either has.
        changes: those that are not the same, in their total order.
        findings: those whose outcome changed; None where a run has no judgements.
        sentences: findings of which the two say something else, by the sentences that each of the
            two recorded; none where one of them has no sentence.
        examined_apart: ids of statements of others about what was in scope then, where the scope
            is another; they are no findings whose outcome changed.
        conclusions: answers, criteria and recommendations that are not the same; None where a run
            did not record them.
        inputs: files of the data, and the declaration of the study.
        prose: variables that print differently; None where there was no study to read.
    """

    old: Artifact
    new: Artifact
    relation: indicator_changes.Relation
    level: float
    compared: int
    changes: tuple[indicator_changes.IndicatorChange, ...]
    findings: tuple[FindingChange, ...] | None
    sentences: tuple[FindingPair, ...]
    inputs: tuple[InputChange, ...]
    parameters: tuple[ParameterChange, ...]
    code: tuple[str, ...]
    notebooks: tuple[str, ...]
    lock: bool
    python: tuple[str, str] | None
    prose: tuple[ProseChange, ...] | None
    examined_apart: tuple[str, ...] = ()
    conclusions: tuple[ConclusionPair, ...] | None = None

    @property
    def data_changed(self) -> bool:
        """Whether a file of the data is not the same; the study's declarations are none."""
        return any(change.file not in DECLARATIONS for change in self.inputs)

    @property
    def is_empty(self) -> bool:
        """Whether the two are the same in all that was looked at."""
        differs = (self.changes, self.findings, self.sentences, self.inputs, self.parameters,
                   self.code, self.notebooks, self.lock, self.python, self.prose,
                   self.conclusions)  # fmt: skip
        return not any(differs)


def compare(
    old: Artifact,
    new: Artifact,
    study: Study | None = None,
    pairs: Mapping[indicator_changes.Identity, tuple[int, int, int, int]] | None = None,
) -> Comparison:
    """Compare two runs, reports or bundles.

    The study is that whose prose and code labels to read; without it nothing is said of the prose.
    The pairs say of reports that both runs read how they moved one by one, see `pair_reports`;
    without them they are treated as if they were others, which is the more careful. Verdicts are of
    each indicator by itself; among many, some cross their interval by chance.
    """
    then, now = old.ingredients, new.ingredients
    relation = "same" if pairs else indicator_changes.find_relation(then, now)
    level = float(now.parameters.get("confidence", 0.95))
    other_scope = bool(indicator_changes.changed_scope(then, now))
    setting = indicator_changes.ComparisonSetting(
        level, old.reports, new.reports, pairs or {}, relation == "same", other_scope
    )
    changes = indicator_changes.compare_indicators(old.indicators, new.indicators, setting)
    prose, judgements = None, (old.findings, new.findings)
    if study is not None:
        prose = compare_prose(study, old, new)
        if None in judgements:  # both by the same declaration, or the change is that of it
            judgements = (judge_findings_now(study, old), judge_findings_now(study, new))
    findings = pair_findings(old.findings or {}, new.findings or {}, not other_scope)
    apart = tuple(pair.id for pair in findings if pair.kind == "other_scope")
    return Comparison(
        old=old,
        new=new,
        relation=relation,
        level=level,
        compared=len({item.identity for item in (*old.indicators, *new.indicators)}),
        changes=changes,
        findings=_compare_findings(*judgements, {change.key for change in changes}, apart),
        sentences=tuple(
            pair
            for pair in findings
            if pair.kind not in ("same", "other_scope") and pair.is_recorded
        ),
        examined_apart=apart,
        conclusions=None
        if old.conclusions is None or new.conclusions is None
        else pair_conclusions(old.conclusions, new.conclusions),
        inputs=tuple(
            InputChange(name, "added" if name not in then.files
                        else "changed" if name in now.files else "removed")
            for name in changed_keys(then.files, now.files)
        ),
        parameters=tuple(
            ParameterChange(name, then.parameters.get(name), now.parameters.get(name))
            for name in changed_keys(then.parameters, now.parameters)
        ),
        code=tuple(changed_keys(then.code, now.code)),
        notebooks=tuple(changed_keys(then.notebooks, now.notebooks)),
        lock=then.lock != now.lock,
        python=(then.python, now.python) if then.python != now.python else None,
        prose=prose,
    )  # fmt: skip


def _compare_findings(
    old: Mapping[str, JudgedFinding] | None,
    new: Mapping[str, JudgedFinding] | None,
    changed: set[str],
    apart: Collection[str],
) -> tuple[FindingChange, ...] | None:
    if old is None or new is None:
        return None
    found = []
    for name in sorted({*old, *new} - {*apart}):
        both = (old.get(name), new.get(name))
        before, after = (each.outcome if each else None for each in both)
        if before != after:
            keys = {key for each in both if each for key in each.keys} & changed
            found.append(FindingChange(name, before, after, tuple(sorted(keys))))
    return tuple(found)


def judge_findings_now(study: Study, run: Artifact) -> dict[str, JudgedFinding] | None:
    """The study's findings, as they are declared now, put to the numbers of a run, by id.

    None where there are none, or some ask for numbers that the run does not have.
    """
    if not (study.root / FILE_NAME).is_file():
        return None
    declared = load_findings(
        study.root, study.declaration.languages, study.declaration.codes_of_numbers
    )
    estimand = ESTIMANDS[str(run.ingredients.parameters.get("estimand", "descriptive"))]
    table = read_present_tables(study, {"facts"}).get("facts")
    facts = {} if table is None else {
        str(name): float(value)
        for name, value in zip(table["fact_id"], table["value"], strict=True)
    }  # fmt: skip
    try:
        judgements = judge(declared, run.indicators, estimand, facts)
    except ProblemError:
        return None  # an older run need not have every number that is asked for today
    return {
        item.finding.id: JudgedFinding(
            item.finding.id,
            item.outcome,
            tuple(sorted({number.key for number in item.numbers})),
        )
        for item in judgements
    }
