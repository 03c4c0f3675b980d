"""The staged folder: a plain Quarto project with nothing left to compute, for either engine.

What is wrong with shortcodes, variables and dates is found here, once: Quarto renders an unknown
shortcode, an unknown variable or an invalid date without a word, or with a warning.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import fontpkg_fira_sans
import yaml

from evaltools.charts.figure import CAPTION_METADATA, CAPTION_TYPE, Figure
from evaltools.evidence import Evidence
from evaltools.files import read_text
from evaltools.findings.checklists import checklist_page, included_pages, sections_of
from evaltools.findings.conclusion_pages import (
    Told,
    basis_page,
    judgement_table,
    recommendation_list,
)
from evaltools.findings.conclusions import (
    answer_questions,
    due_recommendations,
    judge_criteria,
    load_conclusions,
    outcomes_of,
)
from evaltools.findings.display import findings_metadata, release_notice, release_table
from evaltools.findings.logic import examine_links, load_logic
from evaltools.findings.logic_pages import FIGURE_ID, logic_figure, logic_table
from evaltools.findings.lookup import index_numbers
from evaltools.findings.matrix import matrix_page
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import Language
from evaltools.lint import check_small_denominators
from evaltools.problems import Problem, refuse
from evaltools.report import generated_pages
from evaltools.report.annexes.case_boxes import case_page
from evaltools.report.annexes.declaration import CaseDeclaration, load_cases
from evaltools.report.annexes.quotations import Quotations, voices_page
from evaltools.report.annexes.tables import annex_pages
from evaltools.report.evidence_pages.entries import (
    ScopeFact,
    fact_variables,
    read_facts,
    scope_variables,
)
from evaltools.report.evidence_pages.glossary import Glossary
from evaltools.report.evidence_pages.markup import find_anchors, finding_anchor, link_numbers
from evaltools.report.evidence_pages.page import table_paths, write_evidence_pages
from evaltools.report.evidence_pages.passages import QuotePolicy, make_quote_policy
from evaltools.report.languages import other_languages
from evaltools.report.material import ReportMaterial
from evaltools.report.renderer.docx.document import Page, reference_docx
from evaltools.report.renderer.located_problems import INCLUDE, Source, read_source, relative_name
from evaltools.report.renderer.notebook_outputs import Notebooks
from evaltools.report.renderer.print.document import REGIONS
from evaltools.report.renderer.project import Level, Project, read_project
from evaltools.report.renderer.shortcodes import TextPass
from evaltools.report.since_page import since_page
from evaltools.report.variables import (
    ESTIMANDS,
    finding_variables,
    indicator_variables,
    nest,
    ranking_variables,
)
from evaltools.study import Parameters, Study

# Other problems that the embedded renderer finds in sources are its own: what it cannot render.
CHECKED = frozenset(
    ("render.shortcode", "render.var", "render.meta", "render.embed", "render.include",
     "render.encoding", "render.yaml", "render.project", "report.date")
)  # fmt: skip
DATES = ("date", "date-modified")


def check_sources(
    folder: Path, document: Path, variables: Mapping[str, Any], shown: str = "reports"
) -> tuple[Problem, ...]:
    """Everything in a staged project's sources that no engine may be left to deal with.

    Problems by file and line: includes that are missing or lead out of the project, shortcodes
    that are unknown, malformed or out of place, variables and metadata without value, cells that
    no notebook has, dates that are not ISO 8601. Sources beside the document are checked, too.
    """
    found: dict[Problem, None] = {}
    chapters = sorted(document.parent.rglob("*.qmd"))
    read: set[str] = set()
    root = folder.resolve()
    with TemporaryDirectory(prefix="evaltools-") as scratch:
        notebooks = Notebooks(Path(scratch))
        for path in [document, *chapters]:
            name = relative_name(root, path)
            if name in read:
                continue
            source, problems = read_source(root, path.resolve())
            read |= {name, *(line.path for line in source.body)}
            project, others = read_project(root, path.resolve(), source, ())
            values = Level("_variables.yml", variables)
            project = dataclasses.replace(project, variables=values)
            problems += [*others, *_shortcodes(project, source, notebooks), *_dates(project)]
            found |= dict.fromkeys(each for each in problems if each.code in CHECKED)
    return tuple(replace(each, where=f"{shown}/{each.where}") for each in found)


def _shortcodes(project: Project, source: Source, notebooks: Notebooks) -> Iterable[Problem]:
    passed = TextPass(project, notebooks, project.format("html"))
    passed.body(source)
    return [*passed.problems, *notebooks.problems]


def _dates(project: Project) -> Iterator[Problem]:
    """Dates that an engine could not write out in the language of the report."""
    for name in ("html", "typst", "docx"):
        merged = project.format(name)
        for key in DATES:
            written = str(merged.get(key) or "")
            if written and not _is_iso(written):
                yield Problem(
                    project.where(key),
                    f"{key} is '{written}'",
                    "a day as year, month, day: 2022-04-30",
                    "Write it so; date-format says how it is shown.",
                    "report.date",
                )


def _is_iso(written: str) -> bool:
    try:
        return date.fromisoformat(written).isoformat() == written
    except ValueError:
        return False


PROJECT = Path(__file__).parent / "project"
"""Options and filters of every report; a file of the study at the same place goes before."""
REFERENCE_DOCX = "style/reference.docx"
"""Named by `_quarto.yml`; made here, since what is in the repository can be read."""
FONTS = "style/fonts"
"""Named by `_quarto.yml`, for Quarto's Typst."""
FACES = tuple(
    f"FiraSans-{face}.ttf"
    for face in ("Regular", "Italic", "Medium", "MediumItalic", "SemiBold", "SemiBoldItalic",
                 "Bold", "BoldItalic", "Light")
)  # fmt: skip
GENERATED = (
    "_description.qmd", "_descriptions.qmd", "_parameters.qmd", "_indicators.qmd", "_data.qmd",
    "_disclosure.qmd", "_release.qmd", "_release_notice.qmd", "_evidence.qmd", "_matrix.qmd",
    "_checklists.qmd", "_judgements.qmd", "_bases.qmd", "_logic.qmd", "_recommendations.qmd",
    "_projects.qmd", "_codebook.qmd", "_timeline.qmd", "_reports_read.qmd", "_since.qmd",
)  # fmt: skip
CASES = "_cases.qmd"
"""The page of a study that declares cases."""
QUOTES = "quotes"
"""Folder of the pages with quotations, one a finding."""


