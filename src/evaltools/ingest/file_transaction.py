"""Files put in their places together: an import happens as a whole or not at all.

Whatever is to change is written to a folder of its own inside the data folder and forced to disk.
Only then is a list of the moves put there, in one step: from that moment the import has happened. A
process that dies before leaves the old state; one that dies among the moves leaves a list that the
next import carries out. New documents are moved in an order in which every state on the way is a
valid one: files first, then the table that names them, then what refers to it.

Every command looks whether an import was cut off, so nothing here loads pandas.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from evaltools.files import hold_lock, resolve_inside, sync_to_disk
from evaltools.problems import Problem, ProblemError
from evaltools.provenance.hashes import hash_file

STAGE = ".import"
_LIST = "moves.json"


class FileTransaction:
    """What an import is about to put into a data folder; it waits on the same disk."""

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
        if not target.is_file() or target.read_bytes() != content:
            self._moves[place] = self.keep(content).name

    def copy(self, place: str, source: Path, sha256: str) -> bool:
        """Have a copy of a file; False where it does not have this SHA-256 any more."""
        target = self._target(place)
        if target.is_file() and hash_file(target) == sha256:
            return True
        path = self._new()
        shutil.copyfile(source, path)
        if hash_file(path) != sha256:
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

    @contextmanager
    def trial(self) -> Iterator[Path]:
        """A copy of the data folder as it would be, of links where the disk has them.

        It lies on the stage: whatever ends the import, it goes with the rest.
        """
        with tempfile.TemporaryDirectory(prefix="trial-", dir=self.stage) as scratch:
            copy = Path(scratch) / self.folder.resolve().name
            left_out = shutil.ignore_patterns(STAGE)
            shutil.copytree(self.folder, copy, copy_function=_link, ignore=left_out)
            for place, name in self._moves.items():
                (copy / place).unlink(missing_ok=True)  # a link: what it leads to stays as it is
                (copy / place).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(self.stage / name, copy / place)
            yield copy

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
        _carry_out(self.folder, self.stage)
        self._moves, self._removed = {}, []

    def _target(self, place: str) -> Path:
        target = resolve_inside(self.folder, place)
        if target is None or (target.exists() and not target.is_file()):
            raise import_problem(
                place, "leads out of the data folder, or is no file", "", "import.place"
            )
        return target

    def _new(self) -> Path:
        self._count += 1
        return self.stage / f"{self._count:06d}"


def _link(source: str, target: str) -> str:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    return target


@contextmanager
def transaction(folder: Path, *, dry: bool = False) -> Iterator[FileTransaction]:
    """Changes of a data folder, while no other import writes to it.

    What an interrupted import had decided is carried out first, what it had merely begun is
    thrown away. Leaves nothing behind, and puts nothing in place where it is dry.

    Raises ProblemError while another import is at work there, and for a dry run where one was
    interrupted.
    """
    if dry:
        if is_interrupted(folder):
            what = "an import was interrupted while it put its files in their places"
            remedy = "Run an import without --dry-run first: it completes that one."
            raise import_problem(folder.name, what, remedy, "import.interrupted")
        with tempfile.TemporaryDirectory(prefix="evaltools-") as scratch:
            yield FileTransaction(folder, Path(scratch))
        return
    stage = folder / STAGE
    with hold_lock(folder, partial(_refuse_busy, folder)):
        _carry_out(folder, stage)
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir()
        (stage / ".gitignore").write_text("*\n", encoding="ascii")  # whatever is left of it
        try:
            yield FileTransaction(folder, stage)
        finally:
            # After a failure in the middle of the moves the list stays, to be carried out.
            if not is_interrupted(folder):
                shutil.rmtree(stage, ignore_errors=True)


def is_interrupted(folder: Path) -> bool:
    """Whether an import died while it put its files in their places."""
    return (folder / STAGE / _LIST).is_file()


def clear_interrupted(folder: Path) -> bool:
    """Remove what an import had begun that was killed before it decided anything.

    Leaves alone what an import at work is using, and moves that are to be carried out. Returns
    whether there was anything to remove.
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
    raise import_problem(folder.name, what, "Wait until it has ended.", "import.busy")


def _carry_out(folder: Path, stage: Path) -> None:
    """Do all moves on the list; those that were done already are not on the stage any more."""
    path = stage / _LIST
    if not path.is_file():
        return

    def resolve(place: str) -> Path:
        target = resolve_inside(folder, place)
        if target is None:
            raise import_problem(place, "leads out of the data folder", "", "import.place")
        touched.add(target.parent)
        return target

    listed = json.loads(path.read_text(encoding="ascii"))
    touched: set[Path] = set()
    for name, place in listed["moves"]:
        target = resolve(place)
        target.parent.mkdir(parents=True, exist_ok=True)
        waiting = stage / Path(name).name
        if waiting.is_file():
            waiting.replace(target)
    for place in listed["removed"]:
        resolve(place).unlink(missing_ok=True)
    for parent in sorted(touched):
        if parent.is_dir():
            sync_to_disk(parent)
    path.unlink()
    sync_to_disk(stage)


def import_problem(
    where: str, what: str, remedy: str = "", code: str = "import.table"
) -> ProblemError:
    """What keeps an import from changing something, as an error of one problem."""
    return ProblemError([Problem(where, what, "", remedy, code)])
