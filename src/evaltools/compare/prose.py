"""Prose: which variables of the report's sources print differently in two runs."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Set
from dataclasses import dataclass, replace
from html import unescape

import pandas as pd

from evaltools.evidence import load_descriptor
from evaltools.evidence.tables import read_leniently
from evaltools.files import read_text
from evaltools.i18n import numbers as say
from evaltools.i18n.numbers import Language
from evaltools.problems import ProblemError
from evaltools.provenance.artifacts import Artifact
from evaltools.report.evidence_pages.facts import scope_counts
from evaltools.report.generated_pages import describe_parameter, describe_scope, find_variables
from evaltools.report.glossary import Glossary
from evaltools.report.variables import (
    ESTIMANDS,
    WordGrounds,
    indicator_variables,
    ranking_variables,
)
from evaltools.study import Study

_SPAN = re.compile(r"\[((?:\\.|[^\[\]\\])*)\](?:\([^()]*\)(?:\{[^{}]*\})?|\{[^{}]*\})")
_ESCAPED = re.compile(r"\\([^\w\s]|_)")


@dataclass(frozen=True, order=True)
class ProseChange:
    """One place of the prose that prints differently, with what it prints, as plain text; empty
    where a run does not know the variable.
    """

    file: str
    line: int
    variable: str
    old: str
    new: str


def compare_prose(study: Study, old: Artifact, new: Artifact) -> tuple[ProseChange, ...]:
    """Every `{{< var … >}}` of the report's sources that the two runs print differently.

    Sources are read as they are now, and both runs are printed in the language of the newer one.
    """
    language: Language = new.ingredients.parameters.get("language", "fi")
    folder = (study.root / study.report(language).source).parent
    glossary = read_code_labels(study, language).glossary
    places = [
        (source.relative_to(study.root).as_posix(), number, key)
        for source in sorted(folder.rglob("*.qmd"))
        if not any(part.startswith(("_build", ".")) for part in source.relative_to(folder).parts)
        for number, line in enumerate(read_text(source).splitlines(), start=1)
        for key in find_variables(line)
    ]
    used = {key for _, _, key in places}
    before = read_printed_texts(study, old, glossary, used)
    after = read_printed_texts(study, new, glossary, used)
    return tuple(
        ProseChange(name, number, key, before.get(key, ""), after.get(key, ""))
        for name, number, key in places
        if before.get(key, "") != after.get(key, "")
    )


def read_printed_texts(
    study: Study, run: Artifact, glossary: Glossary, used: Set[str]
) -> dict[str, str]:
    """What the variables of a run that are used print, as plain text by key.

    Those that come from the data alone (`fact.…`, `scope.coders`) are no part of it.
    """
    values, words = run.ingredients.parameters, glossary.words
    language = words.language
    estimand = ESTIMANDS[str(values.get("estimand", "descriptive"))]
    # One of the beginnings of a key is that of its indicator.
    stems = {key[:end] for key in used for end, char in enumerate(key) if char == "."}
    wanted = [item for item in run.indicators if item.key.rpartition(".")[0] in stems]
    declared = study.declaration
    grounds = WordGrounds.find(run.indicators, declared.judging, declared.codes_of_numbers)
    printed = indicator_variables(wanted, estimand, words, grounds)
    printed |= ranking_variables(run.indicators, glossary)
    for name, (_, _, count) in scope_counts(run.indicators).items():
        printed[f"scope.{name}"] = say.number(count, language)
    known = study.declaration.parameters
    given = {name: value for name, value in values.items() if name in known}
    with contextlib.suppress(ProblemError):  # values that are no longer known
        parameters = study.parameters(given | {"language": language})
        printed["scope.description"] = describe_scope(study, parameters, words)
        for name in known:
            printed[f"parameter.{name}"] = describe_parameter(parameters, name)
    return {key: strip_markdown(text) for key, text in printed.items()}


def strip_markdown(markdown: str) -> str:
    """The text of a variable without the spans and links that lead to its indicators."""
    before = ""
    while before != markdown:  # a link within a span
        before, markdown = markdown, _SPAN.sub(r"\1", markdown)
    return unescape(_ESCAPED.sub(r"\1", markdown))


class Labels(dict[str, str]):
    """Labels by id, with the glossary that numbers are called by."""

    def __init__(self, glossary: Glossary) -> None:
        super().__init__(glossary.labels)
        self.glossary = glossary


def read_code_labels(study: Study, language: Language) -> Labels:
    """Labels in a language, by id: of codes, of rating items, of parameters and their choices.

    A parameter is `parameter.wave`, a choice of it `parameter.wave.2022`. What cannot be read
    has no label.
    """
    declared_by = study.declaration
    tables = read_present_tables(study, {"codes", "rating_items"})
    labels = Labels(Glossary.of(tables, study.words(language), declared_by))
    for parameter, declared in declared_by.parameters.items():
        labels[f"parameter.{parameter}"] = declared.label.in_language(language)
        for choice, text in declared.choices.items():
            labels[f"parameter.{parameter}.{choice}"] = text.in_language(language)
    return labels


def read_present_tables(study: Study, names: Set[str]) -> dict[str, pd.DataFrame]:
    """Those of some tables that the data have and that can be read."""
    descriptor = load_descriptor(study.data)
    only = tuple(item for item in descriptor.resources if item.name in names)
    return dict(read_leniently(study.data, replace(descriptor, resources=only)).tables)
