"""Whether the indicators of a run keep to the study's policy of disclosure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from evaltools.disclosure.recoverability import (
    GAP,
    ContradictionError,
    PublicTable,
    build_attack,
    cell_name,
    published_tables,
    recoverable_problem,
)
from evaltools.indicators.disclosure.gate import why_withheld
from evaltools.indicators.disclosure.policy import Policy
from evaltools.indicators.disclosure.rules import Rules
from evaltools.indicators.disclosure.suppression import Withheld, few
from evaltools.indicators.indicator import Indicator
from evaltools.indicators.savings import EXAMINED
from evaltools.problems import Problem

if TYPE_CHECKING:
    from evaltools.study.parameters import Parameters
    from evaltools.study.schema import Disclosure

CLAIMING = "savings.claimed.share"


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
    policy = Policy.declared(disclosure, asked)
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
    sensitive = [one for one in records if policy.regime_of(one.key) != "open"]
    for record in sensitive:
        problems += _small(record, policy)
    problems += _check_few_claims(sensitive, policy)
    problems += _check_estimands(sensitive)
    problems += _check_periods(sensitive, policy)
    for table in published_tables(records, policy):
        problems += audit_published(table, policy.rules)
        problems += _check_crossings(table, policy) if table.name.startswith(GAP) else []
    return sorted(set(problems))


def audit_published(table: PublicTable, rules: Rules) -> list[Problem]:
    """Withheld counts of a published table that its reader can place too closely.

    Without the data: from the sums alone every withheld count must be able to reach the minimum,
    or all there is; and it must stay open between values for a reader who knows besides that
    a count withheld beside shown ones is not zero. `indicators.disclosure.suppression` promises it.
    """
    try:
        naive, keen = build_attack([replace(table, empty_shown=False)]), build_attack([table])
        total = naive.bounds(())[1]
        problems = []
        for cell in table.cells:
            if cell.value is not None or total <= 1:
                continue
            (low, high), (least, most) = naive.bounds(cell.place), keen.bounds(cell.place)
            reach = min(rules.minimum, total)
            if high < reach or least == most:
                low, high = (least, most) if least == most else (low, high)
                problems.append(recoverable_problem(cell_name(table.name, cell.labels), low, high))
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


def _small(record: Indicator, policy: Policy) -> list[Problem]:
    if record.suppressed:
        if record.why is None or record.why == "not_asked":
            return [_problem(record, "is withheld, and no reason is given", "reason")]
        # A reason in other words than those of its kind could tell the number that is withheld.
        said = str(Withheld(record.why, policy.minimum))
        return [_problem(record, "is withheld, but its note tells more than why", "note")] * (
            record.note != said
        )
    why = why_withheld(record, policy, EXAMINED)
    if why is None:
        return []
    if why.kind == "unexamined":
        return [_problem(record, "is sensitive, and what it is made of was not examined", "sum")]
    if why.kind == "few":
        return [_problem(record, "speaks of too few projects", "small-group")]
    if 0 < (record.contributors or 0) < policy.minimum:
        return [_problem(record, "shows a count of too few projects", "small-cell")]
    return [_problem(record, "shows by subtraction a count of too few projects", "small-cell")]


def _check_crossings(table: PublicTable, policy: Policy) -> list[Problem]:
    """Groups of too few projects that follow from two shares beside each other."""
    return [
        recoverable_problem(cell_name(table.name, cell.labels), cell.value, cell.value)
        for cell in table.cells
        if cell.value is not None and few(int(cell.value), policy.minimum)
    ]


def _check_few_claims(records: Sequence[Indicator], policy: Policy) -> list[Problem]:
    """Claims of savings are counted claim by claim; too few projects may stand behind them."""
    claiming = next((one for one in records if one.key == CLAIMING), None)
    enough = claiming and not claiming.suppressed and not few(claiming.x or 0, policy.minimum)
    if claiming is None or enough:
        return []
    return [
        _problem(one, "speaks of too few projects", "small-group")
        for one in records
        if one.key.startswith("savings.")
        and not one.suppressed
        and one.key != CLAIMING
        and one.contributors
    ]


def _check_estimands(records: Sequence[Indicator]) -> list[Problem]:
    """Withheld under one estimand, shown under another: the count is the same."""
    withheld = {(one.key, one.dimensions) for one in records if one.suppressed}
    return [
        _problem(one, "is withheld under another estimand, but shown here", "estimand")
        for one in records
        if not one.suppressed
        and (one.key, one.dimensions) in withheld
        and one.contributors is not None
    ]


def _check_periods(records: Sequence[Indicator], policy: Policy) -> list[Problem]:
    """Sums by period must leave no small rest."""
    problems = []
    for key in sorted({one.key for one in records if one.unit == "eur"}):
        own = [one for one in records if one.key == key]
        whole = next(
            (n for one in own if not one.dimensions and (n := one.contributors) is not None), None
        )
        shown = [one for one in own if one.dimensions and one.contributors is not None]
        if whole is None or not shown:
            continue
        rest = whole - sum(one.contributors or 0 for one in shown)
        if 0 < rest < policy.minimum:
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
