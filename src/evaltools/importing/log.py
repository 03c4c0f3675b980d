"""The log of imports: which file became which document, how much of it was read, what was not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import shorten

from evaltools.documents.record import Coverage, LeftOut
from evaltools.evidence.paths import IMPORT_LOG
from evaltools.exchange import cells
from evaltools.importing.outcome import Taken
from evaltools.importing.walking import Passed
from evaltools.problems import Problem

COLUMNS = (
    "file",
    "file_sha256",
    "document_id",
    "kind",
    "language",
    "characters_present",
    "characters_read",
    "tables_present",
    "tables_read",
    "left_out",
    "notes",
    "skipped",
)

_LONGEST_TEXT = 300  # characters of what was left out


def updated_log(
    before: bytes | None,
    taken: Sequence[Taken],
    twice: Sequence[tuple[str, str]],
    skipped: Sequence[Problem],
    digests: Mapping[str, str],
    passed: Sequence[Passed] = (),
) -> bytes:
    """The log with the files of one more import, a row a file; it tells no time.

    Arguments:
        before: the log so far; None where there is none.
        taken, twice, skipped, passed: of the import.
        digests: SHA-256 by file of those that could be read.

    A file that was imported before under another name, with nothing new, gets no second row.
    """
    rows = {row["file"]: row for row in cells.read(before, IMPORT_LOG)} if before else {}
    known = {(row["file_sha256"], row["document_id"]) for row in rows.values()}
    for item in taken:
        if item.state == "there" and (item.file_sha256, item.document_id) in known:
            continue
        rows[item.file] = _row(item)
    names = {item.file: item.document_id for item in taken}
    for file, other in twice:
        rows[file] = dict.fromkeys(COLUMNS, "") | {
            "file": file,
            "file_sha256": digests.get(file, ""),
            "document_id": names.get(other, ""),
            "skipped": f"the same as {other}",
        }
    reasons: dict[str, list[str]] = {}
    for problem in skipped:
        reasons.setdefault(problem.where, []).append(problem.what)
    for file, why in reasons.items():
        rows[file] = dict.fromkeys(COLUMNS, "") | {
            "file": file,
            "file_sha256": digests.get(file, ""),
            "skipped": "; ".join(why),
        }
    for thing in passed:
        rows[thing.name] = dict.fromkeys(COLUMNS, "") | {
            "file": thing.name,
            "skipped": f"passed over: {thing.words}",
        }
    ordered = [[rows[file].get(name, "") for name in COLUMNS] for file in sorted(rows)]
    return cells.written(COLUMNS, ordered).encode()


def _row(item: Taken) -> dict[str, str]:
    coverage = item.coverage
    return {
        "file": item.file,
        "file_sha256": item.file_sha256,
        "document_id": item.document_id,
        "kind": item.kind,
        "language": item.language,
        "characters_present": str(coverage.characters_present),
        "characters_read": str(coverage.characters_read),
        "tables_present": str(coverage.tables_present),
        "tables_read": str(coverage.tables_read),
        "left_out": "; ".join(left_out(coverage)),
        "notes": " ".join(coverage.notes),
        "skipped": "",
    }


def left_out(coverage: Coverage) -> list[str]:
    """What of a document is not in its text, in words."""
    named = [_named(item) for item in coverage.left_out]
    if coverage.characters_unread:
        named.append(f"{coverage.characters_unread} characters that could not be read")
    return named


def _named(item: LeftOut) -> str:
    if not item.characters:
        return item.what
    text = shorten(item.text, _LONGEST_TEXT, placeholder=" …")
    said = f": “{text}”" if text else ""
    return f"{item.what} ({item.characters} characters){said}"
