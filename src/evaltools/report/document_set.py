"""The documents of a report: the report, what stands beside it, and its numbers as data."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory

from evaltools.coding.suggestions.lemmas import Answer, accept_answers
from evaltools.evidence import Evidence, load_descriptor, read_tables
from evaltools.findings.conclusion_pages import conclusions_record
from evaltools.findings.conclusions import load_conclusions
from evaltools.findings.display import write_findings
from evaltools.lint.signatures import CODE, unsigned_sentences
from evaltools.pipeline import Run
from evaltools.processes import start_apart
from evaltools.provenance.hashes import hash_declarations, hash_file, hash_folder, hash_sources
from evaltools.provenance.predecessor import hash_predecessor
from evaltools.report import engines
from evaltools.report.absent_sentences import leave_out
from evaltools.report.companions import (
    PlannedCompanion,
    add_companion,
    plan_companions,
    stage_companion,
)
from evaltools.report.engines import Engine
from evaltools.report.evidence_pages.quoted_passages import look_up_words
from evaltools.report.glossary import Glossary
from evaltools.report.material import (
    ReportMaterial,
    gather_material,
    recall_material,
    summarise_findings,
)
from evaltools.report.part_store import PartStore
from evaltools.report.staging import are_few, stage
from evaltools.study import Parameters, Study

Say = Callable[[str], None]


def make_documents(
    study: Study,
    parameters: Parameters,
    made: Run,
    engine: Engine,
    folder: Path,
    say: Say,
    parts: PartStore,
) -> tuple[list[str], list[str]]:
    """Make everything that people get of a report.

    Arguments:
        made: the run that it shows.
        folder: where the files are put.
        say: prints a line.
        parts: what was made from the run before.

    Returns:
        The names of the files, and lines to tell when they are in place.

    Raises:
        ProblemError: whatever is wrong with the sources.
    """
    words = study.words(parameters.language)
    target = study.report(parameters.language)
    name = f"{target.name}-{parameters.language}"
    dated = replace(engine, epoch=engine.epoch or date_of(study, parameters))

    def numbers() -> tuple[dict[str, bytes], list[str]]:
        from evaltools.report.data_files import data_files  # loads what writes workbooks

        glossary = Glossary.of(material.tables, words, study.declaration)
        example = material.descriptor.example
        return data_files(study, parameters, made, glossary, example), []

    def beside() -> tuple[Made, list[str]]:
        made_beside = _render_companions(study, releases, material, made, dated, folder)
        data, _ = parts.recall_files(
            "data files", [hash_declarations(study.root), words.language], numbers
        )
        concluded = conclusions_record(load_conclusions(study), material.judgements)
        write_findings(material.judgements, concluded, folder)
        summary = summarise_findings(study, parameters, material)
        return Made(made_beside.files | data, made_beside.told), summary

    def look_up() -> list[Answer]:
        tables = read_tables(study.data, load_descriptor(study.data))
        evidence = Evidence.select(study, tables, parameters)
        return look_up_words(evidence, study.declaration.disclosure)

    # What does not wait for the report is made while it is staged and read.
    with (
        parts.recall_apart("words", [], look_up) as looked_up,
        start_apart(lambda: count_unsigned(study, parameters, parts)) as unsigned,
    ):
        material = recall_material(study, made, parts)
        releases = plan_companions(study, parameters, material)
        leading = [text for each in releases for text in each.leading_texts()]
        with start_apart(beside) as made_beside:
            project = folder / "project-report"
            project.mkdir()
            embedded = engine.program is None
            accept_answers(map(tuple, looked_up()))
            document = stage(study, parameters, material, project, leading, say, embedded)
            say(f"Rendering with {engine}")
            told = list[str]()
            files = _render(dated, project, document, target.formats, name, told.append, parts)
            others, summary = made_beside()
        rendered = [Made(files, told), others]
        summary += unsigned()
    for each in rendered:
        for file, content in each.files.items():
            (folder / file).write_bytes(content)
        for line in each.told:
            say(line)
    shutil.rmtree(project)
    shutil.copyfile(made.folder / "manifest.json", folder / "manifest.json")
    return [file for each in rendered for file in each.files], summary


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


@dataclass(frozen=True)
class Made:
    """Files by name, and lines to tell."""

    files: dict[str, bytes]
    told: list[str]


def _render(
    engine: Engine,
    project: Path,
    document: Path,
    formats: Sequence[str],
    name: str,
    tell: Say,
    parts: PartStore | None = None,
) -> dict[str, bytes]:
    """The files of a staged document, which are called `name`."""
    with TemporaryDirectory(prefix="evaltools-") as scratch:
        made = engines.render(engine, project, document, formats, Path(scratch), tell, parts)
        return {f"{name}{path.suffix}": path.read_bytes() for path in made}


def _render_companions(
    study: Study,
    releases: Sequence[PlannedCompanion],
    material: ReportMaterial,
    run: Run,
    engine: Engine,
    folder: Path,
) -> Made:
    """What stands beside the report, by threads: they wait for pandoc most of the time.

    Each is staged and rendered where something that it can show has changed: the study's files
    but the prose that it does not include, the executed notebooks, the earlier report.
    """
    sources = hash_sources(study.root / "reports")
    shared = [hash_folder(run.folder / "notebooks"), hash_predecessor(study), engine.key]
    written: list[str] = []

    def render(each: PlannedCompanion) -> tuple[dict[str, bytes], list[str]]:
        formats = each.declared.formats_by(engine.name)
        read = {f"reports/{name}" for name in each.prose()}
        own = {name: sources[name] for name in sources if name in read or name[-4:] != ".qmd"}

        def make() -> tuple[dict[str, bytes], list[str]]:
            left_out: list[str] = []
            project = folder / f"project-{each.file}"
            project.mkdir()
            document = stage_companion(each, material, project, left_out.append)
            files = _render(engine, project, document, formats, each.file, written.append)
            shutil.rmtree(project)
            return files, left_out

        return material.parts.recall_files(each.file, [own, formats, shared], make)

    files: dict[str, bytes] = {}
    told: list[str] = []
    with ThreadPoolExecutor(2) as together:
        for made, left_out in together.map(render, releases):
            files |= made
            told += left_out
    return Made(files, [*told, *written])


def count_unsigned(study: Study, parameters: Parameters, parts: PartStore) -> list[str]:
    """A line on how many of the words that need it nobody has signed; none where all are."""
    prose = f"reports/{parameters.language}/"
    own = {name for each in study.declaration.companions for name in each.sources.values()}
    rests_on = {
        name: digest
        for name, digest in hash_sources(study.root / "reports").items()
        if name in own or not (name.startswith(prose) and name.endswith(".qmd"))
    }
    # What is beside code in a notebook is no part of the run, and slides may show it.
    rests_on |= {path.name: hash_file(path) for path in study.notebooks}
    found = unsigned_sentences(
        study.root,
        parameters.language,
        lambda name, make: parts.recall(name, rests_on, make),
    )
    count = sum(problem.code == CODE for problem in found)
    what = "Sentences and declarations that no data stand behind and that nobody has signed"
    return [f"{what}: {count} (evaltools sign lists them)"] if count else []
