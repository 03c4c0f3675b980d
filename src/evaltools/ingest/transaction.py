"""Files of a data folder that change together: prepared beside, then put in their places.

Whatever is to change is written to a folder of its own inside the data folder and forced to
disk. Only then is a list of the moves put there, in one step: from that moment the import has
happened. A process that dies before leaves the old state; one that dies among the moves leaves a
list that the next import carries out. New documents are moved in an order in which every state on
the way is a valid one: files first, then the table that names them, then what refers to it.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from evaltools.evidence.paths import resolve_inside
from evaltools.files import hold_lock, sync_to_disk
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.provenance.hashes import hash_file

STAGE = ".import"
_LIST = "moves.json"
_BLOCK = 1 << 20


class FileTransaction:
    """What an import is about to put into a data folder.

    Arguments:
        folder: the data folder.
        stage: where the files wait, on the same disk.
    """

    def __init__(self, folder: Path, stage: Path) -> None:
        self.folder = folder
        self.stage = stage
        self._moves: dict[str, str] = {}
        self._removed: list[str] = []
        self._count = 0

    def keep(self, content: bytes) -> Path:
        """Write something down for later; it has no place in the data folder yet."""
        path = self._new()
        path.write_bytes(content)
        return path

    def put(self, place: str, content: bytes) -> None:
        """Have these bytes at a path of the data folder, unless they are there already."""
        target = self._target(place)
        if target.is_file() and target.read_bytes() == content:
            return
        self._moves[place] = self.keep(content).name

    def place(self, place: str, stored: Path) -> None:
        """Have a file that was kept at a path of the data folder."""
        self._target(place)
        self._moves[place] = stored.name

    def copy(self, place: str, source: Path, sha256: str) -> bool:
        """Have a copy of a file at a path of the data folder.

        Returns False where the source does not have this SHA-256 any more; nothing is put then.
        """
        target = self._target(place)
        if target.is_file() and hash_file(target) == sha256:
            return True
        path = self._new()
        digest = hashlib.sha256()
        with source.open("rb") as read, path.open("wb") as write:
            while block := read.read(_BLOCK):
                digest.update(block)
                write.write(block)
        if digest.hexdigest() != sha256:
            path.unlink()
            return False
        self._moves[place] = path.name
        return True

    def remove(self, place: str) -> None:
        """Have no file at a path of the data folder."""
        self._target(place)
        self._removed.append(place)

    @property
    def changes(self) -> bool:
        """Whether anything would be moved or removed."""
        return bool(self._moves or self._removed)

    def commit(self) -> None:
        """Put everything in its place, in the order it was put here."""
        if not self.changes:
            return
        for name in self._moves.values():
            sync_to_disk(self.stage / name)
        moves = [[name, place] for place, name in self._moves.items()]
        written = json.dumps({"moves": moves, "removed": self._removed}, ensure_ascii=True)
        beside = self.stage / f"{_LIST}.new"
        beside.write_text(written, encoding="ascii")
        sync_to_disk(beside)
        sync_to_disk(self.stage)
        beside.replace(self.stage / _LIST)
        sync_to_disk(self.stage)
        _apply(self.folder, self.stage)
        self._moves, self._removed = {}, []

    def _target(self, place: str) -> Path:
        target = resolve_inside(self.folder, place)
        if target is None or (target.exists() and not target.is_file()):
            what = "leads out of the data folder, or is no file"
            raise ProblemError([Problem(place, what, code="import.place")])
        return target

    def _new(self) -> Path:
        self._count += 1
        return self.stage / f"{self._count:06d}"


@contextmanager
def transaction(folder: Path, *, dry: bool = False) -> Iterator[FileTransaction]:
    """Changes of a data folder, while no other import writes to it.

    What an interrupted import had decided is carried out first, what it had merely begun is
    thrown away. Leaves nothing behind.

    Arguments:
        folder: the data folder.
        dry: nothing of it will be put in place.

    Raises ProblemError while another import is at work there, and for a dry run where one was
    interrupted.
    """
    if dry:
        if is_interrupted(folder):
            what = "an import was interrupted while it put its files in their places"
            remedy = "Run an import without --dry-run first: it completes that one."
            refuse([Problem(folder.name, what, "", remedy, "import.interrupted")])
        with tempfile.TemporaryDirectory(prefix="evaltools-") as scratch:
            yield FileTransaction(folder, Path(scratch))
        return
    stage = folder / STAGE
    with hold_lock(folder, partial(_refuse_busy, folder)):
        _apply(folder, stage)
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir()
        (stage / ".gitignore").write_text("*\n", encoding="ascii")  # whatever is left of it
        try:
            yield FileTransaction(folder, stage)
        finally:
            # After a failure in the middle of the moves the list stays, to be carried out.
            if not (stage / _LIST).exists():
                shutil.rmtree(stage, ignore_errors=True)


def is_interrupted(folder: Path) -> bool:
    """Whether an import died while it put its files in their places."""
    return (folder / STAGE / _LIST).is_file()


def clear_interrupted(folder: Path) -> bool:
    """Remove what an import had begun that was killed before it decided anything.

    Leaves alone what an import at work is using, and moves that are to be carried out.

    Returns whether there was anything to remove.
    """
    stage = folder / STAGE
    if not stage.is_dir() or is_interrupted(folder):
        return False
    try:
        with hold_lock(folder, partial(_refuse_busy, folder)):
            if is_interrupted(folder):
                return False
            shutil.rmtree(stage, ignore_errors=True)
    except ProblemError:  # another import is at work there
        return False
    return not stage.exists()


def _refuse_busy(folder: Path) -> None:
    what = "another import is writing to the data folder"
    remedy = "Wait until it has ended."
    raise ProblemError([Problem(folder.name, what, "", remedy, "import.busy")])


def _apply(folder: Path, stage: Path) -> None:
    """Do all moves on the list; those that were done already are not on the stage any more."""
    path = stage / _LIST
    if not path.is_file():
        return
    listed = json.loads(path.read_text(encoding="ascii"))
    touched: set[Path] = set()
    for name, place in listed["moves"]:
        target = _checked_path(folder, place)
        target.parent.mkdir(parents=True, exist_ok=True)
        touched.add(target.parent)
        waiting = stage / Path(name).name
        if waiting.is_file():
            waiting.replace(target)
    for place in listed["removed"]:
        target = _checked_path(folder, place)
        target.unlink(missing_ok=True)
        touched.add(target.parent)
    for parent in sorted(touched):
        if parent.is_dir():
            sync_to_disk(parent)
    path.unlink()
    sync_to_disk(stage)


def _checked_path(folder: Path, place: str) -> Path:
    target = resolve_inside(folder, place)
    if target is None:
        raise ProblemError([Problem(place, "leads out of the data folder", code="import.place")])
    return target
