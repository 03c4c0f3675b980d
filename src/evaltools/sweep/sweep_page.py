"""The page of a sweep: small multiples, findings by scenario as a matrix, and what differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from pathlib import Path
from shlex import quote
from typing import Any, Final, get_args

from evaltools.evidence import Descriptor, read_tables
from evaltools.findings.conditions import Outcome as Judged
from evaltools.findings.declaration import load_findings
from evaltools.findings.lookup import Reading
from evaltools.findings.reasons import label_of
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import MISSING
from evaltools.indicators.indicator import Indicator, from_record
from evaltools.report.glossary import Glossary
from evaltools.report.renderer.single_page import write_standalone
from evaltools.report.variables import format_indicator
from evaltools.study import Study
from evaltools.sweep.compute import Outcome, shown_keys
from evaltools.sweep.multiples import Panels
from evaltools.sweep.scenario_grid import Scenario, find_alike

_STYLE = Path(__file__).with_name("page.css")
MARKS: Final[Mapping[Judged, str]] = {"holds": "●", "does_not_hold": "✕", "cannot_be_told": "○"}
"""A mark for each outcome; it stands with a word, so that none is told by colour alone."""
_PARTS = ("numbers", "findings", "said", "differences", "scenarios")
MOST_COLUMNS = 60
"""Scenarios that have a column of the matrix; of more it tells how many come out how."""


@dataclass(frozen=True)
class SweepPage:
    """What the page shows.

    Arguments:
        scenarios: in their order.
        varying: parameters that are not the same in all of them.
        results: what came of each, by its name, without numbers and findings.
        read: gives all that came of a scenario that was computed, by its name.
        reports: path of the whole report of those that were rendered, below the page.
        descriptor: of the data.
    """

    study: Study
    scenarios: Sequence[Scenario]
    varying: Sequence[str]
    results: Mapping[str, Mapping[str, Any]]
    read: Callable[[str], Mapping[str, Any]]
    reports: Mapping[str, str]
    descriptor: Descriptor

    @cached_property
    def words(self) -> Words:
        """Of the language that all scenarios have, or else the study's first."""
        found = {getattr(one.parameters, "language", None) for one in self.scenarios}
        known = self.study.declaration.languages
        own = next(iter(found)) if len(found) == 1 else None
        return self.study.words(own if own in known else known[0])

    @cached_property
    def done(self) -> list[Scenario]:
        """Scenarios that have numbers."""
        return [one for one in self.scenarios if self.results[one.name]["outcome"] == "done"]

    @cached_property
    def alike(self) -> dict[str, Scenario]:
        """Scenarios that give the same numbers and findings as one before them."""
        return find_alike(self.scenarios, self.results)

    def label(self, scenario: Scenario) -> str:
        """A scenario by what of it is not the default, in words; by its only choice where it is."""
        values, changed = scenario.values, scenario.parameters.changed()
        declared = self.study.declaration.parameters
        chosen = [one for one in self.varying if not declared[one].derived]  # not by another
        names = [one for one in self.varying if one in changed or chosen == [one]]
        told = ", ".join(self._choice(name, values[name]) for name in names)
        return told or self.words("sweep.default")

    def _choice(self, name: str, value: Any) -> str:
        declared = self.study.declaration.parameters[name]
        told = []
        for one in value if isinstance(value, list) else [value]:
            label = declared.choices.get(str(one))
            told.append(label.in_language(self.words.language) if label else str(one))
        return " + ".join(told)


def write_page(page: SweepPage) -> str:
    """The page as HTML that needs nothing else."""
    words = page.words
    title = words("sweep.title", title=page.study.declaration.title.in_language(words.language))
    content = _Content(page)
    parts = {
        "numbers": content.multiples(),
        "findings": content.matrix(),
        "said": content.sentences(),
        "differences": content.differences(),
        "scenarios": content.listing(),
    }
    shown = {name: part for name, part in parts.items() if part}
    body: list[str] = []
    if page.descriptor.example:
        body.append(f'<p class="notice">{escape(words("report.example_notice"))}</p>')
    body += content.summary()
    links = (f'<li><a href="#{name}">{escape(content.headings[name])}</a></li>' for name in shown)
    body.append(f'<ul class="places">{"".join(links)}</ul>')
    for name, part in shown.items():
        heading = escape(content.headings[name])
        body += [f'<section id="{name}"><h2>{heading}</h2>', *part, "</section>"]
    return write_standalone(words, title, body, _STYLE)


@dataclass(frozen=True)
class _Finding:
    """A finding in all scenarios: outcome and sentence by the place of the scenario."""

    id: str
    text: str
    outcomes: Mapping[int, Judged]
    said: Mapping[int, str]

    @property
    def turns(self) -> bool:
        return len(set(self.outcomes.values())) > 1


