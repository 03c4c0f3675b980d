"""Checking a folder against its own list: what is missing, changed, or not of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evaltools.problems import Problem, ProblemError
from evaltools.provenance.folders import REPORT, Kind, kind_of, listing, read_json
from evaltools.provenance.hashes import hash_file
from evaltools.provenance.manifest import FILE_NAME, FORMAT, read_manifest
from evaltools.provenance.seals import SEAL, seal_holds

FaultKind = Literal["missing", "changed", "extra", "outside", "unreadable", "contradiction"]

_TOLD: dict[FaultKind, str] = {
    "missing": "is listed and not there",
    "changed": "is not as it was made",
    "extra": "is there and not listed",
    "outside": "leads out of the folder",
    "unreadable": "cannot be read",
    "contradiction": "contradicts itself",
}


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
        return f"{self.file} {_TOLD[self.kind]}" + (f": {self.detail}" if self.detail else "")

    def problem(self) -> Problem:
        """The fault as everything else that is wrong is told."""
        what = _TOLD[self.kind] + (f": {self.detail}" if self.detail else "")
        return Problem(self.file, what, code=f"verify.{self.kind}")


@dataclass(frozen=True)
class Check:
    """What was found of a folder.

    Arguments:
        kind: what the folder is.
        checked: how many listed files were hashed.
        faults: everything that is not as listed, by file.
    """

    kind: Kind
    checked: int
    faults: tuple[Fault, ...]


def check_folder(folder: Path) -> Check:
    """Hash every file of a run, report or bundle and compare with its list.

    Links are followed only within the folder. Nothing is executed and nothing written.

    Raises:
        ProblemError: the folder is no run, report or bundle.
    """
    folder = folder.resolve()
    kind = kind_of(folder)
    try:
        found = listing(folder)
    except ProblemError as error:
        faults = [Fault(problem.where, "unreadable", problem.what) for problem in error.problems]
        return Check(kind, 0, tuple(sorted(faults)))
    faults = []
    checked = 0
    for name, digest in found.files.items():
        fault = _fault(folder, name, digest)
        checked += fault is None or fault.kind == "changed"
        if fault is not None:
            faults.append(fault)
    faults += _extra(folder, {*found.files, *found.lists})
    faults += _of_the_lists(folder, kind)
    return Check(kind, checked, tuple(sorted(set(faults))))


def _fault(folder: Path, name: str, digest: str) -> Fault | None:
    path = folder / name
    try:
        if name.startswith(("/", "\\")) or not path.resolve().is_relative_to(folder):
            return Fault(name, "outside")
        if not path.is_file():
            return Fault(name, "missing")
        return None if hash_file(path) == digest else Fault(name, "changed")
    except (OSError, ValueError, RuntimeError) as error:
        return Fault(name, "unreadable", type(error).__name__)


def _extra(folder: Path, known: set[str]) -> Iterator[Fault]:
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if name not in known and (path.is_symlink() or not path.is_dir()):
            yield Fault(name, "extra")


def _of_the_lists(folder: Path, kind: Kind) -> Iterator[Fault]:
    """What the lists say of themselves: seals, keys, and whether two of them agree."""
    if (folder / FILE_NAME).is_file():
        yield from _of_manifest(folder)
    if kind == "report":
        yield from _of_report(folder)


def _of_manifest(folder: Path) -> Iterator[Fault]:
    try:
        content = read_json(folder, FILE_NAME)
    except ProblemError as error:
        yield Fault(FILE_NAME, "unreadable", error.problems[0].what)
        return
    if content.get("format") == FORMAT and not seal_holds(content):
        yield Fault(FILE_NAME, "changed", "its seal does not fit what it says")
        return
    manifest = read_manifest(folder)
    if manifest is None:
        yield Fault(FILE_NAME, "unreadable", "it is no manifest of a known format")
        return
    if manifest.ingredients.key() != manifest.key:
        yield Fault(FILE_NAME, "contradiction", "its key is not that of its ingredients")
    if not _as_written(folder / FILE_NAME, content):
        yield Fault(FILE_NAME, "changed", "it is not written as evaltools writes it")


def _of_report(folder: Path) -> Iterator[Fault]:
    try:
        record = read_json(folder, REPORT)
    except ProblemError as error:
        yield Fault(REPORT, "unreadable", error.problems[0].what)
        return
    if SEAL in record and not seal_holds(record):
        yield Fault(REPORT, "changed", "its seal does not fit what it says")
    elif not _as_written(folder / REPORT, record):
        yield Fault(REPORT, "changed", "it is not written as evaltools writes it")
    files, outputs = record.get("files", []), record.get("outputs", {})
    if not isinstance(files, list) or not set(map(str, files)) <= set(outputs):
        yield Fault(REPORT, "contradiction", "it names files that it does not list")
    manifest = read_manifest(folder)
    if manifest is None:
        return
    if record.get("run") != manifest.key:
        yield Fault(REPORT, "contradiction", f"it is of another run than {FILE_NAME}")
    if record.get("parameters") != manifest.ingredients.parameters:
        yield Fault(REPORT, "contradiction", f"it has other parameters than {FILE_NAME}")


def _as_written(path: Path, content: dict[str, Any]) -> bool:
    """Whether the file is byte for byte what its content is written as."""
    text = path.read_bytes()
    return any(
        json.dumps(content, indent=1, sort_keys=True, ensure_ascii=ascii_only).encode() + b"\n"
        == text
        for ascii_only in (False, True)
    )
