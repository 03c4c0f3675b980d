"""Which documents are taken, under which names, and what becomes of passages of those they replace.

The same document is taken once, contradictions not at all. Passages are found again by their words.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from evaltools.documents.model import DocumentText
from evaltools.documents.superscripts import flatten_superscripts
from evaltools.evidence.data_hash import REPLACED
from evaltools.files import resolve_inside
from evaltools.ingest.document_metadata import DocumentMetadata
from evaltools.ingest.form_text import Section, Sections
from evaltools.ingest.project_match import Way
from evaltools.ingest.table_edits import Row
from evaltools.problems import Problem, list_values, quote_value
from evaltools.qda.model import segment_id
from evaltools.qda.search import LocatedQuote, locate, passage_at

Key = tuple[str, str, int]
"""Project, kind and wave: of these a study has one document."""

FORMATS = ("docx", "odt", "pdf", "xlsx", "ods")
"""Of the same text in several formats the first of these is taken: it has its own headings."""

_NAME = re.compile(r"[^\W_][\w.-]{0,119}")


@dataclass(frozen=True)
class IncomingDocument:
    """A document that was read and whose project is known.

    `document` has all but its text, which waits in a file; `same` is the same for texts that
    differ in white space and hyphens only.
    """

    file: str
    path: Path
    document: DocumentText
    same: str
    project_id: str
    by: Way
    what: DocumentMetadata
    sections: Sections
    text: Path

    @property
    def key(self) -> Key:
        """What it must be the only document of."""
        return self.project_id, self.what.kind, self.what.wave


@dataclass(frozen=True)
class IdentifiedDocument:
    """A document that is taken, with its name from now on.

    `old` is its row of `documents` so far, None where it is new; `same_text` says that it is there
    already, with this text, if perhaps in another format.
    """

    read: IncomingDocument
    document_id: str
    old: Row | None = None
    same_text: bool = False

    @property
    def replaces(self) -> bool:
        """Whether it is another text in the place of one that is there."""
        return self.old is not None and not self.same_text


def replaced_stem(name: str, digest: str) -> str:
    """Beginning of the paths at which a replaced file of a document is kept, by its SHA-256."""
    return f"{REPLACED}/{name}-{digest[:12]}"


class PresentDocuments:
    """Documents that are there, rows of `documents`, as they are looked for.

    `forced` are files that the mapping names, which are taken although they were replaced once.
    """

    def __init__(self, data: Path, rows: Iterable[Row], forced: frozenset[str]) -> None:
        self.data = data
        self.forced = forced
        self.by_kind: dict[tuple[str, str], list[Row]] = {}
        self.ids: set[str] = set()
        for row in rows:
            self.by_kind.setdefault((row["project_id"], row["kind"]), []).append(row)
            self.ids.add(row["document_id"].casefold())

    def same_kind(self, read: IncomingDocument) -> list[Row]:
        """Rows of the same project and kind."""
        return self.by_kind.get(read.key[:2], [])

    def has_text(self, row: Row, read: IncomingDocument) -> bool:
        """Whether a row is of a text, if perhaps in another format."""
        if row["text_sha256"] == read.document.text_sha256:
            return True
        path = resolve_inside(self.data, row.get("text_file", ""))
        if path is None or not path.is_file():
            return False
        text = path.read_text(encoding="utf-8", errors="replace")
        return bool(text) and same_text_key(text) == read.same


def same_text_key(text: str) -> str:
    """SHA-256 of a text without white space, hyphens and capitals: the same in two formats."""
    bare = re.sub(r"[\s\-‐‑–—]+", "", flatten_superscripts(text))
    return hashlib.sha256(bare.casefold().encode()).hexdigest()


def identify_documents(
    reads: Sequence[IncomingDocument], present: PresentDocuments
) -> tuple[list[IdentifiedDocument], tuple[tuple[str, str], ...], list[Problem]]:
    """Decide which documents are taken; `reads` are in the order of their files.

    Returns those that are taken, in that order; (file, the file that was taken for it) of those
    that are there more than once; and why others are not taken.
    """
    reads = [_stay_in_wave(read, present.same_kind(read)) for read in reads]
    problems, unclear = _refuse_several_projects(reads)
    groups: dict[Key, list[IncomingDocument]] = {}
    for read in reads:
        if read.file not in unclear:
            groups.setdefault(read.key, []).append(read)
    filed: list[IdentifiedDocument] = []
    twice: list[tuple[str, str]] = []
    for key, group in sorted(groups.items()):
        if len({read.same for read in group}) > 1:
            problems += _refuse_several_texts(group)
            continue
        found = _identify(key, group, present)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            filed.append(found)
            twice += [(read.file, found.read.file) for read in group if read is not found.read]
    filed.sort(key=lambda item: item.read.file)
    return filed, tuple(sorted(twice)), problems


def _stay_in_wave(read: IncomingDocument, rows: Sequence[Row]) -> IncomingDocument:
    """A document that is there already stays in its wave unless it was given another."""
    if read.what.wave_given:
        return read
    for row in rows:
        if _same_document(read, row) and row["wave"].isdecimal():
            return replace(read, what=replace(read.what, wave=int(row["wave"])))
    return read


def _same_document(read: IncomingDocument, row: Row) -> bool:
    """Whether a row of the same project and kind is of this file or text."""
    document = read.document
    return row.get("file_sha256") == document.file_sha256 or (
        row["text_sha256"] == document.text_sha256
    )


def _refuse_several_projects(reads: Sequence[IncomingDocument]) -> tuple[list[Problem], set[str]]:
    """The same file that is said to be of different projects, kinds or waves."""
    by_hash: dict[str, list[IncomingDocument]] = {}
    for read in reads:
        by_hash.setdefault(read.document.file_sha256, []).append(read)
    problems = []
    remedy = "Correct the mapping file, or take one of them out of the folder."
    for group in by_hash.values():
        for read in group if len({read.key for read in group}) > 1 else ():
            others = list_values(quote_value(other.file) for other in group if other is not read)
            what = (
                f"is the same file as {others}, and they are said to be of different "
                "projects, kinds or waves"
            )
            allowed = "one project, kind and wave"
            problems.append(Problem(read.file, what, allowed, remedy, "import.ambiguous"))
    return problems, {problem.where for problem in problems}


def _refuse_several_texts(group: Sequence[IncomingDocument]) -> list[Problem]:
    project, kind, wave = group[0].key
    what = (
        f"for project {project} there is more than one document of kind {kind} and wave {wave}, "
        f"with different texts: {list_values(quote_value(other.file) for other in group)}"
    )
    allowed = "one document a project, kind and wave"
    remedy = "Leave the one that holds in the folder, or tell them apart in the mapping file."
    return [Problem(read.file, what, allowed, remedy, "import.ambiguous") for read in group]


def _identify(
    key: Key, group: Sequence[IncomingDocument], present: PresentDocuments
) -> IdentifiedDocument | Problem:
    """The one of a group of documents of the same text that is taken, with its name."""
    project, kind, wave = key
    of_kind = present.same_kind(group[0])
    held = [row for row in of_kind if row["wave"] == str(wave)]
    same = [row for row in of_kind if any(_same_document(read, row) for read in group)]
    old = (held or same)[:1]
    if len(held) > 1 or (held and any(row not in held for row in same)):
        ids = list_values(dict.fromkeys(row["document_id"] for row in [*held, *same]))
        what = f"could be any of the documents {ids} that are there already"
        remedy = "Correct the waves and kinds of these in documents."
        return Problem(group[0].file, what, "one of them", remedy, "import.ambiguous")
    if not old:
        best = min(group, key=_first_choice)
        if of_kind and not best.what.wave_given:
            ids = list_values(f"{row['document_id']} of wave {row['wave']}" for row in of_kind)
            what = f"by its day it is of wave {wave}, but the project has {ids} with another text"
            remedy = "Say with --wave or the mapping file which it is: a new version, or another."
            return Problem(best.file, what, "one wave", remedy, "import.ambiguous")
        name = _new_name(f"{project}-{kind}", present.ids)
        if name is None:
            what = f"no file can be named after the project {quote_value(project)}"
            remedy = "Give it an id of letters, digits, points and hyphens in the register."
            return Problem(best.file, what, "", remedy, "import.name")
        return IdentifiedDocument(best, name)
    return _identify_present(group, old[0], present)


def _identify_present(
    group: Sequence[IncomingDocument], row: Row, present: PresentDocuments
) -> IdentifiedDocument | Problem:
    name = row["document_id"]
    held = [read for read in group if read.document.file_sha256 == row.get("file_sha256", "")]
    best = min(held or group, key=_first_choice)
    if held or present.has_text(row, best):
        return IdentifiedDocument(best, name, row, True)
    was_replaced = any(present.data.glob(f"{replaced_stem(name, best.document.file_sha256)}.*"))
    if was_replaced and best.file not in present.forced:
        what = f"is an earlier version of {name}, which has been replaced since"
        remedy = "To take it back, name it in the mapping file."
        return Problem(best.file, what, "", remedy, "import.earlier")
    return IdentifiedDocument(best, name, row)


def _first_choice(read: IncomingDocument) -> tuple[int, int, str]:
    # Of the same format the shorter name: a copy is called after what it was copied from.
    return FORMATS.index(read.document.kind), len(read.file), read.file


def _new_name(base: str, taken: set[str]) -> str | None:
    """The first free one of base, base-2, base-3, …; None where it fits no file."""
    if not _NAME.fullmatch(base) or ".." in base:
        return None
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        name = f"{base}-{number}"
    taken.add(name.casefold())
    return name


@dataclass(frozen=True)
class MovedPassages:
    """The passages of a document in its new text, rows of `segments` by the identifier they had.

    `renamed` has the new identifier by the old one, of passages that are named after their place;
    `reworded` (old words, new words); `lost` rows that are in no certain place, and why;
    `elsewhere` counts those that begin somewhere else than before.
    """

    rows: Mapping[str, Row]
    renamed: Mapping[str, str]
    reworded: tuple[tuple[str, str], ...]
    lost: tuple[tuple[Row, str], ...]
    elsewhere: int


def move_passages(
    rows: Sequence[Row],
    text: str,
    section_at: Callable[[int], Section | None],
    page_at: Callable[[int], int | None],
) -> MovedPassages:
    """Find the passages of a document, rows of `segments`, in its new, normalised text."""
    moved: dict[str, Row] = {}
    renamed: dict[str, str] = {}
    reworded: list[tuple[str, str]] = []
    lost: list[tuple[Row, str]] = []
    elsewhere = 0
    places = [
        locate(
            text,
            row["quote"],
            row.get("prefix", ""),
            row.get("suffix", ""),
            int(row["start"]) if row["start"].isdecimal() else None,
        )
        for row in rows
    ]
    crowded = _sharing_places(rows, places, text)
    for row, found in zip(rows, places, strict=True):
        if isinstance(found, str):
            lost.append((row, found))
            continue
        if row["segment_id"] in crowded:
            lost.append((row, "it stood in several places, of which fewer are left"))
            continue
        elsewhere += found.moved
        if found.how == "close":
            reworded.append((row["quote"], text[found.start : found.end]))
        name = new_name = row["segment_id"]
        if name == segment_id(row["document_id"], int(row["start"]), int(row["end"])):
            new_name = segment_id(row["document_id"], found.start, found.end)
        if new_name != name:
            renamed[name] = new_name
        section = section_at(found.start)
        placed = {
            **passage_at(text, found.start, found.end),
            "segment_id": new_name,
            "page": page_at(found.start) or "",
            "section": section.heading if section else "",
        }
        moved[name] = {column: str(placed.get(column, value)) for column, value in row.items()}
    return MovedPassages(moved, renamed, tuple(reworded), tuple(lost), elsewhere)


def _sharing_places(
    rows: Sequence[Row], places: Sequence[LocatedQuote | str], text: str
) -> frozenset[str]:
    """Passages that would share a place with one that stood elsewhere.

    Where the same words stood twice and now stand once, the one whose neighbours are there is
    kept; the others are in no certain place.
    """
    at: dict[tuple[int, int], list[Row]] = {}
    for row, found in zip(rows, places, strict=True):
        if isinstance(found, LocatedQuote):
            at.setdefault((found.start, found.end), []).append(row)
    crowded: set[str] = set()
    for (start, end), group in at.items():
        if len({(row["start"], row["end"]) for row in group}) < 2:
            continue
        fitting = [row for row in group if _fits_beside(row, text, start, end)]
        alone = {(row["start"], row["end"]) for row in fitting}
        unambiguous = {row["segment_id"] for row in fitting} if len(alone) == 1 else set()
        crowded |= {row["segment_id"] for row in group} - unambiguous
    return frozenset(crowded)


def _fits_beside(row: Row, text: str, start: int, end: int) -> bool:
    before, after = row.get("prefix", ""), row.get("suffix", "")
    return text[:start].endswith(before) and text[end:].startswith(after)
