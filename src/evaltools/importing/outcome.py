"""What an import did, document by document: the one value that the terminal and the log show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evaltools.documents.record import Coverage
from evaltools.importing.matching import Way
from evaltools.importing.walking import Passed
from evaltools.problems import Problem

State = Literal["new", "replaced", "changed", "there"]


@dataclass(frozen=True)
class Taken:
    """A document that is in the study now.

    Arguments:
        file: its name in the folder.
        document_id: in the study.
        state: new; in the place of an earlier text; only details changed; nothing changed.
        by: what told its project.
        format: docx, pdf, …
        missing: required sections that it has no heading for.
        unknown: headings that are none of the form's.
        notes: what else an evaluator should know, in sentences.
    """

    file: str
    file_sha256: str
    document_id: str
    state: State
    by: Way
    kind: str
    format: str
    language: str
    coverage: Coverage
    missing: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What became of the files of a folder.

    Arguments:
        files: how many there were, without those passed over; each was taken, is the same as
            another, or was skipped.
        read: how many of them could be read.
        taken: documents that are in the study now, in the order of files.
        twice: (file, the file that was taken for it).
        skipped: why files were not taken, in the order of files; a file may have several.
        passed: what is no document: hidden, temporary, links out of the folder, empty folders.
        notes: of the import as a whole.
        changed: whether anything in the data folder changed, or would but for the dry run.
        dry: nothing was written on purpose.
    """

    files: int
    read: int
    taken: tuple[Taken, ...]
    twice: tuple[tuple[str, str], ...]
    skipped: tuple[Problem, ...]
    passed: tuple[Passed, ...]
    notes: tuple[str, ...]
    changed: bool
    dry: bool

    @property
    def complete(self) -> bool:
        """Whether every document was taken."""
        return not self.skipped

    @property
    def skipped_files(self) -> tuple[str, ...]:
        """Files that were not taken."""
        return tuple(dict.fromkeys(problem.where for problem in self.skipped))
