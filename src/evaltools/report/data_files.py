"""The indicators as data: a workbook for people, a table with its schema for programs.

Both stand beside the report, which leads to them, and are published with it. The workbook follows
the guidance of the Analysis Function on accessible spreadsheets: a cover, contents, notes, then a
table a sheet; no cell is empty without a symbol that says why. The schema is a Frictionless data
package.

Source: Analysis Function (2024), Making spreadsheets accessible and Symbols in tables; Frictionless
Data (2021), Table Schema 1.0.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, get_args

import pandas as pd

from evaltools.charts.data import MISSING, WITHHELD
from evaltools.i18n import numbers as say
from evaltools.i18n.messages import Words
from evaltools.indicators.indicator import COLUMNS as RECORD
from evaltools.indicators.indicator import Estimand, Indicator, Unit
from evaltools.pipeline.outputs import collect_outputs, escape_formula, indicators_csv
from evaltools.pipeline.run import Run
from evaltools.report.generated_pages import describe_parameter, describe_scope
from evaltools.report.glossary import Glossary
from evaltools.report.languages import INDICATORS, SCHEMA, WORKBOOK, data_names
from evaltools.report.workbook_writer import Sheet, Value, write_workbook
from evaltools.study import Parameters, Study

NOT_APPLICABLE: Final = "[z]"
"""In cells of which there is nothing to be told; others say why they hold no number."""
COLUMNS = (
    "key", "meaning", "dimensions", "speaks_of", "value", "unit", "x", "n", "N", "low", "high",
    "interval", "level", "status", "note", "source",
)  # fmt: skip
_WIDTHS = (38, 60, 26, 24, 14, 18, 12, 14, 16, 12, 12, 26, 16, 18, 34, 44)
_NUMBERS = {COLUMNS.index(name) for name in ("value", "low", "high")}
_FORMATS = {"count": "#,##0", "money": "#,##0", "money_per_inhabitant": "#,##0.00"}
_DECIMALS = "0.000"
_TYPES: Mapping[str, dict[str, Any]] = {
    **{name: {"type": "number"} for name in ("value", "low", "high", "level")},
    **{name: {"type": "integer"} for name in ("x", "n", "N")},
    "suppressed": {"type": "boolean", "trueValues": ["True"], "falseValues": ["False"]},
}
_CALLED = {"estimand": "speaks_of", "method": "interval"}
"""Columns of the table that the workbook calls otherwise."""


@dataclass(frozen=True)
class Cover:
    """What the workbook says of itself.

    Arguments:
        notice: that the data are made up; empty for real data.
        source: who publishes the numbers, and the run that they are of, in one sentence.
        rows: everything on the cover, name and content.
    """

    title: str
    notice: str
    source: str
    rows: tuple[tuple[str, str], ...]


def data_files(
    study: Study, parameters: Parameters, run: Run, glossary: Glossary, example: bool
) -> dict[str, bytes]:
    """The indicators of a run as table, workbook and schema, by the names of `data_names`.

    Arguments:
        glossary: of the study in the language of the parameters.
        example: whether the data are made up.
    """
    words = glossary.words
    cover = describe_run(study, parameters, run.key, words, example)
    publisher = study.declaration.printed("publisher", words.language)
    sheets = indicator_sheets(read_chapters(run), cover, glossary)
    made = {
        INDICATORS: indicators_csv(run.indicators()).encode("utf-8"),
        data_names(study, words.language)[1]: write_workbook(
            sheets, cover.title, publisher, words.language
        ),
    }
    return made | {SCHEMA: write_schema(study, parameters, run.key, words, example, made)}


def describe_run(
    study: Study, parameters: Parameters, run: str, words: Words, example: bool
) -> Cover:
    """What the cover says: whose numbers, of what, under which parameters, of which run."""
    declared, language = study.declaration, words.language
    publisher = declared.printed("publisher", language)
    notice = words("report.example_notice") if example else ""

    def rows() -> Iterator[tuple[str, str]]:
        yield words("publishing.cover.report"), declared.whole_title(language)
        yield words("report.press_release.publisher"), publisher
        if publication := declared.publication:
            yield words("publishing.cover.published"), say.date(publication.published, language)
            licence = f"{publication.licence.name}, {publication.licence.url}"
            yield words("publishing.cover.licence"), licence
        yield words("publishing.cover.data"), notice
        yield words("publishing.cover.scope"), describe_scope(study, parameters, words)
        yield words("publishing.cover.run"), run
        for name, declaration in parameters.declarations.items():
            yield declaration.label.in_language(language), describe_parameter(parameters, name)
        yield WITHHELD, words("publishing.reason.withheld")
        yield MISSING, words("publishing.symbol.missing")
        yield NOT_APPLICABLE, words("publishing.symbol.not_applicable")

    title = words("publishing.workbook", title=declared.title.in_language(language))
    source = words("publishing.source", publisher=publisher or declared.name, run=run[:16])
    return Cover(title, notice, source, tuple((name, text) for name, text in rows() if text))


def write_schema(
    study: Study,
    parameters: Parameters,
    run: str,
    words: Words,
    example: bool,
    files: Mapping[str, bytes],
    others: Sequence[Words] = (),
) -> bytes:
    """A description of table and workbooks for programs: what each column holds, as a file.

    Arguments:
        words: in which columns are described.
        files: the contents of those files, by name.
        others: of further languages in which the data are titled.
    """
    declared = study.declaration
    titles = [
        each("publishing.workbook", title=declared.title.in_language(each.language))
        for each in (words, *others)
    ]
    package: dict[str, Any] = {
        "profile": "tabular-data-package",
        "name": f"{declared.name}-indicators",
        "title": " / ".join(titles),
        "evaltools:example": example,
        "evaltools:run": run,
        "evaltools:parameters": parameters.as_values(),
    }
    if example:
        notices = (each("report.example_notice") for each in (words, *others))
        package["description"] = " / ".join(notices)
    if publication := declared.publication:
        licence = {"title": publication.licence.name, "path": publication.licence.url}
        package["licenses"] = [licence]

    def resource(name: str, path: str, media: str) -> dict[str, Any]:
        content = files[path]
        return {
            "name": name,
            "path": path,
            "format": path.rpartition(".")[2],
            "mediatype": media,
            "bytes": len(content),
            "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        }

    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    table = {"profile": "tabular-data-resource", "encoding": "utf-8"}
    stem, _, suffix = WORKBOOK.rpartition(".")
    named = {f"{stem}-workbook{book[len(stem) : -len(suffix) - 1]}": book
             for book in sorted(set(files) - {INDICATORS})}  # fmt: skip
    package["resources"] = [
        resource(stem, INDICATORS, "text/csv") | table | {"schema": table_schema(words)},
        *(resource(name, book, sheet) for name, book in named.items()),
    ]
    return f"{json.dumps(package, ensure_ascii=False, indent=1)}\n".encode()


def table_schema(words: Words) -> dict[str, Any]:
    """What the columns of `indicators.csv` are, as a Table Schema, told in a language."""
    allowed = {"unit": list(get_args(Unit)), "estimand": list(get_args(Estimand))}
    fields = []
    for name in RECORD:
        called = _CALLED.get(name, name)
        described: dict[str, Any] = {
            "name": name,
            "title": words(f"publishing.column.{called}"),
            "description": words(f"publishing.about.{called}"),
        } | _TYPES.get(name, {"type": "string"})
        if name in ("key", *allowed):
            described["constraints"] = {"required": True}
        if name in allowed:
            described["constraints"]["enum"] = allowed[name]
        fields.append(described)
    key = ["key", "estimand", "dimensions"]
    return {"fields": fields, "primaryKey": key, "missingValues": [""]}


_NOT_IN_NAMES: Final = re.compile(r"[:\\/?*\[\]]")
"""What Excel allows in no name of a sheet, of at most 31 characters."""


@dataclass(frozen=True)
class Chapter:
    """The indicators that one notebook handed over; its name names files and sheets."""

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


def indicator_sheets(found: Sequence[Chapter], cover: Cover, glossary: Glossary) -> list[Sheet]:
    """Cover, contents, notes, then a sheet a chapter."""
    words = glossary.words
    found = [_in_language(chapter, place, words) for place, chapter in enumerate(found, start=1)]
    names = [words(f"publishing.{name}") for name in ("cover", "contents", "notes")]
    listed: list[tuple[Value, ...]] = [
        (names[2], words("publishing.notes.about"), len(_note_rows(found, glossary))),
        *((chapter.name, chapter.title, len(chapter.indicators)) for chapter in found),
    ]
    header = [words(f"publishing.contents.{name}") for name in ("sheet", "title", "rows")]
    told = [words(f"publishing.cover.{name}") for name in ("item", "content")]
    noted = [words(f"publishing.notes.{name}") for name in ("term", "meaning")]
    sheets = [
        Sheet(names[0], cover.title, cover.notice or words("publishing.cover.about"), told,
              cover.rows, (34, 100)),
        Sheet(names[1], names[1], words("publishing.contents.about"), header, listed,
              (32, 70, 12), links={row: str(one[0]) for row, one in enumerate(listed)}),
        Sheet(names[2], names[2], words("publishing.notes.about"), noted,
              _note_rows(found, glossary), (34, 100)),
    ]  # fmt: skip
    columns = [words(f"publishing.column.{name}") for name in COLUMNS]
    about = words("publishing.sheet.about")
    sheets += [
        Sheet(chapter.name, chapter.title, about, columns,
              [_row(item, glossary) for item in chapter.indicators], _WIDTHS,
              formats=_number_formats(chapter.indicators))
        for chapter in found
    ]  # fmt: skip
    above = " ".join(text for text in (cover.notice, cover.source) if text)
    return [sheets[0], *(replace(sheet, source=above) for sheet in sheets[1:])]


def _in_language(chapter: Chapter, place: int, words: Words) -> Chapter:
    """A chapter by the study's words, `words.chapter.01_portfolio`; else by its notebook."""
    key = f"words.chapter.{chapter.name}"
    if not words.has(key):
        return chapter
    title = words(key)
    return replace(
        chapter, name=_NOT_IN_NAMES.sub(" ", f"{place} {title}")[:31].strip(), title=title
    )


