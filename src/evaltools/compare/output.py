"""A comparison in the terminal, in a report, and in files that somebody names."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from evaltools.charts.table import Column, Table
from evaltools.compare import rows as tables
from evaltools.compare.attribution import Attribution
from evaltools.compare.changes import IndicatorChange
from evaltools.compare.compare import Comparison
from evaltools.compare.figure import encode_comparison
from evaltools.compare.page import write_page
from evaltools.compare.prose import read_code_labels
from evaltools.evidence import load_descriptor
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.pipeline.outputs import escape_formula
from evaltools.problems import Problem, ProblemError
from evaltools.study import Study

SHOWN = 25
"""Rows of a table before the rest is only counted."""


def print_comparison(
    comparison: Comparison,
    attribution: Attribution | None,
    labels: Mapping[str, str],
    console: Console,
    everything: bool = False,
) -> None:
    """Print a comparison in English, as all of the command line is; on demand every row of it."""
    for sentence in tables.summarise(comparison, "en"):
        console.print(sentence, highlight=False, markup=False)
    if comparison.is_empty:
        return
    limit = 10_000 if everything else SHOWN
    rows = [(item.what, item.old, item.new) for item in tables.list_input_changes(comparison, "en")]
    _print_table(console, "What was exchanged", ("What", "Before", "Now"), rows, limit)
    if comparison.findings:
        found = [(item.id, item.old or "–", item.new or "–", ", ".join(item.keys))
                 for item in comparison.findings]  # fmt: skip
        columns = ("Finding", "Before", "Now", "Indicators that changed")
        _print_table(console, "Findings whose outcome changed", columns, found, limit)
    moved = tables.select_changed_shares(comparison)
    _print_changes(
        console, "Shares that moved by more than their uncertainty", moved, labels, limit
    )
    others = tables.select_other_changes(comparison)
    if everything:
        shown = {change.identity for change in moved}
        others = [change for change in comparison.changes if change.identity not in shown]
    _print_changes(console, "Other changes", others, labels, limit)
    if attribution is not None:
        _print_causes(console, comparison, attribution, limit)
    if comparison.prose:
        places = [
            (f"{item.file}:{item.line}", item.variable, item.old or "–", item.new or "–")
            for item in comparison.prose
        ]
        columns = ("Place", "Variable", "Before", "Now")
        _print_table(console, "Places of the text that print differently", columns, places, limit)


def _print_changes(
    console: Console,
    title: str,
    changes: list[IndicatorChange],
    labels: Mapping[str, str],
    limit: int,
) -> None:
    rows = []
    for change in changes:
        shown = tables.format_change(change, "en", labels)
        what = f"{change.estimand} {shown.key}"
        rows.append((what, shown.old, shown.new, shown.change, shown.interval, shown.verdict))
    columns = ("Indicator", "Before", "Now", "Change", "Interval", "Verdict")
    _print_table(console, title, columns, rows, limit, numeric=(3, 4))


def _print_causes(
    console: Console, comparison: Comparison, attribution: Attribution, limit: int
) -> None:
    console.print()
    for factor in attribution.factors:
        said = {"measured": "measured by rerunning", "only_one": "the only thing exchanged",
                "not_attributable": "not attributable"}[factor.state]  # fmt: skip
        reason = f" ({factor.reason})" if factor.reason else ""
        line = f"{factor.kind.replace('_', ' ')}: {said}{reason}"
        console.print(line, highlight=False, markup=False)
    if all(factor.state == "only_one" for factor in attribution.factors) and not any(
        effect.single for effect in attribution.effects.values()
    ):
        return
    rows: list[tuple[str, ...]] = []
    columns: tuple[str, ...] = ("Indicator", "Change")
    for change in tables.select_headline_changes(comparison.changes):
        effect = attribution.effects.get(change.identity)
        if effect is None or effect.change is None or change.unit != "share":
            continue
        told = tables.list_effect_parts(effect, attribution, "en")
        singles = tuple((f"{name} alone", tables.format_points(part, "en"))
                        for name, part in effect.single)  # fmt: skip
        columns = ("Indicator", "Change", *(name for name, _ in (*told, *singles)))
        rows.append((change.key, tables.format_points(effect.change, "en"),
                     *(part for _, part in (*told, *singles))))  # fmt: skip
    title = "What changes of shares are due to, percentage points"
    numeric = tuple(range(1, len(columns)))
    _print_table(console, title, columns, rows, limit, numeric=numeric)


def _print_table(
    console: Console,
    title: str,
    columns: tuple[str, ...],
    rows: Sequence[tuple[str, ...]],
    limit: int,
    numeric: tuple[int, ...] = (),
) -> None:
    if not rows:
        return
    table = RichTable(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD,
                  pad_edge=False)  # fmt: skip
    for number, name in enumerate(columns):
        table.add_column(name, justify="right" if number in numeric else "left", overflow="fold")
    for row in rows[:limit]:
        table.add_row(*(Text(cell) for cell in row))
    console.print()
    console.print(table)
    if len(rows) > limit:
        console.print(f"and {len(rows) - limit} more; --all shows them", highlight=False)


ROWS = 15
"""Rows of the table of shares; a report is not the place for all of them."""


def write_changes_section(
    comparison: Comparison,
    attribution: Attribution | None,
    language: Language,
    labels: Mapping[str, str],
) -> str:
    """The section as markdown: heading, sentences, tables with captions and identifiers."""
    words = Words(language)
    heading = f"## {words('comparison.title')} {{#sec-changes}}"
    blocks = [heading, " ".join(map(escape_markdown, tables.summarise(comparison, language)))]
    if comparison.is_empty:
        return "\n\n".join(blocks) + "\n"
    if attribution is not None:
        blocks.append(" ".join(map(escape_markdown, tables.explain_causes(attribution, language))))
    exchanged = [
        (row.what, row.old, row.new)
        for row in tables.list_input_changes(comparison, language, labels)
    ]
    blocks += _table("inputs", ("what", "old", "new"), exchanged, words, (34, 33, 33))
    moved = tables.select_changed_shares(comparison)
    if moved:
        shown = [tables.format_change(change, language, labels) for change in moved[:ROWS]]
        rows = [(row.label, row.old, row.new, row.change, row.interval) for row in shown]
        columns = ("indicator", "old", "new", "change", "interval")
        blocks += _table("moves", columns, rows, words, (38, 17, 17, 12, 16), right_from=1)
        if len(moved) > ROWS:
            blocks.append(words("comparison.more", count=len(moved) - ROWS))
    else:
        blocks.append(words("comparison.none_moved"))
    head, parts = tables.list_causes(moved[:ROWS], attribution, language, labels)
    if parts:
        blocks.append(_markdown(head, parts, words("comparison.caption.why"), "why", language, 1))
    if comparison.findings:
        outcomes = [
            (
                item.id,
                tables.format_outcome(item.old, words),
                tables.format_outcome(item.new, words),
            )
            for item in comparison.findings
        ]
        blocks += _table("findings", ("finding", "old", "new"), outcomes, words, (50, 25, 25))
    return "\n\n".join(blocks) + "\n"


def _table(
    name: str,
    columns: Sequence[str],
    rows: Sequence[tuple[str, ...]],
    words: Words,
    widths: Sequence[int],
    right_from: int = 99,
) -> list[str]:
    if not rows:
        return []
    head = [words(f"comparison.column.{column}") for column in columns]
    caption = words(f"comparison.caption.{name}")
    return [_markdown(head, rows, caption, name, words.language, right_from, widths)]


def _markdown(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    caption: str,
    name: str,
    language: Language,
    right_from: int,
    widths: Sequence[int] = (),
) -> str:
    names = [f"c{place}" for place in range(len(head))]
    frame = pd.DataFrame(list(rows), columns=names)
    columns = [
        Column(column, label, align="right" if place >= right_from else "left",
               width=widths[place] if widths else (34 if place == 0 else 12))
        for place, (column, label) in enumerate(zip(names, head, strict=True))
    ]  # fmt: skip
    table = Table(frame, columns, caption, language)
    return f"{table.markdown()}\n: {table.full_caption} {{#tbl-changes-{name}}}"


COLUMNS = (
    "key", "estimand", "dimensions", "unit", "verdict", "why", "old", "old_x", "old_n", "old_N",
    "new", "new_x", "new_n", "new_N", "change", "low", "high", "level", "basis",
)  # fmt: skip


def write_csv(comparison: Comparison, attribution: Attribution | None = None) -> str:
    """All moves as CSV; with an attribution its parts as columns.

    Numbers have as many digits as it takes to read the same number again; text that a
    spreadsheet would take for a formula is made harmless.
    """
    kinds = [factor.kind for factor in attribution.factors] if attribution else []
    extra = [f"due_to_{kind}" for kind in kinds]
    if attribution is not None:
        extra += ["interaction", "unexplained"]
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*COLUMNS, *extra])
    for change in comparison.changes:
        row = _csv_row(change)
        if attribution is not None:
            effect = attribution.effects.get(change.identity)
            parts = dict(effect.parts) if effect else {}
            row += [_format_number(parts.get(kind)) for kind in kinds]
            known = effect is not None and effect.change is not None
            remainder = (effect.interaction, effect.rest) if effect and known else (None, None)
            row += [_format_number(number) for number in remainder]
        writer.writerow(row)
    return buffer.getvalue()


def _csv_row(change: IndicatorChange) -> list[str]:
    by = ";".join(f"{name}={value}" for name, value in change.dimensions)
    row = [
        escape_formula(change.key),
        change.estimand,
        escape_formula(by),
        change.unit,
        change.verdict,
        change.why,
    ]
    for side in (change.old, change.new):
        counts = (None,) * 4 if side is None else (side.value, side.x, side.n, side.N)
        row += map(_format_number, counts)
    numbers = (change.change, change.low, change.high, change.level)
    return [*row, *map(_format_number, numbers), change.basis]


def _format_number(value: float | None) -> str:
    return "" if value is None else repr(value)


@dataclass(frozen=True)
class OutputFiles:
    """Where to write what; None for what is not wanted.

    Arguments:
        html: the page.
        csv: the table of all changes.
        markdown: the section.
        figure: the picture, as PNG.
    """

    html: Path | None = None
    csv: Path | None = None
    markdown: Path | None = None
    figure: Path | None = None


def write_comparison(
    comparison: Comparison,
    attribution: Attribution | None,
    study: Study,
    files: OutputFiles,
    language: Language,
) -> list[Path]:
    """Write a comparison to the files asked for, which are returned.

    Raises:
        ProblemError: a file cannot be written.
    """
    labels, notice = read_code_labels(study, language), example_notice(study, language)
    wanted: list[tuple[Path | None, Callable[[], bytes]]] = [
        (
            files.html,
            lambda: write_page(comparison, attribution, language, labels, notice).encode(),
        ),
        (files.csv, lambda: write_csv(comparison, attribution).encode()),
        (
            files.markdown,
            lambda: write_changes_section(comparison, attribution, language, labels).encode(),
        ),
        (files.figure, lambda: encode_comparison(comparison, language, labels, notice)),
    ]
    written = []
    for path, content in wanted:
        if path is None:
            continue
        try:
            path.write_bytes(content())
        except OSError as error:
            what = f"cannot be written: {error.strerror}"
            raise ProblemError([Problem(str(path), what, code="compare.file")]) from None
        written.append(path)
    return written


def example_notice(study: Study, language: Language) -> str:
    """What pictures and pages of example data say; empty for real data."""
    example = load_descriptor(study.data).example
    return study.words(language)("report.example_notice") if example else ""
