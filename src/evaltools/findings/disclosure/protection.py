"""Protecting a table: what to withhold so that no unsafe cell can be worked out from the rest.

Unsafe cells come first, then for each of them and each direction the cheapest change of the
table that leaves every shown cell as it is: the cells that change with it are withheld too (the
heuristic of Kelly, Golden and Assad 1992, doi:10.1002/net.3230220407). What proves needless is
shown again. The result is checked by the attack itself, not by how it was made.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import numpy as np
from scipy.optimize import linprog

from evaltools.findings.disclosure.attack import Known, attack_on
from evaltools.findings.disclosure.demands import TOLERANCE, Demand, demand
from evaltools.findings.disclosure.tables import (
    TOTAL,
    Labels,
    Place,
    ProtectedTable,
    SensitiveTable,
)
from evaltools.indicators.disclosure.rules import Reason, Rules, primary_reason

_COST_EMPTY, _COST_MARGIN = 20.0, 400.0
"""A margin is withheld only when inner cells do not do: it is what readers look for first."""

Hidden = dict[Labels, Reason]
Vector = np.ndarray[Any, np.dtype[np.float64]]


def protect(
    table: SensitiveTable, rules: Rules, withheld: Collection[Place] = ()
) -> ProtectedTable:
    """Withhold what gives a project away, and what would give that away.

    The sum of all is always shown. Where no choice of cells protects the table, or all there is
    comes from fewer projects than the minimum, everything but that sum is withheld.

    Arguments:
        table: a small table; some hundred cells take seconds.
        rules: what counts as a disclosure.
        withheld: places that another table withholds, so that this one must not show them.
    """
    hidden: Hidden = {}
    for labels in table.cells():
        reason = primary_reason(table.of(labels), rules, table.magnitude)
        if reason is None and table.place(labels) in withheld:
            reason = "secondary"
        if reason and not _is_total(labels):
            hidden[labels] = reason
    if not hidden:
        return ProtectedTable(table, {}, rules.rounding)
    total = primary_reason(table.of(_total(table)), rules, False)
    if total or not _complete(table, hidden, rules):
        return whole(table, rules)
    _show_needless(table, hidden, rules, withheld)
    found = ProtectedTable(table, hidden, rules.rounding)
    return whole(table, rules) if any(unmet(found, rules)) else found


def whole(table: SensitiveTable, rules: Rules) -> ProtectedTable:
    """The table with everything withheld but the sum of all."""
    hidden: Hidden = {labels: "whole" for labels in table.cells() if not _is_total(labels)}
    return ProtectedTable(table, hidden, rules.rounding)


def protect_linked(tables: Sequence[SensitiveTable], rules: Rules) -> tuple[ProtectedTable, ...]:
    """Protect tables that share cells: what one withholds no other shows.

    Tables that still give each other away when held together are withheld whole.
    """
    from evaltools.findings.disclosure.audit import audit

    withheld: set[tuple[str, Place]] = set()
    while True:
        found = tuple(
            protect(table, rules, {p for q, p in sorted(withheld) if q == table.quantity})
            for table in tables
        )
        now = {(f.table.quantity, f.table.place(labels)) for f in found for labels in f.hidden}
        if now <= withheld:
            break
        withheld |= now
    if not audit(found, rules):
        return found
    return tuple(whole(table, rules) for table in tables)


def unmet(protected: ProtectedTable, rules: Rules) -> Iterator[tuple[Labels, float, float]]:
    """Withheld cells that the table alone gives away, with the interval that is left."""
    table, public = protected.table, protected.public
    unsafe = _unsafe(protected.hidden)
    attack = attack_on([public])
    for labels in [*unsafe, *(at for at in protected.hidden if at not in unsafe)]:
        low, high = attack.bounds(table.place(labels))
        if not demand(table, labels, protected.hidden[labels], rules).met_by(low, high):
            yield labels, low, high
    for insider in _insiders(table, protected.hidden):
        own = table.value(insider)
        known = attack_on([public], [Known(table.place(insider), own, own)])
        for labels in unsafe:
            if labels == insider or _same(table, labels, insider):
                continue
            low, high = known.bounds(table.place(labels))
            if not demand(table, labels, protected.hidden[labels], rules).met_by(low, high):
                yield labels, low, high


def _unsafe(hidden: Mapping[Labels, Reason]) -> list[Labels]:
    return [labels for labels, reason in hidden.items() if reason not in ("secondary", "whole")]


def _insiders(table: SensitiveTable, hidden: Mapping[Labels, Reason]) -> list[Labels]:
    """Withheld sums of one project, which knows its own: it must not learn another's from it."""
    if not table.magnitude:
        return []
    return [labels for labels in hidden if len(table.of(labels)) == 1]