def stage(
    study: Study,
    parameters: Parameters,
    material: ReportMaterial,
    folder: Path,
    beside: Iterable[str] = (),
) -> Path:
    """Write the staged project into an empty folder; the document to render, in the folder.

    Arguments:
        beside: markdown of other documents that leads to the report's evidence.

    Raises ProblemError for sources that ask for what is not there.
    """
    language: Language = parameters.language
    target = study.report(language)
    document = folder / Path(target.source).relative_to("reports")
    copy_project(study, folder, other_languages(study, language))
    glossary = Glossary.of(material.tables, study.words(language), study.declaration)
    values = report_variables(study, parameters, material, glossary)
    metadata = front_matter(study, parameters, material, glossary)
    write_yaml(document.parent / "_metadata.yml", metadata)
    write_style(folder, metadata)
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    for name, notebook in sorted(material.notebooks.items()):
        text = json.dumps(stage_notebook(notebook), ensure_ascii=False, indent=1, sort_keys=True)
        (notebooks / name).write_text(text + "\n", encoding="utf-8")
    cases = load_cases(study, {each.finding.id for each in material.judgements})
    pages = document.parent / "_generated"
    (pages / QUOTES).mkdir(parents=True)
    # What is in them depends on the prose, so they are written last.
    for name in (*GENERATED, *_declared_pages(cases)):
        (pages / name).touch()
    write_variables(folder, document, values, material)
    _write_generated(study, parameters, material, document.parent, values, glossary, beside, cases)
    _write_chapters(document)
    return document


def write_variables(
    folder: Path,
    document: Path,
    values: Mapping[str, str],
    material: ReportMaterial,
    only_used: bool = False,
) -> None:
    """Check what a document asks for and write the project's variables.

    Arguments:
        only_used: leave out those that the document does not use.
    """
    by_group = nest(values)
    refuse(check_sources(folder, document, by_group))
    used = (
        generated_pages.find_used_variables(sorted(document.parent.rglob("*.qmd"))) & values.keys()
    )
    shown = {key: values[key] for key in sorted(used)}
    refuse(check_small_denominators(shown, material.indicators))
    write_yaml(folder / "_variables.yml", nest(shown) if only_used else by_group)


