"""A comparison in the terminal, as a chapter, as a page, and in files that somebody names."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Literal

import pandas as pd
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table as RichTable
from rich.text import Text

from evaltools.charts.table import Column, Table
from evaltools.compare import rows as tables
from evaltools.compare.attribution import Attribution
from evaltools.compare.compare import Comparison
from evaltools.compare.comparison_figure import draw_comparison, encode_comparison, make_slopes
from evaltools.compare.prose import read_code_labels
from evaltools.evidence import load_descriptor
from evaltools.files import replace_file
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import MISSING, Language
from evaltools.pipeline.outputs import escape_formula
from evaltools.problems import Problem, ProblemError
from evaltools.provenance.finding_changes import list_pairs
from evaltools.provenance.indicator_changes import IndicatorChange, select_headline_changes
from evaltools.report.renderer.single_page import write_standalone
from evaltools.study import Study

SHOWN = 25
"""Rows of a table before the rest is only counted."""
_STATES = {
    "measured": "measured by rerunning",
    "only_one": "the only thing exchanged",
    "not_attributable": "not attributable",
}


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

    def show(
        title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], numeric: range = range(0)
    ) -> None:
        if not rows:
            return
        table = RichTable(title=title, title_justify="left", title_style="bold", box=SIMPLE_HEAD,
                          pad_edge=False)  # fmt: skip
        for number, name in enumerate(columns):
            justify: Literal["left", "right"] = "right" if number in numeric else "left"
            table.add_column(name, justify=justify, overflow="fold")
        for row in rows[:limit]:
            table.add_row(*map(Text, row))
        console.print()
        console.print(table)
        if len(rows) > limit:
            console.print(f"and {len(rows) - limit} more; --all shows them", highlight=False)

    def show_changes(title: str, changes: Iterable[IndicatorChange]) -> None:
        rows = []
        for change in changes:
            _, key, *rest = tables.format_change(change, "en", labels)
            rows.append((f"{change.either.estimand} {key}", *rest))
        columns = ("Indicator", "Before", "Now", "Change", "Interval", "Verdict")
        show(title, columns, rows, range(3, 5))

    inputs = tables.list_input_changes(comparison, "en")
    show("What was exchanged", ("What", "Before", "Now"), inputs)
    findings = [(item.id, item.old or "–", item.new or "–", ", ".join(item.keys))
                for item in comparison.findings or ()]  # fmt: skip
    columns = ("Finding", "Before", "Now", "Indicators that changed")
    show("Findings whose outcome changed", columns, findings)
    concluded = tables.list_changed_conclusions(comparison, Words("en"))
    show("Answers, criteria and recommendations that changed", ("What", "Before", "Now"), concluded)
    said = ("Finding", "Outcome before", "Outcome now", "Sentence before", "Sentence now")
    show("What the report says otherwise", said, list_pairs(comparison.sentences, Words("en")))
    moved = tables.select_changed_shares(comparison)
    others = tables.select_other_changes(comparison)
    if everything:
        told = {change.identity for change in moved}
        others = [change for change in comparison.changes if change.identity not in told]
    reread = comparison.relation == "same"
    show_changes("Shares that were read or counted otherwise" if reread
                 else "Shares that moved by more than their uncertainty", moved)  # fmt: skip
    show_changes("Other changes", others)
    if attribution is not None:
        console.print()
        for factor in attribution.factors:
            reason = f" ({factor.reason})" if factor.reason else ""
            line = f"{factor.kind.replace('_', ' ')}: {_STATES[factor.state]}{reason}"
            console.print(line, highlight=False, markup=False)
        shares = (change for change in select_headline_changes(comparison.changes)
                  if change.either.unit == "share")  # fmt: skip
        head, parts = tables.list_causes(shares, attribution, Words("en"), None)
        title = "What changes of shares are due to, percentage points"
        show(title, head, parts, range(1, len(head)))
    places = [(f"{item.file}:{item.line}", item.variable, item.old or "–", item.new or "–")
              for item in comparison.prose or ()]  # fmt: skip
    columns = ("Place", "Variable", "Before", "Now")
    show("Places of the text that print differently", columns, places)


ROWS = 15
"""Rows of the table of shares; a report is not the place for all of them."""
_MOVES = ("indicator", "old", "new", "change", "interval")
_SAID = ("finding", "outcome_old", "outcome_new", "sentence_old", "sentence_new")


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
    inputs = tables.list_input_changes(comparison, language, labels)
    if inputs:
        head = _columns(words, "what", "old", "new")
        blocks.append(_markdown_table("inputs", head, inputs, words, widths=(34, 33, 33)))
    moved = tables.select_changed_shares(comparison)
    if moved:
        shown = [tables.format_change(change, language, labels) for change in moved[:ROWS]]
        rows = [(row.label, row.old, row.new, row.change, row.interval) for row in shown]
        widths = (38, 17, 17, 12, 16)
        columns = _columns(words, *_MOVES)
        caption = _caption_of_moves(comparison)
        blocks.append(_markdown_table("moves", columns, rows, words, 1, widths, caption))
        if len(moved) > ROWS:
            blocks.append(words("comparison.more", count=len(moved) - ROWS))
    else:
        blocks.append(words(_no_moves(comparison)))
    head, parts = tables.list_causes(moved[:ROWS], attribution, words, labels)
    if parts:
        blocks.append(_markdown_table("why", head, parts, words, 1))
    if outcomes := tables.list_outcomes(comparison, words):
        head = _columns(words, "finding", "old", "new")
        blocks.append(_markdown_table("findings", head, outcomes, words, widths=(50, 25, 25)))
    if concluded := tables.list_changed_conclusions(comparison, words):
        head = _columns(words, "what", "old", "new")
        own = _markdown_table("conclusions", head, concluded, words, widths=(50, 25, 25))
        blocks.append(own)
    if sentences := list_pairs(comparison.sentences, words):
        head = _columns(words, *_SAID)
        widths = (16, 14, 14, 28, 28)
        blocks.append(_markdown_table("sentences", head, sentences, words, widths=widths))
    return "\n\n".join(blocks) + "\n"


def _caption_of_moves(comparison: Comparison) -> str:
    """Of the same texts nothing moved; they were read or counted otherwise."""
    return "reread" if comparison.relation == "same" else "moves"


def _no_moves(comparison: Comparison) -> str:
    return "comparison.none_reread" if comparison.relation == "same" else "comparison.none_moved"


def _columns(words: Words, *names: str) -> list[str]:
    return [words(f"comparison.column.{name}") for name in names]


def _markdown_table(
    name: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    words: Words,
    right_from: int = 99,
    widths: Sequence[int] = (),
    caption: str = "",
) -> str:
    names = [f"c{place}" for place in range(len(head))]
    widths = widths or (34, *(12,) * (len(head) - 1))
    columns = [
        Column(name, label, align="right" if place >= right_from else "left", width=width)
        for place, (name, label, width) in enumerate(zip(names, head, widths, strict=True))
    ]
    frame = pd.DataFrame([tuple(row) for row in rows], columns=names)
    told = words(f"comparison.caption.{caption or name}")
    table = Table(frame, columns, told, words.language)
    return table.captioned(f"tbl-changes-{name}").rstrip("\n")


_XML = re.compile(r"<\?xml[^>]*>|<!DOCTYPE[^>]*>", re.DOTALL)
_STYLE = Path(__file__).with_name("page.css")


def write_page(
    comparison: Comparison,
    attribution: Attribution | None,
    language: Language,
    labels: Mapping[str, str],
    notice: str = "",
) -> str:
    """One self-contained HTML page in the house style, without any script.

    A notice, such as that the data are an example, is shown at its top.
    """
    words = Words(language)
    body = [f'<p class="notice">{escape(notice)}</p>'] if notice else []
    body += [f"<p>{escape(sentence)}</p>" for sentence in tables.summarise(comparison, language)]
    if not comparison.is_empty:
        if make_slopes(comparison, language, labels):
            figure = draw_comparison(comparison, language, labels)
            svg = _XML.sub("", figure.svg).strip()
            svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(figure.alt)}" ', 1)
            caption = escape(figure.full_caption)
            body.append(f"<figure>{svg}<figcaption>{caption}</figcaption></figure>")
        body += _page_parts(comparison, attribution, language, labels)
    title = words("comparison.page_title")
    window = f"{title}: {comparison.old.name}, {comparison.new.name}"
    return write_standalone(words, title, body, _STYLE, window)


def _page_parts(
    comparison: Comparison,
    attribution: Attribution | None,
    language: Language,
    labels: Mapping[str, str],
) -> list[str]:
    words = Words(language)
    body: list[str] = []

    def heading(name: str) -> None:
        body.append(f"<h2>{escape(words(f'comparison.heading.{name}'))}</h2>")

    def section(name: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        if rows:
            heading(name)
            body.append(_html_table(name, _columns(words, *columns), rows, words))

    section(
        "inputs", ("what", "old", "new"), tables.list_input_changes(comparison, language, labels)
    )
    section("findings", ("finding", "old", "new"), tables.list_outcomes(comparison, words))
    section(
        "conclusions", ("what", "old", "new"), tables.list_changed_conclusions(comparison, words)
    )
    section("sentences", _SAID, list_pairs(comparison.sentences, words))
    heading("moves")
    moved = tables.select_changed_shares(comparison)
    if moved:
        rows = [
            (_label(row), row.old, row.new, row.change, row.interval)
            for row in (tables.format_change(change, language, labels) for change in moved)
        ]
        caption = _caption_of_moves(comparison)
        body.append(_html_table(caption, _columns(words, *_MOVES), rows, words, range(1, 99)))
    else:
        body.append(f"<p>{escape(words(_no_moves(comparison)))}</p>")
    if attribution is not None:
        heading("why")
        body += [f"<p>{escape(line)}</p>" for line in tables.explain_causes(attribution, language)]
        head, parts = tables.list_causes(moved, attribution, words, labels)
        if parts:
            body.append(_html_table("why", head, parts, words, range(1, 99)))
    if others := tables.select_other_changes(comparison):
        rows = [
            (_label(row), row.old, row.new, row.change, row.verdict)
            for row in (tables.format_change(change, language, labels) for change in others)
        ]
        head = _columns(words, *_MOVES[:4], "verdict")
        body.append(_html_table("other", head, rows, words, range(1, 4)))
    places = [(f"{item.file}:{item.line}", item.variable, item.old, item.new)
              for item in comparison.prose or ()]  # fmt: skip
    section("prose", ("place", "variable", "old", "new"), places)
    return body


def _label(row: tables.ChangeRow) -> str:
    return row.label if row.label == row.key else f"{row.label}\n{row.key}"


def _html_table(
    name: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    words: Words,
    numeric: range = range(0),
) -> str:
    """A table whose rows begin with what they are of; a second line of it is its key."""
    caption = escape(words(f"comparison.caption.{name}"))
    kinds = [' class="number"' if place in numeric else "" for place in range(len(head))]
    lines = [f'<div class="table-scroll" tabindex="0" role="region" aria-label="{caption}">',
             f"<table><caption>{caption}</caption>", "<thead><tr>"]  # fmt: skip
    lines += [f'<th scope="col"{kind}>{escape(text)}</th>'
              for kind, text in zip(kinds, head, strict=True)]  # fmt: skip
    lines.append("</tr></thead><tbody>")
    for row in rows:
        first, _, key = row[0].partition("\n")
        small = f'<span class="key">{escape(key)}</span>' if key else ""
        cells = [f'<th scope="row">{escape(first)}{small}</th>']
        cells += [f"<td{kind}>{escape(text or MISSING)}</td>"
                  for kind, text in zip(kinds[1:], row[1:], strict=True)]  # fmt: skip
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</tbody></table></div>"])


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
    remainder = ["interaction", "unexplained"] if attribution else []
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow([*COLUMNS, *(f"due_to_{kind}" for kind in kinds), *remainder])
    for change in comparison.changes:
        by = ";".join(f"{name}={value}" for name, value in change.either.dimensions)
        row = [
            escape_formula(change.key),
            change.either.estimand,
            escape_formula(by),
            change.either.unit,
        ]
        numbers: list[float | None] = []
        for side in (change.old, change.new):
            numbers += (side.value, side.x, side.n, side.N) if side else (None,) * 4
        numbers += (change.change, change.low, change.high, change.level)
        causes: list[float | None] = []
        if attribution:
            effect = attribution.effects.get(change.identity)
            parts = dict(effect.parts) if effect else {}
            causes = [parts.get(kind) for kind in kinds]
            known = effect is not None and effect.change is not None
            causes += (effect.interaction, effect.rest) if effect and known else (None, None)
        row += (change.verdict, change.why, *map(_format_number, numbers), change.basis)
        writer.writerow([*row, *map(_format_number, causes)])
    return buffer.getvalue()


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
    wanted: list[tuple[Path | None, Callable[[], str | bytes]]] = [
        (files.html, lambda: write_page(comparison, attribution, language, labels, notice)),
        (files.csv, lambda: write_csv(comparison, attribution)),
        (files.markdown, lambda: write_changes_section(comparison, attribution, language, labels)),
        (files.figure, lambda: encode_comparison(comparison, language, labels, notice)),
    ]
    written = []
    for path, make in wanted:
        if path is None:
            continue
        content = make()
        try:
            replace_file(path, content.encode() if isinstance(content, str) else content)
        except OSError as error:
            what = f"cannot be written: {error.strerror}"
            raise ProblemError([Problem(str(path), what, code="compare.file")]) from None
        written.append(path)
    return written


def example_notice(study: Study, language: Language) -> str:
    """What pictures and pages of example data say; empty for real data."""
    example = load_descriptor(study.data).example
    return study.words(language)("report.example_notice") if example else ""
