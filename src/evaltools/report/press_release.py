"""The press release: a page from the report's findings, in each language that the study declares.

It is another document of the report's project. Its title is the sentence of a finding, its numbers
lead to their entries in the report beside it, and what it says follows the run as the report does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

from evaltools.files import read_text
from evaltools.i18n.markdown import escape_markdown
from evaltools.problems import Problem, refuse
from evaltools.report.evidence_pages.glossary import Glossary
from evaltools.report.generated_pages import find_variables
from evaltools.report.material import ReportMaterial
from evaltools.report.renderer.format_context import SUFFIXES
from evaltools.report.staging import (
    copy_project,
    front_matter,
    report_variables,
    write_style,
    write_variables,
    write_yaml,
)
from evaltools.study import Parameters, PressRelease, Study
from evaltools.study.parameters import make_parameters
from evaltools.study.vocabulary import Language

CONTACT = "_contact.qmd"
"""The generated page on who publishes it, below `_generated`."""


@dataclass(frozen=True)
class PlannedRelease:
    """The press release in one language, with everything that its prose can ask for.

    Arguments:
        parameters: of the run, told in this language.
        source: its document, below `reports`.
        text: as its author wrote it.
        title: key of the variable that prints its title.
        values: markdown by key, as in the report.
        glossary: of this language.
        report: file name of the report beside it, which its numbers lead to.
        report_language: of that report.
    """

    study: Study
    declared: PressRelease
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

    def leading_texts(self) -> Iterator[str]:
        """Its markdown that leads to the report's evidence."""
        for key in sorted({self.title, *find_variables(self.text)} & self.values.keys()):
            yield self.values[key]


def plan_press_releases(
    study: Study, parameters: Parameters, material: ReportMaterial
) -> tuple[PlannedRelease, ...]:
    """The press releases of a run in the order in which the study declares them; none without.

    Raises:
        ProblemError: their title is of no finding of the study, or a source cannot be read.
    """
    declared = study.declaration.press_release
    if declared is None:
        return ()
    known = [judgement.finding.id for judgement in material.judgements]
    if declared.title not in known:
        what = f"press_release.title: no finding is called '{declared.title}'"
        near = get_close_matches(declared.title, known, 1)
        remedy = f"Did you mean {near[0]}?" if near else "Declare it in reports/findings.yml."
        refuse([Problem("evaluation.yml", what, "", remedy, "study.press-release")])
    target = study.report(parameters.language)
    suffix = SUFFIXES["html" if "html" in target.formats else target.formats[0]]
    report = f"{target.name}-{parameters.language}{suffix}"
    made = []
    for language, source in declared.sources.items():
        told = _in_language(study, parameters, language)
        glossary = Glossary.of(material.tables, study.words(language), study.declaration)
        made.append(
            PlannedRelease(
                study=study,
                declared=declared,
                parameters=told,
                source=PurePosixPath(source).relative_to("reports"),
                text=read_text(study.root / source, source),
                title=f"finding.{declared.title}",
                values=report_variables(study, told, material, glossary),
                glossary=glossary,
                report=report,
                report_language=parameters.language,
            )
        )
    return tuple(made)


def _in_language(study: Study, parameters: Parameters, language: Language) -> Parameters:
    """The same parameters, told in another language."""
    given = parameters.as_values()
    known = {name: value for name, value in given.items() if name in parameters.declarations}
    if "language" in known:
        known["language"] = language
    return make_parameters(study.declaration.parameters, known, language=language)


def stage_press_release(planned: PlannedRelease, material: ReportMaterial, folder: Path) -> Path:
    """Write the staged project of a press release into an empty folder; the document, in it.

    Raises:
        ProblemError: its source asks for what is not there.
    """
    copy_project(planned.study, folder)
    document = add_press_release(planned, material, folder)
    write_style(folder, _metadata(planned, material), one_page=True)
    write_variables(folder, document, planned.values, material, only_used=True)
    return document


def add_press_release(planned: PlannedRelease, material: ReportMaterial, folder: Path) -> Path:
    """Make a press release ready in a staged project of its language; the document, in it."""
    document = folder / planned.source
    for other in planned.declared.sources.values():
        if (path := folder / PurePosixPath(other).relative_to("reports")) != document:
            path.unlink(missing_ok=True)
    write_yaml(document.parent / "_metadata.yml", _metadata(planned, material))
    pages = document.parent / "_generated"
    pages.mkdir(exist_ok=True)
    (pages / CONTACT).write_text(_contact_lines(planned), encoding="utf-8")
    return document


def _metadata(planned: PlannedRelease, material: ReportMaterial) -> dict[str, Any]:
    metadata = front_matter(planned.study, planned.parameters, material, planned.glossary)
    for name in ("subtitle", "run", "cite", "catalogue"):  # of the report
        metadata.pop(name, None)
    return metadata | {
        # A headline has no full stop.
        "title": planned.values[planned.title].replace(".]{.finding", "]{.finding"),
        "series": planned.glossary.words("report.press_release"),
        "output-file": planned.file,
        "evidence-in": planned.report,
        # Runs early as well, since the embedded renderer refuses links that lead nowhere.
        "filters": [{"path": "../style/evidence.lua", "at": "pre-quarto"}],
        "one-page": True,
        "chapters-on-new-page": False,
        "number-sections": False,
        "toc": False,
        "format": {"html": {"css": ["../style/press-release.css"]}},
    }


def _contact_lines(planned: PlannedRelease) -> str:
    """Where to read the report, who publishes it and whom to ask, a line each."""
    language, words = planned.parameters.language, planned.glossary.words
    declared, contact = planned.study.declaration, planned.declared.contact
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
