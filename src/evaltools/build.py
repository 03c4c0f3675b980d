"""From the study to the report: check, run, stage, render, put in place."""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evaltools.execute import best_progress, current_run, note_interrupts, run
from evaltools.files import read_file, writing_in
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.provenance.hashes import hash_package
from evaltools.publishing.bundle import place_problems
from evaltools.report import engines
from evaltools.report.report_store import ReportStore, read_record, render_key, source_hashes

if TYPE_CHECKING:
    from evaltools.evidence import Descriptor
    from evaltools.execute import Run
    from evaltools.findings.judging import Judgement
    from evaltools.report.staging import Material
    from evaltools.study import Parameters, ReportTarget, Study

Say = Callable[[str], None]

INDICATORS = "indicators.csv"


@dataclass(frozen=True)
class Report:
    """A rendered report in its place.

    Arguments:
        folder: where people find it.
        files: the report in its formats, then the indicator table.
    """

    folder: Path
    files: tuple[Path, ...]


def build_report(
    study: Study,
    parameters: Parameters,
    engine: engines.Choice = "auto",
    force: bool = False,
    rerender: bool = False,
    say: Say = print,
) -> Report:
    """The report under some parameters: the one that is there, or else a new one.

    Arguments:
        engine: what renders.
        force: run and render even if nothing has changed.
        rerender: render even if nothing has changed.
        say: prints a line.

    Raises:
        ProblemError: whatever is wrong with the data, the notebooks or the sources; what was in
            place stays there.
    """
    target = study.report(parameters.language)
    chosen = engines.choose(engine)
    _read_sources(study, target)
    shelf, name = ReportStore(study.build), parameters.slug()
    found = None if force else current_run(study, parameters)
    if found is not None and not rerender:
        key = render_key(found.key, study.root / "reports", chosen, parameters.language)
        if (record := shelf.current(name, key)) is not None:
            say("Nothing to do: the report is up to date with its data, parameters and code.")
            return _report(shelf.link(name), record["files"])
    made = found or run_notebooks(study, parameters, force=force, say=say)
    key = render_key(made.key, study.root / "reports", chosen, parameters.language)
    from evaltools.findings.record import write_findings
    from evaltools.report.staging import stage

    with shelf.building() as building:
        project = building / "project"
        project.mkdir()
        output = building / "report"
        output.mkdir()
        material = _material(study, made)
        document = stage(study, parameters, material, project)
        say(f"Rendering with {chosen}")
        formats = target.formats
        rendered = engines.render(chosen, project, document, formats, output, say)
        for path in sorted(output.iterdir()):
            path.rename(building / path.name)
        files = _name(building, rendered, target, parameters.language)
        shutil.rmtree(project)
        output.rmdir()
        for file in (INDICATORS, "manifest.json"):
            shutil.copyfile(made.folder / file, building / file)
        write_findings(material.judgements, building)
        record = {
            "key": key,
            "run": made.key,
            "engine": [chosen.name, chosen.version],
            "sources": source_hashes(study.root / "reports"),
            "code": hash_package(),
            "parameters": parameters.as_values(),
            "files": [*files, INDICATORS],
        }
        folder = shelf.publish(building, name, record)
    for line in _told(study, parameters, material):
        say(line)
    say("Report:")
    return _report(folder, record["files"])


def _read_sources(study: Study, target: ReportTarget) -> None:
    """Tell what cannot be read of the report's sources before anything runs."""
    read_file(study.root / target.source, target.source)
    source_hashes(study.root / "reports")


def run_notebooks(
    study: Study, parameters: Parameters, force: bool = False, say: Say = print
) -> Run:
    """Run the notebooks unless there is a run for exactly this study, data and parameters.

    Raises:
        ProblemError: wrong data, a scope without reports, notebooks that fail.
    """
    if not force and (found := current_run(study, parameters)) is not None:
        say("The notebooks are up to date.")
        return found
    with note_interrupts():
        _check_scope(study, parameters)
        progress = best_progress()
        with progress if isinstance(progress, contextlib.AbstractContextManager) else _nothing():
            return run(study, parameters, progress, again=force)


def current_report(study: Study, parameters: Parameters) -> tuple[Path, Run]:
    """The report in place under some parameters, and the run that it shows.

    Raises:
        ProblemError: there is none, or it is out of date.
    """
    found = current_run(study, parameters)
    folder = ReportStore(study.build).link(parameters.slug())
    record = read_record(folder)
    if found is None or record is None or record["run"] != found.key:
        what, remedy = "there is no report of the current run", "Build it first."
        raise ProblemError([Problem(parameters.slug(), what, "", remedy, "report.stale")])
    return folder, found


def judgements_of(study: Study, made: Run) -> tuple[Judgement, ...]:
    """What a run says of every finding of the study's report."""
    from evaltools.evidence import load_descriptor, read_tables
    from evaltools.report.staging import judged

    tables = read_tables(study.data, load_descriptor(study.data))
    return judged(study, _parameters_of(study, made), made.indicators(), tables)


