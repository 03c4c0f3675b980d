"""`reports/words.yml`: what this study calls things, over the engine's general words."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from evaltools.i18n.messages import (
    Phrases,
    all_phrases,
    fields,
    hold_numbers,
    nearest,
    phrase_fault,
)
from evaltools.i18n.numbers import LANGUAGES, Language, currency_name
from evaltools.problems import Problem, refuse
from evaltools.study.declared_files import Where, read_located
from evaltools.study.schema import StudyDeclaration

FILE_NAME = "reports/words.yml"
CODE = "study.words"

OPEN = (
    "agreement.kind", "code_kind", "data", "definition", "evidence_base.variable", "findings.key",
    "group", "noun", "publishing.method", "report.quantity", "size", "trail.group", "trail.method",
    "words",
)  # fmt: skip
"""Beginnings of keys to which a study adds names of its own: of tables, kinds, indicators."""


def own_phrases(root: Path, declared: StudyDeclaration) -> Phrases:
    """What a study says in words of its own: those of the file, and labels that it declares.

    `code_kind.<kind>`, `rater.<kind>`, `organisation_kind.<kind>`, `size.<class>` and
    `choice.<parameter>.<value>` come from `evaluation.yml`, `noun.currency` from its currency,
    and where it declares which projects were due to report, captions name those.

    Raises:
        ProblemError: everything that is wrong with the file, each with its line.
    """
    labels = {f"code_kind.{name}": item.label for name, item in declared.code_kinds.items()}
    labels |= {f"rater.{name}": item.label for name, item in declared.raters.items()}
    labels |= {
        f"organisation_kind.{name}": item.label
        for name, item in declared.organisation_kinds.items()
    }
    labels |= {f"size.{name}": item.label for name, item in declared.areas.size_classes.items()}
    labels |= {
        f"choice.{name}.{value}": text
        for name, parameter in declared.parameters.items()
        for value, text in parameter.choices.items()
    }
    derived = {
        key: hold_numbers(
            {
                each: text.in_language(each).replace("{", "{{").replace("}", "}}")
                for each in LANGUAGES
            }
        )
        for key, text in labels.items()
    }
    derived["noun.currency"] = {each: currency_name(declared.currency, each) for each in LANGUAGES}
    if declared.reports_due is not None:
        start = "reports_due."
        derived |= {
            f"noun.{key.removeprefix(start)}": dict(texts)
            for key, texts in all_phrases().items()
            if key.startswith(start)
        }
    return derived | dict(load_phrases(root, declared.languages))


def load_phrases(root: Path, languages: Iterable[Language]) -> Phrases:
    """The words of a study's file; none where there is no such file.

    Arguments:
        root: the folder of `evaluation.yml`.
        languages: of the study; each phrase must be there in all of them.

    Raises:
        ProblemError: everything that is wrong with the file, each with its line.
    """
    path = root / FILE_NAME
    if not path.is_file():
        return {}
    stat = path.stat()
    return _load(root, stat.st_mtime_ns, stat.st_size, tuple(languages))


@cache
def _load(root: Path, _changed: int, _size: int, languages: tuple[Language, ...]) -> Phrases:
    content, where = read_located(root, FILE_NAME)
    refuse(
        problem
        for key, texts in content.items()
        for problem in _problems(key, texts, languages, where)
    )
    return {key: hold_numbers(texts) for key, texts in content.items()}


def _problems(
    key: Any, texts: Any, languages: tuple[Language, ...], where: Where
) -> Iterable[Problem]:
    here = where(key)
    if fault := phrase_fault(key, texts, languages):
        remedy = f"Write {key}: {{{', '.join(f'{each}: …' for each in languages)}}}."
        yield Problem(here, fault, ", ".join(languages), remedy, CODE)
        return
    for language in set(texts) - set(LANGUAGES):
        what = f"{key}: '{language}' is no language of evaltools"
        yield Problem(where(key, language), what, ", ".join(LANGUAGES), "", CODE)
    general = all_phrases()
    if key in general:
        nouns = {name.removeprefix("noun.") for name in general if name.startswith("noun.")}
        known = fields(general[key]["en"]) | nouns
        for language, text in texts.items():
            if surplus := fields(text) - known:
                what = f"{key}: nothing fills in {_braced(surplus)}"
                allowed = _braced(known) or "no fields"
                yield Problem(where(key, language), what, allowed, "", CODE)
    elif not key.startswith(tuple(f"{each}." for each in OPEN)):
        near = nearest(key, general)
        remedy = f"Did you mean {near}?" if near else "A phrase of your own begins with 'words.'."
        what = f"nothing prints a phrase that is called '{key}'"
        yield Problem(here, what, "", remedy, CODE)


def _braced(names: Iterable[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))