def _number_formats(indicators: Sequence[Indicator]) -> dict[tuple[int, int], str]:
    """How numbers are shown; cells hold them whole."""
    return {
        (row, column): _FORMATS.get(item.unit, _DECIMALS)
        for row, item in enumerate(indicators)
        for column in _NUMBERS
    }


def describe_method(method: str, words: Words, of: str = "publishing") -> str:
    """What a method of intervals is, with its source; its name where nothing more is known."""
    key = f"{of}.method.{method}"
    return words(key) if words.has(key) else method


def name_method(method: str, words: Words) -> str:
    """What a method of intervals is called; one that a study brings has its own name."""
    return describe_method(method, words, "trail")


def describe_reason(item: Indicator, words: Words) -> str:
    """Why a number has no value, in the language; empty where it has one.

    An indicator's own note is in the language of the program, so no page shows it.
    """
    if item.suppressed:
        return words("publishing.reason.withheld")
    if item.value is not None:
        return ""
    return words(f"publishing.reason.{item.why or 'missing'}")


def _speaks_of(item: Indicator, glossary: Glossary) -> tuple[str, str]:
    """What a number speaks of, as the evidence of the report calls it, and what that is."""
    units = glossary.family_of(item.key).units
    if item.estimand == "D" and units != "D":
        name = glossary.words(f"trail.estimand.{units}")
        return name, glossary.words(f"publishing.estimand.{units}.about")
    key = f"publishing.estimand.{item.estimand}"
    return glossary.words(key), glossary.words(f"{key}.about")


