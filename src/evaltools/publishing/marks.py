"""Example data must say so wherever it is shown, since its numbers look like results.

HTML shows the notice in its text, DOCX in the header that every page repeats, and PDF on each
page but the cover, read from the pages themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from evaltools.evidence import load_descriptor
from evaltools.present.language import Language
from evaltools.present.words import Words
from evaltools.problems import Problem, ProblemError
from evaltools.publishing.documents import docx_parts, docx_text, read_html, squeezed
from evaltools.publishing.gates import Candidate
from evaltools.publishing.printed import Printed


def notice(language: Language) -> str:
    """The sentence that marks example data."""
    return Words(language)("report.example_notice")


def unmarked(candidate: Candidate) -> list[Problem]:
    """Files of a report on example data that do not say that it is; none for real data."""
    if not load_descriptor(candidate.study.data).example:
        return []
    wanted = squeezed(notice(candidate.parameters.language))
    kinds: tuple[tuple[str, Callable[[Path, str], Iterator[str]]], ...] = (
        (".html", _html),
        (".pdf", _pdf),
        (".docx", _docx),
    )
    problems: list[Problem] = []
    for suffix, lacking in kinds:
        for path in candidate.files(suffix):
            try:
                found = [*lacking(path, wanted)]
            except ProblemError as error:
                problems += error.problems
                continue
            problems += [
                Problem(path.name, what, "", "Render it again.", "publish.example")
                for what in found
            ]
    return problems


def _html(path: Path, wanted: str) -> Iterator[str]:
    if wanted not in squeezed("".join(read_html(path).words)):
        yield "does not say that its data are made up"


def _docx(path: Path, wanted: str) -> Iterator[str]:
    headers = [part for name, part in docx_parts(path).items() if name.startswith("word/header")]
    if not any(wanted in squeezed(docx_text(part)) for part in headers):
        yield "does not say on its pages that its data are made up"


def _pdf(path: Path, wanted: str) -> Iterator[str]:
    pages = list(Printed(path).pages())
    # The cover shows no numbers, unless it is all there is.
    told = pages[1:] if len(pages) > 1 else pages
    first = 2 if len(pages) > 1 else 1
    silent = [str(n) for n, text in enumerate(told, first) if wanted not in squeezed(text)]
    if silent or not pages:
        yield f"does not say that its data are made up on page {', '.join(silent) or '1'}"
