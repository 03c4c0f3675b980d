"""The documents of a report: the report, what stands beside it, and its numbers as data."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, time
from pathlib import Path

from evaltools.findings.display import write_findings
from evaltools.lint.signatures import CODE, unsigned_sentences
from evaltools.pipeline import Run
from evaltools.provenance.hashes import hash_declarations, hash_folder
from evaltools.report import engines
from evaltools.report.absent_sentences import leave_out
from evaltools.report.companions import (
    PlannedCompanion,
    add_companion,
    plan_companions,
    stage_companion,
)
from evaltools.report.data_files import data_files
from evaltools.report.engines import Engine
from evaltools.report.evidence_pages.glossary import Glossary
from evaltools.report.kept import Kept
from evaltools.report.material import ReportMaterial, gather_material, summarise_findings
from evaltools.report.staging import are_few, stage
from evaltools.study import Parameters, Study

Say = Callable[[str], None]
Files = dict[str, bytes]
"""Contents by name."""


def make_documents(
    study: Study,
    parameters: Parameters,
    made: Run,
    engine: Engine,
    folder: Path,
    say: Say,
    kept: Kept,
) -> tuple[list[str], list[str]]:
    """Make everything that people get of a report.

    Arguments:
        made: the run that it shows.
        folder: where the files are put.
        say: prints a line.
        kept: what was made from the run before.

    Returns:
        The names of the files, and lines to tell when they are in place.

    Raises:
        ProblemError: whatever is wrong with the sources.
    """
    material = gather_material(study, made, kept)
    dated = replace(engine, epoch=engine.epoch or date_of(study, parameters))
    files = _render_documents(study, parameters, material, dated, folder, say)
    words, example = study.words(parameters.language), material.descriptor.example
    glossary = Glossary.of(material.tables, words, study.declaration)
    data = kept.recall_files(
        "data files",
        [hash_declarations(study.root), words.language],
        lambda: data_files(study, parameters, made, glossary, example),
    )
    for file, content in data.items():
        (folder / file).write_bytes(content)
    shutil.copyfile(made.folder / "manifest.json", folder / "manifest.json")
    write_findings(material.judgements, folder)
    told = [*summarise_findings(study, parameters, material), *count_unsigned(study, parameters)]
    return [*files, *data], told


def stage_documents(
    study: Study, parameters: Parameters, made: Run, folder: Path, say: Say
) -> Path:
    """Write the sources of the report and of what stands beside it in its language.

    Arguments:
        made: the run that it shows.
        folder: of the Quarto project.
        say: prints a line.

    Returns:
        The report's document in the folder.

    Raises:
        ProblemError: whatever is wrong with the sources.
    """
    material = gather_material(study, made)
    companions = plan_companions(study, parameters, material)
    leading = [text for each in companions for text in each.leading_texts()]
    document = stage(study, parameters, material, folder, leading, say)
    for each in companions:
        if each.parameters.language == parameters.language:
            own, words = add_companion(each, material, folder), each.glossary.words
            leave_out(folder, [own], each.values, material, words, are_few(study, material), say)
    return document


def date_of(study: Study, parameters: Parameters) -> int:
    """The day within the files where SOURCE_DATE_EPOCH names none: no clock is read.

    Returns:
        Seconds since 1970 of the day of publication, else of the cut-off, else 0.
    """
    day: date | None = parameters.cutoff if "cutoff" in parameters.declarations else None
    if study.declaration.publication is not None:
        day = study.declaration.publication.published
    if day is None:
        return 0
    seconds = int(datetime.combine(day, time(), UTC).timestamp())
    return min(max(seconds, 0), engines.LATEST)


def _render_documents(
    study: Study,
    parameters: Parameters,
    material: ReportMaterial,
    engine: Engine,
    folder: Path,
    say: Say,
) -> list[str]:
    """Render the report and what stands beside it into a folder; the names of the files made."""

    def render(name: str, formats: Sequence[str], own: Path, document: Path, tell: Say) -> Files:
        output = folder / f"rendered-{name}"
        made = engines.render(engine, own, document, formats, output, tell)
        files = {f"{name}{path.suffix}": path.read_bytes() for path in made}
        shutil.rmtree(output)
        shutil.rmtree(own)
        return files

    def companion(each: PlannedCompanion, own: Path, document: Path, tell: Say) -> Files:
        formats = each.declared.formats_by(engine.name)
        rests_on = [str(document.relative_to(own)), formats, hash_folder(own), engine.key]
        return material.kept.recall_files(
            each.file, rests_on, lambda: render(each.file, formats, own, document, tell)
        )

    target = study.report(parameters.language)
    name, own = f"{target.name}-{parameters.language}", folder / "project-report"
    own.mkdir()
    releases = plan_companions(study, parameters, material)
    leading = [text for each in releases for text in each.leading_texts()]
    document = stage(study, parameters, material, own, leading, say)
    told: list[str] = []
    say(f"Rendering with {engine}")
    # By processes, so before there are threads.
    files = render(name, target.formats, own, document, say)
    # The others are short and wait for pandoc most of the time.
    with ThreadPoolExecutor(2) as together:
        waiting = []
        for each in releases:
            place = folder / f"project-{each.file}"
            place.mkdir()
            staged = stage_companion(each, material, place, told.append)
            waiting.append(together.submit(companion, each, place, staged, told.append))
        for one in waiting:
            files |= one.result()
    for each in releases:
        shutil.rmtree(folder / f"project-{each.file}", ignore_errors=True)
    for file, content in files.items():
        (folder / file).write_bytes(content)
    for line in told:
        say(line)
    return list(files)


def count_unsigned(study: Study, parameters: Parameters) -> list[str]:
    """A line on how many sentences among the results nobody has signed; none where all are."""
    found = unsigned_sentences(study.root, parameters.language)
    count = sum(problem.code == CODE for problem in found)
    what = "Sentences among the results that are no findings and that nobody has signed"
    return [f"{what}: {count} (evaltools sign lists them)"] if count else []
