"""Do projects rate themselves higher than their own reports can show?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import sqrt
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from evaltools.indicators.goals import stated_goals
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.indicators.ratings import NO_ANSWER, distributions, self_ratings
from evaltools.indicators.rooting import rootable
from evaltools.indicators.savings import claims
from evaltools.statistics.differences import Difference
from evaltools.statistics.intervals import wilson

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

KEY = "optimism_gap.difference"
METHOD = "newcombe, paired"
_SOURCE = "evaltools.indicators.optimism"


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
    return Difference(value, max(low, -1.0), min(high, 1.0), METHOD, level)


def achieved_and_measured(evidence: Evidence) -> set[str]:
    """Projects with at least one goal that was achieved and measured."""
    goals = stated_goals(evidence)
    hit = goals["attainment"].eq("achieved") & goals["measured_by"].eq("measured")
    return set(goals.loc[hit, "project_id"])


def reckoned(evidence: Evidence) -> set[str]:
    """Projects with at least one saving whose baseline and method are told."""
    ledger = claims(evidence)
    return set(ledger.loc[ledger["baseline"] & ledger["method"], "project_id"])


def rooted(evidence: Evidence) -> set[str]:
    """Projects with at least one goal that has an owner, money and is in use."""
    goals = rootable(evidence)
    return set(goals.loc[goals["all_three"], "project_id"])


EVIDENCE: Mapping[str, Callable[[Evidence], set[str]]] = MappingProxyType(
    {"goal_attainment": achieved_and_measured, "cost_effectiveness": reckoned, "permanence": rooted}
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
        and, missing where `withheld` gives a reason or nobody answered, `high` and `evidenced`
        as shares of the answers, `gap`, `gap_low`, `gap_high`.
    """
    ratings = self_ratings(evidence)
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
        row["withheld"] = str(item.high_withheld or "")
        if item.answers and not row["withheld"]:
            cut = item.values[-item.top]
            row |= _gap(own >= cut, evidenced(evidence), evidence.parameters.confidence)
        rows.append(row)
    return pd.DataFrame(rows, columns=list(columns))


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
        by = dimensions(item=item) if item else ()
        N = int(row["answers"]) if row else 0
        withheld = str(row["withheld"]) if row else ""
        told = row is not None and N > 0 and not withheld
        value = float(row["gap"]) if row and told else None
        limits = (float(row["gap_low"]), float(row["gap_high"])) if row and told else (None, None)
        n = round(float(row["high"]) * N) if row and told else None if withheld else 0
        note = withheld or ("" if N else NO_ANSWER)
        records += [
            Indicator(
                key=KEY, value=value, unit="difference", n=n, N=N, estimand="D", dimensions=by,
                source=source, suppressed=bool(withheld), note=note,
            ),
            Indicator(
                key=KEY, value=value, unit="difference", n=n, N=N, estimand="S", low=limits[0],
                high=limits[1], method=METHOD, level=level, dimensions=by, source=source,
                suppressed=bool(withheld), note=note,
            ),
        ]  # fmt: skip
    return records


def _gap(high: pd.Series, proven: set[str], level: float) -> dict[str, object]:
    rated = high.to_numpy(dtype=bool)
    shown = high.index.isin(sorted(proven))
    both, first = int((rated & shown).sum()), int((rated & ~shown).sum())
    second, neither = int((~rated & shown).sum()), int((~rated & ~shown).sum())
    found, n = newcombe_paired(both, first, second, neither, level), len(rated)
    return {
        "high": (both + first) / n, "evidenced": (both + second) / n, "gap": found.value,
        "gap_low": found.low, "gap_high": found.high,
    }  # fmt: skip
