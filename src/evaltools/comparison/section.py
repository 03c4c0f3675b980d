"""A comparison as a section that the report includes: `_generated/_changes.qmd`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from evaltools.comparison import telling
from evaltools.comparison.attribution import Attribution
from evaltools.comparison.comparison import Comparison
from evaltools.present.language import Language
from evaltools.present.markdown import escape_markdown
from evaltools.present.table import Column, Table
from evaltools.present.words import Words

FILE_NAME = "_changes.qmd"
ROWS = 15
"""Rows of the table of shares; a report is not the place for all of them."""


def changes_section(
    made: Comparison,
    attribution: Attribution | None,
    language: Language,
    labels: Mapping[str, str],
    level: int = 2,
) -> str:
    """The section as markdown: heading, sentences, tables with captions and identifiers.

    Arguments:
        made: the comparison of the previous report with this one.
        attribution: of its changes, where it was made.
        language: fi, sv or en.
        labels: of codes, by id.
        level: of the heading, 1 for a chapter.

    Returns:
        The section; where nothing differs it says so.
    """
    words = Words(language)
    heading = f"{'#' * level} {words('comparison.title')} {{#sec-muutokset}}"
    blocks = [heading, " ".join(map(escape_markdown, telling.summary(made, language)))]
    if made.nothing:
        return "\n\n".join(blocks) + "\n"
    if attribution is not None:
        blocks.append(" ".join(map(escape_markdown, telling.why(attribution, language))))
    exchanged = [(row.what, row.old, row.new) for row in telling.exchanged(made, language, labels)]
    blocks += _table("inputs", ("what", "old", "new"), exchanged, words, (34, 33, 33))
    moved = telling.shares_moved(made)
    if moved:
        shown = [telling.show(move, language, labels) for move in moved[:ROWS]]
        rows = [(row.label, row.old, row.new, row.change, row.interval) for row in shown]
        columns = ("indicator", "old", "new", "change", "interval")
        blocks += _table("moves", columns, rows, words, (38, 17, 17, 12, 16), right_from=1)
        if len(moved) > ROWS:
            blocks.append(words("comparison.more", count=len(moved) - ROWS))
    else:
        blocks.append(words("comparison.none_moved"))
    blocks += _causes(made, attribution, words, labels)
    if made.findings:
        outcomes = [
            (item.id, *(words(f"comparison.outcome.{outcome or 'none'}")
                        for outcome in (item.old, item.new)))
            for item in made.findings
        ]  # fmt: skip
        blocks += _table("findings", ("finding", "old", "new"), outcomes, words, (50, 25, 25))
    return "\n\n".join(blocks) + "\n"


def _causes(
    made: Comparison, attribution: Attribution | None, words: Words, labels: Mapping[str, str]
) -> list[str]:
    if attribution is None or len(attribution.factors) < 2:
        return []
    rows: list[tuple[str, ...]] = []
    names: list[str] = []
    for move in telling.shares_moved(made)[:ROWS]:
        effect = attribution.effects.get(move.identity)
        if effect is None or effect.change is None:
            continue
        told = telling.parts(effect, attribution, words.language)
        names = [name for name, _ in told]
        label = telling.label_of(move.key, words.language, labels)
        change = telling.points(effect.change, words.language)
        rows.append((label, change, *(part for _, part in told)))
    if not rows:
        return []
    head = [words("comparison.column.indicator"), words("comparison.column.change"), *names]
    return [_markdown(head, rows, words("comparison.caption.why"), "why", words.language, 1)]


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
    rows: Sequence[tuple[str, ...]],
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
    return f"{table.markdown()}\n: {table.full_caption} {{#tbl-muutokset-{name}}}"
