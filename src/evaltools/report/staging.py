"""The staged folder: a plain Quarto project with nothing left to compute, for either engine.

What is wrong with shortcodes, variables and dates is found here, once: Quarto renders an unknown
shortcode, an unknown variable or an invalid date without a word, or with a warning.
"""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import fontpkg_fira_sans
import yaml

from evaltools.files import read_text
from evaltools.findings.conclusions import due_recommendations, load_conclusions
from evaltools.findings.declaration import CODE
from evaltools.findings.display import findings_metadata
from evaltools.findings.lookup import Numbers
from evaltools.i18n.numbers import Language
from evaltools.indicators.indicator import Indicator
from evaltools.lint.claim_rules import check_small_denominators
from evaltools.problems import Problem, refuse
from evaltools.provenance.hashes import hash_declarations
from evaltools.report import generated_pages
from evaltools.report.absent_sentences import leave_out
from evaltools.report.citation import catalogue_record, cite
from evaltools.report.evidence_pages.facts import (
    fact_variables,
    read_facts,
    scope_variables,
)
from evaltools.report.glossary import Glossary
from evaltools.report.languages import other_languages
from evaltools.report.material import ReportMaterial
from evaltools.report.page_set import QUOTES, list_pages, write_pages
from evaltools.report.renderer.docx.document import Page, reference_docx
from evaltools.report.renderer.located_problems import INCLUDE, Source, read_source, relative_name
from evaltools.report.renderer.notebook_outputs import Notebooks
from evaltools.report.renderer.print.document import REGIONS
from evaltools.report.renderer.project import Level, Project, read_project
from evaltools.report.renderer.shortcodes import TextPass
from evaltools.report.staged_notebooks import FIGURE_LABEL, stage_notebook
from evaltools.report.variables import (
    ESTIMANDS,
    WordGrounds,
    finding_variables,
    indicator_variables,
    mark_numbers,
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
_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def check_sources(
    folder: Path, document: Path, variables: Mapping[str, Any], *, embedded: bool = False
) -> tuple[Problem, ...]:
    """Everything in a staged project's sources that no engine may be left to deal with.

    Problems by file and line: includes that are missing or lead out of the project, shortcodes
    that are unknown, malformed or out of place, variables and metadata without value, cells that
    no notebook has, dates that are not ISO 8601. Sources beside the document are checked, too.

    Arguments:
        embedded: whether the embedded renderer is given the document next: it refuses the same
            shortcodes by the same pass, which need not go over the text twice.
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
            problems += [*others, *_dates(project)]
            if path is not document or not embedded:
                problems += _shortcodes(project, source, notebooks)
            found |= dict.fromkeys(each for each in problems if each.code in CHECKED)
    return tuple(replace(each, where=f"reports/{each.where}") for each in found)


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


def stage(
    study: Study,
    parameters: Parameters,
    material: ReportMaterial,
    folder: Path,
    beside: Iterable[str] = (),
    say: Callable[[str], None] = lambda line: None,
    embedded: bool = False,
) -> Path:
    """Write the staged project into an empty folder; the document to render, in the folder.

    Arguments:
        beside: markdown of other documents that leads to the report's evidence.
        say: tells which sentences are left out, since their numbers cannot be computed.
        embedded: see `check_sources`.

    Raises ProblemError for sources that ask for what is not there.
    """
    language: Language = parameters.language
    target = study.report(language)
    document = folder / Path(target.source).relative_to("reports")
    copy_project(study, folder, other_languages(study, language))
    glossary = Glossary.of(material.tables, study.words(language), study.declaration)
    values = report_variables(study, parameters, material, glossary)
    prose = list(document.parent.rglob("*.qmd"))
    values = leave_out(
        folder, prose, values, material, glossary.words, are_few(study, material), say
    )
    metadata = front_matter(study, parameters, material, glossary)
    metadata["file-name"] = f"{target.name}-{language}"
    write_yaml(document.parent / "_metadata.yml", metadata)
    write_style(folder, metadata)
    headlines = figure_headlines(material, language)
    write_notebooks(folder, material, headlines)
    pages = document.parent / "_generated"
    (pages / QUOTES).mkdir(parents=True)
    # What is in them depends on the prose, so they are written last.
    for name in list_pages(study, material):
        (pages / name).touch()
    write_variables(folder, document, values, material, embedded=embedded)
    write_pages(
        study,
        parameters,
        material,
        document.parent,
        values,
        glossary,
        (*beside, *headlines.values()),
    )
    _write_chapters(document)
    return document


def write_notebooks(
    folder: Path, material: ReportMaterial, headlines: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Write the executed notebooks, whose figures and tables the sources show.

    Arguments:
        headlines: of figures, by label.
    """
    notebooks = folder / "notebooks"
    notebooks.mkdir()
    for name, notebook in sorted(material.notebooks.items()):
        staged = stage_notebook(notebook, headlines)
        text = json.dumps(staged, ensure_ascii=False, sort_keys=True)
        (notebooks / name).write_text(text + "\n", encoding="utf-8")


def write_variables(
    folder: Path,
    document: Path,
    values: Mapping[str, str],
    material: ReportMaterial,
    only_used: bool = False,
    embedded: bool = False,
) -> None:
    """Check what a document asks for and write the project's variables.

    Arguments:
        only_used: leave out those that the document does not use.
        embedded: see `check_sources`.
    """
    by_group = nest(values)
    refuse(check_sources(folder, document, by_group, embedded=embedded))
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

    def make() -> dict[str, str]:
        words = glossary.words
        declared = study.declaration
        grounds = WordGrounds.find(material.indicators, declared.judging, declared.codes_of_numbers)
        estimand = ESTIMANDS[parameters.estimand]
        made = indicator_variables(material.indicators, estimand, words, grounds)
        made |= ranking_variables(material.indicators, glossary)
        made |= finding_variables(material.judgements, words.language)
        made["scope.description"] = generated_pages.describe_scope(study, parameters, words)
        for name in parameters.declarations:
            made[f"parameter.{name}"] = generated_pages.describe_parameter(parameters, name)
        made |= scope_variables(material.indicators, words.language)
        return made | fact_variables(read_facts(material.tables, parameters, {}, words))

    rests_on = [hash_declarations(study.root), parameters.as_values(), glossary.words.language]
    made: dict[str, str] = material.parts.recall("variables", rests_on, make)
    return made


def figure_headlines(material: ReportMaterial, language: Language) -> dict[str, str]:
    """What heads the figures that a finding stands behind, as markdown by label of the figure.

    That nothing can be told of so few, or of nothing, is not what a figure shows.

    Raises ProblemError where a finding names a figure that no notebook of the report has.
    """
    known = {
        label
        for notebook in material.notebooks.values()
        for cell in notebook["cells"]
        for label in (cell.get("id"), *FIGURE_LABEL.findall("".join(cell["source"])))
    }
    behind = [
        (figure, judgement)
        for judgement in material.judgements
        for figure in judgement.finding.figures
    ]
    refuse(
        Problem(
            judgement.finding.where,
            f"{judgement.finding.id}: figures: no notebook has {figure}",
            code=CODE,
        )
        for figure, judgement in behind
        if figure not in known
    )
    return {
        figure: mark_numbers(judgement.headline[language])
        for figure, judgement in behind
        if language in judgement.headline
    }


def copy_project(study: Study, folder: Path, without: frozenset[str] = frozenset()) -> None:
    """The engine's options and filters, and over them the study's own files.

    `without` are folders that stay behind.
    """
    for sources in (PROJECT, study.root / "reports"):
        _copy_sources(sources, folder, without)


def _copy_sources(reports: Path, folder: Path, without: frozenset[str]) -> None:
    """The author's files; links are not followed, so nothing from elsewhere gets in."""
    for top in sorted(reports.iterdir()):
        if top.name.startswith((".", "_build")) or top.name in without or top.is_symlink():
            continue
        for path in (top, *sorted(top.rglob("*"))):
            copy = folder / path.relative_to(reports)
            if path.is_symlink():
                continue
            if path.is_dir():
                copy.mkdir(exist_ok=True)
            else:
                shutil.copyfile(path, copy)


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
    cited = cite(declared, language)
    metadata: dict[str, Any] = {
        "lang": language,
        "title": declared.title.in_language(language),
        "short-title": declared.printed("short_title", language),
        "subtitle": declared.printed("subtitle", language),
        "author": [*cited.authors] or cited.publisher,
        "flags": condition_flags(study, parameters, material),
        "run": material.run,
    }
    if record := catalogue_record(declared, language):
        metadata |= {"catalogue": record, "cite": cited.text}
    if "cutoff" in parameters.declarations:
        metadata["date"] = parameters.cutoff.isoformat()
        label = parameters.declarations["cutoff"].label.in_language(language)
        metadata["date-label"] = label
    metadata |= {
        name: text
        for name in ("publisher", "series", "programme", "month")
        if (text := getattr(cited, name))
    }
    if declared.publication and (keywords := declared.publication.keywords):
        metadata["keywords"] = [each.in_language(language) for each in keywords]
    metadata["findings"] = findings_metadata(material.judgements, words, glossary.labels)
    if material.descriptor.example:
        metadata["example-notice"] = words("report.example_notice")
    return metadata


def _reference_docx(metadata: Mapping[str, Any], one_page: bool) -> bytes:
    page = Page(
        language=f"{metadata['lang']}-{REGIONS[metadata['lang']]}",
        title=metadata["title"],
        publisher=metadata.get("publisher", ""),
        notice=metadata.get("example-notice", ""),
        chapters_on_new_page=False,
        one_page=one_page,
    )
    return reference_docx(page)


def condition_flags(
    study: Study, parameters: Parameters, material: ReportMaterial
) -> dict[str, bool]:
    """Conditions that parts of the prose depend on (`when-meta="flags.…"`)."""
    narrowed = any(
        dimension.map is None and getattr(parameters, name, "all") != "all"
        for name, dimension in study.declaration.dimensions.items()
    )
    few = are_few(study, material)
    due = due_recommendations(load_conclusions(study), material.judgements, Numbers({}, {}, {}))
    return {
        "example": material.descriptor.example,
        "few_reports": few,
        "recommended": bool(due),
        "coders_compared": any(
            each.key == "coding.reports_compared.count" and each.value
            for each in material.indicators
        ),
        # Of few reports it is said once that nothing is compared.
        "earlier_wave": not few and _could_compare(material, "wave_difference."),
        "waves_compared": _has_differences(material, "wave_difference."),
        "groups": not (few or narrowed) and _could_compare(material, "group_difference."),
        "groups_compared": _has_differences(material, "group_difference."),
        "predecessor": material.changes is not None,
    }


def are_few(study: Study, material: ReportMaterial) -> bool:
    """Whether fewer reports were read than the study asks for before anything is concluded."""
    return material.n < study.declaration.judging.least_reports


def _could_compare(material: ReportMaterial, beginning: str) -> bool:
    """Whether something was compared, or could have been but for too few reports on a side."""
    return any(
        one.value is not None or one.why == "too_few" for one in _differences(material, beginning)
    )


def _has_differences(material: ReportMaterial, beginning: str) -> bool:
    """Whether anything was compared."""
    return any(one.value is not None for one in _differences(material, beginning))


def _differences(material: ReportMaterial, beginning: str) -> list[Indicator]:
    return [
        indicator
        for indicator in material.indicators
        if indicator.key.startswith(beginning) and indicator.key.endswith(".difference")
    ]


def write_yaml(path: Path, content: Mapping[str, Any]) -> None:
    """Write options or values as YAML, sorted."""
    text = yaml.dump(
        dict(content), Dumper=_DUMPER, allow_unicode=True, sort_keys=True, width=10_000
    )
    path.write_text(text, encoding="utf-8")
