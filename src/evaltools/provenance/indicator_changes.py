"""Moves: one indicator in two runs, and whether its change is more than its uncertainty."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from math import isclose, sqrt
from statistics import NormalDist
from typing import Literal

from evaltools.findings.families import FAMILIES
from evaltools.i18n.numbers import FEWEST_FOR_PERCENT
from evaltools.indicators.indicator import Indicator
from evaltools.indicators.optimism_gap import newcombe_paired
from evaltools.provenance.artifacts import READING_PARAMETERS
from evaltools.provenance.hashes import changed_keys
from evaltools.provenance.manifest import Ingredients
from evaltools.statistics.contingency import fisher, holm, is_borne_out
from evaltools.statistics.intervals import newcombe

SIDE_MEASURES = ("denied", "silent", "coder_band")
"""Parts of keys that say the same change once more, from another side."""
DERIVED = ("wave_difference.", "group_difference.")

Verdict = Literal[
    "moved", "within_uncertainty", "counted", "reread", "appeared", "gone", "incomparable"
]
Relation = Literal["same", "disjoint", "overlapping"]
"""Whether two runs read the same reports, wholly different ones, or partly the same."""
Basis = Literal["exact", "newcombe", "newcombe_paired", "square_and_add", "bounds", "none"]
Why = Literal[
    "", "suppressed", "not_computed", "unit", "uncertainty_unknown", "too_few", "scope", "many"
]
BY_INTERVAL: tuple[Basis, ...] = ("newcombe", "newcombe_paired", "square_and_add")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
Identity = tuple[str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class IndicatorChange:
    """One indicator in two runs; None where a run has none.

    Arguments:
        verdict: `moved` where the interval of the change leaves out nought, of main indicators
            also when all of them are judged at once; `within_uncertainty` where it does not;
            `counted` where what was counted is wholly known, so that no chance is in the change;
            `reread` where both read the same texts, so that none is either; `incomparable`
            where nothing can be said of it, as of a share of fewer than ten.
        change: new less old, in the unit of the indicator, with limits at a confidence level.
        basis: how the verdict was come to.
        why: what keeps it from being compared; `scope` where what was counted follows from the
            scope, which is another; `many` where nought is outside the interval and not when all
            main indicators are judged at once.
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
    both runs, only in the newer, only in the older, in neither. And whether both read the same
    texts, and whether other projects are in scope.
    """

    level: float
    old_reports: int | None
    new_reports: int | None
    pairs: Mapping[Identity, tuple[int, int, int, int]] = field(default_factory=dict)
    same_texts: bool = False
    other_scope: bool = False


def changed_scope(then: Ingredients, now: Ingredients) -> list[str]:
    """Parameters that decide what is read and counted, and differ between two runs."""
    changed = changed_keys(then.parameters, now.parameters)
    return [name for name in changed if name not in READING_PARAMETERS]


def find_relation(then: Ingredients, now: Ingredients) -> Relation:
    """Whether two runs read the same reports, as far as their ingredients tell.

    Under the same scope and unchanged data they are the same. Anything else may share some.
    """
    before, after = then.parameters, now.parameters
    scope = changed_scope(then, now)
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
    """Every indicator that is not the same in two runs, in the total order of indicators.

    Main indicators that an interval judges are one family, those that are the same among them.
    """
    before, after = ({item.identity: item for item in each} for each in (old, new))
    found: list[IndicatorChange] = []
    same: list[IndicatorChange] = []
    for identity in sorted({*before, *after}):
        first, second = before.get(identity), after.get(identity)
        key, estimand, by = identity
        of_kind = (key, "S" if estimand == "D" else "", by)
        siblings = (before.get(of_kind), after.get(of_kind))
        change = judge_change(first, second, setting, siblings)
        is_same = first is not None and second is not None and _is_same(first, second)
        (same if is_same else found).append(change)
    return _judge_at_once(found, same, setting.level)


def _judge_at_once(
    changes: Iterable[IndicatorChange], same: Iterable[IndicatorChange], level: float
) -> tuple[IndicatorChange, ...]:
    """Changes, those of main indicators no more sure than when all are judged at once.

    Source: Holm 1979, Scandinavian Journal of Statistics 6(2):65-70, as chapters judge codes. What
    holds in this family holds in each smaller one that a chapter judges.
    """
    changes = tuple(changes)
    main = [each for each in select_headline_changes(changes) if each.basis in BY_INTERVAL]
    unmoved = sum(each.basis in BY_INTERVAL for each in select_headline_changes(same))
    adjusted = holm([*map(_chance, main), *[1.0] * unmoved])
    stands = is_borne_out(adjusted, level)
    lost = {each.identity for each, own in zip(main, stands, strict=False)
            if each.verdict == "moved" and not own}  # fmt: skip
    return tuple(
        replace(each, verdict="within_uncertainty", why="many") if each.identity in lost else each
        for each in changes
    )


def _chance(change: IndicatorChange) -> float:
    """Two-sided p of a change: of shares of reports Fisher's, else that of its limits.

    Source: Altman & Bland 2011, How to obtain the P value from a confidence interval,
    doi:10.1136/bmj.d2304, with the limit on the side of nought.
    """
    old, new, size = change.old, change.new, change.change or 0.0
    if old is None or new is None or not size:
        return 1.0
    if change.basis == "newcombe" and None not in (old.x, old.n, new.x, new.n):
        x, n, y, m = (int(each or 0) for each in (new.x, new.n, old.x, old.n))
        return fisher(x, n - x, y, m - y)
    limit = change.low if size > 0 else change.high
    if limit is None or not change.level or abs(size - limit) < 1e-12:
        return 1.0
    normal = NormalDist()
    z = normal.inv_cdf((1 + change.level) / 2) * abs(size) / abs(size - limit)
    return 2 * (1 - normal.cdf(z))


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
    is_moved = not isclose(change, 0.0, abs_tol=1e-12)
    if _is_estimated(new):
        return IndicatorChange(old, new, "incomparable", change, why="uncertainty_unknown")
    if new.unit == "count" or _is_exact(new):
        verdict: Verdict = "counted" if is_moved else "within_uncertainty"
        why: Why = "scope" if is_moved and setting.other_scope else ""
        return IndicatorChange(old, new, verdict, change, basis="exact", why=why)
    if setting.same_texts and new.identity not in setting.pairs:
        verdict = "reread" if is_moved else "within_uncertainty"
        return IndicatorChange(old, new, verdict, change, basis="exact")
    if limits := _change_limits(old, new, setting, siblings):
        low, high, basis = limits
        if setting.same_texts and is_moved:
            return IndicatorChange(old, new, "reread", change, low, high, setting.level, basis)
        # Limits that touch nought by rounding alone do not leave it out.
        verdict = "moved" if low > 1e-12 or high < -1e-12 else "within_uncertainty"
        return IndicatorChange(old, new, verdict, change, low, high, setting.level, basis)
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


def _is_estimated(indicator: Indicator) -> bool:
    """Whether chance is in it, though it looks like a count or is of the register.

    What was seen of themes, what coders agree on, how those that reported differ from others.
    """
    return indicator.key.startswith(("saturation.", "unseen.", "selection.", "coding.codes_"))


def _change_limits(
    old: Indicator,
    new: Indicator,
    setting: ComparisonSetting,
    siblings: tuple[Indicator | None, Indicator | None],
) -> tuple[float, float, Basis] | None:
    if new.unit == "share" and new.identity in setting.pairs:
        paired = newcombe_paired(*setting.pairs[new.identity], setting.level)
        return paired.low, paired.high, "newcombe_paired"
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
