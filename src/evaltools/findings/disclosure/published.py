"""Published indicators, seen as the tables of counts that a reader can make of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from evaltools.findings.disclosure.tables import PublicCell, PublicTable
from evaltools.indicators.indicator import Indicator

ANSWERS = "rating.answers.share"
_HIGH = re.compile(r"rating\.(?P<item>[a-z0-9_]+)\.high\.share")


def published_tables(indicators: Iterable[Indicator]) -> tuple[PublicTable, ...]:
    """A table an item of the self-rating: its answers, its high answers, and all of them.

    What is known from any estimand is known: they share their counts.
    """
    records = sorted(indicators, key=lambda one: one.identity)
    by_item: dict[str, dict[str, list[Indicator]]] = {}
    high: dict[str, list[Indicator]] = {}
    for record in records:
        found = _HIGH.fullmatch(record.key)
        if found:
            high.setdefault(found["item"], []).append(record)
        elif record.key == ANSWERS:
            by = dict(record.dimensions)
            by_item.setdefault(by["item"], {}).setdefault(by["value"], []).append(record)
    return tuple(
        _rating_table(item, answers, high.get(item, [])) for item, answers in by_item.items()
    )


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
