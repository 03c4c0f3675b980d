"""Indicators computed anew from data and parameters, without notebooks: a second or two."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import pandas as pd

from evaltools.compare.changes import Identity
from evaltools.compare.revisions import find_data_folder, find_matching_data
from evaltools.evidence import Evidence, read_tables
from evaltools.indicators.disclosure.codes import withheld_codes
from evaltools.indicators.indicator import Indicator, from_record
from evaltools.problems import Problem, ProblemError
from evaltools.provenance.artifacts import Artifact
from evaltools.study import Study

SECONDS = 180
"""How long another version of the code may take for all that is asked of it."""
_PROGRAM = Path(__file__).with_name("other_version.py")
_NO_CHAPTERS = "the study declares no chapters, so that nothing can be computed without notebooks"


@dataclass(frozen=True)
class RecomputeJob:
    """One set of indicators to compute.

    Arguments:
        data: the data folder.
    """

    data: Path
    parameters: Mapping[str, Any]


Answer = tuple[Indicator, ...] | str
"""All indicators in their total order, or the reason why there are none."""


@dataclass
class Recomputer:
    """Computes with the installed code; what was read or computed once is kept.

    Arguments:
        study: whose declaration of parameters holds.
        chapters: modules that compute; by default those that the study declares.
    """

    study: Study
    chapters: tuple[str, ...] = ()
    _tables: dict[Path, dict[str, pd.DataFrame]] = field(default_factory=dict)
    _answers: dict[tuple[Path, str], Answer] = field(default_factory=dict)

    @property
    def modules(self) -> tuple[str, ...]:
        """The modules that compute, sorted."""
        return self.chapters or tuple(sorted(set(self.study.declaration.chapters.values())))

    def tables(self, data: Path) -> dict[str, pd.DataFrame]:
        """The tables of a data folder.

        Raises:
            ProblemError: they cannot be read.
        """
        if data not in self._tables:
            self._tables[data] = read_tables(data)
        return self._tables[data]

    def compute(self, job: RecomputeJob) -> Answer:
        """All indicators of the chapters, or why there are none."""
        name = (job.data, repr(sorted(job.parameters.items())))
        if name not in self._answers:
            self._answers[name] = self._compute(job)
        return self._answers[name]

    def _compute(self, job: RecomputeJob) -> Answer:
        if not self.modules:
            return _NO_CHAPTERS
        try:
            parameters = self.study.parameters(select_known_parameters(self.study, job.parameters))
            evidence = Evidence.select(self.study, self.tables(job.data), parameters)
        except ProblemError as error:
            return str(error.problems[0])
        found = [record for chapter in self.modules
                 for record in import_module(chapter).compute(evidence)]  # fmt: skip
        return tuple(sorted(found, key=lambda record: record.identity))


def select_known_parameters(study: Study, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of those parameters that the study declares."""
    return {name: value for name, value in values.items() if name in study.declaration.parameters}