def stage_report(study: Study, parameters: Parameters, folder: Path, say: Say = print) -> Path:
    """Write the report as a Quarto project into a new folder.

    Returns:
        The document to render.

    Raises:
        ProblemError: the folder is there already, or anything that stops a build.
    """
    refuse(place_problems(study, folder, "stage.folder"))
    _read_sources(study, study.report(parameters.language))
    made = run_notebooks(study, parameters, say=say)
    beside = folder.with_name(f".{folder.name}.building")
    shutil.rmtree(beside, ignore_errors=True)
    beside.mkdir(parents=True)
    try:
        from evaltools.report.staging import stage

        with writing_in(folder.parent):
            document = stage(study, parameters, _material(study, made), beside)
            beside.rename(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return folder / document.relative_to(beside)


def check_study(study: Study) -> str:
    """Check all data of the study.

    Returns:
        One line that says what was checked.

    Raises:
        ProblemError: everything that is wrong.
    """
    from evaltools.evidence import check_data, load_descriptor

    refuse(check_data(study.data))
    descriptor = load_descriptor(study.data)
    _check_keywords(study, descriptor)
    kind = ", example data" if descriptor.example else ""
    return f"{len(descriptor.resources)} tables are valid{kind}."


def _check_keywords(study: Study, descriptor: Descriptor) -> None:
    """Refuse patterns of keywords that cannot be read; the form of their table has been checked."""
    from evaltools.coding.suggestions import read_keywords
    from evaltools.evidence import read_tables

    tables = read_tables(study.data, descriptor)
    found = [each for each in descriptor.resources if each.name == "keywords"]
    if found:
        read_keywords(tables["keywords"], f"{study.declaration.data}/{found[0].path}")


def _check_scope(study: Study, parameters: Parameters) -> None:
    """Refuse parameters that leave nothing to examine before any notebook starts.

    Data whose form is wrong are told whole, with what is wrong in their content.
    """
    from evaltools.evidence import Evidence, check_data, load_descriptor, read_tables

    try:
        tables = read_tables(study.data, load_descriptor(study.data))
    except ProblemError:
        refuse(check_data(study.data))
        raise
    Evidence.select(study, tables, parameters)


def _told(study: Study, parameters: Parameters, material: Material) -> list[str]:
    """What an author should know of the report: findings that no longer hold, departures."""
    from evaltools.findings.coder_rules import rule_note
    from evaltools.findings.matrix import departures, matrix_problems

    codes = set(material.tables["codes"]["code_id"])
    asserted = [item for item in material.judgements if item.finding.asserted]
    failing = [item for item in asserted if not item.holds]
    told = [f"Findings: {len(asserted) - len(failing)} of {len(asserted)} asserted hold"]
    told += [f"  {item.finding.id}: {item.reason.text('en')}" for item in failing]
    told += [
        f"  {item.finding.id}: {note}"
        for item in asserted
        if item.holds and (note := rule_note(item, "en"))
    ]
    told += [
        f"Evaluation matrix: {problem}"
        for problem in matrix_problems(
            study, material.indicators, material.judgements, codes, set(material.tables)
        )
    ]
    return told + [f"Departure from the plan: {line}" for line in departures(study, "en")]


def _material(study: Study, made: Run) -> Material:
    from evaltools.evidence import load_descriptor, read_tables
    from evaltools.report.staging import Material, judged

    descriptor: Descriptor = load_descriptor(study.data)
    indicators = made.indicators()
    reports = next(item for item in indicators if item.key == "reports.read.share")
    notebooks: dict[str, dict[str, Any]] = {
        path.name: json.loads(path.read_text(encoding="utf-8")) for path in made.notebooks
    }
    tables = read_tables(study.data, descriptor)
    return Material(
        run=made.key[:16],
        notebooks=notebooks,
        indicators=indicators,
        tables=tables,
        descriptor=descriptor,
        n=reports.n or 0,
        N=reports.N or 0,
        judgements=judged(study, _parameters_of(study, made), indicators, tables),
    )


def _parameters_of(study: Study, made: Run) -> Parameters:
    """The parameters that a run was made under, as the study declares them now."""
    values = made.manifest.ingredients.parameters
    return study.parameters({k: v for k, v in values.items() if k in study.declaration.parameters})


def _name(
    building: Path, rendered: list[Path], target: ReportTarget, language: str
) -> tuple[str, ...]:
    """Give the rendered files the report's own name."""
    names = []
    for path in rendered:
        name = f"{target.name}-{language}{path.suffix}"
        (building / path.name).rename(building / name)
        names.append(name)
    return tuple(names)


def _report(folder: Path, files: list[str]) -> Report:
    return Report(folder, tuple(folder / file for file in files))


@contextlib.contextmanager
def _nothing() -> Iterator[None]:
    yield
