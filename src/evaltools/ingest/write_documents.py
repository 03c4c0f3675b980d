"""Putting documents in the study: its tables, its texts, and the files as received."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaltools.evidence.descriptor import Descriptor
from evaltools.evidence.messages import list_values, quote_value
from evaltools.evidence.paths import IMPORT_LOG, RECEIVED, REPLACED, resolve_inside
from evaltools.ingest.data_changes import FileTransaction, Row, TableEdits
from evaltools.ingest.document_ids import IdentificationPlan, IdentifiedDocument, IncomingDocument
from evaltools.ingest.document_metadata import Options
from evaltools.ingest.passage_match import MovedPassages, move_passages
from evaltools.ingest.scan_folder import SkippedFile
from evaltools.ingest.summary import ImportedDocument, State, update_log
from evaltools.problems import Problem
from evaltools.qda import csv_cells

TEXTS = "reports/text"
_SHORT = 12
_ORDER = ("documents", "sections")


@dataclass(frozen=True)
class WrittenDocuments:
    """What became of the documents that were filed."""

    taken: tuple[ImportedDocument, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]


def earlier_version_path(data: Path, name: str, digest: str) -> bool:
    """Whether a document once had the file of this SHA-256, which has been replaced."""
    return any((data / REPLACED).glob(f"{name}-{digest[:_SHORT]}.*"))


class DocumentWriter:
    """Makes the changes of an import, which go to the data folder at once by its transaction.

    Arguments:
        data: the data folder.
        descriptor: of it.
        stage: the transaction.
        options: those that hold for every document.
        drop_lost: take a new version although coded passages are not in it.
    """

    def __init__(
        self,
        data: Path,
        descriptor: Descriptor,
        stage: FileTransaction,
        options: Options,
        drop_lost: bool,
    ) -> None:
        self.data = data
        self.descriptor = descriptor
        self.stage = stage
        self.options = options
        self.drop_lost = drop_lost
        self.tables = TableEdits(data, descriptor)
        self._has_sections = any(item.name == "sections" for item in descriptor.resources)
        self._documents: dict[str, list[Row]] = {}
        self._sections: dict[str, list[Row]] = {}
        self._known_sections: dict[str, list[Row]] | None = None

    def text_of(self, row: Mapping[str, str]) -> str | None:
        """The text of a document that is there; None where it cannot be read."""
        path = resolve_inside(self.data, row.get("text_file", ""))
        if path is None or not path.is_file():
            return None
        return path.read_text(encoding="utf-8", errors="replace")

    def place(self, filing: IdentificationPlan) -> WrittenDocuments:
        """Put every document into the transaction; those that cannot be are reported."""
        taken: list[ImportedDocument] = []
        problems: list[Problem] = []
        for item in filing.filed:
            written = self._one(item)
            if isinstance(written, Problem):
                problems.append(written)
            else:
                taken.append(written)
        self.tables.put(
            "documents", self.tables["documents"].replace_groups("document_id", self._documents)
        )
        notes = []
        if self._has_sections:
            self.tables.put(
                "sections", self.tables["sections"].replace_groups("document_id", self._sections)
            )
        elif self._sections:
            notes.append("The descriptor knows no table of sections; none was written.")
        return WrittenDocuments(tuple(taken), tuple(problems), tuple(notes))

    def write(
        self,
        placed: WrittenDocuments,
        twice: Sequence[tuple[str, str]],
        skipped: Sequence[Problem],
        digests: Mapping[str, str],
        passed: Sequence[SkippedFile],
    ) -> None:
        """Put the tables and the log into the transaction, after the files that they name."""
        others = sorted(self.tables.changed - set(_ORDER))
        for name in (*_ORDER, *others):
            if name in self.tables.changed:
                self.stage.put(self.tables[name].path, self.tables[name].content())
        log = self.data / IMPORT_LOG
        before = log.read_bytes() if log.is_file() else None
        self.stage.put(
            IMPORT_LOG, update_log(before, placed.taken, twice, skipped, digests, passed)
        )

    def _one(self, item: IdentifiedDocument) -> ImportedDocument | Problem:
        read, name = item.read, item.document_id
        notes: list[str] = []
        moved = self._moved(item) if item.replaces else None
        if moved is not None and moved.lost and not self.drop_lost:
            return _refusal(read, name, moved)
        elsewhere = self._other_format(item)
        place = f"{RECEIVED}/{name}.{read.format}"
        if not elsewhere and not self.stage.copy(place, read.path, read.file_sha256):
            what = "the file was changed while it was read"
            return Problem(read.file, what, "", "Import it again.", "import.changed")
        if moved is not None:
            self._replace(item, moved, notes)
        row = self._row(item, elsewhere)
        if elsewhere:
            notes.append(f"It has the same text as {elsewhere}, which stays.")
        else:
            self._text(item, row)
            self._sections[name] = self._section_rows(item)
        self._documents[name] = [row]
        return ImportedDocument(
            file=read.file,
            file_sha256=read.file_sha256,
            document_id=name,
            state=self._state(item, row),
            by=read.by,
            kind=read.what.kind,
            format=read.format,
            language=row["language"],
            coverage=read.coverage,
            missing=read.sections.missing,
            unknown=read.sections.unknown,
            notes=(*notes, *read.coverage.notes),
        )

    def _other_format(self, item: IdentifiedDocument) -> str:
        """The file that is there with the same text, where it is another one."""
        old = item.old or {}
        if not item.same_text or old.get("file_sha256", "") in ("", item.read.file_sha256):
            return ""
        return old.get("file", "")

    def _state(self, item: IdentifiedDocument, row: Row) -> State:
        if item.old is None:
            return "new"
        if item.replaces:
            return "replaced"
        same = all(row[column] == value for column, value in item.old.items())
        name = item.document_id
        if same and self._has_sections and name in self._sections:
            old = self._old_sections().get(name, [])
            columns = self.tables["sections"].columns
            new = [{key: part.get(key, "") for key in columns} for part in self._sections[name]]
            same = old == new
        return "there" if same else "changed"

    def _old_sections(self) -> Mapping[str, list[Row]]:
        """Sections by document, as they are in the data folder."""
        if self._known_sections is None:
            self._known_sections = {}
            for row in self.tables["sections"]:
                self._known_sections.setdefault(row["document_id"], []).append(row)
        return self._known_sections

    def _row(self, item: IdentifiedDocument, other_format: str) -> dict[str, str]:
        """The row of a document; what nobody gave anew stays as it was, also if mended by hand."""
        read, what, old = item.read, item.read.what, item.old
        old_row = old if old is not None and item.same_text else {}
        row = {
            "document_id": item.document_id,
            "project_id": read.project_id,
            "kind": what.kind,
            "wave": str(what.wave),
            "received": what.received.isoformat(),
            "language": what.language,
            "pages": "" if read.pages is None else str(len(read.pages)),
            "text_file": f"{TEXTS}/{item.document_id}.txt",
            "text_sha256": read.text_sha256,
            "file": f"{RECEIVED}/{item.document_id}.{read.format}",
            "file_sha256": read.file_sha256,
            "public_status": what.public_status or (old or {}).get("public_status", ""),
        }
        keep = ["text_file", "text_sha256"]
        keep += ["pages", "file", "file_sha256"] if other_format else []
        keep += [] if what.received_given else ["received"]
        keep += [] if what.language_given else ["language"]
        row.update({column: old_row[column] for column in keep if old_row.get(column)})
        if other_format and "pages" in old_row:
            row["pages"] = old_row["pages"]
        return {**(old or {}), **row}

    def _text(self, item: IdentifiedDocument, row: Row) -> None:
        path = resolve_inside(self.data, row["text_file"])
        exists = path is not None and path.is_file()
        if not item.same_text or not exists:
            self.stage.put(row["text_file"], item.read.text.read_bytes())

    def _section_rows(self, item: IdentifiedDocument) -> list[Row]:
        rows: list[Row] = []
        for part in item.read.sections.found:
            page = item.read.page_at(part.start)
            rows.append(
                {
                    "document_id": item.document_id,
                    "section": part.section,
                    "heading": part.heading,
                    "start": str(part.start),
                    "end": str(part.end),
                    "page": "" if page is None else str(page),
                }
            )
        return rows

    def _moved(self, item: IdentifiedDocument) -> MovedPassages:
        rows = [row for row in self.tables["segments"] if row["document_id"] == item.document_id]
        text = item.read.text.read_text(encoding="utf-8")
        return move_passages(rows, text, item.read.sections.at, item.read.page_at)

    def _replace(self, item: IdentifiedDocument, moved: MovedPassages, notes: list[str]) -> None:
        """Move the passages of a document to its new text and keep its old version."""
        name = item.document_id
        self._keep_old(item, moved)
        segments = self.tables["segments"].changed(
            lambda row: moved.rows.get(row["segment_id"], row)
        )
        self.tables.put("segments", segments)
        self.tables.rename("segments", moved.renamed)
        notes.append(_describe_moves(moved, item))
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
        digest = old.get("file_sha256") or old["text_sha256"]
        stem = f"{REPLACED}/{item.document_id}-{digest[:_SHORT]}"
        for column in ("file", "text_file"):
            path = resolve_inside(self.data, old.get(column, ""))
            if path is not None and path.is_file():
                self.stage.put(f"{stem}{path.suffix}", path.read_bytes())
        new_file = f"{RECEIVED}/{item.document_id}.{item.read.format}"
        old_file = old.get("file", "")
        if old_file not in ("", new_file) and resolve_inside(self.data, old_file):
            self.stage.remove(old_file)
        if moved.lost:
            ids = {row["segment_id"] for row, _ in moved.lost}
            taken = self.tables.drop("segments", ids)
            lines = [[table, json.dumps(dict(row), ensure_ascii=False)] for table, row in taken]
            lost = csv_cells.write_cells(("table", "row"), lines)
            self.stage.put(f"{stem}-lost.csv", lost.encode())


def _refusal(read: IncomingDocument, name: str, moved: MovedPassages) -> Problem:
    lost = moved.lost
    words = list_values((f"{quote_value(row['quote'])} ({why})" for row, why in lost), 5)
    of = len(lost) + len(moved.rows)
    return Problem(
        read.file,
        f"is a new version of {name}, and {len(lost)} of its {of} coded passages are not found "
        f"in it for certain: {words}",
        "",
        "Look at them, then import it with --drop-lost: they are taken out and kept in "
        f"{REPLACED}.",
        "import.lost",
    )


def _describe_moves(moved: MovedPassages, item: IdentifiedDocument) -> str:
    of = len(moved.rows) + len(moved.lost)
    message = f"A new version of {item.document_id}: {len(moved.rows)} of {of} coded passages"
    message += f" found again, {moved.elsewhere} of them elsewhere"
    return message + (f", {len(moved.lost)} taken out." if moved.lost else ".")
