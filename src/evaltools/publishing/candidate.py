"""The candidate for publication, and what a gate is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from evaltools.problems import Problem, ProblemError

if TYPE_CHECKING:
    from evaltools.execute.run import Run
    from evaltools.present.words import Words
    from evaltools.study import Parameters, Study


@dataclass(frozen=True)
class Candidate:
    """What is to be published.

    Arguments:
        study: the study.
        parameters: those that the report was made under.
        report: folder of the rendered report.
        run: whose numbers the report shows.
    """

    study: Study
    parameters: Parameters
    report: Path
    run: Run

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


def refusals(candidate: Candidate, gates: Sequence[Gate]) -> list[Problem]:
    """Every problem that any gate finds, in the order of the gates."""
    found: list[Problem] = []
    for gate in gates:
        try:
            problems = list(gate.check(candidate))
        except ProblemError as error:
            problems = list(error.problems)
        found += [replace(problem, where=f"{gate.name}: {problem.where}") for problem in problems]
    return found
