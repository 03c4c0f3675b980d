"""Import of reports: from a folder as received to texts, sections and rows of the study."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from evaltools.documents.isolation import read_documents
from evaltools.documents.model import DocumentText
from evaltools.evidence.data_hash import IMPORT_LOG, RECEIVED, REPLACED
from evaltools.evidence.descriptor import Descriptor, load_descriptor
from evaltools.evidence.tables import read_one
from evaltools.files import resolve_inside
from evaltools.ingest.document_metadata import MappingRow, Options, read_mapping, read_metadata
from evaltools.ingest.document_versions import (
    IdentifiedDocument,
    IncomingDocument,
    MovedPassages,
    PresentDocuments,
    identify_documents,
    move_passages,
    replaced_stem,
    same_text_key,
)
from evaltools.ingest.file_transaction import FileTransaction, transaction
from evaltools.ingest.folder_scan import scan_folder
from evaltools.ingest.form_text import find_sections
from evaltools.ingest.project_match import FIRST_PAGE_CHARACTERS, Projects, Way, match_project
from evaltools.ingest.summary import ImportedDocument, ReportsImported, State, update_log
from evaltools.ingest.table_edits import Row, TableEdits
from evaltools.problems import Problem, ProblemError, list_values, quote_value
from evaltools.qda.spreadsheets import write_cells
from evaltools.study import Study
from evaltools.study.report_form import DocumentsDeclaration
from evaltools.study.vocabulary import LANGUAGES

Progress = Callable[[int, int, str], None]
"""Told how many files of how many are done, and which was the last."""

TEXTS = "reports/text"


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
    projects = _projects(job.data, descriptor, job.form)
    mapped: Mapping[str, MappingRow] = {}
    if job.mapping is not None:
        own = job.mapping.resolve()
        scan = replace(scan, files=tuple(path for path in scan.files if path.resolve() != own))
    names = {path: scan.name(path) for path in scan.files}
    if job.mapping is not None:
        kinds, files = tuple(job.form.kinds), list(names.values())
        mapped = read_mapping(job.mapping, files, projects, kinds=kinds, languages=LANGUAGES)
    with transaction(job.data, dry=job.dry) as stage:
        work = _Import(job, descriptor, stage, projects)
        with closing(read_documents(scan.files)) as documents:  # also when it is interrupted
            for done, (path, document) in enumerate(documents, start=1):
                name = names[path]
                work.read(path, name, document, mapped.get(name, MappingRow()))
                progress(done, len(names), name)
        present = PresentDocuments(job.data, work.tables["documents"], frozenset(mapped))
        filed, twice, unclear = identify_documents(work.reads, present)
        taken = work.write(filed)
        skipped = tuple(sorted([*scan.problems, *unclear, *work.problems]))
        log = job.data / IMPORT_LOG
        before = log.read_bytes() if log.is_file() else None
        rows = update_log(before, taken, twice, skipped, work.digests, scan.passed)
        stage.put(IMPORT_LOG, rows)
        changed = stage.changes
        if not job.dry:
            stage.commit()
    return ReportsImported(
        files=len(scan.files) + len(scan.problems),
        read=len(work.digests),
        taken=tuple(taken),
        twice=twice,
        skipped=skipped,
        passed=scan.passed,
        notes=tuple(work.notes),
        changed=changed,
        dry=job.dry,
    )


class _Import:
    """Reads documents and makes their changes, which go to the data folder at once.

    What is needed of a document is kept, its text on disk; why others are not taken is in
    `problems` afterwards.
    """

    def __init__(
        self, job: ImportJob, descriptor: Descriptor, stage: FileTransaction, projects: Projects
    ) -> None:
        self.job, self.stage, self.projects = job, stage, projects
        self.tables = TableEdits(job.data, descriptor)
        self.reads: list[IncomingDocument] = []
        self.problems: list[Problem] = []
        self.digests: dict[str, str] = {}
        self.notes: list[str] = []
        self._has_sections = any(item.name == "sections" for item in descriptor.resources)
        self._documents: dict[str, list[Row]] = {}
        self._sections: dict[str, list[Row]] = {}

    def read(
        self, path: Path, name: str, document: DocumentText | Problem, mapped: MappingRow
    ) -> None:
        """Keep a document, or note what is wrong with it."""
        if isinstance(document, Problem):
            self.problems.append(replace(document, where=name))
            return
        form = self.job.form
        self.digests[name] = document.file_sha256
        fields = [(item.label, item.value) for item in document.fields]
        first = document.text[:FIRST_PAGE_CHARACTERS]
        if document.pages and len(document.pages) > 1:
            first = document.text[: document.pages[1]]
        matched: tuple[str, Way] | Problem = (
            (mapped.project_id, "mapping file")
            if mapped.project_id
            else match_project(name, fields, first, self.projects)
        )
        what = read_metadata(name, document, mapped, form, self.job.options)
        if isinstance(matched, Problem):
            self.problems.append(matched)
        if isinstance(what, list):
            self.problems += what
        if isinstance(matched, Problem) or isinstance(what, list):
            return
        titles = [wording for kind in form.kinds.values() for wording in kind.all]
        self.reads.append(
            IncomingDocument(
                file=name,
                path=path,
                document=replace(document, text=""),
                same=same_text_key(document.text),
                project_id=matched[0],
                by=matched[1],
                what=what,
                sections=find_sections(document.text, document.headings, form.sections, titles),
                text=self.stage.keep(document.text.encode()),
            )
        )

    def write(self, filed: Sequence[IdentifiedDocument]) -> list[ImportedDocument]:
        """Put documents into the transaction, their tables after the files that these name."""
        written = [self._write(item) for item in filed]
        taken = [one for one in written if isinstance(one, ImportedDocument)]
        self.problems += [one for one in written if isinstance(one, Problem)]
        groups = {"documents": self._documents, "sections": self._sections}
        if not self._has_sections and groups.pop("sections"):
            self.notes.append("The descriptor knows no table of sections; none was written.")
        for name, rows in groups.items():
            self.tables.put(name, self.tables[name].replace_groups("document_id", rows))
        self.tables.write(self.stage, ("documents", "sections"))
        return taken

    def _write(self, item: IdentifiedDocument) -> ImportedDocument | Problem:
        read, name, old = item.read, item.document_id, item.old or {}
        document = read.document
        notes: list[str] = []
        moved = self._move_passages(item) if item.replaces else None
        if moved is not None and moved.lost and not self.job.drop_lost:
            return _refuse_losses(read, name, moved)
        elsewhere = ""  # the file that is there with the same text, where it is another one
        if item.same_text and old.get("file_sha256", "") not in ("", document.file_sha256):
            elsewhere = old.get("file", "")
        place = f"{RECEIVED}/{name}.{document.kind}"
        if not elsewhere and not self.stage.copy(place, read.path, document.file_sha256):
            what = "the file was changed while it was read"
            return Problem(read.file, what, "", "Import it again.", "import.changed")
        if moved is not None:
            self._replace(item, moved, notes)
        row = _document_row(item, elsewhere)
        if elsewhere:
            notes.append(f"It has the same text as {elsewhere}, which stays.")
        else:
            path = resolve_inside(self.job.data, row["text_file"])
            if not (item.same_text and path is not None and path.is_file()):
                self.stage.put(row["text_file"], read.text.read_bytes())
            self._sections[name] = _section_rows(item)
        self._documents[name] = [row]
        return ImportedDocument(
            file=read.file,
            file_sha256=document.file_sha256,
            document_id=name,
            state=self._state(item, row),
            by=read.by,
            kind=read.what.kind,
            format=document.kind,
            language=row["language"],
            coverage=document.coverage,
            missing=read.sections.missing,
            unknown=read.sections.unknown,
            notes=(*notes, *document.coverage.notes),
        )

    def _state(self, item: IdentifiedDocument, row: Row) -> State:
        if item.old is None:
            return "new"
        if item.replaces:
            return "replaced"
        same = all(row[column] == value for column, value in item.old.items())
        name = item.document_id
        if same and self._has_sections and name in self._sections:
            columns = self.tables["sections"].columns
            new = [{key: part.get(key, "") for key in columns} for part in self._sections[name]]
            same = self._old_sections.get(name, []) == new
        return "there" if same else "changed"

    @cached_property
    def _old_sections(self) -> dict[str, list[Row]]:
        sections: dict[str, list[Row]] = {}
        for row in self.tables["sections"]:
            sections.setdefault(row["document_id"], []).append(row)
        return sections

    def _move_passages(self, item: IdentifiedDocument) -> MovedPassages:
        rows = [row for row in self.tables["segments"] if row["document_id"] == item.document_id]
        text = item.read.text.read_text(encoding="utf-8")
        return move_passages(rows, text, item.read.sections.at, item.read.document.page_at)

    def _replace(self, item: IdentifiedDocument, moved: MovedPassages, notes: list[str]) -> None:
        """Move the passages of a document to its new text and keep its old version."""
        name = item.document_id
        self._keep_old(item, moved)
        segments = self.tables["segments"].changed(
            lambda row: moved.rows.get(row["segment_id"], row)
        )
        self.tables.put("segments", segments)
        self.tables.rename("segments", moved.renamed)
        of = len(moved.rows) + len(moved.lost)
        taken_out = f", {len(moved.lost)} taken out." if moved.lost else "."
        notes.append(
            f"A new version of {name}: {len(moved.rows)} of {of} coded passages found again, "
            f"{moved.elsewhere} of them elsewhere{taken_out}"
        )
        notes += [
            f"Reworded: {quote_value(old)} → {quote_value(new)}" for old, new in moved.reworded
        ]
        read_by = [row for row in self.tables["readings"] if row["document_id"] == name]
        if read_by:
            coders = list_values(dict.fromkeys(row["coder_id"] for row in read_by))
            notes.append(f"It was read by {coders} in its earlier version; let them read it anew.")

    def _keep_old(self, item: IdentifiedDocument, moved: MovedPassages) -> None:
        """Put the old file, the old text and what is lost aside, and take lost passages out."""
        old = item.old or {}
        stem = replaced_stem(item.document_id, old.get("file_sha256") or old["text_sha256"])
        for column in ("file", "text_file"):
            path = resolve_inside(self.job.data, old.get(column, ""))
            if path is not None and path.is_file():
                self.stage.put(f"{stem}{path.suffix}", path.read_bytes())
        new_file = f"{RECEIVED}/{item.document_id}.{item.read.document.kind}"
        old_file = old.get("file", "")
        if old_file not in ("", new_file) and resolve_inside(self.job.data, old_file):
            self.stage.remove(old_file)
        if moved.lost:
            ids = {row["segment_id"] for row, _ in moved.lost}
            taken = self.tables.drop("segments", ids)
            lines = [[table, json.dumps(dict(row), ensure_ascii=False)] for table, row in taken]
            lost = write_cells(("table", "row"), lines)
            self.stage.put(f"{stem}-lost.csv", lost.encode())


def _document_row(item: IdentifiedDocument, other_format: str) -> dict[str, str]:
    """The row of a document; what nobody gave anew stays as it was, also if mended by hand."""
    read, what, old = item.read, item.read.what, item.old or {}
    document = read.document
    row = {
        "document_id": item.document_id,
        "project_id": read.project_id,
        "kind": what.kind,
        "wave": str(what.wave),
        "received": what.received.isoformat(),
        "language": what.language,
        "pages": "" if document.pages is None else str(len(document.pages)),
        "text_file": f"{TEXTS}/{item.document_id}.txt",
        "text_sha256": document.text_sha256,
        "file": f"{RECEIVED}/{item.document_id}.{document.kind}",
        "file_sha256": document.file_sha256,
        "public_status": what.public_status or old.get("public_status", ""),
    }
    if item.same_text:
        keep = ["text_file", "text_sha256"]
        keep += ["file", "file_sha256"] if other_format else []
        keep += [] if what.received_given else ["received"]
        keep += [] if what.language_given else ["language"]
        row.update({column: old[column] for column in keep if old.get(column)})
        if other_format and "pages" in old:
            row["pages"] = old["pages"]
    return {**old, **row}


def _section_rows(item: IdentifiedDocument) -> list[Row]:
    return [
        {
            "document_id": item.document_id,
            **{name: str(value) for name, value in vars(part).items()},
            "page": str(item.read.document.page_at(part.start) or ""),
        }
        for part in item.read.sections.found
    ]


def _refuse_losses(read: IncomingDocument, name: str, moved: MovedPassages) -> Problem:
    lost = moved.lost
    words = list_values((f"{quote_value(row['quote'])} ({why})" for row, why in lost), 5)
    what = (
        f"is a new version of {name}, and {len(lost)} of its {len(lost) + len(moved.rows)} coded "
        f"passages are not found in it for certain: {words}"
    )
    remedy = (
        f"Look at them, then import it with --drop-lost: they are taken out and kept in {REPLACED}."
    )
    return Problem(read.file, what, "", remedy, "import.lost")


def _projects(data: Path, descriptor: Descriptor, form: DocumentsDeclaration) -> Projects:
    table = read_one(data, descriptor.resource("projects"))
    if table is None:
        remedy = "Run evaltools check."
        problem = Problem("projects", "cannot be read", remedy=remedy, code="import.register")
        raise ProblemError([problem])
    columns = table.reindex(columns=["project_id", "register_number"]).astype(object).fillna("")
    known = {str(one): str(number) for one, number in columns.itertuples(index=False) if one}
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