def _complete(table: SensitiveTable, hidden: Hidden, rules: Rules) -> bool:
    """Withhold more until every unsafe cell can move as its protection demands."""
    moves = _Moves(table)
    done: set[tuple[Labels, int, Labels | None]] = set()
    while True:
        asked = [
            (labels, sign, insider)
            for labels in sorted(_unsafe(hidden))
            for sign in (1, -1)
            for insider in (None, *sorted(_insiders(table, hidden)))
            if insider != labels
        ]
        open_ = [one for one in asked if one not in done]
        if not open_:
            return True
        for labels, sign, insider in open_:
            wanted = demand(table, labels, hidden[labels], rules)
            if insider and _same(table, labels, insider):
                done.add((labels, sign, insider))
                continue
            more = moves.cheapest(labels, _distance(table, labels, wanted, sign), hidden, insider)
            if more is None:
                return False
            hidden.update(dict.fromkeys(more, "secondary"))
            done.add((labels, sign, insider))


def _same(table: SensitiveTable, one: Labels, other: Labels) -> bool:
    # A margin with one cell in it is that cell: who knows the one knows the other, and may.
    return table.of(one) == table.of(other) and table.value(one) == table.value(other)


def _distance(table: SensitiveTable, labels: Labels, wanted: Demand, sign: int) -> float:
    value = table.value(labels)
    return max(0.0, wanted.high - value) if sign > 0 else min(0.0, wanted.low - value)


def _show_needless(
    table: SensitiveTable, hidden: Hidden, rules: Rules, withheld: Collection[Place]
) -> None:
    extra = [
        labels
        for labels, reason in hidden.items()
        if reason == "secondary" and table.place(labels) not in withheld
    ]
    for labels in sorted(extra, key=lambda at: (-at.count(TOTAL), -table.value(at), at)):
        fewer = {at: reason for at, reason in hidden.items() if at != labels}
        if not any(unmet(ProtectedTable(table, fewer, rules.rounding), rules)):
            del hidden[labels]


def _is_total(labels: Labels) -> bool:
    return all(label == TOTAL for label in labels)


def _total(table: SensitiveTable) -> Labels:
    labels = tuple(TOTAL for _ in table.axes)
    return labels if labels in set(table.cells()) else next(table.cells())


class _Moves:
    """Changes of a table: by how much each finest cell may change, and what that changes."""

    def __init__(self, table: SensitiveTable) -> None:
        self._table = table
        self._cells = tuple(table.cells())
        atoms = tuple(product(*(axis.categories for axis in table.axes)))
        rows = []
        for labels in self._cells:
            covered = [
                set(axis.covers(label)) for axis, label in zip(table.axes, labels, strict=True)
            ]
            rows.append([all(p in c for p, c in zip(atom, covered, strict=True)) for atom in atoms])
        self._rows: Vector = np.array(rows, dtype=np.float64)
        keep = 0.0 if table.magnitude else 1.0
        values = [table.value(atom) for atom in atoms]
        self._floor = [-max(0.0, value - keep) for value in values]

    def cheapest(
        self, labels: Labels, distance: float, hidden: Mapping[Labels, Reason], fixed: Labels | None
    ) -> list[Labels] | None:
        """Shown cells that must be withheld so that a cell can move so far; None if it cannot.

        Arguments:
            labels: the cell that moves.
            distance: by how much, negative for downwards.
            hidden: cells that cost nothing, being withheld already.
            fixed: a cell that must not move, since the reader knows it.
        """
        if abs(distance) <= TOLERANCE:
            return []
        cells, atoms = len(self._cells), self._rows.shape[1]
        cost = np.concatenate([np.zeros(atoms), self._costs(hidden), self._costs(hidden)])
        # Row by row: the change of a cell is what its atoms change by, split into up and down.
        balance = np.hstack([self._rows, -np.eye(cells), np.eye(cells)])
        pinned = [self._cells.index(labels)] + ([self._cells.index(fixed)] if fixed else [])
        pins = np.zeros((len(pinned), balance.shape[1]))
        pins[:, :atoms] = self._rows[pinned]
        target = np.concatenate([np.zeros(cells), [distance], [0.0] * (len(pinned) - 1)])
        limits: list[tuple[float, float | None]] = [(low, None) for low in self._floor]
        limits += [(0.0, 0.0 if _is_total(cell) else None) for cell in self._cells] * 2
        found = linprog(
            cost, A_eq=np.vstack([balance, pins]), b_eq=target, bounds=limits, method="highs"
        )
        if found.status != 0:
            return None
        moved = np.abs(self._rows @ found.x[:atoms]) > TOLERANCE / 10
        return [
            cell for cell, yes in zip(self._cells, moved, strict=True) if yes and cell not in hidden
        ]

    def _costs(self, hidden: Mapping[Labels, Reason]) -> Vector:
        costs = []
        largest = max((self._table.value(cell) for cell in self._cells), default=0.0) or 1.0
        for position, cell in enumerate(self._cells):
            value = self._table.value(cell)
            cost = _COST_MARGIN if TOTAL in cell else 1.0 if value else _COST_EMPTY
            # Among equals the smaller value, then the earlier cell: one answer, always the same.
            cost += value / largest + position * 1e-6
            costs.append(0.0 if cell in hidden else cost)
        return np.array(costs, dtype=np.float64)
