"""The inventory of a folder: every file with its size and SHA-256, and all that is no plain file.

A folder from elsewhere is not trusted: nothing is followed, nothing but plain files is opened, and
how much is read is limited before anything is read.
"""

from __future__ import annotations

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from evaltools.problems import Problem

FaultKind = Literal[
    "missing", "changed", "extra", "outside", "unreadable", "contradiction", "special", "large",
    "alike",
]  # fmt: skip

_FAULT_WORDS: dict[FaultKind, str] = {
    "missing": "is listed and not there",
    "changed": "is not as it was made",
    "extra": "is there and not listed",
    "outside": "leads out of the folder",
    "unreadable": "cannot be read",
    "contradiction": "contradicts itself",
    "special": "is no plain file",
    "large": "is beyond what is checked",
    "alike": "has the name of another file on some systems",
}
_CHUNK = 1 << 20


@dataclass(frozen=True, order=True)
class Fault:
    """One file that is not as its list says.

    Arguments:
        file: path below the folder.
        kind: what is wrong with it.
        detail: what exactly, where there is more to say.
    """

    file: str
    kind: FaultKind
    detail: str = ""

    def __str__(self) -> str:
        return f"{printable_name(self.file)} {self._what()}"

    def problem(self) -> Problem:
        """The fault as everything else that is wrong is told."""
        return Problem(printable_name(self.file), self._what(), code=f"verify.{self.kind}")

    def _what(self) -> str:
        return _FAULT_WORDS[self.kind] + (f": {self.detail}" if self.detail else "")


@dataclass(frozen=True)
class Limits:
    """How much of a folder is looked at: files, folders in folders, bytes of a file and of all."""

    files: int = 10_000
    depth: int = 20
    file_bytes: int = 500_000_000
    total_bytes: int = 2_000_000_000


LIMITS = Limits()


@dataclass(frozen=True)
class FileEntry:
    """A file that is there: its size in bytes and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True)
class Inventory:
    """What a folder holds: every plain file within the limits by its path, sorted, whatever else
    is there, and the folders with nothing in them.
    """

    files: Mapping[str, FileEntry]
    faults: tuple[Fault, ...]
    empty: tuple[str, ...] = ()

    def hashes(self) -> dict[str, str]:
        """SHA-256 of every file by its path."""
        return {name: held.sha256 for name, held in self.files.items()}


def take_inventory(folder: Path, limits: Limits = LIMITS) -> Inventory:
    """Hash every plain file of a folder, and name what is none; nothing outside is opened."""
    faults: list[Fault] = []
    empty: list[str] = []
    names: list[str] = []
    total = 0
    for name, size in _list_files(folder, limits, faults, empty):
        if size > limits.file_bytes:
            allowed = _megabytes(limits.file_bytes)
            detail = f"it has {_megabytes(size)}; up to {allowed} are read"
            faults.append(Fault(name, "large", detail))
            continue
        total += size
        if len(names) >= limits.files or total > limits.total_bytes:
            most = f"{limits.files} files or {_megabytes(limits.total_bytes)}"
            faults.append(Fault(name, "large", f"the folder holds more than {most}"))
            break
        names.append(name)
    names.sort()
    files: dict[str, FileEntry] = {}
    if not any(fault.kind == "large" for fault in faults):
        for name in names:
            try:
                files[name] = _hash_entry(folder / name, limits.file_bytes)
            except OSError as error:
                faults.append(Fault(name, "unreadable", error.strerror or type(error).__name__))
    seen: dict[str, str] = {}
    for name in names:  # a system that ignores case or Unicode forms keeps only one of such files
        key = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
        if (other := seen.setdefault(key, name)) != name:
            faults.append(Fault(name, "alike", f"as {printable_name(other)}"))
    return Inventory(files, tuple(sorted(faults)), tuple(sorted(empty)))


def is_plain_path(name: str) -> bool:
    """Whether a list may name a file so: below the folder, the same on every system."""
    parts = name.split("/")
    return (
        all(part not in ("", ".", "..") for part in parts)
        and "\\" not in name
        and not (len(name) > 1 and name[1] == ":")
        and name.isprintable()
    )


def printable_name(name: str) -> str:
    """A name as one line of a terminal can show it, whatever bytes it has."""
    return "".join(
        char if char.isprintable() else char.encode("utf-8", "surrogatepass").hex(" ").join("<>")
        for char in name
    )


def _list_files(
    folder: Path, limits: Limits, faults: list[Fault], empty: list[str]
) -> Iterator[tuple[str, int]]:
    """Plain files and their sizes; whatever else is below the folder becomes a fault, or empty."""
    waiting = [("", 0)]
    while waiting:
        below, depth = waiting.pop()
        try:
            with os.scandir(folder / below) as found:
                entries = sorted(found, key=lambda entry: entry.name)
        except OSError as error:
            faults.append(Fault(below or ".", "unreadable", error.strerror or ""))
            continue
        if not entries and below:
            empty.append(below)
        for entry in entries:
            name = f"{below}/{entry.name}" if below else entry.name
            try:
                status = entry.stat(follow_symlinks=False)
            except OSError as error:
                faults.append(Fault(name, "unreadable", error.strerror or ""))
                continue
            if not is_plain_path(name):
                faults.append(Fault(name, "special", "its name is not plain text"))
            elif stat.S_ISREG(status.st_mode):
                yield name, status.st_size
            elif stat.S_ISLNK(status.st_mode):
                # It is no content: the same bundle unpacked elsewhere would show something else.
                outside = _leads_outside(folder, name)
                faults.append(
                    Fault(name, "outside") if outside else Fault(name, "special", "a link")
                )
            elif not stat.S_ISDIR(status.st_mode):
                faults.append(Fault(name, "special", "a pipe, socket or device"))
            elif depth + 1 > limits.depth:
                detail = f"more than {limits.depth} folders in folders"
                faults.append(Fault(name, "large", detail))
            else:
                waiting.append((name, depth + 1))


def _leads_outside(folder: Path, name: str) -> bool:
    try:
        return not (folder / name).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError):  # a loop
        return False


def _hash_entry(path: Path, most: int) -> FileEntry:
    # Not following a link and not waiting for a pipe, should the entry have been exchanged.
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(number, "rb") as file:
        while piece := file.read(min(_CHUNK, most + 1 - size)):
            digest.update(piece)
            size += len(piece)
            if size > most:
                raise OSError(0, "it grows while it is read")
    return FileEntry(size, digest.hexdigest())


def _megabytes(count: int) -> str:
    return f"{count / 1e6:,.0f} MB".replace(",", " ")
