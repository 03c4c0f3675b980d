"""`reports/signatures.yml`: who has looked at the words that no data stand behind.

In chapters that report results, background, methods, definitions and cautions are an author's
word, and so is every heading, what stands around numbers and references, and what a waiver lets
stand. So are the words of declarations, which findings and tables print, the prose of all other
chapters, and notebooks, whose code can show any words however it makes them. A named person signs
each before the report is published; the register holds the hash of the text, so that a
changed sentence needs a new look. What is computed changes no text that is signed.
"""

from __future__ import annotations

import datetime
import hashlib
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import TypeAdapter

from evaltools.files import replace_file
from evaltools.lint.binding import Sentence, read_sentences, sentences_to_sign
from evaltools.lint.companion_documents import read_companions
from evaltools.lint.declarations import declared_texts
from evaltools.lint.findings_index import read_findings_index
from evaltools.lint.notebook_words import notebook_texts
from evaltools.lint.problem_formats import excerpt
from evaltools.lint.result_chapters import find_results, study_notebooks
from evaltools.lint.run import WAIVABLE, is_waived, read_waivers
from evaltools.lint.source import Language, Report, read_sources
from evaltools.problems import Problem, refuse
from evaltools.yaml_text import line_of, read_yaml

FILE_NAME: Final = "reports/signatures.yml"
CODE: Final = "signature"
FIELDS: Final = ("text", "kind", "sha256", "by", "on")
_HEAD: Final = """\
# Words that no data stand behind, each with who looked at them and when.
# `evaltools sign --by NAME` adds those that are new; a changed sentence is a new one.
"""


@dataclass(frozen=True)
class Signature:
    """One signed sentence.

    Arguments:
        text, kind: as signed.
        sha256: of kind and text.
        by, on: who, and on which day (ISO 8601).
    """

    text: str
    kind: str
    sha256: str
    by: str
    on: str


def hash_sentence(sentence: Sentence) -> str:
    """The SHA-256 of what a signature vouches for: the text and what it is marked as."""
    content = f"\n{sentence.content}" if sentence.content else ""
    return hashlib.sha256(f"{sentence.mark}\n{sentence.text}{content}".encode()).hexdigest()


Recall = Callable[[str, Callable[[], Any]], Any]
"""Gives what a call gave before under a name, as plain JSON values, as long as nothing but the
prose of the report changed since; or calls it."""


def _call(_: str, make: Callable[[], Any]) -> Any:
    return make()


_BESIDE = TypeAdapter(tuple[list[Sentence], list[Problem]])


def marked_sentences(
    root: Path, language: Language, recall: Recall = _call
) -> tuple[list[Sentence], list[Problem]]:
    """What needs a signature in a language, and what keeps prose from being read.

    Sentences of press releases, which are published with every report, are among them, and the
    words of declarations in all these languages.

    Arguments:
        recall: by default nothing is taken from before.
    """

    def read_beside() -> Any:
        return _BESIDE.dump_python(_sentences_beside(root, language), mode="json")

    sources, problems = read_sources(root, language)
    findings, unreadable = read_findings_index(root)
    report, unread = find_results(Report(root, language, sources, findings))
    beside, hindered = _BESIDE.validate_python(recall("sentences beside the prose", read_beside))
    sentences = [*_sentences_of(root, [report]), *_other_prose(report), *beside]
    return sentences_to_sign(sentences), [*problems, *unreadable, *unread, *hindered]


def _sentences_beside(root: Path, language: Language) -> tuple[list[Sentence], list[Problem]]:
    """Those of all that stands beside the prose of the report, and what cannot be read of it."""
    findings, _ = read_findings_index(root)
    releases, hindered = read_companions(root, findings)
    notebooks = notebook_texts(root, study_notebooks(Report(root, language, (), findings)))
    spoken = dict.fromkeys((language, *(one.language for one in releases)))
    declared = [
        Sentence(each.where, each.name, "declaration", True, each.content)
        for one in spoken
        for each in (*declared_texts(root, one), *notebooks)
    ]
    return [*_sentences_of(root, releases), *declared], hindered


