"""Reruns: which combinations of old and new can be computed, and what they give."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaltools.comparison.attribution import Factor, FactorKind
from evaltools.comparison.computing import Answer, Computer, Job, compute_elsewhere, known
from evaltools.comparison.sources import data_folder as find_data
from evaltools.comparison.sources import (
    first_data,
    other_code,
    other_data,
    source_folder,
    study_folder,
)
from evaltools.provenance.recorded import Recorded

if TYPE_CHECKING:
    from evaltools.indicators.indicator import Indicator
    from evaltools.study import Study

_NO_DATA = "the data of the {side} run are not at hand; give them with --data"
_NO_CODE = "the code of the older run is not at hand; give it with --code"
_NEITHER = "the installed code is that of neither run"
PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Rerun:
    """What was computed anew.

    Arguments:
        factors: what differs between the runs, and what became of measuring it.
        start: everything as in the older run; None where that cannot be had.
        end: everything as in the newer run.
        swapped: everything as in the older run but one thing.
        first: what the step from the recorded older run to `start` is due to.
        backward: `swapped` is everything as in the newer run but one thing.
        single: as in the older run but one parameter, or the reason why not.
        reruns: how many times all indicators were computed.
    """

    factors: tuple[Factor, ...]
    start: tuple[Indicator, ...] | None = None
    end: tuple[Indicator, ...] | None = None
    swapped: Mapping[FactorKind, tuple[Indicator, ...]] = field(default_factory=dict)
    first: FactorKind | None = None
    backward: bool = False
    single: Mapping[str, Answer] = field(default_factory=dict)
    reruns: int = 0


@dataclass
class _Bench:
    """Both versions of the code, both of the data, and what has been computed with them."""

    study: Study
    computer: Computer
    older_code: Path | None
    older_study: Path
    made: dict[tuple[bool, Path, str], Answer] = field(default_factory=dict)

    def ask(self, jobs: Sequence[tuple[bool, Path, Mapping[str, Any]]]) -> list[Answer]:
        """Compute jobs (with the older code?, data, parameters) that were not computed yet."""
        later = [job for job in jobs if _name(*job) not in self.made]
        elsewhere = [job for job in later if job[0]]
        if elsewhere and self.older_code is not None:
            asked = [Job(data, parameters) for _, data, parameters in elsewhere]
            answers = compute_elsewhere(
                self.older_code, self.older_study, asked, self.computer.modules,
                own=self.older_study != self.study.root,
            )  # fmt: skip
            for job, answer in zip(elsewhere, answers, strict=True):
                self.made[_name(*job)] = answer
        for job in later:
            if _name(*job) not in self.made:
                self.made[_name(*job)] = self.computer.compute(Job(job[1], job[2]))
        return [self.made[_name(*job)] for job in jobs]


def rerun(
    study: Study,
    old: Recorded,
    new: Recorded,
    old_state: Path | None,
    code_state: Path | None,
    changed: Sequence[FactorKind],
    computer: Computer | None = None,
) -> Rerun:
    """Compute what the attribution needs, as far as both states are at hand.

    Arguments:
        study: of the newer run.
        old, new: the two runs.
        old_state: a place with the data of the older run.
        code_state: a place with its code.
        changed: what differs between the runs.
        computer: what to compute with, where it has kept something from before.
    """
    then, now = old.ingredients, new.ingredients
    name = study.declaration.data
    places = [study.data, *(p for p in (old_state, old.folder, new.folder) if p is not None)]
    candidates = [folder for place in places if (folder := find_data(place, name)) is not None]
    old_data, new_data = first_data(then, candidates), first_data(now, candidates)
    if new_data is None:
        reason = _NO_DATA.format(side="newer")
        return Rerun(tuple(Factor(kind, "not_attributable", reason) for kind in changed))
    older_code, installed_is, code_reason = _codes(old, new, code_state, changed)
    if not installed_is:
        return Rerun(tuple(Factor(kind, "not_attributable", code_reason) for kind in changed))
    bench = _Bench(
        study, computer or Computer(study), older_code,
        study_folder(code_state or old_state or study.root, study.root),
    )  # fmt: skip
    before = known(study, then.parameters)
    after = known(study, now.parameters)
    if old_data is None:
        return _backward(bench, new_data, before, after, changed, _lacking(then, candidates))
    return _forward(bench, (old_data, new_data), (before, after), changed, code_reason)


def _forward(
    bench: _Bench,
    data: tuple[Path, Path],
    parameters: tuple[Mapping[str, Any], Mapping[str, Any]],
    changed: Sequence[FactorKind],
    code_reason: str,
) -> Rerun:
    older = bench.older_code is not None
    groups = _groups(bench.study, *parameters) if "parameters" in changed else {}
    swaps: dict[FactorKind, tuple[bool, Path, Mapping[str, Any]]] = {}
    if "data" in changed:
        swaps["data"] = (older, data[1], parameters[0])
    if "parameters" in changed:
        swaps["parameters"] = (older, data[0], parameters[1])
    if "code" in changed and older:
        swaps["code"] = (False, data[0], parameters[0])
    jobs = [(older, data[0], parameters[0]), (False, data[1], parameters[1]), *swaps.values()]
    jobs += [(older, data[0], values) for values in groups.values()]
    start, end, *rest = bench.ask(jobs)
    answers = dict(zip(swaps, rest, strict=False))
    single = dict(zip(groups, rest[len(swaps) :], strict=True))
    factors = []
    first = None if isinstance(start, str) else _outer(changed, older)
    for kind in changed:
        answer = answers.get(kind)
        if isinstance(start, str):
            factors.append(Factor(kind, "not_attributable", f"the older run: {start}"))
        elif isinstance(answer, str):
            factors.append(Factor(kind, "not_attributable", answer))
        elif kind in answers:
            notes = "; ".join(f"{name} alone: {why}" for name, why in single.items()
                              if isinstance(why, str)) if kind == "parameters" else ""  # fmt: skip
            factors.append(Factor(kind, "measured", notes))
    if first is not None:
        factors.append(Factor(first, "measured", code_reason))
    return Rerun(
        tuple(factors),
        None if isinstance(start, str) else start,
        None if isinstance(end, str) else end,
        {kind: answer for kind, answer in answers.items() if not isinstance(answer, str)},
        first,
        single=single,
        reruns=len(bench.made),
    )


def _outer(changed: Sequence[FactorKind], older: bool) -> FactorKind | None:
    """What the step from the recorded older run to its rerun is due to.

    With the older code at hand, what it gives now and did not give then is the environment's.
    Without it, code and environment can only be told apart where one of them is unchanged.
    """
    if "code" in changed and not older:
        return "code_or_environment" if "environment" in changed else "code"
    return "environment" if "environment" in changed else None


def _backward(
    bench: _Bench,
    data: Path,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    changed: Sequence[FactorKind],
    reason: str,
) -> Rerun:
    """Without the older data only parameters can be swapped, on the newer data."""
    jobs: list[tuple[bool, Path, Mapping[str, Any]]] = [(False, data, after)]
    if "parameters" in changed:
        jobs.append((False, data, before))
    end, *rest = bench.ask(jobs)
    swapped: dict[FactorKind, tuple[Indicator, ...]] = {}
    factors = []
    for kind in changed:
        if kind == "parameters" and rest and not isinstance(rest[0], str):
            swapped[kind] = rest[0]
            factors.append(Factor(kind, "measured", "swapped on the data of the newer run"))
        elif kind == "parameters" and rest:
            factors.append(Factor(kind, "not_attributable", str(rest[0])))
        else:
            factors.append(Factor(kind, "not_attributable", reason))
    return Rerun(tuple(factors), end=None if isinstance(end, str) else end, swapped=swapped,
                 backward=True, reruns=len(bench.made))  # fmt: skip


def _codes(
    old: Recorded, new: Recorded, place: Path | None, changed: Sequence[FactorKind]
) -> tuple[Path | None, bool, str]:
    """The folder with the older code, if it differs and is at hand, and what is installed.

    Returns:
        That folder, whether the installed code is that of the newer run, and what to say.
    """
    if other_code(new.ingredients, PACKAGE):
        return None, False, _NEITHER if other_code(old.ingredients, PACKAGE) else (
            "the installed code is that of the older run; install that of the newer one"
        )  # fmt: skip
    if "code" not in changed or place is None:
        return None, True, _NO_CODE if "code" in changed else ""
    source = source_folder(place)
    if source is None:
        return None, True, "there is no evaltools in the folder given as its code"
    other = other_code(old.ingredients, source / "evaltools")
    if other:
        return None, True, f"the code given is not that of the older run: {other[0]} differs"
    return source, True, ""


def _groups(
    study: Study, before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Mapping[str, Any]]:
    """The older parameters with one of the newer values; what follows from it goes with it."""
    names = [name for name in after if before.get(name) != after[name]]
    declared = study.declaration.parameters
    follows = {
        name: by.by
        for name in names
        if (by := declared[name].derived) is not None and by.by in names
    }
    if len(names) - len(follows) < 2:
        return {}
    groups: dict[str, Mapping[str, Any]] = {}
    for name in names:
        if name in follows:
            continue
        taken = [name, *(other for other, by in follows.items() if by == name)]
        groups[", ".join(taken)] = {**before, **{item: after[item] for item in taken}}
    return groups


def _lacking(then: Any, candidates: Sequence[Path]) -> str:
    """Why the older data are not at hand, naming the nearest miss where one was given."""
    reason = _NO_DATA.format(side="older")
    if len(candidates) < 2:
        return reason
    differing = min((other_data(then, folder) for folder in candidates[1:]), key=len)
    return f"the data given are not those of the older run: {differing[0]} differs"


def _name(older: bool, data: Path, parameters: Mapping[str, Any]) -> tuple[bool, Path, str]:
    return older, data, repr(sorted(parameters.items()))