def compute_with_other_version(
    source: Path, study: Path, jobs: Sequence[RecomputeJob], chapters: Sequence[str], *, own: bool
) -> list[Answer]:
    """Compute with another version of this package, in a process of its own.

    Arguments:
        source: the folder that holds its `evaltools`; its code is executed, so it must be
            trusted as the installed package is.
        study: folder of the `evaluation.yml` that goes with it.
        jobs: what to compute.
        chapters: modules that compute, as far as the version has them.
        own: whether the study is that version's own; the chapters that it declares go before.

    Raises:
        ProblemError: the version cannot do it.
    """
    with tempfile.TemporaryDirectory(prefix="evaltools-compare-") as scratch:
        answer = Path(scratch) / "answer.json"
        asked = {
            "source": str(source.resolve()),
            "study": str(study.resolve()),
            "answer": str(answer),
            "chapters": list(chapters),
            "own": own,
            "jobs": [
                {"data": str(job.data.resolve()), "parameters": dict(job.parameters)}
                for job in jobs
            ],
        }
        try:
            done = subprocess.run(
                [sys.executable, "-B", "-P", str(_PROGRAM)],
                input=json.dumps(asked), capture_output=True, text=True, timeout=SECONDS,
                cwd=scratch,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise _failure(f"took longer than {SECONDS} seconds") from None
        if done.returncode != 0 or not answer.is_file():
            last = done.stderr.strip().splitlines()[-1:] or ["it gave no reason"]
            raise _failure(f"failed: {last[0]}")
        content = json.loads(answer.read_text(encoding="utf-8"))
    found: list[Answer] = []
    for item in content:
        if "problem" in item:
            found.append(str(item["problem"]))
            continue
        records = [from_record(record) for record in item["records"]]
        found.append(tuple(sorted(records, key=lambda record: record.identity)))
    return found


def _failure(what: str) -> ProblemError:
    return ProblemError([Problem("the other version of the code", what, code="compare.code")])


Cells = tuple[int, int, int, int]
"""Reports with the property in both runs, only in the newer, only in the older, in neither."""


def pair_reports(
    study: Study, old: Artifact, new: Artifact, places: Sequence[Path]
) -> dict[Identity, Cells]:
    """Pairs of two runs that read the same reports, as far as the data of both are at hand.

    Arguments:
        study: of the newer run.
        places: folders in which the data may be: of a study, of a bundle, or the data itself.

    Returns:
        By identity of a theme's share. Nothing where the runs read different reports, where
        data are not at hand, or where the counts are not those that were recorded, since the
        code that made them then counted otherwise.
    """
    name = study.declaration.data
    folders = [folder for place in (study.data, *places)
               if (folder := find_data_folder(place, name)) is not None]  # fmt: skip
    computer = Recomputer(study)
    found = []
    for run in (old, new):
        data = find_matching_data(run.ingredients, folders)
        if data is None:
            return {}
        evidence = _select_evidence(computer, data, run)
        if evidence is None:
            return {}
        found.append(evidence)
    return {
        identity: cells
        for identity, cells in count_paired_states(found[0], found[1]).items()
        if _is_consistent(identity, cells, old, new)
    }


def count_paired_states(old: Evidence, new: Evidence) -> dict[Identity, Cells]:
    """For each theme, in how many reports it is there in both, in one, in neither.

    Arguments:
        old, new: evidence of the same reports under other data or another coder rule.

    Returns:
        By identity of the theme's share, of the reports read and of projects of this kind;
        empty where the reports are not the same.
    """
    if set(old.reports["project_id"]) != set(new.reports["project_id"]):
        return {}
    before, after = _affirmed_codes(old), _affirmed_codes(new)
    total = len(old.reports)
    comparison: dict[Identity, Cells] = {}
    left_out = {
        *_reports_without_answer(old),
        *_reports_without_answer(new),
        *withheld_codes(old),
        *withheld_codes(new),
    }
    for code in sorted((set(before) & set(after)) - left_out):
        both = len(before[code] & after[code])
        only_new, only_old = len(after[code]) - both, len(before[code]) - both
        cells = (both, only_new, only_old, total - both - only_new - only_old)
        comparison[(f"{code}.share", "D", ())] = cells
        comparison[(f"{code}.share", "S", ())] = cells
    return comparison


def _reports_without_answer(evidence: Evidence) -> set[str]:
    """Codes that some report was not asked of, so that its cells are not those of all reports."""
    presence = evidence.presence
    return set(map(str, presence.loc[presence["state"].eq("not_asked"), "code_id"]))


def _affirmed_codes(evidence: Evidence) -> Mapping[str, set[str]]:
    """Projects that have a code, by code; every code of the presence is there."""
    presence = evidence.presence
    found: dict[str, set[str]] = {str(code): set() for code in presence["code_id"].unique()}
    has = presence[presence["state"].astype(str).eq("yes")]
    for code, project in zip(has["code_id"], has["project_id"], strict=True):
        found[str(code)].add(str(project))
    return found


def _select_evidence(computer: Recomputer, data: Path, run: Artifact) -> Evidence | None:

    study = computer.study
    try:
        parameters = study.parameters(select_known_parameters(study, run.ingredients.parameters))
        return Evidence.select(study, computer.tables(data), parameters)
    except ProblemError:
        return None  # a scope or a parameter of then that is none any more


def _is_consistent(identity: Identity, cells: Cells, old: Artifact, new: Artifact) -> bool:
    both, only_new, only_old, _ = cells
    counts = []
    for run in (old, new):
        counts.append(
            next((item.contributors for item in run.indicators if item.identity == identity), None)
        )
    return counts == [both + only_old, both + only_new]