def _note_rows(found: Sequence[Chapter], glossary: Glossary) -> list[tuple[Value, ...]]:
    words = glossary.words
    units = sorted({item.unit for chapter in found for item in chapter.indicators})
    methods = sorted({item.method for chapter in found for item in chapter.indicators} - {""})
    rows: list[tuple[Value, ...]] = [
        (words(f"publishing.column.{name}"), words(f"publishing.about.{name}")) for name in COLUMNS
    ]
    rows += [
        (words(f"publishing.unit.{unit}"), words(f"publishing.unit.{unit}.about")) for unit in units
    ]
    rows += [
        (words(f"publishing.estimand.{name}"), words(f"publishing.estimand.{name}.about"))
        for name in get_args(Estimand)
    ]
    spoken = {_speaks_of(item, glossary) for chapter in found for item in chapter.indicators}
    rows += sorted(spoken - set(rows))
    rows += [(name_method(method, words), describe_method(method, words)) for method in methods]
    return [
        *rows,
        (WITHHELD, words("publishing.reason.withheld")),
        (MISSING, words("publishing.symbol.missing")),
        (NOT_APPLICABLE, words("publishing.symbol.not_applicable")),
    ]


def _row(item: Indicator, glossary: Glossary) -> tuple[Value, ...]:
    words = glossary.words
    status = "computed" if item.value is not None else "missing"
    status = "withheld" if item.suppressed else status
    lacking = {"computed": NOT_APPLICABLE, "missing": MISSING, "withheld": WITHHELD}[status]
    cells = (
        item.key,
        glossary.definition(item.key) if glossary.defined(item.key) else NOT_APPLICABLE,
        "; ".join(glossary.describe_dimension(*each) for each in item.dimensions) or NOT_APPLICABLE,
        _speaks_of(item, glossary)[0],
        item.value,
        words(f"publishing.unit.{item.unit}"),
        item.x,
        item.n,
        item.N,
        item.low,
        item.high,
        name_method(item.method, words) if item.method else NOT_APPLICABLE,
        item.level,
        words(f"publishing.status.{status}"),
        describe_reason(item, words) or NOT_APPLICABLE,
        item.source or NOT_APPLICABLE,
    )
    # Of a number that is there, what it does not have is nothing that is missing.
    return tuple(lacking if cell is None else cell for cell in cells)


def _heading(notebook: Mapping[str, list[Mapping[str, object]]], name: str) -> str:
    """The first heading of a notebook."""
    for cell in notebook["cells"]:
        source = cell["source"]
        text = "".join(source) if isinstance(source, list) else str(source)
        first = text.lstrip().partition("\n")[0]
        if cell["cell_type"] == "markdown" and first.startswith("#"):
            return first.lstrip("#").strip() or name
    return name