def report_variables(
    study: Study, parameters: Parameters, material: ReportMaterial, glossary: Glossary
) -> dict[str, str]:
    """Everything that `{{< var … >}}` can ask for, as markdown by dotted key."""
    words = glossary.words
    made = indicator_variables(material.indicators, ESTIMANDS[parameters.estimand], words)
    made |= ranking_variables(material.indicators, glossary)
    made |= finding_variables(material.judgements, words.language)
    made["scope.description"] = generated_pages.describe_scope(study, parameters, words)
    for name in parameters.declarations:
        made[f"parameter.{name}"] = generated_pages.describe_parameter(parameters, name)
    made |= scope_variables(material.indicators, words.language)
    return made | fact_variables(read_facts(material.tables, parameters, {}, words))


def copy_project(study: Study, folder: Path, without: frozenset[str] = frozenset()) -> None:
    """The engine's options and filters, and over them the study's own files.

    `without` are folders that stay behind.
    """
    for sources in (PROJECT, study.root / "reports"):
        _copy_sources(sources, folder, without)


def _copy_sources(reports: Path, folder: Path, without: frozenset[str]) -> None:
    """The author's files; links are not followed, so nothing from elsewhere gets in."""
    for path in sorted(reports.rglob("*")):
        relative = path.relative_to(reports)
        if relative.parts[0].startswith((".", "_build")) or path.is_symlink():
            continue
        if relative.parts[0] in without:
            continue
        if path.is_dir():
            (folder / relative).mkdir(exist_ok=True)
        else:
            shutil.copyfile(path, folder / relative)


def write_style(folder: Path, metadata: Mapping[str, Any], one_page: bool = False) -> None:
    """What the sources' options name and the repository does not hold: Word styles, typefaces."""
    (folder / REFERENCE_DOCX).write_bytes(_reference_docx(metadata, one_page))
    fonts = folder / FONTS
    fonts.mkdir(parents=True, exist_ok=True)
    for name in FACES:
        shutil.copyfile(fontpkg_fira_sans.ROOT / "files" / name, fonts / name)


def _write_chapters(document: Path) -> None:
    """A document of each chapter, since Quarto renders no file whose name begins with `_`."""
    for line in read_text(document).splitlines():
        included = INCLUDE.match(line)
        name = included["path"].strip("\"'") if included else ""
        if "/" in name or not name.startswith("_"):
            continue
        alone = document.with_name(name.removeprefix("_"))
        if not alone.exists():
            alone.write_text(f"{line.strip()}\n", encoding="utf-8")


def front_matter(
    study: Study, parameters: Parameters, material: ReportMaterial, glossary: Glossary
) -> dict[str, Any]:
    """Metadata of a document: titles, the day, what came of findings, flags for its conditions."""
    language: Language = parameters.language
    words = glossary.words
    declared = study.declaration
    metadata: dict[str, Any] = {
        "lang": language,
        "title": declared.title.in_language(language),
        "short-title": declared.printed("short_title", language),
        "subtitle": declared.printed("subtitle", language),
        "author": declared.printed("publisher", language),
        "flags": example_flags(study, material),
    }
    if "cutoff" in parameters.declarations:
        metadata["date"] = parameters.cutoff.isoformat()
    metadata["findings"] = findings_metadata(material.judgements, words, glossary.labels)
    if material.descriptor.example:
        metadata["example-notice"] = words("report.example_notice")
    return metadata


def _reference_docx(metadata: Mapping[str, Any], one_page: bool) -> bytes:
    page = Page(
        language=f"{metadata['lang']}-{REGIONS[metadata['lang']]}",
        title=metadata["title"],
        publisher=metadata["author"],
        notice=metadata.get("example-notice", ""),
        chapters_on_new_page=False,
        one_page=one_page,
    )
    return reference_docx(page)


def example_flags(study: Study, material: ReportMaterial) -> dict[str, bool]:
    """Conditions that parts of the prose depend on (`when-meta="flags.…"`)."""
    return {
        "example": material.descriptor.example,
        "few_reports": material.n < study.declaration.judging.least_reports,
        "earlier_wave": _has_numbers(material, "wave_difference."),
        "groups": _has_numbers(material, "group_difference."),
        "predecessor": material.changes is not None,
    }


