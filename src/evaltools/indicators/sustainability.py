"""Whether what was achieved lives on: an owner, money, use, and spread."""

from __future__ import annotations

import pandas as pd

from evaltools.evidence.selection import Evidence
from evaltools.indicators.design_effect import clustered_shares
from evaltools.indicators.goals import stated_goals
from evaltools.indicators.indicator import Indicator

SIGNS = {"owner": "owner_named", "budget": "budget_line", "use": "in_use", "spread": "spread"}
"""Name in the keys of the report, and column of the table `sustainability`."""
ALL_THREE = ("owner", "budget", "use")
NOTHING_TO_ROOT = "no goal in scope was achieved or partly achieved"
_SOURCE = "evaltools.indicators.sustainability"


def achieved_goals(evidence: Evidence) -> pd.DataFrame:
    """Goals that were achieved or partly achieved, and the signs of sustainability.

    Returns:
        `goal_id`, `project_id`, `owner`, `budget`, `use`, `spread` as yes, no or silent (a goal
        that the table of sustainability does not hold is silent), and as truth `any_denied`: owner,
        budget or use is no, and `all_three`: owner,
        budget and use are all yes.
    """
    goals = stated_goals(evidence)
    goals = goals[goals["attainment"].isin(["achieved", "partly"])][["goal_id", "project_id"]]
    signs = evidence.sustainability[["goal_id", *SIGNS.values()]].astype(str)
    frame = goals.merge(signs, on="goal_id", how="left")
    frame = frame.rename(columns={column: name for name, column in SIGNS.items()})
    frame[list(SIGNS)] = frame[list(SIGNS)].fillna("silent")
    frame["all_three"] = (frame[list(ALL_THREE)] == "yes").all(axis=1).astype(bool)
    frame["any_denied"] = (frame[list(ALL_THREE)] == "no").any(axis=1).astype(bool)
    return frame.reset_index(drop=True)


def sustainability_shares(evidence: Evidence) -> list[Indicator]:
    """`sustainability.owner/budget/use/spread/all_three.share` of the goals achieved or partly so,
    and `sustainability.any_denied.share`: of which a report denies owner, money or use.

    Silence is not a yes and counts against; how much of it there is `sustainability_states` shows.
    """
    goals = achieved_goals(evidence)
    hits = {sign: goals[sign].eq("yes") for sign in SIGNS}
    hits |= {name: goals[name] for name in ("all_three", "any_denied")}
    records: list[Indicator] = []
    for name, hit in hits.items():
        records += clustered_shares(
            f"sustainability.{name}.share", hit.tolist(), goals["project_id"].tolist(),
            evidence.parameters.confidence, f"{_SOURCE}.sustainability_shares",
            note="" if len(goals) else NOTHING_TO_ROOT,
        )  # fmt: skip
    return records


def sustainability_states(evidence: Evidence) -> pd.DataFrame:
    """Goals achieved or partly achieved by sign of sustainability and what the report says.

    Returns:
        `sign`, `yes`, `no`, `silent`, `goals`, `share`, `low`, `high` (S limits as shares); the
        four signs in the order of the form and last `all_three`, whose `no` and `silent` are
        missing.
    """
    goals = achieved_goals(evidence)
    limits = {r.key.split(".")[1]: r for r in sustainability_shares(evidence) if r.estimand == "S"}
    rows = []
    for sign in SIGNS:
        counts = goals[sign].value_counts()
        rows.append({"sign": sign, **{s: int(counts.get(s, 0)) for s in ("yes", "no", "silent")}})
    rows.append({"sign": "all_three", "yes": int(goals["all_three"].sum())})
    frame = pd.DataFrame(rows).astype({"no": "Int64", "silent": "Int64"})
    frame["goals"] = len(goals)
    for column, field in (("share", "value"), ("low", "low"), ("high", "high")):
        values = [getattr(limits[sign], field) for sign in frame["sign"]]
        frame[column] = pd.Series(values, dtype="float64")
    return frame
