"""A comparison as one self-contained HTML page in the house style, without any script."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from evaltools.compare import rows as tables
from evaltools.compare.attribution import Attribution
from evaltools.compare.changes import IndicatorChange
from evaltools.compare.compare import Comparison
from evaltools.compare.figure import draw_comparison, make_slopes
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import MISSING, Language
from evaltools.report.renderer.fonts import face_rules

_XML = re.compile(r"<\?xml[^>]*>|<!DOCTYPE[^>]*>", re.DOTALL)
_STYLE = Path(__file__).with_name("page.css")


def write_page(
    comparison: Comparison,
    attribution: Attribution | None,
    language: Language,
    labels: Mapping[str, str],
    notice: str = "",
) -> str:
    """The page; a notice, such as that the data are an example, is shown at its top."""
    words = Words(language)
    title = words("comparison.page_title")
    body = [f"<h1>{escape(title)}</h1>"]
    if notice:
        body.append(f'<p class="notice">{escape(notice)}</p>')
    body += [f"<p>{escape(sentence)}</p>" for sentence in tables.summarise(comparison, language)]
    if not comparison.is_empty:
        body += _figure(comparison, language, labels)
        body += _page_parts(comparison, attribution, language, labels)
    return (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}: {escape(comparison.old.name)}, "
        f"{escape(comparison.new.name)}</title>\n"
        f"<style>\n{face_rules()}\n{_STYLE.read_text(encoding='utf-8').strip()}\n</style>\n</head>\n<body>\n"
        f'<a class="skip" href="#content">{escape(words("comparison.skip"))}</a>\n'
        f'<main id="content" tabindex="-1">\n{chr(10).join(body)}\n</main>\n</body>\n</html>\n'
    )


def _figure(comparison: Comparison, language: Language, labels: Mapping[str, str]) -> list[str]:
    if not make_slopes(comparison, language, labels):
        return []
    figure = draw_comparison(comparison, language, labels)
    svg = _XML.sub("", figure.svg).strip()
    svg = svg.replace("<svg ", f'<svg role="img" aria-label="{escape(figure.alt)}" ', 1)
    return [f"<figure>{svg}<figcaption>{escape(figure.full_caption)}</figcaption></figure>"]


def _page_parts(
    comparison: Comparison,
    attribution: Attribution | None,
    language: Language,
    labels: Mapping[str, str],
) -> list[str]:
    words = Words(language)
    rows = [
        [item.what, item.old, item.new]
        for item in tables.list_input_changes(comparison, language, labels)
    ]
    body = _section("inputs", ("what", "old", "new"), rows, words)
    if comparison.findings:
        outcomes = [
            [
                item.id,
                tables.format_outcome(item.old, words),
                tables.format_outcome(item.new, words),
            ]
            for item in comparison.findings
        ]
        body += _section("findings", ("finding", "old", "new"), outcomes, words)
    moved = tables.select_changed_shares(comparison)
    columns = ("indicator", "old", "new", "change", "interval")
    body.append(f"<h2>{escape(words('comparison.heading.moves'))}</h2>")
    if moved:
        body.append(
            _table("moves", columns, _changes_part(moved, language, labels), words, number_from=1)
        )
    else:
        body.append(f"<p>{escape(words('comparison.none_moved'))}</p>")
    if attribution is not None:
        body.append(f"<h2>{escape(words('comparison.heading.why'))}</h2>")
        body += [f"<p>{escape(line)}</p>" for line in tables.explain_causes(attribution, language)]
        head, parts = tables.list_causes(moved, attribution, language, labels)
        if parts:
            body.append(_bare_table(words("comparison.caption.why"), head, parts, 1))
    if others := tables.select_other_changes(comparison):
        body.append(_table("other", (*columns[:4], "verdict"),
                           _changes_part(others, language, labels, verdict=True), words,
                           number_from=1, number_to=4))  # fmt: skip
    if comparison.prose:
        places = [[f"{item.file}:{item.line}", item.variable, item.old, item.new]
                  for item in comparison.prose]  # fmt: skip
        body += _section("prose", ("place", "variable", "old", "new"), places, words)
    return body


def _changes_part(
    changes: Sequence[IndicatorChange],
    language: Language,
    labels: Mapping[str, str],
    verdict: bool = False,
) -> list[list[str]]:
    rows = []
    for change in changes:
        shown = tables.format_change(change, language, labels)
        first = shown.label if shown.label == shown.key else f"{shown.label}\n{shown.key}"
        last = shown.verdict if verdict else shown.interval
        rows.append([first, shown.old, shown.new, shown.change, last])
    return rows


def _section(
    name: str, columns: Sequence[str], rows: Sequence[Sequence[str]], words: Words
) -> list[str]:
    if not rows:
        return []
    heading = f"<h2>{escape(words(f'comparison.heading.{name}'))}</h2>"
    return [heading, _table(name, columns, rows, words)]


def _table(
    name: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    words: Words,
    number_from: int = 99,
    number_to: int = 99,
) -> str:
    head = [words(f"comparison.column.{column}") for column in columns]
    caption = words(f"comparison.caption.{name}")
    return _bare_table(caption, head, rows, number_from, number_to)


def _bare_table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    number_from: int = 99,
    number_to: int = 99,
) -> str:
    def kind(place: int) -> str:
        return ' class="number"' if number_from <= place < number_to else ""

    lines = [f'<div class="table" tabindex="0" role="region" aria-label="{escape(caption)}">',
             f"<table><caption>{escape(caption)}</caption>", "<thead><tr>"]  # fmt: skip
    lines += [f'<th scope="col"{kind(place)}>{escape(text)}</th>'
              for place, text in enumerate(head)]  # fmt: skip
    lines.append("</tr></thead><tbody>")
    for row in rows:
        first, _, key = row[0].partition("\n")
        small = f'<span class="key">{escape(key)}</span>' if key else ""
        cells = [f'<th scope="row">{escape(first)}{small}</th>']
        cells += [f"<td{kind(place)}>{escape(text or MISSING)}</td>"
                  for place, text in enumerate(row) if place]  # fmt: skip
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return "\n".join([*lines, "</tbody></table></div>"])
