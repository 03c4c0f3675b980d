"""Words for how many, used only where the whole interval bears them out."""

from __future__ import annotations

from typing import Final, Literal

Quantity = Literal["none", "few", "some", "most", "nearly_all", "all"]

FEW_BELOW: Final = 0.2
MOST_ABOVE: Final = 0.5
NEARLY_ALL_ABOVE: Final = 0.9


def quantity(share: float | None, low: float | None, high: float | None) -> Quantity | None:
    """Which word for how many is true of a share and of its whole interval.

    Few is below 20 %, some 20 to 50 %, most above 50 %, nearly all above 90 %. None and all are
    for an interval that leaves no doubt. `Most` claims a lower limit only, so an interval that
    reaches into `nearly all` keeps it.

    Arguments:
        share, low, high: 0 to 1; without an interval, give the share three times.

    Returns:
        The word's name, or None where the interval straddles two: print numbers then.

    Raises:
        ValueError: the interval does not enclose the share.
    """
    if share is None or low is None or high is None:
        return None
    if not low - 1e-9 <= share <= high + 1e-9:
        raise ValueError(f"{share} lies outside {low} to {high}")
    if high == 0:
        return "none"
    if low == 1:
        return "all"
    if high < FEW_BELOW:
        return "few"
    if low > NEARLY_ALL_ABOVE:
        return "nearly_all"
    if low > MOST_ABOVE:
        return "most"
    if low >= FEW_BELOW and high <= MOST_ABOVE:
        return "some"
    return None
