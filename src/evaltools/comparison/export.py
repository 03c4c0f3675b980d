"""A comparison as a table for spreadsheets: every indicator that is not the same, a row each."""

from __future__ import annotations

import csv
import io

from evaltools.comparison.attribution import Attribution
from evaltools.comparison.comparison import Comparison
from evaltools.comparison.moves import Move
from evaltools.indicators.indicator import counts_of

COLUMNS = (
    "key", "estimand", "dimensions", "unit", "verdict", "why", "old", "old_x", "old_n", "old_N",
    "new", "new_x", "new_n", "new_N", "change", "low", "high", "level", "basis",
)  # fmt: skip
_STARTS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def comparison_csv(made: Comparison, attribution: Attribution | None = None) -> str:
    """All moves as CSV; with an attribution its parts as columns.

    Numbers have as many digits as it takes to read the same number again; text that a
    spreadsheet would take for a formula is made harmless.
    """
    kinds = [factor.kind for factor in attribution.factors] if attribution else []
    extra = [f"due_to_{kind}" for kind in kinds]
    if attribution is not None:
        extra += ["interaction", "unexplained"]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*COLUMNS, *extra])
    for move in made.moves:
        row = _row(move)
        if attribution is not None:
            effect = attribution.effects.get(move.identity)
            parts = dict(effect.parts) if effect else {}
            row += [_number(parts.get(kind)) for kind in kinds]
            known = effect is not None and effect.change is not None
            row += [_number(effect.interaction), _number(effect.rest)] if effect and known else [
                "", ""
            ]  # fmt: skip
        writer.writerow(row)
    return buffer.getvalue()


def _row(move: Move) -> list[str]:
    by = ";".join(f"{name}={value}" for name, value in move.dimensions)
    row = [_text(move.key), move.estimand, _text(by), move.unit, move.verdict, move.why]
    for side in (move.old, move.new):
        counts = (None,) * 4 if side is None else (side.value, *counts_of(side))
        row += map(_number, counts)
    numbers = (move.change, move.low, move.high, move.level)
    return [*row, *map(_number, numbers), move.basis]


def _number(value: float | None) -> str:
    return "" if value is None else repr(value)


def _text(text: str) -> str:
    return f"'{text}" if text.startswith(_STARTS_A_FORMULA) else text
