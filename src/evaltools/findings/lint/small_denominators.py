"""E02: a percentage of fewer than ten says more than is known; the count is printed instead."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from evaltools.findings.lint.excerpt import excerpt
from evaltools.problems import Problem

if TYPE_CHECKING:
    from evaltools.indicators.indicator import Indicator

CODE = "E02"
FEWEST_FOR_PERCENT = 10

_SPAN = re.compile(r"\[(?P<text>(?:\\.|[^\]\\])*)\]\{(?P<attributes>\.indicator [^{}]*)\}")
_ATTRIBUTE = re.compile(r'(key|estimand|dimensions|shows)="([^"]*)"')
_PERCENT = re.compile(r"\d[\d\s.,–-]*%|\d[\d\s.,]*(?:prosent|procent|per ?cent)", re.IGNORECASE)
_MEASURES = (".share", ".population", ".superpopulation", ".bounds", ".quantity")


def check_small_denominators(
    variables: Mapping[str, str], indicators: Iterable[Indicator]
) -> list[Problem]:
    """Variables that print a percentage of fewer than ten.

    Arguments:
        variables: what prose is given, as markdown by dotted key.
        indicators: all of the run.

    Returns:
        A problem a variable, by its name; `where` is `_variables.yml, <name>`.
    """
    denominators = _denominators(indicators)
    problems = []
    for name, text in sorted(variables.items()):
        for shown, N in _percentages(name, text, denominators):
            problems.append(
                Problem(
                    f"_variables.yml, {name}",
                    f"{excerpt(shown)} is a percentage of {N}",
                    f"a percentage of {FEWEST_FOR_PERCENT} or more",
                    "Print the count, such as 3/8.",
                    CODE,
                )
            )
            break
    return problems


_Key = tuple[str, str, str]


def _denominators(indicators: Iterable[Indicator]) -> dict[_Key, int]:
    """The small denominators of shares, by key, estimand and dimensions."""
    found: dict[_Key, int] = {}
    for indicator in indicators:
        by = ";".join(f"{name}={value}" for name, value in indicator.dimensions)
        N = indicator.N
        if indicator.unit == "share" and N is not None and N < FEWEST_FOR_PERCENT:
            found[indicator.key, indicator.estimand, by] = N
    return found


def _percentages(
    name: str, text: str, denominators: Mapping[_Key, int]
) -> Iterable[tuple[str, int]]:
    """The percentages in a variable with the denominator of each."""
    rest = []
    at = 0
    for span in _SPAN.finditer(text):
        rest.append(text[at : span.start()])
        at = span.end()
        given = dict(_ATTRIBUTE.findall(span["attributes"]))
        key = (given.get("key", ""), given.get("estimand", "D"), given.get("dimensions", ""))
        if key in denominators and _PERCENT.search(span["text"]):
            yield span["text"], denominators[key]
    rest.append(text[at:])
    # What is not marked as an indicator belongs to the variable's own one.
    stem, _, measure = name.rpartition(".")
    unmarked = _PERCENT.search("".join(rest))
    if unmarked and f".{measure}" in _MEASURES:
        own = [N for (key, _, by), N in denominators.items() if key == f"{stem}.share" and not by]
        if own:
            yield unmarked[0], min(own)
