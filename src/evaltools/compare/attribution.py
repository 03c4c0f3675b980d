"""Attribution: how much of each change is due to data, parameters, code or environment.

Each is swapped alone, from the older run to the newer, and all indicators are computed anew. What
the swaps do together beyond what they do alone is told as interaction; what cannot be rerun is
told as such, with the reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from evaltools.compare.changes import Identity
from evaltools.compare.compare import Comparison, compare, find_relation
from evaltools.compare.recompute import (
    Answer,
    RecomputeJob,
    Recomputer,
    compute_with_other_version,
    pair_reports,
    select_known_parameters,
)
from evaltools.compare.revisions import (
    find_data_folder,
    find_matching_data,
    find_revision,
    find_source_folder,
    find_study_folder,
    list_differing_code,
    list_differing_data,
    open_earlier_state,
)
from evaltools.indicators.indicator import Indicator
from evaltools.provenance.artifacts import Artifact
from evaltools.provenance.manifest import Ingredients
from evaltools.study import Study

FactorKind = Literal["data", "parameters", "code", "environment", "code_or_environment"]
State = Literal["measured", "only_one", "not_attributable"]
NEGLIGIBLE = 1e-9
"""Below it, and the size of the numbers considered, a part is zero."""
PACKAGE = Path(__file__).resolve().parent.parent
_NO_DATA = "the data of the {side} run are not at hand; give them with --data"
_NO_CODE = "the code of the older run is not at hand; give it with --code"
_NEITHER = "the installed code is that of neither run"
_INSTALLED_OLDER = "the installed code is that of the older run; install that of the newer one"

Numbers = Mapping[Identity, float]


@dataclass(frozen=True)
class Factor:
    """Something that is not the same in the two runs.

    Arguments:
        kind: what.
        state: `measured` by a rerun; `only_one`, so that every change is due to it; or
            `not_attributable`.
        reason: why it could not be rerun, or what to know of how it was.
    """

    kind: FactorKind
    state: State
    reason: str = ""


@dataclass(frozen=True)
class Effect:
    """What the change of one indicator is made of; the parts add up to the change.

    Arguments:
        identity: key, estimand and dimensions.
        change: new less old; None where one of them has no number.
        parts: by factor, what swapping it alone does, in the order of the factors.
        interaction: what the swaps do together beyond that; None where it is not known.
        rest: what no rerun explains.
        single: by parameter, what swapping it alone does; None where there is nothing to
            compute then. They are parts of the part of the parameters, and need not add up.
    """

    identity: Identity
    change: float | None
    parts: tuple[tuple[FactorKind, float], ...] = ()
    interaction: float | None = None
    rest: float = 0.0
    single: tuple[tuple[str, float | None], ...] = ()


@dataclass(frozen=True)
class Attribution:
    """Why indicators changed between two runs: what is not the same, and what that did to each."""

    factors: tuple[Factor, ...]
    effects: Mapping[Identity, Effect]


@dataclass(frozen=True)
class _Rerun:
    """Numbers computed anew.

    Arguments:
        factors: what differs between the runs, and what became of measuring it.
        start: everything as in the older run, its code where that is at hand; None where that
            cannot be had.
        end: everything as in the newer run.
        swapped: everything as in the older run but one thing.
        first: what the step from the recorded older run to `start` is due to.
        backward: `swapped` is everything as in the newer run but one thing, since nothing of the
            older can be rerun.
        single: as in the older run but one parameter, or the reason why not.
    """

    factors: tuple[Factor, ...]
    start: Numbers | None = None
    end: Numbers | None = None
    swapped: Mapping[FactorKind, Numbers] = field(default_factory=dict)
    first: FactorKind | None = None
    backward: bool = False
    single: Mapping[str, Numbers | str] = field(default_factory=dict)


def compare_with_causes(
    study: Study,
    old: Artifact,
    new: Artifact,
    data: str = "",
    code: str = "",
    causes: bool = True,
) -> tuple[Comparison, Attribution | None]:
    """Compare two runs and attribute what changed.

    Arguments:
        study: of the newer run.
        data: where the data of the older run are: a folder, a bundle, or a revision of the
            study's repository. Where it is not given and the data changed, the history of the
            repository is searched for them.
        code: where its code is: a folder or a revision. It is executed, so it is only looked
            for where it is given.
        causes: rerun to tell why; without it only what changed is told.

    Raises:
        ProblemError: a place that is none, or code that fails.
    """
    with ExitStack() as stack:
        state = _find_earlier_data(study, old, data, stack)
        version = stack.enter_context(open_earlier_state(code, study.root)) if code else None
        places = [place for place in (state, old.folder, new.folder) if place is not None]
        pairs = None
        if find_relation(old, new) != "disjoint":
            pairs = pair_reports(study, old, new, places)
        comparison = compare(old, new, study, pairs)
        if not causes:
            return comparison, None
        return comparison, attribute_changes(study, old, new, comparison, state, version)


def _find_earlier_data(study: Study, old: Artifact, data: str, stack: ExitStack) -> Path | None:
    """The earlier state: where it is said to be, or else in the history of the repository."""
    if data:
        return stack.enter_context(open_earlier_state(data, study.root))
    differing = list_differing_data(old.ingredients, study.data)
    if not differing:
        return None
    revision = find_revision(old.ingredients, study.root, differing)
    return stack.enter_context(open_earlier_state(revision, study.root)) if revision else None


def attribute_changes(
    study: Study,
    old: Artifact,
    new: Artifact,
    comparison: Comparison,
    old_state: Path | None = None,
    code_state: Path | None = None,
    recomputer: Recomputer | None = None,
) -> Attribution:
    """Attribute every change between two runs by rerunning with one thing swapped at a time.

    Shares of a change are not made, since parts may have opposite signs.

    Arguments:
        study: of the newer run; its data folder is one place where data are looked for.
        old_state: a folder with the data of the older run: a data folder, a study, a bundle.
        code_state: a folder with the code of the older run. That code is executed; give it only
            where you trust it as you trust the installed package.
        recomputer: keeps what was computed, for whoever attributes several pairs of runs.

    Raises:
        ProblemError: the code of the older run fails.
    """
    changed = _changed_factors(comparison)
    changes = {
        indicator_change.identity: _difference(indicator_change.old, indicator_change.new)
        for indicator_change in comparison.changes
    }
    recorded = _values_by_identity(old.indicators)
    if not changed:
        return Attribution((), {})
    if len(changed) > 1:
        found = _rerun(study, old, new, (old_state, code_state), changed, recomputer)
        effects = {
            identity: _effect(identity, change, recorded, found)
            for identity, change in changes.items()
        }
        return Attribution(found.factors, effects)
    kind, reason = changed[0], ""
    single: Mapping[str, Numbers | str] = {}
    if kind == "parameters" and len(comparison.parameters) > 1:
        found = _rerun(study, old, new, (old_state, None), changed, recomputer)
        single = found.single
        reason = _failure_reasons(single) or "; ".join(sorted({f.reason for f in found.factors}))
    effects = {
        identity: Effect(
            identity, change, ((kind, change),) if change is not None else (), 0.0,
            single=_single_effects(identity, single, recorded),
        )
        for identity, change in changes.items()
    }  # fmt: skip
    return Attribution((Factor(kind, "only_one", reason),), effects)


def is_zero(part: float, size: float) -> bool:
    """Whether a part of a number of this size is nothing but rounding."""
    return abs(part) <= NEGLIGIBLE * max(1.0, abs(size))


def _effect(identity: Identity, change: float | None, recorded: Numbers, found: _Rerun) -> Effect:
    single = _single_effects(identity, found.single, found.start or recorded)
    base = found.end if found.backward else found.start
    if change is None:
        return Effect(identity, None, single=single)
    if base is None or identity not in base:
        return Effect(identity, change, rest=change, single=single)
    at = base[identity]
    parts: list[tuple[FactorKind, float]] = []
    if found.first is not None:
        parts.append((found.first, at - recorded[identity]))
    swaps = [
        (kind, at - numbers[identity] if found.backward else numbers[identity] - at)
        for kind, numbers in found.swapped.items()
        if identity in numbers
    ]
    parts += swaps
    known = sum(part for _, part in parts)
    if found.backward or len(swaps) < len(found.swapped) or identity not in (found.end or {}):
        return Effect(identity, change, tuple(parts), None, change - known, single)
    assert found.end is not None
    outer = parts[0][1] if found.first is not None else 0.0
    interaction = found.end[identity] - at - (known - outer)
    if is_zero(interaction, at):
        interaction = 0.0
    rest = change - known - interaction
    if is_zero(rest, at):
        rest = 0.0
    return Effect(identity, change, tuple(parts), interaction, rest, single)


def _single_effects(
    identity: Identity, single: Mapping[str, Numbers | str], start: Numbers
) -> tuple[tuple[str, float | None], ...]:
    """What each parameter does alone."""
    return tuple(
        (name, None)
        if isinstance(numbers, str) or identity not in numbers or identity not in start
        else (name, numbers[identity] - start[identity])
        for name, numbers in single.items()
    )


def _changed_factors(comparison: Comparison) -> list[FactorKind]:
    """What differs between the two runs, in the order in which it is told."""
    differs: dict[FactorKind, bool] = {
        "data": comparison.data_changed,
        "parameters": bool(comparison.parameters),
        "code": bool(comparison.code or comparison.notebooks),
        "environment": bool(comparison.lock or comparison.python),
    }
    found = [kind for kind, it_does in differs.items() if it_does]
    # What a study declares beyond its parameters, such as a rule of disclosure, is chosen too.
    return found or (["parameters"] if comparison.inputs else [])


def _difference(old: Indicator | None, new: Indicator | None) -> float | None:
    if old is None or new is None or old.value is None or new.value is None:
        return None
    return new.value - old.value


def _values_by_identity(indicators: Iterable[Indicator]) -> Numbers:
    return {item.identity: item.value for item in indicators if item.value is not None}


def _failure_reasons(single: Mapping[str, Numbers | str]) -> str:
    return "; ".join(
        f"{name} alone: {answer}" for name, answer in single.items() if isinstance(answer, str)
    )


def _rerun(
    study: Study,
    old: Artifact,
    new: Artifact,
    states: tuple[Path | None, Path | None],
    changed: Sequence[FactorKind],
    recomputer: Recomputer | None,
) -> _Rerun:
    """Compute what the attribution needs, as far as data and code of both runs are at hand."""
    then, now = old.ingredients, new.ingredients
    old_state, code_state = states
    places = [study.data, *(p for p in (old_state, old.folder, new.folder) if p is not None)]
    found = (find_data_folder(place, study.declaration.data) for place in places)
    folders = [folder for folder in found if folder is not None]
    old_data, new_data = find_matching_data(then, folders), find_matching_data(now, folders)
    reason = _NO_DATA.format(side="newer")
    older_code = None
    if new_data is not None:
        older_code, is_installed, reason = _codes(old, new, code_state, changed)
    if new_data is None or not is_installed:
        return _Rerun(tuple(Factor(kind, "not_attributable", reason) for kind in changed))
    bench = _Reruns(
        recomputer or Recomputer(study), older_code,
        find_study_folder(code_state or old_state or study.root, study.root),
    )  # fmt: skip
    before, after = (
        select_known_parameters(study, then.parameters),
        select_known_parameters(study, now.parameters),
    )
    if old_data is None:
        return _backward(bench, new_data, (before, after), changed, _missing_data(then, folders))
    return _forward(bench, (old_data, new_data), (before, after), changed, reason)


@dataclass(frozen=True)
class _Reruns:
    """The code of both runs, that of the older one where it differs and is at hand."""

    recomputer: Recomputer
    older_code: Path | None
    older_study: Path

    def compute(self, jobs: Sequence[tuple[bool, RecomputeJob]]) -> list[Numbers | str]:
        """Numbers of jobs, each with whether the older code is to compute it."""
        older = [job for by_older, job in jobs if by_older]
        elsewhere: Iterator[Answer] = iter(())
        if older and self.older_code is not None:
            own = self.older_study != self.recomputer.study.root
            modules = self.recomputer.modules
            found = compute_with_other_version(
                self.older_code, self.older_study, older, modules, own=own
            )
            elsewhere = iter(found)
        comparison = [
            next(elsewhere) if by_older else self.recomputer.compute(job) for by_older, job in jobs
        ]
        return [
            answer if isinstance(answer, str) else _values_by_identity(answer)
            for answer in comparison
        ]


def _forward(
    bench: _Reruns,
    data: tuple[Path, Path],
    parameters: tuple[Mapping[str, Any], Mapping[str, Any]],
    changed: Sequence[FactorKind],
    code_reason: str,
) -> _Rerun:
    """Swap one thing at a time into the older run."""
    older = bench.older_code is not None
    swaps: dict[FactorKind, tuple[bool, RecomputeJob]] = {}
    groups: dict[str, Mapping[str, Any]] = {}
    if "data" in changed:
        swaps["data"] = older, RecomputeJob(data[1], parameters[0])
    if "parameters" in changed:
        swaps["parameters"] = older, RecomputeJob(data[0], parameters[1])
        groups = _groups(bench.recomputer.study, *parameters)
    if "code" in changed and older:
        swaps["code"] = False, RecomputeJob(data[0], parameters[0])
    ends = [
        (older, RecomputeJob(data[0], parameters[0])),
        (False, RecomputeJob(data[1], parameters[1])),
    ]
    alone = [(older, RecomputeJob(data[0], values)) for values in groups.values()]
    start, end, *rest = bench.compute([*ends, *swaps.values(), *alone])
    answers = dict(zip(swaps, rest, strict=False))
    single = dict(zip(groups, rest[len(swaps) :], strict=True))
    factors = []
    for kind in changed:
        answer = f"the older run: {start}" if isinstance(start, str) else answers.get(kind)
        if isinstance(answer, str):
            factors.append(Factor(kind, "not_attributable", answer))
        elif answer is not None:
            notes = _failure_reasons(single) if kind == "parameters" else ""
            factors.append(Factor(kind, "measured", notes))
    first = None if isinstance(start, str) else _outermost_factor(changed, older)
    if first is not None:
        factors.append(Factor(first, "measured", code_reason))
    return _Rerun(
        tuple(factors),
        None if isinstance(start, str) else start,
        None if isinstance(end, str) else end,
        {kind: answer for kind, answer in answers.items() if not isinstance(answer, str)},
        first,
        single=single,
    )


def _outermost_factor(changed: Sequence[FactorKind], older: bool) -> FactorKind | None:
    """What the step from the recorded older run to its rerun is due to.

    With the older code at hand, what it gives now and did not give then is the environment's.
    Without it, code and environment can only be told apart where one of them is unchanged.
    """
    if "code" in changed and not older:
        return "code_or_environment" if "environment" in changed else "code"
    return "environment" if "environment" in changed else None


def _backward(
    bench: _Reruns,
    data: Path,
    parameters: tuple[Mapping[str, Any], Mapping[str, Any]],
    changed: Sequence[FactorKind],
    reason: str,
) -> _Rerun:
    """Without the older data only parameters can be swapped, on the newer data."""
    after, before = (RecomputeJob(data, parameters[1]), RecomputeJob(data, parameters[0]))
    jobs = [after, before] if "parameters" in changed else [after]
    end, *rest = bench.compute([(False, job) for job in jobs])
    swapped: dict[FactorKind, Numbers] = {}
    factors = []
    for kind in changed:
        answer = rest[0] if kind == "parameters" else reason
        if isinstance(answer, str):
            factors.append(Factor(kind, "not_attributable", answer))
        else:
            swapped[kind] = answer
            factors.append(Factor(kind, "measured", "swapped on the data of the newer run"))
    return _Rerun(
        tuple(factors), end=None if isinstance(end, str) else end, swapped=swapped, backward=True
    )


def _codes(
    old: Artifact, new: Artifact, place: Path | None, changed: Sequence[FactorKind]
) -> tuple[Path | None, bool, str]:
    """The folder with the older code, if it differs and is at hand, and what is installed.

    Returns:
        That folder, whether the installed code is that of the newer run, and what to say.
    """
    if list_differing_code(new.ingredients, PACKAGE):
        is_neither = list_differing_code(old.ingredients, PACKAGE)
        return None, False, _NEITHER if is_neither else _INSTALLED_OLDER
    if "code" not in changed or place is None:
        return None, True, _NO_CODE if "code" in changed else ""
    source = find_source_folder(place)
    if source is None:
        return None, True, "there is no evaltools in the folder given as its code"
    other = list_differing_code(old.ingredients, source / "evaltools")
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
        if name not in follows:
            taken = [name, *(other for other, by in follows.items() if by == name)]
            groups[", ".join(taken)] = {**before, **{item: after[item] for item in taken}}
    return groups


def _missing_data(then: Ingredients, folders: Sequence[Path]) -> str:
    """Why the older data are not at hand, naming the nearest miss where one was given."""
    if len(folders) < 2:
        return _NO_DATA.format(side="older")
    differing = min((list_differing_data(then, folder) for folder in folders[1:]), key=len)
    return f"the data given are not those of the older run: {differing[0]} differs"