def _other_prose(report: Report) -> list[Sentence]:
    """What chapters that report no results say, and is neither a finding nor a quotation."""
    results = {(source.name, id(block)) for source, block in report.results}
    others = [(source, block) for source, block in report.blocks()
              if (source.name, id(block)) not in results]  # fmt: skip
    return [
        each if each.bound else replace(each, mark="prose", bound=True)
        for each in read_sentences(replace(report, results=tuple(others)))
    ]


def _sentences_of(root: Path, reports: Sequence[Report]) -> list[Sentence]:
    waivers = read_waivers(root, WAIVABLE)[0].waivers
    texts = {s.name: s.text for one in reports for s in (*one.sources, *one.notebooks)}
    return [
        replace(each, mark="waived")
        if not each.bound and is_waived(waivers, each.where, "E17", texts)
        else each
        for one in reports
        for each in read_sentences(one)
    ]


def unsigned_sentences(root: Path, language: Language, recall: Recall = _call) -> list[Problem]:
    """A problem for each marked sentence that nobody has signed as it stands.

    Arguments:
        recall: by default nothing is taken from before.
    """
    signed = set(recall("signed", lambda: [each.sha256 for each in read_signatures(root)]))
    sentences, problems = marked_sentences(root, language, recall)
    for each in sentences:
        if hash_sentence(each) not in signed:
            what = f"{excerpt(each.text)} ({each.mark}) is signed by nobody as it stands"
            remedy = "Look at it, then: evaltools sign --by NAME."
            problems.append(Problem(each.where, what, "", remedy, CODE))
    return problems


def read_signatures(root: Path) -> tuple[Signature, ...]:
    """The register of a study; empty where it has none.

    Raises:
        ProblemError: everything in it that is no signature, each with its line.
    """
    if not os.path.lexists(root / FILE_NAME):
        return ()
    content, lines = read_yaml(root / FILE_NAME, FILE_NAME)
    entries = content.get("signatures")
    given = entries if isinstance(entries, list) else []
    places = [
        f"{FILE_NAME}:{line_of(lines, ('signatures', place))}"
        for place, entry in enumerate(given)
        if not isinstance(entry, dict) or set(entry) != set(FIELDS)
        or not all(str(entry[name]).strip() for name in FIELDS)
    ]  # fmt: skip
    what, allowed, remedy = "is no signature", ", ".join(FIELDS), "Write it by evaltools sign."
    refuse(Problem(where, what, allowed, remedy, CODE) for where in places)
    return tuple(Signature(**{name: str(entry[name]) for name in FIELDS}) for entry in given)


def sign_sentences(
    root: Path, languages: Iterable[Language], by: str, on: datetime.date
) -> tuple[list[Sentence], int]:
    """Sign what is not signed yet, and drop signatures of sentences that are no longer there.

    Arguments:
        by: who has looked at them.
        on: the day.

    Returns:
        The sentences signed now, and how many signatures were dropped.
    """
    known = {each.sha256: each for each in read_signatures(root)}
    found: dict[str, Sentence] = {}
    for language in languages:
        sentences, problems = marked_sentences(root, language)
        refuse(problems)
        found |= {hash_sentence(each): each for each in sentences}
    fresh = {name: each for name, each in found.items() if name not in known}
    register = [
        known.get(name) or Signature(each.text, str(each.mark), name, by.strip(), on.isoformat())
        for name, each in found.items()
    ]
    content = {"signatures": [{name: getattr(each, name) for name in FIELDS} for each in register]}
    text = yaml.safe_dump(  # a line each
        content, allow_unicode=True, sort_keys=False, width=sys.maxsize, default_flow_style=None
    )
    replace_file(root / FILE_NAME, (_HEAD + text).encode())
    return list(fresh.values()), len(set(known) - set(found))
