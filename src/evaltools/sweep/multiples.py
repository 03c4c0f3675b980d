"""Small multiples: a panel for each number, a row for each scenario, the highest uppermost.

A panel is a table, so that its numbers are text to everybody; what it draws is drawn by the style
sheet. All shares are on one scale; what is withheld or has no value is named below.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Indicator
from evaltools.report.variables import format_indicator

MOST_ROWS, ENDS = 24, 10
"""Of more scenarios a panel shows so many of the highest and of the lowest, and how many are
between."""
MOST_NAMES = 8


@dataclass(frozen=True)
class Panels:
    """What all panels have in common.

    Arguments:
        names: of the scenarios that have numbers, in their order.
        reference: place of the one that the others are compared with, that of default values.
        least: of fewer counted cases nothing is concluded, and the mark is hollow.
    """

    words: Words
    names: Sequence[str]
    reference: int | None
    least: int

    def legend(self) -> str:
        """What the marks mean, in words."""
        words = self.words
        keys = [
            ('<span class="dot"></span>', words("sweep.key.value")),
            ('<span class="dot few"></span>', words("sweep.key.few", least=self.least)),
            ('<span class="range"></span>', words("sweep.key.range")),
        ]
        if self.reference is not None:
            name = words("sweep.key.reference", name=self.names[self.reference])
            keys.append(('<span class="reference"></span>', name))
        items = (f'<li><span class="key">{mark}</span>{escape(told)}</li>' for mark, told in keys)
        return f'<ul class="legend">{"".join(items)}</ul>'

    def draw(self, number: int, name: str, found: Mapping[int, Indicator]) -> str:
        """One panel; empty where no scenario has a value.

        Arguments:
            number: of the panel, for its identifier.
            name: of the number.
            found: the number by the place of its scenario.
        """
        known = {place: one for place, one in found.items() if one.value is not None}
        if not known:
            return ""
        scale = _Scale.of(known.values())
        order = sorted(known, key=lambda place: (-(known[place].value or 0.0), place))
        cut = len(order) > MOST_ROWS
        own = known.get(self.reference) if self.reference is not None else None
        line = "" if own is None else _at("reference", scale.place(own.value))
        rows = [self._row(place, known[place], scale, line)
                for place in (order[:ENDS] if cut else order)]  # fmt: skip
        if cut:
            more = self.words("sweep.between", number=len(order) - 2 * ENDS)
            rows.append(f'<tr><td colspan="3" class="between">{escape(more)}</td></tr>')
            rows += [self._row(place, known[place], scale, line) for place in order[-ENDS:]]
        absent = [place for place in range(len(self.names)) if place not in known]
        hidden = [place for place in absent if place in found and found[place].suppressed]
        empty = [place for place in absent if place not in hidden]
        told = [
            self.words(key, number=len(places), names=self.list_names(places))
            for key, places in (("sweep.withheld", hidden), ("sweep.missing", empty))
            if places
        ]
        notes = [f'<p class="absent">{escape(line)}</p>' for line in told]
        low, high = (escape(_tick(value, next(iter(known.values())), self.words))
                     for value in (scale.low, scale.high))  # fmt: skip
        column = (
            escape(self.words("sweep.column.scenario")),
            escape(self.words("sweep.column.value")),
        )
        return (
            f'<figure><figcaption id="number-{number}">{escape(name)}</figcaption>'
            f'<table aria-labelledby="number-{number}"><thead><tr><th scope="col">{column[0]}</th>'
            f'<td class="plot"><span class="ticks">{low}<span>{high}</span></span></td>'
            f'<th scope="col" class="number">{column[1]}</th></tr></thead>'
            f"<tbody>{''.join(rows)}</tbody></table>{''.join(notes)}</figure>"
        )

    def list_names(self, places: Sequence[int]) -> str:
        """Names of some scenarios; of many the first, and how many more."""
        names = [self.names[place] for place in places]
        if len(names) > MOST_NAMES + 1:
            more = self.words("sweep.and_more", count=len(names) - MOST_NAMES)
            return ", ".join(names[:MOST_NAMES]) + f" {more}"
        return say.list_of(names, self.words.language)

    def _row(self, place: int, one: Indicator, scale: _Scale, line: str) -> str:
        marks = line
        if one.low is not None and one.high is not None:
            left, right = scale.place(one.low), scale.place(one.high)
            marks += f'<span class="range" style="left:{left:g}%;width:{right - left:.4g}%"></span>'
        few = one.n is not None and one.n < self.least
        marks += _at("dot few" if few else "dot", scale.place(one.value))
        kind = ' class="chosen"' if place == self.reference else ""
        return (
            f'<tr{kind}><th scope="row">{escape(self.names[place])}</th>'
            f'<td class="plot"><div aria-hidden="true">{marks}</div></td>'
            f'<td class="number">{escape(format_indicator(one, self.words))}</td></tr>'
        )


@dataclass(frozen=True)
class _Scale:
    low: float
    high: float

    @classmethod
    def of(cls, found: Collection[Indicator]) -> _Scale:
        numbers = [
            value for one in found for value in (one.value, one.low, one.high) if value is not None
        ]
        if all(one.unit == "share" for one in found):
            return cls(0.0, 1.0)
        low, high = min(0.0, *numbers), max(0.0, *numbers)
        return cls(low, high if high > low else low + 1.0)

    def place(self, value: float | None) -> float:
        """Per cent of the width at which a value stands."""
        share = ((value or 0.0) - self.low) / (self.high - self.low)
        return round(100 * min(1.0, max(0.0, share)), 2)


def _at(kind: str, place: float) -> str:
    return f'<span class="{kind}" style="left:{place:g}%"></span>'


def _tick(value: float, one: Indicator, words: Words) -> str:
    if one.unit == "share":
        return say.percent(value, words.language)
    return (
        say.ratio(value, words.language)
        if one.unit != "count"
        else say.number(value, words.language)
    )
