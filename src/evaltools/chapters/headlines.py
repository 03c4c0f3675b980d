"""What a figure shows, in one sentence of its numbers, where no finding of the study heads it.

Each sentence gives values that stand in the figure and judges nothing, so it needs no condition.
There is one for every way in which a figure can be drawn: of one area or of many, where several
are the largest, or where part is withheld.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import pandas as pd

from evaltools.charts.bars import Stack
from evaltools.charts.interval_charts import Dot
from evaltools.charts.maps import Panel
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import count_of, list_of, number, percent, share
from evaltools.indicators import evidence_base, networks, takeup
from evaltools.indicators.agreement import RELIABLE

if TYPE_CHECKING:
    from evaltools.evidence import Evidence
    from evaltools.indicators.indicator import Indicator

Values = Mapping[str, object]
"""Fields of the phrase of a headline, counts as x and n; `case` is which of several phrases."""
MOST_NAMED = 3
"""So many that are largest together are named; of more it is told how many they are."""
_MOST_SIGNS = 5
RARE = 0.05
"""Chance below which a theme is hardly missed."""


def counted(words: Words, key: str, x: int, n: int, /, **values: object) -> str:
    """A headline that gives a count of a whole; empty where there is no whole."""
    return words.counted(f"headline.{key}", {**values, "of": (x, n)}) if n else ""


def add_headline(words: Words, key: str, values: Values, caption: str) -> str:
    """The caption of a figure behind the sentence that heads it; alone without values for one."""
    phrase = ".".join(["headline", key, *filter(None, [str(values.get("case", ""))])])
    return f"{words.counted(phrase, values)} {caption}" if values else caption


def most_applications(calls: pd.DataFrame, evidence: Evidence) -> Values:
    """The calls with more applications than others, of those that have published them."""
    applied = calls.loc[calls["applications"].notna(), ["call_id", "applications"]]
    total = int(applied["applications"].sum())
    return _largest(applied["call_id"], applied["applications"], evidence, of=total)


def most_examined(calls: pd.DataFrame, evidence: Evidence) -> Values:
    """The calls of which more projects are examined than of others."""
    return _largest(calls["call_id"], calls["projects"], evidence, of=evidence.funded)


def most_projects(evidence: Evidence) -> Values:
    """The areas that lead more projects than others."""
    areas = takeup.takeup_by_region(evidence)
    return _largest(areas["label"], areas["projects"], evidence, of=evidence.funded)


def most_money(evidence: Evidence) -> Values:
    """The areas with more money per inhabitant than others."""
    areas = takeup.takeup_by_region(evidence)
    told = _largest(areas["label"], areas["money_per_inhabitant"].round(1), evidence, decimals=1)
    return {**told, "projects": evidence.funded} if told else told


def largest_grants(records: Iterable[Indicator], evidence: Evidence) -> Values:
    """The share of the five largest grants; of fewer grants how unequal they are."""
    known, language = {r.key: r for r in records}, evidence.parameters.language
    found, uneven = known.get("grants.top_five.share"), known.get("grants.gini.index")
    if found is not None and found.value is not None and not found.suppressed:
        return {"share": share(found.value, found.x, found.n, language)}
    if uneven is None or uneven.value is None or uneven.suppressed:
        return {}
    return {"case": "gini", "gini": number(uneven.value, language, 2)}


def told_states(rows: Sequence[Stack], evidence: Evidence, *states: str) -> Values:
    """Of everything that was asked, some of `told`, `denied` (not to be so) and `silent`.

    What is withheld is not counted; the phrase then speaks of what is shown.
    """
    shown = [row.counts for row in rows if not row.suppressed]
    sums = [sum(parts) for parts in zip(*shown, strict=True)]
    if not sum(sums):
        return {}
    counts = dict(zip(("told", "denied", "silent"), sums, strict=True))
    told: dict[str, object] = {state: (counts[state], sum(sums)) for state in states}
    told |= {"rows": len(shown), "each": sum(shown[0])}
    return told if len(shown) == len(rows) else {"case": "shown", **told}


def told_signs(rows: Sequence[Stack], evidence: Evidence) -> Values:
    """What is told of, each with how often; of what is told of nowhere, what is said of it.

    Where rows are withheld, or more than a reader takes in, states are counted.
    """
    language = evidence.parameters.language
    if any(row.suppressed for row in rows) or not any(sum(row.counts) for row in rows):
        return told_states(rows, evidence, "told", "denied", "silent")
    told = [row for row in rows if row.counts[0]]
    if not told:
        return {**told_states(rows, evidence, "denied", "silent"), "case": "none"}
    if len(told) > _MOST_SIGNS:
        return {**told_states(rows, evidence, "told", "denied", "silent"), "case": "many"}
    signs = [f"{row.label} {count_of(row.counts[0], sum(row.counts), language)}" for row in told]
    return {"names": "; ".join(signs)}


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
    if not within + between:
        return {}
    return {"of": (within, within + between)}


def seldom_missed(evidence: Evidence) -> Values:
    """Of how many projects a theme must be to be missed with a chance below `RARE`."""
    curve = evidence_base.unseen_curve(evidence)
    sure = curve.loc[curve["chance"] < RARE, "k"]
    if len(sure):
        return {"k": int(sure.min()), "N": evidence.N}
    if not len(curve):
        return {}
    last = curve.sort_values("k").to_dict("records")[-1]
    chance = percent(float(last["chance"]), evidence.parameters.language)
    return {"case": "open", "k": int(last["k"]), "N": evidence.N, "chance": chance}


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


def themes_seen(records: Iterable[Indicator], evidence: Evidence) -> Values:
    """After how many reports new themes had become rare; else how many themes were seen."""
    known = {r.key: r for r in records}
    reached, seen = known.get("saturation.reached.count"), known.get("saturation.seen.share")
    if reached is not None and reached.value is not None:
        return {"n": int(reached.value)}
    if seen is None or seen.x is None:
        return {}
    return {"case": "open", "seen": seen.x, "n": evidence.n}


def high_ratings(rows: Sequence[Dot], evidence: Evidence) -> Values:
    """For how many questions more than half of those who answered gave one of the highest marks.

    Questions whose answers are withheld are not counted; the phrase then speaks of those shown.
    """
    shown = [row for row in rows if not row.suppressed]
    if not shown:
        return {}
    high = sum((row.value or 0) > 1 / 2 for row in shown)
    told = {"of": (high, len(shown))}
    return told if len(shown) == len(rows) else {"case": "shown", **told}


def _largest(
    names: pd.Series,
    values: pd.Series,
    evidence: Evidence,
    of: int | None = None,
    decimals: int = 0,
) -> Values:
    """The names with the largest value: one, `only` one that there is, `tied` or `many`.

    Arguments:
        of: of how many the values are counts; None for values that are none.
    """
    told = pd.Series(values.to_numpy(), index=names.astype(str)).dropna().astype(float)
    if told.empty:
        return {}
    language, most = evidence.parameters.language, float(told.max())
    top = [str(name) for name in told[told == most].index]
    value = number(most, language, decimals)
    if of is not None and len(told) > 1:
        value = count_of(int(most), of, language)
    if len(top) > MOST_NAMED:
        return {"case": "many", "areas": number(len(top), language), "value": value}
    case = "only" if len(told) == 1 else "tied" if len(top) > 1 else ""
    return {"case": case, "names": list_of(top, language), "value": value}
