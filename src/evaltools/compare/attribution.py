"""Attribution: how much of each change is due to data, parameters, code or environment.

Each is swapped alone, from the older run to the newer, and all indicators are computed anew. What
the swaps do together beyond what they do alone is told as interaction; what cannot be rerun is
told as such, with the reason.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from evaltools.compare.compare import Comparison, compare
from evaltools.compare.recompute import (
    Answer,
    RecomputeJob,
    Recomputer,
    compute_with_other_version,
    find_data_folder,
    find_matching_data,
    find_revision,
    find_source_folder,
    find_study_folder,
    list_differing_code,
    list_differing_data,
    open_earlier_state,
    pair_reports,
    select_known_parameters,
)
from evaltools.indicators.indicator import Indicator
from evaltools.provenance.artifacts import Artifact
from evaltools.provenance.indicator_changes import Identity, find_relation
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
    """Something that is not the same in the two runs: it was `measured` by a rerun, is the
    `only_one`, so that every change is due to it, or `not_attributable`; the reason says why.
    """

    kind: FactorKind
    state: State
    reason: str = ""


@dataclass(frozen=True)
class Effect:
    """What the change of one indicator, new less old, is made of; None where one has no number.

    Arguments:
        parts: by factor, what swapping it alone does, in the order of the factors.
        interaction: what the swaps do together beyond that; None where it is not known.
        rest: what no rerun explains. All of these add up to the change.
        single: by parameter, what swapping it alone does; None where there is nothing to
            compute then. They need not add up to the part of the parameters.
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
class _Reruns:
    """Numbers computed anew.

    The base is as in the older run, its code where that is at hand; the end is as in the newer one.
    Where nothing of the older can be rerun, the base is as in the newer run, and is swapped
    backward. The first factor is what the step from the recorded older run to the base is due to.
    Single parameters are swapped into the older run, or it is said why not.
    """

    factors: tuple[Factor, ...] = ()
    base: Numbers = field(default_factory=dict)
    end: Numbers = field(default_factory=dict)
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
        state = None
        if not data and (differing := list_differing_data(old.ingredients, study.data)):
            data = find_revision(old.ingredients, study.root, differing) or ""
        if data:
            state = stack.enter_context(open_earlier_state(data, study.root))
        version = stack.enter_context(open_earlier_state(code, study.root)) if code else None
        places = [place for place in (state, old.folder, new.folder) if place is not None]
        pairs = None
        if find_relation(old.ingredients, new.ingredients) != "disjoint":
            pairs = pair_reports(study, old, new, places)
        comparison = compare(old, new, study, pairs)
        if not causes:
            return comparison, None
        return comparison, attribute_changes(study, old, new, comparison, state, version)


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

    Shares of a change are not made, since parts may have opposite signs. The states are folders
    that hold data and code of the older run. That code is executed; give it only where you trust it
    as you trust the installed package. A recomputer keeps what was computed for further pairs.
    """
    changed = _changed_factors(comparison)
    if not changed:
        return Attribution((), {})
    recorded = _values_by_identity(old.indicators)
    found = _Reruns()
    if len(changed) > 1 or (len(comparison.parameters) > 1 and changed == ["parameters"]):
        states = (old_state, code_state)
        found = _rerun(study, old, new, states, changed, recomputer or Recomputer(study))
    effects = {}
    for item in comparison.changes:
        change = None
        if item.old and item.new and item.old.value is not None and item.new.value is not None:
            change = item.new.value - item.old.value
        effects[item.identity] = _effect(item.identity, change, recorded, changed, found)
    factors = found.factors
    if len(changed) == 1:
        reasons = {factor.reason for factor in factors}
        reason = _failure_reasons(found.single) or "; ".join(sorted(reasons))
        factors = (Factor(changed[0], "only_one", reason),)
    return Attribution(factors, effects)


def is_zero(part: float, size: float) -> bool:
    """Whether a part of a number of this size is nothing but rounding."""
    return abs(part) <= NEGLIGIBLE * max(1.0, abs(size))


def _effect(
    identity: Identity,
    change: float | None,
    recorded: Numbers,
    changed: Sequence[FactorKind],
    found: _Reruns,
) -> Effect:
    start = found.base if len(changed) > 1 and found.base else recorded
    single = tuple(
        (name, None)
        if isinstance(numbers, str) or identity not in numbers or identity not in start
        else (name, numbers[identity] - start[identity])
        for name, numbers in found.single.items()
    )
    if change is None or len(changed) == 1:
        sole = ((changed[0], change),) if change is not None else ()
        return Effect(identity, change, sole, None if len(changed) > 1 else 0.0, single=single)
    if identity not in found.base:
        return Effect(identity, change, rest=change, single=single)
    at = found.base[identity]
    outer = at - recorded[identity] if found.first else 0.0
    swaps = [
        (kind, at - numbers[identity] if found.backward else numbers[identity] - at)
        for kind, numbers in found.swapped.items()
        if identity in numbers
    ]
    parts = (*([(found.first, outer)] if found.first else []), *swaps)
    known = sum(part for _, part in parts)
    if len(swaps) < len(found.swapped) or identity not in found.end:
        return Effect(identity, change, parts, None, change - known, single)
    interaction = found.end[identity] - at - (known - outer)
    if is_zero(interaction, at):
        interaction = 0.0
    rest = change - known - interaction
    return Effect(identity, change, parts, interaction, 0.0 if is_zero(rest, at) else rest, single)


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


def _values_by_identity(indicators: Iterable[Indicator]) -> Numbers:
    return {item.identity: item.value for item in indicators if item.value is not None}


def _failure_reasons(single: Mapping[str, Numbers | str]) -> str:
    return "; ".join(
        f"{name} alone: {answer}" for name, answer in single.items() if isinstance(answer, str)
    )


Swap = tuple[bool, RecomputeJob]
"""What to compute, and whether the older code is to compute it."""
Compute = Callable[..., list[Numbers | str]]


def _rerun(
    study: Study,
    old: Artifact,
    new: Artifact,
    states: tuple[Path | None, Path | None],
    changed: Sequence[FactorKind],
    recomputer: Recomputer,
) -> _Reruns:
    """Compute what the attribution needs, as far as data and code of both runs are at hand."""
    then, now = old.ingredients, new.ingredients
    old_state, code_state = states
    folders = [
        folder
        for place in (study.data, old_state, old.folder, new.folder)
        if place is not None and (folder := find_data_folder(place, study.declaration.data))
    ]
    old_data, new_data = find_matching_data(then, folders), find_matching_data(now, folders)
    reason = ""
    if new_data is None:
        reason = _NO_DATA.format(side="newer")
    elif list_differing_code(now, PACKAGE):
        reason = _NEITHER if list_differing_code(then, PACKAGE) else _INSTALLED_OLDER
    if new_data is None or reason:
        return _Reruns(tuple(Factor(kind, "not_attributable", reason) for kind in changed))
    code, reason = _find_older_code(then, code_state) if "code" in changed else (None, "")

    def compute(*swaps: Swap) -> list[Numbers | str]:
        older = [job for by_older, job in swaps if by_older]
        elsewhere: Iterator[Answer] = iter(())
        if older and code is not None:
            root = find_study_folder(code_state or old_state or study.root, study.root)
            own = root != study.root
            elsewhere = iter(
                compute_with_other_version(code, root, older, recomputer.modules, own=own)
            )
        answers = [next(elsewhere) if by_older else recomputer.compute(job)
                   for by_older, job in swaps]  # fmt: skip
        return [answer if isinstance(answer, str) else _values_by_identity(answer)
                for answer in answers]  # fmt: skip

    before = select_known_parameters(study, then.parameters)
    after = select_known_parameters(study, now.parameters)
    if old_data is None:
        return _swap_backward(compute, new_data, before, after, changed, _missing(then, folders))
    older = code is not None
    start, end = (older, RecomputeJob(old_data, before)), (False, RecomputeJob(new_data, after))
    swaps: dict[FactorKind, Swap] = {}
    alone: dict[str, Mapping[str, Any]] = {}
    if "data" in changed:
        swaps["data"] = older, RecomputeJob(new_data, before)
    if "parameters" in changed:
        swaps["parameters"] = older, RecomputeJob(old_data, after)
        alone = _swap_single_parameters(study, before, after)
    if older:
        swaps["code"] = False, start[1]
    single_swaps = [(older, RecomputeJob(old_data, values)) for values in alone.values()]
    answers = compute(start, end, *swaps.values(), *single_swaps)
    return _tell_answers(answers, swaps, list(alone), changed, older, reason)


def _tell_answers(
    answers: Sequence[Numbers | str],
    swaps: Iterable[FactorKind],
    parameters: Sequence[str],
    changed: Sequence[FactorKind],
    older: bool,
    code_reason: str,
) -> _Reruns:
    """What came of swapping one thing at a time into the older run: start, end, swaps."""
    start, end, *rest = answers
    by_kind = dict(zip(swaps, rest, strict=False))
    single = dict(zip(parameters, rest[len(by_kind) :], strict=True))
    told: Mapping[FactorKind, Numbers | str] = by_kind
    if isinstance(start, str):
        told = dict.fromkeys(changed, f"the older run: {start}")
    factors = _list_factors(changed, told, _failure_reasons(single))
    first: FactorKind | None = None
    # With the older code at hand, what it gives now and did not give then is the environment's.
    # Without it, code and environment can only be told apart where one of them is unchanged.
    if not isinstance(start, str):
        environment = "environment" in changed
        if "code" in changed and not older:
            first = "code_or_environment" if environment else "code"
        elif environment:
            first = "environment"
        if first is not None:
            factors.append(Factor(first, "measured", code_reason))
    return _Reruns(
        tuple(factors),
        _numbers(start),
        _numbers(end),
        {kind: answer for kind, answer in by_kind.items() if not isinstance(answer, str)},
        first,
        single=single,
    )


def _swap_backward(
    compute: Compute,
    data: Path,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    changed: Sequence[FactorKind],
    reason: str,
) -> _Reruns:
    """Without the older data only parameters can be swapped, on the newer data."""
    values = [after, before] if "parameters" in changed else [after]
    end, *rest = compute(*((False, RecomputeJob(data, value)) for value in values))
    told: dict[FactorKind, Numbers | str] = dict.fromkeys(changed, reason)
    if rest:
        told["parameters"] = rest[0]
    factors = _list_factors(changed, told, "swapped on the data of the newer run")
    swapped = {kind: answer for kind, answer in told.items() if not isinstance(answer, str)}
    return _Reruns(tuple(factors), _numbers(end), swapped=swapped, backward=True)


def _list_factors(
    changed: Sequence[FactorKind], told: Mapping[FactorKind, Numbers | str], note: str
) -> list[Factor]:
    """What became of measuring each factor of which there is something to tell."""
    factors = []
    for kind in changed:
        answer = told.get(kind)
        if isinstance(answer, str):
            factors.append(Factor(kind, "not_attributable", answer))
        elif answer is not None:
            factors.append(Factor(kind, "measured", note if kind == "parameters" else ""))
    return factors


def _numbers(answer: Numbers | str) -> Numbers:
    return {} if isinstance(answer, str) else answer


def _find_older_code(then: Ingredients, place: Path | None) -> tuple[Path | None, str]:
    """The folder with the older code if it is at hand, else why it is not."""
    if place is None:
        return None, _NO_CODE
    source = find_source_folder(place)
    if source is None:
        return None, "there is no evaltools in the folder given as its code"
    if other := list_differing_code(then, source / "evaltools"):
        return None, f"the code given is not that of the older run: {other[0]} differs"
    return source, ""


def _swap_single_parameters(
    study: Study, before: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Mapping[str, Any]]:
    """The older parameters with one of the newer values; what follows from it goes with it."""
    names = [name for name in after if before.get(name) != after[name]]
    declared = study.declaration.parameters
    follows = {
        name: rule.by
        for name in names
        if (rule := declared[name].derived) is not None and rule.by in names
    }
    leaders = [name for name in names if name not in follows]
    if len(leaders) < 2:
        return {}
    groups = ([one, *(name for name, by in follows.items() if by == one)] for one in leaders)
    return {", ".join(group): {**before, **{name: after[name] for name in group}}
            for group in groups}  # fmt: skip


def _missing(then: Ingredients, folders: Sequence[Path]) -> str:
    """Why the older data are not at hand, naming the nearest miss where one was given."""
    if len(folders) < 2:
        return _NO_DATA.format(side="older")
    differing = min((list_differing_data(then, folder) for folder in folders[1:]), key=len)
    return f"the data given are not those of the older run: {differing[0]} differs"
