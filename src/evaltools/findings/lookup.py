"""The numbers of a run by the names that prose and conditions use."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from typing import Literal

from evaltools.findings.conditions import Case, Outcome
from evaltools.indicators.indicator import Estimand, Indicator
from evaltools.indicators.order import CodeOrder

Part = Literal["value", "x", "n"]

STATE_WORDS = ("denied", "silent")
"""What a report may say of a code beside mentioning it: `challenge.staff.silent.share`."""


@dataclass(frozen=True)
class Reading:
    """One number as a condition reads it.

    Arguments:
        name: as asked for.
        indicator: the record it is of; None where the run has none for the estimand.
        part: the value, or the numerator `x` or denominator `n` of a share.
        code: the code that it is about, where its name does not say so itself.
    """

    name: str
    indicator: Indicator | None
    part: Part = "value"
    code: str = ""

    @property
    def value(self) -> float | None:
        """The number; None where it is missing or withheld."""
        if self.indicator is None or self.indicator.suppressed:
            return None
        if self.part == "value":
            return self.indicator.value
        count = self.indicator.x if self.part == "x" else self.indicator.n
        return None if count is None else float(count)

    @property
    def limits(self) -> tuple[float, float] | None:
        """Both limits; the value itself twice where there is no interval; None without a value."""
        if self.value is None or self.indicator is None:
            return None
        low, high = self.indicator.low, self.indicator.high
        if self.part != "value" or low is None or high is None:
            return self.value, self.value
        return low, high

    @property
    def stem(self) -> str:
        """What it is about: the name without its measure, `challenge.staff`."""
        return self.code or self.name.rpartition(".")[0]


@dataclass(frozen=True)
class Numbers:
    """All numbers of a run, by name and estimand.

    Arguments:
        by_name: sorted; `challenge.staff.share`; broken down by a dimension,
            `optimism_gap.by.item.permanence.difference`; `.x` and `.n` of a share instead of its
            measure.
        facts: single public facts by name.
        judged: case and outcome of the findings judged so far, by id.
    """

    by_name: Mapping[str, Mapping[Estimand, Indicator]]
    facts: Mapping[str, float] = field(default_factory=dict)
    judged: Mapping[str, tuple[Case, Outcome]] = field(default_factory=dict)
    _orders: dict[tuple[Estimand, float], CodeOrder] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def order(self, estimand: Estimand, level: float) -> CodeOrder:
        """The order of codes that the run tells of, read once; conditions ask again and again."""
        if (found := self._orders.get((estimand, level))) is None:
            records = (each for group in self.by_name.values() for each in group.values())
            found = CodeOrder.from_records(records, estimand, level)
            self._orders[estimand, level] = found
        return found

    def read(self, name: str, estimand: Estimand) -> Reading:
        """The number under an estimand.

        Counts are of the reports read, whatever the estimand. `bounds` exist for all funded
        projects only, and are what they are whoever asks.
        """
        part: Part = "value"
        if name not in self.by_name and name.endswith((".x", ".n")):
            part = "x" if name.endswith(".x") else "n"
            records = self.by_name.get(self._counted(name), {})
            headline = next((records[e] for e in ("D", "P", "S") if e in records), None)
            return Reading(name, headline, part)
        records = self.by_name.get(name, {})
        asked: Estimand = "P" if name.endswith(".bounds") else estimand
        return Reading(name, records.get(asked))

    def read_ranked(self, name: str, estimand: Estimand) -> Reading:
        """As `read`; how often a code is denied or passed over is counted of the reports read."""
        found = self.read(name, estimand)
        state = found.stem.rpartition(".")[2] in STATE_WORDS
        return self.read(name, "D") if state and found.indicator is None else found

    def matching(self, glob: str) -> tuple[str, ...]:
        """Names that a glob means, sorted; a star stays between two dots."""
        pattern = _pattern(glob)
        return tuple(name for name in self.by_name if pattern.fullmatch(name))

    def has(self, name: str) -> bool:
        """Whether the run gives the number, be it missing or withheld."""
        if name in self.by_name:
            return True
        return name.endswith((".x", ".n")) and self._counted(name) in self.by_name

    def _counted(self, name: str) -> str:
        """The share, or else the count, whose `.x` or `.n` a name asks for."""
        share = f"{name[:-2]}.share"
        return share if share in self.by_name else f"{name[:-2]}.count"

    def nearest(self, name: str) -> str:
        """A name of the run that may have been meant; empty if none is near."""
        near = get_close_matches(name, list(self.by_name), 1)
        return near[0] if near else ""


def index_numbers(
    indicators: Iterable[Indicator], facts: Mapping[str, float] | None = None
) -> Numbers:
    """Index the indicators of a run.

    Arguments:
        indicators: all of a run.
        facts: single public facts by name.

    Raises:
        ValueError: two indicators share name and estimand.
    """
    by_name: dict[str, dict[Estimand, Indicator]] = {}
    for indicator in sorted(indicators, key=lambda each: each.identity):
        place = by_name.setdefault(name_of(indicator), {})
        if indicator.estimand in place:
            raise ValueError(f"two indicators are called {indicator.identity}")
        place[indicator.estimand] = indicator
    in_order = {name: by_name[name] for name in sorted(by_name)}
    return Numbers(in_order, dict(facts or {}))


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    """A glob as a pattern whose stars do not cross a dot."""
    return re.compile("[^.]*".join(re.escape(part) for part in glob.split("*")))


def matches(glob: str, name: str) -> bool:
    """Whether a glob means a name."""
    return _pattern(glob).fullmatch(name) is not None


def substitute(glob: str, code: str, name: str) -> str:
    """What a name that a glob means is the code of, where the star of both is the same word.

    `group_difference.*.difference` and `challenge.*` give of `group_difference.staff.difference`
    the code `challenge.staff`; without `code` it is the name without its measure.
    """
    if not code:
        return name.rpartition(".")[0]
    before, _, after = glob.partition("*")
    return code.replace("*", name[len(before) : len(name) - len(after)])


def name_of(indicator: Indicator) -> str:
    """The name under which prose finds an indicator."""
    stem, _, measure = indicator.key.rpartition(".")
    by = "".join(f".by.{name}.{value}" for name, value in indicator.dimensions)
    return f"{stem}{by}.{measure}"
