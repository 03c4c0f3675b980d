"""The candidate for publication, and what a gate is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import pandas as pd

from evaltools.evidence import Evidence, load_descriptor, read_tables
from evaltools.findings.judgement import Judgement
from evaltools.i18n.messages import Words
from evaltools.pipeline.run import Run
from evaltools.problems import Problem, ProblemError
from evaltools.study import Parameters, Study


@dataclass(frozen=True)
class Candidate:
    """What is to be published.

    Arguments:
        study: the study.
        parameters: those that the report was made under.
        report: folder of the rendered report.
        run: whose numbers the report shows.
        judgements: of the study's findings, under the run.
    """

    study: Study
    parameters: Parameters
    report: Path
    run: Run
    judgements: tuple[Judgement, ...] = ()

    @cached_property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The study's tables."""
        return read_tables(self.study.data, load_descriptor(self.study.data))

    @cached_property
    def notice(self) -> str:
        """The sentence that marks example data, whose numbers look like results; empty for real
        data.
        """
        if not load_descriptor(self.study.data).example:
            return ""
        return self.words("report.example_notice")

    @cached_property
    def evidence(self) -> Evidence:
        """What of the tables the parameters select."""
        return Evidence.select(self.study, self.tables, self.parameters)

    @property
    def words(self) -> Words:
        """The study's words in the language of the report."""
        return self.study.words(self.parameters.language)

    def files(self, suffix: str) -> list[Path]:
        """The report's files in a format, sorted by name."""
        return sorted(path for path in self.report.glob(f"*{suffix}") if path.is_file())


@dataclass(frozen=True)
class Gate:
    """Something that must be in order before publishing.

    Arguments:
        name: stands before every problem that the gate finds.
        check: gives the problems; a ProblemError that it raises counts as its problems.
    """

    name: str
    check: Callable[[Candidate], Iterable[Problem]]


def run_gates(candidate: Candidate, gates: Sequence[Gate]) -> list[Problem]:
    """Every problem that any gate finds, in the order of the gates."""
    found: list[Problem] = []
    for gate in gates:
        try:
            problems = list(gate.check(candidate))
        except ProblemError as error:
            problems = list(error.problems)
        found += [replace(problem, where=f"{gate.name}: {problem.where}") for problem in problems]
    return found
