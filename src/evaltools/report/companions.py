"""What stands beside a report: the press release and the slides, of the report's findings.

Each is another document of the report's project. Its numbers lead to their entries in the report
beside it, and what it says follows the run as the report does. A press release is made in each
language of the study, its title the sentence of a finding; slides in the language of the report,
in which the figures are drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

from evaltools.files import read_text
from evaltools.i18n.markdown import escape_markdown
from evaltools.problems import Problem, refuse
from evaltools.report.absent_sentences import leave_out
from evaltools.report.generated_pages import describe_scope, find_variables
from evaltools.report.glossary import Glossary
from evaltools.report.material import ReportMaterial
from evaltools.report.renderer.format_context import SUFFIXES
from evaltools.report.renderer.located_problems import read_source, relative_name
from evaltools.report.staging import (
    are_few,
    copy_project,
    front_matter,
    report_variables,
    write_notebooks,
    write_style,
    write_variables,
    write_yaml,
)
from evaltools.study import Companion, Parameters, PressRelease, Study
from evaltools.study.parameters import make_parameters
from evaltools.study.vocabulary import Language

CONTACT = "_contact.qmd"
"""The generated page on who publishes it, below `_generated`."""


@dataclass(frozen=True)
class PlannedCompanion:
    """A document in one language, with everything that its prose can ask for.

    Arguments:
        parameters: of the run, told in this language.
        source: its document, below `reports`.
        text: as its author wrote it.
        title: key of the variable that prints its title; empty for the title of the report.
        values: markdown by key, as in the report.
        glossary: of this language.
        report: file name of the report beside it, which its numbers lead to.
        report_language: of that report.
    """

    study: Study
    declared: Companion
    parameters: Parameters
    source: PurePosixPath
    text: str
    title: str
    values: Mapping[str, str]
    glossary: Glossary
    report: str
    report_language: Language

    @property
    def file(self) -> str:
        """The name of its files without their ending."""
        return self.declared.file_of(self.parameters.language)

    def prose(self) -> set[str]:
        """The files that its text is in: its source, and what that includes, below `reports`."""
        folder = self.study.root.resolve() / "reports"
        read, _ = read_source(folder, folder / self.source)
        return {self.source.as_posix(), *(line.path for line in read.body)}

    def leading_texts(self) -> Iterator[str]:
        """Its markdown that leads to the report's evidence."""
        for key in sorted({self.title, *find_variables(self.text)} & self.values.keys()):
            yield self.values[key]


def plan_companions(
    study: Study, parameters: Parameters, material: ReportMaterial
) -> tuple[PlannedCompanion, ...]:
    """The documents beside the report of a run in the order in which the study declares them.

    Raises:
        ProblemError: their title is of no finding of the study, or a source cannot be read.
    """
    return tuple(
        planned
        for declared in study.declaration.companions
        for planned in _plan(declared, study, parameters, material)
    )


def _plan(
    declared: Companion, study: Study, parameters: Parameters, material: ReportMaterial
) -> Iterator[PlannedCompanion]:
    titled = declared.title if isinstance(declared, PressRelease) else ""
    known = [judgement.finding.id for judgement in material.judgements]
    if titled and titled not in known:
        what = f"press_release.title: no finding is called '{titled}'"
        near = get_close_matches(titled, known, 1)
        remedy = f"Did you mean {near[0]}?" if near else "Declare it in reports/findings.yml."
        refuse([Problem("evaluation.yml", what, "", remedy, "study.press-release")])
    target = study.report(parameters.language)
    suffix = SUFFIXES["html" if "html" in target.formats else target.formats[0]]
    report = f"{target.name}-{parameters.language}{suffix}"
    for language in declared.languages_beside(parameters.language):
        source = declared.sources[language]
        told = _in_language(study, parameters, language)
        glossary = Glossary.of(material.tables, study.words(language), study.declaration)
        yield PlannedCompanion(
            study=study,
            declared=declared,
            parameters=told,
            source=PurePosixPath(source).relative_to("reports"),
            text=read_text(study.root / source, source),
            title=f"finding.{titled}" if titled else "",
            values=report_variables(study, told, material, glossary),
            glossary=glossary,
            report=report,
            report_language=parameters.language,
        )


def _in_language(study: Study, parameters: Parameters, language: Language) -> Parameters:
    """The same parameters, told in another language."""
    given = parameters.as_values()
    known = {name: value for name, value in given.items() if name in parameters.declarations}
    if "language" in known:
        known["language"] = language
    return make_parameters(study.declaration.parameters, known, language=language)


