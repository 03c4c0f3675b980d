"""The files of a folder that an import looks at, and those that it passes over."""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evaltools.problems import Problem, ProblemError, quote_value, refuse

_OF_PROGRAMS = ("~$", ".~lock", "~wrl")
_OF_SYSTEMS = ("thumbs.db", "desktop.ini", "ehthumbs.db")


Why = Literal["temporary", "hidden", "link out", "dead link", "empty folder", "device"]
_WORDS: dict[Why, str] = {
    "temporary": "a temporary file that a program left",
    "hidden": "hidden",
    "link out": "a link that leads out of the folder",
    "dead link": "a link to another folder or to nothing",
    "empty folder": "a folder with nothing in it",
    "device": "no regular file",
}


@dataclass(frozen=True)
class SkippedFile:
    """Something that is none of the documents, and why."""

    name: str
    why: Why

    @property
    def words(self) -> str:
        """Why, in words."""
        return _WORDS[self.why]


@dataclass(frozen=True)
class FolderScan:
    """What lies in a folder: regular files, what was passed over, folders that cannot be opened."""

    root: Path
    files: tuple[Path, ...]
    passed: tuple[SkippedFile, ...]
    problems: tuple[Problem, ...] = ()

    def name(self, path: Path) -> str:
        """A file's path from the folder as it is shown: forward slashes, composed letters."""
        return shown_name(path, self.root)


def shown_name(path: Path, root: Path) -> str:
    """A path from a folder with everything invisible in it written out, in composed Unicode."""
    name = unicodedata.normalize("NFC", path.relative_to(root).as_posix())
    return quote_value(name, 1000)[1:-1]


def scan_folder(folder: Path) -> FolderScan:
    """Find the files below a folder; links that lead out of it are not followed.

    Raises ProblemError where the folder itself is none, or cannot be opened.
    """
    root = folder.resolve()
    files: list[Path] = []
    passed: list[SkippedFile] = []
    problems: list[Problem] = []

    def enter(below: Path) -> None:
        try:
            with os.scandir(below) as listing:
                entries = sorted(listing, key=lambda entry: entry.name)
        except OSError as error:
            where = shown_name(below, root) if below != root else str(folder)
            what = f"the folder cannot be opened ({error.strerror})"
            remedy = "Check that you may read it."
            problems.append(Problem(where, what, "", remedy, "import.unreadable"))
            refuse(problems if below == root else ())
            return
        if not entries and below != root:
            passed.append(SkippedFile(shown_name(below, root), "empty folder"))
        for entry in entries:
            path = below / entry.name
            why = _skip_reason(entry, path, root)
            if why is not None:
                passed.append(SkippedFile(shown_name(path, root), why))
            elif entry.is_dir(follow_symlinks=False):
                enter(path)
            else:
                files.append(path)

    if not root.is_dir():
        remedy = "Give the folder that the documents lie in."
        raise ProblemError([Problem(str(folder), "is no folder", "", remedy, "import.folder")])
    enter(root)
    ordered = sorted(passed, key=lambda item: item.name)
    return FolderScan(root, tuple(sorted(files)), tuple(ordered), tuple(sorted(problems)))


def _skip_reason(entry: os.DirEntry[str], path: Path, root: Path) -> Why | None:
    """Why an entry of a folder is passed over; None where it is not."""
    name = entry.name.casefold()
    if name.startswith(_OF_PROGRAMS) or name.endswith((".tmp", ".part", ".crdownload")):
        return "temporary"
    if name.startswith(".") or name in _OF_SYSTEMS:
        return "hidden"
    if entry.is_symlink():
        # Not `resolve`, which raises where links lead in a circle.
        target = Path(os.path.realpath(path))
        if not target.is_relative_to(root):
            return "link out"
        return None if target.is_file() else "dead link"
    if entry.is_dir(follow_symlinks=False):
        return None
    return None if entry.is_file(follow_symlinks=False) else "device"
