"""Pages that no one writes: description sheet, parameters, indicators and data, as markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd

from evaltools.charts.table import Column, Table
from evaltools.evidence import Descriptor
from evaltools.files import read_text
from evaltools.i18n import numbers as say
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.indicators.indicator import Indicator
from evaltools.report.citation import catalogue_rows, cite
from evaltools.report.material import ReportMaterial
from evaltools.report.variables import (
    find_headline,
    format_indicator,
    format_interval,
    group_by_name,
)
from evaltools.study import Parameters, Study
from evaltools.study.schema import StudyDeclaration

_VARIABLE = re.compile(r"""(?<!\{)\{\{<\s*var\s+["']?([^\s>"']+)["']?\s*>\}\}""")


def describe_scope(study: Study, parameters: Parameters, words: Words) -> str:
    """What the parameters leave in scope, in one phrase: calls, what projects share, the day."""
    selecting = [name for name in parameters.declarations if name in study.declaration.dimensions]
    named = [name for name in ("calls", *selecting) if name in parameters.declarations]
    parts = [describe_parameter(parameters, name, words.language) for name in named]
    if "cutoff" in parameters.declarations:
        day = say.date(parameters.cutoff, words.language, "short")
        parts.append(words("report.scope.cutoff", cutoff=day))
    return "; ".join(parts) or words("report.scope.all")


def describe_parameter(parameters: Parameters, name: str, language: Language | None = None) -> str:
    """A parameter's value in words of a language, that of the report unless another is named."""
    language = language or parameters.language
    declaration, value = parameters.declarations[name], getattr(parameters, name)
    if declaration.type == "choice":
        return declaration.choices[value].in_language(language)
    if declaration.type == "choices":
        labels = [declaration.choices[choice].in_language(language) for choice in value]
        return say.list_of(labels, language)
    if declaration.type == "date":
        return say.date(value, language)
    if declaration.type == "number":
        return say.number(value, language, len(str(value).partition(".")[2].rstrip("0")))
    return say.number(value, language)


def description_pages(study: Study, parameters: Parameters, material: ReportMaterial) -> str:
    """The description sheets in the study's other languages, each marked as in its language."""
    sheets = []
    for language in study.declaration.languages:
        if language != parameters.language:
            title = escape_markdown(study.words(language)("report.sheet.heading"))
            table = description_page(study, parameters, material, language)
            sheets.append(
                f"::::: {{.description-sheet lang={language}}}\n\n"
                f"# [{title}]{{lang={language}}} {{.unnumbered #sec-description-{language}}}\n\n"
                f"{table}\n:::::\n"
            )
    return "\n".join(sheets)


def description_page(
    study: Study,
    parameters: Parameters,
    material: ReportMaterial,
    language: Language | None = None,
) -> str:
    """The description sheet that a government publication opens with, as a table.

    Arguments:
        language: of the sheet; that of the report unless another is named.
    """
    words = study.words(language or parameters.language)
    declared, language = study.declaration, words.language
    counts = {"n": material.n, "N": material.N, "funded": material.funded}
    counted = "due" if declared.reports_due else "text"
    if not material.n:
        counted, counts = "unread", {"N": material.funded}
    elif counted == "text":
        del counts["funded"]
    made = declared.publication
    keywords = ", ".join(each.in_language(language) for each in made.keywords) if made else ""
    # How many pages there are only a layout knows, and a screen has none.
    pages = words("report.sheet.pages", pages="[]{.page-count}")
    formats = escape_markdown(words("report.sheet.formats_text"))
    rows = [
        ("scope", describe_scope(study, parameters, words)),
        ("material", words(f"report.sheet.material_{counted}", **counts)),
        ("keywords", keywords or words("report.sheet.keywords_text")),
        ("language", words(f"language.{parameters.language}")),
        ("run", material.run),
    ]
    if others := declared.published_with(parameters.language)[1:]:
        named = ", ".join(_name_edition(declared, each, words) for each in others)
        rows.insert(-1, ("languages", named))
    if "cutoff" in parameters.declarations:
        rows.insert(0, ("date", say.date(parameters.cutoff, language)))
    if material.descriptor.example:
        rows.append(("status", words("report.example_notice")))
    *catalogue, cited = catalogue_rows(declared, language, words)
    labelled = [(words(f"report.sheet.{name}"), text) for name, text in rows]
    shown = [(name, escape_markdown(text)) for name, text in (*catalogue, *labelled, cited)]
    paged = f'{formats}[; {pages}]{{.content-visible unless-format="html"}}'
    shown.insert(-1, (words("report.sheet.formats"), paged))
    frame = pd.DataFrame(shown, columns=["field", "content"])
    columns = _columns("sheet", words, field=26, content=74)
    columns[1] = replace(columns[1], kind="markdown")
    return Table(frame, columns, words("report.sheet.title"), language).markdown()


def _name_edition(declared: StudyDeclaration, language: Language, words: Words) -> str:
    """What the report in another language is called on the sheet: the language, and its ISBN."""
    isbn = cite(declared, language).isbn
    return words(f"language.{language}") + (f" (ISBN {isbn})" if isbn else "")


def parameter_table(parameters: Parameters, words: Words) -> str:
    """All parameters with their values and what they mean; a sentence where there are none."""
    language = words.language
    if not parameters.declarations:
        return words("report.parameters.absent") + "\n"
    frame = pd.DataFrame(
        [
            (
                declaration.label.in_language(language),
                describe_parameter(parameters, name),
                declaration.help.in_language(language),
            )
            for name, declaration in parameters.declarations.items()
        ],
        columns=["name", "value", "help"],
    )
    columns = _columns("parameters", words, name=24, value=28, help=48)
    caption = words("report.parameters.caption")
    return Table(frame, columns, caption, language).captioned("tbl-parameters")


def data_links(words: Words, table: str, workbook: str, schema: str) -> str:
    """Where the indicators are as data: files beside the report."""
    return words("publishing.files", table=table, workbook=workbook, schema=schema) + "\n"


def indicator_table(indicators: Iterable[Indicator], used: Iterable[str], words: Words) -> str:
    """The indicators that the prose uses, each with the three things it can be taken to say."""
    named = group_by_name(each for each in indicators if not each.dimensions)
    by_key = {key: by_estimand for (key, _), by_estimand in named.items()}
    used = set(used)
    stems = {key.rpartition(".")[0] for key in used}
    rows = []
    for key, by_estimand in sorted(by_key.items()):
        stem, _, measure = key.rpartition(".")
        if measure == "bounds" or (key not in used and (stem not in stems or measure != "share")):
            continue
        headline = find_headline(by_estimand)
        bounds = by_key.get(f"{stem}.bounds", {}).get("P")
        counted = headline.unit == "share" and headline.counted == "cases" and headline.n
        counted = counted and not headline.suppressed
        rows.append(
            {
                "key": key,
                "value": format_indicator(headline, words),
                "fraction": say.count_of(headline.x or 0, headline.n or 0, words.language)
                if counted
                else "",
                "population": _interval(by_estimand.get("P"), words),
                "bounds": _interval(bounds, words),
                "superpopulation": _interval(by_estimand.get("S"), words),
            }
        )
    columns = _columns("indicators", words, key=31, value=18, fraction=16, population=12, bounds=11,
                       superpopulation=12)  # fmt: skip
    columns[1:] = [replace(column, align="right") for column in columns[1:]]
    frame = pd.DataFrame(rows, columns=[column.name for column in columns])
    caption = words("report.indicators.caption")
    return Table(frame, columns, caption, words.language).captioned("tbl-indicators")


def _interval(indicator: Indicator | None, words: Words) -> str:
    return format_interval(indicator, words) if indicator is not None else ""


def improbable_note(counts: Mapping[str, int], words: Words) -> str:
    """Which values the check of the data warned of; empty where it warned of none.

    Arguments:
        counts: how many, by table and column.
    """
    if not counts:
        return ""
    places = [f"`{place}` ({say.number(count, words.language)})" for place, count in counts.items()]
    return f"{words('report.data.improbable', places=say.list_of(places, words.language))}\n\n"


def data_table(descriptor: Descriptor, tables: Mapping[str, pd.DataFrame], words: Words) -> str:
    """The tables of the data, how many rows each has, and where they come from."""
    frame = pd.DataFrame(
        [
            (
                resource.own_name,
                _content(resource.name, resource.title, words),
                len(tables[resource.name]),
                words(f"report.origin.{resource.origin}") if resource.origin else say.MISSING,
            )
            for resource in descriptor.resources
        ],
        columns=["table", "content", "rows", "origin"],
    )
    columns = _columns("data", words, table=24, content=44, rows=12, origin=20)
    columns[2] = replace(columns[2], kind="count")
    caption = "report.data.caption"
    if not any(resource.origin for resource in descriptor.resources):
        caption = "report.data.caption_rows"
        del columns[-1]
    return Table(frame, columns, words(caption), words.language).captioned("tbl-data")


def disclosure_page(study: Study, parameters: Parameters, words: Words) -> str:
    """How numbers and quotes are protected: a list, from what the study declares."""
    declared = study.declaration.disclosure
    keys = [f"`{key}`" for key, regime in declared.sensitive.items() if regime != "open"]
    if keys:
        least = max(declared.minimum_projects, parameters.minimum_cell)
        share = say.percent(declared.dominance_share, words.language)
        percent = say.number(declared.p_percent, words.language)
        sentences = [
            words("disclosure.threshold", count=least, keys=say.list_of(keys, words.language)),
            words("disclosure.dominance", count=declared.dominance_n, share=share, percent=percent),
        ]
    else:
        sentences = [words("disclosure.open")]
    quotes = escape_markdown(words(f"disclosure.quotes.{declared.quotes}"))
    return "".join(f"- {sentence}\n" for sentence in (*sentences, quotes))


def _content(name: str, title: str, words: Words) -> str:
    return words(f"data.{name}") if words.has(f"data.{name}") else title


def _columns(table: str, words: Words, /, **widths: float) -> list[Column]:
    """Columns by name and width, headed by the words of a table."""
    return [
        Column(name, words(f"report.{table}.{name}"), width=width) for name, width in widths.items()
    ]


def find_variables(text: str) -> list[str]:
    """Keys of the `{{< var … >}}` in a text, in order."""
    return _VARIABLE.findall(text)


def find_used_variables(sources: Iterable[Path]) -> set[str]:
    """Keys of all variables in the sources."""
    return {key for source in sources for key in find_variables(read_text(source))}
