"""The ledger of claimed savings: what is claimed, and on what grounds; never one total."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from evaltools.evidence.selection import Evidence
from evaltools.indicators.design_effect import clustered_shares
from evaltools.indicators.disclosure.codes import CLAIMED, count_claiming, savings_withheld
from evaltools.indicators.disclosure.policy import policy_for
from evaltools.indicators.disclosure.suppression import Withheld, few, withhold
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.indicators.shares import share_records

GROUNDS = ("with_sum", "baseline", "method", "complete")
PERIODS = ("once", "yearly")
QUANTILES: Mapping[str, float] = MappingProxyType(
    {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}
)
"""What is told of the sums: places in their order, and the share of the sums below."""
EXAMINED = ("savings.*.money",)
"""Patterns of keys whose euros are held against dominance and p% here."""
NO_CLAIM = "no report in scope claims a saving"
NO_SUM = "no claim in scope gives a sum"
MIXED = "yearly and one-off sums together; by period under the dimension"
_SOURCE = "evaltools.indicators.savings"


def claims(evidence: Evidence) -> pd.DataFrame:
    """Claims of savings, with plain Python types.

    Returns:
        `claim_id`, `project_id`, `amount` (missing where no sum is given), `period` (`once`,
        `yearly` or empty), truths `with_sum`, `baseline`, `method` and `complete`: sum, period,
        baseline and method are all told.
    """
    table = evidence.saving_claims
    frame: pd.DataFrame = table[["claim_id", "project_id"]].astype(str)
    frame["amount"] = pd.to_numeric(table["amount"]).astype("float64")
    period = table["period"].astype("string").fillna("")
    frame["period"] = period.where(period.isin(PERIODS), "").astype(str)
    frame["with_sum"] = frame["amount"].notna()
    for ground in ("baseline", "method"):
        told = table[f"has_{ground}"].astype("boolean").fillna(False)
        frame[ground] = told.astype(bool)
    frame["complete"] = (
        frame["with_sum"] & frame["baseline"] & frame["method"] & frame["period"].ne("")
    )
    return frame.reset_index(drop=True)


def claimed_records(evidence: Evidence) -> list[Indicator]:
    """`savings.claimed.share` of the reports read, in three estimands, as far as it may be shown.

    Counted by `count_claiming`, so that it follows the coder rule as other themes do.
    """
    policy, withheld = policy_for(evidence), savings_withheld(evidence)
    claiming = count_claiming(evidence)
    if policy.regime_of(f"{CLAIMED}.share") == "cells":
        claiming = policy.rounded(claiming, int(evidence.n))
    records = share_records(CLAIMED, claiming, evidence, source=f"{_SOURCE}.claimed_records")
    return [withhold(one, withheld) for one in records] if withheld else records


def savings_records(evidence: Evidence) -> list[Indicator]:
    """How many reports claim savings, and the ledger as records, as far as it may be shown.

    Returns:
        `claimed_records`; of the claims in the ledger, as D and S,
        `savings.with_sum/baseline/method/complete.share`; of sums, D,
        `savings.median/lower_quartile/upper_quartile.money`, over all and by period. Where too few
        projects claim anything, or all but too few, nothing is told; the smallest and the
        largest sum never are, each being what one project says.
    """
    ledger, source, records = claims(evidence), f"{_SOURCE}.savings_records", []
    for ground in GROUNDS:
        shares = clustered_shares(
            f"savings.{ground}.share", ledger[ground].tolist(), ledger["project_id"].tolist(),
            evidence.parameters.confidence, source, note="" if len(ledger) else NO_CLAIM,
        )  # fmt: skip
        why = _grounds_withheld(ground, ledger, evidence)
        records += [withhold(one, why, total=False) for one in shares] if why else shares
    return [*claimed_records(evidence), *records, *_sums(ledger, evidence, source)]


def grounds(evidence: Evidence) -> pd.DataFrame:
    """How far claims go, a row a step.

    On what grounds claims stand is told of all of them together, and tells no sum; so only all
    who claim are held against the minimum, unless the study wants every cell to be.

    Returns:
        `step` (`claims`, then `with_sum`, `baseline`, `method`, `complete`), `claims` (missing
        where withheld), `of` (all claims), `projects`.
    """
    ledger, whole = claims(evidence), savings_withheld(evidence)
    steps = {"claims": pd.Series(True, index=ledger.index)} | {g: ledger[g] for g in GROUNDS}
    rows = []
    for step, hit in steps.items():
        why = whole if step == "claims" else _grounds_withheld(step, ledger, evidence)
        projects = int(ledger.loc[hit.astype(bool), "project_id"].nunique())
        told = (None, None, None) if why else (int(hit.sum()), len(ledger), projects)
        rows.append((step, *told))
    frame = pd.DataFrame(rows, columns=["step", "claims", "of", "projects"])
    return frame.astype({"claims": "Int64", "of": "Int64", "projects": "Int64"})


def _grounds_withheld(ground: str, ledger: pd.DataFrame, evidence: Evidence) -> Withheld | None:
    """Why it is not told how many claims stand on a ground, or None."""
    policy, key = policy_for(evidence), f"savings.{ground}.share"
    if why := savings_withheld(evidence):
        return why
    claiming = int(ledger["project_id"].nunique())
    telling = int(ledger.loc[ledger[ground], "project_id"].nunique())
    return policy.why_count(key, telling, claiming)


def _sums(ledger: pd.DataFrame, evidence: Evidence, source: str) -> list[Indicator]:
    known, policy = ledger[ledger["with_sum"]], policy_for(evidence)
    records: list[Indicator] = []
    for period in ("", *PERIODS):
        part = known[known["period"].eq(period)] if period else known
        values = part["amount"]
        note = "" if period or part["period"].nunique() < 2 else MIXED
        for name, share in QUANTILES.items():
            key, value = f"savings.{name}.money", float(values.quantile(share))
            record = Indicator(
                key=key, value=value if len(part) else None, unit="money", x=len(part),
                n=len(ledger), dimensions=dimensions(period=period),
                source=source, note=note if len(part) else NO_SUM,
            )  # fmt: skip
            why = None
            if policy.regime_of(key) != "open":
                why = _sums_withheld(part, value, known if period else part, ledger, evidence)
            records.append(withhold(record, why, total=False) if why else record)
    return records


def _sums_withheld(
    part: pd.DataFrame,
    value: float,
    known: pd.DataFrame,
    ledger: pd.DataFrame,
    evidence: Evidence,
) -> Withheld | None:
    """Why a place in the order of sums is withheld, or None.

    `part` are the claims among which it is a place, `known` those of which they are a period.
    """
    policy = policy_for(evidence)
    minimum, claiming = policy.minimum, int(ledger["project_id"].nunique())
    # That the claims of few projects give no sum would tell of each of them; and what is said
    # of one period would give the others away.
    periods = known.groupby("period")["project_id"].nunique()
    why = savings_withheld(evidence) or few(claiming, minimum)
    if why or part.empty:
        return why
    why = few(int(periods.min()), minimum) if len(known) > len(part) else None
    if why := why or policy.why_money(part.groupby("project_id")["amount"].sum().tolist()):
        return why
    below = part.loc[part["amount"].le(value), "project_id"].nunique()
    above = part.loc[part["amount"].ge(value), "project_id"].nunique()
    return Withheld("position", minimum) if min(below, above) < minimum else None


def amounts_by_segment(tables: Mapping[str, pd.DataFrame]) -> dict[str, float]:
    """The sums that passages claim, euros, by the passage's identifier; none without the table."""
    if "saving_claims" not in tables:
        return {}
    table = tables["saving_claims"]
    table = table[table["amount"].notna()]
    amounts = pd.to_numeric(table["amount"]).astype("float64")
    return dict(zip(table["segment_id"].astype(str), amounts.tolist(), strict=True))
