"""Every picture has words in its place, and every file says which language it is in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from evaltools.problems import Problem, ProblemError
from evaltools.publishing.documents import WORD, docx_bare, docx_parts, read_html
from evaltools.publishing.gates import Candidate
from evaltools.publishing.printed import Printed

REMEDY = "Give the figure an alternative text in its notebook and build again."
RENDER = "Render it again."

_Reader = Callable[[Path], Iterator[str]]


def without_alternative(candidate: Candidate) -> list[Problem]:
    """Pictures without alternative text, and PDF files without tags."""
    kinds = ((".html", _html_bare), (".pdf", _pdf_bare), (".docx", _docx_bare))
    told = _asked(candidate, kinds, "publish.alt-text", REMEDY)
    return [*told, *_asked(candidate, ((".pdf", _untagged),), "publish.tags", RENDER)]


def without_language(candidate: Candidate) -> list[Problem]:
    """Files that are not marked as being in the language of the report; missing formats too."""
    wanted: str = candidate.parameters.language

    def asked(language_of: Callable[[Path], str]) -> _Reader:
        def lacking(path: Path) -> Iterator[str]:
            told = language_of(path)
            if told.partition("-")[0].lower() != wanted:
                shown = f"is marked as '{told}'" if told else "does not say its language"
                yield f"{shown}; the report is in '{wanted}'"

        return lacking

    kinds = (
        (".html", asked(lambda path: read_html(path).language)),
        (".pdf", asked(lambda path: Printed(path).language)),
        (".docx", asked(_docx_language)),
    )
    problems = _asked(candidate, kinds, "publish.language", RENDER)
    return [*problems, *_missing_formats(candidate)]


def _missing_formats(candidate: Candidate) -> Iterator[Problem]:
    suffixes = {"html": ".html", "typst": ".pdf", "docx": ".docx"}
    for name in candidate.study.report(candidate.parameters.language).formats:
        if not candidate.files(suffixes[name]):
            what = f"has no {suffixes[name].removeprefix('.').upper()} file"
            yield Problem("the report", what, "", "Run evaltools build.", "publish.format")


def _asked(
    candidate: Candidate, kinds: tuple[tuple[str, _Reader], ...], code: str, remedy: str
) -> list[Problem]:
    problems: list[Problem] = []
    for suffix, lacking in kinds:
        for path in candidate.files(suffix):
            try:
                problems += [Problem(path.name, what, "", remedy, code) for what in lacking(path)]
            except ProblemError as error:
                problems += error.problems
    return problems


def _html_bare(path: Path) -> Iterator[str]:
    for name in read_html(path).bare:
        yield f"{name} has no alternative text"


def _docx_bare(path: Path) -> Iterator[str]:
    for part_name, part in docx_parts(path).items():
        for name in docx_bare(part):
            yield f"{name} in {part_name} has no alternative text"


def _pdf_bare(path: Path) -> Iterator[str]:
    for number, told in enumerate(Printed(path).figures(), 1):
        if not told:
            yield f"figure {number} has no alternative text"


def _untagged(path: Path) -> Iterator[str]:
    try:
        tagged = Printed(path).tagged
    except ProblemError:
        return  # told with the figures
    if not tagged:
        yield "has no tags, so screen readers find no structure"


def _docx_language(path: Path) -> str:
    styles = docx_parts(path).get("word/styles.xml")
    found = styles.find(f".//{WORD}docDefaults//{WORD}lang") if styles is not None else None
    return (found.get(f"{WORD}val") or "") if found is not None else ""
