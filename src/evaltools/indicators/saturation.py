"""Saturation: would more reports still have brought themes that these did not?

What is seen is a code that a report has by the coder rule. The order in which reports were read
means nothing, so numbers are medians over random orders with the band that most orders lie in.
They speak of the codes of the codebook only: of a theme that has no code nothing can be told.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaltools.evidence.selection import Evidence
from evaltools.indicators.challenge_response import incidence
from evaltools.indicators.coder_decisions import publishable_codes
from evaltools.indicators.indicator import Indicator
from evaltools.indicators.shares import NO_REPORT, count_record, number_record, plain_share
from evaltools.statistics.saturation import (
    NEVER,
    accumulation,
    chao_unseen,
    first_seen,
    reports_until,
    saturated_after,
    seen_after,
)

BASE, RUN, THRESHOLD = 4, 2, 0.05
MOST = 0.9
ORDERS, SEED = 60_000, 1
"""Medians are numbers of reports: so many orders that another seed does not change them, unless
half of all orders lie within 0.4 percentage points of one."""
METHOD = "random orders"
_SOURCE = "evaltools.indicators.saturation"


def saturation(evidence: Evidence) -> list[Indicator]:
    """When reading on stopped bringing codes, and how many may not have been seen.

    Returns:
        `saturation.seen.share`: codable codes that some report has; `saturation.once.count`:
        those in one report only; `saturation.reached.count` and `saturation.exhausted.count`:
        reports read when two more bring at most 5 % of what the first four brought, or nothing;
        `saturation.most.count` and `saturation.every.count`: reports until nine in ten of the
        codes seen, or all, were seen; `saturation.unseen.count`: Chao's lower bound of the codes
        not seen, and at most the codes of the codebook that were not. Counts of reports are
        medians of the orders, with the band of those that the level tells.
    """
    source = f"{_SOURCE}.saturation"
    holds = code_matrix(evidence)
    level = float(evidence.parameters.confidence)
    seen = _seen(holds.shape, holds.tobytes())
    rules = {
        "reached": saturated_after(seen, BASE, RUN, THRESHOLD),
        "exhausted": saturated_after(seen, BASE, RUN, 0.0),
        "most": reports_until(seen, MOST),
        "every": reports_until(seen, 1.0),
    }
    counts = [
        _over_orders(f"saturation.{name}.count", found, len(holds), level, source)
        for name, found in rules.items()
    ]
    bound = chao_unseen(holds)
    frequency = holds.sum(axis=0)
    once = int((frequency == 1).sum())
    if bound is not None:
        # Of a codebook no more codes can be unseen than are left in it.
        bound = min(bound, float((frequency == 0).sum()))
    note = "" if len(holds) else NO_REPORT
    return [
        plain_share(
            "saturation.seen.share", int((frequency > 0).sum()), holds.shape[1], source, note=note
        ),
        count_record("saturation.once.count", once, source, n=holds.shape[1]),
        *counts,
        number_record("saturation.unseen.count", bound, "count", source, note=note, why=note),
    ]


def saturation_curve(evidence: Evidence) -> pd.DataFrame:
    """Codes seen by number of reports read, over random orders.

    Returns:
        `reports`, `median`, `low`, `high` (the band that the level tells).
    """
    level = float(evidence.parameters.confidence)
    holds = code_matrix(evidence)
    found = accumulation(_seen(holds.shape, holds.tobytes()), level)
    return pd.DataFrame(
        {"reports": found.reports, "median": found.median, "low": found.low, "high": found.high}
    )


def code_matrix(evidence: Evidence) -> NDArray[np.bool_]:
    """Reports × codable codes: whether the report has the code by the coder rule."""
    codes = pd.DataFrame({"code_id": publishable_codes(evidence)})
    return incidence(evidence, codes).to_numpy(dtype=bool)


@lru_cache(maxsize=1)
def _seen(shape: tuple[int, int], content: bytes) -> NDArray[np.int_]:
    """Codes seen, orders × reports, of what `holding` gives; the records and the curve share it."""
    holds = np.frombuffer(content, dtype=bool).reshape(shape)
    return seen_after(first_seen(holds, ORDERS, SEED), len(holds))


def _over_orders(
    key: str, found: NDArray[np.int_], reports: int, level: float, source: str
) -> Indicator:
    """Median and band; where a rule is not met in an order, it would take more than all reports.

    So the median is None where that is so in half of the orders, and the band ends at all
    reports, which the note says. One report has one order, and no band.
    """
    beyond = reports + 1
    held = np.where(found == NEVER, beyond, found)
    ends = [(1 - level) / 2, 0.5, (1 + level) / 2]
    low, median, high = (float(x) for x in np.quantile(held, ends, method="inverted_cdf"))
    never = float((found == NEVER).mean())
    note = f"not met in {never:.0%} of {ORDERS} orders" if never else ""
    if median >= beyond:
        return Indicator(key=key, value=None, unit="count", source=source, note=note)
    band = (low, min(high, float(reports))) if reports > 1 else (None, None)
    return Indicator(
        key=key, value=median, unit="count", x=int(median), n=reports, low=band[0], high=band[1],
        method=METHOD, level=level, source=source, note=note,
    )  # fmt: skip
