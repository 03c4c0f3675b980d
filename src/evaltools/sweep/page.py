"""The page of a sweep: small multiples, what differs, and findings by scenario as a matrix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from evaltools.findings.declaration import load_findings
from evaltools.report.renderer.fonts import face_rules
from evaltools.study import Study
from evaltools.sweep.scenarios import Scenario

_STYLE = Path(__file__).with_name("page.css")
MARKS = {
    "holds": ("●", "holds"),
    "does_not_hold": ("✕", "does not hold"),
    "cannot_be_told": ("○", "cannot be told"),
}
"""A mark and a word for each outcome, so that none is told by colour alone."""
_WIDTH, _ROW, _LEFT, _TOP = 300, 16, 8, 6
_MOST_ROWS = 60
"""Scenarios that are drawn one by one; more are in the tables."""


@dataclass(frozen=True)
class SweepPage:
    """What the page shows.

    Arguments:
        scenarios: in their order.
        varying: parameters that are not the same in all of them.
        results: what came of each, by its name.
        reports: path of the whole report of those that were rendered, below the page.
        example: whether the data are an example.
    """

    study: Study
    scenarios: Sequence[Scenario]
    varying: Sequence[str]
    results: Mapping[str, Mapping[str, Any]]
    reports: Mapping[str, str]
    example: bool

    @property
    def done(self) -> list[Scenario]:
        """Scenarios that have numbers."""
        return [one for one in self.scenarios if self.results[one.name]["outcome"] == "done"]

    def label(self, scenario: Scenario) -> str:
        """A scenario by what of it is not the default, in words; by its only choice where it is."""
        values, changed = scenario.values, scenario.parameters.changed()
        names = [one for one in self.varying if one in changed or len(self.varying) == 1]
        told = ", ".join(self._choice(name, values[name]) for name in names)
        return told or "default values"

    def _choice(self, name: str, value: Any) -> str:
        declared = self.study.declaration.parameters[name]
        told = []
        for one in value if isinstance(value, list) else [value]:
            label = declared.choices.get(str(one))
            told.append(label.in_language("en") if label else str(one))
        return " + ".join(told)

    def main(self, scenario: Scenario) -> dict[str, Mapping[str, Any]]:
        """The indicators of a scenario that are shown, by key."""
        return {one["key"]: one for one in self.results[scenario.name]["main"]}


def write_page(page: SweepPage) -> str:
    """The page as HTML that needs nothing else."""
    title = f"Scenarios of {page.study.declaration.title.in_language('en')}"
    body = [f"<h1>{escape(title)}</h1>"]
    if page.example:
        body.append('<p class="notice">Example data: generated, and of no real project.</p>')
    body.append(_summary(page))
    body += [*_multiples(page), *_differences(page), *_matrix(page), *_scenarios(page)]
    content = "\n".join(body)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n"
        f"<style>\n{face_rules()}\n{_STYLE.read_text(encoding='utf-8').strip()}\n</style>\n"
        f'</head>\n<body>\n<main id="content">\n{content}\n</main>\n</body>\n</html>\n'
    )


def _summary(page: SweepPage) -> str:
    counts = {outcome: sum(one["outcome"] == outcome for one in page.results.values())
              for outcome in ("done", "nothing_to_read", "failed")}  # fmt: skip
    over = ", ".join(page.varying) or "nothing"
    told = f"{len(page.scenarios)} scenarios over {over}: {counts['done']} computed"
    if counts["nothing_to_read"]:
        told += f", {counts['nothing_to_read']} that leave nothing to read"
    if counts["failed"]:
        told += f", {counts['failed']} failed"
    warning = (
        "This page is for work and not for publication: what is withheld in one scenario can be "
        "worked out from others."
    )
    return f"<p>{escape(told)}.</p>\n<p>{warning}</p>"


def _multiples(page: SweepPage) -> list[str]:
    """A small picture for each indicator: a row a scenario, value and interval."""
    shown = page.done[:_MOST_ROWS]
    found = [page.main(one) for one in shown]
    keys = list(dict.fromkeys(key for one in found for key in one))
    what = (
        "The first scenario is uppermost. Bars are intervals: what to expect of projects of this "
        "kind, where the chosen estimand has none of its own."
    )
    body = ["<h2>Numbers that findings rest on</h2>", f"<p>{what}</p>"]
    if len(page.done) > len(shown):
        body.append(f"<p>The first {len(shown)} scenarios; all are in indicators.csv.</p>")
    names = [page.label(one) for one in shown]
    pictures = [
        _multiple(key, names, [one.get(key) for one in found])
        for key in keys
        if any(one.get(key, {}).get("value") is not None for one in found)
    ]
    if not pictures:
        return [*body, "<p>No finding names a number of its own.</p>"]
    return [*body, f'<div class="multiples">{"".join(pictures)}</div>']


def _multiple(key: str, names: Sequence[str], records: Sequence[Mapping[str, Any] | None]) -> str:
    numbers = [
        value
        for one in records
        if one is not None
        for value in (one["value"], one["low"], one["high"])
        if value is not None
    ]
    unit = next(one["unit"] for one in records if one is not None)
    low, high = (0.0, 1.0) if unit == "share" else (min(0.0, *numbers), max(0.0, *numbers))
    span, plot = (high - low) or 1.0, _WIDTH - 150

    def place(value: float) -> float:
        return round(_LEFT + 130 + (value - low) / span * (plot - 2 * _LEFT), 1)

    height = _TOP * 2 + _ROW * (len(names) + 1)
    left, right = place(low), place(high)
    parts = [
        f'<line class="axis" x1="{x}" x2="{x}" y1="{_TOP}" y2="{height - _ROW}"/>'
        for x in dict.fromkeys((left, right))
    ]
    told = []
    for row, (name, one) in enumerate(zip(names, records, strict=True)):
        y = _TOP + _ROW * row + _ROW // 2
        short = name if len(name) <= 22 else f"{name[:21]}…"
        parts.append(f'<text x="{_LEFT + 118}" y="{y + 4}" class="name">{escape(short)}</text>')
        text = format_number(one)
        told.append(f"{name} {text}")
        if one is None or one["value"] is None:
            parts.append(f'<text x="{left + 2}" y="{y + 4}" class="none">{text}</text>')
            continue
        if one["low"] is not None:
            ends = (place(max(low, one["low"])), place(min(high, one["high"])))
            parts.append(
                f'<line class="interval" x1="{ends[0]}" x2="{ends[1]}" y1="{y}" y2="{y}"/>'
            )
        parts.append(f'<circle cx="{place(one["value"])}" cy="{y}" r="3.5"/>')
    for x, value, anchor in ((left, low, "start"), (right, high, "end")):
        text = format_value(value, unit)
        parts.append(
            f'<text x="{x}" y="{height - 4}" class="tick" text-anchor="{anchor}">{text}</text>'
        )
    alt = escape(f"{key}: {'; '.join(told)}")
    return (
        f'<figure><figcaption>{escape(key)}</figcaption><svg viewBox="0 0 {_WIDTH} {height}" '
        f'role="img" aria-label="{alt}">{"".join(parts)}</svg></figure>'
    )


def format_value(value: float, unit: str) -> str:
    """A number as the page shows it: shares in per cent."""
    if unit in ("share", "difference"):
        return f"{value * 100:.0f}%" if abs(value) < 10 else f"{value:.3g}"
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def format_number(record: Mapping[str, Any] | None) -> str:
    """An indicator in a few characters: its value, and its counts where it has them."""
    if record is None:
        return "not computed"
    if record["suppressed"]:
        return "withheld"
    if record["value"] is None:
        return "no value"
    text = format_value(record["value"], record["unit"])
    counts = record["x"] is not None and record["n"] is not None
    return f"{text} ({record['x']}/{record['n']})" if counts else text


def _table(name: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of cells that are HTML; its rows begin with what they are of."""
    columns = "".join(f'<th scope="col">{one}</th>' for one in head)
    lines = [
        f'<tr><th scope="row">{first}</th>{"".join(f"<td>{one}</td>" for one in rest)}</tr>'
        for first, *rest in rows
    ]
    return (
        f'<div class="table" tabindex="0" role="region" aria-label="{escape(name)}"><table>'
        f"<caption>{escape(name)}</caption><thead><tr>{columns}</tr></thead>"
        f"<tbody>{''.join(lines)}</tbody></table></div>"
    )


