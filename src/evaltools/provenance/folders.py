"""Folders that can be checked: which kind one is, and what its own list says is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from evaltools.problems import Problem, ProblemError
from evaltools.provenance.manifest import FILE_NAME

Kind = Literal["run", "report", "bundle"]

REPORT = "report.json"
BUNDLE = "manifest-sha256.txt"
TAGS = "tagmanifest-sha256.txt"
"""Where a bundle in the manner of BagIt lists the files that are not its payload."""
LARGEST_LIST = 20_000_000

_LINE = re.compile(r"([0-9a-fA-F]{64})[ \t]+\*?(.+)")


@dataclass(frozen=True)
class Listing:
    """What a folder's own list says is in it.

    Arguments:
        kind: what the folder is.
        files: SHA-256 by path below the folder, in the order of the list.
        lists: the files that hold the list; they cannot list themselves.
    """

    kind: Kind
    files: Mapping[str, str]
    lists: tuple[str, ...]


def kind_of(folder: Path) -> Kind:
    """Which kind of folder it is, by the list that is in it.

    Raises:
        ProblemError: it is none.
    """
    lists: tuple[tuple[Kind, str], ...] = (
        ("bundle", BUNDLE),
        ("report", REPORT),
        ("run", FILE_NAME),
    )
    for kind, name in lists:
        if (folder / name).is_file():
            return kind
    allowed = "a folder with manifest.json, report.json or manifest-sha256.txt"
    what = "is no run, report or bundle" if folder.is_dir() else "is no folder"
    raise ProblemError([Problem(folder.name, what, allowed, "", "verify.folder")])


def listing(folder: Path) -> Listing:
    """Read the list of a folder.

    Raises:
        ProblemError: the folder is none that can be checked, or its list cannot be read.
    """
    kind = kind_of(folder)
    if kind == "bundle":
        tags = [TAGS] if (folder / TAGS).is_file() else []
        files: dict[str, str] = {}
        for name in (BUNDLE, *tags):
            files |= _lines(folder, name)
        own = (TAGS,) if tags else (BUNDLE,)
        return Listing(kind, files, own)
    name = REPORT if kind == "report" else FILE_NAME
    content = read_json(folder, name)
    files = content.get("outputs", {})
    if not isinstance(files, dict) or not all(isinstance(value, str) for value in files.values()):
        raise ProblemError([Problem(name, "has no list of outputs", code="verify.list")])
    return Listing(kind, dict(files), (name,))


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """A JSON mapping from a file of the folder.

    Raises:
        ProblemError: it is missing, too large, not UTF-8, not JSON, or no mapping.
    """
    try:
        if (folder / name).stat().st_size > LARGEST_LIST:
            raise ProblemError([Problem(name, "is too large to be a list", code="verify.list")])
        content = json.loads((folder / name).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        what = "cannot be read: " + str(error).replace(str(folder), folder.name)
        raise ProblemError([Problem(name, what, code="verify.list")]) from None
    if not isinstance(content, dict):
        raise ProblemError([Problem(name, "is no mapping", code="verify.list")])
    return content


def _lines(folder: Path, name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    problems = []
    try:
        text = (folder / name).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise ProblemError(
            [Problem(name, f"cannot be read: {error}", code="verify.list")]
        ) from None
    for number, line in enumerate(text.removesuffix("\n").split("\n"), start=1):
        match = _LINE.fullmatch(line.removesuffix("\r"))
        if match is None:
            problems.append(Problem(f"{name}:{number}", "is no hash and path", code="verify.list"))
        elif match[2] in found:
            problems.append(Problem(f"{name}:{number}", f"lists {match[2]} twice"))
        else:
            found[match[2]] = match[1].lower()
    if problems:
        raise ProblemError(problems)
    return found