def stage_companion(
    planned: PlannedCompanion,
    material: ReportMaterial,
    folder: Path,
    say: Callable[[str], None] = lambda line: None,
) -> Path:
    """Write the staged project of a document into an empty folder; the document, in it.

    Arguments:
        say: tells which sentences are left out, since their numbers cannot be computed.

    Raises:
        ProblemError: its source asks for what is not there.
    """
    copy_project(planned.study, folder)
    document = add_companion(planned, material, folder)
    _leave_only_read(folder, document)
    words = planned.glossary.words
    values = leave_out(
        folder, [document], planned.values, material, words, are_few(planned.study, material), say
    )
    write_style(folder, _metadata(planned, material), one_page=True)
    if planned.declared.kind == "slides":
        write_notebooks(folder, material)
    write_variables(folder, document, values, material, only_used=True)
    return document


def _leave_only_read(folder: Path, document: Path) -> None:
    """Remove prose that a document does not include, so that its project is what it depends on."""
    source, _ = read_source(folder.resolve(), document.resolve())
    read = {line.path for line in source.body} | {relative_name(folder, document)}
    for path in folder.rglob("*.qmd"):
        if relative_name(folder, path) not in read:
            path.unlink()


def add_companion(planned: PlannedCompanion, material: ReportMaterial, folder: Path) -> Path:
    """Make a document ready in a staged project of its language; the document, in it."""
    document = folder / planned.source
    for other in planned.declared.sources.values():
        if (path := folder / PurePosixPath(other).relative_to("reports")) != document:
            path.unlink(missing_ok=True)
    write_yaml(document.parent / "_metadata.yml", _metadata(planned, material))
    pages = document.parent / "_generated"
    pages.mkdir(exist_ok=True)
    (pages / CONTACT).write_text(_contact_lines(planned), encoding="utf-8")
    return document


def _metadata(planned: PlannedCompanion, material: ReportMaterial) -> dict[str, Any]:
    metadata = front_matter(planned.study, planned.parameters, material, planned.glossary)
    for name in ("run", "cite", "catalogue"):  # of the report
        metadata.pop(name, None)
    metadata |= {
        "series": planned.glossary.words(f"report.{planned.declared.kind}"),
        "output-file": planned.file,
        "evidence-in": planned.report,
        # Runs early as well, since the embedded renderer refuses links that lead nowhere.
        "filters": [{"path": "../style/evidence.lua", "at": "pre-quarto"}],
        "chapters-on-new-page": False,
        "number-sections": False,
        "toc": False,
    }
    if planned.declared.kind == "slides":
        words = planned.glossary.words
        scope = describe_scope(planned.study, planned.parameters, words)
        source = words("report.slides.source", report=metadata["short-title"], scope=scope)
        return metadata | {
            "slides": True,
            "source-line": source,
            "format": {"revealjs": {**_REVEAL, "footer": source}},
        }
    del metadata["subtitle"]
    # A headline has no full stop.
    headline = planned.values[planned.title].replace(".]{.finding", "]{.finding")
    return metadata | {
        "title": headline,
        "one-page": True,
        "format": {"html": {"css": ["../style/press-release.css"]}},
    }


_REVEAL: Mapping[str, Any] = {
    "theme": ["simple", "../style/slides.scss"],
    "embed-resources": True,
    "html-math-method": "mathml",
    "slide-level": 1,
    "slide-number": True,
    "transition": "none",
    "auto-stretch": True,
    "width": 1280,
    "height": 720,
}
"""Options of Quarto's reveal.js."""


def _contact_lines(planned: PlannedCompanion) -> str:
    """Where to read the report, who publishes it and whom to ask, a line each."""
    language, words = planned.parameters.language, planned.glossary.words
    declared, companion = planned.study.declaration, planned.declared
    contact = companion.contact if isinstance(companion, PressRelease) else None
    report = f"[{escape_markdown(declared.whole_title(language))}]({planned.report})"
    if planned.report_language != language:
        report += f" ({words(f'language.{planned.report_language}')})"
    lines = {
        "report": report,
        "publisher": escape_markdown(declared.printed("publisher", language)),
        "contact": escape_markdown(contact.in_language(language)) if contact else "",
    }
    return "".join(
        f"- {words(f'report.press_release.{name}')}: {text}\n"
        for name, text in lines.items()
        if text
    )
