"""The journal of a coder and a round: a line an event, on the disk before it is acknowledged.

One panel writes at a time: whoever opens the journal first holds a lock that goes with the
process, so a kernel that was killed holds nothing. A second panel reads, and says why. A line
that a crash cut short was never acknowledged; it is set aside at the next opening and said,
and the browser, which still has its event, sends it again.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import threading
from pathlib import Path

from evaltools.coding.events import Event, parse_line, to_message, write_line
from evaltools.files import sync_to_disk
from evaltools.problems import Problem, ProblemError

JOURNAL = re.compile(r"round-([1-9][0-9]{0,3})\.jsonl")
_OPEN: dict[Path, Journal] = {}
_GUARD = threading.RLock()


class WriteConflict(Exception):
    """Another event has the same identifier."""


class Journal:
    """A journal, open for writing where `locked_by` is empty.

    Arguments:
        path: the file; its folder is made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.events: list[Event] = []
        self.set_aside: Path | None = None
        self.locked_by = ""
        self._by_id: dict[str, Event] = {}
        self._file = -1
        self._guard = threading.RLock()

    def record(self, event: Event) -> bool:
        """Write an event to the disk; when this returns, a crash cannot take it away.

        Returns whether it is new: the same event a second time changes nothing.
        Raises WriteConflict where another event has its identifier, PermissionError where the
        journal is held by another panel, OSError where the disk takes no more (nothing is left
        behind).
        """
        with self._guard:
            known = self._by_id.get(event.id)
            if known is not None:
                if to_message(known) != to_message(event):
                    raise WriteConflict(event.id)
                return False
            if self._file < 0:
                raise PermissionError(self.locked_by)
            length = os.fstat(self._file).st_size
            try:
                _write(self._file, write_line(event) + b"\n")
                os.fsync(self._file)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(self._file, length)
                raise
            self._keep(event)
            return True

    def __contains__(self, event: Event) -> bool:
        known = self._by_id.get(event.id)
        return known is not None and to_message(known) == to_message(event)

    def close(self, locked_by: str = "closed") -> None:
        """Let go of the lock; from then on the journal can only be read."""
        with self._guard, _GUARD:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1
                self.locked_by = locked_by
                _OPEN.pop(self.path, None)

    def _keep(self, event: Event) -> None:
        self._by_id[event.id] = event
        self.events.append(event)

    def _load(self) -> None:
        for event in read_journal(self.path):
            if event.id not in self._by_id:
                self._keep(event)


def open_journal(folder: Path, round_: int) -> Journal:
    """Open the journal of a round in a coder's folder, to write where nobody else does.

    A panel opened anew in the same process takes over from the one before it: its cell was run
    again. Another process that holds the journal is left in peace, and this one only reads.

    Raises ProblemError where a line in the middle cannot be read: something has changed the file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder.resolve() / f"round-{round_}.jsonl"
    journal = Journal(path)
    with _GUARD:
        if (earlier := _OPEN.get(path)) is not None:
            earlier.close("newer")
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            journal.locked_by = "other"
            journal._load()
            return journal
        try:
            journal.set_aside = _repair(path, file)
            journal._load()
        except BaseException:
            os.close(file)
            raise
        sync_to_disk(folder)
        journal._file = file
        _OPEN[path] = journal
    return journal


def read_journal(path: Path) -> tuple[Event, ...]:
    """The events of a journal, without opening it to write; a line not yet ended is not read.

    Raises ProblemError naming every line that is no event.
    """
    data = path.read_bytes() if path.exists() else b""
    whole, _, _ = data.rpartition(b"\n")
    events: list[Event] = []
    problems: list[Problem] = []
    for number, line in enumerate(whole.split(b"\n") if whole else (), 1):
        try:
            events.append(parse_line(line))
        except ValueError as error:
            what = f"the line is no act of a coder: {error}"
            remedy = "Bring the file back from a copy; nothing was changed in it."
            where = f"{path.name}:{number}"
            problems.append(Problem(where, what, "", remedy, "coding.journal"))
    if problems:
        raise ProblemError(problems)
    return tuple(events)


def list_journals(folder: Path) -> tuple[tuple[int, Path], ...]:
    """Round and path of every journal in a coder's folder, in order of rounds."""
    journals = []
    for path in folder.iterdir() if folder.is_dir() else ():
        if match := JOURNAL.fullmatch(path.name):
            journals.append((int(match[1]), path))
    return tuple(sorted(journals))


def _repair(path: Path, file: int) -> Path | None:
    """Set aside what stands after the last line's end; keep it where it is a whole event."""
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    torn = data[end:]
    if not torn:
        return None
    try:
        parse_line(torn)
    except ValueError:
        number = 1
        while (aside := path.with_suffix(f".torn-{number}")).exists():
            number += 1
        _write_new(aside, torn)
        os.ftruncate(file, end)
        os.fsync(file)
        return aside
    _write(file, b"\n")
    os.fsync(file)
    return None


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def _write_new(path: Path, data: bytes) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        _write(file, data)
        os.fsync(file)
    finally:
        os.close(file)
