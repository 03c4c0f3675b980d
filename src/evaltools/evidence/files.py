"""Files: whether the documents as they were received are there and are still the same."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from evaltools.evidence.flaws import ROW, Flaw
from evaltools.evidence.paths import inside
from evaltools.evidence.quoting import quoted

LARGEST_FILE = 200_000_000


def wrong_files(frames: Mapping[str, pd.DataFrame], folder: Path) -> Iterator[Flaw]:
    """Flaws of the files that documents were read from.

    Arguments:
        frames: tables with their rows numbered; nothing is checked without documents.
        folder: the data folder, from which `file` leads to the file.
    """
    documents = frames.get("documents")
    columns = ("file", "file_sha256", ROW)
    if documents is None or not set(columns) <= set(documents.columns):
        return
    for path, digest, row in zip(*(documents[name] for name in columns), strict=True):
        if pd.isna(path):
            if not pd.isna(digest):
                yield Flaw(
                    "documents",
                    int(row),
                    "file",
                    "a SHA-256 is given and no file",
                    "the file it is of",
                    "Put the path of the file there, or empty file_sha256.",
                    "data.file-missing",
                )
            continue
        known = None if pd.isna(digest) else str(digest)
        flaw = _wrong_file(folder, str(path), known, int(row))
        if flaw is not None:
            yield flaw


def _wrong_file(folder: Path, path: str, digest: str | None, row: int) -> Flaw | None:
    def flaw(column: str, what: str, allowed: str, remedy: str, code: str) -> Flaw:
        return Flaw("documents", row, column, what, allowed, remedy, code)

    file = inside(folder, path)
    if file is None:
        return flaw(
            "file",
            f"{quoted(path)} leads out of the data folder",
            "a relative path below the data folder",
            "Put the file there.",
            "data.path",
        )
    if not file.is_file():
        return flaw(
            "file",
            f"there is no file {quoted(path)}",
            "a file below the data folder",
            "Put the file there, or empty the cell.",
            "data.file-missing",
        )
    if file.stat().st_size > LARGEST_FILE:
        return flaw(
            "file",
            f"{quoted(path)} is larger than 200 MB",
            "a report as it was received",
            "Is it the right file?",
            "data.too-large",
        )
    with file.open("rb") as stream:
        computed = hashlib.file_digest(stream, "sha256").hexdigest()
    if digest is None:
        return flaw(
            "file_sha256",
            f"it is not told which file {quoted(path)} has to be",
            computed,
            "Put the SHA-256 there, or import the document.",
            "data.file-unknown",
        )
    if computed != digest:
        return flaw(
            "file_sha256",
            f"{quoted(path)} has another SHA-256, {computed}",
            quoted(digest, 64),
            "Put the file back that was imported, or import the new one.",
            "data.file-changed",
        )
    return None