class _Content:
    """The parts of the page, gathered with one scenario in memory at a time."""

    def __init__(self, page: SweepPage) -> None:
        self.page, self.words = page, page.words
        declared, language = page.study.declaration, page.words.language
        self.names = [page.label(one) for one in page.done]
        varying = set(page.varying)
        usual = (place for place, one in enumerate(page.done)
                 if not varying & one.parameters.changed().keys())  # fmt: skip
        least = declared.judging.least_reports
        self.panels = Panels(page.words, self.names, next(usual, None), least)
        resources = tuple(one for one in page.descriptor.resources
                          if one.name in ("codes", "rating_items"))  # fmt: skip
        tables = read_tables(page.study.data, replace(page.descriptor, resources=resources))
        self.glossary = Glossary.of(tables, page.words, declared)
        numbers: dict[str, dict[int, Indicator]] = {}
        outcomes: dict[str, dict[int, Judged]] = {}
        said: dict[str, dict[int, str]] = {}
        for place, one in enumerate(page.done):
            record = page.read(one.name)
            for each in record["main"]:
                numbers.setdefault(each["key"], {})[place] = from_record(each)
            for name, judged in (record["findings"] or {}).items():
                outcomes.setdefault(name, {})[place] = judged["outcome"]
                if place < MOST_COLUMNS:
                    said.setdefault(name, {})[place] = judged["said"]
        self.headings = {name: self.words(f"sweep.heading.{name}") for name in _PARTS}
        if not shown_keys(page.study):
            self.headings["numbers"] = self.words("sweep.heading.shares")
        self.numbers = {self._name(key): found for key, found in numbers.items()}
        texts = {
            each.id: each.text.in_language(language)
            for each in load_findings(
                page.study.root, declared.languages, declared.codes_of_numbers
            )
        }
        found = [
            _Finding(name, texts[name], outcomes[name], said.get(name, {})) for name in outcomes
        ]
        self.findings = sorted(found, key=lambda one: not one.turns)

    def _name(self, key: str) -> str:
        stem, glossary = key.rpartition(".")[0], self.glossary
        if stem in glossary.kinds:  # the same words may be a goal and a result
            name = glossary.name_number(key)
        else:
            name = label_of(Reading(key, None), self.words, glossary.labels)
        return name[:1].upper() + name[1:]

    def summary(self) -> list[str]:
        page, words = self.page, self.words
        declared, language = page.study.declaration.parameters, words.language
        over = [declared[name].label.in_language(language) for name in page.varying]
        counts = Counter(one["outcome"] for one in page.results.values())
        told = [words("sweep.counts.done", count=counts["done"], total=len(page.scenarios))]
        told += [words(f"sweep.counts.{name}", count=counts[name])
                 for name in get_args(Outcome)[1:] if counts[name]]  # fmt: skip
        if page.alike:
            told.append(words("sweep.alike", count=len(page.alike)))
        lines = [words("sweep.varied", over=", ".join(over))] if over else []
        lines.append("; ".join(told) + ".")
        if any(one.turns for one in self.findings):
            turned = sum(one.turns for one in self.findings)
            lines.append(words("sweep.turned", turned=turned, total=len(self.findings)))
        files = " ".join(
            f'<a href="{name}">{name}</a>' for name in ("indicators.csv", "findings.csv")
        )
        return [
            f"<p>{escape(' '.join(lines))}</p>",
            f"<p>{escape(words('sweep.warning'))} {escape(words('sweep.files'))} {files}</p>",
        ]

    def multiples(self) -> list[str]:
        """A panel for each number that a finding names."""
        drawn = [self.panels.draw(place, name, found)
                 for place, (name, found) in enumerate(self.numbers.items())]  # fmt: skip
        drawn = [one for one in drawn if one]
        if not drawn:
            return [f"<p>{escape(self.words('sweep.no_numbers'))}</p>"]
        reading = f"<p>{escape(self.words('sweep.reading'))}</p>"
        return [reading, self.panels.legend(), f'<div class="multiples">{"".join(drawn)}</div>']

    def _mark(self, outcome: Judged) -> str:
        word = escape(self.words(f"sweep.mark.{outcome}"))
        return (
            f'<span class="{outcome}"><span class="mark" aria-hidden="true">{MARKS[outcome]}</span>'
            f"{word}</span>"
        )

    def matrix(self) -> list[str]:
        """Findings by scenario; those that do not come out the same everywhere first."""
        if not self.findings:
            return []
        words, shown = self.words, range(min(len(self.names), MOST_COLUMNS))
        head = [escape(words("sweep.column.finding")), *map(self._mark, MARKS)]
        head += [f'<span class="turned">{escape(self.names[place])}</span>' for place in shown]
        rows = []
        for one in self.findings:
            counts = Counter(one.outcomes.values())
            cells = [escape(one.text), *(str(counts[outcome]) for outcome in MARKS)]
            cells += [self._mark(one.outcomes[place]) if place in one.outcomes else MISSING
                      for place in shown]  # fmt: skip
            rows.append(cells)
        keys = "; ".join(
            f"{mark} {words(f'sweep.mark.{outcome}')}: {words(f'findings.outcome.{outcome}')}"
            for outcome, mark in MARKS.items()
        )
        table = _table(words("sweep.heading.findings"), head, rows)
        body = [
            f"<p>{escape(keys)}.</p>",
            table.replace('"table-scroll"', '"table-scroll matrix"', 1),
        ]
        if len(self.names) > len(shown):
            body.insert(1, f"<p>{escape(words('sweep.cut', shown=len(shown)))}</p>")
        return body

    def sentences(self) -> list[str]:
        """Of each finding the sentences that reports would say, with their scenarios."""
        parts = []
        for one in self.findings:
            places: dict[tuple[Judged, str], list[int]] = {}
            for place, text in one.said.items():
                told = text or self.words("sweep.no_sentence")
                places.setdefault((one.outcomes[place], told), []).append(place)
            items = (
                f'<li><span aria-hidden="true">{MARKS[outcome]}</span> {escape(told)} '
                f'<span class="quiet">{escape(self.panels.list_names(where))}</span></li>'
                for (outcome, told), where in places.items()
            )
            parts.append(
                f'<details class="said"><summary>{escape(one.text)}</summary>'
                f"<ul>{''.join(items)}</ul></details>"
            )
        return parts

    def differences(self) -> list[str]:
        """Of each number that is not the same everywhere, where it is lowest and where highest."""
        words, reference = self.words, self.panels.reference
        rows = []
        for name, found in self.numbers.items():
            known = [(one.value, place) for place, one in found.items() if one.value is not None]
            if len({value for value, _ in known}) < 2:
                continue
            ends = min(known)[1], max(known, key=lambda one: (one[0], -one[1]))[1]
            span = found[ends[1]].value - found[ends[0]].value  # type: ignore[operator]
            cells = [f"{escape(format_indicator(found[place], words))} "
                     f'<span class="quiet">{escape(self.names[place])}</span>'
                     for place in ends]  # fmt: skip
            if reference is not None:
                own = found.get(reference)
                cells.append(escape(format_indicator(own, words) if own else MISSING))
            cells.append(f"{len(known)}/{len(self.names)}")
            shared = found[ends[0]].unit == "share"
            rows.append((not shared, -span if shared else 0, [escape(name), *cells]))
        if not rows:
            return []
        head = [words(f"sweep.column.{name}") for name in ("number", "lowest", "highest")]
        head += [] if reference is None else [self.names[reference]]
        head = [escape(one) for one in (*head, words("sweep.column.known"))]
        ordered = [cells for *_, cells in sorted(rows, key=lambda row: row[:2])]
        return [_table(words("sweep.heading.differences"), head, ordered)]

    def listing(self) -> list[str]:
        """All scenarios, what came of each, and how its report is made."""
        page, words = self.page, self.words
        rows = []
        for one in page.scenarios:
            result, name = page.results[one.name], escape(page.label(one))
            if one.name in page.reports:
                name = f'<a href="{escape(page.reports[one.name], quote=True)}">{name}</a>'
            told = escape(words(f"sweep.outcome.{result['outcome']}"))
            if result["outcome"] == "failed":
                told += f': <span lang="en">{escape("; ".join(result["problems"]))}</span>'
            if one.name in page.alike:
                told += f"; {escape(words('sweep.same', name=page.label(page.alike[one.name])))}"
            rests = ""
            if result["outcome"] == "done":
                rests = words(
                    "sweep.rests", n=result["n"], due=result["N"], funded=result["funded"]
                )
            options = "".join(f" -p {quote(f'{key}={_given(value)}')}"
                              for key, value in one.parameters.changed().items())  # fmt: skip
            command = f"<code>evaltools build{escape(options)}</code>"
            rows.append([name, told, escape(rests) or MISSING, command])
        head = [escape(words(f"sweep.column.{name}"))
                for name in ("scenario", "outcome", "rests", "options")]  # fmt: skip
        return [_table(words("sweep.heading.scenarios"), head, rows)]


def _table(name: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML; its rows begin with what they are of."""

    def line(first: str, rest: Sequence[str]) -> Iterator[str]:
        yield f'<tr><th scope="row">{first}</th>'
        yield from (f"<td>{one}</td>" for one in rest)
        yield "</tr>"

    columns = "".join(f'<th scope="col">{one}</th>' for one in head)
    lines = "".join(part for first, *rest in rows for part in line(first, rest))
    return (
        f'<div class="table-scroll" tabindex="0" role="region" aria-label="{escape(name)}"><table>'
        f"<thead><tr>{columns}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _given(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
