"""Versions of the codebook: which comes before which, and which codes each of them holds."""

from __future__ import annotations

import re
from collections.abc import Iterable

_NUMBERS = re.compile(r"[\d.]*")

Place = tuple[tuple[int, ...], bool, str]


def version_order(version: str) -> Place:
    """Where a version stands among others: 1.2 before 1.10, 2.0-draft before 2.0.

    Arguments:
        version: numbers with points between, in which noughts at the end say nothing; with words
            behind, it comes before the same number alone.
    """
    found = _NUMBERS.match(version)
    head = found.group() if found else ""
    numbers = [int(part) for part in head.split(".") if part]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    words = version[len(head) :]
    return tuple(numbers), not words, words


def known_versions(introduced: Iterable[str], retired: Iterable[str]) -> tuple[str, ...]:
    """All versions that codes name, the earliest first."""
    return tuple(sorted({*introduced, *retired}, key=lambda one: (version_order(one), one)))


def in_use(introduced: str, retired: str | None, version: str) -> bool:
    """Whether a code belongs to a version of the codebook.

    Arguments:
        introduced: the version that brought it in.
        retired: the version from which it is no longer used; None or empty while it is.
    """
    here = version_order(version)
    if version_order(introduced) > here:
        return False
    return not retired or here < version_order(retired)
