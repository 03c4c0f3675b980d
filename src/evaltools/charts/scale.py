"""From values to places on the canvas, and the round numbers beside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from matplotlib.ticker import MaxNLocator


@dataclass(frozen=True)
class Scale:
    """A straight or logarithmic scale between two places.

    Arguments:
        low, high: values at the ends; above zero where the scale is logarithmic.
        start, end: places of the ends, points.
        log: logarithmic.
    """

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        """The place of a value; what lies outside is held at the end."""
        held = min(max(value, self.low), self.high)
        if self.log:
            part = math.log(held / self.low) / math.log(self.high / self.low)
        else:
            part = (held - self.low) / (self.high - self.low)
        return self.start + part * (self.end - self.start)


@dataclass(frozen=True)
class Axis:
    """One axis.

    Arguments:
        low, high: ends of the scale.
        marks: values with a grid line and a number.
        text: how such a number is printed.
        words: what the scale is; empty where its numbers say it.
    """

    low: float
    high: float
    marks: Sequence[float]
    text: Callable[[float], str]
    words: str = ""


def ticks(low: float, high: float, at_most: int = 6, *, whole: bool = False) -> list[float]:
    """Round values from low to high, both within; `whole` leaves out those with decimals."""
    found = MaxNLocator(nbins=max(at_most - 1, 1), steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    slack = (high - low) * 1e-9
    inside = [
        0.0 if abs(t) < slack else float(t) for t in found if low - slack <= t <= high + slack
    ]
    return [mark for mark in inside if not whole or mark == round(mark)]


def round_ends(low: float, high: float, at_most: int = 6) -> tuple[float, float]:
    """The next round values outside, for a scale whose ends are ticks."""
    if high <= low:
        high = low + (abs(low) or 1.0)
    found = MaxNLocator(nbins=max(at_most - 1, 1), steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    return float(min(found[0], low)), float(max(found[-1], high))


def decimals_of(values: list[float]) -> int:
    """Digits after the mark that tell these round values apart."""
    for digits in range(6):
        if all(abs(round(value, digits) - value) < 1e-9 * max(1, abs(value)) for value in values):
            return digits
    return 6
