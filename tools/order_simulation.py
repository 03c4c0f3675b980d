"""How often "the commonest" is told, rightly and wrongly, of nine themes of the same reports.

`python -m tools.order_simulation [DRAWS]` prints the tables of
`docs/decisions/0005-order-of-themes.md`; with 20,000 draws, which is what they were made with, it
takes a quarter of an hour. `tests/statistics/test_order_simulation.py` runs a few hundred.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri
from scipy.stats import hypergeom

from evaltools.statistics.contingency import (
    find_beaten,
    find_best_set,
    find_commonest,
    mcnemar_exact,
    mcnemar_finite,
    mcnemar_midp,
    population_p,
)

Floats = NDArray[np.float64]
LEVEL = 0.95
READ = 52
POPULATIONS: tuple[int | None, ...] = (72, 122, None)
"""How many projects there are of which `READ` were read; None for endlessly many."""

LOWER = (0.35, 0.3, 0.3, 0.25, 0.2, 0.15, 0.1)
FAR_LOWER = (0.25, 0.25, 0.2, 0.2, 0.15, 0.1, 0.1)


@dataclass(frozen=True)
class Scenario:
    """Nine themes of a population.

    Arguments:
        name: as it is printed.
        shares: of the projects that have each theme, most first.
        tied: whether there is no single commonest theme.
        dependence: `none`; `length`, where long reports mention more of everything; `apart`,
            where no project has both of the first two themes, so that most reports tell them
            apart: the worst case for two that are tied.
    """

    name: str
    shares: tuple[float, ...]
    tied: bool = False
    dependence: str = "none"


SCENARIOS = (
    Scenario(".60, .40, .25 and lower", (0.6, 0.4, *FAR_LOWER)),
    Scenario(".60, .40, .35 and lower", (0.6, 0.4, *LOWER)),
    Scenario(".60, .40, .35 …; long and short reports", (0.6, 0.4, *LOWER), dependence="length"),
    Scenario(".60, eight of .40", (0.6, *[0.4] * 8)),
    Scenario(".50, .35, .25 and lower", (0.5, 0.35, *FAR_LOWER)),
    Scenario(".50, .35, .35 and lower", (0.5, 0.35, *LOWER)),
    Scenario("two tied at .50, never together", (0.5, 0.5, *LOWER), True, "apart"),
    Scenario("two tied at .60", (0.6, 0.6, *LOWER), True),
    Scenario("three tied at .50", (0.5, 0.5, 0.5, *LOWER[1:]), True),
    Scenario("nine tied at .40", (0.4,) * 9, True),
    Scenario("nine tied at .40; long and short reports", (0.4,) * 9, True, "length"),
)

Test = Callable[[NDArray[np.int64], NDArray[np.int64], int], Floats]
TESTS: dict[str, Test] = {
    "exact": lambda a, b, unread: mcnemar_exact(a, b),
    "mid-p": lambda a, b, unread: mcnemar_midp(a, b),
    "finite": mcnemar_finite,
    "adopted": population_p,
}
"""Ways to a p-value from both counts and how many were not read."""

UNENDING = 10**6
"""Unread projects of an endless population, for the tests of a finite one."""


def p_table(test: str, unread: int, n: int = READ) -> Floats:
    """Two-sided p-values by both counts, shape (n + 1, n + 1); nan where they exceed n."""
    a, b = np.meshgrid(np.arange(n + 1), np.arange(n + 1), indexing="ij")
    possible = a + b <= n
    table = np.full(a.shape, np.nan)
    table[possible] = TESTS[test](a[possible], b[possible], unread)
    return table


def draw_reports(
    scenario: Scenario, N: int | None, draws: int, rng: np.random.Generator, n: int = READ
) -> NDArray[np.bool_]:
    """Reports that were read, of a new population for each draw.

    A finite population has the shares exactly (to the nearest project), so that ties are ties.

    Returns:
        Shape (draws, n, themes): whether a report mentions a theme.
    """
    size = n if N is None else N
    latent = rng.standard_normal((draws, size, len(scenario.shares)))
    if scenario.dependence == "length":
        length = rng.standard_normal((draws, size, 1))
        latent = np.sqrt(0.3) * length + np.sqrt(0.7) * latent
    if scenario.dependence == "apart":
        latent[:, :, 1] = -latent[:, :, 0]
    shares = np.array(scenario.shares)
    if N is None:
        return np.asarray(latent < ndtri(shares))
    having = np.rint(shares * N).astype(int)
    ranks = latent.argsort(axis=1).argsort(axis=1)
    # Rows are exchangeable, so the first n are a random sample without replacement.
    return np.asarray((ranks < having)[:, :n])


@dataclass(frozen=True)
class Result:
    """What came of the draws of a scenario under a test, as shares of the draws.

    Arguments:
        right: the commonest was told and is it.
        wrong: one was told that is not, or is tied.
        lost: the first theme, which none exceeds, is not in the set of the best.
        lost_unshared: the same where the chance of error is not shared between the rivals.
        size: themes in the set, on average.
    """

    right: float
    wrong: float
    lost: float
    lost_unshared: float
    size: float


def simulate(
    scenario: Scenario, N: int | None, test: str, draws: int, seed: int = 10, n: int = READ
) -> Result:
    """Tell the commonest theme in so many draws of the reports."""
    rng = np.random.default_rng(seed)
    table = p_table(test, UNENDING if N is None else N - n, n)
    told = np.zeros(2)
    lost, unshared, size = 0, 0, 0
    for some in _chunks(draws):
        has = draw_reports(scenario, N, some, rng, n).astype(np.float64)
        pairs = np.rint(has.transpose(0, 2, 1) @ (1 - has)).astype(np.int64)
        for only in pairs:
            p = table[only, only.T]
            best = find_commonest(only, p, LEVEL)
            if best is not None:
                told[int(scenario.tied or best != 0)] += 1
            chosen = find_best_set(only, p, LEVEL)
            lost += not chosen[0]
            unshared += bool(find_beaten(only, p, LEVEL)[:, 0].any())
            size += int(chosen.sum())
    right, wrong = told / draws
    return Result(right, wrong, lost / draws, unshared / draws, size / draws)


def _chunks(draws: int, most: int = 1000) -> Iterator[int]:
    for start in range(0, draws, most):
        yield min(most, draws - start)


def worst_error(test: str, n: int, N: int, level: float = LEVEL) -> float:
    """Greatest chance that one of two tied themes of a finite population is called commoner.

    No simulation: for every number D of projects that tell the two apart the chance is summed
    over the d of them that are read, and over those of the d that have the leader.
    """
    table = p_table(test, N - n, n)
    d = np.arange(n + 1)
    reaching = np.full(n + 1, n + 2)
    for drawn in range(1, n + 1):
        high = np.arange(drawn // 2 + 1, drawn + 1)
        told = high[table[high, drawn - high] <= (1 - level) * (1 + 1e-9)]
        reaching[drawn] = told[0] if len(told) else n + 2
    worst = 0.0
    for half in range(1, N // 2 + 1):
        chance = hypergeom.pmf(d, N, 2 * half, n)
        possible = (reaching <= d) & (d <= 2 * half)
        tails = hypergeom.sf(reaching[possible] - 1, 2 * half, half, d[possible])
        worst = max(worst, float(2 * (chance[possible] * tails).sum()))
    return worst


def main(arguments: list[str]) -> int:
    """Print the tables in Markdown."""
    draws = int(arguments[0]) if arguments else 20_000
    print(f"Commonest told, per cent of {draws:,} draws, {READ} reports, level {LEVEL}.\n")
    print("| themes | reports of | exact | mid-p | finite | adopted |")
    print("|---|---|---|---|---|---|")
    sets = []
    for scenario in SCENARIOS:
        for N in POPULATIONS:
            found = {test: simulate(scenario, N, test, draws) for test in TESTS}
            shown = [f"{100 * (r.wrong if scenario.tied else r.right):.1f}" for r in found.values()]
            of = N if N is not None else "endless"
            print(f"| {scenario.name} | {of} | {' | '.join(shown)} |", flush=True)
            own = found["adopted"]
            sets.append(
                f"| {scenario.name} | {of} | {100 * own.wrong:.1f} | {100 * own.lost:.1f} "
                f"| {100 * own.lost_unshared:.1f} | {own.size:.1f} |"
            )
    print("\nThe adopted test: wrong commonest, and the set of the best.\n")
    print("| themes | reports of | wrong | best left out | … unshared | size |")
    print("|---|---|---|---|---|---|")
    print("\n".join(sets))
    print("\nTwo tied themes, greatest chance of error over all populations, enumerated.\n")
    print("| read of | exact | mid-p | finite | adopted |")
    print("|---|---|---|---|---|")
    for n, N in ((52, 72), (52, 122), (20, 29), (20, 122), (20, 1000), (10, 20)):
        errors = " | ".join(f"{100 * worst_error(test, n, N):.2f}" for test in TESTS)
        print(f"| {n} of {N} | {errors} |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
