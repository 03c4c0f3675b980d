"""Proof that published tables give no withheld cell away, one by one, together and over time."""

from __future__ import annotations

from collections.abc import Sequence

from evaltools.findings.disclosure.attack import ContradictionError, attack_on
from evaltools.findings.disclosure.demands import demand
from evaltools.findings.disclosure.protection import unmet
from evaltools.findings.disclosure.tables import TOTAL, Labels, ProtectedTable
from evaltools.indicators.disclosure.rules import Rules, primary_reason
from evaltools.problems import Problem


def audit(tables: Sequence[ProtectedTable], rules: Rules) -> list[Problem]:
    """Every cell that is unsafe and shown, or withheld and can be worked out.

    Tables of one quantity are attacked together. For each withheld cell the least and the
    greatest value that all shown cells allow are computed by (integer) linear programming;
    they must lie as far apart as `demand` asks.

    Arguments:
        tables: as they would be published, with what they are made of.
        rules: what counts as a disclosure.
    """
    problems = []
    for quantity in sorted({found.table.quantity for found in tables}):
        linked = [found for found in tables if found.table.quantity == quantity]
        for found in linked:
            problems += _shown_though_unsafe(found, rules)
            if len(linked) == 1:
                problems += [
                    recovered(where(found.table.name, labels), low, high)
                    for labels, low, high in unmet(found, rules)
                ]
        if len(linked) > 1:
            problems += _together(linked, rules)
    return sorted(set(problems))


def where(table: str, labels: Labels) -> str:
    """A cell, as a message names it."""
    return f"table {table}, cell " + " × ".join(
        "all" if label == TOTAL else label for label in labels
    )


def recovered(place: str, low: float, high: float) -> Problem:
    """That a withheld cell can be worked out, exactly or nearly. The numbers stay untold."""
    closely = "exactly" if high - low < 1e-3 else "too closely"
    return Problem(
        place,
        f"is withheld, but follows {closely} from what is shown",
        remedy="Withhold more cells, or merge categories.",
        code="disclosure.recoverable",
    )


def _shown_though_unsafe(found: ProtectedTable, rules: Rules) -> list[Problem]:
    table = found.table
    problems = []
    for labels in table.cells():
        reason = primary_reason(table.of(labels), rules, table.magnitude)
        # The sum of all is kept: what of it may be told is decided where it is published.
        if reason and labels not in found.hidden and set(labels) != {TOTAL}:
            problems.append(
                Problem(
                    where(table.name, labels),
                    f"is shown, but is unsafe by the rule {reason}",
                    remedy="Withhold it.",
                    code=f"disclosure.{reason.replace('_', '-')}",
                )
            )
    return problems


def _together(linked: Sequence[ProtectedTable], rules: Rules) -> list[Problem]:
    names = ", ".join(found.table.name for found in linked)
    try:
        attack = attack_on([found.public for found in linked])
    except ValueError as error:
        return [Problem(f"tables {names}", str(error), code="disclosure.unexaminable")]
    problems = []
    for found in linked:
        for labels, reason in found.hidden.items():
            try:
                low, high = attack.bounds(found.table.place(labels))
            except ContradictionError:
                return [
                    Problem(
                        f"tables {names}",
                        "tell different things of the same quantity",
                        remedy="Make them from the same data, or name different quantities.",
                        code="disclosure.contradiction",
                    )
                ]
            if not demand(found.table, labels, reason, rules).met_by(low, high):
                problems.append(recovered(where(found.table.name, labels), low, high))
    return problems
