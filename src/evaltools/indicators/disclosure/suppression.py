"""Disclosure control of small cells: what is withheld, and the typed reason why.

Knows counts and a minimum, nothing of projects, ratings or savings. No withheld cell can be
worked out by a reader who knows the total, the shown cells, the minimum, and that a cell that
is withheld beside shown ones is not empty.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from evaltools.indicators.indicator import Indicator, WithheldKind

_SAID: dict[WithheldKind, str] = {
    "few": "withheld: fewer than {minimum} projects in all",
    "cell": "withheld: fewer than {minimum} projects, or it would give such a cell away",
    "whole": "withheld: any part would give away a cell of fewer than {minimum} projects",
    "concentration": "withheld: too much of the euros is of too few projects",
    "position": "withheld: fewer than {minimum} projects on either side of it",
    "linked": "withheld: it would give away another number that is withheld",
    "unexamined": "withheld: sensitive, and of what it is made was not examined",
}


@dataclass(frozen=True)
class Withheld:
    """Why a number is not shown.

    Arguments:
        kind: `few` (the whole group is too small), `cell` (the cell is, or it hides one; which
            of the two is not told, since that alone could give the count away), `whole` (no
            choice of cells would hide the small ones), `concentration` (dominance or p%),
            `position` (a place in an order, such as a median, too near to an end), `linked`
            (another withheld number follows from it), `unexamined`.
        minimum: the smallest number of projects that may be shown.
    """

    kind: WithheldKind
    minimum: int

    def __str__(self) -> str:
        return _SAID[self.kind].format(minimum=self.minimum)


def withhold(record: Indicator, why: Withheld, *, total: bool = True) -> Indicator:
    """The record without its number, and why.

    Arguments:
        total: whether the denominator may stand.
    """
    if record.suppressed:
        return record
    known = total and record.contributors == record.x
    return replace(
        record, value=None, x=None, n=record.n if known else None, low=None, high=None,
        suppressed=True, why=why.kind, note=str(why),
    )  # fmt: skip


def few(projects: int, minimum: int) -> Withheld | None:
    """A reason to withhold what so few projects say; None for enough of them, and for zero."""
    return Withheld("few", minimum) if 0 < projects < minimum else None


def protect(counts: Sequence[int], minimum: int) -> tuple[Withheld | None, ...]:
    """Which cells of a distribution with a known total to withhold, and why.

    A zero is no project and can be shown. Cells below the minimum are withheld, and after
    them the next smallest, until what is hidden is at least two cells that together reach the
    minimum and hold more projects than there are cells. Where that cannot be had everything
    is withheld, zeros too.

    Arguments:
        counts: projects in each cell, 0 or more.
        minimum: smallest count that may be shown, 1 or more.

    Returns:
        For each cell None, or the reason to withhold it.

    Raises:
        ValueError: a negative count, or a minimum below 1.
    """
    if minimum < 1 or any(count < 0 for count in counts):
        raise ValueError(f"needs counts from 0 and a minimum from 1, not {counts}, {minimum}")
    if few(sum(counts), minimum):
        return tuple(Withheld("few", minimum) for _ in counts)
    hidden = {i for i, count in enumerate(counts) if 0 < count < minimum}
    if not hidden:
        return tuple(None for _ in counts)
    spare = sorted(
        (i for i, count in enumerate(counts) if count >= minimum), key=lambda i: (counts[i], i)
    )
    while spare and not _hides(hidden, counts, minimum):
        hidden.add(spare.pop(0))
    if not _hides(hidden, counts, minimum):
        return tuple(Withheld("whole", minimum) for _ in counts)
    return tuple(Withheld("cell", minimum) if i in hidden else None for i in range(len(counts)))


def _hides(hidden: set[int], counts: Sequence[int], minimum: int) -> bool:
    together = sum(counts[i] for i in hidden)
    # Each hidden answer could then still be anything from one to the minimum.
    return len(hidden) >= 2 and together >= minimum + len(hidden) - 1


@dataclass(frozen=True)
class Protection:
    """What is withheld of a split distribution: of its lower and upper group, and its cells."""

    groups: tuple[Withheld | None, Withheld | None]
    cells: tuple[Withheld | None, ...]


def protect_split(counts: Sequence[int], top: int, minimum: int) -> Protection:
    """Protect a distribution of which the sum of the upper cells is published as well.

    The two groups come first, being what is argued from. Where they can be shown, each
    group's cells are protected against its own known sum; where they cannot, the
    distribution is protected as one, and the groups with it.

    Arguments:
        counts: projects in each cell, lowest answer first.
        top: how many of the last cells make the upper group.
        minimum: smallest count that may be shown.

    Raises:
        ValueError: `top` is not between 1 and one less than the number of cells.
    """
    if not 0 < top < len(counts):
        raise ValueError(f"the upper group cannot have {top} of {len(counts)} cells")
    lower, upper = list(counts[:-top]), list(counts[-top:])
    groups = protect((sum(lower), sum(upper)), minimum)
    if groups[0] is None and groups[1] is None:
        return Protection((None, None), (*protect(lower, minimum), *protect(upper, minimum)))
    return Protection((groups[0], groups[1]), protect(counts, minimum))
