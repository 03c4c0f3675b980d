"""What an import of reports did, document by document: as a value, in the log, and in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten
from typing import Literal

from evaltools.documents.model import Coverage
from evaltools.evidence.data_hash import IMPORT_LOG
from evaltools.ingest.codings import CodingsImported, MergedTables
from evaltools.ingest.folder_scan import SkippedFile
from evaltools.ingest.project_match import Way
from evaltools.problems import Problem, list_values, quote_value
from evaltools.qda.search import HOW, MatchedPassages
from evaltools.qda.spreadsheets import read_cells, write_cells

State = Literal["new", "replaced", "changed", "there"]


@dataclass(frozen=True)
class ImportedDocument:
    """A document that is in the study now, and by what its project was known.

    `missing` are required sections that it has no heading for, `unknown` headings that are none of
    the form's, `notes` what else an evaluator should know, in sentences.
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
class ReportsImported:
    """What became of the files of a folder.

    Arguments:
        files: how many there were, without those passed over; each was taken, is the same as
            another, or was skipped.
        read: how many of them could be read.
        taken: documents that are in the study now, in the order of files.
        twice: (file, the file that was taken for it).
        skipped: why files were not taken, in the order of files; a file may have several.
        passed: what is no document: hidden, temporary, links out of the folder, empty folders.
        changed: whether anything in the data folder changed, or would but for the dry run.
    """

    files: int
    read: int
    taken: tuple[ImportedDocument, ...]
    twice: tuple[tuple[str, str], ...]
    skipped: tuple[Problem, ...]
    passed: tuple[SkippedFile, ...]
    notes: tuple[str, ...]
    changed: bool
    dry: bool

    @property
    def complete(self) -> bool:
        """Whether every document was taken."""
        return not self.skipped


LOG_COLUMNS = (
    *("file", "file_sha256", "document_id", "kind", "language"),
    *("characters_present", "characters_read", "tables_present", "tables_read"),
    *("left_out", "notes", "skipped"),
)

_LONGEST_TEXT = 300  # characters of what was left out


def update_log(
    before: bytes | None,
    taken: Sequence[ImportedDocument],
    twice: Sequence[tuple[str, str]],
    skipped: Sequence[Problem],
    digests: Mapping[str, str],
    passed: Sequence[SkippedFile] = (),
) -> bytes:
    """The log so far with the files of one more import, a row a file; it tells no time.

    A file that was imported before under another name, with nothing new, gets no second row.
    """
    rows = {row["file"]: row for row in read_cells(before, IMPORT_LOG)} if before else {}
    known = {(row["file_sha256"], row["document_id"]) for row in rows.values()}
    for item in taken:
        if item.state == "there" and (item.file_sha256, item.document_id) in known:
            continue
        counts = ("characters_present", "characters_read", "tables_present", "tables_read")
        rows[item.file] = {
            **{name: getattr(item, name) for name in LOG_COLUMNS[:5]},
            **{name: str(getattr(item.coverage, name)) for name in counts},
            "left_out": "; ".join(describe_omissions(item.coverage)),
            "notes": " ".join(item.coverage.notes),
        }
    names = {item.file: item.document_id for item in taken}
    skips = {file: (names.get(other, ""), f"the same as {other}") for file, other in twice}
    reasons: dict[str, list[str]] = {}
    for problem in skipped:
        reasons.setdefault(problem.where, []).append(problem.what)
    skips |= {file: ("", "; ".join(why)) for file, why in reasons.items()}
    skips |= {thing.name: ("", f"passed over: {thing.words}") for thing in passed}
    for file, (document, why) in skips.items():
        digest = digests.get(file, "")
        rows[file] = {"file": file, "file_sha256": digest, "document_id": document, "skipped": why}
    ordered = [[rows[file].get(name, "") for name in LOG_COLUMNS] for file in sorted(rows)]
    return write_cells(LOG_COLUMNS, ordered).encode()


