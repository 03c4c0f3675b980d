"""Moves: one indicator in two runs, and whether its change is more than its uncertainty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import isclose, sqrt
from typing import Literal

from evaltools.findings.families import FAMILIES
from evaltools.i18n.numbers import FEWEST_FOR_PERCENT
from evaltools.indicators.indicator import Indicator
from evaltools.indicators.optimism_gap import newcombe_paired
from evaltools.provenance.artifacts import READING_PARAMETERS
from evaltools.provenance.hashes import changed_keys
from evaltools.provenance.manifest import Ingredients
from evaltools.statistics.intervals import newcombe

SIDE_MEASURES = ("denied", "silent", "coder_band")
"""Parts of keys that say the same change once more, from another side."""
DERIVED = ("wave_difference.", "group_difference.")

Verdict = Literal["moved", "within_uncertainty", "appeared", "gone", "incomparable"]
Relation = Literal["same", "disjoint", "overlapping"]
"""Whether two runs read the same reports, wholly different ones, or partly the same."""
Basis = Literal["exact", "newcombe", "newcombe_paired", "square_and_add", "bounds", "none"]
Why = Literal["", "suppressed", "not_computed", "unit", "uncertainty_unknown", "too_few"]
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
Identity = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class IndicatorChange:
    """One indicator in two runs; None where a run has none.

    Arguments:
        verdict: `moved` where the interval of the change leaves out nought, or where what was
            counted is wholly known; `within_uncertainty` where it does not; `incomparable`
            where nothing can be said of it, as of a share of fewer than ten.
        change: new less old, in the unit of the indicator, with limits at a confidence level.
        basis: how the verdict was come to.
        why: what keeps it from being compared.
    """

    old: Indicator | None
    new: Indicator | None
    verdict: Verdict
    change: float | None = None
    low: float | None = None
    high: float | None = None
    level: float | None = None
    basis: Basis = "none"
    why: Why = ""

    @property
    def either(self) -> Indicator:
        """The newer of the two records that is there."""
        found = self.new or self.old
        assert found is not None
        return found

    @property
    def key(self) -> str:
        """Key of the indicator."""
        return self.either.key

    @property
    def identity(self) -> Identity:
        """Key, estimand and dimensions."""
        return self.either.identity

    @property
    def few(self) -> bool:
        """Whether it is a share that is of fewer than ten in a run: counts, and no points."""
        return any(
            each is not None and each.unit == "share" and each.n is not None
            and each.n < FEWEST_FOR_PERCENT
            for each in (self.old, self.new)
        )  # fmt: skip


@dataclass(frozen=True)
class ComparisonSetting:
    """What must be known of two runs to judge a change: how many reports each read, the level of
    the newer one, and for shares of the same reports, by identity, how many have the property in
    both runs, only in the newer, only in the older, in neither.
    """

    level: float
    old_reports: int | None
    new_reports: int | None
    pairs: Mapping[Identity, tuple[int, int, int, int]] = field(default_factory=dict)


def find_relation(then: Ingredients, now: Ingredients) -> Relation:
    """Whether two runs read the same reports, as far as their ingredients tell.

    Under the same scope and unchanged data they are the same. Anything else may share some.
    """
    before, after = then.parameters, now.parameters
    scope = [name for name in changed_keys(before, after) if name not in READING_PARAMETERS]
    if any(_are_apart(before.get(name), after.get(name)) for name in scope):
        return "disjoint"
    files = changed_keys(then.files, now.files)
    scoped = any(f"/{part}" in name for name in files for part in ("register/", "reports/"))
    return "overlapping" if scope or scoped else "same"


def _are_apart(old: object, new: object) -> bool:
    """Whether two values of a parameter leave no report in common; a later day keeps those before.

    One of several choices leaves the reports of that choice, `all` those of any.
    """
    if isinstance(old, list | tuple) and isinstance(new, list | tuple):
        return not set(map(str, old)) & set(map(str, new))
    texts = isinstance(old, str) and isinstance(new, str)
    return texts and "all" not in (old, new) and not _DAY.fullmatch(str(old))


def compare_indicators(
    old: Iterable[Indicator], new: Iterable[Indicator], setting: ComparisonSetting
) -> tuple[IndicatorChange, ...]:
    """Every indicator that is not the same in two runs, in the total order of indicators."""
    before, after = ({item.identity: item for item in each} for each in (old, new))
    found = []
    for identity in sorted({*before, *after}):
        first, second = before.get(identity), after.get(identity)
        if first is None or second is None or not _is_same(first, second):
            key, estimand, by = identity
            of_kind = (key, "S" if estimand == "D" else "", by)
            siblings = (before.get(of_kind), after.get(of_kind))
            found.append(judge_change(first, second, setting, siblings))
    return tuple(found)


def judge_change(
    old: Indicator | None,
    new: Indicator | None,
    setting: ComparisonSetting,
    siblings: tuple[Indicator | None, Indicator | None] = (None, None),
) -> IndicatorChange:
    """Compare one indicator in two runs; at least one has it.

    Siblings are the records of the same share for projects of this kind, whose intervals stand in
    for those that a share of the reports read does not have.

    Source: limits of the difference of independent shares Newcombe 1998,
    doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I; of other quantities
    with limits of their own by square-and-add, Zou & Donner 2008, doi:10.1002/sim.3095.
    """
    if old is None:
        return IndicatorChange(old, new, "appeared")
    if new is None:
        return IndicatorChange(old, new, "gone")
    if old.unit != new.unit:
        return IndicatorChange(old, new, "incomparable", why="unit")
    if old.suppressed or new.suppressed:
        return IndicatorChange(old, new, "incomparable", why="suppressed")
    if old.value is None or new.value is None:
        return IndicatorChange(old, new, "incomparable", why="not_computed")
    if IndicatorChange(old, new, "incomparable").few and not _is_exact(new):
        return IndicatorChange(old, new, "incomparable", why="too_few")
    change = new.value - old.value
    if "bounds" in (old.method, new.method):
        return _compare_bounds(old, new, change)
    if limits := _change_limits(old, new, setting, siblings):
        low, high, basis = limits
        # Limits that touch nought by rounding alone do not leave it out.
        verdict: Verdict = "moved" if low > 1e-12 or high < -1e-12 else "within_uncertainty"
        return IndicatorChange(old, new, verdict, change, low, high, setting.level, basis)
    if new.unit == "count" or _is_exact(new):
        verdict = "within_uncertainty" if isclose(change, 0.0, abs_tol=1e-12) else "moved"
        return IndicatorChange(old, new, verdict, change, basis="exact")
    return IndicatorChange(old, new, "incomparable", change, why="uncertainty_unknown")


def square_and_add(old: Indicator, new: Indicator) -> tuple[float, float] | None:
    """Limits of new less old from the limits of each, if both have them at the same level.

    Source: Zou & Donner 2008, Statistics in Medicine 27:1693-1702, doi:10.1002/sim.3095. With
    Wilson limits it is Newcombe's method 10.
    """
    ends = _all_or_none(old.value, old.low, old.high, new.value, new.low, new.high)
    if ends is None or old.level is None or old.level != new.level:
        return None
    a, a_low, a_high, b, b_low, b_high = ends
    below, above = (b - b_low) ** 2 + (a_high - a) ** 2, (b_high - b) ** 2 + (a - a_low) ** 2
    return b - a - sqrt(below), b - a + sqrt(above)


def _all_or_none(*ends: float | None) -> list[float] | None:
    """The numbers, if all of them are there."""
    found = [float(end) for end in ends if end is not None]
    return found if len(found) == len(ends) else None


def _is_exact(indicator: Indicator) -> bool:
    """Whether it is counted from the whole register, so that a change of it is a change."""
    family = indicator.key.partition(".")[0]
    return family != "unseen" and family in FAMILIES and FAMILIES[family].units != "D"


def _change_limits(
    old: Indicator,
    new: Indicator,
    setting: ComparisonSetting,
    siblings: tuple[Indicator | None, Indicator | None],
) -> tuple[float, float, Basis] | None:
    if new.unit == "share" and new.identity in setting.pairs:
        paired = newcombe_paired(*setting.pairs[new.identity], setting.level)
        return paired.low, paired.high, "newcombe_paired"
    if _is_exact(new):
        return None
    if _counts_reports(old, setting.old_reports) and _counts_reports(new, setting.new_reports):
        if new.estimand == "P":
            own = square_and_add(old, new)
            return (*own, "square_and_add") if own else None
        return _newcombe_limits(new.x, new.n, old.x, old.n, setting.level)
    for first, second in ((old, new), siblings):
        if first is None or second is None:
            continue
        # Limits that are Wilson's can be had at any level.
        if all(share.method == "wilson" and share.n for share in (first, second)) and (
            limits := _newcombe_limits(second.x, second.n, first.x, first.n, setting.level)
        ):
            return limits
        if own := square_and_add(first, second):
            return *own, "square_and_add"
    return None


def _counts_reports(indicator: Indicator, reports: int | None) -> bool:
    """Whether it is a share of the reports read, so that reports are what was drawn."""
    return (
        indicator.unit == "share"
        and indicator.x is not None
        and bool(indicator.n)
        and reports == indicator.n
        and "clustered" not in indicator.method
    )


def _compare_bounds(old: Indicator, new: Indicator, change: float) -> IndicatorChange:
    """Bounds that assume nothing tell of a change only where they have nothing in common."""
    ends = _all_or_none(old.low, old.high, new.low, new.high)
    if ends is None:
        return IndicatorChange(old, new, "incomparable", change, why="not_computed")
    a_low, a_high, b_low, b_high = ends
    verdict: Verdict = "moved" if b_low > a_high or b_high < a_low else "within_uncertainty"
    return IndicatorChange(old, new, verdict, change, b_low - a_high, b_high - a_low, 1.0, "bounds")


@lru_cache(maxsize=10_000)
def _newcombe_limits(
    x1: int | None, n1: int | None, x2: int | None, n2: int | None, level: float
) -> tuple[float, float, Basis] | None:
    if x1 is None or n1 is None or x2 is None or n2 is None:
        return None
    found = newcombe(x1, n1, x2, n2, level)
    return found.low, found.high, "newcombe"


def _is_same(old: Indicator, new: Indicator) -> bool:
    """Equal in all that a reader sees; where it was computed and its note may differ."""
    numbers = ((old.value, new.value), (old.low, new.low), (old.high, new.high))
    return (
        (old.unit, old.x, old.n, old.suppressed, old.level, old.method)
        == (new.unit, new.x, new.n, new.suppressed, new.level, new.method)
        and all((a is None) == (b is None) for a, b in numbers)
        and all(isclose(a, b, rel_tol=1e-12, abs_tol=1e-15)
                for a, b in numbers if a is not None and b is not None)
    )  # fmt: skip


def select_headline_changes(changes: Iterable[IndicatorChange]) -> list[IndicatorChange]:
    """Moves of the reports read that no other move says again, largest change of shares first."""

    def size(change: IndicatorChange) -> float:
        return abs(round(change.change or 0.0, 12))

    chosen = [
        change
        for change in changes
        if change.either.estimand == "D"
        and not change.either.dimensions
        and not any(part in SIDE_MEASURES for part in change.key.split("."))
        and not change.key.startswith(DERIVED)
    ]
    return sorted(
        chosen, key=lambda change: (change.either.unit != "share", -size(change), change.key)
    )
