"""Folders that can be checked: which kind one is, and how its lists are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

from evaltools.problems import Problem, ProblemError
from evaltools.provenance.manifest import FILE_NAME

Kind = Literal["run", "report", "bundle"]

REPORT = "report.json"
BUNDLE = "manifest-sha256.txt"
TAGS = "tagmanifest-sha256.txt"
"""Where a bundle in the manner of BagIt lists the files that are not its payload."""
SIGNATURE = f"{BUNDLE}.sig"
"""The signature of a bundle's checklist; no list can name it."""
CRATE = "ro-crate-metadata.json"
LISTS = (BUNDLE, TAGS, CRATE, REPORT, FILE_NAME)
LARGEST_LIST = 20_000_000


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


def read_json(folder: Path, name: str) -> dict[str, Any]:
    """A JSON mapping from a file of the folder.

    Raises:
        ProblemError: it is missing, too large, no JSON mapping, or gives a key twice.
    """
    try:
        if (folder / name).stat().st_size > LARGEST_LIST:
            raise ProblemError([Problem(name, "is too large to be a list", code="verify.list")])
        text = (folder / name).read_bytes().decode("utf-8")
        content = json.loads(text, object_pairs_hook=_distinct)
    except (OSError, ValueError, RecursionError) as error:
        what = "cannot be read: " + str(error).replace(str(folder), folder.name)
        raise ProblemError([Problem(name, what, code="verify.list")]) from None
    if not isinstance(content, dict):
        raise ProblemError([Problem(name, "is no mapping", code="verify.list")])
    return content


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key is given twice in one object")
    return found
