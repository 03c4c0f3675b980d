"""What a study holds sensitive and what a run may show of it, as `evaluation.yml` declares it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from evaltools.evidence.selection import Evidence
from evaltools.indicators.disclosure.rules import Rules, primary_reason
from evaltools.indicators.disclosure.suppression import Withheld, few, protect
from evaltools.study.schema import Disclosure, Regime


@dataclass(frozen=True)
class Policy:
    """The rules of a run, and the numbers that they are for.

    Arguments:
        rules: threshold, dominance, p% and rounding.
        sensitive: patterns of keys in their order, and how what fits is protected.
    """

    rules: Rules
    sensitive: tuple[tuple[str, Regime], ...]

    @classmethod
    def declared(cls, disclosure: Disclosure, minimum_cell: int = 1) -> Policy:
        """The policy of a study; a run may only ask for larger cells, not for smaller ones."""
        rules = Rules.declared(disclosure, minimum_cell)
        return cls(rules, tuple(disclosure.sensitive.items()))

    @property
    def minimum(self) -> int:
        """Fewest projects that a sensitive number may speak of."""
        return self.rules.minimum

    def regime_of(self, key: str) -> Regime:
        """How the indicator of that key is protected: by the first pattern that fits."""
        for pattern, regime in self.sensitive:
            if fnmatchcase(key, pattern):
                return regime
        return "open"

    def why_count(self, key: str, x: int, n: int) -> Withheld | None:
        """Why the count x of n projects is withheld, or None.

        Under `cells` both it and the rest must be of enough projects, or of none.
        """
        regime = self.regime_of(key)
        if regime == "open":
            return None
        return protect((x, n - x), self.minimum)[0] if regime == "cells" else few(n, self.minimum)

    def why_money(self, contributions: Sequence[float]) -> Withheld | None:
        """Why nothing that is worked out from these euros is shown, or None.

        Arguments:
            contributions: of each project, none negative.
        """
        reason = primary_reason(contributions, self.rules, magnitude=True)
        if reason is None:
            return None
        return Withheld("few" if reason == "threshold" else "concentration", self.minimum)

    def rounded(self, x: int, most: int) -> int:
        """A count of `cells` as it is shown: the nearest multiple of the base, halves upwards."""
        base = self.rules.rounding
        return x if base is None else min(most, (2 * x + base) // (2 * base) * base)


def policy_for(evidence: Evidence) -> Policy:
    """The policy of a run: what the study declares, or more where the run asks for it."""
    asked = int(getattr(evidence.parameters, "minimum_cell", 1))
    return Policy.declared(evidence.disclosure, asked)
