"""How likely it is that reading some of a population misses what only a few of it have."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import hypergeom


def chance_unseen(k: int, n: int, N: int) -> float:
    """Chance that none of the n units read is among the k of N that have the property.

    Valid if the n are drawn without replacement and at random. With k > N - n at least one is
    always seen and the chance is 0.

    Raises ValueError unless 0 <= k <= N and 0 <= n <= N.
    Source: hypergeometric probability of nought, C(N - k, n) / C(N, n).
    """
    return float(chances_unseen(np.array([k]), n, N)[0])


def chances_unseen(k: NDArray[np.int_], n: int, N: int) -> NDArray[np.float64]:
    """`chance_unseen` for several k at once, in the shape of k."""
    k = np.asarray(k, dtype=int)
    if not 0 <= n <= N or (k < 0).any() or (k > N).any():
        raise ValueError(f"needs 0 <= k <= N and 0 <= n <= N, not k={k.tolist()}, n={n}, N={N}")
    # Of a population of nought nothing is missed or seen, which scipy does not define.
    return np.asarray(hypergeom.pmf(0, N, k, n) if N else np.ones(k.shape), dtype=np.float64)
