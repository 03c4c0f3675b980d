"""Identifiers for what other tools only have names of: made of the names, the same every time."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Hashable, Iterable, Mapping
from pathlib import PurePath
from typing import TypeVar

CODE_ID = re.compile(r"[a-z_]+(\.[a-z_]+)+")
PATH_MARK = " > "
_SUFFIXES = (".txt", ".docx", ".doc", ".pdf", ".odt", ".rtf", ".md", ".html", ".htm", ".epub")
_LETTERS = str.maketrans({"ø": "o", "æ": "ae", "ß": "ss", "đ": "d", "ł": "l", "þ": "th", "ð": "d"})

K = TypeVar("K", bound=Hashable)
_Named = TypeVar("_Named")


def code_ids(paths: Mapping[K, tuple[str, ...]]) -> dict[K, str]:
    """Identifiers of codes, in the form that `codes` asks for.

    Arguments:
        paths: names from the broadest code down to the code itself.

    A name that already is such an identifier, as in an export of a study, stays.
    """

    def plain(path: tuple[str, ...]) -> str:
        if path and CODE_ID.fullmatch(path[-1]):
            return path[-1]
        parts = [_slug(name, "a-z") or "code" for name in path]
        return ".".join(parts if len(parts) > 1 else ["code", *parts])

    return _unique(paths, plain, _lettered)


def document_ids(names: Mapping[K, str]) -> dict[K, str]:
    """Identifiers of documents, made of their names without the format's suffix."""

    def plain(name: str) -> str:
        stem = stem_of(name)
        if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", stem):
            return stem
        return _slug(stem, "a-z0-9").replace("_", "-")[:100] or "document"

    return _unique(names, plain, lambda one, number: f"{one}-{number}")


def stem_of(name: str) -> str:
    """The last part of a path of any system, without the suffix of a format of texts."""
    path = PurePath(name.replace("\\", "/"))
    return path.stem if path.suffix.casefold() in _SUFFIXES else path.name


def bare(name: str) -> str:
    """A name in small letters without marks: Ångström and angstrom are one."""
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    return "".join(one for one in folded if not unicodedata.combining(one))


def _slug(name: str, letters: str) -> str:
    return re.sub(rf"[^{letters}]+", "_", bare(name)).strip("_")


def _lettered(one: str, number: int) -> str:
    # Digits are not allowed in identifiers of codes.
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(97 + rest) + letters
    return f"{one}_{letters}"


def _unique(
    named: Mapping[K, _Named], plain: Callable[[_Named], str], numbered: Callable[[str, int], str]
) -> dict[K, str]:
    """Who comes first keeps the plain identifier; the order is that of the mapping."""
    ids: dict[K, str] = {}
    taken: set[str] = set()
    for key, name in named.items():
        wanted = one = plain(name)
        number = 1
        while one in taken:
            number += 1
            one = numbered(wanted, number)
        taken.add(one)
        ids[key] = one
    return ids


def shown_path(names: Iterable[str]) -> str:
    """Names from the broadest down, as they are shown and matched."""
    return PATH_MARK.join(names)
