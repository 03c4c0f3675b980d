"""Attribution: how much of each change is due to data, parameters, code or environment.

Each is swapped alone, from the older run to the newer, and all indicators are computed anew. What
the swaps do together beyond what they do alone is told as interaction; what cannot be rerun is
told as such, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from evaltools.comparison.comparison import Comparison
from evaltools.comparison.moves import Identity
from evaltools.provenance.recorded import Recorded

if TYPE_CHECKING:
    from evaltools.comparison.computing import Computer
    from evaltools.indicators.indicator import Indicator
    from evaltools.study import Study

FactorKind = Literal["data", "parameters", "code", "environment", "code_or_environment"]
State = Literal["measured", "only_one", "not_attributable"]
NOTHING = 1e-9
"""Below it, and the size of the numbers considered, a part is nought."""


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

    @property
    def attributed(self) -> bool:
        """Whether nothing of the change is left without a cause."""
        return self.change is not None and bool(self.parts) and _is_nought(self.rest, self.change)

    @property
    def sum(self) -> float:
        """All parts together."""
        return sum(part for _, part in self.parts) + (self.interaction or 0.0) + self.rest

    @property
    def main(self) -> FactorKind | None:
        """The factor that does most of it; None where none does."""
        sizes = [(abs(part), -place, kind) for place, (kind, part) in enumerate(self.parts)]
        largest = max(sizes, default=(0.0, 0, None))
        return largest[2] if not _is_nought(largest[0], self.change or 0.0) else None


@dataclass(frozen=True)
class Attribution:
    """Why indicators changed between two runs.

    Arguments:
        factors: what is not the same in the two.
        effects: for each indicator that moved, appeared or is gone, by identity.
        reruns: how many times all indicators were computed.
    """

    factors: tuple[Factor, ...]
    effects: Mapping[Identity, Effect]
    reruns: int = 0

    def factor(self, kind: FactorKind) -> Factor | None:
        """The factor of a kind, if it is one."""
        return next((factor for factor in self.factors if factor.kind == kind), None)

    @property
    def sums(self) -> bool:
        """Whether the parts of every change add up to it."""
        return all(
            _is_nought(effect.sum - effect.change, effect.change)
            for effect in self.effects.values()
            if effect.change is not None and effect.parts
        )


def attribute(
    study: Study,
    old: Recorded,
    new: Recorded,
    old_state: Path | None = None,
    code_state: Path | None = None,
    comparison: Comparison | None = None,
    computer: Computer | None = None,
) -> Attribution:
    """Attribute every change between two runs by rerunning with one thing swapped at a time.

    Arguments:
        study: of the newer run; its data folder is one place where data are looked for.
        old, new: the two runs.
        old_state: a folder with the data of the older run: a data folder, a study, a bundle.
        code_state: a folder with the code of the older run. That code is executed; give it only
            where you trust it as you trust the installed package.
        comparison: of the two, where it has been made.
        computer: keeps what was computed, for whoever attributes several pairs of runs.

    Returns:
        The parts of each change. Shares of a change are not made, since parts may have
        opposite signs.

    Raises:
        ProblemError: the code of the older run fails.
    """
    from evaltools.comparison.comparison import compare
    from evaltools.comparison.reruns import rerun

    made = comparison or compare(old, new)
    changed = _changed(made)
    changes = {move.identity: _change(move.old, move.new) for move in made.moves}
    if not changed:
        return Attribution((), {})
    if len(changed) == 1:
        kind = changed[0]
        effects = {
            identity: Effect(identity, change, ((kind, change),) if change is not None else (), 0.0)
            for identity, change in changes.items()
        }
        single: Mapping[str, _Numbers | str] = {}
        reruns, reason = 0, ""
        if kind == "parameters" and len(made.parameters) > 1:
            found = rerun(study, old, new, old_state, None, changed, computer)
            single, reruns = _numbers_of(found.single), found.reruns
            reason = _reasons(single) or "; ".join(sorted({f.reason for f in found.factors}))
            effects = {
                identity: _with_single(effect, single, _numbers(old.indicators))
                for identity, effect in effects.items()
            }
        return Attribution((Factor(kind, "only_one", reason),), effects, reruns)
    found = rerun(study, old, new, old_state, code_state, changed, computer)
    recorded = (_numbers(old.indicators), _numbers(new.indicators))
    steps = _Steps(
        start=_maybe(found.start), end=_maybe(found.end),
        swapped={kind: _numbers(answer) for kind, answer in found.swapped.items()},
        first=found.first, backward=found.backward,
    )  # fmt: skip
    single = _numbers_of(found.single)
    effects = {}
    for identity, change in changes.items():
        effect = _effect(identity, change, recorded, steps)
        effects[identity] = _with_single(effect, single, steps.start or recorded[0])
    return Attribution(found.factors, effects, found.reruns)


_Numbers = Mapping[Identity, float]


@dataclass(frozen=True)
class _Steps:
    """What reruns gave.

    Arguments:
        start: with everything of the older run (its code where it is at hand).
        end: with everything of the newer run.
        swapped: with one thing of the newer run.
        first: what the step from the recorded older run to `start` is due to.
        backward: `swapped` was measured from the newer run: nothing of the older can be rerun.
    """

    start: _Numbers | None
    end: _Numbers | None
    swapped: Mapping[FactorKind, _Numbers] = field(default_factory=dict)
    first: FactorKind | None = None
    backward: bool = False


def _effect(
    identity: Identity,
    change: float | None,
    recorded: tuple[_Numbers, _Numbers],
    steps: _Steps,
) -> Effect:
    if change is None:
        return Effect(identity, None)
    base = steps.end if steps.backward else steps.start
    if base is None or identity not in base:
        return Effect(identity, change, rest=change)
    at = base[identity]
    parts: list[tuple[FactorKind, float]] = []
    outer = at - recorded[0][identity] if steps.first is not None else 0.0
    if steps.first is not None:
        parts.append((steps.first, outer))
    for kind, numbers in steps.swapped.items():
        if identity in numbers:
            part = numbers[identity] - at
            parts.append((kind, -part if steps.backward else part))
    known = sum(part for _, part in parts)
    whole = (
        not steps.backward
        and steps.end is not None
        and identity in steps.end
        and all(identity in numbers for numbers in steps.swapped.values())
    )
    if not whole:
        return Effect(identity, change, tuple(parts), None, change - known)
    assert steps.end is not None
    interaction = steps.end[identity] - at - (known - outer)
    if _is_nought(interaction, at):
        interaction = 0.0
    rest = change - known - interaction
    return Effect(identity, change, tuple(parts), interaction,
                  0.0 if _is_nought(rest, at) else rest)  # fmt: skip


def _with_single(effect: Effect, single: Mapping[str, _Numbers | str], start: _Numbers) -> Effect:
    """The effect with what each parameter does alone."""
    if not single:
        return effect
    identity = effect.identity
    found: list[tuple[str, float | None]] = []
    for name, numbers in single.items():
        known = not isinstance(numbers, str) and identity in numbers and identity in start
        found.append(
            (name, numbers[identity] - start[identity])
            if known and not isinstance(numbers, str)
            else (name, None)
        )
    return Effect(identity, effect.change, effect.parts, effect.interaction, effect.rest,
                  tuple(found))  # fmt: skip


def _changed(made: Comparison) -> list[FactorKind]:
    """What differs between the two runs, in the order in which it is told."""
    found: list[FactorKind] = []
    if made.data_changed:
        found.append("data")
    if made.parameters:
        found.append("parameters")
    if made.code or made.notebooks:
        found.append("code")
    if made.lock or made.python:
        found.append("environment")
    # What a study declares beyond its parameters, such as a rule of disclosure, is chosen too.
    return found or (["parameters"] if made.inputs else [])


def _change(old: Indicator | None, new: Indicator | None) -> float | None:
    if old is None or new is None or old.value is None or new.value is None:
        return None
    return new.value - old.value


def _numbers(indicators: Sequence[Indicator]) -> _Numbers:
    return {item.identity: item.value for item in indicators if item.value is not None}


def _maybe(indicators: Sequence[Indicator] | None) -> _Numbers | None:
    return None if indicators is None else _numbers(indicators)


def _numbers_of(single: Mapping[str, Any]) -> dict[str, _Numbers | str]:
    return {
        name: answer if isinstance(answer, str) else _numbers(answer)
        for name, answer in single.items()
    }


def _reasons(single: Mapping[str, _Numbers | str]) -> str:
    return "; ".join(
        f"{name} alone: {answer}" for name, answer in single.items() if isinstance(answer, str)
    )


def _is_nought(part: float, size: float) -> bool:
    return abs(part) <= NOTHING * max(1.0, abs(size))
