"""One hash for each file that a run depends on, so that a check need not be repeated; and which
places of the data folder no run depends on."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from evaltools.evidence.descriptor import FILE_NAME
from evaltools.files import resolve_inside

if TYPE_CHECKING:
    from evaltools.evidence.descriptor import Descriptor

VALIDATED_VARIABLE = "EVALTOOLS_VALIDATED"
TEXTS = "texts"
ABSENT = "absent"

CODERS = "coding/coders"
"""What coders are writing in the panel, a folder each; no evidence until it is imported."""

RECEIVED = "reports/received"
"""Reports as they were received; rows of documents hold their hashes."""

REPLACED = "reports/replaced"
"""Earlier versions of reports, and passages that were lost with them."""

IMPORT_LOG = "reports/import.csv"
"""What was read of each file that came in."""

BESIDE_EVIDENCE = (CODERS, IMPORT_LOG, RECEIVED, REPLACED)
"""All that no run depends on."""


def hash_data(folder: Path, descriptor: Descriptor) -> str:
    """SHA-256 of the descriptor and of the file of each table by path, and one of all texts.

    Arguments:
        folder: the data folder.
        descriptor: gives the tables and their order.

    Returns a JSON mapping as text, so that who reads one table need not read the others to know
    that it was vouched for. A file that is not there goes in as absent: a state without it is a
    state of its own. The texts of the documents go in together, each with its path and length.
    """
    found = {name: _hash(path) for name, path in _files(folder, descriptor)}
    texts = hashlib.sha256()
    for name in _texts(folder, descriptor):
        texts.update(f"{name}\0{_hash(resolve_inside(folder, name))}\0".encode())
    return json.dumps(found | {TEXTS: texts.hexdigest()}, sort_keys=True, ensure_ascii=False)


def files_vouched_for() -> Mapping[str, str]:
    """SHA-256 by path of the files that the pipeline has checked (EVALTOOLS_VALIDATED)."""
    try:
        found = json.loads(os.environ.get(VALIDATED_VARIABLE) or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _hash(path: Path | None) -> str:
    if path is None or not path.is_file():
        return ABSENT
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _files(folder: Path, descriptor: Descriptor) -> Iterator[tuple[str, Path | None]]:
    yield FILE_NAME, folder / FILE_NAME
    for resource in descriptor.resources:
        stem = resource.path.removesuffix(".csv")
        for name in (resource.path, f"{stem}.xlsx", f"{stem}.ods"):
            path = resolve_inside(folder, name)
            if name == resource.path or (path is not None and path.is_file()):
                yield name, path


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
