"""Ratings that projects give themselves: whole distributions, no means of ordinals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from evaltools.indicators.indicator import Indicator, dimensions
from evaltools.indicators.disclosure.suppression import Protection, Withheld, protect_split
from evaltools.statistics.intervals import Interval, wilson
from evaltools.statistics.multinomial import simultaneous_intervals

if TYPE_CHECKING:
    from evaltools.evidence import Evidence

RATER = "project"
"""Self-ratings only: what a municipality or the ministry answers is another matter."""
TOP = 2
"""How many of the highest answers count as high, unless the scale has no more than so many."""
NO_ANSWER = "no project in scope has answered"
_SOURCE = "evaltools.indicators.ratings"


@dataclass(frozen=True)
class Distribution:
    """Answers to one question, with what of them may be shown.

    Arguments:
        item: the question's identifier.
        label: the question, in the language of the parameters.
        values: the possible answers, lowest first.
        counts: projects that gave each answer. Not for print: see `protection`.
        protection: what is withheld of the answers and of the lower and upper group.
        intervals: limits for each answer's share that hold together; empty without answers.
    """

    item: str
    label: str
    values: tuple[int, ...]
    counts: tuple[int, ...]
    protection: Protection
    intervals: tuple[Interval, ...]

    @property
    def answers(self) -> int:
        """Projects that answered."""
        return sum(self.counts)

    @property
    def top(self) -> int:
        """How many of the answers count as high: never all of them."""
        return top_of(self.values)

    @property
    def high(self) -> int:
        """Projects that gave one of the highest answers. Not for print if withheld."""
        return sum(self.counts[-self.top :])

    @property
    def high_withheld(self) -> Withheld | None:
        """Why the number of high answers is not shown, if so."""
        return self.protection.groups[1]


def self_ratings(evidence: Evidence) -> pd.DataFrame:
    """One answer a project and question: `project_id`, `item_id`, `value`."""
    ratings = evidence.ratings
    own = ratings[ratings["rater_kind"].astype(str).eq(RATER)]
    frame: pd.DataFrame = own[["project_id", "item_id"]].astype(str)
    frame["value"] = own["value"].astype(int)
    by = ["item_id", "project_id", "value"]
    # A project with two final reports is one rater: the higher answer would flatter, so the lower.
    return frame.sort_values(by).drop_duplicates(["item_id", "project_id"], ignore_index=True)


def distributions(evidence: Evidence) -> list[Distribution]:
    """Every question that the form has, in order of its identifier, answered or not."""
    items = evidence.tables["rating_items"].sort_values("item_id")
    answers = self_ratings(evidence)
    minimum, level = evidence.parameters.minimum_cell, evidence.parameters.confidence
    found = []
    for row in items.to_dict("records"):
        values = tuple(range(int(row["scale_min"]), int(row["scale_max"]) + 1))
        own = answers.loc[answers["item_id"].eq(str(row["item_id"])), "value"]
        counts = tuple(int(own.eq(value).sum()) for value in values)
        found.append(
            Distribution(
                item=str(row["item_id"]),
                label=str(row[f"label_{evidence.parameters.language}"]),
                values=values,
                counts=counts,
                protection=protect_split(counts, top_of(values), minimum),
                intervals=tuple(simultaneous_intervals(counts, level) if sum(counts) else ()),
            )
        )
    return found


def top_of(values: tuple[int, ...]) -> int:
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
            limits = item.intervals[position] if item.intervals else None
            records += _share("rating.answers.share", x, n, why, limits, level, source, by)
    return records


def rated_high(evidence: Evidence) -> list[Indicator]:
    """`rating.<item>.high.share`: projects that gave one of the two highest answers, D and S."""
    level, source = evidence.parameters.confidence, f"{_SOURCE}.rated_high"
    records = []
    for item in distributions(evidence):
        key, n = f"rating.{item.item}.high.share", item.answers
        limits = wilson(item.high, n, level) if n else None
        records += _share(key, item.high, n, item.high_withheld, limits, level, source, ())
    return records


def rating_table(evidence: Evidence) -> pd.DataFrame:
    """The table behind the figure of ratings, a row a question and answer.

    Returns:
        `item_id`, `label`, `value`, `count`, `share`, `low`, `high` (simultaneous S limits),
        all missing where `withheld` gives a reason, and `answers`.
    """
    rows = []
    for item in distributions(evidence):
        for position, value in enumerate(item.values):
            why = item.protection.cells[position]
            shown = why is None and item.answers > 0
            x, limits = item.counts[position], item.intervals[position] if item.intervals else None
            rows.append(
                {
                    "item_id": item.item,
                    "label": item.label,
                    "value": value,
                    "count": x if why is None else None,
                    "share": x / item.answers if shown else None,
                    "low": limits.low if shown and limits else None,
                    "high": limits.high if shown and limits else None,
                    "answers": item.answers,
                    "withheld": str(why) if why else "",
                }
            )
    columns = [
        "item_id", "label", "value", "count", "share", "low", "high", "answers", "withheld",
    ]  # fmt: skip
    frame = pd.DataFrame(rows, columns=columns)
    floats = dict.fromkeys(("share", "low", "high"), "float64")
    return frame.astype({"count": "Int64", "answers": "int64", **floats})


def _share(
    key: str,
    x: int,
    n: int,
    why: Withheld | None,
    limits: Interval | None,
    level: float,
    source: str,
    by: tuple[tuple[str, str], ...],
) -> list[Indicator]:
    method = limits.method if limits else ""
    if why:
        return [
            Indicator(key=key, value=None, unit="share", N=n, estimand="D", suppressed=True,
                      dimensions=by, source=source, note=str(why)),
            Indicator(key=key, value=None, unit="share", N=n, estimand="S", suppressed=True,
                      method=method, level=level, dimensions=by, source=source, note=str(why)),
        ]  # fmt: skip
    value, note = (x / n if n else None), ("" if n else NO_ANSWER)
    return [
        Indicator(key=key, value=value, unit="share", n=x, N=n, estimand="D", dimensions=by,
                  source=source, note=note),
        Indicator(key=key, value=value, unit="share", n=x, N=n, estimand="S",
                  low=limits.low if limits else None, high=limits.high if limits else None,
                  method=method, level=level, dimensions=by, source=source, note=note),
    ]  # fmt: skip
