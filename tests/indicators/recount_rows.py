"""What an indicator should be, by its key: the rows of a recount."""

from typing import NamedTuple

import recount_numbers as numbers

RULES = ("any", "majority", "all", "consensus")
KINDS = ("goal", "result", "challenge", "response", "saving", "rooting", "steering")


class Row(NamedTuple):
    """What an indicator should be. `projects`: how many a number on ratings or savings is of."""

    value: float | None
    x: int | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    projects: int | None = None
    note: str | None = None


class Rows(dict):
    """Rows by (key, estimand, dimensions)."""

    def put(self, key, value, /, x=None, n=None, low=None, high=None, estimand="D", projects=None,
            note=None, **by):  # fmt: skip
        name = (key, estimand, tuple(sorted(by.items())))
        assert name not in self, name
        if n is None and key.endswith((".money", ".index", ".ratio")):
            x, n = None, x  # a number that is no count is made of n units
        if estimand == "S" and n == 1 and not key.endswith((".money", ".index", ".ratio")):
            low = high = None  # one unit does not show how units vary
        self[name] = Row(value, x, n, low, high, projects, note)

    def share(self, key, x, n, **by):
        self.put(key, x / n if n else None, x, n, **by)

    def count(self, key, x, n=None, **by):
        self.put(key, x, x, n, **by)

    def clustered(self, key, hits, level, projects=None):
        """hits: (project, truth), one a unit."""
        x, n = sum(hit for _, hit in hits), len(hits)
        self.put(key, x / n if n else None, x, n, projects=projects)
        limits = numbers.clustered(hits, level) if len({p for p, _ in hits}) > 1 else (None, None)
        self.put(key, x / n if n else None, x, n, *limits, "S", projects)

    def estimands(self, key, x, scope):
        n, N, level = scope.n, scope.N, scope.choice.level
        value = x / n
        fewest, most = numbers.hypergeometric(x, n, N, level)
        self.put(f"{key}.share", value, x, n)
        # The estimate itself need not be a whole count of N.
        self.put(f"{key}.share", value, x, n, min(fewest / N, value), max(most / N, value), "P")
        self.put(f"{key}.bounds", value, x, n, x / N, (x + N - n) / N, "P")
        self.put(f"{key}.share", value, x, n, *numbers.wilson(x, n, level), "S")
