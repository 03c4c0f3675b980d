"""State: one hash for everything the data folder holds, so that a check need not be repeated."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from evaltools.evidence.descriptor import FILE_NAME
from evaltools.evidence.paths import resolve_inside

if TYPE_CHECKING:
    from evaltools.evidence.descriptor import Descriptor

VALIDATED_VARIABLE = "EVALTOOLS_VALIDATED"
_BLOCK = 1 << 20


def hash_data(folder: Path, descriptor: Descriptor) -> str:
    """SHA-256 over the descriptor, the file of every table and the texts of the documents.

    Arguments:
        folder: the data folder.
        descriptor: gives the tables and their order.

    Returns 64 hexadecimal digits. Each file goes in as its path, length and bytes, in the order
    of the descriptor, then the texts by path, so that moving bytes between files changes it. A
    file that is not there goes in as absent: a state without it is a state of its own.
    """
    digest = hashlib.sha256()
    for name, path in _files(folder, descriptor):
        digest.update(f"{name}\0".encode())
        if path is None or not path.is_file():
            digest.update(b"absent\0")
            continue
        digest.update(f"{path.stat().st_size}\0".encode())
        with path.open("rb") as stream:
            while block := stream.read(_BLOCK):
                digest.update(block)
    return digest.hexdigest()


def is_known_valid(state: str) -> bool:
    """Whether the pipeline has vouched for this state of the data (EVALTOOLS_VALIDATED)."""
    return os.environ.get(VALIDATED_VARIABLE) == state


def _files(folder: Path, descriptor: Descriptor) -> Iterator[tuple[str, Path | None]]:
    yield FILE_NAME, folder / FILE_NAME
    for resource in descriptor.resources:
        stem = resource.path.removesuffix(".csv")
        for name in (resource.path, f"{stem}.xlsx", f"{stem}.ods"):
            path = resolve_inside(folder, name)
            if name == resource.path or (path is not None and path.is_file()):
                yield name, path
    for name in _texts(folder, descriptor):
        yield name, resolve_inside(folder, name)


def _texts(folder: Path, descriptor: Descriptor) -> list[str]:
    names = [resource.name for resource in descriptor.resources]
    if "documents" not in names:
        return []
    documents = descriptor.resource("documents")
    if "text_file" not in documents.field_names:
        return []
    from evaltools.evidence.tables import read_one  # loads pandas, only where there are texts

    frame = read_one(folder, documents)
    return [] if frame is None else sorted(set(frame["text_file"].dropna()))
