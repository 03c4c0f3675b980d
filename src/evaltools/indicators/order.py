"""Which of two codes more reports mention: for every two codes of a kind, those they differ in.

How many reports mention each code does not tell whether one is commoner beyond chance: that
hangs on the reports that mention one of the two and not the other, which are counted here, so
that sentences about the commonest, the first few and the order rest on records of the run
(`indicators.order_verdict`).
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from evaltools.indicators.disclosure.codes import withheld_codes
from evaltools.indicators.disclosure.policy import Policy, policy_for
from evaltools.indicators.disclosure.suppression import Withheld, few
from evaltools.indicators.indicator import Estimand, Indicator, dimensions
from evaltools.indicators.prevalence import STATES, codebook
from evaltools.indicators.shares import absence, coverage_note
from evaltools.statistics.paired_comparison import count_only, mcnemar_midp, population_p

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

KEY = "order.first_only.share"
METHODS: dict[Estimand, str] = {"D": "", "P": "finite mcnemar", "S": "mid-p mcnemar"}
"""How an order is held against chance; of the reports read a majority is one."""
NO_DIFFERENCE = "no report mentions one of the two and not the other"
_SOURCE = "evaltools.indicators.order.order_records"


def order_records(evidence: Evidence, *roles: str) -> list[Indicator]:
    """For every two codes of a kind, which of them more reports mention.

    Arguments:
        roles: of kinds of codes, or kinds, as `codebook` takes them; all kinds without one.

    Returns:
        `order.first_only.share` by `first` and `second`, the two codes by their ids, whichever is
        ahead, so that the same record has the same name in every run. Under each estimand n is
        how many reports, of those that were asked of both, mention one of the two and not the
        other, and x how many of these mention the first: it is ahead where x exceeds n - x.
        Of P, N is n and the projects in scope that were not read, or not asked of both: the
        most that could mention just one of the two. The p-value of P and S stands in the note,
        and follows from x, n and N.

        What gives away a number that is withheld is withheld: an order with a code of which
        nothing is told; under `cells`, and for numbers that are rounded, one by which a cell of
        the two codes would be known that is too small.
    """
    policy, withheld = policy_for(evidence), withheld_codes(evidence)
    records: list[Indicator] = []
    codes = codebook(evidence, *roles)
    for _, of_kind in codes.groupby("kind", sort=True):
        names = sorted(map(str, of_kind["code_id"]))
        present, asked = presence_matrices(evidence.presence, names)
        rows = _pair_table(present, asked, int(evidence.N)).to_dict("records")
        for (first, second), row in zip(combinations(names, 2), rows, strict=True):
            why = withheld.get(first) or withheld.get(second)
            why = why or _why_pair(first, second, row, policy)
            records += _pair_records(first, second, row, evidence, why)
    return records


by_coder_rule = order_records
"""All of it depends on whose coding decides."""


def presence_matrices(
    presence: pd.DataFrame, codes: list[str]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Reports × codes: whether the report has the code, and whether it was asked of it.

    Arguments:
        presence: project × code, as `Evidence.presence`.
        codes: their ids, in the order of the columns.
    """
    projects = pd.Index(sorted(set(presence["project_id"].astype(str))), dtype="object")
    rows = projects.get_indexer(pd.Index(presence["project_id"].astype(object)))
    columns = pd.Index(codes, dtype="object").get_indexer(
        pd.Index(presence["code_id"].astype(object))
    )
    states = presence["state"].astype(str)
    found = []
    for counted in (("yes",), STATES):
        keep = (columns >= 0) & states.isin(counted).to_numpy(dtype=bool)
        matrix = np.zeros((len(projects), len(codes)), dtype=bool)
        matrix[rows[keep], columns[keep]] = True
        found.append(matrix)
    return found[0], found[1]


def _pair_table(present: NDArray[np.bool_], asked: NDArray[np.bool_], N: int) -> pd.DataFrame:
    """A row for every two codes, as `itertools.combinations` orders them.

    Returns:
        `asked`: reports asked of both; `both`, `first`, `second`: those that mention both, or
        only the one; `unread`: the other projects; `P`, `S`: p-values.
    """
    only, upper = count_only(present, asked), np.triu_indices(present.shape[1], 1)
    known, has = asked.astype(np.float64), present.astype(np.float64)
    of_both = (known.T @ known).astype(np.int64)[upper]
    first, second = only[upper], only.T[upper]
    return pd.DataFrame(
        {
            "asked": of_both,
            "both": (has.T @ has).astype(np.int64)[upper],
            "first": first,
            "second": second,
            "unread": N - of_both,
            "P": population_p(first, second, N - of_both),
            "S": mcnemar_midp(first, second),
        }
    )


def _why_pair(
    first: str, second: str, row: Mapping[Hashable, Any], policy: Policy
) -> Withheld | None:
    """Why the order of two codes is withheld, of each of which something is told; or None."""
    regimes = {policy.regime_of(f"{code}.share") for code in (first, second)}
    if "cells" in regimes:
        if policy.rules.rounding:  # the counts as they are would tell what was rounded
            return Withheld("linked", policy.minimum)
        neither = row["asked"] - row["both"] - row["first"] - row["second"]
        cells = (row["both"], row["first"], row["second"], neither)
        if any(few(cell, policy.minimum) for cell in cells):
            return Withheld("cell", policy.minimum)
    return few(row["asked"], policy.minimum) if "group" in regimes else None


def _pair_records(
    first: str,
    second: str,
    row: Mapping[Hashable, Any],
    evidence: Evidence,
    withheld: Withheld | None,
) -> list[Indicator]:
    if withheld:
        return [
            Indicator(
                key=KEY, value=None, unit="share", estimand=estimand, method=method,
                level=evidence.parameters.confidence if method else None,
                dimensions=dimensions(first=first, second=second), source=_SOURCE,
                suppressed=True, why=withheld.kind, note=str(withheld),
            )
            for estimand, method in METHODS.items()
        ]  # fmt: skip
    x, asked, read = int(row["first"]), int(row["asked"]), int(evidence.n)
    n = x + int(row["second"])
    note = coverage_note(asked, read)
    if asked and not n:
        note = "; ".join(filter(None, (NO_DIFFERENCE, note)))
    return [
        Indicator(
            key=KEY, value=x / n if n else None, unit="share", x=x if read else None,
            n=n if read else None,
            N=n + int(row["unread"]) if estimand == "P" else None, estimand=estimand,
            method=method, level=evidence.parameters.confidence if method else None,
            dimensions=dimensions(first=first, second=second), source=_SOURCE,
            why=absence(asked, read),
            note=f"p={row[estimand]:.4g}" + f"; {note}" * bool(note) if method and n else note,
        )
        for estimand, method in METHODS.items()
    ]  # fmt: skip
