"""The checklist of a bundle: SHA-256 of each file, in the form that `sha256sum --check` reads."""

from __future__ import annotations

from pathlib import Path

from evaltools.provenance.artifacts import BUNDLE
from evaltools.provenance.hashes import hash_file


def files_of(folder: Path) -> list[str]:
    """Every file of a bundle except its checklist, by its path in it, sorted."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / BUNDLE
    )


def write_digests(folder: Path) -> str:
    """Write the checklist of a folder; its own SHA-256."""
    lines = [f"{hash_file(folder / name)}  {name}\n" for name in files_of(folder)]
    path = folder / BUNDLE
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    return hash_file(path)
