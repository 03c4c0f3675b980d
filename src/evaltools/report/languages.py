"""The languages of a report: which there are, and what one of them lacks."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

from evaltools.files import read_text
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.study import Parameters, Study
from evaltools.study.vocabulary import Language

CODE = "report.language"
INDICATORS: Final = "indicators.csv"
WORKBOOK: Final = "indicators.xlsx"
SCHEMA: Final = "datapackage.json"
_ANCHOR = re.compile(r"\{[^{}]*#(sec-[\w-]+)")


def in_every_language(
    study: Study, parameters: Parameters, languages: Sequence[Language] = ()
) -> tuple[Parameters, ...]:
    """The same parameters in each of some languages, the one that they have first.

    Arguments:
        languages: by default all of the study.

    Raises:
        ProblemError: what the report lacks in any of the languages.
    """
    languages = languages or study.declaration.languages
    if len(languages) > 1 and "language" not in parameters.declarations:
        what = "no parameter is called language, so a run cannot be told in which one to be"
        remedy = "Declare it, a choice of " + ", ".join(languages) + "."
        raise ProblemError([Problem("evaluation.yml, parameters", what, "", remedy, CODE)])
    refuse(problem for language in languages for problem in missing_parts(study, language))
    own = parameters.language
    others = [language for language in languages if language != own]
    values = parameters.as_values()
    return (parameters, *(study.parameters(values | {"language": each}) for each in others))


def missing_parts(study: Study, language: Language) -> Iterator[Problem]:
    """What a report needs in a language before it can be built: its source, and its sections.

    Of the sections that `evaluation.yml` names, those that the report has in another language
    have to be there in this one.
    """
    try:
        target = study.report(language)
    except ProblemError as error:
        yield from error.problems
        return
    if not (study.root / target.source).is_file():
        remedy = "Write it, or take the language out of reports in evaluation.yml."
        yield Problem(target.source, f"there is no report in '{language}'", "", remedy, CODE)
        return
    there = _anchors(study.root / target.source)
    elsewhere: dict[str, Language] = {}
    for other, its in study.declaration.reports.items():
        if other != language and (study.root / its.source).is_file():
            elsewhere |= dict.fromkeys(_anchors(study.root / its.source), other)
    declared = (anchor for named in study.declaration.sections.values() for anchor in named)
    for anchor in dict.fromkeys(declared):
        if anchor in elsewhere and anchor not in there:
            folder = PurePosixPath(target.source).parent
            what = f"lacks the section {anchor}, which the report in '{elsewhere[anchor]}' has"
            remedy = f"Write it with the identifier {{#{anchor}}}."
            yield Problem(f"{folder}", what, "", remedy, CODE)


def other_languages(study: Study, language: Language) -> frozenset[str]:
    """Folders of `reports` with the sources of other languages, which a report has no use for."""
    own = _folder(study.report(language).source)
    others = {_folder(target.source) for target in study.declaration.reports.values()}
    return frozenset(others - {own, ""})


def _folder(source: str) -> str:
    """The folder of `reports` that a source stands in; empty where it is `reports` itself."""
    parts = PurePosixPath(source).parts
    return parts[1] if len(parts) > 2 else ""


def _anchors(source: Path) -> frozenset[str]:
    """Identifiers of sections in the files beside a report's source."""
    texts = (read_text(path) for path in sorted(source.parent.rglob("*.qmd")))
    return frozenset(anchor for text in texts for anchor in _ANCHOR.findall(text))


def data_names(study: Study, language: Language) -> tuple[str, str, str]:
    """What table, workbook and schema of a report are called.

    The table is the same in all languages; a workbook that others are published beside has the name
    of its own.
    """
    several = len(study.declaration.published_with(language)) > 1
    stem, _, suffix = WORKBOOK.rpartition(".")
    return INDICATORS, f"{stem}-{language}.{suffix}" if several else WORKBOOK, SCHEMA
