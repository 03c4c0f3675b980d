"""Checking a folder against its own lists: what is missing, changed, or not of it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from evaltools.problems import Problem, ProblemError, refuse
from evaltools.provenance.artifacts import (
    BUNDLE,
    CRATE,
    EDITIONS,
    LISTS,
    REPORT,
    SIGNATURE,
    TAGS,
    ArtifactKind,
    find_artifact_kind,
    read_json,
    read_list,
)
from evaltools.provenance.inventory import (
    Fault,
    FileEntry,
    Inventory,
    is_plain_path,
    printable_name,
    take_inventory,
)
from evaltools.provenance.manifest import (
    FILE_NAME,
    FORMAT,
    RUN_NAME_LENGTH,
    SEAL,
    is_seal_valid,
    read_manifest,
)


@dataclass(frozen=True)
class FolderCheck:
    """What was found of a folder: how many listed files were hashed, and all that is wrong."""

    kind: ArtifactKind
    checked: int
    faults: tuple[Fault, ...]
    inventory: Inventory


def check_folder(folder: Path) -> FolderCheck:
    """Hash every file of a run, report or bundle and compare with every list that names it.

    Links are not followed. Nothing is executed and nothing written.

    Raises:
        ProblemError: the folder is no run, report or bundle.
    """
    folder = folder.resolve()
    kind = find_artifact_kind(folder)
    inventory = take_inventory(folder)
    faults = list(inventory.faults)
    if any(fault.kind == "large" or fault.file in LISTS for fault in faults):
        # No list is to be trusted or compared.
        return FolderCheck(kind, 0, inventory.faults, inventory)
    checked = 0
    # Links are none of these, so nothing outside of the folder is read.
    editions = [name for name in inventory.files if kind == "bundle" and _EDITION.fullmatch(name)]
    try:
        lists = _read_lists(folder, kind, editions)
    except ProblemError as error:
        faults += [Fault(item.where, "unreadable", item.what) for item in error.problems]
    else:
        faults += _compare_lists(lists, inventory)
        checked = sum(name in inventory.files for name in lists[0].files)
        for name in (FILE_NAME, *editions):
            if (folder / name).is_file():
                faults += _check_manifest(folder, name)
        if kind == "report":
            faults += _check_report(folder)
    return FolderCheck(kind, checked, tuple(sorted(set(faults))), inventory)


_EDITION = re.compile(rf"{EDITIONS}/[^/]+/{re.escape(FILE_NAME)}")
"""The manifest of the run in another language of a bundle."""


def _check_manifest(folder: Path, name: str) -> Iterator[Fault]:
    content, manifest = read_json(folder, name), read_manifest((folder / name).parent)
    if content.get("format") == FORMAT and not is_seal_valid(content):
        yield Fault(name, "changed", "its seal does not fit what it says")
    elif manifest is None:
        yield Fault(name, "unreadable", "it is no manifest of a known format")
    else:
        if manifest.ingredients.key() != manifest.key:
            yield Fault(name, "contradiction", "its key is not that of its ingredients")
        if not _is_canonical(folder / name, content):
            yield Fault(name, "changed", "it is not written as evaltools writes it")


def _check_report(folder: Path) -> Iterator[Fault]:
    record, manifest = read_json(folder, REPORT), read_manifest(folder)
    if SEAL in record and not is_seal_valid(record):
        yield Fault(REPORT, "changed", "its seal does not fit what it says")
    elif not _is_canonical(folder / REPORT, record):
        yield Fault(REPORT, "changed", "it is not written as evaltools writes it")
    files, outputs = record.get("files", []), record.get("outputs", {})
    if not isinstance(files, list) or not set(map(str, files)) <= set(outputs):
        yield Fault(REPORT, "contradiction", "it names files that it does not list")
    if manifest is not None and record.get("run") != manifest.key:
        yield Fault(REPORT, "contradiction", f"it is of another run than {FILE_NAME}")
    if manifest is not None and record.get("parameters") != manifest.ingredients.parameters:
        yield Fault(REPORT, "contradiction", f"it has other parameters than {FILE_NAME}")


def _is_canonical(path: Path, content: dict[str, Any]) -> bool:
    """Whether the file is byte for byte what its content is written as."""
    text = path.read_bytes()
    return any(
        json.dumps(content, indent=1, sort_keys=True, ensure_ascii=ascii_only).encode() + b"\n"
        == text
        for ascii_only in (False, True)
    )


@dataclass(frozen=True)
class _HashList:
    """What a list says: SHA-256 by path, and sizes in bytes where it tells them.

    One that is complete is meant to name every file but the lists before it. Some tell of the run
    as well: its inputs by SHA-256, and the beginning of its key; of each where there are several.
    """

    name: str
    files: Mapping[str, str]
    complete: bool = True
    sizes: Mapping[str, int] = field(default_factory=dict)
    inputs: Mapping[str, str] | None = None
    runs: frozenset[str] = frozenset()


def _read_lists(folder: Path, kind: ArtifactKind, editions: Iterable[str]) -> list[_HashList]:
    """Every list of a folder, the one that stands for all first; all that is wrong is refused."""
    by_kind: dict[ArtifactKind, dict[str, Callable[[], _HashList]]] = {
        "run": {FILE_NAME: lambda: _read_outputs(folder, FILE_NAME)},
        "report": {
            REPORT: lambda: _read_outputs(folder, REPORT),
            # It lists the notebooks and figures of the run as well, which no report has.
            FILE_NAME: lambda: _read_outputs(folder, FILE_NAME, complete=False),
        },
        "bundle": {
            BUNDLE: lambda: _read_checklist(folder),
            CRATE: lambda: _read_crate(folder),
            **{
                name: partial(_read_bundle_manifest, folder, name)
                for name in (FILE_NAME, *editions)
            },
        },
    }
    found: list[_HashList] = []
    problems: list[Problem] = []
    for name, read in by_kind[kind].items():
        try:
            if (folder / name).is_file():
                found.append(read())
        except ProblemError as error:
            problems += error.problems
    refuse(problems)
    return found


def _compare_lists(lists: list[_HashList], inventory: Inventory) -> list[Fault]:
    """What the lists say against what is there, and against each other; one fault a cause."""
    main, *others = lists
    reported = {fault.file for fault in inventory.faults}
    own = {main.name, SIGNATURE} if main.name in (BUNDLE, TAGS) else {main.name}
    faults = [*_compare_main_list(main, inventory.files, reported, own)]
    faults += [
        Fault(folder, "extra", "an empty folder")
        for folder in inventory.empty
        if not any(name.startswith(f"{folder}/") for name in main.files)
    ]
    reported |= {fault.file for fault in faults}
    for other in others:
        faults += _compare_other_list(other, inventory.files, reported, own)
    return [*faults, *_compare_inputs(lists)]


def _compare_main_list(
    main: _HashList, present: Mapping[str, FileEntry], reported: set[str], own: set[str]
) -> Iterator[Fault]:
    for name, digest in main.files.items():
        if name in reported:
            continue
        if not is_plain_path(name):
            yield Fault(name, "outside")
        elif name not in present:
            if not _is_below(name, reported):
                yield Fault(name, "missing")
        elif present[name].sha256 != digest:
            yield Fault(name, "changed")
    yield from (Fault(name, "extra") for name in present if name not in {*main.files, *own})


def _compare_other_list(
    other: _HashList, present: Mapping[str, FileEntry], reported: set[str], own: set[str]
) -> Iterator[Fault]:
    for name, digest in other.files.items():
        if name in reported or name == other.name or _is_below(name, reported):
            continue
        if not is_plain_path(name):
            yield Fault(name, "outside", f"in {other.name}")
        elif name not in present:
            if other.complete:
                yield Fault(name, "missing", f"in {other.name}")
        elif present[name].sha256 != digest:
            yield Fault(name, "contradiction", f"{other.name} has another SHA-256 of it")
        elif other.sizes.get(name, present[name].size) != present[name].size:
            yield Fault(name, "contradiction", f"{other.name} has another size of it")
    if other.complete:
        for name in present:
            if name not in {*other.files, *reported, *own, other.name}:
                yield Fault(name, "extra", f"{other.name} does not list it")


def _is_below(name: str, folders: set[str]) -> bool:
    """Whether a path is below one of these, of which it is told already."""
    return any(above.as_posix() in folders for above in PurePosixPath(name).parents)


def _compare_inputs(lists: Iterable[_HashList]) -> Iterator[Fault]:
    """Lists that tell of the inputs and runs tell the same: the manifests together, the crate."""
    with_inputs = [(item, item.inputs) for item in lists if item.inputs is not None]
    for (first, inputs), (second, others) in pairwise(with_inputs):
        for name in sorted({*inputs, *others}):
            if inputs.get(name) != others.get(name):
                detail = f"of the input {printable_name(name)} it says other than {second.name}"
                yield Fault(first.name, "contradiction", detail)
    runs = {item.name: item.runs for item, _ in with_inputs}
    crate_runs = runs.pop(CRATE, None)
    if runs and crate_runs not in (None, frozenset().union(*runs.values())):
        yield Fault(CRATE, "contradiction", f"it is of another run than {' or '.join(runs)}")


_LINE = re.compile(r"([0-9a-fA-F]{64})[ \t]+\*?(.+)")


def _read_checklist(folder: Path) -> _HashList:
    files: dict[str, str] = {}
    has_tags = (folder / TAGS).is_file()
    for name in (BUNDLE, TAGS) if has_tags else (BUNDLE,):
        found: dict[str, str] = {}
        problems = []
        for number, line in enumerate(read_list(folder, name).removesuffix("\n").split("\n"), 1):
            match = _LINE.fullmatch(line.removesuffix("\r"))
            if match is None:
                problems.append(_list_problem(f"{name}:{number}", "is no hash and path"))
            elif match[2] in found:
                what = f"lists {printable_name(match[2])} twice"
                problems.append(_list_problem(f"{name}:{number}", what))
            else:
                found[match[2]] = match[1].lower()
        refuse(problems)
        files |= found
    return _HashList(TAGS if has_tags else BUNDLE, files)


def _list_problem(where: str, what: str) -> Problem:
    return Problem(where, what, code="verify.list")


def _read_crate(folder: Path) -> _HashList:
    graph = read_json(folder, CRATE).get("@graph")
    if not isinstance(graph, list) or not all(isinstance(item, dict) for item in graph):
        raise ProblemError([_list_problem(CRATE, "has no list of entities")])
    files: dict[str, str] = {}
    sizes: dict[str, int] = {}
    inputs: dict[str, str] = {}
    seen: set[str] = set()
    parts: set[str] = set()
    runs: set[str] = set()
    wrong = []
    for item in graph:
        name, digest = str(item.get("@id", "")), str(item.get("sha256", ""))
        if name in seen:
            wrong.append(f"lists {printable_name(name)} twice")
        seen.add(name)
        if item.get("@type") == "File":
            path = unquote(name)
            files[path] = digest.lower()
            if (size := str(item.get("contentSize", ""))).isdecimal() and len(size) < 20:
                sizes[path] = int(size)
            else:
                wrong.append(f"has no size of {printable_name(path)}")
        elif name.startswith("#input/"):
            inputs[unquote(name.removeprefix("#input/"))] = digest
        elif name.startswith("#run/"):
            runs.add(name.removeprefix("#run/")[:RUN_NAME_LENGTH])
        elif name == "./":
            listed = item.get("hasPart")
            parts = {
                unquote(str(part.get("@id")))
                for part in (listed if isinstance(listed, list) else [listed])
                if isinstance(part, dict)
            }
    wrong += [f"has {printable_name(name)} on one of its own lists only"
              for name in sorted(parts ^ set(files))]  # fmt: skip
    refuse(_list_problem(CRATE, what) for what in wrong)
    return _HashList(CRATE, files, True, sizes, inputs, frozenset(runs))


def _read_bundle_manifest(folder: Path, list_name: str) -> _HashList:
    """A manifest; what it lists stands beside it, but for the numbers, which are there once."""
    content, home = read_json(folder, list_name), list_name.removesuffix(FILE_NAME)
    files = {
        "tables/indicators.json" if name == "indicators.json" else f"{home}{name}": digest
        for name, digest in _read_outputs(folder, list_name).files.items()
    }
    ingredients = content.get("ingredients")
    inputs = ingredients.get("files") if isinstance(ingredients, dict) else None
    if not isinstance(inputs, dict):
        raise ProblemError([_list_problem(list_name, "has no list of inputs")])
    for name in ("evaluation.yml", "reports/words.yml"):
        if name in inputs:
            files[f"study/{name.rpartition('/')[2]}"] = str(inputs[name])
    runs = frozenset({str(content.get("key", ""))[:RUN_NAME_LENGTH]})
    return _HashList(list_name, files, False, inputs=inputs, runs=runs)


def _read_outputs(folder: Path, name: str, complete: bool = True) -> _HashList:
    files = read_json(folder, name).get("outputs", {})
    if not isinstance(files, dict) or not all(isinstance(value, str) for value in files.values()):
        raise ProblemError([_list_problem(name, "has no list of outputs")])
    return _HashList(name, files, complete)
