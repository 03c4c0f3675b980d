"""Import of reports: from a folder as received to texts, sections and rows of the study."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from evaltools.documents import DocumentText, read_documents
from evaltools.evidence.descriptor import Descriptor, load_descriptor
from evaltools.evidence.tables import read_one
from evaltools.ingest.data_changes import FileTransaction, transaction
from evaltools.ingest.document_ids import (
    IdentificationPlan,
    IncomingDocument,
    identify_documents,
    same_text_key,
)
from evaltools.ingest.document_metadata import (
    MappingRow,
    Options,
    read_mapping,
    read_metadata,
    title_wordings,
)
from evaltools.ingest.form_text import find_sections
from evaltools.ingest.project_match import (
    FIRST_PAGE_CHARACTERS,
    ProjectClues,
    Projects,
    match_project,
)
from evaltools.ingest.scan_folder import FolderScan, scan_folder
from evaltools.ingest.summary import ReportsImported
from evaltools.ingest.write_documents import DocumentWriter, earlier_version_path
from evaltools.problems import Problem, ProblemError
from evaltools.study import Study
from evaltools.study.report_form import DocumentsDeclaration
from evaltools.study.vocabulary import LANGUAGES

Progress = Callable[[int, int, str], None]
"""Told how many files of how many are done, and which was the last."""


@dataclass(frozen=True)
class ImportJob:
    """What is to be imported, and how.

    Arguments:
        folder: where the documents lie.
        data: the data folder that they go to.
        form: how documents are told apart.
        options: what holds for documents that do not say otherwise.
        mapping: file that says what documents do not; None where there is none.
        dry: write nothing.
        drop_lost: take a new version although passages that were coded are not in it.
    """

    folder: Path
    data: Path
    form: DocumentsDeclaration
    options: Options
    mapping: Path | None = None
    dry: bool = False
    drop_lost: bool = False


class _IncomingDocuments:
    """Documents as they come in: what is needed of them is kept, their texts on disk."""

    def __init__(self, job: ImportJob, stage: FileTransaction, projects: Projects) -> None:
        self.job, self.stage, self.projects = job, stage, projects
        self.reads: list[IncomingDocument] = []
        self.problems: list[Problem] = []
        self.digests: dict[str, str] = {}

    def add(
        self, path: Path, name: str, document: DocumentText | Problem, mapped: MappingRow
    ) -> None:
        """Keep a document, or note what is wrong with it."""
        if isinstance(document, Problem):
            self.problems.append(replace(document, where=name))
            return
        form = self.job.form
        self.digests[name] = document.file_sha256
        fields = [(item.label, item.value) for item in document.fields]
        clues = ProjectClues(name, fields, _first(document))
        matched = match_project(clues, self.projects) if not mapped.project_id else None
        what = read_metadata(name, document, mapped, form, self.job.options)
        if isinstance(matched, Problem):
            self.problems.append(matched)
        if isinstance(what, list):
            self.problems += what
        if isinstance(matched, Problem) or isinstance(what, list):
            return
        titles = title_wordings(form)
        self.reads.append(
            IncomingDocument(
                file=name,
                path=path,
                format=document.kind,
                file_sha256=document.file_sha256,
                text_sha256=document.text_sha256,
                same=same_text_key(document.text),
                project_id=matched.project_id if matched else mapped.project_id,
                by=matched.by if matched else "mapping file",
                what=what,
                sections=find_sections(document.text, document.headings, form.sections, titles),
                pages=document.pages,
                coverage=document.coverage,
                text=self.stage.keep(document.text.encode()),
            )
        )


def make_job(
    study: Study,
    folder: Path,
    options: Options,
    *,
    to: Path | None = None,
    mapping: Path | None = None,
    dry: bool = False,
    drop_lost: bool = False,
) -> ImportJob:
    """The job of a study: its form, its languages, and the last days of its waves."""
    data = (to or study.data).resolve()
    fields = load_descriptor(data).resource("documents").fields
    languages = next(item.enum for item in fields if item.name == "language")
    options = replace(options, waves=_waves(study), languages=languages or LANGUAGES)
    return ImportJob(folder, data, study.declaration.documents, options, mapping, dry, drop_lost)


def import_reports(
    job: ImportJob, progress: Progress = lambda done, total, file: None
) -> ReportsImported:
    """Import the documents of a folder: those that can be, all at once.

    Documents that are hostile, unmatched or ambiguous are named and left; importing the same
    again changes nothing.

    Raises ProblemError, with nothing changed, where the mapping file or the tables of the data
    folder are at fault.
    """
    descriptor = load_descriptor(job.data)
    scan = scan_folder(job.folder)
    if job.mapping is not None:
        scan = _without(scan, job.mapping)
    projects = _projects(job.data, descriptor, job.form)
    names = {path: scan.name(path) for path in scan.files}
    mapped: Mapping[str, MappingRow] = {}
    if job.mapping is not None:
        mapped = read_mapping(
            job.mapping,
            list(names.values()),
            projects,
            kinds=tuple(job.form.kinds),
            languages=LANGUAGES,
        )
    with transaction(job.data, dry=job.dry) as stage:
        reading = _IncomingDocuments(job, stage, projects)
        with closing(_documents(scan.files)) as documents:  # also when it is interrupted
            for done, (path, document) in enumerate(documents, start=1):
                name = names[path]
                reading.add(path, name, document, mapped.get(name, MappingRow()))
                progress(done, len(names), name)
        return _carry_out(descriptor, reading, scan, frozenset(mapped))


def _documents(
    files: tuple[Path, ...],
) -> Generator[tuple[Path, DocumentText | Problem], None, None]:
    yield from read_documents(files)


def _carry_out(
    descriptor: Descriptor, reading: _IncomingDocuments, scan: FolderScan, forced: frozenset[str]
) -> ReportsImported:
    job, stage = reading.job, reading.stage
    placing = DocumentWriter(job.data, descriptor, stage, job.options, job.drop_lost)
    filing: IdentificationPlan = identify_documents(
        reading.reads,
        list(placing.tables["documents"]),
        placing.text_of,
        lambda name, digest: earlier_version_path(job.data, name, digest),
        forced,
    )
    placed = placing.place(filing)
    skipped = sorted([*scan.problems, *reading.problems, *filing.problems, *placed.problems])
    placing.write(placed, filing.twice, skipped, reading.digests, scan.passed)
    changed = stage.changes
    if not job.dry:
        stage.commit()
    return ReportsImported(
        files=len(scan.files) + len(scan.problems),
        read=len(reading.digests),
        taken=placed.taken,
        twice=filing.twice,
        skipped=tuple(skipped),
        passed=scan.passed,
        notes=placed.notes,
        changed=changed,
        dry=job.dry,
    )


def _first(document: DocumentText) -> str:
    if document.pages and len(document.pages) > 1:
        return document.text[: document.pages[1]]
    return document.text[:FIRST_PAGE_CHARACTERS]


def _without(scan: FolderScan, mapping: Path) -> FolderScan:
    own = mapping.resolve()
    return replace(scan, files=tuple(path for path in scan.files if path.resolve() != own))


def _projects(data: Path, descriptor: Descriptor, form: DocumentsDeclaration) -> Projects:
    table = read_one(data, descriptor.resource("projects"))
    if table is None:
        problem = Problem(
            "projects", "cannot be read", remedy="Run evaltools check.", code="import.register"
        )
        raise ProblemError([problem])
    ids = [str(value) for value in table["project_id"].fillna("")]
    numbers = [""] * len(ids)
    if "register_number" in table:
        numbers = [str(value) for value in table["register_number"].fillna("")]
    known = {name: number for name, number in zip(ids, numbers, strict=True) if name}
    return Projects(known, form.register_numbers, form.fields.register_number.all)


def _waves(study: Study) -> dict[int, date]:
    """Last day of each wave, where the study's cut-off follows from its wave."""
    cutoff = study.declaration.parameters.get("cutoff")
    rule = cutoff.derived if cutoff else None
    if rule is None or rule.by != "wave":
        return {}
    return {
        int(wave): last
        for wave, last in sorted(rule.values.items())
        if wave.isdecimal() and isinstance(last, date)
    }
