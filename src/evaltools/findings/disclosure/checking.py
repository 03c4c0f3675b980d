"""Whether the indicators of a run keep to the study's policy of disclosure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from evaltools.findings.disclosure.attack import ContradictionError, attack_on
from evaltools.findings.disclosure.audit import recovered, where
from evaltools.findings.disclosure.published import published_tables
from evaltools.findings.disclosure.regimes import regime_of
from evaltools.findings.disclosure.tables import PublicTable
from evaltools.indicators.disclosure.rules import Rules
from evaltools.indicators.indicator import Indicator
from evaltools.problems import Problem

if TYPE_CHECKING:
    from evaltools.study.declaration import Disclosure
    from evaltools.study.parameters import Parameters

CLAIMING = "savings.claimed.share"
_NUMBER = re.compile(r"\d+")


def check_indicators(
    indicators: Iterable[Indicator], parameters: Parameters, disclosure: Disclosure
) -> list[Problem]:
    """Sensitive indicators that show a number of too few projects, or let one be worked out.

    Arguments:
        indicators: all of a run.
        parameters: of the run; its `minimum_cell` may ask for more than the study's minimum.
        disclosure: what the study declares.

    Returns:
        A problem an indicator: a small count or complement that is shown, a small group, a
        number withheld in one estimand and shown in another, a withheld answer that the others
        give away, and a run whose minimum is below the study's.
    """
    records = sorted(indicators, key=lambda one: one.identity)
    asked = int(getattr(parameters, "minimum_cell", disclosure.minimum_projects))
    rules = Rules.declared(disclosure, asked)
    problems = []
    if asked < disclosure.minimum_projects:
        problems.append(
            Problem(
                "parameter minimum_cell",
                f"is {asked}",
                f"{disclosure.minimum_projects} or more, the study's minimum_projects",
                "A run may withhold more than the study asks, not less.",
                "disclosure.minimum",
            )
        )
    sensitive = [one for one in records if regime_of(one.key) != "open"]
    claiming = {one.n for one in records if one.key == CLAIMING and one.n is not None}
    for record in sensitive:
        problems += _small(record, rules, min(claiming, default=None))
    problems += _shown_elsewhere(sensitive)
    problems += _periods(sensitive, rules)
    for table in published_tables(records):
        problems += audit_published(table, rules)
    return sorted(set(problems))


def audit_published(table: PublicTable, rules: Rules, *, strict: bool = False) -> list[Problem]:
    """Withheld counts of a published table that its reader can place too closely.

    Without the data: from the sums alone every withheld count must be able to reach the minimum,
    or all there is; and it must stay open between values for a reader who knows besides that
    a count withheld beside shown ones is not nought. This is what `indicators.suppression`
    promises.

    Arguments:
        table: counts of projects.
        rules: the minimum is used.
        strict: that reader, too, must hold a withheld count for possible to be the minimum.
    """
    try:
        naive, keen = attack_on([replace(table, empty_shown=False)]), attack_on([table])
        total = naive.bounds(())[1]
        problems = []
        for cell in table.cells:
            if cell.value is not None or total <= 1:
                continue
            (low, high), (least, most) = naive.bounds(cell.place), keen.bounds(cell.place)
            reach = min(rules.minimum, total)
            if high < reach or least == most or (strict and most < reach):
                low, high = (least, most) if least == most else (low, high)
                problems.append(recovered(where(table.name, cell.labels), low, high))
    except ContradictionError:
        return [
            Problem(
                f"table {table.name}",
                "its shown answers and sums do not fit each other",
                remedy="This is a fault of the indicators: tell the programmer.",
                code="disclosure.contradiction",
            )
        ]
    return problems


def _small(record: Indicator, rules: Rules, claiming: int | None) -> list[Problem]:
    if record.suppressed:
        # Numbers that a reason names, other than the minimum itself, could be the one withheld.
        stray = [x for x in _NUMBER.findall(record.note) if int(x) != rules.minimum]
        return [_problem(record, "is withheld, but its note tells a number", "note")] * bool(stray)
    if record.value is None and record.n is None:
        return []
    group = record.n if record.unit == "eur" else record.N
    if record.key.startswith("savings.") and claiming is not None:
        group = claiming if group is None else min(group, claiming)
    if group is not None and 0 < group < rules.minimum:
        return [_problem(record, "speaks of too few projects", "small-group")]
    if regime_of(record.key) != "cells" or record.n is None or record.N is None:
        return []
    if 0 < record.n < rules.minimum:
        return [_problem(record, "shows a count of too few projects", "small-cell")]
    rest = record.N - record.n
    if record.key != "rating.answers.share" and 0 < rest < rules.minimum:
        return [_problem(record, "shows by subtraction a count of too few projects", "small-cell")]
    return []


def _shown_elsewhere(records: Sequence[Indicator]) -> list[Problem]:
    """Withheld under one estimand, shown under another: the count is the same."""
    withheld = {(one.key, one.dimensions) for one in records if one.suppressed}
    return [
        _problem(one, "is withheld under another estimand, but shown here", "estimand")
        for one in records
        if not one.suppressed and (one.key, one.dimensions) in withheld and one.n is not None
    ]


def _periods(records: Sequence[Indicator], rules: Rules) -> list[Problem]:
    """Sums by period must leave no small rest."""
    problems = []
    for key in sorted({one.key for one in records if one.unit == "eur"}):
        own = [one for one in records if one.key == key]
        whole = next((one.n for one in own if not one.dimensions and one.n is not None), None)
        shown = [one for one in own if one.dimensions and one.n is not None]
        if whole is None or not shown:
            continue
        rest = whole - sum(one.n or 0 for one in shown)
        if 0 < rest < rules.minimum:
            problems.append(
                _problem(shown[0], "leaves a rest of too few projects by subtraction", "small-cell")
            )
    return problems


def _problem(record: Indicator, what: str, code: str) -> Problem:
    by = "".join(f", {name} {value}" for name, value in record.dimensions)
    return Problem(
        f"indicator {record.key}{by}",
        what,
        remedy="Withhold it, or choose a wider scope.",
        code=f"disclosure.{code}",
    )
