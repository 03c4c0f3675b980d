"""Checking a folder against its own lists: what is missing, changed, or not of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

from evaltools.problems import Problem, ProblemError
from evaltools.provenance.artifacts import (
    BUNDLE,
    CRATE,
    LARGEST_LIST,
    LISTS,
    REPORT,
    SIGNATURE,
    TAGS,
    ArtifactKind,
    find_artifact_kind,
    read_json,
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
    """What was found of a folder.

    Arguments:
        kind: what the folder is.
        checked: how many listed files were hashed.
        faults: everything that is not as listed, by file.
        inventory: what is in the folder.
    """

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
    checked = 0
    if any(fault.kind == "large" or fault.file in LISTS for fault in faults):
        return FolderCheck(
            kind, 0, inventory.faults, inventory
        )  # no list is to be trusted or compared
    try:
        lists = read_lists(folder, kind)
    except ProblemError as error:
        faults += [Fault(item.where, "unreadable", item.what) for item in error.problems]
    else:
        faults += compare_lists(lists, inventory)
        checked = sum(name in inventory.files for name in lists[0].files)
        faults += _check_lists(folder, kind)
    return FolderCheck(kind, checked, tuple(sorted(set(faults))), inventory)


def _check_lists(folder: Path, kind: ArtifactKind) -> Iterator[Fault]:
    """What the lists say of themselves: seals, keys, and whether two of them agree."""
    if (folder / FILE_NAME).is_file():
        yield from _check_manifest(folder)
    if kind == "report":
        yield from _check_report(folder)


def _check_manifest(folder: Path) -> Iterator[Fault]:
    try:
        content = read_json(folder, FILE_NAME)
    except ProblemError as error:
        yield Fault(FILE_NAME, "unreadable", error.problems[0].what)
        return
    if content.get("format") == FORMAT and not is_seal_valid(content):
        yield Fault(FILE_NAME, "changed", "its seal does not fit what it says")
        return
    manifest = read_manifest(folder)
    if manifest is None:
        yield Fault(FILE_NAME, "unreadable", "it is no manifest of a known format")
        return
    if manifest.ingredients.key() != manifest.key:
        yield Fault(FILE_NAME, "contradiction", "its key is not that of its ingredients")
    if not _is_canonical(folder / FILE_NAME, content):
        yield Fault(FILE_NAME, "changed", "it is not written as evaltools writes it")


def _check_report(folder: Path) -> Iterator[Fault]:
    try:
        record = read_json(folder, REPORT)
    except ProblemError as error:
        yield Fault(REPORT, "unreadable", error.problems[0].what)
        return
    if SEAL in record and not is_seal_valid(record):
        yield Fault(REPORT, "changed", "its seal does not fit what it says")
    elif not _is_canonical(folder / REPORT, record):
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


def _is_canonical(path: Path, content: dict[str, Any]) -> bool:
    """Whether the file is byte for byte what its content is written as."""
    text = path.read_bytes()
    return any(
        json.dumps(content, indent=1, sort_keys=True, ensure_ascii=ascii_only).encode() + b"\n"
        == text
        for ascii_only in (False, True)
    )


_LINE = re.compile(r"([0-9a-fA-F]{64})[ \t]+\*?(.+)")
_IN_BUNDLE = {"indicators.json": "tables/indicators.json"}
"""Where a bundle puts a file of the run that is elsewhere in it."""


@dataclass(frozen=True)
class HashList:
    """What one list says.

    Arguments:
        name: the file that is the list.
        files: SHA-256 by path below the folder, in the order of the list.
        sizes: in bytes, of the files of which the list tells it.
        complete: whether it is meant to name every file but the lists before it.
        inputs: SHA-256 of the inputs of the run by path, where the list tells them.
        run: beginning of the key of the run, where the list tells it.
    """

    name: str
    files: Mapping[str, str]
    sizes: Mapping[str, int] = field(default_factory=dict)
    complete: bool = False
    inputs: Mapping[str, str] | None = None
    run: str = ""


def read_lists(folder: Path, kind: ArtifactKind) -> tuple[HashList, ...]:
    """Every list of a folder, the one that stands for all first.

    Raises:
        ProblemError: each list that cannot be read.
    """
    readers = {
        "bundle": [_read_checklist, _read_crate, _read_bundle_manifest],
        "report": [_read_record, _read_report_manifest],
        "run": [_read_manifest],
    }[kind]
    found: list[HashList] = []
    problems: list[Problem] = []
    for read in readers:
        try:
            found += read(folder)
        except ProblemError as error:
            problems += error.problems
    if problems:
        raise ProblemError(problems)
    return tuple(found)


def compare_lists(lists: Iterable[HashList], inventory: Inventory) -> list[Fault]:
    """What the lists say against what is there, and against each other; one fault a cause."""
    main, *others = lists
    present = inventory.files
    faulty = {fault.file for fault in inventory.faults}
    own = {main.name, SIGNATURE} if main.name in (BUNDLE, TAGS) else {main.name}
    faults = list(_compare_main_list(main, present, faulty, own))
    faults += [
        Fault(folder, "extra", "an empty folder")
        for folder in inventory.empty
        if not any(name.startswith(f"{folder}/") for name in main.files)
    ]
    named = {*faulty, *(fault.file for fault in faults)}
    for other in others:
        faults += _compare_other_list(main, other, present, named, own)
    faults += _compare_inputs([main, *others])
    return faults


def _compare_main_list(
    main: HashList, present: Mapping[str, FileEntry], faulty: set[str], own: set[str]
) -> Iterator[Fault]:
    for name, digest in main.files.items():
        if name in faulty:
            continue
        if not is_plain_path(name):
            yield Fault(name, "outside")
        elif name not in present:
            if not _is_below(name, faulty):
                yield Fault(name, "missing")
        elif present[name].sha256 != digest:
            yield Fault(name, "changed")
    for name in present:
        if name not in main.files and name not in own:
            yield Fault(name, "extra")


def _compare_other_list(
    main: HashList,
    other: HashList,
    present: Mapping[str, FileEntry],
    named: set[str],
    own: set[str],
) -> Iterator[Fault]:
    for name, digest in other.files.items():
        if name in named or name == other.name or _is_below(name, named):
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
            if name not in other.files and name not in {*named, *own, other.name}:
                yield Fault(name, "extra", f"{other.name} does not list it")


def _is_below(name: str, folders: set[str]) -> bool:
    """Whether a path is below one of these, of which it is told already."""
    return any(above.as_posix() in folders for above in PurePosixPath(name).parents)


def _compare_inputs(lists: Iterable[HashList]) -> Iterator[Fault]:
    """Two lists that tell of the inputs and the run tell the same."""
    with_inputs = [item for item in lists if item.inputs is not None]
    for first, second in pairwise(with_inputs):
        assert first.inputs is not None
        assert second.inputs is not None
        for name in sorted({*first.inputs, *second.inputs}):
            if first.inputs.get(name) != second.inputs.get(name):
                detail = f"of the input {printable_name(name)} it says other than {second.name}"
                yield Fault(first.name, "contradiction", detail)
        if first.run[:RUN_NAME_LENGTH] != second.run[:RUN_NAME_LENGTH]:
            yield Fault(first.name, "contradiction", f"it is of another run than {second.name}")


def _read_checklist(folder: Path) -> list[HashList]:
    tags = [TAGS] if (folder / TAGS).is_file() else []
    files: dict[str, str] = {}
    for name in (BUNDLE, *tags):
        files |= _read_lines(folder, name)
    return [HashList(TAGS if tags else BUNDLE, files, complete=True)]


def _read_lines(folder: Path, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    problems = []
    try:
        if (folder / name).stat().st_size > LARGEST_LIST:
            raise ProblemError([Problem(name, "is too large to be a list", code="verify.list")])
        text = (folder / name).read_bytes().decode("utf-8")
    except (OSError, ValueError) as error:
        raise ProblemError(
            [Problem(name, f"cannot be read: {error}", code="verify.list")]
        ) from None
    for number, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        match = _LINE.fullmatch(line.removesuffix("\r"))
        where = f"{name}:{number}"
        if match is None:
            problems.append(Problem(where, "is no hash and path", code="verify.list"))
        elif match[2] in found:
            what = f"lists {printable_name(match[2])} twice"
            problems.append(Problem(where, what, code="verify.list"))
        else:
            found[match[2]] = match[1].lower()
    if problems:
        raise ProblemError(problems)
    return found


def _read_crate(folder: Path) -> list[HashList]:
    if not (folder / CRATE).is_file():
        return []
    graph = read_json(folder, CRATE).get("@graph")
    if not isinstance(graph, list) or not all(isinstance(item, dict) for item in graph):
        raise ProblemError([Problem(CRATE, "has no list of entities", code="verify.list")])
    files: dict[str, str] = {}
    sizes: dict[str, int] = {}
    inputs: dict[str, str] = {}
    seen: set[str] = set()
    parts: set[str] = set()
    run = ""
    problems = []
    for item in graph:
        name, digest = str(item.get("@id", "")), str(item.get("sha256", ""))
        if name in seen:
            what = f"lists {printable_name(name)} twice"
            problems.append(Problem(CRATE, what, code="verify.list"))
        seen.add(name)
        if item.get("@type") == "File":
            path = unquote(name)
            files[path] = digest.lower()
            if (size := str(item.get("contentSize", ""))).isdecimal() and len(size) < 20:
                sizes[path] = int(size)
            else:
                problems.append(Problem(CRATE, f"has no size of {printable_name(path)}",
                                        code="verify.list"))  # fmt: skip
        elif name.startswith("#input/"):
            inputs[unquote(name.removeprefix("#input/"))] = digest
        elif name.startswith("#run/"):
            run = name.removeprefix("#run/")
        elif name == "./":
            parts = {unquote(str(one.get("@id"))) for one in _mappings(item.get("hasPart"))}
    problems += [
        Problem(
            CRATE, f"has {printable_name(name)} on one of its own lists only", code="verify.list"
        )
        for name in sorted(parts ^ set(files))
    ]
    if problems:
        raise ProblemError(problems)
    return [HashList(CRATE, files, sizes, complete=True, inputs=inputs, run=run)]


def _mappings(value: Any) -> Iterator[Mapping[str, Any]]:
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, dict):
            yield item


def _read_record(folder: Path) -> list[HashList]:
    return [HashList(REPORT, _read_outputs(folder, REPORT), complete=True)]


def _read_manifest(folder: Path) -> list[HashList]:
    return [HashList(FILE_NAME, _read_outputs(folder, FILE_NAME), complete=True)]


def _read_report_manifest(folder: Path) -> list[HashList]:
    """Files of the run that are in the report as well; its notebooks and figures are not."""
    if not (folder / FILE_NAME).is_file():
        return []
    return [HashList(FILE_NAME, _read_outputs(folder, FILE_NAME))]


def _read_bundle_manifest(folder: Path) -> list[HashList]:
    if not (folder / FILE_NAME).is_file():
        return []
    outputs = _read_outputs(folder, FILE_NAME)
    files = {_IN_BUNDLE.get(name, name): digest for name, digest in outputs.items()}
    ingredients = read_json(folder, FILE_NAME).get("ingredients")
    inputs = ingredients.get("files") if isinstance(ingredients, dict) else None
    if not isinstance(inputs, dict):
        raise ProblemError([Problem(FILE_NAME, "has no list of inputs", code="verify.list")])
    for name in ("evaluation.yml", "reports/words.yml"):
        if name in inputs:
            files[f"study/{name.rpartition('/')[2]}"] = str(inputs[name])
    run = str(read_json(folder, FILE_NAME).get("key", ""))
    return [HashList(FILE_NAME, files, inputs=inputs, run=run)]


def _read_outputs(folder: Path, name: str) -> dict[str, str]:
    files = read_json(folder, name).get("outputs", {})
    if not isinstance(files, dict) or not all(isinstance(value, str) for value in files.values()):
        raise ProblemError([Problem(name, "has no list of outputs", code="verify.list")])
    return dict(files)
