"""Chance that gives the same values on every machine and with every version of the libraries.

Only `random.Random.random`, whose sequence Python promises to keep, is drawn from; everything
else is worked out here, so that the committed example can be made again byte for byte.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")


class Draws:
    """A stream of chance with a name.

    Parts of the example draw from streams of their own, so that a new sentence in the texts
    leaves the register as it was.

    Arguments:
        seed: the seed of the whole example.
        stream: the name of the part.
    """

    def __init__(self, seed: int, stream: str) -> None:
        self._random = Random(f"{seed}/{stream}")

    def uniform(self, low: float = 0.0, high: float = 1.0) -> float:
        """A number from low up to, not including, high."""
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """A whole number from low to high, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def happens(self, probability: float) -> bool:
        """True with the probability."""
        return self._random.random() < probability

    def normal(self, mean: float = 0.0, deviation: float = 1.0) -> float:
        """A normally distributed number, by the inverse of the distribution function."""
        p = min(max(self._random.random(), 1e-12), 1 - 1e-12)
        return NormalDist(mean, deviation).inv_cdf(p)

    def beta(self, a: int, b: int) -> float:
        """A beta-distributed number for whole a and b: the a-th smallest of a + b - 1 uniforms."""
        return sorted(self._random.random() for _ in range(a + b - 1))[a - 1]

    def one(self, items: Sequence[T]) -> T:
        """One of the items, all equally likely."""
        return items[int(self._random.random() * len(items))]

    def weighted(self, weights: Mapping[T, float]) -> T:
        """One of the keys, each as likely as its weight says.

        Raises:
            ValueError: no weight is above nought.
        """
        total = sum(weights.values())
        if total <= 0:
            raise ValueError("no item can be drawn: all weights are nought")
        point = self._random.random() * total
        last: list[T] = []
        for item, weight in weights.items():
            if weight <= 0:
                continue
            last = [item]
            point -= weight
            if point < 0:
                break
        return last[0]

    def some(self, weights: Mapping[T, float], count: int) -> list[T]:
        """Different keys, drawn one after another by weight; fewer if there are fewer."""
        left = {item: weight for item, weight in weights.items() if weight > 0}
        drawn: list[T] = []
        while left and len(drawn) < count:
            item = self.weighted(left)
            drawn.append(item)
            del left[item]
        return drawn

    def shuffled(self, items: Sequence[T]) -> list[T]:
        """The items in an order of chance."""
        keys = sorted((self._random.random(), i) for i in range(len(items)))
        return [items[i] for _, i in keys]
