"""Paths: those from outside, below their folder or refused, and the tool's own places."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath


def is_safe_path(path: str) -> bool:
    """Whether a path is relative, plain and stays below the folder it starts from."""
    parts = PurePosixPath(path).parts
    return (
        bool(path)
        and not path.startswith("/")
        and not any(character in path for character in '\\:*?"<>|~')
        and all(character.isprintable() for character in path)
        and bool(parts)
        and all(part not in ("..", ".") and not part.endswith((".", " ")) for part in parts)
    )


def resolve_inside(folder: Path, path: str) -> Path | None:
    """The file at a path below a folder; None where the path, or a link on it, leads out."""
    if not is_safe_path(path):
        return None
    root = folder.resolve()
    resolved = Path(os.path.realpath(root / path))  # of a link in a circle: itself
    return resolved if resolved.is_relative_to(root) else None


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
