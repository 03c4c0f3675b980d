"""SHA-256 of files, folders and values."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path, PurePath
from typing import Any

from evaltools.evidence.data_hash import BESIDE_EVIDENCE
from evaltools.files import open_file, walk_folder


def hash_file(path: Path) -> str:
    """SHA-256 of a plain file's bytes, in hexadecimal.

    Raises:
        ProblemError: it cannot be read, or is no plain file.
    """
    with open_file(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_value(value: Any) -> str:
    """SHA-256 of plain JSON values; the order of keys does not matter, that of lists does."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def hash_files(root: Path, folders: Iterable[Path], without: Iterable[Path] = ()) -> dict[str, str]:
    """SHA-256 of every file in some folders, by its path below `root`, sorted.

    Hidden files and compiled code are no inputs. Links to files are followed, links to folders
    are not; a pipe, a device or a link to nowhere is a problem.

    Arguments:
        without: files, or folders with all that is in them, that are left out.
    """
    left_out = tuple(without)
    found: dict[str, str] = {}
    for folder in folders:
        for place, inner, names in os.walk(folder, onerror=_fail):
            inner[:] = [name for name in inner if name != "__pycache__" and name[0] != "."]
            below = PurePath(place).relative_to(root).parts
            for name in names:
                path = Path(place, name)
                if name[0] != "." and not any(path.is_relative_to(each) for each in left_out):
                    found["/".join((*below, name))] = hash_file(path)
    return dict(sorted(found.items()))


def _fail(error: OSError) -> None:
    """A folder that may not be read: what is in it is not passed over."""
    raise error


def hash_folder(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, hidden ones too, by its path in it, sorted."""
    return {
        path.relative_to(folder).as_posix(): hash_file(path)
        for path in sorted(walk_folder(folder))
        if path.is_file()
    }


def hash_data(root: Path, folder: Path) -> dict[str, str]:
    """SHA-256 of every file of a data folder that a run may depend on, by its path below `root`.

    What stands beside the evidence is left out: reports as they were received, of which the
    documents' rows hold the hash, and what coders are writing in the panel, which is no evidence
    until it is imported. So nobody's marking makes a report stale.
    """
    return hash_files(root, [folder], [folder / name for name in BESIDE_EVIDENCE])


def hash_sources(sources: Path) -> dict[str, str]:
    """SHA-256 of the author's files, by their path below the study; what was built is none."""
    own = [path for path in sorted(sources.iterdir()) if not path.name.startswith(("_build", "."))]
    files = {f"{sources.name}/{path.name}": hash_file(path) for path in own if path.is_file()}
    return files | hash_files(sources.parent, [path for path in own if path.is_dir()])


def hash_declarations(root: Path) -> dict[str, str]:
    """SHA-256 of what a study declares of its report beside its prose: its YAML, by path."""
    return {
        name: digest
        for name, digest in hash_sources(root / "reports").items()
        if name.endswith((".yml", ".yaml"))
    }


def hash_package(without: Iterable[str] = ()) -> dict[str, str]:
    """SHA-256 of the source files of this package, by their path in it.

    Arguments:
        without: packages or modules of it that are left out.
    """
    left_out = set(without)
    return {
        f"{_PACKAGE.name}/{name}": digest
        for name, digest in _package_files().items()
        if name.partition("/")[0].removesuffix(".py") not in left_out
    }


_PACKAGE = Path(__file__).resolve().parent.parent


@cache
def _package_files() -> dict[str, str]:
    """Read once: what a process runs is the code that it has loaded."""
    return hash_files(_PACKAGE, [_PACKAGE])


def hash_environment(root: Path) -> tuple[str, str]:
    """What pins the installed packages: the lock file of the study, or else what is installed.

    Returns:
        Its name, `uv.lock` or `installed packages`, and its SHA-256.
    """
    lock = root / "uv.lock"
    if lock.is_file():
        return "uv.lock", hash_file(lock)
    return "installed packages", hash_value(installed_packages(sys.path))


def installed_packages(folders: Iterable[str]) -> list[str]:
    """Names and versions of installed packages, `pandas-3.1.0`, sorted.

    From the names of their metadata folders, since reading the metadata takes too long.
    """
    names = set()
    for folder in folders:
        path = Path(folder)
        if path.is_dir():
            names |= {item.name.removesuffix(".dist-info") for item in path.glob("*.dist-info")}
    return sorted(names)


def changed_keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Keys whose values differ, or that only one of two mappings has, sorted."""
    missing = object()
    return sorted(key for key in {*old, *new} if old.get(key, missing) != new.get(key, missing))
