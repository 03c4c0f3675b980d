"""The ledger of claimed savings: what is claimed, and on what grounds; never one total."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from evaltools.indicators.clustered import clustered_shares
from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.indicators.shares import share_records
from evaltools.indicators.disclosure.suppression import Withheld, few

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

GROUNDS = ("with_sum", "baseline", "method", "complete")
PERIODS = ("once", "yearly")
Statistic = Literal["median", "range_low", "range_high"]
STATISTICS: tuple[Statistic, ...] = ("median", "range_low", "range_high")
NO_CLAIM = "no report in scope claims a saving"
NO_SUM = "no claim in scope gives a sum"
MIXED = "yearly and one-off sums together; by period under the dimension"
_SOURCE = "evaltools.indicators.savings"


def claims(evidence: Evidence) -> pd.DataFrame:
    """Claims of savings, with plain Python types.

    Returns:
        `claim_id`, `project_id`, `amount_eur` (missing where no sum is given), `period` (`once`,
        `yearly` or empty), truths `with_sum`, `baseline`, `method` and `complete`: sum, period,
        baseline and method are all told.
    """
    table = evidence.saving_claims
    frame: pd.DataFrame = table[["claim_id", "project_id"]].astype(str)
    frame["amount_eur"] = pd.to_numeric(table["amount_eur"]).astype("float64")
    period = table["period"].astype("string").fillna("")
    frame["period"] = period.where(period.isin(PERIODS), "").astype(str)
    frame["with_sum"] = frame["amount_eur"].notna()
    for ground in ("baseline", "method"):
        told = table[f"has_{ground}"].astype("boolean").fillna(False)
        frame[ground] = told.astype(bool)
    frame["complete"] = (
        frame["with_sum"] & frame["baseline"] & frame["method"] & frame["period"].ne("")
    )
    return frame.reset_index(drop=True)


def savings_records(evidence: Evidence) -> list[Indicator]:
    """The ledger as records.

    Returns:
        `savings.claimed.share` of projects, in three estimands; of claims, as D and S,
        `savings.with_sum/baseline/method/complete.share`; of sums, D,
        `savings.median/range_low/range_high.eur`, over all and by period. What rests on fewer
        projects than the minimum cell is suppressed.
    """
    ledger, source = claims(evidence), f"{_SOURCE}.savings_records"
    claiming = int(ledger["project_id"].nunique())
    records = share_records("savings.claimed", claiming, evidence, source=source)
    withheld = few(claiming, evidence.parameters.minimum_cell)
    for ground in GROUNDS:
        key = f"savings.{ground}.share"
        if withheld:
            records += [
                Indicator(key=key, value=None, unit="share", estimand="D", suppressed=True,
                          source=source, note=str(withheld)),
                Indicator(key=key, value=None, unit="share", estimand="S", suppressed=True,
                          source=source, note=str(withheld)),
            ]  # fmt: skip
        else:
            records += clustered_shares(
                key, ledger[ground].tolist(), ledger["project_id"].tolist(),
                evidence.parameters.confidence, source, note="" if len(ledger) else NO_CLAIM,
            )  # fmt: skip
    return [*records, *_sums(ledger, evidence, source)]


def sums(evidence: Evidence) -> tuple[pd.DataFrame, Withheld | None]:
    """The sums that may be shown, without telling whose they are.

    Returns:
        `amount_eur`, `period`, `reckoned` (baseline and method are told), smallest first; and
        the reason why there are none although there are claims with sums, if so. Where a
        period has sums of fewer projects than the minimum cell, no period is named.
    """
    ledger, minimum = claims(evidence), evidence.parameters.minimum_cell
    known = ledger[ledger["with_sum"]]
    withheld = too_few(known, ledger, minimum)
    shown = known.iloc[0:0] if withheld else known
    if few_of_a_period(shown, minimum):
        shown = shown.assign(period="")
    shown = shown.assign(reckoned=shown["baseline"] & shown["method"])
    columns = ["amount_eur", "period", "reckoned"]
    return shown.sort_values(columns, ignore_index=True)[columns], withheld


def too_few(part: pd.DataFrame, ledger: pd.DataFrame, minimum: int) -> Withheld | None:
    """A reason to withhold sums: few projects give them, or few claim anything at all.

    That the claims of few projects give no sum would tell of each of them.
    """
    return few(int(part["project_id"].nunique()), minimum) or few(
        int(ledger["project_id"].nunique()), minimum
    )


def few_of_a_period(known: pd.DataFrame, minimum: int) -> Withheld | None:
    """A reason to tell no period's sums: one has few projects, and the rest would give it away."""
    projects = known.groupby("period")["project_id"].nunique()
    return few(int(projects.min()), minimum) if len(projects) else None


def grounds(evidence: Evidence) -> pd.DataFrame:
    """How far claims go, a row a step.

    Only the whole ledger is held against the minimum cell: on what grounds claims stand is told
    of all of them together, and tells no sum.

    Returns:
        `step` (`claims`, then `with_sum`, `baseline`, `method`, `complete`), `claims` (missing
        where withheld), `of` (all claims), `projects`.
    """
    ledger = claims(evidence)
    withheld = few(int(ledger["project_id"].nunique()), evidence.parameters.minimum_cell)
    steps = {"claims": pd.Series(True, index=ledger.index)} | {g: ledger[g] for g in GROUNDS}
    frame = pd.DataFrame(
        {
            "step": list(steps),
            "claims": [None if withheld else int(hit.sum()) for hit in steps.values()],
            "projects": [
                None if withheld else int(ledger.loc[hit.astype(bool), "project_id"].nunique())
                for hit in steps.values()
            ],
        }
    ).astype({"claims": "Int64", "projects": "Int64"})
    frame["of"] = pd.Series([None if withheld else len(ledger)] * len(frame), dtype="Int64")
    return frame


def _sums(ledger: pd.DataFrame, evidence: Evidence, source: str) -> list[Indicator]:
    known, minimum = ledger[ledger["with_sum"]], evidence.parameters.minimum_cell
    few_of_one = few_of_a_period(known, minimum)
    records: list[Indicator] = []
    for period in ("", *PERIODS):
        part = known[known["period"].eq(period)] if period else known
        by = dimensions(period=period) if period else ()
        withheld = too_few(part, ledger, minimum) or (few_of_one if period else None)
        values = part["amount_eur"]
        found: dict[Statistic, float] = {
            "median": float(values.median()),
            "range_low": float(values.min()),
            "range_high": float(values.max()),
        }
        for name in STATISTICS:
            key = f"savings.{name}.eur"
            if withheld:
                records.append(
                    Indicator(key=key, value=None, unit="eur", suppressed=True, source=source,
                              dimensions=by, note=str(withheld))
                )  # fmt: skip
                continue
            note = "" if period or part["period"].nunique() < 2 else MIXED
            records.append(
                Indicator(
                    key=key,
                    value=found[name] if len(part) else None,
                    unit="eur",
                    n=len(part),
                    N=len(ledger),
                    dimensions=by,
                    source=source,
                    note=note if len(part) else NO_SUM,
                )
            )
    return records