def _has_numbers(material: ReportMaterial, beginning: str) -> bool:
    """Whether something was compared, or could have been but for too few reports on a side."""
    return any(
        indicator.key.startswith(beginning)
        and indicator.key.endswith(".difference")
        and (indicator.value is not None or indicator.why == "too_few")
        for indicator in material.indicators
    )


def _write_generated(
    study: Study,
    parameters: Parameters,
    material: ReportMaterial,
    chapters: Path,
    values: Mapping[str, str],
    glossary: Glossary,
    beside: Iterable[str],
    cases: CaseDeclaration | None,
) -> None:
    words = glossary.words
    evidence = Evidence.select(study, dict(material.tables), parameters)
    used = generated_pages.find_used_variables(sorted(chapters.rglob("*.qmd"))) & values.keys()
    descriptor = material.descriptor
    pages = {
        "_description.qmd": generated_pages.description_page(study, parameters, material),
        "_descriptions.qmd": generated_pages.description_pages(study, parameters, material),
        "_parameters.qmd": generated_pages.parameter_table(parameters, words),
        "_indicators.qmd": generated_pages.indicator_table(material.indicators, used, words),
        "_data.qmd": generated_pages.data_table(descriptor, material.tables, words),
        "_disclosure.qmd": generated_pages.disclosure_page(study, parameters, words),
        "_release.qmd": link_numbers(
            release_table(material.judgements, words, glossary.labels, descriptor.example)
        ),
        "_release_notice.qmd": release_notice(words) if descriptor.example else "",
    }
    pages |= annex_pages(study, evidence, descriptor, words)
    pages["_since.qmd"] = since_page(
        material.changes, study, material.judgements, descriptor, glossary, used
    )
    policy = make_quote_policy(
        study.declaration.disclosure.quotes, material.tables, study.declaration.disclosure
    )
    facts: tuple[ScopeFact, ...] = ()
    if cases is not None:
        own, facts = _case_pages(cases, study, material, evidence, policy, glossary)
        pages |= own
    printed = (values[key] for key in sorted(used))
    texts = (pages["_release.qmd"], *printed, pages["_since.qmd"], *beside)
    if CASES in included_pages(chapters):
        texts = (*texts, pages.get(CASES, ""))
    pages["_evidence.qmd"] = write_evidence_pages(
        material, find_anchors(texts), study, parameters, policy, facts
    )
    pages |= _write_conclusions(study, material, chapters, values, words)
    pages["_matrix.qmd"] = matrix_page(study, material.indicators, material.judgements, words)
    sections, included = sections_of(chapters), included_pages(chapters)
    pages["_checklists.qmd"] = checklist_page(study, sections, included, words)
    for name in (*GENERATED, *_declared_pages(cases)):
        (chapters / "_generated" / name).write_text(pages[name], encoding="utf-8")


def _declared_pages(cases: CaseDeclaration | None) -> tuple[str, ...]:
    """Pages of a study that declares cases, or quotations beside findings."""
    if cases is None:
        return ()
    named = cases.voices.findings if cases.voices else ()
    quotes = (f"{QUOTES}/{name}.qmd" for name in dict.fromkeys(named))
    return (*((CASES,) if cases.cases else ()), *quotes)


LOGIC_NOTEBOOK = "generated_logic.ipynb"
"""Holds the drawn intervention logic, since engines take a figure in all formats from there."""


def _write_conclusions(
    study: Study,
    material: ReportMaterial,
    chapters: Path,
    values: Mapping[str, str],
    words: Words,
) -> dict[str, str]:
    """Pages of answers, criteria, recommendations and intervention logic; the figure, too."""
    conclusions, numbers = load_conclusions(study), index_numbers(material.indicators)
    answers = answer_questions(conclusions, material.judgements, numbers)
    criteria = judge_criteria(conclusions, answers, material.judgements, numbers)
    told = Told(
        study,
        conclusions,
        {item.finding.id: item for item in material.judgements},
        {answer.subject: answer for answer in answers},
        {answer.subject: answer for answer in criteria},
        outcomes_of(material.judgements, answers),
        {item.finding.id: values[f"finding.{item.finding.id}"] for item in material.judgements},
        {item.finding.id: finding_anchor(item.finding.id) for item in material.judgements},
        words,
        "_bases.qmd" in included_pages(chapters),
    )
    due = due_recommendations(conclusions, material.judgements, numbers)
    logic = load_logic(study)
    links = examine_links(logic, told.outcomes)
    drawn = ""
    if links:
        write_figure(chapters.parent / "notebooks", logic_figure(logic, links, words))
        drawn = f"{{{{< embed ../notebooks/{LOGIC_NOTEBOOK}#{FIGURE_ID} >}}}}\n\n"
    return {
        "_judgements.qmd": judgement_table(told),
        "_bases.qmd": basis_page(told),
        "_recommendations.qmd": recommendation_list(due, told),
        "_logic.qmd": drawn + logic_table(logic, links, told),
    }


