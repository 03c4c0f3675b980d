"""That nothing has changed since a check, told by the file system and without reading the files.

A check that found everything up to date reads and hashes all that a report depends on. It leaves a
note of the state of these files: size, times of change, inode, and the names in each folder. The
same states later mean the same contents, with one exception that git knows as well: a file that was
changed just when it was looked at may have the same times before and after. So a note is only left
where every change is older than the check by more than the times of its file system are apart, but
for what the command has just made itself. The time of the last change of an inode (ctime) counts,
which no program can set back.

Nothing here imports a library, since this is what a command with nothing to do takes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import stat
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evaltools.files import replace_file

NOTHING_TO_DO = "Nothing to do: the report is up to date with its data, parameters and code."
NOTEBOOKS_UP_TO_DATE = "The notebooks are up to date."
FOLDER = "checks"
GRANULARITY = 2_000_000_000
"""Nanoseconds between two times that the coarsest file system (FAT) tells apart."""
_COARSE = 10_000_000
"""Times of file systems that tell so few apart are multiples of this, and seldom are others."""
TICK = 20_000_000
"""Nanoseconds that the clock of all others may stand still: twice the longest tick of a system."""
_MOST_NOTES = 40
_LEFT_OUT = frozenset(("__pycache__", "_build", ".ipynb_checkpoints"))
_PACKAGE = str(Path(__file__).resolve().parent.parent)
_VARIABLES = ("PATH", "QUARTO_PATH", "SOURCE_DATE_EPOCH")


@dataclass(frozen=True)
class Check:
    """A command that may have nothing to do.

    Arguments:
        build: `reports/_build` of the study, where notes are kept.
        request: what was asked for, as plain JSON values by name.
    """

    build: Path
    request: Mapping[str, Any]

    def recall(self) -> Any:
        """What the same command told when all was up to date; None if that may have changed."""
        try:
            note = json.loads(self._place().read_text(encoding="utf-8"))
            known = note["asked"] == self._asked() and note["state"] == _state(note["roots"])
            return note["told"] if known else None
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @contextlib.contextmanager
    def watch(self) -> Iterator[Watch]:
        """Have a note left of what is found up to date within the block, if it says so."""
        watched = Watch()
        begun = self._now()
        yield watched
        if begun is None or watched.told is None:
            return
        roots = [*watched.roots, *watched.made, _PACKAGE, *sys.path, *os.get_exec_path()]
        with contextlib.suppress(OSError):  # a folder that may not be written to takes no note
            state = _state(roots, begun, watched.made)
            if state is not None:
                asked = self._asked()
                note = {"asked": asked, "roots": roots, "state": state, "told": watched.told}
                replace_file(self._place(), json.dumps(note, indent=1).encode())
                self._clear()

    def _place(self) -> Path:
        digest = hashlib.sha256(json.dumps(self.request, sort_keys=True).encode()).hexdigest()
        return self.build / FOLDER / f"{digest[:16]}.json"

    def _asked(self) -> dict[str, Any]:
        """What the answer depends on beside files."""
        variables = {name: os.environ.get(name) for name in _VARIABLES}
        python = [sys.version, sys.executable, *sys.path]
        # A note that was copied with its folder tells of the files of the folder it comes from.
        return {
            "request": dict(self.request),
            "variables": variables,
            "python": python,
            "build": str(self.build.resolve()),
        }

    def _now(self) -> int | None:
        """The time by the clock of the disk or of the machine, whichever is behind."""
        place = self.build / FOLDER / f".clock-{secrets.token_hex(4)}"
        try:
            if not place.parent.is_dir():
                place.parent.mkdir(parents=self.build.parent.is_dir(), exist_ok=True)
                time.sleep(2 * TICK / 1e9)  # or the sources would be younger than the check
            place.touch()
            begun = place.stat().st_ctime_ns
            place.unlink()
        except OSError:
            return None
        return min(begun, time.time_ns())

    def _clear(self) -> None:
        own = self._place()  # the newest, whatever the clock says
        notes = sorted(
            (self.build / FOLDER).glob("*.json"),
            key=lambda one: (one == own, one.stat().st_mtime_ns),
        )
        for path in notes[:-_MOST_NOTES]:
            path.unlink(missing_ok=True)


@dataclass
class Watch:
    """What a check found up to date, or a command made, which the one who checks fills in.

    Arguments:
        roots: files, and folders with all that is in them, that the answer depends on.
        made: those that the command has just made, and nobody else writes to.
        told: the answer, as plain JSON values; None where something was out of date.
    """

    roots: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    told: Any = None


def _state(roots: Sequence[str], begun: int | None = None, made: Sequence[str] = ()) -> str | None:
    """A hash of the state of some files; None where one may have changed at `begun` or later.

    Those that the command has made itself may be as young as they are.
    """
    digest = hashlib.sha256()
    shallow = {*sys.path, *os.get_exec_path()}
    for root in roots:
        for line, changed in _states(root, root in shallow):
            if begun is not None and root not in made and not _is_older(changed, begun):
                return None
            digest.update(line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()


def _is_older(changed: int, begun: int) -> bool:
    return changed < begun - (TICK if changed % _COARSE else GRANULARITY)


def _states(path: str, shallow: bool) -> Iterator[tuple[str, int]]:
    """The state of a file or folder and of what it leads to, and when it changed.

    Paths are plain text: thousands are looked at, and objects for them take longer than the look.
    """
    try:
        found = os.lstat(path)
        yield _line(path, found), found.st_ctime_ns
        if link := stat.S_ISLNK(found.st_mode):
            found = os.stat(path)  # noqa: PTH116
            yield _line(path, found), found.st_ctime_ns
    except OSError as error:
        yield f"{path}\0{error.errno}\n", 0
        return
    if stat.S_ISDIR(found.st_mode) and not shallow and not link:
        for name in sorted(os.listdir(path)):  # noqa: PTH208
            if name not in _LEFT_OUT:
                yield from _states(f"{path}/{name}", False)


def _line(path: str, found: os.stat_result) -> str:
    kinds = (found.st_dev, found.st_ino, found.st_mode, found.st_size)
    return f"{path}\0{(*kinds, found.st_mtime_ns, found.st_ctime_ns)}\n"
