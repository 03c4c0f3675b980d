"""What a figure shows, in one sentence of its numbers, where no finding of the study heads it.

Each sentence gives values that stand in the figure and judges nothing, so it needs no condition.
Where the data have no such value the figure is headed by its topic, as its caption begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from evaltools.charts.bars import Stack
from evaltools.charts.intervals import Dot
from evaltools.charts.maps import Panel
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import number, share
from evaltools.indicators import evidence_base, networks, takeup
from evaltools.indicators.agreement import RELIABLE

if TYPE_CHECKING:
    from evaltools.evidence import Evidence
    from evaltools.indicators.indicator import Indicator

Values = Mapping[str, object]
"""Fields of the phrase of a headline, counts as x and n; empty where the data have no value."""
RARE = 0.05
"""Chance below which a theme is hardly missed."""


def add_headline(words: Words, key: str, values: Values, caption: str) -> str:
    """The caption of a figure behind the sentence that heads it; alone without values for one."""
    return f"{words.counted(f'headline.{key}', values)} {caption}" if values else caption


def most_applications(calls: pd.DataFrame, evidence: Evidence) -> Values:
    """The call with more applications than any other, of calls that have published them."""
    applied = calls.loc[calls["applications"].notna(), ["call_id", "applications"]]
    first = _first(applied["call_id"], applied["applications"])
    if first is None:
        return {}
    return {"call": first[0], "of": (int(first[1]), int(applied["applications"].sum()))}


def most_projects(evidence: Evidence) -> Values:
    """The area that leads more projects than any other."""
    areas = takeup.takeup_by_region(evidence)
    first = _first(areas["label"], areas["projects"])
    if first is None:
        return {}
    return {"area": first[0], "of": (int(first[1]), evidence.funded)}


def most_money(evidence: Evidence) -> Values:
    """The area with more money per inhabitant than any other."""
    areas = takeup.takeup_by_region(evidence)
    first = _first(areas["label"], areas["money_per_inhabitant"].round(1))
    if first is None:
        return {}
    return {"area": first[0], "value": number(first[1], evidence.parameters.language, 1)}


def largest_grants(records: Iterable[Indicator], evidence: Evidence) -> Values:
    """The share of the five largest grants."""
    found = {r.key: r for r in records}.get("grants.top_five.share")
    if found is None or found.value is None:
        return {}
    return {"share": share(found.value, found.x, found.n, evidence.parameters.language)}


def told_states(rows: Sequence[Stack], evidence: Evidence, *states: str) -> Values:
    """Of everything that was asked, some of `told`, `denied` (not to be so) and `silent`."""
    if any(row.suppressed for row in rows):
        return {}
    sums = [sum(parts) for parts in zip(*(row.counts for row in rows), strict=True)]
    if not sum(sums):
        return {}
    counts = dict(zip(("told", "denied", "silent"), sums, strict=True))
    return {state: (counts[state], sum(sums)) for state in states}


def linked_pairs(panels: Sequence[Panel], evidence: Evidence) -> Values:
    """Of challenges and responses in one report: those told as answers."""
    both, linked = (sum(x or 0 for row in panel.counts for x in row) for panel in panels)
    return {"of": (linked, both)} if both else {}


def partner_numbers(evidence: Evidence) -> Values:
    """How many partners half of the organisations have at most, and how many one has at most."""
    partners = networks.organisations(evidence)["partners"]
    if not len(partners) or not partners.max():
        return {}
    half = partners.quantile(0.5, interpolation="lower")
    return {"median": int(half), "most": int(partners.max())}


def ties_within(counts: Sequence[Sequence[int | None]], evidence: Evidence) -> Values:
    """Of the ties between organisations whose area is known: those within one area."""
    within = sum(counts[i][i] or 0 for i in range(len(counts)))
    between = sum(counts[i][j] or 0 for i in range(len(counts)) for j in range(i))
    if len(counts) < 2:
        return {}
    return {"of": (within, within + between)}


def seldom_missed(evidence: Evidence) -> Values:
    """Of how many projects a theme must be to be missed with a chance below `RARE`."""
    curve = evidence_base.unseen_curve(evidence)
    sure = curve.loc[curve["chance"] < RARE, "k"]
    if not len(sure) or not len(curve[curve["chance"] >= RARE]):
        return {}
    return {"k": int(sure.min()), "N": evidence.N}


def reliable_codes(records: Iterable[Indicator], evidence: Evidence) -> Values:
    """For how many codes alpha reaches the usual requirement, of those whose alpha is known."""
    alphas = [
        r.value
        for r in records
        if r.key == "coding.agreement_by_code.index"
        and r.estimand == "S"
        and ("statistic", "alpha") in r.dimensions
        and r.value is not None
    ]
    if not alphas:
        return {}
    language = evidence.parameters.language
    of = (sum(alpha >= RELIABLE for alpha in alphas), len(alphas))
    return {"of": of, "limit": number(RELIABLE, language, 1)}


def themes_seen(records: Iterable[Indicator]) -> Values:
    """After how many reports new themes had become rare."""
    found = {r.key: r for r in records}.get("saturation.reached.count")
    return {} if found is None or found.value is None else {"n": int(found.value)}


def high_ratings(rows: Sequence[Dot], evidence: Evidence) -> Values:
    """For how many questions more than half of those who answered gave one of the highest marks."""
    if not rows or any(row.suppressed for row in rows):
        return {}
    high = sum((row.value or 0) > 1 / 2 for row in rows)
    return {"of": (high, len(rows))}


def _first(names: pd.Series, values: pd.Series) -> tuple[str, float] | None:
    """The name with the largest value, where several have one and no other is as large."""
    told = pd.Series(values.to_numpy(), index=names.astype(str)).dropna().astype(float)
    top = told[told == told.max()]
    if len(top) != 1 or (told > 0).sum() < 2:
        return None
    return str(top.index[0]), float(top.iloc[0])
