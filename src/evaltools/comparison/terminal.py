"""A comparison in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from evaltools.comparison import telling
from evaltools.comparison.attribution import Attribution
from evaltools.comparison.comparison import Comparison

if TYPE_CHECKING:
    from rich.console import Console

    from evaltools.comparison.moves import Move

SHOWN = 25
"""Rows of a table before the rest is only counted."""


def print_comparison(
    made: Comparison,
    attribution: Attribution | None,
    labels: Mapping[str, str],
    console: Console,
    everything: bool = False,
) -> None:
    """Print a comparison in English, as all of the command line is.

    Arguments:
        made: the comparison.
        attribution: of its changes, where it was made.
        labels: of codes, by id.
        console: to print to.
        everything: all rows, and what stayed within its uncertainty too.
    """
    for sentence in telling.summary(made, "en"):
        console.print(sentence, highlight=False, markup=False)
    if made.nothing:
        return
    limit = 10_000 if everything else SHOWN
    rows = [(item.what, item.old, item.new) for item in telling.exchanged(made, "en")]
    _table(console, "What was exchanged", ("What", "Before", "Now"), rows, limit)
    if made.findings:
        found = [(item.id, item.old or "–", item.new or "–", ", ".join(item.keys))
                 for item in made.findings]  # fmt: skip
        columns = ("Finding", "Before", "Now", "Indicators that changed")
        _table(console, "Findings whose outcome changed", columns, found, limit)
    moved = telling.shares_moved(made)
    _moves(console, "Shares that moved by more than their uncertainty", moved, labels, limit)
    others = telling.others_changed(made)
    if everything:
        shown = {move.identity for move in moved}
        others = [move for move in made.moves if move.identity not in shown]
    _moves(console, "Other changes", others, labels, limit)
    if attribution is not None:
        _print_why(console, made, attribution, limit)
    if made.prose:
        places = [
            (f"{item.file}:{item.line}", item.variable, item.old or "–", item.new or "–")
            for item in made.prose
        ]
        columns = ("Place", "Variable", "Before", "Now")
        _table(console, "Places of the text that print differently", columns, places, limit)


def _moves(
    console: Console, title: str, moves: list[Move], labels: Mapping[str, str], limit: int
) -> None:
    rows = []
    for move in moves:
        shown = telling.show(move, "en", labels)
        what = f"{move.estimand} {shown.key}"
        rows.append((what, shown.old, shown.new, shown.change, shown.interval, shown.verdict))
    columns = ("Indicator", "Before", "Now", "Change", "Interval", "Verdict")
    _table(console, title, columns, rows, limit, numeric=(3, 4))


def _print_why(console: Console, made: Comparison, attribution: Attribution, limit: int) -> None:
    console.print()
    for factor in attribution.factors:
        said = {"measured": "measured by rerunning", "only_one": "the only thing exchanged",
                "not_attributable": "not attributable"}[factor.state]  # fmt: skip
        reason = f" ({factor.reason})" if factor.reason else ""
        line = f"{factor.kind.replace('_', ' ')}: {said}{reason}"
        console.print(line, highlight=False, markup=False)
    if all(factor.state == "only_one" for factor in attribution.factors) and not any(
        effect.single for effect in attribution.effects.values()
    ):
        return
    rows: list[tuple[str, ...]] = []
    columns: tuple[str, ...] = ("Indicator", "Change")
    for move in telling.headline(made.moves):
        effect = attribution.effects.get(move.identity)
        if effect is None or effect.change is None or move.unit != "share":
            continue
        told = telling.parts(effect, attribution, "en")
        singles = tuple((f"{name} alone", telling.points(part, "en"))
                        for name, part in effect.single)  # fmt: skip
        columns = ("Indicator", "Change", *(name for name, _ in (*told, *singles)))
        rows.append((move.key, telling.points(effect.change, "en"),
                     *(part for _, part in (*told, *singles))))  # fmt: skip
    title = "What changes of shares are due to, percentage points"
    numeric = tuple(range(1, len(columns)))
    _table(console, title, columns, rows, limit, numeric=numeric)


def _table(
    console: Console,
    title: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    limit: int,
    numeric: tuple[int, ...] = (),
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    if not rows:
        return
    table = Table(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD,
                  pad_edge=False)  # fmt: skip
    for number, name in enumerate(columns):
        table.add_column(name, justify="right" if number in numeric else "left", overflow="fold")
    for row in rows[:limit]:
        table.add_row(*(Text(cell) for cell in row))
    console.print()
    console.print(table)
    if len(rows) > limit:
        console.print(f"and {len(rows) - limit} more; --all shows them", highlight=False)