def _differences(page: SweepPage) -> list[str]:
    """Of each number that is not the same everywhere, where it is lowest and where highest."""
    found = [(page.label(one), page.main(one)) for one in page.done]
    rows = []
    for key in dict.fromkeys(key for _, one in found for key in one):
        known = [(one[key]["value"], name, one[key]) for name, one in found
                 if key in one and one[key]["value"] is not None]  # fmt: skip
        if len({value for value, _, _ in known}) < 2:
            continue
        least = min(known, key=lambda one: (one[0], one[1]))
        most = max(known, key=lambda one: (one[0], one[1]))
        cells = [f"{escape(name)}: {format_number(one)}" for _, name, one in (least, most)]
        rows.append([escape(key), *cells, f"{len(known)} of {len(found)}"])
    if not rows:
        return []
    head = ("number", "lowest", "highest", "scenarios with a value")
    return ["<h2>What differs</h2>", _table("What differs between scenarios", head, rows)]


def _matrix(page: SweepPage) -> list[str]:
    judged = [(one, page.results[one.name]["findings"]) for one in page.done]
    judged = [(one, found) for one, found in judged if found]
    if not judged:
        return []
    ids = list(dict.fromkeys(name for _, found in judged for name in found))
    legend = " · ".join(f"{mark} {word}" for mark, word in MARKS.values())
    rows = []
    for one, found in judged:
        cells = [escape(page.label(one))]
        for name in ids:
            if name not in found:
                cells.append("–")
                continue
            mark, word = MARKS[found[name]["outcome"]]
            said = escape(found[name]["said"] or "no sentence says so", quote=True)
            kind = found[name]["outcome"]
            cells.append(f'<span class="{kind}" title="{said}">{mark} {word}</span>')
        rows.append(cells)
    declared = page.study.declaration
    texts = {
        each.id: each.text.in_language("en")
        for each in load_findings(page.study.root, declared.languages, declared.codes_of_numbers)
    }
    head = ["scenario", *(f'<span title="{escape(texts[name], quote=True)}">{escape(name)}</span>'
                          for name in ids)]  # fmt: skip
    turned = [name for name in ids if len({f[name]["outcome"] for _, f in judged if name in f}) > 1]
    told = f"{len(turned)} of {len(ids)} findings do not come out the same everywhere."
    return [
        "<h2>Findings by scenario</h2>",
        f"<p>{legend}. {told} What each report would say is in findings.csv.</p>",
        _table("Findings by scenario", head, rows).replace('"table"', '"table matrix"', 1),
    ]


def _scenarios(page: SweepPage) -> list[str]:
    rows = []
    for one in page.scenarios:
        result, name = page.results[one.name], escape(page.label(one))
        if one.name in page.reports:
            name = f'<a href="{escape(page.reports[one.name], quote=True)}">{name}</a>'
        if result["outcome"] == "done":
            told = f"{result['n']} reports read of {result['N']} due; {result['funded']} funded"
        else:
            told = "; ".join(result["problems"])
        outcome = str(result["outcome"]).replace("_", " ")
        options = " ".join(f"-p {key}={_given(value)}"
                           for key, value in one.parameters.changed().items())  # fmt: skip
        rows.append([name, outcome, escape(told), f"<code>{escape(options) or '–'}</code>"])
    head = ("scenario", "outcome", "what it rests on, or what is wrong", "options of a build")
    return ["<h2>Scenarios</h2>", _table("Scenarios", head, rows)]


def _given(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