def describe_omissions(coverage: Coverage) -> list[str]:
    """What of a document is not in its text, in words."""
    named = []
    for item in coverage.left_out:
        text = shorten(item.text, _LONGEST_TEXT, placeholder=" …")
        sample = f": “{text}”" if text else ""
        count = f" ({item.characters} characters){sample}" if item.characters else ""
        named.append(f"{item.what}{count}")
    if coverage.characters_unread:
        named.append(f"{coverage.characters_unread} characters that could not be read")
    return named


MOST_LINES = 40
ALIKE = 4
_STATES: dict[State, str] = {
    "new": "new",
    "replaced": "in the place of an earlier version",
    "changed": "with other details than before",
    "there": "there already, unchanged",
}


def list_remarks(outcome: ReportsImported) -> list[str]:
    """What to look at, a line each: documents that were taken with a remark, and those twice.

    A remark on many documents is reported once, with the first of them.
    """
    remarks = [(item.file, words) for item in outcome.taken for words in _describe_document(item)]
    remarks += [(file, f"the same as {other}; taken once") for file, other in outcome.twice]
    remarks += [(item.name, f"passed over: {item.words}") for item in outcome.passed]
    files: dict[str, list[str]] = {}
    for file, words in remarks:
        files.setdefault(words, []).append(file)
    lines = []
    for words, whose in files.items():
        if len(whose) < ALIKE:
            lines += [f"{file}: {words}" for file in whose]
        else:
            lines.append(f"{whose[0]} and {len(whose) - 1} more: {words}")
    if len(lines) > MOST_LINES:
        return [*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more remarks"]
    return lines


def summarise(outcome: ReportsImported) -> list[tuple[str, str]]:
    """(what, how many and which) of the import as a whole."""
    taken = outcome.taken
    rows = [("files", str(outcome.files)), ("read", str(outcome.read))]
    if outcome.passed:
        whys = _tally([item.why for item in outcome.passed])
        rows.insert(0, ("passed over", f"{len(outcome.passed)}: {whys}"))
        rows.insert(0, ("in the folder", str(outcome.files + len(outcome.passed))))
    rows.append(("taken", f"{len(taken)}{' (dry run)' if outcome.dry else ''}"))
    for state, words in _STATES.items():
        if count := sum(item.state == state for item in taken):
            rows.append((f"  {words}", str(count)))
    if outcome.twice:
        rows.append(("there twice", str(len(outcome.twice))))
    first = {problem.where: problem for problem in reversed(outcome.skipped)}
    reasons = [problem.code.rpartition(".")[2] or "other" for problem in first.values()]
    rows.append(("skipped", f"{len(first)}: {_tally(reasons)}" if first else "0"))
    if not taken:
        return rows
    for name, values in (
        ("matched by", [item.by for item in taken]),
        ("kinds", [item.kind for item in taken]),
        ("formats", [item.format for item in taken]),
        ("languages", [item.language for item in taken]),
    ):
        rows.append((name, _tally(values)))
    names = ("characters_present", "characters_read", "characters_unread")
    present, read, unread, tables, tables_read = (
        sum(getattr(item.coverage, name) for item in taken)
        for name in (*names, "tables_present", "tables_read")
    )
    lost = f"; {present - read - unread} left out by name, {unread} lost" if present > read else ""
    rows.append(("characters read", f"{read} of {present}{lost}"))
    rows.append(("tables read", f"{tables_read} of {tables}"))
    return rows


def final_sentence(outcome: ReportsImported) -> str:
    """The last sentence: whether anything changed."""
    if outcome.dry:
        would = "Some of it would change" if outcome.changed else "Nothing would change"
        return f"{would} in the data folder; nothing was written (--dry-run)."
    if not outcome.changed:
        if not outcome.files:
            return "There is no document in the folder; nothing was changed."
        if outcome.skipped:
            return "Nothing was changed."
        return "All of it was there already; nothing was changed."
    if not outcome.files:
        return f"There is no document in the folder. What was passed over: {IMPORT_LOG}."
    return f"What was read of each file: {IMPORT_LOG}."


def _describe_document(item: ImportedDocument) -> Iterator[str]:
    if lacking := _describe_coverage(item.coverage):
        yield lacking
    if item.missing:
        yield f"no heading of the form's {list_values(item.missing)}"
    if item.unknown:
        yield f"not headings of the form: {list_values(map(quote_value, item.unknown), 6)}"
    yield from item.notes


def _describe_coverage(coverage: Coverage) -> str:
    """How much of a document was read, where something of it other than page furniture was not."""
    named = [item for item in coverage.left_out if not item.on_every_page]
    if coverage.complete and not named:
        return ""
    message = f"{coverage.characters_read} of {coverage.characters_present} characters"
    if coverage.tables_present:
        message += f" and {coverage.tables_read} of {coverage.tables_present} tables"
    omitted = list_values(describe_omissions(coverage), 6) or "nothing by name"
    return f"read {message}; left out: {omitted}"


def _tally(values: Sequence[str]) -> str:
    counts = Counter(values)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count}" for name, count in ranked)


