"""The indicator tables of a bundle, a chapter each, and the codebook."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import Indicator, to_table
from evaltools.pipeline.outputs import collect_outputs, escape_formula
from evaltools.pipeline.run import Run
from evaltools.publish.workbook_writer import Sheet, Value

COLUMNS = (
    "key", "dimensions", "speaks_of", "value", "unit", "x", "n", "N", "low", "high", "interval",
    "level", "status", "note", "source",
)  # fmt: skip
_WIDTHS = (38, 26, 24, 14, 22, 10, 10, 14, 12, 12, 26, 9, 18, 40, 48)
_TEXT = ("key", "dimensions", "method", "source", "note")


@dataclass(frozen=True)
class Chapter:
    """The indicators that one notebook handed over.

    Arguments:
        name: `01_portfolio`, which names files and sheets.
        title: heading of the notebook.
        indicators: in their total order.
    """

    name: str
    title: str
    indicators: tuple[Indicator, ...]


def read_chapters(run: Run) -> tuple[Chapter, ...]:
    """The indicators of a run by the notebook that made them, in the order of chapters."""
    found = []
    for path in run.notebooks:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        collected = collect_outputs([(path.name, notebook)])
        found.append(Chapter(path.stem, _heading(notebook, path.stem), collected.ordered()))
    return tuple(found)


def indicator_csv(indicators: Sequence[Indicator]) -> str:
    """A tidy table, a row an indicator; texts that look like formulas are made harmless."""
    table = to_table(indicators)
    for column in _TEXT:
        table[column] = table[column].map(escape_formula)
    return str(table.to_csv(index=False, lineterminator="\n"))


def codebook_csv(codes: pd.DataFrame) -> str:
    """The codes with their labels and definitions, sorted by id."""
    table = codes.sort_values("code_id", kind="stable").copy()
    for column in table.columns:
        if not pd.api.types.is_bool_dtype(table[column]):
            table[column] = [
                escape_formula(str(value)) if isinstance(value, str) else value
                for value in table[column]
            ]
    return str(table.to_csv(index=False, lineterminator="\n"))


def indicator_sheets(
    found: Sequence[Chapter], title: str, marked: str, words: Words
) -> list[Sheet]:
    """Contents, notes, then a sheet a chapter.

    Arguments:
        title: of the publication.
        marked: the notice of example data; empty for real data.
    """
    units = sorted({item.unit for chapter in found for item in chapter.indicators})
    methods = sorted({item.method for chapter in found for item in chapter.indicators} - {""})
    contents: list[tuple[Value, ...]] = [
        (chapter.name, chapter.title, len(chapter.indicators)) for chapter in found
    ]
    header = [words(f"publishing.contents.{name}") for name in ("sheet", "title", "rows")]
    about = marked or words("publishing.contents.about")
    listed = Sheet(words("publishing.contents"), title, about, header, contents, (32, 70, 12))
    return [
        listed,
        _notes(units, methods, marked, words),
        *(
            Sheet(
                chapter.name,
                chapter.title,
                marked or words("publishing.sheet.about"),
                [words(f"publishing.column.{name}") for name in COLUMNS],
                [_row(item, words) for item in chapter.indicators],
                _WIDTHS,
            )
            for chapter in found
        ),
    ]


def describe_method(method: str, words: Words) -> str:
    """What a method of intervals is, with its source; its name where nothing more is known."""
    key = f"publishing.method.{method}"
    return words(key) if words.has(key) else method


def name_method(method: str, words: Words) -> str:
    """What a method of intervals is called; one that a study brings has its own name."""
    key = f"trail.method.{method}"
    return words(key) if words.has(key) else method


def describe_reason(item: Indicator, words: Words) -> str:
    """Why a number has no value, in the language; empty where it has one.

    An indicator's own note is in the language of the program, so no page shows it.
    """
    if item.suppressed:
        return words("publishing.reason.withheld")
    if item.value is not None:
        return ""
    return words(f"publishing.reason.{'missing' if item.asked else 'not_asked'}")


def _notes(units: Sequence[str], methods: Sequence[str], marked: str, words: Words) -> Sheet:
    rows: list[tuple[Value, ...]] = [
        (words(f"publishing.column.{name}"), words(f"publishing.about.{name}")) for name in COLUMNS
    ]
    rows += [
        (words(f"publishing.unit.{unit}"), words(f"publishing.unit.{unit}.about")) for unit in units
    ]
    rows += [
        (words(f"publishing.estimand.{name}"), words(f"publishing.estimand.{name}.about"))
        for name in ("D", "P", "S")
    ]
    rows += [(name_method(method, words), describe_method(method, words)) for method in methods]
    header = [words("publishing.notes.term"), words("publishing.notes.meaning")]
    about = marked or words("publishing.notes.about")
    return Sheet(words("publishing.notes"), words("publishing.notes"), about, header, rows,
                 (34, 100))  # fmt: skip


def _row(item: Indicator, words: Words) -> tuple[Value, ...]:
    return (
        item.key,
        "; ".join(f"{name}={value}" for name, value in item.dimensions),
        words(f"publishing.estimand.{item.estimand}"),
        item.value,
        words(f"publishing.unit.{item.unit}"),
        item.x,
        item.n,
        item.N,
        item.low,
        item.high,
        name_method(item.method, words),
        item.level,
        words(f"publishing.status.{_status(item)}"),
        describe_reason(item, words),
        item.source,
    )


def _status(item: Indicator) -> str:
    if item.suppressed:
        return "withheld"
    return "computed" if item.value is not None else "missing"


def _heading(notebook: Mapping[str, list[Mapping[str, object]]], name: str) -> str:
    """The first heading of a notebook."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            source = cell["source"]
            text = "".join(source) if isinstance(source, list) else str(source)
            first = text.lstrip().partition("\n")[0]
            if first.startswith("#"):
                return first.lstrip("#").strip() or name
    return name
