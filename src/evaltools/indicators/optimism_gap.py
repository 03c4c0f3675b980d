"""Do projects rate themselves higher than their own reports can show?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import sqrt
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaltools.evidence.selection import Evidence
from evaltools.indicators.absence import EVIDENCED_ITEMS
from evaltools.indicators.disclosure.policy import Policy, policy_for
from evaltools.indicators.disclosure.suppression import Withheld, few, protect, withhold
from evaltools.indicators.goals import stated_goals
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.indicators.ratings import NO_ANSWER, distributions, self_ratings
from evaltools.indicators.savings import claims
from evaltools.indicators.shares import infer
from evaltools.indicators.sustainability import achieved_goals
from evaltools.statistics.intervals import Difference, wilson

KEY = "optimism_gap.difference"
PAIRED, METHOD = "newcombe, paired", "newcombe, paired, any table"
_SOURCE = "evaltools.indicators.optimism_gap"


def newcombe_paired(both: int, first: int, second: int, neither: int, level: float) -> Difference:
    """Difference of two shares of the same units, with the paired hybrid score interval.

    Arguments:
        both, first, second, neither: units with both properties, only one of them, none.
        level: confidence level, 0 to 1.

    Returns:
        Share with the first property less share with the second; method 10.

    Raises ValueError for negative counts or none at all.
    Source: Newcombe 1998, Statistics in Medicine 17:2635-2650,
    doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.
    """
    n = both + first + second + neither
    if min(both, first, second, neither) < 0 or n == 0:
        raise ValueError("needs counts that are not negative and not all nought")
    p1, p2 = (both + first) / n, (both + second) / n
    a, b = wilson(both + first, n, level), wilson(both + second, n, level)
    spread = sqrt((both + first) * (second + neither)) * sqrt((both + second) * (first + neither))
    cross = both * neither - first * second
    # A positive correlation narrows the interval; it is let count only beyond half the sample.
    corrected = float(cross) if cross < 0 else max(cross - n / 2, 0.0)
    phi = corrected / spread if spread else 0.0

    def reach(x: float, y: float) -> float:
        return sqrt(max(x * x - 2 * phi * x * y + y * y, 0.0))

    value = (first - second) / n
    low = value - reach(p1 - a.low, b.high - p2)
    high = value + reach(a.high - p1, p2 - b.low)
    return Difference(value, max(low, -1.0), min(high, 1.0), PAIRED, level)


def with_measured_goal(evidence: Evidence) -> set[str]:
    """Projects with at least one goal that was achieved and measured."""
    goals = stated_goals(evidence)
    hit = goals["attainment"].eq("achieved") & goals["measured_by"].eq("measured")
    return set(goals.loc[hit, "project_id"])


def with_calculated_saving(evidence: Evidence) -> set[str]:
    """Projects with at least one saving whose baseline and method are told."""
    ledger = claims(evidence)
    return set(ledger.loc[ledger["baseline"] & ledger["method"], "project_id"])


def with_sustained_goal(evidence: Evidence) -> set[str]:
    """Projects with at least one goal that has an owner, money and is in use."""
    goals = achieved_goals(evidence)
    return set(goals.loc[goals["all_three"], "project_id"])


EVIDENCE: Mapping[str, Callable[[Evidence], set[str]]] = MappingProxyType(
    dict(
        zip(
            EVIDENCED_ITEMS,
            (with_measured_goal, with_calculated_saving, with_sustained_goal),
            strict=True,
        )
    )
)
"""Questions that the rest of the report can bear out, and what of it does. One piece of evidence
is enough: the mildest test, so that the gap is if anything understated. What nothing in a report
can bear out, such as whether the grant was a suitable instrument, has no gap."""

MAIN = "goal_attainment"
"""The question that the gap without a dimension is about."""


def optimism(evidence: Evidence) -> pd.DataFrame:
    """For each question with a counterpart: projects that rated high, projects with evidence.

    Returns:
        In the order of `EVIDENCE`, those of the form: `item_id`, `label`, `answers` (projects),
        the count `high` where `rated_high` tells it, and, missing where `withheld` gives a reason
        or nobody answered, the count `evidenced` and, as shares, `gap`, `gap_low`, `gap_high`.
    """
    ratings, policy = self_ratings(evidence), policy_for(evidence)
    by_item = {item.item: item for item in distributions(evidence)}
    columns = (
        "item_id", "label", "answers", "withheld", "high", "evidenced", "gap", "gap_low",
        "gap_high",
    )  # fmt: skip
    rows = []
    for name, evidenced in EVIDENCE.items():
        if name not in by_item:
            continue
        item = by_item[name]
        own = ratings[ratings["item_id"].eq(name)].set_index("project_id")["value"]
        row: dict[str, object] = dict.fromkeys(columns)
        row |= {"item_id": name, "label": item.label, "answers": item.answers}
        row["high"] = item.high
        if item.answers:
            rated = own.to_numpy() >= item.values[-item.top]
            shown = own.index.isin(sorted(evidenced(evidence)))
            shown_row = _gap(_crossed(rated, shown), item.high_withheld, policy, evidence)
            row |= {"withheld": shown_row} if isinstance(shown_row, Withheld) else shown_row
        rows.append(row)
    return pd.DataFrame(rows, columns=list(columns), dtype="object")


def gaps(evidence: Evidence) -> list[Indicator]:
    """`optimism_gap.difference`: share rated high less share with evidence, D and S.

    By item, and without dimension for the question whether the project reached its goals. n is
    the number of projects that rated high, N the number that answered.
    """
    source, level = f"{_SOURCE}.gaps", evidence.parameters.confidence
    records: list[Indicator] = []
    rows = {str(row["item_id"]): row for row in optimism(evidence).to_dict("records")}
    for item in ["", *rows]:
        row = rows.get(item or MAIN)
        n = int(row["answers"]) if row else 0
        shown = row if row is not None and row["gap"] is not None else None
        plain = Indicator(
            key=KEY, value=float(shown["gap"]) if shown else None, unit="difference",
            x=int(shown["high"]) if shown else 0, n=n, dimensions=dimensions(item=item),
            source=source, note="" if n else NO_ANSWER,
        )  # fmt: skip
        limits = None
        if shown:
            gap, low, high = (float(shown[name]) for name in ("gap", "gap_low", "gap_high"))
            limits = Difference(gap, low, high, METHOD, level)
        made = [plain, infer(plain, limits, METHOD, level)]
        why = row["withheld"] if row else None
        records += [withhold(one, why) for one in made] if why else made
    return records


class Crossed(NamedTuple):
    """Projects that answered: rated high and evidenced, only one of the two, neither."""

    both: int
    first: int
    second: int
    neither: int

    @property
    def high(self) -> int:
        """Projects that rated high."""
        return self.both + self.first

    @property
    def evidenced(self) -> int:
        """Projects with evidence."""
        return self.both + self.second


def with_margins(high: int, evidenced: int, n: int) -> tuple[Crossed, ...]:
    """Every table of n projects of which so many rated high and so many have evidence."""
    least, most = max(0, high + evidenced - n), min(high, evidenced)
    return tuple(
        Crossed(both, high - both, evidenced - both, n - high - evidenced + both)
        for both in range(least, most + 1)
    )


def why_gap(table: Crossed, policy: Policy) -> Withheld | None:
    """Why the two shares of a question are not shown beside each other, or None.

    Both counts must be of enough projects, and so must what they leave. Each of the four groups
    can then be as large as the smaller of its two sums, so none is seen to be too small.
    """
    n = sum(table)
    withheld = (protect((x, n - x), policy.minimum)[0] for x in (table.high, table.evidenced))
    return next(filter(None, withheld), None)


def gap_limits(high: int, evidenced: int, n: int, level: float) -> Difference:
    """The difference of the two shares, with limits that hold whichever projects are in both.

    How many projects have both would follow from the limits of `newcombe_paired` for the one
    table that was counted; these enclose those of every table with the same two sums, and so
    tell no more than the sums do.

    Source: Newcombe 1998, Statistics in Medicine 17:2635-2650, for each of the tables.
    """
    found = [newcombe_paired(*table, level) for table in with_margins(high, evidenced, n)]
    low, top = min(one.low for one in found), max(one.high for one in found)
    return Difference((high - evidenced) / n, low, top, METHOD, level)


def _crossed(rated: NDArray[np.bool_], shown: NDArray[np.bool_]) -> Crossed:
    return Crossed(
        int((rated & shown).sum()), int((rated & ~shown).sum()),
        int((~rated & shown).sum()), int((~rated & ~shown).sum()),
    )  # fmt: skip


def _gap(
    table: Crossed, high_withheld: Withheld | None, policy: Policy, evidence: Evidence
) -> Withheld | dict[str, object]:
    n, regime = sum(table), policy.regime_of(KEY)
    if high_withheld:
        return high_withheld
    if regime == "group" and (why := few(n, policy.minimum)):
        return why
    high, evidenced = table.high, table.evidenced
    if regime == "cells":
        if why := why_gap(table, policy):
            return why
        high, evidenced = policy.rounded(high, n), policy.rounded(evidenced, n)
    found = gap_limits(high, evidenced, n, evidence.parameters.confidence)
    return {
        "high": high, "evidenced": evidenced, "gap": found.value, "gap_low": found.low,
        "gap_high": found.high,
    }  # fmt: skip