_EXAMPLES = 3


def describe_codings(outcome: CodingsImported) -> Iterator[str]:
    """What became of an import of codings, from what was read to what was left behind."""
    coding = outcome.coding
    yield f"Read as: {coding.origin or 'a coding'}"
    if coding.positions:
        yield f"Positions: {coding.positions}"
    yield (
        f"Holds: {len(coding.documents)} documents, {len(coding.codes)} codes, "
        f"{len(coding.coders)} coders, {len(coding.segments)} passages, "
        f"{len(coding.codings)} codings"
    )
    yield from (f"Assumed: {what}" for what in coding.assumed)
    yield from (f"Fault of the file: {what}" for what in coding.faults)
    for name, identifier, pseudonym in outcome.coders.key:
        yield f"Coder {quote_value(name)} is {quote_value(pseudonym)} ({identifier})"
    if outcome.key:
        yield "Names stay out of the study; the key of names and pseudonyms is beside the file."
    elif outcome.key is False:
        yield (
            "The key could not be written beside the file: keep these lines, and give them by "
            "--coders when you import it again."
        )
    if outcome.matches is not None:
        yield from _describe_matches(outcome.matches)
    if outcome.merged is not None:
        yield from _describe_merged(outcome.merged, outcome.dry)
    groups: dict[str, list[str]] = {}
    for one in outcome.dropped:
        groups.setdefault(one.why, []).append(one.where)
    for why, places in sorted(groups.items()):
        yield f"Left behind ({len(places)}): {why}: {_list_examples(places)}"


def _describe_matches(matches: MatchedPassages) -> Iterator[str]:
    for why, count in sorted(Counter(matches.known_by.values()).items()):
        yield f"Documents known by {why}: {count}"
    for way, words in HOW.items():
        if way in matches.how:
            yield f"Passages {words}: {matches.how[way]}"
    for old, new in matches.close:
        yield f"reworded: {quote_value(old)} → {quote_value(new)}"


def _describe_merged(merged: MergedTables, dry: bool) -> Iterator[str]:
    for name, count in merged.added.items():
        yield f"{'Would be added' if dry else 'Added'} to {name}: {count}"
    if merged.existing:
        yield f"Codings that the study has already: {merged.existing}"
    if merged.differing:
        yield (
            f"Of these the study says something else on {len(merged.differing)}, which stays: "
            f"{_list_examples(merged.differing)}"
        )
    if merged.finished:
        yield f"Readings that are complete now: {merged.finished}"
    if not merged.tables:
        yield "Nothing is new; nothing was changed."
    elif "readings" in merged.added:
        yield (
            "A new reading counts as complete only where the file says so or --complete was given: "
            "until then that a coder gave no code says nothing."
        )


def _list_examples(names: Sequence[str]) -> str:
    return ", ".join(names[:_EXAMPLES]) + (", …" if len(names) > _EXAMPLES else "")
