"""The files of a folder that an import looks at, and those that it passes over."""

from __future__ import annotations

import os
import stat
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from evaltools.evidence.quoting import quoted

_OF_PROGRAMS = ("~$", ".~lock", "~wrl")
_OF_SYSTEMS = ("thumbs.db", "desktop.ini", "ehthumbs.db")


@dataclass(frozen=True)
class Passed:
    """A file that is none of the documents, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Walk:
    """What lies in a folder.

    Arguments:
        root: the folder, resolved.
        files: paths of regular files below it, in order of their names.
        passed: what was passed over, in order of names.
    """

    root: Path
    files: tuple[Path, ...]
    passed: tuple[Passed, ...]

    def name(self, path: Path) -> str:
        """A file's path from the folder as it is told: forward slashes, composed letters."""
        return shown_name(path.relative_to(self.root).as_posix())


def shown_name(name: str) -> str:
    """A file name with everything invisible in it written out, in composed Unicode (NFC)."""
    return quoted(unicodedata.normalize("NFC", name), 1000)[1:-1]


def walk(folder: Path) -> Walk:
    """Find the files below a folder; links that lead out of it are not followed.

    Arguments:
        folder: an existing folder.

    Returns the files sorted by their paths, and what was passed over.
    """
    root = folder.resolve()
    files: list[Path] = []
    passed: list[Passed] = []

    def look(entry: os.DirEntry[str], below: Path) -> None:
        path = below / entry.name
        why = _not_looked_at(entry, path, root)
        if why:
            passed.append(Passed(shown_name(path.relative_to(root).as_posix()), why))
        elif entry.is_dir(follow_symlinks=False):
            enter(path)
        else:
            files.append(path)

    def enter(below: Path) -> None:
        with os.scandir(below) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                look(entry, below)

    enter(root)
    return Walk(root, tuple(sorted(files)), tuple(sorted(passed, key=lambda item: item.name)))


def _not_looked_at(entry: os.DirEntry[str], path: Path, root: Path) -> str:
    """Why an entry of a folder is passed over; empty where it is not."""
    name = entry.name.casefold()
    if name.startswith(_OF_PROGRAMS) or name.endswith((".tmp", ".part", ".crdownload")):
        return "a temporary file that a program left"
    if name.startswith(".") or name in _OF_SYSTEMS:
        return "hidden"
    if entry.is_symlink():
        target = Path(os.path.realpath(path))
        if not target.is_relative_to(root):
            return "a link that leads out of the folder"
        return "" if target.is_file() else "a link to another folder or to nothing"
    if entry.is_dir(follow_symlinks=False):
        return ""
    mode = entry.stat(follow_symlinks=False).st_mode
    return "" if stat.S_ISREG(mode) else "no regular file"
