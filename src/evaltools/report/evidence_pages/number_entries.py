"""Numbers of a run for their entries: value, counts, intervals, and the cell they come from."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import MIME_TYPE, Estimand, Indicator
from evaltools.report.evidence_pages.glossary import Family
from evaltools.report.evidence_pages.markup import line, number_anchor, sentence
from evaltools.report.variables import format_interval

ESTIMANDS: tuple[Estimand, ...] = ("D", "P", "S")
_LABEL = re.compile(r"^#\|\s*label:\s*(\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Number:
    """What a run says under one key.

    Arguments:
        key, dimensions: its name.
        records: by estimand.
        bounds: limits without assumptions, where there are any.
    """

    key: str
    dimensions: tuple[tuple[str, str], ...]
    records: Mapping[Estimand, Indicator]
    bounds: Indicator | None = None

    @property
    def anchor(self) -> str:
        """Identifier of its entry."""
        return number_anchor(self.key, self.dimensions)

    @property
    def headline(self) -> Indicator:
        """The record whose value prose shows."""
        return next(self.records[each] for each in ESTIMANDS if each in self.records)


def group_by_anchor(indicators: Sequence[Indicator]) -> dict[str, Number]:
    """All numbers of a run by the identifier of their entry, sorted by key."""
    records: dict[tuple[str, tuple[tuple[str, str], ...]], dict[Estimand, Indicator]] = {}
    for indicator in sorted(indicators, key=lambda each: each.identity):
        place = records.setdefault((indicator.key, indicator.dimensions), {})
        place[indicator.estimand] = indicator
    found = {}
    for (key, dimensions), by_estimand in records.items():
        if key.endswith(".bounds"):
            continue
        limits = records.get((f"{key.rpartition('.')[0]}.bounds", dimensions), {})
        number = Number(key, dimensions, by_estimand, limits.get("P"))
        found[number.anchor] = number
    return found


@dataclass(frozen=True)
class Cell:
    """A cell: file of the notebook, its place among all cells from 1, and its label."""

    notebook: str
    number: int
    label: str


def index_cells(notebooks: Mapping[str, Mapping[str, Any]]) -> dict[str, Cell]:
    """The cell that handed over each indicator.

    The cell of parameters that a run puts in is not counted, so that the place is that in the
    notebook as it was written.

    Arguments:
        notebooks: executed notebooks by file name.
    """
    found: dict[str, Cell] = {}
    for name, notebook in sorted(notebooks.items()):
        number = 0
        for cell in notebook["cells"]:
            if "injected-parameters" in cell.get("metadata", {}).get("tags", []):
                continue
            number += 1
            for output in cell.get("outputs", []):
                for record in output.get("data", {}).get(MIME_TYPE, []):
                    label = _LABEL.search("".join(cell["source"]))
                    shown = label[1] if label else str(cell.get("id", ""))
                    found.setdefault(str(record["key"]), Cell(name, number, shown))
    return found


def describe_counts(number: Number, words: Words) -> str:
    """`19/52`, or how many observations carry the value; empty where neither is known."""
    headline = number.headline
    if headline.suppressed or headline.value is None or headline.contributors is None:
        return ""
    if headline.unit == "share" and headline.x is not None and headline.n is not None:
        return say.count_of(headline.x, headline.n, words.language)
    if headline.unit == "count":
        return ""
    if headline.n is not None and headline.unit == "difference":
        return ""
    return words("trail.n", n=headline.contributors)


def describe_meaning(number: Number, family: Family, words: Words) -> str:
    """What the number is about, and its intervals, as two labelled texts."""
    about = line(words("trail.estimand"), sentence(describe_estimand("D", family, words)))
    shown = [
        text for text in (_interval(number, each, family, words) for each in ESTIMANDS) if text
    ]
    if number.bounds is not None and (limits := _range(number.bounds, words)):
        at = 1 if len(shown) < 2 else 2
        text = words(
            "trail.interval.bounds", whose=describe_estimand("P", family, words), range=limits
        )
        shown.insert(at, text)
    if not shown:
        shown = [words("trail.interval.none_D")]
    elif "D" in number.records and not _range(number.records["D"], words):
        shown.insert(
            0, f"{describe_estimand('D', family, words)}: {words('trail.interval.none_D')}"
        )
    return f"{about} {line(words('trail.interval'), sentence('; '.join(shown)))}"


def describe_estimand(estimand: Estimand, family: Family, words: Words) -> str:
    """Whom a number of an estimand speaks of, in words."""
    return words(f"trail.estimand.{family.units if estimand == 'D' else estimand}")


def explain_missing_value(number: Number, words: Words) -> str:
    """Why there is no number, or nothing."""
    headline = number.headline
    if headline.suppressed:
        return words(f"trail.suppressed.{headline.why or 'few'}")
    return words("trail.missing") if headline.value is None else ""


def describe_sources(
    number: Number, family: Family, cell: Cell | None, paths: Mapping[str, str], words: Words
) -> str:
    """Tables of the data, and the cell of the notebook that handed the number over."""
    tables = [paths[name] for name in family.tables if name in paths]
    where = words("trail.nowhere")
    if cell is not None:
        where = words(
            "trail.cell", notebook=cell.notebook, number=cell.number, label=cell.label or "–"
        )
    origin = "; ".join(filter(None, [", ".join(tables), where, number.headline.source]))
    return line(words("trail.sources"), sentence(origin))


def _interval(number: Number, estimand: Estimand, family: Family, words: Words) -> str:
    record = number.records.get(estimand)
    if record is None or not (limits := _range(record, words)):
        return ""
    name = f"trail.method.{record.method}"
    method = words(name) if words.has(name) else record.method
    if record.level is None:
        return words("trail.interval.band", range=limits, method=method)
    return words(
        "trail.interval.each",
        whose=describe_estimand(estimand, family, words),
        range=limits,
        method=method,
        level=say.percent(record.level, words.language, _decimals(record.level)),
    )


def _range(indicator: Indicator, words: Words) -> str:
    return format_interval(indicator, words)


def _decimals(level: float) -> int:
    return 0 if abs(level * 100 - round(level * 100)) < 1e-9 else 1
