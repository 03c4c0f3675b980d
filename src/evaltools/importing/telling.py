"""An import in words: a line for whatever an evaluator should look at, then what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from evaltools.documents.record import Coverage
from evaltools.evidence.paths import IMPORT_LOG
from evaltools.evidence.quoting import listed, quoted
from evaltools.importing.log import left_out
from evaltools.importing.outcome import Outcome, State, Taken
from evaltools.problems import Problem

MOST_LINES = 40
ALIKE = 4
_STATES: dict[State, str] = {
    "new": "new",
    "replaced": "in the place of an earlier version",
    "changed": "with other details than before",
    "there": "there already, unchanged",
}


def remarks(outcome: Outcome) -> list[str]:
    """What to look at, a line each: documents that were taken with a remark, and those twice.

    A remark on many documents is told once, with the first of them.
    """
    found = [(item.file, words) for item in outcome.taken for words in _of_one(item)]
    found += [(file, f"the same as {other}; taken once") for file, other in outcome.twice]
    found += [(item.name, f"passed over: {item.words}") for item in outcome.passed]
    files: dict[str, list[str]] = {}
    for file, words in found:
        files.setdefault(words, []).append(file)
    lines = []
    for words, whose in files.items():
        if len(whose) < ALIKE:
            lines += [f"{file}: {words}" for file in whose]
        else:
            lines.append(f"{whose[0]} and {len(whose) - 1} more: {words}")
    return _shortened(lines)


def summary(outcome: Outcome) -> list[tuple[str, str]]:
    """(what, how many and which) of the import as a whole."""
    taken = outcome.taken
    rows = [("files", str(outcome.files)), ("read", str(outcome.read))]
    if outcome.passed:
        whys = _tally([item.why for item in outcome.passed])
        rows.insert(0, ("passed over", f"{len(outcome.passed)}: {whys}"))
        rows.insert(0, ("in the folder", str(outcome.files + len(outcome.passed))))
    rows.append(("taken", _counted(len(taken), outcome)))
    for state, words in _STATES.items():
        if count := sum(item.state == state for item in taken):
            rows.append((f"  {words}", str(count)))
    if outcome.twice:
        rows.append(("there twice", str(len(outcome.twice))))
    rows.append(("skipped", _skipped(outcome)))
    for name, values in (
        ("matched by", [item.by for item in taken]),
        ("kinds", [item.kind for item in taken]),
        ("formats", [item.format for item in taken]),
        ("languages", [item.language for item in taken]),
    ):
        if values:
            rows.append((name, _tally(values)))
    if taken:
        rows += _read(taken)
    return rows


def ending(outcome: Outcome) -> str:
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


def _of_one(item: Taken) -> Iterator[str]:
    if lacking := _lacking(item.coverage):
        yield lacking
    if item.missing:
        yield f"no heading of the form's {listed(item.missing)}"
    if item.unknown:
        yield f"not headings of the form: {listed(map(quoted, item.unknown), 6)}"
    yield from item.notes


def _lacking(coverage: Coverage) -> str:
    """How much of a document was read, where something of it other than page furniture was not."""
    named = [item for item in coverage.left_out if not item.on_every_page]
    if coverage.complete and not named:
        return ""
    told = f"{coverage.characters_read} of {coverage.characters_present} characters"
    if coverage.tables_present:
        told += f" and {coverage.tables_read} of {coverage.tables_present} tables"
    return f"read {told}; left out: {listed(left_out(coverage), 6) or 'nothing by name'}"


def _read(taken: Sequence[Taken]) -> list[tuple[str, str]]:
    present = sum(item.coverage.characters_present for item in taken)
    read = sum(item.coverage.characters_read for item in taken)
    unread = sum(item.coverage.characters_unread for item in taken)
    tables = sum(item.coverage.tables_present for item in taken)
    tables_read = sum(item.coverage.tables_read for item in taken)
    told = f"{read} of {present}"
    if present > read:
        told += f"; {present - read - unread} left out by name, {unread} lost"
    return [("characters read", told), ("tables read", f"{tables_read} of {tables}")]


def _counted(count: int, outcome: Outcome) -> str:
    return f"{count} (dry run)" if outcome.dry else str(count)


def _skipped(outcome: Outcome) -> str:
    files = outcome.skipped_files
    if not files:
        return "0"
    first: dict[str, Problem] = {}
    for problem in outcome.skipped:
        first.setdefault(problem.where, problem)
    reasons = [problem.code.rpartition(".")[2] or "other" for problem in first.values()]
    return f"{len(files)}: {_tally(reasons)}"


def _tally(values: Sequence[str]) -> str:
    counts = Counter(values)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return ", ".join(f"{name} {count}" for name, count in ranked)


def _shortened(lines: Sequence[str]) -> list[str]:
    if len(lines) <= MOST_LINES:
        return list(lines)
    return [*lines[:MOST_LINES], f"and {len(lines) - MOST_LINES} more remarks"]
