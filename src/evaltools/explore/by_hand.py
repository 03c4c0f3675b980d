"""What a notebook computed by hand, held against what the batch run gave."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from evaltools.evidence import Evidence
from evaltools.explore.session import write_command
from evaltools.i18n.html_markup import tabulate_as_html
from evaltools.indicators.indicator import Indicator
from evaltools.pipeline import current_run
from evaltools.problems import Problem, ProblemError
from evaltools.study import Study, find_study

_COMPARED = ("value", "unit", "x", "n", "N", "low", "high", "method", "level", "suppressed", "why")

Kind = Literal["differs", "not_in_run"]


@dataclass(frozen=True)
class Difference:
    """A number that is another by hand than in the run, or that the run does not have.

    Arguments:
        fields: in which they differ; empty where the run does not have it.
    """

    kind: Kind
    by_hand: Indicator
    in_run: Indicator | None
    fields: tuple[str, ...] = ()

    def __str__(self) -> str:
        key, estimand, by = self.by_hand.identity
        name = " ".join([key, *(f"{one}={value}" for one, value in by), f"[{estimand}]"])
        if self.in_run is None:
            return f"{name}: the run does not have it"
        told = [
            f"{one} {getattr(self.by_hand, one)} by hand, {getattr(self.in_run, one)} in the run"
            for one in self.fields
        ]
        return f"{name}: {'; '.join(told)}"


@dataclass(frozen=True)
class HandComparison:
    """How numbers computed by hand compare with those of a run.

    Arguments:
        run: identifier of the run.
        compared: how many numbers there were by hand.
        differences: those that are not the run's, in order.
    """

    run: str
    compared: int
    differences: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        """Whether every number is that of the run."""
        return not self.differences

    def __str__(self) -> str:
        head = f"{self.compared} numbers, {len(self.differences)} other than in run {self.run}"
        return "\n".join([head, *map(str, self.differences)])

    def _repr_html_(self) -> str:
        """A row for each number that is not the run's."""
        title, *_ = str(self).splitlines()
        rows = ((str(one).partition(": ")[0], str(one).partition(": ")[2])
                for one in self.differences)  # fmt: skip
        return tabulate_as_html(title, ("Number", "Difference"), rows)


def compare_with_run(
    evidence: Evidence, records: Iterable[Indicator], study: Study | None = None
) -> HandComparison:
    """Hold numbers that a notebook computed against the batch run of the same parameters.

    Arguments:
        evidence: that they were computed from; its parameters say which run.
        records: as a chapter's `compute(evidence)`, or one of its functions, gives them.
        study: the study; the one around the notebook where it is not given.

    Raises ProblemError where there is no current run under these parameters.
    """
    study = study or find_study()
    run = current_run(study, evidence.parameters)
    if run is None:
        command = write_command(evidence.parameters.changed()).replace(" build", " run", 1)
        what = "there is none under these parameters that is up to date"
        raise ProblemError([Problem("batch run", what, "", f"Make it: {command}", "explore.run")])
    known = {one.identity: one for one in run.indicators()}
    own = tuple(records)
    differences = []
    for one in sorted(own, key=lambda record: record.identity):
        other = known.get(one.identity)
        if other is None:
            differences.append(Difference("not_in_run", one, None))
        elif fields := tuple(
            name for name in _COMPARED if getattr(one, name) != getattr(other, name)
        ):
            differences.append(Difference("differs", one, other, fields))
    return HandComparison(run.key[:16], len(own), tuple(differences))
