"""MASI: how far apart two sets of codes are."""

from __future__ import annotations

from collections.abc import Sequence, Set

import numpy as np
from numpy.typing import NDArray


def masi_distance(a: Set[object], b: Set[object]) -> float:
    """1 - Jaccard × monotonicity: 0 for equal sets, 1 for sets with nothing in common.

    Monotonicity is 1 where the sets are equal, 2/3 where one holds the other, 1/3 where they only
    overlap, and 0 where they do not. Two empty sets are equal; an empty one and another share
    nothing.

    Source: Passonneau 2006, Measuring agreement on set-valued items (MASI), LREC.
    """
    return float(masi_distances([a, b])[0, 1])


def masi_distances(sets: Sequence[Set[object]]) -> NDArray[np.float64]:
    """`masi_distance` of each set from each."""
    members = sorted({member for each in sets for member in each}, key=lambda m: (str(m), repr(m)))
    place = {member: number for number, member in enumerate(members)}
    holds = np.zeros((len(sets), len(members)))
    for row, each in enumerate(sets):
        holds[row, [place[member] for member in each]] = 1
    both = holds @ holds.T
    size = holds.sum(axis=1)
    union = size[:, None] + size[None, :] - both
    smaller = np.minimum(size[:, None], size[None, :])
    # Thirds as counts of three, so that equal sets are at exactly nought.
    monotone = np.where(both == union, 3, np.where(both == smaller, 2, np.where(both > 0, 1, 0)))
    jaccard = np.divide(both, union, out=np.ones_like(both), where=union > 0)
    return np.asarray(1 - np.where(both > 0, jaccard, union == 0) * monotone / 3, dtype=np.float64)
