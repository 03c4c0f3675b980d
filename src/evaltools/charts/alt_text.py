"""Building blocks for alternative texts: what a picture shows, told from the numbers behind it."""

from __future__ import annotations

from collections.abc import Sequence

from evaltools.charts.figure import LONGEST_ALT
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language, list_of

Item = tuple[str, float, str]
"""Label, value to order by, value as printed."""


def describe_lowest(items: Sequence[Item], language: Language) -> str:
    """`Pienin: …` Empty for fewer than two items."""
    if len(items) < 2:
        return ""
    label, _, text = min(items, key=lambda item: (item[1], item[0]))
    return Words(language)("alt.lowest", label=label, value=text)


def describe_order(
    items: Sequence[Item], language: Language, at_most: int = 8, *, by_size: bool = False
) -> str:
    """All items from the largest to the smallest, the first so many by name.

    Arguments:
        by_size: by distance from zero, as of differences, whose sign is no less.
    """
    if not items:
        return ""
    ranked = sorted(items, key=lambda item: -(abs(item[1]) if by_size else item[1]))
    texts = [Words(language)("alt.item", label=label, value=text) for label, _, text in ranked]
    texts, rest = texts[:at_most], len(texts) - at_most
    order = "alt.order_by_size" if by_size else "alt.order"
    sentence = Words(language)(order, items="; ".join(texts))
    return f"{sentence} {Words(language)('alt.more', count=rest)}" if rest > 0 else sentence


def describe_range(items: Sequence[Item], language: Language) -> str:
    """`Arvot ovat välillä 4 %–37 %.` Empty for fewer than two items."""
    if len(items) < 2:
        return ""
    ranked = sorted(items, key=lambda item: item[1])
    return Words(language)("alt.range", low=ranked[0][2], high=ranked[-1][2])


def describe_withheld(labels: Sequence[str], language: Language) -> str:
    """Which rows are suppressed."""
    return Words(language)("alt.suppressed", items=list_of(labels, language)) if labels else ""


def describe_missing(labels: Sequence[str], language: Language) -> str:
    """Which rows have no value."""
    return Words(language)("alt.missing", items=list_of(labels, language)) if labels else ""


def join(*sentences: str) -> str:
    """Sentences as one text, cut at a word where it would be longer than allowed."""
    whole = " ".join(sentence.strip() for sentence in sentences if sentence.strip())
    if len(whole) <= LONGEST_ALT:
        return whole
    return whole[: LONGEST_ALT - 1].rsplit(" ", 1)[0].rstrip(" ,;") + "…"
