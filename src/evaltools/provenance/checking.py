"""Checking a folder against its own lists: what is missing, changed, or not of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evaltools.problems import ProblemError
from evaltools.provenance.folders import LISTS, REPORT, Kind, kind_of, read_json
from evaltools.provenance.hash_lists import compare_lists, read_lists
from evaltools.provenance.inventory import Fault, Inventory, take_inventory
from evaltools.provenance.manifest import FILE_NAME, FORMAT, read_manifest
from evaltools.provenance.seals import SEAL, seal_holds


@dataclass(frozen=True)
class Check:
    """What was found of a folder.

    Arguments:
        kind: what the folder is.
        checked: how many listed files were hashed.
        faults: everything that is not as listed, by file.
        inventory: what is in the folder.
    """

    kind: Kind
    checked: int
    faults: tuple[Fault, ...]
    inventory: Inventory


def check_folder(folder: Path) -> Check:
    """Hash every file of a run, report or bundle and compare with every list that names it.

    Links are not followed. Nothing is executed and nothing written.

    Raises:
        ProblemError: the folder is no run, report or bundle.
    """
    folder = folder.resolve()
    kind = kind_of(folder)
    inventory = take_inventory(folder)
    faults = list(inventory.faults)
    checked = 0
    if any(fault.kind == "large" or fault.file in LISTS for fault in faults):
        return Check(kind, 0, inventory.faults, inventory)  # no list is to be trusted or compared
    try:
        lists = read_lists(folder, kind)
    except ProblemError as error:
        faults += [Fault(item.where, "unreadable", item.what) for item in error.problems]
    else:
        faults += compare_lists(lists, inventory)
        checked = sum(name in inventory.files for name in lists[0].files)
        faults += _of_the_lists(folder, kind)
    return Check(kind, checked, tuple(sorted(set(faults))), inventory)


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
