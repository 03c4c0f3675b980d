"""Ratings of projects, by themselves or by others: whole distributions, no means of ordinals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from evaltools.evidence.selection import Evidence
from evaltools.indicators.absence import lacks
from evaltools.indicators.disclosure import suppression
from evaltools.indicators.disclosure.policy import Policy, policy_for
from evaltools.indicators.indicator import Dimensions, Indicator, dimensions
from evaltools.indicators.shares import infer
from evaltools.statistics.intervals import Interval, simultaneous_intervals, wilson

TOP = 2
"""How many of the highest answers count as high, unless the scale has no more than so many."""
NO_ANSWER = "no project in scope has answered"
_SOURCE = "evaltools.indicators.ratings"


@dataclass(frozen=True)
class Distribution:
    """Answers to one question, as far as they may be shown.

    Arguments:
        item: the question's identifier.
        label: the question, in the language of the parameters.
        values: the possible answers, lowest first.
        answers: projects that answered.
        counts: projects that gave each answer; None where withheld.
        high: projects that gave one of the highest answers; None where withheld.
        protection: why something is withheld, of the answers and of the lower and upper group.
        intervals: limits for each answer's share that hold together, None where withheld or
            where nobody answered.
    """

    item: str
    label: str
    values: tuple[int, ...]
    answers: int
    counts: tuple[int | None, ...]
    high: int | None
    protection: suppression.Protection
    intervals: tuple[Interval | None, ...]

    @property
    def top(self) -> int:
        """How many of the answers count as high: never all of them."""
        return top_of(self.values)

    @property
    def high_withheld(self) -> suppression.Withheld | None:
        """Why the number of high answers is not shown, if so."""
        return self.protection.groups[1]


def self_ratings(evidence: Evidence) -> pd.DataFrame:
    """One answer a project and question that the project gave itself: `one_answer`."""
    return answer_by_project(evidence, evidence.vocabulary.own_raters)


def choose_raters(evidence: Evidence) -> tuple[str, ...]:
    """Whose ratings the chapter is about: those rated, or else all others that rated.

    What others say of a project is another matter than what it says of itself, so the two are
    never mixed.
    """
    own = evidence.vocabulary.own_raters
    kinds = evidence.tables["ratings"]["rater_kind"].dropna().astype(str).unique()
    return own if lacks(evidence, "ratings") or set(own) & set(kinds) else tuple(sorted(kinds))


def answer_by_project(evidence: Evidence, raters: Sequence[str]) -> pd.DataFrame:
    """One answer a project and question of the raters: `project_id`, `item_id`, `value`."""
    ratings = evidence.ratings
    own = ratings[ratings["rater_kind"].isin(list(raters))]
    frame: pd.DataFrame = own[["project_id", "item_id"]].astype(str)
    frame["value"] = own["value"].astype(int)
    by = ["item_id", "project_id", "value"]
    # A project with two answers counts once: the higher answer would flatter, so the lower.
    return frame.sort_values(by).drop_duplicates(["item_id", "project_id"], ignore_index=True)


def answer_counts(evidence: Evidence) -> dict[str, tuple[int, ...]]:
    """Projects by question and answer, lowest first, of every question that the form has.

    Not for print: `distributions` says what may be shown of it.
    """
    answers = answer_by_project(evidence, choose_raters(evidence))
    found = {}
    for row in evidence.tables["rating_items"].sort_values("item_id").to_dict("records"):
        own = answers.loc[answers["item_id"].eq(str(row["item_id"])), "value"]
        scale = range(int(row["scale_min"]), int(row["scale_max"]) + 1)
        found[str(row["item_id"])] = tuple(int(own.eq(value).sum()) for value in scale)
    return found


def distributions(evidence: Evidence) -> list[Distribution]:
    """Every question that the form has, in order of its identifier, answered or not."""
    items = evidence.tables["rating_items"].set_index("item_id")
    level, policy = evidence.parameters.confidence, policy_for(evidence)
    found = []
    for item, counts in answer_counts(evidence).items():
        start, n = int(items["scale_min"][item]), sum(counts)
        values = tuple(range(start, start + len(counts)))
        protection = _protection(item, counts, policy)
        high = sum(counts[-top_of(values) :])
        shown = tuple(
            None if why else _publishable_count(count, n, policy)
            for why, count in zip(protection.cells, counts, strict=True)
        )
        found.append(
            Distribution(
                item=item,
                label=str(items.loc[item, f"label_{evidence.parameters.language}"]),
                values=values,
                answers=n,
                counts=shown,
                high=None if protection.groups[1] else _publishable_count(high, n, policy),
                protection=protection,
                intervals=tuple(_limits(x, n, len(counts), level) for x in shown),
            )
        )
    return found


def _protection(item: str, counts: tuple[int, ...], policy: Policy) -> suppression.Protection:
    """What is withheld of a question, by the stricter regime of its two kinds of numbers."""
    keys = ("rating.answers.share", f"rating.{item}.high.share")
    regimes = {policy.regime_of(key) for key in keys}
    if "cells" in regimes:
        return suppression.protect_split(counts, top_of(counts), policy.minimum)
    why = suppression.few(sum(counts), policy.minimum) if "group" in regimes else None
    return suppression.Protection((why, why), tuple(why for _ in counts))


def _publishable_count(count: int, n: int, policy: Policy) -> int:
    cells = policy.regime_of("rating.answers.share") == "cells"
    return policy.rounded(count, n) if cells else count


def _limits(x: int | None, n: int, answers: int, level: float) -> Interval | None:
    if x is None or not n:
        return None
    # The limits of an answer depend on how many answers there are, not on who gave the others.
    return simultaneous_intervals([x, n - x, *[0] * (answers - 2)], level)[0]


def top_of(values: Sequence[int]) -> int:
    """How many answers of a scale count as high."""
    return min(TOP, len(values) - 1)


def rating_records(evidence: Evidence) -> list[Indicator]:
    """`rating.answers.share` by item and value: D without limits, S with simultaneous ones.

    N is the number of projects that answered the question. Withheld answers are suppressed.
    """
    level, source = evidence.parameters.confidence, f"{_SOURCE}.rating_records"
    records = []
    for item in distributions(evidence):
        for position, value in enumerate(item.values):
            by = dimensions(item=item.item, value=str(value))
            why, x, n = item.protection.cells[position], item.counts[position], item.answers
            limits = item.intervals[position]
            records += _share("rating.answers.share", x, n, why, limits, level, source, by)
    return records


def rated_high(evidence: Evidence) -> list[Indicator]:
    """`rating.<item>.high.share`: projects that gave one of the two highest answers, D and S."""
    level, source = evidence.parameters.confidence, f"{_SOURCE}.rated_high"
    records = []
    for item in distributions(evidence):
        key, n = f"rating.{item.item}.high.share", item.answers
        limits = wilson(item.high, n, level) if n and item.high is not None else None
        records += _share(key, item.high, n, item.high_withheld, limits, level, source, ())
    return records


def _share(
    key: str,
    x: int | None,
    n: int,
    why: suppression.Withheld | None,
    limits: Interval | None,
    level: float,
    source: str,
    by: Dimensions,
) -> list[Indicator]:
    plain = Indicator(
        key=key, value=x / n if n and x is not None else None, unit="share", x=x, n=n,
        dimensions=by, source=source, note="" if n else NO_ANSWER,
    )  # fmt: skip
    records = [plain, infer(plain, limits, limits.method if limits else "", level)]
    return [suppression.withhold(one, why) for one in records] if why else records
