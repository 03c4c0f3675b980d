"""Published indicators, seen as the tables of counts that a reader can make of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from evaltools.findings.disclosure.recoverability import PublicCell, PublicTable
from evaltools.indicators.disclosure.policy import Policy
from evaltools.indicators.indicator import Indicator
from evaltools.indicators.optimism import with_margins

ANSWERS, GAP = "rating.answers.share", "optimism_gap.difference"
_HIGH = re.compile(r"rating\.(?P<item>[a-z0-9_]+)\.high\.share")


def published_tables(
    indicators: Iterable[Indicator], policy: Policy | None = None
) -> tuple[PublicTable, ...]:
    """What a reader can make of the indicators, as tables of projects.

    A table an item of the self-rating: its answers, its high answers, and all of them. A table
    an item whose rating is held against evidence: what the two shares say of the four groups of
    projects. With a policy, a table a share of the regime `cells` as well: who is in it and who
    is not. What is known from any estimand is known: they share their counts.

    Arguments:
        policy: of the run; without it counts are taken to be exact.
    """
    records = sorted(indicators, key=lambda one: one.identity)
    by_item: dict[str, dict[str, list[Indicator]]] = {}
    high: dict[str, list[Indicator]] = {}
    made: list[PublicTable] = []
    for record in records:
        found = _HIGH.fullmatch(record.key)
        by = dict(record.dimensions)
        if found:
            high.setdefault(found["item"], []).append(record)
        elif record.key == ANSWERS:
            by_item.setdefault(by["item"], {}).setdefault(by["value"], []).append(record)
        elif record.key == GAP and record.estimand == "D" and "item" in by:
            made += _gap_table(by["item"], record)
        elif policy and record.estimand == "D" and record.key.endswith(".share"):
            cells = policy.regime_of(record.key) == "cells" and not by
            made += _share_table(record) if cells else []
    ratings = [_rating_table(item, told, high.get(item, [])) for item, told in by_item.items()]
    rounding = policy.rules.rounding if policy else None
    return tuple(replace(one, rounding=rounding, exact_total=True) for one in [*ratings, *made])


def _share_table(record: Indicator) -> list[PublicTable]:
    if record.N is None:
        return []
    yes = None if record.n is None else float(record.n)
    cells = [
        PublicCell(("yes",), (("in", ("yes",)),), yes),
        PublicCell(("no",), (("in", ("no",)),), None if yes is None else record.N - yes),
        PublicCell(("*",), (), float(record.N)),
    ]
    axes = (("in", ("yes", "no")),)
    # All of a group of which nothing is told may be on one side.
    return [PublicTable(record.key, record.key, axes, tuple(cells), empty_shown=yes is not None)]


def _gap_table(item: str, record: Indicator) -> list[PublicTable]:
    if record.value is None or record.n is None or not record.N:
        return []
    evidenced = round(record.n - record.value * record.N)
    tables = with_margins(record.n, evidenced, record.N)
    axes = (("rated", ("high", "low")), ("evidence", ("yes", "no")))
    labels = (("high", "yes"), ("high", "no"), ("low", "yes"), ("low", "no"))
    cells = [
        # What is the same in every table that the two shares allow is told by them.
        PublicCell(
            (rated, evidence),
            (("evidence", (evidence,)), ("rated", (rated,))),
            float(counts[0]) if len(set(counts)) == 1 else None,
        )
        for (rated, evidence), counts in zip(labels, zip(*tables, strict=True), strict=True)
    ]
    cells += [
        PublicCell(("high", "*"), (("rated", ("high",)),), float(record.n)),
        PublicCell(("*", "yes"), (("evidence", ("yes",)),), float(evidenced)),
        PublicCell(("*", "*"), (), float(record.N)),
    ]
    name = f"{GAP}/{item}"
    return [PublicTable(name, name, axes, tuple(cells), empty_shown=False)]


def _rating_table(
    item: str, answers: dict[str, list[Indicator]], high: Sequence[Indicator]
) -> PublicTable:
    values = tuple(sorted(answers, key=lambda value: (len(value), value)))
    top = values[-min(2, len(values) - 1) :] if len(values) > 1 else ()
    cells = [PublicCell((value,), _at(values, (value,)), _told(answers[value])) for value in values]
    group = _told(high) if high and top else None
    total = next(
        (
            one.N
            for one in [*high, *(one for told in answers.values() for one in told)]
            if one.N is not None
        ),
        None,
    )
    # A group that is withheld beside shown cells may be empty, so it tells nothing at all.
    if group is not None:
        cells.append(PublicCell(("high",), _at(values, top), group))
    if total is not None:
        cells.append(PublicCell(("*",), (), float(total)))
    return PublicTable(
        item, f"{ANSWERS}/{item}", (("value", values),), tuple(cells),
        empty_shown=_noughts_are_shown(values, answers, top, group),
    )  # fmt: skip


def _noughts_are_shown(
    values: Sequence[str],
    answers: dict[str, list[Indicator]],
    top: Sequence[str],
    group: float | None,
) -> bool:
    """Whether a withheld answer is known not to be nought.

    It is when in its group, within which answers are protected together, another is shown.
    """
    groups = [list(values)]
    if group is not None:
        groups = [[v for v in values if v not in top], list(top)]
    for members in groups:
        hidden = [_told(answers[value]) is None for value in members]
        if hidden and all(hidden):
            return False
    return True


def _told(records: Sequence[Indicator]) -> float | None:
    return next((float(one.n) for one in records if one.n is not None), None)


def _at(values: Sequence[str], part: Sequence[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("value", tuple(sorted(part))),) if set(part) != set(values) else ()