def write_figure(folder: Path, figure: Figure) -> None:
    """A notebook of one cell that shows a figure."""
    output = {"output_type": "display_data", "data": figure.bundle(), "metadata": {}}
    cell = {"cell_type": "code", "id": FIGURE_ID, "source": "", "outputs": [output]}
    made = stage_notebook({"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5})
    text = json.dumps(made, ensure_ascii=False, indent=1, sort_keys=True)
    (folder / LOGIC_NOTEBOOK).write_text(text + "\n", encoding="utf-8")


def _case_pages(
    cases: CaseDeclaration,
    study: Study,
    material: ReportMaterial,
    evidence: Evidence,
    policy: QuotePolicy,
    glossary: Glossary,
) -> tuple[dict[str, str], tuple[ScopeFact, ...]]:
    """The pages of `_declared_pages`, and the numbers on that of the cases."""
    quotations = Quotations.of(evidence, policy, cases.characters)
    made = case_page(cases, evidence, quotations, glossary, table_paths(study))
    pages, voices = {CASES: made.markdown}, cases.voices
    if voices is not None:
        pages |= {
            f"{QUOTES}/{each.finding.id}.qmd": voices_page(each, voices, quotations, glossary)
            for each in material.judgements
            if each.finding.id in voices.findings
        }
    return pages, made.facts


def write_yaml(path: Path, content: Mapping[str, Any]) -> None:
    """Write options or values as YAML, sorted."""
    text = yaml.safe_dump(dict(content), allow_unicode=True, sort_keys=True, width=10_000)
    path.write_text(text, encoding="utf-8")


KEPT = ("image/svg+xml", "image/png", "text/markdown")


def stage_notebook(notebook: dict[str, Any]) -> dict[str, Any]:
    """A copy of an executed notebook with what its outputs say of themselves moved into options.

    Caption and alternative text are computed from data, so the notebook's source cannot hold
    them; Quarto, however, reads them from the cell's options. Outputs keep what a page can show.
    """
    cells = [_stage_cell(cell) for cell in notebook["cells"]]
    metadata = {"kernelspec": notebook["metadata"].get("kernelspec", _KERNEL)}
    return {
        "cells": cells,
        "metadata": metadata,
        "nbformat": notebook["nbformat"],
        "nbformat_minor": notebook["nbformat_minor"],
    }


_KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def _stage_cell(cell: dict[str, Any]) -> dict[str, Any]:
    if cell["cell_type"] != "code":
        return cell
    properties: dict[str, Any] = {}
    outputs = []
    for output in cell.get("outputs", []):
        data = output.get("data", {})
        if output.get("metadata", {}).get("evaltools") == CAPTION_METADATA["evaltools"]:
            continue
        properties |= data.get(CAPTION_TYPE, {})
        kept = {mime: data[mime] for mime in KEPT if mime in data}
        if kept:
            outputs.append({"output_type": "display_data", "data": kept, "metadata": {}})
    source = "".join(cell["source"])
    return {
        "cell_type": "code",
        "execution_count": 1,
        "id": cell["id"],
        "metadata": {},
        "outputs": outputs,
        "source": "".join(f"#| {line}\n" for line in _cell_options(properties)) + source,
    }


def _cell_options(properties: dict[str, Any]) -> list[str]:
    """Quarto's cell options; JSON strings are YAML strings too."""
    options: dict[str, Any] = {"echo": False}
    if properties.get("kind") == "figure":
        options |= {"fig-cap": properties["caption"], "fig-alt": properties["alt"]}
    if properties.get("kind") == "table":
        widths = [round(100 * width, 2) for width in properties["widths"]]
        options |= {"tbl-cap": properties["caption"], "tbl-colwidths": widths}
    return [f"{name}: {json.dumps(value, ensure_ascii=False)}" for name, value in options.items()]
