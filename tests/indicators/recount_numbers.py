"""Limits and indices of the recount, each from its formula; nothing here is of evaltools."""

from fractions import Fraction
from functools import cache
from math import comb, log, sqrt
from statistics import NormalDist

from scipy.stats import chi2
from scipy.stats import t as student


def score(share, size, level):
    """Wilson's limits of a share of `size` units, which need not be whole."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre, scale = share + z * z / (2 * size), 1 + z * z / size
    reach = z * sqrt(share * (1 - share) / size + z * z / (4 * size * size))
    low = 0.0 if share == 0 else (centre - reach) / scale
    return low, 1.0 if share == 1 else (centre + reach) / scale


def wilson(x, n, level):
    return score(x / n, n, level)


@cache
def hypergeometric(x, n, N, level):
    """Fewest and most of N that leave both tails above (1 - level) / 2, in whole numbers."""
    tail = (1 - Fraction(str(level))) / 2

    def kept(M):
        ways = [comb(M, k) * comb(N - M, n - k) for k in range(n + 1)]
        return min(sum(ways[x:]), sum(ways[: x + 1])) > tail * comb(N, n)

    last = N - n + x
    low = next(M for M in range(x, last + 1) if kept(M))
    return low, next(M for M in range(last, x - 1, -1) if kept(M))


def newcombe(x1, n1, x2, n2, level):
    """Difference of two independent shares and its hybrid score limits."""
    p, q = x1 / n1, x2 / n2
    (a, b), (c, d) = wilson(x1, n1, level), wilson(x2, n2, level)
    low = p - q - sqrt((p - a) ** 2 + (d - q) ** 2)
    high = p - q + sqrt((b - p) ** 2 + (q - c) ** 2)
    return p - q, max(low, -1.0), min(high, 1.0)


def newcombe_of_sums(first, second, n, level):
    """Difference of two shares of the same units, with limits that hold whichever units they are.

    Only how many have each property is known: the limits are the widest of all tables.
    """
    tables = [
        newcombe_paired((both, first - both, second - both, n - first - second + both), level)
        for both in range(max(0, first + second - n), min(first, second) + 1)
    ]
    return tables[0][0], min(low for _, low, _ in tables), max(high for *_, high in tables)


def newcombe_paired(cells, level):
    """Difference of two shares of the same units; cells: both, only first, only second, none."""
    e, f, g, h = cells
    n = e + f + g + h
    p, q = (e + f) / n, (e + g) / n
    (a, b), (c, d) = wilson(e + f, n, level), wilson(e + g, n, level)
    product = (e + f) * (g + h) * (e + g) * (f + h)
    cross = e * h - f * g
    if cross > 0:
        cross = max(cross - n / 2, 0)
    phi = cross / sqrt(product) if product else 0.0

    def reach(one, other):
        return sqrt(max(one**2 - 2 * phi * one * other + other**2, 0.0))

    low, high = p - q - reach(p - a, d - q), p - q + reach(b - p, q - c)
    return p - q, max(low, -1.0), min(high, 1.0)


def goodman(counts, level):
    """Simultaneous limits of the shares of several answers (Goodman 1965)."""
    n, b = sum(counts), float(chi2.ppf(1 - (1 - level) / len(counts), 1))
    limits = []
    for x in counts:
        root = sqrt(b * (b + 4 * x * (n - x) / n))
        low, high = (b + 2 * x - root) / (2 * (n + b)), (b + 2 * x + root) / (2 * (n + b))
        limits.append((0.0 if x == 0 else low, 1.0 if x == n else high))
    return limits


def clustered(hits, level):
    """Wilson's limits by the effective size; hits: (project, truth), one a unit."""
    n, x = len(hits), sum(hit for _, hit in hits)
    p = x / n
    projects = {}
    for project, hit in hits:
        own = projects.setdefault(project, [0, 0])
        own[0] += hit
        own[1] += 1
    k = len(projects)
    if x in (0, n):
        return score(p, k, level)
    squares = sum((own - p * units) ** 2 for own, units in projects.values())
    effect = k / (k - 1) * squares / n**2 / (p * (1 - p) / (n - 1))
    tail = (1 + level) / 2
    few = float(student.ppf(tail, n - 1) / student.ppf(tail, k - 1)) ** 2
    return score(p, n / max(effect, 1.0) * few, level)


def gini(values, weights=None):
    """Half the mean difference of two units drawn at random, over the mean."""
    units = list(zip(values, weights or [1] * len(values), strict=True))
    mass = sum(w for _, w in units)
    mean = sum(v * w for v, w in units) / mass
    apart = sum(w * u * abs(v - o) for v, w in units for o, u in units)
    return apart / (2 * mass * mass * mean)


def theil(parts):
    """Sum of s ln(s / p); parts: (amount, population), one a unit or group."""
    amount, people = sum(a for a, _ in parts), sum(p for _, p in parts)
    return sum(a / amount * log(a / amount / (p / people)) for a, p in parts if a > 0)


def phi(both, a, b, n):
    """Correlation of two properties that a and b of n have, and both of these."""
    product = a * (n - a) * b * (n - b)
    return (both * n - a * b) / sqrt(product) if product else None


@cache
def fisher(both, a, b, n):
    """Chance of all tables with these margins that are no likelier than this one."""
    ways = [comb(a, k) * comb(n - a, b - k) for k in range(max(0, a + b - n), min(a, b) + 1)]
    own = comb(a, both) * comb(n - a, b - both)
    return float(Fraction(sum(w for w in ways if w <= own), comb(n, b)))


def holm(values):
    """Adjusted p values, in the order of the given ones."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    adjusted, highest = [0.0] * len(values), 0.0
    for rank, i in enumerate(order):
        highest = max(highest, min(1.0, (len(values) - rank) * values[i]))
        adjusted[i] = highest
    return adjusted


def standardised(mean1, variance1, mean0, variance0):
    """Difference of means over the root of the mean variance; None where only they differ."""
    pooled = (variance1 + variance0) / 2
    if pooled:
        return (mean1 - mean0) / sqrt(pooled)
    return 0.0 if mean1 == mean0 else None
