"""The checklist of a bundle: SHA-256 of each file, in the form that `sha256sum --check` reads."""

from __future__ import annotations

import re
from pathlib import Path

from evaltools.problems import Problem, ProblemError
from evaltools.provenance.hashes import hash_file

FILE_NAME = "manifest-sha256.txt"
_LINE = re.compile(r"([0-9a-f]{64})  ([^\n\\]+)")


def files_of(folder: Path) -> list[str]:
    """Every file of a bundle except its checklist, by its path in it, sorted."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / FILE_NAME
    )


def write_digests(folder: Path) -> str:
    """Write the checklist of a folder; its own SHA-256."""
    lines = [f"{hash_file(folder / name)}  {name}\n" for name in files_of(folder)]
    path = folder / FILE_NAME
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    return hash_file(path)


def damaged(folder: Path) -> list[str]:
    """Files of a bundle that are missing, changed, or not on its checklist, sorted.

    Raises:
        ProblemError: there is no checklist, or it has a line that is none.
    """
    path = folder / FILE_NAME
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        problem = Problem(folder.name, f"has no readable {FILE_NAME}", code="publish.digests")
        raise ProblemError([problem]) from None
    matches = [_LINE.fullmatch(line) for line in lines]
    if wrong := [str(n) for n, match in enumerate(matches, 1) if match is None]:
        what = f"line {', '.join(wrong)} is no checksum and name"
        raise ProblemError([Problem(f"{folder.name}/{FILE_NAME}", what, code="publish.digests")])
    told = {match[2]: match[1] for match in matches if match is not None}
    present = set(files_of(folder))
    changed = {name for name in present & set(told) if hash_file(folder / name) != told[name]}
    return sorted(changed | (present ^ set(told)))
