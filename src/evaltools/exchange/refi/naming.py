"""Identifiers made of names, the same ones each time."""

from __future__ import annotations

import re
from collections.abc import Container

from evaltools.exchange.naming import bare

_IS_ONE = re.compile(r"[a-z0-9_]+(?:[.-][a-z0-9_]+)*")


def identifier(name: str, fallback: str, taken: Container[str], under: str = "") -> str:
    """An identifier for a name.

    Arguments:
        name: as a person wrote it; one that is an identifier already is kept.
        fallback: where nothing of the name can be used.
        taken: those that others have; a number is put behind then.
        under: identifier of what it belongs to, which is put before a name that is none yet.
    """
    stem = name.strip()
    if not _IS_ONE.fullmatch(stem):
        stem = slug(name) or fallback
        stem = f"{under}.{stem}" if under else stem
    result, count = stem, 1
    while result in taken:
        count += 1
        result = f"{stem}_{count}"
    return result


def slug(name: str) -> str:
    """Small letters without marks, figures and underscores; parts that a tool joins by `::`,
    `\\` or `/` are parted by dots."""
    parts = (re.sub(r"[^a-z0-9]+", "_", p).strip("_") for p in re.split(r"::|[\\/]", bare(name)))
    return ".".join(part for part in parts if part)
